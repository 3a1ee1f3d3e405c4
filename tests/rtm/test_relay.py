"""The relay: how it closes, the three ways it opens, and contacts that do not obey."""

from dataclasses import replace

import pytest

from pilotline.rtm import Rtm
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import (
    CONTACTS_OPEN,
    LINK_PROTOCOL,
    ClearFaults,
    Hello,
    LockPosition,
    Outputs,
    Permit,
    ResidualAlarm,
    Sample,
    SetAvailable,
    Withdraw,
)
from pilotline.vocabulary.charger import RtmModel
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.pilot import PilotMode, PilotOutput, PilotState
from pilotline.vocabulary.time import Tick
from support.rtm_plant import SOCKET, TETHERED, Plant, charging, waiting

MODELS = pytest.mark.parametrize("model", [SOCKET, TETHERED], ids=["socket", "tethered"])


def opens_within(plant: Plant, ms: int) -> int:
    return plant.until(lambda: not plant.relay, within_ms=ms)


def asking() -> Plant:
    """A car that shows C while the pilot is steady, the monitor proved before it came, and no permit yet."""
    plant = Plant(TETHERED)
    plant.hello()
    plant.run(100)
    plant.plug(PilotState.C)
    plant.run(300)
    return plant


# --- closing ---


@MODELS
@pytest.mark.requirement("R-45", "R-46", "E-01")
def test_the_relay_closes_when_the_car_asks(model: RtmModel) -> None:
    """PWM comes when all is ready, the lock before it where there is one; state C then closes the relay."""
    plant = waiting(model)
    assert plant.outputs.lock is model.outlet.lock
    assert plant.sample().lock is (LockPosition.LOCKED if model.outlet.lock else LockPosition.NONE)
    assert not plant.relay
    plant.run(2_000)
    plant.show(PilotState.C)
    assert plant.until(lambda: plant.relay, within_ms=3_000) == 100_000  # the debounce, nothing else
    plant.run(200)
    assert (plant.told.relay, plant.told.contacts, plant.faults) == (True, (True, True), 0)


@pytest.mark.requirement("R-46")
def test_nothing_is_offered_before_the_plug_is_locked() -> None:
    """A lock that does not reach its place keeps the pilot steady, and a car in C waits."""
    plant = Plant()
    plant.jammed = True
    plant.hello()
    plant.host_keeps(16_000)
    plant.run(100)
    plant.plug(PilotState.C)
    plant.run(2_900)
    assert (plant.outputs.lock, plant.mode, plant.relay) == (True, PilotMode.STEADY, False)
    plant.force_lock(LockPosition.LOCKED)
    plant.until(lambda: plant.relay, within_ms=100)


def test_a_car_in_c_gets_its_current_when_the_permit_comes() -> None:
    """From steady +12 V in state C the relay closes as soon as the PWM's negative half was seen."""
    plant = asking()
    plant.send(Permit(10_000))
    assert plant.mode is PilotMode.PWM
    assert not plant.relay
    assert plant.until(lambda: plant.relay, within_ms=100) == plant.lag_us


@pytest.mark.requirement("R-45")
def test_a_level_that_just_left_c_does_not_close() -> None:
    """State C must be believed and seen in the same moment."""
    plant = waiting()
    plant.run(50)
    plant.show(PilotState.C)
    plant.run(99)
    plant.show_mv(7_500)
    plant.run(90)
    plant.show_mv(None)
    plant.run(99)
    assert not plant.relay
    plant.run(2)
    assert plant.relay


@pytest.mark.requirement("R-45")
def test_a_level_outside_c_does_not_close_on_the_believed_state() -> None:
    """The car is still believed in C, but its level is not there now: the permit that comes must wait."""
    plant = asking()
    plant.show_mv(7_500)
    plant.send(Permit(16_000))
    plant.run(20)
    assert (plant.told.pilot, plant.mode, plant.relay) == (PilotState.C, PilotMode.PWM, False)
    plant.show_mv(None)
    assert plant.relay


@pytest.mark.requirement("R-45")
def test_contacts_on_their_way_open_are_not_closed_again() -> None:
    """A relay that has been told to open is not told to close before its contacts have been seen open."""
    plant = charging()
    plant.contact_ms = 50
    plant.show_mv(9_000)
    plant.run(40)
    plant.show_mv(None)
    plant.run(35)
    assert (plant.told.pilot, plant.mode, plant.relay) == (PilotState.C, PilotMode.PWM, False)
    assert plant.until(lambda: plant.relay, within_ms=50) == 5_000


@pytest.mark.requirement("R-46")
def test_nothing_is_offered_while_contacts_are_on_their_way() -> None:
    """A permit that comes while the contacts still open waits for them with a steady pilot."""
    plant = charging(TETHERED)
    plant.contact_ms = 90
    plant.show(PilotState.B)
    plant.run(110)
    plant.send(Withdraw())
    plant.send(Permit(16_000))
    assert (plant.told.pilot, plant.mode, plant.relay) == (PilotState.B, PilotMode.STEADY, False)
    elapsed = plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=100)
    assert elapsed == 10_000 + 2 * plant.alarm_ms * 1_000  # the contacts, then the monitor's self-test


@pytest.mark.requirement("R-46")
def test_nothing_closes_without_an_offer() -> None:
    """A lower half that is stuck at -12 V is no PWM: the relay waits until the cable is read."""
    rtm = Rtm(replace(SOCKET, outlet=replace(SOCKET.outlet, lock=False), lock=None))
    rtm.handle(Hello(LINK_PROTOCOL, SOCKET.hash), 0)
    rtm.handle(Permit(32_000), 0)
    rtm.handle(Sample(at=0), 0)
    rtm.handle(Sample(at=31_000, residual_alarm=ResidualAlarm(ac=True, dc=True)), 31_000)
    rtm.handle(Sample(at=32_000), 32_000)
    stuck = Sample(at=100_000, pilot_high_mv=6_000, pilot_low_mv=-12_000, proximity_ohm=1_500)
    rtm.handle(stuck, 100_000)
    assert not [e for e in rtm.handle(Tick(), 299_999) if isinstance(e, Outputs)]
    (closed,) = [e for e in rtm.handle(Tick(), 300_000) if isinstance(e, Outputs)]
    assert (closed.relay, closed.pilot) == (True, PilotOutput(PilotMode.PWM, 2_166))


# --- trip: at once ---


@pytest.mark.requirement("R-45")
@pytest.mark.parametrize("position", [LockPosition.OPEN, LockPosition.MOVING, LockPosition.NONE])
def test_a_plug_that_is_no_longer_locked_trips(position: LockPosition) -> None:
    """Losing the lock's feedback opens in the same step, and no PWM is left."""
    plant = charging()
    plant.force_lock(position)
    assert not plant.relay
    assert plant.mode is PilotMode.STEADY


@pytest.mark.requirement("R-45", "E-13")
def test_a_trip_opens_in_its_step() -> None:
    """A tripping fault opens in the step in which it is found."""
    plant = charging()
    plant.hold_contacts(live=False, neutral=None)
    plant.until(lambda: plant.faults == faults.L_OPEN, within_ms=101)
    assert not plant.relay


# --- the car left C: within 100 ms ---


@pytest.mark.requirement("R-29", "R-45")
@pytest.mark.parametrize("state", [s for s in PilotState if s is not PilotState.C])
def test_the_relay_opens_when_the_car_leaves_c(state: PilotState) -> None:
    """Whatever the level changes to, the contacts are open within 100 ms."""
    plant = charging()
    plant.run(123)
    plant.car = state
    plant.measure()
    left = plant.now
    plant.until(lambda: plant.contacts == CONTACTS_OPEN, within_ms=100)
    assert plant.now - left <= SOCKET.relay.left_c_ms * 1_000


@pytest.mark.requirement("R-29", "R-45")
def test_a_level_that_flaps_outside_c_opens() -> None:
    """The time outside C counts as one, whichever states the level visits."""
    plant = charging()
    left = plant.now
    for n in range(12):
        plant.show((PilotState.B, PilotState.A, PilotState.D, PilotState.UNDEFINED)[n % 4])
        plant.run(3)
    assert not plant.relay
    opened = plant.changes(lambda outputs: outputs.relay)[-1][0]
    assert opened - left <= 31_000


@pytest.mark.requirement("R-29", "R-45")
def test_a_believed_unplug_opens_although_the_level_touches_c() -> None:
    """A level that touches C now and then cannot keep the relay closed in state A."""
    plant = charging(replace(SOCKET, pilot=replace(SOCKET.pilot, left_c_ms=45)))
    for _ in range(5):
        plant.show(PilotState.A)
        plant.run(35)
        plant.show(PilotState.C)
        plant.run(5)
    assert not plant.relay
    states = {report.pilot for report in plant.effects(type(plant.told)) if report.relay}
    assert states == {PilotState.C}


def test_a_short_glitch_does_not_open() -> None:
    """Out of C for less than the model's time is nothing."""
    plant = charging()
    for _ in range(5):
        plant.show_mv(7_500)
        plant.run(29)
        plant.show_mv(None)
        plant.run(10)
    assert plant.relay


@pytest.mark.requirement("R-46")
def test_a_car_that_pauses_keeps_its_pwm() -> None:
    """From C to B and back: the relay follows, the PWM goes on without a break."""
    plant = charging()
    begin = plant.now
    plant.show(PilotState.B)
    plant.run(2_000)
    assert not plant.relay
    plant.show(PilotState.C)
    plant.until(lambda: plant.relay, within_ms=3_000)
    assert plant.changes(lambda outputs: outputs.pilot, since=begin) == []


# --- orderly stop ---


@pytest.mark.requirement("R-45")
def test_an_orderly_stop_opens_when_the_current_has_ended() -> None:
    """A withdrawn permit is steady +12 V at once; the relay opens below 1 A."""
    plant = charging()
    plant.host_is_silent()
    plant.send(Withdraw())
    assert (plant.mode, plant.relay, plant.told.permitted) == (PilotMode.STEADY, True, False)
    plant.run(1_500)
    plant.draw(1_000)
    assert plant.relay
    plant.draw(999)
    assert not plant.relay


@pytest.mark.requirement("R-45")
def test_an_orderly_stop_looks_at_every_phase() -> None:
    """The current of the strongest phase counts."""
    plant = charging()
    plant.host_is_silent()
    plant.send(Withdraw())
    sample = plant.sample()._replace(current_ma=PerPhase(0, 0, 1_000))
    plant.rtm.handle(sample, plant.now)
    (opened, *_) = plant.rtm.handle(sample._replace(current_ma=PerPhase(0, 0, 999)), plant.now)
    assert opened == plant.outputs._replace(relay=False)


@pytest.mark.requirement("R-45")
def test_an_orderly_stop_opens_after_six_seconds() -> None:
    """A car that draws on is cut off 6 s after the permit ended."""
    plant = charging()
    plant.host_is_silent()
    plant.send(Withdraw())
    assert opens_within(plant, 7_000) == 6_000_000


@pytest.mark.requirement("R-45")
def test_an_orderly_stop_opens_when_the_car_leaves_c() -> None:
    """The car answers steady +12 V with state B: the relay opens as if it left C by itself."""
    plant = charging()
    plant.host_is_silent()
    plant.send(Withdraw())
    plant.run(1_000)
    plant.show_mv(9_000)  # and draws on, against the rules
    assert opens_within(plant, 100) == 30_000


@pytest.mark.requirement("R-45")
@pytest.mark.parametrize("offer_ma", [0, 5_999])
def test_a_limit_below_six_ampere_is_an_orderly_stop(offer_ma: int) -> None:
    """There is no offer below 6 A: the pilot is steady and the relay waits for the car."""
    plant = charging()
    plant.host_is_silent()
    plant.send(Permit(offer_ma))
    assert (plant.mode, plant.relay) == (PilotMode.STEADY, True)
    assert opens_within(plant, 7_000) == 6_000_000


@pytest.mark.requirement("R-45")
def test_a_permit_that_expires_is_an_orderly_stop() -> None:
    """Without a renewal the permit ends 2 s after it was given, and the relay 6 s after that."""
    plant = charging()
    plant.host_is_silent()
    plant.send(Permit(16_000, 1_000))
    assert plant.until(lambda: plant.mode is PilotMode.STEADY, within_ms=1_001) == 1_000_000
    assert opens_within(plant, 7_000) == 6_000_000


@pytest.mark.requirement("R-45")
def test_unavailable_is_an_orderly_stop() -> None:
    """An operator who takes the station out of service does not cut the car off under load."""
    plant = charging()
    plant.send(SetAvailable(False))
    assert (plant.mode, plant.relay) == (PilotMode.STEADY, True)
    assert opens_within(plant, 7_000) == 6_000_000
    assert plant.mode is PilotMode.FAULT


def test_a_permit_that_comes_back_ends_the_orderly_stop() -> None:
    """A stop that was taken back in time leaves the relay closed, and the next has its 6 s again."""
    plant = charging()
    plant.send(Withdraw())
    plant.host_is_silent()
    plant.run(5_900)
    plant.host_keeps(16_000)
    assert (plant.mode, plant.relay) == (PilotMode.PWM, True)
    plant.run(1_000)
    assert plant.relay
    plant.host_is_silent()
    plant.send(Withdraw())
    assert opens_within(plant, 7_000) == 6_000_000


# --- contacts that do not obey ---


@pytest.mark.requirement("E-13")
@pytest.mark.parametrize(
    ("live", "neutral", "mask"),
    [
        (True, False, faults.L_CLOSED),
        (False, True, faults.N_CLOSED),
        (True, True, faults.WELDED),
    ],
)
def test_a_contact_welded_at_boot_never_closes(live: bool, neutral: bool, mask: int) -> None:
    """A closed contact is seen before any offer: no PWM, a fault by pole, state F, and no closing ever."""
    plant = Plant()
    plant.hold_contacts(live, neutral)
    plant.hello()
    plant.host_keeps(16_000)
    plant.plug(PilotState.C)
    plant.run(3_000)
    assert plant.faults == mask
    assert plant.mode is PilotMode.FAULT
    plant.send(ClearFaults(mask))
    plant.run(3_000)
    assert plant.faults == mask
    assert [closed for _, closed in plant.changes(lambda outputs: outputs.relay)] == [False]
    assert PilotMode.PWM not in {mode for _, mode in plant.changes(lambda outputs: outputs.pilot.mode)}


@pytest.mark.requirement("E-13")
@pytest.mark.parametrize(
    ("live", "neutral", "mask"),
    [
        (False, None, faults.L_OPEN),
        (None, False, faults.N_OPEN),
        (False, False, faults.L_OPEN | faults.N_OPEN | faults.POWER_RELAY),
    ],
)
def test_a_contact_that_does_not_close_is_a_fault(live: bool | None, neutral: bool | None, mask: int) -> None:
    """After 100 ms the pole that stayed open has a name; the relay opens and stays open until service."""
    plant = waiting()
    plant.hold_contacts(live, neutral)
    plant.show(PilotState.C)
    plant.until(lambda: plant.relay, within_ms=200)
    assert opens_within(plant, 200) == 100_000
    assert plant.faults == mask
    assert plant.mode is PilotMode.FAULT
    plant.hold_contacts(None, None)
    plant.unplug()
    plant.run(2_000)
    assert plant.faults == mask


@pytest.mark.requirement("E-13")
def test_two_contacts_that_fall_one_after_the_other_are_the_relays_failure() -> None:
    """No two contacts of one coil move at once: the first one overdue takes the other one's name with it."""
    plant = charging()
    plant.hold_contacts(live=False, neutral=None)
    plant.run(7)
    plant.hold_contacts(live=False, neutral=False)
    assert opens_within(plant, 200) == 93_000
    assert plant.faults == faults.POWER_RELAY | faults.L_OPEN | faults.N_OPEN


@pytest.mark.requirement("E-13", "R-13")
def test_a_service_fault_ends_with_its_cause_and_a_reset() -> None:
    """A welded contact is not reset away; once it is open a person's reset lets the car charge again."""
    plant = charging()
    plant.hold_contacts(live=True, neutral=None)
    plant.show(PilotState.B)
    plant.run(500)
    assert plant.faults == faults.L_CLOSED
    plant.send(ClearFaults(faults.L_CLOSED))
    plant.run(500)
    assert plant.faults == faults.L_CLOSED
    plant.hold_contacts(None, None)
    plant.run(500)
    assert plant.faults == faults.L_CLOSED
    plant.send(ClearFaults(faults.TRIPPING & ~faults.L_CLOSED))
    assert plant.faults == faults.L_CLOSED
    plant.send(ClearFaults(faults.L_CLOSED))
    assert plant.faults == 0
    plant.show(PilotState.C)
    plant.until(lambda: plant.relay, within_ms=1_000)


def test_a_reset_acts_once() -> None:
    """A reset clears what is latched at that moment, not what is latched later."""
    plant = waiting()
    plant.send(ClearFaults(0xFFFF_FFFF))
    plant.hold_contacts(live=True, neutral=None)
    plant.run(500)
    plant.hold_contacts(None, None)
    plant.run(500)
    assert plant.faults == faults.L_CLOSED
