"""Where the log listens: what of the host core's events, effects and state is shown to the logbook.

A look costs a snapshot, so there is one only where the outline of what it would tell has changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pilotline.links.logbook import Logbook
from pilotline.station.core import Station
from pilotline.station.events import ChangeKey, Restart
from pilotline.station.keys import BY_NAME, Access, Key, to_text
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.journal import KeepEvent, Record, StoreKey, StoreTrouble
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.time import Stamp

if TYPE_CHECKING:
    from pilotline.links.host import HostView

_PLACE = "c_SetUpStep"
_NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Noted:
    """A door tells of something it alone knows: who came in, who was kept out."""

    code: str
    words: Mapping[str, str] = field(default_factory=dict[str, str])


class Diary:
    """``about`` before an event is handled, ``after`` it, and ``entries`` when all is quiet.

    ``look`` makes a snapshot of now; ``way`` is what is to be noticed of the backend, to be compared.
    """

    def __init__(
        self,
        logbook: Logbook,
        station: Station,
        look: Callable[[int], "HostView"],
        way: Callable[[], object],
    ) -> None:
        self._logbook = logbook
        self._station = station
        self._look = look
        self._way = way
        self._outline: object = None
        self._key: Key | None = None
        self._value: KeyValue = None

    def about(self, event: object) -> None:
        """A key is about to be changed, perhaps: as what does it stand there now?"""
        self._key = BY_NAME.get(event.key.lower()) if isinstance(event, ChangeKey) else None
        if self._key is not None:
            self._value = self._station.keys[self._key.name]

    def after(self, event: object, effects: Sequence[object], stamp: Stamp) -> None:
        """What came of it."""
        if isinstance(event, StoreTrouble):
            self._logbook.hear_disk(event.reason, stamp)
        for effect in effects:
            if isinstance(effect, Record):
                self._logbook.hear(effect.fact)
            elif isinstance(effect, Restart):
                self._logbook.note("restart", {"how": effect.kind.value}, stamp)
            elif isinstance(effect, StoreKey) and isinstance(event, ChangeKey):
                self._changed(event, effect, stamp)

    def note(self, noted: Noted, stamp: Stamp) -> None:
        self._logbook.note(noted.code, noted.words, stamp)

    def entries(self, stamp: Stamp) -> Sequence[KeepEvent]:
        """What is to be kept now."""
        outline = [self._outline_of(stamp.at), self._way()]
        if outline != self._outline:
            self._outline = outline
            self._logbook.look(self._look(stamp.at), stamp)
        return self._logbook.entries(stamp.at)

    def deadline(self) -> int | None:
        return self._logbook.deadline()

    def _changed(self, event: ChangeKey, kept: StoreKey, stamp: Stamp) -> None:
        """A value that was set anew and is the same is no news, nor is how far somebody got in the set-up."""
        key = self._key
        if key is None or key.name != kept.name or self._value == kept.value or key.name == _PLACE:
            return
        words: dict[str, str] = {"key": key.name, "who": _who(event), "role": event.role.value}
        if key.access is Access.WRITE_ONLY:
            self._logbook.note("secret_changed", words, stamp)
            return
        values = {"old": to_text(self._value) or _NOTHING, "new": to_text(kept.value) or _NOTHING}
        self._logbook.note("key_changed", {**words, **values}, stamp)

    def _outline_of(self, now: int) -> list[object]:
        """What the log tells of the connectors, as cheaply as it can be compared."""
        return [
            (
                each.status,
                each.faults,
                each.session and (each.session.id, each.session.phase),
                each.arbiter.offer_ma,
                each.board.alive(now),
            )
            for each in self._station.connectors.values()
        ]


def _who(event: ChangeKey) -> str:
    if event.role is Role.BACKEND:
        return "the backend"
    return event.name or f"somebody as {event.role.value}"
