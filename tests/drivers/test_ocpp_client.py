"""The OCPP transport against real WebSocket servers, and servers that misbehave, on 127.0.0.1."""

import asyncio
import base64
import errno
import logging
import re
import socket
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol
from websockets.utils import accept_key

from pilotline.drivers.ocpp_client import (
    Connected,
    Disconnected,
    OcppClient,
    State,
    Timings,
    explain_failure,
)
from pilotline.vocabulary.endpoint import UrlError, parse_endpoint

T = TypeVar("T")
OCPP = Subprotocol("ocpp1.6")
PATIENT = Timings(open_s=5, ping_interval_s=5, ping_timeout_s=5, send_s=5, close_s=1, longest_backoff_s=0.001)
HASTY = Timings(0.05, 0.05, 0.05, 0.05, 0.05, longest_backoff_s=0.001)
"""For peers that hang: every deadline is 50 ms."""


class Station:
    """A client with what it reported. Made inside a running loop."""

    def __init__(self, url: str, station_id: str = "EVNET 1", **options: Any) -> None:
        self.states: asyncio.Queue[State] = asyncio.Queue()
        self.texts: asyncio.Queue[str] = asyncio.Queue()
        options = {"timings": PATIENT, "jitter": lambda: 1.0, **options}
        put_state, put_text = self.states.put_nowait, self.texts.put_nowait
        self.client = OcppClient(url, station_id, put_state, put_text, **options)

    async def reason(self) -> str:
        """The next reason for a disconnect, states before it skipped."""
        while not isinstance(state := await self.states.get(), Disconnected):
            pass
        return state.reason


@asynccontextmanager
async def running(url: str, station_id: str = "EVNET 1", **options: Any) -> AsyncGenerator[Station]:
    """A station whose client runs until the block ends."""
    station = Station(url, station_id, **options)
    task = asyncio.create_task(station.client.run())
    try:
        yield station
    finally:
        assert not task.done(), task.result()
        task.cancel()
        await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), 5)


@asynccontextmanager
async def backend(
    handler: Callable[[ServerConnection], Awaitable[None]], scheme: str = "ws", **options: Any
) -> AsyncGenerator[str]:
    """A real WebSocket server; gives its URL."""
    options = {"subprotocols": [OCPP], "close_timeout": 0.05, **options}
    async with serve(handler, "127.0.0.1", 0, **options) as server:
        yield f"{scheme}://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ocpp"


@asynccontextmanager
async def raw_backend(after_handshake: bytes, answer_handshake: bool = True) -> AsyncGenerator[str]:
    """A server that switches to WebSocket (or not), sends some bytes, then never reads, writes or closes.

    In the end it checks that the station, stopped by then, has let go of every socket.
    """
    release = asyncio.Event()
    held: list[asyncio.Task[Any] | None] = []

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(asyncio.current_task())
        request = await reader.readuntil(b"\r\n\r\n")
        found = re.search(r"(?i)sec-websocket-key: (\S+)", request.decode())
        accept = accept_key(found[1] if found else "")
        head = "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        head += f"Sec-WebSocket-Protocol: ocpp1.6\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
        if answer_handshake:
            writer.write(head.encode() + after_handshake)
        await release.wait()
        with suppress(ConnectionError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0, limit=1024)
    try:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        release.set()
        await asyncio.wait_for(asyncio.gather(*(task for task in held if task)), 5)
        server.close()
        await server.wait_closed()


@contextmanager
def closed_port() -> Generator[int]:
    """A port that is taken and on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


async def idle(connection: ServerConnection) -> None:
    """A handler that reads until the station goes."""
    async for _ in connection:
        pass


def soon(work: Awaitable[T]) -> T:
    """Run a story; one that hangs fails."""

    async def bounded() -> T:
        return await asyncio.wait_for(work, 10)

    return asyncio.run(bounded())


# --- the good days --------------------------------------------------------------------------------------


@pytest.mark.requirement("E-60")
def test_texts_go_both_ways() -> None:
    """A text from the server arrives at on_text, a text given to send arrives at the server."""

    async def story() -> None:
        async def echo(connection: ServerConnection) -> None:
            async for text in connection:
                await connection.send(f"{text} back")

        async with backend(echo) as url, running(url) as station:
            assert await station.states.get() == Connected()
            assert station.client.send("[2]")
            assert await station.texts.get() == "[2] back"

    soon(story())


@pytest.mark.requirement("E-60")
def test_the_id_ends_the_path_and_the_subprotocol_is_asked_for() -> None:
    """The id is percent-encoded, a slash in it included (OCPP-J §3.1.1), and ocpp1.6 is the only offer."""

    async def story() -> None:
        requests: asyncio.Queue[Request] = asyncio.Queue()

        async def note(connection: ServerConnection) -> None:
            assert connection.request is not None
            requests.put_nowait(connection.request)
            await idle(connection)

        async with backend(note) as url, running(f"{url}/?tenant=1", "EV/NET ü"):
            request = await requests.get()
            assert request.path == "/ocpp/EV%2FNET%20%C3%BC?tenant=1"
            assert request.headers["Sec-WebSocket-Protocol"] == "ocpp1.6"
            assert "Authorization" not in request.headers

    soon(story())


def test_credentials_go_in_the_header_and_nowhere_else(caplog: pytest.LogCaptureFixture) -> None:
    """Basic authentication is sent; no log of any level and no reason shows user or password."""
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []

    async def refuse(connection: ServerConnection, request: Request) -> Response:
        seen.append(request.headers["Authorization"])
        return connection.respond(401, "no")  # type: ignore[arg-type]

    async def story() -> str:
        async with backend(idle, process_request=refuse, logger=logging.getLogger("silent")) as url:
            logging.getLogger("silent").setLevel(logging.CRITICAL)
            async with running(url.replace("//", "//alice:s%FFcret@")) as station:
                return await station.reason()

    reason = soon(story())
    encoded = base64.b64encode(b"alice:s\xffcret").decode()
    assert seen[0] == f"Basic {encoded}"
    assert reason.endswith("refused this station's id or credentials (HTTP 401)")
    assert not any(word in reason + caplog.text for word in ("alice", "cret", encoded))


def test_cancelling_run_closes_politely() -> None:
    """The server sees close code 1001, going away."""

    async def story() -> int | None:
        ended: asyncio.Queue[int | None] = asyncio.Queue()

        async def note(connection: ServerConnection) -> None:
            await connection.wait_closed()
            ended.put_nowait(connection.close_code)

        async with backend(note) as url:
            async with running(url) as station:
                await station.states.get()
            return await ended.get()

    assert soon(story()) == 1001


def test_a_text_without_a_connection_is_not_kept() -> None:
    """send says False before the first connection and after the last, and the text is not sent later."""

    async def story() -> None:
        async def greet(connection: ServerConnection) -> None:
            await connection.send("ready")
            await connection.send(await connection.recv())

        timings = Timings(first_backoff_s=9)
        async with backend(greet) as url, running(url, timings=timings) as station:
            assert not station.client.send("lost")
            assert await station.texts.get() == "ready"
            assert station.client.send("kept")
            assert await station.texts.get() == "kept"
            await station.reason()
            assert not station.client.send("lost too")
            assert station.client.counters.unsent == 2

    soon(story())


def test_a_text_that_is_no_unicode_is_refused_at_once() -> None:
    """The error is raised where the text is given, and the connection knows nothing of it."""
    with pytest.raises(UnicodeEncodeError):
        OcppClient("ws://h", "1", print, print, lambda: 0.0).send("\ud800")


def test_binary_messages_are_counted_and_ignored() -> None:
    """OCPP-J knows text frames only."""

    async def story() -> None:
        async def mumble(connection: ServerConnection) -> None:
            await connection.send(b"\x00")
            await connection.send("text")
            await idle(connection)

        async with backend(mumble) as url, running(url) as station:
            assert await station.texts.get() == "text"
            assert station.client.counters.binary_ignored == 1

    soon(story())


# --- it always comes back -------------------------------------------------------------------------------


@pytest.mark.requirement("E-60")
def test_it_reconnects_after_every_kind_of_end() -> None:
    """Edge case 12: a close, a server error, a cut line give one reason each, and a connection follows."""

    async def story() -> list[str]:
        ends = iter(["close", "fail", "cut", "stay"])

        async def leave(connection: ServerConnection) -> None:
            match next(ends):
                case "close":
                    await connection.close(1012, "back\tsoon")
                case "fail":
                    await connection.close(1011)
                case "cut":
                    connection.transport.abort()
                case _:
                    await idle(connection)

        async with backend(leave) as url, running(url) as station:
            reasons = [await station.reason() for _ in range(3)]
            assert await station.states.get() == Connected()
            assert station.client.counters.connects == 4
            return [reason.replace(url.split("/")[2], "it") for reason in reasons]

    assert soon(story()) == [
        "the server at it closed the connection (code 1012: back?soon)",
        "the server at it closed the connection (code 1011)",
        "the connection to the server at it was cut",
    ]


@pytest.mark.requirement("E-60")
def test_the_wait_doubles_up_to_its_bound_and_is_jittered() -> None:
    """Try n waits jitter × min(longest, first × 2ⁿ)."""

    async def story() -> list[float]:
        timings = Timings(first_backoff_s=0.002, longest_backoff_s=0.010)
        with closed_port() as port:
            async with running(f"ws://127.0.0.1:{port}", timings=timings, jitter=lambda: 0.5) as station:
                states = [await station.states.get() for _ in range(5)]
        return [state.retry_in_s for state in states if isinstance(state, Disconnected)]

    assert soon(story()) == [0.001, 0.002, 0.004, 0.005, 0.005]


def test_a_steady_connection_sets_the_wait_to_its_beginning() -> None:
    """Only a connection older than steady_s does: a server that accepts and drops at once is not hammered."""

    async def waits(steady_s: float) -> list[float]:
        timings = Timings(first_backoff_s=0.001, longest_backoff_s=0.1, steady_s=steady_s)

        async def leave(connection: ServerConnection) -> None:
            connection.transport.abort()

        async with backend(leave) as url, running(url, timings=timings) as station:
            states = [await station.states.get() for _ in range(6)]
        return [state.retry_in_s for state in states if isinstance(state, Disconnected)]

    assert soon(waits(steady_s=60)) == [0.001, 0.002, 0.004]
    assert soon(waits(steady_s=0)) == [0.001, 0.001, 0.001]


# --- peers that hang --------------------------------------------------------------------------------------


@pytest.mark.requirement("E-60")
def test_a_half_open_socket_is_found_by_a_ping() -> None:
    """Edge case 12: a server that neither reads, writes nor closes is left, and dialled again each time."""

    async def story() -> list[str]:
        async with raw_backend(b"") as url, running(url, timings=HASTY) as station:
            reasons = [await station.reason() for _ in range(3)]
            assert station.client.counters.connects >= 3
            return reasons

    assert all(reason.endswith("did not answer a ping within 0.05 s") for reason in soon(story()))


@pytest.mark.requirement("E-60")
def test_a_peer_that_stops_reading_cannot_block_a_send() -> None:
    """With all buffers full, send has its own deadline; texts beyond the outbox are refused, not kept."""

    async def story() -> str:
        timings = Timings(send_s=0.05, close_s=0.05)
        async with raw_backend(b"") as url, running(url, timings=timings) as station:
            await station.states.get()
            accepted = [station.client.send("x" * 1_000_000) for _ in range(100)]
            assert True in accepted
            assert False in accepted
            return await station.reason()

    assert soon(story()).endswith("took no data for 0.05 s")


def test_a_ping_behind_full_buffers_has_its_deadline_too() -> None:
    """The ping that cannot even be written times out like one that is not answered."""

    async def story() -> str:
        timings = Timings(ping_interval_s=0.05, ping_timeout_s=0.05, send_s=9, close_s=0.05)
        async with raw_backend(b"") as url, running(url, timings=timings) as station:
            await station.states.get()
            for _ in range(20):
                station.client.send("x" * 1_000_000)
            return await station.reason()

    assert soon(story()).endswith("did not answer a ping within 0.05 s")


def test_every_text_of_a_burst_is_answered() -> None:
    """A thousand texts in one packet are read no faster than their answers find room; none is unsent."""

    async def story() -> int:
        async def flood(connection: ServerConnection) -> None:
            for number in range(1_000):
                await connection.send(str(number))
            for number in range(1_000):
                assert await connection.recv() == f"{number}!"
            await connection.send("done")
            await idle(connection)

        async with backend(flood) as url, running(url) as station:
            client, heard = station.client, station.texts

            def answer(text: str) -> None:
                if text == "done":
                    heard.put_nowait(text)
                else:
                    client.send(f"{text}!")

            client._on_text = answer
            assert await heard.get() == "done"
            return client.counters.unsent

    assert soon(story()) == 0


def test_a_burst_keeps_no_timer_waiting() -> None:
    """Between two texts of one packet the event loop has its turn: a permit is renewed in time."""

    async def story() -> list[int]:
        burst = b"".join(b"\x81\x01x" for _ in range(500))
        seen: list[int] = []
        read = 0

        def count(_text: str) -> None:
            nonlocal read
            read += 1

        async with raw_backend(burst) as url, running(url, timings=Timings(close_s=0.05)) as station:
            station.client._on_text = count
            while read < 500:
                seen.append(read)
                await asyncio.sleep(0)
        return seen

    assert len(set(soon(story()))) > 100


def test_a_server_that_pings_without_end_and_never_reads_is_left() -> None:
    """The library answers each ping at once; what nobody fetches is not kept without end."""

    async def story() -> str:
        ping = b"\x89\x7d" + b"p" * 125
        async with raw_backend(ping * 80_000) as url, running(url, timings=Timings(close_s=0.05)) as station:
            return await station.reason()

    assert re.fullmatch(r"the connection to the server at \S+ was cut", soon(story()))


def test_a_peer_that_never_finishes_its_close_is_left() -> None:
    """After its close frame the server has close_s to close the socket, whatever the ping interval."""

    async def story() -> str:
        timings = Timings(close_s=0.05)
        close_frame = b"\x88\x02" + (1001).to_bytes(2, "big")
        async with raw_backend(close_frame) as url, running(url, timings=timings) as station:
            return await station.reason()

    assert soon(story()).endswith("closed the connection (code 1001)")


def test_a_server_that_does_not_answer_the_dial_is_left() -> None:
    """Open timeout: TCP is accepted, the upgrade is never answered."""

    async def story() -> str:
        async with raw_backend(b"", answer_handshake=False) as url, running(url, timings=HASTY) as station:
            return await station.reason()

    assert soon(story()).endswith("did not answer within 0.05 s")


def test_a_server_that_sends_no_websocket_frames_is_left() -> None:
    """Nonsense after a correct upgrade ends the connection by the protocol's own code."""

    async def story() -> str:
        timings = Timings(close_s=0.05)
        async with raw_backend(b"\xff\xff\xff") as url, running(url, timings=timings) as station:
            return await station.reason()

    assert soon(story()).endswith("broke the WebSocket protocol (code 1002)")


@pytest.mark.parametrize("closes", [True, False])
def test_a_message_over_the_bound_ends_the_connection_and_is_counted(closes: bool) -> None:
    """1009, a reason, a count, and a new connection; also where the server then never closes."""

    async def story(url: str) -> str:
        async with running(url, timings=Timings(close_s=0.05), max_message=1000) as station:
            reason = await station.reason()
            assert station.client.counters.oversized == 1
            return reason

    async def polite() -> str:
        async def shout(connection: ServerConnection) -> None:
            await connection.send("x" * 1001)
            await idle(connection)

        async with backend(shout) as url:
            return await story(url)

    async def rude() -> str:
        async with raw_backend(b"\x81\x7e" + (1001).to_bytes(2, "big") + b"x" * 1001) as url:
            return await story(url)

    assert soon(polite() if closes else rude()).endswith("sent a message over 1000 bytes")


# --- one clear sentence ---------------------------------------------------------------------------------


def first_reason(url: str, **options: Any) -> str:
    """Why a station could not connect there."""

    async def story() -> str:
        async with running(url, **options) as station:
            return await station.reason()

    return soon(story())


def test_a_refused_connection_is_told() -> None:
    """Nothing listens there."""
    with closed_port() as port:
        expected = f"the server at 127.0.0.1:{port} refused the connection: nothing listens there"
        assert first_reason(f"ws://127.0.0.1:{port}/x") == expected


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            # asyncio reports localhost's two refusals as one error without a number
            OSError(
                f"Multiple exceptions: [Errno {errno.ECONNREFUSED}] ('::1', 1), [Errno 9] ('127.0.0.1', 1)"
            ),
            "the server at host:443 refused the connection: nothing listens there",
        ),
        (OSError(errno.ENETUNREACH, "Connect call"), "no connection to host:443: Network is unreachable"),
        (OSError("odd"), "no connection to host:443: the network failed"),
        (ssl.SSLError(1, "[X] odd"), "TLS with host:443 failed: the line was cut"),
        (ConnectionResetError(), "TLS with host:443 failed: the server cut the line"),
    ],
)
def test_failures_of_the_network_are_told(error: OSError, sentence: str) -> None:
    """What cannot be had from a server on 127.0.0.1 has its sentence too."""
    assert explain_failure(error, parse_endpoint("wss://u:p@host", "a"), 1) == sentence


def test_a_name_that_does_not_resolve_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name stands in the sentence."""

    def fail(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    expected = "the name nowhere.example cannot be resolved: Name or service not known"
    assert first_reason("ws://nowhere.example") == expected


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (
            404,
            {},
            "has nothing at /ocpp for this station (HTTP 404): check the URL's path and the station's id",
        ),
        (403, {}, "refused this station's id or credentials (HTTP 403)"),
        (503, {}, "refused the connection (HTTP 503)"),
        (302, {"Location": "ws://[bad"}, "cannot be dialled (ValueError)"),
        (302, {"Location": "http://u:secret@h/"}, "sends the station to an address it may not follow"),
    ],
)
def test_an_http_refusal_is_told(status: int, headers: dict[str, str], words: str) -> None:
    """The status and what to check."""

    async def refuse(connection: ServerConnection, _request: Request) -> Response:
        response = connection.respond(status, "no\n")  # type: ignore[arg-type]
        response.headers.update(headers)
        return response

    async def story() -> str:
        async with backend(idle, process_request=refuse) as url, running(url) as station:
            return await station.reason()

    reason = soon(story())
    assert reason.endswith(words)
    assert "secret" not in reason


@pytest.mark.requirement("E-60")
@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (None, "does not speak ocpp1.6: it offered no subprotocol"),
        ("ocpp2.0.1", "does not speak ocpp1.6: it offered ocpp2.0.1"),
    ],
)
def test_a_refused_subprotocol_is_named(chosen: str | None, words: str) -> None:
    """A server that switches to WebSocket without ocpp1.6 is left at once, and what it chose is named."""

    async def story() -> str:
        def choose(_connection: ServerConnection, _offers: object) -> Subprotocol | None:
            return Subprotocol(chosen) if chosen else None

        async with backend(idle, select_subprotocol=choose) as url, running(url) as station:
            reason = await station.reason()
            assert station.client.counters.connects == 0
            return reason

    assert soon(story()).endswith(words)


def test_a_server_that_refuses_the_subprotocol_by_status_is_told() -> None:
    """Some servers answer HTTP 400 to a subprotocol they do not know."""

    async def story() -> str:
        async with backend(idle, subprotocols=[Subprotocol("ocpp2.0.1")]) as url, running(url) as station:
            return await station.reason()

    assert soon(story()).endswith("refused the connection (HTTP 400): it may not speak ocpp1.6")


def test_a_server_that_is_none_is_told() -> None:
    """What answers is not HTTP."""

    async def story() -> str:
        async def shout(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"SSH-2.0-x\r\n")
            writer.close()

        server = await asyncio.start_server(shout, "127.0.0.1", 0)
        async with server, running(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}") as station:
            return await station.reason()

    assert soon(story()).endswith("does not answer like a WebSocket server")


def test_a_handshake_with_a_wrong_key_is_told() -> None:
    """A server that did not understand the upgrade is no WebSocket server, whatever subprotocol it echoes."""

    async def spoil(_connection: ServerConnection, _request: Request, response: Response) -> None:
        del response.headers["Sec-WebSocket-Accept"]

    async def story() -> str:
        async with backend(idle, process_response=spoil) as url, running(url) as station:
            return await station.reason()

    assert soon(story()).endswith("does not answer like a WebSocket server")


# A throw-away key of this test: self-signed for 127.0.0.1, worth nothing anywhere else.
PEM = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgYSwxadychMhlKaj5
W0NWY145gk13S7hrOy2XbzKw5euhRANCAARwZdEIK8HWutHOJnYnP4WSjeh+cLru
zHZ/QF7YHAsBPBwQyR3/TTk/de3kt7qZPSZY5CxDsdGvrwoyYS3gL9Fp
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBajCCAQ+gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAkxMjcuMC4w
LjEwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CTEyNy4wLjAuMTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHBl0Qgrwda60c4m
dic/hZKN6H5wuu7Mdn9AXtgcCwE8HBDJHf9NOT917eS3upk9JljkLEOx0a+vCjJh
LeAv0WmjUDBOMA8GA1UdEwEB/wQFMAMBAf8wDwYDVR0RBAgwBocEfwAAATALBgNV
HQ8EBAMCAoQwHQYDVR0OBBYEFIuE/QohFoGBDfGZFvTEkkxn1A7mMAoGCCqGSM49
BAMCA0kAMEYCIQDYYkzVXMdKIuazrmQDyD49LBLqDPVKSbsN5wHvRB56PgIhAP70
fNp20e03K0DhgOn01SZjG01om+Nncmav4iClpura
-----END CERTIFICATE-----
"""


def test_tls_failures_are_told_and_a_trusted_server_is_spoken_to(tmp_path: Path) -> None:
    """An untrusted certificate and a server without TLS have each a sentence; with trust it connects."""
    pem = tmp_path / "server.pem"
    pem.write_text(PEM)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)

    async def story() -> None:
        async with backend(idle, "wss", ssl=server) as url:
            async with running(url) as station:
                reason = await station.reason()
                assert reason.startswith("the certificate of 127.0.0.1:")
                assert reason.endswith("is not trusted: self-signed certificate")
            async with running(url, tls=ssl.create_default_context(cafile=pem)) as station:
                assert isinstance(await station.states.get(), Connected)
        async with backend(idle, "wss") as url, running(url) as station:
            assert (await station.reason()).startswith("TLS with 127.0.0.1:")

    soon(story())


# --- URLs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "uri", "address"),
    [
        ("ws://host", "ws://host:80/A%201", "host:80"),
        ("wss://Host/", "wss://host:443/A%201", "host:443"),
        ("wss://u:p@host:9000/a/b//?k=v", "wss://host:9000/a/b/A%201?k=v", "host:9000"),
        ("ws://[2001:db8::1]:81/x%20y", "ws://[2001:db8::1]:81/x%20y/A%201", "[2001:db8::1]:81"),
    ],
)
def test_the_endpoint_of_a_url(url: str, uri: str, address: str) -> None:
    """The id is appended to the path, a query stays, credentials go."""
    endpoint = parse_endpoint(url, "A 1")
    assert (endpoint.uri, endpoint.address) == (uri, address)


@pytest.mark.parametrize(
    "url",
    [
        "", "host", "http://secret:secret@h", "secret:secret@h", "ws:///secret", "ws://secret@/x", "ws://h:secret",
        "ws://h:99999", "ws://h:0", "ws://h/#secret", "ws://h/#", "ws://h/a b", "ws://h/\n", "ws://[secret", "ws://ü",
        "ws://a..b", "ws://" + "a" * 64,
    ],
)  # fmt: skip
def test_a_bad_url_is_a_typed_error_without_the_url(url: str) -> None:
    """A sentence says what is wrong and repeats nothing of the URL."""
    with pytest.raises(UrlError) as error:
        OcppClient(url, "1", print, print, lambda: 0.0)
    assert str(error.value).endswith(".")
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("station_id", ["", ".", "..", "\ud800"])
def test_a_bad_id_is_a_typed_error(station_id: str) -> None:
    """An id that no URL can carry is refused at construction."""
    with pytest.raises(UrlError):
        parse_endpoint("ws://h", station_id)


@given(st.text(), st.text(min_size=1))
def test_any_url_is_an_endpoint_or_a_typed_error(url: str, station_id: str) -> None:
    """Construction raises UrlError and nothing else."""
    for text in (url, "ws://" + url):
        with suppress(UrlError):
            parse_endpoint(text, station_id)
