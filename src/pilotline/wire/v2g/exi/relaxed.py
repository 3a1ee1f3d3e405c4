"""The grammar of a fragment's element whose name the schemas give to several types (EXI §8.5.3).

Which of the types is meant cannot be known, so all that is declared may stand in it: attributes, elements,
and text of no type. We speak what the one such element of ISO 15118-2, eMAID, needs: attributes and text.
"""

from dataclasses import dataclass
from typing import Any

from pilotline.wire.v2g.exi.bits import BitReader, BitWriter
from pilotline.wire.v2g.exi.errors import DecodeError, EncodeError
from pilotline.wire.v2g.exi.grammar import width
from pilotline.wire.v2g.exi.kinds import Text, check
from pilotline.wire.v2g.exi.schema import Type, shape_of

_OF_INSTANCE = 2
"""xsi:nil and xsi:type go before the attributes that are declared."""


@dataclass(frozen=True)
class Relaxed:
    """``attributes`` are all names that are declared, sorted; ``elements`` is how many elements are."""

    attributes: tuple[str, ...]
    elements: int

    @property
    def _text(self) -> int:
        """After attributes, any attribute, elements, any element and the end."""
        return _OF_INSTANCE + len(self.attributes) + 1 + self.elements + 2

    @property
    def _first(self) -> int:
        return width(self._text + 1)

    @property
    def _second(self) -> tuple[int, int]:
        """The end's code once text has come, and its bits: elements, any element, the end, text."""
        return self.elements + 1, width(self.elements + 3)

    def write(self, value: Type, bits: BitWriter, path: str) -> None:
        """The attributes that are there, then the text."""
        shape = shape_of(type(value))
        for particle in shape.attributes:
            choice = particle.choices[0]
            held = getattr(value, choice.attribute)
            if held is not None:
                bits.bits(_OF_INSTANCE + self.attributes.index(choice.name), self._first)
                _put(held, choice.content, bits, f"{path}.{choice.name}")
        if shape.content is None:
            raise EncodeError(
                "An element that is no text cannot be written where its type is not known", path
            )
        choice = shape.content.choices[0]
        bits.bits(self._text, self._first)
        _put(getattr(value, choice.attribute), choice.content, bits, path)
        bits.bits(*self._second)

    def read(self, kind: type[Type], bits: BitReader, path: str) -> Type:
        """Raises DecodeError for anything but attributes of the type and one text."""
        shape, values = shape_of(kind), dict[str, Any]()
        known = {each.choices[0].name: each.choices[0] for each in shape.attributes}
        while (code := bits.bits(self._first)) != self._text:
            place = code - _OF_INSTANCE
            name = self.attributes[place] if 0 <= place < len(self.attributes) else ""
            if name not in known:
                raise DecodeError("What comes is neither an attribute of it nor text", path, bits.at)
            values[known[name].attribute] = _get(known[name].content, bits, f"{path}.{name}")
        if shape.content is None:
            raise DecodeError("Text cannot stand here", path, bits.at)
        choice = shape.content.choices[0]
        values[choice.attribute] = _get(choice.content, bits, path)
        end, count = self._second
        if bits.bits(count) != end:
            raise DecodeError("The element goes on after its text", path, bits.at)
        return kind(**values)


def _put(value: Any, kind: Any, bits: BitWriter, path: str) -> None:
    if not isinstance(kind, Text):
        raise EncodeError("Only text can be written where its type is not known", path)
    check(kind, value, path)
    kind.write(value, bits)


def _get(kind: Any, bits: BitReader, path: str) -> str:
    try:
        return (kind if isinstance(kind, Text) else Text()).read(bits)
    except DecodeError as error:
        raise DecodeError(error.problem, path, error.bit) from None
