"""A car and a charger of ours in one piece of simulated time: both ends, battery, power stage, line.

The line may be anything: ``to_car`` and ``to_charger`` say what becomes of bytes. What has been said stands
in lists, to be judged.
"""

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from pilotline.simulator.ac_outlet import AcOutlet
from pilotline.simulator.dc_car import DcCar, DcCarConfig, Driver
from pilotline.simulator.power_stage import PowerStage, SetBattery
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.power_side import EmergencyOff, OpenContactors, PowerState, PowerVerb, Trouble
from pilotline.vocabulary.time import MS, SECOND, Tick
from pilotline.wire.v2g.evcc import words as car_words
from pilotline.wire.v2g.evcc.core import Evcc
from pilotline.wire.v2g.evcc.words import CarState, EvccConfig, Transfer
from pilotline.wire.v2g.exi.schema import Element, element_name
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.secc import words as charger_words
from pilotline.wire.v2g.secc.core import Secc
from pilotline.wire.v2g.secc.words import Authorisation, Energy, PausedSession, PilotSeen, SeccConfig, Wish

LATENCY = 2 * MS
SESSION_ID = bytes.fromhex("1122334455667788")
DIN_DC = EvccConfig(protocols=(Protocol.DIN,))
ISO2_DC = EvccConfig(protocols=(Protocol.ISO2,))
ISO2_AC = EvccConfig(
    protocols=(Protocol.ISO2,),
    transfer=Transfer.AC_THREE_PHASE,
    max_current_ma=32_000,
    max_voltage_mv=230_000,
)
KINDS = {"DIN DC": DIN_DC, "ISO 15118-2 DC": ISO2_DC, "ISO 15118-2 AC": ISO2_AC}
AC_CAR = CarState(soc_percent=40, target_ma=16_000, target_mv=230_000)

Carry = Callable[[bytes], Sequence[tuple[int, bytes]]]


def in_order(data: bytes) -> Sequence[tuple[int, bytes]]:
    """A line that does its work."""
    return [(LATENCY, data)]


class V2gPair:
    """``run`` until both have ended, or for a time. Everything begins at 1 s of core time."""

    def __init__(
        self,
        config: EvccConfig,
        *,
        charger: SeccConfig | None = None,
        authorised: Authorisation = Authorisation.GRANTED,
        battery: DcCarConfig | None = None,
        resume: PausedSession | None = None,
    ) -> None:
        self.now = SECOND
        self.ac = config.transfer in (Transfer.AC_SINGLE_PHASE, Transfer.AC_THREE_PHASE)
        self.battery = DcCar(battery or DcCarConfig())
        self.car_state = AC_CAR if self.ac else self.battery.state
        self.evcc = Evcc(config, self.car_state)
        energy = Energy.AC if self.ac else Energy.DC
        self.secc = Secc(replace(charger or SeccConfig(), energy=energy), SESSION_ID, resume)
        self.power: Any = AcOutlet() if self.ac else PowerStage()
        self.to_charger: Carry = in_order
        self.to_car: Carry = in_order
        self._queue: list[tuple[int, int, str, object]] = []
        self._number = count()
        self.asked: list[Element] = []
        self.answered: list[Element] = []
        self.verbs: list[PowerVerb] = []
        self.car_did: list[object] = []
        self.sent: list[bytes] = []
        self.states: list[PowerState] = []
        self.car_ended: car_words.HangUp | None = None
        self.charger_ended: charger_words.HangUp | None = None
        if not self.ac:
            self.put("power", SetBattery(self.car_state.battery_mv))
        self.put("power", Tick())
        self.put("secc", PilotSeen(PilotState.B))
        self.put("secc", authorised)
        self.put("evcc", Tick())

    # --- what a story says ---

    def put(self, whom: str, event: object, after: int = 0) -> None:
        """To "evcc", "secc", "power" or "battery"."""
        heapq.heappush(self._queue, (self.now + after, next(self._number), whom, event))

    def tell_car(self, **changes: Any) -> None:
        """What the driver wants from now on."""
        if self.ac:
            self.car_state = replace(self.car_state, **changes)
            self.put("evcc", self.car_state)
        else:
            self.put("battery", Driver(**changes))

    def wish(self, wish: Wish) -> None:
        self.put("secc", wish)

    def trouble(self, trouble: Trouble) -> None:
        self.put("power", trouble)

    @property
    def over(self) -> bool:
        return self.car_ended is not None and self.charger_ended is not None

    def run(self, seconds: float = 3_600, until: Callable[[], bool] | None = None) -> "V2gPair":
        """Until all is over, the condition holds or the time has passed."""
        return self._run(seconds, lambda: self.over or (until is not None and until()))

    def settle(self, seconds: float = 3) -> "V2gPair":
        """What is left to happen when both have hung up."""
        return self._run(seconds, lambda: False)

    def _run(self, seconds: float, done: Callable[[], bool]) -> "V2gPair":
        end = self.now + round(seconds * SECOND)
        while not done():
            at = self._next()
            if at is None or at > end:
                self.now = end
                break
            self.now = max(self.now, at)
            self._step()
        return self

    def until_asked(self, name: str, times: int = 1, seconds: float = 600) -> "V2gPair":
        """Until the car has asked that so often."""
        self.run(seconds, lambda: self.names(self.asked).count(name) >= times)
        assert self.names(self.asked).count(name) >= times, self.story()
        return self

    # --- what a test asks ---

    @staticmethod
    def names(bodies: Iterable[Element]) -> list[str]:
        return [element_name(type(each)) for each in bodies]

    def order(self) -> list[str]:
        """What the car asked, repetitions once."""
        found: list[str] = []
        for name in self.names(self.asked):
            if not found or found[-1] != name:
                found.append(name)
        return found

    def pilots(self) -> str:
        return "".join(each.state.value for each in self.car_did if isinstance(each, car_words.HoldPilot))

    def inlets(self) -> list[bool]:
        return [each.closed for each in self.car_did if isinstance(each, car_words.CloseInlet)]

    def taken(self) -> list[int]:
        return [each.current_ma for each in self.car_did if isinstance(each, car_words.Take)]

    def told(self, name: str) -> list[Any]:
        """All that the car asked by that name."""
        return [each for each in self.asked if element_name(type(each)) == name]

    def story(self) -> str:
        return f"{' '.join(self.order())}; car: {self.car_ended}; charger: {self.charger_ended}"

    def check_ends(self) -> None:
        """What holds at every end of either: all is let go."""
        if self.car_ended is not None:
            assert self.pilots()[-1] == "B"
            assert self.inlets()[-1] is False
            assert self.taken()[-1] == 0
            assert self.evcc.deadline() is None
        if self.charger_ended is not None:
            lasting = self.verbs[-1] if self.verbs else OpenContactors()
            assert isinstance(lasting, OpenContactors | EmergencyOff), lasting
            assert self.secc.deadline() is None

    # --- how it runs ---

    def _next(self) -> int | None:
        times = [each.deadline() for each in (self.evcc, self.secc, self.power, self.battery)]
        times += [self._queue[0][0] if self._queue else None]
        return min((each for each in times if each is not None), default=None)

    def _step(self) -> None:
        if self._queue and self._queue[0][0] <= self.now:
            _, _, whom, event = heapq.heappop(self._queue)
            self._give(whom, event)
            return
        for whom, core in (
            ("power", self.power), ("battery", self.battery), ("secc", self.secc), ("evcc", self.evcc),
        ):  # fmt: skip
            due = core.deadline()
            if due is not None and due <= self.now:
                self._give(whom, Tick())

    def _give(self, whom: str, event: Any) -> None:
        core: Any = {"evcc": self.evcc, "secc": self.secc, "power": self.power, "battery": self.battery}[whom]
        effects = core.handle(event, self.now)
        due = core.deadline()
        assert due is None or due > self.now, (whom, event, due)
        for effect in effects:
            getattr(self, f"_from_{whom}")(effect)

    def _from_power(self, state: PowerState) -> None:
        self.states.append(state)
        self.put("secc", state)

    def _from_battery(self, state: CarState) -> None:
        self.car_state = state
        self.put("evcc", state)

    def _from_secc(self, effect: Any) -> None:
        match effect:
            case charger_words.Send(data):
                self._carry(self.to_car, data, "evcc", car_words.Received)
            case charger_words.HangUp():
                self.charger_ended = effect
                self.put("evcc", car_words.ChargerClosed(), LATENCY)
            case charger_words.Answered(_, body):
                self.answered.append(body)
            case charger_words.Heard() | charger_words.CarTold():
                pass
            case _:
                self.verbs.append(effect)
                self.put("power", effect)

    def _from_evcc(self, effect: Any) -> None:
        match effect:
            case car_words.Send(data):
                self.sent.append(data)
                self._carry(self.to_charger, data, "secc", charger_words.Received)
            case car_words.HangUp():
                self.car_ended = effect
                self.put("secc", charger_words.CarClosed(), LATENCY)
            case car_words.Said(_, body):
                self.asked.append(body)
            case car_words.Heard():
                pass
            case _:
                self.car_did.append(effect)
                self._act(effect)

    def _act(self, effect: Any) -> None:
        """Nothing may be closed or taken in state B (IEC 61851-23 CC, IEC 61851-1)."""
        closed = self.inlets()[-1:] == [True]
        if self.pilots()[-1:] == "B":
            assert not closed
            assert self.taken()[-1:] in ([], [0])
        if isinstance(effect, car_words.HoldPilot):
            self.put("secc", PilotSeen(effect.state), LATENCY)
        elif not self.ac:
            self.put("battery", effect)

    def _carry(self, line: Carry, data: bytes, whom: str, kind: Callable[[bytes], object]) -> None:
        for delay, piece in line(data):
            self.put(whom, kind(piece), delay)
