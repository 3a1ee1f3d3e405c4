"""The battery of a car at a DC charger: what it takes, how it fills, and when it has enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.simulator.dc_car import DcCar, DcCarConfig, DcCarEvent, Driver, InletSeen
from pilotline.vocabulary.time import HOUR, MINUTE, SECOND, Tick
from pilotline.wire.v2g.evcc.words import CarState, CloseInlet, Take


def last(car: DcCar, *events: DcCarEvent, now: int = 0) -> CarState:
    for event in events:
        car.handle(event, now)
    return car.state


def charging(config: DcCarConfig, current_ma: int) -> DcCar:
    """Contactors closed, so much flows."""
    car = DcCar(config)
    last(car, CloseInlet(closed=True), Take(current_ma, config.full_mv))
    return car


def run(car: DcCar, until: int) -> CarState:
    """Woken whenever it wants."""
    while (due := car.deadline()) is not None and due <= until:
        car.handle(Tick(), due)
    car.handle(Tick(), until)
    return car.state


def test_it_says_how_it_is_before_anything_happens() -> None:
    car = DcCar(DcCarConfig(soc_percent=50, empty_mv=300_000, full_mv=400_000))
    assert car.deadline() is None
    assert (car.state.soc_percent, car.state.battery_mv, car.state.wants) == (50, 350_000, True)
    assert car.handle(Tick(), 0) == [car.state]
    assert car.handle(Tick(), 1) == []


@pytest.mark.parametrize(("percent", "battery_mv"), [(0, 330_000), (50, 365_000), (100, 400_000)])
def test_its_voltage_is_a_straight_line_between_empty_and_full(percent: int, battery_mv: int) -> None:
    assert DcCar(DcCarConfig(soc_percent=percent)).state.battery_mv == battery_mv


@pytest.mark.parametrize(
    ("percent", "target_ma"), [(0, 150_000), (60, 150_000), (80, 80_000), (99, 13_500), (100, 10_000)]
)
def test_its_current_falls_in_a_straight_line_from_the_taper_on(percent: int, target_ma: int) -> None:
    state = DcCar(DcCarConfig(soc_percent=percent)).state
    assert state.target_ma == target_ma
    assert state.target_mv == 400_000 + 80 * target_ma // 1_000


def test_what_flows_is_stored_and_tells_each_whole_percent() -> None:
    """100 A at 300 V are 30 kW: a tenth of 30 kWh in six minutes."""
    car = charging(DcCarConfig(30_000, 0, 100, 300_000, 300_000), 100_000)
    assert car.deadline() == 36 * SECOND
    assert car.handle(Tick(), 36 * SECOND - 1) == []
    assert [each.soc_percent for each in car.handle(Tick(), 36 * SECOND)] == [1]
    assert run(car, 6 * MINUTE).soc_percent == 10
    assert car.stored_wh(6 * MINUTE) == 3_000


@pytest.mark.parametrize("events", [(Take(100_000, 400_000),), (CloseInlet(closed=True),), ()])
def test_without_a_current_or_with_open_contactors_nothing_is_stored(events: tuple[DcCarEvent, ...]) -> None:
    car = DcCar()
    last(car, *events)
    assert car.deadline() is None
    assert run(car, HOUR).soc_percent == 20


def test_it_wants_to_end_at_its_percent_and_not_before() -> None:
    car = charging(DcCarConfig(30_000, 20, 21, 300_000, 300_000), 100_000)
    assert run(car, 36 * SECOND - 1).wants
    assert not run(car, 36 * SECOND).wants


def test_a_full_one_takes_no_more_however_much_flows() -> None:
    car = charging(DcCarConfig(1_000, 99, 100), 150_000)
    state = run(car, HOUR)
    assert (state.soc_percent, state.wants) == (100, False)
    assert car.stored_wh(HOUR) == 1_000
    assert car.deadline() is None


def test_its_driver_may_stop_pause_or_ask_for_new_terms_and_things_may_break() -> None:
    car = DcCar()
    state = last(car, Driver(wants=False, pause=True, renegotiate=True, fault=True))
    assert (state.wants, state.pause, state.renegotiate, state.fault) == (False, True, True, True)
    state = last(car, Driver())
    assert (state.wants, state.pause, state.renegotiate, state.fault) == (True, False, False, False)


def test_it_measures_its_inlet_only_when_it_is_told_of_it() -> None:
    car = DcCar()
    assert car.state.inlet_mv is None
    assert last(car, InletSeen(361_000)).inlet_mv == 361_000


@pytest.mark.parametrize(
    ("figures", "name"),
    [
        ({"soc_percent": 101}, "soc_percent"),
        ({"capacity_wh": 0}, "capacity_wh"),
        ({"max_current_ma": 0}, "max_current_ma"),
        ({"empty_mv": 400_000, "full_mv": 300_000}, "empty_mv"),
    ],
)
def test_figures_out_of_range_are_refused_by_name(figures: dict[str, int], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        DcCarConfig(**figures)


@given(st.lists(st.integers(1, 40 * SECOND), max_size=40), st.integers(1, 150_000))
def test_how_often_it_is_looked_at_does_not_matter(looks: list[int], current_ma: int) -> None:
    """A sum of rectangles: the same energy after the same time, and every deadline is ahead."""
    end = 20 * MINUTE
    once, often = charging(DcCarConfig(), current_ma), charging(DcCarConfig(), current_ma)
    now = 0
    for wait in looks:
        if now + wait < end:
            now += wait
            run(often, now)
            due = often.deadline()
            assert due is None or due > now
    assert run(once, end) == run(often, end)
    assert once.stored_wh(end) == often.stored_wh(end)
