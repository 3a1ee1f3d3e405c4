"""What a car's conversation costs: the charge loop over TCP, a session's memory and CPU, sessions a second.

The charger is `pilotline secc` with its virtual power stage, in a process of its own, on loopback. The car
is this script: it leads our EVCC to the charge loop, then asks as fast as it is answered, or every 220 ms as
the median of recorded cars does. Run: .venv/bin/python bench/v2g.py
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ocpp_station import cpu_s

from pilotline.drivers.v2g.connection import LineEvent, connect
from pilotline.drivers.v2g.discovery import find
from pilotline.drivers.v2g.interface import interface
from pilotline.runtime.clocks import CoreClock
from pilotline.simulator.dc_car import DcCarConfig
from pilotline.simulator.talking_car import TalkingCar
from pilotline.vocabulary.time import Tick
from pilotline.wire.v2g import din70121, iso15118_2
from pilotline.wire.v2g.evcc import words as car_words
from pilotline.wire.v2g.evcc.words import EvccConfig
from pilotline.wire.v2g.protocols import Protocol, read, warm

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support.talking_pair import TalkingPair

LOOPS = 2_000
PACED = 100
PERIOD_S = 0.22
"""The median of recorded cars."""
SESSIONS = 20
HEADER = 8
"""Bytes of V2GTP before each message."""
PEER = "the standard 25 ms; EVerest, recorded median 99 ms; EXIficient (codec alone) about 28 ms"
QUESTIONS = (din70121.CurrentDemandReq, iso15118_2.CurrentDemandReq)


@dataclass(frozen=True)
class Loop:
    """Answers' times in ms, and what the charger's process took for them."""

    taken_ms: list[float]
    cpu_s: float
    lasted_s: float
    rss_mib: float

    def told(self) -> str:
        """Median and p99."""
        p99 = statistics.quantiles(self.taken_ms, n=100)[98]
        return f"p50 {statistics.median(self.taken_ms):.2f} ms, p99 {p99:.2f} ms, {len(self.taken_ms)} times"


class Driver:
    """Our EVCC over TCP until the charge loop, then the same question again and again."""

    def __init__(self, protocol: Protocol) -> None:
        self._clock = CoreClock()
        config = EvccConfig(protocols=(protocol,), loop_us=50_000)
        self._car = TalkingCar(config, DcCarConfig(soc_percent=20, until_percent=100))
        self._protocol = protocol
        self._came: asyncio.Queue[bytes] = asyncio.Queue()
        self._question = b""

    async def measure(self, count: int, period_s: float, pid: int) -> Loop:
        where = interface("lo")
        warm((self._protocol,))
        found = await find(where, self._clock.now)
        assert found is not None, "nobody answered"
        line = await connect(where, found.address, found.port, self._hear)
        await self._reach_loop(line.send)
        taken: list[float] = []
        answer = b""
        cpu, begun = cpu_s(pid), time.perf_counter()
        for _ in range(count):
            sent = time.perf_counter()
            line.send(self._question)
            answer = await self._came.get()
            taken.append(1e3 * (time.perf_counter() - sent))
            if period_s:
                await asyncio.sleep(max(period_s - (time.perf_counter() - sent), 0))
        code = getattr(read(self._protocol, answer[HEADER:]).body, "response_code", None)
        assert code is not None
        assert code.value == "OK"
        lasted, used, memory = time.perf_counter() - begun, cpu_s(pid) - cpu, rss_mib(pid)
        line.hang_up()
        await line.wait_closed()
        return Loop(taken, used, lasted, memory)

    def _hear(self, event: LineEvent) -> None:
        if isinstance(event, bytes):
            self._came.put_nowait(event)

    async def _reach_loop(self, send: object) -> None:
        """The car's question in the charge loop is kept; it is not sent here, and so it is the first."""
        assert callable(send)
        event: car_words.Received | Tick = Tick()
        while not self._question:
            said = self._car.handle(event, self._clock.now())
            asks = any(isinstance(each, car_words.Said) and isinstance(each.body, QUESTIONS) for each in said)
            for each in said:
                if isinstance(each, car_words.Send):
                    if asks:
                        self._question = each.data
                    else:
                        send(each.data)
            if not self._question:
                event = await self._next()

    async def _next(self) -> car_words.Received | Tick:
        due = self._car.deadline()
        wait = 60.0 if due is None else max(due - self._clock.now(), 0) / 1e6
        try:
            return car_words.Received(await asyncio.wait_for(self._came.get(), wait))
        except TimeoutError:
            return Tick()


@contextmanager
def charger() -> Generator[int]:
    """`pilotline secc`, ready; its process id."""
    command = [sys.executable, "-m", "pilotline", "secc", "--interface", "lo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        pump = subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL)
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait()
            pump.wait()


def rss_mib(pid: int) -> float:
    """Resident, as the kernel counts it."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4 / 1024


def loops() -> Iterator[tuple[str, str]]:
    """Over TCP, one protocol after the other, and one as slowly as a car."""
    with charger() as pid:
        before = rss_mib(pid)
        for protocol in Protocol:
            flat_out = asyncio.run(Driver(protocol).measure(LOOPS, 0, pid))
            yield f"CurrentDemand over TCP, {protocol.title}", flat_out.told()
        paced = asyncio.run(Driver(Protocol.ISO2).measure(PACED, PERIOD_S, pid))
        yield "the same every 220 ms", paced.told()
        share = 100 * paced.cpu_s / paced.lasted_s
        yield "a charger's CPU in the charge loop", f"{share:.1f} % of a core, telling it included"
        yield "and its memory", f"{paced.rss_mib:.1f} MiB RSS, {before:.1f} before the first car"


def sessions() -> Iterator[tuple[str, str]]:
    """Both sides, battery and power stage in one thread, a whole session each."""
    for protocol in Protocol:
        spent: list[float] = []
        messages = 0
        for _ in range(SESSIONS):
            begun = time.process_time()
            pair = TalkingPair(EvccConfig(protocols=(protocol,))).play()
            spent.append(time.process_time() - begun)
            messages = len(pair.lines)
        median = statistics.median(spent)
        yield (
            f"sessions in simulated time, {protocol.title}",
            f"{1 / median:.0f} a second and core: {messages} messages of {1e6 * median / messages:.0f} µs",
        )


def rows() -> list[tuple[str, str, str, str]]:
    """What, how much, what we aim at, and a peer."""
    aims = {"CurrentDemand": "p99 < 5 ms", "the same": "p99 < 5 ms"}
    peers = {"CurrentDemand": PEER, "and its memory": "iso15118: 55 MiB Python and 154 to 381 MiB JVM"}

    def row(what: str, figure: str) -> tuple[str, str, str, str]:
        aim = next((aim for word, aim in aims.items() if what.startswith(word)), "no aim yet")
        peer = next((peer for word, peer in peers.items() if what.startswith(word)), "none measured")
        return what, figure, aim, peer

    return [row(*each) for each in (*loops(), *sessions())]


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter).parse_args()
    print("pilotline secc with its virtual power stage, on loopback")
    for what, figure, aim, peer in rows():
        print(f"{what:<48} {figure:<70} {aim:<12} {peer}")
