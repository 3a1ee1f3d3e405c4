"""The signals of every charger model at their boundaries: pilot, cable, relay, host, lock and wake-up.

Like ``test_boundaries``, generated from the model's own data; the last test here counts that no figure of the
data is left out by these and ``test_boundaries_digital``.
"""

from dataclasses import fields, is_dataclass
from itertools import pairwise

import pytest

from pilotline.proof.invariants import Judge
from pilotline.rtm.core import UNPLUG_MS
from pilotline.rtm.pilot import PilotReader
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import (
    ClearFaults,
    HostAlive,
    LockPosition,
    Permit,
    Withdraw,
)
from pilotline.vocabulary.charger import RtmModel
from pilotline.vocabulary.pilot import MIN_OFFER_MA, PilotMode, PilotState
from pilotline.vocabulary.time import MS
from rtm import test_boundaries as sweep
from rtm import test_boundaries_digital as digital
from support.rtm_plant import LEVEL_MV, Plant, charging, waiting
from support.sweep import EVERY_MODEL, LOCKED_MODELS, SECOND, SOCKET_MODELS, on_phase, opened


@pytest.fixture(autouse=True)
def judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every story of the sweep keeps the invariants too, with a host whose rhythm meets no deadline."""
    monkeypatch.setattr(Plant, "judged_by", Judge)
    monkeypatch.setattr(Plant, "renewal_us", 490_300)


KNOWN = [state for state in PilotState if state is not PilotState.UNDEFINED]

# --- the pilot ---


@pytest.mark.requirement("R-12", "E-15")
@EVERY_MODEL
def test_each_state_has_its_window(model: RtmModel) -> None:
    """Both ends belong to it; a millivolt beyond is no state. In force it keeps the hysteresis more."""
    limits = model.pilot
    for state in KNOWN:
        low, high = limits.windows[state]
        for mv, read in ((low, state), (high, state), (low - 1, None), (high + 1, None)):
            fresh = PilotReader(limits)
            fresh.update(mv, PilotMode.STEADY, 0)
            assert (fresh.raw is state) is (read is state)
        for mv, held in (
            (low - limits.hysteresis_mv, True),
            (high + limits.hysteresis_mv, True),
            (low - limits.hysteresis_mv - 1, False),
            (high + limits.hysteresis_mv + 1, False),
        ):
            reader = PilotReader(limits)
            reader.update(LEVEL_MV[state], PilotMode.STEADY, 0)
            reader.update(LEVEL_MV[state], PilotMode.STEADY, limits.debounce_ms[state] * MS)
            reader.update(mv, PilotMode.STEADY, SECOND * MS)
            assert (reader.raw is state) is held


@pytest.mark.requirement("R-12")
@EVERY_MODEL
def test_each_state_is_believed_after_its_debounce(model: RtmModel) -> None:
    """Not a microsecond earlier."""
    limits = model.pilot
    for state in PilotState:
        reader = PilotReader(limits)
        other = PilotState.B if state is not PilotState.B else PilotState.C
        reader.update(LEVEL_MV[other], PilotMode.STEADY, 0)
        reader.update(LEVEL_MV[other], PilotMode.STEADY, SECOND * MS)
        reader.update(LEVEL_MV[state], PilotMode.STEADY, 2 * SECOND * MS)
        due = (2 * SECOND + limits.debounce_ms[state]) * MS
        reader.update(LEVEL_MV[state], PilotMode.STEADY, due - 1)
        assert reader.state is other
        reader.update(LEVEL_MV[state], PilotMode.STEADY, due)
        assert reader.state is state


@pytest.mark.requirement("E-15", "R-12", "R-47")
@pytest.mark.parametrize("state", [PilotState.UNDEFINED, PilotState.E])
@EVERY_MODEL
def test_an_undefined_level_has_its_time_and_state_f_its_pulse(model: RtmModel, state: PilotState) -> None:
    """Another state believed in the last millisecond is none; then it is 0x80, with state F for the pulse."""
    limits = model.pilot
    given = limits.debounce_ms[state] + limits.undefined_fault_ms
    plant = waiting(model)
    plant.show(state)
    plant.run(given - limits.debounce_ms[PilotState.B] - 1)
    plant.show(PilotState.B)
    plant.run(10 * SECOND)
    assert plant.faults == 0
    plant.show(state)
    plant.run(given - 1)
    assert plant.faults == 0
    plant.run(1)
    assert (plant.faults, plant.mode) == (faults.CP_STATE, PilotMode.FAULT)
    plant.run(limits.fault_pulse_ms - 1)
    assert plant.mode is PilotMode.FAULT
    plant.run(1)
    assert plant.mode is PilotMode.STEADY


@pytest.mark.requirement("R-29", "R-13")
@EVERY_MODEL
def test_an_unplug_has_its_time(model: RtmModel) -> None:
    """A latch outlives a state A of a millisecond less."""
    for short, left in ((1, faults.EMERGENCY_STOP), (0, 0)):
        plant = charging(model)
        plant.sense(emergency_stop=True)
        plant.sense(emergency_stop=False)
        plant.run(SECOND)
        plant.unplug()
        plant.run(model.pilot.debounce_ms[PilotState.A] + UNPLUG_MS - short)
        plant.plug(PilotState.B)
        plant.run(SECOND)
        assert plant.faults == left


@pytest.mark.requirement("E-15", "R-12", "R-45")
@EVERY_MODEL
def test_the_diode_has_its_threshold_and_its_time(model: RtmModel) -> None:
    """At the limit the diode is there; a millivolt above it is missing after its time."""
    limits = model.pilot
    plant = charging(model)
    plant.sense(pilot_low_mv=limits.diode_max_mv)
    plant.run(60 * SECOND)
    assert plant.relay
    plant.sense(pilot_low_mv=limits.diode_max_mv + 1)
    plant.run(limits.diode_ms - 1)
    assert plant.relay
    plant.run(1)
    assert (plant.relay, plant.faults) == (False, faults.DIODE_UNPRESENT)


@pytest.mark.requirement("R-45", "R-29")
@EVERY_MODEL
def test_leaving_c_has_its_window_and_its_time(model: RtmModel) -> None:
    """At the edge of C's window, widened for the state in force, nothing; a millivolt beyond, open."""
    limits, window = model.pilot, model.pilot.windows[PilotState.C]
    low, high = window.low_mv - limits.hysteresis_mv, window.high_mv + limits.hysteresis_mv
    for inside, outside in ((low, low - 1), (high, high + 1)):
        plant = charging(model)
        plant.show_mv(inside)
        plant.run(10 * SECOND)
        plant.show_mv(outside)
        plant.run(limits.left_c_ms - 1)
        plant.show_mv(inside)
        assert plant.relay
        plant.show_mv(outside)
        assert opened(plant, limits.left_c_ms) == limits.left_c_ms
        assert limits.left_c_ms + model.relay.contact_ms <= model.relay.left_c_ms


@pytest.mark.requirement("R-45", "R-29")
@EVERY_MODEL
def test_a_plug_that_is_pulled_slowly_has_no_longer(model: RtmModel) -> None:
    """Outside C counts from the first level outside it, whatever levels follow."""
    limits = model.pilot
    plant = charging(model)
    plant.show_mv(LEVEL_MV[PilotState.UNDEFINED])
    begin = plant.now
    for state in (PilotState.B, PilotState.UNDEFINED):
        plant.run(limits.left_c_ms // 3)
        plant.show_mv(LEVEL_MV[state])
    plant.until(lambda: not plant.relay, within_ms=limits.left_c_ms)
    assert plant.now - begin == limits.left_c_ms * MS


# --- the relay ---


@pytest.mark.requirement("R-45")
@EVERY_MODEL
def test_an_orderly_stop_has_its_current_and_its_time(model: RtmModel) -> None:
    """At 1 A on any phase the car has not stopped: it gets its whole time. Below, the relay opens at once."""
    limits = model.relay
    for phase in range(model.rating.phases):
        for current, taken in (
            (limits.orderly_current_ma, limits.orderly_ms),
            (limits.orderly_current_ma - 1, 0),
        ):
            plant = charging(model)
            plant.sense(current_ma=on_phase(phase, current))
            plant.host_keeps(0)
            plant.send(Withdraw())
            assert opened(plant, limits.orderly_ms) == taken
            assert plant.faults == 0


@pytest.mark.requirement("E-13")
@pytest.mark.parametrize(
    ("live", "neutral"), [(True, None), (None, True), (True, True)], ids=["live", "neutral", "both"]
)
@EVERY_MODEL
def test_a_contact_has_its_time_to_obey(model: RtmModel, live: bool | None, neutral: bool | None) -> None:
    """In the last millisecond it has obeyed; then it is its own fault, and 0x10 if both have not."""
    both = faults.POWER_RELAY if live and neutral else 0
    given = model.relay.feedback_ms
    plant = charging(model)  # a contact that stays closed
    plant.stuck = (live, neutral)
    plant.send(Withdraw())
    plant.host_keeps(0)
    plant.until(lambda: not plant.relay, within_ms=model.relay.orderly_ms)
    plant.run(given - 1)
    assert plant.faults == 0
    plant.run(1)
    assert plant.faults == both | (faults.L_CLOSED if live else 0) | (faults.N_CLOSED if neutral else 0)
    plant = waiting(model)  # a contact that stays open
    plant.run(50)
    plant.stuck = (False if live else None, False if neutral else None)
    plant.show(PilotState.C)
    plant.until(lambda: plant.relay, within_ms=SECOND)
    plant.run(given - 1)
    assert (plant.relay, plant.faults) == (True, 0)
    plant.run(1)
    assert not plant.relay
    assert plant.faults == both | (faults.L_OPEN if live else 0) | (faults.N_OPEN if neutral else 0)


# --- the host ---


@pytest.mark.requirement("R-45")
@EVERY_MODEL
def test_a_permit_has_its_life(model: RtmModel) -> None:
    """Renewed in the last millisecond it goes on; else the pilot is steady in the next."""
    plant = charging(model)
    plant.host_is_silent()
    life = model.host.permit_ms
    plant.send(Permit(MIN_OFFER_MA, 65_535))
    for _ in range(3):
        plant.run(life - 1)
        assert plant.mode is PilotMode.PWM
        plant.send(Permit(MIN_OFFER_MA, 65_535))
    plant.run(life - 1)
    plant.send(HostAlive())
    assert plant.mode is PilotMode.PWM
    plant.run(1)
    assert (plant.mode, plant.relay) == (PilotMode.STEADY, True)


@pytest.mark.requirement("R-45", "E-31")
@EVERY_MODEL
def test_a_permit_has_its_least_offer(model: RtmModel) -> None:
    """6 A are an offer; a milliampere less is a pause."""
    for offer, mode in ((MIN_OFFER_MA, PilotMode.PWM), (MIN_OFFER_MA - 1, PilotMode.STEADY)):
        plant = charging(model)
        plant.send(Permit(offer))
        assert plant.mode is mode


@pytest.mark.requirement("E-16", "R-45")
@EVERY_MODEL
def test_a_silence_has_its_time(model: RtmModel) -> None:
    """At boot the grace, later the silence; and the beep has its length and its rhythm."""
    limits = model.host
    plant = Plant(model)
    plant.run(limits.boot_grace_ms - 1)
    assert plant.faults == 0
    plant.run(1)
    assert plant.faults == faults.MISSING_HOST
    plant.send(HostAlive())
    assert plant.faults == 0
    plant.run(limits.silent_ms - 1)
    assert plant.faults == 0
    plant.run(1)
    assert plant.faults == faults.MISSING_HOST
    begin = plant.now
    plant.run(3 * limits.beep_every_ms)
    beeps = plant.changes(lambda outputs: outputs.beep, since=begin)
    starts = [at for at, on in beeps if on]
    assert [end - start for start, end in zip(starts, [at for at, on in beeps if not on], strict=True)] == [
        limits.beep_ms * MS
    ] * 3
    assert [later - start for start, later in pairwise(starts)] == [limits.beep_every_ms * MS] * 2


# --- waking a car ---


@pytest.mark.requirement("R-47")
@EVERY_MODEL
def test_a_sleeping_car_has_its_time_its_pulse_and_its_tries(model: RtmModel) -> None:
    """State F to the millisecond, as long as the data says, as often as it says."""
    limits = model.wake_up
    plant = waiting(model)
    for n in range(limits.tries):
        plant.run(limits.after_ms - 1)
        assert plant.mode is PilotMode.PWM
        plant.run(1)
        assert (plant.mode, plant.told.wake_ups) == (PilotMode.FAULT, n + 1)
        plant.run(limits.pulse_ms - 1)
        assert plant.mode is PilotMode.FAULT
        plant.run(1)
        assert plant.mode is PilotMode.PWM
    plant.run(3 * limits.after_ms)
    assert plant.told.wake_ups == (limits.tries if limits.enabled else 0)


# --- the cable ---


@pytest.mark.requirement("E-31", "R-47", "E-15")
@SOCKET_MODELS
def test_each_resistor_has_its_window(model: RtmModel) -> None:
    """Both ends of a window mean its cable; beyond the outermost it is 0x200, and nothing starts."""
    assert model.proximity
    edges: list[tuple[int | None, int | None]] = [(None, None), (model.proximity.from_ohm - 1, None)]
    begin = model.proximity.from_ohm
    for step in model.proximity.steps:
        edges += [(begin, step.cable_ma), (step.up_to_ohm, step.cable_ma)]
        begin = step.up_to_ohm + 1
    for ohm, cable_ma in [*edges, (begin, None)]:
        plant = Plant(model)
        plant.hello()
        plant.host_keeps(80_000)
        plant.run(SECOND)
        plant.plug(PilotState.B)
        plant.ohm = ohm
        plant.measure()
        plant.run(2 * SECOND)
        most = 0 if cable_ma is None else min(cable_ma, model.rating.current_ma)
        assert (plant.told.cable_ma, plant.told.offer_ma) == (cable_ma, most)
        assert plant.faults == (0 if cable_ma else faults.PP_UNPRESENT)


@pytest.mark.requirement("R-47")
@SOCKET_MODELS
def test_a_resistor_has_its_time_to_settle(model: RtmModel) -> None:
    """What it is in the last millisecond counts; what it was before does not."""
    assert model.proximity
    plant = Plant(model)
    plant.run(SECOND)
    plant.plug(PilotState.B, ohm=1)
    plant.run(model.pilot.debounce_ms[PilotState.B] + model.proximity.settle_ms - 1)
    assert plant.told.cable_ma is None
    plant.ohm = model.proximity.steps[0].up_to_ohm
    plant.measure()
    plant.run(1)
    assert plant.told.cable_ma == model.proximity.steps[0].cable_ma
    assert plant.faults == 0


# --- the lock ---


@pytest.mark.requirement("E-14", "R-01")
@LOCKED_MODELS
def test_a_missing_module_has_its_time(model: RtmModel) -> None:
    """No answer for as long as locking may take is 0x60; an answer in the last millisecond is none."""
    assert model.lock
    for late in (False, True):
        plant = Plant(model)
        plant.host_keeps(0)
        plant.run(SECOND)
        plant.sense(lock=LockPosition.NONE)
        plant.run(model.lock.lock_ms - (0 if late else 1))
        plant.sense()
        plant.run(10 * SECOND)
        assert plant.faults == (faults.MISSING_PCM if late else 0)
        plant.send(ClearFaults(faults.MISSING_PCM))
        assert plant.faults == 0


@pytest.mark.requirement("R-45", "E-14")
@pytest.mark.parametrize("position", [LockPosition.OPEN, LockPosition.MOVING, LockPosition.NONE])
@LOCKED_MODELS
def test_a_bolt_that_leaves_its_place_opens_in_its_step(model: RtmModel, position: LockPosition) -> None:
    """The fault has its time; the relay waits for none."""
    assert model.lock
    plant = charging(model)
    plant.force_lock(position)
    assert (plant.relay, plant.faults) == (False, 0)
    plant.run(model.lock.lock_ms - 1)
    assert plant.faults == 0
    plant.run(1)
    assert plant.faults == (faults.MISSING_PCM if position is LockPosition.NONE else faults.ACT_LOCK)


# --- nothing is left out ---

SWEPT = {
    "rating.voltage_v": "supply_edges",
    "rating.phases": "test_a_lost_phase_is_undervoltage",
    "rating.current_ma": "test_the_rating_as_a_mean_trips_to_the_millisecond",
    "pilot.windows": "test_each_state_has_its_window",
    "pilot.hysteresis_mv": "test_each_state_has_its_window",
    "pilot.debounce_ms": "test_each_state_is_believed_after_its_debounce",
    "pilot.left_c_ms": "test_leaving_c_has_its_window_and_its_time",
    "pilot.undefined_fault_ms": "test_an_undefined_level_has_its_time_and_state_f_its_pulse",
    "pilot.diode_max_mv": "test_the_diode_has_its_threshold_and_its_time",
    "pilot.diode_ms": "test_the_diode_has_its_threshold_and_its_time",
    "pilot.fault_pulse_ms": "test_an_undefined_level_has_its_time_and_state_f_its_pulse",
    "relay.trip_ms": "test_a_switched_input_trips_in_its_step",
    "relay.left_c_ms": "test_leaving_c_has_its_window_and_its_time",
    "relay.orderly_ms": "test_an_orderly_stop_has_its_current_and_its_time",
    "relay.orderly_current_ma": "test_an_orderly_stop_has_its_current_and_its_time",
    "relay.contact_ms": "test_just_outside_trips_after_its_filter_and_within_its_budget",
    "relay.feedback_ms": "test_a_contact_has_its_time_to_obey",
    "host.permit_ms": "test_a_permit_has_its_life",
    "host.silent_ms": "test_a_silence_has_its_time",
    "host.boot_grace_ms": "test_a_silence_has_its_time",
    "host.beep_ms": "test_a_silence_has_its_time",
    "host.beep_every_ms": "test_a_silence_has_its_time",
    "wake_up.enabled": "test_a_sleeping_car_has_its_time_its_pulse_and_its_tries",
    "wake_up.after_ms": "test_a_sleeping_car_has_its_time_its_pulse_and_its_tries",
    "wake_up.pulse_ms": "test_a_sleeping_car_has_its_time_its_pulse_and_its_tries",
    "wake_up.tries": "test_a_sleeping_car_has_its_time_its_pulse_and_its_tries",
    "residual.ac_trip_ua": "residual_edges",
    "residual.dc_trip_ua": "residual_edges",
    "residual.time": "residual_edges",
    "residual.test_ms": "test_alarms_come_in_time_or_the_self_test_fails",
    "residual.clear_ms": "test_alarms_go_in_time_or_are_believed",
    "residual.holds_ms": "test_a_self_test_holds_its_time_and_no_longer",
    "residual.offset_max_ua": "test_the_offset_is_taken_within_its_bound",
    "residual.external_dc_detection_allowed": "test_settings_have_their_bounds",
    "supply.window_percent": "supply_edges",
    "supply.hysteresis_mv": "test_a_supply_fault_ends_after_its_time_inside",
    "supply.back_ms": "test_a_supply_fault_ends_after_its_time_inside",
    "supply.time": "supply_edges",
    "supply.hardware_low_mv": "test_the_hardware_limits_trip_early_whatever_the_setting",
    "supply.hardware_high_mv": "test_the_hardware_limits_trip_early_whatever_the_setting",
    "supply.hardware_time": "test_the_hardware_limits_trip_early_whatever_the_setting",
    "supply.neutral_pe_mv": "supply_edges",
    "supply.neutral_time": "supply_edges",
    "overcurrent.rating_percent": "test_the_rating_as_a_mean_trips_to_the_millisecond",
    "overcurrent.mean_ms": "test_the_rating_as_a_mean_trips_to_the_millisecond",
    "overcurrent.offer_percent": "test_more_than_offered_trips_after_its_time",
    "overcurrent.offer_ms": "test_more_than_offered_trips_after_its_time",
    "overcurrent.follow_ms": "test_a_lower_offer_leaves_the_car_its_time_to_follow",
    "temperature.steps": "edges",
    "temperature.hysteresis_mc": "test_heat_ends_a_hysteresis_below",
    "temperature.time": "edges",
    "back_off.waits_ms": "test_each_opening_waits_its_time_and_the_last_until_unplug",
    "back_off.tries": "test_each_opening_waits_its_time_and_the_last_until_unplug",
    "lock.lock_ms": "test_a_lock_has_its_time_and_no_more",
    "lock.unlock_ms": "test_a_lock_has_its_time_and_no_more",
    "proximity.from_ohm": "test_each_resistor_has_its_window",
    "proximity.steps": "test_each_resistor_has_its_window",
    "proximity.settle_ms": "test_a_resistor_has_its_time_to_settle",
    "digital.step_x1_ms": "test_the_step_between_two_signallings_has_its_time",
}
"""Each figure of the data -> the test that walks over its boundary."""
NO_BOUNDARY = {
    "rating.power_w": "the module limits current; power follows from it",
    "temperature.from_mc": "where derating begins is the host's business",
}


@EVERY_MODEL
def test_no_figure_of_the_data_is_left_out(model: RtmModel) -> None:
    """A field that a model gains needs a row above; a test named there exists."""
    parts = {part.name: getattr(model, part.name) for part in fields(model) if part.name != "outlet"}
    found = {
        f"{name}.{each.name}" for name, part in parts.items() if is_dataclass(part) for each in fields(part)
    }
    assert found <= SWEPT.keys() | NO_BOUNDARY.keys()
    assert SWEPT.keys() - found <= {
        row for row in SWEPT if row.startswith(("lock.", "proximity.", "digital."))
    }
    there = {*dir(sweep), *dir(digital), *globals()}
    assert set(SWEPT.values()) <= there
