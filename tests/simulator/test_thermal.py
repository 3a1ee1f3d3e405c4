"""Heat: two bodies between ambient and the square of the current."""

from hypothesis import given
from hypothesis import strategies as st

from pilotline.simulator.actions import SetTemperatures
from pilotline.simulator.thermal import Thermal, ThermalConfig
from pilotline.vocabulary.time import DAY, HOUR, SECOND

QUANTUM = 500
LOADS = st.lists(st.tuples(st.integers(1, HOUR), st.integers(0, 80_000)), min_size=1, max_size=15)


def thermal() -> Thermal:
    return Thermal(ThermalConfig(), QUANTUM, 0)


def test_full_current_ends_at_ambient_plus_the_stated_rise() -> None:
    """After a day at 32 A the relay is 22 K and the electronics 14 K above the air."""
    heat = thermal()
    heat.load(32_000, 0)
    assert heat.at(DAY) == (47_000, 39_000)


def test_half_the_current_makes_a_quarter_of_the_heat() -> None:
    """The rise goes with the square of the current."""
    heat = thermal()
    heat.load(16_000, 0)
    assert heat.at(DAY) == (30_500, 28_500)


def test_one_time_constant_covers_63_percent_of_the_way() -> None:
    """The relay's 600 s bring it from 25 to 25 + 22 × (1 - 1/e) = 38.907 °C."""
    heat = thermal()
    heat.load(32_000, 0)
    assert heat.at(600 * SECOND)[0] == 38_907


def test_sensors_can_be_put_anywhere_and_drift_back() -> None:
    """A jump leaves the other sensor alone, and ends at ambient again."""
    heat = thermal()
    heat.put(SetTemperatures(relay_mc=80_000), 0)
    assert heat.at(0) == (80_000, 25_000)
    assert heat.at(DAY) == (25_000, 25_000)


def test_warm_air_warms_both() -> None:
    """A new ambient temperature is where both end."""
    heat = thermal()
    heat.set_ambient(60_000, 0)
    assert heat.at(0) == (25_000, 25_000)
    assert heat.at(DAY) == (60_000, 60_000)


def test_nothing_is_due_while_nothing_warms() -> None:
    """A station at ambient temperature has no next moment, nor has a rise below the quantum."""
    heat = thermal()
    assert heat.due is None
    heat.load(4_000, 0)
    assert heat.due is None


@given(LOADS)
def test_due_is_when_a_sensor_has_moved_by_the_quantum(loads: list[tuple[int, int]]) -> None:
    """At each moment that is due one sensor has moved by half a degree since it was told, and none before."""
    heat, now = thermal(), 0
    for wait, load in loads:
        heat.load(load, now)
        told, end = heat.tell(now), now + wait
        while heat.due is not None and heat.due <= end:
            assert heat.due > now
            before, now = heat.at(heat.due - SECOND) if heat.due - SECOND > now else told, heat.due
            assert all(abs(a - b) <= QUANTUM for a, b in zip(before, told, strict=True))
            then = heat.tell(now)
            assert any(abs(a - b) >= QUANTUM for a, b in zip(then, told, strict=True))
            told = then
        now = end
