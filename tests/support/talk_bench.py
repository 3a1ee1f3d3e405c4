"""A host with a modem on the bench, and a car that talks to it: both conversations as in production."""

from typing import Any, TypeVar

from pilotline.links.v2g.line import CarBytes, CarConnected, CarGone, CarHangUp, FromCar
from pilotline.links.v2g.log_views import CarMessageView
from pilotline.vocabulary.charger import ChargerModel
from pilotline.vocabulary.time import SECOND, Tick, earliest
from pilotline.wire.v2g.evcc import words as evcc
from pilotline.wire.v2g.evcc.core import Evcc
from pilotline.wire.v2g.exi.schema import Element
from pilotline.wire.v2g.protocols import Protocol
from support.host_bench import HostBench

BodyT = TypeVar("BodyT", bound=Element)


class TalkBench(HostBench):
    """``heard`` is what the charger answered, ``ending`` how the car saw the end; ``wants`` is its state."""

    def __init__(self, model: ChargerModel) -> None:
        self.car: Evcc | None = None
        self.wants = evcc.CarState(40, 16_000, 0)
        self.heard: list[Element] = []
        self.ending: evcc.HangUp | None = None
        self.hung_up = 0
        super().__init__(model, stored={"c_Iso15118": True})

    # --- the car ---

    def call(self, session_id: bytes = bytes(8)) -> None:
        """It connects and begins."""
        config = evcc.EvccConfig(
            transfer=evcc.Transfer.AC_SINGLE_PHASE,
            protocols=(Protocol.ISO2,),
            max_current_ma=16_000,
            session_id=session_id,
            loop_us=SECOND,
        )
        self.car, self.ending = Evcc(config, self.wants), None
        self.tell(CarConnected(1))
        self._drive(Tick())
        self._settle()

    def change(self, state: evcc.CarState) -> None:
        """The car is in another state."""
        self._drive(state)
        self._settle()

    def charge_by_messages(self) -> None:
        """Plug, call, card, and the charge loop."""
        self.plug()
        self.run(SECOND)
        self.call()
        self.card()
        self.run(5 * SECOND)

    def last(self, kind: type[BodyT]) -> BodyT:
        """The last answer of this kind; there has to be one."""
        return [body for body in self.heard if isinstance(body, kind)][-1]

    @property
    def rows(self) -> list[CarMessageView]:
        """The log."""
        return list(self.core.lines.views(1, self.core.clock, 0))

    def _drive(self, event: evcc.EvccEvent) -> None:
        for effect in self.car.handle(event, self.now) if self.car else ():
            match effect:
                case evcc.Send(data):
                    self._post(FromCar(1, data), 0)
                case evcc.Heard(_, body):
                    self.heard.append(body)
                case evcc.HoldPilot(state):
                    self.board.pilot = state
                    self._from_board()
                case evcc.HangUp():
                    self.ending = effect
                    self._post(CarGone(1), 0)
                case _:
                    pass

    # --- the wheels ---

    def _next(self) -> int | None:
        return earliest(super()._next(), self.car.deadline() if self.car else None)

    def _wake(self) -> None:
        super()._wake()
        due = self.car.deadline() if self.car else None
        if due is not None and due <= self.now:
            self._drive(Tick())

    def _hand_over(self, event: Any) -> None:
        if isinstance(event, evcc.Received | evcc.ChargerClosed):
            self._drive(event)
        else:
            super()._hand_over(event)

    def _take(self, effects: Any) -> None:
        super()._take(effects)
        for effect in effects:
            if isinstance(effect, CarBytes):
                self._post(evcc.Received(effect.data), 0)
            elif isinstance(effect, CarHangUp):
                self.hung_up += 1
                self._post(evcc.ChargerClosed(), 0)
