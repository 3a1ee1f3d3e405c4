"""Makes the functions that write: ``x`` is a number that begins with a one and gets the message's bits."""

from collections.abc import Iterator

from pilotline.wire.v2g.exi.generated_lines import MOST_TOGETHER, Lines, Names, key_of, ordinals_of
from pilotline.wire.v2g.exi.grammar import State, grammar_of, width
from pilotline.wire.v2g.exi.kinds import Binary, Boolean, Enumeration, Integer, Kind, Text
from pilotline.wire.v2g.exi.schema import Particle, Type, Unreadable


class Writes:
    """Bits to be written next, gathered: each an expression that is small enough for its width."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._waiting: list[tuple[int, str]] = []

    def put(self, count: int, expression: str) -> None:
        if sum(bits for bits, _ in self._waiting) + count > MOST_TOGETHER:
            self.flush()
        self._waiting.append((count, expression))

    def flush(self) -> None:
        at = total = sum(bits for bits, _ in self._waiting)
        constant, terms = 0, list[str]()
        for bits, expression in self._waiting:
            at -= bits
            if expression.isdigit():
                constant |= int(expression) << at
            else:
                terms.append(f"{expression} << {at}" if at else expression)
        self._waiting.clear()
        if total:
            terms += [hex(constant)] if constant else []
            self._lines.add(f"x = x << {total}" + "".join(f" | {term}" for term in terms))


class Writer:
    """Makes the writing function of one type.

    ``state`` is where the grammar stands if that is known here; else ``f`` and ``w`` say it when it runs: the
    ordinal of the first thing that may come, and how many bits a code takes.
    """

    def __init__(self, kind: type[Type], names: Names) -> None:
        self._kind, self._names = kind, names
        self._grammar = grammar_of(kind)
        self._lines = Lines()
        self._writes = Writes(self._lines)
        self._ordinals = ordinals_of(self._grammar)
        self._state: State | None = State()

    def make(self) -> Iterator[str]:
        name = self._kind.__name__
        yield f"def write_{name}(x: int, o: {self._names.kind(self._kind)}) -> int:"
        for place, particle in enumerate(self._grammar.particles):
            self._particle(place, particle)
        self._code(self._ordinals[None])
        self._writes.flush()
        self._lines.add("return x")
        yield from self._lines.text

    def _particle(self, place: int, particle: Particle) -> None:
        if particle.attribute is None:
            self._one_of(place, particle)
        elif not particle.attribute:
            return  # what is open is never written
        elif particle.repeats:
            self._repeat(place, particle)
        elif particle.least == 0:
            self._optional(place, particle)
        else:
            self._must(place, particle)

    def _must(self, place: int, particle: Particle) -> None:
        if len(particle.choices) > 1:
            self._writes.flush()
            self._lines.add(f"m = o.{particle.attribute}")
            self._choose(place, particle)
            self._lines.add("else:")
            self._lines.add("    raise Slow")
        else:
            self._emit(place, 0, f"o.{particle.attribute}")
        self._state = State(place, 1)

    def _optional(self, place: int, particle: Particle) -> None:
        self._writes.flush()
        self._know()
        self._lines.add(f"m = o.{particle.attribute}")
        if len(particle.choices) > 1:
            self._choose(place, particle, then=State(place, 1))
            self._lines.add("elif m is not None:")
            self._lines.add("    raise Slow")
        else:
            self._lines.add("if m is not None:")
            self._lines.depth += 1
            self._emit(place, 0, "m")
            self._writes.flush()
            self._remember(State(place, 1))
            self._lines.depth -= 1
        self._state = None

    def _choose(self, place: int, particle: Particle, then: State | None = None) -> None:
        """One branch for each member of a substitution group."""
        state, word = self._state, "if"
        for index, choice in enumerate(particle.choices):
            kind = choice.content
            if not isinstance(kind, type) or not issubclass(kind, Type):
                continue
            self._state = state
            self._lines.add(f"{word} type(m) is {self._names.kind(kind)}:")
            self._lines.depth += 1
            self._emit(place, index, "m")
            self._writes.flush()
            if then is not None:
                self._remember(then)
            self._lines.depth -= 1
            word = "elif"

    def _one_of(self, place: int, particle: Particle) -> None:
        self._writes.flush()
        there = " + ".join(f"(o.{choice.attribute} is not None)" for choice in particle.choices)
        self._lines.add(f"if {there} != 1:")
        self._lines.add("    raise Slow")
        state, word = self._state, "if"
        for index, choice in enumerate(particle.choices):
            self._state = state
            self._lines.add(f"{word} o.{choice.attribute} is not None:")
            self._lines.depth += 1
            self._emit(place, index, f"o.{choice.attribute}")
            self._writes.flush()
            self._lines.depth -= 1
            word = "elif"
        self._state = State(place, 1)

    def _repeat(self, place: int, particle: Particle) -> None:
        name, most = particle.attribute, particle.most
        if particle.choices[0].content is Unreadable:
            self._lines.add(f"if o.{name}:")
            self._lines.add("    raise Slow")
            return
        self._writes.flush()
        self._know()
        self._lines.add(f"n = len(o.{name})")
        bounds = f"{particle.least} <= n" + ("" if most is None else f" <= {most}")
        self._lines.add(f"if not {bounds}:")
        self._lines.add("    raise Slow")
        again = State(place, particle.least if most is None else 1)
        self._lines.add(f"for m in o.{name}:")
        self._lines.depth += 1
        self._state = None
        self._emit(place, 0, "m")
        self._writes.flush()
        self._remember(again)
        self._lines.depth -= 1
        if most is not None:
            self._lines.add(f"if n == {most}:")
            self._lines.depth += 1
            self._remember(State(place, most))
            self._lines.depth -= 1
        self._state = None

    def _know(self) -> None:
        """From here on where the grammar stands is said when it runs."""
        if self._state is not None:
            self._remember(self._state)
            self._state = None

    def _remember(self, state: State) -> None:
        productions = self._grammar.productions(state)
        first = self._ordinals[key_of(productions[0])]
        self._lines.add(f"f, w = {first}, {width(len(productions))}")

    def _code(self, ordinal: int) -> None:
        if self._state is None:
            self._writes.flush()
            self._lines.add(f"x = x << w | {ordinal} - f")
            return
        productions = self._grammar.productions(self._state)
        first = self._ordinals[key_of(productions[0])]
        self._writes.put(width(len(productions)), str(ordinal - first))

    def _emit(self, place: int, index: int, value: str) -> None:
        choice = self._grammar.particles[place].choices[index]
        self._code(self._ordinals[place, index])
        self._state = None
        kind = choice.content
        if kind is Unreadable:
            self._writes.flush()
            self._lines.add("raise Slow")
        elif isinstance(kind, type):
            self._typed(kind, value, checked=len(self._grammar.particles[place].choices) > 1)  # pyright: ignore[reportArgumentType]
        else:
            self._simple(kind, value, ends=self._grammar.is_element(place))

    def _typed(self, kind: type[Type], value: str, *, checked: bool) -> None:
        self._writes.flush()
        name = self._names.kind(kind)
        if not checked:
            self._lines.add(f"if type({value}) is not {name}:")
            self._lines.add("    raise Slow")
        self._lines.add(f"x = write_{name}(x, {value})")

    def _simple(self, kind: Kind, value: str, *, ends: bool) -> None:
        end = 1 if ends else 0
        if end:
            self._writes.put(1, "0")
        match kind:
            case Boolean():
                self._lines.add(
                    f"if (v{self._fresh()} := {value}) is not True and v{self._last} is not False:"
                )
                self._lines.add("    raise Slow")
                self._writes.put(1, f"v{self._last}")
            case Enumeration():
                self._lines.add(f"v{self._fresh()} = {self._names.word(kind.words)}_AT[{value}]")
                self._writes.put(kind.width, f"v{self._last}")
            case Integer():
                self._integer(kind, value)
            case Text():
                self._writes.flush()
                self._lines.add(f"x = put_text(x, {value}, {kind.longest})")
            case Binary():
                self._writes.flush()
                self._lines.add(f"x = put_binary(x, {value}, {kind.longest})")
        if end:
            self._writes.put(1, "0")

    _count = 0

    def _fresh(self) -> int:
        self._count += 1
        return self._count

    @property
    def _last(self) -> int:
        return self._count

    def _integer(self, kind: Integer, value: str) -> None:
        name = f"v{self._fresh()}"
        self._lines.add(f"{name} = {value}")
        low = "" if kind.low is None else f"{kind.low} <= "
        high = "" if kind.high is None else f" <= {kind.high}"
        bounds = f" or not {low}{name}{high}" if low or high else ""
        self._lines.add(f"if type({name}) is not int{bounds}:")
        self._lines.add("    raise Slow")
        if kind.width is not None:
            offset = kind.low or 0
            shown = f"({name} + {-offset})" if offset < 0 else f"({name} - {offset})" if offset else name
            self._writes.put(kind.width, shown)
            return
        if kind.signed:
            self._lines.add(f"s = {name} < 0")
            self._lines.add("if s:")
            self._lines.add(f"    {name} = -1 - {name}")
            self._writes.put(1, "s")
        self._writes.flush()
        self._lines.add(f"x = x << 8 | {name} if {name} < 128 else put_more(x, {name})")
