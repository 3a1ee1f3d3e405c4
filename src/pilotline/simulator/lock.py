"""The actuator that holds the plug in a socket: its travel, its feedback, and a bolt that may jam.

The bolt stays where it is without power. Whether the plug may be pulled is for the world to say.
"""

from dataclasses import dataclass

from pilotline.simulator.actions import LockFault
from pilotline.vocabulary.board import LockPosition
from pilotline.vocabulary.time import MS


@dataclass(frozen=True, slots=True)
class LockConfig:
    """Whether a lock is fitted, and how long its bolt travels."""

    fitted: bool = True
    travel_ms: int = 300


_MOVES = {
    LockPosition.OPEN: (LockFault.NONE, LockFault.BLOCKED),
    LockPosition.LOCKED: (LockFault.NONE, LockFault.STRAINED),
}
"""With which faults the bolt still gets there."""


class Lock:
    """Where the bolt is and where it shall go."""

    def __init__(self, config: LockConfig, locked: bool = False) -> None:
        self._config = config
        self._bolt = LockPosition.LOCKED if locked else LockPosition.OPEN
        self._wanted = locked
        self._fault = LockFault.NONE
        self.due: int | None = None

    @property
    def position(self) -> LockPosition:
        """What the lock's feedback says; NONE where there is none, or where it is gone."""
        gone = self._fault is LockFault.MISSING
        return self._bolt if self._config.fitted and not gone else LockPosition.NONE

    @property
    def holds(self) -> bool:
        """Whether the bolt keeps a plug in, or out."""
        return self._config.fitted and self._bolt is not LockPosition.OPEN

    def command(self, locked: bool, now: int) -> None:
        """The motor is driven one way or the other."""
        if self._config.fitted and locked is not self._wanted:
            self._wanted = locked
            self._start(now)

    @property
    def fault(self) -> LockFault:
        return self._fault

    @property
    def fitted(self) -> bool:
        return self._config.fitted

    def break_down(self, fault: LockFault, now: int) -> None:
        """The lock breaks, or is mended and then goes where it was sent."""
        self._fault = fault
        self._start(now)

    def settle(self, now: int) -> None:
        """The bolt arrives when its time has come."""
        if self.due is not None and self.due <= now:
            self._bolt = LockPosition.LOCKED if self._wanted else LockPosition.OPEN
            self.due = None

    def _start(self, now: int) -> None:
        self.due = None
        target = LockPosition.LOCKED if self._wanted else LockPosition.OPEN
        if self._fault in _MOVES[target] and self._bolt is not target:
            self._bolt = LockPosition.MOVING
            self.due = now + self._config.travel_ms * MS
