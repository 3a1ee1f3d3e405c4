"""The benchmark table: what we measured, what we aim at, and a named peer beside it. Nothing passes or fails.

`make bench` takes about eight minutes and prints each figure at once; `--quick` of `bench/run.py` takes under
two: shorter spans, one of the day's three charges, neither journal nor page. It runs real processes on a
folder of its own, on loopback alone. The peers' figures are others' or were measured on another machine: they
say of what size a thing is.
"""

import argparse
import asyncio
import platform
import statistics
import tempfile
import time
import timeit
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import energy
import exi
import history
import journal
import local_list
import ocpp_codec
import ocpp_station
import page
import rtm_step
import smart_charging
import v2g
from ocpp_station import cpu_s
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from pilotline.links.host import HostView
from pilotline.models.reader import load_charger
from pilotline.runtime.folder import DataFolder
from pilotline.runtime.launcher import Launcher, Settings
from pilotline.simulator.backend import VirtualBackend
from pilotline.simulator.station import VirtualStation
from pilotline.simulator.story import Story, StoryRunner, load_story

MODEL = "evnet-7kw-s"
PEER_START = "EVerest, manager to ready in a container: 9.7 s"
PEER_MEMORY = "SAP simulator 485 MiB; ocpp package alone 31 MiB RSS, 21 PSS"
PEER_BOARD = "EVerest asks for 512 MB of RAM; it runs 17 processes"
PEER_CPU = "SAP simulator, 10 idle stations: 0.1 %"


@dataclass(frozen=True)
class Spans:
    """How long, in seconds, and how often."""

    starts: int
    work_s: float
    idle_s: float
    whole_day: bool


FULL = Spans(starts=3, work_s=120, idle_s=60, whole_day=True)
QUICK = Spans(starts=3, work_s=10, idle_s=10, whole_day=False)


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    figure: str
    aim: str
    peer: str


# --- real processes ---------------------------------------------------------------------------------


@asynccontextmanager
async def backend() -> AsyncGenerator[str]:
    """The simulator's backend behind a WebSocket on loopback; gives its URL."""

    async def talk(socket: ServerConnection) -> None:
        central = VirtualBackend()
        with suppress(ConnectionClosed):
            while True:
                for text in central.receive(str(await socket.recv()), 0):
                    await socket.send(text)

    async with serve(talk, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")]) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


@asynccontextmanager
async def station(folder: Path, csms: str) -> AsyncGenerator[Launcher]:
    """A station of real processes, Available; its children end with the block."""

    def ignore(_told: HostView | str) -> None:
        return None

    launcher = Launcher(Settings(MODEL, "BENCH", csms), DataFolder(folder), ignore, ignore)
    task = asyncio.create_task(launcher.run())
    try:
        await launcher.ask("wait", {"ocpp_status": "Available"})
        yield launcher
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def start_s(folder: Path, csms: str) -> float:
    """From the launcher's first step to a station that is Available."""
    begun = time.perf_counter()
    async with station(folder, csms):
        return time.perf_counter() - begun


async def processes(spans: Spans, folder: Path) -> list[Row]:
    """Start, memory and idle CPU."""
    async with backend() as csms:
        starts = [await start_s(folder / str(n), csms) for n in range(spans.starts)]
        async with station(folder / "work", csms) as launcher:
            pids: dict[str, int] = await launcher.ask("pids", {})
            await charge(launcher, spans.work_s)
            memory = {name: pss_mib(pid) for name, pid in pids.items()}
            before = {name: cpu_s(pid) for name, pid in pids.items()}
            await asyncio.sleep(spans.idle_s)
            idle = {name: (cpu_s(pid) - before[name]) / spans.idle_s * 100 for name, pid in pids.items()}
    both = f"{sum(idle.values()):.2f} % (host {idle['host']:.2f}, board {idle['board']:.2f})"
    return [
        Row("start to Available, median", f"{statistics.median(starts):.2f} s", "1.5 s", PEER_START),
        Row(f"PSS of the host, {spans.work_s:g} s in", f"{memory['host']:.1f} MiB", "70 MiB", PEER_MEMORY),
        Row(f"PSS of the board, {spans.work_s:g} s in", f"{memory['board']:.1f} MiB", "45 MiB", PEER_BOARD),
        Row(f"CPU of an idle station, {spans.idle_s:g} s", both, "1 % of a core", PEER_CPU),
    ]


async def charge(launcher: Launcher, span_s: float) -> None:
    """A session with meter values every five seconds, then a free place, and three seconds to settle."""
    await launcher.ask("config_set", {"key": "MeterValueSampleInterval", "value": 5})
    await launcher.ask("plug_in", {})
    await launcher.ask("wait", {"ocpp_status": "Preparing"})
    await launcher.ask("present_tag", {"tag": "04A1B2C3D4E5F6"})
    await launcher.ask("wait", {"ocpp_status": "Charging"})
    await asyncio.sleep(span_s)
    await launcher.ask("unplug", {})
    await launcher.ask("wait", {"ocpp_status": "Available"})
    await asyncio.sleep(3)


def pss_mib(pid: int) -> float:
    """Proportional set size: memory, with what is shared counted in shares."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


# --- cores ------------------------------------------------------------------------------------------


def step_us(make: Callable[[], Callable[[], None]]) -> float:
    """Median of seven, µs per step."""
    timer = timeit.Timer(make())
    return statistics.median(timer.repeat(rtm_step.ROUNDS, rtm_step.CALLS)) / rtm_step.CALLS * 1e6


def rtm() -> list[Row]:
    """One step of the safety module."""
    changed, equal = step_us(rtm_step.changed_samples), step_us(rtm_step.equal_samples)
    figure = f"{changed:.1f} µs ({equal:.1f} with an equal sample)"
    return [Row("RTM step, a sample that changes", figure, "50 µs", "none measured")]


def day(spans: Spans) -> list[Row]:
    """A simulated day with three charges, or in haste its first charge alone."""
    story = load_story("three_charges")
    if not spans.whole_day:
        story = Story("quick", [story.steps[0], *story.steps[2:9]])  # without the hours before and after
    virtual = VirtualStation(load_charger(MODEL))
    begun = time.process_time()
    StoryRunner(virtual).play(story)
    spent, hours = time.process_time() - begun, virtual.timeline.now / 3.6e9
    what = "simulated day, three charges" if spans.whole_day else f"simulated {hours:.1f} h, one charge"
    return [
        Row(what, f"{spent:.1f} s CPU, {hours * 3600 / spent:,.0f} × real time", "2 s (day)", "none has one")
    ]


def codec() -> list[Row]:
    """Encode and decode of a message, against the `ocpp` package with its validation, in this run."""
    rows: list[Row] = []
    for name in ("StartTransaction", "MeterValues"):
        text = ocpp_codec.encode_ours(name)
        ours = _us(lambda name=name: ocpp_codec.encode_ours(name))
        ours += _us(lambda text=text: ocpp_codec.decode_ours(text))
        peer = _us(lambda name=name: ocpp_codec.encode_theirs(name))
        peer += _us(lambda text=text: ocpp_codec.decode_theirs(text))
        figure = f"{ours:.1f} µs, {peer / ours:.0f} × as fast"
        peers = f"ocpp {version('ocpp')}, in this run: {peer:.0f} µs"
        rows.append(Row(f"OCPP {name}, encode + decode", figure, "50 ×", peers))
    return rows


def station_of_ocpp(spans: Spans, folder: Path) -> list[Row]:
    """What `bench/ocpp_station.py` measures: one MeterValues, and calls per second."""
    span_s = 10 if spans.whole_day else 3
    one = ocpp_station.meter_values_us(1_500 if spans.whole_day else 500)
    ours = asyncio.run(ocpp_station.calls_of_ours(lambda csms: station(folder, csms), span_s))
    peer = asyncio.run(ocpp_station.calls_of_the_peer(span_s))
    figure = (
        f"{ours.per_s:,.0f}, {ours.per_s / peer:.1f} × as many ({ours.station_us:.0f} µs CPU the station's)"
    )
    theirs = f"ocpp {version('ocpp')}, messages alone, in this run: {peer:,.0f}"
    return [
        Row(
            "MeterValues, reading to text, journal in memory",
            f"{one:.0f} µs CPU",
            "no aim yet",
            "none has one",
        ),
        Row("calls per second, backend and host on one core", figure, "no aim yet", theirs),
    ]


def _us(work: Callable[[], Any]) -> float:
    return ocpp_codec.time_us(work)


def books(folder: Path) -> list[Row]:
    """What `bench/journal.py` measures."""
    return [Row(what, figure, "no aim yet", "none measured") for what, figure in journal.rows(folder)]


def energy_rows(folder: Path) -> list[Row]:
    """What `bench/energy.py` measures."""
    folder.mkdir()
    return [Row(what, figure, "no aim yet", "none measured") for what, figure in energy.rows(folder)]


def history_rows(folder: Path) -> list[Row]:
    """What `bench/history.py` measures."""
    folder.mkdir()
    aims = ("200 ms", "no aim yet", "1 s")
    return [
        Row(what, figure, aim, "none measured")
        for (what, figure), aim in zip(history.rows(folder), aims, strict=True)
    ]


def list_rows(folder: Path) -> list[Row]:
    """What `bench/local_list.py` measures."""
    folder.mkdir()
    return [Row(what, figure, "no aim yet", "none measured") for what, figure in local_list.rows(folder)]


def profile_rows() -> list[Row]:
    """What `bench/smart_charging.py` measures."""
    aims = ("5 ms", "5 ms", "no aim yet")
    return [Row(*row, aim, "none measured") for row, aim in zip(smart_charging.rows(), aims, strict=True)]


def exi_rows() -> list[Row]:
    """What `bench/exi.py` measures."""
    return [
        Row(what, figure, "60 µs" if "CurrentDemand" in what else "no aim yet", peers)
        for what, figure, peers in exi.rows()
    ]


def v2g_rows() -> list[Row]:
    """What `bench/v2g.py` measures."""
    return [Row(*each) for each in v2g.rows()]


def page_rows() -> list[Row]:
    """What `bench/page.py` measures, where there is a browser."""
    aims = {"first load": "60 kB with chart", "PSS": "70 MiB"}
    found = page.rows() if page.CHROMIUM else [("the page", "no chromium is installed")]

    def aim(what: str) -> str:
        return next((aim for word, aim in aims.items() if word in what), "no aim yet")

    return [Row(what, figure, aim(what), "none has one") for what, figure in found]


# --- the table --------------------------------------------------------------------------------------


def cpu_model() -> str:
    """The processor as the kernel names it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} × {names[0]}" if names else platform.machine()


WIDTHS = (46, 56, 16)


def show(row: Row) -> None:
    """Plain text, for a terminal or a file."""
    cells = zip((row.what, row.figure, row.aim), WIDTHS, strict=True)
    print("  ".join(f"{cell:<{width}}" for cell, width in cells), row.peer, sep="  ", flush=True)


def measured(spans: Spans, folder: Path) -> Iterator[Row]:
    """Everything, the quick things first."""
    yield from codec()
    yield from station_of_ocpp(spans, folder / "ocpp")
    yield from rtm()
    yield from profile_rows()
    yield from exi_rows()
    yield from v2g_rows()
    yield from energy_rows(folder / "energy")
    yield from history_rows(folder / "history")
    yield from list_rows(folder / "list")
    yield from day(spans)
    yield from asyncio.run(processes(spans, folder))
    if spans.whole_day:
        yield from books(folder)
        yield from page_rows()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="shorter spans: under two minutes")
    spans = QUICK if parser.parse_args().quick else FULL
    parts = ("pilotline", "msgspec", "websockets", "pymodbus", "ocpp")
    print(f"{cpu_model()}, {platform.system()} {platform.release()}, Python {platform.python_version()}")
    print(", ".join(f"{part} {version(part)}" for part in parts), end="\n\n", flush=True)
    show(Row("what", "measured", "our aim", "a peer"))
    with tempfile.TemporaryDirectory(prefix="pilotline-bench-") as folder:
        for row in measured(spans, Path(folder)):
            show(row)


if __name__ == "__main__":
    main()
