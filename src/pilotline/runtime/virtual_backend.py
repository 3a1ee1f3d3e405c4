"""The simulator's backend in real time: its core behind a real WebSocket on a socket somebody has opened."""

import socket
from contextlib import suppress
from datetime import timedelta

from pilotline.runtime.clocks import CoreClock, wall_clock
from pilotline.simulator.backend import MIDNIGHT, VirtualBackend

_SUBPROTOCOL = "ocpp1.6"
_MOST_BOOKED = 1_000
"""What it remembers of a station that runs for years; nobody reads it here."""


def backend_url(listener: socket.socket) -> str:
    """What a station is to be told as its backend's address."""
    host, port = listener.getsockname()[:2]
    return f"ws://{host}:{port}/ocpp"


async def serve_backend(listener: socket.socket) -> None:
    """Serve one station, until cancelled; its books and transaction numbers outlive every connection."""
    from websockets.asyncio.server import ServerConnection, serve  # noqa: PLC0415 - only who serves pays for it
    from websockets.exceptions import ConnectionClosed  # noqa: PLC0415
    from websockets.typing import Subprotocol  # noqa: PLC0415

    clock = CoreClock()
    central = VirtualBackend(zero=(wall_clock() or MIDNIGHT) - timedelta(microseconds=clock.now()))

    async def talk(connection: ServerConnection) -> None:
        central.disconnect()
        with suppress(ConnectionClosed):
            while True:
                for text in central.receive(str(await connection.recv()), clock.now()):
                    await connection.send(text)
                del central.books[:-_MOST_BOOKED]

    async with serve(
        talk, sock=listener, subprotocols=[Subprotocol(_SUBPROTOCOL)], origins=[None]
    ) as server:  # no page of a browser is a station
        await server.serve_forever()
