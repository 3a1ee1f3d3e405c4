"""The journal's figures: `.venv/bin/python bench/journal.py`, ninety seconds; nothing passes or fails.

Durable entries per second, one at a time and a hundred waiting; memory and start of a host with 100,000
entries waiting; from the pulled plug to StopTransaction on the wire. Real processes, loopback, a named disk.
"""

import asyncio
import json
import os
import platform
import queue
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from pilotline.drivers.store import Store
from pilotline.links.host import HostView
from pilotline.runtime.folder import DataFolder
from pilotline.runtime.launcher import Launcher, Settings
from pilotline.simulator.backend import VirtualBackend
from pilotline.vocabulary.journal import (
    Durable,
    Ended,
    Fact,
    Metered,
    MeterSample,
    Record,
    Started,
    StoreEvent,
)
from pilotline.vocabulary.status import ReadingContext, StopReason
from pilotline.vocabulary.time import Stamp

MODEL = "evnet-7kw-s"
WAITING = 100_000
PER_SESSION = 10
SPAN_S = 5.0


def facts(boot: int) -> Iterator[Fact]:
    """Sessions without end: a start, eight meter values, a stop."""
    number = 0
    while True:
        number += 1
        name, at = f"bench-{number}", number * 1_000_000
        yield Started(name, 1, "04A1B2C3D4E5F6", number, Stamp(boot, at))
        sample = MeterSample(Stamp(boot, at + 1), ReadingContext.PERIODIC, ())
        yield from (Metered(name, 1, sample) for _ in range(PER_SESSION - 2))
        yield Ended(name, 1, number, Stamp(boot, at + 2), StopReason.LOCAL)


def per_second(folder: Path, waiting: int) -> float:
    """Durable starts a second, with ``waiting`` of them under way at any time."""
    store = Store(folder / f"journal-{waiting}.db")
    answers: queue.SimpleQueue[StoreEvent] = queue.SimpleQueue()
    store.start(answers.put)
    begun, asked, durable = time.perf_counter(), 0, 0
    while (spent := time.perf_counter() - begun) < SPAN_S:
        while asked - durable < waiting:
            asked += 1
            store.submit(Record(asked, Started(f"s{asked}", 1, "04A1B2C3", 0, Stamp(1, asked))))
        durable += isinstance(answers.get(), Durable)
    store.close()
    return durable / spent


def fill(path: Path) -> None:
    """A journal with a hundred thousand entries that no backend has taken."""
    store = Store(path)
    answers: queue.SimpleQueue[StoreEvent] = queue.SimpleQueue()
    store.start(answers.put)
    source = facts(store.recollection.boot)
    for entry in range(1, WAITING + 1):
        store.submit(Record(entry, next(source)))
    store.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM entries").fetchone()[0] == WAITING


@asynccontextmanager
async def station(folder: Path, csms: str | None = None) -> AsyncGenerator[Launcher]:
    """A station of real processes, Available."""

    def ignore(_told: HostView | str) -> None:
        return None

    launcher = Launcher(Settings(MODEL, "BENCH", csms), DataFolder(folder), ignore, ignore)
    task = asyncio.create_task(launcher.run())
    try:
        await launcher.ask("wait", {"ocpp_status": "Available", "timeout_s": 60})
        yield launcher
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def start_and_memory(folder: Path) -> tuple[float, float]:
    """Seconds to Available, and PSS in MiB of the host five seconds later; no transaction is answered."""
    begun = time.perf_counter()
    deaf = ("StartTransaction", "StopTransaction", "MeterValues")
    async with backend(lambda action: action in deaf) as url, station(folder, url) as launcher:
        took = time.perf_counter() - begun
        await launcher.ask("wait", {"connected": True})
        await asyncio.sleep(5)
        pids: dict[str, int] = await launcher.ask("pids", {})
        return took, pss_mib(pids["host"])


def median_of_three(folder: Path) -> tuple[float, float]:
    """Of three starts on the same folder."""
    seconds: list[float] = []
    mib: list[float] = []
    for number in range(3):
        data = (
            folder
            if number == 2
            else Path(shutil.copytree(folder, folder.with_name(f"{folder.name}{number}")))
        )
        took, used = asyncio.run(start_and_memory(data))
        seconds.append(took)
        mib.append(used)
    return statistics.median(seconds), statistics.median(mib)


def pss_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


@asynccontextmanager
async def backend(said: Callable[[str], bool]) -> AsyncGenerator[str]:
    """The simulator's backend on loopback; ``said`` hears each action, and True leaves it unanswered."""

    async def talk(socket: ServerConnection) -> None:
        central = VirtualBackend()
        with suppress(ConnectionClosed):
            while True:
                text = str(await socket.recv())
                frame = json.loads(text)
                if frame[0] == 2 and said(frame[2]):
                    continue
                for answer in central.receive(text, 0):
                    await socket.send(answer)

    async with serve(talk, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")]) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


async def unplug_to_stop(folder: Path, runs: int) -> list[float]:
    """Seconds from the pulled plug to StopTransaction at the backend."""
    stopped: asyncio.Queue[float] = asyncio.Queue()

    def note(action: str) -> bool:
        if action == "StopTransaction":
            stopped.put_nowait(time.perf_counter())
        return False

    found: list[float] = []
    async with backend(note) as url, station(folder, url) as launcher:
        await launcher.ask("wait", {"connected": True})
        for _ in range(runs):
            await launcher.ask("plug_in", {})
            await launcher.ask("wait", {"ocpp_status": "Preparing"})
            await launcher.ask("present_tag", {"tag": "04A1B2C3"})
            await launcher.ask("wait", {"ocpp_status": "Charging"})
            await asyncio.sleep(2)
            begun = time.perf_counter()
            await launcher.ask("unplug", {})
            found.append(await asyncio.wait_for(stopped.get(), 20) - begun)
            await launcher.ask("wait", {"ocpp_status": "Available"})
    return found


def disk_of(path: Path) -> str:
    """The file system that holds a path, as the kernel names it."""
    device = path.stat().st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        if line.split()[2] == wanted:
            kind, source = line.partition(" - ")[2].split()[:2]
            return f"{kind} on {source}"
    return "an unknown file system"


def rows(folder: Path) -> list[tuple[str, str]]:
    """What was measured, for this table and for that of `bench/run.py`."""
    alone, many = per_second(folder, 1), per_second(folder, 100)
    for name in ("empty", "full"):
        (folder / name).mkdir()
    fill(folder / "full" / "journal.db")
    empty_s, empty_mib = median_of_three(folder / "empty")
    full_s, full_mib = median_of_three(folder / "full")
    stops = asyncio.run(unplug_to_stop(folder / "stops", 5))
    spread = f"{len(stops)} runs, {min(stops):.2f} to {max(stops):.2f}"
    return [
        ("durable journal entries per second", f"{alone:,.0f} one at a time, {many:,.0f} with 100 waiting"),
        (
            f"start to Available, {WAITING:,} entries waiting",
            f"{full_s:.2f} s (none: {empty_s:.2f} s)",
        ),
        (f"PSS of the host, {WAITING:,} waiting", f"{full_mib:.1f} MiB (none: {empty_mib:.1f} MiB)"),
        (
            "unplug to StopTransaction on the wire",
            f"{statistics.median(stops):.2f} s, {spread}",
        ),
    ]


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="pilotline-bench-") as name:
        folder = Path(name)
        print(f"{os.cpu_count()} CPUs, {platform.system()} {platform.release()}, {disk_of(folder)}", end=", ")
        print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {MODEL}", flush=True)
        for what, figure in rows(folder):
            print(f"{what:<48}  {figure}")


if __name__ == "__main__":
    main()
