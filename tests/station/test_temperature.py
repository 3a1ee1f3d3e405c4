"""The derating table of E-17 as R-08 reads it, and its hysteresis (R-02)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.station.limits import RESUME
from pilotline.station.snapshot import ConnectorView, view
from pilotline.station.temperature import TemperatureLimit
from pilotline.vocabulary.charger import Ambient, TemperatureStep
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.time import SECOND
from support.station_bench import EVNET, StationBench

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


# --- M-06: the air around --------------------------------------------------------------------------------

AIR = Ambient(
    low_mc=-50_000,
    high_mc=125_000,
    full_to_mc=50_000,
    steps=(TemperatureStep(55_000, 16_000), TemperatureStep(60_000, 6_000)),
    hysteresis_mc=2_000,
    above_mc=5_000,
)


def in_the_sun(mc: int) -> StationBench:
    """A car charges, and both sensors show so much."""
    bench = StationBench(replace(EVNET, ambient=AIR))
    bench.charge()
    warm(bench, mc)
    return bench


def warm(bench: StationBench, mc: int) -> None:
    bench.board.temperature_mc = mc
    bench.run(7 * SECOND)


def look(bench: StationBench) -> ConnectorView:
    (connector,) = view(bench.station, bench.now)
    return connector


@pytest.mark.requirement("M-06")
@pytest.mark.parametrize(
    ("mc", "amps", "source"),
    [
        (25_000, 32, "device"),
        (55_000, 32, "device"),
        (55_001, 16, "ambient"),
        (60_000, 16, "ambient"),
        (65_000, 6, "ambient"),
        (65_001, 0, "ambient"),
        (-50_000, 32, "device"),
    ],
)
def test_the_air_limits_by_the_models_curve(mc: int, amps: int, source: str) -> None:
    """Full up to 50 °C around, then less, then nothing; inside it is 5 °C warmer here."""
    bench = in_the_sun(mc)
    seen = look(bench)
    assert (seen.offered_a, seen.limit.source) == (amps, source)
    assert seen.limit.code == (0 if source == "device" else 2)


@pytest.mark.requirement("M-06")
def test_cooling_restores_the_offer() -> None:
    """When the hysteresis is lost, and a pause has been over for its time."""
    bench = in_the_sun(70_000)
    assert look(bench).why.code == "limit"
    warm(bench, 63_500)
    assert look(bench).limit.source == "ambient"
    warm(bench, 30_000)
    bench.show(PilotState.C)
    bench.run(RESUME)
    assert (look(bench).offered_a, look(bench).limit.source) == (32, "device")


@pytest.mark.requirement("M-06")
@pytest.mark.parametrize("mc", [-50_001, 125_001, -200_000])
def test_a_sensor_that_cannot_be_believed_suspends(mc: int) -> None:
    """Open, shorted or out of range, with a sentence of its own; it comes back by itself."""
    bench = in_the_sun(mc)
    seen = look(bench)
    assert (seen.ocpp_status, seen.limit.source, seen.limit.code) == ("SuspendedEVSE", "sensor", 2)
    assert seen.why.sentence.startswith("A temperature sensor cannot be read")
    warm(bench, 25_000)
    bench.run(RESUME)
    assert look(bench).offered_a == 32


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"full_to_mc": 55_000}, "steps rise from full_to_mc"),
        ({"steps": ()}, "steps rise"),
        ({"steps": (TemperatureStep(55_000, 6_000), TemperatureStep(60_000, 7_000))}, "never allows more"),
        ({"high_mc": 60_000}, "low_mc and high_mc"),
        ({"low_mc": 50_000}, "low_mc and high_mc"),
        ({"hysteresis_mc": 0}, "hysteresis_mc"),
    ],
)
def test_a_curve_that_makes_no_sense_is_refused(change: dict[str, object], words: str) -> None:
    """With the reason."""
    with pytest.raises(ValueError, match=words):
        replace(AIR, **change)  # pyright: ignore[reportArgumentType]
