"""Capture files of every writing, whole and cut."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.wire.capture.pcap import CaptureError, is_capture, read_capture
from support.recorded import Frame, pcap

FRAMES = [Frame(0, b"first" * 4), Frame(1_500_000, b"second"), Frame(1_500_001, b"")]
ZERO_US = 1_767_225_600_000_000


def block(order: str, kind: int, body: bytes) -> bytes:
    """A block of pcapng."""
    body += bytes(-len(body) % 4)
    length = struct.pack(order + "I", 12 + len(body))
    return struct.pack(order + "I", kind) + length + body + length


def section(order: str = "<") -> bytes:
    return block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(order: str = "<", link: int = 1, options: bytes = b"") -> bytes:
    return block(order, 1, struct.pack(order + "HHI", link, 0, 0) + options)


def enhanced(ticks: int, data: bytes, order: str = "<", number: int = 0) -> bytes:
    head = struct.pack(order + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
    return block(order, 6, head + data)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nanoseconds", [False, True])
def test_pcap_of_both_byte_orders_and_resolutions_is_the_same(order: str, nanoseconds: bool) -> None:
    """Times in microseconds, the link type, and the bytes."""
    data = pcap(FRAMES, order, nanoseconds, link=113)
    assert is_capture(data)
    capture = read_capture(data)
    assert [(each.at_us - ZERO_US, each.data) for each in capture.packets] == [
        (each.at_us, each.data) for each in FRAMES
    ]
    assert {each.link for each in capture.packets} == {113}
    assert not capture.cut_short


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng_has_times_by_its_interfaces(order: str) -> None:
    """Each interface says its own resolution and offset; blocks of other kinds are passed over."""
    nano = struct.pack(order + "HHB3x", 9, 1, 9) + struct.pack(order + "HHq", 14, 8, 10) + bytes(4)
    binary = struct.pack(order + "HHB3x", 9, 1, 0x80 | 10)
    data = (
        section(order)
        + block(order, 0x0BAD, b"a comment")
        + interface(order)
        + interface(order, 113, nano)
        + interface(order, 276, binary)
        + enhanced(2_000_003, b"one", order)
        + enhanced(5 << 32, b"two", order, 1)
        + enhanced(512, b"three", order, 2)
    )
    packets = read_capture(data).packets
    assert [each.data for each in packets] == [b"one", b"two", b"three"]
    assert [each.link for each in packets] == [1, 113, 276]
    assert [each.at_us for each in packets] == [2_000_003, 10_000_000 + (5 << 32) // 1000, 500_000]


def test_a_new_section_counts_its_interfaces_anew() -> None:
    """Files of two recorders put behind each other are one."""
    first = section("<") + interface("<") + enhanced(1, b"a")
    second = section(">") + interface(">", 113) + enhanced(2, b"b", ">")
    assert [(each.link, each.data) for each in read_capture(first + second).packets] == [
        (1, b"a"),
        (113, b"b"),
    ]


@pytest.mark.parametrize("cut", [1, 5, 17, 20])
def test_a_file_cut_short_is_read_as_far_as_it_goes(cut: int) -> None:
    """The recorder was switched off: what is whole counts, and the cut is told."""
    for data, whole in (
        (pcap(FRAMES[:2]), 1),
        (section() + interface() + enhanced(1, b"first") + enhanced(2, b"x"), 1),
    ):
        capture = read_capture(data[:-cut])
        assert len(capture.packets) == whole
        assert capture.cut_short


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no capture file"),
        (b"PK\x03\x04 and more", "no capture file"),
        (b"\xd4\xc3\xb2\xa1\x02\x00", "first header"),
        (section() + enhanced(1, b"a"), "interface 0"),
        (section() + interface() + block("<", 3, bytes(8)), "without times"),
        (section() + struct.pack("<II", 1, 5) + bytes(12), "5 bytes long"),
        (section() + interface() + block("<", 6, struct.pack("<IIIII", 0, 0, 0, 99, 99)), "longer than"),
    ],
)
def test_what_is_no_capture_is_refused_with_its_reason(data: bytes, why: str) -> None:
    """In a sentence."""
    with pytest.raises(CaptureError, match=why):
        read_capture(data)


@given(
    st.sampled_from([b"", b"\xd4\xc3\xb2\xa1", b"\x0a\x0d\x0d\x0a", section() + interface()]),
    st.binary(max_size=300),
)
def test_any_bytes_are_a_capture_or_a_typed_error(start: bytes, data: bytes) -> None:
    """Nothing is allocated by what lengths say."""
    try:
        capture = read_capture(start + data)
    except CaptureError:
        return
    assert sum(len(each.data) for each in capture.packets) <= len(data)
