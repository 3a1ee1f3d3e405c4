"""What a service manager is told, by the datagrams of sd_notify(3): ready, alive, stopping.

Nothing here can fail the loop that calls it: what the manager's socket does not take is lost, and a manager
that hears nothing for its ``WatchdogSec`` ends the program and starts it anew.
"""

import contextlib
import socket
from collections.abc import Mapping

from pilotline.runtime.lateness import WARN_US

_PINGS = 2
"""As often within the manager's patience as sd_watchdog_enabled(3) advises."""


class Notifier:
    """``address`` is the manager's socket, None without one; ``patience_us`` its watchdog's, 0 without."""

    def __init__(self, address: str | None, patience_us: int = 0) -> None:
        self._socket = None if address is None else _connect(address)
        self._every = patience_us // _PINGS
        self._due = 0

    def ready(self) -> None:
        self._say(b"READY=1")

    def alive(self, late_us: int, now: int) -> None:
        """One tick of the loop. Only one that woke in time is a sign of life."""
        if self._every and late_us <= WARN_US and now >= self._due:
            self._due = now + self._every
            self._say(b"WATCHDOG=1")

    def stopping(self) -> None:
        self._say(b"STOPPING=1")

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def _say(self, text: bytes) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.send(text)


def notifier_of(environment: Mapping[str, str], pid: int) -> Notifier:
    """As the service manager has said in the environment. A watchdog of another process is not ours."""
    patience = environment.get("WATCHDOG_USEC", "")
    ours = environment.get("WATCHDOG_PID", str(pid)) == str(pid)
    return Notifier(
        environment.get("NOTIFY_SOCKET") or None, int(patience) if ours and patience.isdecimal() else 0
    )


def _connect(address: str) -> socket.socket | None:
    """A leading @ is Linux's abstract namespace. None where nobody listens: then nobody wants to know."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    line.setblocking(False)
    try:
        line.connect("\0" + address[1:] if address.startswith("@") else address)
    except OSError:
        line.close()
        return None
    return line
