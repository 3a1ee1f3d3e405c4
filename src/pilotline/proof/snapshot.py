"""Putting a safety module and its judge back to where they were, cheaply.

The parts of the module are never exchanged, only what they hold changes; so all that can change is a list of
attributes, found once by walking the module, and a snapshot is the tuple of their values.
"""

from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any, NamedTuple, cast

from pilotline.proof.history import History
from pilotline.proof.protections import Watched
from pilotline.rtm import Rtm
from pilotline.vocabulary.time import OnDelay

Frozen = tuple[Any, ...]
_CONSTANT = {
    "OnDelay": ("delay", "grid"),
    "Pulse": ("_ms",),
    "Rtm": ("_connector", "_serial"),
    "CableReader": ("_fixed_ma",),
    "HostWatch": ("_protocol", "_model_hash"),
    "FaultLatch": ("_possible",),
    "WakeUpPulse": ("_enabled", "_tries"),
    "SupplyWatch": ("_phases", "_low_mv", "_high_mv"),
    "HeatWatch": ("_most_mc", "_cool_mc"),
    "LockWatch": ("_module",),
    "OvercurrentWatch": ("_percent",),
    "MeanSquare": ("_limit", "_window"),
    "GreatestOffer": ("_follow_ms",),
    "BackOffTimer": ("_tries",),
    "History": ("given", "endings"),
}
"""What is set once, when the module is made; to name it here saves time and no more."""
_WITHIN = ("pilotline.rtm.", Watched.__module__)


class Part(NamedTuple):
    """An object of the module or of the judge, its place in them, and the names of what it holds."""

    path: str
    of: object
    names: tuple[str, ...]


def parts_of(root: object, path: str) -> Iterator[Part]:
    """The object and all that live in it, each once."""
    seen: set[int] = set()
    waiting = [(path, root)]
    while waiting:
        at, part = waiting.pop(0)
        if id(part) in seen:
            continue
        seen.add(id(part))
        inner = {name: _parts_in(getattr(part, name)) for name in _names(part)}
        waiting += [(f"{at}.{name}", each) for name, parts in inner.items() for each in parts]
        yield Part(at, part, tuple(name for name in inner if _holds_a_value(part, name)))


class Snapshot:
    """All that can change in a module and its judge, in a fixed order."""

    def __init__(self, rtm: Rtm, history: History) -> None:
        self.parts = (*parts_of(rtm, "rtm"), *parts_of(history, "judge"))
        slots = [(part.of, name) for part in self.parts for name in part.names]
        self._changed_in_place = [slot for slot in slots if type(getattr(*slot)) in (list, dict)]
        self._bound_anew = [slot for slot in slots if slot not in self._changed_in_place]

    def take(self) -> Frozen:
        """Everything, by value: what is changed in place is copied."""
        values = tuple([getattr(part, name) for part, name in self._bound_anew])
        return values, tuple([getattr(part, name).copy() for part, name in self._changed_in_place])

    def restore(self, frozen: Frozen) -> None:
        """Put everything back; the snapshot stays as it is."""
        values, copies = frozen
        for (part, name), value in zip(self._bound_anew, values, strict=True):
            setattr(part, name, value)
        for (part, name), value in zip(self._changed_in_place, copies, strict=True):
            setattr(part, name, value.copy())


def held(part: object, name: str) -> Any:
    """What a part holds under a name of its own."""
    return getattr(part, name)


def _names(part: object) -> tuple[str, ...]:
    slots: tuple[str, ...] = getattr(type(part), "__slots__", ())
    return (*slots, *getattr(part, "__dict__", {}))


def _is_part(value: object) -> bool:
    mine = type(value).__module__.startswith(_WITHIN) and not isinstance(value, tuple)
    return mine or isinstance(value, OnDelay)


def _parts_in(value: object) -> list[object]:
    within = cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)
    return [each for each in within if _is_part(each)]


def _holds_a_value(part: object, name: str) -> bool:
    """Not the model's limits, and not a part, but for a reference that changes from one part to another."""
    if name in _CONSTANT.get(type(part).__name__, ()):
        return False
    value = getattr(part, name)
    changes = (type(part).__name__, name) == ("BackOffTimer", "_wait")
    limits = is_dataclass(value) and type(value).__module__ == "pilotline.vocabulary.charger"
    return changes or not (limits or _parts_in(value))
