"""A figure that is exactly at its limit is allowed: it neither trips nor keeps the relay from closing."""

import pytest

from pilotline.vocabulary import faults
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.time import MS
from support.rtm_plant import SOCKET, charging, waiting

LOW_MV, HIGH_MV = 207_000, 253_000
"""230 V ±10 % (E-18)."""


@pytest.mark.requirement("R-45", "E-18")
@pytest.mark.parametrize("mv", [LOW_MV, HIGH_MV])
def test_it_closes_on_a_supply_at_the_end_of_its_window(mv: int) -> None:
    """207 V and 253 V are right."""
    plant = waiting()
    plant.sense(voltage_mv=PerPhase(mv, 0, 0))
    plant.show(PilotState.C)
    plant.until(lambda: plant.relay, within_ms=200)


@pytest.mark.requirement("R-45")
def test_it_closes_on_a_diode_that_just_shows() -> None:
    """The low half may reach just as high as the check allows."""
    plant = waiting()
    plant.sense(pilot_low_mv=SOCKET.pilot.diode_max_mv)
    plant.show(PilotState.C)
    plant.until(lambda: plant.relay, within_ms=200)


@pytest.mark.requirement("E-18", "R-11")
@pytest.mark.parametrize(
    ("mv", "fault"),
    [
        (SOCKET.supply.hardware_high_mv + 1, faults.OVERVOLTAGE),
        (SOCKET.supply.hardware_low_mv - 1, faults.UNDERVOLTAGE),
    ],
)
def test_a_spike_beyond_the_hardwares_limits_is_a_fault_as_long_as_any(mv: int, fault: int) -> None:
    """Too short for the window's filter it is believed all the same, and ends after its time inside."""
    plant = charging()
    spike_ms = SOCKET.supply.hardware_time.filter_ms + 10
    assert spike_ms < SOCKET.supply.time.filter_ms
    plant.sense(voltage_mv=PerPhase(mv, 0, 0))
    plant.run(spike_ms)
    plant.sense(voltage_mv=PerPhase(230_000, 0, 0))
    assert plant.faults == fault
    assert plant.until(lambda: not plant.faults, within_ms=6_000) == SOCKET.supply.back_ms * MS
