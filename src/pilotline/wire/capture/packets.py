"""What a recorded frame carries: SLAC, a UDP datagram, or a TCP segment over IPv6. All else is None.

Ethernet and Linux's "cooked" link types are read. Padding behind the IPv6 packet is not taken for data.
"""

import struct
from dataclasses import dataclass
from ipaddress import IPv6Address

ETHERNET, COOKED, COOKED_2 = 1, 113, 276
"""Link types of capture files."""
_IPV6, _HOMEPLUG = 0x86DD, 0x88E1
_VLANS = (0x8100, 0x88A8)
_TCP, _UDP, _FRAGMENT = 6, 17, 44
_OPTIONS = (0, 43, 60)
"""IPv6 extension headers that say their own length: hop-by-hop, routing, destination."""
FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10


@dataclass(frozen=True)
class Homeplug:
    """A HomePlug management frame, of which SLAC is made; ``type`` as ISO 15118-3 Annex A numbers them."""

    source: bytes
    type: int


@dataclass(frozen=True)
class End:
    """One side of a conversation."""

    address: IPv6Address
    port: int


@dataclass(frozen=True)
class Datagram:
    """A UDP datagram."""

    source: End
    target: End
    data: bytes


@dataclass(frozen=True)
class Segment:
    """A TCP segment."""

    source: End
    target: End
    number: int
    flags: int
    data: bytes


Content = Homeplug | Datagram | Segment


def content_of(link: int, data: bytes) -> Content | None:
    """What a packet of a capture file holds, as far as it matters here."""
    source, kind, payload = _link_layer(link, data)
    if kind == _HOMEPLUG and len(payload) >= 3:
        return Homeplug(source, int.from_bytes(payload[1:3], "little"))
    return _ipv6(payload) if kind == _IPV6 else None


def _link_layer(link: int, data: bytes) -> tuple[bytes, int, bytes]:
    """Who sent it, its EtherType and what is inside."""
    if link == ETHERNET and len(data) >= 14:
        at = 12
        while int.from_bytes(data[at : at + 2], "big") in _VLANS:
            at += 4
        return data[6:12], int.from_bytes(data[at : at + 2], "big"), data[at + 2 :]
    if link == COOKED and len(data) >= 16:
        return data[6:12], int.from_bytes(data[14:16], "big"), data[16:]
    if link == COOKED_2 and len(data) >= 20:
        return data[12:18], int.from_bytes(data[:2], "big"), data[20:]
    return b"", 0, b""


def _ipv6(data: bytes) -> Datagram | Segment | None:
    if len(data) < 40 or data[0] >> 4 != 6:
        return None
    length, kind = struct.unpack_from(">HB", data, 4)
    source, target = IPv6Address(data[8:24]), IPv6Address(data[24:40])
    kind, body = _past_options(kind, data[40 : 40 + length])
    if kind == _UDP and len(body) >= 8:
        ports = struct.unpack_from(">HH", body)
        return Datagram(End(source, ports[0]), End(target, ports[1]), body[8:])
    return _tcp(source, target, body) if kind == _TCP else None


def _past_options(kind: int, body: bytes) -> tuple[int, bytes]:
    """The payload behind extension headers; a fragment of something larger is nothing."""
    while kind in _OPTIONS and len(body) >= 8:
        length = 8 * (body[1] + 1)
        kind, body = body[0], body[length:]
    if kind == _FRAGMENT and len(body) >= 8:
        whole = not int.from_bytes(body[2:4], "big") & ~0x6
        return (body[0], body[8:]) if whole else (0, b"")
    return kind, body


def _tcp(source: IPv6Address, target: IPv6Address, body: bytes) -> Segment | None:
    if len(body) < 20:
        return None
    source_port, target_port, number = struct.unpack_from(">HHI", body)
    start = 4 * (body[12] >> 4)
    return Segment(End(source, source_port), End(target, target_port), number, body[13], body[start:])
