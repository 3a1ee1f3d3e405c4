"""The relay's two poles: each takes its time, may weld and may stick.

It says where the contacts really are, which is what the sensing at the outlet shows; it does not judge
whether they obeyed.
"""

from dataclasses import dataclass

from pilotline.simulator.actions import Pole, StickContact, WeldContact
from pilotline.vocabulary.board import Contacts
from pilotline.vocabulary.time import MS, earliest


@dataclass(frozen=True, slots=True)
class ContactorConfig:
    """How long a contact takes from the coil's command to its movement."""

    close_ms: int = 20
    open_ms: int = 15


class _Pole:
    """One contact: where its armature is, and what holds it."""

    def __init__(self, config: ContactorConfig) -> None:
        self._config = config
        self._commanded = False
        self._armature = False
        self.due: int | None = None
        self.welded = False
        self.stuck = False

    @property
    def closed(self) -> bool:
        return self.welded or (self._armature and not self.stuck)

    def command(self, closed: bool, now: int) -> None:
        if closed is self._commanded:
            return
        self._commanded = closed
        self.due = now + (self._config.close_ms if closed else self._config.open_ms) * MS

    def settle(self, now: int) -> None:
        if self.due is not None and self.due <= now:
            self._armature = self._commanded
            self.due = None


class Contactor:
    """Both poles, driven by one coil."""

    def __init__(self, config: ContactorConfig) -> None:
        self._poles = {pole: _Pole(config) for pole in Pole}

    @property
    def contacts(self) -> Contacts:
        """Where the contacts are."""
        return Contacts(live=self._poles[Pole.LIVE].closed, neutral=self._poles[Pole.NEUTRAL].closed)

    @property
    def welded(self) -> frozenset[Pole]:
        return frozenset(pole for pole, each in self._poles.items() if each.welded)

    @property
    def stuck(self) -> frozenset[Pole]:
        return frozenset(pole for pole, each in self._poles.items() if each.stuck)

    @property
    def due(self) -> int | None:
        """When a contact will move."""
        return earliest(*(pole.due for pole in self._poles.values()))

    def command(self, closed: bool, now: int) -> None:
        """The coil is driven or released."""
        for pole in self._poles.values():
            pole.command(closed, now)

    def settle(self, now: int) -> None:
        """Move the contacts whose time has come."""
        for pole in self._poles.values():
            pole.settle(now)

    def apply(self, action: WeldContact | StickContact) -> None:
        """Break a contact or mend it; a mended one is where the coil holds it. Welded beats stuck."""
        pole = self._poles[action.pole]
        if isinstance(action, WeldContact):
            pole.welded = action.active
        else:
            pole.stuck = action.active
