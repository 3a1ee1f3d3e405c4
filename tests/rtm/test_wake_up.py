"""Waking a car that sleeps in state B."""

from dataclasses import replace

import pytest

from pilotline.vocabulary import faults
from pilotline.vocabulary.charger import WakeUp
from pilotline.vocabulary.pilot import PilotMode, PilotState
from support.rtm_plant import SOCKET, Plant, waiting

pytestmark = pytest.mark.requirement("R-47")


def pulses(plant: Plant) -> list[tuple[float, PilotMode]]:
    """The pilot's modes in seconds since the first offer."""
    modes = plant.changes(lambda outputs: outputs.pilot.mode)
    start = next(at for at, mode in modes if mode is PilotMode.PWM)
    return [((at - start) / 1e6, mode) for at, mode in modes if at >= start]


def test_a_sleeping_car_is_woken_by_state_f_twice() -> None:
    """After 90 s in B the pilot is in state F for 4 s; the second pulse is the last, and both are counted."""
    plant = waiting()
    plant.run(400_000)
    assert pulses(plant) == [
        (0, PilotMode.PWM),
        (90, PilotMode.FAULT),
        (94, PilotMode.PWM),
        (184, PilotMode.FAULT),
        (188, PilotMode.PWM),
    ]
    assert plant.told.wake_ups == 2
    assert plant.told.pilot is PilotState.B
    assert plant.faults == 0


def test_unplugging_gives_new_tries() -> None:
    """The bound is per plug-in, the count since boot."""
    plant = waiting()
    plant.run(400_000)
    plant.unplug()
    plant.run(1_000)
    plant.plug(PilotState.B)
    plant.run(400_000)
    assert plant.told.wake_ups == 4


def test_a_car_that_wakes_charges() -> None:
    """A car that answers the pulse with state C gets its current."""
    plant = waiting()
    plant.until(lambda: plant.mode is PilotMode.FAULT, within_ms=91_000)
    plant.run(1_000)
    plant.show(PilotState.C)
    plant.until(lambda: plant.relay, within_ms=4_000)


def test_a_full_car_is_left_alone() -> None:
    """A car that has answered the offer and went back to B is not asleep; it has had enough."""
    plant = waiting()
    plant.show(PilotState.C)
    plant.run(10_000)
    plant.show(PilotState.B)
    plant.run(400_000)
    assert plant.told.wake_ups == 0


def test_a_car_asleep_after_a_pause_is_woken() -> None:
    """A pause of the host ends the offer; the next offer may find the car asleep."""
    plant = waiting()
    plant.show(PilotState.C)
    plant.run(10_000)
    plant.host_keeps(0)
    plant.run(3_000)
    plant.show(PilotState.B)
    plant.run(10_000)
    plant.host_keeps(16_000)
    plant.run(91_000)
    assert plant.told.wake_ups == 1


def test_a_cable_that_is_gone_is_found_by_the_wake_up() -> None:
    """Behind state F an open proximity pilot is an unplug: the cable is read again before any offer."""
    plant = waiting()
    plant.ohm = None
    plant.measure()
    plant.run(80_000)
    assert (plant.mode, plant.faults) == (PilotMode.PWM, 0)
    plant.until(lambda: plant.mode is not PilotMode.PWM, within_ms=11_000)
    assert (plant.mode, plant.told.wake_ups) == (PilotMode.STEADY, 1)
    assert plant.until(lambda: plant.faults == faults.PP_UNPRESENT, within_ms=200) == 100_000


def test_a_withdrawn_offer_ends_the_pulse() -> None:
    """Without an offer there is nothing to wake for: the pilot is steady at once."""
    plant = waiting()
    plant.until(lambda: plant.mode is PilotMode.FAULT, within_ms=91_000)
    plant.host_keeps(0)
    plant.until(lambda: plant.mode is PilotMode.STEADY, within_ms=2_001)


@pytest.mark.parametrize("wrong", ["contact", "supply"])
def test_no_pulse_begins_while_the_offer_could_not_be_made_again(wrong: str) -> None:
    """When the pulse is due something is wrong that is not believed yet: the offer stays as it is."""
    plant = waiting()
    plant.run(89_990)
    if wrong == "contact":
        plant.hold_contacts(False, True)
    else:
        plant.sense(neutral_pe_mv=70_001)
    plant.run(30)
    assert plant.mode is PilotMode.PWM
    assert plant.told.wake_ups == 0
    plant.hold_contacts(None, None)
    plant.sense()
    plant.run(91_000)
    assert plant.mode is PilotMode.FAULT
    assert plant.told.wake_ups == 1


@pytest.mark.parametrize(
    "wake_up", [WakeUp(False, 90_000, 4_000, 2), WakeUp(True, 90_000, 4_000, 0)], ids=str
)
def test_the_wake_up_can_be_switched_off(wake_up: WakeUp) -> None:
    """Disabled, or without tries, a car may sleep as long as it likes."""
    plant = waiting(replace(SOCKET, wake_up=wake_up))
    plant.run(400_000)
    assert plant.told.wake_ups == 0
    assert pulses(plant) == [(0, PilotMode.PWM)]


def test_a_car_that_asked_for_ventilation_is_awake() -> None:
    """It has answered the offer, although no relay closed: back in B it is left alone."""
    plant = waiting(replace(SOCKET, wake_up=WakeUp(enabled=True, after_ms=5_000, pulse_ms=500, tries=2)))
    plant.show(PilotState.D)
    plant.run(1_000)
    plant.show(PilotState.B)
    plant.run(30_000)
    assert (plant.mode, plant.told.wake_ups) == (PilotMode.PWM, 0)
