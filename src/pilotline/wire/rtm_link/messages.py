"""The messages of the RTM link, as a table: number, type, and every field with its place in the body.

Bodies have a fixed length, integers are little-endian. A new message is a row; a changed one is a new
``LINK_PROTOCOL``.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from pilotline.vocabulary.board import (
    BoardMessage,
    ClearFaults,
    Commission,
    Commissioned,
    ConnectorReport,
    Contacts,
    Hello,
    HostAlive,
    HostMessage,
    Identity,
    Light,
    LockPlug,
    LockPosition,
    Measurement,
    Permit,
    SetAvailable,
    SetLight,
    Setting,
    Withdraw,
)
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.pilot import PilotMode, PilotOutput, PilotState, Signalling

LinkMessage = HostMessage | BoardMessage
MessageT_co = TypeVar("MessageT_co", bound=LinkMessage, covariant=True)


class UnencodableError(ValueError):
    """Ours: a message holds a value that its field on the wire cannot; nothing was sent."""


class Kind(NamedTuple):
    """How one kind of field lies in the body: a ``struct`` format, and the way there and back.

    ``unpack`` raises ValueError for numbers that mean nothing.
    """

    name: str
    format: str
    pack: Callable[[Any], tuple[Any, ...]]
    unpack: Callable[[Sequence[Any]], Any]

    @property
    def size(self) -> int:
        return struct.calcsize("<" + self.format)

    def write(self, value: Any) -> bytes:
        """The field's bytes. ``struct.error`` or ValueError where they would not read back the same."""
        body = struct.pack("<" + self.format, *self.pack(value))
        if self.read(body, 0) != value:
            raise ValueError("it would arrive as another value")
        return body

    def read(self, body: bytes, at: int) -> Any:
        """The value at byte ``at``. ValueError where the bytes mean nothing."""
        return self.unpack(struct.unpack_from("<" + self.format, body, at))


def _one(value: Any) -> tuple[Any]:
    return (value,)


def _first(raw: Sequence[Any]) -> Any:
    return raw[0]


def _integer(name: str, code: str) -> Kind:
    return Kind(name, code, _one, _first)


def _enum(name: str, members: Mapping[int, Enum]) -> Kind:
    numbers = {member: number for number, member in members.items()}

    def pack(member: Any) -> tuple[int]:
        return (numbers[member],)

    def unpack(raw: Sequence[Any]) -> Enum:
        if raw[0] not in members:
            raise ValueError(f"{name} has no number {raw[0]}")
        return members[raw[0]]

    legend = ", ".join(f"{number} {member.name}" for number, member in members.items())
    return Kind(f"u8: {legend}", "B", pack, unpack)


def _flag(raw: Sequence[Any]) -> bool:
    if raw[0] not in (0, 1):
        raise ValueError(f"a flag is 0 or 1, not {raw[0]}")
    return bool(raw[0])


def _numbered(*members: Enum) -> dict[int, Enum]:
    return dict(enumerate(members))


_MODE = _enum("pilot mode", _numbered(PilotMode.STEADY, PilotMode.PWM, PilotMode.FAULT))


def _pack_output(output: PilotOutput) -> tuple[Any, ...]:
    return (*_MODE.pack(output.mode), output.duty)


def _unpack_output(raw: Sequence[Any]) -> PilotOutput:
    return PilotOutput(_MODE.unpack(raw[:1]), raw[1])


def _pack_contacts(contacts: Contacts) -> tuple[int]:
    return (contacts.live | contacts.neutral << 1,)


def _unpack_contacts(raw: Sequence[Any]) -> Contacts:
    if raw[0] > 3:
        raise ValueError(f"contacts has two bits, not {raw[0]:#x}")
    return Contacts(live=bool(raw[0] & 1), neutral=bool(raw[0] & 2))


def _pack_text(text: str) -> tuple[bytes]:
    return (text.encode("ascii"),)  # UnicodeEncodeError is a ValueError


def _unpack_text(raw: Sequence[Any]) -> str:
    return raw[0].rstrip(b"\0").decode("ascii")  # UnicodeDecodeError is a ValueError


def _pack_maybe(value: int | None) -> tuple[int]:
    return (_UNKNOWN if value is None else value,)


def _unpack_maybe(raw: Sequence[Any]) -> int | None:
    return None if raw[0] == _UNKNOWN else raw[0]


def _pack_maybe_phases(values: PerPhase[int | None]) -> tuple[int, ...]:
    return tuple(_NO_CURRENT if value is None else value for value in values)


def _unpack_maybe_phases(raw: Sequence[Any]) -> PerPhase[int | None]:
    return PerPhase(*[None if value == _NO_CURRENT else value for value in raw])


def _unpack_light(raw: Sequence[Any]) -> Light:
    light = Light(*raw)
    if max(light.first, light.second) > 0xFF_FFFF or light.percent > 100:
        raise ValueError(f"a colour is 0xRRGGBB and a brightness 0 to 100 %, not {light}")
    return light


def _unpack_phases(raw: Sequence[Any]) -> PerPhase[int]:
    return PerPhase(*raw)


_UNKNOWN = 0xFFFF_FFFF
_NO_CURRENT = -(1 << 31)
U8, U16, U32, U64 = _integer("u8", "B"), _integer("u16", "H"), _integer("u32", "I"), _integer("u64", "Q")
I32 = _integer("i32", "i")
BOOL = Kind("u8: 0 no, 1 yes", "B", _one, _flag)
MAYBE_U32 = Kind("u32, 0xFFFFFFFF unknown", "I", _pack_maybe, _unpack_maybe)
PHASES = Kind("3 × i32 for L1, L2, L3", "iii", tuple, _unpack_phases)
MAYBE_PHASES = Kind(
    "3 × i32 for L1, L2, L3, -2147483648 unknown", "iii", _pack_maybe_phases, _unpack_maybe_phases
)
PAIR = Kind("2 × i32", "ii", tuple, tuple)
TEXT = Kind("24 × ASCII, padded with zeros", "24s", _pack_text, _unpack_text)
LIGHT = Kind("u32 first colour, u32 second colour (0xRRGGBB), u8 percent", "IIB", tuple, _unpack_light)
OUTPUT = Kind(f"{_MODE.name}; u16 duty in 1/100 %", "BH", _pack_output, _unpack_output)
CONTACTS = Kind("u8: bit 0 live closed, bit 1 neutral closed", "B", _pack_contacts, _unpack_contacts)
STATE = _enum("pilot state", _numbered(*PilotState))
LOCK = _enum("lock position", _numbered(*LockPosition))
SIGNALLING = _enum("signalling", {int(each): each for each in Signalling})
SETTING = _enum("setting", {int(setting): setting for setting in Setting})


class Place(NamedTuple):
    """One field of a message: where in the body it begins, and how it lies there."""

    at: int
    name: str
    kind: Kind


@dataclass(frozen=True)
class Layout(Generic[MessageT_co]):
    """One message: its number, its type and the kinds of its fields, in the order of the type's fields."""

    number: int
    type: type[MessageT_co]
    kinds: tuple[Kind, ...]

    @cached_property
    def places(self) -> tuple[Place, ...]:
        places: list[Place] = []
        at = 0
        for item, kind in zip(fields(self.type), self.kinds, strict=True):
            places.append(Place(at, item.name, kind))
            at += kind.size
        return tuple(places)

    @cached_property
    def size(self) -> int:
        return sum(kind.size for kind in self.kinds)

    @cached_property
    def _struct(self) -> struct.Struct:
        """The whole body at once: what a frame costs is mostly this."""
        return struct.Struct("<" + "".join(kind.format for kind in self.kinds))

    @cached_property
    def _readers(self) -> tuple[tuple[Callable[[Sequence[Any]], Any], int, int], ...]:
        """For each field its reader, and which of the struct's values are its own."""
        readers: list[tuple[Callable[[Sequence[Any]], Any], int, int]] = []
        first = 0
        for kind in self.kinds:
            after = first + len(struct.unpack("<" + kind.format, bytes(kind.size)))
            readers.append((kind.unpack, first, after))
            first = after
        return tuple(readers)

    def write(self, message: LinkMessage) -> bytes:
        """The body. Raises :class:`UnencodableError` with the field's name."""
        raw: list[Any] = []
        try:
            for place in self.places:
                raw.extend(place.kind.pack(getattr(message, place.name)))
            body = self._struct.pack(*raw)
            if self.read(body) == message:
                return body
        except (struct.error, ValueError):
            pass  # the slow way finds the field
        return b"".join(self._write_field(message, place) for place in self.places)

    def _write_field(self, message: LinkMessage, place: Place) -> bytes:
        value = getattr(message, place.name)
        try:
            return place.kind.write(value)
        except (struct.error, ValueError) as error:
            field = f"{self.type.__name__}.{place.name}"
            raise UnencodableError(f"{field} ({place.kind.name}) cannot hold {value!r}: {error}") from error

    def read(self, body: bytes) -> MessageT_co:
        """The message. Raises ValueError for a wrong length or a number that means nothing."""
        if len(body) != self.size:
            raise ValueError(f"{self.type.__name__} has {self.size} bytes, not {len(body)}")
        raw = self._struct.unpack(body)
        return self.type(*[unpack(raw[first:after]) for unpack, first, after in self._readers])


HOST_TO_BOARD: tuple[Layout[HostMessage], ...] = (
    Layout(1, Hello, (U8, U64)),
    Layout(2, HostAlive, ()),
    Layout(3, Permit, (U32, U16, SIGNALLING)),
    Layout(4, Withdraw, ()),
    Layout(5, LockPlug, (BOOL,)),
    Layout(6, SetLight, (LIGHT,)),
    Layout(7, SetAvailable, (BOOL,)),
    Layout(8, ClearFaults, (U32,)),
    Layout(9, Commission, (SETTING, I32)),
)
BOARD_TO_HOST: tuple[Layout[BoardMessage], ...] = (
    Layout(129, Identity, (U8, U64, U8, BOOL, U32, TEXT)),
    Layout(130, ConnectorReport, (U64, STATE, OUTPUT, U32, MAYBE_U32, BOOL, CONTACTS, LOCK, BOOL, U32, U32)),
    Layout(131, Measurement, (U64, PHASES, PHASES, I32, PAIR, MAYBE_PHASES, I32, I32, MAYBE_U32, I32, I32)),
    Layout(132, Commissioned, (SETTING, I32, BOOL)),
)
LAYOUTS: tuple[Layout[LinkMessage], ...] = HOST_TO_BOARD + BOARD_TO_HOST
