"""What a station measures, as OCPP words it."""

import json

import pytest

from pilotline.links.ocpp import translate
from pilotline.station.clock import WallClock
from pilotline.station.keys import BY_NAME, KeyRefusedError, KeyStore
from pilotline.station.measurands import MEASURANDS, MOST_NAMED, Sources, sample, unknown_measurands
from pilotline.vocabulary.board import Measurement
from pilotline.vocabulary.journal import Ended, Metered, MeterSample, SampledValue
from pilotline.vocabulary.metering import MeterReading
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.status import ReadingContext, StopReason
from pilotline.vocabulary.time import Stamp
from pilotline.wire.ocpp import v16
from support.ocpp_judge import judge_call

METER = MeterReading(
    import_wh=12_345,
    export_wh=7,
    voltage_mv=PerPhase[int | None](230_100, None, 229_000),
    current_ma=PerPhase[int | None](15_960, 0, None),
    power_w=PerPhase[int | None](3_672, 0, None),
)
BOARD = Measurement(0, PerPhase(230_000, 0, 0), PerPhase(16_000, 0, 0), 1_500, (41_250, 39_000))
ALL = Sources(METER, BOARD, 16_000)
THREE = Sources(
    MeterReading(
        import_wh=12_345_678,
        export_wh=1_234_567,
        voltage_mv=PerPhase[int | None](230_123, 229_456, 231_789),
        current_ma=PerPhase[int | None](31_987, 31_876, 31_765),
        power_w=PerPhase[int | None](7_361, 7_314, 7_362),
    ),
    BOARD,
    31_999,
    phases=3,
)
"""A three-phase station that knows all it can."""
EVNET_SEVEN = (
    "Voltage.L1-N,Voltage.N,Temperature,Current.Offered.L1,Current.Import.L1,"
    "Power.Active.Import.L1,Energy.Active.Import.Register.L1"
)
LISTS = ("MeterValuesSampledData", "MeterValuesAlignedData", "StopTxnSampledData", "StopTxnAlignedData")


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
    """What nobody measures is not sent, and a phase the station has not is offered nothing."""
    assert list(sample(MEASURANDS, Sources(None, None, 6_000))) == [
        SampledValue("6", "Current.Offered", "A"),
        SampledValue("6", "Current.Offered", "A", "L1"),
    ]
    assert sample(MEASURANDS, Sources(None, None, None)) == ()


@pytest.mark.requirement("M-44")
def test_register_and_total_power_have_no_phase() -> None:
    """The two of the Master Plus: Wh over all, W over the phases that are known."""
    assert list(sample(["energy.active.import.register", "Power.Active.Import"], ALL)) == [
        SampledValue("12345", "Energy.Active.Import.Register", "Wh"),
        SampledValue("3672", "Power.Active.Import", "W"),
    ]


@pytest.mark.requirement("E-60")
def test_a_voltage_or_a_current_without_a_phase_is_one_value_for_each() -> None:
    """Volts and amperes of three phases do not add up: the bare name stands for the phases that are known."""
    assert list(sample(["Voltage", "Current.Import"], THREE)) == [
        SampledValue("230.123", "Voltage", "V", "L1-N"),
        SampledValue("229.456", "Voltage", "V", "L2-N"),
        SampledValue("231.789", "Voltage", "V", "L3-N"),
        SampledValue("31.987", "Current.Import", "A", "L1"),
        SampledValue("31.876", "Current.Import", "A", "L2"),
        SampledValue("31.765", "Current.Import", "A", "L3"),
    ]
    assert list(sample(["Voltage"], ALL)) == [
        SampledValue("230.1", "Voltage", "V", "L1-N"),
        SampledValue("229", "Voltage", "V", "L3-N"),
    ]


def test_no_value_is_told_twice() -> None:
    """Also where a list names it both ways."""
    once = sample(["Voltage"], THREE)
    assert sample(["Voltage", "Voltage.L2-N", "voltage"], THREE) == once


def test_the_register_of_three_phases_is_not_that_of_one() -> None:
    """What counts all phases together is L1's where there is no other, and nowhere else."""
    assert sample(["Energy.Active.Import.Register.L1"], THREE) == ()


def test_the_power_on_offer_is_the_current_at_the_voltages_of_now() -> None:
    """At the meter's voltage; at the board's where the meter knows none; else nothing, never a guess."""
    (by_meter,) = sample(["Power.Offered"], ALL)
    (by_board,) = sample(["Power.Offered"], Sources(MeterReading(import_wh=1), BOARD, 16_000))
    (of_three,) = sample(["Power.Offered"], THREE)
    assert [each.value for each in (by_meter, by_board, of_three)] == ["3682", "3680", "22123"]
    assert sample(["Power.Offered"], Sources(METER, None, 16_000, phases=3)) == ()
    assert sample(["Power.Offered"], Sources(METER, BOARD, None)) == ()


@pytest.mark.parametrize(
    ("watts", "told"), [(2_300, "1"), (2_185, "0.95"), (-2_185, "0.95"), (2_400, "1"), (0, "0")]
)
def test_the_power_factor_is_power_by_volts_and_amperes(watts: int, told: str) -> None:
    """It has no unit, lies between 0 and 1, and no rounding of the meter's takes it further."""
    reading = MeterReading(
        voltage_mv=PerPhase[int | None](230_000, None, None),
        current_ma=PerPhase[int | None](10_000, None, None),
        power_w=PerPhase[int | None](watts, None, None),
    )
    found = sample(["Power.Factor"], Sources(reading, None, 0))
    assert found == (SampledValue(told, "Power.Factor", None),)


def test_no_power_factor_is_made_of_next_to_nothing() -> None:
    """Below 100 VA it would be the meter's rounding."""
    reading = MeterReading(
        voltage_mv=PerPhase[int | None](230_000, None, None),
        current_ma=PerPhase[int | None](400, None, None),
        power_w=PerPhase[int | None](12, None, None),
    )
    assert sample(["Power.Factor"], Sources(reading, None, 0)) == ()


def test_unknown_names_are_named() -> None:
    """Names match without case; what no row knows is returned."""
    assert unknown_measurands(["VOLTAGE.n", "SoC", "x"]) == ["SoC", "x"]


@pytest.mark.requirement("E-60", "R-21")
@pytest.mark.parametrize("context", ReadingContext)
@pytest.mark.parametrize("name", MEASURANDS)
def test_every_measurand_is_one_of_ocpps_in_both_messages(name: str, context: ReadingContext) -> None:
    """Measurand, phase, location, unit and context, by the schemas of MeterValues and of StopTransaction."""
    sources = Sources(THREE.meter, BOARD, 16_000, phases=1) if name.endswith("Register.L1") else THREE
    taken = MeterSample(Stamp(1, 0), context, sample([name], sources))
    assert taken.values
    clock = WallClock(1)
    for message in (
        translate.meter_values(Metered("S1", 1, taken), 1, clock),
        translate.stop_transaction(
            Ended("S1", 1, 12_345, Stamp(1, 0), StopReason.LOCAL, data=(taken,)), 1, clock
        ),
    ):
        action = v16.ACTION_OF[type(message)].name
        judge_call(json.dumps([2, "1", action, json.loads(v16.encode_checked(message))]))


# --- the lists ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_every_measurand_of_three_phases_is_taken(name: str) -> None:
    """All that a three-phase station knows has room in a list, by the names that need the fewest."""
    names = [each for each in MEASURANDS if not each.startswith(("Voltage.L", "Current.Import.L"))]
    names.remove("Energy.Active.Import.Register.L1")
    assert len(names) <= MOST_NAMED
    assert set(sample(names, THREE)) == set(sample(MEASURANDS, THREE))
    store = KeyStore({})
    store.change(BY_NAME[name.lower()], ",".join(names))
    assert store.text(name) == ",".join(names)


@pytest.mark.requirement("E-60")
@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_is_too_long_is_refused(name: str) -> None:
    """OCPP 1.6 §9.1: how long it may be is a key of its own, read only; the list in force stays."""
    store = KeyStore({})
    before = store.text(name)
    most = store.number(f"{name}MaxLength")
    longest = list(MEASURANDS)[:most]
    assert BY_NAME[name.lower()].kind.parse(",".join(longest)) == ",".join(longest)
    with pytest.raises(KeyRefusedError, match=f"names {most} measurands at most"):
        store.change(BY_NAME[name.lower()], ",".join(list(MEASURANDS)[: most + 1]))
    assert store.text(name) == before


@pytest.mark.requirement("R-21")
@pytest.mark.parametrize("name", LISTS)
def test_a_list_with_a_stranger_is_refused(name: str) -> None:
    """What no station measures cannot be asked for, and the refusal names it."""
    with pytest.raises(KeyRefusedError, match="unknown measurands: SoC"):
        BY_NAME[name.lower()].kind.parse("Voltage,SoC")
