"""Reading the cable: windows of the proximity resistor, latching, and what cannot be read."""

import pytest

from pilotline.rtm.cable import CableReader
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import SetAvailable
from pilotline.vocabulary.pilot import PilotMode, PilotState
from support.rtm_plant import SOCKET, TETHERED, Plant, charging, waiting


def read(ohm: int | None) -> CableReader:
    reader = CableReader(SOCKET.outlet, SOCKET.proximity)
    reader.update(PilotState.B, ohm, hidden=False, now=0)
    assert not reader.ready
    assert reader.deadline(0) == 100_000
    reader.update(PilotState.B, ohm, hidden=False, now=100_000)
    return reader


@pytest.mark.requirement("E-31", "R-47")
@pytest.mark.parametrize(
    ("ohm", "cable_ma"),
    [
        (79, None),
        (80, 63_000),
        (100, 63_000),
        (140, 63_000),
        (141, 32_000),
        (220, 32_000),
        (308, 32_000),
        (309, 20_000),
        (680, 20_000),
        (936, 20_000),
        (937, 13_000),
        (1_500, 13_000),
        (2_460, 13_000),
        (2_461, None),
        (None, None),
    ],
)
def test_every_resistor_has_its_rating(ohm: int | None, cable_ma: int | None) -> None:
    """The windows have no gap: between two nominal values the weaker cable counts; outside there is none."""
    reader = read(ohm)
    assert reader.rating_ma == cable_ma
    assert reader.unreadable is (cable_ma is None)
    assert reader.ready is (cable_ma is not None)


@pytest.mark.requirement("R-47")
def test_the_rating_is_latched_until_unplug() -> None:
    """A resistor that changes during a session changes nothing; unplugging forgets it."""
    reader = read(680)
    reader.update(PilotState.C, 100, hidden=False, now=200_000)
    reader.update(PilotState.C, None, hidden=False, now=900_000)
    assert reader.rating_ma == 20_000
    reader.update(PilotState.A, None, hidden=False, now=901_000)
    assert reader.rating_ma is None
    assert not reader.unreadable


def test_a_fixed_cable_is_known_from_the_data() -> None:
    """A tethered model has the rating of its data from the start and reads nothing."""
    reader = CableReader(TETHERED.outlet, None)
    reader.update(PilotState.B, 100, hidden=False, now=0)
    assert (reader.ready, reader.rating_ma, reader.unreadable) == (True, 20_000, False)
    assert reader.deadline(0) is None


@pytest.mark.requirement("E-15")
@pytest.mark.parametrize("ohm", [40, 5_000])
def test_an_unreadable_cable_starts_no_session(ohm: int) -> None:
    """A resistor outside all windows is 0x200, the pilot stays steady, and only the unplug ends it."""
    plant = Plant()
    plant.hello()
    plant.host_keeps(16_000)
    plant.plug(PilotState.C, ohm)
    plant.run(5_000)
    assert plant.faults == faults.PP_UNPRESENT
    assert {output.mode for _, output in plant.changes(lambda o: o.pilot)} == {PilotMode.STEADY}
    assert not plant.changes(lambda o: o.relay, since=1)
    plant.ohm = 220
    plant.measure()
    plant.run(1_000)
    assert plant.faults == faults.PP_UNPRESENT
    plant.unplug_for_good()
    assert plant.faults == 0


@pytest.mark.requirement("E-15", "R-47")
def test_a_resistor_that_breaks_is_no_fault_of_a_session() -> None:
    """While the car charges, the proximity pilot may read anything: rating, offer and relay stay."""
    plant = charging()
    for ohm in (None, 40, 5_000, 100):
        plant.ohm = ohm
        plant.measure()
        plant.run(1_000)
        assert (plant.relay, plant.faults, plant.told.cable_ma, plant.told.offer_ma) == (
            True,
            0,
            32_000,
            16_000,
        )


@pytest.mark.requirement("E-31")
def test_a_cable_swapped_behind_state_f_is_read_again() -> None:
    """State F hides the unplug, so the open circuit of the proximity pilot makes the next cable be read."""
    plant = waiting(offer_ma=32_000)
    assert plant.told.cable_ma == 32_000
    plant.send(SetAvailable(False))
    plant.run(500)
    plant.unplug()
    plant.run(500)
    plant.plug(PilotState.B, ohm=1_500)
    plant.run(500)
    plant.send(SetAvailable(True))
    plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=1_000)
    assert plant.told.cable_ma == 13_000
    assert plant.told.offer_ma == 13_000


@pytest.mark.requirement("R-47")
def test_an_unplug_behind_state_f_is_no_unreadable_cable() -> None:
    """When state F ends over an empty socket, the station sees state A and raises nothing."""
    plant = waiting()
    plant.send(SetAvailable(False))
    plant.run(500)
    plant.unplug()
    plant.run(5_000)
    plant.send(SetAvailable(True))
    plant.run(1_000)
    assert plant.told.pilot is PilotState.A
    assert not any(report.faults for report in plant.effects(type(plant.told)))
