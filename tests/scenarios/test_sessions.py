"""Stories of sessions: cards, cars, owners and operators, each as it would be told."""

import pytest

from pilotline.simulator.actions import (
    Misbehaviour,
    PlugIn,
    RequestPower,
    SetMisbehaviour,
    SetPilotOffset,
    StopPower,
)
from pilotline.simulator.car import CarConfig
from pilotline.simulator.modbus_meter import MeterFault
from pilotline.station.events import StopCharging
from pilotline.vocabulary import faults
from pilotline.vocabulary.pilot import PilotMode
from pilotline.vocabulary.status import AuthStatus, ConnectorStatus, ResetKind, StopReason
from pilotline.vocabulary.time import MS, SECOND
from pilotline.wire.ocpp import v16, words
from pilotline.wire.ocpp.times import parse_time
from support.stories import Scene

S = ConnectorStatus


def stop_of(scene: Scene) -> v16.StopTransaction:
    (stop,) = scene.told(v16.StopTransaction)
    return stop


# --- the ends of a session ------------------------------------------------------------------------------


@pytest.mark.requirement("R-29")
def test_the_unplug_ends_the_session_with_the_register_of_the_moment() -> None:
    """The relay is open within 100 ms of state A; the time told is that of the unplug."""
    scene = Scene()
    scene.charge()
    scene.run(100)
    energy, pulled = scene.world.energy_wh, scene.now
    scene.unplug()
    scene.run(0.1)
    assert not any(scene.world.contacts)
    scene.until(S.AVAILABLE)
    scene.run(2)
    stop = stop_of(scene)
    assert stop.meter_stop == pytest.approx(energy, abs=1)
    moment = parse_time(stop.timestamp)
    assert (moment.minute * 60 + moment.second) * SECOND == pytest.approx(pulled, abs=SECOND)
    assert scene.statuses()[-1] == "Available"


def test_the_same_card_again_ends_the_session() -> None:
    """StopTransaction with the card and reason Local, then Finishing until the unplug."""
    scene = Scene()
    scene.charge("04A1B2C3")
    scene.card("04a1b2c3")
    scene.until(S.FINISHING)
    scene.run(60)
    stop = stop_of(scene)
    assert (stop.reason, stop.id_tag) == (StopReason.LOCAL, "04a1b2c3")
    assert scene.seen.ocpp_status == "Finishing"
    assert not any(scene.world.contacts)
    scene.unplug()
    scene.until(S.AVAILABLE)
    names = [type(booked.request).__name__ for booked in scene.station.backend.books]
    assert names.index("StopTransaction") < len(names) - 2


def test_another_card_does_not_end_it() -> None:
    """A stranger's card is no key to somebody else's session."""
    scene = Scene()
    scene.charge()
    scene.card("STRANGER")
    scene.run(30)
    assert scene.seen.ocpp_status == "Charging"


@pytest.mark.requirement("R-29")
def test_a_bounce_of_the_plug_is_no_unplug() -> None:
    """Half a second of state A opens the relay; the same session charges on."""
    scene = Scene("evnet-7kw-t2")
    scene.charge()
    scene.unplug()
    scene.run(0.5)
    assert not any(scene.world.contacts)
    scene.do(PlugIn())
    scene.run(10)
    assert scene.seen.ocpp_status == "Charging"
    assert len(scene.told(v16.StartTransaction)) == 1
    assert scene.told(v16.StopTransaction) == []


def test_somebody_beside_the_station_stops_and_a_card_starts_again() -> None:
    """Finishing, then a new session with the car still plugged in (peers §5, 18)."""
    scene = Scene()
    scene.charge()
    scene.station.tell(StopCharging())
    scene.until(S.FINISHING)
    scene.run(5)
    scene.card("OTHER")
    scene.until(S.CHARGING)
    assert [each.id_tag for each in scene.told(v16.StartTransaction)] == ["04A1B2C3", "OTHER"]


# --- from afar ------------------------------------------------------------------------------------------


def test_remote_start_and_stop() -> None:
    """Accepted, asked about, charged; stopped by its number, reason Remote, Finishing."""
    scene = Scene()
    scene.plug_in()
    scene.run(2)
    assert scene.ask(v16.RemoteStartTransaction(id_tag="APP")) == {"status": "Accepted"}
    scene.until(S.CHARGING)
    scene.run(60)
    assert scene.ask(v16.RemoteStopTransaction(1)) == {"status": "Accepted"}
    scene.until(S.FINISHING)
    scene.run(2)
    assert [each.id_tag for each in scene.told(v16.Authorize)] == ["APP"]
    assert stop_of(scene).reason is StopReason.REMOTE


@pytest.mark.requirement("E-69")
@pytest.mark.parametrize("remote", [True, False])
def test_connection_time_out_returns_to_available(remote: bool) -> None:
    """A card or a remote start, and no cable for 90 s: Preparing, Available, no transaction."""
    scene = Scene()
    if remote:
        assert scene.ask(v16.RemoteStartTransaction(id_tag="APP", connector_id=1)) == {"status": "Accepted"}
    else:
        scene.card()
    scene.run(85)
    assert scene.seen.ocpp_status == "Preparing"
    assert scene.seen.why.code == "plug_soon"
    scene.until(S.AVAILABLE, within=6)
    scene.plug_in()
    scene.run(30)
    assert scene.transactions() == []
    assert scene.seen.why.code == "tag"


@pytest.mark.parametrize("kind", ResetKind)
def test_a_reset_stops_the_session_first(kind: ResetKind) -> None:
    """StopTransaction with the reset's own reason, then the restart (peers §5, 22)."""
    scene = Scene()
    scene.charge()
    assert scene.ask(v16.Reset(kind)) == {"status": "Accepted"}
    scene.run(10)
    stop = stop_of(scene)
    assert stop.reason is not None
    assert stop.reason.value == f"{kind.value}Reset"
    assert [restart.kind for restart in scene.station.restarts] == [kind]


@pytest.mark.requirement("M-44")
def test_meter_values_can_be_triggered() -> None:
    """In a session with its number; the context says why they were taken."""
    scene = Scene()
    scene.charge()
    trigger = v16.TriggerMessage(words.MessageTrigger.METER_VALUES)
    assert scene.ask(trigger) == {"status": "Accepted"}
    (meter,) = scene.told(v16.MeterValues)
    assert meter.transaction_id == 1
    assert {value.context for value in meter.meter_value[0].sampled_value} == {words.Context.TRIGGER}


# --- who may --------------------------------------------------------------------------------------------


@pytest.mark.requirement("R-26")
@pytest.mark.parametrize(("mode", "tag"), [("plug_and_charge", "PLUGANDCHARGE"), ("free", "FREE")])
def test_plugging_in_is_enough(mode: str, tag: str) -> None:
    """No card: the plug starts the session, under the word for anybody."""
    scene = Scene(c_AuthorizationMode=mode)
    scene.plug_in()
    scene.until(S.CHARGING)
    assert [each.id_tag for each in scene.told(v16.StartTransaction)] == [tag]
    assert scene.told(v16.Authorize) == []


@pytest.mark.requirement("E-68", "R-26")
def test_offline_plug_and_charge() -> None:
    """Online a card is asked for; in the outage plugging in is enough, and it is told afterwards."""
    scene = Scene(c_OfflinePlugAndCharge=True)
    scene.plug_in()
    scene.run(20)
    assert scene.seen.ocpp_status == "Preparing"
    scene.unplug()
    scene.run(3)
    scene.network(up=False)
    scene.plug_in()
    scene.until(S.CHARGING)
    scene.run(60)
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.network(up=True)
    scene.run(5)
    (start,) = scene.told(v16.StartTransaction)
    assert start.id_tag == "PLUGANDCHARGE"
    assert stop_of(scene).transaction_id == 1


def test_an_invalid_card_starts_nothing() -> None:
    """The refusal is shown; no transaction; a good card then charges."""
    scene = Scene()
    scene.refuse("STOLEN", AuthStatus.BLOCKED)
    scene.plug_in()
    scene.run(2)
    scene.card("STOLEN")
    scene.run(30)
    assert scene.transactions() == []
    assert scene.seen.why.sentence == "This card may not charge (Blocked). Try another one."
    assert not any(outputs.relay for _, outputs in scene.outputs)
    scene.card("GOOD")
    scene.until(S.CHARGING)


@pytest.mark.parametrize("stop", [True, False])
def test_a_card_that_turns_out_invalid(stop: bool) -> None:
    """Started offline, refused when the backend hears of it: StopTransactionOnInvalidId decides."""
    scene = Scene(StopTransactionOnInvalidId=stop)
    scene.refuse("STOLEN")
    scene.network(up=False)
    scene.charge("STOLEN")
    scene.network(up=True)
    scene.run(15)
    if stop:
        assert stop_of(scene).reason is StopReason.DE_AUTHORIZED
        assert not any(scene.world.contacts)
    else:
        assert (scene.seen.ocpp_status, scene.power_w) == ("SuspendedEVSE", 0)
        assert scene.seen.why.sentence.startswith("The operator refused this card afterwards")


@pytest.mark.requirement("R-37")
def test_offline_an_unknown_card_may_be_refused() -> None:
    """AllowOfflineTxForUnknownId false: no session, and the reason."""
    scene = Scene(online=False, AllowOfflineTxForUnknownId=False)
    scene.plug_in()
    scene.run(2)
    scene.card()
    scene.run(30)
    assert scene.seen.why.code == "refused"
    assert not any(outputs.relay for _, outputs in scene.outputs)


# --- cars -----------------------------------------------------------------------------------------------


@pytest.mark.requirement("R-47")
def test_a_car_that_sleeps_is_woken() -> None:
    """Offered and asleep in B: SuspendedEV, after 90 s a pulse of state F, then it charges."""
    scene = Scene()
    scene.do(SetMisbehaviour(Misbehaviour.ASLEEP))
    scene.plug_in()
    scene.run(1)
    scene.card()
    scene.until(S.SUSPENDED_EV)
    offered = scene.now
    assert scene.seen.why.code == "car"
    scene.until(S.CHARGING, within=120)
    pulses = {at for at, o in scene.outputs if at > offered and o.pilot.mode is PilotMode.FAULT}
    assert len(pulses) == 1
    assert len(scene.told(v16.StartTransaction)) == 1


@pytest.mark.requirement("R-45")
def test_a_car_that_never_opens_s2_is_cut_off() -> None:
    """The orderly stop gives it 6 s of steady +12 V; then the relay opens under load."""
    scene = Scene()
    scene.do(SetMisbehaviour(Misbehaviour.NEVER_OPENS_S2))
    scene.do(SetMisbehaviour(Misbehaviour.IGNORES_PWM))
    scene.charge()
    stopped = scene.now
    scene.station.tell(StopCharging())
    scene.until(S.FINISHING)
    opened = next(at for at, outputs in scene.outputs if at >= stopped and not outputs.relay)
    assert opened - stopped == pytest.approx(6 * SECOND, abs=50 * MS)
    assert stop_of(scene).meter_stop == scene.world.energy_wh


def test_a_full_car_is_suspended_ev() -> None:
    """It opens S2 when it has enough; the session stays open and costs nothing more."""
    scene = Scene(car=CarConfig(capacity_wh=1_000, soc_percent=96))
    scene.charge()
    scene.until(S.SUSPENDED_EV, within=900)
    energy = scene.world.energy_wh
    scene.run(600)
    assert scene.seen.why.code == "car_pauses"
    assert scene.world.energy_wh == energy
    assert scene.told(v16.StopTransaction) == []


def test_a_driver_pauses_and_resumes_at_the_car() -> None:
    """SuspendedEV and Charging again, one transaction."""
    scene = Scene()
    scene.charge()
    scene.do(StopPower())
    scene.until(S.SUSPENDED_EV)
    scene.run(60)
    scene.do(RequestPower())
    scene.until(S.CHARGING)
    assert scene.statuses() == ["Available", "Preparing", "Charging", "SuspendedEV", "Charging"]
    assert len(scene.told(v16.StartTransaction)) == 1


def test_an_owner_pauses_and_resumes() -> None:
    """SuspendedEVSE with the owner's own sentence, and the same transaction afterwards."""
    scene = Scene()
    scene.charge()
    scene.limit(0)
    scene.until(S.SUSPENDED_EVSE)
    scene.run(120)
    assert not any(scene.world.contacts)
    scene.limit(None)
    scene.until(S.CHARGING)
    assert len(scene.told(v16.StartTransaction)) == 1
    assert scene.told(v16.StopTransaction) == []


# --- cables and pilots ----------------------------------------------------------------------------------


@pytest.mark.requirement("E-31")
@pytest.mark.parametrize("cable_ma", [13_000, 20_000, 32_000, 63_000])
def test_the_cable_caps_the_offer(cable_ma: int) -> None:
    """Never more than the cable carries, nor than the station gives."""
    scene = Scene()
    scene.plug_in(cable_ma)
    scene.run(1)
    scene.card()
    scene.until(S.CHARGING)
    scene.run(20)
    assert scene.seen.offered_a * 1_000 == min(cable_ma, 32_000)
    assert scene.world.current_ma.l1 <= min(cable_ma, 32_000)


@pytest.mark.requirement("E-15", "E-31")
def test_an_unreadable_cable_starts_no_session() -> None:
    """0x200: Faulted, no transaction, and it ends with the unplug."""
    scene = Scene()
    scene.do(PlugIn(ohm=40))
    scene.run(1)
    scene.card()
    scene.run(10)
    assert scene.last_told() == ("Faulted", "OtherError", "0x0200")
    assert scene.transactions() == []
    scene.unplug()
    scene.until(S.AVAILABLE)


@pytest.mark.requirement("E-15")
def test_an_undefined_pilot_trips_in_a_session() -> None:
    """0x80: the relay is open within 100 ms, the session ends, and the unplug puts it right."""
    scene = Scene()
    scene.charge()
    scene.do(SetPilotOffset(1_500))
    scene.run(0.1)
    assert not any(scene.world.contacts)
    scene.until(S.FAULTED)
    scene.run(15)
    assert [fault.code for fault in scene.seen.faults] == [faults.CP_STATE]
    assert stop_of(scene).reason is StopReason.OTHER
    scene.do(SetPilotOffset(0))
    scene.unplug()
    scene.until(S.AVAILABLE)


# --- host and meter -------------------------------------------------------------------------------------


@pytest.mark.requirement("E-16", "R-45")
def test_a_silent_host_loses_the_relay_and_gets_the_session_back() -> None:
    """The host hangs for 10 s: the board opens by itself and beeps; then 0x400 is told, and it charges on."""
    scene = Scene()
    scene.charge()
    hung = scene.now
    scene.station.stall_host()
    scene.run(10)
    opened = next(at for at, outputs in scene.outputs if at >= hung and not outputs.relay)
    assert opened - hung <= 8 * SECOND + 100 * MS
    assert any(outputs.beep for at, outputs in scene.outputs if at >= hung)
    assert not any(scene.world.contacts)
    scene.station.resume_host()
    scene.until(S.CHARGING)
    scene.run(5)
    codes = [each.vendor_error_code for each in scene.told(v16.StatusNotification)]
    assert "0x0400" in codes
    assert scene.last_told() == ("Charging", "NoError", None)
    assert len(scene.told(v16.StartTransaction)) == 1
    assert scene.told(v16.StopTransaction) == []


@pytest.mark.requirement("E-16", "R-34")
def test_a_host_that_hung_offline_tells_it_when_it_is_back() -> None:
    """The remembered 0x400 is told after the reconnect, once, before the present status."""
    scene = Scene()
    scene.network(up=False)
    scene.station.stall_host()
    scene.run(10)
    scene.station.resume_host()
    scene.run(10)
    scene.network(up=True)
    scene.run(5)
    told = [each for each in scene.told(v16.StatusNotification) if each.connector_id == 1][1:]
    assert [(each.status.value, each.vendor_error_code) for each in told] == [
        ("Faulted", "0x0400"),
        ("Available", None),
    ]


def test_a_meter_that_is_silent_at_start() -> None:
    """The car waits in Preparing and is told why; with the first reading it charges."""
    scene = Scene()
    scene.station.host.station.connectors[1].register_wh = None
    scene.station.meter.fault = MeterFault.SILENT
    scene.plug_in()
    scene.run(1)
    scene.card()
    scene.run(30)
    assert scene.seen.ocpp_status == "Preparing"
    assert "does not answer" in scene.seen.why.sentence
    assert scene.transactions() == []
    scene.station.meter.fault = MeterFault.NONE
    scene.until(S.CHARGING)


@pytest.mark.parametrize("fault", [MeterFault.SILENT, MeterFault.NAN, MeterFault.GARBAGE])
def test_a_meter_that_fails_at_the_end(fault: MeterFault) -> None:
    """The session ends all the same, within 10 s, with the last register it gave; never with 0."""
    scene = Scene()
    scene.charge()
    scene.run(120)
    scene.station.meter.fault = fault
    scene.run(2)
    known = scene.seen.energy_wh
    scene.unplug()
    scene.run(15)
    assert stop_of(scene).meter_stop == known
    assert known is not None
    assert known > 200
