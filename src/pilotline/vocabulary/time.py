"""Core time: integer microseconds since boot, handed in, never fetched.

A core is an object with ``handle(event, now) -> effects`` and ``deadline()``. After
``handle(event, now)`` its ``deadline()`` is None or later than ``now``. ``Tick`` is the event that says
only "time has passed". Wall-clock time is not here: see :mod:`pilotline.station.clock`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, Protocol, TypeVar

US_PER_MS = 1_000
MS = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

In_contra = TypeVar("In_contra", contravariant=True)
Out_co = TypeVar("Out_co", covariant=True)


class Weekday(Enum):
    """The days of the week, in the order of ISO 8601."""

    MONDAY = "Monday"
    TUESDAY = "Tuesday"
    WEDNESDAY = "Wednesday"
    THURSDAY = "Thursday"
    FRIDAY = "Friday"
    SATURDAY = "Saturday"
    SUNDAY = "Sunday"


WORKING_DAYS = tuple(Weekday)[:5]


class Stamp(NamedTuple):
    """When something happened: the number of the boot, core time within it, and UTC if it was known (R-51).

    ``utc_us`` is in microseconds since 1970.
    """

    boot: int
    at: int
    utc_us: int | None = None

    def later(self, at: int) -> "Stamp":
        """Core time ``at`` of the same boot, by the same clock: what lies between is exact."""
        return Stamp(self.boot, at, None if self.utc_us is None else self.utc_us + at - self.at)


@dataclass(frozen=True, slots=True)
class Tick:
    """Nothing happened but time."""


class Core(Protocol[In_contra, Out_co]):
    """The shape of every core: values in, values out, and the next time it wants to be woken."""

    def handle(self, event: In_contra, now: int) -> Sequence[Out_co]: ...

    def deadline(self) -> int | None: ...


def earliest(*deadlines: int | None) -> int | None:
    """The first of the given times; None when there is none."""
    first = None
    for at in deadlines:  # every event of every core ends here, and min() of a generator takes twice as long
        if at is not None and (first is None or at < first):
            first = at
    return first


class OnDelay:
    """True once its condition has been true without a break for ``delay`` (the TON block of IEC 61131-3).

    ``grid`` rounds the moment up to a multiple of it, so that a loop that looks only every ``grid``
    microseconds and one that sleeps until the deadline act at the same time.
    """

    __slots__ = ("delay", "due", "grid")

    def __init__(self, delay: int, grid: int = 1) -> None:
        self.delay = delay
        self.grid = grid
        self.due: int | None = None

    def update(self, condition: bool, now: int) -> bool:
        """Feed the condition as it is at ``now``; says whether it has held long enough."""
        if not condition:
            self.due = None
            return False
        if self.due is None:
            self.due = -(-(now + self.delay) // self.grid) * self.grid if self.delay else now
        return now >= self.due

    def deadline(self, now: int) -> int | None:
        """When the answer will turn true if the condition stays, or None when it is not counting."""
        return self.due if self.due is not None and self.due > now else None
