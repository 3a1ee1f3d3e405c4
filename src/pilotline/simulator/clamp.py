"""The clamp at the house's supply: per phase, what the house draws and the car with it (E-32)."""

from dataclasses import dataclass

from pilotline.simulator.actions import ClampState
from pilotline.vocabulary.phases import UNKNOWN, PerPhase

INVALID_MA = 10_000_000
"""What a broken clamp says: more than any raw value of 16 bits means in a house (R-20)."""


@dataclass(frozen=True, slots=True)
class Clamp:
    """``phases`` says which phases the supply has; one ring sits around each."""

    state: ClampState
    phases: PerPhase[bool]

    def measure(self, *loads_ma: PerPhase[int]) -> PerPhase[int | None]:
        """What comes from it (mA) while these flow; None where nothing does."""
        if self.state in (ClampState.ABSENT, ClampState.SILENT):
            return UNKNOWN
        one, two, three = (
            self._read(sum(loads)) if there else None
            for there, *loads in zip(self.phases, *loads_ma, strict=True)
        )
        return PerPhase[int | None](one, two, three)

    def _read(self, current_ma: int) -> int:
        if self.state is ClampState.INVALID:
            return INVALID_MA
        return -current_ma if self.state is ClampState.REVERSED else current_ma
