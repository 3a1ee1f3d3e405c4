"""The supply at the station's terminals, and the house beside it.

The source is an ideal voltage behind a resistance on each phase; the power factor is 1. It is no network
calculation: the house's load is kept for the clamp to measure and does not pull the voltage down.
"""

from dataclasses import dataclass
from typing import assert_never

from pilotline.simulator.actions import (
    GridAction,
    RestoreVoltage,
    SetHouseLoad,
    SetNeutralEarth,
    SetVoltage,
    SwapWires,
)
from pilotline.vocabulary.phases import ZERO, PerPhase

ALIVE_MV = 100_000
"""Below this a car's rectifier draws nothing from a phase (ours: IEC 61851-1 states no figure)."""
ONE_PHASE = PerPhase(230_000, 0, 0)


@dataclass(frozen=True, slots=True)
class GridConfig:
    """``nominal_mv`` of each phase to neutral, its source's ``impedance_mohm``, N to PE of a sound supply."""

    nominal_mv: PerPhase[int] = ONE_PHASE
    impedance_mohm: int = 100
    neutral_pe_mv: int = 1_000


class Grid:
    """What the supply is right now."""

    def __init__(self, config: GridConfig) -> None:
        self._config = config
        self.source_mv = config.nominal_mv
        self.house_ma = ZERO
        self._swapped = False
        self._neutral_earth_mv: int | None = None

    @property
    def neutral_pe_mv(self) -> int:
        """N to PE; with swapped wires the neutral terminal carries L1."""
        if self._swapped:
            return self.source_mv.l1
        stated = self._neutral_earth_mv
        return self._config.neutral_pe_mv if stated is None else stated

    @property
    def nominal_mv(self) -> PerPhase[int]:
        """What the phases carry when nothing is wrong; 0 on one there is not."""
        return self._config.nominal_mv

    @property
    def earth_is_raised(self) -> bool:
        """Whether N to PE is another than that of a sound supply."""
        return self._swapped or self._neutral_earth_mv is not None

    @property
    def alive(self) -> bool:
        """Whether L1 carries a voltage a car can work with."""
        return self.source_mv.l1 >= ALIVE_MV

    def apply(self, action: GridAction) -> None:
        """What the bench does to the supply."""
        match action:
            case SetVoltage(l1, l2, l3):
                self.source_mv = _changed(self.source_mv, l1, l2, l3)
            case RestoreVoltage():
                self.source_mv = self._config.nominal_mv
            case SetHouseLoad(l1, l2, l3):
                self.house_ma = _changed(self.house_ma, l1, l2, l3)
            case SwapWires(swapped):
                self._swapped = swapped
            case SetNeutralEarth(mv):
                self._neutral_earth_mv = mv
            case _:
                assert_never(action)

    def share(self, current_ma: int, phases: int) -> PerPhase[int]:
        """A load of ``current_ma`` on each of the first ``phases`` phases, none on a dead phase."""
        one, two, three = self.source_mv
        return PerPhase(
            current_ma if one >= ALIVE_MV else 0,
            current_ma if phases > 1 and two >= ALIVE_MV else 0,
            current_ma if phases > 2 and three >= ALIVE_MV else 0,
        )

    def voltage_at(self, current_ma: PerPhase[int]) -> PerPhase[int]:
        """The voltage (mV) at the terminals under load; mA × mΩ is µV."""
        mohm = self._config.impedance_mohm
        one, two, three = self.source_mv
        return PerPhase(
            max(0, one - current_ma.l1 * mohm // 1_000),
            max(0, two - current_ma.l2 * mohm // 1_000),
            max(0, three - current_ma.l3 * mohm // 1_000),
        )


def _changed(old: PerPhase[int], l1: int | None, l2: int | None, l3: int | None) -> PerPhase[int]:
    return PerPhase(old.l1 if l1 is None else l1, old.l2 if l2 is None else l2, old.l3 if l3 is None else l3)
