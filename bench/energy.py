"""The energy records' figures: `.venv/bin/python bench/energy.py`, some seconds; nothing passes or fails.

The size of twelve months on the disk, for a car that charges three hours a night and one that never stops,
and how long a month by the hour takes to be read.
"""

import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pilotline.drivers.energy_table import read_energy
from pilotline.drivers.store import Store
from pilotline.models.zones import find_zone
from pilotline.station.energy import hour_of
from pilotline.vocabulary.energy import EnergyMark, EnergyPiece, Tier
from pilotline.vocabulary.journal import KeepEnergy

DAYS = 365
FROM = datetime(2026, 1, 1, tzinfo=UTC)
WH = 7_360


def year(hours_a_day: int) -> Iterator[KeepEnergy]:
    """A record for every hour in which energy flowed."""
    zone = find_zone("Europe/London") or UTC
    register_wh = 0
    for hour in range(DAYS * 24):
        if hour % 24 >= hours_a_day:
            continue
        at_s = round((FROM + timedelta(hours=hour)).timestamp())
        register_wh += WH
        yield KeepEnergy(1, EnergyMark(register_wh, at_s), (EnergyPiece(hour_of(at_s, zone), WH),))


def fill(path: Path, hours_a_day: int) -> int:
    """Write a year; the bytes that the journal has grown by."""
    before = size(path.with_name(f"empty-{path.name}"), 0)
    return size(path, hours_a_day) - before


def size(path: Path, hours_a_day: int) -> int:
    store = Store(path)
    store.start(lambda _event: None)
    for job in year(hours_a_day):
        store.submit(job)
    written = threading.Event()
    store.when_durable(written.set)
    written.wait()
    store.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size


def read_ms(path: Path) -> float:
    """A month by the hour."""
    first, last = (round((FROM + timedelta(days=day)).timestamp()) for day in (180, 210))
    begun = time.perf_counter()
    rows, _ = read_energy(path, 1, Tier.HOUR, first, last, 1_000)
    spent = time.perf_counter() - begun
    assert len(rows) > 700
    return spent * 1e3


def rows(folder: Path) -> list[tuple[str, str]]:
    """What was measured, for this table and for that of `bench/run.py`."""
    nights, always = fill(folder / "nights.db", 3), fill(folder / "always.db", 24)
    figure = f"{nights / 1024:.0f} KiB; charging without a pause {always / 1024:.0f} KiB"
    return [
        ("12 months of energy records, 3 h a night", figure),
        ("a month of them by the hour, read", f"{read_ms(folder / 'always.db'):.1f} ms"),
    ]


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="pilotline-bench-") as name:
        for what, figure in rows(Path(name)):
            print(f"{what:<48}  {figure}")


if __name__ == "__main__":
    main()
