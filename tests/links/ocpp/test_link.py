"""The station's side of OCPP: registration, order, heartbeat, authorisation, and what the backend asks."""

import pytest

from pilotline.links.ocpp.link import MOST_TRIGGERED, BackendSaid, ClockLearned, Registration
from pilotline.station.events import (
    AskAuthorization,
    AskReset,
    BackendLink,
    CallAnswer,
    ChangeKey,
    CompensateRcd,
    KeyReading,
    KeysRead,
    MeterReport,
    ReadKeys,
    RemoteStart,
    RemoteStop,
    StartAnswer,
    TagAnswer,
    TellMeter,
    TellStatus,
)
from pilotline.vocabulary import refusals
from pilotline.vocabulary.journal import Delivered, MeterSample, SampledValue, SetAside, StoreKey
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.status import AuthStatus, ConnectorStatus, ReadingContext, ResetKind, TagInfo
from pilotline.vocabulary.time import MINUTE, SECOND, Stamp, Tick
from support.ocpp_line import MIDNIGHT, TIME, Line, ended, metered, started, status

S = ConnectorStatus


# --- registration ---------------------------------------------------------------------------------------


@pytest.mark.requirement("R-38")
def test_the_first_word_is_boot_notification() -> None:
    """Vendor, model, serial number and firmware of this station, and nothing before it."""
    line = Line()
    line.up()
    (frame,) = line.sent
    assert frame.action == "BootNotification"
    assert frame.payload == {
        "chargePointVendor": "EVNET",
        "chargePointModel": "EVNET-7KW-S-1PH",
        "chargePointSerialNumber": "SN-1",
        "firmwareVersion": "1.0",
    }
    assert line.link.registration is Registration.ASKING


def test_accepted_is_online_with_the_backends_interval_and_time() -> None:
    """The interval becomes HeartbeatInterval, the status of the moment is asked for, the clock is learned."""
    line = Line().online(interval=300)
    said = [effect for effect in line.said if isinstance(effect, ChangeKey | BackendLink | TellStatus)]
    assert said == [ChangeKey(0, "HeartbeatInterval", "300"), BackendLink(online=True), TellStatus(0)]
    assert line.clock.utc(Stamp(1, 0)) == MIDNIGHT
    assert line.link.problem is None


@pytest.mark.parametrize("word", ["Pending", "Rejected"])
def test_pending_or_rejected_is_asked_again_after_the_interval(word: str) -> None:
    """Edge case 10: and not before, and nothing else goes out meanwhile."""
    line = Line()
    line.durable(started())
    line.up()
    line.answer(status=word, currentTime=TIME, interval=100)
    line.tell(status(S.AVAILABLE))
    line.run(99 * SECOND)
    assert line.actions == ["BootNotification"]
    assert word in (line.link.problem or "")
    line.run(2 * SECOND)
    assert line.actions == ["BootNotification"] * 2
    line.answer(status="Accepted", currentTime=TIME, interval=0)
    assert line.link.registration is Registration.ACCEPTED


def test_an_interval_of_0_is_no_tight_loop() -> None:
    """Edge case 11: the next try is ours to time, 30 s and up to a fifth later."""
    line = Line()
    line.up()
    line.answer(status="Rejected", currentTime=TIME, interval=0)
    line.run(30 * SECOND - 1)
    assert line.actions == ["BootNotification"]
    line.run(6 * SECOND + 1)
    assert line.actions == ["BootNotification"] * 2


def test_a_boot_without_an_answer_is_sent_again() -> None:
    """Edge case 11: on time-out and on CALLERROR alike, later and later up to 10 minutes, for ever."""
    line = Line()
    line.up()
    gaps: list[int] = []
    for number in range(9):
        line.time_out() if number % 2 else line.refuse("GenericError")
        begun = line.now
        assert line.problem.startswith("The backend did not register us")
        line.run(12 * MINUTE, until_called=True)
        gaps.append((line.now - begun) // SECOND)
    assert all(
        least <= gap <= least * 6 // 5
        for least, gap in zip((30, 60, 120, 240, 480, 600, 600, 600, 600), gaps, strict=True)
    )
    line.answer(status="Accepted", currentTime=TIME, interval=0)
    assert line.link.registration is Registration.ACCEPTED


def test_a_backend_that_turns_us_away_later_is_obeyed() -> None:
    """A triggered BootNotification answered with Pending: offline, quiet, and asked again."""
    line = Line().online()
    line.call("TriggerMessage", requestedMessage="BootNotification")
    said = line.answer(status="Pending", currentTime=TIME, interval=100)
    assert said == [BackendLink(online=False)]
    line.tell(status(S.PREPARING))
    line.run(99 * SECOND)
    assert line.actions == ["BootNotification"] * 2
    line.run(SECOND)
    assert line.actions == ["BootNotification"] * 3


def test_while_pending_only_what_was_triggered_goes_out() -> None:
    """Edge case 10: boot, heartbeat and a status asked for do; a status that merely changed does not."""
    line = Line()
    line.up()
    line.answer(status="Pending", currentTime=TIME, interval=600)
    line.call("TriggerMessage", requestedMessage="StatusNotification", connectorId=1)
    line.tell(status(S.AVAILABLE))
    assert line.last.payload["status"] == "Available"
    line.answer()
    line.tell(status(S.PREPARING))
    line.call("TriggerMessage", requestedMessage="Heartbeat")
    line.answer(currentTime=TIME)
    assert line.actions == ["BootNotification", "StatusNotification", "Heartbeat"]


@pytest.mark.parametrize("word", ["Pending", "Rejected", "no word at all"])
def test_until_accepted_remote_start_and_stop_are_rejected(word: str) -> None:
    """Edge case 10: OCPP 1.6 §4.2; other calls are answered."""
    line = Line()
    line.up()
    if word in ("Pending", "Rejected"):
        line.answer(status=word, currentTime=TIME, interval=600)
    assert line.call("RemoteStartTransaction", idTag="APP") == []
    assert line.last.payload == {"status": "Rejected"}
    assert line.call("RemoteStopTransaction", transactionId=1) == []
    assert line.last.payload == {"status": "Rejected"}
    assert line.call("GetConfiguration") == [ReadKeys(1, ())]


@pytest.mark.parametrize("word", ["Rejected", "no word at all"])
@pytest.mark.parametrize("wish", ["BootNotification", "Heartbeat", "StatusNotification", "MeterValues"])
def test_before_pending_nothing_can_be_triggered(word: str, wish: str) -> None:
    """Edge case 10: the trigger is Rejected, and until the interval is over nothing goes out."""
    line = Line()
    line.up()
    if word == "Rejected":
        line.answer(status=word, currentTime=TIME, interval=100)
    assert line.call("TriggerMessage", requestedMessage=wish) == []
    assert line.last.payload == {"status": "Rejected"}
    line.tell(status(S.AVAILABLE))
    line.run(29 * SECOND)
    assert line.actions == ["BootNotification"]


def test_what_was_triggered_while_pending_is_not_said_once_rejected() -> None:
    """The backend changed its mind before the line was free."""
    line = Line()
    line.up()
    line.answer(status="Pending", currentTime=TIME, interval=100)
    line.call("TriggerMessage", requestedMessage="BootNotification")
    line.call("TriggerMessage", requestedMessage="Heartbeat")
    line.answer(status="Rejected", currentTime=TIME, interval=100)
    line.run(99 * SECOND)
    assert line.actions == ["BootNotification"] * 2


@pytest.mark.parametrize("word", ["Pending", "Rejected"])
def test_who_was_turned_away_does_not_come_back_by_another_door(word: str) -> None:
    """Edge case 10: a new connection within the interval is silent until it is over, and says why."""
    line = Line()
    line.up()
    line.answer(status=word, currentTime=TIME, interval=100)
    line.run(10 * SECOND)
    line.down()
    line.up()
    line.run(89 * SECOND)
    assert line.actions == ["BootNotification"]
    assert word in line.problem
    line.run(SECOND)
    assert line.actions == ["BootNotification"] * 2


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z"])
def test_a_clock_that_is_broken_is_not_believed(time: str) -> None:
    """No stamp is made with it, and the page says why."""
    line = Line()
    line.up()
    line.answer(status="Accepted", currentTime=time, interval=0)
    assert not line.clock.known
    assert str(int(time[:4])) in line.problem
    line.tell(status(S.AVAILABLE))
    assert "timestamp" not in line.last.payload


def test_what_a_backend_writes_moves_no_cursor_and_fills_no_page() -> None:
    """Its words stand in our sentence cut and printable."""
    line = Line()
    line.up()
    line.tell(BackendSaid('[4,"m1","\\u0000\\u001b[2J","' + "x" * 9_000 + '",{}]'))
    assert line.problem.isprintable()
    assert len(line.problem) < 200


def test_a_clock_that_cannot_be_read_is_told() -> None:
    """A backend that gives local time without a zone: a sentence, and registered all the same."""
    line = Line()
    line.up()
    line.answer(status="Accepted", currentTime="2026-01-05 00:00:00", interval=0)
    assert not line.clock.known
    assert "clock" in (line.link.problem or "")
    assert line.link.registration is Registration.ACCEPTED


def test_the_operating_systems_time_will_do_until_the_backend_speaks() -> None:
    """Whoever knows it first."""
    line = Line()
    line.tell(ClockLearned(MIDNIGHT))
    assert line.clock.known


# --- heartbeat ------------------------------------------------------------------------------------------


def test_a_heartbeat_breaks_the_silence_and_only_silence() -> None:
    """60 s after the last call of ours; a status in between puts it off; its answer sets the clock."""
    line = Line().online()
    line.run(40 * SECOND)
    line.tell(status(S.PREPARING, line.now))
    line.answer()
    line.run(59 * SECOND)
    assert line.actions == ["BootNotification", "StatusNotification"]
    line.run(SECOND)
    assert line.actions[-1] == "Heartbeat"
    line.answer(currentTime="2026-01-05T01:00:00Z")
    assert line.clock.utc(Stamp(1, line.now)).hour == 1


def test_a_new_interval_holds_at_once() -> None:
    """HeartbeatInterval, set by anybody."""
    line = Line().online()
    line.tell(StoreKey("HeartbeatInterval", 5))
    line.run(5 * SECOND)
    assert line.actions[-1] == "Heartbeat"


# --- status ---------------------------------------------------------------------------------------------


def test_a_status_goes_out_with_its_time() -> None:
    """Once the time is known."""
    line = Line().online()
    line.tell(status(S.PREPARING, 90 * SECOND))
    assert line.last.payload["timestamp"] == "2026-01-05T00:01:30.000Z"


@pytest.mark.requirement("R-34", "M-45")
def test_offline_statuses_are_not_told_later() -> None:
    """After the reconnect the station is asked for the present one; what was, was."""
    line = Line().online()
    line.down()
    line.tell(status(S.PREPARING))
    line.tell(status(S.CHARGING))
    line.up()
    said = line.answer(status="Accepted", currentTime=TIME, interval=0)
    assert said[-1] == TellStatus(0)
    line.tell(status(S.FINISHING))
    assert [f.payload["status"] for f in line.sent if f.action == "StatusNotification"] == ["Finishing"]


@pytest.mark.requirement("R-34")
def test_a_status_that_still_waited_when_the_line_broke_is_history() -> None:
    """It was never sent, and by the reconnect it is not the present one."""
    line = Line().online()
    line.tell(status(S.PREPARING))
    line.tell(status(S.CHARGING))
    line.down()
    line.online()
    assert line.actions == ["BootNotification", "StatusNotification", "BootNotification"]


@pytest.mark.requirement("R-34", "E-16")
def test_what_must_be_told_is_told_after_the_reconnect() -> None:
    """A status to be kept goes out once, before the present one, with its own time."""
    line = Line()
    line.tell(status(S.AVAILABLE, 3 * SECOND, keep=True))
    line.online()
    line.tell(status(S.AVAILABLE, 9 * SECOND))
    line.answer()
    line.answer()
    line.run(30 * SECOND)
    times = [f.payload["timestamp"] for f in line.sent if f.action == "StatusNotification"]
    assert times == ["2026-01-05T00:00:03.000Z", "2026-01-05T00:00:09.000Z"]


@pytest.mark.requirement("R-34")
def test_what_must_be_told_survives_a_line_that_breaks_under_it() -> None:
    """It was out and unanswered: it is sent again, ahead of all others."""
    line = Line().online()
    line.tell(status(S.AVAILABLE, keep=True))
    line.down()
    line.online()
    assert line.actions == ["BootNotification", "StatusNotification"] * 2


# --- facts ----------------------------------------------------------------------------------------------


def test_start_meter_values_and_stop_go_out_in_order() -> None:
    """Each after the answer to the one before, with the number the start was given."""
    line = Line().online()
    line.durable(started(), metered(), ended())
    assert line.actions[1:] == ["StartTransaction"]
    assert line.accept_start(42) == [
        Delivered(1, "S1", 42),
        StartAnswer("S1", "CARD", TagInfo(AuthStatus.ACCEPTED), 42),
    ]
    assert line.last.payload["transactionId"] == 42
    assert line.answer() == [Delivered(2, "S1")]
    assert line.last.payload["transactionId"] == 42
    assert line.answer() == [Delivered(3, "S1")]
    assert line.actions[1:] == ["StartTransaction", "MeterValues", "StopTransaction"]
    assert line.link.outbox.queued == 0


@pytest.mark.requirement("M-45")
def test_a_session_of_an_outage_is_told_in_order_with_its_own_times() -> None:
    """Start, MeterValues, Stop, each once, when the line is back (peers §5, 1 and 2)."""
    line = Line()
    line.durable(started(at=10 * SECOND), metered(at=20 * SECOND), ended(at=30 * SECOND))
    line.now = MINUTE
    line.up()
    line.answer(status="Accepted", currentTime="2026-01-05T00:01:00Z", interval=0)
    line.accept_start(7)
    line.answer()
    line.answer()
    start, meter, stop = line.sent[1:]
    assert start.payload["timestamp"] == "2026-01-05T00:00:10.000Z"
    assert meter.payload["meterValue"][0]["timestamp"] == "2026-01-05T00:00:20.000Z"
    assert stop.payload["timestamp"] == "2026-01-05T00:00:30.000Z"
    assert {meter.payload["transactionId"], stop.payload["transactionId"]} == {7}
    line.run(50 * SECOND)
    assert len(line.sent) == 4


def test_stop_transaction_goes_before_finishing() -> None:
    """A status waits for the facts that were durable before it (peers §5, 19)."""
    line = Line().online()
    line.durable(started())
    line.durable(ended())
    line.tell(status(S.FINISHING))
    line.accept_start(42)
    line.answer()
    assert line.actions[1:] == ["StartTransaction", "StopTransaction", "StatusNotification"]


def test_the_present_status_does_not_wait_for_the_facts_of_an_outage() -> None:
    """After a reconnect the backend hears first how it is."""
    line = Line()
    line.durable(started(), ended())
    line.online()
    line.accept_start(1)
    line.tell(status(S.AVAILABLE))
    line.answer()
    assert line.actions[1:] == ["StartTransaction", "StopTransaction", "StatusNotification"]
    again = Line()
    again.durable(started(), metered(), ended())
    again.online()
    again.tell(status(S.AVAILABLE))
    again.accept_start(1)
    assert again.actions[1:] == ["StartTransaction", "StatusNotification"]


def test_a_status_does_not_wait_for_a_fact_that_waits_for_its_retry() -> None:
    """A backend that fails on a transaction still hears the states."""
    line = Line().online()
    line.durable(started())
    line.refuse()
    line.tell(status(S.CHARGING))
    assert line.last.payload["status"] == "Charging"


@pytest.mark.requirement("R-54")
def test_a_refused_fact_is_tried_again_later_and_later() -> None:
    """Interval × attempt: 60 s, then 120 s; then the whole session is set aside, and the next one goes."""
    line = Line(HeartbeatInterval=80_000).online()
    line.durable(started("S1"), metered("S1"), started("S2"))
    for wait in (60 * SECOND, 120 * SECOND):
        line.refuse()
        line.run(wait - 1)
        assert line.open is None
        line.run(1)
        assert line.open is not None
    line.refuse()
    assert line.of(SetAside) == [SetAside(1, "S1", whole=True)]
    assert line.link.outbox.set_aside == 2
    assert "set aside" in (line.link.problem or "")
    line.durable(ended("S1"))
    line.accept_start(9)
    assert line.of(StartAnswer) == [StartAnswer("S2", "CARD", TagInfo(AuthStatus.ACCEPTED), 9)]
    assert line.of(SetAside)[1:] == [SetAside(4, "S1", whole=True)]
    assert {each.session for each in line.of(Delivered)} == {"S2"}


@pytest.mark.requirement("R-54")
def test_a_lost_connection_is_no_attempt() -> None:
    """However often the line breaks under a fact, it is sent again at once and never set aside."""
    line = Line().online()
    line.durable(started())
    for _ in range(10):
        line.down()
        line.online()
    assert line.actions.count("StartTransaction") == 11
    assert line.link.outbox.set_aside == 0
    assert line.accept_start(3)[-1] == StartAnswer("S1", "CARD", TagInfo(AuthStatus.ACCEPTED), 3)


@pytest.mark.requirement("R-53", "R-54")
def test_a_repeat_is_the_same_message_under_a_new_id() -> None:
    """Word for word, though the clock was corrected meanwhile: by that it is known (peers §5, 4)."""
    line = Line(TransactionMessageRetryInterval=100).online()
    line.durable(started(at=5 * SECOND))
    first = line.last
    line.refuse()
    line.run(60 * SECOND)
    line.answer(currentTime="2026-01-05T00:01:07.5Z")
    line.run(40 * SECOND)
    again = line.last
    assert again.action == "StartTransaction"
    assert again.payload == first.payload
    assert again.id != first.id


def test_a_late_answer_is_ignored_and_the_repeat_counts() -> None:
    """The start timed out and was answered after all: only the answer to the repeat binds (peers §5, 3)."""
    line = Line(HeartbeatInterval=80_000).online()
    line.durable(started(), ended())
    first = line.last.id
    line.time_out()
    late = {"idTagInfo": {"status": "Accepted"}, "transactionId": 1}
    assert line.answer_to(first, late) == []
    line.run(60 * SECOND)
    assert line.accept_start(2)[-1] == StartAnswer("S1", "CARD", TagInfo(AuthStatus.ACCEPTED), 2)
    assert line.last.payload["transactionId"] == 2


def test_a_double_answer_delivers_once() -> None:
    """The second one answers nothing."""
    line = Line().online()
    line.durable(started(), metered())
    call = line.last.id
    line.accept_start(1)
    assert line.answer_to(call, {"idTagInfo": {"status": "Accepted"}, "transactionId": 5}) == []
    assert line.link.outbox.queued == 1


def test_an_answer_that_is_none_counts_as_failed() -> None:
    """A StartTransaction answered without a transactionId is tried again."""
    line = Line().online()
    line.durable(started())
    line.answer(idTagInfo={"status": "Accepted"})
    assert line.link.outbox.queued == 1
    line.run(60 * SECOND)
    assert line.actions.count("StartTransaction") + line.actions.count("Heartbeat") == 2


def test_the_backends_refusal_of_a_tag_reaches_the_station() -> None:
    """The session's start was taken, its tag was not."""
    line = Line().online()
    line.durable(started())
    assert line.accept_start(5, "Blocked")[-1] == StartAnswer("S1", "CARD", TagInfo(AuthStatus.BLOCKED), 5)


def test_the_pace_of_retries_is_two_keys() -> None:
    """One attempt only: set aside at the first refusal; the interval likewise."""
    line = Line(TransactionMessageAttempts=5).online()
    line.tell(StoreKey("TransactionMessageAttempts", 1))
    line.tell(StoreKey("TransactionMessageRetryInterval", 7))
    assert line.link.outbox.pace.interval_s == 7
    line.durable(started())
    line.refuse()
    assert line.link.outbox.set_aside == 1


# --- who has the line -----------------------------------------------------------------------------------


def test_triggers_without_end_are_refused_and_not_remembered() -> None:
    """A backend that triggers and never answers: so many are taken, all others Rejected, each is answered."""
    line = Line().online()
    line.durable(started())
    for wish in ("Heartbeat", "BootNotification"):
        for _ in range(1_000):
            line.call("TriggerMessage", requestedMessage=wish)
    words = [frame.payload["status"] for frame in line.sent if frame.kind == 3]
    assert (words.count("Accepted"), words.count("Rejected")) == (MOST_TRIGGERED, 2_000 - MOST_TRIGGERED)


def test_statuses_are_triggered_no_more_than_will_be_heard() -> None:
    """Those that must be told are not pushed out by a flood of those that were asked for."""
    line = Line()
    line.tell(status(S.AVAILABLE, SECOND, keep=True))
    line.online()
    line.tell(status(S.CHARGING, 2 * SECOND, keep=True))
    for _ in range(1_000):
        if TellStatus(1) in line.call("TriggerMessage", requestedMessage="StatusNotification", connectorId=1):
            line.tell(status(S.CHARGING, 3 * SECOND))
    while line.open is not None:
        line.answer()
    told = [frame.payload["timestamp"] for frame in line.sent if frame.action == "StatusNotification"]
    assert [time[17:19] for time in told[:3]] == ["01", "02", "03"]
    assert len(told) <= MOST_TRIGGERED + 2


def test_a_backend_that_triggers_at_every_call_keeps_nobody_from_the_line() -> None:
    """Each of our calls brings another trigger: what is ours goes out all the same, in turns."""
    line = Line().online()
    line.durable(started(), ended())
    line.tell(AskAuthorization(1, "CARD"))
    for _ in range(8):
        call = line.open
        assert call is not None
        line.call("TriggerMessage", requestedMessage="Heartbeat")
        answers = {
            "Heartbeat": {"currentTime": TIME},
            "Authorize": {"idTagInfo": {"status": "Accepted"}},
            "StartTransaction": {"idTagInfo": {"status": "Accepted"}, "transactionId": 5},
        }
        line.answer(**answers.get(call.action, {}))
    ours = [action for action in line.actions[1:] if action != "Heartbeat"]
    assert ours == ["StartTransaction", "Authorize", "StopTransaction"]


def test_a_status_nobody_hears_lets_money_go_first() -> None:
    """A backend that is deaf to statuses, which come faster than they time out, still gets every fact."""
    line = Line(HeartbeatInterval=80_000).online()
    for number in range(10):
        line.tell(status(S.CHARGING if number % 2 else S.SUSPENDED_EV, number))
    line.durable(started(), metered(), ended())
    facts: list[str] = []
    while len(facts) < 3:
        call = line.open
        assert call is not None
        if call.action == "StatusNotification":
            line.time_out()
        else:
            facts.append(call.action)
            line.accept_start(5) if call.action == "StartTransaction" else line.answer()
    assert facts == ["StartTransaction", "MeterValues", "StopTransaction"]
    assert line.actions.count("StatusNotification") <= 4


# --- authorisation --------------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", AuthStatus)
def test_a_tag_is_asked_about_and_the_verdict_handed_back(verdict: AuthStatus) -> None:
    """Every word of OCPP's AuthorizationStatus."""
    line = Line().online()
    line.tell(AskAuthorization(5, "CARD"))
    assert (line.last.action, line.last.payload) == ("Authorize", {"idTag": "CARD"})
    assert line.answer(idTagInfo={"status": verdict.value}) == [TagAnswer(5, TagInfo(verdict))]


def test_people_go_before_facts() -> None:
    """Somebody stands at the station: Authorize overtakes what waits."""
    line = Line().online()
    line.durable(started(), metered())
    line.tell(AskAuthorization(5, "CARD"))
    line.accept_start(1)
    assert line.last.action == "Authorize"


def test_no_verdict_is_told_as_none() -> None:
    """Time-out, CALLERROR, a useless answer, a broken line: the station decides by its own rule."""
    for fail in (Line.time_out, Line.refuse, Line.answer, Line.down):
        line = Line().online()
        line.tell(AskAuthorization(5, "CARD"))
        fail(line)
        assert line.of(TagAnswer) == [TagAnswer(5, None)]


def test_a_question_that_waits_for_the_line_ends_with_it() -> None:
    """It was never sent, and nobody is kept waiting."""
    line = Line().online()
    line.tell(status(S.PREPARING))
    line.tell(AskAuthorization(5, "CARD"))
    line.down()
    assert line.of(TagAnswer) == [TagAnswer(5, None)]


def test_nobody_can_be_asked_while_not_accepted() -> None:
    """Offline or before the registration the answer is none, at once."""
    line = Line()
    assert line.tell(AskAuthorization(5, "CARD")) == [TagAnswer(5, None)]
    line.up()
    assert line.tell(AskAuthorization(6, "CARD")) == [TagAnswer(6, None)]


# --- what the backend asks ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "payload", "event", "word"),
    [
        ("RemoteStartTransaction", {"idTag": "APP"}, RemoteStart(1, "APP", None), "Accepted"),
        (
            "RemoteStartTransaction",
            {"idTag": "APP", "connectorId": 1},
            RemoteStart(1, "APP", 1),
            "Rejected",
        ),
        ("RemoteStopTransaction", {"transactionId": 2**31}, RemoteStop(1, 2**31), "Accepted"),
        ("Reset", {"type": "Hard"}, AskReset(1, ResetKind.HARD), "Accepted"),
        ("Reset", {"type": "Soft"}, AskReset(1, ResetKind.SOFT), "Rejected"),
        (
            "ChangeConfiguration",
            {"key": "LightIntensity", "value": "5"},
            ChangeKey(1, "LightIntensity", "5"),
            "RebootRequired",
        ),
        ("ChangeConfiguration", {"key": "x", "value": ""}, ChangeKey(1, "x", ""), "NotSupported"),
    ],
)
def test_a_call_becomes_the_stations_event_and_its_word_the_answer(
    action: str, payload: dict[str, object], event: object, word: str
) -> None:
    """While a call of ours is out, too: both directions are free (peers §5, 14)."""
    line = Line().online()
    line.tell(status(S.AVAILABLE))
    assert line.call(action, **payload) == [event]
    line.tell(CallAnswer(1, word))
    assert (line.last.kind, line.last.id, line.last.payload) == (3, "cs1", {"status": word})


def test_an_answer_to_a_call_of_a_broken_line_is_dropped() -> None:
    """The backend that asked is gone."""
    line = Line().online()
    line.call("Reset", type="Soft")
    line.down()
    line.online()
    before = len(line.sent)
    line.tell(CallAnswer(1, "Accepted"))
    line.tell(KeysRead(1, (), ()))
    assert len(line.sent) == before


@pytest.mark.requirement("R-43")
def test_configuration_is_answered_key_by_key() -> None:
    """Known ones with value and access, a key without a value without one, unknown ones by name."""
    line = Line().online()
    assert line.call("GetConfiguration", key=["a", "b"]) == [ReadKeys(1, ("a", "b"))]
    readings = (KeyReading("LightIntensity", "5", readonly=False), KeyReading("Empty", None, readonly=True))
    line.tell(KeysRead(1, readings, ("b",)))
    assert line.last.payload == {
        "configurationKey": [
            {"key": "LightIntensity", "readonly": False, "value": "5"},
            {"key": "Empty", "readonly": True},
        ],
        "unknownKey": ["b"],
    }


@pytest.mark.requirement("R-43")
def test_too_many_keys_are_an_occurrence_error() -> None:
    """OccurenceConstraintViolation, as OCPP spells it."""
    line = Line().online()
    line.call("GetConfiguration", key=["a"] * 6)
    line.tell(KeysRead(1, (), (), too_many=True))
    assert (line.last.kind, line.last.payload) == (4, "OccurenceConstraintViolation")


@pytest.mark.parametrize(
    ("action", "code"), [("LogStatusNotification", "NotSupported"), ("MakeCoffee", "NotImplemented")]
)
def test_what_we_do_not_serve_is_refused_with_the_right_code(action: str, code: str) -> None:
    """OCPP knows the first, which is not a backend's to ask, and not the second."""
    line = Line().online()
    line.call(action)
    assert (line.last.kind, line.last.payload) == (4, code)


@pytest.mark.requirement("R-30")
def test_data_of_an_unknown_vendor() -> None:
    """UnknownVendorId."""
    line = Line().online()
    line.call("DataTransfer", vendorId="elsewhere")
    assert line.last.payload == {"status": "UnknownVendorId"}


def test_data_of_ours_that_nobody_knows() -> None:
    """UnknownMessageId."""
    line = Line().online()
    line.call("DataTransfer", vendorId="Pilotline", messageId="MakeCoffee")
    assert line.last.payload == {"status": "UnknownMessageId"}


@pytest.mark.requirement("E-26")
@pytest.mark.parametrize(
    ("data", "connector"), [(None, 1), ("2", 2), ("0", 0), ("two", 0), ("", 1), ("99", 0)]
)
def test_the_offset_is_compensated_from_afar(data: str | None, connector: int) -> None:
    """In the backend's name; its data is the connector, and what is none is connector 0, which nobody has."""
    line = Line().online()
    wish = {} if data is None else {"data": data}
    said = line.call("DataTransfer", vendorId="Pilotline", messageId="CompensateRcdOffset", **wish)
    assert said == [CompensateRcd(connector, role=Role.BACKEND, call=1)]
    line.tell(CallAnswer(1, "Rejected", refusals.NOT_IDLE.of()))
    assert line.last.payload == {"status": "Rejected"}


# --- triggers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "action"), [("BootNotification", "BootNotification"), ("Heartbeat", "Heartbeat")]
)
def test_a_triggered_message_follows_its_answer(message: str, action: str) -> None:
    """First Accepted, then the message."""
    line = Line().online()
    line.call("TriggerMessage", requestedMessage=message)
    answer, triggered = line.sent[-2:]
    assert answer.payload == {"status": "Accepted"}
    assert triggered.action == action


@pytest.mark.parametrize(("connector", "told"), [(None, 0), (0, 0), (1, 1)])
def test_a_triggered_status_is_the_stations_to_tell(connector: int | None, told: int) -> None:
    """Of one connector or of all."""
    line = Line().online()
    payload = {} if connector is None else {"connectorId": connector}
    said = line.call("TriggerMessage", requestedMessage="StatusNotification", **payload)
    assert said == [TellStatus(told)]


def test_triggered_meter_values_go_out_with_the_transaction() -> None:
    """With its number where the backend has given one."""
    line = Line().online()
    line.durable(started())
    line.accept_start(42)
    assert line.call("TriggerMessage", requestedMessage="MeterValues") == [TellMeter(1)]
    sample = MeterSample(
        Stamp(1, 0), ReadingContext.TRIGGER, (SampledValue("7", "Power.Active.Import", "W"),)
    )
    line.tell(MeterReport(1, "S1", sample))
    assert line.last.payload["transactionId"] == 42
    assert line.last.payload["meterValue"][0]["sampledValue"][0]["context"] == "Trigger"


def of_the_clock(minute: int) -> MeterReport:
    """Meter values of a mark, outside of a session: nobody asked for them."""
    values = (SampledValue("7", "Power.Active.Import", "W"),)
    sample = MeterSample(Stamp(1, minute * 60 * SECOND), ReadingContext.CLOCK, values)
    return MeterReport(1, None, sample, asked=False)


@pytest.mark.requirement("E-60")
def test_values_of_the_clock_wait_behind_the_money_and_the_oldest_go() -> None:
    """While a slow backend thinks, the newest wait; a session's start that comes later goes before them."""
    line = Line().online()
    line.tell(status(S.AVAILABLE))
    for minute in range(60):
        line.tell(of_the_clock(minute))
    line.durable(started(at=SECOND))
    assert line.actions[-1] == "StatusNotification"
    line.answer()
    assert line.actions[-1] == "StartTransaction"
    line.accept_start(1)
    told: list[str] = []
    while line.open is not None and line.open.action == "MeterValues":
        told.append(line.open.payload["meterValue"][0]["timestamp"])
        assert "transactionId" not in line.open.payload
        line.answer()
    assert told == [f"2026-01-05T00:{minute:02}:00.000Z" for minute in range(40, 60)]


@pytest.mark.requirement("E-60")
def test_values_of_the_clock_are_for_a_backend_that_has_accepted_us() -> None:
    """Offline, or while it has not, nobody keeps them; those on their way end with the line."""
    line = Line()
    line.clock.learn(MIDNIGHT, 0)
    line.tell(of_the_clock(1))
    line.up()
    line.tell(of_the_clock(2))
    line.answer(status="Accepted", currentTime=TIME, interval=0)
    line.tell(status(S.AVAILABLE))
    line.tell(of_the_clock(3))
    line.down()
    line.online()
    assert "MeterValues" not in line.actions


@pytest.mark.parametrize(
    ("payload", "word"),
    [
        ({"requestedMessage": "FirmwareStatusNotification", "connectorId": 2}, "Rejected"),
        ({"requestedMessage": "StatusNotification", "connectorId": 2}, "Rejected"),
        ({"requestedMessage": "MeterValues", "connectorId": -1}, "Rejected"),
    ],
)
def test_a_trigger_of_what_is_not_there(payload: dict[str, object], word: str) -> None:
    """A connector we do not have."""
    line = Line().online()
    assert line.call("TriggerMessage", **payload) == []
    assert line.last.payload == {"status": word}


# --- rubbish --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "{}", "[]", "[9]", '[2,"x"]', '[3,"m1",7]', "\x00", "[" * 5_000])
def test_rubbish_from_the_backend_harms_nothing(text: str) -> None:
    """The line goes on."""
    line = Line().online()
    line.link.handle(BackendSaid(text), line.now)
    line.tell(status(S.PREPARING))
    assert line.last.action == "StatusNotification"


def test_time_alone_does_nothing_offline() -> None:
    """No deadline, no word."""
    line = Line()
    line.tell(Tick())
    assert line.link.deadline() is None
    assert line.sent == []


@pytest.mark.requirement("R-51")
def test_nothing_is_dated_1970() -> None:
    """A status before the first word of the time is stored has that word; values without a time do not go."""
    line = Line()
    line.clock._stored = True
    line.up()
    values = (SampledValue("1", "Energy.Active.Import.Register", "Wh"),)
    line.tell(MeterReport(1, None, MeterSample(Stamp(1, 0), ReadingContext.TRIGGER, values)))
    line.now = 5 * SECOND
    line.answer(status="Accepted", currentTime=TIME, interval=300)
    assert line.actions == ["BootNotification"]
    line.tell(status(S.AVAILABLE, at=5 * SECOND))
    assert line.last.payload["timestamp"].startswith("2026-01-05T00:00:00")
