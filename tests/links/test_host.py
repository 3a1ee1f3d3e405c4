"""The host: station and OCPP link around one queue, with real bytes to the board."""

import json

import pytest

from pilotline.links.host import FromBoard, HostCore
from pilotline.links.ocpp.link import BackendSaid, ClockLearned
from pilotline.station.events import (
    CallAnswer,
    ChangeKey,
    KeysRead,
    PresentTag,
    ReadKeys,
    Restart,
    StopCharging,
)
from pilotline.vocabulary import faults
from pilotline.vocabulary.journal import Delivered, Ended, Notified, Record, Started, StoreKey
from pilotline.vocabulary.status import ConnectorStatus, ResetKind
from pilotline.vocabulary.time import SECOND, Tick
from support.host_bench import HostBench
from support.ocpp_line import MIDNIGHT
from support.station_bench import EVNET

TRANSACTION = ("StartTransaction", "MeterValues", "StopTransaction")


def test_a_session_from_card_to_unplug_on_the_wire() -> None:
    """Everything an operator sees of it, in its order."""
    bench = HostBench(stored={"MeterValueSampleInterval": 30})
    bench.charge()
    bench.run(40 * SECOND)
    bench.register_wh = 1_500
    bench.unplug()
    bench.run(5 * SECOND)
    assert bench.actions() == [
        "BootNotification",
        "StatusNotification",  # why it has started
        "StatusNotification",  # of the station as a whole
        "SecurityEventNotification",  # that it has started
        "StatusNotification",
        "StatusNotification",
        "Authorize",
        "StartTransaction",
        "StatusNotification",
        "MeterValues",
        "StopTransaction",
        "StatusNotification",
    ]
    words = [told["status"] for told in bench.told("StatusNotification") if told["connectorId"] == 1]
    assert words == ["Available", "Preparing", "Charging", "Available"]
    (stop,) = bench.told("StopTransaction")
    assert (stop["meterStop"], stop["reason"], stop["transactionId"]) == (1_500, "EVDisconnected", 101)
    assert len(bench.all(Delivered)) == 4


def test_the_snapshot_shows_station_and_backend() -> None:
    """Connected, what is queued, what went wrong."""
    bench = HostBench(online=False)
    bench.charge()
    seen = bench.core.snapshot(bench.now)
    assert seen.model == "evnet-7kw-s"
    assert (seen.backend.connected, seen.backend.queued) == (False, 2), "the start, and that of the station"
    assert seen.backend.problem
    bench.network(up=True)
    bench.run(SECOND)
    seen = bench.core.snapshot(bench.now)
    assert (seen.backend.connected, seen.backend.queued, seen.backend.problem) == (True, 0, None)
    assert seen.connectors[0].transaction.id == 101


def test_a_host_that_has_heard_nothing_has_a_snapshot() -> None:
    """A door may open before the first event."""
    core = HostCore(EVNET, boot=1, serial="SN-1", firmware="1.0", new_id=lambda: "1")
    assert core.snapshot(0).connectors[0].why.code == "no_board"
    assert core.deadline() == 0


@pytest.mark.requirement("E-68")
def test_offline_plug_and_charge_reaches_the_backend_later() -> None:
    """A session that nobody identified, told when the line is back."""
    bench = HostBench(online=False, stored={"c_OfflinePlugAndCharge": True})
    bench.plug()
    bench.run(20 * SECOND)
    bench.unplug()
    bench.run(20 * SECOND)
    bench.network(up=True)
    bench.run(SECOND)
    assert bench.actions(*TRANSACTION) == ["StartTransaction", "StopTransaction"]
    assert bench.told("StartTransaction")[0]["idTag"] == "PLUGANDCHARGE"


def test_a_tag_refused_with_the_start_ends_the_session() -> None:
    """StopTransactionOnInvalidId, after an offline start: reason DeAuthorized."""
    bench = HostBench(online=False)
    bench.verdicts["CARD"] = "Invalid"
    bench.charge()
    bench.network(up=True)
    bench.run(5 * SECOND)
    (stop,) = bench.told("StopTransaction")
    assert stop["reason"] == "DeAuthorized"


@pytest.mark.requirement("R-34")
def test_after_an_outage_the_present_limit_reason_is_told_once() -> None:
    """The station grew hot and cool again and the cable stayed: only the cable is told."""
    bench = HostBench()
    bench.board.cable_ma = 20_000
    bench.charge()
    bench.network(up=False)
    bench.board.temperature_mc = 78_000
    bench.run(60 * SECOND)
    bench.board.temperature_mc = 25_000
    bench.run(60 * SECOND)
    before = len(bench.calls)
    bench.network(up=True)
    bench.run(30 * SECOND)
    reasons = [
        frame.payload["vendorErrorCode"]
        for frame in bench.calls[before:]
        if frame.payload.get("vendorId") == "VendorID1"
    ]
    assert reasons == ["1"]


def test_a_fault_of_the_board_reaches_the_backend() -> None:
    """With mask and vendor, while no transaction message has to wait for it."""
    bench = HostBench()
    bench.board.faults = faults.DIODE_UNPRESENT
    bench.notice()
    assert bench.told("StatusNotification")[-1]["vendorErrorCode"] == "0x0100"


# --- calls ----------------------------------------------------------------------------------------------


def test_remote_start_and_stop() -> None:
    """Both accepted and carried out, the stop by the number the backend gave."""
    bench = HostBench()
    bench.plug()
    assert bench.ask("RemoteStartTransaction", idTag="APP", connectorId=1) == {"status": "Accepted"}
    bench.run(SECOND)
    assert bench.told("StartTransaction")[0]["idTag"] == "APP"
    assert bench.ask("RemoteStopTransaction", transactionId=999) == {"status": "Rejected"}
    assert bench.ask("RemoteStopTransaction", transactionId=101) == {"status": "Accepted"}
    bench.run(5 * SECOND)
    assert bench.told("StopTransaction")[0]["reason"] == "Remote"
    assert bench.told("StatusNotification")[-1]["status"] == "Finishing"


@pytest.mark.parametrize("message", ["StatusNotification", "MeterValues", "Heartbeat", "BootNotification"])
def test_a_triggered_message_comes_after_its_answer(message: str) -> None:
    """Through the station where the station has to tell it."""
    bench = HostBench()
    before = bench.actions().count(message)
    assert bench.ask("TriggerMessage", requestedMessage=message) == {"status": "Accepted"}
    assert bench.actions().count(message) > before


def test_a_changed_key_is_stored_and_has_its_effect() -> None:
    """ChangeConfiguration: to the shell as StoreKey, to the link as its new heartbeat."""
    bench = HostBench()
    assert bench.ask("ChangeConfiguration", key="heartbeatinterval", value="7") == {"status": "Accepted"}
    assert StoreKey("HeartbeatInterval", 7) in bench.all(StoreKey)
    before = bench.actions().count("Heartbeat")
    bench.run(22 * SECOND)
    assert bench.actions().count("Heartbeat") == before + 3


@pytest.mark.requirement("R-43")
def test_the_configuration_is_read() -> None:
    """All of it with no names, an error with too many."""
    bench = HostBench()
    assert len(bench.ask("GetConfiguration")["configurationKey"]) > 12
    assert bench.ask("GetConfiguration", key=["a"] * 6) == "OccurenceConstraintViolation"


@pytest.mark.parametrize(("kind", "reason"), [("Soft", "SoftReset"), ("Hard", "HardReset")])
def test_a_reset_is_answered_the_session_stopped_and_then_restarted(kind: str, reason: str) -> None:
    """Answer, StopTransaction with its reason, and only then the restart (peers §5, 22)."""
    bench = HostBench()
    bench.charge()
    assert bench.ask("Reset", type=kind) == {"status": "Accepted"}
    bench.run(5 * SECOND)
    assert bench.told("StopTransaction")[0]["reason"] == reason
    assert bench.all(Restart) == [Restart(ResetKind(kind))]


def test_a_local_call_is_answered_to_who_asked_and_not_to_the_backend() -> None:
    """Local calls have negative numbers."""
    bench = HostBench()
    replies = len(bench.replies)
    effects = bench.tell(ChangeKey(-1, "LightIntensity", "50"))
    assert CallAnswer(-1, "Accepted") in effects
    (read,) = [each for each in bench.tell(ReadKeys(-2, ("LightIntensity",))) if isinstance(each, KeysRead)]
    assert read.readings[0].text == "50"
    assert len(bench.replies) == replies


# --- the queue ------------------------------------------------------------------------------------------


def test_a_core_that_is_due_is_woken_whatever_the_event_was_for() -> None:
    """Words for the station at the link's own moment: the link acts too, and no deadline is left behind."""
    bench = HostBench(answers=False)
    bench.answer()
    bench.answer()
    link_due = bench.core.link.deadline()
    assert link_due is not None
    bench.now = link_due
    bench.tell(PresentTag("CARD"))
    assert bench.core.deadline() > link_due


def test_rubbish_from_board_and_backend_is_counted_and_harms_nothing() -> None:
    """Noise on both lines in the middle of a charge."""
    bench = HostBench()
    bench.charge()
    assert bench.core.link_counters(1).too_long == 0
    noise = bytes(range(256)) * 4
    bench.tell(FromBoard(1, noise))
    bench.tell(BackendSaid("}{"))
    bench.tell(BackendSaid(json.dumps([3, "nobody", {}])))
    bench.run(3 * SECOND)
    assert bench.status is ConnectorStatus.CHARGING
    assert bench.core.link_counters(1).too_long > 0


def test_a_report_in_pieces_is_one_report() -> None:
    """Bytes come as the line likes."""
    bench = HostBench()
    bench.plug()
    bench.run(SECOND)
    bench.board.faults = faults.RCD
    message = bench._from(bench.board._report(bench.now))
    for value in message.data:
        bench.tell(FromBoard(1, bytes([value])))
    assert bench.status is ConnectorStatus.FAULTED


def test_the_clock_is_learned_from_whoever_knows() -> None:
    """The operating system's time, offline."""
    bench = HostBench(online=False)
    bench.tell(ClockLearned(MIDNIGHT))
    assert bench.core.clock.known


def test_facts_are_recorded_before_they_are_sent() -> None:
    """Durable before visible: with a slow disk the start is recorded, and nothing of it is on the wire."""
    bench = HostBench()
    bench.disk = 5 * SECOND
    bench.charge()
    assert [type(record.fact) for record in bench.all(Record)] == [Notified, Started]
    assert bench.told("StartTransaction") == []
    bench.run(5 * SECOND)
    assert len(bench.told("StartTransaction")) == 1
    bench.tell(StopCharging())
    bench.run(4 * SECOND)
    assert isinstance(bench.facts()[-1], Ended)
    assert bench.told("StopTransaction") == []


def test_time_alone_is_harmless() -> None:
    """A tick too many, too early, twice."""
    bench = HostBench()
    said = len(bench.said)
    bench.tell(Tick())
    bench.tell(Tick())
    assert len(bench.said) == said
