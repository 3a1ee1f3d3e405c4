"""Wall-clock time as a correction of core time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.station.clock import WallClock
from pilotline.vocabulary.journal import BootTime, Zero
from pilotline.vocabulary.time import HOUR, SECOND, Stamp

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
NOON_US = int(NOON.timestamp()) * SECOND


def test_time_is_unknown_until_somebody_tells() -> None:
    """A fresh boot knows the order of things and not their date."""
    clock = WallClock(7)
    assert not clock.known
    assert not clock.is_settled(clock.stamp(0))
    assert clock.utc(Stamp(7, 3 * SECOND)) == datetime(1970, 1, 1, 0, 0, 3, tzinfo=UTC)


@pytest.mark.requirement("R-51")
def test_time_learned_later_puts_earlier_stamps_right() -> None:
    """What happened 10 s before the backend told the time happened 10 s before that time."""
    clock = WallClock(7)
    clock.learn(NOON, 60 * SECOND)
    assert clock.known
    assert clock.utc(Stamp(7, 50 * SECOND)) == NOON - timedelta(seconds=10)


def test_the_latest_word_counts() -> None:
    """A correction replaces what was learned before; no stamp changes, only its reading."""
    clock = WallClock(7)
    clock.learn(NOON, 0)
    clock.learn(NOON + timedelta(seconds=2), 0)
    assert clock.utc(Stamp(7, 0)) == NOON + timedelta(seconds=2)


def test_another_boot_is_not_put_right_by_this_one() -> None:
    """A boot that never learned the time stays unknown."""
    clock = WallClock(7)
    clock.learn(NOON, 0)
    assert clock.utc(Stamp(6, SECOND)).year == 1970


@pytest.mark.requirement("R-51")
def test_a_stamp_carries_the_time_once_it_is_known() -> None:
    """One made before does not, one made after does; a later correction changes neither."""
    clock = WallClock(1, ())
    before = clock.stamp(SECOND)
    clock.settle(clock.learn(NOON, 2 * SECOND))
    after = clock.stamp(3 * SECOND)
    assert before == Stamp(1, SECOND)
    assert after == Stamp(1, 3 * SECOND, NOON_US + SECOND)
    assert clock.learn(NOON + timedelta(hours=1), 4 * SECOND) == ()
    assert clock.utc(before) == NOON - timedelta(seconds=1)
    assert clock.utc(after) == NOON + timedelta(seconds=1)
    assert clock.utc(clock.stamp(5 * SECOND)) == NOON + timedelta(hours=1, seconds=1)


@pytest.mark.requirement("R-51")
def test_nothing_is_settled_before_it_is_stored() -> None:
    """With a store, an early stamp may not be said before the first word is durable; then it stays."""
    clock = WallClock(1, ())
    early = clock.stamp(0)
    zeros = clock.learn(NOON, SECOND)
    assert zeros == (Zero(1, NOON_US - SECOND),)
    assert not clock.is_settled(early)
    assert clock.is_settled(clock.stamp(SECOND))
    assert clock.learn(NOON + timedelta(minutes=5), 2 * SECOND) == ()
    clock.settle(zeros)
    assert clock.is_settled(early)
    assert not clock.is_estimated(early)
    assert clock.utc(early) == NOON - timedelta(seconds=1)


def test_what_is_said_of_now_has_the_time_at_once() -> None:
    """While the first word is on its way to the disk, an early stamp reads by it, not as 1970."""
    clock = WallClock(1, ())
    clock.learn(NOON, SECOND)
    assert clock.utc(Stamp(1, 0)) == NOON - timedelta(seconds=1)


@pytest.mark.requirement("R-51")
def test_the_word_of_an_earlier_boot_holds_for_its_stamps() -> None:
    """Learned and stored then, exact now, and not overwritten by what this boot learns."""
    clock = WallClock(2, (BootTime(1, 9 * SECOND, Zero(1, NOON_US)), BootTime(2, 0, None)))
    assert clock.is_settled(Stamp(1, SECOND))
    assert clock.learn(NOON + timedelta(hours=1), 0) == (Zero(2, NOON_US + HOUR),)
    clock.settle((Zero(1, 0),))
    assert clock.utc(Stamp(1, SECOND)) == NOON + timedelta(seconds=1)
    assert not clock.is_estimated(Stamp(1, SECOND))


@pytest.mark.requirement("R-51")
def test_boots_that_never_learned_end_when_the_next_began() -> None:
    """Two in a row between known ones: durations kept, as late as possible, and marked as estimates."""
    boots = (
        BootTime(1, HOUR, Zero(1, NOON_US - 10 * HOUR)),
        BootTime(2, 40 * SECOND, None),
        BootTime(3, 20 * SECOND, None),
        BootTime(4, 0, None),
    )
    clock = WallClock(4, boots)
    zeros = clock.learn(NOON, 5 * SECOND)
    began = NOON_US - 5 * SECOND
    assert zeros == (
        Zero(4, began),
        Zero(3, began - 20 * SECOND, estimated=True),
        Zero(2, began - 60 * SECOND, estimated=True),
    )
    assert not clock.is_settled(Stamp(3, 0))
    clock.settle(zeros)
    last = Stamp(3, 20 * SECOND)
    assert clock.utc(last) == NOON - timedelta(seconds=5)
    assert clock.is_estimated(last)
    assert not clock.is_estimated(Stamp(3, 0, NOON_US))
    assert not clock.is_estimated(clock.stamp(6 * SECOND))
    assert not clock.is_estimated(Stamp(1, 0))


def test_an_unknown_boot_before_a_known_one_ends_where_that_began() -> None:
    """Not where the present one began: the latest possible time is that of its own successor."""
    boots = (BootTime(1, SECOND, None), BootTime(2, SECOND, Zero(2, NOON_US - HOUR)), BootTime(3, 0, None))
    assert WallClock(3, boots).learn(NOON, 0)[1:] == (Zero(1, NOON_US - HOUR - SECOND, estimated=True),)


def test_later_is_by_the_same_clock() -> None:
    """Core time and, where it is known, UTC move by the same; an unknown time stays unknown."""
    assert Stamp(1, 5, 105).later(8) == Stamp(1, 8, 108)
    assert Stamp(1, 5).later(8) == Stamp(1, 8)
    assert Stamp(1, 5, 105).later(2) == Stamp(1, 2, 102)


BOOTS = st.lists(st.tuples(st.integers(0, HOUR), st.booleans(), st.integers(0, HOUR)), min_size=1, max_size=6)


@pytest.mark.requirement("R-51")
@given(BOOTS, st.data())
def test_the_order_of_stamps_is_the_order_of_their_times(
    lives: list[tuple[int, bool, int]], data: st.DataObject
) -> None:
    """Over any boots, known or not, each of any length and with any pause after it; durations are exact."""
    known: tuple[BootTime, ...] = ()
    began, stamps = NOON_US, list[Stamp]()
    for number, (length, learns, pause) in enumerate(lives, 1):
        at = sorted(data.draw(st.lists(st.integers(0, length), max_size=3)))
        stamps += [Stamp(number, each) for each in at]
        clock = WallClock(number, known)
        if learns:
            clock.settle(clock.learn(_utc(began + length), length))
            known = tuple(BootTime(b.boot, b.last_at, clock._zeros.get(b.boot)) for b in known)
        known = (*known, BootTime(number, at[-1] if at else 0, clock._zeros.get(number)))
        began += length + pause
    clock = WallClock(len(lives) + 1, known)
    clock.settle(clock.learn(_utc(began), 0))
    assert all(clock.is_settled(stamp) for stamp in stamps)
    times = [clock.utc(stamp) for stamp in stamps]
    assert times == sorted(times)
    assert all(time <= _utc(began) for time in times)
    for one, other in pairwise(stamps):
        if one.boot == other.boot:
            assert clock.utc(other) - clock.utc(one) == timedelta(microseconds=other.at - one.at)


def _utc(microseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
