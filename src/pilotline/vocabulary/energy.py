"""The records of energy that a station keeps for its owner: by hour, day and month of local time.

What was taken at a time that nobody knows is kept too, as *undated*.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

HOUR_S = 3_600


class Tier(Enum):
    """A size of record."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


KEEPS: Mapping[Tier, int] = {Tier.HOUR: 400 * 24, Tier.DAY: 5 * 366, Tier.MONTH: 20 * 12}
"""So many of the newest: 400 days of hours, 5 years of days, 20 years of months, were all of them charged in.

They are counted and not dated: a clock that is wrong once takes nothing away.
"""


@dataclass(frozen=True, slots=True)
class EnergyHour:
    """An hour of local time: its begin (seconds UTC), its ``day`` as YYYYMMDD, its ``month`` as YYYYMM."""

    begin_s: int
    day: int
    month: int

    def start(self, tier: Tier) -> int:
        """What names the record that this hour is part of."""
        return {Tier.HOUR: self.begin_s, Tier.DAY: self.day, Tier.MONTH: self.month}[tier]


@dataclass(frozen=True, slots=True)
class EnergyPiece:
    """So much more (Wh) in an hour, None: at a time nobody knows. Below 0 where that has become known."""

    hour: EnergyHour | None
    wh: int


@dataclass(frozen=True, slots=True)
class EnergyMark:
    """All up to this register is in the records; ``at_s`` (UTC) is when it was read, None: nobody knows."""

    register_wh: int
    at_s: int | None


@dataclass(frozen=True, slots=True)
class EnergyRow:
    """One record: ``start`` names it as ``EnergyHour`` does."""

    start: int
    wh: int
