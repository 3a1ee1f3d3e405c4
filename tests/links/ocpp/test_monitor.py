"""What was said on the line, for people: sentences, answers, bounds, and no secret anywhere."""

import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.links.masking import HIDDEN, Masker
from pilotline.links.ocpp.monitor import KEPT, LONGEST, MOST, NO_MESSAGE, Monitor
from pilotline.links.ocpp.sentences import SENTENCES, Payload, call_sentence
from pilotline.station.clock import WallClock
from pilotline.vocabulary.time import SECOND
from pilotline.wire.ocpp import v16
from support.ocpp_line import MIDNIGHT
from support.stories import Scene

PLANTED = "s3cr3t-Pl4nted"
PROFILE = {
    "connectorId": 1,
    "csChargingProfiles": {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10}],
        },
    },
}


class Line:
    """A monitor with a clock that knows the time, and short ways to say something on the line."""

    def __init__(self, *secrets: str) -> None:
        self.monitor = Monitor(lambda: Masker(secrets))
        self.clock = WallClock(1)
        self.clock.learn(MIDNIGHT, 0)
        self.now = 0

    def say(self, *frame: Any, sent: bool = True) -> None:
        self.take(json.dumps(frame), sent=sent)

    def take(self, text: str, *, sent: bool = True) -> None:
        self.now += SECOND
        self.monitor.take(text, sent=sent, now=self.now)

    def shown(self) -> list[dict[str, Any]]:
        return [asdict(view) for view in self.monitor.views(self.clock)]


@pytest.mark.requirement("E-71")
def test_a_call_is_told_in_one_sentence_with_its_answer() -> None:
    """Of the card its last letters; the text beside it keeps all."""
    line = Line()
    line.say(2, "7", "Authorize", {"idTag": "04A1B2C3"})
    line.say(3, "7", {"idTagInfo": {"status": "Accepted"}}, sent=False)
    (shown,) = line.shown()
    assert shown == {
        "at": "2026-01-05T00:00:01+00:00",
        "direction": "sent",
        "action": "Authorize",
        "id": "7",
        "sentence": "Asks whether the card …B2C3 may charge.",
        "text": '{"idTag":"04A1B2C3"}',
        "answer": {
            "at": "2026-01-05T00:00:02+00:00",
            "sentence": "Accepted",
            "text": '{"idTagInfo":{"status":"Accepted"}}',
        },
    }


@pytest.mark.parametrize(
    ("action", "payload", "sentence"),
    [
        ("SetChargingProfile", PROFILE, "The operator limits connector 1 to 10 A (TxDefaultProfile)."),
        ("Reset", {"type": "Soft"}, "The operator restarts the station (Soft)."),
        (
            "StatusNotification",
            {"connectorId": 1, "errorCode": "GroundFailure", "status": "Faulted", "vendorErrorCode": "0001"},
            "Connector 1 is Faulted (GroundFailure, RTM err code 0001).",
        ),
        (
            "GetConfiguration",
            {"key": ["A", "B", "C", "D", "E"]},
            "The operator reads A, B, C and 2 more.",
        ),
        ("GetConfiguration", {}, "The operator reads all settings."),
        (
            "StopTransaction",
            {"transactionId": 5, "meterStop": 1200, "reason": "Local"},
            "Transaction 5 ended at 1200 Wh (Local).",
        ),
        ("Teleport", {}, "Teleport, which this page has no sentence for."),
        (
            "InstallCertificate",
            {"certificateType": "ManufacturerRootCertificate", "certificate": "PEM"},
            "The operator installs a root certificate of a maker of firmware.",
        ),
        (
            "GetInstalledCertificateIds",
            {"certificateType": "CentralSystemRootCertificate"},
            "The operator asks for the root certificates of the backend.",
        ),
        (
            "DeleteCertificate",
            {"certificateHashData": {"serialNumber": "1f"}},
            "The operator takes out the root certificate 1f.",
        ),
        (
            "GetLog",
            {"log": {"remoteLocation": "ftp://x/"}, "logType": "SecurityLog", "requestId": 3},
            "The operator wants the SecurityLog sent to ftp://x/.",
        ),
        (
            "LogStatusNotification",
            {"status": "UploadFailure", "requestId": 3},
            "The sending of log 3 is UploadFailure.",
        ),
        (
            "SignedUpdateFirmware",
            {"requestId": 4, "firmware": {"location": "https://x/fw.bin"}},
            "The operator wants signed firmware taken from https://x/fw.bin.",
        ),
        (
            "SignedFirmwareStatusNotification",
            {"status": "InvalidSignature", "requestId": 4},
            "The new firmware of order 4 is InvalidSignature.",
        ),
        (
            "SecurityEventNotification",
            {"type": "InvalidTLSVersion", "timestamp": "t", "techInfo": "TLS 1.0"},
            "The station tells of a security event: InvalidTLSVersion (TLS 1.0).",
        ),
        (
            "ExtendedTriggerMessage",
            {"requestedMessage": "SignChargePointCertificate"},
            "The operator asks for SignChargePointCertificate.",
        ),
    ],
)
def test_messages_in_plain_words(action: str, payload: dict[str, Any], sentence: str) -> None:
    assert call_sentence(action, Payload(payload)) == sentence


def test_there_is_a_sentence_for_every_action_the_station_knows() -> None:
    assert set(v16.ACTIONS) <= SENTENCES.keys()


@given(
    st.sampled_from(sorted(SENTENCES)),
    st.dictionaries(
        st.sampled_from(
            ["idTag", "connectorId", "csChargingProfiles", "key", "meterValue", "status", "type"]
        ),
        st.none()
        | st.text()
        | st.integers()
        | st.lists(st.integers())
        | st.dictionaries(st.text(), st.text()),
    )
    | st.text()
    | st.lists(st.integers()),
)
def test_no_payload_keeps_a_sentence_from_being_made(action: str, payload: Any) -> None:
    """One line, of bounded length, with nothing in it that moves a cursor."""
    sentence = call_sentence(action, Payload(payload))
    assert len(sentence) < 500
    assert sentence.isprintable()


@given(st.text() | st.lists(st.integers() | st.text() | st.none(), max_size=6).map(json.dumps))
def test_whatever_came_over_the_line_is_shown(text: str) -> None:
    """A text that is no message is shown as one that is none; nothing fails."""
    line = Line()
    line.take(text, sent=False)
    (shown,) = line.shown()
    assert shown["direction"] == "received"
    assert len(shown["text"]) <= LONGEST


def test_what_is_no_message_is_told_as_such() -> None:
    """With its text, as far as it may be seen."""
    line = Line()
    line.take("not OCPP, and password=abc123", sent=False)
    (shown,) = line.shown()
    assert (shown["sentence"], shown["text"]) == (NO_MESSAGE, f"not OCPP, and password={HIDDEN}")


def test_an_error_is_an_answer() -> None:
    line = Line()
    line.say(2, "7", "StartTransaction", {"connectorId": 1, "idTag": "X", "meterStart": 5})
    line.say(4, "7", "InternalError", "no room", {}, sent=False)
    assert line.shown()[0]["answer"]["sentence"] == "Refused: InternalError: no room"


def test_the_same_id_of_both_sides_is_not_mixed_up() -> None:
    """Both number their calls as they like."""
    line = Line()
    line.say(2, "1", "Heartbeat", {})
    line.say(2, "1", "ClearCache", {}, sent=False)
    line.say(3, "1", {"status": "Accepted"})
    line.say(3, "1", {"currentTime": "2026-01-05T00:00:00Z"}, sent=False)
    assert [(each["action"], each["answer"]["sentence"]) for each in line.shown()] == [
        ("Heartbeat", "It is 2026-01-05T00:00:00Z"),
        ("ClearCache", "Accepted"),
    ]


def test_only_the_last_are_kept() -> None:
    """An answer whose call is forgotten stands alone."""
    line = Line()
    for number in range(KEPT):
        line.say(2, str(number), "Heartbeat", {})
    line.say(3, "0", {}, sent=False)
    shown = line.shown()
    assert len(shown) == MOST
    assert shown[-1]["sentence"] == "Taken"
    assert shown[-2]["id"] == str(KEPT - 1)


def test_a_long_text_is_cut_and_its_secrets_are_gone_before() -> None:
    """Its memory is bounded from the moment it is heard."""
    line = Line()
    line.say(2, "1", "ChangeConfiguration", {"key": "AuthorizationKey", "value": PLANTED, "x": "y" * 50_000})
    line.take(f"{{password={PLANTED} {'z' * 70_000}", sent=False)
    shown = line.shown()
    assert all(len(each["text"]) <= LONGEST for each in shown)
    assert shown[0]["sentence"] == f"The operator sets AuthorizationKey to {HIDDEN}."
    assert PLANTED not in json.dumps(shown)


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("ChangeConfiguration", {"key": "AuthorizationKey", "value": PLANTED}),
        ("ChangeConfiguration", {"key": "AUTHORIZATIONKEY", "value": PLANTED}),
        ("GetDiagnostics", {"location": f"ftp://anna:{PLANTED}@files.example/up"}),
        ("UpdateFirmware", {"location": f"https://x.example/fw.bin?token={PLANTED}"}),
        ("GetLog", {"log": {"remoteLocation": f"ftp://anna:{PLANTED}@files.example/up"}}),
        ("SignedUpdateFirmware", {"firmware": {"location": f"https://anna:{PLANTED}@x.example/fw.bin"}}),
        ("DataTransfer", {"vendorId": "x", "data": json.dumps({"password": PLANTED})}),
        ("DataTransfer", {"vendorId": "x", "data": f"the key we share is {PLANTED}"}),
    ],
)
def test_a_planted_secret_is_nowhere(action: str, payload: dict[str, Any]) -> None:
    """Not in the sentence, not in the text; the last one by its own value, for the station knows it."""
    line = Line(PLANTED)
    line.say(2, "1", action, payload, sent=False)
    line.say(4, "1", "FormationViolation", f"cannot read {json.dumps(payload)}", {"said": payload})
    assert PLANTED not in json.dumps(line.shown())


def test_a_station_keeps_what_it_says_and_hears() -> None:
    """From its registration on, without being asked to."""
    scene = Scene()
    scene.charge()
    link, clock = scene.station.host.link, scene.station.host.clock
    shown = link.monitor.views(clock)
    assert (shown[0].action, shown[-1].sentence) == ("BootNotification", "Connector 1 is Charging.")
    assert "Asks whether the card …B2C3 may charge." in [each.sentence for each in shown]
    assert all(each.answer is not None for each in shown)
