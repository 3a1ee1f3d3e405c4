"""Serves the panel on a socket somebody else has opened. What it imports costs 12 MiB: import it late."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Generator
from typing import Any

import uvicorn

from pilotline.panel.api import ALIVE_S, News, make_app
from pilotline.panel.connections import MOST_CONNECTIONS, HttpConnection, LiveConnection, Seldom, contain
from pilotline.panel.feed import Feed
from pilotline.panel.guard import Guard
from pilotline.panel.port import Port

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

    def __init__(self, port: Port, feed: Feed, *, alive_s: float = ALIVE_S) -> None:
        self._news = News()
        config = uvicorn.Config(
            Guard(make_app(port, feed, self._news, alive_s=alive_s)),
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
        )
        self._server = _Server(config)

    def tell(self) -> None:
        self._news.tell()

    async def serve(self, listener: socket.socket) -> None:
        """A mistake in here is logged, and ends no more than the connection it was made in."""
        loop = asyncio.get_running_loop()
        _LOG.setLevel(logging.ERROR)
        _LOG.propagate = False
        _LOG.handlers = [Seldom(loop.time)]
        contain(loop, _log)
        try:
            await self._server.serve([listener])
        finally:
            for connection in list(self._server.server_state.connections):
                connection.transport.abort()


def _log(context: dict[str, Any]) -> None:
    _LOG.error("%s", context.get("message"), exc_info=context.get("exception"))
