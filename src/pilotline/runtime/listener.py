"""The panel's listening socket: opened once by whoever starts the station, so that it outlives every host.

A page that comes back while a host starts again waits in the socket's queue instead of being refused.
"""

import asyncio
import errno
import os
import socket

LOOPBACK = "127.0.0.1"
"""The panel is served here and nowhere else until it knows people and passwords."""


class ListenError(Exception):
    """The port cannot be had; the message is a sentence that says what to do."""


def listen(port: int) -> socket.socket:
    """A socket that listens on a loopback port; 0 is any free one. Raises ListenError."""
    try:
        listener = socket.create_server((LOOPBACK, port), backlog=64)
    except OSError as error:
        raise ListenError(_sentence(port, error)) from None
    listener.setblocking(False)
    return listener


def address(listener: socket.socket) -> str:
    """Where a browser finds it."""
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}/"


async def first_visitor(listener: socket.socket) -> None:
    """Until somebody has connected; who it is stays in the socket's queue."""
    loop, came = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(listener, came.set)
    try:
        await came.wait()
    finally:
        loop.remove_reader(listener)


def _sentence(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is in use by another program; choose another with --panel PORT (0: any free one)."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than this user has; choose one from 1024 up with --panel PORT."
    return f"The panel cannot listen on port {port}: {os.strerror(error.errno or 0).lower()}."
