"""Builds the vocabulary's types from a model file: field names are the file's keys, type hints its rules.

What a type refuses by ValueError becomes a :class:`ModelError` at the key that the reason names. Nothing here
knows any particular type, so a new field of a type needs no line here.
"""

import dataclasses
import difflib
import json
import re
import types
from collections.abc import Collection, Mapping
from enum import Enum
from functools import cache
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from pilotline.models.document import ModelError, Node, kind_of

T = TypeVar("T")

_NOTHING: Mapping[str, Any] = {}
_SCALARS = (bool, int, float, str)

# A unit is a rough fence: it catches a figure given in another unit. The types themselves know the clauses.
_BOUNDS = {
    "_ms": (0, 86_400_000),  # a day
    "_ma": (0, 1_000_000),
    "_ohm": (0, 1_000_000),
    "_w": (0, 1_000_000),
    "_v": (0, 1_000),
    "_mv": (-1_000_000, 1_000_000),
    "_mc": (-100_000, 200_000),
}
_ANY_INT = (-(2**31), 2**31 - 1)


class _Field(NamedTuple):
    hint: Any
    required: bool


def build(
    kind: type[T], node: Node, given: Mapping[str, Any] = _NOTHING, elsewhere: Collection[str] = ()
) -> T:
    """A dataclass or NamedTuple from a table.

    ``given`` are the fields that do not come from the table as they stand (they are no keys of it, unless
    ``elsewhere`` says so); ``elsewhere`` are keys of the table that somebody else reads.
    """
    fields = _fields(kind)
    children = node.table()
    own = [name for name in fields if name not in given]
    _refuse_strangers(children, {*own, *elsewhere})
    for name in own:
        if fields[name].required and name not in children:
            raise node.missing(name)
    values = {name: read(fields[name].hint, children[name]) for name in own if name in children}
    try:
        return kind(**values, **given)
    except ValueError as error:
        raise _blame(node, list(fields), str(error)) from None


def read(hint: Any, node: Node) -> Any:
    """A value of the type that a type hint names."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _read_union(get_args(hint), node)
    if origin is tuple:
        return tuple(read(get_args(hint)[0], element) for element in node.array())
    if origin is not None and issubclass(origin, Mapping):
        key_hint, value_hint = get_args(hint)
        return _read_mapping(key_hint, value_hint, node)
    if issubclass(hint, Enum):
        return read_enum(hint, node)
    return _read_scalar((hint,), node) if hint in _SCALARS else build(hint, node)


def read_enum(kind: type[Enum], node: Node) -> Any:
    """A member by its value; the error lists those there are."""
    known = {member.value: member for member in kind}
    if node.value.__hash__ is None or node.value not in known or isinstance(node.value, bool):
        raise node.refuse(f"{name_value(node)} is none of {', '.join(map(str, known))}")
    return known[node.value]


def name_value(node: Node) -> str:
    """A wrong value as an error shows it: a text in quotes, other things by what they are."""
    return json.dumps(node.value[:40]) if isinstance(node.value, str) else kind_of(node.value)


def suggest(word: str, known: Collection[str]) -> str:
    """A hint to append to a reason, or nothing."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


@cache
def _fields(kind: Any) -> dict[str, _Field]:
    hints = get_type_hints(kind)
    required = _required(kind)
    return {name: _Field(hint, name in required) for name, hint in hints.items()}


def _required(kind: Any) -> set[str]:
    """The fields without a default. A NamedTuple's underscored names are public by its documentation."""
    if not dataclasses.is_dataclass(kind):
        return set(kind._fields) - set(kind._field_defaults)
    absent = dataclasses.MISSING
    return {f.name for f in dataclasses.fields(kind) if f.default is absent and f.default_factory is absent}


def _refuse_strangers(children: Mapping[str, Node], known: Collection[str]) -> None:
    for key, node in children.items():
        if key not in known:
            raise node.refuse("unknown key" + suggest(key, known))


def _read_union(members: tuple[Any, ...], node: Node) -> Any:
    real = tuple(member for member in members if member is not types.NoneType)
    return read(real[0], node) if len(real) == 1 else _read_scalar(real, node)


def _read_mapping(key_kind: Any, value_kind: Any, node: Node) -> dict[Any, Any]:
    return {read_key(key_kind, key, child): read(value_kind, child) for key, child in node.table().items()}


def read_key(kind: Any, key: str, node: Node) -> Any:
    """A key of a table that is a member of an enumeration, or any text."""
    return key if kind is str else read_enum(kind, Node(node.document, node.path, key))


def _read_scalar(kinds: tuple[type, ...], node: Node) -> Any:
    node.expect(*kinds)
    if type(node.value) is int:
        _check_bounds(node, node.value)
    return node.value


def _check_bounds(node: Node, value: int) -> None:
    low, high = _bounds(node)
    if not low <= value <= high:
        raise node.refuse(f"{value if abs(value) < 10**18 else 'the number'} is not within {low} to {high}")


def _bounds(node: Node) -> tuple[int, int]:
    """By the unit in the nearest key: ``debounce_ms.A`` is in milliseconds."""
    for part in reversed(node.path):
        for unit, bounds in _BOUNDS.items():
            if isinstance(part, str) and part.endswith(unit):
                return bounds
    return _ANY_INT


def _blame(node: Node, names: list[str], reason: str) -> ModelError:
    """Put a type's reason at the first of its fields that it names, or at the whole table."""
    for word in re.findall(r"[a-z_]+", reason):
        if word in names:
            return Node(node.document, (*node.path, word), None).refuse(reason)
    return node.refuse(reason)
