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
        """The mask of faults of contacts that stand otherwise than commanded for too long.

        Two contacts of one coil never move at once: if both stand wrong when the first is overdue, both
        are named, and the coil with them.
        """
        live, neutral = contacts.live is not self.closed, contacts.neutral is not self.closed
        live_is_late = self._live.update(live, now)
        neutral_is_late = self._neutral.update(neutral, now)
        if live and neutral and (live_is_late or neutral_is_late):
            return faults.POWER_RELAY | self._of_live | self._of_neutral
        return (self._of_live if live_is_late else 0) | (self._of_neutral if neutral_is_late else 0)

    @property
    def _of_live(self) -> int:
        return faults.L_OPEN if self.closed else faults.L_CLOSED

    @property
    def _of_neutral(self) -> int:
        return faults.N_OPEN if self.closed else faults.N_CLOSED

    def deadline(self, now: int) -> int | None:
        return earliest(self._orderly.deadline(now), self._live.deadline(now), self._neutral.deadline(now))
