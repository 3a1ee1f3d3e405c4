"""The host: station core, OCPP link and the host's ends of the board links, around one queue.

An effect of one core becomes an event of another only through the queue, first in, first out, each run to
completion (design rule 2). What leaves is bytes, texts, journal entries and settings: the shells' work.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from pilotline.links.diary import Diary, Noted
from pilotline.links.logbook import Logbook
from pilotline.links.ocpp.link import (
    BackendDown,
    BackendUp,
    LinkEffect,
    LinkEvent,
    OcppLink,
    Registration,
    SendText,
)
from pilotline.links.upkeep import HostUpkeep
from pilotline.links.v2g.line import LineEffect, LineEvent, open_lines
from pilotline.station.clock import WallClock
from pilotline.station.core import Station
from pilotline.station.events import (
    Backlog,
    BoardSaid,
    CallAnswer,
    ChangeKey,
    KeysRead,
    MeterPace,
    Restart,
    RestartFailed,
    StationEffect,
    StationEvent,
    ToBoard,
)
from pilotline.station.local_time import ZoneFinder, utc_alone
from pilotline.station.network import BackendReached, Network, NetworkView
from pilotline.station.notes import notes
from pilotline.station.snapshot import ConnectorView, LedView, leds, view
from pilotline.station.upkeep.core import Surroundings
from pilotline.station.upkeep.events import GiveUp, UpkeepEvent, UseAccess, Work
from pilotline.vocabulary.charger import ChargerModel, KeyValue
from pilotline.vocabulary.firmware import Booted
from pilotline.vocabulary.journal import (
    CachedTag,
    Delivered,
    Fetch,
    ForgetCard,
    ForgetProfiles,
    ForgetReservation,
    ForgetTags,
    KeepCard,
    KeepCurve,
    KeepEnergy,
    KeepProfile,
    KeepRegister,
    KeepReservation,
    KeepSecurityEvent,
    LoggedEvent,
    Recollection,
    Record,
    Resend,
    SetAside,
    StoreAvailability,
    StoreJob,
    StoreKey,
    StoreLocalList,
    StoreZeros,
)
from pilotline.vocabulary.network import NetworkSaid, UseInterface
from pilotline.vocabulary.sentences import Told, told
from pilotline.vocabulary.status import ResetReason, StopReason
from pilotline.vocabulary.time import SECOND, Tick, earliest
from pilotline.wire.rtm_link import BOARD_TO_HOST, Counters, Decoder, Encoder

_TICK = Tick()
_JOBS_OF_THE_LINK = (Delivered, SetAside, Resend, Fetch, StoreZeros)
_JOBS_OF_THE_STATION = (
    Record, KeepCurve, KeepEnergy, KeepRegister, KeepSecurityEvent, StoreAvailability, CachedTag, ForgetTags,
    KeepProfile, ForgetProfiles, StoreLocalList, KeepReservation, ForgetReservation, KeepCard,
    ForgetCard,
)  # fmt: skip
_OF_THE_SHELL = (*_JOBS_OF_THE_STATION, Restart, RestartFailed, MeterPace)


@dataclass(frozen=True, slots=True)
class FromBoard:
    """Bytes of a connector's board link."""

    connector: int
    data: bytes


@dataclass(frozen=True, slots=True)
class BoardBytes:
    """Bytes for a connector's board link."""

    connector: int
    data: bytes


@dataclass(frozen=True, slots=True)
class BackendView:
    """How it stands with the backend; ``problem`` is a sentence or None, ``trouble`` the same by its code.

    ``network`` is the way to it, None where the operating system chooses.
    """

    connected: bool
    queued: int
    set_aside: int
    problem: str | None
    network: NetworkView | None = None
    trouble: Told | None = None


@dataclass(frozen=True, slots=True)
class HostView:
    """The snapshot every door shows; ``notes`` are sentences on how the station is set up."""

    model: str
    connectors: tuple[ConnectorView, ...]
    backend: BackendView
    notes: tuple[Told, ...] = ()
    leds: tuple[LedView, ...] = ()


HostEvent = FromBoard | LineEvent | LinkEvent | StationEvent | UpkeepEvent | NetworkSaid | Noted
HostEffect = (
    BoardBytes | LineEffect | MeterPace | SendText | StoreJob | Restart | RestartFailed | CallAnswer
    | KeysRead | UseInterface | Work | GiveUp | UseAccess
)  # fmt: skip


class HostCore:
    """``handle(event, now)``, ``deadline()`` and ``snapshot(now)``."""

    _link_due: int | None = None
    _network_due: int | None = None

    def __init__(  # noqa: PLR0913 - what only the shell knows
        self,
        model: ChargerModel,
        *,
        boot: int,
        serial: str,
        firmware: str,
        new_id: Callable[[], str],
        stored: Mapping[str, KeyValue] | None = None,
        memory: Recollection | None = None,
        ended_by: StopReason = StopReason.POWER_LOSS,
        reset_reason: ResetReason = ResetReason.UNKNOWN,
        call_timeout: int = 30 * SECOND,
        find_zone: ZoneFinder = utc_alone,
        seed: int = 0,
        name: str = "",
        csms: str | None = None,
        booted: Booted | None = None,
    ) -> None:
        """``memory`` is what the store found; ``ended_by``, ``reset_reason``, ``find_zone`` and ``seed`` are
        the station's, ``name``, ``csms`` and ``booted`` those of what surrounds its upkeep.
        """
        self.reset_reason = reset_reason
        self.clock = WallClock(boot, memory.boots if memory else None)
        self.station = Station(
            model,
            boot=boot,
            stored=stored,
            clock=self.clock,
            memory=memory,
            ended_by=ended_by,
            reset_reason=reset_reason,
            find_zone=find_zone,
            seed=seed,
        )
        self.lines = open_lines(self.station.connectors, model, self.station.keys, boot)
        self.link = OcppLink(
            model.ocpp,
            self.station.keys,
            self.clock,
            serial=serial,
            firmware=firmware,
            new_id=new_id,
            memory=memory,
            call_timeout=call_timeout,
        )
        self._decoders = {number: Decoder(BOARD_TO_HOST) for number in self.station.connectors}
        self._encoders = {number: Encoder() for number in self.station.connectors}
        self.network = Network(self.station.keys)
        self.diary = self._open_diary(firmware, memory)
        around = self._surroundings(memory, csms)
        around = replace(around, firmware=firmware, booted=booted, serial=serial, name=name or serial)
        self.upkeep = HostUpkeep(self.station, self.link, around, self._note)
        self._queue: deque[LinkEvent | StationEvent | UpkeepEvent | NetworkSaid] = deque()
        self._effects: list[HostEffect] = []
        self._counts_backlog = model.session.offline_events is not None
        self._deadline: int | None = 0
        self._station_due: int | None = 0
        self._upkeep_due: int | None = 0

    def _surroundings(self, memory: Recollection | None, csms: str | None) -> Surroundings:
        """What upkeep is handed of the station's own, and of its backend."""
        kept = memory.keys if memory else dict[str, KeyValue]()
        keys, entry = self.station.keys, self.station.entries.next
        alone = not (csms or keys.text("c_BackendUrl"))
        return Surroundings(keys, self.clock, entry, kept, reset=self.reset_reason, csms=csms, alone=alone)

    def _open_diary(self, firmware: str, memory: Recollection | None) -> Diary:
        """The log goes on where the last boot's ended."""
        left_open = memory.open_sessions if memory else ()
        standing = {number: each.fault_counts.present for number, each in self.station.connectors.items()}
        return Diary(
            Logbook(self.reset_reason, firmware, self.clock.stamp(0), left_open, standing),
            self.station,
            self.snapshot,
            lambda: (self.link.registration, self.link.problem, self.network.used),
        )

    def handle(self, event: HostEvent, now: int) -> Sequence[HostEffect]:
        """Take one event and run until the queue is empty."""
        self._accept(event, now)
        self._queue.append(_TICK)  # a core the event is not for may be due all the same
        while self._queue:
            self._run(self._queue.popleft(), now)
            if not self._queue:
                self._queue += self.lines.look(now)
        self._effects += self.lines.take_effects()
        self._effects += self.diary.entries(self.clock.stamp(now))
        dues = self._station_due, self._link_due, self._network_due, self._upkeep_due
        self._deadline = earliest(*dues, self.diary.deadline(), self.lines.deadline())
        effects, self._effects = self._effects, []
        return effects

    def deadline(self) -> int | None:
        return self._deadline

    def snapshot(self, now: int) -> HostView:
        outbox = self.link.outbox
        connected = self.link.registration is Registration.ACCEPTED
        problem, way = self.link.problem, self.network.view()
        trouble = None if problem is None else told(problem)
        said = None if trouble is None else trouble.sentence
        backend = BackendView(connected, outbox.queued, outbox.set_aside, said, way, trouble)
        connectors = view(self.station, now)
        remarks = tuple(map(told, notes(self.station.keys, clock_known=self.clock.known)))
        return HostView(self.station.model.name, connectors, backend, remarks, leds(self.station))

    def link_counters(self, connector: int) -> Counters:
        """What came in from a connector's board."""
        return self._decoders[connector].counters

    def _accept(self, event: HostEvent, now: int) -> None:
        if isinstance(event, Noted):
            self.diary.note(event, self.clock.stamp(now))
        elif isinstance(event, FromBoard):
            messages = self._decoders[event.connector].feed(event.data)
            self._queue += [BoardSaid(event.connector, message) for message in messages]
        elif isinstance(event, LineEvent):
            self.lines.handle(event, now)
        else:
            self._queue.append(event)

    def _run(self, event: LinkEvent | StationEvent | UpkeepEvent | NetworkSaid, now: int) -> None:
        """Hand an event to the core it is for; durable facts concern both, time whom it is due."""
        if isinstance(event, Tick):
            self._wake(event, now)
            return
        if isinstance(event, NetworkSaid):
            self._tell_network(event, now)
            return
        if isinstance(event, StationEvent):
            self._tell_station(event, now)
        if isinstance(event, LinkEvent):
            self._tell_link(event, now)
        if isinstance(event, UpkeepEvent):
            self._tell_upkeep(event, now)
        if isinstance(event, BackendUp | BackendDown):
            self._tell_network(BackendReached(isinstance(event, BackendUp)), now)
        elif isinstance(event, ChangeKey):
            self._tell_network(_TICK, now)

    def _wake(self, tick: Tick, now: int) -> None:
        """Only whom it is due: an event that comes every half second then costs one core and not two."""
        if _due(self._station_due, now):
            self._tell_station(tick, now)
        if _due(self._link_due, now):
            self._tell_link(tick, now)
        if _due(self._network_due, now):
            self._tell_network(tick, now)
        if _due(self._upkeep_due, now):
            self._tell_upkeep(tick, now)

    def _tell_station(self, event: StationEvent, now: int) -> None:
        self.diary.about(event)
        effects = self.station.handle(event, now)
        self.diary.after(event, effects, self.clock.stamp(now))
        self._said(effects)
        self._station_due = self.station.deadline()
        self._queue += self.upkeep.of_station(effects, now)

    def _tell_link(self, event: LinkEvent, now: int) -> None:
        self._linked(self.link.handle(event, now))
        self._link_due = self.link.deadline()
        self._queue += self.upkeep.of_link(event)
        waiting = self.link.outbox.queued - self.link.outbox.notices  # R-33 speaks of sessions
        if self._counts_backlog and waiting != self.station.backlog:
            self._queue.append(Backlog(waiting))

    def _tell_network(self, event: NetworkSaid | BackendReached | Tick, now: int) -> None:
        effects = self.network.handle(event, now)
        self._effects += effects
        self._queue += self.upkeep.of_network(effects)
        self._network_due = self.network.deadline()

    def _note(self, event: LoggedEvent) -> None:
        words = {name: str(word) for name, word in event.words.items()}
        self.diary.note(Noted(event.code, words), event.stamp)

    def _tell_upkeep(self, event: UpkeepEvent, now: int) -> None:
        effects, queue = self.upkeep.handle(event, now)
        self._effects += effects
        self._queue += queue
        self._upkeep_due = self.upkeep.core.deadline()

    def _said(self, effects: Sequence[StationEffect]) -> None:
        """What the station wants: of the board, of the shell, and all else of the link."""
        for effect in effects:
            if isinstance(effect, ToBoard):
                data = self._encoders[effect.connector].encode(effect.message)
                self._effects.append(BoardBytes(effect.connector, data))
            elif isinstance(effect, _OF_THE_SHELL) or _is_local(effect):
                self._effects.append(effect)
            else:
                if isinstance(effect, StoreKey):
                    self._effects.append(effect)
                    self._queue += self.upkeep.of_key(effect)
                self._queue.append(effect)

    def _linked(self, effects: Sequence[LinkEffect]) -> None:
        """What the link wants: texts and deliveries of the shell, all else of the station."""
        for effect in effects:
            if isinstance(effect, (SendText, *_JOBS_OF_THE_LINK)):
                self._effects.append(effect)
            else:
                self._queue.append(effect)


def _is_local(effect: StationEffect) -> TypeGuard[CallAnswer | KeysRead]:
    """An answer to somebody beside the station: local calls have negative numbers."""
    return isinstance(effect, (CallAnswer, KeysRead)) and effect.call < 0


def _due(deadline: int | None, now: int) -> bool:
    return deadline is not None and deadline <= now
