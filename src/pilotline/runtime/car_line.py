"""The simulated car's end of the connection to the host: dialled at the port that stands in a file."""

import asyncio
from collections.abc import Callable
from ipaddress import IPv6Address
from pathlib import Path

from pilotline.drivers.v2g.connection import Closed, Connected, Connection, LineEvent, connect
from pilotline.drivers.v2g.interface import LOOPBACK, V2gPortError, interface
from pilotline.runtime.process import fail_with
from pilotline.simulator.v2g_car import Dial, FromCharger, LineBroken, LineNews, LineOpen, LineWish, ToCharger

_HERE = IPv6Address("::1")


class CarDialler:
    """``act`` does what the car wants, ``post`` tells it what comes. A connection given up says no more."""

    def __init__(self, file: Path, post: Callable[[LineNews], None]) -> None:
        self._file = file
        self._post = post
        self._number = 0
        self._connection: Connection | None = None
        self._task: asyncio.Task[None] | None = None

    def act(self, wish: LineWish) -> None:
        match wish:
            case Dial():
                self._give_up()
                self._task = asyncio.create_task(self._dial(self._number))
                self._task.add_done_callback(fail_with)
            case ToCharger(data):
                if self._connection is not None:
                    self._connection.send(data)
            case _:
                self._give_up()

    def _give_up(self) -> None:
        self._number += 1
        if self._connection is not None:
            self._connection.hang_up()
        if self._task is not None:
            self._task.cancel()
        self._connection = self._task = None

    async def _dial(self, number: int) -> None:
        try:
            port = int(self._file.read_text(encoding="ascii"))
            connection = await connect(
                interface(LOOPBACK), _HERE, port, lambda event: self._hear(number, event)
            )
        except (OSError, ValueError, V2gPortError):  # no host listens at the moment: the car tries again
            if number == self._number:
                self._post(LineBroken())
            return
        if number != self._number:
            connection.hang_up()
            return
        self._connection = connection
        self._post(LineOpen())

    def _hear(self, number: int, event: LineEvent) -> None:
        """That it stands is known when the connection is in hand."""
        if number != self._number or isinstance(event, Connected):
            return
        if isinstance(event, bytes):
            self._post(FromCharger(event))
        elif isinstance(event, Closed):
            self._post(LineBroken())
