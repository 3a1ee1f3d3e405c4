"""What an energy meter says. Unknown is None and is never 0."""

from dataclasses import dataclass

from pilotline.vocabulary.phases import UNKNOWN, PerPhase


@dataclass(frozen=True, slots=True)
class MeterReading:
    """One reading of the meter, complete or with holes: registers in Wh, the rest per phase.

    ``whole_power_w`` is of a meter that knows the power of all phases together and of none alone.
    """

    import_wh: int | None = None
    export_wh: int | None = None
    voltage_mv: PerPhase[int | None] = UNKNOWN
    current_ma: PerPhase[int | None] = UNKNOWN
    power_w: PerPhase[int | None] = UNKNOWN
    whole_power_w: int | None = None

    @property
    def total_power_w(self) -> int | None:
        """The sum over the phases that are known, else of all together; None when nothing is."""
        known = [watts for watts in self.power_w if watts is not None]
        return sum(known) if known else self.whole_power_w


@dataclass(frozen=True, slots=True)
class MeterSilent:
    """The meter did not answer, or answered nonsense; ``reason`` is a sentence with bus address and port."""

    reason: str
