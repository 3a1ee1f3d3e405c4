"""Reading the pilot: windows, hysteresis, debounce, the diode, undefined levels."""

import pytest

from pilotline.rtm.pilot import PilotReader
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import SetAvailable
from pilotline.vocabulary.pilot import PilotMode, PilotState
from support.rtm_plant import LEVEL_MV, SOCKET, TETHERED, Plant, charging, waiting

MS = 1_000


def reader_in(state: PilotState) -> PilotReader:
    """A reader that has believed a state for long."""
    reader = PilotReader(SOCKET.pilot)
    reader.update(LEVEL_MV[state], PilotMode.STEADY, 0)
    reader.update(LEVEL_MV[state], PilotMode.STEADY, 100 * MS)
    assert reader.state is state
    return reader


@pytest.mark.requirement("R-12")
@pytest.mark.parametrize("state", PilotState)
@pytest.mark.parametrize("offset_mv", [-1_000, 0, 1_000])
def test_every_level_in_a_window_is_its_state(state: PilotState, offset_mv: int) -> None:
    """From end to end of its window a level is the state; between the windows it is undefined."""
    level = LEVEL_MV[state] + (0 if state is PilotState.UNDEFINED else offset_mv)
    reader = PilotReader(SOCKET.pilot)
    reader.update(level, PilotMode.STEADY, 0)
    assert reader.raw is state


@pytest.mark.parametrize(
    ("state", "level_mv", "read"),
    [
        (PilotState.C, 7_300, PilotState.C),
        (PilotState.C, 7_301, PilotState.UNDEFINED),
        (PilotState.C, 4_700, PilotState.C),
        (PilotState.C, 4_699, PilotState.UNDEFINED),
        (PilotState.B, 7_700, PilotState.B),
        (PilotState.B, 7_300, PilotState.UNDEFINED),
        (PilotState.B, 7_001, PilotState.UNDEFINED),
        (PilotState.B, 7_000, PilotState.C),
    ],
)
def test_the_state_in_force_keeps_its_window_wider(
    state: PilotState, level_mv: int, read: PilotState
) -> None:
    """Hysteresis: 0.3 V beyond its window the state in force holds, and no other begins."""
    reader = reader_in(state)
    reader.update(level_mv, PilotMode.PWM, 200 * MS)
    assert reader.raw is read


@pytest.mark.parametrize(
    ("state", "debounce_ms"), [(PilotState.A, 30), (PilotState.C, 100), (PilotState.UNDEFINED, 100)]
)
def test_a_state_is_believed_after_its_debounce(state: PilotState, debounce_ms: int) -> None:
    """A level must stand for the debounce of its own state; then the state is believed."""
    reader = reader_in(PilotState.B)
    begin = 200 * MS
    reader.update(LEVEL_MV[state], PilotMode.STEADY, begin)
    due = begin + debounce_ms * MS
    assert reader.deadline(begin) == due
    reader.update(LEVEL_MV[state], PilotMode.STEADY, due - 1)
    assert (reader.raw, reader.state) == (state, PilotState.B)
    reader.update(LEVEL_MV[state], PilotMode.STEADY, due)
    assert reader.state is state


def test_a_bounce_is_no_state() -> None:
    """A level that goes and comes back within the debounce leaves the state; each bounce counts anew."""
    reader = reader_in(PilotState.B)
    for n in range(20):
        level = LEVEL_MV[PilotState.C if n % 2 else PilotState.B]
        reader.update(level, PilotMode.STEADY, (200 + 90 * n) * MS)
        assert reader.state is PilotState.B


@pytest.mark.requirement("R-47")
def test_state_f_of_the_station_hides_the_car() -> None:
    """While the station drives -12 V itself, the last state is kept."""
    reader = reader_in(PilotState.B)
    for at in (200, 400, 800):
        reader.update(-12_000, PilotMode.FAULT, at * MS)
        assert (reader.raw, reader.state) == (PilotState.B, PilotState.B)


@pytest.mark.requirement("R-12", "E-15")
@pytest.mark.parametrize("state", [PilotState.UNDEFINED, PilotState.E])
def test_an_undefined_level_is_a_fault_until_unplug(state: PilotState) -> None:
    """A level between the windows, or 0 V, is 0x80 with a pulse of state F, and lasts until the unplug."""
    plant = waiting()
    plant.show(state)
    begin = plant.now
    plant.until(lambda: bool(plant.faults), within_ms=700)
    assert plant.now - begin >= 600_000
    assert plant.faults == faults.CP_STATE
    assert plant.mode is PilotMode.FAULT
    assert plant.until(lambda: plant.mode is PilotMode.STEADY, within_ms=400) == 300_000
    plant.show(PilotState.C)
    plant.run(5_000)
    assert plant.faults == faults.CP_STATE
    assert (plant.mode, plant.relay) == (PilotMode.STEADY, False)
    plant.unplug_for_good()
    assert plant.faults == 0


@pytest.mark.requirement("R-12")
def test_a_foreign_state_f_is_no_fault() -> None:
    """-12 V that the station does not drive is told as state F; it starts no session and is no fault."""
    plant = waiting()
    plant.show(PilotState.F)
    plant.run(5_000)
    assert plant.told.pilot is PilotState.F
    assert (plant.faults, plant.mode) == (0, PilotMode.STEADY)


@pytest.mark.requirement("E-15")
def test_a_missing_diode_never_closes() -> None:
    """Without the negative half of the PWM it is 0x100: state F for 300 ms, then steady until the unplug."""
    plant = Plant()
    plant.diode = False
    plant.hello()
    plant.host_keeps(16_000)
    plant.run(100)
    plant.plug(PilotState.C)
    plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=1_000)
    assert plant.until(lambda: plant.mode is PilotMode.FAULT, within_ms=300) == 200_000
    assert plant.faults == faults.DIODE_UNPRESENT
    assert plant.until(lambda: plant.mode is PilotMode.STEADY, within_ms=400) == 300_000
    plant.diode = True
    plant.run(10_000)
    assert plant.faults == faults.DIODE_UNPRESENT
    assert [closed for _, closed in plant.changes(lambda outputs: outputs.relay)] == [False]
    plant.unplug_for_good()
    plant.plug(PilotState.C)
    plant.until(lambda: plant.relay, within_ms=1_000)


@pytest.mark.requirement("E-15", "R-45")
def test_a_diode_that_fails_in_a_session_trips() -> None:
    """The negative half is watched while the car charges too."""
    plant = charging()
    plant.diode = False
    plant.measure()
    assert plant.until(lambda: not plant.relay, within_ms=300) <= 201_000
    assert plant.faults == faults.DIODE_UNPRESENT


def test_a_diode_is_not_judged_without_pwm() -> None:
    """With a steady pilot both levels are equal, and that is no missing diode."""
    plant = Plant(TETHERED)
    plant.diode = False
    plant.plug(PilotState.C)
    plant.run(5_000)
    assert plant.faults == 0


@pytest.mark.parametrize("state", PilotState)
def test_only_a_car_can_lack_its_diode(state: PilotState) -> None:
    """A lower half that stays up means something in B, C and D alone: elsewhere there is no car to judge."""
    reader = reader_in(state)
    reader.lacks_diode(0, PilotMode.PWM, 200 * MS)
    lacking = reader.lacks_diode(0, PilotMode.PWM, 400 * MS)
    assert lacking is (state in (PilotState.B, PilotState.C, PilotState.D))


@pytest.mark.requirement("R-12")
def test_state_a_after_state_f_is_seen() -> None:
    """When the station stops driving state F it sees at once who went meanwhile."""
    plant = waiting()
    plant.send(SetAvailable(False))
    plant.run(100)
    plant.unplug()
    plant.run(1_000)
    assert plant.told.pilot is PilotState.B
    plant.send(SetAvailable(True))
    plant.run(40)
    assert plant.told.pilot is PilotState.A
