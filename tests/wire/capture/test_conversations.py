"""What of a capture file belongs to charging, out of whatever else is on the wire."""

import random
import struct
from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.wire.capture.conversations import Heard, listen
from pilotline.wire.capture.packets import Datagram, Homeplug, Segment, content_of
from pilotline.wire.capture.pcap import Packet, read_capture
from pilotline.wire.v2g import sdp
from support.recorded import (
    CAR_PORT,
    CHARGER_PORT,
    Frame,
    connection,
    ethernet,
    homeplug,
    in_turns,
    ipv6,
    later,
    pcap,
    search,
    tcp,
    udp,
    whole_session,
)

SAID = in_turns(whole_session())


def heard(frames: list[Frame]) -> Heard:
    return listen(read_capture(pcap(frames)).packets)


def payloads(found: Heard) -> list[list[bytes]]:
    return [[each.frame.payload for each in one.spoken] for one in found.conversations]


def test_a_session_is_its_slac_its_search_and_its_messages() -> None:
    """In the order in which they were seen, and who closed it."""
    found = heard([*search(), *later(connection(SAID), 3_100_000)])
    assert [frame.type for _, frame in found.matching][:2] == [0x6064, 0x6065]
    assert [type(each) for _, each in found.searches] == [sdp.Request, sdp.Response]
    assert payloads(found) == [[each.payload for each in SAID]]
    (only,) = found.conversations
    assert {each.source.port for each in only.spoken} == {CAR_PORT, CHARGER_PORT}
    assert only.closing is not None
    assert only.closing.source.port == CHARGER_PORT
    assert not only.closing.reset


def test_lost_order_and_retransmission_change_nothing() -> None:
    """Neighbours swapped, each fifth segment twice: the same messages."""
    frames, chance = connection(SAID), random.Random(3)
    shuffled = frames[:2]
    body = frames[2:-1]
    for at in range(0, len(body), 4):
        group = body[at : at + 4]
        chance.shuffle(group)
        shuffled += [*group, group[0]]
    found = heard([*shuffled, frames[-1]])
    assert sorted(payloads(found)[0]) == sorted(each.payload for each in SAID)
    assert found.conversations[0].troubles == []


def test_a_hole_in_the_recording_costs_the_messages_in_it() -> None:
    """The others are read, and the hole is told."""
    frames = connection(SAID)
    del frames[10]
    (found,) = heard(frames).conversations
    assert len(found.spoken) == len(SAID) - 1
    assert [each.why for each in found.troubles] == [
        "A part of the conversation is missing in the recording."
    ]


def test_the_same_ports_again_are_another_conversation() -> None:
    """A car that begins anew after the end may use the same."""
    again = later(connection(SAID[:4], first_number=77), 60_000_000)
    assert [len(each) for each in payloads(heard([*connection(SAID), *again]))] == [len(SAID), 4]


def test_what_is_encrypted_is_a_conversation_without_words() -> None:
    """A TLS handshake is known by its first bytes."""
    hello = b"\x16\x03\x01\x00\x05hello"
    (found,) = heard([Frame(0, tcp(True, 0, flags=2)), Frame(1, tcp(True, 1, hello))]).conversations
    assert found.encrypted
    assert found.spoken == []


def test_others_on_the_wire_are_passed_over() -> None:
    """Web servers, neighbours' discoveries, IPv4, and datagrams to SDP's port that are none of it."""
    found = heard(
        [
            Frame(0, ethernet(0x0800, bytes(40))),
            Frame(1, tcp(True, 1, b"GET / HTTP/1.1\r\n")),
            Frame(2, udp(True, b"anything")),
            Frame(3, ipv6(True, 58, bytes(24))),
        ]
    )
    assert (found.matching, found.searches, found.conversations) == ([], [], [])


def test_a_reset_is_told_from_a_close() -> None:
    """And by whom."""
    frames = [*connection(SAID[:2], closed=False), Frame(999_999, tcp(True, 1, flags=0x04))]
    closing = heard(frames).conversations[0].closing
    assert closing is not None
    assert closing.reset
    assert closing.source.port == CAR_PORT


# --- frames ----------------------------------------------------------------------------------------


def inner(by_car: bool = True) -> bytes:
    """An IPv6 packet without its Ethernet head, and without padding."""
    return ipv6(by_car, 17, struct.pack(">HHHH", 1, sdp.PORT, 10, 0) + b"hi")[14 : 14 + 40 + 10]


@pytest.mark.parametrize(
    ("link", "head"),
    [
        (1, bytes(12) + b"\x86\xdd"),
        (1, bytes(12) + b"\x81\x00\x00\x05\x86\xdd"),
        (1, bytes(12) + b"\x88\xa8\x00\x05\x81\x00\x00\x06\x86\xdd"),
        (113, bytes(14) + b"\x86\xdd"),
        (276, b"\x86\xdd" + bytes(18)),
    ],
)
def test_ethernet_with_and_without_vlans_and_cooked_frames_are_read(link: int, head: bytes) -> None:
    """The same datagram in each, whatever padding stands behind it."""
    content = content_of(link, head + inner() + bytes(9))
    assert isinstance(content, Datagram)
    assert content.data == b"hi"


def test_extension_headers_are_stepped_over_and_fragments_are_not_guessed() -> None:
    """Hop-by-hop and a whole "fragment" are; a real one is nothing."""
    udp_part = inner()[40:]
    options = bytes([44, 0]) + bytes(6)
    whole = bytes([17, 0, 0, 0]) + bytes(4)
    half = bytes([17, 0, 0, 1]) + bytes(4)
    source = IPv6Address("fe80::1")
    assert isinstance(content_of(1, ipv6(True, 0, options + whole + udp_part, source)), Datagram)
    assert content_of(1, ipv6(True, 0, options + half + udp_part, source)) is None


def test_slac_has_its_sender_and_its_number() -> None:
    """The number is written with its low byte first."""
    assert content_of(1, homeplug(0x6064)) == Homeplug(b"\2\0\0\0\0\1", 0x6064)


@given(st.sampled_from([0, 1, 113, 276]), st.binary(max_size=120), st.booleans())
def test_any_frame_is_something_or_nothing(link: int, data: bytes, as_ipv6: bool) -> None:
    """Short and broken ones are nothing, and raise nothing."""
    data = bytes(12) + b"\x86\xdd\x60" + data if as_ipv6 else data
    content = content_of(link, data)
    assert content is None or isinstance(content, (Homeplug, Datagram, Segment))


@given(st.lists(st.builds(Packet, st.integers(0, 1000), st.just(1), st.binary(max_size=80)), max_size=20))
def test_any_packets_can_be_listened_to(packets: list[Packet]) -> None:
    """Noise has no conversations."""
    assert listen(packets).conversations == []


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 400), st.binary(max_size=40)), max_size=30))
def test_any_segments_can_be_listened_to(said: list[tuple[bool, int, bytes]]) -> None:
    """Whatever two ends say to each other, there are frames or troubles, and no crash."""
    frames = [Frame(at, tcp(by_car, number, data)) for at, (by_car, number, data) in enumerate(said)]
    for each in heard(frames).conversations:
        assert each.spoken or each.encrypted
