"""Structs as schema types: their fields in order, with names, kinds and how often they stand.

A message is a subclass of :class:`Element`, named as its element is; a type that several elements share is a
:class:`Type`. Both state the namespace they were declared in. What a field's annotation says is read once.
"""

import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Annotated, Any, ClassVar, Union, get_args, get_origin, get_type_hints

import msgspec

from pilotline.wire.v2g.exi.kinds import (
    Binary,
    Boolean,
    Declared,
    Enumeration,
    Head,
    Integer,
    Kind,
    Name,
    Occurs,
    OneOf,
    Place,
    Text,
)  # fmt: skip

_WORDS = {
    "ac": "AC_", "dc": "DC_", "ev": "EV", "evse": "EVSE", "evccid": "EVCCID", "id": "ID", "ids": "IDs",
    "rcd": "RCD", "ress": "RESS", "sa": "SA", "soc": "SOC", "dh": "DH", "oem": "OEM", "uri": "URI",
}  # fmt: skip


class Type(msgspec.Struct, frozen=True, kw_only=True):
    """A complex type of a schema. ``NAMESPACE`` is where its elements are declared.

    ``OPEN``: after its own, any element of another namespace may stand; ``MIXED``: text too, between them.
    """

    NAMESPACE: ClassVar[str]
    OPEN: ClassVar[bool] = False
    MIXED: ClassVar[bool] = False


class Element(Type, frozen=True, kw_only=True):
    """A type with an element of its own, of the class's name unless ``NAME`` says another."""

    NAME: ClassVar[str | None] = None


def element_name(kind: type[Element]) -> str:
    """The local name of the element."""
    return kind.NAME or kind.__name__


class Unreadable:
    """An abstract element, or one nobody speaks: it has an event code, and no more."""


@dataclass(frozen=True)
class Choice:
    """One thing that may stand at a place: an element ``name``, which fills the field ``attribute``."""

    name: str
    namespace: str
    attribute: str
    content: "Kind | type[Type] | type[Unreadable]"


@dataclass(frozen=True)
class Particle:
    """A place in the sequence of a type's elements: one of ``choices``, ``least`` to ``most`` times.

    ``attribute`` is the field; where fields exclude each other it is None, and each choice names its own.
    """

    choices: tuple[Choice, ...]
    least: int
    most: int | None
    attribute: str | None
    repeats: bool


@dataclass(frozen=True)
class Shape:
    """A type: its attributes by name, then its text or its elements."""

    attributes: tuple[Particle, ...]
    content: Particle | None
    particles: tuple[Particle, ...]
    mixed: bool


def wire_name(field: str) -> str:
    """``dc_ev_status`` is DC_EVStatus: words are capitalised, abbreviations are as the standard has them."""
    return "".join(_WORDS.get(word, word.capitalize()) for word in field.split("_"))


@cache
def shape_of(kind: type[Type]) -> Shape:
    """What the annotations of a type say."""
    attributes: list[Particle] = []
    content: Particle | None = None
    particles: list[Particle] = []
    group: list[tuple[str, Particle]] = []
    for field, hint in get_type_hints(kind, include_extras=True).items():
        if field.isupper():
            continue
        place, one_of, particle = _read_field(kind, field, hint)
        if place is Place.ATTRIBUTE:
            attributes.append(particle)
        elif place is Place.CONTENT:
            content = particle
        elif one_of is not None:
            group.append((one_of.group, particle))
        else:
            particles += _close(group)
            particles.append(particle)
    particles += _close(group)
    if kind.OPEN:
        particles.append(Particle((Choice("*", "", "", Unreadable),), 0, None, "", repeats=True))
    attributes.sort(key=lambda each: each.choices[0].name)
    return Shape(tuple(attributes), content, tuple(particles), kind.MIXED)


def names_in(kind: type[Type]) -> frozenset[tuple[str, str]]:
    """All elements (local name, namespace) that a type can hold, at any depth."""
    return frozenset(_collect(kind, set()))


def _collect(kind: type[Type], seen: set[type[Type]]) -> Iterator[tuple[str, str]]:
    seen.add(kind)
    choices = [choice for particle in shape_of(kind).particles for choice in particle.choices]
    for choice in choices:
        if choice.attribute:
            yield choice.name, choice.namespace
        inner = choice.content
        if isinstance(inner, type) and issubclass(inner, Type) and inner not in seen:
            yield from _collect(inner, seen)


def _close(group: list[tuple[str, Particle]]) -> list[Particle]:
    """Fields that exclude each other are one particle."""
    if not group:
        return []
    choices = tuple(choice for _, particle in group for choice in particle.choices)
    group.clear()
    return [Particle(choices, 1, 1, None, repeats=False)]


def _read_field(kind: type[Type], field: str, hint: Any) -> tuple[Place | None, OneOf | None, Particle]:
    bare, marks = _unwrap(hint)
    name = next((mark.text for mark in marks if isinstance(mark, Name)), wire_name(field))
    place = next((mark for mark in marks if isinstance(mark, Place)), None)
    one_of = next((mark for mark in marks if isinstance(mark, OneOf)), None)
    occurs = next((mark for mark in marks if isinstance(mark, Occurs)), None)
    head = next((mark for mark in marks if isinstance(mark, Head)), None)
    options, optional = _options(bare)
    least, most = (occurs.least, occurs.most) if occurs else (0 if optional else 1, 1)
    if head is not None:
        choices = _members(options, head, field, kind)
    else:
        (option,) = options
        home = next((mark.namespace for mark in marks if isinstance(mark, Declared)), kind.NAMESPACE)
        choices = (Choice(name, home, field, _content(option, marks)),)
    return place, one_of, Particle(choices, least, most, field, repeats=occurs is not None)


def _unwrap(hint: Any) -> tuple[Any, list[Any]]:
    """The bare type of an annotation and all its marks, those of a tuple's items too."""
    marks: list[Any] = []
    while True:
        if get_origin(hint) is Annotated:
            hint, *more = get_args(hint)
            marks += more
        elif get_origin(hint) is tuple:
            hint = get_args(hint)[0]
        else:
            return hint, marks


def _options(bare: Any) -> tuple[list[Any], bool]:
    if get_origin(bare) in (Union, types.UnionType):
        options = [each for each in get_args(bare) if each is not type(None)]
        return options, len(options) < len(get_args(bare))
    return [bare], False


def _members(options: Sequence[Any], head: Head, field: str, kind: type[Type]) -> tuple[Choice, ...]:
    """A substitution group in its order: by local name, the abstract head among them (EXI §8.5.4.1.6)."""
    found = [Choice(element_name(each), each.NAMESPACE, field, each) for each in options]
    found.append(Choice(head.name, kind.NAMESPACE, field, Unreadable))
    return tuple(sorted(found, key=lambda each: (each.name, each.namespace)))


def _content(option: Any, marks: list[Any]) -> Kind | type[Type] | type[Unreadable]:
    inner, more = _unwrap(option)
    for mark in (*more, *marks):
        if isinstance(mark, (Integer, Text, Binary)):
            return mark
    if inner is bool:
        return Boolean()
    if isinstance(inner, type) and issubclass(inner, Enum):
        return Enumeration(inner)
    if isinstance(inner, type) and issubclass(inner, (Type, Unreadable)):
        return inner
    raise TypeError(f"{inner!r} says nothing of how it is written")
