"""The module as a whole: pilot output, lock, commissioning, telling, and calls that come late."""

from dataclasses import fields, replace

import pytest

from pilotline.rtm import Rtm
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import (
    CONTACTS_CLOSED,
    LINK_PROTOCOL,
    Commission,
    Commissioned,
    ConnectorReport,
    Hello,
    Identity,
    LockPlug,
    Measurement,
    Outputs,
    Pace,
    Permit,
    Sample,
    SetAvailable,
    Setting,
    Withdraw,
)
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.pilot import PilotMode, PilotOutput, PilotState
from pilotline.vocabulary.time import Tick
from support.rtm_plant import SOCKET, TETHERED, Plant, charging, waiting

SECOND = 1_000_000


# --- what is offered ---


@pytest.mark.requirement("E-31", "E-04")
@pytest.mark.parametrize(
    ("permit_ma", "ohm", "offer_ma", "duty"),
    [
        (6_000, 220, 6_000, 1_000),
        (13_500, 220, 13_500, 2_250),
        (16_000, 1_500, 13_000, 2_166),
        (32_000, 680, 20_000, 3_333),
        (32_000, 100, 32_000, 5_333),
        (80_000, 100, 32_000, 5_333),
        (4_294_967_295, 220, 32_000, 5_333),
    ],
)
def test_the_offer_is_the_least_of_permit_rating_and_cable(
    permit_ma: int, ohm: int, offer_ma: int, duty: int
) -> None:
    """Whatever the host permits, the duty cycle never says more than rating and cable carry."""
    plant = Plant()
    plant.hello()
    plant.host_keeps(permit_ma)
    plant.plug(PilotState.B, ohm)
    plant.run(1_000)
    assert plant.outputs.pilot == PilotOutput(PilotMode.PWM, duty)
    assert plant.told.offer_ma == offer_ma


def test_the_offer_uses_both_ranges_of_the_duty_cycle() -> None:
    """Up to 51 A the duty cycle is a sixth per ten milliampere, above it is 64 % and a 25th (table A.8)."""
    rating = replace(SOCKET.rating, current_ma=80_000)
    plant = waiting(replace(TETHERED, rating=rating, outlet=replace(TETHERED.outlet, cable_ma=None)), 48_000)
    assert plant.outputs.pilot.duty == 8_000
    assert plant.told.cable_ma is None
    plant.host_keeps(63_000)
    assert plant.outputs.pilot.duty == 8_920


def test_a_new_offer_is_shown_at_once() -> None:
    """The RTM follows each permit; how often it may change is the host's business (R-48)."""
    plant = charging()
    for offer in (6_000, 32_000, 10_000):
        plant.send(Permit(offer))
        assert plant.told.offer_ma == offer
        assert plant.relay


@pytest.mark.requirement("R-47")
def test_an_empty_socket_is_offered_nothing() -> None:
    """In state A the pilot is steady and the bolt stays out, permit or not."""
    plant = Plant()
    plant.run(1_000)
    plant.hello()
    plant.host_keeps(16_000)
    plant.run(5_000)
    assert (plant.mode, plant.outputs.lock) == (PilotMode.STEADY, False)
    assert plant.told.permitted


# --- state D ---


@pytest.mark.requirement("E-23")
def test_state_d_does_not_charge() -> None:
    """A car that wants ventilation is left waiting, and that is no fault."""
    plant = waiting()
    plant.show(PilotState.D)
    plant.run(5_000)
    assert (plant.relay, plant.mode, plant.faults) == (False, PilotMode.PWM, 0)


@pytest.mark.requirement("E-23", "R-49")
def test_state_d_charges_where_it_was_commissioned() -> None:
    """With the setting, D charges like C, and a change between the two keeps the relay closed."""
    plant = waiting(settings={Setting.VENTILATED_ENABLED: 1})
    plant.show(PilotState.D)
    plant.until(lambda: plant.relay, within_ms=200)
    plant.show(PilotState.C)
    plant.run(1_000)
    assert plant.relay
    plant.show(PilotState.B)
    plant.until(lambda: not plant.relay, within_ms=100)


# --- commissioning ---


@pytest.mark.requirement("R-49")
def test_commissioning_takes_effect_and_is_echoed() -> None:
    """In state A a setting within bounds is taken, echoed and in force."""
    plant = Plant()
    plant.run(100)
    plant.hello()
    plant.send(Commission(Setting.LOCK_ENABLED, 0))
    assert plant.effects(Commissioned) == [Commissioned(Setting.LOCK_ENABLED, 0, taken=True)]
    plant.host_keeps(16_000)
    plant.plug(PilotState.C)
    plant.until(lambda: plant.relay, within_ms=1_000)
    assert not plant.outputs.lock


@pytest.mark.requirement("R-49")
@pytest.mark.parametrize("value", [-1, 2])
def test_commissioning_refuses_what_is_out_of_bounds(value: int) -> None:
    """The echo of a refused command says what is in force."""
    plant = Plant()
    plant.run(100)
    plant.hello()
    plant.send(Commission(Setting.LOCK_ENABLED, value))
    assert plant.effects(Commissioned) == [Commissioned(Setting.LOCK_ENABLED, 1, taken=False)]


@pytest.mark.requirement("R-49")
@pytest.mark.parametrize("state", [PilotState.B, PilotState.C, PilotState.D, PilotState.E, PilotState.F])
def test_commissioning_is_refused_outside_state_a(state: PilotState) -> None:
    """With a car, a short circuit or a foreign level nothing is changed."""
    plant = Plant()
    plant.plug(state)
    plant.run(200)
    plant.hello()
    plant.send(Commission(Setting.VENTILATED_ENABLED, 1))
    assert plant.effects(Commissioned) == [Commissioned(Setting.VENTILATED_ENABLED, 0, taken=False)]


@pytest.mark.requirement("R-49")
def test_commissioning_is_refused_while_a_contact_is_closed() -> None:
    """An open relay is one whose contacts are seen open."""
    plant = Plant()
    plant.hold_contacts(live=True, neutral=None)
    plant.run(100)
    plant.hello()
    plant.send(Commission(Setting.LOCK_ENABLED, 0))
    assert plant.effects(Commissioned) == [Commissioned(Setting.LOCK_ENABLED, 1, taken=False)]


@pytest.mark.requirement("R-49")
@pytest.mark.parametrize("model_hash", [None, 1])
def test_commissioning_is_refused_from_a_host_of_another_model(model_hash: int | None) -> None:
    """Who has not introduced itself, or knows another model, changes no setting."""
    plant = Plant()
    plant.run(100)
    if model_hash is not None:
        plant.hello(model_hash)
    plant.send(Commission(Setting.VENTILATED_ENABLED, 1))
    assert plant.effects(Commissioned) == [Commissioned(Setting.VENTILATED_ENABLED, 0, taken=False)]


@pytest.mark.requirement("R-49")
def test_commissioning_is_refused_before_anything_was_measured() -> None:
    """Without a sample nobody knows that this is state A."""
    rtm = Rtm(SOCKET)
    rtm.handle(Hello(LINK_PROTOCOL, SOCKET.hash), 50_000)
    effects = rtm.handle(Commission(Setting.LOCK_ENABLED, 0), 50_000)
    assert Commissioned(Setting.LOCK_ENABLED, 1, taken=False) in effects


# --- state F ---


@pytest.mark.requirement("R-47")
def test_unavailable_is_state_f() -> None:
    """Out of service, the pilot is held in state F until the station is available again."""
    plant = Plant()
    plant.send(SetAvailable(False))
    plant.run(20_000)
    assert plant.changes(lambda outputs: outputs.pilot.mode, since=0) == []
    assert plant.mode is PilotMode.FAULT
    plant.send(SetAvailable(True))
    assert plant.mode is PilotMode.STEADY


@pytest.mark.requirement("R-47", "R-45")
def test_state_f_waits_for_the_open_relay() -> None:
    """A closed relay is first stopped in order; state F comes in the step in which it opens."""
    plant = charging()
    plant.send(SetAvailable(False))
    seen = {(outputs.relay, outputs.pilot.mode) for outputs in plant.effects(Outputs)}
    plant.run(7_000)
    seen |= {(outputs.relay, outputs.pilot.mode) for outputs in plant.effects(Outputs)}
    assert (True, PilotMode.FAULT) not in seen
    assert (plant.relay, plant.mode) == (False, PilotMode.FAULT)


# --- the lock ---


@pytest.mark.requirement("R-45")
def test_the_plug_is_held_while_the_relay_is_closed() -> None:
    """Whatever the host wishes, the bolt goes only when nothing is permitted and the contacts are open."""
    plant = charging()
    plant.send(LockPlug(False))
    assert plant.outputs.lock
    plant.host_is_silent()
    plant.send(Withdraw())
    assert plant.outputs.lock
    plant.until(lambda: not plant.relay, within_ms=7_000)
    assert plant.outputs.lock
    assert plant.until(lambda: not plant.outputs.lock, within_ms=100) == plant.contact_ms * 1_000


def test_the_plug_is_held_while_a_contact_is_welded() -> None:
    """A plug that may be live stays locked."""
    plant = charging()
    plant.hold_contacts(live=True, neutral=None)
    plant.host_is_silent()
    plant.send(Withdraw())
    plant.run(60_000)
    assert not plant.relay
    assert plant.outputs.lock


def test_the_host_may_hold_the_plug() -> None:
    """The host's wish alone locks the plug, and lets it go."""
    plant = Plant()
    plant.plug(PilotState.B)
    plant.send(LockPlug(True))
    assert plant.outputs.lock
    plant.send(LockPlug(False))
    assert not plant.outputs.lock


@pytest.mark.requirement("E-01")
def test_a_tethered_cable_has_no_lock() -> None:
    """Neither wish nor permit drives a lock that is not there."""
    plant = charging(TETHERED)
    plant.send(LockPlug(True))
    assert not any(lock for _, lock in plant.changes(lambda outputs: outputs.lock))


# --- telling ---


def test_reports_come_every_second_and_on_every_change() -> None:
    """The host hears the whole state at least once a second; the measurements with it."""
    plant = Plant()
    plant.run(5_500)
    reports = sorted({report.at for report in plant.effects(ConnectorReport)})
    assert reports == [0, 30_000, *range(SECOND, 6 * SECOND, SECOND)]
    measured = [measurement.at for measurement in plant.effects(Measurement)]
    assert measured == list(range(SECOND, 6 * SECOND, SECOND))
    plant.plug(PilotState.B)
    plant.run(150)
    assert plant.told.at == 5_600_000
    assert plant.told.pilot is PilotState.B


def test_a_host_that_introduces_itself_is_told_everything() -> None:
    """After Identity comes the whole state, although nothing has changed."""
    plant = Plant()
    plant.run(100)
    effects = plant.rtm.handle(Hello(LINK_PROTOCOL, SOCKET.hash), plant.now)
    assert [type(effect) for effect in effects] == [Identity, ConnectorReport]


def test_measurements_are_passed_on() -> None:
    """What the sample says is what the host gets."""
    rtm = Rtm(SOCKET)
    sample = Sample(
        at=0,
        voltage_mv=PerPhase(231_000, 229_000, 230_500),
        current_ma=PerPhase(1, 2, 3),
        neutral_pe_mv=1_200,
        temperature_mc=(40_000, 41_500),
        clamp_ma=PerPhase(7_000, None, -5),
        pilot_high_mv=11_900,
        pilot_low_mv=11_800,
        proximity_ohm=221,
        residual_ac_ua=900,
        residual_dc_ua=-120,
    )
    rtm.handle(sample, 0)
    (measured,) = [e for e in rtm.handle(Tick(), SECOND) if isinstance(e, Measurement)]
    told = {field.name: getattr(measured, field.name) for field in fields(Measurement)}
    assert told == {"at": SECOND} | {name: getattr(sample, name) for name in told if name != "at"}


def test_before_the_first_sample_nothing_is_claimed() -> None:
    """Without a sample there is no state, no measurement, no offer; if it stays so, it is 0x80."""
    rtm = Rtm(TETHERED)
    rtm.handle(Hello(LINK_PROTOCOL, TETHERED.hash), 0)
    effects = [*rtm.handle(Permit(16_000), 0), *rtm.handle(Tick(), 90_000)]
    assert not any(isinstance(effect, Measurement) for effect in effects)
    late = [e for e in rtm.handle(Tick(), SECOND) if isinstance(e, ConnectorReport)]
    assert late[-1].faults == faults.CP_STATE
    assert {e.pilot for e in effects if isinstance(e, ConnectorReport)} <= {PilotState.UNDEFINED}


def test_the_first_sample_counts_whatever_it_says() -> None:
    """A pilot shorted to earth from the start is measured like any other."""
    rtm = Rtm(TETHERED)
    rtm.handle(Sample(at=0, pilot_high_mv=0, pilot_low_mv=0), 0)
    effects = rtm.handle(Tick(), SECOND)
    assert [e.voltage_mv.l1 for e in effects if isinstance(e, Measurement)] == [230_000]
    assert [e.pilot for e in effects if isinstance(e, ConnectorReport)][-1] is PilotState.E


def test_a_mistake_that_never_settles_does_not_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules that contradict each other end after a few rounds, and the module still wakes."""
    rtm = Rtm(SOCKET)

    def contradict(now: int) -> None:
        rtm._outputs = rtm._outputs._replace(beep=not rtm._outputs.beep)

    monkeypatch.setattr(rtm, "_drive", contradict)
    assert rtm.handle(Tick(), 0)
    assert rtm.deadline() is not None


def test_an_equal_sample_changes_nothing() -> None:
    """A sample that says the same again costs no step and tells nothing."""
    plant = charging()
    assert plant.rtm.handle(plant.sample(), plant.now) == []
    assert plant.rtm.handle(plant.sample()._replace(at=plant.now + 5), plant.now + 5) == []


# --- late calls ---


def test_deadlines_that_have_passed_are_acted_on_in_order() -> None:
    """Called 10 s late, the module does what it had to do at each moment, and says when that was."""
    plant = charging()
    plant.host_is_silent()
    rtm, begin = plant.rtm, plant.now
    given = rtm.handle(Permit(16_000), begin)
    assert given == []
    late = rtm.handle(Tick(), begin + 10 * SECOND)
    outputs = [(e.relay, e.pilot.mode) for e in late if isinstance(e, Outputs)]
    assert outputs[:2] == [(True, PilotMode.STEADY), (False, PilotMode.STEADY)]
    reports = [e for e in late if isinstance(e, ConnectorReport)]
    stopped = next(report.at for report in reports if report.output.mode is PilotMode.STEADY)
    opened = next(report.at for report in reports if not report.relay)
    assert stopped - begin == 2 * SECOND
    assert opened - stopped == 6 * SECOND
    deadline = rtm.deadline()
    assert deadline is not None
    assert deadline > begin + 10 * SECOND


@pytest.mark.requirement("R-47", "E-15")
def test_a_station_that_starts_out_of_service_is_not_at_fault() -> None:
    """Its own state F from the first moment hides the level: that nothing was believed yet is no 0x80."""
    plant = Plant()
    plant.hello()
    plant.send(SetAvailable(False))
    plant.run(1_500)
    assert (plant.mode, plant.faults) == (PilotMode.FAULT, 0)
    plant.send(SetAvailable(True))
    plant.run(1_500)
    assert (plant.mode, plant.faults, plant.told.pilot) == (PilotMode.STEADY, 0, PilotState.A)


def test_an_event_that_comes_late_does_not_undo_the_past() -> None:
    """A permit renewed after it had expired finds the stop already made."""
    plant = charging()
    plant.host_is_silent()
    plant.rtm.handle(Permit(16_000), plant.now)
    late = plant.rtm.handle(Permit(16_000), plant.now + 9 * SECOND)
    relays = [e.relay for e in late if isinstance(e, Outputs)]
    assert relays[:2] == [True, False]


def test_a_late_sample_does_not_save_the_relay() -> None:
    """A level that left C long ago has opened the relay before the sample that brings it back."""
    plant = charging()
    away = plant.sample()._replace(pilot_high_mv=9_000)
    back = plant.sample()
    plant.rtm.handle(away, plant.now)
    effects = plant.rtm.handle(back, plant.now + 60_000)
    assert next(e for e in effects if isinstance(e, Outputs)).relay is False


def test_contacts_on_their_way_do_not_hide_a_weld() -> None:
    """A sample with closed contacts and an open relay is judged by time, whatever the pilot does."""
    rtm = Rtm(TETHERED)
    rtm.handle(Sample(at=0, contacts=CONTACTS_CLOSED), 0)
    effects = rtm.handle(Tick(), 100_000)
    assert [e.faults for e in effects if isinstance(e, ConnectorReport)][-1] == faults.WELDED


# --- several causes in one moment ---


@pytest.mark.parametrize("cause", ["undefined level", "unreadable cable", "silent host"])
def test_a_cause_hides_no_other(cause: str) -> None:
    """A late loop is told beside what else is wrong, whatever is looked at after it."""
    plant = Plant()
    if cause == "undefined level":
        plant.show_mv(7_500)
    elif cause == "unreadable cable":
        plant.plug(PilotState.B, ohm=5)
    plant.run(SOCKET.host.boot_grace_ms if cause == "silent host" else 3_000)
    alone = plant.faults
    assert alone
    plant.send(Pace.LATE)
    assert plant.faults == alone | faults.LATE


def test_a_missing_diode_hides_no_weld() -> None:
    """Both are due in the same step; both are named."""
    plant = waiting()
    plant.diode = False
    plant.measure()
    plant.run(SOCKET.pilot.diode_ms - SOCKET.relay.feedback_ms)
    plant.hold_contacts(live=True, neutral=None)
    plant.run(SOCKET.relay.feedback_ms)
    assert plant.faults == faults.DIODE_UNPRESENT | faults.L_CLOSED


@pytest.mark.requirement("E-32")
def test_the_measurement_bears_the_clamp_at_the_houses_supply() -> None:
    """The host draws the car's share from it; what is not there stays unknown."""
    plant = charging()
    plant.sense(clamp_ma=PerPhase(21_000, None, None))
    plant.run(1_000)
    assert plant.effects(Measurement)[-1].clamp_ma == PerPhase(21_000, None, None)
