"""The cable: its resistor, and the levels on the pilot wire."""

import pytest

from pilotline.simulator.cable import RESISTOR_OHM, Cable, levels
from pilotline.vocabulary.charger import OutletKind
from pilotline.vocabulary.pilot import STATE_F, STEADY, PilotMode, PilotOutput, PilotState

PWM = PilotOutput(PilotMode.PWM, 2_666)
A, B, C, D, E = PilotState.A, PilotState.B, PilotState.C, PilotState.D, PilotState.E


@pytest.mark.parametrize(
    ("state", "steady", "pwm"),
    [
        (A, (12_000, 12_000), (12_000, -12_000)),
        (B, (9_000, 9_000), (9_000, -12_000)),
        (C, (6_000, 6_000), (6_000, -12_000)),
        (D, (3_000, 3_000), (3_000, -12_000)),
        (E, (0, 0), (0, 0)),
    ],
)
def test_levels_are_those_of_table_a4(
    state: PilotState, steady: tuple[int, int], pwm: tuple[int, int]
) -> None:
    """Each state has its voltage, and with PWM the low level is -12 V behind a diode."""
    assert levels(STEADY, state, diode=True) == steady
    assert levels(PWM, state, diode=True) == pwm


def test_without_a_diode_the_low_level_mirrors_the_high_one() -> None:
    """A bare resistor loads both halves; with nothing plugged in there is nothing to load them."""
    assert levels(PWM, C, diode=False) == (6_000, -6_000)
    assert levels(PWM, A, diode=False) == (12_000, -12_000)


def test_state_f_is_the_same_for_every_car_with_a_diode() -> None:
    """-12 V does not pass the diode, so state F hides whether a car is there."""
    assert {levels(STATE_F, state, diode=True) for state in (A, B, C, D)} == {(-12_000, -12_000)}


def test_a_bad_contact_shifts_the_high_level_only() -> None:
    """The offset makes a level between two states and leaves the low level."""
    assert levels(PWM, B, diode=True, offset_mv=-1_500) == (7_500, -12_000)


def test_the_resistor_is_read_while_the_plug_is_in_a_socket() -> None:
    """Before the plug-in and after the unplug the circuit is open."""
    cable = Cable(OutletKind.SOCKET)
    assert cable.proximity_ohm is None
    cable.plug(RESISTOR_OHM[32_000])
    assert cable.proximity_ohm == 220
    cable.unplug()
    assert cable.proximity_ohm is None


def test_a_broken_resistor_ends_with_the_unplug() -> None:
    """The next plug has a resistor of its own."""
    cable = Cable(OutletKind.SOCKET)
    cable.plug(220)
    cable.change(None)
    assert cable.proximity_ohm is None
    cable.unplug()
    cable.plug(680)
    assert cable.proximity_ohm == 680


def test_a_tethered_cable_shows_no_resistor() -> None:
    """There is nothing for the station to measure."""
    cable = Cable(OutletKind.TETHERED)
    cable.plug(220)
    assert cable.proximity_ohm is None
