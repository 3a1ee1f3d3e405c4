"""What every journal keeps of sessions, and for how long: the store on a disk and its twin in memory."""

import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import pytest

from pilotline.drivers.history_table import read_curve, read_sessions
from pilotline.drivers.store import Store
from pilotline.simulator.journal import MemoryJournal
from pilotline.vocabulary import history
from pilotline.vocabulary.history import KeptCurve, KeptSession, KeptSessions
from pilotline.vocabulary.journal import (
    BootTime,
    Delivered,
    Ended,
    KeepCurve,
    KeepRegister,
    KeepSecurityEvent,
    MeterSample,
    Recollection,
    Record,
    Resend,
    SampledValue,
    SecurityEvent,
    SetAside,
    Started,
    StoreJob,
    StoreZeros,
    Zero,
)
from pilotline.vocabulary.money import Price
from pilotline.vocabulary.status import ReadingContext, StopReason
from pilotline.vocabulary.time import Stamp

CURVE = ((0, 0, 7_360), (1_500, None, 7_360), (9_000, 7_200, 2_300))


class Journal(Protocol):
    """What both can do: perform jobs, begin anew, and be read."""

    def perform(self, *jobs: StoreJob) -> None: ...

    def restart(self) -> Recollection: ...

    def sessions(self) -> KeptSessions: ...

    def curve(self, session: str) -> KeptCurve | None: ...

    def close(self) -> None: ...


class OnDisk:
    """The store, waited for; read beside it, as a page does."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open()

    def _open(self) -> None:
        self._store = Store(self._path)
        self._store.start(lambda _event: None)

    def perform(self, *jobs: StoreJob) -> None:
        for job in jobs:
            self._store.submit(job)
        written = threading.Event()
        self._store.when_durable(written.set)
        assert written.wait(10)

    def restart(self) -> Recollection:
        self._store.close()
        self._open()
        return self._store.recollection

    def sessions(self) -> KeptSessions:
        return read_sessions(self._path)

    def curve(self, session: str) -> KeptCurve | None:
        return read_curve(self._path, session)

    def close(self) -> None:
        self._store.close()


class InMemory:
    """The twin."""

    def __init__(self) -> None:
        self._journal = MemoryJournal()

    def perform(self, *jobs: StoreJob) -> None:
        for job in jobs:
            self._journal.perform(job)

    def restart(self) -> Recollection:
        self._journal = self._journal.restart(self._journal.found.boot + 1)
        return self._journal.found

    def sessions(self) -> KeptSessions:
        return self._journal.read_sessions()

    def curve(self, session: str) -> KeptCurve | None:
        return self._journal.read_curve(session)

    def close(self) -> None:
        pass


MAKERS: dict[str, Callable[[Path], Journal]] = {"disk": OnDisk, "memory": lambda _path: InMemory()}


@pytest.fixture(params=MAKERS)
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    made = MAKERS[request.param](tmp_path / "journal.db")
    yield made
    made.close()


def started(session: str = "s1", at: int = 5, boot: int = 1, price: Price | None = None) -> Started:
    return Started(session, 1, "TAG", 1_000, Stamp(boot, at), None, price)


def ended(session: str = "s1", at: int = 7, boot: int = 1) -> Ended:
    sample = MeterSample(Stamp(boot, at), ReadingContext.TRANSACTION_END, (SampledValue("1", "Voltage"),))
    return Ended(session, 1, 2_000, Stamp(boot, at), StopReason.LOCAL, data=(sample,))


def whole(number: int, boot: int = 1) -> list[StoreJob]:
    """A session from its begin until the backend has taken it."""
    name, first = f"s{number}", 2 * number
    facts = Record(first, started(name, boot=boot)), Record(first + 1, ended(name, boot=boot))
    return [*facts, KeepCurve(name, CURVE), Delivered(first, name, number), Delivered(first + 1, name)]


def names(journal: Journal) -> list[str]:
    return [each.start.session for each in journal.sessions().sessions]


@pytest.mark.requirement("P-06")
def test_sessions_are_kept_the_newest_first_with_all_that_is_known(journal: Journal) -> None:
    """An ended one without the data of its end; an open one with its last register; also after a restart."""
    price = Price(Decimal("0.3147"), "EUR")
    zero = Zero(1, 1_000_000, estimated=True)
    journal.perform(
        Record(1, started("s1", price=price)),
        Record(2, ended("s1", at=50)),
        Record(3, started("s2", at=60)),
        Delivered(1, "s1", 77),
        KeepRegister("s2", 1_500, Stamp(1, 90, 99)),
        StoreZeros((zero,)),
    )
    over = Ended("s1", 1, 2_000, Stamp(1, 50), StopReason.LOCAL)
    expected = [
        KeptSession(started("s2", at=60), None, 1_500, Stamp(1, 90)),
        KeptSession(started("s1", price=price), over, 1_000, Stamp(1, 5), 77),
    ]
    found = journal.sessions()
    assert (list(found.sessions), list(found.boots)) == (expected, [BootTime(1, 90, zero)])
    journal.restart()
    found = journal.sessions()
    assert list(found.sessions) == expected
    assert list(found.boots) == [BootTime(1, 90, zero), BootTime(2, 0, None)]


def test_a_curve_takes_the_place_of_what_was_kept_before(journal: Journal) -> None:
    """Whole, as it was given; none of a session that nobody knows."""
    journal.perform(Record(1, started()), KeepCurve("s1", CURVE[:1]), KeepCurve("s1", CURVE))
    journal.perform(KeepCurve("nobody's", CURVE))
    kept = journal.curve("s1")
    assert kept is not None
    assert (kept.start, tuple(kept.points)) == (started(), CURVE)
    assert journal.curve("nobody's") is None
    journal.perform(Record(2, started("s2")))
    kept = journal.curve("s2")
    assert kept is not None
    assert not kept.points


def test_the_newest_that_have_ended_are_kept(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """With their curves; the oldest go when another ends, and not before."""
    monkeypatch.setattr(history, "SESSIONS_KEPT", 3)
    journal.perform(*whole(1), *whole(2), *whole(3))
    assert names(journal) == ["s3", "s2", "s1"]
    journal.perform(Record(8, started("s4")))
    assert names(journal) == ["s4", "s3", "s2", "s1"]
    journal.perform(Record(9, ended("s4")))
    assert names(journal) == ["s4", "s3", "s2"]
    assert journal.curve("s1") is None
    kept = journal.curve("s2")
    assert kept is not None
    assert kept.points


@pytest.mark.requirement("R-54")
def test_what_is_open_waits_or_is_set_aside_is_not_forgotten(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing the backend has still to hear of goes, however old it is; then it does."""
    monkeypatch.setattr(history, "SESSIONS_KEPT", 1)
    journal.perform(Record(1, started("open")))
    journal.perform(Record(100, started("aside")), Record(101, ended("aside")), SetAside(100, "aside", True))
    journal.perform(Record(102, started("waits")), Record(103, ended("waits")), Delivered(102, "waits", 5))
    journal.perform(*whole(60), *whole(61))
    assert names(journal) == ["s61", "waits", "aside", "open"]
    journal.perform(Resend("aside"), Delivered(100, "aside", 6), Delivered(101, "aside"))
    journal.perform(Delivered(103, "waits"), *whole(62))
    assert names(journal) == ["s62", "open"]


@pytest.mark.requirement("R-51")
def test_a_boot_stays_as_long_as_something_is_of_it(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest stay anyhow; of the others those of a session, or of what was logged."""
    monkeypatch.setattr(history, "BOOTS_KEPT", 2)
    monkeypatch.setattr(history, "SESSIONS_KEPT", 1)
    journal.perform(*whole(1))
    journal.restart()
    journal.perform(
        KeepSecurityEvent(SecurityEvent(1, "c_RCDProtectionType", 0, 2, "operator", True, Stamp(2, 9)))
    )
    found = [journal.restart() for _ in range(4)][-1]
    assert [each.boot for each in found.boots] == [1, 2, 5, 6]
    journal.perform(*whole(2, boot=6))
    found = journal.restart()
    assert [each.boot for each in found.boots] == [2, 6, 7]
