"""What the schemas say of a field, as metadata of its annotation, and the simple values of EXI §7.1.

``Annotated[int, Integer(0, 255)]`` is a number with its bounds, ``Annotated[bytes, Binary("hex", 8)]`` eight
bytes at most. A field that may be missing is ``X | None``, one that repeats a tuple with an :class:`Occurs`.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Annotated, Any, Literal

from pilotline.wire.v2g.exi.bits import BitReader, BitWriter
from pilotline.wire.v2g.exi.errors import DecodeError, EncodeError, JsonShapeError

_BITS_UP_TO = 4096
"""Integers of at most so many values are an offset of a fixed number of bits (EXI §7.1.9)."""
_TEXT_AS_IS = 2
"""A string is told by its length + 2: 0 and 1 would point into string tables, which nobody here uses."""


@dataclass(frozen=True)
class Integer:
    """A whole number with its bounds; None: none."""

    low: int | None = None
    high: int | None = None

    @cached_property
    def width(self) -> int | None:
        """How many bits it takes, None where it is written in groups of seven bits."""
        if self.low is None or self.high is None or self.high - self.low >= _BITS_UP_TO:
            return None
        return (self.high - self.low).bit_length()

    @property
    def signed(self) -> bool:
        """Whether a sign goes before its groups."""
        return self.low is None or self.low < 0

    def check(self, value: Any) -> str | None:
        """Why the value is not of this kind, as a phrase; None if it is."""
        if type(value) is not int:
            return f"{value!r} is no whole number"
        if (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
            return f"{value} is not from {self.low} to {self.high}"
        return None

    def read(self, bits: BitReader) -> int:
        if self.width is not None:
            return bits.bits(self.width) + (self.low or 0)
        if not self.signed:
            return bits.unsigned()
        return -1 - bits.unsigned() if bits.bits(1) else bits.unsigned()

    def write(self, value: int, bits: BitWriter) -> None:
        if self.width is not None:
            bits.bits(value - (self.low or 0), self.width)
        elif not self.signed:
            bits.unsigned(value)
        else:
            bits.bits(value < 0, 1)
            bits.unsigned(-1 - value if value < 0 else value)

    def to_json(self, value: Any) -> Any:
        return value

    def from_json(self, value: Any) -> Any:
        return value


@dataclass(frozen=True)
class Boolean:
    """One bit."""

    def check(self, value: Any) -> str | None:
        return None if type(value) is bool else f"{value!r} is neither true nor false"

    def read(self, bits: BitReader) -> bool:
        return bits.bits(1) == 1

    def write(self, value: bool, bits: BitWriter) -> None:
        bits.bits(value, 1)

    def to_json(self, value: Any) -> Any:
        return value

    def from_json(self, value: Any) -> Any:
        return value


@dataclass(frozen=True)
class Enumeration:
    """One of the words of an enum, told by its place in the schema, which is its place in the enum."""

    words: type[Enum]

    @cached_property
    def members(self) -> tuple[Enum, ...]:
        return tuple(self.words)

    @cached_property
    def places(self) -> dict[Enum, int]:
        return {word: place for place, word in enumerate(self.words)}

    @cached_property
    def width(self) -> int:
        return (len(self.members) - 1).bit_length()

    def check(self, value: Any) -> str | None:
        return None if type(value) is self.words else f"{value!r} is no {self.words.__name__}"

    def read(self, bits: BitReader) -> Enum:
        place = bits.bits(self.width)
        if place >= len(self.members):
            raise DecodeError(f"There is no {self.words.__name__} number {place}", bit=bits.at - self.width)
        return self.members[place]

    def write(self, value: Enum, bits: BitWriter) -> None:
        bits.bits(self.places[value], self.width)

    def to_json(self, value: Any) -> Any:
        return value.value

    def from_json(self, value: Any) -> Any:
        try:
            return self.words(value)
        except ValueError:
            raise JsonShapeError(f"{value!r} is no {self.words.__name__}") from None


@dataclass(frozen=True)
class Text:
    """Any characters, NUL and those beyond the first plane too; ``longest`` counts characters."""

    longest: int | None = None

    def check(self, value: Any) -> str | None:
        if type(value) is not str:
            return f"{value!r} is no text"
        if any(0xD800 <= ord(each) <= 0xDFFF for each in value):
            return "half a character is no text"
        long = self.longest is not None and len(value) > self.longest
        return f"a text of {len(value)} characters is longer than {self.longest}" if long else None

    def read(self, bits: BitReader) -> str:
        begin = bits.at
        length = bits.unsigned() - _TEXT_AS_IS
        if length < 0:
            raise DecodeError("A text points into a string table, and there is none", bit=begin)
        check_length(length, self.longest, bits, begin)
        codes = [bits.unsigned() for _ in range(length)]
        if any(code > 0x10FFFF or 0xD800 <= code <= 0xDFFF for code in codes):
            raise DecodeError("A text has a character that does not exist", bit=begin)
        return "".join(map(chr, codes))

    def write(self, value: str, bits: BitWriter) -> None:
        bits.unsigned(len(value) + _TEXT_AS_IS)
        for each in value:
            bits.unsigned(ord(each))

    def to_json(self, value: Any) -> Any:
        return value

    def from_json(self, value: Any) -> Any:
        return value


@dataclass(frozen=True)
class Binary:
    """Bytes; in JSON as ``hex`` or ``base64``, as the schema writes them in XML."""

    form: Literal["hex", "base64"]
    longest: int | None = None

    def check(self, value: Any) -> str | None:
        if type(value) is not bytes:
            return f"{value!r} is no bytes"
        long = self.longest is not None and len(value) > self.longest
        return f"{len(value)} bytes are more than {self.longest}" if long else None

    def read(self, bits: BitReader) -> bytes:
        begin = bits.at
        length = bits.unsigned()
        check_length(length, self.longest, bits, begin)
        return bits.bits(8 * length).to_bytes(length, "big")

    def write(self, value: bytes, bits: BitWriter) -> None:
        bits.unsigned(len(value))
        bits.bits(int.from_bytes(value, "big"), 8 * len(value))

    def to_json(self, value: Any) -> Any:
        return value.hex().upper() if self.form == "hex" else b64encode(value).decode()

    def from_json(self, value: Any) -> Any:
        read: Callable[[str], bytes] = bytes.fromhex if self.form == "hex" else _from_base64
        try:
            return read(value)
        except (ValueError, TypeError):
            raise JsonShapeError(f"{value!r} is no {self.form}") from None


def _from_base64(text: str) -> bytes:
    return b64decode(text, validate=True)


def check_length(length: int, longest: int | None, bits: BitReader, begin: int) -> None:
    """Before anything is allocated: what is longer than allowed, or than all that is left, is refused."""
    if longest is not None and length > longest:
        raise DecodeError(f"A length of {length} is over the {longest} that are allowed", bit=begin)
    if 8 * length > bits.left:
        raise DecodeError(f"A length of {length} is more than the message has", bit=begin)


Kind = Integer | Boolean | Enumeration | Text | Binary


def check(kind: Kind, value: Any, path: str) -> None:
    """Raises EncodeError for a value that is not of the kind."""
    problem = kind.check(value)
    if problem is not None:
        raise EncodeError(problem[0].upper() + problem[1:], path)


# --- beside the kinds ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Occurs:
    """How often an element may stand; ``most`` None: any number of times."""

    least: int
    most: int | None


@dataclass(frozen=True)
class Name:
    """The element's own name where the rule of :func:`.schema.wire_name` does not make it of the field's."""

    text: str


@dataclass(frozen=True)
class Declared:
    """The element is another namespace's, and only referred to here."""

    namespace: str


@dataclass(frozen=True)
class OneOf:
    """Fields of one group, side by side: one of them is there, and no other."""

    group: str


@dataclass(frozen=True)
class Head:
    """The field holds a member of the substitution group of this abstract element."""

    name: str


class Place(Enum):
    """Where a field stands if it is no element: an attribute, or the text of the element itself."""

    ATTRIBUTE = "attribute"
    CONTENT = "content"


# --- the numbers of XML schema --------------------------------------------------------------------

Byte = Annotated[int, Integer(-128, 127)]
UnsignedByte = Annotated[int, Integer(0, 255)]
Short = Annotated[int, Integer(-32_768, 32_767)]
UnsignedShort = Annotated[int, Integer(0, 65_535)]
Int = Annotated[int, Integer(-(1 << 31), (1 << 31) - 1)]
UnsignedInt = Annotated[int, Integer(0, (1 << 32) - 1)]
Long = Annotated[int, Integer(-(1 << 63), (1 << 63) - 1)]
UnsignedLong = Annotated[int, Integer(0, (1 << 64) - 1)]
BigInteger = Annotated[int, Integer()]
Base64 = Annotated[bytes, Binary("base64")]
String = Annotated[str, Text()]
