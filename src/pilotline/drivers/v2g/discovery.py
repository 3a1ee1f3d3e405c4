"""SDP over UDP: the charger that answers, and the car that asks (ISO 15118-2 §7.10.1, DIN SPEC 70121 §8.7.4).

What stands in the datagrams is :mod:`pilotline.wire.v2g.sdp`.
"""

import asyncio
import errno
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Any

from pilotline.drivers.v2g.interface import Interface, V2gPortError
from pilotline.wire.v2g.sdp import (
    MULTICAST,
    PORT,
    RETRY_US,
    Request,
    Response,
    SdpError,
    Search,
    Security,
    Transport,
    encode_response,
    read_request,
)
from pilotline.wire.v2g.v2gtp import V2gtpError


@dataclass(frozen=True, slots=True)
class Asked:
    """A car looks for a charger, and was answered."""

    address: str
    security: Security


class SdpServer(asyncio.DatagramProtocol):
    """Answers each request with the same address and port; ``heard`` is told of each.

    No TLS is spoken here, and the answer says so whatever was asked: DIN SPEC 70121 has none, and
    ISO 15118-2 lets the charger name the security it offers and leaves it to the car whether to go on
    without, which it may with external identification.
    """

    def __init__(
        self, where: Interface, tcp_port: int, heard: Callable[[Asked], object] = lambda _asked: None
    ) -> None:
        self._where = where
        self._answer = encode_response(Response(where.address, tcp_port, Security.NONE))
        self._heard = heard
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self, port: int = PORT) -> None:
        """Answer from now on. Raises V2gPortError where the port cannot be had."""
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, sock=_answering_socket(self._where, port))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._transport is not None
        return self._transport.get_extra_info("sockname")[1]

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Anybody on the link may send anything: what is no request is passed over."""
        assert self._transport is not None
        try:
            request = read_request(data)
        except (V2gtpError, SdpError):
            return
        if request.transport is Transport.TCP:
            self._transport.sendto(self._answer, addr)
            self._heard(Asked(str(addr[0]), request.security))

    def error_received(self, exc: Exception) -> None:
        """An answer did not arrive; the car asks again."""


def _answering_socket(where: Interface, port: int) -> socket.socket:
    """Of one interface, so that each connector of a station has its own.

    All interfaces are members of ff02::1 by themselves.
    """
    listener = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    try:
        with suppress(PermissionError):  # a kernel before 5.7; then it hears all interfaces
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, where.name.encode())
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(("::", port))
    except OSError as error:
        listener.close()
        raise V2gPortError(_cannot_answer(where, port, error)) from None
    listener.setblocking(False)
    return listener


def _cannot_answer(where: Interface, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"UDP port {port}, where cars ask for a charger, is in use on {where.name}: another charger "
            "runs there. End it first, or take another interface."
        )
    reason = os.strerror(error.errno or 0).lower()
    return f"Nothing can listen to cars on UDP port {port} of {where.name}: {reason}."


class _Asker(asyncio.DatagramProtocol):
    """The car's socket: what comes goes to the search, and the waiting one is told."""

    def __init__(self, search: Search, came: asyncio.Event) -> None:
        self._search = search
        self._came = came

    def datagram_received(self, data: bytes, addr: Any) -> None:  # noqa: ARG002 - anybody may know it
        self._search.hear(data)
        self._came.set()

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there yet: the next question may be answered."""


async def find(where: Interface, now: Callable[[], int], port: int = PORT) -> Response | None:
    """Ask until a charger answers; None when nobody did, 12.5 s later. ``now`` is core time.

    Raises V2gPortError where nothing can be sent at all.
    """
    loop, came = asyncio.get_running_loop(), asyncio.Event()
    search = Search(Request(Security.NONE), now())
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Asker(search, came), sock=_asking_socket(where)
    )
    target = IPv6Address("::1") if where.is_loopback else MULTICAST
    try:
        while (due := search.deadline()) is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(came.wait(), max(due - now(), 0) / 1e6)
            came.clear()
            datagram = search.tick(now())
            if datagram is not None:
                transport.sendto(datagram, (str(target), port, 0, where.scope))
    finally:
        transport.close()
    return search.found


def _asking_socket(where: Interface) -> socket.socket:
    asker = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    try:
        asker.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, where.index)
        asker.bind((str(where.address), 0, 0, where.scope))
    except OSError as error:
        asker.close()
        reason = os.strerror(error.errno or 0).lower()
        raise V2gPortError(f"Nothing can be sent from {where.address} on {where.name}: {reason}.") from None
    asker.setblocking(False)
    return asker


PATIENCE_S = 50 * RETRY_US / 1e6
"""How long a car looks."""
