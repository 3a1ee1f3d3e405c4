"""Messages of cars and chargers that nobody thought of: strategies made of what the schemas say."""

from functools import cache
from typing import Any

from hypothesis import strategies as st

from pilotline.wire.v2g.exi.kinds import Binary, Boolean, Enumeration, Integer, Kind, Text
from pilotline.wire.v2g.exi.namespace import Namespace
from pilotline.wire.v2g.exi.schema import Choice, Particle, Type, shape_of

_FEW = 3  # so often at most a thing repeats in these messages, or the longest text is all that is tested


def messages(namespace: Namespace) -> st.SearchStrategy[tuple[str, Type]]:
    """A document of the namespace: its element and a value that the standard allows."""
    documents = {kind.NAME or kind.__name__: kind for kind in namespace.documents}
    return st.one_of([st.tuples(st.just(name), values(kind)) for name, kind in documents.items()])


@cache
def values(kind: type[Type]) -> st.SearchStrategy[Type]:
    """Any value of a type."""
    shape = shape_of(kind)
    content = (shape.content,) if shape.content else ()
    fields: dict[str, st.SearchStrategy[Any]] = {}
    groups: list[Particle] = []
    for particle in (*shape.attributes, *content, *shape.particles):
        if particle.attribute is None:
            groups.append(particle)
        elif particle.attribute:
            fields[particle.attribute] = _of_particle(particle)
    whole = st.fixed_dictionaries(fields)
    for group in groups:
        whole = st.tuples(whole, _one_of(group)).map(lambda both: both[0] | both[1])
    return whole.map(lambda held: kind(**held))


def _one_of(particle: Particle) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of([st.fixed_dictionaries({each.attribute: _of_choice(each)}) for each in particle.choices])


def _of_particle(particle: Particle) -> st.SearchStrategy[Any]:
    readable = [each for each in particle.choices if _is_readable(each)]
    if not readable:
        return st.just(() if particle.repeats else None)
    one = st.one_of([_of_choice(each) for each in readable])
    if particle.repeats:
        most = _FEW if particle.most is None else min(_FEW, particle.most)
        return st.lists(one, min_size=particle.least, max_size=most).map(tuple)
    return one if particle.least else st.none() | one


def _is_readable(choice: Choice) -> bool:
    return not isinstance(choice.content, type) or issubclass(choice.content, Type)


def _of_choice(choice: Choice) -> st.SearchStrategy[Any]:
    kind = choice.content
    if not isinstance(kind, type):
        return _simple(kind)
    assert issubclass(kind, Type)
    return st.deferred(lambda: values(kind))


def _simple(kind: Kind) -> st.SearchStrategy[Any]:
    match kind:
        case Boolean():
            return st.booleans()
        case Integer(low, high):
            return st.integers(-(1 << 70) if low is None else low, (1 << 70) if high is None else high)
        case Enumeration(words):
            return st.sampled_from(words)
        case Text(longest):
            return st.text(st.characters(exclude_categories=["Cs"]), max_size=min(longest or 20, 20))
        case Binary(_, longest):
            return st.binary(max_size=min(longest or 40, 40))
