"""The OCPP-J transport of a charge point: one WebSocket to the backend, kept up for ever.

It dials ``url/id`` with the subprotocol ocpp1.6, hands texts both ways, and when the connection ends for
whatever cause it says why in one sentence for people, waits, and dials again. No await is without a
deadline: dialling, every send, the ping that finds a half-open socket, and the close. The library's own
keepalive is off, because its ping waits without limit for a peer that stops reading.

It knows no OCPP message (:mod:`pilotline.wire.ocpp`), keeps no text over a disconnect, and comes in by the
way it is given (:mod:`pilotline.drivers.way_in`). No sentence or log shows a password.
"""

import asyncio
import errno
import hashlib
import logging
import os
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidHeader,
    InvalidStatus,
    InvalidURI,
    NegotiationError,
    SecurityError,
    WebSocketException,
)
from websockets.typing import Subprotocol

from pilotline.drivers.way_in import AS_THE_URL_SAYS, Way, WayError, explain_tls, judge, vouching_root
from pilotline.vocabulary import troubles
from pilotline.vocabulary.endpoint import Endpoint, parse_endpoint
from pilotline.vocabulary.sentences import Sentence
from pilotline.vocabulary.upkeep import WayTrouble

SUBPROTOCOL = Subprotocol("ocpp1.6")
_HEADER = "Sec-WebSocket-Protocol"
_TOO_BIG = 1009  # RFC 6455 §7.4.1
_GOING_AWAY = 1001
_OUTBOX_LIMIT = 64
"""Texts accepted while the socket takes none. Reading stops at half of it, so that what is read can be
answered: the other half is more than our own calls and overdue answers need."""
_UNREAD_LIMIT = 1 << 20
"""Bytes in the socket's buffer beyond which a server that still sends does not read: it may send pings
without end, and the library answers each at once."""

_LIBRARY_LOG = logging.getLogger("pilotline.websockets")
_LIBRARY_LOG.setLevel(logging.WARNING)  # its DEBUG prints the Authorization header


class SubprotocolRefusedError(InvalidHandshake):
    """The server switched to WebSocket without ocpp1.6; the message is what it offered."""


@dataclass(frozen=True, slots=True)
class Connected:
    """Texts flow from now on. ``root`` is the fingerprint (SHA-256) of the root that vouched for the server,
    where that is known."""

    root: str = ""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection ended, or could not be had; the next try is in ``retry_in_s`` seconds."""

    reason: str
    retry_in_s: float
    trouble: WayTrouble = WayTrouble.UNREACHED


State = Connected | Disconnected


@dataclass(frozen=True, slots=True)
class Timings:
    """All in seconds. A connection older than ``steady_s`` sets the back-off to its beginning."""

    open_s: float = 15.0
    ping_interval_s: float = 30.0
    ping_timeout_s: float = 15.0
    send_s: float = 10.0
    close_s: float = 3.0
    first_backoff_s: float = 1.0
    longest_backoff_s: float = 60.0
    steady_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Counters:
    """What has happened since the client was made."""

    connects: int = 0
    disconnects: int = 0
    failed_attempts: int = 0
    oversized: int = 0
    """Connections ended because the server sent a message over the bound."""
    binary_ignored: int = 0
    """OCPP-J knows text frames only."""
    unsent: int = 0
    """Texts given while there was no connection, or the outbox was full."""


# --- the sentences ----------------------------------------------------------------------------------


def explain_failure(error: Exception, endpoint: Endpoint, open_s: float) -> Sentence:
    """Why dialling failed."""
    at = endpoint.address
    match error:
        case WayError():
            return error.sentence
        case SubprotocolRefusedError():
            return troubles.NO_SUBPROTOCOL.of(address=at, protocol=SUBPROTOCOL, offered=str(error))
        case InvalidStatus():
            return _explain_status(error.response.status_code, endpoint)
        case InvalidURI() | SecurityError():
            return troubles.LED_ASTRAY.of(address=at)
        case WebSocketException() | EOFError():
            return troubles.NO_WEBSOCKET.of(address=at)
        case OSError():
            return _explain_network(error, endpoint, open_s)
        case _:
            return troubles.NOT_DIALLED.of(address=at, error=type(error).__name__)


def _explain_status(status: int, endpoint: Endpoint) -> Sentence:
    at = endpoint.address
    match status:
        case 401 | 403:
            return troubles.BAD_CREDENTIALS.of(address=at, status=status)
        case 404:
            return troubles.NOTHING_THERE.of(address=at, path=endpoint.path)
        case 400 | 426:
            return troubles.MAY_NOT_SPEAK.of(address=at, status=status, protocol=SUBPROTOCOL)
        case _:
            return troubles.HTTP_STATUS.of(address=at, status=status)


def _explain_network(error: OSError, endpoint: Endpoint, open_s: float) -> Sentence:
    at = endpoint.address
    match error:
        case ssl.SSLError():
            return explain_tls(error, endpoint)
        case socket.gaierror():
            return troubles.NO_SUCH_NAME.of(host=endpoint.host, reason=str(error.strerror))
        case TimeoutError():
            return troubles.NO_ANSWER.of(address=at, seconds=f"{open_s:g}")
        case _ if _was_refused(error):
            return troubles.NOBODY_LISTENS.of(address=at)
        case ConnectionError() if endpoint.secure:
            return troubles.TLS_CUT.of(address=at)
        case _:
            cause = os.strerror(error.errno) if error.errno else "the network failed"
            return troubles.NO_WAY.of(address=at, reason=cause)


def _was_refused(error: OSError) -> bool:
    """asyncio melts the errors of several addresses into one without errno; only its text tells."""
    several = str(error).startswith("Multiple exceptions") and f"[Errno {errno.ECONNREFUSED}]" in str(error)
    return several or isinstance(error, ConnectionRefusedError)


def explain_close(closed: ConnectionClosed, endpoint: Endpoint, max_message: int) -> Sentence:
    """Why an open connection ended."""
    at = endpoint.address
    if closed.sent is not None and not closed.rcvd_then_sent:
        if closed.sent.code == _TOO_BIG:
            return troubles.TOO_LONG.of(address=at, bytes=max_message)
        return troubles.BROKE_PROTOCOL.of(address=at, code=closed.sent.code)
    if closed.rcvd is None:
        return troubles.LINE_CUT.of(address=at)
    said = "".join(c if c.isprintable() else "?" for c in closed.rcvd.reason)
    return troubles.CLOSED.of(address=at, code=closed.rcvd.code, said=f": {said}" if said else "")


# --- the client -------------------------------------------------------------------------------------


class _Connection(ClientConnection):
    """The library's connection with four of its gaps closed."""

    _lost: Exception | None = None

    async def handshake(self, *args: Any, **kwargs: Any) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Also fails where no subprotocol or a foreign one was chosen (OCPP-J §3.1.2), and says which."""
        try:
            await super().handshake(*args, **kwargs)
        except (NegotiationError, InvalidHeader) as error:
            if not self._offered():
                raise
            raise SubprotocolRefusedError(self._offered()) from error
        except InvalidHandshake:
            if isinstance(self._lost, ssl.SSLError):  # TLS 1.3: only then the server judges our certificate
                raise self._lost from None
            raise
        if self.subprotocol != SUBPROTOCOL:
            raise SubprotocolRefusedError("no subprotocol")

    def connection_lost(self, exc: Exception | None) -> None:
        """Also remembers what ended it."""
        self._lost = exc
        super().connection_lost(exc)

    def _offered(self) -> str:
        offered = self.response.headers.get_all(_HEADER) if self.response else []
        text = ", ".join(offered)[:60]
        return "" if text == SUBPROTOCOL else "".join(c if c.isprintable() else "?" for c in text)

    def data_received(self, data: bytes) -> None:
        """Also ends the connection of a peer that never finishes its closing handshake, or never reads."""
        before = self.close_deadline
        super().data_received(data)
        if self.transport.get_write_buffer_size() > _UNREAD_LIMIT:
            self.transport.abort()
        if before is None and self.close_deadline is not None:
            self.loop.call_at(self.close_deadline, self.transport.abort)


class OcppClient:
    """The connection of one station. ``run`` is a task of the runtime's; cancelling it closes politely.

    ``jitter`` gives numbers from 0 to 1: the wait before try n is ``jitter() * min(longest, first * 2**n)``.
    The callbacks are called from the event loop and must not block; an exception of theirs ends ``run``.
    Raises UrlError for a URL or id that cannot be dialled.
    """

    def __init__(
        self,
        url: str,
        station_id: str,
        on_state: Callable[[State], None],
        on_text: Callable[[str], None],
        jitter: Callable[[], float],
        *,
        tls: ssl.SSLContext | None = None,
        timings: Timings | None = None,
        max_message: int = 1 << 20,
    ) -> None:
        self.way: Way = AS_THE_URL_SAYS
        """By which the next dial comes in."""
        self._station_id = station_id
        self._endpoint = parse_endpoint(url, station_id)
        self._on_state = on_state
        self._on_text = on_text
        self._jitter = jitter
        self._tls = (tls or ssl.create_default_context()) if self._endpoint.secure else None
        self._timings = timings or Timings()
        self._max_message = max_message
        self._outbox: asyncio.Queue[bytes] | None = None
        self._written = asyncio.Event()
        self._tries = 0
        self._tally: Counter[str] = Counter()

    @property
    def counters(self) -> Counters:
        """A snapshot."""
        return Counters(**self._tally)

    def send(self, text: str) -> bool:
        """Queue a text for this connection; False where there is none or it takes no more."""
        data = text.encode()
        if self._outbox is None or self._outbox.full():
            self._tally["unsent"] += 1
            return False
        self._outbox.put_nowait(data)
        return True

    async def run(self) -> None:
        """Connect, serve, explain, wait, again; returns never, ends by being cancelled."""
        while True:
            reason, trouble = await self._dial_and_serve()
            delay = self._next_delay()
            self._on_state(Disconnected(reason, delay, trouble))
            await asyncio.sleep(delay)

    def _next_delay(self) -> float:
        """Exponential back-off with full jitter: a restarted backend must not meet all stations at once."""
        ceiling = self._timings.first_backoff_s * 2 ** min(self._tries, 30)
        self._tries += 1
        return self._jitter() * min(self._timings.longest_backoff_s, ceiling)

    async def _dial_and_serve(self) -> tuple[str, WayTrouble]:
        way = self.way
        try:
            connection = await self._dial(way)
        except (WayError, OSError, WebSocketException, EOFError, ValueError) as error:  # ValueError: redirect
            self._tally["failed_attempts"] += 1
            reason = explain_failure(error, self._endpoint, self._timings.open_s)
            return reason, judge(error, self._endpoint, way)
        loop = asyncio.get_running_loop()
        since = loop.time()
        self._tally["connects"] += 1
        try:
            return await self._serve(connection), WayTrouble.ENDED
        finally:
            self._tally["disconnects"] += 1
            if loop.time() - since >= self._timings.steady_s:
                self._tries = 0
            await self._close(connection)

    async def _dial(self, way: Way) -> ClientConnection:
        way.check(self._endpoint)
        authorization = way.authorization(self._endpoint, self._station_id)
        context = (await asyncio.to_thread(way.tls) if way.profile else None) or self._tls
        tls: dict[str, Any] = {"ssl": context} if context else {}
        return await connect(
            self._endpoint.uri,
            subprotocols=[SUBPROTOCOL],
            compression=None,  # saves memory, and a small bomb cannot inflate
            additional_headers={"Authorization": authorization} if authorization else None,
            user_agent_header="Pilotline",
            proxy=None,
            open_timeout=self._timings.open_s,
            ping_interval=None,
            close_timeout=self._timings.close_s,
            max_size=self._max_message,
            logger=_LIBRARY_LOG,
            create_connection=_Connection,
            **tls,
        )

    async def _serve(self, connection: ClientConnection) -> str:
        """Reads, writes and pings until one of the three ends; answers with its reason."""
        outbox: asyncio.Queue[bytes] = asyncio.Queue(_OUTBOX_LIMIT)
        self._outbox = outbox
        try:
            self._on_state(Connected(_root_of(connection)))
            return await _first_of(
                self._read(connection, outbox), self._write(connection, outbox), self._ping(connection)
            )
        except ConnectionClosed as closed:
            if closed.sent is not None and closed.sent.code == _TOO_BIG:
                self._tally["oversized"] += 1
            return explain_close(closed, self._endpoint, self._max_message)
        finally:
            self._outbox = None

    async def _read(self, connection: ClientConnection, outbox: asyncio.Queue[bytes]) -> str:
        """Waits as long as the line lives; :meth:`_ping` and the send's own time-out are its deadlines.

        A burst is read text by text: between two of them timers and the writer have their turn, and none is
        read while the answers to those before it find no room.
        """
        while True:
            message = await connection.recv()
            if isinstance(message, str):
                self._on_text(message)
            else:
                self._tally["binary_ignored"] += 1
            await asyncio.sleep(0)
            while outbox.qsize() > _OUTBOX_LIMIT // 2:
                self._written.clear()
                await self._written.wait()

    async def _write(self, connection: ClientConnection, outbox: asyncio.Queue[bytes]) -> str:
        while True:
            data = await outbox.get()
            try:
                async with asyncio.timeout(self._timings.send_s):
                    await connection.send(data, text=True)
                self._written.set()
            except TimeoutError:
                return troubles.TAKES_NOTHING.of(
                    address=self._endpoint.address, seconds=f"{self._timings.send_s:g}"
                )

    async def _ping(self, connection: ClientConnection) -> str:
        while True:
            await asyncio.sleep(self._timings.ping_interval_s)
            try:
                async with asyncio.timeout(self._timings.ping_timeout_s):
                    await (await connection.ping())
            except TimeoutError:
                silent = f"{self._timings.ping_timeout_s:g}"
                return troubles.NO_PONG.of(address=self._endpoint.address, seconds=silent)

    async def _close(self, connection: ClientConnection) -> None:
        try:
            async with asyncio.timeout(self._timings.close_s):
                await connection.close(_GOING_AWAY)
        except TimeoutError:
            _LIBRARY_LOG.info("no closing handshake within %g s", self._timings.close_s)
        finally:
            connection.transport.abort()


def _root_of(connection: ClientConnection) -> str:
    tls: object = connection.transport.get_extra_info("ssl_object")
    root = None if tls is None else vouching_root(tls)
    return "" if root is None else hashlib.sha256(root).hexdigest()


async def _first_of(*works: Coroutine[Any, Any, str]) -> str:
    """The result or exception of what ends first; the others are cancelled before it is given."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return next(task.result() for task in tasks if task in done)
