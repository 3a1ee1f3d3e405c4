"""Frames of V2GTP: whole ones out of any pieces, and typed errors before anything is kept."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.wire.v2g.v2gtp import (
    MAX_PAYLOAD,
    Decoder,
    Frame,
    PayloadType,
    TooLongError,
    V2gtpError,
    WrongLengthError,
    WrongVersionError,
    encode,
    read_datagram,
)

FRAMES = st.builds(Frame, st.integers(0, 0xFFFF), st.binary(max_size=300))


def all_of(decoder: Decoder) -> list[Frame]:
    return list(iter(decoder.next, None))


@pytest.mark.requirement("M-01")
def test_a_frame_is_the_bytes_of_the_standard() -> None:
    """Version 01, its inverse, two bytes of type, four of length, then the payload."""
    assert encode(PayloadType.SAP_DIN_OR_ISO_2, b"\x80\x40") == bytes.fromhex("01fe 8001 00000002 8040")


@given(st.lists(FRAMES, max_size=5), st.data())
def test_frames_come_out_of_any_pieces(frames: list[Frame], data: st.DataObject) -> None:
    """However the stream is cut, the same frames come in the same order, and nothing stays behind."""
    stream = b"".join(encode(each.type, each.payload) for each in frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    decoder, found = Decoder(), list[Frame]()
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        decoder.feed(stream[begin:end])
        found += all_of(decoder)
    assert found == frames
    assert not decoder.in_the_middle


def test_a_known_type_is_named_and_an_unknown_one_is_handed_up_with_its_number() -> None:
    """The standard has the receiver pass over what it does not know; the stream goes on behind it."""
    decoder = Decoder()
    decoder.feed(encode(0x1234, b"what is this") + encode(0x9000, b"\x10\x00"))
    unknown, known = all_of(decoder)
    assert (unknown.type, unknown.known) == (0x1234, False)
    assert known.type is PayloadType.SDP_REQUEST
    assert known.known


@pytest.mark.parametrize("start", ["00", "02fe", "01ff", "0101", "47455420"])
def test_another_version_ends_the_stream_at_its_first_wrong_byte(start: str) -> None:
    """No header is waited for, the error stays, and what comes later is not kept."""
    decoder = Decoder()
    decoder.feed(bytes.fromhex(start))
    with pytest.raises(WrongVersionError, match="01 FE"):
        decoder.next()
    decoder.feed(encode(0x8001, b""))
    with pytest.raises(WrongVersionError):
        decoder.next()


def test_frames_before_a_wrong_one_are_still_read() -> None:
    """The error comes in its place of the stream."""
    decoder = Decoder()
    decoder.feed(encode(0x8001, b"good") + b"bad")
    assert decoder.next() == Frame(0x8001, b"good")
    with pytest.raises(WrongVersionError):
        decoder.next()


@pytest.mark.parametrize("length", [MAX_PAYLOAD + 1, 0xFFFFFFFF])
def test_a_length_over_the_bound_is_refused_by_the_header_alone(length: int) -> None:
    """Eight bytes that announce four gigabytes cost eight bytes."""
    decoder = Decoder()
    decoder.feed(bytes.fromhex("01fe8001") + length.to_bytes(4, "big"))
    with pytest.raises(TooLongError, match=str(length)):
        decoder.next()


def test_what_a_peer_would_refuse_is_not_encoded() -> None:
    """The longest payload goes, one byte more does not."""
    assert len(encode(0x8001, bytes(MAX_PAYLOAD))) == MAX_PAYLOAD + 8
    with pytest.raises(TooLongError):
        encode(0x8001, bytes(MAX_PAYLOAD + 1))


def test_a_connection_that_ends_within_a_frame_shows_it() -> None:
    """Half a frame is none, and is not forgotten."""
    decoder = Decoder()
    decoder.feed(encode(0x8001, b"abc")[:-1])
    assert decoder.next() is None
    assert decoder.in_the_middle


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ("01fe9000000000", WrongLengthError),
        ("01fe9000000000021000ff", WrongLengthError),
        ("01fe90000000000210", WrongLengthError),
        ("02fd9000000000021000", WrongVersionError),
        ("01fe9000ffffffff1000", TooLongError),
    ],
)
def test_a_datagram_is_one_whole_frame(data: str, error: type[V2gtpError]) -> None:
    """Neither less nor more than its header says."""
    with pytest.raises(error):
        read_datagram(bytes.fromhex(data))


@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_are_frames_or_a_typed_error(data: bytes, begin_well: bool) -> None:
    """Nothing else comes out, be it as stream or as datagram."""
    data = b"\x01\xfe" + data if begin_well else data
    decoder = Decoder()
    decoder.feed(data)
    for read in (lambda: all_of(decoder), lambda: read_datagram(data)):
        with suppress(V2gtpError):
            assert read() is not None
