"""A station's panel on the event loop: the feed from the start, the server from the first visitor on.

A page that nobody opens costs neither start-up time nor memory; the curve of a session is drawn all the same.
"""

import asyncio
import importlib
import os
import socket
from typing import TYPE_CHECKING

import structlog

from pilotline.panel.entry import Entry
from pilotline.panel.feed import Feed
from pilotline.panel.picture import Picture
from pilotline.panel.port import Port
from pilotline.runtime.clocks import wall_clock
from pilotline.runtime.listener import first_visitor

if TYPE_CHECKING:
    from pilotline.panel.server import PanelServer


class StationPanel:
    """``see`` takes every picture; ``serve`` runs until it is cancelled."""

    def __init__(self, port: Port, entry: Entry) -> None:
        self._port = port
        self._entry = entry
        self._feed = Feed(os.urandom(4).hex())
        self._server: PanelServer | None = None
        self._is_blind = False

    def see(self, picture: Picture) -> None:
        """The picture of this moment. A mistake in here costs the live line, never the charging."""
        if self._is_blind:
            return
        try:
            if self._feed.see(picture, self._port.now_ms()) and self._server is not None:
                self._server.tell()
        except Exception:
            self._is_blind = True
            log = structlog.get_logger()
            log.exception("the panel sees nothing any more")

    async def serve(self, listener: socket.socket, tls: socket.socket | None = None) -> None:
        """Wait for a visitor, then for the next ones; ``tls`` is where those of other machines come."""
        await first_visitor(listener, tls)
        module = await asyncio.to_thread(importlib.import_module, "pilotline.panel.server")
        server = self._server = module.PanelServer(self._port, self._feed, self._entry, utc=wall_clock)
        await server.serve(listener, tls)
