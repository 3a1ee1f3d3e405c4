"""Serves the panel on sockets somebody else has opened. What it imports costs 12 MiB: import it late.

One application behind two doors: http on loopback, and https where the station is to be reached from other
machines.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Generator
from datetime import datetime
from pathlib import Path
from typing import Any

import uvicorn

from pilotline.drivers.people_file import PeopleFile, PeopleInMemory
from pilotline.panel.api import make_app
from pilotline.panel.connections import MOST_CONNECTIONS, HttpConnection, LiveConnection, Seldom, contain
from pilotline.panel.doors import Doors
from pilotline.panel.entry import Entry
from pilotline.panel.feed import Feed
from pilotline.panel.guard import Guard
from pilotline.panel.lines import ALIVE_S, News
from pilotline.panel.port import Port
from pilotline.panel.tls import TlsDoor

KEEP_ALIVE_S = 5
"""A connection that asks nothing more for this long is closed."""
_LOG = logging.getLogger("uvicorn.error")
"""What uvicorn and the panel itself complain of."""


class _Server(uvicorn.Server):
    """Without signal handlers (the launcher decides when a host ends) and without ten ticks a second."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def main_loop(self) -> None:
        await asyncio.Event().wait()


class PanelServer:
    """``serve`` runs until it is cancelled; ``tell`` when the feed has moved."""

    def __init__(
        self,
        port: Port,
        feed: Feed,
        entry: Entry,
        *,
        utc: Callable[[], datetime | None] = lambda: None,
        alive_s: float = ALIVE_S,
    ) -> None:
        """``utc`` is the wall clock, None while it is unknown."""
        self._news = News()
        self._entry = entry
        self._utc = utc
        self._tls = None if entry.certificate is None else TlsDoor(Path(entry.certificate), entry.names, utc)
        doors = Doors(
            PeopleInMemory() if entry.people is None else PeopleFile(Path(entry.people)),
            is_open=entry.is_open,
            utc=utc,
            now=asyncio.get_running_loop().time,
            note=port.note,
            tell=self._news.tell,
        )
        fingerprint = self._tls.fingerprint if self._tls else lambda: None
        app = make_app(port, feed, self._news, doors, alive_s=alive_s, fingerprint=fingerprint)
        config = uvicorn.Config(
            Guard(app, entry.names),
            http=HttpConnection,
            ws=LiveConnection,
            lifespan="off",
            log_config=None,
            access_log=False,
            date_header=False,
            server_header=False,
            ws_max_size=4096,
            ws_per_message_deflate=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            backlog=MOST_CONNECTIONS,
            proxy_headers=False,
        )
        self._config = config
        self._server = _Server(config)

    def tell(self) -> None:
        self._news.tell()

    async def serve(self, listener: socket.socket, tls: socket.socket | None = None) -> None:
        """A mistake in here is logged, and ends no more than the connection it was made in."""
        loop = asyncio.get_running_loop()
        _LOG.setLevel(logging.ERROR)
        _LOG.propagate = False
        _LOG.handlers = [Seldom(loop.time)]
        contain(loop, _log)
        works = [self._server.serve([listener])]
        if tls is not None and self._tls is not None:
            works.append(self._tls.serve(tls, self._connection))
        tasks = [asyncio.create_task(work) for work in works]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for connection in list(self._server.server_state.connections):
                connection.transport.abort()

    def _connection(self) -> HttpConnection:
        """What uvicorn makes for each connection to a socket of its own."""
        return HttpConnection(config=self._config, server_state=self._server.server_state, app_state={})


def _log(context: dict[str, Any]) -> None:
    _LOG.error("%s", context.get("message"), exc_info=context.get("exception"))
