"""Core time and wall-clock time."""

import asyncio
from datetime import UTC, datetime, tzinfo
from typing import Self

import pytest

from pilotline.runtime import clocks
from pilotline.runtime.clocks import CoreClock, local_time, wall_clock


def test_core_time_begins_at_zero_and_never_goes_back() -> None:
    """Microseconds since the clock was made."""
    clock = CoreClock()
    times = [clock.now() for _ in range(1_000)]
    assert 0 <= times[0] < 1_000_000
    assert times == sorted(times)


def test_core_time_and_the_event_loop_agree() -> None:
    """A core time, told in the loop's time, is that moment to a millisecond."""

    async def story() -> None:
        clock = CoreClock()
        assert clock.loop_time(clock.now()) == pytest.approx(asyncio.get_running_loop().time(), abs=0.05)
        assert clock.loop_time(2_000_000) - clock.loop_time(0) == pytest.approx(2)

    asyncio.run(story())


@pytest.mark.parametrize(
    ("says", "knows"),
    [(datetime(1970, 1, 2, tzinfo=UTC), False), (datetime(2026, 6, 1, 12, tzinfo=UTC), True)],
)
def test_a_time_before_this_software_was_written_is_no_time(
    monkeypatch: pytest.MonkeyPatch, says: datetime, knows: bool
) -> None:
    """A board without a battery wakes up in 1970: its wall clock is unknown, not wrong."""

    class Fixed(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(says.timestamp(), tz)

    monkeypatch.setattr(clocks, "datetime", Fixed)
    assert (wall_clock() is not None) is knows


def test_local_time_knows_its_zone() -> None:
    """What a terminal shows has an offset."""
    assert local_time().utcoffset() is not None
