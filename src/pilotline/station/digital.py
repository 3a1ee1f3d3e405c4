"""Whether a connector's car is asked to talk, and what that means for its permit (ISO 15118, IEC 61851-1).

A car that is plugged in first sees 5 %, which asks it to talk; until its conversation asks for power nothing
is allowed. A car that says nothing in time, or ends without having charged, is charged by the duty cycle for
the rest of this plug-in.
"""

from enum import Enum

from pilotline.station.events import CarSaid
from pilotline.station.keys import KeyStore
from pilotline.vocabulary.car import CarTalk
from pilotline.vocabulary.pilot import Signalling
from pilotline.vocabulary.time import SECOND


class Talk(Enum):
    """How it stands between car and station."""

    NONE = "none"  # the duty cycle alone, or no car
    AWAITED = "awaited"  # the pilot asks the car to talk
    AGREEING = "agreeing"  # it talks, and has not asked for power yet
    POWER = "power"  # it has
    OVER = "over"  # it ended in order after it had charged; it may begin again


class DigitalDesk:
    """``hear`` what the line to the car says, ``update`` with the facts of the connector; then read.

    ``said`` is the conversation that is open. ``awaited_until`` is core time, None while nothing runs out;
    ``decided_at`` when it was clear that this car is charged by the duty cycle.
    """

    def __init__(self, keys: KeyStore, *, fitted: bool) -> None:
        self._keys = keys
        self._fitted = fitted
        self._line = CarSaid(0)
        self._unplugs: int | None = None
        self._silent = False
        self._charged = False
        self._over = False
        self._session: str | None = None
        self._asked_at: int | None = None
        self._may = False
        self.decided_at: int | None = None

    @property
    def said(self) -> CarTalk | None:
        return self._line.talk

    @property
    def state(self) -> Talk:
        if not self.is_on:
            return Talk.NONE
        if self._line.talk is not None:
            return Talk.POWER if self._line.power else Talk.AGREEING
        return Talk.OVER if self._over else Talk.AWAITED

    @property
    def is_on(self) -> bool:
        """Whether the pilot is to ask for a conversation, or to carry one."""
        resting = self._over and self._session is None and self._line.talk is None
        return self._may and not self._silent and not resting

    @property
    def undecided(self) -> bool:
        """Whether it is still open how this car is charged."""
        return self.state in (Talk.AWAITED, Talk.AGREEING)

    @property
    def awaited_until(self) -> int | None:
        if self._asked_at is None:
            return None
        return self._asked_at + self._keys.number("c_Iso15118Wait") * SECOND

    def hear(self, said: CarSaid, now: int) -> None:
        """The line's whole state; an end without power is the end of talking for this plug-in."""
        ended = self._line.talk is not None and said.talk is None
        self._line = said
        self._charged = self._charged or said.power
        if ended:
            if self._may and not self._charged:
                self._give_up(now)
            self._over = self._may and self._charged and said.in_order
            self._charged = False
        elif said.talk is not None:
            self._over = False

    def update(
        self, unplugs: int | None, session: str | None, signalled: Signalling | None, now: int, *, ready: bool
    ) -> None:
        """``unplugs`` counts the plug-ins, None without a car. ``ready``: nothing else keeps it from
        charging; ``signalled`` is what the pilot shows.
        """
        if unplugs != self._unplugs:
            self._unplugs, self._silent, self._charged, self._over = unplugs, False, False, False
            self._asked_at = self.decided_at = None
        if session not in (None, self._session):
            self._over = False  # whoever lets it charge again asks it to talk again
        self._session = session
        enabled = self._fitted and self._keys.flag("c_Iso15118")
        self._may = enabled and ready and unplugs is not None
        self._await(signalled is Signalling.DIGITAL, now)

    def _await(self, asked: bool, now: int) -> None:
        """The wait begins when the car can see the 5 %, and anew after a conversation that broke off."""
        if self.state is not Talk.AWAITED or not asked:
            self._asked_at = None
        elif self._asked_at is None:
            self._asked_at = now
        until = self.awaited_until
        if until is not None and now >= until:
            self._give_up(now)

    def _give_up(self, now: int) -> None:
        self._silent, self._asked_at, self.decided_at = True, None, now

    def allowed_ma(self, wanted_ma: int) -> int:
        """What the permit allows where the limits allow ``wanted_ma``: nothing before it asked for power.

        A fall is in force at once, as by the duty cycle. The car hears of it in its next answer: the safety
        module leaves it 5 s to follow and 6 s more (E-12), and a car asks once a second.
        """
        return wanted_ma if self.state is Talk.POWER else 0

    def deadline(self, now: int) -> int | None:
        until = self.awaited_until
        return until if until is not None and until > now else None
