"""The history's tables on the disk: nothing is left behind, and who reads waits for no commit."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pilotline.drivers.history_table import read_curve, read_sessions
from pilotline.drivers.store import Store
from pilotline.vocabulary import history
from pilotline.vocabulary.journal import Delivered, Ended, KeepCurve, Record, Started, StoreJob
from pilotline.vocabulary.status import StopReason
from pilotline.vocabulary.time import Stamp

CURVE = tuple((n * 24_000, 7_000 + n % 300, 7_360) for n in range(300))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store(path)
    store.start(lambda _event: None)
    yield store
    store.close()


def do(store: Store, *jobs: StoreJob) -> None:
    """Have them on the disk."""
    for job in jobs:
        store.submit(job)
    written = threading.Event()
    store.when_durable(written.set)
    assert written.wait(10)


def whole(number: int) -> list[StoreJob]:
    """A session that the backend has taken."""
    name, first = f"s{number}", 2 * number
    start, end = Started(name, 1, "T", 0, Stamp(1, 5)), Ended(name, 1, 9, Stamp(1, 7), StopReason.LOCAL)
    facts = Record(first, start), KeepCurve(name, CURVE), Record(first + 1, end)
    return [*facts, Delivered(first, name, number), Delivered(first + 1, name)]


def test_a_session_that_goes_takes_its_curve_along(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a curve of a session that is gone is not taken in."""
    monkeypatch.setattr(history, "SESSIONS_KEPT", 2)
    do(store, *whole(1), *whole(2), *whole(3), KeepCurve("s1", CURVE))
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT session FROM curves ORDER BY session").fetchall() == [
            ("s2",),
            ("s3",),
        ]
        assert database.execute("SELECT session FROM sessions ORDER BY session").fetchall() == [
            ("s2",),
            ("s3",),
        ]


def test_a_curve_is_small_on_the_disk(store: Store, path: Path) -> None:
    """Under 3 kB at its longest, and the same when it is read."""
    do(store, *whole(1))
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT length(points) FROM curves").fetchone()[0] < 3_000
    kept = read_curve(path, "s1")
    assert kept is not None
    assert tuple(kept.points) == CURVE


def test_who_reads_does_not_wait_for_a_slow_commit(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """He sees what is durable, while more is on its way."""
    do(store, *whole(1))
    hangs, goes_on = threading.Event(), threading.Event()

    def hang() -> None:
        hangs.set()
        assert goes_on.wait(10)

    monkeypatch.setattr(store.faults, "strike", hang)
    for job in whole(2):
        store.submit(job)
    assert hangs.wait(10)
    assert [each.start.session for each in read_sessions(path).sessions] == ["s1"]
    goes_on.set()
