"""One story per fault of the table: its cause in the world, the opening, the report, the way back.

Most are told by the table itself, so a new row is a new story. What does not come to light in the middle of a
charge has a story of its own below; the last test counts them.
"""

from collections.abc import Mapping
from itertools import pairwise

import pytest

from pilotline.models.reader import load_charger
from pilotline.simulator.actions import (
    ClampState,
    ConfigureCar,
    SetClamp,
    SetHouseLoad,
    SetLeakage,
    SetVoltage,
    SwapWires,
)
from pilotline.simulator.bench import CAUSES, bench_actions
from pilotline.simulator.contactor import ContactorConfig
from pilotline.simulator.station import VirtualStation
from pilotline.simulator.story import StoryRunner, load_story
from pilotline.station.events import ClearLatched, StopCharging
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import Contacts
from pilotline.vocabulary.charger import TripTime
from pilotline.vocabulary.faults import BY_CODE, FAULTS, Fault, Recovery, Stop
from pilotline.vocabulary.pilot import PilotMode, PilotState
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.status import ConnectorStatus, StopReason
from pilotline.vocabulary.time import MS, SECOND
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.times import parse_time
from support.stories import Scene

S = ConnectorStatus
MODEL = load_charger("evnet-7kw-s")
RTM = MODEL.rtm
CLOSED = Contacts(live=True, neutral=True)
SLOWER_MS = RTM.relay.contact_ms - ContactorConfig().open_ms
"""By how much the model's slowest relay is slower than the one in the world."""
TOGETHER: Mapping[int, int] = {faults.POWER_RELAY: faults.POWER_RELAY | faults.N_OPEN | faults.L_OPEN}
"""Two poles that do not follow are the relay's failure."""

OWN_STORY = (
    faults.N_CLOSED  # a welded contact shows when the relay opens
    | faults.L_CLOSED
    | faults.ACT_LOCK  # a lock that is where it belongs need not move
    | faults.ACT_UNLOCK
    | faults.PP_UNPRESENT  # read when the plug goes in
    | faults.MISSING_HOST  # nobody can tell the host of it
    | faults.MISSING_EXT_EMETER  # seen by the host
    | faults.LATE  # the one orderly stop that the safety module tells of
    | faults.TAMPER  # stops nothing
    | faults.CLAMP_SILENT  # stops nothing
    | faults.SELF_TEST  # never made in a charge
    | faults.AUTO_RECOVERY  # a consequence: beside each fault that recovers by itself
)
IN_A_CHARGE = [fault for fault in FAULTS if not fault.code & OWN_STORY or fault.code == faults.MISSING_PCM]
BY_CLASS = {kind: [fault for fault in IN_A_CHARGE if fault.recovery is kind] for kind in Recovery}

TIMES: Mapping[int, TripTime] = {
    faults.RCD: RTM.residual.time,
    faults.RCD_DC: RTM.residual.time,
    faults.NEUTRAL: RTM.supply.neutral_time,
    faults.OVERVOLTAGE: RTM.supply.time,
    faults.UNDERVOLTAGE: RTM.supply.time,
    faults.TEMPERATURE: RTM.temperature.time,
}
"""Their figures reach the safety module at once in this world, so their sensors' time is taken off."""
BUDGET_MS: Mapping[int, int] = {
    **{code: time.budget_ms - time.sensor_ms for code, time in TIMES.items()},
    faults.CP_STATE: RTM.relay.left_c_ms,
    faults.N_OPEN: RTM.relay.feedback_ms + RTM.relay.trip_ms,
    faults.L_OPEN: RTM.relay.feedback_ms + RTM.relay.trip_ms,
    faults.DIODE_UNPRESENT: RTM.pilot.diode_ms + RTM.relay.trip_ms,
    # The car needs 2 s to its 40 A, the mean its second, and then it is a trip like any other.
    faults.OVERCURRENT: 2_000 + RTM.overcurrent.mean_ms + RTM.relay.trip_ms,
}
"""From cause to open contacts (R-50); what is not named here is a trip in the step in which it is seen."""


def of_fault(some: list[Fault]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fault", some, ids=[fault.name for fault in some])


def inject(scene: Scene, fault: Fault, *, active: bool = True, value: float | None = None) -> None:
    """Cause it, or end the cause, as the bench does."""
    for action in bench_actions("inject", {"fault": fault.name, "active": active, "value": value}):
        assert scene.station.do(action) is None


def charging(fault: Fault | None = None) -> Scene:
    """A car that charges; and if a fault is named, it has been caused and has come to light."""
    scene = Scene()
    scene.charge()
    if fault is not None:
        inject(scene, fault)
        shows(scene, fault.code)
    return scene


def shows(scene: Scene, code: int, within: float = 30) -> None:
    """Let time pass until the fault shows."""
    assert scene.station.run(round(within * SECOND), lambda: bool(mask(scene) & code == code)), hex(code)
    scene.run(3)


def ends(scene: Scene, code: int, within: float = 30) -> bool:
    """Whether the fault is gone in time."""
    return scene.station.run(round(within * SECOND), lambda: not mask(scene) & code)


def mask(scene: Scene) -> int:
    whole = 0
    for fault in scene.seen.faults:
        whole |= fault.code
    return whole


def opens_within(scene: Scene, budget_ms: int) -> int:
    """Milliseconds until both contacts are open, looked at every one of them; fails over the budget."""
    for passed in range(budget_ms + 1):
        if not any(scene.station.world.view().contacts):
            return passed
        scene.run(0.001)
    raise AssertionError(f"still closed after {budget_ms} ms")


def told(scene: Scene, code: int) -> v16.StatusNotification:
    """The last report that names this fault, by its number in hexadecimal."""
    codes = [
        each for each in scene.told(v16.StatusNotification) if int(each.vendor_error_code or "0", 16) & code
    ]
    return codes[-1]


def light_of(status: ConnectorStatus) -> tuple[int, int]:
    ring = MODEL.ring[status].online
    return ring.first, ring.second


def light(scene: Scene) -> tuple[int, int]:
    """What the ring shows now."""
    shown = scene.outputs[-1][1].light
    return shown.first, shown.second


# --- in the middle of a charge --------------------------------------------------------------------------


@pytest.mark.requirement("R-45", "R-50", "E-10", "E-11", "E-12", "E-15", "E-17", "E-18", "E-20")
@of_fault(IN_A_CHARGE)
def test_it_opens_both_poles_within_its_budget(fault: Fault) -> None:
    """From the cause in the world to contacts that are really open, with the slowest relay of the model."""
    scene = charging()
    assert scene.world.contacts == CLOSED
    inject(scene, fault)
    opens_within(scene, BUDGET_MS.get(fault.code, RTM.relay.trip_ms) - SLOWER_MS)
    scene.run(5)
    assert scene.power_w == 0


@pytest.mark.requirement("E-25", "R-40", "E-19", "R-14", "E-50")
@of_fault(IN_A_CHARGE)
def test_it_is_reported_and_shown(fault: Fault) -> None:
    """errorCode, vendor id, the whole mask; Faulted, or SuspendedEVSE if the session goes on; the ring."""
    scene = charging(fault)
    report = told(scene, fault.code)
    resumes = fault.recovery is Recovery.SELF
    status = S.SUSPENDED_EVSE if resumes else S.FAULTED
    whole = int(report.vendor_error_code or "0", 16)
    assert report.vendor_error_code == f"0x{whole:04X}"
    assert whole == TOGETHER.get(fault.code, fault.code) | (faults.AUTO_RECOVERY if resumes else 0)
    assert report.error_code is faults.faults_in(whole)[0].error_code
    assert report.vendor_id == ("Pilotline" if fault.code & faults.OURS else "VendorID2")
    assert report.status is status
    scene.run(3)
    assert scene.seen.ocpp_status == status.value
    assert light(scene) == light_of(status)


@pytest.mark.requirement("E-19", "E-41", "R-13", "R-14", "R-46")
@of_fault(BY_CLASS[Recovery.SELF])
def test_what_recovers_by_itself_resumes_the_same_transaction(fault: Fault) -> None:
    """Not before the back-off is over; one Start, no Stop, and 0x4000 beside the cause until then."""
    scene = charging(fault)
    before = scene.seen.transaction
    assert mask(scene) == fault.code | faults.AUTO_RECOVERY
    scene.run(60)
    assert scene.seen.ocpp_status == "SuspendedEVSE"
    inject(scene, fault, active=False)
    ended = scene.now
    scene.until(S.CHARGING)
    assert scene.now - ended >= RTM.back_off.waits_ms[0] * MS
    after = scene.seen
    assert before is not None
    assert after.transaction is not None
    assert (after.transaction.session, after.faults) == (before.session, ())
    assert (len(scene.told(v16.StartTransaction)), scene.told(v16.StopTransaction)) == (1, [])
    scene.run(15)
    assert scene.power_w == pytest.approx(7_360, abs=5)


@pytest.mark.requirement("E-17", "R-13", "R-02")
@of_fault(BY_CLASS[Recovery.COOL])
def test_what_has_to_cool_ends_the_session(fault: Fault) -> None:
    """The transaction stops; the fault goes when the station has cooled; a new session may then start."""
    scene = charging(fault)
    (stop,) = scene.told(v16.StopTransaction)
    assert stop.reason is StopReason.OTHER
    inject(scene, fault, active=False)
    assert not ends(scene, fault.code, within=10)
    assert ends(scene, fault.code, within=600)
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.charge()
    assert len(scene.told(v16.StartTransaction)) == 2


@pytest.mark.requirement("R-13", "R-47")
@of_fault(BY_CLASS[Recovery.UNPLUG])
def test_what_is_latched_until_unplug_ends_with_it(fault: Fault) -> None:
    """The transaction stops; neither the end of the cause nor a person's reset ends it."""
    scene = charging(fault)
    assert len(scene.told(v16.StopTransaction)) == 1
    inject(scene, fault, active=False)
    scene.station.tell(ClearLatched(1, role=Role.OPERATOR))
    assert not ends(scene, fault.code, within=60)
    scene.unplug()
    scene.until(S.AVAILABLE)
    assert mask(scene) == 0


@pytest.mark.requirement("R-13", "R-47")
@of_fault(BY_CLASS[Recovery.SERVICE])
def test_what_needs_a_person_outlives_the_unplug(fault: Fault) -> None:
    """The pilot is held in state F; with the cause ended, a reset ends it, and nothing else does."""
    scene = charging(fault)
    assert len(scene.told(v16.StopTransaction)) == 1
    assert scene.outputs[-1][1].pilot.mode is PilotMode.FAULT
    inject(scene, fault, active=False)
    scene.unplug()
    assert not ends(scene, fault.code, within=60)
    scene.station.tell(ClearLatched(1, role=Role.OPERATOR))
    scene.until(S.AVAILABLE)
    assert mask(scene) == 0


# --- what shows at another moment -----------------------------------------------------------------------


@pytest.mark.requirement("E-13")
@of_fault([BY_CODE[faults.N_CLOSED], BY_CODE[faults.L_CLOSED]])
def test_a_welded_contact_shows_when_the_relay_opens(fault: Fault) -> None:
    """No current flows over the other pole; Faulted with the whole mask, until a person has seen to it."""
    scene = charging()
    inject(scene, fault)
    scene.run(10)
    assert mask(scene) == 0
    scene.station.tell(StopCharging())
    shows(scene, fault.code)
    assert scene.power_w == 0
    report = told(scene, fault.code)
    assert (report.status, report.error_code.value) == (S.FAULTED, "PowerSwitchFailure")
    inject(scene, fault, active=False)
    scene.unplug()
    assert not ends(scene, fault.code, within=60)
    scene.station.tell(ClearLatched(1, role=Role.OPERATOR))
    scene.until(S.AVAILABLE)


@pytest.mark.requirement("E-14", "R-46")
def test_a_plug_that_cannot_be_locked_gets_no_offer() -> None:
    """The bolt does not come out: 0x20 in the lock's own time, no PWM, and a person's reset after it."""
    fault = BY_CODE[faults.ACT_LOCK]
    scene = Scene()
    scene.plug_in()
    inject(scene, fault)
    scene.run(1)
    scene.card()
    shows(scene, fault.code)
    assert not any(outputs.pilot.mode is PilotMode.PWM for _, outputs in scene.outputs)
    report = told(scene, fault.code)
    assert (report.status, report.error_code.value) == (S.FAULTED, "ConnectorLockFailure")
    inject(scene, fault, active=False)
    scene.unplug()
    scene.run(5)
    scene.station.tell(ClearLatched(1, role=Role.OPERATOR))
    scene.until(S.AVAILABLE)


@pytest.mark.requirement("E-14")
def test_a_plug_that_cannot_be_unlocked_is_told() -> None:
    """The charge ends, the plug pulls on the bolt: 0x40, and the driver's cable is free when it is mended."""
    fault = BY_CODE[faults.ACT_UNLOCK]
    scene = charging()
    inject(scene, fault)
    scene.run(10)
    assert mask(scene) == 0
    scene.unplug()
    shows(scene, fault.code)
    assert told(scene, fault.code).error_code.value == "ConnectorLockFailure"
    assert scene.world.proximity_ohm == 220
    inject(scene, fault, active=False)
    scene.run(5)
    assert scene.world.proximity_ohm is None
    scene.station.tell(ClearLatched(1, role=Role.OPERATOR))
    scene.until(S.AVAILABLE)


@pytest.mark.requirement("E-15", "E-31")
def test_a_cable_that_cannot_be_read_starts_nothing() -> None:
    """0x200 as soon as the plug is in: no transaction, until it has been pulled."""
    fault = BY_CODE[faults.PP_UNPRESENT]
    scene = Scene()
    scene.plug_in()
    inject(scene, fault)
    shows(scene, fault.code)
    scene.card()
    scene.run(10)
    assert scene.told(v16.StartTransaction) == []
    assert told(scene, fault.code).error_code.value == "OtherError"
    scene.unplug()
    scene.until(S.AVAILABLE)


@pytest.mark.requirement("E-16", "R-45")
def test_a_lost_host_is_an_orderly_stop_and_the_session_goes_on() -> None:
    """The module stops the car by itself; the first contact tells of 0x400, and the transaction resumes."""
    fault = BY_CODE[faults.MISSING_HOST]
    scene = charging()
    inject(scene, fault)
    opens_within(scene, RTM.host.silent_ms + RTM.relay.orderly_ms)
    scene.run(30)
    assert scene.last_told()[:2] == ("Faulted", "InternalError")
    inject(scene, fault, active=False)
    scene.until(S.CHARGING)
    scene.run(3)
    assert told(scene, fault.code).error_code.value == "InternalError"
    assert scene.told(v16.StopTransaction) == []


@pytest.mark.requirement("E-22", "E-19")
def test_a_silent_meter_suspends_and_the_session_goes_on() -> None:
    """The car stops first, then the relay; when the meter answers, the same transaction resumes."""
    fault = BY_CODE[faults.MISSING_EXT_EMETER]
    scene = charging()
    inject(scene, fault)
    shows(scene, fault.code)
    scene.until(S.SUSPENDED_EVSE)
    scene.run(10)
    assert not any(scene.world.contacts)
    report = told(scene, fault.code)
    assert (report.status, report.error_code.value) == (S.SUSPENDED_EVSE, "PowerMeterFailure")
    inject(scene, fault, active=False)
    scene.until(S.CHARGING)
    assert scene.told(v16.StopTransaction) == []


@pytest.mark.requirement("R-45", "E-19")
def test_a_safety_module_that_runs_late_stops_the_car_in_order_and_the_session_goes_on() -> None:
    """Steady pilot first, then open; when its loop keeps time again, the same transaction resumes."""
    fault = BY_CODE[faults.LATE]
    scene = charging()
    begun = scene.now
    inject(scene, fault)
    opens_within(scene, RTM.relay.orderly_ms)
    steady = next(at for at, o in scene.outputs if at >= begun and o.pilot.mode is PilotMode.STEADY)
    opened = next(at for at, o in scene.outputs if at >= begun and not o.relay)
    assert steady < opened
    scene.run(30)
    report = told(scene, fault.code)
    assert (report.status, report.vendor_id) == (S.SUSPENDED_EVSE, "Pilotline")
    inject(scene, fault, active=False)
    scene.until(S.CHARGING)
    assert scene.told(v16.StopTransaction) == []


@pytest.mark.requirement("E-21", "E-25")
@of_fault([BY_CODE[faults.TAMPER1], BY_CODE[faults.TAMPER2]])
def test_an_opened_cover_is_told_and_stops_nothing(fault: Fault) -> None:
    """With the status in force and the time of the opening; closed again, a person ends it."""
    scene = charging()
    opened = scene.now
    inject(scene, fault)
    shows(scene, fault.code)
    scene.run(5)
    report = told(scene, fault.code)
    moment = parse_time(report.timestamp or "")
    assert (report.status, report.error_code.value) == (S.CHARGING, "OtherError")
    assert (moment.minute * 60 + moment.second) * SECOND == pytest.approx(opened, abs=SECOND)
    assert scene.power_w == pytest.approx(7_360, abs=5)
    inject(scene, fault, active=False)
    assert not ends(scene, fault.code, within=10)
    scene.station.tell(ClearLatched(1, role=Role.OPERATOR))
    assert ends(scene, fault.code)


@pytest.mark.requirement("R-20", "E-32")
def test_a_silent_clamp_leaves_6_a_and_is_told() -> None:
    """Configured and silent: the least a car can be offered, under our own vendor id, until it answers."""
    fault = BY_CODE[faults.CLAMP_SILENT]
    scene = Scene(c_CTClamp=True)
    scene.do(SetClamp())
    scene.charge()
    assert scene.seen.offered_a == 32
    inject(scene, fault)
    shows(scene, fault.code)
    scene.run(10)
    assert scene.seen.offered_a == 6
    report = told(scene, fault.code)
    assert (report.status, report.vendor_id) == (S.CHARGING, "Pilotline")
    inject(scene, fault, active=False)
    assert ends(scene, fault.code)


@pytest.mark.requirement("R-46", "R-40", "R-13")
def test_a_dead_monitor_is_found_out_before_the_next_offer() -> None:
    """It dies in a charge; the test after it fails: no PWM, Faulted under our vendor id, and no leak is told.
    Mended, the fault ends with the next unplug."""
    fault = BY_CODE[faults.SELF_TEST]
    scene = charging()
    inject(scene, fault)
    scene.run(10)
    assert (scene.world.contacts, mask(scene)) == (CLOSED, 0)
    scene.unplug()
    shows(scene, fault.code)
    found = scene.now
    report = told(scene, fault.code)
    assert (report.status, report.error_code.value) == (S.FAULTED, "InternalError")
    assert (report.vendor_id, report.vendor_error_code) == ("Pilotline", "0x4000000")
    assert light(scene) == light_of(S.FAULTED)
    scene.plug_in()
    scene.run(1)
    scene.card()
    scene.run(30)
    assert not any(o.pilot.mode is PilotMode.PWM or o.relay for at, o in scene.outputs if at > found)
    assert mask(scene) == fault.code
    inject(scene, fault, active=False)
    scene.station.tell(ClearLatched(1, role=Role.OPERATOR))
    assert not ends(scene, fault.code, within=60)
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.charge()


# --- the figures ----------------------------------------------------------------------------------------


@pytest.mark.requirement("R-50", "E-10")
@pytest.mark.parametrize("leak", [SetLeakage(ac_ua=15_000), SetLeakage(dc_ua=3_000)])
def test_half_the_residual_current_does_not_trip(leak: SetLeakage) -> None:
    """15 mA AC and 3 mA DC flow for a minute, and the car charges on."""
    scene = charging()
    scene.do(leak)
    scene.run(60)
    assert (scene.world.contacts, mask(scene)) == (CLOSED, 0)


@pytest.mark.requirement("R-50", "E-10")
@pytest.mark.parametrize("leak", [SetLeakage(ac_ua=23_000), SetLeakage(dc_ua=4_800)])
def test_the_monitors_own_alarm_trips_without_a_figure(leak: SetLeakage) -> None:
    """Between its figure and the module's the alarm alone opens the relay, sensor time included."""
    scene = charging()
    scene.do(leak)
    opens_within(scene, RTM.residual.time.budget_ms - SLOWER_MS)
    assert mask(scene) & (faults.RCD | faults.RCD_DC)


@pytest.mark.requirement("R-46")
def test_the_self_test_is_over_before_the_first_pwm() -> None:
    """Test input, both alarms, their end; then the offer. It is never made with the relay closed."""
    scene = charging()
    tested = [at for at, outputs in scene.outputs if outputs.residual_test]
    offered = next(at for at, outputs in scene.outputs if outputs.pilot.mode is PilotMode.PWM)
    assert tested
    assert max(tested) < offered
    assert not any(outputs.residual_test and outputs.relay for _, outputs in scene.outputs)


@pytest.mark.requirement("E-18", "E-11", "R-10")
@pytest.mark.parametrize(
    ("millivolts", "trips"), [(206_000, True), (208_000, False), (252_000, False), (254_000, True)]
)
def test_the_window_of_the_supply(millivolts: int, trips: bool) -> None:
    """207 to 253 V: outside it both poles are open within 5 s."""
    scene = charging()
    scene.do(SetVoltage(l1_mv=millivolts))
    scene.run(5)
    assert any(scene.world.contacts) is not trips


@pytest.mark.requirement("E-18", "R-11")
@pytest.mark.parametrize("millivolts", [105_000, 310_000])
def test_the_hardwares_own_limits_open_in_a_tenth_of_a_second(millivolts: int) -> None:
    """105 and 310 V do not get the window's patience."""
    scene = charging()
    scene.do(SetVoltage(l1_mv=millivolts))
    opens_within(scene, RTM.supply.hardware_time.budget_ms)


@pytest.mark.requirement("E-11", "E-24")
def test_swapped_wires_never_close_the_relay() -> None:
    """L and N in each other's place: 0x2 from the first, and a card changes nothing."""
    scene = Scene()
    scene.do(SwapWires())
    shows(scene, faults.NEUTRAL)
    scene.plug_in()
    scene.run(1)
    scene.card()
    scene.run(60)
    assert not any(outputs.relay for _, outputs in scene.outputs)
    assert told(scene, faults.NEUTRAL).error_code.value == "GroundFailure"


@pytest.mark.requirement("E-24")
def test_phase_to_phase_never_closes_the_relay() -> None:
    """About 400 V at the terminals are 0x1000."""
    scene = Scene()
    scene.do(SetVoltage(l1_mv=400_000))
    shows(scene, faults.OVERVOLTAGE)
    scene.plug_in()
    scene.run(1)
    scene.card()
    scene.run(60)
    assert not any(outputs.relay for _, outputs in scene.outputs)


@pytest.mark.requirement("E-12", "R-09")
def test_a_tenth_too_much_trips_after_six_seconds() -> None:
    """11.5 A on an offer of 10 A open the relay; the car had its 5 s to follow, then 6 s of grace."""
    scene = charging()
    scene.limit(10)
    scene.run(20)
    inject(scene, BY_CODE[faults.OVERCURRENT], value=11.5)
    took = opens_within(scene, 7_500)
    assert took >= 5_900
    assert mask(scene) & faults.OVERCURRENT


@pytest.mark.requirement("R-46")
def test_every_opening_makes_the_back_off_longer() -> None:
    """A supply that sags again and again gets 10 s, then 60 s, then 300 s."""
    fault = BY_CODE[faults.UNDERVOLTAGE]
    scene = charging()
    waits: list[int] = []
    for _ in range(3):
        inject(scene, fault)
        shows(scene, fault.code)
        inject(scene, fault, active=False)
        assert ends(scene, fault.code)
        gone = scene.now
        scene.until(S.CHARGING, within=400)
        waits.append(scene.now - gone)
    for wait, least in zip(waits, RTM.back_off.waits_ms, strict=True):
        assert least * MS <= wait < least * MS + 15 * SECOND
    assert all(a < b for a, b in pairwise(waits))


@pytest.mark.requirement("E-32")
def test_the_house_takes_its_current_back_at_once() -> None:
    """60 A of fuse and 40 A of house leave 20 A; a clamp that is put on the wrong way round says the same."""
    scene = Scene(c_CTClamp=True)
    scene.do(SetClamp(ClampState.REVERSED))
    scene.charge()
    scene.do(SetHouseLoad(l1_ma=40_000))
    scene.run(10)
    assert scene.seen.offered_a == 20
    assert scene.world.current_ma.l1 <= 20_000


@pytest.mark.requirement("E-23")
def test_no_fault_for_a_car_that_asks_for_ventilation() -> None:
    """State D is no fault: the relay stays open and the ring is not red."""
    scene = charging()
    scene.do(ConfigureCar(ventilation=True))
    scene.run(10)
    assert scene.world.state is PilotState.D
    assert (any(scene.world.contacts), mask(scene)) == (False, 0)


# --- all of them ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["leak", "sag"])
def test_the_stories_that_people_play(name: str) -> None:
    """A leak that trips, a sag that suspends and resumes: each goes as written."""
    StoryRunner(VirtualStation(MODEL)).play(load_story(name))


def test_every_fault_that_can_be_caused_has_its_story() -> None:
    """In a charge, or one of its own; a fault that stops a charge is never left to the latter by mistake."""
    assert {fault.name for fault in IN_A_CHARGE} <= set(CAUSES)
    assert all(fault.stop is Stop.TRIP for fault in IN_A_CHARGE)
    told_apart = {fault.name for fault in FAULTS if fault not in IN_A_CHARGE}
    assert told_apart - set(CAUSES) == {BY_CODE[faults.AUTO_RECOVERY].name}
