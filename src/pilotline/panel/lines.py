"""The live lines: who is connected, what each is told, and when one is closed (docs/reference/panel.md)."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from litestar.exceptions import WebSocketException

from pilotline.panel.answers import AnySocket
from pilotline.panel.feed import Feed
from pilotline.panel.port import Port

ALIVE_S = 2.0
"""A quiet line says this often that it is sound."""
MOST_LINES = 32
"""More live lines than this are not accepted: a station is no web server."""
SIGNED_OUT = 4401
"""A line is closed with this when nobody is signed in at it, or nobody is any more."""


class News:
    """Wakes all who wait for the feed to move, or for somebody to be signed out."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def tell(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, seconds: float) -> bool:
        """Whether there is news within this time."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        return True


@dataclass(frozen=True)
class Ticket:
    """What somebody watches with: ``is_good`` whether he still may, by what is known; ``look`` asks anew.

    ``card`` is that of a guest, None of anybody who is told all names.
    """

    is_good: Callable[[], bool]
    look: Callable[[], Awaitable[None]]
    card: Callable[[], str | None] = lambda: None


@dataclass
class Lines:
    """The live lines there are."""

    port: Port
    feed: Feed
    news: News
    alive_s: float = ALIVE_S
    count: int = field(default=0)

    async def serve(self, socket: AnySocket, epoch: str | None, since: int | None, ticket: Ticket) -> None:
        """One client, from its handshake to its end."""
        if self.count >= MOST_LINES:
            raise WebSocketException(detail="Too many pages are open.", code=1013)
        self._counted(1)
        try:
            await socket.accept()
            await self.port.look()
            await self._talk_until_it_goes(socket, self.feed.cursor(epoch, since), ticket)
        finally:
            self._counted(-1)

    async def _talk_until_it_goes(self, socket: AnySocket, cursor: int | None, ticket: Ticket) -> None:
        tasks = [
            asyncio.ensure_future(self._talk(socket, cursor, ticket)),
            asyncio.ensure_future(self._hear_out(socket)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            with suppress(OSError):  # it went while something was said
                task.result()

    async def _talk(self, socket: AnySocket, cursor: int | None, ticket: Ticket) -> None:
        """The whole, or what was missed; then what is new, and in a quiet time a sign of life."""
        if cursor is not None and cursor == self.feed.seq and ticket.is_good():
            await self._say_alive(socket)  # who has missed nothing hears so at once
        while ticket.is_good():
            if self.feed.has_news(cursor):
                texts, cursor = self.feed.after(cursor, ticket.card()), self.feed.seq
                for text in texts:
                    await socket.send_text(text)
            elif not await self.news.wait(self.alive_s):
                await ticket.look()
                if cursor is not None and ticket.is_good():
                    await self._say_alive(socket)
        await socket.close(SIGNED_OUT)

    async def _say_alive(self, socket: AnySocket) -> None:
        await socket.send_text(self.feed.alive(self.port.now_ms()))

    @staticmethod
    async def _hear_out(socket: AnySocket) -> None:
        """What a client says is ignored, until it goes."""
        while True:
            if (await socket.receive())["type"] == "websocket.disconnect":
                return
            await asyncio.sleep(0)  # whoever sends without a pause leaves the station its turn

    def _counted(self, change: int) -> None:
        before, self.count = self.count, self.count + change
        if not before or not self.count:
            self.port.watch(bool(self.count))
