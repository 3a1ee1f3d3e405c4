"""Back-off (R-46) and what counts as an unplug (R-29): how contacts are spared."""

import pytest

from pilotline.vocabulary import faults
from pilotline.vocabulary.board import ResidualAlarm
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.pilot import PilotMode, PilotState
from pilotline.vocabulary.time import MS
from support.rtm_plant import SOCKET, Plant, charging, waiting

pytestmark = pytest.mark.requirement("R-46")

NOMINAL, SUNKEN = PerPhase(230_000, 0, 0), PerPhase(180_000, 0, 0)
FIRST_WAIT = SOCKET.back_off.waits_ms[0]


def steady_for(plant: Plant, within_ms: int) -> int:
    return plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=within_ms) // MS


@pytest.mark.requirement("E-18")
def test_a_car_that_lets_go_first_is_an_opening_too() -> None:
    """A supply that sinks stops the car before the fault is believed: the wait is the same, from its end."""
    plant = charging()
    plant.sense(voltage_mv=SUNKEN)
    plant.show(PilotState.B)
    plant.until(lambda: not plant.relay, within_ms=100)
    assert plant.faults == 0
    plant.run(2_000)
    assert plant.faults == faults.UNDERVOLTAGE
    plant.sense(voltage_mv=NOMINAL)
    assert steady_for(plant, 60_000) == SOCKET.supply.back_ms + FIRST_WAIT


@pytest.mark.requirement("E-18")
def test_a_dip_in_which_the_car_let_go_waits_as_well() -> None:
    """No fault was believed, but the contacts have moved for the supply's sake."""
    plant = charging()
    plant.sense(voltage_mv=SUNKEN)
    plant.show(PilotState.B)
    plant.run(300)
    plant.sense(voltage_mv=NOMINAL)
    plant.run(FIRST_WAIT - 1)
    assert (plant.relay, plant.faults) == (False, 0)
    assert plant.mode is PilotMode.PWM  # the offer stood: a PWM that is on is not taken back
    plant.show(PilotState.C)
    assert plant.until(lambda: plant.relay, within_ms=200) == 100 * MS


def test_a_fault_that_opened_nothing_costs_no_wait() -> None:
    """While the relay is open anyway a passing fault takes the offer with it and gives it back."""
    plant = charging()
    plant.show(PilotState.B)
    plant.run(1_000)
    plant.sense(voltage_mv=SUNKEN)
    plant.run(1_000)
    assert plant.mode is PilotMode.STEADY
    plant.sense(voltage_mv=NOMINAL)
    assert steady_for(plant, 60_000) <= SOCKET.supply.back_ms + 2 * plant.alarm_ms + 1


@pytest.mark.requirement("R-29", "R-13")
@pytest.mark.parametrize(("away_ms", "ended"), [(29, False), (1_029, False), (1_030, True)])
def test_a_plug_that_bounces_ends_no_latch(away_ms: int, ended: bool) -> None:
    """State A has to be believed for a second before it is an unplug."""
    plant = charging()
    plant.hold_alarms(ResidualAlarm(ac=True))
    plant.hold_alarms(ResidualAlarm())
    plant.run(1_000)
    plant.unplug()
    plant.run(away_ms)
    assert plant.faults == (0 if ended else faults.RCD)
    plant.plug(PilotState.B)
    plant.run(200)
    assert plant.faults == (0 if ended else faults.RCD)


@pytest.mark.requirement("R-29")
def test_a_plug_that_bounces_ends_no_wait() -> None:
    """Neither the wait nor the count of openings begins anew with a loose contact of the pilot."""
    plant = charging()
    plant.sense(neutral_pe_mv=SOCKET.supply.neutral_pe_mv + 1)
    plant.run(100)
    plant.sense(neutral_pe_mv=0)
    plant.show(PilotState.B)
    plant.until(lambda: plant.faults == 0, within_ms=SOCKET.supply.back_ms)
    plant.unplug()
    plant.run(900)
    plant.plug(PilotState.B)
    assert steady_for(plant, 60_000) == FIRST_WAIT - 900


@pytest.mark.requirement("R-45")
@pytest.mark.parametrize(
    "parts",
    [{"voltage_mv": SUNKEN}, {"voltage_mv": PerPhase(253_001, 0, 0)}, {"neutral_pe_mv": 70_001}],
    ids=["low", "high", "neutral"],
)
def test_no_relay_closes_on_a_supply_that_is_wrong_just_now(parts: dict[str, object]) -> None:
    """Under PWM, and before the fault is believed: the closing waits for the supply, the offer stands."""
    plant = waiting()
    plant.run(50)
    plant.show(PilotState.C)
    plant.run(80)
    plant.sense(**parts)
    plant.run(45)
    assert (plant.told.pilot, plant.relay, plant.faults) == (PilotState.C, False, 0)
    assert plant.mode is PilotMode.PWM
    plant.sense()
    assert plant.relay


@pytest.mark.requirement("R-45")
def test_no_offer_is_made_on_a_supply_that_is_wrong_just_now() -> None:
    """What may delay a closing is waited for before the PWM starts."""
    plant = Plant()
    plant.hello()
    plant.plug(PilotState.B)
    plant.run(5_000)
    plant.sense(voltage_mv=SUNKEN)
    plant.host_keeps(16_000)
    plant.run(450)
    assert (plant.outputs.lock, plant.mode, plant.faults) == (True, PilotMode.STEADY, 0)
    plant.sense()
    assert plant.mode is PilotMode.PWM


@pytest.mark.requirement("E-17")
def test_an_opening_by_heat_waits_too() -> None:
    """Heat ends by itself as a sagging supply does: the contacts get their pause as well."""
    plant = charging()
    top_mc = SOCKET.temperature.steps[-1].up_to_mc
    plant.sense(temperature_mc=(top_mc + 1, 0))
    plant.until(lambda: not plant.relay, within_ms=SOCKET.temperature.time.filter_ms)
    plant.sense(temperature_mc=(0, 0))
    plant.show(PilotState.B)
    taken = plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=20_000)
    assert taken == SOCKET.back_off.waits_ms[0] * MS


def test_the_next_car_does_not_wait_for_the_one_before() -> None:
    """An unplug ends the wait with the count: what comes then is another plug-in."""
    plant = charging()
    plant.sense(voltage_mv=SUNKEN)
    plant.until(lambda: not plant.relay, within_ms=SOCKET.supply.time.filter_ms)
    plant.sense(voltage_mv=NOMINAL)
    plant.show(PilotState.B)
    plant.run(SOCKET.supply.back_ms + 1_000)
    plant.unplug_for_good()
    plant.plug()
    assert steady_for(plant, 60_000) < 2_000
