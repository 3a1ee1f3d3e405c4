"""The RTM's time grid.

All its moments lie on whole milliseconds, rounded up. So a loop that looks every millisecond and one that
sleeps until the next deadline give the same outputs at the same times, for the same time-stamped samples.
"""

from pilotline.vocabulary.time import US_PER_MS, OnDelay


def after(now: int, ms: int) -> int:
    """The grid point at or after ``ms`` milliseconds from ``now``."""
    return -(-(now + ms * US_PER_MS) // US_PER_MS) * US_PER_MS


def on_delay(ms: int) -> OnDelay:
    """An on-delay of ``ms`` milliseconds on the grid."""
    return OnDelay(ms * US_PER_MS, US_PER_MS)


class Pulse:
    """Something that is on for ``ms`` milliseconds after it was started."""

    def __init__(self, ms: int) -> None:
        self._ms = ms
        self._until = 0

    def start(self, now: int) -> None:
        self._until = after(now, self._ms)

    def is_on(self, now: int) -> bool:
        return now < self._until

    def deadline(self, now: int) -> int | None:
        return self._until if self._until > now else None
