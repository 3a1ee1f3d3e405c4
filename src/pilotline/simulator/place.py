"""One connector of a simulated station: its world, its board, and its meter on a bus of its own.

All it has in common with the host are bytes of the link and readings of the meter, as in the real processes.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from pilotline.links.board import BoardCore, BoardEvent
from pilotline.links.host import FromBoard, HostEvent
from pilotline.links.v2g.line import LineEffect
from pilotline.models.meter_profile import load_meter
from pilotline.models.pulse_counter import PulseCounter
from pilotline.simulator.actions import Action, EvsensFault, MeterFault, Refused, SetMeterFault
from pilotline.simulator.bench import (
    NO_METER,
    BenchView,
    ConnectorAction,
    CutLink,
    Lines,
    SetPace,
    bench_view,
)
from pilotline.simulator.car_connection import CarConnection
from pilotline.simulator.meter_bus import BusEffect, MeterBus, Send
from pilotline.simulator.modbus_meter import ModbusMeter
from pilotline.simulator.s0 import S0Line, S0Meter
from pilotline.simulator.timeline import Timeline
from pilotline.simulator.v2g_car import Dial, LineClosed, LineNews, ToCharger
from pilotline.simulator.world import Beside, World, WorldConfig
from pilotline.station.events import MeterSaid
from pilotline.vocabulary.board import Outputs, Pace, Sample, StoreSettings
from pilotline.vocabulary.charger import ChargerModel, MeterKind
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.time import MS, Tick

SERIAL = "SIM-0001"
_TICK = Tick()


class Around(NamedTuple):
    """What a place says: ``send`` an event to the host after what is under way, ``tell`` it at once.

    ``note``: from whom to whom, and what; ``draws``: the current of its car is another.
    ``key``: the host's number by a name; ``host_runs``: whether it does.
    """

    send: Callable[[HostEvent, str, str], None]
    tell: Callable[[HostEvent], None]
    note: Callable[[str, str, object], None]
    draws: Callable[[], None]
    key: Callable[[str], int]
    host_runs: Callable[[], bool]


class Place:
    """Mounted on the station's timeline; ``do`` acts on its world."""

    meter: ModbusMeter | S0Meter
    _device: ModbusMeter
    _bus: MeterBus
    _pulses: S0Line

    def __init__(
        self, model: ChargerModel, number: int, config: WorldConfig, timeline: Timeline, around: Around
    ) -> None:
        self._model = model
        self._number = number
        self._config = config
        self._timeline = timeline
        self._around = around
        self._kept: bytes | None = None
        """The record of the board's safety settings, which no power cut undoes (R-49)."""
        self._since = 0
        self._link_is_cut = False
        self._pace = Pace.KEPT
        self.world = World(config)
        self._line = CarConnection(number, timeline, around.send, self._to_car, around.host_runs)
        self.board = self._new_board()
        self._drawn_ma = self.world.current_ma
        self._meter_due: int | None = None
        self._add_meter()
        timeline.add(lambda: self._at(self.world.deadline()), lambda _now: self.wake())
        timeline.add(
            lambda: self._at(self.board.deadline()), lambda now: self._tell_board(_TICK, now - self._since)
        )

    # --- acting on it ---

    def do(self, action: ConnectorAction) -> str | None:
        """Act on the world now; a sentence if the world does not work that way."""
        if isinstance(action, CutLink):
            self._link_is_cut = action.cut
            return None
        if isinstance(action, SetPace):
            self._pace = action.pace
            self._tell_board(action.pace, self._timeline.now - self._since)
            return None
        if isinstance(action, SetMeterFault):
            if self._model.meter is None:
                return NO_METER
            self.meter.fault = action.fault
            return None
        refusals = self.feed(action)
        return refusals[0].reason if refusals else None

    def wake(self) -> None:
        """The world as it is now."""
        self.feed(_TICK)

    def feed(self, event: Action | Outputs | Beside | LineNews | Tick) -> list[Refused]:
        now = self._timeline.now - self._since
        effects = self.world.handle(event, now)
        refusals = [effect for effect in effects if isinstance(effect, Refused)]
        for effect in effects:
            if isinstance(effect, Sample):
                self._tell_board(effect, max(effect.at, now))
            elif isinstance(effect, Dial | ToCharger | LineClosed):
                self._line.say(effect)
        if self.world.current_ma != self._drawn_ma:
            self._drawn_ma = self.world.current_ma
            self._around.draws()
        return refusals

    def from_host(self, effect: LineEffect) -> None:
        """What the host wants of the connection to the car."""
        self._line.hear(effect)

    def cut_line(self) -> None:
        """The host is gone, and with it the connection."""
        self._line.cut()

    def _to_car(self, news: LineNews) -> None:
        self.feed(news)

    def stand_beside(self, current_ma: PerPhase[int]) -> None:
        """The other connectors draw this from the same supply."""
        self._timeline.post(lambda: self._see_beside(Beside(current_ma)))

    def _see_beside(self, event: Beside) -> None:
        self.feed(event)

    def power_cycle(self) -> None:
        """The power is back: the board is new, the world keeps what no switch undoes."""
        self.wake()
        memory = self.world.memory()
        self._since = self._timeline.now
        self.world = World(self._config, memory)
        self.board, self._pace = self._new_board(), Pace.KEPT
        self._line.cut()

    def pace_meter(self, *, fast: bool) -> None:
        slot = self._model.meter
        if slot is not None and slot.kind is MeterKind.S0:
            self._pulses.pace((slot.poll_ms if fast else slot.idle_poll_ms) * MS, self._timeline.now)
        elif slot is not None:
            self._meter_every = (slot.poll_ms if fast else slot.idle_poll_ms) * MS
            self._meter_due = self._timeline.now

    def hear(self, data: bytes) -> None:
        """Bytes of the host."""
        if self._link_is_cut:
            return
        self._around.note("host", "board", data)
        board = self.board
        self._timeline.post(
            lambda: self._tell_board(data, self._timeline.now - self._since) if board is self.board else None
        )

    # --- looking at it ---

    def bench_view(self, evsens: EvsensFault) -> BenchView:
        """What the bench's knobs stand at; the EVSENS is the station's."""
        fault = MeterFault.NONE if self._model.meter is None else self.meter.fault
        return bench_view(
            self.world.view(),
            Lines(self._link_is_cut, fault, evsens, self._pace, self._model.rtm.digital is not None),
        )

    # --- world and board ---

    def _at(self, deadline: int | None) -> int | None:
        """A core's deadline on the timeline; the core's own time began with the power."""
        return None if deadline is None else self._since + deadline

    def _new_board(self) -> BoardCore:
        return BoardCore(self._model.rtm, connector=self._number, serial=SERIAL, stored=self._kept)

    def _tell_board(self, event: BoardEvent, now: int) -> None:
        """``now`` is the board's own time."""
        for effect in self.board.handle(event, now):
            if isinstance(effect, Outputs):
                self._drive(effect)
            elif isinstance(effect, StoreSettings):
                self._kept = effect.data
            elif not self._link_is_cut:
                self._around.send(FromBoard(self._number, effect), "board", "host")

    def _drive(self, outputs: Outputs) -> None:
        self._around.note("board", "world", outputs)
        self._timeline.post(partial(self._obey, outputs, self.world))

    def _obey(self, outputs: Outputs, world: World) -> None:
        if world is self.world:  # else the power failed meanwhile
            self.feed(outputs)

    # --- meter ---

    def _add_meter(self) -> None:
        slot = self._model.meter
        if slot is None:
            return
        if slot.kind is MeterKind.S0:
            self._add_pulses(slot.pulses_per_kwh or 1)
            return
        profile = load_meter(slot.profile)
        self._device = self.meter = ModbusMeter(profile, slot.address)
        self._bus = MeterBus(profile, slot.address, self._model.rating.phases)
        self._meter_due = 100 * MS
        self._meter_every = slot.poll_ms * MS
        self._timeline.add(lambda: self._meter_due, self._poll_meter)
        self._timeline.add(self._bus.deadline, lambda now: self._on_bus(self._bus.receive(b"", now)))

    def _add_pulses(self, pulses_per_kwh: int) -> None:
        self.meter = S0Meter(pulses_per_kwh)
        counter = PulseCounter(pulses_per_kwh, single_phase=self._model.rating.phases == 1)
        self._pulses = S0Line(
            self.meter,
            counter,
            self._look_at_energy,
            lambda: self._around.key("c_S0PulsesPerKWh") or pulses_per_kwh,
            lambda reading: self._around.tell(MeterSaid(self._number, reading)),
        )
        self._timeline.add(self._pulses.deadline, self._pulses.wake)

    def _look_at_energy(self) -> tuple[int, int]:
        """Energy (pJ), and the power (µW) by which it grows."""
        self.wake()
        view = self.world.view()
        flows = (mv * ma for mv, ma in zip(view.voltage_mv, view.current_ma, strict=True))
        return self.world.memory().energy_pj, sum(flows)

    def _poll_meter(self, now: int) -> None:
        self._meter_due = now + self._meter_every
        self.wake()
        self._device.show(self.world.reading())
        self._on_bus(self._bus.poll(now))

    def _on_bus(self, effects: Sequence[BusEffect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                reply = self._device.receive(effect.data, self._timeline.now)
                self._timeline.post(partial(self._hear_bus, reply))
            else:
                self._around.tell(MeterSaid(self._number, effect))

    def _hear_bus(self, data: bytes) -> None:
        self._on_bus(self._bus.receive(data, self._timeline.now))
