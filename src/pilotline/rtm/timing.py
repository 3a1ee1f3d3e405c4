"""The RTM's time grid.

All its moments lie on whole milliseconds, rounded up. So a loop that looks every millisecond and one that
sleeps until the next deadline give the same outputs at the same times, for the same time-stamped samples.
"""

from pilotline.vocabulary.time import US_PER_MS, OnDelay, earliest


def after(now: int, ms: int) -> int:
    """The grid point at or after ``ms`` milliseconds from ``now``."""
    return -(-(now + ms * US_PER_MS) // US_PER_MS) * US_PER_MS


def on_delay(ms: int) -> OnDelay:
    """An on-delay of ``ms`` milliseconds on the grid."""
    return OnDelay(ms * US_PER_MS, US_PER_MS)


class Believed:
    """Something believed after ``on_ms``, and given up after it has been well over for ``off_ms``."""

    def __init__(self, on_ms: int, off_ms: int = 0) -> None:
        self._begins = on_delay(on_ms)
        self._ends = on_delay(off_ms)
        self._on = False

    def update(self, there: bool, over: bool, now: int) -> bool:
        """Between ``there`` and ``over`` lies the hysteresis, in which all stays as it is."""
        begun = self._begins.update(there, now)
        ended = self._ends.update(self._on and over, now)
        self._on = begun or (self._on and not ended)
        return self._on

    def deadline(self, now: int) -> int | None:
        return earliest(self._begins.deadline(now), self._ends.deadline(now))


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
