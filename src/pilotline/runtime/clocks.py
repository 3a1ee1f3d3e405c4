"""The only place that asks what time it is: core time since the process began, and wall-clock time."""

import time
from datetime import UTC, datetime

_BUILT = datetime(2026, 1, 1, tzinfo=UTC)
"""An operating system that says an earlier time has never learned it (a board without a battery)."""


class CoreClock:
    """Core time in microseconds since this clock was made, from the monotonic clock."""

    def __init__(self) -> None:
        self._zero = time.monotonic_ns()

    def now(self) -> int:
        return (time.monotonic_ns() - self._zero) // 1_000

    def loop_time(self, at: int) -> float:
        """A core time as the event loop counts (its clock is the monotonic one)."""
        return (self._zero + at * 1_000) / 1e9


class SleepingClock(CoreClock):
    """Core time for a loop that waits by itself, without an event loop."""

    def sleep_until(self, at: int) -> int:
        """Sleep until core time ``at``, and not at all when it is over; the core time it then is."""
        ahead = at - self.now()
        if ahead > 0:
            time.sleep(ahead / 1e6)
        return self.now()


def wall_clock() -> datetime | None:
    """UTC from the operating system, or None when it plainly does not know."""
    utc = datetime.now(UTC)
    return utc if utc >= _BUILT else None


def local_time() -> datetime:
    """The wall clock where the terminal is."""
    return datetime.now().astimezone()
