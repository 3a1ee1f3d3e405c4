"""Bytes of the RTM link: one frame is ``COBS(protocol, number, sequence, body, CRC-32) 0x00``.

COBS keeps zero out of a frame, so the next zero is always the end of one: after any damage the stream is
in step again. Whatever bytes arrive, the decoder yields messages or counts errors and never raises.
"""

import binascii
import struct
from dataclasses import dataclass
from typing import Any, NamedTuple

from pilotline.vocabulary.board import LINK_PROTOCOL
from pilotline.wire.rtm_link.messages import LAYOUTS, Kind, LinkMessage

_HEAD = struct.Struct("<BBB")  # protocol, number, sequence
_CRC = struct.Struct("<I")
MAX_FRAME = 254
"""Longest frame between two zeros. It keeps COBS to one code block a stretch and a decoder to 254 bytes."""


@dataclass(slots=True)
class Counters:
    """What a decoder has seen since it was made. ``lost`` counts gaps in the sequence."""

    frames: int = 0
    lost: int = 0
    bad_stuffing: int = 0
    bad_checksum: int = 0
    bad_protocol: int = 0
    bad_message: int = 0
    too_long: int = 0

    @property
    def errors(self) -> int:
        return self.bad_stuffing + self.bad_checksum + self.bad_protocol + self.bad_message + self.too_long


class _Codec(NamedTuple):
    number: int
    type: type[LinkMessage]
    struct: struct.Struct
    names: tuple[str, ...]
    kinds: tuple[Kind, ...]
    widths: tuple[int, ...]


def _codecs() -> list[_Codec]:
    return [
        _Codec(
            layout.number,
            layout.type,
            layout.struct,
            layout.field_names,
            layout.kinds,
            tuple(
                len(struct.unpack("<" + k.format, bytes(struct.calcsize("<" + k.format))))
                for k in layout.kinds
            ),
        )
        for layout in LAYOUTS
    ]


_BY_TYPE = {codec.type: codec for codec in _codecs()}
_BY_NUMBER = {codec.number: codec for codec in _codecs()}


class Encoder:
    """Makes frames, numbered one after the other."""

    def __init__(self) -> None:
        self._sequence = 0

    def encode(self, message: LinkMessage) -> bytes:
        """One frame. Raises ``struct.error`` for a number that its field cannot hold."""
        codec = _BY_TYPE[type(message)]
        values: list[Any] = []
        for name, kind in zip(codec.names, codec.kinds, strict=True):
            values.extend(kind.pack(getattr(message, name)))
        content = _HEAD.pack(LINK_PROTOCOL, codec.number, self._sequence) + codec.struct.pack(*values)
        self._sequence = (self._sequence + 1) & 0xFF
        return stuff(content + _CRC.pack(binascii.crc32(content))) + b"\0"


class Decoder:
    """Turns any byte stream into messages, and counts what it could not use."""

    def __init__(self) -> None:
        self.counters = Counters()
        self._buffer = bytearray()
        self._skipping = False
        self._expected: int | None = None

    def feed(self, data: bytes) -> list[LinkMessage]:
        messages: list[LinkMessage] = []
        *ends, rest = data.split(b"\0")
        for part in ends:
            self._keep(part)
            message = self._finish()
            if message is not None:
                messages.append(message)
        self._keep(rest)
        return messages

    def _keep(self, part: bytes) -> None:
        if not self._skipping and len(self._buffer) + len(part) > MAX_FRAME:
            self.counters.too_long += 1
            self._skipping = True
            self._buffer.clear()
        if not self._skipping:
            self._buffer += part

    def _finish(self) -> LinkMessage | None:
        frame, self._buffer = bytes(self._buffer), bytearray()
        skipped, self._skipping = self._skipping, False
        if skipped or not frame:
            return None
        content = unstuff(frame)
        if content is None or len(content) < _HEAD.size + _CRC.size:
            self.counters.bad_stuffing += 1
            return None
        if binascii.crc32(content[: -_CRC.size]) != _CRC.unpack(content[-_CRC.size :])[0]:
            self.counters.bad_checksum += 1
            return None
        return self._read(content[: -_CRC.size])

    def _read(self, content: bytes) -> LinkMessage | None:
        protocol, number, sequence = _HEAD.unpack_from(content)
        if protocol != LINK_PROTOCOL:
            self.counters.bad_protocol += 1
            return None
        self._count(sequence)
        codec, body = _BY_NUMBER.get(number), content[_HEAD.size :]
        if codec is None or len(body) != codec.struct.size:
            self.counters.bad_message += 1
            return None
        try:
            return codec.type(*_values(codec, codec.struct.unpack(body)))
        except ValueError:
            self.counters.bad_message += 1
            return None

    def _count(self, sequence: int) -> None:
        self.counters.frames += 1
        if self._expected is not None:
            self.counters.lost += (sequence - self._expected) & 0xFF
        self._expected = (sequence + 1) & 0xFF


def _values(codec: _Codec, raw: tuple[Any, ...]) -> list[Any]:
    values: list[Any] = []
    at = 0
    for kind, width in zip(codec.kinds, codec.widths, strict=True):
        values.append(kind.unpack(raw[at : at + width]))
        at += width
    return values


def stuff(content: bytes) -> bytes:
    """COBS: every stretch without zero gets its length + 1 in front, and the zeros go (at most 253 bytes)."""
    return b"".join(bytes((len(part) + 1,)) + part for part in content.split(b"\0"))


def unstuff(frame: bytes) -> bytes | None:
    """The content of a COBS frame without its closing zero, or None when the codes do not add up."""
    parts: list[bytes] = []
    at = 0
    while at < len(frame):
        end = at + frame[at]
        if end > len(frame):
            return None
        parts.append(frame[at + 1 : end])
        at = end
    return b"\0".join(parts)
