"""Between the window for charging and the range in which the electronics work (R-03)."""

import pytest

from pilotline.vocabulary import faults
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.pilot import PilotMode, PilotState
from support.rtm_plant import charging


@pytest.mark.requirement("R-03", "E-02")
@pytest.mark.parametrize(("volts", "fault"), [(184, faults.UNDERVOLTAGE), (276, faults.OVERVOLTAGE)])
def test_at_20_percent_the_module_works_and_nothing_charges(volts: int, fault: int) -> None:
    """The relay opens, the module goes on telling, and charging goes on when the voltage is back."""
    plant = charging()
    plant.sense(voltage_mv=PerPhase(volts * 1_000, 0, 0))
    plant.run(60_000)
    assert (plant.relay, plant.faults) == (False, fault)
    assert plant.now - plant.told.at <= 1_000_000
    plant.sense()
    plant.show(PilotState.B)
    plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=60_000)
    plant.show(PilotState.C)
    plant.until(lambda: plant.relay, within_ms=3_000)
    assert plant.faults == 0
