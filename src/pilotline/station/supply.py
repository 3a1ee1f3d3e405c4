"""What the house draws beside the car, from a sensor that knows import from export (EVSENS, M-08).

Its readings come over a bus of their own, up to a second apart from the board's measurement of the car. So a
reading waits for the measurement after it: what the car drew then lies between that and the one before.
"""

from dataclasses import dataclass
from typing import NamedTuple

from pilotline.vocabulary.phases import UNKNOWN, ZERO, PerPhase

STEADY_MA = 500
"""A car that has changed by less between two measurements is at rest (ours: twice their quantum)."""
STEP_MA = 4_000
"""A step of the car that has to show in the supply (ours: more than most appliances that come and go)."""
PROOF = 2
"""So many steps more for one sign than for the other: a single one may be the house's own doing."""


class House(NamedTuple):
    """What the house draws (mA), as far as it can be known: at least, and at most."""

    least_ma: int
    most_ma: int


@dataclass(frozen=True, slots=True)
class _Step:
    """Supply and car on one phase while the car was at rest."""

    supply_ma: int
    car_ma: int


class Sign:
    """Whether the sensor of one phase is the right way round, by what the car's own steps do to it.

    ``proven``: its sign is believed; ``wrong``: the opposite is shown. Until one of them it is as a clamp
    that knows no sign, and so it is when it is wrong: never optimistic (R-20).
    """

    def __init__(self) -> None:
        self._rest: _Step | None = None
        self._score = 0
        self.proven = False

    @property
    def wrong(self) -> bool:
        return self._score == -PROOF

    def learn(self, supply_ma: int, car_ma: int) -> None:
        """One more moment in which the car was at rest."""
        rest, self._rest = self._rest, _Step(supply_ma, car_ma)
        if rest is None:
            return
        car, supply = car_ma - rest.car_ma, supply_ma - rest.supply_ma
        if abs(car) < STEP_MA:
            return
        if abs(supply - car) < abs(car) // 2:
            self._count(1)
        elif abs(supply + car) < abs(car) // 2:
            self._count(-1)

    def value(self, supply_ma: int) -> int:
        """What is believed of a reading."""
        return supply_ma if self.proven else abs(supply_ma)

    def _count(self, vote: int) -> None:
        self._score = max(-PROOF, min(PROOF, self._score + vote))
        if self._score == PROOF:
            self.proven = True
        elif self._score <= 0:
            self.proven = False


class SignedSupply:
    """Readings of the sensor, each matched with what the car drew."""

    def __init__(self, phases: int) -> None:
        self._signs = [Sign() for _ in range(phases)]
        self._reading: PerPhase[int | None] = UNKNOWN
        self._heard_at: int | None = None
        self._before: PerPhase[int] = ZERO
        self._car: PerPhase[int] = ZERO
        self._car_at = -1
        self.most_ma = 0
        """The largest current of the last matched reading, whatever its direction."""

    @property
    def wrong(self) -> bool:
        """Whether a phase of it is the wrong way round."""
        return any(sign.wrong for sign in self._signs)

    def hear(self, reading: PerPhase[int | None], now: int) -> None:
        """A reading came; one that still waits for its measurement is replaced."""
        self._reading, self._heard_at = reading, now

    def match(self, car_ma: PerPhase[int], measured_at: int) -> House | None:
        """The car as measured last. What the house draws, once for each reading that has all its phases."""
        if measured_at != self._car_at:
            self._before, self._car, self._car_at = self._car, car_ma, measured_at
        if self._heard_at is None or measured_at < self._heard_at:
            return None
        self._heard_at = None
        supply = [ma for ma in self._reading[: len(self._signs)] if ma is not None]
        return self._judge(supply) if len(supply) == len(self._signs) else None

    def _judge(self, supply: list[int]) -> House:
        self.most_ma = max(abs(ma) for ma in supply)
        least, most = 0, 0
        for sign, ma, before, after in zip(self._signs, supply, self._before, self._car, strict=False):
            if abs(after - before) <= STEADY_MA:
                sign.learn(ma, after)
            believed = sign.value(ma)
            least = max(least, believed - max(before, after))
            most = max(most, believed - min(before, after))
        return House(least, most)
