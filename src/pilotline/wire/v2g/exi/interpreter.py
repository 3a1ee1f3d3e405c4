"""Reads and writes production by production, straight from the grammars: slow, short, and the oracle."""

from typing import Any

from pilotline.wire.v2g.exi.bits import BitReader, BitWriter
from pilotline.wire.v2g.exi.errors import DecodeError, EncodeError
from pilotline.wire.v2g.exi.grammar import End, Grammar, Production, State, grammar_of, width
from pilotline.wire.v2g.exi.kinds import Kind, check
from pilotline.wire.v2g.exi.schema import Choice, Particle, Type, Unreadable

MOST_REPEATS = 1024
"""What a schema lets repeat without end stands so often at most: memory is bounded before it is allocated."""


# --- reading --------------------------------------------------------------------------------------


def read_element(kind: type[Type], bits: BitReader, path: str) -> Type:
    """An element's content from its first event to its end. Raises DecodeError."""
    try:
        return _read(kind, bits, path)
    except DecodeError as error:
        raise error if error.path else DecodeError(error.problem, path, error.bit) from None


def _read(kind: type[Type], bits: BitReader, path: str) -> Type:
    grammar, state = grammar_of(kind), State()
    values: dict[str, Any] = {}
    while True:
        production = _next(grammar, state, bits, path)
        if isinstance(production.step, End):
            return kind(**values)
        if production.step.content is Unreadable:
            raise DecodeError(f"{production.step.name} cannot stand in a message", path, bits.at)
        _take(production, grammar.particles[production.place], values, bits, path)
        state = grammar.after(production)


def _next(grammar: Grammar, state: State, bits: BitReader, path: str) -> Production:
    productions = grammar.productions(state)
    count = width(len(productions))
    code = bits.bits(count)
    if code < len(productions):
        return productions[code]
    expected = ", ".join(_named(each) for each in productions)
    raise DecodeError(f"Code {code} is none of {expected}", path, bits.at - count)


def _named(production: Production) -> str:
    return "the end" if isinstance(production.step, End) else production.step.name


def _take(
    production: Production, particle: Particle, values: dict[str, Any], bits: BitReader, path: str
) -> None:
    choice = production.step
    assert isinstance(choice, Choice)
    inner = f"{path}.{choice.name}"
    value = _read_value(choice, bits, inner, ends=production.is_element)
    if not particle.repeats:
        values[choice.attribute] = value
        return
    already: tuple[Any, ...] = values.get(choice.attribute, ())
    if len(already) >= MOST_REPEATS:
        raise DecodeError(f"{choice.name} stands more than {MOST_REPEATS} times", path, bits.at)
    values[choice.attribute] = (*already, value)


def _read_value(choice: Choice, bits: BitReader, path: str, *, ends: bool) -> Any:
    kind = choice.content
    if isinstance(kind, type):
        return read_element(kind, bits, path)  # pyright: ignore[reportArgumentType] - no Unreadable
    try:
        if ends:
            _expect_only(bits)
        value = kind.read(bits)
        _refuse(kind, value, bits)
        if ends:
            _expect_only(bits)
    except DecodeError as error:
        raise DecodeError(error.problem, path, error.bit) from None
    return value


def _refuse(kind: Kind, value: Any, bits: BitReader) -> None:
    problem = kind.check(value)
    if problem is not None:
        raise DecodeError(problem[0].upper() + problem[1:], bit=bits.at)


def _expect_only(bits: BitReader) -> None:
    """The one thing that may come: the text of a simple element, or its end."""
    if bits.bits(1):
        raise DecodeError("What comes is not in the schema", bit=bits.at - 1)


# --- writing --------------------------------------------------------------------------------------


def write_element(value: Type, bits: BitWriter, path: str) -> None:
    """An element's content up to and with its end. Raises EncodeError."""
    grammar, state = grammar_of(type(value)), State()
    for place, particle in enumerate(grammar.particles):
        for choice, each in _standing(particle, value, path):
            state = _emit(grammar, state, place, choice, each, bits, path)
    end = grammar.end(state)
    assert end is not None
    bits.bits(end, width(len(grammar.productions(state))))


def _standing(particle: Particle, value: Type, path: str) -> list[tuple[Choice, Any]]:
    """What of the value stands at this particle, in order."""
    if particle.attribute is None:
        found = [
            (choice, getattr(value, choice.attribute))
            for choice in particle.choices
            if getattr(value, choice.attribute) is not None
        ]
        if len(found) != 1:
            names = ", ".join(choice.name for choice in particle.choices)
            raise EncodeError(f"One of {names} stands here, not {len(found)}", path)
        return found
    held = getattr(value, particle.attribute) if particle.attribute else ()
    several = tuple(held) if particle.repeats else () if held is None else (held,)
    _check_count(particle, len(several), path)
    return [(_choice_for(particle, each, path), each) for each in several]


def _check_count(particle: Particle, count: int, path: str) -> None:
    if count < particle.least or (particle.most is not None and count > particle.most):
        most = "any number of" if particle.most is None else particle.most
        raise EncodeError(f"{particle.attribute} stands {particle.least} to {most} times, not {count}", path)


def _choice_for(particle: Particle, value: Any, path: str) -> Choice:
    if len(particle.choices) == 1:
        return particle.choices[0]
    for choice in particle.choices:
        if choice.content is type(value):
            return choice
    raise EncodeError(f"{type(value).__name__} cannot be {particle.attribute}", path)


def _emit(
    grammar: Grammar, state: State, place: int, choice: Choice, value: Any, bits: BitWriter, path: str
) -> State:
    productions = grammar.productions(state)
    code = next(code for code, each in enumerate(productions) if each.place == place and each.step is choice)
    bits.bits(code, width(len(productions)))
    _write_value(choice, value, bits, f"{path}.{choice.name}", ends=productions[code].is_element)
    return grammar.after(productions[code])


def _write_value(choice: Choice, value: Any, bits: BitWriter, path: str, *, ends: bool) -> None:
    kind = choice.content
    if isinstance(kind, type):
        if not isinstance(value, Type) or type(value) is not kind:
            raise EncodeError(f"{type(value).__name__} is no {kind.__name__}", path)
        write_element(value, bits, path)
        return
    check(kind, value, path)
    bits.bits(0, 1 if ends else 0)
    kind.write(value, bits)
    bits.bits(0, 1 if ends else 0)
