"""One connector of the board's process: its world and its RTM, behind the serial lines of link and meter."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from pilotline.drivers.tty import PseudoPort
from pilotline.links.board import BoardCore, BoardEffect, BoardEvent
from pilotline.links.operations import OperationError
from pilotline.models.meter_profile import load_meter
from pilotline.runtime.car_line import CarDialler
from pilotline.runtime.clocks import CoreClock
from pilotline.runtime.loop import CoreLoop
from pilotline.runtime.settings_file import SettingsFile
from pilotline.runtime.watch import Tell, watching
from pilotline.simulator.actions import EvsensFault, MeterFault, Refused, SetMeterFault
from pilotline.simulator.bench import (
    NO_METER,
    BenchView,
    ConnectorAction,
    CutLink,
    Lines,
    SetPace,
    bench_view,
)
from pilotline.simulator.car import CarConfig
from pilotline.simulator.modbus_meter import ModbusMeter
from pilotline.simulator.v2g_car import Digital
from pilotline.simulator.world import Beside, Effect, Event, Memory, World, WorldConfig, WorldView
from pilotline.vocabulary.board import Outputs, Pace, Sample, StoreSettings
from pilotline.vocabulary.charger import ChargerModel, MeterSlot
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.time import Tick


class Ends(msgspec.Struct):
    """Where one connector's lines and its memory are; ``car_line`` names the host's port for its car."""

    link: str
    meter: str
    memory: str
    car_line: str = ""


class BoardPlace:
    """Wires a connector's world, RTM and meter to two pseudo-terminals. ``draws``: its current is another.

    ``tell``: the RTM is looked at, and this hears of each invariant that does not hold. ``speaks`` is what
    its car does, until somebody at the bench makes it another one.
    """

    def __init__(
        self,
        model: ChargerModel,
        number: int,
        ends: Ends,
        serial: str,
        clock: CoreClock,
        draws: Callable[[], None],
        tell: Tell | None = None,
        speaks: Digital = Digital.OFF,
    ) -> None:
        self._log = structlog.get_logger().bind(process="board", connector=number)
        self._clock = clock
        self._draws = draws
        self._memory = Path(ends.memory)
        self._remembered = b""
        self._model = model
        config = WorldConfig.around(model.rating, model.outlet, CarConfig(digital=speaks))
        self._world = World(config, _recall(self._memory))
        self._drawn_ma = self._world.current_ma
        self._settings = SettingsFile(self._memory.with_suffix(".settings"))
        stored = self._settings.recall()
        watched = watching(model.rtm, number, stored, self._log, tell) if tell else None
        board = BoardCore(model.rtm, connector=number, serial=serial, stored=stored, watched=watched)
        self._board_loop: CoreLoop[BoardEvent, BoardEffect] = CoreLoop(board, self._act, clock)
        self._world_loop: CoreLoop[Event, Effect] = CoreLoop(self._world, self._sense, clock)
        self._car_line = CarDialler(Path(ends.car_line), self._world_loop.post)
        self._refusal: str | None = None
        self._link = PseudoPort(Path(ends.link), self._from_host)
        self._link_is_cut = False
        self._pace = Pace.KEPT
        self._meter = _make_meter(model.meter) if model.meter else None
        self._bus = PseudoPort(Path(ends.meter), self._ask_meter) if self._meter else None

    def start(self) -> None:
        self._link.start()
        if self._bus is not None:
            self._bus.start()
        self._world_loop.post(Tick())
        self._board_loop.post(Tick())

    @property
    def current_ma(self) -> PerPhase[int]:
        """What its car draws."""
        return self._drawn_ma

    def world_view(self) -> WorldView:
        self._world_loop.post(Tick())
        return self._world.view()

    def bench_view(self, evsens: EvsensFault) -> BenchView:
        """What the bench's knobs stand at; the EVSENS is the station's."""
        fault = self._meter.fault if self._meter else MeterFault.NONE
        return bench_view(
            self.world_view(),
            Lines(self._link_is_cut, fault, evsens, self._pace, self._model.rtm.digital is not None),
        )

    def do(self, action: ConnectorAction) -> None:
        """Raises OperationError where the world does not work that way."""
        if isinstance(action, CutLink):
            self._link_is_cut = action.cut
            return
        if isinstance(action, SetPace):
            self._pace = action.pace
            self._board_loop.post(action.pace)
            return
        if isinstance(action, SetMeterFault):
            self._break_meter(action)
            return
        self._refusal = None
        self._world_loop.post(action)
        if self._refusal is not None:
            raise OperationError(self._refusal)

    def stand_beside(self, current_ma: PerPhase[int]) -> None:
        """The other connectors draw this from the same supply."""
        self._world_loop.post(Beside(current_ma))

    def remember(self) -> None:
        """A disk that is full or gone costs the memory, never the charging."""
        data = msgspec.json.encode(self._world.memory())
        if data == self._remembered:
            return
        fresh = self._memory.with_suffix(".new")
        try:
            fresh.write_bytes(data)
            fresh.replace(self._memory)
        except OSError as error:
            self._log.warning("memory not written", path=str(self._memory), reason=error.strerror)
        self._remembered = data

    # --- between the cores ---

    def _act(self, effect: BoardEffect) -> None:
        if isinstance(effect, Outputs):
            self._world_loop.post(effect)
        elif isinstance(effect, StoreSettings):
            self._settings.keep(effect.data)
        elif not self._link_is_cut:
            self._link.write(effect)

    def _from_host(self, data: bytes) -> None:
        if not self._link_is_cut:
            self._board_loop.post(data)

    def _sense(self, effect: Effect) -> None:
        if isinstance(effect, Refused):
            self._refusal = effect.reason
            return
        if not isinstance(effect, Sample):
            self._car_line.act(effect)
            return
        self._board_loop.post(effect)
        if effect.current_ma != self._drawn_ma:
            self._drawn_ma = effect.current_ma
            self._draws()

    # --- the meter ---

    def _ask_meter(self, data: bytes) -> None:
        if self._meter is None or self._bus is None:
            return
        self._world_loop.post(Tick())
        self._meter.show(self._world.reading())
        self.remember()  # a register that somebody has seen never goes back
        self._bus.write(self._meter.receive(data, self._clock.now()))

    def _break_meter(self, action: SetMeterFault) -> None:
        if self._meter is None:
            raise OperationError(NO_METER)
        self._meter.fault = action.fault


def _make_meter(slot: MeterSlot) -> ModbusMeter:
    return ModbusMeter(load_meter(slot.profile), slot.address)


def _recall(path: Path) -> Memory | None:
    """The world as a power cycle left it; a file that cannot be read is as good as none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Memory)
    except (OSError, msgspec.MsgspecError):
        return None
