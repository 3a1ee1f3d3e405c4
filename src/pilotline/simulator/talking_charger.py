"""A charger that stands alone: the SECC's conversation with a virtual power side, as one pure core.

Conversation and power side meet in one queue, so that what one asks of the other happens in the order in
which it was said. There is no pilot wire here: an AC car is believed to hold state C from the moment at
which it asks for power, and B when it asks to stop.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from pilotline.simulator.ac_outlet import AcLoad, AcOutlet
from pilotline.simulator.power_stage import USUAL, NewSession, PowerStage, StageConfig, StageEvent
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.power_side import AcLimits, PowerState
from pilotline.vocabulary.time import Tick, earliest
from pilotline.wire.v2g.iso15118_2 import ChargeProgress, PowerDeliveryReq
from pilotline.wire.v2g.secc.core import Secc
from pilotline.wire.v2g.secc.words import (
    Answered,
    Authorisation,
    CarClosed,
    CarTold,
    Energy,
    HangUp,
    Heard,
    PausedSession,
    PilotSeen,
    Received,
    SeccConfig,
    SeccEffect,
    SeccEvent,
    Send,
    Wish,
)


@dataclass(frozen=True, slots=True)
class CarCame:
    """A car has connected. ``session_id`` is what a new session gets: 8 random bytes."""

    session_id: bytes


PowerEvent = StageEvent | AcLimits | AcLoad
ChargerEvent = CarCame | Received | CarClosed | Authorisation | Wish | PowerEvent
ChargerEffect = SeccEffect | PowerState


class TalkingCharger:
    """One connector. What was authorised or wished holds for the next car too, until it is said anew."""

    def __init__(
        self,
        config: SeccConfig,
        authorisation: Authorisation = Authorisation.GRANTED,
        stage: StageConfig = USUAL,
    ) -> None:
        self._config = config
        self._power: PowerStage | AcOutlet = PowerStage(stage) if config.energy is Energy.DC else AcOutlet()
        self._authorisation = authorisation
        self._wish = Wish.NONE
        self._secc: Secc | None = None
        self._paused: PausedSession | None = None
        self._state: PowerState | None = None
        self._queue: deque[SeccEvent | PowerEvent] = deque()
        self._effects: list[ChargerEffect] = []

    @property
    def talks(self) -> bool:
        """Whether a conversation goes on."""
        return self._secc is not None and not self._secc.ended

    def handle(self, event: ChargerEvent, now: int) -> list[ChargerEffect]:
        self._effects = []
        match event:
            case CarCame():
                self._begin(event.session_id, now)
            case Authorisation():
                self._authorisation = event
            case Wish():
                self._wish = event
            case _:
                pass
        if not isinstance(event, CarCame):
            self._queue.append(event)
        self._run(now)
        return self._effects

    def deadline(self) -> int | None:
        """When a Tick is wanted."""
        return earliest(self._power.deadline(), self._secc.deadline() if self._secc else None)

    def _begin(self, session_id: bytes, now: int) -> None:
        """What the conversation has to know before the car says its first word."""
        self._queue.append(NewSession())
        self._run(now)
        self._secc = Secc(self._config, session_id, self._paused)
        self._queue += [self._authorisation, self._wish]
        if self._state is not None:
            self._queue.append(self._state)

    def _run(self, now: int) -> None:
        while self._queue:
            event = self._queue.popleft()
            if isinstance(event, Tick):
                self._to_power(event, now)
                self._to_secc(event, now)
            elif isinstance(event, Received | CarClosed | Authorisation | Wish | PilotSeen | PowerState):
                self._to_secc(event, now)
            else:
                self._to_power(event, now)

    def _to_power(self, event: PowerEvent, now: int) -> None:
        for state in self._states(event, now):
            self._state = state
            self._effects.append(state)
            self._queue.append(state)

    def _states(self, event: PowerEvent, now: int) -> Sequence[PowerState]:
        if isinstance(self._power, AcOutlet):
            return self._power.handle(event, now)
        return () if isinstance(event, AcLimits | AcLoad) else self._power.handle(event, now)

    def _to_secc(self, event: SeccEvent, now: int) -> None:
        if self._secc is None:
            return
        for effect in self._secc.handle(event, now):
            self._effects.append(effect)
            self._queue += self._follows(effect)
        if self._secc.ended:
            self._paused = self._secc.paused

    def _follows(self, effect: SeccEffect) -> Sequence[SeccEvent | PowerEvent]:
        match effect:
            case Heard(_, PowerDeliveryReq(charge_progress=progress)) if self._config.energy is Energy.AC:
                return [PilotSeen(_HELD[progress])]
            case CarTold() if self._config.energy is Energy.AC:
                return [AcLoad(effect.max_current_ma or 0)]
            case Send() | HangUp() | Heard() | Answered() | CarTold():
                return ()
            case _:
                return [effect]


_HELD = {
    ChargeProgress.START: PilotState.C,
    ChargeProgress.STOP: PilotState.B,
    ChargeProgress.RENEGOTIATE: PilotState.C,
}
"""The car's pilot after PowerDeliveryReq (V2G2-847, V2G2-848)."""
