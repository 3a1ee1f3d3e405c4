"""When BootNotification goes out: at once, when the backend told us to, else at a pace of our own.

A backend that answers Pending or Rejected names the interval (OCPP 1.6 §4.2), and it holds over a new
connection too: whoever is turned away does not come back at once by another door. Where it names none, or
does not answer, the pause is ours: it doubles, and each station lengthens it by another part, so that a
backend that comes back does not meet all stations at one moment. Once accepted, all begins anew.
"""

from hashlib import blake2b

from pilotline.vocabulary.time import MINUTE, SECOND

FIRST_PAUSE, LONGEST_PAUSE = 30 * SECOND, 10 * MINUTE
JITTER_PERCENT = 20
LONGEST_INTERVAL = 24 * 60 * MINUTE
"""A longer one is not obeyed: a slip of the backend's would silence the station for ever."""


class BootPace:
    """``due`` is when the next one may go, None without a line. ``seed`` tells stations and boots apart."""

    def __init__(self, seed: str) -> None:
        self.due: int | None = None
        self._seed = seed
        self._pauses = 0
        self._not_before = 0

    def connected(self, now: int) -> None:
        self.due = max(now, self._not_before)

    def disconnected(self) -> None:
        self.due = None

    def accepted(self) -> None:
        self._pauses, self._not_before = 0, 0

    def turned_away(self, interval_s: int, now: int) -> None:
        """Pending or Rejected, to be asked again after ``interval_s``; 0 and less name no interval."""
        named = min(interval_s * SECOND, LONGEST_INTERVAL)
        self.due = self._not_before = now + (named if named > 0 else self._pause())

    def unanswered(self, now: int) -> None:
        """No answer, or none that says anything."""
        self.due = now + self._pause()

    def _pause(self) -> int:
        pause = min(FIRST_PAUSE << min(self._pauses, 10), LONGEST_PAUSE)
        drawn = blake2b(f"{self._seed} {self._pauses}".encode(), digest_size=4).digest()
        self._pauses += 1
        return pause + pause * JITTER_PERCENT * int.from_bytes(drawn, "big") // (100 << 32)
