"""A car that stands alone: the EVCC's conversation and the battery it is for, as one pure core."""

from collections import deque

from pilotline.simulator.dc_car import DcCar, DcCarConfig, DcCarEvent, Driver
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.time import Tick, earliest
from pilotline.wire.v2g.evcc.core import Evcc
from pilotline.wire.v2g.evcc.words import (
    CarState,
    ChargerClosed,
    CloseInlet,
    EvccConfig,
    EvccEffect,
    EvccEvent,
    HangUp,
    HoldPilot,
    Received,
    Take,
    Transfer,
)

_PHASES = {Transfer.AC_SINGLE_PHASE: 1, Transfer.AC_THREE_PHASE: 3}
CarEvent = Received | ChargerClosed | Driver | Tick
CarEffect = EvccEffect | CarState


class TalkingCar:
    """One conversation. What the charger supplies fills the battery; what the battery takes is asked for."""

    def __init__(self, config: EvccConfig, battery: DcCarConfig) -> None:
        self._phases = _PHASES.get(config.transfer)
        self._battery = DcCar(battery)
        self._evcc = Evcc(config, self._battery.state)
        self._queue: deque[EvccEvent | DcCarEvent] = deque()
        self._effects: list[CarEffect] = []

    @property
    def ended(self) -> HangUp | None:
        """How the conversation ended, None before that."""
        return self._evcc.ended

    @property
    def state(self) -> CarState:
        """The car as it was told last."""
        return self._battery.state

    def stored_wh(self, now: int) -> int:
        """The energy in its battery."""
        return self._battery.stored_wh(now)

    def handle(self, event: CarEvent, now: int) -> list[CarEffect]:
        """One event at core time ``now``, µs; the first of all begins the conversation."""
        self._effects = []
        self._queue.append(event)
        while self._queue:
            self._pass_on(self._queue.popleft(), now)
        return self._effects

    def deadline(self) -> int | None:
        """When a Tick is wanted."""
        return earliest(self._battery.deadline(), self._evcc.deadline())

    def _pass_on(self, event: EvccEvent | DcCarEvent, now: int) -> None:
        if isinstance(event, Tick | Driver | Take | CloseInlet):
            for state in self._battery.handle(event, now):
                self._effects.append(state)
                self._queue.append(state)
        if isinstance(event, Tick | Received | ChargerClosed | CarState):
            for effect in self._evcc.handle(event, now):
                self._effects.append(effect)
                self._follow(effect)

    def _follow(self, effect: EvccEffect) -> None:
        """With AC the car's own charger is connected in state C, and makes direct current of all phases."""
        match effect:
            case Take() if self._phases:
                power = effect.current_ma * effect.voltage_mv * self._phases
                volts = self._battery.state.battery_mv or 0
                self._queue.append(Take(power // volts if volts else 0, volts))
            case HoldPilot() if self._phases:
                self._queue.append(CloseInlet(effect.state is PilotState.C))
            case Take() | CloseInlet():
                self._queue.append(effect)
            case _:
                pass
