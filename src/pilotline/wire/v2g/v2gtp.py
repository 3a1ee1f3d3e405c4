"""V2GTP: the frames in which car and charger send messages (ISO 15118-2 §7.8.3, DIN SPEC 70121 §8.7.3).

Eight bytes stand before each payload: version, its inverse, payload type, length. A receiver that meets
another version has lost its step and cannot find it again, so that ends the stream; a payload type it does
not know is handed up with its number, to be passed over, as the standard says.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

VERSION = 0x01
INVERSE = 0xFE
MAX_PAYLOAD = 16_384
"""Twice the longest message of ISO 15118-2: two certificate chains of five certificates of 800 bytes."""
_HEADER = struct.Struct(">BBHI")


class PayloadType(IntEnum):
    """What a payload is (ISO 15118-2 Table 10, ISO 15118-20 Table 12)."""

    SAP_DIN_OR_ISO_2 = 0x8001
    ISO_20_MAIN = 0x8002
    ISO_20_AC = 0x8003
    ISO_20_DC = 0x8004
    ISO_20_ACDP = 0x8005
    ISO_20_WPT = 0x8006
    SCHEDULE_RENEGOTIATION = 0x8101
    METERING_CONFIRMATION = 0x8102
    ACDP_SYSTEM_STATUS = 0x8103
    PARKING_STATUS = 0x8104
    SDP_REQUEST = 0x9000
    SDP_RESPONSE = 0x9001
    SDP_REQUEST_WIRELESS = 0x9002
    SDP_RESPONSE_WIRELESS = 0x9003


class V2gtpError(ValueError):
    """The bytes are no V2GTP: what comes after them on this connection cannot be read."""


class WrongVersionError(V2gtpError):
    """The first two bytes are not 01 FE."""


class TooLongError(V2gtpError):
    """A payload is, or says it is, longer than the bound. Nothing was kept for it."""


class WrongLengthError(V2gtpError):
    """A datagram holds another number of bytes than its header says."""


@dataclass(frozen=True)
class Frame:
    """One payload. ``type`` is a :class:`PayloadType` where it is known, else the number that came."""

    type: int
    payload: bytes

    @property
    def known(self) -> bool:
        """Whether any of the standards names this type; one that it does not name is to be passed over."""
        return self.type in _KNOWN


_KNOWN = frozenset(PayloadType)


def encode(payload_type: int, payload: bytes, max_payload: int = MAX_PAYLOAD) -> bytes:
    """A frame. Raises TooLongError for what a receiver with the same bound would refuse."""
    if len(payload) > max_payload:
        raise TooLongError(f"A payload of {len(payload)} bytes is over the bound of {max_payload}.")
    return _HEADER.pack(VERSION, INVERSE, payload_type, len(payload)) + payload


def read_datagram(data: bytes, max_payload: int = MAX_PAYLOAD) -> Frame:
    """The one frame of a UDP datagram. Raises V2gtpError."""
    if len(data) < _HEADER.size:
        raise WrongLengthError(f"A V2GTP datagram has at least 8 bytes, this one {len(data)}.")
    kind, length = _read_header(data, max_payload)
    if length != len(data) - _HEADER.size:
        raise WrongLengthError(
            f"The header says {length} bytes follow, but there are {len(data) - _HEADER.size}."
        )
    return Frame(kind, data[_HEADER.size :])


class Decoder:
    """The frames of one direction of a TCP connection, however it is cut into pieces.

    After an error it stays there: :meth:`next` raises the same again, and the connection is to be closed.
    """

    def __init__(self, max_payload: int = MAX_PAYLOAD) -> None:
        self._max_payload = max_payload
        self._held = bytearray()
        self._broken: V2gtpError | None = None

    def feed(self, data: bytes) -> None:
        """Take what has come; then ask :meth:`next` until it is None."""
        if self._broken is None:
            self._held += data

    def next(self) -> Frame | None:
        """The next whole frame, None until more has come. Raises V2gtpError as soon as a header is wrong."""
        if self._broken is not None:
            raise self._broken
        try:
            return self._take()
        except V2gtpError as error:
            self._broken = error
            self._held.clear()
            raise

    @property
    def in_the_middle(self) -> bool:
        """Whether a frame has begun and not ended: when the connection closes now, it was cut."""
        return bool(self._held)

    def _take(self) -> Frame | None:
        self._check_start()
        if len(self._held) < _HEADER.size:
            return None
        kind, length = _read_header(self._held, self._max_payload)
        end = _HEADER.size + length
        if len(self._held) < end:
            return None
        payload = bytes(self._held[_HEADER.size : end])
        del self._held[:end]
        return Frame(kind, payload)

    def _check_start(self) -> None:
        """One wrong byte is enough to know: no waiting for a header that never comes."""
        start = bytes(self._held[:2])
        if start != bytes((VERSION, INVERSE))[: len(start)]:
            raise _wrong_version(start)


def _read_header(data: bytes | bytearray, max_payload: int) -> tuple[int, int]:
    version, inverse, number, length = _HEADER.unpack_from(data)
    if (version, inverse) != (VERSION, INVERSE):
        raise _wrong_version(bytes(data[:2]))
    if length > max_payload:
        raise TooLongError(f"A payload of {length} bytes is announced; the bound is {max_payload}.")
    return PayloadType(number) if number in _KNOWN else number, length


def _wrong_version(start: bytes) -> WrongVersionError:
    return WrongVersionError(
        f"V2GTP begins with 01 FE, this with {start.hex(' ').upper()}: close the connection."
    )
