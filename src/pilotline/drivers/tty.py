"""Bytes over a serial device: the host's end of a board link, and the pseudo-terminals of virtual devices.

Both ends are plain files to the event loop. Nothing here raises into it: what cannot be written is counted,
and a port that goes away is opened again.
"""

import asyncio
import os
import pty
import termios
import tty
from collections.abc import Callable
from pathlib import Path

OnBytes = Callable[[bytes], None]
_READ = 4096
_REOPEN_S = 1.0


class SerialPort:
    """The user's end: a path such as ``/dev/ttyS1`` or the link of a pseudo-terminal, in raw mode.

    ``start`` opens it and keeps it open; ``dropped`` counts writes that found no room or no port.
    """

    def __init__(self, path: str, on_bytes: OnBytes) -> None:
        self.path = path
        self.dropped = 0
        self._on_bytes = on_bytes
        self._fd: int | None = None
        self._retry: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Open the port now, or again and again until it is there."""
        loop = asyncio.get_running_loop()
        try:
            self._fd = open_raw(self.path)
        except (OSError, termios.error):
            self._retry = loop.call_later(_REOPEN_S, self.start)
            return
        loop.add_reader(self._fd, self._read)

    def write(self, data: bytes) -> None:
        """Hand over bytes; a full or missing port drops them, for what matters is repeated."""
        try:
            if self._fd is not None and os.write(self._fd, data) == len(data):
                return
        except BlockingIOError:
            pass
        except OSError:
            self._lose()
        self.dropped += 1

    def close(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
        if self._fd is not None:
            asyncio.get_running_loop().remove_reader(self._fd)
            os.close(self._fd)
            self._fd = None

    def _read(self) -> None:
        try:
            data = os.read(self._fd, _READ) if self._fd is not None else b""
        except BlockingIOError:
            return
        except OSError:  # the other end is gone
            data = b""
        if data:
            self._on_bytes(data)
        else:
            self._lose()

    def _lose(self) -> None:
        self.close()
        self._retry = asyncio.get_running_loop().call_later(_REOPEN_S, self.start)


class PseudoPort:
    """The device's end: a pseudo-terminal whose other end stands at ``path``, as a real device would.

    The far end is kept open here too, so that users may come and go. What nobody reads is dropped.
    """

    def __init__(self, path: Path, on_bytes: OnBytes) -> None:
        self.path = path
        self.dropped = 0
        self._on_bytes = on_bytes
        self._near, self._far = pty.openpty()
        tty.setraw(self._far)
        os.set_blocking(self._near, False)
        path.unlink(missing_ok=True)
        path.symlink_to(os.ttyname(self._far))

    def start(self) -> None:
        asyncio.get_running_loop().add_reader(self._near, self._read)

    def write(self, data: bytes) -> None:
        try:
            if os.write(self._near, data) != len(data):
                self.dropped += 1
        except BlockingIOError:
            self.dropped += 1

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._near)
        os.close(self._near)
        os.close(self._far)
        self.path.unlink(missing_ok=True)

    def _read(self) -> None:
        try:
            self._on_bytes(os.read(self._near, _READ))
        except BlockingIOError:
            return


def open_raw(path: str) -> int:
    """Open, put into raw mode, and throw away what waited there for somebody else."""
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        tty.setraw(fd)
        termios.tcflush(fd, termios.TCIOFLUSH)
    except termios.error:
        os.close(fd)
        raise
    return fd
