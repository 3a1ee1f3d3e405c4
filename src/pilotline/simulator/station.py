"""A whole station in simulated time: world, board, host, meter and backend in one thread and one queue.

The same cores as in the real processes, with the same bytes between them. It prints nothing: ``trace`` is
called with what passes, and the truth can be asked at any time.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

from pilotline import __version__
from pilotline.links.board import BoardCore
from pilotline.links.host import BoardBytes, HostCore, HostEvent, HostView
from pilotline.links.ocpp.link import BackendDown, BackendSaid, BackendUp, SendText
from pilotline.links.operations import LOCAL, station_event
from pilotline.links.v2g.line import CarBytes, CarHangUp
from pilotline.models.meter_profile import load_supply_sensor
from pilotline.models.zones import find_zone
from pilotline.simulator.actions import COMMON, EvsensFault, SetEvsensFault
from pilotline.simulator.backend import VirtualBackend
from pilotline.simulator.bench import NO_EVSENS, BenchAction, BenchView, SilenceSupply
from pilotline.simulator.car import CarConfig
from pilotline.simulator.caretaker import SimulatedCaretaker
from pilotline.simulator.evsens import Evsens, EvsensLine
from pilotline.simulator.journal import MemoryJournal
from pilotline.simulator.meter_bus import MeterBus
from pilotline.simulator.modbus_meter import ModbusMeter
from pilotline.simulator.network import SimulatedNetwork
from pilotline.simulator.place import SERIAL, Around, Place
from pilotline.simulator.s0 import S0Meter
from pilotline.simulator.timeline import Timeline
from pilotline.simulator.world import World, WorldConfig, WorldView
from pilotline.station.events import (
    CallAnswer,
    ChangeKey,
    KeysRead,
    MeterPace,
    ReadKeys,
    Restart,
    RestartFailed,
    SupplySaid,
)
from pilotline.station.upkeep.events import Access, GiveUp, UseAccess, WayTried, Work
from pilotline.vocabulary.charger import ChargerModel, KeyValue
from pilotline.vocabulary.journal import Recollection, StoreJob, StoreTrouble
from pilotline.vocabulary.network import Interface, NetworkSaid, UseInterface
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.roles import Asker
from pilotline.vocabulary.status import ResetKind, ResetReason, StopReason
from pilotline.vocabulary.time import MS, SECOND, Tick
from pilotline.vocabulary.troubles import DISK_FULL, NETWORK_DOWN, OTHER_WAY

CSMS = "wss://backend.virtual/ocpp"
"""Where a simulated station thinks that its backend is; nothing is dialled."""
_TICK = Tick()
_LAST_WORDS = 500 * MS
"""What a host that restarts still has to say, the answer to its reset above all, goes out in this time."""
_NETWORK_DOWN = NETWORK_DOWN.of()
_ANOTHER_WAY = OTHER_WAY.of()
_RESTARTED_BY = {ResetKind.SOFT: ResetReason.SW, ResetKind.HARD: ResetReason.EXT}


@dataclass(frozen=True, slots=True)
class Traced:
    """Something that passed between two parts: when, from whom to whom, and what."""

    at: int
    source: str
    target: str
    what: object


@dataclass(frozen=True, slots=True)
class Disk:
    """How long a commit takes (µs), and whether there is no room."""

    takes: int = 0
    full: bool = False


class VirtualStation:
    """A model's connectors, a car for each, and one backend. ``timeline`` runs it; ``do`` acts on a world.

    ``world``, ``board`` and ``meter`` are those of connector 1.
    """

    def __init__(
        self,
        model: ChargerModel,
        *,
        car: CarConfig | None = None,
        online: bool = True,
        stored: Mapping[str, KeyValue] | None = None,
        trace: Callable[[Traced], None] | None = None,
    ) -> None:
        self._ids = count(1)
        self.model = model
        self.timeline = Timeline()
        surroundings = WorldConfig.around(model.rating, model.outlet, car)
        around = Around(
            self._send,
            self._tell_now,
            self._note,
            self._share_supply,
            self._number_of,
            lambda: self._host_runs,
        )
        self.places = {
            number: Place(model, number, surroundings, self.timeline, around)
            for number in range(1, model.connectors + 1)
        }
        self.journal = MemoryJournal(Recollection(boot=1, keys=dict(stored or {})))
        self.host = self._new_host(StopReason.POWER_LOSS, ResetReason.POWERON)
        self.disk = Disk()
        self.backend = VirtualBackend()
        self.caretaker = SimulatedCaretaker()
        self.access: list[Access] = []
        self.restarts: list[Restart] = []
        self.host_events = 0
        self._calls = count(-1, -1)
        self._answers: dict[int, CallAnswer | KeysRead] = {}
        self._trace = trace
        self.network = SimulatedNetwork()
        self._cut = True
        self._connected = False
        self._unwritten: deque[StoreJob] = deque()
        self._host_runs = True
        self._host_since = 0
        self._add_evsens(model)
        self.timeline.add(
            lambda: _since(self._host_since, self.host.deadline()) if self._host_runs else None,
            lambda now: self._tell_host(_TICK, now),
        )
        self._wake_worlds()
        self.timeline.post(lambda: self.network.watch(self._hear_network))
        if online:
            self.timeline.post(lambda: self.set_network(up=True))

    # --- acting on it ---

    def do(self, action: BenchAction, connector: int = 1) -> str | None:
        """Act on a connector's world now; a sentence if the world does not work that way.

        What happens to the supply, the air or the emergency stop happens to all connectors.
        """
        if isinstance(action, SetEvsensFault):
            return self._break_evsens(action.fault)
        if isinstance(action, SilenceSupply):
            self._break_evsens(action.evsens.fault)
            action = action.clamp
        beside = [place for number, place in self.places.items() if number != connector]
        for place in beside if isinstance(action, COMMON) else ():
            place.do(action)
        return self.places[connector].do(action)

    def tell(self, event: HostEvent) -> None:
        """Hand an event to the host now: a card, an owner's wish."""
        self._note("bench", "host", event)
        self._tell_host(event, self.timeline.now)

    def change_key(self, key: str, text: str, asker: Asker = LOCAL) -> str | None:
        """Set a configuration key as somebody beside the station; the answer's word, None of no host."""
        answer = self.set_key(key, text, asker)
        return answer.word if answer else None

    def set_key(self, key: str, text: str, asker: Asker = LOCAL) -> CallAnswer | None:
        """The same, with the whole answer."""
        answer = self._call(ChangeKey(next(self._calls), key, text, role=asker.role, name=asker.name))
        return answer if isinstance(answer, CallAnswer) else None

    def read_keys(self, names: Sequence[str], asker: Asker = LOCAL) -> KeysRead | None:
        """The keys of these names, or all when none is named; None while no host runs."""
        answer = self._call(ReadKeys(next(self._calls), tuple(names), role=asker.role))
        return answer if isinstance(answer, KeysRead) else None

    def wish(self, word: str, args: Mapping[str, Any], asker: Asker = LOCAL) -> str | None:
        """An operation, as somebody beside the station; the sentence if it is refused at once."""
        call = self.ask(word, args, asker)
        answer = self.answer(call)
        if answer is None:  # a backend that is there answers at once
            self.timeline.run(self.timeline.now)
            answer = self.answer(call)
        return answer.reason if answer else None

    def ask(self, word: str, args: Mapping[str, Any], asker: Asker = LOCAL) -> int:
        """The same, not waited for: the number under which its answer comes, if it has any."""
        call = next(self._calls)
        self.tell(station_event(word, args, call, self.places, asker))
        return call

    def answer(self, call: int) -> CallAnswer | None:
        """The answer to what was asked, once; None while there is none."""
        answer = self._answers.pop(call, None)
        return answer if isinstance(answer, CallAnswer) else None

    def _call(self, wish: ChangeKey | ReadKeys) -> CallAnswer | KeysRead | None:
        """A local call: its number is negative, and it is answered at once."""
        self.tell(wish)
        return self._answers.pop(wish.call, None)

    def set_network(self, *, up: bool, interface: Interface | None = None) -> None:
        """Connect the backend or cut the line; with an interface, take that one down or bring it up again."""
        if interface is not None:
            self.network.set_interface(interface, up=up)
        else:
            self._cut = not up
            self._follow_line()

    def host_crash(self, down: int = SECOND) -> None:
        """The host dies with all that was not on the disk yet, and starts again ``down`` later."""
        self._kill_host()
        dead = self.host
        self.timeline.post(lambda: self._restart_host(ResetReason.PANIC) if self.host is dead else None, down)

    def power_cycle(self) -> None:
        """The power fails and comes back: board and host are new, the world keeps what no switch undoes."""
        self._restart_all(StopReason.POWER_LOSS, ResetReason.POWERON)

    def reset_button(self) -> None:
        """Somebody presses the reset button: as a power cycle, but that the power was there (M-16)."""
        self._restart_all(StopReason.REBOOT, ResetReason.EXT)

    def set_disk(self, *, takes: int = 0, full: bool = False) -> None:
        """Every commit takes that long (µs), or there is no room until it is said otherwise."""
        mended = self.disk.full and not full
        self.disk = Disk(takes, full)
        if mended:
            self._tell_host(StoreTrouble(None), self.timeline.now)
            for _ in list(self._unwritten):
                self._commit()

    def run(self, duration: int, stop: Callable[[], bool] | None = None) -> bool:
        """Let ``duration`` µs pass, or less when ``stop`` says so."""
        return self.timeline.run(self.timeline.now + duration, stop)

    # --- looking at it, which changes nothing ---

    @property
    def online(self) -> bool:
        """Whether the line to the backend is whole: nobody has cut it, and an interface carries it."""
        return self.network.carries and not self._cut

    @property
    def cut(self) -> bool:
        """Whether somebody has cut the line to the backend, whatever the interface."""
        return self._cut

    @property
    def host_runs(self) -> bool:
        return self._host_runs

    @property
    def host_since(self) -> int:
        """When the host's own time began."""
        return self._host_since

    def snapshot(self) -> HostView:
        return self.host.snapshot(self.timeline.now - self._host_since)

    @property
    def world(self) -> World:
        return self.places[1].world

    @property
    def board(self) -> BoardCore:
        return self.places[1].board

    @property
    def meter(self) -> ModbusMeter | S0Meter:
        return self.places[1].meter

    def world_view(self, connector: int = 1) -> WorldView:
        """The truth as it is now."""
        self.places[connector].wake()
        return self.places[connector].world.view()

    def bench_view(self, connector: int = 1) -> BenchView:
        """What the bench's knobs stand at."""
        self.places[connector].wake()
        return self.places[connector].bench_view(self._evsens_fault)

    # --- worlds ---

    def _wake_worlds(self) -> None:
        for place in self.places.values():
            place.wake()

    def _share_supply(self) -> None:
        """A clamp at the supply measures all cars: each world is told what the others draw."""
        if len(self.places) == 1:
            return
        for number, place in self.places.items():
            place.stand_beside(_sum(other.world for n, other in self.places.items() if n != number))

    # --- host ---

    def _send(self, event: HostEvent, source: str, target: str) -> None:
        self._note(source, target, event)
        host = self.host
        self.timeline.post(lambda: self._tell_host(event, self.timeline.now) if host is self.host else None)

    def _tell_now(self, event: HostEvent) -> None:
        self._tell_host(event, self.timeline.now)

    def _tell_host(self, event: HostEvent, now: int) -> None:  # noqa: C901, PLR0912 - a table
        if not self._host_runs:
            return
        self.host_events += 1
        for effect in self.host.handle(event, now - self._host_since):
            match effect:
                case BoardBytes(connector, data):
                    self.places[connector].hear(data)
                case CarBytes() | CarHangUp():
                    self._note("host", "car", effect)
                    self.places[effect.connector].from_host(effect)
                case SendText(text):
                    self._to_backend(text)
                case MeterPace(connector, fast):
                    self.places[connector].pace_meter(fast=fast)
                case Restart():
                    self._restart_soon(effect)
                case UseInterface():
                    self._use_interface(effect)
                case RestartFailed():
                    self._note("host", "log", effect)
                case CallAnswer() | KeysRead():
                    self._answers[effect.call] = effect
                case Work() | GiveUp():
                    self._note("host", "caretaker", effect)
                    self._take_care(effect)
                case UseAccess(access):
                    self._use_access(access)
                case _:
                    self._note("host", "journal", effect)
                    self._write(effect)

    def _take_care(self, effect: Work | GiveUp) -> None:
        self.caretaker.act(
            effect,
            self.timeline.post,
            partial(self._tell_if, self.host),
        )

    def _tell_if(self, host: HostCore, event: HostEvent) -> None:
        if host is self.host:
            self._note("caretaker", "host", event)
            self._tell_now(event)

    def _new_host(self, ended_by: StopReason, reason: ResetReason) -> HostCore:
        memory = self.journal.found
        return HostCore(
            self.model,
            boot=memory.boot,
            serial=SERIAL,
            firmware=__version__,
            new_id=lambda: str(next(self._ids)),
            memory=memory,
            ended_by=ended_by,
            reset_reason=reason,
            find_zone=find_zone,
            seed=memory.boot,
            csms=CSMS,
        )

    def _kill_host(self) -> None:
        self._host_runs = False
        self._unwritten.clear()
        for place in self.places.values():
            place.cut_line()
        self.caretaker.restart()
        self.network.used = None  # the next host says which
        if self._connected:
            self._connected = False
            self.backend.disconnect()

    def _restart_all(self, ended_by: StopReason, reason: ResetReason) -> None:
        self._kill_host()
        for place in self.places.values():
            place.power_cycle()
        self._start_host(ended_by, reason)
        self._wake_worlds()

    def _restart_soon(self, wish: Restart) -> None:
        """The host is to end in order: what the disk takes is written, and its answers go out before."""
        self.restarts.append(wish)
        host = self.host
        self.timeline.post(lambda: self._obey(wish) if host is self.host else None, _LAST_WORDS)

    def _obey(self, wish: Restart) -> None:
        if self._host_runs:
            while self._unwritten and not self.disk.full:
                self._commit()
            self._kill_host()
            self._restart_host(_RESTARTED_BY[wish.kind])

    def _restart_host(self, reason: ResetReason) -> None:
        self._start_host(StopReason.REBOOT, reason)

    def _start_host(self, ended_by: StopReason, reason: ResetReason) -> None:
        self.journal = self.journal.restart(self.journal.found.boot + 1)
        self.host = self._new_host(ended_by, reason)
        self._host_runs, self._host_since = True, self.timeline.now
        self._tell_host(_TICK, self.timeline.now)
        self.network.watch(self._hear_network)
        for place in self.places.values():
            place.pace_meter(fast=True)

    # --- disk ---

    def _write(self, job: StoreJob) -> None:
        """One writer, first in, first out. What is under way when the host dies was never written."""
        self._unwritten.append(job)
        if self.disk.full:
            self._send(StoreTrouble(DISK_FULL.of()), "journal", "host")
        elif self.disk.takes:
            journal = self.journal
            self.timeline.post(lambda: self._commit() if journal is self.journal else None, self.disk.takes)
        else:
            self._commit()

    def _commit(self) -> None:
        """The oldest job, if there is room."""
        if self._unwritten and not self.disk.full:
            for answer in self.journal.perform(self._unwritten.popleft()):
                self._send(answer, "journal", "host")

    # --- the line to the backend ---

    def _hear_network(self, said: NetworkSaid) -> None:
        """A line that goes down with its interface is gone before anybody looks for another."""
        self._follow_line()
        self._tell_host(said, self.timeline.now)

    def _use_interface(self, wish: UseInterface) -> None:
        """What is said at this moment still goes out over the old one."""
        self._note("host", "network", wish)
        self.network.use(wish)
        self.timeline.post(self._dial_anew)

    def _use_access(self, access: Access) -> None:
        """The first one of a host is how the line was opened."""
        if self.access and self.access[-1] != access:
            self.timeline.post(self._dial_anew)
        self.access.append(access)

    def _dial_anew(self) -> None:
        if self._connected:
            self._hang_up(_ANOTHER_WAY)
        self._follow_line()

    def _follow_line(self) -> None:
        """The backend is there while a host runs, an interface carries, and nobody has cut the line."""
        whole = self._host_runs and self.online
        if whole and not self._connected:
            self._connected = True
            for access in self.access[-1:]:
                self._tell_now(WayTried(access))
            self._tell_now(BackendUp())
        elif self._connected and not whole:
            self._hang_up(_NETWORK_DOWN)

    def _hang_up(self, reason: str) -> None:
        self._connected = False
        self.backend.disconnect()
        self._tell_host(BackendDown(reason, ours=True), self.timeline.now)

    def _to_backend(self, text: str) -> None:
        self._note("host", "backend", text)
        if self._connected:
            for reply in self.backend.receive(text, self.timeline.now):
                self._send(BackendSaid(reply), "backend", "host")

    # --- the sensor at the supply ---

    def _add_evsens(self, model: ChargerModel) -> None:
        if model.evsens is None:
            return
        profile, slot = load_supply_sensor(model.evsens.profile), model.evsens
        self.evsens = Evsens(profile, slot.address)
        bus = MeterBus(profile, slot.address, model.rating.phases, device="EVSENS")
        line = EvsensLine(
            self.evsens,
            bus,
            slot.poll_ms * MS,
            self._look_at_supply,
            lambda reading: self._tell_host(SupplySaid(reading), self.timeline.now),
        )
        self.timeline.add(line.deadline, line.wake)

    def _break_evsens(self, fault: EvsensFault) -> str | None:
        if self.model.evsens is None:
            return NO_EVSENS
        self.evsens.fault = fault
        return None

    @property
    def _evsens_fault(self) -> EvsensFault:
        return EvsensFault.NONE if self.model.evsens is None else self.evsens.fault

    def _number_of(self, key: str) -> int:
        return self.host.station.keys.number(key)

    def _look_at_supply(self, sensor: Evsens) -> None:
        self._wake_worlds()
        view = self.world.view()
        cars = (place.world.current_ma for place in self.places.values())
        sensor.measure(view.voltage_mv, view.house_ma, *cars)

    def _note(self, source: str, target: str, what: Any) -> None:
        if self._trace is not None:
            self._trace(Traced(self.timeline.now, source, target, what))


def _since(start: int, deadline: int | None) -> int | None:
    """A core's deadline on the timeline; the core's own time began at ``start``."""
    return None if deadline is None else start + deadline


def _sum(worlds: Iterable[World]) -> PerPhase[int]:
    l1, l2, l3 = (sum(each) for each in zip(*(world.current_ma for world in worlds), strict=True))
    return PerPhase(l1, l2, l3)
