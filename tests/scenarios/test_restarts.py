"""Stories of restarts: asked for, forced, or refused by the station's own pin; and what is told of them."""

import pytest

from pilotline.simulator.actions import MeterFault, SetMeterFault
from pilotline.station.events import RestartFailed
from pilotline.vocabulary.status import ConnectorStatus, ErrorCode, ResetKind, StopReason
from pilotline.vocabulary.time import SECOND
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.words import AvailabilityType, MessageTrigger
from support.crashes import CrashScene

S = ConnectorStatus
EACH = pytest.mark.parametrize("kind", ResetKind)


def reasons(scene: CrashScene) -> list[str]:
    """The reasons that went out for why the station started, each as its number and its word."""
    told = [sent.payload for sent in scene.sent("StatusNotification")]
    return [f"{p['vendorErrorCode']} {p['info']}" for p in told if p.get("vendorId") == "VendorID3"]


def reset(scene: CrashScene, kind: ResetKind) -> None:
    assert scene.ask(v16.Reset(kind)) == {"status": "Accepted"}


def actions(scene: CrashScene, *of: str) -> list[str]:
    return [sent.action for sent in scene.sent(*of)]


# --- what the backend asks for ----------------------------------------------------------------------


@pytest.mark.requirement("M-40", "E-41", "R-42")
@EACH
def test_a_reset_while_charging_stops_restarts_and_boots(kind: ResetKind) -> None:
    """One Stop with the reset's own reason and nothing bogus, then a new host registers (edge case 22)."""
    scene = CrashScene()
    scene.charge()
    scene.run(60)
    reset(scene, kind)
    scene.run(20)
    words = ("BootNotification", "StartTransaction", "StopTransaction")
    assert actions(scene, *words) == [words[0], words[1], words[2], words[0]]
    (stop,) = scene.sent("StopTransaction")
    assert stop.payload["reason"] == f"{kind.value}Reset"
    assert stop.payload["transactionId"] == 101
    assert "idTag" not in stop.payload
    assert not stop.payload.keys() - {"meterStop", "timestamp", "transactionId", "reason", "transactionData"}
    assert stop.payload["meterStop"] == scene.world.energy_wh
    assert reasons(scene) == ["1 POWERON", "3 SW" if kind is ResetKind.SOFT else "2 EXT"]
    assert len(scene.station.restarts) == 1


@pytest.mark.requirement("M-40")
@EACH
def test_a_reset_whose_stop_cannot_be_told_yet_keeps_it_over_the_restart(kind: ResetKind) -> None:
    """A backend that takes no Stop holds no reset up: it is told by the host after it, once."""
    scene = CrashScene()
    scene.charge()
    scene.backend.deaf = {v16.StopTransaction}
    reset(scene, kind)
    scene.run(20)
    assert len(scene.sent("BootNotification")) == 2
    scene.backend.deaf = set()
    scene.run(120)
    assert {stop.reason for stop in scene.backend.stops} == {StopReason(f"{kind.value}Reset")}
    assert len({stop.transaction_id for stop in scene.backend.stops}) == 1
    assert scene.station.snapshot().backend.queued == 0


@EACH
def test_after_a_reset_the_car_waits_for_a_card(kind: ResetKind) -> None:
    """It was stopped on purpose: nothing goes on by itself, and a card starts a new transaction."""
    scene = CrashScene()
    scene.charge()
    reset(scene, kind)
    scene.run(60)
    assert not scene.seen.relay
    assert len(scene.sent("StartTransaction")) == 1
    scene.card("OTHER")
    scene.until(S.CHARGING)
    assert len(scene.sent("StartTransaction")) == 2


def test_both_connectors_are_stopped_before_the_one_restart() -> None:
    """Two Stops, one Boot."""
    scene = CrashScene("master-plus-ac")
    for connector in (1, 2):
        scene.charge(f"CARD {connector}", connector)
    reset(scene, ResetKind.SOFT)
    scene.run(30)
    told = actions(scene, "StopTransaction", "BootNotification")
    assert told == ["BootNotification", "StopTransaction", "StopTransaction", "BootNotification"]
    assert {stop.reason for stop in scene.backend.stops} == {StopReason.SOFT_RESET}


@pytest.mark.parametrize(("kind", "seconds"), [(ResetKind.SOFT, 60), (ResetKind.HARD, 10)])
def test_a_disk_that_is_full_holds_no_reset_up_for_long(kind: ResetKind, seconds: int) -> None:
    """The end that was not written is found open by the next host, and closed as a restart's (R-52)."""
    scene = CrashScene()
    scene.charge()
    scene.station.set_disk(full=True)
    asked = scene.now
    reset(scene, kind)
    assert scene.station.run(120 * SECOND, lambda: bool(scene.station.restarts))
    assert (scene.now - asked) / SECOND == pytest.approx(seconds, abs=0.1)
    scene.run(5)
    scene.station.set_disk()
    scene.run(60)
    assert [stop.reason for stop in scene.backend.stops] == [StopReason.REBOOT]
    assert len(scene.sent("BootNotification")) == 2


@EACH
def test_a_meter_that_never_answers_holds_no_reset_up_for_long(kind: ResetKind) -> None:
    """The end is recorded with the register that is known, under the reset's own reason."""
    scene = CrashScene()
    scene.charge()
    scene.do(SetMeterFault(MeterFault.SILENT))
    reset(scene, kind)
    scene.run(15)
    assert [stop.reason for stop in scene.backend.stops] == [StopReason(f"{kind.value}Reset")]
    assert len(scene.sent("BootNotification")) == 2


@pytest.mark.requirement("M-40")
def test_a_restart_that_does_not_come_about_is_tried_again_and_then_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """ResetRetries times more; then ResetFailure, once, and the station charges as before (peers §5, 22)."""
    scene = CrashScene(ResetRetries=2)
    monkeypatch.setattr(scene.station, "_restart_soon", scene.station.restarts.append)
    reset(scene, ResetKind.HARD)
    scene.plug_in()
    scene.card()
    scene.run(80)
    assert scene.seen.transaction is None
    scene.run(20)
    assert [restart.kind for restart in scene.station.restarts] == [ResetKind.HARD] * 3
    (failed,) = [s for s in scene.told(v16.StatusNotification) if s.error_code is ErrorCode.RESET_FAILURE]
    assert (failed.connector_id, failed.status) == (0, S.AVAILABLE)
    assert [t.what for t in scene.trace if t.target == "log"] == [RestartFailed(ResetKind.HARD, 3)]
    assert len(scene.sent("BootNotification")) == 1
    scene.card()
    scene.until(S.CHARGING)
    scene.run(600)
    assert len(scene.station.restarts) == 3


# --- what comes without being asked for -------------------------------------------------------------


@pytest.mark.requirement("E-40")
@pytest.mark.parametrize(
    ("how", "reason", "stop"),
    [
        ("host_crash", "4 PANIC", StopReason.REBOOT),
        ("power_cycle", "1 POWERON", StopReason.POWER_LOSS),
        ("reset_button", "2 EXT", StopReason.REBOOT),
    ],
)
def test_a_restart_nobody_asked_for_is_told_with_its_reason(how: str, reason: str, stop: StopReason) -> None:
    """Once, and the session left open is closed by its own rule (R-52)."""
    scene = CrashScene()
    scene.charge()
    scene.run(30)
    getattr(scene.station, how)()
    scene.run(60)
    assert reasons(scene) == ["1 POWERON", reason]
    assert [each.reason for each in scene.backend.stops] == [stop]


@pytest.mark.requirement("M-16", "R-45")
def test_the_reset_button_restarts_host_and_board_under_a_charging_car() -> None:
    """The relay is open at once, the plug stays, and the car can charge again."""
    scene = CrashScene()
    scene.charge()
    board = scene.station.board
    scene.station.reset_button()
    assert scene.station.board is not board
    assert not any(scene.world.contacts)
    assert scene.world.plugged
    scene.run(30)
    scene.card("OTHER")
    scene.until(S.CHARGING)


# --- when it is told --------------------------------------------------------------------------------


@pytest.mark.requirement("E-40", "R-34")
def test_the_reason_comes_after_the_registration_and_before_the_present_status() -> None:
    """A status of the station as a whole, without an error of its own; the last word is how it is now."""
    scene = CrashScene()
    first, *statuses = scene.sent("BootNotification", "StatusNotification")
    assert first.action == "BootNotification"
    told = dict(statuses[0].payload)
    assert told.pop("timestamp").endswith("Z")
    assert told == {
        "connectorId": 0,
        "errorCode": "NoError",
        "info": "POWERON",
        "status": "Available",
        "vendorId": "VendorID3",
        "vendorErrorCode": "1",
    }
    assert [("vendorId" in sent.payload, sent.payload["connectorId"]) for sent in statuses[1:]] == [
        (False, 0),
        (False, 1),
    ]


@pytest.mark.requirement("E-40", "R-34")
def test_a_reason_waits_for_the_line_and_is_told_once() -> None:
    """Also when that takes long; of two starts without a line the last one's; after a reconnect no more."""
    scene = CrashScene(online=False)
    scene.run(60)
    scene.station.power_cycle()
    scene.run(60)
    scene.station.host_crash()
    scene.run(900)
    scene.network(up=True)
    assert reasons(scene) == ["4 PANIC"]
    for _ in range(3):
        scene.network(up=False)
        scene.network(up=True)
    assert reasons(scene) == ["4 PANIC"]


@pytest.mark.requirement("E-40", "R-34")
def test_a_reason_that_was_under_way_when_the_line_fell_is_told_again() -> None:
    """Nobody said that it had arrived."""
    scene = CrashScene(online=False)
    scene.backend.deaf = {v16.StatusNotification}
    scene.network(up=True)
    assert reasons(scene) == ["1 POWERON"]
    scene.backend.deaf = set()
    scene.network(up=False)
    scene.network(up=True)
    assert reasons(scene) == ["1 POWERON"] * 2
    assert scene.sent("StatusNotification")[-1].payload.get("vendorId") is None


def test_a_reason_is_not_what_a_trigger_asks_for() -> None:
    """Asked for its status, the station tells how it is and not why it started."""
    scene = CrashScene()
    scene.ask(v16.TriggerMessage(MessageTrigger.STATUS_NOTIFICATION))
    assert reasons(scene) == ["1 POWERON"]


def test_a_station_out_of_service_tells_its_reason_as_unavailable() -> None:
    """It was put out of service before the restart, and is told so with the reason."""
    scene = CrashScene()
    scene.ask(v16.ChangeAvailability(0, AvailabilityType.INOPERATIVE))
    reset(scene, ResetKind.SOFT)
    scene.run(10)
    (_, told) = [s for s in scene.told(v16.StatusNotification) if s.vendor_id == "VendorID3"]
    assert (told.vendor_error_code, told.status) == ("3", S.UNAVAILABLE)
