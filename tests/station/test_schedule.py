"""What profiles allow and until when; a slow composite of another make judges the quick one."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilotline.station.schedule import (
    MOST_PERIODS,
    Limit,
    Moment,
    Stack,
    Wiring,
    Word,
    composite,
    first_word,
    least,
    total,
    word_at,
)
from pilotline.vocabulary.charging import Profile, RateUnit, RecurrencyKind
from support.profiles import DAILY, DAY_S, WEEKLY, profile

ONE_PHASE, THREE_PHASES = Wiring(230, 1), Wiring(230, 3)
SIX_A, TEN_A, SIXTEEN_A = 6_000, 10_000, 16_000


def amps(said: Word) -> tuple[int | None, int | None]:
    return (said.period.limit if said.period else None, said.until_s)


def at(made: Profile, at_s: int, begun_s: int | None = None) -> tuple[int | None, int | None]:
    return amps(word_at(made, Moment(at_s, begun_s)))


@pytest.mark.requirement("E-60")
def test_a_schedule_says_its_periods_from_its_start_to_its_end() -> None:
    """Each until the next begins; before and after there is no word."""
    made = profile((0, TEN_A), (60, SIX_A), start_s=1_000, duration_s=100)
    assert at(made, 999) == (None, 1_000)
    assert at(made, 1_000) == (TEN_A, 1_060)
    assert at(made, 1_059) == (TEN_A, 1_060)
    assert at(made, 1_060) == (SIX_A, 1_100)
    assert at(made, 1_100) == (None, None)


@pytest.mark.requirement("E-60")
def test_a_schedule_without_a_duration_has_no_end() -> None:
    """Its last period stays."""
    made = profile((0, TEN_A), (60, SIX_A), start_s=1_000)
    assert at(made, 10**9) == (SIX_A, None)


@pytest.mark.requirement("E-60")
def test_a_relative_schedule_starts_with_its_session() -> None:
    """And says nothing where there is none."""
    made = profile((0, TEN_A), (60, SIX_A))
    assert at(made, 5_059, begun_s=5_000) == (TEN_A, 5_060)
    assert at(made, 5_060, begun_s=5_000) == (SIX_A, None)
    assert at(made, 5_060) == (None, None)


@pytest.mark.requirement("E-60")
@pytest.mark.parametrize(("every", "cycle_s"), [(DAILY, DAY_S), (WEEKLY, 7 * DAY_S)])
def test_a_recurring_schedule_comes_again(every: RecurrencyKind, cycle_s: int) -> None:
    """From its start on, once in a day or a week; between two runs it says nothing."""
    made = profile((0, TEN_A), (60, SIX_A), start_s=1_000, duration_s=100, every=every)
    assert at(made, 999) == (None, 1_000)
    assert at(made, 1_100) == (None, 1_000 + cycle_s)
    assert at(made, 1_060 + 3 * cycle_s) == (SIX_A, 1_100 + 3 * cycle_s)


@pytest.mark.requirement("E-60")
def test_a_recurring_schedule_longer_than_its_cycle_begins_again_all_the_same() -> None:
    """What would lie behind the next start never comes."""
    made = profile((0, TEN_A), (DAY_S + 5, SIX_A), start_s=0, every=DAILY)
    assert at(made, DAY_S - 1) == (TEN_A, DAY_S)
    assert at(made, DAY_S + 6) == (TEN_A, 2 * DAY_S)


@pytest.mark.requirement("E-60")
def test_a_profile_counts_while_it_is_valid() -> None:
    """From validFrom on, to validTo and no longer."""
    made = profile(start_s=0, valid=(100, 200))
    assert at(made, 99) == (None, 100)
    assert at(made, 100) == (TEN_A, 200)
    assert at(made, 200) == (None, None)


@pytest.mark.requirement("E-60")
def test_without_a_date_a_dated_profile_allows_the_least_it_may_mean() -> None:
    """A relative one needs none."""
    dated = profile((0, TEN_A), (60, SIX_A), (90, SIXTEEN_A), start_s=10**9)
    moment = Moment(30, 20, dated=False)
    assert amps(word_at(dated, moment)) == (SIX_A, None)
    assert amps(word_at(profile((0, TEN_A), (60, SIX_A)), moment)) == (TEN_A, 80)
    assert amps(word_at(profile((0, TEN_A), valid=(5, None)), moment)) == (TEN_A, None)


@pytest.mark.requirement("E-60")
def test_the_highest_level_that_says_something_counts() -> None:
    """Where a high one ends, a low one takes over; until the next that may come."""
    high = profile((0, SIX_A), stack=5, start_s=100, duration_s=50)
    low = profile((0, SIXTEEN_A), (120, TEN_A), stack=0, start_s=0)
    stack = Stack([low, high], ONE_PHASE)
    told = [(stack.at(Moment(at_s)).power_mw or 0) // 230 for at_s in (99, 100, 149, 150)]
    assert told == [SIXTEEN_A, SIX_A, SIX_A, TEN_A]
    assert stack.at(Moment(0)).until_s == 100
    assert stack.at(Moment(100)).until_s == 150


@pytest.mark.requirement("E-60")
def test_a_session_s_own_profile_goes_before_the_default() -> None:
    """While it says something; the default stands in where it does not."""
    own = Stack([profile((0, SIXTEEN_A), start_s=100, duration_s=50)], ONE_PHASE)
    common = Stack([profile((0, SIX_A), start_s=0)], ONE_PHASE)
    assert first_word(own, common, Moment(100)) == Limit(SIXTEEN_A * 230, 150)
    assert first_word(own, common, Moment(0)) == Limit(SIX_A * 230, 100)


@pytest.mark.requirement("E-60")
def test_watts_are_shared_by_all_wired_phases() -> None:
    """11 kW are 47.8 A on one phase and 15.9 A on each of three; never rounded up."""
    assert ONE_PHASE.limit_in(ONE_PHASE.power_mw(11_000_000, RateUnit.W), RateUnit.A) == 47_826
    assert THREE_PHASES.limit_in(THREE_PHASES.power_mw(11_000_000, RateUnit.W), RateUnit.A) == 15_942
    assert THREE_PHASES.limit_in(THREE_PHASES.power_mw(SIXTEEN_A, RateUnit.A), RateUnit.W) == 11_040_000


def test_no_limit_is_no_number() -> None:
    """What nobody limits stays so; what several limit has the least and the earliest end; sums add up."""
    assert least(Limit(None, None), Limit(None, 5)) == Limit(None, 5)
    assert least(Limit(7, 9), Limit(None, 5), Limit(3, None)) == Limit(3, 5)
    assert total([Limit(7, 9), Limit(3, None)]) == Limit(10, 9)


# --- the composite ----------------------------------------------------------------------------------


def follow(stack: Stack, start_s: int, duration_s: int) -> tuple[Sequence[tuple[int, int]], int]:
    steps, reach_s = composite(
        lambda at_s: least(stack.at(Moment(at_s, start_s)), Limit(32_000 * 230, None)),
        start_s,
        duration_s,
        lambda power_mw: power_mw // 230,
    )
    return [(step.start_s, step.limit) for step in steps], reach_s


@pytest.mark.requirement("E-60")
def test_a_composite_begins_now_and_ends_with_its_duration() -> None:
    """What is before and behind is cut off; equal neighbours are one step."""
    stack = Stack([profile((0, SIX_A), (60, SIX_A), (120, TEN_A), (500, SIX_A), start_s=1_000)], ONE_PHASE)
    assert follow(stack, 1_090, 100) == ([(0, SIX_A), (30, TEN_A)], 100)


def test_a_composite_of_too_many_steps_is_cut_short_and_says_so() -> None:
    """A day of two steps for ten years: a thousand steps, and how far they reach."""
    stack = Stack([profile((0, SIX_A), (60, TEN_A), start_s=0, every=DAILY)], ONE_PHASE)
    steps, reach_s = follow(stack, 0, 3_650 * DAY_S)
    assert len(steps) == MOST_PERIODS
    assert reach_s == MOST_PERIODS // 2 * DAY_S


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 3)), max_size=6), st.integers(1, 60))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_composite_is_what_a_second_by_second_look_shows(
    gaps: list[tuple[int, int]], duration_s: int
) -> None:
    """And no step says the same as the one before."""
    starts, at_s = [(0, TEN_A)], 0
    for gap_s, level in gaps:
        at_s += gap_s
        starts.append((at_s, level * 1_000))
    stack = Stack([profile(*starts, start_s=0)], ONE_PHASE)
    steps, reach_s = follow(stack, 0, duration_s)
    shown = [max(step for step in steps if step[0] <= second)[1] for second in range(duration_s)]
    meant = [max(p for p in starts if p[0] <= second)[1] for second in range(duration_s)]
    assert (shown, reach_s) == (meant, duration_s)
    assert all(one[1] != two[1] for one, two in pairwise(steps))
