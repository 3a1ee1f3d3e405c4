"""The history's figures: `.venv/bin/python bench/history.py`, some seconds; nothing passes or fails.

How long the newest 200 of 5,000 sessions take to be read, with the totals of all; what a session takes on
the disk with its curve; how long a statement of 1,000 takes.
"""

import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from pilotline.drivers.history_table import read_sessions
from pilotline.drivers.store import Store
from pilotline.links.history import Present, SessionsView, Wanted, view_sessions
from pilotline.links.operations import LOCAL
from pilotline.links.statement import Letterhead, Period, make_statement
from pilotline.links.statement_page import draw
from pilotline.links.statement_words import LANGUAGES
from pilotline.models.zones import find_zone
from pilotline.vocabulary.history import CURVE_POINTS, SESSIONS_KEPT
from pilotline.vocabulary.journal import Delivered, Ended, KeepCurve, Record, Started, StoreJob
from pilotline.vocabulary.money import Price
from pilotline.vocabulary.status import StopReason
from pilotline.vocabulary.time import HOUR, SECOND, Stamp

FROM = datetime(2026, 1, 1, tzinfo=UTC)
PRICE = Price(Decimal("0.3147"), "EUR")
STATEMENT = 1_000


def session(number: int, *, curve: bool) -> Iterator[StoreJob]:
    """A session of two hours that the backend has taken."""
    name, first = f"1-1-{number}", 2 * number + 1
    began = FROM + timedelta(hours=2 * number)
    stamp = Stamp(1, number * HOUR, round(began.timestamp()) * SECOND)
    register_wh = number * 14_720
    yield Record(first, Started(name, 1, "04A1B2C3D4E5F6", register_wh, stamp, None, PRICE))
    end = stamp.later(stamp.at + 2 * HOUR)
    yield Record(first + 1, Ended(name, 1, register_wh + 14_720, end, StopReason.EV_DISCONNECTED))
    if curve:
        yield KeepCurve(name, tuple(point(n, number) for n in range(CURVE_POINTS)))
    yield Delivered(first, name, number)
    yield Delivered(first + 1, name)


def point(number: int, seed: int) -> tuple[int, int, int]:
    """Noisy, as measured power is; the limit moves every minute."""
    noise = (number * 7_919 + seed * 104_729) % 400
    return number * 24_000 + noise % 7, 7_100 + noise, 7_360 - 230 * (number // 3 % 8)


def fill(path: Path, count: int, *, curves: bool) -> int:
    """Write so many sessions; the bytes of the file."""
    store = Store(path)
    store.start(lambda _event: None)
    for number in range(count):
        for job in session(number, curve=curves):
            store.submit(job)
    written = threading.Event()
    store.when_durable(written.set)
    written.wait()
    store.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("VACUUM")  # what was delivered has left its room behind
    return path.stat().st_size


def view(path: Path, most: int) -> SessionsView:
    zone = find_zone("Europe/Berlin") or UTC
    return view_sessions(Wanted(), most, read_sessions(path), Present(zone, names={}), LOCAL)


def rows(folder: Path) -> list[tuple[str, str]]:
    """What was measured, for this table and for that of `bench/run.py`."""
    path = folder / "history.db"
    empty, plain = (fill(folder / f"{count}.db", count, curves=False) for count in (0, 500))
    curved = fill(folder / "curved.db", 500, curves=True)
    fill(path, SESSIONS_KEPT, curves=True)
    begun = time.perf_counter()
    seen = view(path, 200)
    read_ms = (time.perf_counter() - begun) * 1e3
    assert (seen.totals.count, len(seen.sessions)) == (SESSIONS_KEPT, 200)
    sessions, words = view(path, STATEMENT).sessions, LANGUAGES["de"]
    begun = time.perf_counter()
    head, period = Letterhead("Garage", "EVNET", "1"), Period("", "", date(2026, 12, 1))
    data = draw(make_statement(sessions, head, period, words), words)
    drawn_ms = (time.perf_counter() - begun) * 1e3
    bare, drawn = (plain - empty) / 500, (curved - plain) / 500
    whole = f"{path.stat().st_size / 1024**2:.1f} MiB"
    return [
        (f"200 of {SESSIONS_KEPT:,} sessions, with totals", f"{read_ms:.0f} ms; {whole} on the disk"),
        ("a session on the disk, and its curve", f"{bare:.0f} B; {drawn:.0f} B"),
        (f"a statement of {STATEMENT:,} sessions", f"{drawn_ms:.0f} ms; {len(data) / 1024:.0f} KiB"),
    ]


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="pilotline-bench-") as name:
        for what, figure in rows(Path(name)):
            print(f"{what:<48}  {figure}")


if __name__ == "__main__":
    main()
