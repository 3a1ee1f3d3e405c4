"""The battery of a car that charges with direct current: what it takes now, and when it has enough.

A pure core: :class:`DcCar` is told what the charger says flows, where its contactors are and what its driver
wants, and tells a CarState whenever a part of it changes. Its open-circuit voltage is a straight line over
the state of charge, and so is the end of its current curve. Between two whole percents both stand still, so
what is stored is a sum of rectangles, exact however often it is looked at.
"""

from dataclasses import dataclass

from pilotline.simulator.energy import PJ_PER_WH, Integral
from pilotline.vocabulary.time import Tick
from pilotline.wire.v2g.evcc.words import CarState, CloseInlet, Take

_RANGES = {
    "capacity_wh": (1, 1_000_000),
    "soc_percent": (0, 100),
    "until_percent": (0, 100),
    "empty_mv": (1_000, 1_500_000),
    "full_mv": (1_000, 1_500_000),
    "resistance_mohm": (0, 10_000),
    "max_current_ma": (1, 1_000_000),
    "taper_from_percent": (0, 100),
    "taper_to_ma": (0, 1_000_000),
}


@dataclass(frozen=True, slots=True)
class DcCarConfig:
    """One car; the figures are ours, and of the size of a common one of 400 V.

    ``empty_mv`` and ``full_mv`` are the battery's voltage without current at 0 and 100 %. The current it asks
    for is ``max_current_ma`` up to ``taper_from_percent``, and falls from there to ``taper_to_ma`` at 100 %.
    It wants to end at ``until_percent``. ValueError says which figure is out of range.
    """

    capacity_wh: int = 52_000
    soc_percent: int = 20
    until_percent: int = 80
    empty_mv: int = 330_000
    full_mv: int = 400_000
    resistance_mohm: int = 80
    max_current_ma: int = 150_000
    taper_from_percent: int = 60
    taper_to_ma: int = 10_000

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} is {low} to {high}")
        if self.empty_mv > self.full_mv:
            raise ValueError("empty_mv is not above full_mv")


@dataclass(frozen=True, slots=True)
class Driver:
    """What its driver wants of it, all at once: to charge, a pause at the end, new terms; and its faults."""

    wants: bool = True
    pause: bool = False
    renegotiate: bool = False
    fault: bool = False


@dataclass(frozen=True, slots=True)
class InletSeen:
    """The voltage in the inlet, in front of the car's contactors. A car that is never told measures none."""

    voltage_mv: int


DcCarEvent = Take | CloseInlet | Driver | InletSeen | Tick


class DcCar:
    """``handle`` tells the state if it has changed; :meth:`deadline` is when it next will have."""

    def __init__(self, config: DcCarConfig = DcCarConfig()) -> None:
        self._config = config
        self._full_pj = config.capacity_wh * PJ_PER_WH
        self._stored = Integral(self._full_pj * config.soc_percent // 100)
        self._driver = Driver()
        self._inlet_mv: int | None = None
        self._closed = False
        self._current_ma = 0
        self._next_pj: int | None = None
        self._told: CarState | None = None

    @property
    def state(self) -> CarState:
        """As it was told last, or as it begins."""
        return self._told or self._look(0)

    def stored_wh(self, now: int) -> int:
        """The energy in it, whole Wh."""
        return self._at(now) // PJ_PER_WH

    def deadline(self) -> int | None:
        """When the next whole percent is full; None while nothing flows into it."""
        return None if self._next_pj is None else self._stored.reaches(self._next_pj)

    def handle(self, event: DcCarEvent, now: int) -> list[CarState]:
        """One event at core time ``now``, µs."""
        self._stored.change(0, now)
        self._note(event)
        self._flow(now)
        state = self._look(now)
        if state == self._told:
            return []
        self._told = state
        return [state]

    def _note(self, event: DcCarEvent) -> None:
        match event:
            case Take(current_ma):
                self._current_ma = current_ma
            case CloseInlet(closed):
                self._closed = closed
            case Driver():
                self._driver = event
            case InletSeen(voltage_mv):
                self._inlet_mv = voltage_mv
            case Tick():
                pass

    def _flow(self, now: int) -> None:
        """What its resistance makes of the current is heat; the rest is stored, until it is full."""
        stored = self._at(now)
        flows = self._closed and self._current_ma > 0 and stored < self._full_pj
        self._stored.change(self._rest_mv(now) * self._current_ma if flows else 0, now)
        percent = stored * 100 // self._full_pj
        self._next_pj = -(-self._full_pj * (percent + 1) // 100) if flows else None

    def _at(self, now: int) -> int:
        return min(self._stored.at(now), self._full_pj)

    def _percent(self, now: int) -> int:
        return self._at(now) * 100 // self._full_pj

    def _rest_mv(self, now: int) -> int:
        config = self._config
        return config.empty_mv + (config.full_mv - config.empty_mv) * self._percent(now) // 100

    def _target_ma(self, percent: int) -> int:
        config = self._config
        if percent <= config.taper_from_percent:
            return config.max_current_ma
        part, whole = 100 - percent, 100 - config.taper_from_percent
        floor = min(config.taper_to_ma, config.max_current_ma)
        return floor + (config.max_current_ma - floor) * part // whole

    def _look(self, now: int) -> CarState:
        percent, driver = self._percent(now), self._driver
        target = self._target_ma(percent)
        ceiling = self._config.full_mv + self._config.resistance_mohm * target // 1_000
        return CarState(
            soc_percent=percent,
            target_ma=target,
            target_mv=ceiling,
            inlet_mv=self._inlet_mv,
            wants=driver.wants and percent < self._config.until_percent,
            pause=driver.pause,
            fault=driver.fault,
            battery_mv=self._rest_mv(now),
            renegotiate=driver.renegotiate,
        )
