"""How late the safety module's loop wakes, and what follows: pure figures in, a pace and figures out.

Nothing here sleeps or asks what time it is. The bounds are ours; what they serve is R-45: contacts that are
to be open within 100 ms of the car leaving state C leave no room for a loop that stands still for 50 ms.
"""

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass

from pilotline.vocabulary.board import Pace
from pilotline.vocabulary.time import MS, SECOND

WARN_US = 5 * MS
"""Over this a tick is counted and told of."""
ORDERLY_US = 20 * MS
"""Over this, with the relay closed, charging stops in order."""
TRIP_US = 50 * MS
"""Over this, whatever the relay does, it is a trip."""
MOST, WITHIN_US = 3, 1 * SECOND
"""As many ticks over ``ORDERLY_US`` in this time are a trip too."""
FIT_AGAIN_US = 10 * SECOND
"""A loop is believed again when it has woken in time for so long: longer than an orderly stop takes, so that
the stop that was begun is brought to its end."""
_RANK = (Pace.KEPT, Pace.LATE, Pace.STALLED)


class LatenessJudge:
    """Says how the loop keeps its time, one tick after the other."""

    def __init__(self) -> None:
        self.pace = Pace.KEPT
        self._fit_at = 0
        self._recent: deque[int] = deque(maxlen=MOST)

    def judge(self, late_us: int, *, closed: bool, now: int) -> Pace:
        """The pace from this tick on, which woke ``late_us`` late; ``closed`` is the relay's command."""
        if late_us > ORDERLY_US:
            self._recent.append(now)
            self.pace = max(self.pace, self._weigh(late_us, closed), key=_RANK.index)
            self._fit_at = now + FIT_AGAIN_US
        elif now >= self._fit_at:
            self.pace = Pace.KEPT
        return self.pace

    def _weigh(self, late_us: int, closed: bool) -> Pace:
        often = len(self._recent) == MOST and self._recent[-1] - self._recent[0] <= WITHIN_US
        if late_us > TRIP_US or often:
            return Pace.STALLED
        return Pace.LATE if closed else Pace.KEPT


@dataclass(frozen=True, slots=True)
class LateWarning:
    """What is told of late ticks: how many since the last warning, the worst of them, and how many ever."""

    ticks: int
    worst_us: int
    ever: int


class LatenessWarner:
    """At most one warning a second; what comes in between is in the next one."""

    def __init__(self) -> None:
        self._ticks = self._worst_us = self._ever = 0
        self._not_before = 0

    def note(self, late_us: int, now: int) -> LateWarning | None:
        """Take one tick; a warning when there is something to tell and it may be told."""
        if late_us > WARN_US:
            self._ticks, self._ever = self._ticks + 1, self._ever + 1
            self._worst_us = max(self._worst_us, late_us)
        if not self._ticks or now < self._not_before:
            return None
        warning = LateWarning(self._ticks, self._worst_us, self._ever)
        self._ticks = self._worst_us = 0
        self._not_before = now + SECOND
        return warning


BOUNDS_US = (100, 200, 500, 1 * MS, 2 * MS, WARN_US, 10 * MS, ORDERLY_US, TRIP_US)


class LatenessFigures:
    """How many ticks woke how late, ever."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BOUNDS_US) + 1)
        self.worst_us = 0

    def note(self, late_us: int) -> None:
        self._counts[bisect_left(BOUNDS_US, late_us)] += 1
        self.worst_us = max(self.worst_us, late_us)

    @property
    def ticks(self) -> int:
        return sum(self._counts)

    def over(self, bound_us: int) -> int:
        """How many ticks were later than one of ``BOUNDS_US``."""
        return sum(self._counts[BOUNDS_US.index(bound_us) + 1 :])
