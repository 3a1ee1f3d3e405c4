"""The control protocol between the launcher and its children: one JSON object a line, both ways.

``{"id": 1, "op": "plug_in", "args": {"cable_ma": 32000}}`` is answered by ``{"id": 1, "ok": true}``, with a
``value`` where there is one, or by ``{"id": 1, "ok": false, "error": "…"}``; what was not asked for is
``{"event": "…", "value": …}``. Either end may ask.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import msgspec

from pilotline.links.operations import OPERATIONS, NoAnswerError, OperationError
from pilotline.vocabulary.refusals import Refusal
from pilotline.vocabulary.sentences import Told, told

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
    silent: bool = False
    """The error is that somebody further on did not answer."""
    why: Told | None = None
    """Its reason by the code, where it has one."""


class Event(msgspec.Struct):
    """One line out: something nobody asked for."""

    event: str
    value: Any = None


Handler = Callable[[str, Mapping[str, Any]], Awaitable[Any]]
_LINES = msgspec.json.Decoder(dict[str, Any])
_ENCODER = msgspec.json.Encoder()
ANSWER_S = 10.0
"""A question that is not answered by then is answered by an error."""


class Questions:
    """What one end has asked and not heard of yet."""

    def __init__(self) -> None:
        self._next_id = 0
        self._ended = False
        self._waiting: dict[int, asyncio.Future[Any]] = {}

    async def ask(self, write: Callable[[Request], None], op: str, args: Mapping[str, Any]) -> Any:
        """Write a request and wait for its answer. Raises OperationError with the other end's sentence."""
        if self._ended:
            raise NoAnswerError("The process has ended.")
        self._next_id += 1
        number = self._next_id
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        write(Request(number, op, dict(args)))
        patience_s = max(ANSWER_S, OPERATIONS[op].patience_s + 1 if op in OPERATIONS else 0)
        try:
            async with asyncio.timeout(patience_s):
                return await waiting
        except TimeoutError:
            raise NoAnswerError(f"{op} was not answered within {patience_s:g} s.") from None
        finally:
            del self._waiting[number]

    def take(self, line: Mapping[str, Any]) -> None:
        """An answer; one that nobody waits for any more is dropped."""
        waiting = self._waiting.get(line.get("id", 0))
        if waiting is None or waiting.done():
            return
        if line.get("ok"):
            waiting.set_result(line.get("value"))
        else:
            waiting.set_exception(_failure(line))

    def end(self) -> None:
        """The line is gone: whoever waits gets an error."""
        self._ended = True
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(NoAnswerError("The process ended before it answered."))


async def _serve(handle: Handler, request: Request) -> Answer:
    try:
        return Answer(request.id, ok=True, value=await handle(request.op, request.args))
    except OperationError as error:
        silent, why = isinstance(error, NoAnswerError), error.refusal
        return Answer(request.id, ok=False, error=str(error), silent=silent, why=told(why) if why else None)


def _failure(line: Mapping[str, Any]) -> OperationError:
    """What the other end raised."""
    kind = NoAnswerError if line.get("silent") else OperationError
    why = msgspec.convert(line["why"], Told) if line.get("why") else None
    return kind(str(line.get("error")), Refusal(why.sentence, why.code, why.words) if why else None)


def _is_answer(line: Mapping[str, Any]) -> bool:
    return "ok" in line and "op" not in line


class ControlServer:
    """A child's end: serves requests on standard input and answers on standard output, until the input ends.

    They begin in the order they came; one that has to wait (for the disk) keeps no other waiting. It may
    also ``ask`` the launcher, which knows all operations of the station.
    """

    def __init__(self, handle: Handler) -> None:
        self._handle = handle
        self._questions = Questions()
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
                task = group.create_task(self._take_line(line))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            self._questions.end()
            for task in tasks:
                task.cancel()

    def push(self, event: str, value: Any) -> None:
        """Tell the launcher something; dropped when it does not read."""
        if self._writer is not None and self._writer.get_write_buffer_size() < _FULL:
            self._write(Event(event, value))

    async def ask(self, op: str, args: Mapping[str, Any]) -> Any:
        """Ask the launcher for an operation of any part of the station. Raises OperationError."""
        return await self._questions.ask(self._write, op, args)

    async def _take_line(self, line: bytes | None) -> None:
        try:
            found = _read_line(line)
        except msgspec.MsgspecError as error:
            self._write(Answer(0, ok=False, error=f"Not a request: {error}."))
            return
        if isinstance(found, Request):
            self._write(await _serve(self._handle, found))
        else:
            self._questions.take(found)

    def _write(self, message: Answer | Event | Request) -> None:
        if self._writer is not None:
            self._writer.write(_ENCODER.encode(message) + b"\n")


def _read_line(line: bytes | None) -> Request | Mapping[str, Any]:
    """A request, or the answer to one of ours."""
    if line is None:
        raise msgspec.ValidationError(f"longer than {LONGEST_LINE} bytes")
    found = _LINES.decode(line)
    return found if _is_answer(found) else msgspec.convert(found, Request)


async def knows_nothing(op: str, _args: Mapping[str, Any]) -> Any:
    """The handler of an end that serves nothing."""
    raise OperationError(f"Nobody here serves {op}.")


class ControlClient:
    """The launcher's end of one child's line. ``ask`` waits for the answer; events go to ``on_event``.

    What the child asks is served by ``handle``.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        on_event: Callable[[str, Any], None],
        handle: Handler = knows_nothing,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._on_event = on_event
        self._handle = handle
        self._questions = Questions()
        self._serving: set[asyncio.Task[None]] = set()

    async def listen(self) -> None:
        """Read until the child closes its line; whoever still waits for an answer gets an error."""
        try:
            async for line in lines_of(self._reader):
                self._take_line(line)
        finally:
            self._questions.end()
            for task in self._serving:
                task.cancel()

    async def ask(self, op: str, args: Mapping[str, Any]) -> Any:
        """Send a request and wait for its answer; OperationError with the child's sentence."""
        return await self._questions.ask(self._write, op, args)

    def _take_line(self, line: bytes | None) -> None:
        """What is no message, such as a library's print to standard output, is told and otherwise ignored."""
        try:
            message = _LINES.decode(line or b"")
            request = msgspec.convert(message, Request) if "op" in message else None
        except msgspec.MsgspecError:
            self._on_event("unreadable", repr((line or b"a line that is too long")[:80]))
            return
        if request is not None:
            task = asyncio.create_task(self._answer(request))
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        elif "event" in message:
            self._on_event(message["event"], message.get("value"))
        else:
            self._questions.take(message)

    async def _answer(self, request: Request) -> None:
        self._write(await _serve(self._handle, request))

    def _write(self, message: Answer | Request) -> None:
        self._writer.write(_ENCODER.encode(message) + b"\n")


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
