"""Bytes of the RTM link: one frame is ``COBS(protocol, number, sequence, body, CRC-32) 0x00``.

COBS keeps zero out of a frame, so the next zero is always the end of one: after any damage the stream is
in step again. Whatever bytes arrive, the decoder yields messages or counts errors and never raises.
"""

import binascii
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from pilotline.vocabulary.board import LINK_PROTOCOL
from pilotline.wire.rtm_link.messages import LAYOUTS, Layout, LinkMessage, MessageT_co

_HEAD = struct.Struct("<BBB")  # protocol, number, sequence
_CRC = struct.Struct("<I")
_BY_TYPE = {layout.type: layout for layout in LAYOUTS}
MAX_FRAME = 254
"""Longest frame between two zeros. It keeps COBS to one code block a stretch and a decoder to 254 bytes."""


@dataclass(slots=True)
class Counters:
    """What a decoder has seen since it was made.

    ``lost`` adds up the gaps in the sequence; a peer that restarts begins at 0 again and looks like a gap.
    """

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


class Encoder:
    """Makes frames, numbered one after the other."""

    def __init__(self) -> None:
        self._sequence = 0

    def encode(self, message: LinkMessage) -> bytes:
        """One frame. Raises ``UnencodableError`` for a value that its field cannot hold."""
        layout = _BY_TYPE[type(message)]
        content = _HEAD.pack(LINK_PROTOCOL, layout.number, self._sequence) + layout.write(message)
        self._sequence = (self._sequence + 1) & 0xFF
        return stuff(content + _CRC.pack(binascii.crc32(content))) + b"\0"


class Decoder(Generic[MessageT_co]):
    """Turns any byte stream into messages, and counts what it could not use.

    ``layouts`` are the messages of one direction. Those of the other count as errors, so that an echo of
    the own words on the line is never taken for a sign of life.
    """

    def __init__(self, layouts: Sequence[Layout[MessageT_co]]) -> None:
        self.counters = Counters()
        self._layouts = {layout.number: layout for layout in layouts}
        self._buffer = bytearray()
        self._skipping = False
        self._expected: int | None = None

    def feed(self, data: bytes) -> list[MessageT_co]:
        """The messages that ``data`` completes, in order."""
        messages: list[MessageT_co] = []
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

    def _finish(self) -> MessageT_co | None:
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

    def _read(self, content: bytes) -> MessageT_co | None:
        protocol, number, sequence = _HEAD.unpack_from(content)
        if protocol != LINK_PROTOCOL:
            self.counters.bad_protocol += 1
            return None
        self._count(sequence)
        layout = self._layouts.get(number)
        if layout is not None:
            try:
                return layout.read(content[_HEAD.size :])
            except ValueError:
                pass
        self.counters.bad_message += 1
        return None

    def _count(self, sequence: int) -> None:
        self.counters.frames += 1
        if self._expected is not None:
            self.counters.lost += (sequence - self._expected) & 0xFF
        self._expected = (sequence + 1) & 0xFF


_CODES = [bytes((code,)) for code in range(256)]


def stuff(content: bytes) -> bytes:
    """COBS: every stretch without zero gets its length + 1 in front, and the zeros go (at most 253 bytes)."""
    return b"".join([_CODES[len(part) + 1] + part for part in content.split(b"\0")])


def unstuff(frame: bytes) -> bytes | None:
    """The content of a COBS frame without its closing zero, or None when the codes do not add up."""
    parts: list[bytes] = []
    at = 0
    while at < len(frame):
        end = at + frame[at]
        if not at < end <= len(frame):
            return None
        parts.append(frame[at + 1 : end])
        at = end
    return b"\0".join(parts)
