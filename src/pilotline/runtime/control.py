"""The control protocol between the launcher and its children: one JSON object a line, both ways.

``{"id": 1, "op": "plug_in", "args": {"cable_ma": 32000}}`` is answered by ``{"id": 1, "ok": true}``, with a
``value`` where there is one, or by ``{"id": 1, "ok": false, "error": "…"}``; what was not asked for is
``{"event": "…", "value": …}``.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import msgspec

from pilotline.links.operations import OperationError

LONGEST_LINE = 1 << 20
_FULL = 1 << 18
"""Bytes waiting for a reader that does not read; beyond them, events are dropped and answers kept."""


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """One line in."""

    id: int
    op: str
    args: dict[str, Any] = {}


class Answer(msgspec.Struct, omit_defaults=True):
    """One line out: the answer to a request."""

    id: int
    ok: bool
    value: Any = None
    error: str | None = None


class Event(msgspec.Struct):
    """One line out: something nobody asked for."""

    event: str
    value: Any = None


Handler = Callable[[str, Mapping[str, Any]], Awaitable[Any]]
_REQUESTS = msgspec.json.Decoder(Request)
_LINES = msgspec.json.Decoder(dict[str, Any])
_ENCODER = msgspec.json.Encoder()


class ControlServer:
    """Serves requests on standard input and answers on standard output, until the input ends.

    They begin in the order they came; one that has to wait (for the disk) keeps no other waiting.
    """

    def __init__(self, handle: Handler) -> None:
        self._handle = handle
        self._writer: asyncio.WriteTransport | None = None

    async def serve(self) -> None:
        """Returns when the launcher has closed the line: then this process is to end."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=LONGEST_LINE)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        self._writer, _ = await loop.connect_write_pipe(asyncio.Protocol, sys.stdout)
        async with asyncio.TaskGroup() as group:
            tasks: set[asyncio.Task[None]] = set()
            async for line in lines_of(reader):
                task = group.create_task(self._serve_line(line))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            for task in tasks:
                task.cancel()

    def push(self, event: str, value: Any) -> None:
        """Tell the launcher something; dropped when it does not read."""
        if self._writer is not None and self._writer.get_write_buffer_size() < _FULL:
            self._write(Event(event, value))

    async def _serve_line(self, line: bytes | None) -> None:
        if line is None:
            self._write(Answer(0, ok=False, error=f"Not a request: longer than {LONGEST_LINE} bytes."))
            return
        try:
            request = _REQUESTS.decode(line)
        except msgspec.MsgspecError as error:
            self._write(Answer(0, ok=False, error=f"Not a request: {error}."))
            return
        try:
            self._write(Answer(request.id, ok=True, value=await self._handle(request.op, request.args)))
        except OperationError as error:
            self._write(Answer(request.id, ok=False, error=str(error)))

    def _write(self, message: Answer | Event) -> None:
        if self._writer is not None:
            self._writer.write(_ENCODER.encode(message) + b"\n")


class ControlClient:
    """The launcher's end of one child's line. ``ask`` waits for the answer; events go to ``on_event``."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, on_event: Callable[[str, Any], None]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._on_event = on_event
        self._next_id = 0
        self._ended = False
        self._waiting: dict[int, asyncio.Future[Any]] = {}

    async def listen(self) -> None:
        """Read until the child closes its line; whoever still waits for an answer gets an error."""
        try:
            async for line in lines_of(self._reader):
                self._take_line(line)
        finally:
            self._ended = True
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(OperationError("The process ended before it answered."))

    async def ask(self, op: str, args: Mapping[str, Any]) -> Any:
        """Send a request and wait for its answer; OperationError with the child's sentence."""
        if self._ended:
            raise OperationError("The process has ended.")
        self._next_id += 1
        number = self._next_id
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._writer.write(_ENCODER.encode(Request(number, op, dict(args))) + b"\n")
        try:
            async with asyncio.timeout(10):
                return await waiting
        except TimeoutError:
            raise OperationError(f"{op} was not answered within 10 s.") from None
        finally:
            del self._waiting[number]

    def _take_line(self, line: bytes | None) -> None:
        """What is no message, such as a library's print to standard output, is told and otherwise ignored."""
        try:
            message = _LINES.decode(line or b"")
        except msgspec.MsgspecError:
            self._on_event("unreadable", repr((line or b"a line that is too long")[:80]))
        else:
            self._take(message)

    def _take(self, line: Mapping[str, Any]) -> None:
        if "event" in line:
            self._on_event(line["event"], line.get("value"))
            return
        waiting = self._waiting.get(line.get("id", 0))
        if waiting is None or waiting.done():
            return
        if line.get("ok"):
            waiting.set_result(line.get("value"))
        else:
            waiting.set_exception(OperationError(str(line.get("error"))))


async def lines_of(reader: asyncio.StreamReader) -> AsyncIterator[bytes | None]:
    """Lines until the end; None for the beginning of one that is too long, whose rest comes as a line."""
    while True:
        try:
            line = await reader.readline()
        except ValueError:
            yield None
            continue
        if not line:
            return
        yield line
