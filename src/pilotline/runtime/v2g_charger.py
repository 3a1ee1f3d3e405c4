"""A virtual charger on a network interface: it is found by SDP, and talks to one car at a time over TCP."""

import asyncio
import os
from collections.abc import Callable

from pilotline.drivers.v2g.connection import ChargerPort, Closed, Connected, LineEvent, Refused
from pilotline.drivers.v2g.discovery import Asked, SdpServer
from pilotline.drivers.v2g.interface import Interface
from pilotline.runtime.clocks import CoreClock
from pilotline.runtime.loop import CoreLoop
from pilotline.simulator.talking_charger import CarCame, ChargerEffect, ChargerEvent, TalkingCharger
from pilotline.wire.v2g.protocols import warm
from pilotline.wire.v2g.sdp import PORT
from pilotline.wire.v2g.secc.words import CarClosed, HangUp, Received, SeccConfig, Send, Wish

STOP_S = 15.0
"""How long a car may take to end in order when the charger is stopped."""
Told = ChargerEffect | Connected | Closed | Refused | Asked
Tell = Callable[[Told, int], object]
"""What happened, and the core time (µs) at which it did."""


class ChargerProgram:
    """``run`` until it is cancelled, or with ``once`` until a conversation has ended. Cancelled, it asks the
    car to stop and waits for that."""

    def __init__(
        self,
        where: Interface,
        config: SeccConfig,
        core: TalkingCharger,
        tell: Tell,
        *,
        once: bool = False,
        sdp_port: int = PORT,
    ) -> None:
        self._where = where
        self._config = config
        self._core = core
        self._tell = tell
        self._once = once
        self._sdp_port = sdp_port
        self._clock = CoreClock()
        self._loop: CoreLoop[ChargerEvent, ChargerEffect] = CoreLoop(core, self._act, self._clock)
        self._port = ChargerPort(where, self._hear)
        self._ended = asyncio.Event()
        self.tcp_port = 0

    async def run(self, port: int = 0, ready: Callable[[], object] = lambda: None) -> None:
        """``ready`` is called when cars can come. Raises V2gPortError where nothing can listen."""
        warm(self._config.protocols)
        self.tcp_port = await self._port.start(port)
        server = SdpServer(self._where, self.tcp_port, self._say)
        try:
            await server.start(self._sdp_port)
            ready()
            await self._conversations()
        except asyncio.CancelledError:
            await self._stop_in_order()
            raise
        finally:
            server.close()
            self._port.close()
            await self._port.wait_closed()
            self._loop.stop()

    def post(self, event: ChargerEvent) -> None:
        """Say something to the charger, such as a limit, a trouble, or who may charge."""
        self._loop.post(event)

    async def _conversations(self) -> None:
        await self._ended.wait()
        while not self._once:
            self._ended.clear()
            await self._ended.wait()

    async def _stop_in_order(self) -> None:
        if not self._core.talks:
            return
        self._ended.clear()
        self._loop.post(Wish.STOP)
        try:
            await asyncio.wait_for(self._ended.wait(), STOP_S)
        except TimeoutError:
            self._loop.post(CarClosed())  # the power side is told to open; the connection is closed next

    def _hear(self, event: LineEvent) -> None:
        match event:
            case bytes():
                self._loop.post(Received(event))
            case Connected():
                self._say(event)
                self._loop.post(CarCame(new_session_id()))
            case Closed():
                self._say(event)
                self._loop.post(CarClosed())
            case Refused():
                self._say(event)

    def _act(self, effect: ChargerEffect) -> None:
        if isinstance(effect, Send):
            self._port.send(effect.data)
            return
        if isinstance(effect, HangUp):
            self._port.hang_up()
            self._ended.set()
        self._say(effect)

    def _say(self, told: Told) -> None:
        self._tell(told, self._clock.now())


def new_session_id() -> bytes:
    """Eight random bytes that are not all zero, which would ask for a new session (V2G2-750)."""
    while not any(number := os.urandom(8)):
        pass
    return number
