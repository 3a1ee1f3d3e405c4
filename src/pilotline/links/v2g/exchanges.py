"""Recorded payloads as messages, messages as questions with their answers, and these in chapters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pilotline.links.v2g.recording import Line, Recording, is_v2g_message
from pilotline.wire.v2g import app_protocol, din70121, iso15118_2
from pilotline.wire.v2g.exi.errors import DecodeError
from pilotline.wire.v2g.exi.namespace import Namespace
from pilotline.wire.v2g.exi.schema import Element, element_name
from pilotline.wire.v2g.namespaces import APP_PROTOCOL, DIN, ISO2

PROTOCOLS = {din70121.URI: "DIN SPEC 70121", iso15118_2.URI: "ISO 15118-2"}
_SPOKEN = {din70121.URI: DIN, iso15118_2.URI: ISO2}


_S = 1_000_000
_PATIENCE_US = {
    "CurrentDemand": _S // 4,
    "ServiceDetail": 5 * _S,
    "PaymentDetails": 5 * _S,
    "PowerDelivery": 5 * _S,
    "CertificateInstallation": 5 * _S,
    "CertificateUpdate": 5 * _S,
}


def patience_us(subject: str) -> int:
    """How long a car waits for an answer (V2G_EVCC_Msg_Timeout, ISO 15118-2 Table 109): 2 s unless said."""
    return _PATIENCE_US.get(subject, 2 * _S)


@dataclass(frozen=True)
class Message:
    """What was said. ``session_id`` and ``fault`` are of its header, None while a protocol is chosen."""

    at_us: int
    name: str
    content: Any
    payload: bytes
    uri: str
    session_id: bytes | None = None
    fault: str | None = None

    @property
    def by_car(self) -> bool:
        """Cars ask and chargers answer."""
        return self.name.endswith("Req")

    @property
    def subject(self) -> str:
        """The name that question and answer share."""
        return self.name[:-3]

    @property
    def code(self) -> str:
        """The answer's response code; OK for a question."""
        code = getattr(self.content, "response_code", None)
        return "OK" if code is None else code.value


@dataclass(frozen=True)
class Unread:
    """A payload that is no message, and why."""

    at_us: int
    why: str


@dataclass(frozen=True)
class Exchange:
    """A question and its answer; either may be missing, not both."""

    ask: Message | None
    answer: Message | None

    @property
    def first(self) -> Message:
        """Whichever came first."""
        message = self.ask or self.answer
        assert message is not None
        return message

    @property
    def last_us(self) -> int:
        """When it was over."""
        return (self.answer or self.first).at_us

    @property
    def subject(self) -> str:
        """What it is about."""
        return self.first.subject


class Chapter(Enum):
    """The parts of a session, in its words."""

    NEGOTIATION = "Negotiation"
    SETUP = "Setup"
    AUTHORISATION = "Authorisation"
    PARAMETERS = "Parameters"
    CABLE_CHECK = "Cable check"
    PRE_CHARGE = "Pre-charge"
    POWER_ON = "Power on"
    CHARGING = "Charging"
    RENEGOTIATION = "Renegotiation"
    POWER_OFF = "Power off"
    WELDING_DETECTION = "Welding detection"
    STOP = "Stop"


_CHAPTERS = {
    "supportedAppProtocol": Chapter.NEGOTIATION,
    "ContractAuthentication": Chapter.AUTHORISATION,
    "Authorization": Chapter.AUTHORISATION,
    "ChargeParameterDiscovery": Chapter.PARAMETERS,
    "CableCheck": Chapter.CABLE_CHECK,
    "PreCharge": Chapter.PRE_CHARGE,
    "CurrentDemand": Chapter.CHARGING,
    "ChargingStatus": Chapter.CHARGING,
    "MeteringReceipt": Chapter.CHARGING,
    "WeldingDetection": Chapter.WELDING_DETECTION,
    "SessionStop": Chapter.STOP,
}


def read(recording: Recording) -> tuple[list[Message], list[Unread]]:
    """All messages of a recording, and what could not be read; others' payload types are the latter too."""
    messages: list[Message] = []
    unread: list[Unread] = [Unread(*each) for each in recording.troubles]
    uri = ""
    for line in recording.lines:
        try:
            message = _message(line, uri)
        except DecodeError as error:
            unread.append(Unread(line.at_us, str(error)))
            continue
        uri = message.uri if message.uri in _SPOKEN else _chosen([*messages[-1:], message], uri)
        messages.append(message)
    return messages, unread


def _message(line: Line, uri: str) -> Message:
    """What is said in the protocol that was chosen, else in whichever can be read."""
    if not is_v2g_message(line):
        raise DecodeError(f"Payload type {line.payload_type:04X} is not read here")
    order = sorted(_SPOKEN.items(), key=lambda each: each[0] != uri)
    problems: list[DecodeError] = []
    for namespace in (*(each for _, each in order), APP_PROTOCOL):
        try:
            return _in(namespace, line)
        except DecodeError as error:
            problems.append(error)
    raise max(problems, key=lambda each: each.bit or 0)  # of the protocol that went farthest


def _in(namespace: Namespace, line: Line) -> Message:
    name, value = namespace.decode(line.payload)
    document: Any = value
    if namespace is APP_PROTOCOL:
        return Message(line.at_us, name, document, line.payload, namespace.uri)
    element: Element | None = document.body.element
    if element is None:
        raise DecodeError("The message has no body")
    header = document.header
    fault = header.notification and " ".join(
        filter(None, (header.notification.fault_code.value, header.notification.fault_msg))
    )
    name = element_name(type(element))
    return Message(line.at_us, name, element, line.payload, namespace.uri, header.session_id, fault)


def _chosen(pair: Sequence[Message], before: str) -> str:
    """The protocol whose number in the car's list the charger gives back."""
    if len(pair) == 2 and isinstance(answer := pair[1].content, app_protocol.SupportedAppProtocolRes):
        offer = chosen_offer(pair[0].content, answer)
        return offer.protocol_namespace if offer else before
    return before


def chosen_offer(ask: Any, answer: Any) -> app_protocol.AppProtocol | None:
    """Which of the car's protocols the charger took."""
    offers: Iterable[app_protocol.AppProtocol] = getattr(ask, "app_protocol", ())
    return next((each for each in offers if each.schema_id == answer.schema_id), None)


def pair(messages: Sequence[Message]) -> list[Exchange]:
    """Each question with its answer: the oldest of its kind that still waits.

    In turns there is only one; where a recorder mixes two conversations, or a charger is behind, more.
    """
    exchanges: list[Exchange] = []
    waiting: list[Message] = []
    for message in messages:
        if message.by_car:
            exchanges += _given_up(waiting, [each for each in waiting if each.subject != message.subject])
            waiting.append(message)
        else:
            exchanges += _given_up(waiting, _too_old(waiting, message))
            exchanges.append(Exchange(_take(waiting, message.subject), message))
    return [*exchanges, *(Exchange(each, None) for each in waiting)]


def _given_up(waiting: list[Message], old: Sequence[Message]) -> list[Exchange]:
    waiting[:] = [each for each in waiting if each not in old]
    return [Exchange(each, None) for each in old]


def _too_old(waiting: Sequence[Message], answer: Message) -> list[Message]:
    """Where another question has come since, an answer after the car's timer is no longer to the first."""
    return [each for each in waiting[:-1] if answer.at_us - each.at_us > patience_us(each.subject)]


def _take(waiting: list[Message], subject: str) -> Message | None:
    found = next((each for each in waiting if each.subject == subject), None)
    if found is not None:
        waiting.remove(found)
    return found


def chapters(exchanges: Sequence[Exchange]) -> list[tuple[Chapter, list[Exchange]]]:
    """The session in its parts; one that comes again is a part of its own."""
    parts: list[tuple[Chapter, list[Exchange]]] = []
    for exchange in exchanges:
        chapter = _chapter(exchange)
        if not parts or parts[-1][0] is not chapter:
            parts.append((chapter, []))
        parts[-1][1].append(exchange)
    return parts


def _chapter(exchange: Exchange) -> Chapter:
    if exchange.subject == "PowerDelivery":
        return _power_delivery(exchange.ask and exchange.ask.content)
    return _CHAPTERS.get(exchange.subject, Chapter.SETUP)


def _power_delivery(content: Any) -> Chapter:
    """On, off, or another agreement while the power stays on."""
    if isinstance(content, iso15118_2.PowerDeliveryReq):
        return {
            iso15118_2.ChargeProgress.START: Chapter.POWER_ON,
            iso15118_2.ChargeProgress.STOP: Chapter.POWER_OFF,
        }.get(content.charge_progress, Chapter.RENEGOTIATION)
    return Chapter.POWER_ON if getattr(content, "ready_to_charge_state", False) else Chapter.POWER_OFF


def car_status(message: Message) -> Any:
    """The car's DC status wherever a question holds it, else None."""
    content = message.content
    for name in ("ev_charge_parameter", "ev_power_delivery_parameter"):
        content = getattr(content, name, None) or content
    return getattr(content, "dc_ev_status", None)


def charger_status(message: Message) -> Any:
    """The charger's status wherever an answer holds it, else None."""
    content = getattr(message.content, "evse_charge_parameter", None) or message.content
    for name in ("dc_evse_status", "ac_evse_status", "evse_status"):
        if (status := getattr(content, name, None)) is not None:
            return status
    return None
