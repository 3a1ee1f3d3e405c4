"""What a meter's registers mean: the types of a profile, its reader, and the reading plan. All pure.

A profile is one file of ``meters/*.toml``. :mod:`pilotline.models.meter_registers` turns registers into a
:class:`~pilotline.vocabulary.metering.MeterReading` and back; who carries them over a wire is not known here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from pilotline.models.document import Document, Node, list_names, open_document
from pilotline.models.records import build

_FOLDER = "meters"
_SUPPLY = "supply"
_LAST_ADDRESS = 0xFFFF
MOST_REGISTERS = 125
"""What one reply can hold (Modbus application protocol §6.3 and §6.4)."""


class Quantity(Enum):
    """A field of MeterReading; its name carries the unit."""

    IMPORT = "import_wh"
    EXPORT = "export_wh"
    VOLTAGE = "voltage_mv"
    CURRENT = "current_ma"
    POWER = "power_w"


class RegisterType(Enum):
    """How a value lies in its registers."""

    FLOAT32 = "float32"
    INT16 = "int16"
    UINT16 = "uint16"
    INT32 = "int32"
    UINT32 = "uint32"
    INT64 = "int64"
    UINT64 = "uint64"

    @property
    def words(self) -> int:
        """How many registers it takes."""
        return int(self.value[-2:]) // 16  # the name ends with its bits

    @property
    def signed(self) -> bool:
        """Whether it can be negative."""
        return not self.value.startswith("u")


class WordOrder(Enum):
    """Which word of a value stands at the lower address. The bytes of a word are always big-endian."""

    HIGH_FIRST = "high_first"
    LOW_FIRST = "low_first"


class Parity(Enum):
    """The parity bit of a character."""

    NONE = "none"
    EVEN = "even"
    ODD = "odd"


class Place(Enum):
    """What a value is of: the whole meter, or one phase."""

    TOTAL = "total"
    L1 = "l1"
    L2 = "l2"
    L3 = "l3"


_TOTALS = frozenset({Quantity.IMPORT, Quantity.EXPORT})


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise ValueError(reason)


@dataclass(frozen=True, slots=True)
class SerialLine:
    """How the meter's line is set."""

    baud: int
    data_bits: int
    parity: Parity
    stop_bits: int

    def __post_init__(self) -> None:
        _require(300 <= self.baud <= 115_200, "baud is 300 to 115200")
        _require(self.data_bits == 8, "data_bits is 8: Modbus RTU knows no other")
        _require(self.stop_bits in (1, 2), "stop_bits is 1 or 2")

    @property
    def character_us(self) -> int:
        """The time of one character on the line, rounded up, in microseconds."""
        bits = 1 + self.data_bits + (self.parity is not Parity.NONE) + self.stop_bits
        return -(-bits * 1_000_000 // self.baud)


@dataclass(frozen=True, slots=True)
class RegisterGroup:
    """One quantity of a profile, at every place the meter has it.

    ``scale`` turns the registers' value into the unit of ``quantity``.
    """

    quantity: Quantity
    scale: float
    type: RegisterType
    address: Mapping[Place, int]

    def __post_init__(self) -> None:
        _require(
            1e-9 <= abs(self.scale) <= 1e9, "scale is 1e-9 to 1e9, or negative for a meter wired in reverse"
        )
        _require(bool(self.address), "address names at least one place")
        whole = set(self.address) == {Place.TOTAL}
        wanted = "total" if self.quantity in _TOTALS else "l1, l2 and l3"
        fits = whole if self.quantity in _TOTALS else Place.TOTAL not in self.address
        _require(fits, f"address of {self.quantity.value} has {wanted}")
        last = _LAST_ADDRESS + 1 - self.type.words
        _require(all(0 <= at <= last for at in self.address.values()), f"address is 0x0000 to 0x{last:04X}")


class RegisterRow(NamedTuple):
    """One value: what it is, where it begins, how it is written."""

    address: int
    quantity: Quantity
    place: Place
    type: RegisterType
    scale: float

    @property
    def end(self) -> int:
        """The address behind it."""
        return self.address + self.type.words


@dataclass(frozen=True, slots=True)
class MeterProfile:
    """One kind of meter: its line, its function code and its registers."""

    name: str
    title: str
    function: int
    word_order: WordOrder
    max_registers: int
    serial: SerialLine
    registers: tuple[RegisterGroup, ...]

    def __post_init__(self) -> None:
        _require(self.function in (3, 4), "function is 3 (holding registers) or 4 (input registers)")
        _require(bool(self.registers), "registers has at least one group")
        widest = max(group.type.words for group in self.registers)
        _require(
            widest <= self.max_registers <= MOST_REGISTERS, f"max_registers is {widest} to {MOST_REGISTERS}"
        )

    def rows(self, phases: int = 3) -> tuple[RegisterRow, ...]:
        """The values a model with so many phases needs, by address (R-22)."""
        unused = {Place.L2, Place.L3} if phases == 1 else set[Place]()
        return tuple(
            sorted((row for row in self._all() if row.place not in unused), key=lambda row: row.address)
        )

    def _all(self) -> Iterator[RegisterRow]:
        for group in self.registers:
            for place, address in group.address.items():
                yield RegisterRow(address, group.quantity, place, group.type, group.scale)


@dataclass(frozen=True, slots=True)
class Block:
    """Registers that are read in one request."""

    address: int
    count: int

    @property
    def end(self) -> int:
        """The address behind it."""
        return self.address + self.count


def plan_reading(profile: MeterProfile, phases: int) -> tuple[Block, ...]:
    """The requests of one reading: as few as the profile's bound allows, no value split, no gap read.

    A gap is never bridged, because what lies in it may not be readable on a compatible meter.
    """
    blocks: list[Block] = []
    for row in profile.rows(phases):
        last = blocks[-1] if blocks else None
        if last and row.address == last.end and row.end - last.address <= profile.max_registers:
            blocks[-1] = Block(last.address, row.end - last.address)
        else:
            blocks.append(Block(row.address, row.end - row.address))
    return tuple(blocks)


def list_meters() -> tuple[str, ...]:
    """The names of the meter profiles that come with Pilotline."""
    return list_names(_FOLDER)


def load_meter(name_or_path: str | Path) -> MeterProfile:
    """A profile by name (``generic-mid``) or by the path of a ``.toml`` file; ModelError if it is refused."""
    return read_meter(open_document(_FOLDER, name_or_path))


def list_supply_sensors() -> tuple[str, ...]:
    """The names of the profiles of sensors at the house's supply (M-08)."""
    return list_names(_SUPPLY)


def load_supply_sensor(name_or_path: str | Path) -> MeterProfile:
    """Such a profile by name (``evsens``) or path: a meter's, its currents and powers signed (+ import)."""
    return read_meter(open_document(_SUPPLY, name_or_path))


def read_meter(document: Document) -> MeterProfile:
    """Build the profile from a file's content, and check that no two values share a register or a name."""
    root = document.root
    profile = build(MeterProfile, root)
    groups = root.child("registers").array()
    _check_once(profile, groups)
    _check_overlaps(profile, groups)
    return profile


def _check_once(profile: MeterProfile, groups: list[Node]) -> None:
    seen: set[tuple[Quantity, Place]] = set()
    for group, node in zip(profile.registers, groups, strict=True):
        for place in group.address:
            if (group.quantity, place) in seen:
                raise node.refuse(f"duplicate of {group.quantity.value} {place.value}")
            seen.add((group.quantity, place))


def _check_overlaps(profile: MeterProfile, groups: list[Node]) -> None:
    taken: dict[int, str] = {}
    for group, node in zip(profile.registers, groups, strict=True):
        for place, address in group.address.items():
            for register in range(address, address + group.type.words):
                if register in taken:
                    raise node.child("address").refuse(
                        f"0x{register:04X} belongs to {taken[register]} already"
                    )
                taken[register] = f"{group.quantity.value} {place.value}"
