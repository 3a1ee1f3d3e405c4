"""The measurands a station can send, and how each is read from meter and board (E-03, R-21, M-44).

A name is a measurand of OCPP 1.6 §7.31, with its phase behind a dot where the EVNET's keys put it there. A
bare name is what the standard makes of a value without a phase: the overall one. Volts and amperes of three
phases have none, for they do not add up: ``Voltage`` and ``Current.Import`` are one value for each phase.
What a station cannot know truthfully has no row: none of its sources knows the frequency.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pilotline.vocabulary.board import Measurement
from pilotline.vocabulary.journal import SampledValue
from pilotline.vocabulary.metering import MeterReading
from pilotline.vocabulary.phases import UNKNOWN

REGISTER = "Energy.Active.Import.Register"
"""What a session is counted by: its start, its end, and the value OCPP means where it names none."""
MOST_NAMED = 16
"""So many measurands one list may name (OCPP 1.6 §9.1): enough for all that a three-phase station has."""
_LEAST_MVA = 100_000
"""Below 100 VA the rounding of a meter makes a power factor of anything."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What values are made of: the meter, the board's measurement, the current on offer; each if known."""

    meter: MeterReading | None
    board: Measurement | None
    offered_ma: int | None
    phases: int = 1

    def at_register(self, register_wh: int) -> "Sources":
        """The same moment, with the register that a session's start or end is told with."""
        return replace(self, meter=replace(self.meter or MeterReading(), import_wh=register_wh))

    @property
    def voltage_mv(self) -> Iterable[int | None]:
        """Of each phase the station has, by the meter, else by the board."""
        meter: Sequence[int | None] = self.meter.voltage_mv if self.meter else UNKNOWN
        board: Sequence[int | None] = self.board.voltage_mv if self.board else UNKNOWN
        both = list(zip(meter, board, strict=True))
        return [by_board if by_meter is None else by_meter for by_meter, by_board in both[: self.phases]]


_Read = Callable[[Sources], int | None]


@dataclass(frozen=True, slots=True)
class Measurand:
    """One value: how it is named on the wire, how it is read, and whether it is read in thousandths."""

    measurand: str
    unit: str | None
    read: _Read
    phase: str | None = None
    location: str | None = None
    milli: bool = False


Rows = tuple[Measurand, ...]


def _meter(read: Callable[[MeterReading], int | None]) -> _Read:
    return lambda sources: None if sources.meter is None else read(sources.meter)


def _board(read: Callable[[Measurement], int | None]) -> _Read:
    return lambda sources: None if sources.board is None else read(sources.board)


def _meter_phase(field: str, index: int) -> _Read:
    return _meter(lambda reading: getattr(reading, field)[index])


def _if_alone(read: _Read) -> _Read:
    """What is of all phases together is the first one's where there is no other."""
    return lambda sources: read(sources) if sources.phases == 1 else None


def _offered_on(index: int) -> _Read:
    return lambda sources: sources.offered_ma if index < sources.phases else None


def _power_offered(sources: Sources) -> int | None:
    """The current on offer at the voltages of now; a voltage nobody knows is none."""
    volts = [mv for mv in sources.voltage_mv if mv is not None]
    if sources.offered_ma is None or len(volts) < sources.phases:
        return None
    return round(sum(volts) * sources.offered_ma / 1_000_000)


def _power_factor(reading: MeterReading) -> int | None:
    """Thousandths: the power of all phases by what their volts and amperes multiply to."""
    watts, mva = 0, 0
    for power_w, voltage_mv, current_ma in zip(
        reading.power_w, reading.voltage_mv, reading.current_ma, strict=True
    ):
        if power_w is not None and voltage_mv is not None and current_ma is not None:
            watts += abs(power_w)
            mva += abs(voltage_mv * current_ma) // 1_000
    return min(1_000, round(watts * 1_000_000 / mva)) if mva >= _LEAST_MVA else None


def _three(make: Callable[[str, int], Measurand]) -> Rows:
    return tuple(make(f"L{index + 1}", index) for index in range(3))


def _by_phase(name: str, rows: Rows) -> Iterator[tuple[str, Rows]]:
    for row in rows:
        yield f"{name}.{row.phase}", (row,)


def _table() -> dict[str, Rows]:
    register = Measurand(REGISTER, "Wh", _meter(lambda reading: reading.import_wh))
    voltage = _three(
        lambda phase, n: Measurand("Voltage", "V", _meter_phase("voltage_mv", n), f"{phase}-N", milli=True)
    )
    current = _three(
        lambda phase, n: Measurand("Current.Import", "A", _meter_phase("current_ma", n), phase, milli=True)
    )
    power = _three(lambda phase, n: Measurand("Power.Active.Import", "W", _meter_phase("power_w", n), phase))
    offered = _three(lambda phase, n: Measurand("Current.Offered", "A", _offered_on(n), phase, milli=True))
    return {
        REGISTER: (register,),
        f"{REGISTER}.L1": (replace(register, read=_if_alone(register.read), phase="L1"),),
        "Energy.Active.Export.Register": (
            Measurand("Energy.Active.Export.Register", "Wh", _meter(lambda reading: reading.export_wh)),
        ),
        "Power.Active.Import": (
            Measurand("Power.Active.Import", "W", _meter(lambda reading: reading.total_power_w)),
        ),
        **dict(_by_phase("Power.Active.Import", power)),
        "Power.Offered": (Measurand("Power.Offered", "W", _power_offered),),
        "Power.Factor": (Measurand("Power.Factor", None, _meter(_power_factor), milli=True),),
        "Current.Import": current,
        **dict(_by_phase("Current.Import", current)),
        "Current.Offered": (Measurand("Current.Offered", "A", lambda s: s.offered_ma, milli=True),),
        **dict(_by_phase("Current.Offered", offered)),
        "Voltage": voltage,
        **dict(_by_phase("Voltage", voltage)),
        "Voltage.N": (Measurand("Voltage", "V", _board(lambda b: b.neutral_pe_mv), "N", milli=True),),
        "Temperature": (
            Measurand(
                "Temperature",
                "Celsius",
                _board(lambda b: max(b.temperature_mc)),
                location="Body",
                milli=True,
            ),
        ),
    }


MEASURANDS: Mapping[str, Rows] = _table()
"""What a list may name -> the values that stand for it."""
_BY_LOWER_NAME = {name.lower(): rows for name, rows in MEASURANDS.items()}


def unknown_measurands(names: Iterable[str]) -> list[str]:
    """Those of the names that no row knows."""
    return [name for name in names if name.lower() not in _BY_LOWER_NAME]


def sample(names: Iterable[str], sources: Sources) -> tuple[SampledValue, ...]:
    """The values of these measurands that are known now, each once; an unknown one is left out, never 0."""
    found = (_value(row, sources) for name in names for row in _BY_LOWER_NAME.get(name.strip().lower(), ()))
    return tuple(dict.fromkeys(value for value in found if value is not None))


def _value(row: Measurand, sources: Sources) -> SampledValue | None:
    number = row.read(sources)
    if number is None:
        return None
    text = f"{number / 1_000:.3f}".rstrip("0").rstrip(".") if row.milli else str(number)
    return SampledValue(text, row.measurand, row.unit, row.phase, row.location)
