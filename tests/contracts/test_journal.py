"""What every journal does with its jobs: the store on a disk and its twin in memory, word for word."""

import queue
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilotline.drivers.energy_table import read_energy
from pilotline.drivers.store import WINDOW, Store, read_events, read_security
from pilotline.simulator.journal import MemoryJournal
from pilotline.vocabulary import history
from pilotline.vocabulary.charging import Installed
from pilotline.vocabulary.energy import KEEPS, EnergyHour, EnergyMark, EnergyPiece, EnergyRow, Tier
from pilotline.vocabulary.journal import (
    EVENTS_KEPT,
    SECURITY_KEPT,
    Alarm,
    BootTime,
    CachedTag,
    Card,
    Counted,
    Delivered,
    Durable,
    Ended,
    Fetch,
    Fetched,
    ForgetCard,
    ForgetProfiles,
    ForgetReservation,
    ForgetTags,
    KeepCard,
    KeepEnergy,
    KeepEvent,
    KeepProfile,
    KeepRegister,
    KeepReservation,
    KeepSecurityEvent,
    Listed,
    LocalListStored,
    LoggedEvent,
    Metered,
    MeterSample,
    Notified,
    OpenSession,
    Recollection,
    Record,
    Resend,
    Reservation,
    SampledValue,
    SecurityEvent,
    SetAside,
    Started,
    StoreAvailability,
    StoreEvent,
    StoreJob,
    StoreKey,
    StoreLocalList,
    StoreZeros,
    Zero,
    ZerosStored,
)
from pilotline.vocabulary.status import AuthStatus, ReadingContext, StopReason, TagInfo
from pilotline.vocabulary.time import Stamp
from pilotline.vocabulary.upkeep import Notice
from support.profiles import TX, profile

ANSWERED = (Record, SetAside, Resend, Fetch, StoreZeros, StoreLocalList)


Energy = tuple[Sequence[EnergyRow], int]


class Journal(Protocol):
    """What both can do: perform jobs, and begin anew with what was written."""

    def perform(self, *jobs: StoreJob) -> list[StoreEvent]: ...

    def restart(self) -> Recollection: ...

    def security(self) -> list[SecurityEvent | Alarm]: ...

    def events(self) -> list[LoggedEvent]: ...

    def energy(self, connector: int, tier: Tier, first: int, last: int, most: int) -> Energy: ...

    def close(self) -> None: ...


class OnDisk:
    """The store, asked synchronously."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open()

    def _open(self) -> None:
        self._answers: queue.Queue[StoreEvent] = queue.Queue()
        self._store = Store(self._path)
        self._store.start(self._answers.put)

    def perform(self, *jobs: StoreJob) -> list[StoreEvent]:
        for job in (*jobs, Fetch(1 << 60)):  # the last is no lazy one, so that nobody waits for company
            self._store.submit(job)
        count = sum(isinstance(job, ANSWERED) for job in jobs)
        return [self._answers.get(timeout=10) for _ in range(count + 1)][:-1]

    def restart(self) -> Recollection:
        self._store.close()
        self._open()
        return self._store.recollection

    def security(self) -> list[SecurityEvent | Alarm]:
        return read_security(self._path)

    def events(self) -> list[LoggedEvent]:
        return read_events(self._path)

    def energy(self, connector: int, tier: Tier, first: int, last: int, most: int) -> Energy:
        return read_energy(self._path, connector, tier, first, last, most)

    def close(self) -> None:
        self._store.close()


class InMemory:
    """The twin."""

    def __init__(self) -> None:
        self._journal = MemoryJournal()

    def perform(self, *jobs: StoreJob) -> list[StoreEvent]:
        return [answer for job in jobs for answer in self._journal.perform(job)]

    def restart(self) -> Recollection:
        self._journal = self._journal.restart(self._journal.found.boot + 1)
        return self._journal.found

    def security(self) -> list[SecurityEvent | Alarm]:
        return self._journal.security

    def events(self) -> list[LoggedEvent]:
        return self._journal.events

    def energy(self, connector: int, tier: Tier, first: int, last: int, most: int) -> Energy:
        return self._journal.energy.read(connector, tier, first, last, most)

    def close(self) -> None:
        pass


MAKERS: dict[str, Callable[[Path], Journal]] = {"disk": OnDisk, "memory": lambda _path: InMemory()}


@pytest.fixture(params=MAKERS)
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    made = MAKERS[request.param](tmp_path / "journal.db")
    yield made
    made.close()


def started(session: str = "s1", at: int = 5, boot: int = 1, utc: int | None = None) -> Started:
    return Started(session, 1, "TAG", 1_000, Stamp(boot, at, utc))


def metered(session: str = "s1", at: int = 6, boot: int = 1) -> Metered:
    values = (SampledValue("12.5", "Current.Import", "A", "L1"),)
    return Metered(session, 1, MeterSample(Stamp(boot, at), ReadingContext.PERIODIC, values))


def ended(session: str = "s1", at: int = 7, boot: int = 1) -> Ended:
    data = (metered(session, at - 1, boot).sample,)
    return Ended(session, 1, 2_000, Stamp(boot, at), StopReason.EV_DISCONNECTED, data=data)


def durables(*facts: Started | Metered | Ended) -> list[StoreEvent]:
    return [Durable(entry, fact) for entry, fact in enumerate(facts, 1)]


def records(*facts: Started | Metered | Ended) -> list[Record]:
    return [Record(entry, fact) for entry, fact in enumerate(facts, 1)]


def test_a_new_journal_remembers_nothing(journal: Journal) -> None:
    """The second boot of an empty journal knows only that there was a first."""
    assert journal.restart() == Recollection(boot=2, boots=(BootTime(1, 0, None), BootTime(2, 0, None)))


@pytest.mark.requirement("R-53")
def test_every_record_is_answered_and_waits_in_order(journal: Journal) -> None:
    """Durable for each, and all are handed out again, whole and in order, also by the next boot."""
    facts = (started(utc=77), metered(), ended())
    assert journal.perform(*records(*facts)) == durables(*facts)
    found = journal.restart()
    assert (found.last_entry, found.queued, found.open_sessions) == (3, 3, ())
    assert journal.perform(Fetch(0)) == [Fetched(tuple(Durable(n, f) for n, f in enumerate(facts, 1)), True)]


def test_what_waits_is_handed_out_in_windows(journal: Journal) -> None:
    """A window at a time; the last one says so, and an exact fit is the last."""
    journal.perform(*records(*(metered(at=n) for n in range(WINDOW + 10))))
    first, second, fit = journal.perform(Fetch(0), Fetch(WINDOW), Fetch(10))
    assert isinstance(first, Fetched)
    assert isinstance(second, Fetched)
    assert isinstance(fit, Fetched)
    assert [(len(each.entries), each.last) for each in (first, second, fit)] == [
        (WINDOW, False),
        (10, True),
        (WINDOW, True),
    ]


def test_a_delivered_entry_is_gone_and_the_number_of_its_session_is_kept(journal: Journal) -> None:
    """As long as the session is open or something of it is left; afterwards it is forgotten."""
    journal.perform(*records(started(), metered()), Delivered(1, "s1", 77), Delivered(2, "s1"))
    found = journal.restart()
    assert (dict(found.transactions), found.queued) == ({"s1": 77}, 0)
    journal.perform(Record(3, ended()))
    assert dict(journal.restart().transactions) == {"s1": 77}
    journal.perform(Delivered(3, "s1"))
    assert dict(journal.restart().transactions) == {}


@pytest.mark.requirement("R-52")
def test_an_open_session_is_found_with_its_last_register(journal: Journal) -> None:
    """The last one kept; a session without one has the register of its start."""
    journal.perform(*records(started("s1", utc=99), started("s2"), started("s3"), ended("s3")))
    journal.perform(KeepRegister("s1", 1_234, Stamp(1, 99, 123)), KeepRegister("s3", 9_999, Stamp(1, 100)))
    assert journal.restart().open_sessions == (
        OpenSession(started("s1", utc=99), 1_234, Stamp(1, 99)),
        OpenSession(started("s2"), 1_000, Stamp(1, 5)),
    )


@pytest.mark.requirement("R-51")
def test_boots_are_known_by_their_last_moment_and_their_zero(journal: Journal) -> None:
    """Any fact or register moves the last moment, of its own boot; zeros are kept, estimates as such."""
    journal.perform(*records(started(at=5)), KeepRegister("s1", 1, Stamp(1, 50)), Record(2, metered(at=40)))
    journal.restart()
    journal.perform(Record(3, ended(at=70)), Record(4, started("s2", at=9, boot=2)))
    zeros = (Zero(2, 1_000_000), Zero(1, 999_000, estimated=True), Zero(9, 5))
    assert journal.perform(StoreZeros(zeros)) == [ZerosStored(zeros)]
    assert journal.restart().boots == (
        BootTime(1, 70, zeros[1]),
        BootTime(2, 9, zeros[0]),
        BootTime(3, 0, None),
    )


@pytest.mark.requirement("R-54")
def test_a_session_set_aside_is_kept_counted_and_can_be_taken_back(journal: Journal) -> None:
    """Whole, with what comes of it later; not handed out until a person asks, also after a restart."""
    journal.perform(*records(started("s1"), started("s2"), metered("s1")))
    assert journal.perform(SetAside(1, "s1", whole=True)) == [Counted(1, 2)]
    assert journal.perform(Record(4, ended("s1")), SetAside(4, "s1", whole=True))[1] == Counted(1, 3)
    found = journal.restart()
    assert (found.queued, found.set_aside, found.aside_sessions) == (1, 3, frozenset({"s1"}))
    assert journal.perform(Fetch(0)) == [Fetched((Durable(2, started("s2")),), last=True)]
    assert journal.perform(Resend("s1")) == [Counted(4, 0)]
    (fetched,) = journal.perform(Fetch(0))
    assert isinstance(fetched, Fetched)
    assert [done.entry for done in fetched.entries] == [1, 2, 3, 4]
    assert journal.restart().aside_sessions == frozenset()


@pytest.mark.requirement("R-54")
def test_meter_values_set_aside_take_nothing_with_them(journal: Journal) -> None:
    """The session's other entries go on, also after a restart."""
    journal.perform(*records(started(), metered(), ended()))
    assert journal.perform(SetAside(2, "s1", whole=False)) == [Counted(2, 1)]
    found = journal.restart()
    assert (found.queued, found.set_aside, found.aside_sessions) == (2, 1, frozenset())


@pytest.mark.requirement("R-54")
def test_what_was_recorded_just_before_a_crash_joins_its_session_aside(journal: Journal) -> None:
    """An entry that nobody could set aside any more neither waits for ever nor is lost."""
    journal.perform(*records(started()), SetAside(1, "s1", whole=True), Record(2, ended()))
    found = journal.restart()
    assert (found.queued, found.set_aside) == (0, 2)
    assert journal.perform(Resend("s1")) == [Counted(2, 0)]


@pytest.mark.requirement("M-43")
def test_rows_come_with_a_fact_or_not_at_all(journal: Journal) -> None:
    """A notice and what its sender has to know of it afterwards are one commit."""
    journal.perform(StoreKey("upkeep firmware", "before"))
    rows = StoreKey("upkeep firmware", "after"), StoreKey("x y", 1)
    journal.perform(replace(records(started())[0], keys=rows))
    found = journal.restart()
    assert (found.last_entry, dict(found.keys)) == (1, {"upkeep firmware": "after", "x y": 1})


def test_settings_service_and_tags_survive(journal: Journal) -> None:
    """The last word of each; tags are the same in any case, and stand in the order they were heard of."""
    blocked = CachedTag("ABC", AuthStatus.BLOCKED, 5, "PARENT")
    accepted = CachedTag("abc", AuthStatus.ACCEPTED)
    other = CachedTag("0001", AuthStatus.EXPIRED)
    journal.perform(StoreKey("LightIntensity", 40), StoreKey("LightIntensity", 50), StoreKey("c_APN", None))
    journal.perform(StoreAvailability(1, operative=False), StoreAvailability(2, operative=False))
    journal.perform(StoreAvailability(2, operative=True), blocked, accepted, other)
    for _ in range(2):
        found = journal.restart()
        assert dict(found.keys) == {"LightIntensity": 50, "c_APN": None}
        assert found.inoperative == frozenset({1})
        assert found.tags == (accepted, other)
    journal.perform(accepted, ForgetTags(("0001", "never heard of")))
    assert journal.restart().tags == (accepted,)
    journal.perform(other, ForgetTags())
    assert journal.restart().tags == ()


def listed(tag: str, status: AuthStatus | None = AuthStatus.ACCEPTED, parent: str | None = None) -> Listed:
    return Listed(tag, None if status is None else TagInfo(status, 5, parent))


@pytest.mark.requirement("E-61", "M-42")
def test_the_local_list_survives_whole(journal: Journal) -> None:
    """Its version and its tags, without their case; one update replaces all, or changes some."""
    assert journal.restart().local_list == ()
    first = StoreLocalList(3, (listed("B"), listed("a", parent="GROUP")), whole=True)
    assert journal.perform(first) == [LocalListStored(3)]
    found = journal.restart()
    assert (found.local_list_version, found.local_list) == (3, (listed("a", parent="GROUP"), listed("b")))
    changes = (
        listed("A", AuthStatus.BLOCKED),
        listed("B", None),
        listed("C"),
        listed("never heard of", None),
    )
    journal.perform(StoreLocalList(4, changes, whole=False))
    found = journal.restart()
    assert (found.local_list_version, found.local_list) == (4, (listed("a", AuthStatus.BLOCKED), listed("c")))
    journal.perform(StoreLocalList(0, (), whole=True))
    found = journal.restart()
    assert (found.local_list_version, found.local_list) == (0, ())


@pytest.mark.requirement("M-11")
def test_the_stations_own_cards_survive_until_they_are_forgotten(journal: Journal) -> None:
    """By their tags in any case of letters; what is said of one last stands."""
    anna, ben = Card("04A1", "Anna", last_us=7), Card("0099", "Ben", allowed=False)
    journal.perform(KeepCard(Card("04a1", "")), KeepCard(anna), KeepCard(ben))
    assert journal.restart().cards == (ben, anna)
    journal.perform(ForgetCard("04a1"), ForgetCard("99"))
    assert journal.restart().cards == (ben,)


@pytest.mark.requirement("R-30")
def test_a_reservation_survives_until_it_is_forgotten(journal: Journal) -> None:
    """One of an id that is there already replaces it."""
    one, two = Reservation(7, 1, "ANNA", 99, "GROUP"), Reservation(-2, 0, "BEN", 5)
    journal.perform(KeepReservation(Reservation(7, 2, "OLD", 1)), KeepReservation(one), KeepReservation(two))
    assert journal.restart().reservations == (two, one)
    journal.perform(ForgetReservation(-2), ForgetReservation(99))
    assert journal.restart().reservations == (one,)


@pytest.mark.requirement("R-30")
def test_the_start_that_uses_a_reservation_up_ends_it_in_the_same_moment(journal: Journal) -> None:
    """A crash never leaves a reservation that a recorded session has used."""
    kept = [KeepReservation(Reservation(number, 0, "ANNA", 99)) for number in (7, 8)]
    start = Started("s1", 1, "ANNA", 0, Stamp(1, 5), reservation=7)
    journal.perform(*kept, Record(1, start), Record(2, started("s2")))
    found = journal.restart()
    assert [each.id for each in found.reservations] == [8]
    assert found.open_sessions[0].start == start


def test_charging_profiles_survive_in_their_order(journal: Journal) -> None:
    """The last word of each id; one stroke puts a new one in the place of others."""
    first, second, third = (Installed(1, profile(number=number, stack=number)) for number in (1, 2, 3))
    own = Installed(1, profile((0, 6_000), number=4, purpose=TX), "s1")
    journal.perform(KeepProfile(first), KeepProfile(second), KeepProfile(third), KeepProfile(own))
    again = replace(second, connector=0)
    journal.perform(KeepProfile(again, (1, 77)))
    for _ in range(2):
        assert journal.restart().profiles == (third, own, again)
    journal.perform(ForgetProfiles((3, 77)), ForgetProfiles(()))
    assert journal.restart().profiles == (own, again)


SESSIONS = st.sampled_from(["s1", "s2", "s3"])


def _installed(connector: int, number: int) -> Installed:
    return Installed(connector, profile(number=number))


PROFILES = st.builds(_installed, st.integers(0, 1), st.integers(1, 3))
MOMENTS = st.builds(Stamp, st.just(1), st.integers(0, 100))
JOBS: st.SearchStrategy[StoreJob] = st.one_of(
    st.builds(Delivered, st.integers(1, 9), SESSIONS, st.one_of(st.none(), st.integers(1, 9))),
    st.builds(SetAside, st.integers(1, 9), SESSIONS, st.booleans()),
    st.builds(Resend, SESSIONS),
    st.builds(Fetch, st.integers(0, 9)),
    st.builds(KeepRegister, SESSIONS, st.integers(0, 9_999), MOMENTS),
    st.builds(
        StoreZeros, st.lists(st.builds(Zero, st.integers(1, 3), st.integers(0, 9)), max_size=2).map(tuple)
    ),
    st.builds(StoreAvailability, st.integers(1, 2), st.booleans()),
    st.builds(ForgetProfiles, st.lists(st.integers(1, 3), max_size=2).map(tuple)),
    st.builds(KeepProfile, PROFILES, st.lists(st.integers(1, 3), max_size=2).map(tuple)),
    st.builds(ForgetTags, st.one_of(st.none(), st.just(("A",)))),
    st.builds(CachedTag, st.sampled_from(["a", "A", "b"]), st.sampled_from(list(AuthStatus))),
    st.builds(
        StoreLocalList,
        st.integers(0, 9),
        st.lists(
            st.builds(listed, st.sampled_from(["a", "B", "é", "ß"]), st.sampled_from([None, *AuthStatus])),
            max_size=3,
            unique_by=lambda each: each.tag,
        ).map(tuple),
        st.booleans(),
    ),
    st.builds(
        KeepReservation,
        st.builds(Reservation, st.integers(1, 3), st.integers(0, 2), st.just("A"), st.just(9)),
    ),
    st.builds(ForgetReservation, st.integers(1, 3)),
    st.builds(KeepCard, st.builds(Card, st.sampled_from(["a", "A", "b"]), st.sampled_from(["", "Anna"]))),
    st.builds(ForgetCard, st.sampled_from(["a", "B"])),
)


def _numbered(jobs: Sequence[StoreJob | str]) -> list[StoreJob | str]:
    """A record where the story says "next": three sessions, one after the other, of three facts each."""
    facts = [make(name) for name in ("s1", "s2", "s3") for make in (started, metered, ended)]
    entries = iter(enumerate(facts, 1))
    found: list[StoreJob | str] = []
    for job in jobs:
        if job == "next":
            entry, fact = next(entries, (0, None))
            found += [Record(entry, fact)] if fact else []
        else:
            found.append(job)
    return found


@given(st.lists(st.one_of(st.just("next"), st.just("next"), JOBS, st.just("restart")), max_size=25))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_both_say_the_same_to_any_story(
    tmp_path_factory: pytest.TempPathFactory, story: list[StoreJob | str]
) -> None:
    """Whatever jobs come and wherever the boots end, answers and recollections are equal."""
    disk, memory = OnDisk(tmp_path_factory.mktemp("journal") / "journal.db"), InMemory()
    try:
        for job in [*_numbered(story), "restart"]:
            if isinstance(job, str):
                assert disk.restart() == memory.restart()
            else:
                assert disk.perform(job) == memory.perform(job)
    finally:
        disk.close()


def notified(session: str, about: Notice = Notice.SECURITY, boot: int = 1) -> Notified:
    return Notified(session, about, "InvalidTLSVersion", Stamp(boot, 9), 7, "TLS 1.0 was offered.")


@pytest.mark.requirement("R-53")
def test_a_notice_waits_as_it_was_noted_and_is_counted_apart(journal: Journal) -> None:
    """Beside sessions, over restarts, until it is delivered; one set aside is not among those that wait."""
    facts = (started(), notified("n1"), notified("n2", Notice.LOG), ended())
    jobs = [Record(entry, fact) for entry, fact in enumerate(facts, 1)]
    assert journal.perform(*jobs) == [Durable(job.entry, job.fact) for job in jobs]
    found = journal.restart()
    assert (found.queued, found.notices, found.open_sessions) == (4, 2, ())
    assert journal.perform(Fetch(1)) == [
        Fetched(tuple(Durable(job.entry, job.fact) for job in jobs[1:]), last=True)
    ]
    assert journal.perform(SetAside(2, "n1", whole=True)) == [Counted(3, 1, 1)]
    journal.perform(Delivered(3, "n2"))
    found = journal.restart()
    assert (found.queued, found.notices, found.set_aside, found.aside_sessions) == (2, 0, 1, {"n1"})
    assert journal.perform(Resend("n1")) == [Counted(3, 0, 1)]


def test_the_boot_of_a_notice_that_waits_is_remembered(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time can be said however many boots later (R-51)."""
    monkeypatch.setattr(history, "BOOTS_KEPT", 3)
    journal.perform(Record(1, notified("n1")), StoreZeros((Zero(1, 5_000),)))
    for _ in range(6):
        journal.restart()
    found = journal.restart()
    assert [each.boot for each in found.boots][:2] == [1, 6]
    assert next(each.zero for each in found.boots if each.boot == 1) == Zero(1, 5_000)


def security_event(number: int, at: int = 8) -> SecurityEvent:
    return SecurityEvent(1, "VOLTAGE_OFFSET", None, number, "backend", taken=None, stamp=Stamp(1, at))


@pytest.mark.requirement("R-49")
def test_security_events_are_kept_and_wait_for_nobody(journal: Journal) -> None:
    """They outlive a restart, are no entries of the outbox, and the boot was alive then."""
    alarm = Alarm("StartupOfTheDevice", "POWERON (1)", Stamp(1, 8))
    events = [security_event(0), alarm, security_event(2)]
    assert journal.perform(*(KeepSecurityEvent(each) for each in events)) == []
    found = journal.restart()
    assert journal.security() == events
    assert (found.queued, found.last_entry, found.boots[0].last_at) == (0, 0, 8)


@pytest.mark.requirement("R-49")
def test_of_security_events_the_newest_are_kept(journal: Journal) -> None:
    """A flood of them does not fill the disk."""
    journal.perform(*(KeepSecurityEvent(security_event(number)) for number in range(SECURITY_KEPT + 5)))
    assert [each.new for each in journal.security() if isinstance(each, SecurityEvent)] == list(
        range(5, SECURITY_KEPT + 5)
    )


def logged(number: int, at: int = 8, utc: int | None = None) -> LoggedEvent:
    return LoggedEvent("fault", 1, Stamp(1, at, utc), {"fault": "0x0001", "number": number}, times=number + 1)


@pytest.mark.requirement("R-51")
def test_logged_events_are_kept_and_wait_for_nobody(journal: Journal) -> None:
    """In their order, over a restart, with the stamp they had: the boot was alive then."""
    events = [logged(0), logged(1, 9), logged(2, 10, utc=77)]
    assert journal.perform(*(KeepEvent(each) for each in events)) == []
    found = journal.restart()
    assert journal.events() == events
    assert (found.queued, found.last_entry, found.boots[0].last_at) == (0, 0, 10)
    journal.perform(KeepEvent(logged(3)))
    assert journal.events() == [*events, logged(3)]


def test_of_logged_events_the_newest_are_kept(journal: Journal) -> None:
    """A station of many years has as many as one of a few months."""
    journal.perform(*(KeepEvent(logged(number)) for number in range(EVENTS_KEPT + 5)))
    assert [each.words["number"] for each in journal.events()] == list(range(5, EVENTS_KEPT + 5))


def energy(hour: int, wh: int, *, register_wh: int = 9_000, connector: int = 1) -> KeepEnergy:
    """So much in an hour that began at ``hour`` s; each hour here is of a day and a month of its own."""
    piece = EnergyPiece(EnergyHour(hour, 20260000 + hour, 202600 + hour), wh)
    return KeepEnergy(connector, EnergyMark(register_wh, hour + 7), (piece,))


ALL = (0, 10**10, 10**6)


def test_energy_adds_up_in_every_tier(journal: Journal) -> None:
    """What comes twice for an hour is one row; each connector has its own; the next boot finds the marks."""
    assert journal.perform(energy(3, 10), energy(3, 5), energy(4, 1), energy(3, 8, connector=2)) == []
    found = journal.restart()
    assert found.energy == {1: EnergyMark(9_000, 11), 2: EnergyMark(9_000, 10)}
    assert journal.energy(1, Tier.HOUR, *ALL) == ([EnergyRow(3, 15), EnergyRow(4, 1)], 0)
    assert journal.energy(1, Tier.DAY, *ALL) == ([EnergyRow(20260003, 15), EnergyRow(20260004, 1)], 0)
    assert journal.energy(1, Tier.MONTH, *ALL) == ([EnergyRow(202603, 15), EnergyRow(202604, 1)], 0)
    assert journal.energy(2, Tier.HOUR, *ALL) == ([EnergyRow(3, 8)], 0)


def test_undated_energy_is_told_beside(journal: Journal) -> None:
    """It comes with pieces that have no hour, and goes with such of less than nothing."""
    mark = EnergyMark(100, None)
    journal.perform(KeepEnergy(1, mark, (EnergyPiece(None, 30),)))
    assert journal.energy(1, Tier.HOUR, *ALL) == ([], 30)
    journal.perform(KeepEnergy(1, mark, (EnergyPiece(None, -30), *energy(3, 30).pieces)))
    assert journal.energy(1, Tier.HOUR, *ALL) == ([EnergyRow(3, 30)], 0)
    assert journal.restart().energy == {1: mark}


def test_energy_is_read_from_one_record_to_another_the_newest_first_to_count(journal: Journal) -> None:
    """Both ends belong to it, and of too many the oldest are left out."""
    journal.perform(*(energy(hour, 1) for hour in range(10)))
    rows, _ = journal.energy(1, Tier.HOUR, 2, 8, 3)
    assert [row.start for row in rows] == [6, 7, 8]
    rows, _ = journal.energy(1, Tier.HOUR, 2, 4, 100)
    assert [row.start for row in rows] == [2, 3, 4]


def test_energy_is_kept_in_bounds(journal: Journal) -> None:
    """The oldest go, each tier at its own number, whatever their dates."""
    most = KEEPS[Tier.MONTH]
    journal.perform(*(energy(hour, 1) for hour in range(most + 5)))
    months, _ = journal.energy(1, Tier.MONTH, *ALL)
    assert [row.start - 202600 for row in months] == list(range(5, most + 5))
    assert len(journal.energy(1, Tier.DAY, *ALL)[0]) == most + 5
