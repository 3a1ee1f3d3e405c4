"""The board's process in a virtual station: the RTM, and the world and devices around it, in real time.

With real hardware a driver of the real board stands in its place. Everything it shares with the host is a
serial line: the link of the RTM, and the bus of the meter.
"""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import structlog

from pilotline.drivers.tty import PseudoPort
from pilotline.links.board import BoardCore, BoardEvent
from pilotline.links.operations import OperationError, of_connector
from pilotline.models.meter_profile import load_meter
from pilotline.models.reader import load_charger
from pilotline.runtime.clocks import CoreClock
from pilotline.runtime.control import ControlServer
from pilotline.runtime.loop import CoreLoop
from pilotline.runtime.process import run_process
from pilotline.runtime.words import served_by
from pilotline.simulator.actions import ACTIONS, MeterFault, Refused, SetMeterFault
from pilotline.simulator.bench import BENCH, NO_METER, BenchAction, CutLink, Lines, bench_actions, bench_view
from pilotline.simulator.modbus_meter import ModbusMeter
from pilotline.simulator.world import Event, Memory, World, WorldConfig
from pilotline.vocabulary.board import Outputs, Sample
from pilotline.vocabulary.charger import MeterSlot
from pilotline.vocabulary.time import SECOND, Tick

_WORDS = served_by("board")


class Options(msgspec.Struct):
    """What the launcher tells its board."""

    model: str
    serial: str
    link: str
    meter: str
    memory: str


class BoardProcess:
    """Wires world, RTM and meter to two pseudo-terminals and the control line."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._log = structlog.get_logger().bind(process="board")
        self._clock = CoreClock()
        model = load_charger(options.model)
        self._memory = Path(options.memory)
        self._remembered = b""
        world = World(WorldConfig.around(model.rating, model.outlet), _recall(self._memory))
        self._world = world
        board = BoardCore(model.rtm, serial=options.serial)
        self._board_loop: CoreLoop[BoardEvent, Outputs | bytes] = CoreLoop(board, self._act, self._clock)
        self._world_loop: CoreLoop[Event, Sample | Refused] = CoreLoop(world, self._sense, self._clock)
        self._refusal: str | None = None
        self._link = PseudoPort(Path(options.link), self._from_host)
        self._link_is_cut = False
        self._meter = _make_meter(model.meter) if model.meter else None
        self._bus = PseudoPort(Path(options.meter), self._ask_meter) if self._meter else None
        self._control = ControlServer(self._handle)

    async def run(self) -> None:
        self._link.start()
        if self._bus is not None:
            self._bus.start()
        self._world_loop.post(Tick())
        self._board_loop.post(Tick())
        keeper = asyncio.create_task(self._keep_memory())
        try:
            await self._control.serve()
        finally:
            keeper.cancel()
            self._remember()

    # --- between the cores ---

    def _act(self, effect: Outputs | bytes) -> None:
        if isinstance(effect, Outputs):
            self._world_loop.post(effect)
        elif not self._link_is_cut:
            self._link.write(effect)

    def _from_host(self, data: bytes) -> None:
        if not self._link_is_cut:
            self._board_loop.post(data)

    def _sense(self, effect: Sample | Refused) -> None:
        if isinstance(effect, Sample):
            self._board_loop.post(effect)
        else:
            self._refusal = effect.reason

    # --- the meter ---

    def _ask_meter(self, data: bytes) -> None:
        if self._meter is None or self._bus is None:
            return
        self._world_loop.post(Tick())
        self._meter.show(self._world.reading())
        self._remember()  # a register that somebody has seen never goes back
        self._bus.write(self._meter.receive(data, self._clock.now()))

    def _lines(self) -> Lines:
        return Lines(self._link_is_cut, self._meter.fault if self._meter else MeterFault.NONE)

    # --- the bench ---

    async def _handle(self, op: str, args: Mapping[str, Any]) -> Any:
        if op in _WORDS:
            self._world_loop.post(Tick())
            view = self._world.view()
            return view if op == "world_view" else bench_view(view, self._lines())
        if op not in ACTIONS and op not in BENCH:
            raise OperationError(f"The board knows no operation {op}.")
        for action in bench_actions(op, of_connector(op, args)):
            self._do(action)
        self._remember()
        return None

    def _do(self, action: BenchAction) -> None:
        if isinstance(action, CutLink):
            self._link_is_cut = action.cut
            return
        if isinstance(action, SetMeterFault):
            self._break_meter(action)
            return
        self._refusal = None
        self._world_loop.post(action)
        if self._refusal is not None:
            raise OperationError(self._refusal)

    def _break_meter(self, action: SetMeterFault) -> None:
        if self._meter is None:
            raise OperationError(NO_METER)
        self._meter.fault = action.fault

    # --- what outlives a power cycle ---

    async def _keep_memory(self) -> None:
        """Write the world's memory down every second in which it changed."""
        while True:
            await asyncio.sleep(SECOND / 1e6)
            self._world_loop.post(Tick())
            self._remember()

    def _remember(self) -> None:
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


def _make_meter(slot: MeterSlot) -> ModbusMeter:
    return ModbusMeter(load_meter(slot.profile), slot.address)


def _recall(path: Path) -> Memory | None:
    """The world as a power cycle left it; a file that cannot be read is as good as none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Memory)
    except (OSError, msgspec.MsgspecError):
        return None


def main() -> None:
    run_process("board", lambda: BoardProcess(msgspec.json.decode(sys.argv[1], type=Options)).run())


if __name__ == "__main__":
    main()
