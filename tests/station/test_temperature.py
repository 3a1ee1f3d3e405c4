"""The derating table of E-17 as R-08 reads it, and its hysteresis (R-02)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.station.temperature import TemperatureLimit
from support.station_bench import EVNET

TABLE = EVNET.temperature
STEPS = [
    (25_000, None),
    (71_999, None),
    (72_000, 31_800),
    (72_001, 29_400),
    (73_000, 29_400),
    (73_001, 26_800),
    (74_000, 26_800),
    (75_000, 24_000),
    (76_000, 20_800),
    (77_000, 17_000),
    (78_000, 12_000),
    (78_001, 6_000),
    (79_000, 6_000),
    (79_001, 0),
    (120_000, 0),
]


@pytest.mark.requirement("E-17", "R-08", "R-02")
@pytest.mark.parametrize(("mc", "limit_ma"), STEPS)
def test_each_step_of_the_table(mc: int, limit_ma: int | None) -> None:
    """Free below 72.0 °C, then each step up to and including its figure, nothing above 79 °C."""
    assert TemperatureLimit(TABLE).update(mc) == limit_ma


@pytest.mark.requirement("R-02")
def test_a_limit_is_lifted_when_the_hysteresis_is_lost() -> None:
    """At 76 °C the limit is 20.8 A; it stays until the station is 2 °C cooler than the next step asks."""
    limit = TemperatureLimit(TABLE)
    limit.update(76_000)
    assert limit.update(75_000) == 20_800
    assert limit.update(73_001) == 20_800
    assert limit.update(73_000) == 24_000
    assert limit.update(70_000) == 31_800
    assert limit.update(69_999) is None


@pytest.mark.requirement("R-02")
def test_the_stop_above_79_ends_two_degrees_below() -> None:
    """Above 79 °C nothing is allowed; 6 A come back at 77 °C and not at 78.9."""
    limit = TemperatureLimit(TABLE)
    limit.update(79_100)
    assert limit.update(78_900) == 0
    assert limit.update(77_001) == 0
    assert limit.update(77_000) == 6_000


@given(story=st.lists(st.integers(60_000, 90_000), max_size=30))
def test_the_limit_is_never_above_the_table(story: list[int]) -> None:
    """Whatever was before, the limit lies between what the table says now and what it says 2 °C up."""
    limit = TemperatureLimit(TABLE)
    for mc in story:
        held, now = limit.update(mc), TemperatureLimit(TABLE).update(mc)
        worst = TemperatureLimit(TABLE).update(mc + TABLE.hysteresis_mc)
        assert _amps(worst) <= _amps(held) <= _amps(now)


def _amps(limit_ma: int | None) -> int:
    return 1_000_000 if limit_ma is None else limit_ma
