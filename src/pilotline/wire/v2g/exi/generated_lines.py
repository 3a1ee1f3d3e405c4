"""What the generators of reading and writing share: source text, names, and the numbers of what may come."""

from collections.abc import Iterable
from types import ModuleType

from pilotline.wire.v2g.exi.grammar import End, Grammar, Production
from pilotline.wire.v2g.exi.schema import Particle, Type

MOST_TOGETHER = 60
"""So many bits are one pair of the digits of CPython's integers: more at a time is not quicker."""


class Lines:
    """Source text that grows, at a depth of indentation."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.depth = 1

    def add(self, line: str) -> None:
        self.text.append("    " * self.depth + line)


class Names:
    """What the generated text calls types, words and their places; and what it must bring in for that."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self.words: dict[type, str] = {}
        self.foreign: set[type[Type]] = set()

    def kind(self, kind: type[Type]) -> str:
        if kind.__module__ != self._module.__name__:
            self.foreign.add(kind)
        return kind.__name__

    def word(self, words: type) -> str:
        return self.words.setdefault(words, words.__name__.upper())


def key_of(production: Production) -> tuple[int, int] | None:
    return None if isinstance(production.step, End) else (production.place, production.index)


def ordinals_of(grammar: Grammar) -> dict[tuple[int, int] | None, int]:
    """Everything that may come in a type, numbered through; the end (None) is the last."""
    found: dict[tuple[int, int] | None, int] = {}
    for place, particle in enumerate(grammar.particles):
        for index in range(len(particle.choices)):
            found[place, index] = len(found)
    found[None] = len(found)
    return found


def fields_of(particles: Iterable[Particle]) -> list[str]:
    return list(dict.fromkeys(c.attribute for p in particles for c in p.choices if c.attribute))


def may_lack(particles: Iterable[Particle], field: str) -> bool:
    return any(
        choice.attribute == field and (particle.least == 0 or particle.attribute is None)
        for particle in particles
        for choice in particle.choices
    )


def repeats(particles: Iterable[Particle], field: str) -> bool:
    return any(p.repeats for p in particles for c in p.choices if c.attribute == field)
