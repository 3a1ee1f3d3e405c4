"""Registers <-> MeterReading by a profile, both ways, so that one file drives meter and virtual meter.

What a meter does not know is None and never 0: NaN and infinities, the integer patterns that meters send for
"not supported" (ABB, Carlo Gavazzi: field/meters.md §0 rule 6), and magnitudes no such meter can see.
"""

import math
import struct
from collections.abc import Iterable, Mapping

from pilotline.models.meter_profile import MeterProfile, Place, Quantity, RegisterRow, RegisterType, WordOrder
from pilotline.vocabulary.metering import MeterReading
from pilotline.vocabulary.phases import PerPhase

_NAN = 0x7FC0_0000

# What a low-voltage meter can see; beyond it the registers hold something else. Ours, with a wide margin.
_PLAUSIBLE = {
    Quantity.IMPORT: (0, 10**12),  # 1 TWh
    Quantity.EXPORT: (0, 10**12),
    Quantity.VOLTAGE: (0, 1_000_000),
    Quantity.CURRENT: (-10_000_000, 10_000_000),
    Quantity.POWER: (-10_000_000, 10_000_000),
}


def decode(profile: MeterProfile, registers: Mapping[int, int]) -> MeterReading:
    """The reading that these registers (address -> 16-bit word) hold; what is not among them is unknown."""
    values = {
        (row.quantity, row.place): _decode_row(row, profile.word_order, registers) for row in profile.rows()
    }

    def per_phase(quantity: Quantity) -> PerPhase[int | None]:
        return PerPhase(*(values.get((quantity, place)) for place in (Place.L1, Place.L2, Place.L3)))

    return MeterReading(
        import_wh=values.get((Quantity.IMPORT, Place.TOTAL)),
        export_wh=values.get((Quantity.EXPORT, Place.TOTAL)),
        voltage_mv=per_phase(Quantity.VOLTAGE),
        current_ma=per_phase(Quantity.CURRENT),
        power_w=per_phase(Quantity.POWER),
    )


def encode(profile: MeterProfile, reading: MeterReading) -> dict[int, int]:
    """The registers of a meter that shows this reading: every address of the profile -> its 16-bit word."""
    registers: dict[int, int] = {}
    for row in profile.rows():
        raw = _to_raw(row, _pick(reading, row))
        words = [raw >> 16 * place & 0xFFFF for place in range(row.type.words)]
        if profile.word_order is WordOrder.HIGH_FIRST:
            words.reverse()
        registers.update(enumerate(words, row.address))
    return registers


def _decode_row(row: RegisterRow, order: WordOrder, registers: Mapping[int, int]) -> int | None:
    words = [registers.get(address) for address in range(row.address, row.end)]
    known = [word for word in words if word is not None]
    if len(known) < len(words):
        return None
    value = _from_raw(row.type, _join(known if order is WordOrder.HIGH_FIRST else reversed(known)))
    if value is None or not math.isfinite(value):
        return None
    scaled = round(value * row.scale)
    return scaled if _is_plausible(row.quantity, scaled) else None


def _is_plausible(quantity: Quantity, value: int) -> bool:
    low, high = _PLAUSIBLE[quantity]
    return low <= value <= high


def _join(words: Iterable[int]) -> int:
    """The words of a value, high word first, as one number."""
    raw = 0
    for word in words:
        raw = raw << 16 | word
    return raw


def _unsupported(kind: RegisterType) -> frozenset[int]:
    """The bit patterns by which meters say that they have no such value.

    All ones of an unsigned type; both ends of a signed one, whose all ones is an honest -1.
    """
    bits = 16 * kind.words
    if kind is RegisterType.FLOAT32:
        return frozenset({_NAN})
    return frozenset({2 ** (bits - 1) - 1, 2 ** (bits - 1)}) if kind.signed else frozenset({2**bits - 1})


def _from_raw(kind: RegisterType, raw: int) -> float | None:
    """The bits of a value as a number."""
    if kind is RegisterType.FLOAT32:
        return struct.unpack(">f", raw.to_bytes(4, "big"))[0]
    if raw in _unsupported(kind):
        return None
    negative = kind.signed and raw >> (16 * kind.words - 1)
    return raw - (1 << 16 * kind.words) if negative else raw


def _to_raw(row: RegisterRow, value: int | None) -> int:
    """A value in the unit of its quantity as the bits of its registers."""
    if value is None or not _is_plausible(row.quantity, value):
        return min(_unsupported(row.type))
    if row.type is RegisterType.FLOAT32:
        return int.from_bytes(struct.pack(">f", value / row.scale), "big")
    bits = 16 * row.type.words
    raw = round(value / row.scale)
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if row.type.signed else (0, 2**bits - 1)
    return raw % 2**bits if low <= raw <= high else min(_unsupported(row.type))


def _pick(reading: MeterReading, row: RegisterRow) -> int | None:
    """The value of a reading that a row shows."""
    value: int | PerPhase[int | None] | None = getattr(reading, row.quantity.value)
    if not isinstance(value, PerPhase):
        return value
    return {Place.L1: value.l1, Place.L2: value.l2, Place.L3: value.l3}[row.place]
