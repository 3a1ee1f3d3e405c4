"""The exact integral behind register and battery."""

from hypothesis import given
from hypothesis import strategies as st

from pilotline.simulator.energy import PJ_PER_WH, Integral, whole_wh
from pilotline.vocabulary.time import HOUR

RATES = st.integers(0, 22_000_000_000)
STEPS = st.lists(st.tuples(st.integers(0, HOUR), RATES), max_size=20)


def test_a_kilowatt_for_an_hour_is_a_kilowatt_hour() -> None:
    """230 V times 1 A for one hour is exactly 230 Wh."""
    energy = Integral()
    energy.change(230_000 * 1_000, 0)
    assert energy.at(HOUR) == 230 * PJ_PER_WH


def test_a_register_shows_whole_watt_hours() -> None:
    """What is missing to the next watt-hour is kept back."""
    assert whole_wh(PJ_PER_WH - 1) == 0
    assert whole_wh(PJ_PER_WH) == 1


@given(STEPS)
def test_stating_the_same_rate_again_changes_nothing(steps: list[tuple[int, int]]) -> None:
    """An integral that is told its rate twice as often ends at exactly the same energy."""
    once, twice, now = Integral(), Integral(), 0
    for wait, rate in steps:
        twice.change(twice.rate, now + wait // 2)
        now += wait
        once.change(rate, now)
        twice.change(rate, now)
    assert once.at(now) == twice.at(now)


@given(rate=st.integers(1, 22_000_000_000), level=st.integers(1, 100 * PJ_PER_WH))
def test_a_level_is_reached_in_the_first_microsecond_that_holds_it(rate: int, level: int) -> None:
    """One microsecond before the answer the level is not reached, at the answer it is."""
    energy = Integral(now=5)
    energy.change(rate, 5)
    at = energy.reaches(level)
    assert at is not None
    assert energy.at(at - 1) < level <= energy.at(at)


def test_without_power_a_level_is_never_reached() -> None:
    """A higher level has no time; one that is already held has been reached."""
    assert Integral(7).reaches(8) is None
    assert Integral(7, now=3).reaches(7) == 3
