"""The four walks of the plan of the house, as far as the first storey goes: try each when a wall moves."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from pilotline.simulator.actions import Misbehaviour, SetMisbehaviour, SetTemperatures, WeldContact
from pilotline.station.events import ClearLatched
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import Outputs
from pilotline.vocabulary.journal import Durable, Started
from pilotline.vocabulary.pilot import PilotMode, current_for
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.status import ConnectorStatus, StopReason
from pilotline.vocabulary.time import SECOND
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.times import parse_time
from support.stories import Scene

S = ConnectorStatus


def first(scene: Scene, condition: Callable[[Outputs], bool]) -> int:
    """When the board first drove its outputs so."""
    return next(at for at, outputs in scene.outputs if condition(outputs))


def offers(scene: Scene, since: int) -> list[tuple[int, int]]:
    """The changes of the offer on the pilot from a time on: when, and how many mA (0 without PWM)."""
    changes: list[tuple[int, int]] = []
    for at, outputs in scene.outputs:
        duty = outputs.pilot.duty if outputs.pilot.mode is PilotMode.PWM else 0
        offer = round(current_for(duty), -2)  # a duty cycle is a hundredth of a percent, rounded down
        if at >= since and (not changes or changes[-1][1] != offer):
            changes.append((at, offer))
    return changes


# --- the car asks for power -----------------------------------------------------------------------------


@pytest.mark.requirement("R-45", "R-53", "E-69")
def test_the_car_asks_for_power() -> None:
    """Start record, then PWM, then the car's S2, then the relay, then Charging: 7.36 kW, counted and told."""
    scene = Scene()
    scene.plug_in()
    scene.run(2)
    scene.card()
    scene.until(S.CHARGING)
    recorded = next(
        t.at for t in scene.trace if isinstance(t.what, Durable) and isinstance(t.what.fact, Started)
    )
    offered = first(scene, lambda o: o.pilot.mode is PilotMode.PWM)
    closed = first(scene, lambda o: o.relay)
    assert recorded <= offered < closed
    scene.run(600)
    assert scene.power_w == pytest.approx(7_360, abs=5)
    assert scene.seen.power_w == pytest.approx(7_360, abs=5)
    assert scene.seen.energy_wh == pytest.approx(7_360 / 6, abs=15)
    assert scene.statuses() == ["Available", "Preparing", "Charging"]
    assert scene.seen.why.sentence == "Charging. The station itself gives at most 32 A."


@pytest.mark.requirement("R-46")
@pytest.mark.parametrize("model", ["evnet-7kw-s", "evnet-7kw-t2"])
def test_both_models_charge_and_end_with_the_unplug(model: str) -> None:
    """Socket and fixed cable tell the backend the same story, with the meter's own registers."""
    scene = Scene(model)
    scene.charge()
    scene.run(300)
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.run(2)
    (start,) = scene.told(v16.StartTransaction)
    (stop,) = scene.told(v16.StopTransaction)
    assert start.meter_start == 0
    assert stop.meter_stop == scene.world.energy_wh == pytest.approx(7_360 * 310 / 3_600, rel=0.02)
    assert stop.reason is StopReason.EV_DISCONNECTED


# --- a limit is lowered ---------------------------------------------------------------------------------


@pytest.mark.requirement("R-48", "E-30")
def test_a_limit_is_lowered_and_lifted() -> None:
    """The pilot falls at once; the rise comes 5 s after the last change at the earliest."""
    scene = Scene()
    scene.charge()
    lowered = scene.now
    scene.limit(10)
    scene.run(3)
    assert offers(scene, lowered) == [(pytest.approx(lowered, abs=SECOND // 100), 10_000)]
    assert scene.world.current_ma.l1 <= 10_000
    scene.limit(None)
    scene.run(10)
    assert [offer for _, offer in offers(scene, lowered)] == [10_000, 32_000]
    rose = offers(scene, lowered)[1][0]
    assert rose - lowered >= 5 * SECOND
    assert scene.seen.limit_reason == "DeviceCurrentLimit"


@pytest.mark.requirement("R-48", "R-45")
def test_a_limit_below_6_a_is_an_orderly_pause() -> None:
    """Steady +12 V first, the car lets go, then the relay opens; SuspendedEVSE, and why; then it resumes."""
    scene = Scene()
    scene.charge()
    paused = scene.now
    scene.limit(5)
    scene.until(S.SUSPENDED_EVSE)
    scene.run(6)
    steady = next(at for at, o in scene.outputs if at >= paused and o.pilot.mode is PilotMode.STEADY)
    opened = next(at for at, o in scene.outputs if at >= paused and not o.relay)
    assert steady < opened <= paused + 6 * SECOND
    assert scene.seen.why.sentence == "You paused charging."
    scene.limit(6)
    scene.until(S.CHARGING)
    assert scene.now >= paused + 10 * SECOND
    assert len(scene.told(v16.StartTransaction)) == 1


@pytest.mark.requirement("E-30", "E-33", "E-31", "R-04", "R-44")
def test_the_reason_of_the_limit_is_told() -> None:
    """A 13 A cable is reason 1; a main fuse of 10 A is 5; at 13 A both, the lower code is the reason."""
    scene = Scene()
    scene.plug_in(13_000)
    scene.run(1)
    scene.card()
    scene.until(S.CHARGING)
    scene.run(15)
    assert scene.seen.offered_a == 13
    scene.set_key("c_MainFuseLimit", "100")
    scene.run(15)
    assert scene.seen.offered_a == 10
    scene.set_key("c_MainFuseLimit", "130")
    scene.run(15)
    assert scene.seen.offered_a == 13
    assert scene.reasons() == ["1", "5", "1"]
    told = [each for each in scene.told(v16.StatusNotification) if each.vendor_id == "VendorID1"]
    assert {each.error_code.value for each in told} == {"NoError"}


@pytest.mark.requirement("E-04")
def test_the_device_key_lowers_and_never_raises() -> None:
    """16 A by c_DeviceLimit_I are 16 A; 80 A are the rating's 32 A."""
    scene = Scene()
    scene.charge()
    for text, amps in [("160", 16), ("800", 32)]:
        scene.set_key("c_DeviceLimit_I", text)
        scene.run(10)
        assert scene.seen.offered_a == amps


@pytest.mark.requirement("E-17", "R-02", "R-08")
def test_a_hot_station_gives_less_pauses_and_comes_back() -> None:
    """12 A at 78 °C under reason 2; above 79 °C a pause that says why; when cool, all of it again."""
    scene = Scene()
    scene.charge()
    scene.do(SetTemperatures(relay_mc=77_900))
    scene.run(5)
    assert scene.seen.offered_a == 12
    assert scene.reasons() == ["2"]
    scene.do(SetTemperatures(relay_mc=80_000))
    scene.until(S.SUSPENDED_EVSE, within=15)
    assert scene.seen.why.sentence == "The station is too warm and waits until it has cooled."
    scene.do(SetTemperatures(relay_mc=40_000))
    scene.until(S.CHARGING)
    scene.run(10)
    assert scene.seen.offered_a == 32


# --- a fault trips --------------------------------------------------------------------------------------


@pytest.mark.requirement("E-15", "E-25", "R-13")
def test_a_missing_diode_trips_and_ends_with_the_unplug() -> None:
    """0x100, Faulted, no relay; the next car charges."""
    scene = Scene()
    scene.do(SetMisbehaviour(Misbehaviour.NO_DIODE))
    scene.plug_in()
    scene.run(1)
    scene.card()
    scene.until(S.FAULTED)
    assert not any(outputs.relay for _, outputs in scene.outputs)
    assert scene.last_told() == ("Faulted", "EVCommunicationError", "0x0100")
    assert [fault.code for fault in scene.seen.faults] == [faults.DIODE_UNPRESENT]
    scene.run(30)
    scene.do(SetMisbehaviour(Misbehaviour.NO_DIODE, active=False))
    scene.run(30)
    assert scene.seen.ocpp_status == "Faulted"
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.charge("SECOND")
    assert [type(each).__name__ for each in scene.transactions()] == [
        "StartTransaction",
        "StopTransaction",
        "StartTransaction",
    ]


@pytest.mark.requirement("E-13", "R-13")
def test_a_welded_contact_needs_a_person() -> None:
    """The live contact stays closed after the end: 0x40000 until it is repaired and somebody resets it."""
    scene = Scene("evnet-7kw-t2")
    scene.charge()
    scene.do(WeldContact())
    scene.card()
    scene.until(S.FAULTED)
    assert scene.last_told() == ("Faulted", "PowerSwitchFailure", "0x40000")
    scene.unplug()
    scene.station.tell(ClearLatched(role=Role.OPERATOR))
    scene.run(30)
    assert scene.seen.ocpp_status == "Faulted"
    scene.do(WeldContact(active=False))
    scene.run(30)
    assert scene.seen.ocpp_status == "Faulted"
    scene.station.tell(ClearLatched(role=Role.OPERATOR))
    scene.until(S.AVAILABLE)
    (stop,) = scene.told(v16.StopTransaction)
    assert stop.reason is StopReason.LOCAL


# --- a card while offline -------------------------------------------------------------------------------


@pytest.mark.requirement("M-45", "R-34")
def test_a_card_while_offline() -> None:
    """Charged in an outage; afterwards the present status, and Start, MeterValues, Stop in order."""
    scene = Scene()
    scene.network(up=False)
    scene.charge()
    begun = scene.now
    scene.run(150)
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.run(60)
    before = len(scene.station.backend.books)
    scene.network(up=True)
    scene.run(30)
    names = [type(booked.request).__name__ for booked in scene.station.backend.books[before:]]
    assert names[0] == "BootNotification"
    assert names.count("StatusNotification") == 2  # of the station and of its connector
    assert scene.last_told()[0] == "Available"
    assert [name for name in names[1:] if name != "StatusNotification"] == [
        "StartTransaction",
        "MeterValues",
        "MeterValues",
        "StopTransaction",
    ]
    start, *meters, stop = scene.transactions()
    assert isinstance(start, v16.StartTransaction)
    assert isinstance(stop, v16.StopTransaction)
    assert parse_time(start.timestamp) < parse_time(stop.timestamp)
    assert parse_time(stop.timestamp).minute * 60 + parse_time(stop.timestamp).second <= begun + 160
    assert {meter.transaction_id for meter in meters if isinstance(meter, v16.MeterValues)} == {1}
    assert stop.transaction_id == 1
    assert stop.meter_stop == scene.world.energy_wh


@pytest.mark.requirement("M-45")
def test_a_session_that_begins_offline_and_ends_online() -> None:
    """The stop waits for the number its start is given (edge case 2)."""
    scene = Scene()
    scene.network(up=False)
    scene.charge()
    scene.network(up=True)
    scene.run(30)
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.run(5)
    (stop,) = scene.told(v16.StopTransaction)
    assert stop.transaction_id == 1
    assert scene.statuses()[-1] == "Available"


def test_an_outage_in_mid_session_loses_nothing() -> None:
    """The car charges on; the meter values of the outage come afterwards, with their times."""
    scene = Scene(MeterValueSampleInterval=30)
    scene.charge()
    scene.network(up=False)
    scene.run(120)
    assert scene.power_w > 7_000
    scene.network(up=True)
    scene.run(40)
    moments = [parse_time(each.meter_value[0].timestamp) for each in scene.told(v16.MeterValues)]
    gaps = {(b - a).total_seconds() for a, b in pairwise(moments)}
    assert gaps == {30.0}
    assert len(moments) >= 5
