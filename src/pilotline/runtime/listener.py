"""The panel's listening sockets: opened once by whoever starts the station, so that they outlive every host.

A page that comes back while a host starts again waits in the socket's queue instead of being refused.
"""

import asyncio
import errno
import ipaddress
import os
import socket

LOOPBACK = "127.0.0.1"
"""Where http is served, and nowhere else: what another machine says goes over https."""
HTTPS_PORT = 8443
"""The page's, for other machines, when nobody says otherwise."""


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


def split_address(text: str) -> tuple[str, int]:
    """``ADDRESS``, ``ADDRESS:PORT`` or ``[ADDRESS]:PORT``. Raises ListenError."""
    host, port = text, str(HTTPS_PORT)
    if text.startswith("[") and "]" in text:
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise ListenError(
            f"--panel-address takes an IP address of this machine, 0.0.0.0 or ::, not {text}."
        ) from None
    if not port.isascii() or not port.isdigit() or len(port) > 5 or int(port) > 65535:
        raise ListenError(f"--panel-address {text}: the port is a number from 0 to 65535.")
    return str(address), int(port)


def listen_beyond(host: str, port: int) -> socket.socket:
    """A socket for https at an address of this machine. Raises ListenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server(
            (host, port),
            family=family,
            backlog=64,
            dualstack_ipv6=host == "::" and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            sentence = f"This machine has no address {host}; take one it has, or 0.0.0.0 for all of them."
        else:
            sentence = _sentence(port, error).replace(
                "--panel PORT (0: any free one)", "--panel-address ADDRESS:PORT"
            )
            sentence = sentence.replace("--panel PORT", "--panel-address ADDRESS:PORT")
        raise ListenError(sentence) from None
    listener.setblocking(False)
    return listener


def secure_address(listener: socket.socket, name: str) -> str:
    """Where a browser of another machine finds it, by one of the station's names."""
    shown = f"[{name}]" if ":" in name else name
    return f"https://{shown}:{listener.getsockname()[1]}/"


async def first_visitor(*listeners: socket.socket | None) -> None:
    """Until somebody has connected to any of them; who it is stays in the socket's queue."""
    loop, came = asyncio.get_running_loop(), asyncio.Event()
    watched = [each for each in listeners if each is not None]
    for listener in watched:
        loop.add_reader(listener, came.set)
    try:
        await came.wait()
    finally:
        for listener in watched:
            loop.remove_reader(listener)


def _sentence(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is in use by another program; choose another with --panel PORT (0: any free one)."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than this user has; choose one from 1024 up with --panel PORT."
    return f"The panel cannot listen on port {port}: {os.strerror(error.errno or 0).lower()}."
