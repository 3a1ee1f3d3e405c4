"""Two temperature sensors, each a first-order body warmed by the square of the current.

A temperature is a closed-form exponential from the last change of its target, so it is the same however
often it is read. It is given in whole millidegrees; the float behind it never leaves this module.
"""

import math
from dataclasses import dataclass

from pilotline.simulator.actions import SetHeat, SetTemperatures
from pilotline.vocabulary.time import SECOND, earliest

RATED_MA = 32_000
"""The current at which a body's ``rise_mc`` is stated."""


@dataclass(frozen=True, slots=True)
class Body:
    """``rise_mc`` over ambient in the end at 32 A, and the time constant of getting there."""

    rise_mc: int
    tau_s: int


RELAY = Body(rise_mc=22_000, tau_s=600)
ELECTRONICS = Body(rise_mc=14_000, tau_s=1_200)
"""The figures are ours: a sound wallbox at 32 A is warm, not hot."""


@dataclass(frozen=True, slots=True)
class ThermalConfig:
    """The two places (E-17) and the air."""

    relay: Body = RELAY
    electronics: Body = ELECTRONICS
    ambient_mc: int = 25_000


class _Sensor:
    """One body: where it started, where it goes, and what was last told of it."""

    def __init__(self, body: Body, mc: int, now: int) -> None:
        self._body = body
        self._tau = body.tau_s * SECOND
        self._start_mc = float(mc)
        self._start_at = now
        self._target_mc: int = mc
        self._told_mc = mc
        self.held_mc: int | None = None

    def at(self, now: int) -> float:
        if self.held_mc is not None:
            return float(self.held_mc)
        fallen = math.exp((self._start_at - now) / self._tau)
        return self._target_mc + (self._start_mc - self._target_mc) * fallen

    def aim(self, ambient_mc: int, current_ma: int, now: int) -> None:
        target = ambient_mc + self._body.rise_mc * current_ma * current_ma // (RATED_MA * RATED_MA)
        if target != self._target_mc:
            self._start_mc, self._start_at, self._target_mc = self.at(now), now, target

    def put(self, mc: int, now: int) -> None:
        self._start_mc, self._start_at = float(mc), now

    def hold(self, mc: int | None, now: int) -> None:
        """Something keeps it there; without that it goes on from where it is."""
        self._start_mc, self._start_at, self.held_mc = self.at(now), now, mc

    def tell(self, now: int) -> int:
        self._told_mc = round(self.at(now))
        return self._told_mc

    def due(self, quantum_mc: int, now: int) -> int | None:
        """When it will have moved by the quantum since it was told; never at or before ``now``."""
        if self.held_mc is not None:
            return None if self.held_mc == self._told_mc else now + 1
        rising = self._target_mc > self._told_mc
        level = self._told_mc + (quantum_mc if rising else -quantum_mc)
        ahead, whole = self._target_mc - level, self._target_mc - self._start_mc
        if ahead * (1 if rising else -1) <= 0 or whole == 0:
            return None
        left = ahead / whole
        after = math.ceil(-self._tau * math.log(left)) if left > 0 else 0
        return max(self._start_at + after, now + 1)


class Thermal:
    """Both sensors, with the moment at which one is worth telling again."""

    def __init__(self, config: ThermalConfig, quantum_mc: int, now: int) -> None:
        self._ambient_mc = config.ambient_mc
        self._current_ma = 0
        self._quantum_mc = quantum_mc
        self._relay = _Sensor(config.relay, config.ambient_mc, now)
        self._electronics = _Sensor(config.electronics, config.ambient_mc, now)
        self.due: int | None = None

    def load(self, current_ma: int, now: int) -> None:
        """The greatest phase current is this from now on."""
        if current_ma != self._current_ma:
            self._current_ma = current_ma
            self._aim(now)

    def set_ambient(self, ambient_mc: int, now: int) -> None:
        """The air is this warm from now on."""
        self._ambient_mc = ambient_mc
        self._aim(now)

    def put(self, action: SetTemperatures, now: int) -> None:
        """The sensors jump."""
        if action.relay_mc is not None:
            self._relay.put(action.relay_mc, now)
        if action.electronics_mc is not None:
            self._electronics.put(action.electronics_mc, now)
        self._plan(now)

    def heat(self, action: SetHeat, now: int) -> None:
        """Something keeps the sensors at a temperature, or no longer does."""
        self._relay.hold(action.relay_mc, now)
        self._electronics.hold(action.electronics_mc, now)
        self._plan(now)

    @property
    def heated(self) -> bool:
        """Whether something keeps a sensor at a temperature."""
        return self._relay.held_mc is not None or self._electronics.held_mc is not None

    def at(self, now: int) -> tuple[int, int]:
        """Both temperatures (m°C): relay, electronics."""
        return round(self._relay.at(now)), round(self._electronics.at(now))

    def tell(self, now: int) -> tuple[int, int]:
        """Both temperatures for a sample; the next is due when one has moved by the quantum since."""
        told = self._relay.tell(now), self._electronics.tell(now)
        self._plan(now)
        return told

    def _aim(self, now: int) -> None:
        self._relay.aim(self._ambient_mc, self._current_ma, now)
        self._electronics.aim(self._ambient_mc, self._current_ma, now)
        self._plan(now)

    def _plan(self, now: int) -> None:
        self.due = earliest(
            self._relay.due(self._quantum_mc, now), self._electronics.due(self._quantum_mc, now)
        )
