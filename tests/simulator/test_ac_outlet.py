"""Stories of the virtual AC outlet of a charger that stands alone."""

import pytest

from pilotline.simulator.ac_outlet import LIMITS, AcLoad, AcOutlet, OutletConfig
from pilotline.vocabulary.power_side import (
    CloseContactors,
    EmergencyOff,
    OpenContactors,
    PowerState,
    StopSupply,
    Trouble,
)
from pilotline.vocabulary.time import MS, SECOND, Tick

CLOSE = OutletConfig().close_ms * MS
OPEN = OutletConfig().open_ms * MS


def charging() -> AcOutlet:
    """A car that would take 32 A is connected since 20 ms."""
    outlet = AcOutlet()
    outlet.handle(AcLoad(32_000), 0)
    outlet.handle(CloseContactors(), 0)
    outlet.handle(Tick(), CLOSE)
    return outlet


def test_it_closes_in_its_time_and_the_car_draws_what_it_is_offered() -> None:
    """16 A of the 32 it would like, and nothing before the contacts are there."""
    outlet = AcOutlet()
    assert outlet.handle(AcLoad(32_000), 0) == [PowerState(LIMITS, energy_wh=0)]
    assert outlet.handle(CloseContactors(), 0) == []
    assert outlet.deadline() == CLOSE
    [state] = outlet.handle(Tick(), CLOSE)
    assert (state.contactors, state.voltage_mv, state.current_ma) == (True, 230_000, 16_000)


def test_the_meter_counts_three_phases() -> None:
    """16 A at 230 V on three phases for an hour."""
    [state] = charging().handle(Tick(), CLOSE + 3_600 * SECOND)
    assert state.energy_wh == 11_040


def test_a_limit_is_followed_at_once() -> None:
    """6 A, and 0 A is a pause with closed contacts."""
    outlet = charging()
    assert outlet.handle(LIMITS._replace(current_ma=6_000), CLOSE)[0].current_ma == 6_000
    [state] = outlet.handle(LIMITS._replace(current_ma=0), CLOSE)
    assert (state.contactors, state.current_ma) == (True, 0)


@pytest.mark.parametrize("verb", [OpenContactors(), EmergencyOff(), Trouble.RESIDUAL_CURRENT])
def test_it_opens_when_it_is_told_to_or_has_to(verb: OpenContactors | EmergencyOff | Trouble) -> None:
    """An order, an emergency, an RCD."""
    outlet = charging()
    outlet.handle(verb, SECOND)
    assert outlet.deadline() == SECOND + OPEN
    [state] = outlet.handle(Tick(), SECOND + OPEN)
    assert not state.contactors
    assert state.current_ma == 0


def test_verbs_of_dc_mean_nothing_here_and_an_emergency_lasts() -> None:
    """StopSupply leaves the contacts; after EmergencyOff nothing closes."""
    outlet = charging()
    assert outlet.handle(StopSupply(), CLOSE) == []
    outlet.handle(EmergencyOff(), CLOSE)
    outlet.handle(Tick(), SECOND)
    outlet.handle(CloseContactors(), SECOND)
    assert outlet.deadline() is None
