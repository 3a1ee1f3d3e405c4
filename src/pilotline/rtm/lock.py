"""The lock's obedience (E-14): it reaches the commanded end in time, and something answers at all."""

from pilotline.rtm.timing import on_delay
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import LockPosition
from pilotline.vocabulary.charger import LockTimes, Outlet
from pilotline.vocabulary.time import earliest


class LockWatch:
    """Silent on a model without a lock (E-01), and where commissioning has put it out of use (E-66).

    An empty socket is watched too: a bolt that stays out lets no plug in.
    """

    def __init__(self, outlet: Outlet, times: LockTimes | None) -> None:
        self._module = outlet.pcm
        self._locks = on_delay(times.lock_ms if times else 0)
        self._unlocks = on_delay(times.unlock_ms if times else 0)
        self._answers = on_delay(times.lock_ms if times else 0)

    def update(self, position: LockPosition, command: bool | None, now: int) -> int:
        """``command``: whether it is driven to lock; None while it is not in use."""
        missing = command is not None and self._module and position is LockPosition.NONE
        open_still = command is True and position is not LockPosition.LOCKED
        shut_still = command is False and position is not LockPosition.OPEN
        mask = faults.ACT_LOCK if self._locks.update(open_still and not missing, now) else 0
        mask |= faults.ACT_UNLOCK if self._unlocks.update(shut_still and not missing, now) else 0
        return mask | (faults.MISSING_PCM if self._answers.update(missing, now) else 0)

    def deadline(self, now: int) -> int | None:
        return earliest(*(each.deadline(now) for each in (self._locks, self._unlocks, self._answers)))
