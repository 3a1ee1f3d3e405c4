"""What the backend asks of upkeep, and what upkeep says to it: wishes, answers, triggers, notices."""

from typing import Any

import pytest

from pilotline.links.ocpp.errands import MOST_SENT
from pilotline.links.ocpp.events import LinkEffect
from pilotline.links.ocpp.upkeep_calls import UPKEEP
from pilotline.station.upkeep.events import (
    Answer,
    AskSignature,
    DeleteCertificate,
    InstallCertificate,
    ReadCertificates,
    RequestCertificate,
    Send,
    Sent,
    SignatureAnswered,
    TakeSigned,
    Tell,
    TellNotice,
    UpdateAsked,
    UploadAsked,
)
from pilotline.vocabulary.charger import OcppIdentity
from pilotline.vocabulary.feature_profiles import SECURITY_ACTIONS, FeatureProfile
from pilotline.vocabulary.journal import Delivered, Notified, SetAside
from pilotline.vocabulary.time import SECOND, Stamp
from pilotline.vocabulary.upkeep import Bundle, CertificateHash, CertificateUse, HashAlgorithm, Notice
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.v16_upkeep import OF_SECURITY
from support.ocpp_line import TIME, Line, ended, started

ROOT = CertificateUse.CENTRAL_SYSTEM_ROOT
HASH = CertificateHash(HashAlgorithm.SHA384, "aa", "bb", "1f")
HASH_DATA = {"hashAlgorithm": "SHA384", "issuerNameHash": "aa", "issuerKeyHash": "bb", "serialNumber": "1f"}
MIDNIGHT_US = 1_767_571_200_000_000
FIRMWARE = {
    "location": "https://x/fw.bin", "retrieveDateTime": TIME, "installDateTime": "2026-01-05T01:00:00+01:00",
    "signingCertificate": "PEM", "signature": "c2ln",
}  # fmt: skip
LOG = {"remoteLocation": "ftp://x/", "oldestTimestamp": TIME}
SEND = Send("Pilotline", "NetLog", "{}")
UNSUPPORTED = ("NotImplemented", "NotSupported")


def note(
    about: Notice, word: str = "Idle", name: str = "N1", request: int | None = None, info: str = ""
) -> Notified:
    return Notified(name, about, word, Stamp(1, 0), request, info)


# --- asked and answered ---------------------------------------------------------------------------------


@pytest.mark.requirement("M-40", "E-41")
@pytest.mark.parametrize(
    ("action", "payload", "wish", "answer", "said"),
    [
        ("UpdateFirmware", {"location": "https://x/fw.bin", "retrieveDate": TIME, "retries": 2},
         UpdateAsked(1, "https://x/fw.bin", MIDNIGHT_US, 2), Answer(1, ""), {}),
        ("SignedUpdateFirmware", {"requestId": 5, "retryInterval": 30, "firmware": FIRMWARE},
         UpdateAsked(1, "https://x/fw.bin", MIDNIGHT_US, None, 30, 5, MIDNIGHT_US, "PEM", "c2ln"),
         Answer(1, "AcceptedCanceled"), {"status": "AcceptedCanceled"}),
        ("GetDiagnostics", {"location": "ftp://x/", "retries": 1, "retryInterval": 9, "stopTime": TIME},
         UploadAsked(1, Bundle.DIAGNOSTICS, "ftp://x/", 1, 9, None, MIDNIGHT_US),
         Answer(1, "Accepted", "a.tar.gz"), {"fileName": "a.tar.gz"}),
        ("GetDiagnostics", {"location": "ftp://x/"}, UploadAsked(1, Bundle.DIAGNOSTICS, "ftp://x/"),
         Answer(1, "Rejected", ""), {}),
        ("GetLog", {"log": LOG, "logType": "SecurityLog", "requestId": 0},
         UploadAsked(1, Bundle.SECURITY_LOG, "ftp://x/", None, None, MIDNIGHT_US, None, 0),
         Answer(1, "Accepted", "b.tar.gz"), {"status": "Accepted", "filename": "b.tar.gz"}),
        ("GetLog", {"log": {"remoteLocation": "x"}, "logType": "DiagnosticsLog", "requestId": 3},
         UploadAsked(1, Bundle.DIAGNOSTICS_LOG, "x", request=3), Answer(1, "Rejected"),
         {"status": "Rejected"}),
        ("InstallCertificate", {"certificateType": ROOT.value, "certificate": "PEM"},
         InstallCertificate(1, ROOT, "PEM"), Answer(1, "Failed"), {"status": "Failed"}),
        ("DeleteCertificate", {"certificateHashData": HASH_DATA}, DeleteCertificate(1, HASH),
         Answer(1, "NotFound"), {"status": "NotFound"}),
        ("GetInstalledCertificateIds", {"certificateType": ROOT.value}, ReadCertificates(1, ROOT),
         Answer(1, "Accepted", hashes=(HASH,)),
         {"status": "Accepted", "certificateHashData": [HASH_DATA]}),
        ("GetInstalledCertificateIds", {"certificateType": ROOT.value}, ReadCertificates(1, ROOT),
         Answer(1, "NotFound"), {"status": "NotFound"}),
        ("CertificateSigned", {"certificateChain": "PEM"}, TakeSigned(1, "PEM"), Answer(1, "Rejected"),
         {"status": "Rejected"}),
        ("ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"},
         RequestCertificate(1), Answer(1, "Accepted"), {"status": "Accepted"}),
    ],
)  # fmt: skip
def test_a_call_becomes_a_wish_and_the_answer_goes_back(
    action: str, payload: dict[str, Any], wish: LinkEffect, answer: Answer, said: dict[str, Any]
) -> None:
    """Every field reaches upkeep, times as microseconds; the wire's answer satisfies the official schema."""
    line = Line().online()
    assert line.call(action, **payload) == [wish]
    before = len(line.sent)
    line.tell(answer)
    assert [frame.payload for frame in line.sent[before:]] == [said]
    line.tell(answer)
    assert len(line.sent) == before + 1, "a call is answered once"


def test_each_of_these_actions_has_its_row() -> None:
    """All of the whitepaper's and of the firmware profile that a backend sends."""
    central = {row.name for row in OF_SECURITY if v16.Role.CENTRAL_SYSTEM in row.senders}
    assert UPKEEP.keys() == central | {"GetDiagnostics", "UpdateFirmware"}
    assert central == SECURITY_ACTIONS


@pytest.mark.requirement("M-49")
@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("UpdateFirmware", {"location": "https://x/", "retrieveDate": "tomorrow"}),
        ("SignedUpdateFirmware", {"requestId": 1, "firmware": FIRMWARE | {"installDateTime": "2026"}}),
        ("GetDiagnostics", {"location": "ftp://x/", "startTime": ""}),
        ("GetLog", {"log": LOG | {"latestTimestamp": "x"}, "logType": "SecurityLog", "requestId": 0}),
    ],
)
def test_a_time_that_is_none_is_refused_before_anybody_is_asked(action: str, payload: dict[str, Any]) -> None:
    """With the code for a value its field cannot have: nobody updates at a time nobody named."""
    line = Line().online()
    assert line.call(action, **payload) == []
    assert (line.last.kind, line.last.payload) == (4, "PropertyConstraintViolation")


def test_an_answer_after_the_line_was_lost_is_for_nobody() -> None:
    """And the next call is not answered by it."""
    line = Line().online()
    line.call("CertificateSigned", certificateChain="PEM")
    line.down()
    line.online()
    line.tell(Answer(1, "Accepted"))
    line.call("CertificateSigned", certificateChain="PEM")
    assert line.last.kind == 2, "nothing was answered yet"


@pytest.mark.requirement("R-05")
def test_a_model_without_the_whitepaper_refuses_its_calls() -> None:
    """By NotSupported; the firmware profile is another matter."""
    line = Line(OcppIdentity("a", "b", security=False)).online()
    assert line.call("GetLog", log=LOG, logType="SecurityLog", requestId=0) == []
    assert (line.last.kind, line.last.payload) == (4, "NotSupported")
    assert line.call("GetDiagnostics", location="ftp://x/") != []


# --- triggers -------------------------------------------------------------------------------------------


@pytest.mark.requirement("M-40")
@pytest.mark.parametrize(
    ("action", "message", "about", "sent"),
    [
        ("TriggerMessage", "FirmwareStatusNotification", Notice.FIRMWARE, "FirmwareStatusNotification"),
        ("TriggerMessage", "DiagnosticsStatusNotification", Notice.DIAGNOSTICS,
         "DiagnosticsStatusNotification"),
        ("ExtendedTriggerMessage", "FirmwareStatusNotification", Notice.SIGNED_FIRMWARE,
         "SignedFirmwareStatusNotification"),
        ("ExtendedTriggerMessage", "LogStatusNotification", Notice.LOG, "LogStatusNotification"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("pending", [False, True])
def test_a_status_of_upkeep_is_told_when_it_is_triggered(
    action: str, message: str, about: Notice, sent: str, *, pending: bool
) -> None:
    """First the answer, then how it stands, while Pending too (OCPP 1.6 §4.2)."""
    line = pending_line() if pending else Line().online()
    assert line.call(action, requestedMessage=message) == [TellNotice(about)]
    assert line.last.payload == {"status": "Accepted"}
    line.tell(Tell(about, "Idle"))
    assert line.actions[-1] == sent
    assert line.last.payload == {"status": "Idle"}


@pytest.mark.parametrize("message", ["BootNotification", "Heartbeat"])
def test_the_extended_trigger_knows_the_old_messages_too(message: str) -> None:
    line = Line().online()
    line.call("ExtendedTriggerMessage", requestedMessage=message)
    assert line.actions[-1] == message


def test_a_log_that_failed_has_the_whitepapers_word() -> None:
    """UploadFailure where OCPP itself says UploadFailed."""
    line = Line().online()
    line.tell(Tell(Notice.LOG, "UploadFailed", 7))
    assert line.last.payload == {"status": "UploadFailure", "requestId": 7}
    line.answer()
    line.tell(Tell(Notice.DIAGNOSTICS, "UploadFailed"))
    assert line.last.payload == {"status": "UploadFailed"}


def test_no_status_is_triggered_that_the_model_does_not_have() -> None:
    """NotImplemented, as OCPP has it for a message that cannot be triggered."""
    line = Line(OcppIdentity("a", "b", (FeatureProfile.CORE, FeatureProfile.REMOTE_TRIGGER))).online()
    assert line.call("TriggerMessage", requestedMessage="FirmwareStatusNotification") == []
    assert line.last.payload == {"status": "NotImplemented"}


@pytest.mark.parametrize("message", ["SignChargePointCertificate", "LogStatusNotification"])
def test_nothing_is_triggered_before_the_backend_has_answered(message: str) -> None:
    """Rejected, and nobody is asked."""
    line = Line()
    line.up()
    assert line.call("ExtendedTriggerMessage", requestedMessage=message) == []
    assert line.last.payload == {"status": "Rejected"}


# --- signatures -----------------------------------------------------------------------------------------


def pending_line() -> Line:
    line = Line()
    line.up()
    line.answer(status="Pending", currentTime=TIME, interval=60)
    return line


@pytest.mark.parametrize("status", ["Accepted", "Rejected"])
def test_the_backend_is_asked_for_a_certificate(status: str) -> None:
    """SignCertificate, and what it says to it."""
    line = Line().online()
    line.tell(AskSignature("CSR"))
    assert (line.last.action, line.last.payload) == ("SignCertificate", {"csr": "CSR"})
    assert line.answer(status=status) == [SignatureAnswered(status == "Accepted")]


def test_while_pending_only_a_triggered_request_goes_out() -> None:
    """One of our own waits for better times: whoever asked is told at once that it did not go."""
    line = pending_line()
    assert line.tell(AskSignature("CSR")) == [SignatureAnswered(accepted=False)]
    line.call("ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate")
    line.tell(Answer(1, "Accepted"))
    line.tell(AskSignature("CSR"))
    assert line.last.action == "SignCertificate"


@pytest.mark.parametrize("how", ["refuse", "down", "timeout"])
def test_a_request_that_is_not_answered_is_told_so(how: str) -> None:
    """By a refusal, the end of the line, or silence: each time once, so that it can be asked again."""
    line = Line().online()
    line.tell(AskSignature("CSR"))
    if how == "refuse":
        line.refuse("NotSupported")
    elif how == "down":
        line.down()
    else:
        line.run(31 * SECOND)
    assert line.of(SignatureAnswered) == [SignatureAnswered(accepted=False)]


# --- DataTransfer ---------------------------------------------------------------------------------------


@pytest.mark.requirement("E-63")
@pytest.mark.parametrize("word", ["Accepted", "Rejected", "UnknownVendorId", "UnknownMessageId"])
def test_a_transfer_of_ours_is_answered(word: str) -> None:
    """With the word of the backend."""
    line = Line().online()
    line.tell(SEND)
    assert line.last.payload == {"vendorId": "Pilotline", "messageId": "NetLog", "data": "{}"}
    assert line.answer(status=word) == [Sent("Pilotline", "NetLog", word)]


@pytest.mark.parametrize("how", ["offline", "refuse", "down"])
def test_a_transfer_that_did_not_go_is_told_so(how: str) -> None:
    """By the empty word, once; it is not kept."""
    line = Line() if how == "offline" else Line().online()
    line.tell(SEND)
    if how == "refuse":
        line.refuse()
    elif how == "down":
        line.down()
    line.online()
    assert line.of(Sent) == [Sent("Pilotline", "NetLog", "")]
    assert line.actions.count("DataTransfer") == (0 if how == "offline" else 1)


def test_of_transfers_that_wait_the_oldest_are_given_up() -> None:
    """A line that is busy is not flooded when it is free again."""
    line = Line().online()
    line.durable(started())
    for number in range(MOST_SENT + 3):
        line.tell(Send("Pilotline", f"M{number}", ""))
    assert [sent.message for sent in line.of(Sent)] == ["M0", "M1", "M2"]


def test_vendor_and_message_match_in_any_case_of_letters() -> None:
    """They are CiStrings (OCPP 1.6 §6.15)."""
    line = Line().online()
    assert line.call("DataTransfer", vendorId="PILOTLINE", messageId="compensatercdoffset") != []
    line.call("DataTransfer", vendorId="pilotline", messageId="NoSuch")
    assert line.last.payload == {"status": "UnknownMessageId"}


# --- notices --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "payload"),
    [
        (note(Notice.FIRMWARE, "Downloading"), {"status": "Downloading"}),
        (note(Notice.SIGNED_FIRMWARE, "InvalidSignature", request=4),
         {"status": "InvalidSignature", "requestId": 4}),
        (note(Notice.DIAGNOSTICS, "UploadFailed"), {"status": "UploadFailed"}),
        (note(Notice.LOG, "PermissionDenied", request=0), {"status": "PermissionDenied", "requestId": 0}),
        (note(Notice.SECURITY, "InvalidTLSVersion", info="x" * 300),
         {"type": "InvalidTLSVersion", "timestamp": "2026-01-05T00:00:00.000Z", "techInfo": "x" * 255}),
        (note(Notice.SECURITY, "StartupOfTheDevice"),
         {"type": "StartupOfTheDevice", "timestamp": "2026-01-05T00:00:00.000Z"}),
    ],
)  # fmt: skip
def test_a_notice_is_told_by_its_own_message(fact: Notified, payload: dict[str, Any]) -> None:
    """And delivered when that is answered."""
    line = Line().online()
    line.durable(fact)
    assert (line.last.action, line.last.payload) == (fact.about.value, payload)
    assert line.answer() == [Delivered(1, "N1")]


@pytest.mark.parametrize("code", UNSUPPORTED)
def test_a_backend_that_does_not_know_a_notice_is_not_pestered(code: str) -> None:
    """Dropped at once, and known for this connection: no retry, nothing set aside, no trouble shown."""
    line = Line().online()
    line.durable(note(Notice.SECURITY, "A", "N1"), note(Notice.SECURITY, "B", "N2"), started())
    assert line.refuse(code) == [Delivered(1, "N1"), Delivered(2, "N2")]
    assert line.actions[-2:] == ["SecurityEventNotification", "StartTransaction"]
    assert line.link.problem is None
    line.accept_start(7)
    line.down()
    line.online()
    line.durable(note(Notice.SECURITY, "C", "N3"))
    assert line.actions[-1] == "SecurityEventNotification"


def test_another_refusal_of_a_notice_is_tried_again_beside_the_sessions() -> None:
    """The session goes on meanwhile; after the last attempt the notice is kept aside."""
    line = Line(TransactionMessageAttempts=2, TransactionMessageRetryInterval=60).online()
    line.durable(note(Notice.FIRMWARE, "Installed"), started(), ended())
    line.refuse("InternalError")
    line.accept_start(7)
    line.answer()
    assert line.actions[-3:] == ["FirmwareStatusNotification", "StartTransaction", "StopTransaction"]
    line.run(61 * SECOND, until_called=True)
    while line.last.action != "FirmwareStatusNotification":
        line.answer(currentTime=TIME)
        line.run(61 * SECOND, until_called=True)
    assert line.refuse("InternalError") == [SetAside(1, "N1", whole=True)]
    assert line.link.problem is None


def test_nothing_of_upkeep_is_told_before_the_backend_has_accepted_us() -> None:
    """While Pending facts wait, and all goes in order afterwards."""
    line = pending_line()
    line.durable(note(Notice.FIRMWARE, "Downloading", "N1"), note(Notice.FIRMWARE, "Downloaded", "N2"))
    assert line.actions == ["BootNotification"]
    line.run(61 * SECOND, until_called=True)
    line.answer(status="Accepted", currentTime=TIME, interval=60)
    line.answer()
    told = [frame.payload["status"] for frame in line.sent if frame.action == "FirmwareStatusNotification"]
    assert told == ["Downloading", "Downloaded"]
