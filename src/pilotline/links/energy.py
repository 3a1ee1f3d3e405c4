"""The energy records as people and programs read them: dates and times of the station's own zone.

Which records there are is in ``vocabulary.energy``; where they are kept, and what the meter said since,
is handed in. So a bar is as new as the meter's last reading, while the disk is written every 15 minutes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from pilotline.links.operations import OperationError
from pilotline.vocabulary.energy import EnergyPiece, EnergyRow, Tier
from pilotline.vocabulary.refusals import NO_DAY

MOST_ROWS = 1_000
"""So many records one answer holds: six weeks of hours."""
ReadRecords = Callable[[Tier, int, int, int], tuple[Sequence[EnergyRow], int]]
"""Tier, first and last record, and the most: the newest of these, and what is undated (Wh)."""
Waiting = Callable[[], Sequence[EnergyPiece]]
"""What has been counted and is in no record yet; asked after the records, so that nothing counts twice."""


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
    tier: Tier,
    first: str,
    last: str,
    zone: tzinfo | None,
    read: ReadRecords,
    most: int = MOST_ROWS,
    waiting: Waiting = tuple,
) -> EnergyView:
    """The records from one local day to another, both included; "" is no bound. Raises OperationError."""
    zone = zone or UTC
    low, high = _day(first, date.min), _day(last, date.max)
    bounds = _first(low, tier, zone), _last(high, tier, zone)
    rows, undated_wh = read(tier, *bounds, most)
    pieces = waiting()
    undated_wh += sum(piece.wh for piece in pieces if piece.hour is None)
    full = _filled(rows, pieces, tier, bounds)[-most:]
    return EnergyView(tier.value, tuple(_record(row, tier, zone) for row in full), undated_wh)


def _filled(
    rows: Sequence[EnergyRow], pieces: Sequence[EnergyPiece], tier: Tier, bounds: tuple[int, int]
) -> Sequence[EnergyRow]:
    """The records with what waits for them, in their order."""
    found = {row.start: row.wh for row in rows}
    for piece in pieces:
        start = None if piece.hour is None else piece.hour.start(tier)
        if start is not None and bounds[0] <= start <= bounds[1]:
            found[start] = found.get(start, 0) + piece.wh
    return [EnergyRow(start, wh) for start, wh in sorted(found.items()) if wh]


def _day(text: str, bound: date) -> date:
    if not text:
        return bound
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise OperationError(f"energy: {NO_DAY.of(text=text)}", NO_DAY.of(text=text)) from None


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
