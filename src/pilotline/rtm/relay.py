"""The relay: the three ways to open (R-45) and the check that the contacts obeyed (E-13)."""

from pilotline.rtm.timing import on_delay
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import Contacts
from pilotline.vocabulary.charger import RelayLimits
from pilotline.vocabulary.time import earliest


class Relay:
    """``closed`` is the command. Closing needs every condition in the same step; any doubt opens."""

    def __init__(self, limits: RelayLimits) -> None:
        self._limits = limits
        self._orderly = on_delay(limits.orderly_ms)
        self._live = on_delay(limits.feedback_ms)
        self._neutral = on_delay(limits.feedback_ms)
        self.closed = False

    def update(self, *, safe: bool, permitted: bool, may_close: bool, current_ma: int, now: int) -> None:
        """Decide at ``now``.

        ``safe``: nothing trips, the car is in C and the plug is locked. ``permitted``: a fresh permit of
        6 A or more. ``may_close``: all that must hold before closing, beyond the two.
        """
        overdue = self._orderly.update(self.closed and not permitted, now)
        if self.closed:
            self.closed = safe and (
                permitted or not (overdue or current_ma < self._limits.orderly_current_ma)
            )
        else:
            self.closed = safe and permitted and may_close

    def mismatch(self, contacts: Contacts, now: int) -> int:
        """The mask of faults of contacts that stand otherwise than commanded for too long."""
        live = self._live.update(contacts.live is not self.closed, now)
        neutral = self._neutral.update(contacts.neutral is not self.closed, now)
        mask = (faults.L_OPEN if self.closed else faults.L_CLOSED) if live else 0
        mask |= (faults.N_OPEN if self.closed else faults.N_CLOSED) if neutral else 0
        return mask | (faults.POWER_RELAY if live and neutral else 0)

    def deadline(self, now: int) -> int | None:
        return earliest(self._orderly.deadline(now), self._live.deadline(now), self._neutral.deadline(now))
