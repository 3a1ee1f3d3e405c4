"""Makes the functions that read: ``b`` is the message as one number, ``p`` how many of its bits are left.

Bits of fixed width that follow each other are read together. Where more than one thing may come, ``c`` says
by its ordinal what does.
"""

from collections.abc import Iterator, Sequence

from pilotline.wire.v2g.exi.generated_lines import (
    MOST_TOGETHER,
    Lines,
    Names,
    fields_of,
    key_of,
    may_lack,
    ordinals_of,
    repeats,
)  # fmt: skip
from pilotline.wire.v2g.exi.grammar import State, grammar_of, width
from pilotline.wire.v2g.exi.interpreter import MOST_REPEATS
from pilotline.wire.v2g.exi.kinds import Binary, Boolean, Enumeration, Integer, Kind, Text
from pilotline.wire.v2g.exi.schema import Choice, Particle, Type, Unreadable


class Reads:
    """Bits to be read next, gathered: zeros that must be, and values with a name."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._waiting: list[tuple[int, str | None]] = []
        self._then: list[str] = []

    def then(self, line: str) -> None:
        """What is to be done with a value, once it is read."""
        self._then.append(line)

    def zeros(self, count: int) -> None:
        self._put(count, None)

    def value(self, count: int, name: str) -> None:
        self._put(count, name)

    def _put(self, count: int, name: str | None) -> None:
        if sum(bits for bits, _ in self._waiting) + count > MOST_TOGETHER:
            self.flush()
        self._waiting.append((count, name))

    def flush(self) -> None:
        """Emit the one read, the check of its zeros, its values, and what is to be done with them."""
        total = sum(bits for bits, _ in self._waiting)
        names = [name for _, name in self._waiting if name]
        if total:
            self._lines.add(f"p -= {total}")
        if total and not names:
            self._lines.add(f"if b >> p & {_mask(total)}:")
            self._lines.add("    raise Slow")
        elif len(self._waiting) == 1:
            self._lines.add(f"{names[0]} = b >> p & {_mask(total)}")
        elif total:
            self._cut(total)
        for line in self._then:
            self._lines.add(line)
        self._waiting.clear()
        self._then.clear()

    def _cut(self, total: int) -> None:
        self._lines.add(f"v = b >> p & {_mask(total)}")
        must, at = 0, total
        cuts: list[str] = []
        for bits, name in self._waiting:
            at -= bits
            if name is None:
                must |= ((1 << bits) - 1) << at
            else:
                cuts.append(f"{name} = v >> {at} & {_mask(bits)}" if at else f"{name} = v & {_mask(bits)}")
        if must:
            self._lines.add(f"if v & {must:#x}:")
            self._lines.add("    raise Slow")
        for cut in cuts:
            self._lines.add(cut)


def _mask(bits: int) -> str:
    return hex((1 << bits) - 1) if bits > 3 else str((1 << bits) - 1)


class Reader:
    """Makes the reading function of one type."""

    def __init__(self, kind: type[Type], names: Names) -> None:
        self._kind, self._names = kind, names
        self._grammar = grammar_of(kind)
        self._lines = Lines()
        self._reads = Reads(self._lines)
        self._ordinals = ordinals_of(self._grammar)

    def make(self) -> Iterator[str]:
        name = self._kind.__name__
        yield f"def read_{name}(b: int, p: int) -> tuple[{self._names.kind(self._kind)}, int]:"
        particles = self._grammar.particles
        for attribute in fields_of(particles):
            if may_lack(particles, attribute):
                self._lines.add(f"{attribute} = {'()' if repeats(particles, attribute) else 'None'}")
        self._walk()
        fields = ", ".join(f"{each}={each}" for each in fields_of(particles))
        self._lines.add(f"return {name}({fields}), p")
        yield from self._lines.text

    def _walk(self) -> None:
        """Particle by particle; where more than one thing may come, ``c`` says by its ordinal what does."""
        self._enter(State())
        for place, particle in enumerate(self._grammar.particles):
            self._particle(place, particle)
        if self._branches:
            self._lines.add(f"if c != {self._ordinals[None]}:")
            self._lines.add("    raise Slow")
        self._reads.flush()

    def _enter(self, state: State) -> None:
        """Read the code of a state: a zero where one thing alone may come, else ``c``."""
        productions = self._grammar.productions(state)
        self._branches = len(productions) > 1
        if not self._branches:
            self._reads.zeros(1)
            return
        first = self._ordinals[key_of(productions[0])]
        self._reads.value(width(len(productions)), "c")
        self._reads.flush()
        self._lines.add(f"if c >= {len(productions)}:")
        self._lines.add("    raise Slow")
        if first:
            self._lines.add(f"c += {first}")

    def _particle(self, place: int, particle: Particle) -> None:
        if particle.most is None or particle.most > 1:
            self._repeat(place, particle)
        elif self._branches:
            self._branch(place, particle)
        else:
            self._take(particle.choices[0], place)
            self._enter(self._after(place, 0))

    def _after(self, place: int, times: int) -> State:
        particle = self._grammar.particles[place]
        return State(place, min(times + 1, particle.least) if particle.most is None else times + 1)

    def _branch(self, place: int, particle: Particle) -> None:
        """Something that stands once: taken if ``c`` says so, and then the next code is read."""
        first = self._ordinals[place, 0]
        last = first + len(particle.choices) - 1
        readable = [(first + i, each) for i, each in enumerate(particle.choices)]
        test = f"c == {first}" if first == last else f"c <= {last}"
        optional = particle.least == 0 or particle.attribute is None
        self._lines.add(f"if {test}:" if optional or first != last else f"if c != {first}:")
        if not optional and first == last:
            self._lines.add("    raise Slow")
            self._take(particle.choices[0], place)
            self._enter(self._after(place, 0))
            return
        self._lines.depth += 1
        self._dispatch(readable, place)
        before = self._branches
        self._enter(self._after(place, 0))
        alone = not self._branches
        self._reads.flush()
        if alone:  # what comes next is read already, and is the only thing that may
            self._lines.add(f"c = {self._ordinal_after(place)}")
        self._lines.depth -= 1
        if particle.least and first != last:
            self._lines.add("else:")
            self._lines.add("    raise Slow")
        self._branches = before

    def _ordinal_after(self, place: int) -> int:
        production = self._grammar.productions(self._after(place, 0))[0]
        return self._ordinals[key_of(production)]

    def _dispatch(self, options: Sequence[tuple[int, Choice]], place: int) -> None:
        if len(options) == 1:
            self._take(options[0][1], place)
            self._reads.flush()
            return
        word = "if"
        for number, choice in options:
            if choice.content is Unreadable:
                continue
            self._lines.add(f"{word} c == {number}:")
            self._lines.depth += 1
            self._take(choice, place)
            self._reads.flush()
            self._lines.depth -= 1
            word = "elif"
        self._lines.add("else:")
        self._lines.add("    raise Slow")

    def _repeat(self, place: int, particle: Particle) -> None:
        """A tuple: the first may be a must; after each the code says whether another comes."""
        name, ordinal = particle.attribute or "", self._ordinals[place, 0]
        if particle.choices[0].content is Unreadable:
            self._refuse(ordinal)
            return
        must = not self._branches
        most = MOST_REPEATS if particle.most is None else particle.most
        self._reads.flush()
        self._lines.add(f"{name}_ = []")
        if must:
            self._lines.add(f"c = {ordinal}")
        self._lines.add(f"while c == {ordinal}:")
        self._lines.depth += 1
        self._take(particle.choices[0], place, into=f"{name}_")
        self._reads.flush()
        self._more(place, particle, name, most)
        self._lines.depth -= 1
        self._lines.add(f"{name} = tuple({name}_)")
        if particle.least:
            self._lines.add(f"if not {name}:")
            self._lines.add("    raise Slow")
        self._branches = True

    def _more(self, place: int, particle: Particle, name: str, most: int) -> None:
        if particle.most is None:
            self._lines.add(f"if len({name}_) > {most}:")
            self._lines.add("    raise Slow")
            self._code_as_ordinal(self._after(place, 0))
            return
        self._lines.add(f"if len({name}_) < {most}:")
        self._lines.depth += 1
        self._code_as_ordinal(State(place, max(1, particle.least)))
        self._lines.depth -= 1
        self._lines.add("else:")
        self._lines.depth += 1
        self._code_as_ordinal(State(place, most))
        self._lines.depth -= 1

    def _code_as_ordinal(self, state: State) -> None:
        self._enter(state)
        if not self._branches:
            self._reads.flush()
            production = self._grammar.productions(state)[0]
            self._lines.add(f"c = {self._ordinals[key_of(production)]}")

    def _refuse(self, ordinal: int) -> None:
        self._lines.add(f"if c == {ordinal}:")
        self._lines.add("    raise Slow")

    def _take(self, choice: Choice, place: int, into: str | None = None) -> None:
        """Read what the choice holds into its field, or append it to a list."""
        kind = choice.content
        target = choice.attribute if into is None else "e"
        if kind is Unreadable:
            self._lines.add("raise Slow")
            return
        ends = not isinstance(kind, type) and self._grammar.is_element(place)
        if isinstance(kind, type):
            self._reads.flush()
            self._lines.add(f"{target}, p = read_{self._names.kind(kind)}(b, p)")  # pyright: ignore[reportArgumentType]
        else:
            self._simple(kind, target, ends=ends)
        if into is not None:
            self._reads.flush()
            self._lines.add(f"{into}.append(e)")

    def _simple(self, kind: Kind, target: str, *, ends: bool) -> None:
        if ends:
            self._reads.zeros(1)
        match kind:
            case Integer():
                self._integer(kind, target)
            case Boolean():
                self._reads.value(1, target)
                self._reads.then(f"{target} = {target} == 1")
            case Enumeration():
                self._reads.value(kind.width, target)
                self._reads.then(f"{target} = {self._names.word(kind.words)}[{target}]")
            case Text():
                self._reads.flush()
                self._lines.add(f"{target}, p = text(b, p, {kind.longest})")
            case Binary():
                self._reads.flush()
                self._lines.add(f"{target}, p = binary(b, p, {kind.longest})")
        if ends:
            self._reads.zeros(1)

    def _integer(self, kind: Integer, target: str) -> None:
        if kind.width is not None:
            self._reads.value(kind.width, target)
            low, high = kind.low or 0, kind.high or 0
            if low:
                self._reads.then(f"{target} += {low}" if low > 0 else f"{target} -= {-low}")
            if high - low != (1 << kind.width) - 1:
                self._reads.then(f"if {target} > {high}:")
                self._reads.then("    raise Slow")
            return
        if kind.signed:
            self._reads.value(1, "s")
        self._reads.value(8, target)
        self._reads.flush()
        self._lines.add(f"if {target} > 127:")
        self._lines.add(f"    {target}, p = more(b, p, {target})")
        if kind.signed:
            self._lines.add("if s:")
            self._lines.add(f"    {target} = -1 - {target}")
        if kind.high is not None:
            low = f"{kind.low} <= " if kind.signed else ""
            self._lines.add(f"if not {low}{target} <= {kind.high}:")
            self._lines.add("    raise Slow")
