"""A bad line between a page and its station: a relay of bytes that can be cut, frozen and mended."""

import asyncio
import threading
from collections.abc import Coroutine, Generator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit


class BadLine:
    """Listens on a loopback port of its own and passes on what comes, both ways, while it is whole."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname or "", parts.port or 0)
        self._loop = asyncio.new_event_loop()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._whole = True
        self._writers: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        port = self._call(self._listen())
        self.address = f"http://127.0.0.1:{port}/"

    def cut(self) -> None:
        """Every connection ends now, and new ones are closed at once."""
        self._call(self._cut())

    def freeze(self) -> None:
        """Nothing comes through any more, and nobody is told: a phone that walked out of range."""
        self._loop.call_soon_threadsafe(self._flowing.clear)

    def mend(self) -> None:
        self._whole = True
        self._loop.call_soon_threadsafe(self._flowing.set)

    def close(self) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> int:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _cut(self) -> None:
        self._whole = False
        for writer in self._writers:
            writer.transport.abort()

    async def _close(self) -> None:
        self._server.close()
        await self._cut()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            if self._whole:
                await self._join(reader, writer)
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._target)
        ways = [
            asyncio.ensure_future(self._pass(reader, back)),
            asyncio.ensure_future(self._pass(there, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            back.close()

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(1 << 16):
                await self._flowing.wait()
                target.write(data)
                await target.drain()


@contextmanager
def bad_line(target: str) -> Generator[BadLine]:
    """Ended with the block."""
    line = BadLine(target)
    try:
        yield line
    finally:
        line.close()
