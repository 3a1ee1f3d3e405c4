"""Mutants of a charger model's safety figures: one step more or less, twice the time, a value or row gone,
two values traded, a switch the other way."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import pairwise
from typing import Any

from support.mutants.mutant import ModelMutant

SAFETY = (
    "absent_faults", "rating", "outlet", "pilot", "relay", "host", "wake_up", "proximity", "residual",
    "supply", "overcurrent", "back_off", "lock", "temperature", "digital",
)  # fmt: skip
"""The tables of a model's file that its safety module is held to."""

Path = tuple[str | int, ...]
Change = tuple[str, Path, Any]
"""In words, where, and what is put there; ``GONE`` takes it away."""
GONE = object()


def mutants_of_model(model: str, values: dict[str, Any]) -> list[ModelMutant]:
    """All mutants of the safety part of a model, given as the values of its file."""
    found: list[ModelMutant] = []
    for name in SAFETY:
        if name in values:
            for words, path, value in _changes((name,), values[name]):
                found.append(ModelMutant(f"{model}: {spell(path)} {words}", model, put(values, path, value)))
    return found


def spell(path: Path) -> str:
    return ".".join(str(part) for part in path)


def put(values: dict[str, Any], path: Path, value: object) -> dict[str, Any]:
    """A copy of the values with another one in this place, or without it."""
    changed = deepcopy(values)
    inside: Any = changed
    for part in path[:-1]:
        inside = inside[part]
    if value is GONE:
        del inside[path[-1]]
    else:
        inside[path[-1]] = value
    return changed


def _changes(path: Path, value: Any) -> Iterator[Change]:
    """What can go wrong with a value and all within it."""
    if isinstance(value, bool):
        yield f"is {str(not value).lower()}", path, not value
    elif isinstance(value, int):
        yield from _of_figure(path, value)
    elif isinstance(value, dict):
        yield from _of_parts(path, list(value.items()))
        yield from _trades(path, value)
    elif isinstance(value, list):
        yield from _of_parts(path, list(enumerate(value)))
        for index, (one, other) in enumerate(pairwise(value)):
            if one != other and not isinstance(one, str):  # names in a list have no order
                traded = [*value[:index], other, one, *value[index + 2 :]]
                yield f"trades {index} and {index + 1}", path, traded


def _of_figure(path: Path, value: int) -> Iterator[Change]:
    yield "is one more", path, value + 1
    yield "is one less", path, value - 1
    if str(path[-1]).endswith("_ms") or "_ms" in spell(path[:-1]):
        yield "is twice as long", path, 2 * value


def _of_parts(path: Path, parts: Sequence[tuple[str | int, Any]]) -> Iterator[Change]:
    for key, part in parts:
        yield "is gone", (*path, key), GONE
        yield from _changes((*path, key), part)


def _trades(path: Path, table: dict[str, Any]) -> Iterator[Change]:
    """Two neighbours of the same unit have each other's value."""
    for (one, first), (other, second) in pairwise(table.items()):
        if type(first) is type(second) and first != second and _unit(one) == _unit(other):
            yield f"trades {one} and {other}", path, {**table, one: second, other: first}


def _unit(key: str) -> str:
    return key.rpartition("_")[2] if "_" in key else ""
