"""A backend that misbehaves on a real socket: it cuts anywhere, floods, shouts, and does not read."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from pilotline.drivers.ocpp_client import Connected, OcppClient, State, Timings
from pilotline.links.host import HostCore
from pilotline.links.ocpp.link import BackendDown, BackendSaid, BackendUp, SendText
from pilotline.simulator.backend import VirtualBackend
from pilotline.vocabulary.journal import Durable
from support.bench import Bench, running
from support.ocpp_line import ended, metered, started
from support.station_bench import EVNET

OCPP = Subprotocol("ocpp1.6")
Talk = Callable[[ServerConnection, VirtualBackend], Awaitable[None]]


def soon(work: Awaitable[None], within_s: float = 55) -> None:
    """Run a story; one that hangs fails."""

    async def bounded() -> None:
        await asyncio.wait_for(work, within_s)

    asyncio.run(bounded())


@asynccontextmanager
async def backend(talk: Talk) -> AsyncGenerator[str]:
    """A server whose books outlive its connections; ``talk`` is each one's conversation. Gives its URL."""
    central = VirtualBackend()

    async def serve_one(connection: ServerConnection) -> None:
        central.disconnect()
        with suppress(ConnectionClosed):
            await talk(connection, central)

    async with serve(serve_one, "127.0.0.1", 0, subprotocols=[OCPP], close_timeout=0.1) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ocpp"


async def converse(connection: ServerConnection, central: VirtualBackend, *, until: asyncio.Event) -> None:
    """Honest answers until the event, looked at after each text."""
    while not until.is_set():
        try:
            text = str(await asyncio.wait_for(connection.recv(), 0.05))
        except TimeoutError:
            continue
        for answer in central.receive(text, 0):
            await connection.send(answer)


def resident_mib(pid: int) -> float:
    """What a process has in memory."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


async def assert_it_charged_all_the_time(bench: Bench) -> None:
    """No status but Charging since the charge began, and current flows in the world."""
    view = await bench.wait(ocpp_status="Charging")
    assert bench.statuses[-1] == "Charging"
    assert view.connectors[0].faults == ()
    assert all((await bench.world())["contacts"])


# --- a cut at every byte ------------------------------------------------------------------------------------


class Cutter:
    """A WebSocket server that closes each connection after ``after`` bytes of its own, a close or a reset."""

    def __init__(self) -> None:
        self.after = 0
        self.said = 0
        self.central = VirtualBackend()
        self.ended = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        protocol = ServerProtocol(subprotocols=[OCPP])
        self.central.disconnect()
        self.said = 0
        with suppress(ConnectionError):
            while not self._cut(writer, protocol) and (data := await reader.read(4096)):
                protocol.receive_data(data)
                for event in protocol.events_received():
                    self._hear(protocol, event)
        writer.transport.abort() if self.said % 2 else writer.close()
        self.ended.set()

    def _hear(self, protocol: ServerProtocol, event: Any) -> None:
        if isinstance(event, Request):
            protocol.send_response(protocol.accept(event))
        elif isinstance(event, Frame) and event.opcode is Opcode.TEXT:
            for answer in self.central.receive(bytes(event.data).decode(), 0):
                protocol.send_text(answer.encode())

    def _cut(self, writer: asyncio.StreamWriter, protocol: ServerProtocol) -> bool:
        """Write what there is to write; True once no more may be."""
        for data in protocol.data_to_send():
            left = self.after - self.said
            writer.write(data[:left])
            self.said += min(len(data), left)
        return self.said >= self.after


class StationOnAWire:
    """A host core behind the real client, with facts to tell."""

    def __init__(self, url: str) -> None:
        ids = count(1)
        self.core = HostCore(EVNET, boot=1, serial="SN-1", firmware="1.0", new_id=lambda: f"m{next(ids)}")
        hasty = Timings(first_backoff_s=0.0, longest_backoff_s=0.0, close_s=0.2)
        self.client = OcppClient(url, "CUT", self._state, self._text, lambda: 0.0, timings=hasty)
        self.reasons: set[str] = set()
        self._heard = asyncio.Event()
        for entry, fact in enumerate((started(), metered(), ended()), 1):
            self._tell(Durable(entry, fact))

    def _state(self, state: State) -> None:
        if isinstance(state, Connected):
            self._tell(BackendUp())
        else:
            self.reasons.add(state.reason.partition(" at ")[0] + " … " + state.reason.rpartition(":")[2][5:])
            self._tell(BackendDown(state.reason))

    def _text(self, text: str) -> None:
        self._tell(BackendSaid(text))
        self._heard.set()

    async def news(self, *other: asyncio.Event) -> None:
        """Until a text has come, or one of these events."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self._heard, *other)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        self._heard.clear()

    def _tell(self, event: Any) -> None:
        for effect in self.core.handle(event, 1_000_000):
            if isinstance(effect, SendText):
                self.client.send(effect.text)


@pytest.mark.requirement("E-60", "R-53")
def test_a_line_cut_after_any_byte_is_dialled_again_and_loses_nothing() -> None:
    """Handshake and first frames, cut after their first byte, their second …, until all facts are told."""

    async def story() -> None:
        cutter = Cutter()
        server = await asyncio.start_server(cutter.serve, "127.0.0.1", 0)
        station = StationOnAWire(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        task = asyncio.create_task(station.client.run())
        while station.core.link.outbox.queued > 0:
            await station.news(cutter.ended)
            cutter.after += cutter.ended.is_set()
            cutter.ended.clear()
        assert cutter.after > 250
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await cutter.ended.wait()
        server.close()
        assert [*dict.fromkeys(_delivered(cutter.central))] == [
            "StartTransaction",
            "MeterValues",
            "StopTransaction",
        ]
        assert station.client.counters.connects > 100
        assert station.client.counters.failed_attempts > 100
        assert len(station.reasons) < 10

    soon(story())


def _delivered(central: VirtualBackend) -> list[str]:
    """The facts the backend has booked."""
    names = [type(booked.request).__name__ for booked in central.books]
    return [name for name in names if name in ("StartTransaction", "MeterValues", "StopTransaction")]


# --- real processes -----------------------------------------------------------------------------------------


@pytest.mark.requirement("M-49", "R-45")
def test_ten_thousand_calls_in_a_burst_open_no_relay(tmp_path: Path) -> None:
    """Each is answered once, memory stands still, and the permit is renewed all the while."""

    async def story() -> None:
        charging, answered = asyncio.Event(), asyncio.Event()
        answers: list[str] = []

        async def talk(connection: ServerConnection, central: VirtualBackend) -> None:
            await converse(connection, central, until=charging)
            sending = asyncio.create_task(_send_burst(connection))
            while len(answers) < 10_000:
                text = str(await connection.recv())
                if text.startswith("[2,"):
                    for answer in central.receive(text, 0):
                        await connection.send(answer)
                else:
                    answers.append(json.loads(text)[1])
            await sending
            answered.set()
            await converse(connection, central, until=asyncio.Event())

        async with backend(talk) as url, running(tmp_path, url) as bench:
            await bench.wait(connected=True)
            await bench.charge()
            host = (await bench.pids())["host"]
            before, seen = resident_mib(host), len(bench.statuses)
            charging.set()
            await answered.wait()
            assert sorted(answers) == sorted(f"b{number}" for number in range(10_000))
            assert len(bench.statuses) == seen
            await assert_it_charged_all_the_time(bench)
            assert (await bench.pids())["host"] == host
            assert resident_mib(host) - before < 10
            await bench.leave()
            await bench.wait(queued=0, connected=True)

    soon(story())


async def _send_burst(connection: ServerConnection) -> None:
    asks = (
        '"GetConfiguration",{"key":["HeartbeatInterval","NumberOfConnectors"]}',
        '"DataTransfer",{"vendorId":"somebody"}',
        '"TriggerMessage",{"requestedMessage":"Heartbeat"}',
        '"RemoteStopTransaction",{"transactionId":99999999999}',
        '"BrewCoffee",{}',
    )
    for number in range(10_000):
        await connection.send(f'[2,"b{number}",{asks[number % len(asks)]}]')


@pytest.mark.requirement("M-49")
def test_two_megabytes_in_one_text_end_the_line_and_not_the_charge(tmp_path: Path) -> None:
    """The bound is told in a sentence, the line is dialled again, and the session is told whole."""

    async def story() -> None:
        charging = asyncio.Event()
        lines = 0

        async def talk(connection: ServerConnection, central: VirtualBackend) -> None:
            nonlocal lines
            lines += 1
            await converse(connection, central, until=charging)
            if lines == 1:
                await connection.send("x" * 2_000_000)
            await converse(connection, central, until=asyncio.Event())

        async with backend(talk) as url, running(tmp_path, url) as bench:
            await bench.wait(connected=True)
            await bench.charge()
            charging.set()
            view = await bench.until(lambda view: "1048576" in (view.backend.problem or ""))
            assert "sent a message over 1048576 bytes" in (view.backend.problem or "")
            await bench.wait(connected=True)
            assert lines == 2
            await assert_it_charged_all_the_time(bench)
            await bench.leave()
            await bench.wait(queued=0)

    soon(story())


@pytest.mark.requirement("M-49")
def test_a_backend_that_asks_and_never_reads_is_left(tmp_path: Path) -> None:
    """Its calls are read no faster than their answers are taken; then the line is dialled again."""

    async def story() -> None:
        charging = asyncio.Event()
        lines = 0

        async def talk(connection: ServerConnection, central: VirtualBackend) -> None:
            nonlocal lines
            lines += 1
            await converse(connection, central, until=charging)
            if lines == 1:
                connection.transport.pause_reading()
                for number in count():
                    await connection.send(f'[2,"{number}","GetConfiguration",{{}}]')
            await converse(connection, central, until=asyncio.Event())

        async with backend(talk) as url, running(tmp_path, url) as bench:
            await bench.wait(connected=True)
            await bench.charge()
            host = (await bench.pids())["host"]
            before = resident_mib(host)
            charging.set()
            await bench.until(lambda view: "took no data for 10 s" in (view.backend.problem or ""))
            assert resident_mib(host) - before < 15
            await bench.wait(connected=True)
            await assert_it_charged_all_the_time(bench)
            await bench.leave()
            await bench.wait(queued=0)

    soon(story())
