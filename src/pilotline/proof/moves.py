"""What can happen to a safety module, one small thing at a time, and how it is written: one line a move.

``read`` and ``write`` turn a story into text and back; a line that begins with ``#`` is for people.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pilotline.vocabulary.board import (
    LINK_PROTOCOL,
    ClearFaults,
    Contacts,
    Covers,
    Hello,
    HostMessage,
    LockPlug,
    LockPosition,
    Pace,
    Permit,
    ResidualAlarm,
    SetAvailable,
    Withdraw,
)
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.pilot import Signalling

Value = int | bool | None | LockPosition | Pace | tuple[int, ...]


class StoryError(ValueError):
    """A line that is no move; the sentence names it."""


@dataclass(frozen=True, slots=True)
class Sense:
    """One input is this from now on. ``pilot_mv`` is the level the car makes, ``low_mv`` that of the low half
    under PWM, ``pace`` what the loop says of itself; all others are fields of the sample."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class Car:
    """A car makes this level, its cable in the socket; at 12 V car and cable are gone."""

    pilot_mv: int


@dataclass(frozen=True, slots=True)
class Say:
    """The host sends one message."""

    word: str


@dataclass(frozen=True, slots=True)
class Keep:
    """The host sends this every half second from now on: a permit of so much, its heartbeat alone (0), or
    nothing (None)."""

    offer_ma: int | None
    signalling: Signalling = Signalling.NOMINAL


@dataclass(frozen=True, slots=True)
class Wait:
    """So many microseconds pass."""

    us: int


@dataclass(frozen=True, slots=True)
class Obey:
    """What the module drives follows it from now on, after its lag, or stays where it is."""

    name: str
    obeys: bool


Move = Sense | Car | Say | Keep | Wait | Obey
OBEYING = ("contacts", "lock", "residual_alarm")
"""What the module drives and senses: relay, bolt, and the monitor under test."""

_EVERY_FAULT = 0xFFFF_FFFF
WORDS = ("hello", "hello wrong", "withdraw", "lock", "unlock", "unavailable", "available", "clear")

_PERMITS = ("permit MA", "permit MA for MS", "permit MA digital")


def message(word: str, model_hash: int) -> HostMessage:
    """What a word of the host means to a module with this model."""
    match word.split():
        case ["hello"]:
            return Hello(LINK_PROTOCOL, model_hash)
        case ["hello", "wrong"]:
            return Hello(LINK_PROTOCOL, model_hash ^ 1)
        case ["withdraw"]:
            return Withdraw()
        case ["lock" | "unlock" as wish]:
            return LockPlug(wish == "lock")
        case ["available" | "unavailable" as wish]:
            return SetAvailable(wish == "available")
        case ["clear"]:
            return ClearFaults(_EVERY_FAULT)
        case ["permit", offer, *how] if offer.isdecimal():
            return _permit(int(offer), how)
        case _:
            raise StoryError(f"The host has no word {word!r}; it has {', '.join((*_PERMITS, *WORDS))}.")


def _permit(offer_ma: int, how: list[str]) -> Permit:
    match how:
        case []:
            return Permit(offer_ma)
        case ["for", ms] if ms.isdecimal():
            return Permit(offer_ma, int(ms))
        case ["digital"]:
            return Permit(offer_ma, signalling=Signalling.DIGITAL)
        case _:
            raise StoryError(f"The host has no permit {' '.join(how)!r}; it has {', '.join(_PERMITS)}.")


# --- a story as text ---


class _Kind(NamedTuple):
    """How an input of several switches is written: what it is made by, and the words for its parts."""

    make: Callable[..., tuple[int, ...]]
    parts: tuple[str, ...]


_FIGURES = ("pilot_mv", "low_mv", "proximity_ohm", "neutral_pe_mv", "residual_ac_ua", "residual_dc_ua")
_TUPLES: Mapping[str, Callable[..., tuple[int, ...]]] = {
    "voltage_mv": PerPhase,
    "current_ma": PerPhase,
    "temperature_mc": lambda *each: each,
}
_SWITCHES = {
    "contacts": _Kind(Contacts, ("live", "neutral")),
    "residual_alarm": _Kind(ResidualAlarm, ("ac", "dc")),
    "covers": _Kind(Covers, ("main", "service")),
}
_BITS = {"emergency_stop": ("released", "pressed"), "calibrated": ("no", "yes")}
_NAMED = {"lock": LockPosition, "pace": Pace}
_NOTHING = "none"


def write(moves: Iterable[Move]) -> Iterator[str]:
    """One line a move."""
    for move in moves:
        match move:
            case Sense(name, value):
                yield f"sense {name} {_written(name, value)}"
            case Car(pilot_mv):
                yield f"car {pilot_mv}"
            case Say(word):
                yield f"host {word}"
            case Keep():
                yield f"host {_kept(move)}"
            case Wait(us):
                yield f"wait {us}"
            case Obey(name, obeys):
                yield f"{'obey' if obeys else 'disobey'} {name}"


def _kept(keep: Keep) -> str:
    match keep:
        case Keep(None):
            return "is silent"
        case Keep(offer_ma, Signalling.DIGITAL):
            return f"keeps {offer_ma} digital"
        case Keep(0):
            return "keeps alive"
        case Keep(offer_ma):
            return f"keeps {offer_ma}"


def read(lines: Iterable[str]) -> Iterator[Move]:
    """The moves of a story. Raises StoryError, which names the line."""
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words or line.startswith("#"):
            continue
        try:
            yield _move(words)
        except (ValueError, KeyError, IndexError) as error:
            raise StoryError(f"Line {number}: {line.strip()!r} is no move: {error}.") from None


def _move(words: list[str]) -> Move:
    match words:
        case ["wait", us]:
            return Wait(int(us))
        case ["car", level]:
            return Car(int(level))
        case ["host", *rest]:
            return _of_host(rest)
        case ["obey" | "disobey" as how, name] if name in OBEYING:
            return Obey(name, how == "obey")
        case ["sense", name, *rest]:
            return Sense(name, _value(name, rest))
        case _:
            raise StoryError("a move begins with sense, car, host, obey, disobey or wait")


def _of_host(words: list[str]) -> Move:
    match words:
        case ["is", "silent"]:
            return Keep(None)
        case ["keeps", "alive"]:
            return Keep(0)
        case ["keeps", offer]:
            return Keep(int(offer))
        case ["keeps", offer, "digital"]:
            return Keep(int(offer), Signalling.DIGITAL)
        case _:
            message(" ".join(words), 0)
            return Say(" ".join(words))


def _written(name: str, value: Value) -> str:
    if value is None:
        return _NOTHING
    if isinstance(value, LockPosition | Pace):
        return value.value
    if name in _SWITCHES:
        assert isinstance(value, tuple)
        on = [part for part, is_on in zip(_SWITCHES[name].parts, value, strict=True) if is_on]
        return " ".join(on) or _NOTHING
    if isinstance(value, tuple):
        return " ".join(str(part) for part in value)
    return _BITS[name][bool(value)] if name in _BITS else str(value)


def _value(name: str, words: list[str]) -> Value:
    if name in _SWITCHES:
        kind = _SWITCHES[name]
        unknown = set(words) - {*kind.parts, _NOTHING}
        if unknown:
            raise StoryError(f"{name} has {' and '.join(kind.parts)}, not {' '.join(sorted(unknown))}")
        return kind.make(*(part in words for part in kind.parts))
    if name in _TUPLES:
        return _TUPLES[name](*(int(word) for word in words))
    if name in _BITS:
        return bool(_BITS[name].index(words[0]))
    if name in _NAMED:
        return _NAMED[name](words[0])
    if name not in _FIGURES:
        raise StoryError(f"there is no input {name}")
    return None if words == [_NOTHING] else int(words[0])
