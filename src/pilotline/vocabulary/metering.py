"""What an energy meter says. Unknown is None and is never 0."""

from dataclasses import dataclass

from pilotline.vocabulary.phases import UNKNOWN, PerPhase


@dataclass(frozen=True, slots=True)
class MeterReading:
    """One reading of the meter, complete or with holes: registers in Wh, the rest per phase."""

    import_wh: int | None = None
    export_wh: int | None = None
    voltage_mv: PerPhase[int | None] = UNKNOWN
    current_ma: PerPhase[int | None] = UNKNOWN
    power_w: PerPhase[int | None] = UNKNOWN

    @property
    def total_power_w(self) -> int | None:
        """The sum over the phases that are known; None when none is."""
        known = [watts for watts in self.power_w if watts is not None]
        return sum(known) if known else None


@dataclass(frozen=True, slots=True)
class MeterSilent:
    """The meter did not answer, or answered nonsense; ``reason`` is a sentence with bus address and port."""

    reason: str
