"""Registers to readings and back: values typed by hand, unknowns, and every type and word order."""

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.models.meter_profile import (
    MeterProfile,
    Place,
    Quantity,
    RegisterGroup,
    RegisterType,
    WordOrder,
    load_meter,
)
from pilotline.models.meter_registers import decode, encode
from pilotline.vocabulary.metering import MeterReading
from pilotline.vocabulary.phases import PerPhase

GENERIC = load_meter("generic-mid")

# Typed by hand from the seed's table and IEEE 754, not made by our code: a mistake that encoder and decoder
# share would pass every round trip.
GOLDEN_REGISTERS = {
    0x0000: 0x4366, 0x0001: 0x0000,  # 30001 230.0 V
    0x0006: 0x4180, 0x0007: 0x0000,  # 30007 16.0 A
    0x000C: 0x4566, 0x000D: 0x0000,  # 30013 3680.0 W
    0x0048: 0x4145, 0x0049: 0x851F,  # 30073 12.345 kWh
    0x004A: 0x3F00, 0x004B: 0x0000,  # 30075 0.5 kWh
}  # fmt: skip
GOLDEN_READING = MeterReading(
    import_wh=12_345,
    export_wh=500,
    voltage_mv=PerPhase(230_000, None, None),
    current_ma=PerPhase(16_000, None, None),
    power_w=PerPhase(3_680, None, None),
)


@pytest.mark.requirement("E-74", "R-22")
def test_golden_registers_are_read() -> None:
    """Registers typed by hand from the seed's table are the reading they stand for."""
    assert decode(GENERIC, GOLDEN_REGISTERS) == GOLDEN_READING


@pytest.mark.requirement("E-74", "R-22")
def test_golden_reading_is_written() -> None:
    """The virtual meter's registers are those typed by hand."""
    assert encode(GENERIC, GOLDEN_READING).items() >= GOLDEN_REGISTERS.items()


def single(kind: RegisterType, scale: float = 1, order: WordOrder = WordOrder.HIGH_FIRST) -> MeterProfile:
    """A profile with one value: the power of L1 at address 0."""
    group = RegisterGroup(Quantity.POWER, scale, kind, {Place.L1: 0})
    return replace(GENERIC, word_order=order, registers=(group,))


def power_of(profile: MeterProfile, *words: int) -> int | None:
    """The power that these registers say."""
    return decode(profile, dict(enumerate(words))).power_w.l1


def test_register_not_read_is_unknown() -> None:
    """A value of which a word is missing is None."""
    assert decode(GENERIC, {0x0000: 0x4366}) == MeterReading()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 3e38, 1e9, -1.0])
def test_impossible_float_is_unknown(value: float) -> None:
    """NaN, infinities and voltages no meter can see are None, never 0."""
    high, low = struct.unpack(">HH", struct.pack(">f", value))
    assert decode(GENERIC, {0: high, 1: low}).voltage_mv == PerPhase(None, None, None)


def test_zero_is_known() -> None:
    """A meter that says 0 is believed."""
    assert decode(GENERIC, {0: 0, 1: 0}).voltage_mv.l1 == 0


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (RegisterType.UINT16, (0xFFFF,)),
        (RegisterType.INT16, (0x7FFF,)),
        (RegisterType.INT16, (0x8000,)),
        (RegisterType.UINT32, (0xFFFF, 0xFFFF)),
        (RegisterType.INT32, (0x7FFF, 0xFFFF)),
        (RegisterType.INT32, (0x8000, 0x0000)),
        (RegisterType.UINT64, (0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF)),
        (RegisterType.INT64, (0x7FFF, 0xFFFF, 0xFFFF, 0xFFFF)),
        (RegisterType.INT64, (0x8000, 0x0000, 0x0000, 0x0000)),
    ],
)
def test_not_supported_patterns_are_unknown(kind: RegisterType, words: tuple[int, ...]) -> None:
    """What meters send for a value they do not have is None, never 0, at whatever scale."""
    assert power_of(single(kind, 1e-9), *words) is None


@pytest.mark.parametrize(
    ("kind", "words", "watts"),
    [
        (RegisterType.INT16, (0xFFFF,), -1),
        (RegisterType.INT32, (0xFFFF, 0xFFFF), -1),
        (RegisterType.INT64, (0xFFFF, 0xFFFF, 0xFFFF, 0xFFFE), -2),
        (RegisterType.UINT16, (0x8000,), 32_768),
        (RegisterType.UINT32, (0x0001, 0x0000), 65_536),
        (RegisterType.UINT64, (0, 0, 0x0001, 0x0002), 65_538),
        (RegisterType.FLOAT32, (0xC3E6, 0x4000), -460),  # -460.5, to even
    ],
)
def test_each_type_is_read(kind: RegisterType, words: tuple[int, ...], watts: int) -> None:
    """Signed, unsigned and float values of every width, in both word orders."""
    assert power_of(single(kind), *words) == watts
    assert power_of(single(kind, order=WordOrder.LOW_FIRST), *reversed(words)) == watts


@pytest.mark.parametrize(("scale", "watts"), [(1, 2_345), (0.1, 234), (10, 23_450), (-1, -2_345)])
def test_scale_turns_registers_into_the_unit(scale: float, watts: int) -> None:
    """The register's value is multiplied and rounded; a negative scale is a meter wired in reverse."""
    assert power_of(single(RegisterType.INT32, scale), 0, 2_345) == watts


@given(
    st.sampled_from(RegisterType),
    st.sampled_from(WordOrder),
    st.lists(st.integers(0, 0xFFFF), min_size=4, max_size=4),
    st.sampled_from([1e-9, 0.1, 1, 1_000, 1e9]),
)
def test_any_registers_are_a_reading(
    kind: RegisterType, order: WordOrder, words: list[int], scale: float
) -> None:
    """Whatever stands in the registers, the value is a plausible integer or None."""
    watts = power_of(single(kind, scale, order), *words)
    assert watts is None or abs(watts) <= 10_000_000


def known(low: int, high: int) -> st.SearchStrategy[int | None]:
    """A value or None."""
    return st.none() | st.integers(low, high)


def phases(values: st.SearchStrategy[int | None]) -> st.SearchStrategy[PerPhase[int | None]]:
    """A value or None for each phase."""
    return st.builds(PerPhase[int | None], values, values, values)


@given(
    st.builds(
        MeterReading,
        import_wh=known(0, 9_999_999),
        export_wh=known(0, 9_999_999),
        voltage_mv=phases(known(0, 500_000)),
        current_ma=phases(known(-100_000, 100_000)),
        power_w=phases(known(-30_000, 30_000)),
    )
)
def test_any_reading_survives_the_registers(reading: MeterReading) -> None:
    """What the virtual meter shows is what is read, while a float of 24 bits can hold it."""
    assert decode(GENERIC, encode(GENERIC, reading)) == reading


@pytest.mark.parametrize("kind", list(RegisterType))
@pytest.mark.parametrize("watts", [None, 10**9, -(10**9)])
def test_what_registers_cannot_hold_is_written_as_unknown(kind: RegisterType, watts: int | None) -> None:
    """A virtual meter never shows a wrapped or a made-up value."""
    profile = single(kind, 1e-9)
    reading = MeterReading(power_w=PerPhase(watts, None, None))
    assert decode(profile, encode(profile, reading)) == MeterReading()


@given(st.sampled_from(RegisterType), st.sampled_from(WordOrder), st.integers(-9_999_999, 9_999_999))
def test_any_power_survives_or_is_unknown(kind: RegisterType, order: WordOrder, watts: int) -> None:
    """Every type and word order gives back the value, or nothing where it does not fit."""
    profile = single(kind, order=order)
    reading = MeterReading(power_w=PerPhase(watts, None, None))
    assert decode(profile, encode(profile, reading)).power_w.l1 in (watts, None)
