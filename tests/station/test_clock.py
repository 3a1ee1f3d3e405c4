"""Wall-clock time as a correction of core time."""

from datetime import UTC, datetime, timedelta

import pytest

from pilotline.station.clock import WallClock
from pilotline.vocabulary.time import SECOND, Stamp

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_time_is_unknown_until_somebody_tells() -> None:
    """A fresh boot knows the order of things and not their date."""
    clock = WallClock(7)
    assert not clock.known
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
