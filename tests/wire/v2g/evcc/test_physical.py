"""Physical values: thousandths to the wire and back, never told too high."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.wire.v2g import din70121, iso15118_2
from pilotline.wire.v2g.evcc.physical import Physical, milli

KINDS = {"DIN": Physical(din70121), "ISO 15118-2": Physical(iso15118_2)}


@given(st.sampled_from(sorted(KINDS)), st.integers(-40_000_000_000, 40_000_000_000))
def test_a_value_is_floored_by_less_than_its_step_and_bounded(kind: str, thousandths: int) -> None:
    told = KINDS[kind].volts(thousandths)
    if abs(thousandths) <= 32_767_000_000:
        assert 0 <= thousandths - milli(told) < 10 ** (told.multiplier + 3)
    assert -32_767 <= told.value <= 32_767
    assert -1 <= told.multiplier <= 3


@pytest.mark.parametrize(
    ("thousandths", "value", "multiplier"),
    [(399_990, 3_999, -1), (-10_000, -100, -1), (3_276_700, 32_767, -1), (3_276_800, 3_276, 0), (0, 0, -1)],
)
def test_volts_are_told_to_a_tenth_where_that_fits(thousandths: int, value: int, multiplier: int) -> None:
    told = KINDS["DIN"].volts(thousandths)
    assert (told.value, told.multiplier, told.unit) == (value, multiplier, din70121.UnitSymbol.VOLT)


def test_watts_and_watt_hours_are_whole_and_grow_by_tens() -> None:
    iso = KINDS["ISO 15118-2"]
    assert (iso.watts(11_040).value, iso.watts(11_040).multiplier) == (11_040, 0)
    assert (iso.watts(350_009).value, iso.watts(350_009).multiplier) == (3_500, 2)
    assert milli(iso.watt_hours(52_000)) == 52_000_000
