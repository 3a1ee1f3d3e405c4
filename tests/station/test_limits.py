"""The arbiter: who limits, and at what pace the offer follows."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.station.limits import PACE, RESUME, Arbiter
from pilotline.vocabulary import limits
from pilotline.vocabulary.limits import SOURCES, LimitSource
from pilotline.vocabulary.pilot import MIN_OFFER_MA
from pilotline.vocabulary.time import SECOND

STEP = SECOND // 4
AMPS_32 = 32_000


def make(limit_ma: int = AMPS_32) -> Arbiter:
    """An arbiter whose device allows so much, and a session that begins at 0."""
    arbiter = Arbiter()
    arbiter.claim(limits.DEVICE, limit_ma, 0)
    arbiter.start(0)
    return arbiter


# --- who wins -----------------------------------------------------------------------------------------


@pytest.mark.requirement("E-30")
@pytest.mark.parametrize("lowest", SOURCES, ids=lambda source: source.name)
def test_the_lowest_claim_wins_and_is_the_reason(lowest: LimitSource) -> None:
    """Whoever allows the least is the winner, whoever it is."""
    arbiter = make()
    for amps, source in enumerate(SOURCES, 20):
        arbiter.claim(source, amps * 1_000, 0)
    arbiter.claim(lowest, 10_000, 0)
    assert arbiter.winner(0)[:2] == (lowest, 10_000)


@pytest.mark.requirement("R-44")
def test_of_equal_limits_the_lower_code_is_the_reason() -> None:
    """Temperature is 2, the fuse 5: at the same limit, temperature is named, in whatever order they claim."""
    for first, second in [(limits.TEMPERATURE, limits.FUSE), (limits.FUSE, limits.TEMPERATURE)]:
        arbiter = make()
        arbiter.claim(first, 16_000, 0)
        arbiter.claim(second, 16_000, 0)
        assert arbiter.winner(0).source is limits.TEMPERATURE


def test_a_withdrawn_claim_limits_nothing() -> None:
    """None lifts a claim."""
    arbiter = make()
    arbiter.claim(limits.OWNER, 8_000, 0)
    arbiter.claim(limits.OWNER, None, 1)
    assert arbiter.winner(1).source is limits.DEVICE


@pytest.mark.requirement("R-48")
def test_a_claim_ends_with_its_time() -> None:
    """A source with a validity limits until then, is woken for it, and afterwards limits nothing."""
    passing = replace(limits.BACKEND, lasts=60 * SECOND)
    arbiter = make()
    arbiter.claim(passing, 10_000, 0)
    assert arbiter.winner(60 * SECOND - 1) == (passing, 10_000, 60 * SECOND)
    assert arbiter.deadline(0) == 60 * SECOND
    assert arbiter.winner(60 * SECOND).source is limits.DEVICE


@pytest.mark.requirement("R-48")
def test_a_claim_that_ended_is_replaced_by_its_fallback() -> None:
    """A source that falls silent is replaced by the limit its row names, without an end."""
    safe = replace(limits.CLAMP, lasts=10 * SECOND, fallback_ma=8_000)
    arbiter = make()
    arbiter.claim(safe, 20_000, 0)
    assert arbiter.winner(10 * SECOND) == (safe, 8_000, None)


# --- the pace -----------------------------------------------------------------------------------------


def test_a_session_begins_with_what_is_allowed() -> None:
    """The first offer waits for nothing."""
    arbiter = Arbiter()
    arbiter.claim(limits.DEVICE, AMPS_32, 0)
    assert arbiter.start(0) == AMPS_32


@pytest.mark.requirement("R-48")
def test_a_decrease_applies_at_once() -> None:
    """The first fall waits for nothing, be it right after a rise."""
    arbiter = make(10_000)
    arbiter.claim(limits.DEVICE, AMPS_32, PACE)
    assert arbiter.update(PACE) == AMPS_32
    arbiter.claim(limits.OWNER, 16_000, PACE + 1)
    assert arbiter.update(PACE + 1) == 16_000


@pytest.mark.requirement("R-48")
def test_further_decreases_come_every_5_s() -> None:
    """A second fall within 5 s waits for their end, and is woken for it."""
    arbiter = make()
    arbiter.claim(limits.OWNER, 20_000, 100)
    arbiter.update(100)
    arbiter.claim(limits.OWNER, 10_000, 200)
    assert arbiter.update(200) == 20_000
    assert arbiter.deadline(200) == 100 + PACE
    assert arbiter.update(100 + PACE) == 10_000
    assert arbiter.deadline(100 + PACE) is None


@pytest.mark.requirement("R-48")
def test_increases_come_every_5_s_at_most() -> None:
    """A rise waits until 5 s after the last change of any kind."""
    arbiter = make()
    arbiter.claim(limits.OWNER, 10_000, SECOND)
    arbiter.update(SECOND)
    arbiter.claim(limits.OWNER, None, 2 * SECOND)
    assert arbiter.update(2 * SECOND) == 10_000
    assert arbiter.update(SECOND + PACE - 1) == 10_000
    assert arbiter.update(SECOND + PACE) == AMPS_32


@pytest.mark.requirement("R-48")
@pytest.mark.parametrize("limit_ma", [5_999, 3_000, 0])
def test_less_than_6_a_is_a_pause_at_once(limit_ma: int) -> None:
    """5.999 A is no offer of 6 A and none of 5.999 A: it is none, without any wait."""
    arbiter = make()
    arbiter.claim(limits.OWNER, 20_000, 100)
    arbiter.update(100)
    arbiter.claim(limits.OWNER, limit_ma, 200)
    assert arbiter.update(200) == 0


@pytest.mark.requirement("R-48")
def test_a_pause_ends_when_6_a_were_allowed_for_10_s() -> None:
    """The resume is woken for, and a new dip starts the 10 s anew."""
    arbiter = make()
    arbiter.claim(limits.OWNER, 0, SECOND)
    arbiter.update(SECOND)
    arbiter.claim(limits.OWNER, 6_000, 2 * SECOND)
    assert arbiter.update(2 * SECOND) == 0
    assert arbiter.deadline(2 * SECOND) == 2 * SECOND + RESUME
    arbiter.claim(limits.OWNER, 5_000, 11 * SECOND)
    assert arbiter.update(11 * SECOND) == 0
    arbiter.claim(limits.OWNER, 6_000, 12 * SECOND)
    assert arbiter.update(12 * SECOND) == 0
    assert arbiter.update(12 * SECOND + RESUME - 1) == 0
    assert arbiter.update(12 * SECOND + RESUME) == 6_000


def test_a_session_can_begin_in_a_pause() -> None:
    """Nothing is offered at first; the offer comes after the 10 s of a resume."""
    arbiter = make(0)
    assert arbiter.offer_ma == 0
    arbiter.update(0)
    arbiter.claim(limits.DEVICE, 10_000, SECOND)
    arbiter.update(SECOND)
    assert arbiter.update(SECOND + RESUME) == 10_000


def test_after_the_session_nothing_is_offered() -> None:
    """The claims stay, the offer goes, and the next session begins with what is allowed then."""
    arbiter = make()
    arbiter.stop()
    assert arbiter.offer_ma == 0
    assert arbiter.start(SECOND) == AMPS_32


@pytest.mark.requirement("R-48", "E-30")
@given(
    story=st.lists(
        st.tuples(
            st.sampled_from([limits.OWNER, limits.CABLE, limits.BACKEND]),
            st.one_of(st.none(), st.integers(0, 40_000), st.sampled_from([5_999, 6_000, 6_001])),
            st.integers(1, 60),
        ),
        max_size=40,
    )
)
def test_whatever_is_claimed_the_offer_keeps_its_rules(
    story: list[tuple[LimitSource, int | None, int]],
) -> None:
    """Never between 1 and 5999 mA; above the least claim only within 5 s of a fall; rises 5 s apart."""
    arbiter = make()
    now, fell_at, changed_at = 0, -PACE, -PACE
    for source, limit_ma, quarters in story:
        arbiter.claim(source, limit_ma, now)
        for _ in range(quarters):
            before, least = arbiter.offer_ma, arbiter.winner(now).limit_ma
            offer = arbiter.update(now)
            deadline = arbiter.deadline(now)
            assert offer == 0 or offer >= MIN_OFFER_MA
            assert offer <= least or (offer == before and now < fell_at + PACE and least >= MIN_OFFER_MA)
            assert offer <= before or now >= changed_at + PACE
            assert deadline is None or deadline > now
            if offer != before:
                changed_at, fell_at = now, now if offer < before else fell_at
            now += STEP
