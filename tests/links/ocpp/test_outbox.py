"""The outbox: facts in order, one at a time, each until it is answered, none ever lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotline.links.ocpp.notices import OF_THE_WHITEPAPER
from pilotline.links.ocpp.outbox import HIGH, LOW, Outbox
from pilotline.simulator.journal import MemoryJournal
from pilotline.station.clock import WallClock
from pilotline.vocabulary.journal import (
    Counted,
    Delivered,
    Durable,
    Ended,
    Fact,
    Fetch,
    Fetched,
    Metered,
    Notified,
    Recollection,
    Record,
    Resend,
    SetAside,
    Started,
    StoreJob,
    Zero,
)
from pilotline.vocabulary.time import SECOND, Stamp
from pilotline.vocabulary.upkeep import Notice
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.v16_upkeep import (
    DiagnosticsStatusNotification,
    FirmwareStatusNotification,
    LogStatusNotification,
    SecurityEventNotification,
)
from support.ocpp_line import MIDNIGHT, ended, metered, started

WORDS = {Notice.SECURITY: "InvalidFirmwareSignature", Notice.LOG: "UploadFailed"}


def notice(about: Notice, name: str, word: str | None = None, at: int = 0) -> Notified:
    """A notice with a word its message has."""
    return Notified(name, about, word or WORDS.get(about, "Idle"), Stamp(1, at))


def make(*facts: Fact) -> Outbox:
    clock = WallClock(1)
    clock.learn(MIDNIGHT, 0)
    outbox = Outbox(clock)
    for entry, fact in enumerate(facts, 1):
        outbox.add(Durable(entry, fact))
    return outbox


def test_one_is_out_at_a_time() -> None:
    """The next one waits for the answer to the one before."""
    outbox = make(started(), metered())
    assert isinstance(outbox.next(0), v16.StartTransaction)
    assert outbox.next(0) is None
    outbox.delivered(7)
    request = outbox.next(0)
    assert isinstance(request, v16.MeterValues)
    assert request.transaction_id == 7


def test_each_session_has_its_own_number() -> None:
    """Facts of two sessions, one after the other; a number is forgotten with the end of its session."""
    outbox = make(started("S1"), ended("S1"), started("S2"), ended("S2"))
    numbers: list[int] = []
    for transaction in (11, 12):
        outbox.next(0)
        outbox.delivered(transaction)
        stop = outbox.next(0)
        assert isinstance(stop, v16.StopTransaction)
        numbers.append(stop.transaction_id)
        outbox.delivered()
    assert numbers == [11, 12]
    assert outbox.number_of("S1") is None
    assert outbox.queued == 0


@pytest.mark.requirement("R-54")
def test_a_failure_puts_the_next_attempt_off() -> None:
    """By the interval times the number of failures, and it says when."""
    outbox = make(started())
    outbox.next(0)
    assert outbox.failed(0) is None
    assert outbox.deadline(0) == 60 * SECOND
    assert outbox.next(60 * SECOND - 1) is None
    assert outbox.next(60 * SECOND) is not None
    outbox.failed(60 * SECOND)
    assert outbox.deadline(60 * SECOND) == 180 * SECOND


@pytest.mark.requirement("R-54")
def test_a_session_whose_start_fails_for_good_goes_aside_as_a_whole() -> None:
    """What waits of it now and what comes of it later; the next session proceeds."""
    outbox = make(started("S1"), started("S2"), metered("S1"))
    outbox.pace.attempts = 1
    outbox.next(0)
    assert outbox.failed(0) == SetAside(1, "S1", whole=True)
    assert outbox.add(Durable(4, ended("S1"))) == SetAside(4, "S1", whole=True)
    assert (outbox.set_aside, outbox.queued) == (3, 1)
    assert outbox.head == Durable(2, started("S2"))
    assert outbox.next(0) is not None


@pytest.mark.requirement("R-54")
def test_meter_values_that_fail_for_good_go_aside_alone() -> None:
    """The session's end still reaches the backend."""
    outbox = make(started(), metered(), ended())
    outbox.pace.attempts = 1
    outbox.next(0)
    outbox.delivered(7)
    outbox.next(0)
    assert outbox.failed(0) == SetAside(2, "S1", whole=False)
    assert isinstance(outbox.next(0), v16.StopTransaction)


@pytest.mark.requirement("R-54")
def test_failures_are_counted_per_fact() -> None:
    """A delivery forgets the failures before it."""
    outbox = make(started(), metered())
    outbox.pace.attempts = 2
    outbox.next(0)
    outbox.failed(0)
    outbox.next(60 * SECOND)
    outbox.delivered(7)
    outbox.next(60 * SECOND)
    assert outbox.failed(60 * SECOND) is None


@pytest.mark.requirement("R-53")
def test_a_repeat_is_the_same_request() -> None:
    """After a failure and after a lost connection, whatever the clock has learned meanwhile."""
    clock = WallClock(1)
    clock.learn(MIDNIGHT, 0)
    outbox = Outbox(clock)
    outbox.add(Durable(1, started(at=SECOND)))
    first = outbox.next(0)
    clock.learn(MIDNIGHT, 5)
    outbox.interrupted()
    assert outbox.next(0) == first
    outbox.failed(0)
    clock.learn(MIDNIGHT, 9)
    assert outbox.next(60 * SECOND) == first


def test_what_is_held_is_everything_up_to_an_entry() -> None:
    """A status waits while its fact, or one before it, has still to go."""
    outbox = make(started(), metered())
    assert outbox.holds(1)
    assert outbox.holds(2)
    assert not outbox.holds(0)
    outbox.next(0)
    outbox.delivered(1)
    assert not outbox.holds(1)
    assert outbox.holds(2)


OUTCOMES = st.lists(st.sampled_from(["ok", "ok", "fail", "cut"]), max_size=60)
SESSIONS = st.lists(st.integers(0, 3), min_size=1, max_size=4)


@pytest.mark.requirement("R-54", "R-53")
@given(sessions=SESSIONS, outcomes=OUTCOMES, attempts=st.integers(1, 3))
def test_nothing_is_lost_and_nothing_overtakes(
    sessions: list[int], outcomes: list[str], attempts: int
) -> None:
    """Whatever the backend does: each fact is delivered once, waits, or is set aside; a session in order."""
    facts: list[Fact] = []
    for number, samples in enumerate(sessions):
        name = f"S{number}"
        facts += [started(name), *(metered(name) for _ in range(samples)), ended(name)]
    outbox = make(*facts)
    outbox.pace.attempts = attempts
    now, taken, aside = 0, list[Durable](), set[int]()
    for outcome in outcomes:
        now += 400 * SECOND
        if outbox.next(now) is None:
            break
        if outcome == "ok":
            taken.append(outbox.delivered(len(taken)))
        elif outcome == "cut":
            outbox.interrupted()
        elif gone := outbox.failed(now):
            aside |= _entries_of(gone, facts) - {done.entry for done in taken}
    waiting = {done.entry for done in outbox.window}
    entries = [done.entry for done in taken]
    assert sorted([*entries, *waiting, *aside]) == list(range(1, len(facts) + 1))
    assert entries == sorted(entries)
    assert (outbox.queued, outbox.set_aside) == (len(waiting), len(aside))
    begun = {done.fact.session for done in taken if isinstance(done.fact, Started)}
    assert {done.fact.session for done in taken} <= begun


def _entries_of(gone: SetAside, facts: list[Fact]) -> set[int]:
    """What is set aside: one entry, or all of its session."""
    whole = {entry for entry, fact in enumerate(facts, 1) if fact.session == gone.session}
    return whole if gone.whole else {gone.entry}


# --- the window -----------------------------------------------------------------------------------------


def known_clock(boot: int = 1) -> WallClock:
    clock = WallClock(boot)
    clock.learn(MIDNIGHT, 0)
    clock.settle((Zero(1, 0),))
    return clock


def pairs(*sessions: str) -> list[Fact]:
    return [make(name) for name in sessions for make in (started, ended)]


def durables(facts: list[Fact], first: int = 1) -> tuple[Durable, ...]:
    return tuple(Durable(entry, fact) for entry, fact in enumerate(facts, first))


def test_what_is_new_stays_in_the_store_above_the_high_mark() -> None:
    """Memory holds HIGH entries and no more; all are counted, and low water asks for what follows."""
    outbox = make(*(metered() for _ in range(HIGH + 50)))
    assert (len(outbox.window), outbox.queued) == (HIGH, HIGH + 50)
    outbox._transactions["S1"] = 7
    for _ in range(HIGH - LOW):
        outbox.next(0)
        outbox.delivered()
    assert outbox.fetch() is None
    outbox.next(0)
    outbox.delivered()
    assert outbox.fetch() == Fetch(HIGH)
    assert outbox.fetch() is None, "one question at a time"


def test_after_a_boot_the_window_is_filled_from_the_store() -> None:
    """What waits is asked for at once; with nothing waiting nothing is asked."""
    assert Outbox(known_clock(), Recollection(2)).fetch() is None
    outbox = Outbox(known_clock(2), Recollection(2, last_entry=2, queued=2))
    assert outbox.fetch() == Fetch(0)
    assert outbox.next(0) is None
    outbox.fetched(Fetched(durables(pairs("S1")), last=True))
    assert outbox.fetch() is None
    assert isinstance(outbox.next(0), v16.StartTransaction)
    assert outbox.queued == 2


def test_what_becomes_durable_while_the_store_is_asked_is_taken_once() -> None:
    """It is in the answer, or comes with the next one."""
    outbox = Outbox(known_clock(2), Recollection(2, last_entry=2, queued=2))
    outbox.fetch()
    outbox.add(Durable(3, started("S2")))
    outbox.fetched(Fetched((*durables(pairs("S1")), Durable(3, started("S2"))), last=True))
    assert [done.entry for done in outbox.window] == [1, 2, 3]
    outbox.add(Durable(4, ended("S2")))
    assert [done.entry for done in outbox.window] == [1, 2, 3, 4]
    assert outbox.queued == 4


def test_a_session_known_to_be_aside_stays_there_after_a_boot() -> None:
    """Its later facts join it, and the store's window is taken without it."""
    memory = Recollection(2, last_entry=2, set_aside=1, queued=1, aside_sessions=frozenset({"S1"}))
    outbox = Outbox(known_clock(2), memory)
    assert outbox.add(Durable(3, ended("S1"))) == SetAside(3, "S1", whole=True)
    assert outbox.set_aside == 2
    outbox.fetch()
    outbox.fetched(Fetched((Durable(2, started("S2")), Durable(3, ended("S1"))), last=True))
    assert [done.entry for done in outbox.window] == [2]


def test_a_transaction_number_is_remembered_over_a_boot() -> None:
    """The end of a session whose start was answered before the restart bears that answer."""
    outbox = Outbox(known_clock(2), Recollection(2, queued=1, transactions={"S1": 77}))
    outbox.fetch()
    outbox.fetched(Fetched((Durable(2, ended("S1")),), last=True))
    stop = outbox.next(0)
    assert isinstance(stop, v16.StopTransaction)
    assert stop.transaction_id == 77


def test_what_is_only_in_the_store_is_held_too() -> None:
    """An empty window does not let a status overtake what the store is still asked for."""
    outbox = Outbox(known_clock(2), Recollection(2, last_entry=2, queued=2))
    assert outbox.holds(2)
    assert not outbox.holds(0)
    outbox.fetch()
    outbox.fetched(Fetched((), last=True))
    assert not outbox.holds(2)


# --- taken back -----------------------------------------------------------------------------------------


@pytest.mark.requirement("R-54")
@pytest.mark.parametrize("head", ["in flight", "interrupted", "failed", "never out"])
def test_a_session_taken_back_does_not_disturb_the_head(head: str) -> None:
    """What was out, with its words, its attempts and its pause, is answered first; then the oldest goes."""
    outbox = make(*pairs("S1", "S2"))
    outbox.pace.attempts = 1
    outbox.next(0)
    outbox.failed(0)
    outbox.pace.attempts = 2
    first = outbox.next(0) if head != "never out" else None
    if head == "interrupted":
        outbox.interrupted()
    elif head == "failed":
        outbox.failed(0)
    outbox.take_back("S1")
    assert outbox.fetch() == Fetch(0)
    outbox.fetched(Fetched(durables(pairs("S1", "S2")), last=True))
    if head == "failed":
        assert outbox.next(0) is None
    if head != "in flight":
        again = outbox.next(60 * SECOND)
        assert again is not None
        assert first in (None, again)
    order = [outbox.delivered(9).entry]
    while outbox.next(60 * SECOND) is not None:
        order.append(outbox.delivered(9).entry)
    assert order == ([1, 2, 3, 4] if head == "never out" else [3, 1, 2, 4])


@pytest.mark.requirement("R-54")
def test_an_answer_that_a_session_taken_back_overtook_is_not_used() -> None:
    """It began behind that session, whose end would go without its start."""
    outbox = Outbox(known_clock(2), Recollection(2, queued=3, aside_sessions=frozenset({"S1"}), set_aside=1))
    outbox.fetch()
    outbox.fetched(Fetched((Durable(3, started("S2")),), last=False))
    assert outbox.fetch() == Fetch(3)
    outbox.take_back("S1")
    assert outbox.fetch() is None
    outbox.fetched(Fetched((Durable(4, ended("S1")),), last=True))
    assert outbox.next(0) is None
    assert outbox.fetch() == Fetch(0)


def test_a_head_delivered_while_the_store_is_asked_is_not_sent_again() -> None:
    """The store's answer was made before it heard of the delivery."""
    outbox = make(*pairs("S1"))
    outbox.next(0)
    outbox.take_back("S0")
    assert outbox.fetch() == Fetch(0)
    outbox.delivered(7)
    outbox.fetched(Fetched(durables(pairs("S1")), last=True))
    assert [done.entry for done in outbox.window] == [2]


@pytest.mark.requirement("R-54")
def test_meter_values_taken_back_after_the_end_bear_their_number() -> None:
    """Set aside alone, they go out after StopTransaction, with the id of their transaction."""
    outbox = make(started(), metered(), ended())
    outbox.pace.attempts = 1
    outbox.next(0)
    outbox.delivered(7)
    outbox.next(0)
    outbox.failed(0)
    outbox.count(Counted(1, 1))
    outbox.next(0)
    outbox.delivered()
    outbox.take_back("S1")
    outbox.fetch()
    outbox.fetched(Fetched((Durable(2, metered()),), last=True))
    values = outbox.next(0)
    assert isinstance(values, v16.MeterValues)
    assert values.transaction_id == 7


def test_a_count_that_is_late_does_not_count_what_went_out_meanwhile() -> None:
    """The store counted before it heard of the delivery."""
    outbox = make(*pairs("S1", "S2"))
    outbox.pace.attempts = 1
    outbox.next(0)
    outbox.failed(0)
    for _ in range(2):
        outbox.next(0)
        outbox.delivered(7)
    outbox.count(Counted(2, 2))
    assert (outbox.queued, outbox.set_aside) == (0, 2)


# --- against a store ------------------------------------------------------------------------------------


# --- notices ----------------------------------------------------------------------------------------------


def test_a_notice_goes_in_its_place_among_the_others() -> None:
    """Where nothing has to be tried again all goes out as it was noted."""
    outbox = make(started(), notice(Notice.FIRMWARE, "N1"), ended(), notice(Notice.LOG, "N2"))
    names: list[str] = []
    while (request := outbox.next(0)) is not None:
        names.append(type(request).__name__)
        outbox.delivered(7)
    assert names == [
        "StartTransaction", "FirmwareStatusNotification", "StopTransaction", "LogStatusNotification",
    ]  # fmt: skip


@pytest.mark.requirement("R-53")
def test_a_notice_that_fails_holds_up_no_session_and_is_held_up_by_none() -> None:
    """Each waits for its own next attempt."""
    outbox = make(notice(Notice.SECURITY, "N1"), started(), notice(Notice.SECURITY, "N2"))
    assert isinstance(outbox.next(0), SecurityEventNotification)
    assert outbox.failed(0) is None
    assert isinstance(outbox.next(0), v16.StartTransaction)
    assert outbox.failed(0) is None
    assert outbox.next(0) is None
    assert outbox.deadline(0) == 60 * SECOND
    first = outbox.next(60 * SECOND)
    assert outbox.head == Durable(1, notice(Notice.SECURITY, "N1"))
    assert isinstance(first, SecurityEventNotification)


def test_a_session_behind_many_notices_that_fail_is_fetched_from_the_store() -> None:
    """A window full of notices hides no session behind it."""
    outbox = Outbox(known_clock(1), Recollection(1, queued=101, notices=100))
    journal = MemoryJournal()
    facts: list[Fact] = [notice(Notice.SECURITY, f"N{number}") for number in range(100)]
    for entry, fact in enumerate([*facts, started()], 1):
        journal.perform(Record(entry, fact))
    while (fetch := outbox.fetch()) is not None:
        for answer in journal.perform(fetch):
            assert isinstance(answer, Fetched)
            outbox.fetched(answer)
    assert isinstance(outbox.next(0), SecurityEventNotification)
    outbox.failed(0)
    assert isinstance(outbox.next(0), v16.StartTransaction)


def test_a_notice_of_an_unknown_action_is_done_with_and_those_like_it_too() -> None:
    """Nothing is tried again or set aside; another kind goes on, and another connection asks anew."""
    outbox = make(*(notice(about, str(about)) for about in (Notice.LOG, Notice.LOG, Notice.FIRMWARE)))
    outbox.next(0)
    assert outbox.not_known() == Delivered(1, str(Notice.LOG))
    assert outbox.drop_unknown() == [Delivered(2, str(Notice.LOG))]
    assert isinstance(outbox.next(0), FirmwareStatusNotification)
    outbox.delivered()
    assert (outbox.queued, outbox.notices, outbox.set_aside) == (0, 0, 0)
    outbox.add(Durable(4, notice(Notice.LOG, "N4")))
    outbox.connected()
    assert outbox.drop_unknown() == []
    assert isinstance(outbox.next(0), LogStatusNotification)


def test_a_session_is_never_unknown() -> None:
    """A backend that does not know StartTransaction is broken: that is a failure, and the session is kept."""
    outbox = make(started())
    outbox.next(0)
    assert outbox.not_known() is None
    assert outbox.failed(0) is None
    assert outbox.queued == 1


def test_a_word_its_message_has_not_stands_in_nobodys_way() -> None:
    """A slip of ours is dropped, over any number of restarts."""
    outbox = make(notice(Notice.DIAGNOSTICS, "N1", "PermissionDenied"), notice(Notice.DIAGNOSTICS, "N2"))
    assert outbox.drop_unknown() == [Delivered(1, "N1")]
    assert isinstance(outbox.next(0), DiagnosticsStatusNotification)


def test_a_notice_that_fails_for_good_is_kept_until_a_person_asks() -> None:
    """As a session is (R-54), and the next one proceeds."""
    outbox = make(notice(Notice.FIRMWARE, "N1"), notice(Notice.FIRMWARE, "N2"))
    outbox.pace.attempts = 1
    outbox.next(0)
    assert outbox.failed(0) == SetAside(1, "N1", whole=True)
    assert (outbox.queued, outbox.notices, outbox.set_aside) == (1, 1, 1)
    outbox.next(0)
    assert outbox.head == Durable(2, notice(Notice.FIRMWARE, "N2"))


def test_a_model_without_the_whitepaper_tells_none_of_its_notices() -> None:
    """On no connection; what OCPP itself has is told."""
    clock = WallClock(1)
    clock.learn(MIDNIGHT, 0)
    outbox = Outbox(clock, never=OF_THE_WHITEPAPER)
    for entry, about in enumerate(Notice, 1):
        outbox.add(Durable(entry, notice(about, f"N{entry}")))
    outbox.connected()
    told: list[str] = []
    for _ in Notice:
        outbox.drop_unknown()
        request = outbox.next(0)
        if request is not None:
            told.append(type(request).__name__)
            outbox.delivered()
    assert told == ["FirmwareStatusNotification", "DiagnosticsStatusNotification"]


def test_an_early_statuss_time_is_put_in_when_it_is_known() -> None:
    """A security event of before the clock was known waits, and bears its own time (R-51)."""
    clock = WallClock(1)
    outbox = Outbox(clock)
    outbox.add(Durable(1, notice(Notice.SECURITY, "N1", at=5 * SECOND)))
    assert outbox.next(6 * SECOND) is None
    clock.learn(MIDNIGHT, 0)
    request = outbox.next(7 * SECOND)
    assert isinstance(request, SecurityEventNotification)
    assert request.timestamp.startswith("2026-01-05T00:00:05")


class Rig:
    """An outbox and a journal whose answers come when they are let, over any number of boots."""

    def __init__(self) -> None:
        self.journal = MemoryJournal()
        self.recorded = 0
        self.facts: dict[int, Fact] = {}
        self.took: list[int] = []
        self.lost: set[int] = set()
        self.transactions: dict[str, int] = {}
        self.resent: list[Resend] = []
        self.begin(Recollection(1))

    def begin(self, memory: Recollection) -> None:
        self.jobs: list[StoreJob] = []
        self.answers: list[object] = []
        self.now = 0
        self.outbox = Outbox(known_clock(memory.boot), memory)
        self.outbox.pace.attempts = 2
        self.ask()

    def ask(self) -> None:
        fetch = self.outbox.fetch()
        if fetch is not None:
            self.jobs.append(fetch)

    def record(self, fact: Fact) -> None:
        self.recorded += 1
        self.facts[self.recorded] = fact
        self.jobs.append(Record(self.recorded, fact))

    def write(self) -> None:
        """The oldest job is done."""
        if self.jobs:
            self.answers += self.journal.perform(self.jobs.pop(0))

    def hear(self) -> None:
        """The oldest answer arrives."""
        if not self.answers:
            return
        match self.answers.pop(0):
            case Durable() as done:
                aside = self.outbox.add(done)
                self.jobs += [aside] if aside else []
            case Fetched() as found:
                self.outbox.fetched(found)
            case Counted() as counted:
                self.outbox.count(counted)
            case _:
                raise AssertionError
        self.ask()

    def attempt(self, outcome: str) -> bool:
        """The head goes out, if one may; what comes of it."""
        self.now += 400 * SECOND
        for dropped in self.outbox.drop_unknown():
            self.finish(dropped)
        request = self.outbox.next(self.now)
        if request is None:
            return False
        assert self.outbox.head is not None
        fact = self.facts[self.outbox.head.entry]
        self.check(fact, request)
        if outcome == "ok":
            self.take(fact, request)
        elif outcome == "cut":
            self.outbox.interrupted()
        elif outcome == "unknown" and (done := self.outbox.not_known()) is not None:
            self.finish(done)
        else:
            aside = self.outbox.failed(self.now)
            self.jobs += [aside] if aside else []
        self.ask()
        return True

    def check(self, fact: Fact, request: v16.Request) -> None:
        """The request is the head's own, with its session's number."""
        if isinstance(fact, Notified):
            assert type(request).__name__ == fact.about.value
            return
        if isinstance(fact, Started):
            assert isinstance(request, v16.StartTransaction)
            assert request.id_tag == fact.tag
            return
        assert isinstance(request, v16.MeterValues if isinstance(fact, Metered) else v16.StopTransaction)
        assert request.transaction_id == self.transactions[fact.session]  # pyright: ignore[reportAttributeAccessIssue]

    def take(self, fact: Fact, request: v16.Request) -> None:
        number = None
        if isinstance(request, v16.StartTransaction):
            number = self.transactions.setdefault(fact.session, len(self.transactions) + 1)
        done = self.outbox.delivered(number)
        self.took.append(done.entry)
        self.jobs.append(Delivered(done.entry, fact.session, number))

    def finish(self, done: Delivered) -> None:
        self.took.append(done.entry)
        self.jobs.append(done)

    def restart(self) -> None:
        """What was not written is lost: facts as if they had never been, deliveries to be made again."""
        for job in self.jobs:
            if isinstance(job, Record):
                self.lost.add(job.entry)
                self.facts.pop(job.entry)
            elif isinstance(job, Delivered):
                self.took.remove(job.entry)
        boot = self.journal.found.boot + 1
        self.journal = self.journal.restart(boot)
        self.recorded = self.journal.found.last_entry
        self.begin(self.journal.found)

    def resend(self, session: str) -> None:
        self.outbox.take_back(session)
        self.jobs.append(Resend(session))
        self.resent.append(Resend(session))
        self.ask()

    def settle(self) -> None:
        """Everything that can go goes."""
        while self.jobs or self.answers or self.attempt("ok"):
            self.write()
            self.hear()


STEP = st.sampled_from(
    "fact fact fact note note write write hear hear ok ok cut fail fail unknown restart resend run".split()  # noqa: SIM905
)


class Tale:
    """A rig, and sessions that begin, are metered and end, as a number chooses."""

    def __init__(self) -> None:
        self.rig = Rig()
        self.open: list[str] = []
        self.sessions = 0

    def fact(self, choice: int) -> None:
        if not self.open or choice % 5 == 0:
            self.sessions += 1
            self.open.append(f"S{self.sessions}")
            self.rig.record(started(self.open[-1], tag=self.open[-1]))
            return
        name = self.open[choice % len(self.open)]
        if choice % 2:
            self.rig.record(metered(name))
        else:
            self.open.remove(name)
            self.rig.record(ended(name))

    def restart(self) -> None:
        self.rig.restart()
        self.open = [each.start.session for each in self.rig.journal.found.open_sessions]

    def run(self) -> None:
        for _ in range(30):
            self.rig.write()
            self.rig.hear()
            self.rig.attempt("ok")

    def step(self, word: str, choice: int) -> None:
        if word == "resend":
            self.rig.resend(f"S{1 + choice % max(1, self.sessions)}")
        elif word in ("ok", "cut", "fail", "unknown"):
            self.rig.attempt(word)
        elif word == "note":
            self.rig.record(notice(list(Notice)[choice % len(Notice)], f"N{self.rig.recorded + 1}"))
        elif word == "fact":
            self.fact(choice)
        else:
            {"write": self.rig.write, "hear": self.rig.hear, "restart": self.restart, "run": self.run}[word]()


@pytest.mark.requirement("R-53", "R-54")
@given(burst=st.integers(0, 90), steps=st.lists(st.tuples(STEP, st.integers(0, 9)), max_size=80))
@settings(max_examples=150)
def test_every_fact_reaches_the_backend_once_and_in_order(burst: int, steps: list[tuple[str, int]]) -> None:
    """In any order of records, writes, answers, failures, restarts and taking back, against a real store."""
    tale = Tale()
    rig = tale.rig
    for number in range(burst):
        tale.fact(number)
    for word, choice in steps:
        tale.step(word, choice)
    rig.settle()
    assert (rig.outbox.queued, rig.outbox.set_aside) == (0, len(rig.journal._aside))
    aside = {rig.facts[entry].session for entry in rig.journal._aside}
    _judge_notices(rig, aside)
    for name in [f"S{number}" for number in range(1, tale.sessions + 1)] + sorted(aside):
        rig.resend(name)
        rig.settle()
    _judge(rig)


def _judge_notices(rig: Rig, aside: set[str]) -> None:
    """Those that nobody had to ask for again went in the order in which they were noted."""
    entries = [n for n, fact in rig.facts.items() if isinstance(fact, Notified) and fact.session not in aside]
    asked_again = {job.session for job in rig.resent}
    plain = [entry for entry in sorted(entries) if rig.facts[entry].session not in asked_again]
    assert [entry for entry in rig.took if entry in plain] == plain


def _judge(rig: Rig) -> None:
    """Each fact once; of a session first the start, and its end after it."""
    assert sorted(rig.took) == sorted(rig.facts)
    assert (rig.outbox.queued, rig.outbox.notices, rig.outbox.set_aside) == (0, 0, 0)
    places = {entry: place for place, entry in enumerate(rig.took)}
    starts = {f.session: places[n] for n, f in rig.facts.items() if isinstance(f, Started)}
    for entry, fact in rig.facts.items():
        assert isinstance(fact, Notified) or places[entry] >= starts[fact.session]
    ends = [(f.session, places[n]) for n, f in rig.facts.items() if isinstance(f, Ended)]
    assert len(ends) == len(dict(ends))
