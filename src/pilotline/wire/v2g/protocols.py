"""The protocols that are spoken here, and their messages with the envelope put on and taken off.

DIN 70121 and ISO 15118-2 wrap each body in a V2G_Message with the session's id; supportedAppProtocol, which
comes before both, stands alone. :func:`read` and :func:`write` are the only door from bodies to EXI.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from pilotline.wire.v2g import app_protocol, din70121, iso15118_2
from pilotline.wire.v2g.exi.errors import DecodeError
from pilotline.wire.v2g.exi.namespace import Namespace
from pilotline.wire.v2g.exi.schema import Element, element_name
from pilotline.wire.v2g.namespaces import APP_PROTOCOL, DIN, ISO2


class Protocol(Enum):
    """One language of car and charger, by the name that the command line has for it."""

    DIN = "din"
    ISO2 = "iso2"

    @property
    def uri(self) -> str:
        """Its name in supportedAppProtocol."""
        return _SPOKEN[self].namespace.uri

    @property
    def version(self) -> tuple[int, int]:
        """Major and minor; a car with another major speaks something else (V2G2-170)."""
        return 2, 0

    @property
    def title(self) -> str:
        """Its name for people."""
        return _SPOKEN[self].title


@dataclass(frozen=True)
class _Spoken:
    title: str
    namespace: Namespace
    messages: Any  # the module with Header, Body and V2G_Message


_SPOKEN = {
    Protocol.DIN: _Spoken("DIN SPEC 70121", DIN, din70121),
    Protocol.ISO2: _Spoken("ISO 15118-2", ISO2, iso15118_2),
}


@dataclass(frozen=True)
class Said:
    """One message out of its envelope. ``session_id`` is as long as it came: cars send 0, 1, 6 or 8 bytes."""

    session_id: bytes
    body: Element

    @property
    def name(self) -> str:
        """The element's name, as the standards write it."""
        return element_name(type(self.body))


def read(protocol: Protocol, payload: bytes) -> Said:
    """A message of a protocol that was chosen. Raises DecodeError, for a message without a body too."""
    message: Any = _SPOKEN[protocol].namespace.decode(payload)[1]
    body: Element | None = message.body.element
    if body is None:
        raise DecodeError("A message without a body")
    return Said(message.header.session_id, body)


def write(protocol: Protocol, session_id: bytes, body: Element) -> bytes:
    """The payload that says it. Raises EncodeError for a value outside the standard."""
    spoken = _SPOKEN[protocol]
    kinds = spoken.messages
    message = kinds.V2G_Message(header=kinds.Header(session_id=session_id), body=kinds.Body(element=body))
    return spoken.namespace.encode("V2G_Message", message)


def read_choice(
    payload: bytes,
) -> app_protocol.SupportedAppProtocolReq | app_protocol.SupportedAppProtocolRes:
    """A message of before the choice. Raises DecodeError."""
    message = APP_PROTOCOL.decode(payload)[1]
    assert isinstance(message, app_protocol.SupportedAppProtocolReq | app_protocol.SupportedAppProtocolRes)
    return message


def write_choice(
    message: app_protocol.SupportedAppProtocolReq | app_protocol.SupportedAppProtocolRes,
) -> bytes:
    """Its payload. Raises EncodeError."""
    return APP_PROTOCOL.encode(element_name(type(message)), message)


def warm(protocols: "tuple[Protocol, ...]" = tuple(Protocol)) -> None:
    """Build what the first message of each would build, so that no car waits for it."""
    for namespace in (APP_PROTOCOL, *(_SPOKEN[each].namespace for each in protocols)):
        namespace.warm()
