"""Latching faults by their recovery class (R-13): the table decides, this file has no fault of its own."""

from pilotline.vocabulary.faults import Recovery, select

_WITH_CAUSE = select(Recovery.SELF) | select(Recovery.COOL)
_ON_UNPLUG = select(Recovery.UNPLUG)
_ON_SERVICE = select(Recovery.SERVICE)


class FaultLatch:
    """``active`` is the mask in force; a fault whose cause is present never leaves it."""

    def __init__(self, absent: int) -> None:
        self._possible = ~absent
        self.active = 0

    def update(self, present: int, unplugged: bool, cleared: int) -> int:
        """Take the causes present now; returns the faults that are new.

        ``cleared`` is the mask a person has asked to reset.
        """
        present &= self._possible
        over = self.active & ~present
        ended = over & _WITH_CAUSE
        ended |= over & _ON_UNPLUG if unplugged else 0
        ended |= over & _ON_SERVICE & cleared
        before, self.active = self.active, (self.active | present) & ~ended
        return self.active & ~before
