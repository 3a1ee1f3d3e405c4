"""What a station measures, as OCPP words it."""

import pytest

from pilotline.station.measurands import MEASURANDS, Sources, sample, unknown_measurands
from pilotline.vocabulary.board import Measurement
from pilotline.vocabulary.journal import SampledValue
from pilotline.vocabulary.metering import MeterReading
from pilotline.vocabulary.phases import PerPhase
from pilotline.wire.ocpp import words

METER = MeterReading(
    import_wh=12_345,
    voltage_mv=PerPhase[int | None](230_100, None, 229_000),
    current_ma=PerPhase[int | None](15_960, 0, None),
    power_w=PerPhase[int | None](3_672, 0, None),
)
BOARD = Measurement(0, PerPhase(230_000, 0, 0), PerPhase(16_000, 0, 0), 1_500, (41_250, 39_000))
ALL = Sources(METER, BOARD, 16_000)
EVNET_SEVEN = (
    "Voltage.L1-N,Voltage.N,Temperature,Current.Offered.L1,Current.Import.L1,"
    "Power.Active.Import.L1,Energy.Active.Import.Register.L1"
)


@pytest.mark.requirement("R-21", "E-03")
def test_the_seven_measurands_of_the_evnet() -> None:
    """Voltage.N is neutral to earth, the temperature is that of the hotter sensor, in the body."""
    assert list(sample(EVNET_SEVEN.split(","), ALL)) == [
        SampledValue("230.1", "Voltage", "V", "L1-N"),
        SampledValue("1.5", "Voltage", "V", "N"),
        SampledValue("41.25", "Temperature", "Celsius", None, "Body"),
        SampledValue("16", "Current.Offered", "A", "L1"),
        SampledValue("15.96", "Current.Import", "A", "L1"),
        SampledValue("3672", "Power.Active.Import", "W", "L1"),
        SampledValue("12345", "Energy.Active.Import.Register", "Wh", "L1"),
    ]


def test_an_unknown_value_is_left_out_and_never_0() -> None:
    """L2's voltage and L3's current are unknown; L2's current is known, and it is 0."""
    names = ["Voltage.L2-N", "Current.Import.L3", "Current.Import.L2"]
    assert list(sample(names, ALL)) == [SampledValue("0", "Current.Import", "A", "L2")]


def test_without_meter_and_board_only_the_offer_is_known() -> None:
    """What nobody measures is not sent."""
    assert list(sample(MEASURANDS, Sources(None, None, 6_000))) == [
        SampledValue("6", "Current.Offered", "A"),
        SampledValue("6", "Current.Offered", "A", "L1"),
    ]


@pytest.mark.requirement("M-44")
def test_register_and_total_power_have_no_phase() -> None:
    """The two of the Master Plus: Wh over all, W over the phases that are known."""
    assert list(sample(["energy.active.import.register", "Power.Active.Import"], ALL)) == [
        SampledValue("12345", "Energy.Active.Import.Register", "Wh"),
        SampledValue("3672", "Power.Active.Import", "W"),
    ]


def test_unknown_names_are_named() -> None:
    """Names match without case; what no row knows is returned."""
    assert unknown_measurands(["VOLTAGE.n", "SoC", "x"]) == ["SoC", "x"]


@pytest.mark.parametrize("name", MEASURANDS)
def test_every_row_speaks_ocpp(name: str) -> None:
    """Measurand, phase, location and unit are words of OCPP 1.6 §7."""
    row = MEASURANDS[name]
    assert words.Measurand(row.measurand)
    assert row.phase is None or words.Phase(row.phase)
    assert row.location is None or words.Location(row.location)
    assert words.Unit(row.unit)
