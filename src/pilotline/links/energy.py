"""The energy records as people and programs read them: dates and times of the station's own zone.

Which records there are is in ``vocabulary.energy``; where they are kept is handed in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from pilotline.links.operations import OperationError
from pilotline.vocabulary.energy import EnergyRow, Tier

MOST_ROWS = 1_000
"""So many records one answer holds: six weeks of hours."""
ReadRecords = Callable[[Tier, int, int, int], tuple[Sequence[EnergyRow], int]]
"""Tier, first and last record, and the most: the newest of these, and what is undated (Wh)."""


@dataclass(frozen=True, slots=True)
class EnergyRecord:
    """``begin`` is local: 2026-03-29T02:00:00+01:00, 2026-03-29 or 2026-03."""

    begin: str
    wh: int


@dataclass(frozen=True, slots=True)
class EnergyView:
    """Records in their order; one without energy is left out. ``undated_wh``: at times that nobody knows."""

    by: str
    records: tuple[EnergyRecord, ...]
    undated_wh: int


def view_energy(
    tier: Tier, first: str, last: str, zone: tzinfo | None, read: ReadRecords, most: int = MOST_ROWS
) -> EnergyView:
    """The records from one local day to another, both included; "" is no bound. Raises OperationError."""
    zone = zone or UTC
    low, high = _day(first, date.min), _day(last, date.max)
    rows, undated_wh = read(tier, _first(low, tier, zone), _last(high, tier, zone), most)
    return EnergyView(tier.value, tuple(_record(row, tier, zone) for row in rows), undated_wh)


def _day(text: str, bound: date) -> date:
    if not text:
        return bound
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise OperationError(f"energy: {text} is no day; days are written like 2026-03-29.") from None


def _first(day: date, tier: Tier, zone: tzinfo) -> int:
    if tier is not Tier.HOUR:
        return _number(day, tier)
    return 0 if day == date.min else _midnight(day, zone)


def _last(day: date, tier: Tier, zone: tzinfo) -> int:
    if tier is not Tier.HOUR:
        return _number(day, tier)
    return 1 << 40 if day == date.max else _midnight(day + timedelta(days=1), zone) - 1


def _number(day: date, tier: Tier) -> int:
    number = day.year * 1_00_00 + day.month * 1_00 + day.day
    return number if tier is Tier.DAY else number // 1_00


def _midnight(day: date, zone: tzinfo) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def _record(row: EnergyRow, tier: Tier, zone: tzinfo) -> EnergyRecord:
    if tier is Tier.HOUR:
        return EnergyRecord(datetime.fromtimestamp(row.start, zone).isoformat(), row.wh)
    month, day = divmod(row.start, 1_00) if tier is Tier.DAY else (row.start, 0)
    begin = f"{month // 1_00:04}-{month % 1_00:02}"
    return EnergyRecord(f"{begin}-{day:02}" if day else begin, row.wh)
