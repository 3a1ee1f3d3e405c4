"""SDP: how a car finds the charger it hangs on (ISO 15118-2 §7.10.1, DIN SPEC 70121 §8.7.4).

The car asks by multicast, the charger on the other end of the cable answers with an address, a port, and
whether TLS is spoken there. Both sides' datagrams are read and written here, and :class:`Search` is the car's
patience. Sockets are others' work.
"""

from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv6Address

from pilotline.wire.v2g.v2gtp import PayloadType, V2gtpError, encode, read_datagram

PORT = 15118
"""Where the charger listens (UDP)."""
MULTICAST = IPv6Address("ff02::1")
"""Whom the car asks: all nodes of the link (V2G2-136)."""
RETRY_US = 250_000
MAX_REQUESTS = 50
_REQUEST_LENGTH = 2
_RESPONSE_LENGTH = 20


class Security(IntEnum):
    """What protects the connection; all other numbers are reserved."""

    TLS = 0x00
    NONE = 0x10


class Transport(IntEnum):
    """What carries it. UDP is reserved by the standards, and no charger offers it."""

    TCP = 0x00
    UDP = 0x10


class SdpError(ValueError):
    """The datagram is V2GTP and yet none of SDP: to be passed over."""


@dataclass(frozen=True)
class Request:
    """What the car would like."""

    security: Security
    transport: Transport = Transport.TCP


@dataclass(frozen=True)
class Response:
    """Where the charger listens, which may offer other security than the car asked for."""

    address: IPv6Address
    port: int
    security: Security
    transport: Transport = Transport.TCP


def encode_request(request: Request) -> bytes:
    """The car's datagram."""
    return encode(PayloadType.SDP_REQUEST, bytes((request.security, request.transport)))


def encode_response(response: Response) -> bytes:
    """The charger's datagram. Raises SdpError for a port that nobody can connect to."""
    if not 0 < response.port < 1 << 16:
        raise SdpError(f"{response.port} is no TCP port; give one from 1 to 65535.")
    end = bytes((response.security, response.transport))
    return encode(PayloadType.SDP_RESPONSE, response.address.packed + response.port.to_bytes(2, "big") + end)


def read_request(data: bytes) -> Request:
    """What a car asks, as the charger hears it. Raises V2gtpError or SdpError."""
    payload = _payload(data, PayloadType.SDP_REQUEST, _REQUEST_LENGTH)
    return Request(_security(payload[0]), _transport(payload[1]))


def read_response(data: bytes) -> Response:
    """What a charger answers, as the car hears it. Raises V2gtpError or SdpError."""
    payload = _payload(data, PayloadType.SDP_RESPONSE, _RESPONSE_LENGTH)
    port = int.from_bytes(payload[16:18], "big")
    if port == 0:
        raise SdpError("The charger answers with port 0, which nobody can connect to.")
    return Response(IPv6Address(payload[:16]), port, _security(payload[18]), _transport(payload[19]))


class Search:
    """The car's side as a core: asks every 250 ms, at most 50 times, until somebody answers.

    ``found`` is the first answer that can be read. If it and :meth:`deadline` are None, nobody was there.
    """

    def __init__(self, request: Request, now_us: int) -> None:
        self._datagram = encode_request(request)
        self._left = MAX_REQUESTS
        self._due_us: int | None = now_us
        self.found: Response | None = None

    def deadline(self) -> int | None:
        """When :meth:`tick` wants to be called; None when the search is over."""
        return self._due_us

    def tick(self, now_us: int) -> bytes | None:
        """The datagram to send now, if one is due. The last wait after the last one ends the search."""
        if self._due_us is None or now_us < self._due_us:
            return None
        if self._left == 0:
            self._due_us = None
            return None
        self._left -= 1
        self._due_us = now_us + RETRY_US
        return self._datagram

    def hear(self, data: bytes) -> None:
        """A datagram has come; what is no answer is passed over, as anybody on the link may send."""
        if self._due_us is None:
            return
        try:
            self.found = read_response(data)
        except (V2gtpError, SdpError):
            return
        self._due_us = None


def _payload(data: bytes, kind: PayloadType, length: int) -> bytes:
    frame = read_datagram(data)
    if frame.type != kind:
        raise SdpError(f"Payload type {frame.type:04X} is not the {kind:04X} that is meant here.")
    if len(frame.payload) != length:
        raise SdpError(f"{kind.name} has {length} bytes, this one {len(frame.payload)}.")
    return frame.payload


def _security(number: int) -> Security:
    try:
        return Security(number)
    except ValueError:
        raise SdpError(f"Security {number:02X} is reserved; 00 is TLS and 10 none.") from None


def _transport(number: int) -> Transport:
    try:
        return Transport(number)
    except ValueError:
        raise SdpError(f"Transport {number:02X} is reserved; 00 is TCP.") from None
