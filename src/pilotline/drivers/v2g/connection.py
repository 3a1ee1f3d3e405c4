"""The one TCP connection of a conversation, from either end, and the charger's listener for it.

Bytes are handed up as they come, in the same call of the event loop, and go out at once: an answer in the
charge loop has 25 ms. asyncio switches Nagle's algorithm off where a socket says that it is TCP.
"""

import asyncio
import errno
import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Any

from pilotline.drivers.v2g.interface import Interface, V2gPortError

FIRST_PORT, LAST_PORT = 49_152, 65_535
"""The dynamic ports (RFC 6335 §6), from which a charger takes its own."""
_DYNAMIC = LAST_PORT + 1 - FIRST_PORT
_TRIES = 32
_LINGER_S = 5.0
"""How long the last bytes may take to go out after hanging up."""
CONNECT_S = 5.0


@dataclass(frozen=True, slots=True)
class Connected:
    """The other end is there."""

    peer: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The other end closed the connection, or it broke; not told after hanging up oneself."""

    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody connected while another conversation goes on; the new connection was closed."""

    peer: str


LineEvent = Connected | Closed | Refused | bytes
Hear = Callable[[LineEvent], object]


class Connection(asyncio.Protocol):
    """Both ends have one. ``hear`` is told what happens, from the event loop; nothing is after the end."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear
        self._transport: asyncio.Transport | None = None
        self._over = False
        self._lingering: asyncio.TimerHandle | None = None
        self._lost = asyncio.Event()

    @property
    def over(self) -> bool:
        """Whether it has ended, or is being ended from here."""
        return self._over

    def send(self, data: bytes) -> None:
        if self._transport is not None and not self._over:
            self._transport.write(data)

    def hang_up(self) -> None:
        """Close it when all is sent; what cannot be sent for 5 s is lost."""
        if self._over or self._transport is None:
            return
        self._over = True
        self._transport.close()
        self._lingering = asyncio.get_running_loop().call_later(_LINGER_S, self._transport.abort)

    async def wait_closed(self) -> None:
        """Until all is sent, or given up, and the socket is closed."""
        await self._lost.wait()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._hear(Connected(peer_of(transport)))

    def data_received(self, data: bytes) -> None:
        if not self._over:
            self._hear(data)

    def pause_writing(self) -> None:
        """64 KiB are unread at the other end, where a conversation never has two messages at once."""
        self._end("does not read what is sent to it")

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost.set()
        if self._lingering is not None:
            self._lingering.cancel()
        self._end("closed the connection" if exc is None else _reason(exc))

    def _end(self, why: str) -> None:
        if self._over:
            return
        self._over = True
        if self._transport is not None:
            self._transport.abort()
        self._hear(Closed(why))


def peer_of(transport: asyncio.BaseTransport) -> str:
    """``[address]:port`` of the other end."""
    address = transport.get_extra_info("peername")
    return f"[{address[0]}]:{address[1]}" if address else "somebody"


def _reason(error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    return f"broke off: {os.strerror(number).lower() if number else type(error).__name__}"


class ChargerPort:
    """Listens for cars, one conversation at a time. ``hear`` is told of the one that has the line."""

    def __init__(self, where: Interface, hear: Hear) -> None:
        self._where = where
        self._hear = hear
        self._line: Connection | None = None
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> int:
        """Listen from now on, at ``port`` or any of the dynamic ones; which it is. Raises V2gPortError."""
        listener = _listener(self._where, port)
        self._server = await asyncio.get_running_loop().create_server(self._admit, sock=listener)
        return listener.getsockname()[1]

    @property
    def busy(self) -> bool:
        """Whether a conversation goes on."""
        return self._line is not None and not self._line.over

    def send(self, data: bytes) -> None:
        if self._line is not None:
            self._line.send(data)

    def hang_up(self) -> None:
        """End the conversation from here; the next car may come at once."""
        if self._line is not None:
            self._line.hang_up()

    def close(self) -> None:
        """No conversation, and no new one."""
        self.hang_up()
        if self._server is not None:
            self._server.close()

    async def wait_closed(self) -> None:
        """After :meth:`close`: until the last words are sent."""
        if self._line is not None:
            await self._line.wait_closed()

    def _admit(self) -> asyncio.Protocol:
        if self.busy:
            return _Refusal(self._hear)
        self._line = Connection(self._hear)
        return self._line


class _Refusal(asyncio.Protocol):
    """A connection that nobody has time for."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear

    def connection_made(self, transport: Any) -> None:
        transport.abort()
        self._hear(Refused(peer_of(transport)))


def _listener(where: Interface, port: int) -> socket.socket:
    """At the one given, or at the first of several random ones that is free."""
    problem = ""
    for _ in range(_TRIES):
        each = port or FIRST_PORT + secrets.randbelow(_DYNAMIC)
        try:
            return _bound(where, each)
        except OSError as error:
            problem = _cannot_listen(where, each, error)
            if port or error.errno != errno.EADDRINUSE:
                break
    raise V2gPortError(problem)


def _bound(where: Interface, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((str(where.address), port, 0, where.scope))
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def _cannot_listen(where: Interface, port: int, error: OSError) -> str:
    at = f"[{where.address}]:{port} on {where.name}"
    if error.errno == errno.EADDRINUSE:
        return f"TCP port {port} is in use on {where.name}; leave --port out for any free one."
    return f"Nothing can listen for cars at {at}: {os.strerror(error.errno or 0).lower()}."


async def connect(where: Interface, address: IPv6Address, port: int, hear: Hear) -> Connection:
    """The car's end. Raises V2gPortError where nobody takes the connection within 5 s."""
    loop = asyncio.get_running_loop()
    scope = where.scope if address.is_link_local else 0
    line = socket.socket(socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    line.setblocking(False)
    try:
        await asyncio.wait_for(loop.sock_connect(line, (str(address), port, 0, scope)), CONNECT_S)
        _, connection = await loop.create_connection(lambda: Connection(hear), sock=line)
    except OSError as error:  # TimeoutError is one
        line.close()
        raise V2gPortError(_nobody_there(address, port, error)) from None
    return connection


def _nobody_there(address: IPv6Address, port: int, error: OSError) -> str:
    reason = (
        "no answer within 5 s" if isinstance(error, TimeoutError) else os.strerror(error.errno or 0).lower()
    )
    return f"The charger's address [{address}]:{port} takes no connection: {reason}."
