"""Connections that cannot harm the station: how many, how patient, and what a mistake in one of them may end.

uvicorn waits for ever for a request that does not come and for a reader that does not read, and an exception
of its own reaches the event loop's handler, where a station takes it for a mistake of its cores and ends.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, cast

import structlog
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

MOST_CONNECTIONS = 64
"""Live lines are among them; whoever comes beyond is cut off at once."""
PATIENCE_S = 5.0
"""How often a connection is looked at; one that has not moved at two looks on end is cut off."""
READ_AT_ONCE = 1 << 10
"""Bytes of one connection that are worked on before all others, and the station's cores, get their turn."""
MOST_UNREAD = 1 << 20
"""Bytes that wait for a client which sends and does not read."""
LOG_EVERY_S = 60.0
"""A visitor cannot fill the station's disk with what is logged of it."""

Told = Callable[[dict[str, Any]], object]


class HttpConnection(H11Protocol):
    """One of so many, and looked at until it ends or has become a live line."""

    _look: asyncio.TimerHandle | None = None
    _stood = 0
    _state: object = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _read_in_small_turns(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        else:
            self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def _look_later(self) -> None:
        self._look = self.loop.call_later(PATIENCE_S, self._has_moved)

    def _has_moved(self) -> None:
        if self.transport.get_protocol() is not self:
            return
        state = (self.cycle, self.transport.get_write_buffer_size())
        self._stood = self._stood + 1 if self._waits_for_the_client() and state == self._state else 0
        self._state = state
        if self._stood == 2:
            self.transport.abort()
        else:
            self._look_later()

    def _waits_for_the_client(self) -> bool:
        cycle: Any = self.cycle  # None before the first request, whatever uvicorn's annotation says
        return cycle is None or cycle.response_complete or cycle.more_body


def _read_in_small_turns(transport: Any) -> None:
    """asyncio's own figure is 256 KiB, for a socket as for what TLS takes from one."""
    setattr(transport, "max_size", READ_AT_ONCE)  # noqa: B010 - it has no other way
    tls = getattr(transport, "_ssl_protocol", None)
    if tls is not None and hasattr(tls, "_ssl_buffer_view"):
        tls._ssl_buffer = bytearray(READ_AT_ONCE)  # noqa: SLF001 - as above
        tls._ssl_buffer_view = memoryview(tls._ssl_buffer)  # noqa: SLF001


class LiveConnection(WebSocketsSansIOProtocol):
    """A WebSocket whose client has to read what it makes the station say, and to finish its handshake."""

    _handshake: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._handshake = self.loop.call_later(2 * PATIENCE_S, self._has_asked)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._handshake is not None:
            self._handshake.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.get_write_buffer_size() > MOST_UNREAD:
            self.transport.abort()

    def keepalive_timeout(self) -> None:
        """A client that is gone does not read its goodbye either."""
        super().keepalive_timeout()
        self.transport.abort()

    def _has_asked(self) -> None:
        """A handshake that the library refuses for its size is neither answered nor ended by uvicorn."""
        if not self.handshake_initiated:
            self.transport.abort()


def is_of_the_panel(context: dict[str, Any]) -> bool:
    """Whether what reached the event loop's handler came through uvicorn, or from its accepting socket.

    What the station's cores raise never does: the port takes it before it gets here.
    """
    if "socket" in context:  # accept() without a file descriptor left: the panel alone accepts
        return True
    if isinstance(context.get("protocol"), HttpConnection | LiveConnection):
        return True
    task, error = context.get("task"), context.get("exception")
    work = cast("Any", task).get_coro() if isinstance(task, asyncio.Task) else None
    if _is_uvicorn(getattr(work, "cr_code", None)):
        return True
    trace = error.__traceback__ if isinstance(error, BaseException) else None
    while trace is not None:
        if _is_uvicorn(trace.tb_frame.f_code):
            return True
        trace = trace.tb_next
    return False


def contain(loop: asyncio.AbstractEventLoop, tell: Told) -> None:
    """From now on ``tell`` is told of the panel's mistakes, and the handler there was of all others."""
    outer = loop.get_exception_handler()

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if is_of_the_panel(context):
            tell(context)
        elif outer is not None:
            outer(loop, context)
        else:
            loop.default_exception_handler(context)

    loop.set_exception_handler(handle)


def _is_uvicorn(code: Any) -> bool:
    return code is not None and "/uvicorn/" in code.co_filename


class Seldom(logging.Handler):
    """uvicorn's complaints as events of the station's log: one in a while, and how many were left out."""

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__(logging.ERROR)  # below are a client's mistakes
        self._now = now
        self._next = now()
        self._left_out = 0

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError):
            return  # a line that is cut because the process ends
        if self._now() < self._next:
            self._left_out += 1
            return
        log = structlog.get_logger().bind(part="panel", left_out=self._left_out)
        log.error(record.getMessage().strip(), exc_info=record.exc_info or None)
        self._next, self._left_out = self._now() + LOG_EVERY_S, 0
