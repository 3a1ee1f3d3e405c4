"""A TCP stream out of segments that come in any order, twice, overlapping, or not at all."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from pilotline.wire.capture.streams import Stream

DATA = bytes(range(200))


def text(pieces: list[bytes]) -> bytes:
    return b"".join(pieces)


def segments(first: int, size: int = 20) -> list[tuple[int, bytes]]:
    """DATA as segments behind a SYN of that number."""
    return [((first + 1 + at) % (1 << 32), DATA[at : at + size]) for at in range(0, len(DATA), size)]


@given(
    st.sampled_from([0, 1000, (1 << 32) - 1, (1 << 32) - 90]),
    st.lists(st.integers(0, 9), max_size=10),
    st.randoms(use_true_random=False),
)
def test_order_and_repeats_do_not_matter(first: int, again: list[int], random: Random) -> None:
    """Up to eight segments may wait for one; the numbers may wrap over."""
    stream, all_ = Stream(), segments(first)
    stream.open(first)
    sent = [*all_, *(all_[each] for each in again)]
    random.shuffle(sent)
    pieces = [piece for number, data in sent[:9] for piece in stream.feed(0, number, data)]
    pieces += [piece for number, data in [*sent[9:], *all_] for piece in stream.feed(0, number, data)]
    if not any(each.after_gap for each in pieces):
        assert text([each.data for each in pieces]) == DATA


@given(st.lists(st.tuples(st.integers(0, 150), st.integers(1, 80)), max_size=8))
def test_overlapping_segments_say_each_byte_once(cuts: list[tuple[int, int]]) -> None:
    """Whatever pieces of the same bytes come, no byte comes twice, and the order is kept."""
    stream = Stream()
    stream.open(0)
    pieces = [piece for at, size in cuts for piece in stream.feed(0, 1 + at, DATA[at : at + size])]
    pieces += [piece for number, data in segments(0) for piece in stream.feed(0, number, data)]
    assert text([each.data for each in pieces]) == DATA


def test_each_piece_has_the_time_at_which_it_was_seen() -> None:
    """What waited for a late one keeps its own."""
    stream = Stream()
    stream.open(0)
    assert stream.feed(5, 4, b"def") == []
    assert [(each.at_us, each.data) for each in stream.feed(9, 1, b"abc")] == [(9, b"abc"), (5, b"def")]


def test_a_segment_that_was_not_recorded_is_a_gap_after_eight_others() -> None:
    """Then what comes behind it is read, and marked."""
    stream, (_, *others) = Stream(), segments(0)
    stream.open(0)
    pieces = [piece for number, data in others for piece in stream.feed(0, number, data)]
    assert text([each.data for each in pieces]) == DATA[20:]
    assert [each.after_gap for each in pieces] == [True] + [False] * 8


def test_what_waits_at_the_end_of_the_recording_is_read_then() -> None:
    """Over every gap that is left."""
    stream = Stream()
    stream.open(0)
    stream.feed(0, 11, b"late")
    stream.feed(0, 31, b"later")
    assert [(each.data, each.after_gap) for each in stream.flush()] == [(b"late", True), (b"later", True)]
    assert stream.flush() == []


def test_a_recording_that_begins_in_the_middle_begins_with_its_first_segment() -> None:
    """There was no SYN."""
    stream = Stream()
    assert [each.data for each in stream.feed(0, 777, b"here")] == [b"here"]
    assert [each.data for each in stream.feed(0, 781, b"there")] == [b"there"]
