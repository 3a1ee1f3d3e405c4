"""The launcher: starts board and host as processes, keeps them running, and serves what acts on both.

It survives both. ``host_crash`` kills the host alone, ``power_cycle`` kills both; the world's plug and
register outlive either. It looks into no core and decides nothing about charging.
"""

import asyncio
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from pilotline.links.host import HostView
from pilotline.links.operations import OPERATIONS, OperationError
from pilotline.links.waiting import Condition
from pilotline.runtime import board_process, host_process
from pilotline.runtime.control import LONGEST_LINE, ControlClient
from pilotline.runtime.folder import DataFolder
from pilotline.runtime.process import RESTART_ME
from pilotline.simulator.actions import ACTIONS

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
"""Between the unexpected end of a child and its next start, doubled each time it ends young."""
OLD_S = 60.0
"""A child that has run this long has earned the first pause again."""
HOST_WORDS = frozenset(OPERATIONS) | {"status", "config_get", "config_set", "network"}
BOARD_WORDS = frozenset(ACTIONS) | {"world"}


@dataclass(frozen=True)
class Settings:
    """What a station is started with."""

    model: str
    station_id: str
    csms: str | None = None
    serial: str = "SIM-0001"


class Child:
    """One child process, started again whenever it ends, until told to stay down."""

    def __init__(
        self, module: str, options: Callable[[], bytes], log: str, on_event: Callable[[str, Any], None]
    ) -> None:
        self._module = module
        self._options = options
        self._log = log
        self._on_event = on_event
        self._process: asyncio.subprocess.Process | None = None
        self._client: ControlClient | None = None
        self._pause = FIRST_PAUSE_S
        self.ends: list[int] = []

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def keep_running(self) -> None:
        """Start, listen until it ends, pause, start again; for ever."""
        loop = asyncio.get_running_loop()
        while True:
            born = loop.time()
            code = await self._run_once()
            self.ends.append(code)
            self._pause = (
                FIRST_PAUSE_S if loop.time() - born > OLD_S else min(self._pause * 2, LONGEST_PAUSE_S)
            )
            if code != RESTART_ME and code >= 0:
                await asyncio.sleep(self._pause)

    def kill(self) -> None:
        """As a power cut would: no last words."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def ask(self, op: str, args: Mapping[str, Any]) -> Any:
        if self._client is None:
            raise OperationError("That part of the station is not running at the moment.")
        return await self._client.ask(op, args)

    async def _run_once(self) -> int:
        with open(self._log, "ab") as log:  # noqa: ASYNC230, PTH123 - a local file, once per start
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._module,
                self._options().decode(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                limit=LONGEST_LINE,
            )
        self._process = process
        assert process.stdout is not None
        assert process.stdin is not None
        self._client = ControlClient(process.stdout, process.stdin, self._on_event)
        try:
            await self._client.listen()
            return await process.wait()
        finally:
            self._client = None
            self.kill()


class Launcher:
    """``run`` starts the station; ``ask`` acts on it; ``on_status`` and ``on_note`` are told what happens."""

    def __init__(
        self,
        settings: Settings,
        folder: DataFolder,
        on_status: Callable[[HostView], None],
        on_note: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._on_status = on_status
        self._on_note = on_note
        self._watchers: list[tuple[Condition, asyncio.Event]] = []
        self.status: HostView | None = None
        self.board = Child(board_process.__name__, self._board_options, str(folder.log("board")), self._event)
        self.host = Child(host_process.__name__, self._host_options, str(folder.log("host")), self._event)

    async def run(self) -> None:
        """Keep both children running until cancelled; both end with it."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.board.keep_running())
                group.create_task(self.host.keep_running())
        finally:
            self.board.kill()
            self.host.kill()

    async def ask(self, op: str, args: Mapping[str, Any]) -> Any:
        """Any operation by its word. Raises OperationError with a sentence."""
        if op in HOST_WORDS:
            return await self.host.ask(op, args)
        if op in BOARD_WORDS:
            return await self.board.ask(op, args)
        match op:
            case "host_crash":
                self.host.kill()
            case "power_cycle":
                self.board.kill()
                self.host.kill()
            case "pids":
                return {"board": self.board.pid, "host": self.host.pid}
            case "wait":
                return await self._wait(Condition.read(args))
            case _:
                raise OperationError(f"There is no operation {op}.")
        return None

    async def _wait(self, condition: Condition) -> None:
        """Until a status meets the condition; OperationError when it takes too long."""
        if self.status is not None and condition.holds(self.status):
            return
        watcher = (condition, asyncio.Event())
        self._watchers.append(watcher)
        try:
            async with asyncio.timeout(condition.timeout_s):
                await watcher[1].wait()
        except TimeoutError:
            raise OperationError(condition.missed(self.status)) from None
        finally:
            self._watchers.remove(watcher)

    def _event(self, event: str, value: Any) -> None:
        if event != "status":
            self._on_note(f"{event}: {value}")
            return
        self.status = msgspec.convert(value, HostView, strict=False)
        for condition, met in self._watchers:
            if condition.holds(self.status):
                met.set()
        self._on_status(self.status)

    def _board_options(self) -> bytes:
        folder, settings = self._folder, self._settings
        return msgspec.json.encode(
            board_process.Options(
                settings.model,
                settings.serial,
                str(folder.board_link),
                str(folder.meter_port),
                str(folder.world_memory),
            )
        )

    def _host_options(self) -> bytes:
        folder, settings = self._folder, self._settings
        return msgspec.json.encode(
            host_process.Options(
                settings.model,
                settings.station_id,
                settings.serial,
                folder.count_boot(),
                str(folder.board_link),
                str(folder.meter_port),
                settings.csms,
            )
        )
