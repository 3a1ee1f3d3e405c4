"""``pilotline run --control stdio``: the station scripted by another program, one JSON object a line.

The lines are those of :mod:`pilotline.runtime.control`. Requests are served side by side, so a ``wait`` keeps
nobody waiting; the answers bear the requests' ids. Standard output carries nothing else.
"""

import asyncio
import contextlib
import os
import sys
import threading

import msgspec

from pilotline.links.host import HostView
from pilotline.links.operations import OperationError
from pilotline.runtime.control import LONGEST_LINE, Answer, Event, Request, lines_of
from pilotline.runtime.launcher import Launcher


class _Numbered(msgspec.Struct):
    id: int


_NUMBERED = msgspec.json.Decoder(_Numbered)
_REQUESTS = msgspec.json.Decoder(Request)
_ENCODER = msgspec.json.Encoder()


def say(message: Answer | Event) -> None:
    """One line out; a reader that has gone away is nobody's problem here."""
    try:
        sys.stdout.buffer.write(_ENCODER.encode(message) + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nor at the end, when Python flushes what is left


def tell_status(view: HostView) -> None:
    say(Event("status", view))


def tell_note(text: str) -> None:
    say(Event("note", text))


async def serve(launcher: Launcher) -> None:
    """Serve standard input until it ends or ``stop`` is asked for; then the station ends too."""
    station = asyncio.create_task(launcher.run())
    reading = asyncio.create_task(_read(launcher))
    stopping = asyncio.create_task(launcher.stopped.wait())
    try:
        done, _ = await asyncio.wait({station, reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in (station, reading, stopping):
            task.cancel()
        await asyncio.gather(station, reading, stopping, return_exceptions=True)


async def _read(launcher: Launcher) -> None:
    reader = asyncio.StreamReader(limit=LONGEST_LINE)
    threading.Thread(target=_feed, args=(asyncio.get_running_loop(), reader), daemon=True).start()
    async with asyncio.TaskGroup() as group:
        async for line in lines_of(reader):
            if line is None or line.strip():
                group.create_task(_serve_line(launcher, line or b""))


def _feed(loop: asyncio.AbstractEventLoop, reader: asyncio.StreamReader) -> None:
    """In a thread of its own, for standard input may be a file, which no event loop can wait for."""
    with contextlib.suppress(RuntimeError):  # the loop has ended, and nobody listens any more
        while data := _more():
            loop.call_soon_threadsafe(reader.feed_data, data)
        loop.call_soon_threadsafe(reader.feed_eof)


def _more() -> bytes:
    try:
        return os.read(0, LONGEST_LINE)
    except OSError:  # a terminal that has gone is the end, too
        return b""


async def _serve_line(launcher: Launcher, line: bytes) -> None:
    try:
        request = _REQUESTS.decode(line)
    except msgspec.MsgspecError as error:
        say(Answer(_number(line), ok=False, error=f"Not a request: {error}."))
        return
    try:
        say(Answer(request.id, ok=True, value=await launcher.ask(request.op, request.args)))
    except OperationError as error:
        say(Answer(request.id, ok=False, error=str(error)))
    except asyncio.CancelledError:
        say(Answer(request.id, ok=False, error="The station was stopped."))
        raise


def _number(line: bytes) -> int:
    """The id of a line that is no request, so that whoever asked hears of it; 0 where it has none."""
    try:
        return _NUMBERED.decode(line).id
    except msgspec.MsgspecError:
        return 0
