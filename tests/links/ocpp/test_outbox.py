"""The outbox: facts in order, one at a time, each until it is answered, none ever lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.links.ocpp.outbox import Outbox
from pilotline.station.clock import WallClock
from pilotline.vocabulary.journal import Durable, Fact, SetAside, Started
from pilotline.vocabulary.time import SECOND
from pilotline.wire.ocpp import v16
from support.ocpp_line import MIDNIGHT, ended, metered, started


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
    waiting = {done.entry for done in outbox._queue}
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
