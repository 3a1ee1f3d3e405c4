"""Upkeep: firmware, uploads, certificates and the way into the backend, each a part that hears everything.

A pure core beside :class:`pilotline.station.core.Station`. It knows of the station what it is handed: keys,
clock, the numbers of journal entries, and by ``BackHome`` whether a session is open.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol, TypeVar

from pilotline.station.clock import WallClock
from pilotline.station.keys import KeyStore
from pilotline.station.upkeep.events import Task, UpkeepEffect, UpkeepEvent, Work
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.firmware import Booted
from pilotline.vocabulary.journal import Notified, Record
from pilotline.vocabulary.status import ResetReason
from pilotline.vocabulary.time import Stamp, earliest
from pilotline.vocabulary.upkeep import Notice

_Part = TypeVar("_Part")


@dataclass(frozen=True)
class Surroundings:
    """What every part is handed. ``kept`` are the rows an earlier boot stored with ``StoreKey``."""

    keys: KeyStore
    clock: WallClock
    entry: Callable[[], int]
    """The next number of a journal entry."""
    kept: Mapping[str, KeyValue] = field(default_factory=dict[str, KeyValue])
    works: Callable[[], int] = field(default_factory=lambda: count(1).__next__)
    """The next number of a work; numbers are of this boot."""
    firmware: str = ""
    """The version that runs."""
    booted: Booted | None = None
    """What runs, as the slots know it; None where there are none."""
    name: str = ""
    """The station's, by which a backend knows it: files are called after it."""
    alone: bool = False
    """No backend is configured."""
    csms: str | None = None
    """The backend's URL from the command line; None: that of c_BackendUrl counts."""
    serial: str = ""
    """The station's serial number, unique to it."""
    reset: ResetReason = ResetReason.UNKNOWN
    """Why this boot began."""

    def work(self, task: Task) -> Work:
        return Work(self.works(), task)

    def notify(
        self, about: Notice, word: str, stamp: Stamp, *, request: int | None = None, info: str = ""
    ) -> Record:
        """A notice as a fact: durable, then sent, in order and each once."""
        entry = self.entry()
        name = f"notice-{stamp.boot}-{entry}"
        return Record(entry, Notified(name, about, word, stamp, request, info))


class Part(Protocol):
    """One concern of upkeep; it passes over events that are not its own."""

    def handle(self, event: UpkeepEvent, stamp: Stamp) -> Sequence[UpkeepEffect]:
        """What is to be done about it at this moment (``stamp.at`` is core time)."""
        ...

    def deadline(self) -> int | None:
        """When it wants to be looked at again, in core time."""
        ...


class Upkeep:
    """``handle(event, now)`` and ``deadline()``."""

    def __init__(self, parts: Sequence[Part], clock: WallClock) -> None:
        self._parts = parts
        self._clock = clock

    def handle(self, event: UpkeepEvent, now: int) -> Sequence[UpkeepEffect]:
        stamp = self._clock.stamp(now)
        return [effect for part in self._parts for effect in part.handle(event, stamp)]

    def deadline(self) -> int | None:
        return earliest(*(part.deadline() for part in self._parts))

    def part(self, kind: type[_Part]) -> _Part | None:
        """The part of this kind, if it is mounted: what is shown of it is read there."""
        return next((part for part in self._parts if isinstance(part, kind)), None)
