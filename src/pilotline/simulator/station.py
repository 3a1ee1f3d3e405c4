"""A whole station in simulated time: world, board, host, meter and backend in one thread and one queue.

The same cores as in the real processes, with the same bytes between them. It prints nothing: ``trace`` is
called with what passes, and the truth can be asked at any time.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

from pilotline import __version__
from pilotline.links.board import BoardCore, BoardEvent
from pilotline.links.host import BoardBytes, FromBoard, HostCore, HostEvent, HostView
from pilotline.links.ocpp.link import BackendDown, BackendSaid, BackendUp, SendText
from pilotline.models.meter_profile import load_meter
from pilotline.simulator.actions import Action, MeterFault, Refused, SetMeterFault
from pilotline.simulator.backend import VirtualBackend
from pilotline.simulator.bench import NO_METER, BenchAction, BenchView, CutLink, Lines, bench_view
from pilotline.simulator.car import CarConfig
from pilotline.simulator.journal import MemoryJournal
from pilotline.simulator.meter_bus import BusEffect, MeterBus, Send
from pilotline.simulator.modbus_meter import ModbusMeter
from pilotline.simulator.timeline import Timeline
from pilotline.simulator.world import World, WorldConfig, WorldView
from pilotline.station.events import CallAnswer, ChangeKey, KeysRead, MeterPace, MeterSaid, ReadKeys, Restart
from pilotline.vocabulary.board import Outputs, Sample
from pilotline.vocabulary.charger import ChargerModel, KeyValue
from pilotline.vocabulary.journal import Recollection, StoreJob, StoreTrouble
from pilotline.vocabulary.status import StopReason
from pilotline.vocabulary.time import MS, SECOND, Tick

_TICK = Tick()


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
    """One connector, one car, one backend. ``timeline`` runs it; ``do`` acts on the world."""

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
        self._surroundings = WorldConfig.around(model.rating, model.outlet, car)
        self.world = World(self._surroundings)
        self.board = BoardCore(model.rtm, serial="SIM-0001")
        self.journal = MemoryJournal(Recollection(boot=1, keys=dict(stored or {})))
        self.host = self._new_host(StopReason.POWER_LOSS)
        self.disk = Disk()
        self.backend = VirtualBackend()
        self.restarts: list[Restart] = []
        self.host_events = 0
        self._calls = count(-1, -1)
        self._answers: dict[int, CallAnswer | KeysRead] = {}
        self._trace = trace
        self._online = False
        self._link_is_cut = False
        self._unwritten: deque[StoreJob] = deque()
        self._host_runs = True
        self._host_since = 0
        self._power_since = 0
        self._meter_due: int | None = None
        self._add_meter(model)
        self.timeline.add(
            lambda: _since(self._power_since, self.world.deadline()),
            self._wake_world,
        )
        self.timeline.add(
            lambda: _since(self._power_since, self.board.deadline()),
            lambda now: self._tell_board(_TICK, now - self._power_since),
        )
        self.timeline.add(
            lambda: _since(self._host_since, self.host.deadline()) if self._host_runs else None,
            lambda now: self._tell_host(_TICK, now),
        )
        self._wake_world(0)
        if online:
            self.timeline.post(lambda: self.set_network(up=True))

    # --- acting on it ---

    def do(self, action: BenchAction) -> str | None:
        """Act on the world now; a sentence if the world does not work that way."""
        if isinstance(action, CutLink):
            self._link_is_cut = action.cut
            return None
        if isinstance(action, SetMeterFault):
            if self.model.meter is None:
                return NO_METER
            self.meter.fault = action.fault
            return None
        refusals = self._feed_world(action)
        return refusals[0].reason if refusals else None

    def tell(self, event: HostEvent) -> None:
        """Hand an event to the host now: a card, an owner's wish."""
        self._note("bench", "host", event)
        self._tell_host(event, self.timeline.now)

    def change_key(self, key: str, text: str) -> str | None:
        """Set a configuration key as somebody beside the station; the answer's word, None of no host."""
        answer = self._call(ChangeKey(next(self._calls), key, text))
        return answer.word if isinstance(answer, CallAnswer) else None

    def read_keys(self, names: Sequence[str]) -> KeysRead | None:
        """The keys of these names, or all when none is named; None while no host runs."""
        answer = self._call(ReadKeys(next(self._calls), tuple(names)))
        return answer if isinstance(answer, KeysRead) else None

    def _call(self, wish: ChangeKey | ReadKeys) -> CallAnswer | KeysRead | None:
        """A local call: its number is negative, and it is answered at once."""
        self.tell(wish)
        return self._answers.pop(wish.call, None)

    def set_network(self, *, up: bool) -> None:
        """Connect the backend, or cut the line."""
        if up and not self._online:
            self._online = True
            self._tell_host(BackendUp(), self.timeline.now)
        elif not up and self._online:
            self._online = False
            self.backend.disconnect()
            self._tell_host(BackendDown("The network is down."), self.timeline.now)

    def host_crash(self, down: int = SECOND) -> None:
        """The host dies with all that was not on the disk yet, and starts again ``down`` later."""
        self._kill_host()
        dead = self.host
        self.timeline.post(lambda: self._start_host(StopReason.REBOOT) if self.host is dead else None, down)

    def power_cycle(self) -> None:
        """The power fails and comes back: board and host are new, the world keeps what no switch undoes."""
        self._kill_host()
        self._feed_world(_TICK)
        memory = self.world.memory()
        self._power_since = self.timeline.now
        self.world = World(self._surroundings, memory)
        self.board = BoardCore(self.model.rtm, serial="SIM-0001")
        self._start_host(StopReason.POWER_LOSS)
        self._wake_world(self.timeline.now)

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
        """Whether the line to the backend is whole."""
        return self._online

    @property
    def host_runs(self) -> bool:
        return self._host_runs

    @property
    def host_since(self) -> int:
        """When the host's own time began."""
        return self._host_since

    def snapshot(self) -> HostView:
        return self.host.snapshot(self.timeline.now - self._host_since)

    def world_view(self) -> WorldView:
        """The truth as it is now."""
        self._feed_world(_TICK)
        return self.world.view()

    def bench_view(self) -> BenchView:
        """What the bench's knobs stand at."""
        return bench_view(self.world_view(), self._lines())

    def _lines(self) -> Lines:
        return Lines(self._link_is_cut, MeterFault.NONE if self.model.meter is None else self.meter.fault)

    # --- world and board ---

    def _wake_world(self, _now: int) -> None:
        self._feed_world(_TICK)

    def _feed_world(self, event: Action | Outputs | Tick) -> list[Refused]:
        now = self.timeline.now - self._power_since
        effects = self.world.handle(event, now)
        refusals = [effect for effect in effects if isinstance(effect, Refused)]
        for effect in effects:
            if isinstance(effect, Sample):
                self._tell_board(effect, max(effect.at, now))
        return refusals

    def _tell_board(self, event: BoardEvent, now: int) -> None:
        """``now`` is the board's own time: since the power came."""
        for effect in self.board.handle(event, now):
            if isinstance(effect, Outputs):
                self._drive(effect)
            elif not self._link_is_cut:
                self._send(FromBoard(1, effect), "board", "host")

    def _drive(self, outputs: Outputs) -> None:
        self._note("board", "world", outputs)
        self.timeline.post(partial(self._obey, outputs, self.world))

    def _obey(self, outputs: Outputs, world: World) -> None:
        if world is self.world:  # else the power failed meanwhile
            self._feed_world(outputs)

    # --- host ---

    def _send(self, event: HostEvent, source: str, target: str) -> None:
        self._note(source, target, event)
        host = self.host
        self.timeline.post(lambda: self._tell_host(event, self.timeline.now) if host is self.host else None)

    def _tell_host(self, event: HostEvent, now: int) -> None:
        if not self._host_runs:
            return
        self.host_events += 1
        for effect in self.host.handle(event, now - self._host_since):
            match effect:
                case BoardBytes(_, data):
                    self._to_board(data)
                case SendText(text):
                    self._to_backend(text)
                case MeterPace(_, fast):
                    self._pace_meter(fast)
                case Restart():
                    self.restarts.append(effect)
                case CallAnswer() | KeysRead():
                    self._answers[effect.call] = effect
                case _:
                    self._note("host", "journal", effect)
                    self._write(effect)

    def _new_host(self, ended_by: StopReason) -> HostCore:
        memory = self.journal.found
        return HostCore(
            self.model,
            boot=memory.boot,
            serial="SIM-0001",
            firmware=__version__,
            new_id=lambda: str(next(self._ids)),
            memory=memory,
            ended_by=ended_by,
        )

    def _kill_host(self) -> None:
        self._host_runs = False
        self._unwritten.clear()
        if self._online:
            self.backend.disconnect()

    def _start_host(self, ended_by: StopReason) -> None:
        self.journal = self.journal.restart(self.journal.found.boot + 1)
        self.host = self._new_host(ended_by)
        self._host_runs, self._host_since = True, self.timeline.now
        self._tell_host(_TICK, self.timeline.now)
        if self._online:
            self._tell_host(BackendUp(), self.timeline.now)
        self._pace_meter(fast=True)

    # --- disk ---

    def _write(self, job: StoreJob) -> None:
        """One writer, first in, first out. What is under way when the host dies was never written."""
        self._unwritten.append(job)
        if self.disk.full:
            self._send(StoreTrouble("The disk is full."), "journal", "host")
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

    def _to_board(self, data: bytes) -> None:
        if self._link_is_cut:
            return
        self._note("host", "board", data)
        board = self.board
        self.timeline.post(
            lambda: (
                self._tell_board(data, self.timeline.now - self._power_since) if board is self.board else None
            )
        )

    def _to_backend(self, text: str) -> None:
        self._note("host", "backend", text)
        if self._online:
            for reply in self.backend.receive(text, self.timeline.now):
                self._send(BackendSaid(reply), "backend", "host")

    # --- meter ---

    def _add_meter(self, model: ChargerModel) -> None:
        if model.meter is None:
            return
        profile, slot = load_meter(model.meter.profile), model.meter
        self.meter = ModbusMeter(profile, slot.address)
        self.bus = MeterBus(profile, slot.address, model.rating.phases)
        self._meter_due = 100 * MS
        self._meter_every = slot.poll_ms * MS
        self.timeline.add(lambda: self._meter_due, self._poll_meter)
        self.timeline.add(self.bus.deadline, lambda now: self._on_bus(self.bus.receive(b"", now)))

    def _pace_meter(self, fast: bool) -> None:
        if self.model.meter is not None:
            self._meter_every = (self.model.meter.poll_ms if fast else self.model.meter.idle_poll_ms) * MS
            self._meter_due = self.timeline.now

    def _poll_meter(self, now: int) -> None:
        self._meter_due = now + self._meter_every
        self._feed_world(_TICK)
        self.meter.show(self.world.reading())
        self._on_bus(self.bus.poll(now))

    def _on_bus(self, effects: Sequence[BusEffect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                reply = self.meter.receive(effect.data, self.timeline.now)
                self.timeline.post(partial(self._hear_bus, reply))
            else:
                self._tell_host(MeterSaid(1, effect), self.timeline.now)

    def _hear_bus(self, data: bytes) -> None:
        self._on_bus(self.bus.receive(data, self.timeline.now))

    def _note(self, source: str, target: str, what: Any) -> None:
        if self._trace is not None:
            self._trace(Traced(self.timeline.now, source, target, what))


def _since(start: int, deadline: int | None) -> int | None:
    """A core's deadline on the timeline; the core's own time began at ``start``."""
    return None if deadline is None else start + deadline
