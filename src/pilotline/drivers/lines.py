"""The board's end of the link to the host, for a loop that waits for nothing: a socket, or a serial device.

Every call returns at once. What cannot be written is counted and lost, for all that matters on this link is
said again (docs/reference/rtm-link.md); a line that breaks is made whole again when the other end is back.
"""

import contextlib
import errno
import os
import socket
import termios
from pathlib import Path
from typing import Protocol

from pilotline.drivers.tty import open_raw
from pilotline.vocabulary.time import SECOND

_READ = 4096
_REOPEN = 1 * SECOND


class LineError(Exception):
    """The line cannot be had; the message is a sentence that says what to do."""


class Line(Protocol):
    """Bytes to and from the host. ``dropped`` counts what found no room, or nobody at the other end."""

    dropped: int

    def read(self, now: int) -> bytes:
        """What has come since the last call; empty when nothing has. ``now`` is core time."""
        ...

    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...


class SocketLine:
    """Listens at a path; the host that came last has the line, for the one before may be a dead one's."""

    def __init__(self, path: Path) -> None:
        self.dropped = 0
        self._path = path
        self._listener = listen_at(path, socket.SOCK_STREAM)
        self._host: socket.socket | None = None

    def read(self, now: int) -> bytes:  # noqa: ARG002 - a socket needs no second try
        self._admit()
        if self._host is None:
            return b""
        try:
            data = self._host.recv(_READ)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._lose()
        return data

    def write(self, data: bytes) -> None:
        try:
            if self._host is not None and self._host.send(data) == len(data):
                return
        except BlockingIOError:
            pass
        except OSError:
            self._lose()
        self.dropped += 1

    def close(self) -> None:
        self._lose()
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _admit(self) -> None:
        try:
            host, _ = self._listener.accept()
        except OSError:
            return
        self._lose()
        host.setblocking(False)
        self._host = host

    def _lose(self) -> None:
        if self._host is not None:
            self._host.close()
            self._host = None


class SerialLine:
    """A serial device in raw mode. One that goes away is tried again every second."""

    def __init__(self, path: str) -> None:
        self.dropped = 0
        self._path = path
        self._retry_at = 0
        try:
            self._fd: int | None = open_raw(path)
        except (OSError, termios.error) as error:
            raise LineError(f"{path} cannot be opened as a serial device: {_reason(error)}.") from None

    def read(self, now: int) -> bytes:
        if self._fd is None:
            self._reopen(now)
        try:
            data = b"" if self._fd is None else os.read(self._fd, _READ)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._lose(now)
        return data

    def write(self, data: bytes) -> None:
        try:
            if self._fd is not None and os.write(self._fd, data) == len(data):
                return
        except OSError:  # full, or gone: then the next read finds out
            pass
        self.dropped += 1

    def close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _reopen(self, now: int) -> None:
        if now >= self._retry_at:
            self._retry_at = now + _REOPEN
            with contextlib.suppress(OSError, termios.error):
                self._fd = open_raw(self._path)

    def _lose(self, now: int) -> None:
        if self._fd is not None:
            self.close()
            self._retry_at = now + _REOPEN


def listen_at(path: Path, kind: int) -> socket.socket:
    """A socket that listens at ``path``, which one that nobody listens at any more may occupy.

    ``kind`` is one of ``socket.SOCK_…``. Raises LineError.
    """
    listener = socket.socket(socket.AF_UNIX, kind | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        _clear(path, kind)
        listener.bind(str(path))
        listener.listen()
    except (OSError, LineError) as error:
        listener.close()
        if isinstance(error, LineError):
            raise
        raise LineError(f"Nothing can listen at {path}: {_reason(error)}. Choose another path.") from None
    return listener


def _clear(path: Path, kind: int) -> None:
    if not path.exists():
        return
    if not path.is_socket():
        raise LineError(f"{path} is there already and is no socket; choose another path.")
    with socket.socket(socket.AF_UNIX, kind) as probe:
        probe.setblocking(False)
        if probe.connect_ex(str(path)) not in (errno.ECONNREFUSED, errno.ENOENT):
            raise LineError(f"Another program listens at {path}; end it, or choose another path.")
    path.unlink(missing_ok=True)


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
