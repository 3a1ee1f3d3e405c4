"""UnlockConnector (OCPP 1.6 §5.18): the plug is let go, and the answer says whether it really was.

The session ends first; the safety module opens the lock when its relay is open, and never before (R-45).
"""

from collections.abc import Sequence

from pilotline.station.events import CallAnswer
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import LockPosition
from pilotline.vocabulary.time import SECOND

PATIENCE = 15 * SECOND
"""An orderly stop takes 6 s, the lock 3 s; the backend's own patience is often 30 s."""
_BROKEN = faults.ACT_UNLOCK | faults.MISSING_PCM


class UnlockDesk:
    """The calls that wait for the lock of one connector. ``wanted``: it shall open, session or not."""

    def __init__(self) -> None:
        self._calls: list[int] = []
        self._until: int | None = None

    @property
    def wanted(self) -> bool:
        return bool(self._calls)

    def ask(self, call: int, now: int) -> None:
        self._calls.append(call)
        self._until = now + PATIENCE

    def update(self, lock: LockPosition | None, mask: int, now: int) -> Sequence[CallAnswer]:
        """The answers, once the lock is open, broken or too slow. ``lock`` None: nobody knows where it is."""
        if not self._calls or self._until is None:
            return []
        opened = lock is LockPosition.OPEN
        if not opened and not mask & _BROKEN and now < self._until:
            return []
        answers = [CallAnswer(call, "Unlocked" if opened else "UnlockFailed") for call in self._calls]
        self._calls.clear()
        self._until = None
        return answers

    def deadline(self) -> int | None:
        return self._until
