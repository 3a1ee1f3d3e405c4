"""Capture files: pcap, by micro- or nanoseconds and of either byte order, and pcapng.

A file that ends in the middle of a packet is what a recorder leaves that was switched off: what is whole is
read, and ``cut_short`` says so.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_PCAP = {
    b"\xd4\xc3\xb2\xa1": ("<", 1),
    b"\xa1\xb2\xc3\xd4": (">", 1),
    b"\x4d\x3c\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\x3c\x4d": (">", 1000),
}
"""Byte order, and what the fraction of a second is to be divided by to be microseconds."""
_PCAPNG = b"\x0a\x0d\x0d\x0a"
_SECTION, _INTERFACE, _SIMPLE, _ENHANCED = 0x0A0D0D0A, 1, 3, 6
_RESOLUTION, _OFFSET = 9, 14
"""Options of an interface (if_tsresol, if_tsoffset)."""


class CaptureError(ValueError):
    """The file is no capture, or one of a kind that is not read here."""


@dataclass(frozen=True)
class Packet:
    """What was seen on the wire at a time; ``link`` is the number of the link type."""

    at_us: int
    link: int
    data: bytes


@dataclass(frozen=True)
class Capture:
    """A whole file."""

    packets: tuple[Packet, ...]
    cut_short: bool = False


def is_capture(data: bytes) -> bool:
    """Whether a file that begins so is one of these."""
    return data[:4] in _PCAP or data[:4] == _PCAPNG


def read_capture(data: bytes) -> Capture:
    """All packets of a file. Raises CaptureError."""
    if data[:4] in _PCAP:
        return _read_pcap(data)
    if data[:4] == _PCAPNG:
        return _Pcapng(data).read()
    raise CaptureError("This is no capture file: it begins like neither pcap nor pcapng.")


def _read_pcap(data: bytes) -> Capture:
    order, divisor = _PCAP[data[:4]]
    if len(data) < 24:
        raise CaptureError("The capture file ends within its first header.")
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    packets: list[Packet] = []
    at, head = 24, struct.Struct(order + "IIII")
    while at + head.size <= len(data):
        seconds, fraction, length, _ = head.unpack_from(data, at)
        at += head.size
        if at + length > len(data):
            return Capture(tuple(packets), cut_short=True)
        packets.append(Packet(seconds * 1_000_000 + fraction // divisor, link, data[at : at + length]))
        at += length
    return Capture(tuple(packets), cut_short=at != len(data))


@dataclass(frozen=True)
class _Interface:
    link: int
    ticks_per_s: int = 1_000_000
    offset_s: int = 0

    def at_us(self, ticks: int) -> int:
        return ticks * 1_000_000 // self.ticks_per_s + self.offset_s * 1_000_000


@dataclass
class _Pcapng:
    """A reader of blocks; interfaces are counted anew in each section."""

    data: bytes
    order: str = "<"
    interfaces: list[_Interface] = field(default_factory=list[_Interface])

    def read(self) -> Capture:
        packets: list[Packet] = []
        at = 0
        while at + 12 <= len(self.data):
            self._learn_order(at)
            kind, length = struct.unpack_from(self.order + "II", self.data, at)
            if length < 12 or length % 4:
                raise CaptureError(f"A block of the capture file says it is {length} bytes long.")
            if at + length > len(self.data):
                return Capture(tuple(packets), cut_short=True)
            packets += self._block(kind, self.data[at + 8 : at + length - 4])
            at += length
        return Capture(tuple(packets), cut_short=at != len(self.data))

    def _learn_order(self, at: int) -> None:
        """A section's magic says in which order it is written; its block type reads the same either way."""
        if self.data[at : at + 4] == _PCAPNG:
            self.order = "<" if self.data[at + 8 : at + 12] == b"\x4d\x3c\x2b\x1a" else ">"

    def _block(self, kind: int, body: bytes) -> Iterator[Packet]:
        if kind == _SECTION:
            self.interfaces.clear()
        elif kind == _INTERFACE and len(body) >= 8:
            self.interfaces.append(self._interface(body))
        elif kind == _ENHANCED and len(body) >= 20:
            yield from self._packet(body)
        elif kind == _SIMPLE and self.interfaces:
            raise CaptureError("The capture file has packets without times; record it anew, with times.")

    def _interface(self, body: bytes) -> _Interface:
        link = struct.unpack_from(self.order + "H", body)[0]
        options = dict(self._options(body[8:]))
        ticks = 1_000_000
        if resolution := options.get(_RESOLUTION):
            power = resolution[0] & 0x7F
            ticks = 2**power if resolution[0] & 0x80 else 10**power
        offset = options.get(_OFFSET, b"")
        seconds = struct.unpack(self.order + "q", offset)[0] if len(offset) == 8 else 0
        return _Interface(link, ticks, seconds)

    def _options(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        at = 0
        while at + 4 <= len(data):
            code, length = struct.unpack_from(self.order + "HH", data, at)
            if code == 0:
                return
            yield code, data[at + 4 : at + 4 + length]
            at += 4 + (length + 3) // 4 * 4

    def _packet(self, body: bytes) -> Iterator[Packet]:
        number, high, low, length, _ = struct.unpack_from(self.order + "IIIII", body)
        if number >= len(self.interfaces):
            raise CaptureError(f"A packet is of interface {number}, which the file does not describe.")
        if length > len(body) - 20:
            raise CaptureError("A packet of the capture file is longer than its block.")
        interface = self.interfaces[int(number)]
        yield Packet(interface.at_us(high << 32 | low), interface.link, body[20 : 20 + length])
