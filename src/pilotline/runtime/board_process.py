"""The board's process in a virtual station: its RTMs, and the world and devices around them, in real time.

With real hardware a driver of the real board stands in its place. Everything it shares with the host is a
serial line: the link of each RTM, the bus of its meter, and the bus of an EVSENS.
"""

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

import msgspec

from pilotline.links.operations import OperationError, of_connector
from pilotline.models.reader import load_charger
from pilotline.runtime.board_place import BoardPlace, Ends
from pilotline.runtime.clocks import CoreClock
from pilotline.runtime.control import ControlServer
from pilotline.runtime.process import run_process
from pilotline.runtime.supply_place import SupplyPlace
from pilotline.runtime.watch import BrokenInvariant
from pilotline.runtime.words import served_by
from pilotline.simulator.actions import ACTIONS, COMMON, EvsensFault, SetEvsensFault
from pilotline.simulator.bench import BENCH, NO_EVSENS, BenchAction, SilenceSupply, bench_actions
from pilotline.simulator.evsens import Evsens
from pilotline.simulator.v2g_car import Digital
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.time import SECOND

_WORDS = served_by("board")


class Options(msgspec.Struct):
    """What the launcher tells its board: ``ends`` has one row a connector, in their order.

    ``evsens`` is where the bus of an EVSENS shall stand, if the model has a place for one.
    ``watch_invariants``: its RTMs are looked at, and the launcher hears of what they break. ``car_speaks`` is
    what its cars begin with.
    """

    model: str
    serial: str
    ends: list[Ends]
    evsens: str
    watch_invariants: bool = False
    car_speaks: Digital = Digital.OFF


class BoardProcess:
    """Its connectors on the control line, and what they have in common."""

    def __init__(self, options: Options) -> None:
        model, clock = load_charger(options.model), CoreClock()
        self._control = ControlServer(self._handle)
        tell = self._tell_broken if options.watch_invariants else None
        self._places = {
            number: BoardPlace(
                model, number, ends, options.serial, clock, self._share_supply, tell, options.car_speaks
            )
            for number, ends in enumerate(options.ends, 1)
        }
        slot = model.evsens
        self._supply = SupplyPlace(slot, options.evsens, clock, self._look_at_supply) if slot else None

    async def run(self) -> None:
        for place in self._places.values():
            place.start()
        if self._supply is not None:
            self._supply.start()
        keeper = asyncio.create_task(self._keep_memory())
        try:
            await self._control.serve()
        finally:
            keeper.cancel()
            self._remember()

    def _tell_broken(self, broken: BrokenInvariant) -> None:
        self._control.push("broken", broken)

    def _share_supply(self) -> None:
        """A clamp at the supply measures all cars: each world is told what the others draw."""
        for number, place in self._places.items():
            others = [other.current_ma for n, other in self._places.items() if n != number]
            if others:
                place.stand_beside(PerPhase(*(sum(each) for each in zip(*others, strict=True))))

    def _look_at_supply(self, sensor: Evsens) -> None:
        """House and cars, as they are when it is asked."""
        views = [place.world_view() for place in self._places.values()]
        sensor.measure(views[0].voltage_mv, views[0].house_ma, *(view.current_ma for view in views))

    # --- the bench ---

    async def _handle(self, op: str, args: Mapping[str, Any]) -> Any:
        number, args = of_connector(op, args, self._places)
        place = self._places[number]
        if op in _WORDS:
            return place.world_view() if op == "world_view" else place.bench_view(self._evsens_fault)
        if op not in ACTIONS and op not in BENCH:
            raise OperationError(f"The board knows no operation {op}.")
        for action in bench_actions(op, args):
            self._do(action, number)
        self._remember()
        return None

    def _do(self, action: BenchAction, number: int) -> None:
        """What happens to the supply, the air or the emergency stop happens to all connectors."""
        if isinstance(action, SetEvsensFault):
            self._break_evsens(action)
            return
        if isinstance(action, SilenceSupply):
            if self._supply is not None:
                self._break_evsens(action.evsens)
            action = action.clamp
        for other, place in self._places.items():
            if other == number or isinstance(action, COMMON):
                place.do(action)

    def _break_evsens(self, action: SetEvsensFault) -> None:
        if self._supply is None:
            raise OperationError(NO_EVSENS)
        self._supply.sensor.fault = action.fault

    @property
    def _evsens_fault(self) -> EvsensFault:
        return EvsensFault.NONE if self._supply is None else self._supply.sensor.fault

    # --- what outlives a power cycle ---

    async def _keep_memory(self) -> None:
        """Write the worlds' memories down every second in which they changed."""
        while True:
            await asyncio.sleep(SECOND / 1e6)
            for place in self._places.values():
                place.world_view()
            self._remember()

    def _remember(self) -> None:
        for place in self._places.values():
            place.remember()


def main() -> None:
    run_process("board", lambda: BoardProcess(msgspec.json.decode(sys.argv[1], type=Options)).run())


if __name__ == "__main__":
    main()
