"""Grammars of types: in each state what may come, and by which event code (EXI §8.5).

In a state with n declared productions a code takes as many bits as n + 1 things need: the last is the escape
to what the schemas do not have, which no standard of the car's uses and which is refused. Repeats are
unrolled.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pilotline.wire.v2g.exi.schema import Choice, Particle, Shape, Type, Unreadable, shape_of


@dataclass(frozen=True)
class End:
    """The element ends here."""


_TEXT_BETWEEN = Choice("text between elements", "", "", Unreadable)


@dataclass(frozen=True)
class Production:
    """What comes by one code, and the state after it. ``step`` None is the end of the element.

    A ``step`` is an attribute, the text or an element. ``place`` says of which particle, ``index`` which of
    its choices it is, ``times`` how often the particle has stood before.
    """

    step: Choice | End
    place: int
    times: int
    is_element: bool = True
    index: int = 0


@dataclass(frozen=True)
class State:
    """A position: ``place`` in the sequence of particles, ``times`` the particle there has stood."""

    place: int = 0
    times: int = 0


class Grammar:
    """The states of one type."""

    def __init__(self, shape: Shape) -> None:
        content = (shape.content,) if shape.content is not None else shape.particles
        self._first_element = len(shape.attributes)
        self.particles: tuple[Particle, ...] = (*shape.attributes, *content)
        self.has_text = shape.content is not None
        self._mixed = shape.mixed
        self._known: dict[State, tuple[Production, ...]] = {}

    def productions(self, state: State) -> tuple[Production, ...]:
        """In the order of their codes."""
        if state not in self._known:
            self._known[state] = tuple(self._find(state))
        return self._known[state]

    def _find(self, state: State) -> Iterator[Production]:
        place, times = state.place, state.times
        while place < len(self.particles):
            particle = self.particles[place]
            if particle.most is None or times < particle.most:
                element = self.is_element(place)
                for index, choice in enumerate(particle.choices):
                    yield Production(choice, place, times, element, index)
            if times < particle.least:
                break
            place, times = place + 1, 0
        else:
            yield Production(End(), place, 0)
        if self._mixed and place >= self._first_element:
            yield Production(_TEXT_BETWEEN, place, 0)

    def is_element(self, place: int) -> bool:
        """Whether an element stands at this place, and neither an attribute nor text."""
        return place >= self._first_element and not self.has_text

    def end(self, state: State) -> int | None:
        """The code of the element's end, None where it cannot end yet."""
        steps = enumerate(self.productions(state))
        return next((code for code, each in steps if isinstance(each.step, End)), None)

    def after(self, production: Production) -> State:
        """The state after an attribute, text or element; an unbounded repeat stays where it is."""
        particle = self.particles[production.place]
        times = production.times + 1
        return State(production.place, min(times, particle.least) if particle.most is None else times)


def width(productions: int) -> int:
    """The bits of an event code among so many declared productions and the escape."""
    return productions.bit_length()


@cache
def grammar_of(kind: type[Type]) -> Grammar:
    """The grammar of a type, made once."""
    return Grammar(shape_of(kind))
