"""The loop that runs the module may be late: what it says of itself stops charging, in order or at once."""

import pytest

from pilotline.vocabulary import faults
from pilotline.vocabulary.board import ClearFaults, Pace
from pilotline.vocabulary.pilot import STATE_F, STEADY, PilotMode, PilotState
from support.rtm_plant import SOCKET, charging

pytestmark = pytest.mark.requirement("R-45")


def test_a_late_loop_is_an_orderly_stop() -> None:
    """Steady +12 V in that step, the relay closed until the car lets go or the stop's own time is over."""
    plant = charging()
    plant.send(Pace.LATE)
    assert (plant.faults, plant.outputs.pilot, plant.relay) == (faults.LATE, STEADY, True)
    plant.run(SOCKET.relay.orderly_ms - 1)
    assert plant.relay
    plant.run(1)
    assert not plant.relay


def test_a_late_loop_gets_no_second_permit_while_it_is_late() -> None:
    """The host renews its permit each half second: that alone brings no offer back."""
    plant = charging()
    plant.send(Pace.LATE)
    plant.show(PilotState.B)
    plant.run(30_000)
    assert (plant.mode, plant.relay) == (PilotMode.STEADY, False)
    assert not plant.told.permitted


def test_a_loop_that_keeps_time_again_charges_on() -> None:
    """It is over with its cause: the offer is back, and the car closes."""
    plant = charging()
    plant.send(Pace.LATE)
    plant.show(PilotState.B)
    plant.run(1_000)
    plant.send(Pace.KEPT)
    plant.run(5_000)
    assert (plant.faults, plant.mode) == (0, PilotMode.PWM)
    plant.show(PilotState.C)
    plant.run(1_000)
    assert plant.relay


def test_a_loop_that_says_nothing_new_changes_nothing() -> None:
    """Kept is how it begins; saying so is no event."""
    plant = charging()
    before = plant.outputs
    plant.send(Pace.KEPT)
    assert (plant.faults, plant.outputs) == (0, before)


def test_a_stalled_loop_is_a_trip_latched_until_unplug() -> None:
    """The relay opens in that step, under state F; no reset ends it, the unplug does."""
    plant = charging()
    plant.send(Pace.STALLED)
    assert (plant.faults, plant.relay, plant.outputs.pilot) == (faults.STALLED, False, STATE_F)
    plant.send(Pace.KEPT)
    plant.send(ClearFaults(faults.STALLED))
    plant.run(5_000)
    assert plant.faults == faults.STALLED
    plant.unplug_for_good()
    assert plant.faults == 0


def test_what_the_loop_says_of_itself_is_no_sign_of_a_host() -> None:
    """A host that is silent stays silent, however often the loop speaks."""
    plant = charging()
    plant.host_is_silent()
    for _ in range(25):
        plant.run(100)
        plant.send(Pace.KEPT)
    assert plant.faults & faults.MISSING_HOST
