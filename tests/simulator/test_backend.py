"""The virtual backend: the central system's end of OCPP 1.6J in simulated time."""

import json
from itertools import count
from typing import Any

from pilotline.simulator.backend import MIDNIGHT, VirtualBackend
from pilotline.vocabulary.status import AuthStatus, ResetKind
from pilotline.vocabulary.time import HOUR
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.errors import CallErrorCode
from pilotline.wire.ocpp.v16_upkeep import SignCertificate, SignCertificateAnswer
from pilotline.wire.ocpp.words import AcceptStatus, MessageTrigger

BOOT = {"chargePointVendor": "EVNET", "chargePointModel": "X"}
START = {"connectorId": 1, "idTag": "04", "meterStart": 0, "timestamp": "2026-01-05T00:00:00Z"}


class Line:
    """A station's hand on the line: calls by name, answers as objects."""

    def __init__(self) -> None:
        self.backend = VirtualBackend()
        self._ids = count(1)

    def call(self, action: str, payload: dict[str, Any], now: int = 0) -> list[Any]:
        """The one frame that comes back."""
        texts = self.backend.receive(json.dumps([2, str(next(self._ids)), action, payload]), now)
        assert len(texts) == 1
        frame: list[Any] = json.loads(texts[0])
        return frame


def test_it_registers_any_station_and_tells_the_time() -> None:
    """Simulated days begin at midnight of a Monday."""
    answer = Line().call("BootNotification", BOOT, 7 * HOUR)[2]
    assert answer["status"] == "Accepted"
    assert answer["interval"] == 300
    assert answer["currentTime"] == "2026-01-05T07:00:00.000Z"
    assert MIDNIGHT.weekday() == 0


def test_it_takes_every_tag_but_those_it_is_told_to_refuse() -> None:
    """On Authorize and on StartTransaction alike."""
    line = Line()
    line.backend.refused_tags["04"] = AuthStatus.BLOCKED
    assert line.call("Authorize", {"idTag": "05"})[2] == {"idTagInfo": {"status": "Accepted"}}
    assert line.call("Authorize", {"idTag": "04"})[2] == {"idTagInfo": {"status": "Blocked"}}
    assert line.call("StartTransaction", START)[2]["idTagInfo"] == {"status": "Blocked"}


def test_every_transaction_has_a_number_of_its_own() -> None:
    """Numbers count up."""
    line = Line()
    assert [line.call("StartTransaction", START)[2]["transactionId"] for _ in range(3)] == [1, 2, 3]


def test_it_keeps_books_of_what_was_said_and_when() -> None:
    """All requests, in order, with their times."""
    line = Line()
    line.call("BootNotification", BOOT, 1)
    line.call("Heartbeat", {}, 2)
    assert [(entry.at, type(entry.request)) for entry in line.backend.books] == [
        (1, v16.BootNotification),
        (2, v16.Heartbeat),
    ]


def test_a_call_that_is_wrong_is_answered_with_an_error_and_not_booked() -> None:
    """An unknown action and a payload that lacks something."""
    line = Line()
    assert line.call("BrewCoffee", {})[0] == 4
    assert line.call("Authorize", {})[0] == 4
    assert line.backend.books == []


def test_it_can_ask_the_station() -> None:
    """One call at a time; the answer ends it."""
    backend = VirtualBackend()
    texts = backend.ask(v16.TriggerMessage(MessageTrigger.HEARTBEAT), 0)
    kind, call_id, action, payload = json.loads(texts[0])
    assert (kind, action, payload) == (2, "TriggerMessage", {"requestedMessage": "Heartbeat"})
    assert backend.receive(json.dumps([3, call_id, {"status": "Accepted"}]), 1) == []


def test_garbage_raises_nothing() -> None:
    """What is no frame is answered or ignored."""
    backend = VirtualBackend()
    for text in ("", "{}", "[]", "[2]", '[3,"nobody",{}]', "\x00"):
        backend.receive(text, 0)
    assert backend.books == []


def test_a_story_scripts_what_it_answers_and_what_it_refuses() -> None:
    """By the type of a request; what is refused is not in the books."""
    line = Line()
    transfer = {"vendorId": "Pilotline", "messageId": "NetLog"}
    assert line.call("DataTransfer", transfer)[2] == {"status": "Accepted"}
    assert line.call("SignCertificate", {"csr": "PEM"})[2] == {"status": "Rejected"}
    line.backend.answers[SignCertificate] = SignCertificateAnswer(AcceptStatus.ACCEPTED)
    line.backend.refuses[v16.DataTransfer] = CallErrorCode.NOT_SUPPORTED
    assert line.call("SignCertificate", {"csr": "PEM"})[2] == {"status": "Accepted"}
    assert line.call("DataTransfer", transfer)[:3] == [4, "4", "NotSupported"]
    assert len(line.backend.books) == 3


def test_it_remembers_what_it_was_answered() -> None:
    """An answer as an object, a refusal by its code."""
    backend = VirtualBackend()
    for text in ('[3,"backend-1",{"status":"Accepted"}]', '[4,"backend-2","NotSupported","",{}]'):
        backend.ask(v16.Reset(ResetKind.SOFT), 0)
        backend.receive(text, 0)
    assert backend.replies == [v16.ResetAnswer(AcceptStatus.ACCEPTED), "NotSupported"]
