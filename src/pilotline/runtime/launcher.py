"""The launcher: starts board and host as processes, keeps them running, and serves what acts on both.

It survives both. ``host_crash`` kills the host alone, ``power_cycle`` and ``reset_button`` kill both; the
world's plug and register outlive either. It alone knows why a host starts, and tells it (E-40). It looks into
no core and decides nothing about charging.
"""

import asyncio
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec

from pilotline.links.host import HostView
from pilotline.links.operations import OPERATIONS, NoAnswerError, OperationError
from pilotline.links.waiting import Condition
from pilotline.panel.entry import CLOSED, Entry
from pilotline.runtime import board_process, host_process
from pilotline.runtime.board_place import Ends
from pilotline.runtime.control import LONGEST_LINE, ControlClient, Handler, knows_nothing
from pilotline.runtime.folder import DataFolder
from pilotline.runtime.process import RESET_ME, RESTART_ME
from pilotline.runtime.reset_reason import Platform, Runs, WhyStarted
from pilotline.runtime.virtual_backend import serve_backend
from pilotline.runtime.watch import BrokenInvariant
from pilotline.runtime.words import WORDS, arguments, served_by
from pilotline.simulator.actions import ACTIONS
from pilotline.simulator.bench import BENCH
from pilotline.simulator.v2g_car import Digital
from pilotline.vocabulary.status import ResetReason, StopReason

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
"""Between the unexpected end of a child and its next start, doubled each time it ends young."""
GRACE_S = 3.0
"""A child whose line was closed has this long to end by itself."""
OLD_S = 60.0
"""A child that has run this long has earned the first pause again."""
START_S = 10.0
"""What is asked before a child has started for the first time waits for it, this long at most."""
ASK_EVERY_S, SILENCES = 20.0, 3
"""How often the host is asked whether it is there, and how many silences in a row say that it hangs."""
STRIKES_BOTH = {"power_cycle": ResetReason.POWERON, "reset_button": ResetReason.EXT}
"""The words that end board and host, and what the host is then told of its start."""
ASKED = (RESTART_ME, RESET_ME)
"""How a child ends that wants to be started again: without a pause."""
HOST_WORDS = frozenset(OPERATIONS) | served_by("host")
BOARD_WORDS = frozenset(ACTIONS) | frozenset(BENCH) | served_by("board")
OWN_WORDS = served_by("launcher") | {"wait"}
_ELSEWHERE = served_by("lapse") | served_by("panel")
_LINUX = Platform()


@dataclass(frozen=True)
class Settings:
    """What a station is started with."""

    model: str
    station_id: str
    csms: str | None = None
    serial: str = "SIM-0001"
    connectors: int = 1
    call_timeout_s: float = 30.0
    panel: socket.socket | None = None
    """Where the page is served: the host inherits it."""
    backend: socket.socket | None = None
    """Where a simulated backend is to listen, beside the station."""
    watch_invariants: bool = False
    """The board judges its safety modules all the time; what is broken is a note."""
    keys: Mapping[str, str] = field(default_factory=dict[str, str])
    """Configuration keys for this run, over what is stored."""
    entry: Entry = CLOSED
    """How the page may be entered."""
    panel_tls: socket.socket | None = None
    """Where the page is served to other machines: the host inherits it too."""
    car_speaks: Digital = Digital.OFF
    """What the simulated cars speak, to begin with."""


class Child:
    """One child process, started again whenever it ends, until told to stay down."""

    def __init__(
        self,
        module: str,
        options: Callable[[], bytes],
        log: str,
        on_event: Callable[[str, Any], None],
        handle: Handler = knows_nothing,
        files: Sequence[int] = (),
    ) -> None:
        """``files`` are the descriptors it inherits; what it asks is served by ``handle``."""
        self._module = module
        self._handle = handle
        self._files = files
        self._options = options
        self._log = log
        self._on_event = on_event
        self._process: asyncio.subprocess.Process | None = None
        self._client: ControlClient | None = None
        self._pause = FIRST_PAUSE_S
        self._killed = False
        self._has_started = asyncio.Event()
        self.ends: list[int] = []

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def listens(self) -> bool:
        """Whether its line is open."""
        return self._client is not None

    async def keep_running(self) -> None:
        """Start, listen until it ends, pause, start again; for ever."""
        loop = asyncio.get_running_loop()
        while True:
            born = loop.time()
            code = await self._run_once()
            self.ends.append(code)
            self._on_event("ended", code)
            if loop.time() - born > OLD_S:
                self._pause = FIRST_PAUSE_S
            if code not in ASKED and not self._killed:
                await asyncio.sleep(self._pause)
                self._pause = min(self._pause * 2, LONGEST_PAUSE_S)

    def kill(self) -> None:
        """As a power cut would: no last words."""
        if self._process is not None and self._process.returncode is None:
            self._killed = True
            self._process.kill()

    async def ask(self, op: str, args: Mapping[str, Any]) -> Any:
        if not self._has_started.is_set():
            await self._first_start()
        if self._client is None:
            raise NoAnswerError("That part of the station is not running at the moment.")
        return await self._client.ask(op, args)

    async def _first_start(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(START_S):
                await self._has_started.wait()

    async def _run_once(self) -> int:
        with open(self._log, "ab") as log:  # noqa: ASYNC230, PTH123 - a local file, once per start
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "pilotline.runtime.child",
                self._module,
                self._options().decode(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                limit=LONGEST_LINE,
                pass_fds=self._files,
            )
        self._process, self._killed = process, False
        assert process.stdout is not None
        assert process.stdin is not None
        self._client = ControlClient(process.stdout, process.stdin, self._on_event, self._handle)
        self._has_started.set()
        try:
            await self._client.listen()
            return await process.wait()
        finally:
            self._client = None
            await self._end(process, process.stdin)

    async def _end(self, process: asyncio.subprocess.Process, line: asyncio.StreamWriter) -> None:
        """The end of its line tells a child to end; what does not is killed."""
        line.close()
        try:
            async with asyncio.timeout(GRACE_S):
                await process.wait()
        except TimeoutError:
            self.kill()
            await process.wait()


class Launcher:
    """``run`` starts the station; ``ask`` acts on it; ``on_status`` and ``on_note`` are told what happens."""

    def __init__(
        self,
        settings: Settings,
        folder: DataFolder,
        on_status: Callable[[HostView], None],
        on_note: Callable[[str], None],
        platform: Platform = _LINUX,
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._connectors = range(1, settings.connectors + 1)
        self._on_status = on_status
        self._on_note = on_note
        self._watchers: list[tuple[Condition, asyncio.Future[None]]] = []
        self._ended_by = StopReason.POWER_LOSS
        self._runs = Runs(folder.last_run, platform)
        self._why = WhyStarted(ResetReason.UNKNOWN)
        self.stopped = asyncio.Event()
        self.status: HostView | None = None
        self.board = self._child("board", board_process.__name__, self._board_options)
        self.host = self._child("host", host_process.__name__, self._host_options)

    async def run(self) -> None:
        """Keep both children running until cancelled; both end with it."""
        self._folder.remove_ports()
        self._why = WhyStarted(self._runs.begin())
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.board.keep_running())
                group.create_task(self.host.keep_running())
                group.create_task(self._watch_host())
                if self._settings.backend is not None:
                    group.create_task(serve_backend(self._settings.backend))
        except asyncio.CancelledError:
            self._runs.end()
            raise
        finally:
            self.board.kill()
            self.host.kill()

    async def ask(self, op: str, args: Mapping[str, Any]) -> Any:
        """Any operation by its word. Raises OperationError with a sentence."""
        if op in WORDS and op not in _ELSEWHERE:
            arguments(op, args)
        if op == "status":
            return {**await self.host.ask(op, args), "pids": self.pids}
        if op in HOST_WORDS:
            return await self.host.ask(op, args)
        if op in BOARD_WORDS:
            return await self.board.ask(op, args)
        match op:
            case "host_crash" | "power_cycle" | "reset_button":
                self._strike(op)
            case "pids":
                return self.pids
            case "stop":
                self.stopped.set()
            case "wait":
                return await self._wait(Condition.read(args))
            case _:
                known = ", ".join(sorted(HOST_WORDS | BOARD_WORDS | OWN_WORDS))
                raise OperationError(f"There is no operation {op}; there are {known}.")
        return None

    def _kill_host(self) -> None:
        """What it said last is no longer so, from now on and not only when its end is noticed."""
        self.host.kill()
        self.status = None

    def _strike(self, op: str) -> None:
        """End the host, or both, without last words."""
        if op == "power_cycle":
            self._ended_by = StopReason.POWER_LOSS
        if op in STRIKES_BOTH:
            self._why.because(STRIKES_BOTH[op])
            self.board.kill()
        self._kill_host()

    async def _watch_host(self) -> None:
        """A host that is silent to three questions in a row hangs: it is ended, as by its tasks' watchdog."""
        silences = 0
        while True:
            await asyncio.sleep(ASK_EVERY_S)
            silences = 0 if await self._host_answers() else silences + 1
            if silences == SILENCES:
                self._on_note("The host does not answer any more and is ended.")
                self._why.because(ResetReason.TASK_WDT)
                self._kill_host()
                silences = 0

    async def _host_answers(self) -> bool:
        """One that is being started again need not."""
        pid = self.host.pid
        try:
            await self.host.ask("config_get", {"keys": ["NumberOfConnectors"]})
        except NoAnswerError:
            return not self.host.listens or self.host.pid != pid
        except OperationError:
            return True  # a refusal is an answer
        return True

    @property
    def pids(self) -> dict[str, int | None]:
        return {"board": self.board.pid, "host": self.host.pid}

    async def _wait(self, condition: Condition) -> None:
        """Until a status meets the condition; OperationError when it takes too long."""
        watcher = (condition, asyncio.get_running_loop().create_future())
        self._watchers.append(watcher)
        self._look()
        try:
            async with asyncio.timeout(condition.timeout_s):
                await watcher[1]
        except TimeoutError:
            raise OperationError(condition.missed(self.status)) from None
        finally:
            self._watchers.remove(watcher)

    def _look(self) -> None:
        """Tell those who wait whether their condition holds, or can never hold."""
        if self.status is None:
            return
        for condition, met in self._watchers:
            try:
                if not met.done() and condition.holds(self.status):
                    met.set_result(None)
            except OperationError as error:
                met.set_exception(error)

    def _child(self, name: str, module: str, options: Callable[[], bytes]) -> Child:
        panels = (self._settings.panel, self._settings.panel_tls) if name == "host" else ()
        files = [panel.fileno() for panel in panels if panel]
        log = str(self._folder.log(name))
        return Child(module, options, log, partial(self._event, name), self.ask, files)

    def _event(self, child: str, event: str, value: Any) -> None:
        match event:
            case "status":
                self.status = msgspec.convert(value, HostView, strict=False)
                self._look()
                self._on_status(self.status)
            case "ended":
                self._ended(child, value)
            case "broken":
                self._on_note(msgspec.convert(value, BrokenInvariant).sentence)
            case _:
                self._on_note(f"The {child} says {event}: {value}")

    def _ended(self, child: str, code: int) -> None:
        """What a host said last is no longer so; a board leaves links that lead nowhere."""
        if child == "host":
            self.status = None
            self._why.ended(code)
        else:
            self._folder.remove_ports()
        how = "asks to be" if code in ASKED else f"ended with code {code} and is"
        self._on_note(f"The {child} {how} started again.")

    def _board_options(self) -> bytes:
        folder, settings = self._folder, self._settings
        return msgspec.json.encode(
            board_process.Options(
                settings.model,
                settings.serial,
                [
                    Ends(
                        str(folder.board_link(number)),
                        str(folder.meter_port(number)),
                        str(folder.world_memory(number)),
                        str(folder.car_line(number)),
                    )
                    for number in self._connectors
                ],
                str(folder.evsens_port()),
                settings.watch_invariants,
                settings.car_speaks,
            )
        )

    def _host_options(self) -> bytes:
        """How the last boot ended is known here: a host that starts again alone has crashed or was reset."""
        folder, settings = self._folder, self._settings
        ended_by, self._ended_by = self._ended_by, StopReason.REBOOT
        return msgspec.json.encode(
            host_process.Options(
                settings.model,
                settings.station_id,
                settings.serial,
                str(folder.journal),
                ended_by,
                [str(folder.board_link(number)) for number in self._connectors],
                [str(folder.meter_port(number)) for number in self._connectors],
                str(folder.evsens_port()),
                settings.csms,
                settings.call_timeout_s,
                reset_reason=self._why.take(),
                panel=settings.panel.fileno() if settings.panel else None,
                keys=dict(settings.keys),
                entry=settings.entry,
                panel_tls=settings.panel_tls.fileno() if settings.panel_tls else None,
                car_lines=[str(folder.car_line(number)) for number in self._connectors],
            )
        )
