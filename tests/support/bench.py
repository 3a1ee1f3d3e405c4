"""A running station: launcher, board and host as real processes on a folder of its own."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from pilotline.links.host import HostView
from pilotline.models.reader import load_charger
from pilotline.panel.entry import OPEN, Entry
from pilotline.runtime.folder import DataFolder
from pilotline.runtime.launcher import Launcher, Settings
from pilotline.vocabulary.board import HOST_LOST_LIGHT

TAG = "04A1B2C3D4E5F6"
AT_ANY_HOUR = {"c_ChargeOffPeriod1": "disable,08:00,11:00", "c_ChargeOffPeriod2": "disable,16:00,22:00"}
"""A test in real time is not to depend on the hour at which it runs."""


class Bench:
    """What a story does to a station and sees of it. ``statuses`` are the statuses in order, each once."""

    def __init__(
        self,
        folder: Path,
        csms: str | None = None,
        model: str = "evnet-7kw-s",
        panel: socket.socket | None = None,
        watch: bool = False,
        entry: Entry = OPEN,
        panel_tls: socket.socket | None = None,
    ) -> None:
        self.folder = DataFolder(folder)
        self.notes: list[str] = []
        self.statuses: list[str | None] = []
        self._news = asyncio.Event()
        connectors = load_charger(model).connectors
        settings = Settings(
            model,
            "BENCH 1",
            csms,
            connectors=connectors,
            panel=panel,
            watch_invariants=watch,
            keys=AT_ANY_HOUR,
            entry=entry,
            panel_tls=panel_tls,
        )
        self.launcher = Launcher(settings, self.folder, self._see, self.notes.append)

    async def do(self, word: str, **args: Any) -> Any:
        """Any operation by its word."""
        return await self.launcher.ask(word, args)

    async def wait(self, **fields: Any) -> HostView:
        """Until the station's status is as named; 40 s at most."""
        await self.do("wait", **{"timeout_s": 40, **fields})
        assert self.launcher.status is not None
        return self.launcher.status

    async def until(self, what: Callable[[HostView], bool]) -> HostView:
        """The first status, from the present one on, of which ``what`` is true; within 40 s."""
        async with asyncio.timeout(40):
            while (view := self.launcher.status) is None or not what(view):
                self._news.clear()
                await self._news.wait()
        return view

    async def world(self) -> dict[str, Any]:
        """The truth behind the station."""
        view: dict[str, Any] = await self.do("world_view")
        return view

    async def opened(self) -> float:
        """Until no contact is closed in the world, 12 s at most; how long it took."""
        return await self._sees(lambda world: not any(world["contacts"]))

    async def unlocked(self) -> float:
        """Until the socket lets go of the plug, 12 s at most; how long it took."""
        return await self._sees(lambda world: world["lock"] == "open")

    async def misses_host(self) -> float:
        """Until the board shows by itself that its host is silent, 12 s at most; how long it took."""
        first = HOST_LOST_LIGHT.first
        return await self._sees(lambda world: world["light"][0] == first)

    async def _sees(self, what: Callable[[dict[str, Any]], bool]) -> float:
        clock = asyncio.get_running_loop().time
        begun = clock()
        async with asyncio.timeout(12):
            while not what(await self.world()):  # noqa: ASYNC110 - a world elsewhere tells nobody
                await asyncio.sleep(0.05)
        return clock() - begun

    async def charge(self) -> HostView:
        """A car, a card, and current: the station says so before the contacts have moved."""
        await self.do("plug_in")
        await self.wait(ocpp_status="Preparing")
        await self.do("present_tag", tag=TAG)
        view = await self.wait(ocpp_status="Charging")
        await self._sees(lambda world: all(world["contacts"]))
        return view

    async def leave(self) -> HostView:
        """The plug is pulled and the station is free again."""
        await self.do("unplug")
        return await self.wait(ocpp_status="Available")

    async def pids(self) -> dict[str, int]:
        found: dict[str, int] = await self.do("pids")
        return found

    def _see(self, view: HostView) -> None:
        self._news.set()
        status = view.connectors[0].ocpp_status
        if self.statuses[-1:] != [status]:
            self.statuses.append(status)


@asynccontextmanager
async def running(
    folder: Path,
    csms: str | None = None,
    model: str = "evnet-7kw-s",
    panel: socket.socket | None = None,
    watch: bool = False,
    **doors: Any,
) -> AsyncGenerator[Bench]:
    """A station that is Available, until the block ends, its page on ``panel``; its children end with it.

    ``watch``: its board judges its safety modules all the time. ``doors``: ``entry`` and ``panel_tls``.
    """
    bench = Bench(folder, csms, model, panel, watch, **doors)
    task = asyncio.create_task(bench.launcher.run())
    try:
        await bench.wait(ocpp_status="Available")
        yield bench
    finally:
        children = (await bench.pids()).values()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        os.close(bench.folder._lock)
        assert not [pid for pid in children if pid and is_alive(pid)], "a child outlived its launcher"


def is_alive(pid: int) -> bool:
    """Whether a process is there (one that ended and was not yet waited for is not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
