"""Frames on a line that loses, adds, turns and repeats bytes: messages or counted errors, never a crash."""

import binascii
import random
import struct
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.vocabulary.board import LINK_PROTOCOL, HostAlive, HostMessage, Identity, Permit, Withdraw
from pilotline.wire.rtm_link import BOARD_TO_HOST, HOST_TO_BOARD, Counters, Decoder, Encoder
from pilotline.wire.rtm_link.frames import MAX_FRAME, stuff, unstuff
from pilotline.wire.rtm_link.messages import LAYOUTS, LinkMessage
from support.link_messages import HOST_MESSAGES, MESSAGES

PERMIT = Permit(16_000, 2_000)


def host_decoder() -> Decoder[HostMessage]:
    return Decoder(HOST_TO_BOARD)


def frame(content: bytes) -> bytes:
    """Any content as a frame whose checksum is right."""
    return stuff(content + struct.pack("<I", binascii.crc32(content))) + b"\0"


def sent(*messages: LinkMessage) -> list[bytes]:
    encoder = Encoder()
    return [encoder.encode(message) for message in messages]


# --- COBS ---


@given(st.binary(max_size=253))
def test_stuffing_takes_the_zeros_out_and_comes_back(content: bytes) -> None:
    """A stuffed content has no zero, is one byte longer, and is the content again."""
    stuffed = stuff(content)
    assert 0 not in stuffed
    assert len(stuffed) == len(content) + 1
    assert unstuff(stuffed) == content


@given(st.binary(max_size=300))
def test_unstuffing_answers_to_anything(frame: bytes) -> None:
    """Any bytes, zeros among them, are a content or None."""
    content = unstuff(frame)
    assert content is None or not frame or stuff(content) == frame


@pytest.mark.parametrize("frame", [b"\0", b"\x01\0", b"\x03a", b"\xff" + b"a" * 253], ids=bytes.hex)
def test_codes_that_do_not_add_up_are_none(frame: bytes) -> None:
    """A code of zero or one that points behind the end is refused."""
    assert unstuff(frame) is None


# --- a good line ---


def test_a_frame_is_what_the_page_says() -> None:
    """Protocol, number, sequence, body, CRC-32, stuffed, and a zero: byte by byte."""
    content = bytes((LINK_PROTOCOL, 3, 0)) + struct.pack("<IHB", 16_000, 2_000, 0)
    assert sent(PERMIT) == [stuff(content + struct.pack("<I", binascii.crc32(content))) + b"\0"]
    assert sent(PERMIT)[0].hex(" ") == "03 04 03 03 80 3e 01 03 d0 07 05 11 db 42 a7 00"


def test_every_frame_fits() -> None:
    """The longest message fits into the longest frame."""
    assert max(layout.size for layout in LAYOUTS) + 3 + 4 + 1 <= MAX_FRAME


@given(st.lists(MESSAGES, max_size=12), st.data())
def test_any_split_of_the_stream_gives_the_same_messages(
    messages: list[LinkMessage], data: st.DataObject
) -> None:
    """However the bytes arrive, the messages come out in order and nothing is counted as an error."""
    stream = b"".join(sent(*messages))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    decoder = Decoder(LAYOUTS)
    pieces = [stream[start:end] for start, end in pairwise([0, *cuts, len(stream)])]
    assert [message for piece in pieces for message in decoder.feed(piece)] == messages
    assert decoder.counters == Counters(frames=len(messages))


def test_a_split_at_every_point() -> None:
    """Cut in two at every byte, and byte by byte, two frames are two messages."""
    stream = b"".join(sent(PERMIT, HostAlive()))
    for cut in range(len(stream) + 1):
        decoder = host_decoder()
        assert [*decoder.feed(stream[:cut]), *decoder.feed(stream[cut:])] == [PERMIT, HostAlive()]
    single = host_decoder()
    assert [m for n in range(len(stream)) for m in single.feed(stream[n : n + 1])] == [PERMIT, HostAlive()]


def test_the_sequence_goes_round() -> None:
    """After 256 frames the sequence begins again, and that is no gap."""
    decoder = host_decoder()
    stream = b"".join(sent(*[HostAlive()] * 700))
    assert len(decoder.feed(stream)) == 700
    assert decoder.counters == Counters(frames=700)


# --- a bad line ---


@given(st.lists(HOST_MESSAGES, min_size=1, max_size=6), st.data())
def test_a_damaged_byte_costs_two_frames_at_most(messages: list[HostMessage], data: st.DataObject) -> None:
    """A byte turned, lost or added spoils its frame, and the next where the closing zero was hit."""
    frames = sent(*messages)
    stream = bytearray(b"".join(frames))
    at = data.draw(st.integers(0, len(stream) - 1))
    damage = data.draw(st.sampled_from(["turn", "lose", "add"]))
    if damage == "turn":
        stream[at] ^= data.draw(st.integers(1, 255))
    elif damage == "lose":
        del stream[at]
    else:
        stream.insert(at, data.draw(st.integers(0, 255)))
    decoder = host_decoder()
    received = decoder.feed(bytes(stream) + sent(PERMIT)[0] + sent(PERMIT)[0])
    assert received[-1] == PERMIT
    kept = received[: len(received) - 1]
    assert len(kept) >= len(messages) - 2
    assert all(message in [*messages, PERMIT] for message in kept)


def test_a_missing_zero_costs_two_frames() -> None:
    """Two frames without the zero between them are one bad frame; the third is read, and the gap counted."""
    first, second, third, fourth = sent(PERMIT, PERMIT, Withdraw(), HostAlive())
    decoder = host_decoder()
    assert decoder.feed(first) == [PERMIT]
    assert decoder.feed(second[:-1] + third) == []
    assert decoder.feed(fourth) == [HostAlive()]
    assert decoder.counters.lost == 2
    assert decoder.counters.errors == 1


def test_zeros_between_frames_are_nothing() -> None:
    """Idle zeros on the line are no frames and no errors."""
    decoder = host_decoder()
    assert decoder.feed(b"\0\0\0" + sent(PERMIT)[0] + b"\0\0") == [PERMIT]
    assert decoder.counters == Counters(frames=1)


@given(st.lists(st.binary(max_size=400), max_size=8))
def test_any_bytes_give_messages_or_errors(chunks: list[bytes]) -> None:
    """Whatever comes, the decoder goes on, keeps no more than a frame, and is in step after the next zero."""
    decoder = host_decoder()
    for chunk in chunks:
        decoder.feed(chunk)
        assert len(decoder._buffer) <= MAX_FRAME
    parts = b"".join(chunks).split(b"\0")
    whole = [part for part in parts[:-1] if part]
    assert decoder.counters.frames + decoder.counters.errors >= len(whole)
    decoder.feed(b"\0")
    assert decoder.feed(sent(PERMIT)[0]) == [PERMIT]


@given(st.binary(max_size=60))
def test_any_content_with_a_good_checksum_is_judged(content: bytes) -> None:
    """A peer that checksums nonsense gets it counted, once."""
    decoder = host_decoder()
    messages = decoder.feed(frame(content))
    assert len(messages) + decoder.counters.errors == 1


def test_a_megabyte_of_junk() -> None:
    """A megabyte of noise, with zeros and without, costs no memory and is over with the next zero."""
    noise = random.Random(1)
    decoder = host_decoder()
    for _ in range(256):
        decoder.feed(noise.randbytes(4_096))
        assert len(decoder._buffer) <= MAX_FRAME
    assert decoder.counters.errors > 3_000
    silent = host_decoder()
    for _ in range(256):
        assert silent.feed(b"\xaa" * 4_096) == []
        assert len(silent._buffer) <= MAX_FRAME
    assert silent.counters == Counters(too_long=1)
    assert silent.feed(b"\0" + sent(PERMIT)[0]) == [PERMIT]


@pytest.mark.parametrize(
    ("stream", "counters"),
    [
        (b"\x09ab\0", Counters(bad_stuffing=1)),
        (stuff(b"short") + b"\0", Counters(bad_stuffing=1)),
        (stuff(b"long enough but no sum") + b"\0", Counters(bad_checksum=1)),
        (frame(bytes((LINK_PROTOCOL + 1, 2, 0))), Counters(bad_protocol=1)),
        (frame(bytes((LINK_PROTOCOL, 77, 0))), Counters(frames=1, bad_message=1)),
        (frame(bytes((LINK_PROTOCOL, 2, 0, 0))), Counters(frames=1, bad_message=1)),
        (frame(bytes((LINK_PROTOCOL, 5, 0, 2))), Counters(frames=1, bad_message=1)),
        (frame(bytes((LINK_PROTOCOL, 9, 0, 99, 0, 0, 0, 0))), Counters(frames=1, bad_message=1)),
        (b"a" * 255 + b"\0", Counters(too_long=1)),
    ],
    ids=["code", "short", "checksum", "protocol", "number", "length", "flag", "enum", "too long"],
)
def test_each_error_has_its_counter(stream: bytes, counters: Counters) -> None:
    """Every way to be wrong is counted under its own name, and the next frame is read."""
    decoder = host_decoder()
    assert decoder.feed(stream) == []
    assert decoder.counters == counters
    assert decoder.counters.errors == 1
    assert decoder.feed(sent(PERMIT)[0]) == [PERMIT]


def test_gaps_of_the_sequence_add_up() -> None:
    """Every frame that never came is counted, when the next one shows that it was missing."""
    frames = sent(*[HostAlive()] * 10)
    decoder = host_decoder()
    for number in (0, 1, 4, 5, 9):
        decoder.feed(frames[number])
    assert decoder.counters == Counters(frames=5, lost=5)


def test_an_echo_is_no_peer() -> None:
    """A board that hears its own words hears no host: messages of the other direction are errors."""
    identity = Identity(LINK_PROTOCOL, 1, 1, accepted=True, remembered=0, serial="")
    board, host = host_decoder(), Decoder(BOARD_TO_HOST)
    assert board.feed(sent(identity)[0]) == []
    assert board.counters.bad_message == 1
    assert host.feed(sent(identity)[0]) == [identity]
    assert host.feed(sent(PERMIT)[0]) == []


def test_counters_start_at_zero() -> None:
    """Each decoder counts for itself."""
    assert host_decoder().counters == Counters() == replace(Counters(), frames=0)
