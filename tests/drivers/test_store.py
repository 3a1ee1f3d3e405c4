"""The store: what it says is durable is there after the process is gone, whatever the disk does."""

import queue
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.drivers.history_table import read_sessions
from pilotline.drivers.store import MIGRATIONS, WINDOW, Store, StoreError, list_aside
from pilotline.vocabulary.history import KeptSession
from pilotline.vocabulary.journal import (
    CachedTag,
    Counted,
    Delivered,
    Durable,
    Ended,
    Fact,
    Fetch,
    Fetched,
    KeepRegister,
    Listed,
    LocalListStored,
    Metered,
    MeterSample,
    OpenSession,
    Record,
    Resend,
    SampledValue,
    SetAside,
    Started,
    StoreAvailability,
    StoreEvent,
    StoreJob,
    StoreKey,
    StoreLocalList,
    StoreTrouble,
    StoreZeros,
    Zero,
    ZerosStored,
)
from pilotline.vocabulary.status import AuthStatus, ReadingContext, StopReason, TagInfo
from pilotline.vocabulary.time import Stamp


class Bench:
    """A store and the answers it gave."""

    def __init__(self, path: Path) -> None:
        self.answers: queue.Queue[StoreEvent] = queue.Queue()
        self.store = Store(path)
        self.store.start(self.answers.put)

    def do(self, *jobs: StoreJob) -> None:
        for job in jobs:
            self.store.submit(job)

    def answer(self) -> StoreEvent:
        return self.answers.get(timeout=10)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def bench(path: Path) -> Iterator[Bench]:
    bench = Bench(path)
    yield bench
    bench.store.close()


def started(session: str = "s1", at: int = 5) -> Started:
    return Started(session, 1, "TAG", 1_000, Stamp(1, at))


def metered(session: str = "s1", at: int = 6) -> Metered:
    values = (SampledValue("12.5", "Current.Import", "A", "L1"),)
    return Metered(session, 1, MeterSample(Stamp(1, at), ReadingContext.PERIODIC, values))


def ended(session: str = "s1", at: int = 7) -> Ended:
    return Ended(session, 1, 2_000, Stamp(1, at), StopReason.EV_DISCONNECTED)


@pytest.mark.requirement("R-53")
def test_a_fact_is_durable_before_anybody_hears_of_it(bench: Bench, path: Path) -> None:
    """When the answer comes, another connection already sees the entry."""
    bench.do(Record(1, started()))
    assert bench.answer() == Durable(1, started())
    assert sqlite3.connect(path).execute("SELECT entry FROM entries").fetchall() == [(1,)]


def test_commits_go_to_the_disk_itself(bench: Bench) -> None:
    """WAL with synchronous=FULL: a commit survives a power cut, not only a crash."""
    database = bench.store._db
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert database.execute("PRAGMA synchronous").fetchone() == (2,)


def test_entries_come_back_in_order_and_whole(bench: Bench) -> None:
    """What was recorded is fetched again with every field."""
    facts: list[Fact] = [started(), metered(), ended()]
    bench.do(*(Record(number, fact) for number, fact in enumerate(facts, 1)), Fetch(0))
    for _ in facts:
        bench.answer()
    assert bench.answer() == Fetched(tuple(Durable(n, fact) for n, fact in enumerate(facts, 1)), last=True)


def test_a_long_queue_is_handed_out_in_windows(bench: Bench) -> None:
    """No more than a window at a time, and the last one says so."""
    bench.do(*(Record(number, metered(at=number)) for number in range(1, WINDOW + 11)))
    for _ in range(WINDOW + 10):
        bench.answer()
    bench.do(Fetch(0), Fetch(WINDOW))
    first, second = bench.answer(), bench.answer()
    assert isinstance(first, Fetched)
    assert isinstance(second, Fetched)
    assert (len(first.entries), first.last, len(second.entries), second.last) == (WINDOW, False, 10, True)


@pytest.mark.requirement("R-52")
def test_the_next_boot_finds_what_was_left_open(bench: Bench, path: Path) -> None:
    """An open session with its last kept register; a closed one is not open."""
    bench.do(Record(1, started("s1")), Record(2, started("s2")), Record(3, ended("s2")))
    bench.do(KeepRegister("s1", 1_234, Stamp(1, 99)))
    bench.store.close()
    found = Bench(path)
    recollection = found.store.recollection
    found.store.close()
    assert recollection.open_sessions == (OpenSession(started("s1"), 1_234, Stamp(1, 99)),)
    assert (recollection.boot, recollection.last_entry, recollection.queued) == (2, 3, 3)
    assert [(boot.boot, boot.last_at) for boot in recollection.boots] == [(1, 99), (2, 0)]
    bench.store = Store(path)
    bench.store.start(bench.answers.put)


def test_a_delivered_entry_is_gone_and_its_transaction_known(bench: Bench, path: Path) -> None:
    """The number the backend gave is kept as long as the session needs it."""
    bench.do(Record(1, started()), Delivered(1, "s1", 77), Fetch(0))
    assert bench.answer() == Durable(1, started())
    assert bench.answer() == Fetched((), last=True)
    bench.store.close()
    again = Store(path)
    assert dict(again.recollection.transactions) == {"s1": 77}
    again.close()
    bench.store = Store(path)
    bench.store.start(bench.answers.put)


@pytest.mark.requirement("R-54")
def test_what_is_set_aside_is_kept_and_can_be_sent_again(bench: Bench) -> None:
    """Aside it is not handed out; asked for, it is."""
    bench.do(Record(1, started()), Record(2, ended()), SetAside(1, "s1", whole=True), Fetch(0))
    for _ in range(2):
        bench.answer()
    assert bench.answer() == Counted(0, 2)
    assert bench.answer() == Fetched((), last=True)
    bench.do(Resend("s1"), Fetch(0))
    assert bench.answer() == Counted(2, 0)
    assert bench.answer() == Fetched((Durable(1, started()), Durable(2, ended())), last=True)


@pytest.mark.requirement("R-51", "R-54")
@pytest.mark.parametrize(
    ("zero", "began", "estimated"),
    [
        (Zero(1, 1_767_571_200_000_000), "2026-01-05T00:00:05+00:00", False),
        (Zero(1, 1_767_571_200_000_000, estimated=True), "2026-01-05T00:00:05+00:00", True),
        (None, None, False),
    ],
)
def test_the_list_of_what_is_aside_marks_an_estimated_time(
    bench: Bench, path: Path, zero: Zero | None, began: str | None, estimated: bool
) -> None:
    """A session of a boot that never learned the time is listed with its estimate, and named as one."""
    bench.do(
        Record(1, started(at=5_000_000)),
        SetAside(1, "s1", whole=True),
        *([StoreZeros((zero,))] if zero else []),
    )
    for _ in range(3 if zero else 2):
        bench.answer()
    (row,) = list_aside(path)
    assert (row["session"], row["entries"], row["began"], row["estimated"]) == ("s1", 1, began, estimated)


def test_a_damaged_journal_is_said_and_the_writer_lives(bench: Bench) -> None:
    """Any error of the database is a sentence, not the silent end of the thread that writes."""
    bench.do(Record(1, started()))
    bench.answer()
    bench.do(Record(1, started()))  # a number that is taken: what a damaged index would say
    trouble = bench.answer()
    assert isinstance(trouble, StoreTrouble)
    assert trouble.reason is not None


def test_keys_tags_times_and_availability_survive(bench: Bench, path: Path) -> None:
    """What was stored last is what the next boot finds."""
    zero = Zero(1, 1_767_571_200_000_000)
    tag = CachedTag("abc", AuthStatus.BLOCKED, 5, "PARENT")
    bench.do(StoreKey("LightIntensity", 40), StoreKey("LightIntensity", 50), StoreKey("c_APN", None))
    bench.do(tag, StoreAvailability(1, operative=False), StoreZeros((zero,)))
    assert bench.answer() == ZerosStored((zero,))
    bench.store.close()
    again = Store(path)
    found = again.recollection
    again.close()
    assert dict(found.keys) == {"LightIntensity": 50, "c_APN": None}
    assert (found.tags, found.inoperative) == ((tag,), frozenset({1}))
    assert found.boots[0].zero == zero
    bench.store = Store(path)
    bench.store.start(bench.answers.put)


def test_a_full_disk_is_said_and_loses_nothing(bench: Bench) -> None:
    """The sentence comes once; with room again the job is done and the end of the trouble is said."""
    bench.store.faults.full = True
    bench.do(Record(1, started()))
    trouble = bench.answer()
    assert isinstance(trouble, StoreTrouble)
    assert trouble.reason is not None
    assert "full" in trouble.reason
    bench.store.faults.full = False
    assert bench.answer() == StoreTrouble(None)
    assert bench.answer() == Durable(1, started())


def test_a_disk_that_gives_out_in_an_update_leaves_the_old_list_whole(path: Path) -> None:
    """It is cleared and written in one transaction; without the end of that nothing of it is there."""
    bench, valid = Bench(path), TagInfo(AuthStatus.ACCEPTED)
    bench.do(StoreLocalList(1, (Listed("old", valid),), whole=True))
    assert bench.answer() == LocalListStored(1)
    bench.store.faults.full = True
    bench.do(StoreLocalList(2, tuple(Listed(f"T{n}", valid) for n in range(10_000)), whole=True))
    assert isinstance(bench.answer(), StoreTrouble)
    bench.store.close()
    again = Store(path)
    found = again.recollection
    again.close()
    assert (found.local_list_version, found.local_list) == (1, (Listed("old", valid),))


def test_a_slow_disk_only_makes_the_answer_late(bench: Bench) -> None:
    """Jobs that came meanwhile share the next commit."""
    bench.store.faults.commit_s = 0.05
    bench.do(*(Record(number, started(f"s{number}")) for number in range(1, 21)))
    assert [bench.answer() for _ in range(20)] == [Durable(n, started(f"s{n}")) for n in range(1, 21)]


def test_a_commit_that_hangs_does_not_hold_the_end_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process goes on to its end; what the next one finds is a whole journal without that job."""
    hanging = threading.Event()
    bench = Bench(path)
    monkeypatch.setattr("pilotline.drivers.store.LAST_COMMIT_S", 0.1)
    monkeypatch.setattr(bench.store.faults, "strike", hanging.wait)
    bench.do(Record(1, started()))
    bench.store.close()
    assert bench.answers.empty()
    hanging.set()
    assert bench.answer() == Durable(1, started())


def test_a_folder_of_a_newer_version_is_refused(path: Path) -> None:
    """The sentence names both schemas and what to do; nothing is changed."""
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}")
    database.close()
    with pytest.raises(StoreError, match="newer Pilotline") as refusal:
        Store(path)
    assert "--data" in str(refusal.value)


def test_a_file_of_before_the_history_is_brought_on(path: Path) -> None:
    """Its sessions are there, their ends without the data that nobody reads, their curves to come."""
    data = (metered(at=6).sample,) * 50
    end = replace(ended(), data=data)
    with closing(sqlite3.connect(path)) as old:
        for script in MIGRATIONS[:5]:
            old.executescript(script)
        old.execute("PRAGMA user_version=5")
        old.execute("INSERT INTO boots DEFAULT VALUES")
        row = ("s1", 1, msgspec.json.encode(started()), 77, msgspec.json.encode(end), 1_500, 1, 6)
        old.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        row = ("s2", 1, msgspec.json.encode(started("s2")), None, None, 1_600, 1, 9)
        old.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        old.commit()
    store = Store(path)
    store.close()
    assert [each.start.session for each in store.recollection.open_sessions] == ["s2"]
    assert list(read_sessions(path).sessions) == [
        KeptSession(started("s2"), None, 1_600, Stamp(1, 9)),
        KeptSession(started(), ended(), 1_500, Stamp(1, 6), 77),
    ]
    with closing(sqlite3.connect(path)) as now:
        assert now.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert now.execute("SELECT max(length(end)) FROM sessions").fetchone()[0] < 200


def test_the_end_of_a_session_is_kept_without_its_data(bench: Bench, path: Path) -> None:
    """What the backend is told of it is up to 30 kB; five thousand of these would fill a card."""
    whole = replace(ended(), data=(metered().sample,) * 50)
    bench.do(Record(1, started()), Record(2, whole), Fetch(0))
    assert [bench.answer() for _ in range(2)][1] == Durable(2, whole)
    assert bench.answer() == Fetched((Durable(1, started()), Durable(2, whole)), last=True)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT length(end) FROM sessions").fetchone()[0] < 200


def test_a_file_that_is_no_journal_is_refused(path: Path) -> None:
    """One sentence, and the file is left alone."""
    path.write_bytes(b"not a database at all, but long enough to look at" * 20)
    with pytest.raises(StoreError, match="cannot be used"):
        Store(path)
    assert path.read_bytes().startswith(b"not a database")


@given(st.binary(max_size=4_000))
def test_any_file_is_a_journal_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Damage gives a StoreError or a store, never another exception."""
    path = tmp_path_factory.mktemp("store") / "journal.db"
    path.write_bytes(data)
    refusal = "--data"
    try:
        Store(path).close()
    except StoreError as error:
        refusal = str(error)
    assert "--data" in refusal


def test_a_killed_process_leaves_what_it_was_told_is_durable(path: Path) -> None:
    """A process says what is durable and is killed: every entry it named is there."""
    script = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent)!r})
import test_store as t
bench = t.Bench(Path({str(path)!r}))
n = 0
while True:
    n += 1
    bench.do(t.Record(n, t.started(f"s{{n}}")))
    bench.answer()
    print(n, flush=True)
"""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = [int(process.stdout.readline()) for _ in range(30)][-1]
    process.kill()
    process.wait()
    process.stdout.close()
    store = Store(path)
    assert store.recollection.last_entry >= said
    store.close()


def test_a_barrier_is_reached_when_all_before_it_is_on_the_disk(tmp_path: Path) -> None:
    """Not while the disk refuses; then at once, and a look from outside finds what was submitted before."""
    bench, reached = Bench(tmp_path / "journal.db"), queue.SimpleQueue[bool]()
    bench.store.faults.full = True
    bench.do(StoreKey("LightIntensity", 31))
    bench.store.when_durable(lambda: reached.put(True))
    assert isinstance(bench.answer(), StoreTrouble)
    assert reached.empty()
    bench.store.faults.full = False
    assert reached.get(timeout=10)
    with closing(sqlite3.connect(tmp_path / "journal.db")) as db:
        assert db.execute("SELECT count(*) FROM keys").fetchone() == (1,)
    bench.store.close()


@pytest.mark.parametrize("before", [None, 0o644])
def test_its_owner_alone_may_read_it(path: Path, before: int | None) -> None:
    """Keys and passwords stand in it; one of an older release, which others could read, is mended."""
    if before is not None:
        path.touch()
        path.chmod(before)
    store = Store(path)
    store.start(lambda _: None)
    store.submit(StoreKey("HeartbeatInterval", 77))
    store.when_durable((written := threading.Event()).set)
    assert written.wait(10)
    files = list(path.parent.glob(f"{path.name}*"))
    assert len(files) == 3
    assert {each.stat().st_mode & 0o777 for each in files} == {0o600}
    store.close()
