"""A car that is told its current by messages: 5 % is conversation, an offer closes, and neither jumps."""

from dataclasses import replace

import pytest

from pilotline.proof.invariants import Judge
from pilotline.rtm.signalling import StepX1
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import LockPosition, Pace, Permit, SetAvailable, Withdraw
from pilotline.vocabulary.charger import Digital, WakeUp
from pilotline.vocabulary.pilot import (
    DIGITAL_DUTY,
    STATE_F,
    STEADY,
    PilotMode,
    PilotOutput,
    PilotState,
    Signalling,
    current_for,
)
from pilotline.vocabulary.time import MS
from support.rtm_plant import SOCKET, TALKING, Plant, charging, charging_by_messages, talking, waiting

pytestmark = pytest.mark.requirement("M-01", "R-45", "R-46", "R-47")
SECOND = 1_000
DIGITAL, NOMINAL = Signalling.DIGITAL, Signalling.NOMINAL
FIVE_PERCENT = PilotOutput(PilotMode.PWM, DIGITAL_DUTY)


@pytest.fixture(autouse=True)
def judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every story here keeps the invariants too."""
    monkeypatch.setattr(Plant, "judged_by", Judge)


# --- a conversation ---


def test_a_car_is_shown_five_percent_before_anybody_has_said_how_much() -> None:
    """The pilot speaks and says no current; the relay stays open in C and the report offers nothing."""
    plant = talking()
    assert plant.outputs.pilot == FIVE_PERCENT == (PilotMode.PWM, 500)
    plant.show(PilotState.C)
    plant.run(60 * SECOND)
    assert (plant.outputs.pilot, plant.relay) == (FIVE_PERCENT, False)
    assert (plant.told.offer_ma, plant.told.permitted) == (0, False)
    assert plant.told.output.signalling is DIGITAL
    assert current_for(DIGITAL_DUTY) == 0


@pytest.mark.parametrize("offer_ma", [0, 1, 5_999])
def test_less_than_six_amperes_is_conversation_alone(offer_ma: int) -> None:
    """No state of the car closes the relay, and the lock is left alone."""
    plant = talking()
    plant.host_keeps(offer_ma, DIGITAL)
    for state in (PilotState.C, PilotState.D, PilotState.C):
        plant.show(state)
        plant.run(5 * SECOND)
        assert (plant.outputs.pilot, plant.relay, plant.outputs.lock) == (FIVE_PERCENT, False, False)
    assert plant.told.offer_ma == 0


def test_an_offer_in_the_conversation_locks_and_closes() -> None:
    """The car asks, the bolt goes out, the relay closes; the pilot stays as it is all the while."""
    plant = talking()
    begin = plant.now
    plant.show(PilotState.C)
    plant.run(SECOND)
    plant.host_keeps(6_000, DIGITAL)
    assert plant.outputs.lock
    assert not plant.relay
    plant.until(lambda: plant.relay, within_ms=3 * SECOND)
    assert plant.told.lock is LockPosition.LOCKED
    assert (plant.told.offer_ma, plant.told.permitted) == (6_000, True)
    plant.run(SECOND)
    assert plant.changes(lambda outputs: outputs.pilot, since=begin) == []


def test_the_offer_is_never_more_than_cable_and_rating() -> None:
    """Told by messages, the least of host, cable and rating counts as ever."""
    plant = talking()
    plant.unplug_for_good()
    plant.host_keeps(80_000, DIGITAL)
    plant.plug(PilotState.C, ohm=1_500)
    plant.until(lambda: plant.relay, within_ms=3 * SECOND)
    assert plant.told.offer_ma == 13_000
    plant.unplug_for_good()
    plant.plug(PilotState.C, ohm=100)
    plant.until(lambda: plant.relay, within_ms=3 * SECOND)
    assert plant.told.offer_ma == 32_000


def test_a_conversation_waits_for_what_may_delay_a_closing() -> None:
    """The monitor is tested and the cable read before 5 % begins."""
    plant = Plant(TALKING)
    plant.alarm_ms = 700
    plant.hello()
    plant.host_keeps(0, DIGITAL)
    plant.plug(PilotState.B)
    plant.until(lambda: plant.mode is not PilotMode.STEADY, within_ms=3 * SECOND)
    assert plant.outputs.pilot == FIVE_PERCENT
    assert plant.now > 2 * 700 * MS


@pytest.mark.parametrize(("state", "closes"), [(PilotState.B, False), (PilotState.C, True)])
def test_a_sleeping_car_is_not_woken_from_a_conversation(state: PilotState, closes: bool) -> None:
    """State F would cut it short: no pulse under 5 %, offer or not; under a nominal duty cycle there is."""
    plant = talking(replace(TALKING, wake_up=WakeUp(True, 5_000, 500, 2)))
    plant.host_keeps(16_000, DIGITAL)
    plant.show(state)
    plant.run(60 * SECOND)
    assert (plant.outputs.pilot, plant.told.wake_ups) == (FIVE_PERCENT, 0)
    assert plant.relay is closes


def test_a_wake_up_that_was_begun_does_not_reach_into_the_conversation() -> None:
    """The pulse ends with the nominal offer; 5 % comes after its step, though the pulse would last longer."""
    plant = waiting(replace(TALKING, wake_up=WakeUp(True, 5_000, 9_000, 2)))
    plant.until(lambda: plant.mode is PilotMode.FAULT, within_ms=6 * SECOND)
    begin = plant.now
    plant.host_keeps(0, DIGITAL)
    plant.run(6 * SECOND)
    shown = [(at - begin, pilot) for at, pilot in plant.changes(lambda outputs: outputs.pilot, since=begin)]
    assert shown == [(3_000_000, FIVE_PERCENT)]
    assert plant.told.wake_ups == 1


# --- what ends it ---


def test_an_offer_that_falls_lets_the_car_end_its_session() -> None:
    """Under 5 % the car stops by message: below 1 A the relay opens, and the pilot still speaks."""
    plant = charging_by_messages()
    begin = plant.now
    plant.host_keeps(0, DIGITAL)
    plant.run(2 * SECOND)
    assert plant.relay
    assert plant.told.offer_ma == 0
    plant.draw(999)
    assert not plant.relay
    plant.show(PilotState.B)
    plant.run(10 * SECOND)
    assert plant.changes(lambda outputs: outputs.pilot, since=begin) == []


def test_a_car_that_draws_on_is_cut_off_in_six_seconds() -> None:
    """The bound of an orderly stop holds under 5 % as it does on a steady pilot, to the millisecond."""
    plant = charging_by_messages()
    plant.host_keeps(5_999, DIGITAL)
    assert plant.until(lambda: not plant.relay, within_ms=7 * SECOND) == 6_000_000
    assert (plant.outputs.pilot, plant.faults) == (FIVE_PERCENT, 0)


def test_the_bound_runs_on_when_the_permit_ends_in_the_stop() -> None:
    """Withdrawn in between, the pilot goes steady; the six seconds began with the fall."""
    plant = charging_by_messages()
    plant.host_keeps(0, DIGITAL)
    plant.run(4 * SECOND)
    plant.host_keeps(0)
    plant.send(Withdraw())
    assert plant.outputs.pilot == STEADY
    assert plant.until(lambda: not plant.relay, within_ms=3 * SECOND) == 2_000_000


def test_an_offer_that_comes_back_in_the_stop_goes_on() -> None:
    """A limit that fell and rose within the six seconds opens nothing, and the next stop has its own six."""
    plant = charging_by_messages()
    for _ in range(3):
        plant.host_keeps(0, DIGITAL)
        plant.run(5 * SECOND)
        plant.host_keeps(16_000, DIGITAL)
        plant.run(5 * SECOND)
        assert plant.relay
    plant.host_keeps(0, DIGITAL)
    assert plant.until(lambda: not plant.relay, within_ms=7 * SECOND) == 6_000_000


def test_a_pause_by_message_closes_again() -> None:
    """The offer falls and the car stops; it rises and the relay closes, still under the same 5 %."""
    plant = charging_by_messages()
    begin = plant.now
    plant.host_keeps(0, DIGITAL)
    plant.draw(0)
    assert not plant.relay
    plant.run(60 * SECOND)
    plant.host_keeps(16_000, DIGITAL)
    plant.until(lambda: plant.relay, within_ms=3 * SECOND)
    assert plant.changes(lambda outputs: outputs.pilot, since=begin) == []


@pytest.mark.parametrize("how", ["withdrawn", "silent", "late", "another host"])
def test_a_permit_that_ends_is_steady_as_ever(how: str) -> None:
    """Without a permit nobody talks: steady +12 V, and the relay opens within six seconds."""
    plant = charging_by_messages()
    if how == "silent":
        plant.host_is_silent()
    elif how == "late":
        plant.send(Pace.LATE)
    elif how == "another host":
        plant.hello(1)
    else:
        plant.host_keeps(0)
        plant.send(Withdraw())
    plant.until(lambda: plant.outputs.pilot == STEADY, within_ms=2_000)
    assert plant.until(lambda: not plant.relay, within_ms=7 * SECOND) == 6_000_000


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ({"emergency_stop": True}, STATE_F),
        ({"neutral_pe_mv": 90_000}, STEADY),
        ({"calibrated": False}, STATE_F),
    ],
)
def test_a_trip_is_a_trip(parts: dict[str, object], shown: PilotOutput) -> None:
    """The relay opens in its time whatever is being said, and the pilot shows what that fault shows."""
    plant = charging_by_messages()
    plant.sense(**parts)
    plant.until(lambda: not plant.relay, within_ms=200)
    assert plant.outputs.pilot == shown


def test_unavailable_ends_a_conversation() -> None:
    """State F, as for any car."""
    plant = talking()
    plant.send(SetAvailable(False))
    assert plant.outputs.pilot == STATE_F


def test_a_bolt_that_slips_under_power_ends_the_conversation() -> None:
    """The relay opens in that step and the pilot is steady, until the monitor is proved anew."""
    plant = charging_by_messages()
    plant.force_lock(LockPosition.MOVING)
    assert (plant.relay, plant.outputs.pilot) == (False, STEADY)
    plant.force_lock(LockPosition.LOCKED)
    plant.run(2 * SECOND)
    assert (plant.relay, plant.outputs.pilot) == (False, STEADY)  # no test of the monitor in state C
    plant.show(PilotState.B)
    plant.until(lambda: plant.outputs.pilot == FIVE_PERCENT, within_ms=SECOND)


def test_without_power_a_bolt_that_moves_is_no_matter() -> None:
    """Who has not been promised anything may pull the plug."""
    plant = talking()
    plant.sense(lock=LockPosition.MOVING)
    plant.run(SECOND)
    assert plant.outputs.pilot == FIVE_PERCENT
    plant.sense()
    plant.host_keeps(16_000, DIGITAL)
    plant.run(500)
    plant.force_lock(LockPosition.MOVING)
    plant.show(PilotState.C)
    plant.run(SECOND)
    assert (plant.outputs.pilot, plant.relay) == (FIVE_PERCENT, False)
    plant.force_lock(LockPosition.LOCKED)
    assert plant.relay


def test_the_day_of_the_monitors_proof_ends_a_conversation_too() -> None:
    """A car may talk for days: then the proof is too old to close on, and is made anew."""
    day = replace(SOCKET.residual, holds_ms=5_000)
    plant = talking(replace(TALKING, residual=day))
    plant.until(lambda: plant.mode is PilotMode.STEADY, within_ms=6 * SECOND)
    plant.until(lambda: plant.outputs.pilot == FIVE_PERCENT, within_ms=SECOND)


# --- what the car draws ---


def test_more_than_was_told_trips_after_its_time() -> None:
    """The offer of the messages is enforced as a duty cycle's: 10 % more for six seconds."""
    plant = charging_by_messages(offer_ma=10_000)
    plant.draw(11_000)
    plant.run(30 * SECOND)
    assert plant.relay
    plant.draw(11_001)
    assert plant.until(lambda: not plant.relay, within_ms=7 * SECOND) == 6_000_000
    assert plant.faults == faults.OVERCURRENT


def test_a_car_has_five_seconds_to_follow_a_message() -> None:
    """The greater offer counts for five seconds more."""
    plant = charging_by_messages(offer_ma=16_000)
    plant.draw(16_000)
    plant.host_keeps(8_000, DIGITAL)
    assert plant.until(lambda: not plant.relay, within_ms=12 * SECOND) == 11_000_000
    assert plant.faults == faults.OVERCURRENT


def test_a_permit_of_the_other_signalling_raises_no_offer() -> None:
    """It is not what the car was told: neither in its step nor for the five seconds after."""
    plant = charging(TALKING, 10_000)
    plant.draw(10_000)
    plant.run(10 * SECOND)
    plant.draw(12_000)
    plant.run(5 * SECOND)
    plant.send(Permit(32_000, signalling=DIGITAL))
    plant.send(Permit(10_000))
    assert plant.until(lambda: not plant.relay, within_ms=7 * SECOND) == 1_000_000
    assert plant.faults == faults.OVERCURRENT


# --- from one signalling to the other ---


@pytest.mark.parametrize(("first", "then"), [(NOMINAL, DIGITAL), (DIGITAL, NOMINAL)])
def test_between_the_two_the_pilot_is_steady(first: Signalling, then: Signalling) -> None:
    """A waiting car sees +12 V for three seconds, and then the other, to the millisecond."""
    plant = Plant(TALKING)
    plant.hello()
    plant.host_keeps(16_000, first)
    plant.plug(PilotState.B)
    plant.until(lambda: plant.outputs.pilot.signalling is first, within_ms=2 * SECOND)
    plant.run(SECOND)
    plant.host_keeps(16_000, then)
    assert plant.outputs.pilot == STEADY
    assert plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=4 * SECOND) == 3_000_000
    assert plant.outputs.pilot.signalling is then


@pytest.mark.parametrize(("first", "then"), [(NOMINAL, DIGITAL), (DIGITAL, NOMINAL)])
def test_a_charging_car_stops_in_order_before_the_other(first: Signalling, then: Signalling) -> None:
    """Steady, open below 1 A, three seconds more; a car that stays in C is not tested, so it gets no PWM."""
    plant = charging(TALKING) if first is NOMINAL else charging_by_messages()
    plant.host_keeps(16_000, then)
    assert (plant.relay, plant.outputs.pilot, plant.told.permitted) == (True, STEADY, False)
    plant.run(4 * SECOND)
    assert (plant.relay, plant.outputs.pilot) == (True, STEADY)
    plant.draw(0)
    plant.show(PilotState.B)
    assert not plant.relay
    plant.run(2_999)
    assert plant.outputs.pilot == STEADY
    plant.run(1)
    assert plant.outputs.pilot.signalling is then


def test_the_same_signalling_needs_no_step() -> None:
    """A permit that comes back within the three seconds speaks as before, at once."""
    plant = talking()
    plant.host_keeps(16_000)
    plant.run(2 * SECOND)
    plant.host_keeps(0, DIGITAL)
    assert plant.outputs.pilot == FIVE_PERCENT


def test_a_moment_of_pwm_begins_the_step_anew() -> None:
    """Two seconds, a word in the old way, and three seconds more."""
    plant = talking()
    plant.host_keeps(16_000)
    plant.run(2 * SECOND)
    plant.host_keeps(0, DIGITAL)
    plant.host_keeps(16_000)
    assert plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=4 * SECOND) == 3_000_000


def test_state_f_is_no_step() -> None:
    """Out of service for a minute is not steady +12 V; the three seconds come after it."""
    plant = talking()
    plant.send(SetAvailable(False))
    plant.host_keeps(16_000)
    plant.run(60 * SECOND)
    plant.send(SetAvailable(True))
    assert plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=4 * SECOND) == 3_000_000


def test_a_step_that_was_taken_is_not_asked_for_again() -> None:
    """Three seconds steady, then state F: the car knows nothing of before."""
    plant = talking()
    plant.host_keeps(0)
    plant.send(Withdraw())
    plant.run(3 * SECOND)
    plant.send(SetAvailable(False))
    plant.host_keeps(16_000)
    plant.run(SECOND)
    plant.send(SetAvailable(True))
    assert plant.until(lambda: plant.mode is PilotMode.PWM, within_ms=SECOND) < 500_000


# --- a model without it ---


@pytest.mark.parametrize("offer_ma", [0, 16_000])
def test_a_model_without_a_modem_takes_no_such_permit(offer_ma: int) -> None:
    """It is refused like an offer below 6 A: steady, open, no lock, no fault."""
    plant = Plant(SOCKET)
    plant.hello()
    plant.host_keeps(offer_ma, DIGITAL)
    plant.plug(PilotState.C)
    plant.run(10 * SECOND)
    assert (plant.outputs.pilot, plant.relay, plant.outputs.lock) == (STEADY, False, False)
    assert (plant.faults, plant.told.offer_ma, plant.told.permitted) == (0, 0, False)


def test_on_such_a_model_it_ends_a_charge_in_order() -> None:
    """As any permit that says nothing does."""
    plant = charging()
    plant.host_keeps(16_000, DIGITAL)
    assert plant.outputs.pilot == STEADY
    assert plant.until(lambda: not plant.relay, within_ms=7 * SECOND) == 6_000_000


# --- the step by itself ---


def test_the_step_counts_with_the_relay_open_and_steady_alone() -> None:
    """A closed relay, or state F, begins it anew; what nobody was shown needs none."""
    step = StepX1(Digital(step_x1_ms=3_000))
    assert step.allows(NOMINAL)
    assert step.allows(DIGITAL)
    assert step.deadline(0) is None
    step.update(STEADY, closed=False, now=0)
    assert step.deadline(0) is None
    step.update(FIVE_PERCENT, closed=False, now=1 * MS)
    assert (step.allows(NOMINAL), step.allows(DIGITAL)) == (False, True)
    for output, closed in ((STEADY, True), (STATE_F, False), (FIVE_PERCENT, False)):
        step.update(output, closed=closed, now=5_000 * MS)
        step.update(output, closed=closed, now=60_000 * MS)
        assert not step.allows(NOMINAL)
    step.update(STEADY, closed=False, now=70_000 * MS)
    assert step.deadline(70_000 * MS) == 73_000 * MS
    step.update(STEADY, closed=False, now=73_000 * MS - 1)
    assert not step.allows(NOMINAL)
    step.update(STEADY, closed=False, now=73_000 * MS)
    assert step.allows(NOMINAL)
    assert step.deadline(73_000 * MS) is None


def test_without_a_modem_the_step_waits_for_nothing() -> None:
    """Whatever was shown, a nominal duty cycle may follow."""
    step = StepX1(None)
    for output in (STEADY, PilotOutput(PilotMode.PWM, 1_000), STEADY, STATE_F):
        step.update(output, closed=False, now=10 * MS)
        assert step.allows(NOMINAL)
        assert step.deadline(10 * MS) is None


@pytest.mark.parametrize("step_x1_ms", [2_999, 10_001])
def test_a_step_has_its_bounds(step_x1_ms: int) -> None:
    """Shorter than the standard's is none; one that nobody waits for is a slip of the pen."""
    with pytest.raises(ValueError, match="step_x1_ms is 3000 to 10000"):
        Digital(step_x1_ms)
    assert Digital(3_000) != Digital(10_000)


@pytest.mark.parametrize(
    ("output", "signalling"),
    [(FIVE_PERCENT, DIGITAL), (PilotOutput(PilotMode.PWM, 1_000), NOMINAL), (STEADY, None), (STATE_F, None)],
)
def test_an_output_says_how_it_tells_a_current(output: PilotOutput, signalling: Signalling | None) -> None:
    """5 % by messages, any other PWM by its duty cycle, a direct voltage not at all."""
    assert output.signalling is signalling


def test_a_permit_is_nominal_unless_it_says_so() -> None:
    """The newest one counts alone."""
    plant = talking()
    plant.send(Permit(16_000))
    assert plant.outputs.pilot == STEADY
    plant.send(Permit(0, signalling=DIGITAL))
    assert plant.outputs.pilot == FIVE_PERCENT
