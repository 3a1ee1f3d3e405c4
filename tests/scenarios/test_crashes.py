"""Stories of crashes, power cuts, lost answers and bad disks: the backend's books are right in the end."""

import json
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from pilotline.links.ocpp.link import BackendSaid, ClockLearned
from pilotline.simulator.actions import PlugIn
from pilotline.simulator.backend import MIDNIGHT
from pilotline.simulator.modbus_meter import MeterFault
from pilotline.vocabulary.board import HostAlive, Permit
from pilotline.vocabulary.journal import (
    Durable,
    Ended,
    KeepRegister,
    Metered,
    Record,
    Resend,
    Started,
    StoreAvailability,
    StoreTrouble,
)
from pilotline.vocabulary.status import ConnectorStatus, StopReason
from pilotline.vocabulary.time import SECOND, Stamp
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.times import parse_time
from pilotline.wire.ocpp.words import MessageTrigger
from pilotline.wire.rtm_link import HOST_TO_BOARD, Decoder
from support.crashes import CrashScene, Sent

S = ConnectorStatus
HOW = {"host_crash": "Reboot", "power_cycle": "PowerLoss"}
EACH = pytest.mark.parametrize("how", HOW)


def time_of(sent: Sent, key: str = "timestamp") -> datetime:
    return parse_time(sent.payload[key])


def at(scene: CrashScene, moment: int) -> timedelta:
    """Core time on the timeline as UTC of the virtual backend, less its midnight."""
    return timedelta(microseconds=moment)


def actions(scene: CrashScene) -> list[str]:
    """The facts on the wire without meter values."""
    return [sent.action for sent in scene.sent("StartTransaction", "StopTransaction")]


def commands(scene: CrashScene, since: int) -> list[tuple[int, object]]:
    """What the host told the board, when."""
    decoder = Decoder(HOST_TO_BOARD)
    found: list[tuple[int, object]] = []
    for traced in scene.trace:
        if (traced.source, traced.target) == ("host", "board") and isinstance(traced.what, bytes):
            found += [(traced.at, message) for message in decoder.feed(traced.what)]
    return [each for each in found if each[0] >= since]


def _longest_silence(told: list[tuple[int, object]]) -> float:
    """The longest time without a word to the board, in seconds."""
    return max(later[0] - sooner[0] for sooner, later in pairwise(told)) / SECOND


# --- a session left open ----------------------------------------------------------------------------------


@pytest.mark.requirement("R-52")
@EACH
def test_a_session_left_open_is_closed_with_the_register_of_now(how: str) -> None:
    """One Stop: its reason, the register behind the open relay, the time it was last known to run."""
    scene = CrashScene()
    scene.charge()
    scene.run(100)
    crashed = scene.now
    scene.restart(how)
    scene.until(S.FINISHING)
    scene.run(20)
    assert actions(scene) == ["StartTransaction", "StopTransaction"]
    (stop,) = scene.backend.stops
    assert (stop.reason, stop.id_tag) == (StopReason(HOW[how]), None)
    assert stop.meter_stop == scene.world.energy_wh
    moment = parse_time(stop.timestamp) - MIDNIGHT
    assert at(scene, crashed) - timedelta(seconds=11) <= moment <= at(scene, crashed)
    assert not any(scene.world.contacts)


@pytest.mark.requirement("R-52")
@EACH
def test_afterwards_it_is_finishing_until_the_unplug(how: str) -> None:
    """The car stays plugged in and is charged no more; unplugged, the connector is free."""
    scene = CrashScene()
    scene.charge()
    scene.restart(how)
    scene.run(300)
    assert scene.seen.ocpp_status == "Finishing"
    assert scene.seen.why.code == "finished"
    assert actions(scene) == ["StartTransaction", "StopTransaction"]
    scene.unplug()
    scene.until(S.AVAILABLE)


@pytest.mark.requirement("R-52")
@EACH
def test_a_new_card_starts_a_new_transaction(how: str) -> None:
    """With the car still plugged in; the new one begins with the register the old one ended with."""
    scene = CrashScene()
    scene.charge()
    scene.restart(how)
    scene.run(10)
    scene.card("OTHER")
    scene.until(S.CHARGING)
    scene.run(5)
    first, second = scene.sent("StartTransaction")
    assert (first.payload["idTag"], second.payload["idTag"]) == ("04A1B2C3", "OTHER")
    assert second.payload["meterStart"] == scene.backend.stops[0].meter_stop
    assert actions(scene) == ["StartTransaction", "StopTransaction", "StartTransaction"]


@pytest.mark.requirement("R-52")
@EACH
@pytest.mark.parametrize("mode", ["free", "plug_and_charge"])
def test_where_nobody_is_asked_a_new_transaction_follows(how: str, mode: str) -> None:
    """In free and Plug & Charge mode the car charges on, in a transaction of its own."""
    scene = CrashScene(c_AuthorizationMode=mode)
    scene.plug_in()
    scene.until(S.CHARGING)
    scene.run(30)
    scene.restart(how)
    scene.until(S.CHARGING)
    scene.run(5)
    assert actions(scene) == ["StartTransaction", "StopTransaction", "StartTransaction"]


@pytest.mark.requirement("R-52")
def test_unplugged_meanwhile_it_is_available() -> None:
    """The car left while the host was down: the session is closed and the connector free."""
    scene = CrashScene("evnet-7kw-t2")
    scene.charge()
    scene.station.host_crash(down=10 * SECOND)
    scene.run(5)
    scene.unplug()
    scene.run(6)
    scene.until(S.AVAILABLE)
    scene.run(5)
    assert scene.backend.stops[0].reason is StopReason.REBOOT
    assert scene.statuses()[-1] == "Available"


@pytest.mark.requirement("R-52")
@EACH
def test_with_a_silent_meter_the_last_kept_register_counts(how: str) -> None:
    """After twenty seconds; it is not above the truth and at most what flowed since it was kept below."""
    scene = CrashScene()
    scene.charge()
    scene.run(300)
    energy = scene.world.energy_wh
    kept = [t.what for t in scene.trace if isinstance(t.what, KeepRegister)][-1]
    scene.station.meter.fault = MeterFault.SILENT
    scene.restart(how)
    scene.run(10)
    assert scene.backend.stops == []
    assert scene.seen.why.code == "closing"
    scene.run(20)
    (stop,) = scene.backend.stops
    assert stop.meter_stop == kept.register_wh
    assert energy - 25 <= stop.meter_stop <= energy


@pytest.mark.requirement("R-52")
def test_the_end_is_not_before_the_last_meter_values() -> None:
    """What a sample said is kept with it: neither time nor register of the Stop lie before it."""
    scene = CrashScene(MeterValueSampleInterval=7)
    scene.charge()
    count = len(scene.sent("MeterValues"))
    assert scene.station.run(10 * SECOND, lambda: len(scene.sent("MeterValues")) > count)
    jobs = [t.what for t in scene.trace if t.target == "journal"]
    kept = {job.stamp.at for job in jobs if isinstance(job, KeepRegister)}
    facts = [job.fact for job in jobs if isinstance(job, Record)]
    assert {fact.sample.stamp.at for fact in facts if isinstance(fact, Metered)} <= kept
    scene.station.meter.fault = MeterFault.SILENT
    scene.restart("power_cycle")
    scene.run(40)
    values = scene.told(v16.MeterValues)[-1].meter_value[0]
    (stop,) = scene.backend.stops
    assert parse_time(stop.timestamp) >= parse_time(values.timestamp)
    registers = [v.value for v in values.sampled_value if "Energy" in str(v.measurand)]
    assert all(float(value) <= stop.meter_stop for value in registers)


@EACH
def test_a_second_crash_while_the_first_is_told_adds_nothing(how: str) -> None:
    """Crash upon crash, at once and a moment later: one Start, one Stop."""
    scene = CrashScene()
    scene.charge()
    for pause in (0.2, 1.2, 2.1, 3.5, 0.7):
        scene.restart(how)
        scene.run(pause)
    scene.run(30)
    assert len(scene.backend.starts) == 1
    assert len(set(scene.backend.stops)) == 1
    assert scene.seen.ocpp_status == "Finishing" or scene.seen.why.code == "tag"


# --- offline ----------------------------------------------------------------------------------------------


@pytest.mark.requirement("R-51", "R-53", "M-47")
@EACH
def test_a_session_of_an_earlier_boot_is_told_whole(how: str) -> None:
    """Edge case 1: offline all the time, a restart, then online: Start, values, Stop, with the id given."""
    scene = CrashScene(online=False, MeterValueSampleInterval=30)
    scene.station.tell(ClockLearned(MIDNIGHT + timedelta(microseconds=scene.now)))
    began = scene.now
    scene.whole_session(seconds=100)
    scene.restart(how)
    scene.run(5)
    assert scene.facts() == []
    scene.network(up=True)
    scene.run(5)
    start, *values, stop = scene.facts()
    assert (start.action, stop.action) == ("StartTransaction", "StopTransaction")
    assert len(values) >= 3
    assert {each.action for each in values} == {"MeterValues"}
    assert {each.payload["transactionId"] for each in (*values, stop)} == {101}
    assert stop.payload["reason"] == "EVDisconnected"
    assert timedelta(0) <= time_of(start) - MIDNIGHT - at(scene, began) < timedelta(seconds=5)


@pytest.mark.requirement("R-53")
def test_a_session_that_ends_online_waits_for_its_number() -> None:
    """Edge case 2: nothing of it goes before the answer to its start."""
    scene = CrashScene(online=False)
    scene.charge()
    scene.backend.deaf.add(v16.StartTransaction)
    scene.network(up=True)
    scene.run(5)
    scene.unplug()
    scene.run(10)
    assert [each.action for each in scene.facts()] == ["StartTransaction"]
    scene.backend.deaf.clear()
    scene.run(120)
    assert actions(scene) == ["StartTransaction", "StartTransaction", "StopTransaction"]
    assert scene.facts()[-1].payload["transactionId"] == 101


@pytest.mark.requirement("R-53", "R-54")
@pytest.mark.parametrize("lost", ["no answer", "line", "host_crash", "power_cycle"])
def test_a_start_whose_answer_was_lost_is_repeated_word_for_word(lost: str) -> None:
    """Edge cases 3 and 4: the same payload under a new id; the backend knows one transaction."""
    scene = CrashScene()
    scene.backend.deaf.add(v16.StartTransaction)
    scene.plug_in()
    scene.run(1)
    scene.card()
    scene.until(S.CHARGING)
    scene.run(5)
    if lost == "no answer":
        scene.run(120)
        scene.backend.deaf.clear()
    else:
        scene.backend.deaf.clear()
        if lost == "line":
            scene.network(up=False)
            scene.network(up=True)
        else:
            scene.restart(lost)
    scene.run(300)
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.run(5)
    starts = scene.sent("StartTransaction")
    assert len(starts) >= 2
    assert len({each.id for each in starts}) == len(starts)
    assert all(each.payload == starts[0].payload for each in starts)
    assert len(scene.backend.starts) == len(scene.backend.stops) == 1


@pytest.mark.requirement("R-53")
def test_a_late_answer_to_the_first_attempt_is_ignored() -> None:
    """Edge case 3: the retry's answer binds the transaction."""
    scene = CrashScene()
    scene.backend.deaf.add(v16.StartTransaction)
    scene.charge()
    scene.run(30)
    (first,) = scene.sent("StartTransaction")
    scene.backend.deaf.clear()
    late = {"idTagInfo": {"status": "Accepted"}, "transactionId": 999}
    scene.station.tell(BackendSaid(json.dumps([3, first.id, late])))
    scene.run(120)
    assert scene.seen.transaction is not None
    assert scene.seen.transaction.id == 101


@pytest.mark.requirement("R-53")
@EACH
def test_a_kill_after_the_end_was_recorded_gives_one_stop(how: str) -> None:
    """Edge case 5: recorded offline, killed, killed again once online."""
    scene = CrashScene(online=False)
    scene.whole_session()
    scene.restart(how)
    scene.network(up=True)
    scene.run(2)
    scene.restart(how)
    scene.run(10)
    assert (len(scene.backend.starts), len(scene.backend.stops)) == (1, 1)
    assert scene.station.snapshot().backend.queued == 0


@pytest.mark.requirement("R-52", "R-53")
@EACH
def test_a_session_open_at_the_crash_and_offline_is_told_later(how: str) -> None:
    """Edge case 8: the Stop goes after the registration, with the reason of the restart."""
    scene = CrashScene(online=False)
    scene.charge()
    scene.restart(how)
    scene.run(30)
    scene.network(up=True)
    scene.run(5)
    assert actions(scene) == ["StartTransaction", "StopTransaction"]
    assert scene.backend.stops[0].reason is StopReason(HOW[how])
    first_fact = scene.facts()[0]
    assert int(first_fact.id) > int(scene.sent("BootNotification")[-1].id)


@pytest.mark.requirement("R-53")
def test_a_session_begins_while_a_thousand_entries_wait() -> None:
    """Edge case 9: the queue of earlier sessions keeps nobody from charging, and goes out in order."""
    scene = CrashScene(online=False)
    for number in range(500):
        name, stamp = f"old{number}", Stamp(1, 1_000 + number)
        first = scene.station.journal.found.last_entry + 2 * number + 1
        scene.station.journal.perform(Record(first, Started(name, 1, f"T{number}", 0, stamp)))
        scene.station.journal.perform(Record(first + 1, Ended(name, 1, 0, stamp, StopReason.LOCAL)))
    scene.restart("power_cycle")
    assert scene.station.snapshot().backend.queued == 1_000 + 1, "and that the station has started"
    scene.charge("NEW")
    assert scene.seen.ocpp_status == "Charging"
    assert len(scene.station.host.link.outbox.window) <= 256
    scene.network(up=True)
    scene.run(30)
    tags = [each.payload["idTag"] for each in scene.sent("StartTransaction")]
    assert tags == [*(f"T{number}" for number in range(500)), "NEW"]
    assert (len(scene.backend.starts), len(scene.backend.stops)) == (501, 500)
    assert scene.station.snapshot().backend.queued == 0


# --- a backend that will not ------------------------------------------------------------------------------


@pytest.mark.requirement("R-54")
@pytest.mark.parametrize("restart", [False, True])
def test_a_session_that_is_refused_for_good_is_kept_and_sent_on_demand(restart: bool) -> None:
    """Edge case 6: set aside whole after its attempts, the next goes on; a person has it sent, also later."""
    scene = CrashScene(TransactionMessageAttempts=2, TransactionMessageRetryInterval=10)
    scene.backend.unwilling.add(v16.StartTransaction)
    scene.whole_session("BAD", seconds=60)
    scene.run(30)
    backend = scene.station.snapshot().backend
    assert (len(scene.sent("StartTransaction")), backend.queued) == (2, 0)
    assert backend.set_aside >= 2
    assert backend.problem is not None
    scene.backend.unwilling.clear()
    if restart:
        scene.restart("power_cycle")
        scene.run(3)
    scene.whole_session("GOOD")
    scene.run(5)
    assert [each.id_tag for each in scene.backend.starts] == ["GOOD"]
    (name,) = {done.fact.session for done in scene.station.journal._aside.values()}
    scene.station.tell(Resend(name))
    scene.run(5)
    assert [each.id_tag for each in scene.backend.starts] == ["GOOD", "BAD"]
    assert [each.transaction_id for each in scene.backend.stops] == [101, 102]
    assert scene.station.snapshot().backend.set_aside == 0


@pytest.mark.requirement("R-54")
def test_a_lost_line_is_no_attempt() -> None:
    """However often it breaks while the Start is out, nothing is set aside."""
    scene = CrashScene(TransactionMessageAttempts=2)
    scene.backend.deaf.add(v16.StartTransaction)
    scene.charge()
    for _ in range(6):
        scene.network(up=False)
        scene.network(up=True)
    scene.backend.deaf.clear()
    scene.network(up=False)
    scene.network(up=True)
    assert len(scene.backend.starts) == 1
    assert scene.station.snapshot().backend.set_aside == 0


def test_the_backend_may_call_while_our_call_is_out() -> None:
    """Edge case 14: its call is answered at once, ours later, and each answer finds its own."""
    scene = CrashScene()
    scene.backend.deaf.add(v16.StartTransaction)
    scene.charge()
    scene.backend.deaf.clear()
    (start,) = scene.sent("StartTransaction")
    answer = scene.ask(v16.TriggerMessage(MessageTrigger.HEARTBEAT))
    assert answer == {"status": "Accepted"}
    assert scene.ask(v16.GetConfiguration(("HeartbeatInterval",)))["configurationKey"][0]["value"] == "300"
    scene.station.tell(BackendSaid(json.dumps([3, "nobody", {}])))
    verdict = {"idTagInfo": {"status": "Accepted"}, "transactionId": 55}
    scene.station.tell(BackendSaid(json.dumps([3, start.id, verdict])))
    scene.run(1)
    assert scene.seen.transaction is not None
    assert scene.seen.transaction.id == 55
    assert scene.sent("Heartbeat")


@pytest.mark.requirement("R-53")
def test_a_reconnect_while_the_backend_holds_the_old_line_loses_nothing() -> None:
    """Edge case 13, our half: what was out on the old line is sent again on the new one."""
    scene = CrashScene()
    scene.backend.deaf.add(v16.StopTransaction)
    scene.whole_session()
    scene.run(2)
    scene.backend.deaf.clear()
    scene.network(up=False)
    scene.network(up=True)
    scene.run(5)
    one, two = scene.sent("StopTransaction")
    assert one.payload == two.payload
    assert one.id != two.id


# --- time -------------------------------------------------------------------------------------------------


def _times(scene: CrashScene) -> list[datetime]:
    found: list[datetime] = []
    for sent in scene.sent("StartTransaction", "MeterValues", "StopTransaction", "StatusNotification"):
        values = sent.payload.get("meterValue", [sent.payload])
        found += [parse_time(each["timestamp"]) for each in values if "timestamp" in each]
    return found


@pytest.mark.requirement("R-51")
@pytest.mark.parametrize("disk_s", [0, 5])
def test_time_that_comes_later_puts_everything_right(disk_s: float) -> None:
    """Edge case 28: unknown at first, offline; then every time on the wire is right and none is of 1970."""
    scene = CrashScene(online=False, MeterValueSampleInterval=30)
    scene.station.set_disk(takes=round(disk_s * SECOND))
    began = scene.now
    scene.whole_session(seconds=60)
    scene.run(10)
    scene.network(up=True)
    scene.run(30)
    start = scene.facts()[0]
    assert timedelta(0) <= time_of(start) - MIDNIGHT - at(scene, began) < timedelta(seconds=2 + disk_s)
    assert len(scene.backend.stops) == 1
    assert all(MIDNIGHT <= time <= MIDNIGHT + at(scene, scene.now) for time in _times(scene))


@pytest.mark.requirement("R-51")
def test_a_boot_that_never_learned_the_time_is_estimated() -> None:
    """Its session is as long as it was and ends, at the latest, when the boot that learned began."""
    scene = CrashScene(online=False)
    scene.whole_session(seconds=100)
    gap = scene.now
    scene.restart("power_cycle")
    scene.network(up=True)
    scene.run(5)
    start, stop = scene.sent("StartTransaction", "StopTransaction")
    assert time_of(stop) <= MIDNIGHT + at(scene, gap)
    facts = {type(t.what.fact): t.what.fact for t in scene.trace if isinstance(t.what, Record)}
    began, ended = facts[Started], facts[Ended]
    assert isinstance(began, Started)
    assert isinstance(ended, Ended)
    length = timedelta(microseconds=ended.stamp.at - began.stamp.at)
    assert abs(time_of(stop) - time_of(start) - length) < timedelta(milliseconds=2)
    assert scene.station.host.clock.is_estimated(began.stamp)


@pytest.mark.requirement("R-51")
@pytest.mark.parametrize("hours", [-30, 30])
def test_a_step_of_the_clock_moves_no_timer(hours: int) -> None:
    """Samples keep their pace, the session goes on, and its end is as long after its start as it was."""
    scene = CrashScene(MeterValueSampleInterval=60)
    scene.charge()
    scene.run(200)
    scene.backend.ahead = timedelta(hours=hours)
    samples = len(scene.sent("MeterValues"))
    scene.run(600)
    assert scene.seen.ocpp_status == "Charging"
    assert len(scene.sent("MeterValues")) - samples == 10
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.run(2)
    start, stop = scene.sent("StartTransaction", "StopTransaction")
    assert timedelta(seconds=800) < time_of(stop) - time_of(start) < timedelta(seconds=820)


# --- what survives ----------------------------------------------------------------------------------------


@EACH
def test_settings_survive(how: str) -> None:
    """A key that was set is set after the restart."""
    scene = CrashScene()
    scene.set_key("LightIntensity", "40")
    scene.restart(how)
    assert scene.station.host.station.keys.number("LightIntensity") == 40


@EACH
def test_out_of_service_survives(how: str) -> None:
    """A connector put out of service is Unavailable after the restart, and nobody charges."""
    scene = CrashScene()
    scene.station.journal.perform(StoreAvailability(1, operative=False))
    scene.restart(how)
    scene.until(S.UNAVAILABLE)
    scene.plug_in()
    scene.card()
    scene.run(20)
    assert scene.facts() == []


@EACH
def test_the_status_after_boot_is_true(how: str) -> None:
    """With a car plugged in and no session before: Preparing, never Available."""
    scene = CrashScene()
    scene.plug_in()
    scene.run(3)
    told = len(scene.told(v16.StatusNotification))
    scene.restart(how)
    scene.run(5)
    fresh = [
        each.status.value for each in scene.told(v16.StatusNotification)[told:] if each.connector_id == 1
    ]
    assert fresh
    assert set(fresh) == {"Preparing"}
    assert scene.seen.why.code == "tag"


# --- the disk ---------------------------------------------------------------------------------------------


@pytest.mark.requirement("R-53")
def test_the_permit_waits_for_a_slow_disk() -> None:
    """Five seconds per commit: no permit before the start is durable, and the board is never left alone."""
    scene = CrashScene()
    scene.station.set_disk(takes=5 * SECOND)
    scene.plug_in()
    scene.run(1)
    scene.card()
    shown = scene.now
    scene.run(3)
    assert scene.seen.why.code == "recording"
    scene.until(S.CHARGING)
    durable = [t.at for t in scene.trace if isinstance(t.what, Durable) and isinstance(t.what.fact, Started)]
    told = commands(scene, shown)
    permits = [moment for moment, message in told if isinstance(message, Permit)]
    assert durable
    assert min(permits) >= durable[0] >= shown + 5 * SECOND
    assert _longest_silence(told) <= 1.1
    assert scene.seen.faults == ()


@pytest.mark.requirement("R-53")
def test_with_a_full_disk_nothing_begins_and_the_reason_shows() -> None:
    """No permit and no frame; the board hears us all the time; with room again it charges."""
    scene = CrashScene()
    scene.station.set_disk(full=True)
    scene.plug_in()
    scene.run(1)
    scene.card()
    since = scene.now
    scene.run(60)
    assert scene.seen.why.code == "disk"
    assert "full" in scene.seen.why.sentence
    told = commands(scene, since)
    assert not any(isinstance(message, Permit) for _, message in told)
    assert any(isinstance(message, HostAlive) for _, message in told)
    assert _longest_silence(told) <= 1.1
    assert scene.facts() == []
    scene.station.set_disk()
    scene.until(S.CHARGING)
    assert len(scene.sent("StartTransaction")) == 1


def test_a_disk_that_fills_up_does_not_end_a_charge() -> None:
    """What runs goes on; its end waits for room, and then reaches the backend."""
    scene = CrashScene()
    scene.charge()
    scene.station.set_disk(full=True)
    since = scene.now
    scene.run(300)
    assert scene.seen.ocpp_status == "Charging"
    assert scene.power_w > 5_000
    assert _longest_silence(commands(scene, since)) <= 1.1
    scene.unplug()
    scene.run(60)
    assert scene.backend.stops == []
    scene.station.set_disk()
    scene.run(5)
    assert len(scene.backend.stops) == 1
    assert scene.seen.ocpp_status == "Available"


@pytest.mark.requirement("R-52", "R-53")
def test_a_crash_before_the_start_is_durable_leaves_nothing() -> None:
    """No Start, no Stop, and no energy flowed."""
    scene = CrashScene()
    scene.station.set_disk(takes=5 * SECOND)
    scene.plug_in()
    scene.run(1)
    scene.card()
    scene.run(4)
    scene.restart("host_crash")
    scene.run(60)
    assert scene.facts() == []
    assert scene.world.energy_wh == 0
    assert scene.seen.ocpp_status == "Preparing"


@pytest.mark.requirement("R-52")
def test_a_session_left_open_waits_for_a_full_disk_and_says_so() -> None:
    """Its end cannot be written: no new session begins, and the reason is the disk."""
    scene = CrashScene()
    scene.charge()
    scene.station.set_disk(full=True)
    scene.restart("host_crash")
    scene.card("OTHER")
    scene.run(30)
    assert scene.seen.why.code == "disk"
    assert scene.seen.transaction is None
    scene.station.set_disk()
    scene.until(S.CHARGING)
    scene.run(3)
    assert actions(scene) == ["StartTransaction", "StopTransaction", "StartTransaction"]


def test_trouble_is_said_once_mended() -> None:
    """The journal takes what it is given again, and nothing of the trouble is left."""
    scene = CrashScene()
    scene.station.set_disk(full=True)
    scene.do(PlugIn())
    scene.card()
    scene.run(10)
    scene.station.set_disk()
    assert scene.station.host.station.connectors[1].disk_trouble is None
    assert any(isinstance(t.what, StoreTrouble) for t in scene.trace)


# --- any moment -------------------------------------------------------------------------------------------


@pytest.mark.requirement("R-52", "R-53")
@EACH
@pytest.mark.parametrize("online", [True, False])
def test_killed_at_any_moment_the_books_are_right(how: str, online: bool) -> None:
    """A kill at every tenth of a second around the start and the end: one Start with one Stop, or none."""
    for tenth in range(0, 60, 3):
        scene = CrashScene(online=online)
        scene.station.set_disk(takes=SECOND // 3)
        scene.plug_in()
        scene.run(1)
        scene.card()
        scene.run(tenth / 10)
        if tenth >= 30:
            scene.unplug()
            scene.run((tenth - 30) / 10)
        scene.restart(how)
        scene.network(up=True)
        scene.run(30)
        starts, stops = scene.backend.starts, set(scene.backend.stops)
        assert len(starts) == len(stops) <= 1, tenth
        energy = scene.world.energy_wh
        assert [stop.meter_stop for stop in stops] == ([energy] if starts else []), tenth
        assert starts or energy == 0
