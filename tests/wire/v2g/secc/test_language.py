"""Quantities in a 16-bit number and a power of ten: never more is promised than there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.wire.v2g.secc.language import DIN, GREATEST, ISO2, Round, in_steps, milli

VALUES = st.integers(-10_000_000, 10_000_000)


@given(st.integers(0, 3_000_000))
def test_a_limit_is_never_told_greater_than_it_is(value: int) -> None:
    for told in (ISO2.volts(value, Round.DOWN), DIN.amperes(value, Round.DOWN)):
        assert value - 100 < milli(told) <= value


@given(st.integers(0, 3_000_000))
def test_a_least_value_is_never_told_smaller(value: int) -> None:
    assert value <= milli(ISO2.volts(value, Round.UP)) < value + 100


@given(VALUES)
def test_what_was_measured_is_told_to_the_nearest_step(value: int) -> None:
    told = in_steps(value, 100, Round.NEAREST)
    assert -(2**15) <= told < 2**15
    assert abs(told * 100 - value) <= 50 or told in (-(2**15), GREATEST)


@given(st.integers(0, 30_000_000))
def test_power_has_as_many_figures_as_the_number_holds(value: int) -> None:
    """Within one part in three thousand, and never more than there is."""
    told = milli(ISO2.watts(value)) // 1000
    assert told <= value
    assert value - told <= value // 3_000


@pytest.mark.parametrize(("watts", "value", "multiplier"), [(32_767, 32_767, 0), (50_000, 5_000, 1)])
def test_small_powers_are_told_in_watts(watts: int, value: int, multiplier: int) -> None:
    told = DIN.watts(watts)
    assert (told.value, told.multiplier, told.unit.value) == (value, multiplier, "W")


def test_what_is_beyond_the_number_is_told_as_its_end() -> None:
    assert ISO2.volts(99_000_000).value == GREATEST
    assert ISO2.watts(10**12).value == GREATEST
