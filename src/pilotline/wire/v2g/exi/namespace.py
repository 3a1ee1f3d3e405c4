"""A namespace: which documents and fragments it has, and their codes (EXI §8.5.1, §8.5.2).

Messages go the quick way, by the generated code. What that does not know what to do with, damaged or
forbidden things above all, goes the slow one, whose errors name element and bit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import Any

from pilotline.wire.v2g.exi.bits import BitReader, BitWriter
from pilotline.wire.v2g.exi.errors import DecodeError, EncodeError
from pilotline.wire.v2g.exi.interpreter import read_element, write_element
from pilotline.wire.v2g.exi.relaxed import Relaxed
from pilotline.wire.v2g.exi.schema import Element, Type, element_name
from pilotline.wire.v2g.exi.straight import Slow

HEADER = 0x80
"""No cookie, no options, the final version 1 of EXI: the one header the car's standards use."""
_LOST = (Slow, ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError)
"""How the quick way says that it cannot: past the end, no such word, a value of another type."""

Read = Callable[[int, int], tuple[Type, int]]
Write = Callable[[int, Any], int]


@dataclass(frozen=True)
class Codes:
    """The event codes of elements at the top: ``names`` in order, of so many ``bits``; ``last`` ends."""

    names: Mapping[str, int]
    bits: int
    last: int | None = None
    count: int = 0
    """How many elements are declared, named here or not."""

    @cached_property
    def by_number(self) -> Mapping[int, str]:
        return {number: name for name, number in self.names.items()}


@dataclass(frozen=True)
class Namespace:
    """``documents`` and ``fragments`` are what can be read and written; the codes count all that is declared.

    ``compiled`` names the module of the quick way.
    """

    uri: str
    documents: Sequence[type[Element]]
    document_codes: Codes
    fragments: Mapping[str, type[Type]]
    compiled: str
    fragment_codes: Codes | None = None
    relaxed: Mapping[str, Relaxed] = field(default_factory=dict[str, Relaxed])
    """Fragments whose name has several types in the schemas."""

    def warm(self) -> None:
        """Bring in what the first message needs: a car's first timer runs while it is read."""
        _ = self._quick

    def decode(self, data: bytes) -> tuple[str, Type]:
        """A document's element and its value; bytes after it are passed over. Raises DecodeError."""
        return self._read(data, self.document_codes, self._documents)

    def decode_fragment(self, data: bytes) -> tuple[str, Type]:
        """The same of a fragment, which is what is signed."""
        return self._read(data, self._fragment_codes(), self.fragments)

    def encode(self, name: str, value: Type) -> bytes:
        """A document. Raises EncodeError."""
        return self._write(name, value, self.document_codes, self._documents)

    def encode_fragment(self, name: str, value: Type) -> bytes:
        """A fragment. Raises EncodeError."""
        return self._write(name, value, self._fragment_codes(), self.fragments)

    @cached_property
    def _documents(self) -> Mapping[str, type[Type]]:
        return {element_name(kind): kind for kind in self.documents}

    @cached_property
    def _quick(self) -> Mapping[type[Type], tuple[Read, Write]]:
        module = import_module(f"pilotline.wire.v2g.compiled.{self.compiled}")
        kinds = {*self._documents.values(), *self.fragments.values()}
        return {
            kind: (getattr(module, f"read_{kind.__name__}"), getattr(module, f"write_{kind.__name__}"))
            for kind in kinds
        }

    def _fragment_codes(self) -> Codes:
        if self.fragment_codes is None:
            raise EncodeError(f"{self.uri} has no fragments here")
        return self.fragment_codes

    def _is_relaxed(self, name: str, codes: Codes) -> bool:
        return codes is self.fragment_codes and name in self.relaxed

    # --- reading ---

    def _read(self, data: bytes, codes: Codes, kinds: Mapping[str, type[Type]]) -> tuple[str, Type]:
        try:
            return self._read_quickly(data, codes, kinds)
        except _LOST:
            return self.read_slowly(data, codes, kinds)

    def _read_quickly(self, data: bytes, codes: Codes, kinds: Mapping[str, type[Type]]) -> tuple[str, Type]:
        b, p = int.from_bytes(data, "big"), 8 * len(data) - 8 - codes.bits
        if b >> p + codes.bits != HEADER:
            raise Slow
        name = codes.by_number[b >> p & (1 << codes.bits) - 1]
        if self._is_relaxed(name, codes):
            raise Slow
        value, p = self._quick[kinds[name]][0](b, p)
        if codes.last is not None and b >> p - codes.bits & (1 << codes.bits) - 1 != codes.last:
            raise Slow
        return name, value

    def read_slowly(self, data: bytes, codes: Codes, kinds: Mapping[str, type[Type]]) -> tuple[str, Type]:
        """The same by the interpreter."""
        bits = BitReader(data)
        if bits.bits(8) != HEADER:
            raise DecodeError("This is not EXI as cars speak it: it does not begin with 80", bit=0)
        code = bits.bits(codes.bits)
        name = codes.by_number.get(code)
        if name is None or name not in kinds:
            raise DecodeError(f"{name or f'Element {code}'} is no message of {self.uri}", bit=8)
        if self._is_relaxed(name, codes):
            value = self.relaxed[name].read(kinds[name], bits, name)
        else:
            value = read_element(kinds[name], bits, name)
        if codes.last is not None and bits.bits(codes.bits) != codes.last:
            raise DecodeError("The fragment does not end where its element does", name, bits.at)
        return name, value

    # --- writing ---

    def _write(self, name: str, value: Type, codes: Codes, kinds: Mapping[str, type[Type]]) -> bytes:
        if name not in kinds or type(value) is not kinds[name]:
            raise EncodeError(f"{type(value).__name__} is no {name} of {self.uri}")
        try:
            return self._write_quickly(name, value, codes)
        except _LOST:
            return self.write_slowly(name, value, codes)

    def _write_quickly(self, name: str, value: Type, codes: Codes) -> bytes:
        if self._is_relaxed(name, codes):
            raise Slow
        x = (0x100 | HEADER) << codes.bits | codes.names[name]
        x = self._quick[type(value)][1](x, value)
        if codes.last is not None:
            x = x << codes.bits | codes.last
        length = x.bit_length() - 1
        return (x << -length % 8).to_bytes((length + 7) // 8 + 1, "big")[1:]

    def write_slowly(self, name: str, value: Type, codes: Codes) -> bytes:
        """The same by the interpreter."""
        bits = BitWriter()
        bits.bits(HEADER, 8)
        bits.bits(codes.names[name], codes.bits)
        if self._is_relaxed(name, codes):
            self.relaxed[name].write(value, bits, name)
        else:
            write_element(value, bits, name)
        if codes.last is not None:
            bits.bits(codes.last, codes.bits)
        return bits.data()


def document_codes(names: Sequence[str]) -> Codes:
    """All global elements, sorted, and one code more for any other; there is no escape at the top."""
    return Codes({name: code for code, name in enumerate(sorted(names))}, len(names).bit_length())


def fragment_codes(names: Sequence[tuple[str, str]]) -> Codes:
    """All elements declared anywhere as (local name, namespace), sorted; then any other; then the end.

    Where a name is declared in several namespaces the first one is meant.
    """
    found: dict[str, int] = {}
    for code, (name, _) in enumerate(sorted(set(names))):
        found.setdefault(name, code)
    count = len(set(names))
    return Codes(found, (count + 1).bit_length(), count + 1, count)
