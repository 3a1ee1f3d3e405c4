"""The self-test of the residual-current monitor: when it runs, what it proves, how it fails."""

from dataclasses import replace

import pytest

from pilotline.rtm.self_test import SelfTest
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import (
    ClearFaults,
    Commission,
    Outputs,
    Permit,
    ResidualAlarm,
    Setting,
    Withdraw,
)
from pilotline.vocabulary.pilot import PilotMode, PilotState
from pilotline.vocabulary.time import MS
from support.rtm_plant import SOCKET, TETHERED, Plant, charging, waiting

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
    assert plant.faults == faults.SELF_TEST
    plant.run(60_000)
    assert plant.faults == faults.SELF_TEST
    plant.plug(PilotState.B)
    plant.run(10_000)
    assert plant.mode is PilotMode.STEADY
    assert plant.faults == faults.SELF_TEST


def test_unplugging_tries_again() -> None:
    """The fault ends with the unplug, and the test that follows decides anew."""
    plant = dead()
    plant.plug(PilotState.B)
    plant.run(500)
    plant.hold_alarms(None)
    plant.unplug_for_good()
    plant.run(500)
    assert plant.faults == 0
    plant.plug(PilotState.B)
    plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=SOCKET.residual.clear_ms)


def test_a_reset_tries_again() -> None:
    """A person's reset does the same where nobody is plugged in."""
    plant = dead()
    plant.run(SOCKET.residual.clear_ms)
    plant.send(ClearFaults(faults.SELF_TEST))
    plant.run(500)
    assert (plant.faults, plant.outputs.residual_test) == (0, True)
    plant.run(2_000)
    assert plant.faults == faults.SELF_TEST
    plant.send(ClearFaults(faults.RCD | faults.RCD_DC))
    assert plant.faults == faults.SELF_TEST


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
    plant.hello()
    plant.send(Commission(Setting.RCD_TYPE, 0))
    assert runs(plant, begin - 1) == [True]


@pytest.mark.requirement("R-40", "E-10")
def test_a_side_that_is_no_longer_watched_fails_no_test() -> None:
    """Only the DC alarm fails to come; commissioned for AC alone the fault is over and the test is passed."""
    plant = Plant(TETHERED)
    plant.until(lambda: plant.outputs.residual_test, within_ms=100)
    plant.hold_alarms(ResidualAlarm(ac=True))
    plant.run(SOCKET.residual.test_ms)
    plant.hold_alarms(NONE)
    assert plant.faults == faults.SELF_TEST
    plant.hello()
    plant.host_keeps(16_000)
    plant.hold_alarms(None)
    plant.send(Commission(Setting.RCD_TYPE, 2))
    assert plant.faults == 0
    plant.run(SOCKET.residual.clear_ms)
    plant.plug(PilotState.B)
    plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=1_000)


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


@pytest.mark.requirement("R-45")
def test_a_new_test_puts_the_earlier_proof_in_doubt() -> None:
    """While a test for more alarms is busy, watching fewer again makes no old proof good: it would be offered
    and closed while alarms are ignored."""
    plant = Plant(settings={Setting.RCD_TYPE: 2})
    plant.alarm_ms = 1_500
    plant.hello()
    plant.host_keeps(16_000)
    plant.run(5_000)
    plant.send(Commission(Setting.RCD_TYPE, 0))
    plant.run(10)
    assert plant.outputs.residual_test
    plant.send(Commission(Setting.RCD_TYPE, 2))
    plant.plug(PilotState.B)
    begin = plant.now
    plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=8_000)
    assert plant.now - begin >= 2 * (plant.alarm_ms - 10) * MS


def test_a_failed_test_leaves_no_earlier_proof() -> None:
    """A monitor that once answered, and then did not, is tested again after the unplug."""
    plant = Plant(settings={Setting.RCD_TYPE: 2})
    plant.hello()
    plant.host_keeps(16_000)
    plant.run(500)
    plant.hold_alarms(NONE)
    plant.send(Commission(Setting.RCD_TYPE, 0))
    plant.run(5_000)
    assert plant.faults == faults.SELF_TEST
    plant.send(Commission(Setting.RCD_TYPE, 2))
    plant.plug(PilotState.B)
    plant.run(500)
    plant.unplug_for_good()
    plant.plug(PilotState.B)
    plant.run(10_000)
    assert (plant.faults, plant.mode) == (faults.SELF_TEST, PilotMode.STEADY)


DAY_MS = 2_500
HASTY = replace(TETHERED, residual=replace(TETHERED.residual, holds_ms=DAY_MS))
"""A day of 2.5 s."""


def test_a_car_that_waits_under_pwm_for_a_day_sees_another_test() -> None:
    """A proof older than 24 h closes no relay: the offer is taken back, and made after another test."""
    plant = waiting(HASTY)
    begin = plant.now
    plant.run(DAY_MS + 500)
    modes = [mode for _, mode in plant.changes(lambda outputs: outputs.pilot.mode, begin)]
    assert modes == [PilotMode.STEADY, PilotMode.PWM]
    assert runs(plant, begin) == [True, False]


def test_a_session_of_more_than_a_day_goes_on() -> None:
    """With the relay closed nothing is tested; after the car's pause it is, before it may close again."""
    plant = charging(HASTY)
    begin = plant.now
    plant.run(2 * DAY_MS)
    assert plant.relay
    assert runs(plant, begin) == []
    plant.show(PilotState.B)
    plant.until(lambda: plant.outputs.residual_test, within_ms=200)
    plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=200)
    plant.show(PilotState.C)
    plant.until(lambda: plant.relay, within_ms=200)


def test_a_car_back_in_c_in_the_moment_the_day_ends_finds_an_open_relay() -> None:
    """The proof is too old in the very step in which state C is believed."""
    plant = waiting(HASTY)
    due = plant.rtm._self_test._proof.deadline(plant.now)
    assert due is not None
    plant.run((due - plant.now) // MS - 100)
    plant.show(PilotState.C)
    plant.run(5_000)
    assert plant.told.pilot is PilotState.C
    assert not any(outputs.relay for outputs in plant.effects(Outputs))


def test_alarms_may_come_one_after_the_other() -> None:
    """What was seen counts as seen, although it has gone before the other came."""
    test = SelfTest(SOCKET.residual)
    test.update(0, faults.RCD | faults.RCD_DC, allowed=True, now=0)
    test.update(faults.RCD, faults.RCD | faults.RCD_DC, allowed=True, now=1 * MS)
    test.update(faults.RCD_DC, faults.RCD | faults.RCD_DC, allowed=True, now=2 * MS)
    assert (test.running, test.clearing, test.failed) == (False, True, 0)


def test_with_ac_alone_a_closing_uses_the_proof_up_too() -> None:
    """RCD type 2 watches one side: that side is tested again before the next offer."""
    plant = charging(settings={Setting.RCD_TYPE: 2})
    begin = plant.now
    plant.send(Withdraw())
    plant.show(PilotState.B)
    plant.run(10_000)
    assert plant.mode is PilotMode.PWM
    assert runs(plant, begin) == [True, False]
