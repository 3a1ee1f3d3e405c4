"""The self-test of the residual-current monitor: when it runs, what it proves, how it fails."""

import pytest

from pilotline.rtm.self_test import SelfTest
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import ClearFaults, Commission, Permit, ResidualAlarm, Setting, Withdraw
from pilotline.vocabulary.pilot import PilotMode, PilotState
from pilotline.vocabulary.time import MS
from support.rtm_plant import SOCKET, TETHERED, Plant, charging

pytestmark = pytest.mark.requirement("R-46")

BOTH = ResidualAlarm(ac=True, dc=True)
NONE = ResidualAlarm()


def runs(plant: Plant, since: int) -> list[bool]:
    return [on for _, on in plant.changes(lambda outputs: outputs.residual_test, since)]


def dead() -> Plant:
    """A station whose monitor never answers, after its first test."""
    plant = Plant()
    plant.hold_alarms(NONE)
    plant.hello()
    plant.host_keeps(16_000)
    plant.run(2_100)
    return plant


def test_an_idle_station_tests_once() -> None:
    """In state A the monitor is proved before anybody comes."""
    plant = Plant()
    plant.run(60_000)
    assert runs(plant, -1) == [False, True, False]


def test_the_offer_waits_for_the_test() -> None:
    """With a car in B and a permit the pilot is steady until the alarms have come and gone."""
    plant = Plant(TETHERED)
    plant.alarm_ms = 1_000
    plant.hello()
    plant.host_keeps(16_000)
    plant.plug(PilotState.B)
    plant.until(lambda: plant.outputs.residual_test, within_ms=200)
    assert plant.until(lambda: not plant.outputs.residual_test, within_ms=1_001) == 1_000 * MS
    assert plant.mode is PilotMode.STEADY
    assert plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=1_001) == 1_000 * MS
    assert plant.faults == 0


def test_one_test_for_each_offer() -> None:
    """What was proved is used up by the closing; the next offer waits for the next test."""
    plant = charging()
    begin = plant.now
    plant.send(Withdraw())
    plant.show(PilotState.B)
    plant.run(10_000)
    assert plant.mode is PilotMode.PWM
    assert runs(plant, begin) == [True, False]


def test_a_pause_of_the_car_needs_no_test() -> None:
    """A PWM that is on has promised to close: the car's return to C is not delayed."""
    plant = charging()
    begin = plant.now
    plant.show(PilotState.B)
    plant.run(5_000)
    plant.show(PilotState.C)
    assert plant.until(lambda: plant.relay, within_ms=200) == 100 * MS
    assert runs(plant, begin) == []


def test_no_test_in_state_c() -> None:
    """A car that stays in C on a steady pilot waits: the test belongs to A and B."""
    plant = charging()
    begin = plant.now
    plant.host_is_silent()
    plant.send(Withdraw())
    plant.draw(0)
    plant.run(1_000)
    plant.send(Permit(16_000))
    plant.run(1_000)
    assert (plant.told.pilot, plant.mode, runs(plant, begin)) == (PilotState.C, PilotMode.STEADY, [])


def test_a_car_that_goes_to_c_ends_the_test() -> None:
    """The test input goes off in that step; nothing was proved and nothing has failed."""
    plant = Plant(TETHERED)
    plant.alarm_ms = 400
    plant.plug(PilotState.B)
    plant.run(200)
    assert plant.outputs.residual_test
    plant.show(PilotState.C)
    plant.run(100)
    assert not plant.outputs.residual_test
    plant.run(5_000)
    assert plant.faults == 0  # although the alarms it had asked for came afterwards
    plant.show(PilotState.B)
    plant.run(100)
    assert plant.outputs.residual_test


def test_a_fault_ends_the_test() -> None:
    """While anything is wrong the monitor is not tested."""
    plant = Plant()
    plant.alarm_ms = 400
    plant.run(100)
    assert plant.outputs.residual_test
    plant.sense(emergency_stop=True)
    assert not plant.outputs.residual_test
    plant.sense(emergency_stop=False)
    plant.run(5_000)
    assert plant.faults == 0


def test_no_test_while_an_alarm_stands() -> None:
    """An alarm before the test is a leak, not the test's."""
    plant = Plant()
    plant.hold_alarms(ResidualAlarm(ac=True))
    plant.run(5_000)
    assert (plant.faults, runs(plant, -1)) == (faults.RCD, [False])


def test_a_real_alarm_counts_as_come_and_has_to_go() -> None:
    """A leak during the test passes its first half; since it stays it trips after the second."""
    plant = Plant()
    plant.until(lambda: plant.outputs.residual_test, within_ms=100)
    plant.hold_alarms(BOTH)
    plant.run(100)
    plant.hold_alarms(ResidualAlarm(dc=True))
    assert plant.faults == 0
    plant.run(SOCKET.residual.clear_ms)
    assert plant.faults == faults.RCD_DC


@pytest.mark.requirement("R-50")
def test_a_measured_leak_is_believed_during_the_test() -> None:
    """The test is allowed to cause alarms, not figures."""
    plant = Plant()
    plant.alarm_ms = 400
    plant.run(100)
    assert plant.outputs.residual_test
    plant.sense(residual_ac_ua=30_000)
    plant.run(4)
    assert plant.faults == faults.RCD


def test_a_failure_in_an_empty_socket_stays() -> None:
    """There is nothing to unplug: the fault stays, and no car is offered anything."""
    plant = dead()
    assert plant.faults == faults.RCD | faults.RCD_DC
    plant.run(60_000)
    assert plant.faults == faults.RCD | faults.RCD_DC
    plant.plug(PilotState.B)
    plant.run(10_000)
    assert plant.mode is PilotMode.STEADY
    assert plant.faults == faults.RCD | faults.RCD_DC


def test_unplugging_tries_again() -> None:
    """The fault ends with the unplug, and the test that follows decides anew."""
    plant = dead()
    plant.plug(PilotState.B)
    plant.run(500)
    plant.hold_alarms(None)
    plant.unplug()
    plant.run(500)
    assert plant.faults == 0
    plant.plug(PilotState.B)
    plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=SOCKET.residual.clear_ms)


def test_a_reset_tries_again() -> None:
    """A person's reset does the same where nobody is plugged in."""
    plant = dead()
    plant.run(SOCKET.residual.clear_ms)
    plant.send(ClearFaults(faults.RCD_DC))
    plant.run(500)
    assert (plant.faults, plant.outputs.residual_test) == (0, True)
    plant.run(2_000)
    assert plant.faults == faults.RCD | faults.RCD_DC
    plant.send(ClearFaults(faults.OVERVOLTAGE))
    assert plant.faults == faults.RCD | faults.RCD_DC


@pytest.mark.requirement("E-10")
def test_with_rcd_type_2_the_dc_alarm_is_neither_asked_for_nor_believed() -> None:
    """A monitor whose DC side is silent, or always on, is good enough for AC alone."""
    for stuck in (False, True):
        plant = Plant(TETHERED, settings={Setting.RCD_TYPE: 2})
        plant.until(lambda p=plant: p.outputs.residual_test, within_ms=100)
        plant.hold_alarms(ResidualAlarm(ac=True, dc=stuck))
        plant.run(100)
        plant.hold_alarms(ResidualAlarm(dc=stuck))
        plant.hello()
        plant.host_keeps(16_000)
        plant.plug(PilotState.B)
        plant.until(lambda p=plant: p.mode is PilotMode.PWM, within_ms=1_000)
        assert plant.faults == 0


@pytest.mark.requirement("E-10")
def test_a_test_of_ac_alone_does_not_prove_dc() -> None:
    """When commissioning adds the DC side, the test is made again."""
    plant = Plant(settings={Setting.RCD_TYPE: 2})
    plant.run(500)
    begin = plant.now
    plant.send(Commission(Setting.RCD_TYPE, 0))
    assert runs(plant, begin - 1) == [True]


def test_a_station_without_a_monitor_tests_nothing() -> None:
    """Where no alarm is watched there is nothing to prove."""
    test = SelfTest(SOCKET.residual)
    test.update(0, 0, allowed=True, now=0)
    assert test.holds(0, 0)
    assert not test.running


def test_the_test_never_runs_while_a_contact_is_closed() -> None:
    """A welded contact in state A keeps the test input off."""
    plant = Plant()
    plant.hold_contacts(live=True, neutral=None)
    plant.run(90)
    assert runs(plant, -1) == [False]
