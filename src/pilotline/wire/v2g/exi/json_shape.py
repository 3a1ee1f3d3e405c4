"""Messages as JSON and back: element names as keys, hex and base64 as the schemas say."""

from collections.abc import Mapping
from typing import Any

from pilotline.wire.v2g.exi.errors import JsonShapeError
from pilotline.wire.v2g.exi.schema import Choice, Particle, Shape, Type, shape_of


def to_json(value: Type, *, bare: bool = False) -> Any:
    """``bare``: an element with text and no attribute is its text alone."""
    shape, found = shape_of(type(value)), dict[str, Any]()
    for particle in _all(shape):
        for choice in particle.choices:
            _show(choice, particle, value, found, bare=bare)
    text_alone = bare and shape.content is not None and len(found) == 1
    return next(iter(found.values())) if text_alone else found


def _show(choice: Choice, particle: Particle, value: Type, found: dict[str, Any], *, bare: bool) -> None:
    held = getattr(value, choice.attribute) if choice.attribute else None
    if held is None or held == ():
        return
    if particle.repeats:
        found[choice.name] = [_one(choice, each, bare=bare) for each in held]
    elif not isinstance(choice.content, type) or type(held) is choice.content:
        found[choice.name] = _one(choice, held, bare=bare)


def _one(choice: Choice, value: Any, *, bare: bool) -> Any:
    kind = choice.content
    return to_json(value, bare=bare) if isinstance(kind, type) else kind.to_json(value)


def _all(shape: Shape) -> tuple[Particle, ...]:
    content = (shape.content,) if shape.content is not None else ()
    return (*shape.attributes, *content, *shape.particles)


def from_json(kind: type[Type], data: Any, path: str = "") -> Type:
    """Raises JsonShapeError for what is missing, unknown or of another shape; bounds are the encoder's."""
    shape = shape_of(kind)
    if shape.content is not None and not isinstance(data, Mapping):
        data = {shape.content.choices[0].name: data}
    if not isinstance(data, Mapping):
        raise JsonShapeError(f"{data!r} is no object", path)
    rest: dict[str, Any] = {str(key): each for key, each in data.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    values: dict[str, Any] = {}
    for particle in _all(shape):
        for choice in particle.choices:
            if choice.name in rest:
                values[choice.attribute] = _taken(choice, particle, rest.pop(choice.name), path)
    if rest:
        raise JsonShapeError(f"{', '.join(rest)} is not of {kind.__name__}", path)
    try:
        return kind(**values)
    except TypeError as error:
        raise JsonShapeError(f"{kind.__name__}: {error}", path) from None


def _taken(choice: Choice, particle: Particle, data: Any, path: str) -> Any:
    inner = f"{path}.{choice.name}" if path else choice.name
    if not particle.repeats:
        return _one_from(choice, data, inner)
    if not isinstance(data, list):
        raise JsonShapeError(f"{data!r} is no list", inner)
    return tuple(_one_from(choice, each, inner) for each in data)  # pyright: ignore[reportUnknownVariableType]


def _one_from(choice: Choice, data: Any, path: str) -> Any:
    kind = choice.content
    if not isinstance(kind, type):
        return kind.from_json(data)
    if not issubclass(kind, Type):
        raise JsonShapeError(f"{choice.name} cannot stand in a message", path)
    return from_json(kind, data, path)
