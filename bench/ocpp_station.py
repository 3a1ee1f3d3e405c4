"""What OCPP costs a station: CPU per MeterValues, and calls per second with a minimal backend on one core.

MeterValues: a virtual station charges in simulated time, without and with a sample every second. The
difference of what its host and its journal spend, the backend's share taken out, is what one costs from the
meter's reading over the record to the text for the socket. Calls: a backend asks GetConfiguration for one key
over a real WebSocket, one call at a time, both processes held on one core; beside it a station of the `ocpp`
package with its schema validation, which answers the same and does nothing else, in this process.
Run: .venv/bin/python bench/ocpp_station.py
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from pilotline.links.host import HostEvent
from pilotline.models.reader import load_charger
from pilotline.simulator.actions import PlugIn
from pilotline.simulator.backend import VirtualBackend
from pilotline.simulator.station import VirtualStation
from pilotline.station.events import PresentTag
from pilotline.vocabulary.time import SECOND
from pilotline.wire.ocpp import v16

OCPP = Subprotocol("ocpp1.6")
TICKS = os.sysconf("SC_CLK_TCK")
KEY = "HeartbeatInterval"


# --- MeterValues --------------------------------------------------------------------------------------


class TimedBackend(VirtualBackend):
    """Counts the CPU it takes itself."""

    spent_s = 0.0

    def receive(self, text: str, now: int) -> Sequence[str]:
        begun = time.process_time()
        answers = super().receive(text, now)
        self.spent_s += time.process_time() - begun
        return answers


class TimedStation(VirtualStation):
    """Counts the CPU of its host, with the journal and the backend it hands over to."""

    spent_s = 0.0

    def _tell_host(self, event: HostEvent, now: int) -> None:
        begun = time.process_time()
        super()._tell_host(event, now)
        self.spent_s += time.process_time() - begun


def charge(interval_s: int, span_s: int) -> tuple[float, int]:
    """CPU seconds of the host in a span of charging, and how many MeterValues the backend took in it."""
    stored = {"MeterValueSampleInterval": interval_s}
    station = TimedStation(load_charger("evnet-7kw-s"), stored=stored)
    backend = station.backend = TimedBackend()
    station.run(3 * SECOND)
    station.do(PlugIn(32_000))
    station.run(SECOND)
    station.tell(PresentTag("04A1B2C3D4E5F6"))
    station.run(20 * SECOND)
    spent, told = station.spent_s - backend.spent_s, len(backend.books)
    station.run(span_s * SECOND)
    values = [booked for booked in backend.books[told:] if isinstance(booked.request, v16.MeterValues)]
    return station.spent_s - backend.spent_s - spent, len(values)


def meter_values_us(span_s: int = 1_500) -> float:
    """CPU µs of one MeterValues with the seven values of the EVNET's factory setting; best of three."""
    return min(_meter_values_us(span_s) for _ in range(3))


def _meter_values_us(span_s: int) -> float:
    without, _ = charge(0, span_s)
    with_them, count = charge(1, span_s)
    return (with_them - without) / count * 1e6


# --- calls --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Calls:
    """How many a second on one core, and what one costs the station (CPU µs)."""

    per_s: float
    station_us: float


Start = Callable[[str], AbstractAsyncContextManager[Any]]
"""Starts a station that dials this URL; gives its launcher."""


class Asker:
    """A minimal backend: it accepts the station, then asks as fast as it is answered."""

    def __init__(self) -> None:
        self.registered = asyncio.Event()
        self._connection: ServerConnection | None = None
        self._answers: asyncio.Queue[str] = asyncio.Queue()
        self._central = VirtualBackend()

    async def talk(self, connection: ServerConnection) -> None:
        self._connection = connection
        with suppress(ConnectionClosed):
            while True:
                text = str(await connection.recv())
                if text.startswith("[3,"):
                    self._answers.put_nowait(text)
                for answer in self._central.receive(text, 0) if text.startswith("[2,") else ():
                    await connection.send(answer)
                    self.registered.set()

    async def ask(self, span_s: float) -> int:
        """How many calls were answered in the span."""
        assert self._connection is not None
        until, count = time.perf_counter() + span_s, 0
        while time.perf_counter() < until:
            await self._connection.send(f'[2,"{count}","GetConfiguration",{{"key":["{KEY}"]}}]')
            answer = json.loads(await self._answers.get())
            assert answer[1] == str(count)
            assert answer[2]["configurationKey"][0]["key"] == KEY
            count += 1
        return count


@asynccontextmanager
async def asking() -> AsyncGenerator[tuple[Asker, str]]:
    """The backend and its URL."""
    asker = Asker()
    async with serve(asker.talk, "127.0.0.1", 0, subprotocols=[OCPP], compression=None) as server:
        yield asker, f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ocpp"


async def calls_of_ours(start: Start, span_s: float) -> Calls:
    """A station's host and this process on one core; the station's board, its page and all else elsewhere."""
    async with asking() as (asker, url), start(url) as launcher:
        await asker.registered.wait()
        host = (await launcher.ask("pids", {}))["host"]
        cores = os.sched_getaffinity(0)
        try:
            for pid in (0, host):
                os.sched_setaffinity(pid, {min(cores)})
            await asker.ask(0.5)
            before = cpu_s(host)
            count = await asker.ask(span_s)
            spent = cpu_s(host) - before
        finally:
            os.sched_setaffinity(0, cores)
    return Calls(count / span_s, spent / count * 1e6)


def cpu_s(pid: int) -> float:
    """User and system time so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class PeersStation(ChargePoint):
    """A station of the `ocpp` package that knows one key."""

    @on("GetConfiguration")
    def configuration(self, **_: Any) -> call_result.GetConfiguration:
        return call_result.GetConfiguration([{"key": KEY, "readonly": False, "value": "60"}], [])


async def calls_of_the_peer(span_s: float) -> float:
    """Calls per second with that station, both ends in this process, which is one core."""
    async with (
        asking() as (asker, url),
        connect(f"{url}/PEER", subprotocols=[OCPP], compression=None) as socket,
    ):
        task = asyncio.create_task(PeersStation("PEER", socket).start())
        await socket.send('[2,"1","Heartbeat",{}]')
        await asker.registered.wait()
        await asker.ask(0.5)
        count = await asker.ask(span_s)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return count / span_s


def main() -> None:
    """Measure what needs no other process, and print."""
    print(f"MeterValues, reading to socket text: {meter_values_us():.0f} µs CPU")
    print(f"calls per second of the `ocpp` package's station: {asyncio.run(calls_of_the_peer(3)):,.0f}")


if __name__ == "__main__":
    main()
