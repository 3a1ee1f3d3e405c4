"""Upkeep in the host's queue: what it hears of station and link, and to whom what it says goes.

The core itself is :mod:`pilotline.station.upkeep`. Here stands what no part of it can know: that the last
session is over, that the backend has registered us or not, that a key is another, a cover was opened or the
disk is full, and how many notices wait.
"""

from collections.abc import Callable, Sequence

from pilotline.links.ocpp.link import BackendDown, LinkEvent, OcppLink, Registration
from pilotline.station.core import Station
from pilotline.station.events import AskReset, CallAnswer, StationEffect
from pilotline.station.upkeep.access import BackendAccess
from pilotline.station.upkeep.core import Surroundings, Upkeep
from pilotline.station.upkeep.events import (
    Answer,
    AskSignature,
    BackendLost,
    BackendTried,
    BackHome,
    GiveUp,
    KeyChanged,
    Raise,
    RestartFor,
    Send,
    Tell,
    UpkeepEffect,
    UpkeepEvent,
    UseAccess,
    WayTaken,
    Wellbeing,
    Work,
)
from pilotline.station.upkeep.parts import all_parts
from pilotline.vocabulary.alarms import AlarmKind
from pilotline.vocabulary.journal import (
    KeepEvent,
    KeepSecurityEvent,
    LoggedEvent,
    Notified,
    Record,
    StoreKey,
    Tampered,
)
from pilotline.vocabulary.network import UseInterface
from pilotline.vocabulary.upkeep import Notice

MOST_NOTICES = 100
"""While so many wait for the backend no further security event is noted for it: it stands in the station's
own security log, which GetLog fetches. Statuses of an update or upload are never left out."""

OfTheShell = Record | StoreKey | KeepSecurityEvent | CallAnswer | Work | GiveUp | UseAccess
OfTheQueue = Answer | AskSignature | Tell | Send | AskReset


class HostUpkeep:
    """``handle`` an event of upkeep; ``of_…`` say what an event of the others means to it.

    ``note`` is the log for people, with its own measure of how much is kept.
    """

    def __init__(
        self,
        station: Station,
        link: OcppLink,
        surroundings: Surroundings,
        note: Callable[[LoggedEvent], object],
    ) -> None:
        self._station = station
        self._link = link
        self._note = note
        self._idle: bool | None = None
        self._well: Wellbeing | None = None
        self._registration = link.registration
        self.core = Upkeep(all_parts(surroundings), surroundings.clock)
        access = self.core.part(BackendAccess)
        if access is not None:
            station.key_guard = access.refusal

    def handle(self, event: UpkeepEvent, now: int) -> tuple[list[OfTheShell], list[OfTheQueue]]:
        """What the shell is to do, and what is for link and station."""
        shell, queue = list[OfTheShell](), list[OfTheQueue]()
        for effect in self.core.handle(event, now):
            match effect:
                case Answer(call, word) if call < 0:  # somebody beside the station asked
                    shell.append(CallAnswer(call, word))
                case Answer() | AskSignature() | Tell() | Send():
                    queue.append(effect)
                case KeepEvent(event=logged):
                    self._note(logged)
                case RestartFor(kind):
                    queue.append(AskReset(0, kind))
                case Record(keys=keys) if self._is_one_too_many(effect):
                    shell += keys
                case _:
                    shell.append(effect)
        return shell, queue

    def of_station(self, effects: Sequence[StationEffect], now: int) -> Sequence[UpkeepEvent]:
        """What it means that the station has taken an event, and said this."""
        connectors = self._station.connectors.values()
        raised = [
            Raise(AlarmKind.TAMPER, f"A cover of connector {effect.fact.connector} was opened.")
            for effect in effects
            if isinstance(effect, Record) and isinstance(effect.fact, Tampered)
        ]
        idle = not any(each.busy for each in connectors)
        home = [] if idle is self._idle else [BackHome(idle)]
        trouble = next((each.disk_trouble for each in connectors if each.disk_trouble), None)
        well = Wellbeing(all(each.board.alive(now) for each in connectors), trouble is None)
        if trouble is not None and (self._well is None or self._well.disk):
            raised.append(Raise(AlarmKind.MEMORY_EXHAUSTION, str(trouble)))
        news = [] if well == self._well else [well]
        self._idle, self._well = idle, well
        return [*home, *news, *raised]

    def of_link(self, event: LinkEvent) -> Sequence[UpkeepEvent]:
        """What it means that the link has taken this one."""
        before, self._registration = self._registration, self._link.registration
        if isinstance(event, BackendDown):
            return _line_ended(event, before)
        accepted = Registration.ACCEPTED
        return (BackendTried(works=True),) if before is not accepted is self._registration else ()

    @staticmethod
    def of_key(stored: StoreKey) -> Sequence[UpkeepEvent]:
        """A row with a space in its name is no configuration key."""
        return () if " " in stored.name else (KeyChanged(stored.name),)

    @staticmethod
    def of_network(effects: Sequence[UseInterface]) -> Sequence[UpkeepEvent]:
        return [WayTaken(effect.interface.value) for effect in effects]

    def _is_one_too_many(self, effect: UpkeepEffect) -> bool:
        if not isinstance(effect, Record) or not isinstance(effect.fact, Notified):
            return False
        return effect.fact.about is Notice.SECURITY and self._link.outbox.notices >= MOST_NOTICES


def _line_ended(event: BackendDown, before: Registration) -> Sequence[UpkeepEvent]:
    """A line that we hung up ourselves says nothing of the way into the backend."""
    if before is Registration.ACCEPTED:
        return (BackendLost(event.reason),)
    return () if event.ours else (BackendTried(works=False, reason=event.reason),)
