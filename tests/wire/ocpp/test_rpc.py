"""Whose turn it is on an OCPP line, and that nothing a peer sends breaks it."""

import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pilotline.vocabulary.status import ResetKind
from pilotline.vocabulary.time import SECOND
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.errors import CallErrorCode
from pilotline.wire.ocpp.rpc import (
    IN_WORK_LIMIT,
    Answered,
    Called,
    Cause,
    Counters,
    Dropped,
    Output,
    Refused,
    Rpc,
    Send,
    TimedOut,
)

RESET = '[2,"r1","Reset",{"type":"Hard"}]'
TIME = '{"currentTime":"2026-01-01T00:00:00Z"}'
ACCEPTED = v16.ResetAnswer(v16.AcceptStatus.ACCEPTED)


def make(role: v16.Role = v16.Role.CHARGE_POINT) -> Rpc:
    """An Rpc whose message ids are m0, m1, m2, ..."""
    ids = itertools.count()
    return Rpc(role, lambda: f"m{next(ids)}", call_timeout=30 * SECOND, answer_timeout=20 * SECOND)


def sent(outputs: list[Output]) -> list[Any]:
    """The frames an output sends, parsed."""
    return [json.loads(output.text) for output in outputs if isinstance(output, Send)]


# --- our calls ----------------------------------------------------------------------------------------


def test_an_idle_line_takes_a_call_at_once() -> None:
    """The CALL frame is [2, id, action, payload], and the line is no longer idle."""
    rpc = make()
    assert rpc.idle
    assert rpc.call(v16.Heartbeat(), "hb", 0) == [Send('[2,"m0","Heartbeat",{}]')]
    assert not rpc.idle
    assert rpc.deadline() == 30 * SECOND


@pytest.mark.requirement("E-60")
def test_one_call_is_outstanding_at_a_time() -> None:
    """A second call waits for the answer to the first (OCPP-J 1.6 §4.1.1)."""
    rpc = make()
    rpc.call(v16.Heartbeat(), "a", 0)
    assert rpc.call(v16.Authorize("TAG"), "b", 1) == []
    answered, after = rpc.receive(f'[3,"m0",{TIME}]', 2)
    assert isinstance(answered, Answered)
    assert answered.call.token == "a"
    assert answered.answer == v16.HeartbeatAnswer("2026-01-01T00:00:00Z")
    assert after == Send('[2,"m1","Authorize",{"idTag":"TAG"}]')


def test_a_call_without_an_answer_times_out_and_the_next_one_goes() -> None:
    """The token comes back in TimedOut; the next call has an id of its own."""
    rpc = make()
    rpc.call(v16.Heartbeat(), "a", 0)
    rpc.call(v16.Heartbeat(), "b", 5)
    assert rpc.tick(30 * SECOND - 1) == []
    gone, after = rpc.tick(30 * SECOND)
    assert isinstance(gone, TimedOut)
    assert gone.call.token == "a"
    assert sent([after]) == [[2, "m1", "Heartbeat", {}]]
    assert rpc.deadline() == 60 * SECOND


def test_a_late_answer_is_counted_and_ignored() -> None:
    """The answer to a call given up never answers the one sent after it."""
    rpc = make()
    rpc.call(v16.Heartbeat(), "a", 0)
    rpc.tick(30 * SECOND)
    rpc.call(v16.Heartbeat(), "a again", 31 * SECOND)
    assert rpc.receive(f'[3,"m0",{TIME}]', 32 * SECOND) == []
    assert rpc.receive('[4,"m0","GenericError","",{}]', 32 * SECOND) == []
    assert rpc.counters.late_answers == 2
    assert not rpc.idle


def test_an_answer_to_nothing_is_counted_and_ignored() -> None:
    """An unknown id changes nothing, whether or not a call is outstanding."""
    rpc = make()
    assert rpc.receive(f'[3,"zz",{TIME}]', 0) == []
    rpc.call(v16.Heartbeat(), "a", 0)
    assert rpc.receive(f'[3,"zz",{TIME}]', 1) == []
    assert rpc.counters.unknown_answers == 2
    assert not rpc.idle


def test_a_callerror_refuses_the_call() -> None:
    """Code, description and details are the peer's own words."""
    rpc = make()
    rpc.call(v16.Heartbeat(), "a", 0)
    (refused,) = rpc.receive('[4,"m0","NotReallyACode","no",{"x": 1}]', 1)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.description, refused.details) == ("NotReallyACode", "no", '{"x": 1}')
    assert refused.cause is Cause.PEER
    assert rpc.idle


@pytest.mark.requirement("M-49")
def test_a_callerror_without_its_last_fields_is_understood() -> None:
    """Some backends leave out description and details."""
    rpc = make()
    rpc.call(v16.Heartbeat(), "a", 0)
    (refused,) = rpc.receive('[4,"m0","InternalError"]', 1)
    assert isinstance(refused, Refused)
    assert refused.code == "InternalError"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[3,"m0",{"currentTime":5}]', "TypeConstraintViolation"),
        ('[3,"m0",{}]', "OccurenceConstraintViolation"),
        ('[3,"m0",null]', "FormationViolation"),
        ('[3,"m0"]', "FormationViolation"),
        ('[3,"m0",{"currentTime":"x"', "FormationViolation"),
        ('[4,"m0",null,null,null]', "FormationViolation"),
    ],
)
def test_an_answer_that_is_none_ends_the_call_with_its_own_cause(text: str, code: str) -> None:
    """A wrong answer is a refusal with cause ANSWER, at once and not after the timeout."""
    rpc = make()
    rpc.call(v16.Heartbeat(), "a", 0)
    (refused,) = rpc.receive(text, 1)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.cause, refused.call.token) == (code, Cause.ANSWER, "a")


@pytest.mark.requirement("R-38")
@pytest.mark.parametrize(
    "request_",
    [
        v16.BootNotification("Pilotline", "EVNET-7KW-T2-1PH: 32A"),
        v16.Authorize("\udc00"),
        v16.Reset(ResetKind.HARD),
    ],
)
def test_an_illegal_call_of_ours_is_not_sent(request_: v16.Request) -> None:
    """A text too long, no Unicode, an action that is not our role's: refused here, with cause OURS."""
    rpc = make()
    (refused,) = rpc.call(request_, "a", 0)
    assert isinstance(refused, Refused)
    assert refused.cause is Cause.OURS
    assert rpc.idle


def test_the_queue_is_bounded() -> None:
    """A call that finds the queue full is dropped at once, unsent, and says so."""
    rpc = Rpc(v16.Role.CHARGE_POINT, lambda: "id", queue_limit=1)
    rpc.call(v16.Heartbeat(), 0, 0)
    assert rpc.call(v16.Heartbeat(), 1, 0) == []
    (dropped,) = rpc.call(v16.Heartbeat(), 2, 0)
    assert isinstance(dropped, Dropped)
    assert (dropped.call.token, dropped.sent) == (2, False)


def test_a_disconnect_drops_our_calls_and_forgets_the_peers() -> None:
    """The outstanding call may have reached the peer, the waiting one cannot; a late reply goes nowhere."""
    rpc = make()
    rpc.call(v16.Heartbeat(), "a", 0)
    rpc.call(v16.Heartbeat(), "b", 0)
    rpc.receive(RESET, 1)
    dropped = [(o.call.token, o.sent) for o in rpc.disconnect() if isinstance(o, Dropped)]
    assert dropped == [("a", True), ("b", False)]
    assert rpc.idle
    assert rpc.deadline() is None
    assert rpc.reply("r1", ACCEPTED) == []
    assert rpc.counters.stale_replies == 1


# --- the peer's calls -----------------------------------------------------------------------------------


@pytest.mark.requirement("E-60")
def test_the_line_is_full_duplex() -> None:
    """The peer's CALL is delivered and answered while ours is outstanding, even under the same id."""
    rpc = make()
    rpc.call(v16.Heartbeat(), "a", 0)
    (called,) = rpc.receive('[2,"m0","Reset",{"type":"Soft"}]', 1)
    assert called == Called("m0", "Reset", v16.Reset(ResetKind.SOFT))
    assert rpc.reply("m0", ACCEPTED) == [Send('[3,"m0",{"status":"Accepted"}]')]
    (answered,) = rpc.receive(f'[3,"m0",{TIME}]', 2)
    assert isinstance(answered, Answered)


@pytest.mark.requirement("M-49")
@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('"MakeCoffee",{}', "NotImplemented"),
        ('"GetDiagnostics",{}', "OccurenceConstraintViolation"),
        ('"BootNotification",{}', "NotSupported"),
        ('"Reset",{}', "OccurenceConstraintViolation"),
        ('"Reset",{"type":"Medium"}', "PropertyConstraintViolation"),
        ('"Reset",{"type":true}', "TypeConstraintViolation"),
        ('"Reset",[]', "FormationViolation"),
        ('"Reset"', "FormationViolation"),
        ('5,{"type":"Hard"}', "FormationViolation"),
        ('"Reset",{"type":"Hard"},1', "FormationViolation"),
        ('"Reset",{"type":"Hard"', "FormationViolation"),
        ('"Reset",{"type":"\\ud800"}', "FormationViolation"),
        ('"Reset",{"type":"\x00"}', "FormationViolation"),
        ('"Reset",{"x":%s%s}', "FormationViolation"),
    ],
)
def test_a_bad_call_gets_a_callerror_under_its_id(frame: str, code: str) -> None:
    """An unsupported or broken CALL whose id can be read is refused with the exact code, never by silence."""
    deep = frame.replace("%s%s", "[" * 99_999 + "]" * 99_999)
    rpc = make()
    ((kind, call_id, got, described, details),) = sent(rpc.receive(f'[2,"x",{deep}]', 0))
    assert (kind, call_id, got, details) == (4, "x", code, {})
    assert 0 < len(described) <= 255
    assert rpc.counters.peer_refused == 1


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "null", "{}", "[]", "[2]", '[2,""]', "[2,7]", '[2,7,"Reset",{}]', '["2","x","Reset",{}]',
        '[5,"x","Reset",{}]', '[2.0,"x","Reset",{}]', '[3,"x"', "NaN", "[" * 100_000, "9" * 100_000,
        "x" * 2_000_000, "\x00", "\ud800", '[2,"\ud800","Reset",{}]', b"\xff\xfe", b'[2,"\xff","Reset",{}]',
        '[2,"' + "i" * 256 + '","Reset",{}]',
    ],
)  # fmt: skip
def test_what_has_no_readable_id_is_counted(text: str | bytes) -> None:
    """Such a frame cannot be answered; a message type OCPP does not know is ignored (OCPP-J 1.6 §4.1.3)."""
    rpc = make()
    assert rpc.receive(text, 0) == []
    assert rpc.counters.malformed == 1


def test_a_message_of_two_megabytes_is_read_like_any_other() -> None:
    """The bound on length is the transport's."""
    text = json.dumps([2, "x", "DataTransfer", {"vendorId": "v", "data": "d" * 2_000_000}])
    (called,) = make().receive(text, 0)
    assert isinstance(called, Called)


def test_a_duplicate_of_a_call_in_work_is_answered_once() -> None:
    """The same id again is the same CALL again: delivered once, answered once, counted."""
    rpc = make()
    assert len(rpc.receive(RESET, 0)) == 1
    assert rpc.receive(RESET, 1) == []
    assert rpc.receive('[2,"r1"]', 1) == []
    assert len(rpc.reply("r1", ACCEPTED)) == 1
    assert rpc.reply("r1", ACCEPTED) == []
    assert rpc.counters.duplicates == 1


@pytest.mark.requirement("M-49")
def test_a_handler_that_does_not_answer_is_answered_for() -> None:
    """After the answer timeout the peer gets InternalError, and the handler's late reply goes nowhere."""
    rpc = make()
    rpc.receive(RESET, 0)
    assert rpc.deadline() == 20 * SECOND
    (frame,) = sent(rpc.tick(20 * SECOND))
    assert frame[:3] == [4, "r1", "InternalError"]
    assert rpc.deadline() is None
    assert rpc.reply("r1", ACCEPTED) == []


@pytest.mark.requirement("M-49")
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (RESET, v16.HeartbeatAnswer("x")),
        ('[2,"r1","GetConfiguration",{}]', v16.GetConfigurationAnswer(unknown_key=("k" * 51,))),
        (
            '[2,"r1","DataTransfer",{"vendorId":"v"}]',
            v16.DataTransferAnswer(v16.DataTransferStatus.ACCEPTED, "\ud800"),
        ),
    ],
)
def test_an_illegal_answer_of_ours_becomes_internal_error(text: str, answer: v16.Answer) -> None:
    """A handler's wrong answer never reaches the wire, and the peer is not left waiting."""
    rpc = make()
    rpc.receive(text, 0)
    (frame,) = sent(rpc.reply("r1", answer))
    assert frame[:3] == [4, "r1", "InternalError"]


def test_a_handler_may_refuse() -> None:
    """refuse sends its code and a description cut to what OCPP allows, with '?' for what is no Unicode."""
    rpc = make()
    rpc.receive(RESET, 0)
    (frame,) = sent(rpc.refuse("r1", CallErrorCode.SECURITY_ERROR, "\ud800" + "x" * 300))
    assert frame == [4, "r1", "SecurityError", "?" + "x" * 254, {}]
    assert rpc.refuse("r1", CallErrorCode.SECURITY_ERROR, "") == []


def test_calls_in_work_are_bounded() -> None:
    """A peer that floods us with CALLs is refused, not remembered without end."""
    rpc = make()
    for number in range(IN_WORK_LIMIT):
        rpc.receive(f'[2,"{number}","Reset",{{"type":"Hard"}}]', 0)
    (frame,) = sent(rpc.receive(RESET, 0))
    assert frame[:3] == [4, "r1", "GenericError"]


def test_counters_are_a_frozen_snapshot() -> None:
    """What was read stays as it was."""
    rpc = make()
    before = rpc.counters
    rpc.receive("", 0)
    assert before == Counters()
    assert rpc.counters == Counters(malformed=1)


# --- any peer, any order --------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
ODD_FRAMES = st.tuples(
    st.sampled_from([2, 3, 4, 5, "2", None]),
    st.sampled_from(["m0", "m1", "x", "", 3]),
    st.sampled_from([*v16.ACTIONS, "Nope"]) | JSON,
    JSON,
).map(json.dumps)
CENTRAL_ACTIONS = [a for a in v16.ACTIONS.values() if v16.Role.CENTRAL_SYSTEM in a.senders]


@given(st.text() | st.binary() | ODD_FRAMES | ODD_FRAMES.map(lambda text: text[:-3]))
def test_no_text_makes_receive_raise(text: str | bytes) -> None:
    """Any text or bytes ends in outputs: never an exception, and never more than one answer."""
    for role in v16.Role:
        rpc = make(role)
        if role is v16.Role.CHARGE_POINT:
            rpc.call(v16.Heartbeat(), "a", 0)
        assert len(rpc.receive(text, 1)) <= 1


class Line(RuleBasedStateMachine):
    """A charge point and a central system on one line that delays, repeats, breaks and cuts."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0
        ids = itertools.count()
        self.ends = [Rpc(role, lambda: f"n{next(ids)}", queue_limit=3) for role in v16.Role]
        self.flying: list[list[str]] = [[], []]  # texts on their way to each end
        self.asked: list[list[str]] = [[], []]  # ids each end has in work
        self.open: set[object] = set()
        self.tokens = itertools.count()

    def take(self, end: int, outputs: list[Output]) -> None:
        """Every call ends once; of the texts, at most one is an unanswered CALL."""
        for output in outputs:
            match output:
                case Send(text):
                    self.flying[1 - end].append(text)
                case Called(call_id):
                    self.asked[end].append(call_id)
                case Answered(call) | Refused(call) | TimedOut(call) | Dropped(call):
                    assert call.token in self.open
                    self.open.remove(call.token)

    @rule(end=st.integers(0, 1))
    def ask(self, end: int) -> None:
        token = next(self.tokens)
        self.open.add(token)
        self.take(end, self.ends[end].call(v16.DataTransfer("v"), token, self.now))

    @rule(end=st.integers(0, 1), index=st.integers(0, 9), repeat=st.booleans())
    def deliver(self, end: int, index: int, repeat: bool) -> None:
        if self.flying[end]:
            place = index % len(self.flying[end])
            text = self.flying[end][place] if repeat else self.flying[end].pop(place)
            self.take(end, self.ends[end].receive(text, self.now))

    @rule(end=st.integers(0, 1), text=ODD_FRAMES)
    def disturb(self, end: int, text: str) -> None:
        self.take(end, self.ends[end].receive(text, self.now))

    @rule(end=st.integers(0, 1), refuse=st.booleans())
    def answer(self, end: int, refuse: bool) -> None:
        if self.asked[end]:
            call_id, rpc = self.asked[end].pop(0), self.ends[end]
            answer = v16.DataTransferAnswer(v16.DataTransferStatus.ACCEPTED)
            code = CallErrorCode.NOT_SUPPORTED
            self.take(end, rpc.refuse(call_id, code, "no") if refuse else rpc.reply(call_id, answer))

    @rule(seconds=st.integers(0, 40))
    def wait(self, seconds: int) -> None:
        self.now += seconds * SECOND
        for end, rpc in enumerate(self.ends):
            self.take(end, rpc.tick(self.now))

    @rule()
    def cut(self) -> None:
        self.flying = [[], []]
        for end, rpc in enumerate(self.ends):
            self.take(end, rpc.disconnect())
            assert rpc.idle

    @invariant()
    def deadlines_are_in_the_future(self) -> None:
        for rpc in self.ends:
            due = rpc.deadline()
            assert due is None or due > self.now

    @invariant()
    def idle_ends_have_no_open_call(self) -> None:
        if all(rpc.idle for rpc in self.ends):
            assert not self.open


TestLine = Line.TestCase
TestLine.settings = settings(max_examples=60, stateful_step_count=40)
TestLine.__doc__ = "Whatever the line does, every call of ours ends exactly once and deadlines lie ahead."


# --- every message, as a foreign peer would write it ------------------------------------------------------

VALUE = '{"timestamp":"t","sampledValue":[{"value":"1"}]}'
BOOT = '{"chargePointVendor":"V","chargePointModel":"M"}'
BOOTED = '{"status":"Accepted","currentTime":"t","interval":60}'
START = '{"connectorId":1,"idTag":"T","meterStart":0,"timestamp":"t"}'
PROFILE = (
    '{"chargingProfileId":1,"stackLevel":0,"chargingProfilePurpose":"TxDefaultProfile",'
    '"chargingProfileKind":"Absolute","chargingSchedule":{"chargingRateUnit":"A",'
    '"chargingSchedulePeriod":[{"startPeriod":0,"limit":6.0}]}}'
)
FIRMWARE = '{"location":"l","retrieveDateTime":"t","signingCertificate":"PEM","signature":"c2ln"}'
HASH = '{"hashAlgorithm":"SHA256","issuerNameHash":"aa","issuerKeyHash":"bb","serialNumber":"1"}'
EXAMPLES = {
    "Authorize": ('{"idTag":"T"}', '{"idTagInfo":{"status":"Accepted"}}'),
    "BootNotification": (BOOT, BOOTED),
    "CancelReservation": ('{"reservationId":7}', '{"status":"Rejected"}'),
    "ChangeAvailability": ('{"connectorId":0,"type":"Inoperative"}', '{"status":"Scheduled"}'),
    "ChangeConfiguration": ('{"key":"k","value":"v"}', '{"status":"RebootRequired"}'),
    "ClearCache": ("{}", '{"status":"Accepted"}'),
    "ClearChargingProfile": ('{"id":3,"stackLevel":0}', '{"status":"Unknown"}'),
    "DataTransfer": ('{"vendorId":"v"}', '{"status":"UnknownVendorId"}'),
    "GetCompositeSchedule": ('{"connectorId":0,"duration":60}', '{"status":"Rejected"}'),
    "GetConfiguration": ("{}", '{"configurationKey":[{"key":"k","readonly":true}]}'),
    "GetLocalListVersion": ("{}", '{"listVersion":-1}'),
    "Heartbeat": ("{}", '{"currentTime":"t"}'),
    "MeterValues": (f'{{"connectorId":1,"meterValue":[{VALUE}]}}', "{}"),
    "RemoteStartTransaction": ('{"idTag":"T"}', '{"status":"Accepted"}'),
    "RemoteStopTransaction": ('{"transactionId":1}', '{"status":"Rejected"}'),
    "ReserveNow": (
        '{"connectorId":1,"expiryDate":"t","idTag":"T","reservationId":7}',
        '{"status":"Occupied"}',
    ),
    "Reset": ('{"type":"Soft"}', '{"status":"Accepted"}'),
    "SendLocalList": ('{"listVersion":1,"updateType":"Full"}', '{"status":"VersionMismatch"}'),
    "SetChargingProfile": (f'{{"connectorId":0,"csChargingProfiles":{PROFILE}}}', '{"status":"Rejected"}'),
    "StartTransaction": (START, '{"idTagInfo":{"status":"Invalid"},"transactionId":-1}'),
    "StatusNotification": ('{"connectorId":0,"errorCode":"NoError","status":"Available"}', "{}"),
    "StopTransaction": ('{"meterStop":1,"timestamp":"t","transactionId":1}', "{}"),
    "TriggerMessage": ('{"requestedMessage":"Heartbeat"}', '{"status":"NotImplemented"}'),
    "UnlockConnector": ('{"connectorId":1}', '{"status":"UnlockFailed"}'),
    "DiagnosticsStatusNotification": ('{"status":"UploadFailed"}', "{}"),
    "FirmwareStatusNotification": ('{"status":"Installed"}', "{}"),
    "GetDiagnostics": ('{"location":"ftp://x/","retries":0}', '{"fileName":"a.tar.gz"}'),
    "UpdateFirmware": ('{"location":"https://x/fw.bin","retrieveDate":"t"}', "{}"),
    "CertificateSigned": ('{"certificateChain":"PEM"}', '{"status":"Accepted"}'),
    "DeleteCertificate": (f'{{"certificateHashData":{HASH}}}', '{"status":"NotFound"}'),
    "ExtendedTriggerMessage": ('{"requestedMessage":"SignChargePointCertificate"}', '{"status":"Accepted"}'),
    "GetInstalledCertificateIds": (
        '{"certificateType":"CentralSystemRootCertificate"}',
        f'{{"certificateHashData":[{HASH}],"status":"Accepted"}}',
    ),
    "GetLog": (
        '{"log":{"remoteLocation":"ftp://x/"},"logType":"SecurityLog","requestId":3}',
        '{"status":"AcceptedCanceled","filename":"b.tar.gz"}',
    ),
    "InstallCertificate": (
        '{"certificateType":"ManufacturerRootCertificate","certificate":"PEM"}',
        '{"status":"Failed"}',
    ),
    "LogStatusNotification": ('{"status":"UploadFailure","requestId":3}', "{}"),
    "SecurityEventNotification": ('{"type":"InvalidTLSVersion","timestamp":"t"}', "{}"),
    "SignCertificate": ('{"csr":"PEM"}', '{"status":"Rejected"}'),
    "SignedFirmwareStatusNotification": ('{"status":"InvalidSignature","requestId":4}', "{}"),
    "SignedUpdateFirmware": (
        f'{{"requestId":4,"firmware":{FIRMWARE}}}',
        '{"status":"RevokedCertificate"}',
    ),
}


@pytest.mark.requirement("M-40")
@pytest.mark.parametrize("action", v16.ACTIONS.values(), ids=lambda action: action.name)
def test_every_action_goes_both_ways(action: v16.Action) -> None:
    """Each role that may send a message sends it; the other gets it typed, and its answer comes back."""
    request, answer = EXAMPLES[action.name]
    for role in action.senders:
        asking, answering = make(role), make(next(other for other in v16.Role if other is not role))
        (called,) = answering.receive(f'[2,"m0","{action.name}",{request}]', 0)
        assert isinstance(called, Called)
        assert asking.call(called.request, "t", 0) == [Send(f'[2,"m0","{action.name}",{request}]')]
        (answered,) = asking.receive(f'[3,"m0",{answer}]', 0)
        assert isinstance(answered, Answered)
        assert answering.reply("m0", answered.answer) == [Send(f'[3,"m0",{answer}]')]
