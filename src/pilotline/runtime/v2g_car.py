"""A virtual car on a network interface: it looks for a charger by SDP, connects, and charges."""

import asyncio
from collections.abc import Callable

from pilotline.drivers.v2g.connection import Closed, Connected, Connection, LineEvent, connect
from pilotline.drivers.v2g.discovery import PATIENCE_S, find
from pilotline.drivers.v2g.interface import Interface, V2gPortError
from pilotline.runtime.clocks import CoreClock
from pilotline.runtime.loop import CoreLoop
from pilotline.simulator.dc_car import Driver
from pilotline.simulator.talking_car import CarEffect, CarEvent, TalkingCar
from pilotline.vocabulary.time import Tick
from pilotline.wire.v2g.evcc.words import ChargerClosed, HangUp, Received, Send
from pilotline.wire.v2g.protocols import Protocol, warm
from pilotline.wire.v2g.sdp import PORT, Response

STOP_S = 15.0
"""How long the charger may take to end in order when the car is stopped."""
Told = CarEffect | Connected | Closed | Response
Tell = Callable[[Told, int], object]
"""What happened, and the core time (µs) at which it did."""


class CarProgram:
    """``run`` until the conversation has ended. Cancelled, it ends the charging in order first."""

    def __init__(
        self,
        where: Interface,
        protocols: tuple[Protocol, ...],
        core: TalkingCar,
        tell: Tell,
        *,
        sdp_port: int = PORT,
    ) -> None:
        self._where = where
        self._protocols = protocols
        self._core = core
        self._tell = tell
        self._sdp_port = sdp_port
        self._clock = CoreClock()
        self._loop: CoreLoop[CarEvent, CarEffect] = CoreLoop(core, self._act, self._clock)
        self._line: Connection | None = None
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Raises V2gPortError where no charger answers, or the one that did takes no connection."""
        warm(self._protocols)
        found = await find(self._where, self._clock.now, self._sdp_port)
        if found is None:
            raise V2gPortError(
                f"No charger answered on {self._where.name} within {PATIENCE_S:g} s. Start one there "
                "(pilotline secc --interface ...), or look whether the cable leads to one."
            )
        self._say(found)
        self._line = await connect(self._where, found.address, found.port, self._hear)
        try:
            self._loop.post(Tick())
            await self._ended.wait()
        except asyncio.CancelledError:
            await self._stop_in_order()
            raise
        finally:
            self._line.hang_up()
            await self._line.wait_closed()
            self._loop.stop()

    def post(self, event: CarEvent) -> None:
        """Say something to the car, such as what its driver wants."""
        self._loop.post(event)

    async def _stop_in_order(self) -> None:
        self._loop.post(Driver(wants=False))
        try:
            await asyncio.wait_for(self._ended.wait(), STOP_S)
        except TimeoutError:
            self._loop.post(ChargerClosed())  # the car opens its contacts; the connection is closed next

    def _hear(self, event: LineEvent) -> None:
        match event:
            case bytes():
                self._loop.post(Received(event))
            case Closed():
                self._say(event)
                self._loop.post(ChargerClosed())
            case Connected():
                self._say(event)
            case _:
                pass

    def _act(self, effect: CarEffect) -> None:
        if isinstance(effect, Send):
            if self._line is not None:
                self._line.send(effect.data)
            return
        self._say(effect)
        if isinstance(effect, HangUp):
            self._ended.set()

    def _say(self, told: Told) -> None:
        self._tell(told, self._clock.now())
