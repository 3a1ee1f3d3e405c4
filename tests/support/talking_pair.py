"""A virtual car and a virtual charger that stand alone, in simulated time: bytes arrive as they are sent."""

from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Any

from pilotline.simulator.dc_car import DcCarConfig
from pilotline.simulator.power_stage import StageConfig
from pilotline.simulator.talking_car import CarEffect, CarEvent, TalkingCar
from pilotline.simulator.talking_charger import CarCame, ChargerEffect, ChargerEvent, TalkingCharger
from pilotline.simulator.timeline import Timeline
from pilotline.vocabulary.time import SECOND, Tick
from pilotline.wire.v2g.evcc import words as car_words
from pilotline.wire.v2g.evcc.words import EvccConfig
from pilotline.wire.v2g.exi.schema import Element, element_name
from pilotline.wire.v2g.secc import words as charger_words
from pilotline.wire.v2g.secc.words import Authorisation, SeccConfig

QUICK = StageConfig(rise_mv=5_000_000, fall_mv=5_000_000, rise_ma=2_000_000, fall_ma=2_000_000, test_ms=100)
"""A power stage that nobody has to wait for."""
SMALL = DcCarConfig(capacity_wh=1_000, soc_percent=50, until_percent=51, max_current_ma=200_000)
"""Charged within a second."""
SESSION_ID = bytes(range(1, 9))


@dataclass(frozen=True)
class Line:
    """Who said what, and the answer's code."""

    who: str
    name: str
    code: str = ""


def line(who: str, body: Element) -> Line:
    code: Any = getattr(body, "response_code", None)
    return Line(who, element_name(type(body)), "" if code is None else code.value)


def folded(lines: list[Line]) -> list[Line]:
    """A loop as one exchange: how often is asked hangs on real time."""
    pairs = [tuple(lines[i : i + 2]) for i in range(0, len(lines), 2)]
    return [each for pair, _ in groupby(pairs) for each in pair]


class TalkingPair:
    """``play`` until both have hung up. ``lines`` is what the charger heard and answered."""

    def __init__(
        self,
        car: EvccConfig,
        charger: SeccConfig | None = None,
        *,
        battery: DcCarConfig = SMALL,
        stage: StageConfig = QUICK,
        authorisation: Authorisation = Authorisation.GRANTED,
    ) -> None:
        self.timeline = Timeline()
        self.charger = TalkingCharger(charger or SeccConfig(), authorisation, stage)
        self.timeline.add(self.charger.deadline, lambda _: self.to_charger(Tick()))
        self.lines: list[Line] = []
        self.charger_said: list[ChargerEffect] = []
        self.car_said: list[CarEffect] = []
        self.come(car, battery)

    def come(self, car: EvccConfig, battery: DcCarConfig = SMALL) -> None:
        """A car connects."""
        self.car = TalkingCar(car, battery)
        self.timeline.add(partial(self._car_due, self.car), lambda _: self.to_car(Tick()))
        self.to_charger(CarCame(SESSION_ID))
        self.to_car(Tick())

    def _car_due(self, car: TalkingCar) -> int | None:
        return car.deadline() if car is self.car else None

    def play(self, span_us: int = 600 * SECOND) -> "TalkingPair":
        self.timeline.run(self.timeline.now + span_us, lambda: self.over)
        return self

    @property
    def over(self) -> bool:
        return self.car.ended is not None and not self.charger.talks

    def to_charger(self, event: ChargerEvent) -> None:
        for effect in self.charger.handle(event, self.timeline.now):
            self.charger_said.append(effect)
            match effect:
                case charger_words.Send(data):
                    self.timeline.post(partial(self.to_car, car_words.Received(data)))
                case charger_words.HangUp():
                    self.timeline.post(partial(self.to_car, car_words.ChargerClosed()))
                case charger_words.Heard():
                    self.lines.append(line("car", effect.body))
                case charger_words.Answered():
                    self.lines.append(line("charger", effect.body))
                case _:
                    pass

    def to_car(self, event: CarEvent) -> None:
        for effect in self.car.handle(event, self.timeline.now):
            self.car_said.append(effect)
            match effect:
                case car_words.Send(data):
                    self.timeline.post(partial(self.to_charger, charger_words.Received(data)))
                case car_words.HangUp():
                    self.timeline.post(partial(self.to_charger, charger_words.CarClosed()))
                case _:
                    pass

    def ending(self) -> charger_words.HangUp:
        """The charger's last."""
        return [each for each in self.charger_said if isinstance(each, charger_words.HangUp)][-1]


def paused(car: EvccConfig, session_id: bytes) -> EvccConfig:
    """The same car, back from a pause."""
    return replace(car, session_id=session_id)
