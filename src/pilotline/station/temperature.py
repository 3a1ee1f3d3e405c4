"""What heat allows: the derating table with its hysteresis (E-17, R-02, R-08), and the air around (M-06)."""

from collections.abc import Sequence
from typing import Protocol

from pilotline.station.limits import Arbiter
from pilotline.vocabulary import limits
from pilotline.vocabulary.charger import Ambient, TemperatureStep

NO_CURRENT = 0


class Table(Protocol):
    """Steps with a beginning and a hysteresis."""

    @property
    def from_mc(self) -> int: ...

    @property
    def steps(self) -> Sequence[TemperatureStep]: ...

    @property
    def hysteresis_mc(self) -> int: ...


class TemperatureLimit:
    """Falls with the table at once; rises only when the temperature has fallen ``hysteresis_mc`` further."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._limit_ma: int | None = None

    def update(self, hottest_mc: int) -> int | None:
        """The limit (mA) at this temperature; None where there is none, 0 above the last step."""
        here = self._look_up(hottest_mc)
        if _lower(here, self._limit_ma):
            self._limit_ma = here
        else:
            lifted = self._look_up(hottest_mc + self._table.hysteresis_mc)
            self._limit_ma = lifted if _lower(self._limit_ma, lifted) else self._limit_ma
        return self._limit_ma

    def _look_up(self, mc: int) -> int | None:
        if mc < self._table.from_mc:
            return None
        return next((step.limit_ma for step in self._table.steps if mc <= step.up_to_mc), NO_CURRENT)


class AmbientLimit:
    """Claims for the air around the station, and for a sensor that cannot be believed."""

    def __init__(self, ambient: Ambient) -> None:
        self._ambient = ambient
        self._curve = TemperatureLimit(ambient)

    def update(self, sensors_mc: Sequence[int], arbiter: Arbiter, now: int) -> bool:
        """Whether the sensors are believed. A broken one says nothing of the air: its last claim stands."""
        rules = self._ambient
        broken = not all(rules.low_mc <= mc <= rules.high_mc for mc in sensors_mc)
        arbiter.claim(limits.SENSOR, NO_CURRENT if broken else None, now)
        if not broken:
            arbiter.claim(limits.AMBIENT, self._curve.update(min(sensors_mc) - rules.above_mc), now)
        return not broken


def _lower(one: int | None, other: int | None) -> bool:
    """Whether ``one`` limits more than ``other``; None limits nothing."""
    return one is not None and (other is None or one < other)
