"""The measurands a station can send, and how each is read from meter and board (E-03, R-21, M-44).

A name is a measurand of OCPP 1.6 §7.31, with its phase behind a dot where the EVNET's keys put it there.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pilotline.vocabulary.board import Measurement
from pilotline.vocabulary.journal import SampledValue
from pilotline.vocabulary.metering import MeterReading


@dataclass(frozen=True, slots=True)
class Sources:
    """What values are made of: the meter, the board's own measurement, the current on offer."""

    meter: MeterReading | None
    board: Measurement | None
    offered_ma: int


_Read = Callable[[Sources], int | None]


@dataclass(frozen=True, slots=True)
class Measurand:
    """One row: how it is named on the wire, how it is read, and how many decimals its unit has here."""

    measurand: str
    unit: str
    read: _Read
    phase: str | None = None
    location: str | None = None
    milli: bool = False


def _meter(read: Callable[[MeterReading], int | None]) -> _Read:
    return lambda sources: None if sources.meter is None else read(sources.meter)


def _board(read: Callable[[Measurement], int | None]) -> _Read:
    return lambda sources: None if sources.board is None else read(sources.board)


def _meter_phase(field: str, index: int) -> _Read:
    return _meter(lambda reading: getattr(reading, field)[index])


def _rows() -> dict[str, Measurand]:
    rows = {
        "Energy.Active.Import.Register": Measurand(
            "Energy.Active.Import.Register", "Wh", _meter(lambda reading: reading.import_wh)
        ),
        "Power.Active.Import": Measurand("Power.Active.Import", "W", _meter(lambda r: r.total_power_w)),
        "Current.Offered": Measurand("Current.Offered", "A", lambda s: s.offered_ma, milli=True),
        "Current.Offered.L1": Measurand("Current.Offered", "A", lambda s: s.offered_ma, "L1", milli=True),
        "Energy.Active.Import.Register.L1": Measurand(
            "Energy.Active.Import.Register", "Wh", _meter(lambda reading: reading.import_wh), "L1"
        ),
        "Voltage.N": Measurand("Voltage", "V", _board(lambda b: b.neutral_pe_mv), "N", milli=True),
        "Temperature": Measurand(
            "Temperature", "Celsius", _board(lambda b: max(b.temperature_mc)), location="Body", milli=True
        ),
    }
    for index in range(3):
        phase = f"L{index + 1}"
        rows[f"Voltage.{phase}-N"] = Measurand(
            "Voltage", "V", _meter_phase("voltage_mv", index), f"{phase}-N", milli=True
        )
        rows[f"Current.Import.{phase}"] = Measurand(
            "Current.Import", "A", _meter_phase("current_ma", index), phase, milli=True
        )
        rows[f"Power.Active.Import.{phase}"] = Measurand(
            "Power.Active.Import", "W", _meter_phase("power_w", index), phase
        )
    return rows


MEASURANDS = _rows()
_BY_LOWER_NAME = {name.lower(): row for name, row in MEASURANDS.items()}
DEFAULT = "Energy.Active.Import.Register"


def unknown_measurands(names: Iterable[str]) -> list[str]:
    """Those of the names that no row knows."""
    return [name for name in names if name.lower() not in _BY_LOWER_NAME]


def sample(names: Iterable[str], sources: Sources) -> tuple[SampledValue, ...]:
    """The values of these measurands that are known now: an unknown value is left out, never sent as 0."""
    values: list[SampledValue] = []
    for name in names:
        row = _BY_LOWER_NAME.get(name.strip().lower())
        number = row.read(sources) if row else None
        if row and number is not None:
            text = f"{number / 1_000:.3f}".rstrip("0").rstrip(".") if row.milli else str(number)
            values.append(SampledValue(text, row.measurand, row.unit, row.phase, row.location))
    return tuple(values)
