"""The safety module as a program: its ticks on a clock of the test's own, then a process that is stopped.

The real one charges a car of a virtual world that this test serves. SIGSTOP is the stall: nothing in the
process can know of it, as of a page that has to come from a disk.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from pilotline.drivers.boards.mock import Mocks
from pilotline.drivers.boards.ports import PortError
from pilotline.links.board import BoardCore
from pilotline.models.reader import load_charger
from pilotline.runtime.notify import Notifier
from pilotline.runtime.rtm_program import PERIOD, RtmProgram
from pilotline.runtime.small_host import SmallHost
from pilotline.runtime.world_server import WorldServer
from pilotline.simulator.actions import PlugIn
from pilotline.simulator.world import WorldConfig
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import (
    LINK_PROTOCOL,
    BoardMessage,
    Commission,
    Commissioned,
    Hello,
    HostMessage,
    Pace,
    Setting,
)
from pilotline.vocabulary.pilot import STATE_F
from pilotline.vocabulary.time import MS
from pilotline.wire.rtm_link import BOARD_TO_HOST, Decoder, Encoder
from support.processes import COMMAND

MODEL = load_charger("evnet-7kw-s")


# --- on a clock of the test's own -----------------------------------------------------------------------


class Clock:
    """Wakes as late as it is told: once, at the next sleep."""

    def __init__(self) -> None:
        self.time = 0
        self.late_us = 0
        self.asked: list[int] = []

    def now(self) -> int:
        return self.time

    def sleep_until(self, at: int) -> int:
        self.asked.append(at)
        self.time, self.late_us = max(self.time, at) + self.late_us, 0
        return self.time


class MemoryLine:
    """The host's line: what it says, and what it was told."""

    def __init__(self) -> None:
        self.dropped = 0
        self.to_module = b""
        self.said: list[BoardMessage] = []
        self._encoder, self._decoder = Encoder(), Decoder(BOARD_TO_HOST)

    def say(self, *messages: HostMessage) -> None:
        self.to_module += b"".join(self._encoder.encode(each) for each in messages)

    def read(self, now: int) -> bytes:
        data, self.to_module = self.to_module, b""
        return data

    def write(self, data: bytes) -> None:
        self.said += self._decoder.feed(data)

    def close(self) -> None: ...


class Stage:
    """A program over a board of mocks. ``run`` lets it make some ticks."""

    def __init__(self) -> None:
        self.mocks, self.line, self.clock = Mocks(), MemoryLine(), Clock()
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.kept: list[bytes] = []
        self.disk_us = 0
        self.program = RtmProgram(
            BoardCore(MODEL.rtm),
            self.mocks.board(),
            self.line,
            self.clock,
            keep=self._keep,
            notifier=Notifier(None),
            tell=self._tell,
        )

    def run(self, ticks: int) -> None:
        left = iter(range(ticks))
        self.program.run(lambda: next(left, None) is None)

    def _tell(self, event: str, **fields: Any) -> None:
        self.told.append((event, fields))

    def _keep(self, record: bytes) -> None:
        self.clock.time += self.disk_us
        self.kept.append(record)


def test_ticks_come_each_millisecond_and_do_not_drift() -> None:
    """A tick that woke late is followed by the next whole millisecond, not by one after it."""
    stage = Stage()
    stage.run(3)
    stage.clock.late_us = 300
    stage.run(2)
    stage.clock.late_us = 2_400
    stage.run(3)
    assert [at // PERIOD for at in stage.clock.asked] == [1, 2, 3, 4, 5, 6, 9, 10]
    assert all(at % PERIOD == 0 for at in stage.clock.asked)


def test_work_that_took_too_long_shows_as_a_late_tick() -> None:
    """The grid stands; what did not fit is no secret."""
    stage = Stage()
    read = stage.line.read

    def slow(now: int) -> bytes:
        stage.clock.time += 7 * MS if now == 2 * MS else 0
        return read(now)

    stage.line.read = slow
    stage.run(4)
    assert stage.clock.asked == [MS, 2 * MS, 3 * MS, 10 * MS]
    assert stage.program.figures.worst_us == 6 * MS


def test_a_late_tick_is_told_with_its_figures() -> None:
    """An event with fields; one over 50 ms is a trip, by the fault that says so."""
    stage = Stage()
    stage.run(3)
    stage.clock.late_us = 50_001
    stage.run(2)
    assert ("late", {"ticks": 1, "worst_us": 50_001, "ever": 1}) in stage.told
    assert ("pace", {"pace": "stalled", "late_us": 50_001}) in stage.told
    reports = [each for each in stage.line.said if hasattr(each, "faults")]
    assert getattr(reports[-1], "faults", 0) & faults.STALLED


def test_a_loop_that_keeps_time_again_says_so() -> None:
    """After its ten good seconds; in state A the trip has no car to wait for and ends too."""
    stage = Stage()
    stage.clock.late_us = 60_000
    stage.run(10_200)
    paces = [fields["pace"] for event, fields in stage.told if event == "pace"]
    assert paces == [Pace.STALLED.value, Pace.KEPT.value]
    reports = [each for each in stage.line.said if hasattr(each, "faults")]
    assert not getattr(reports[-1], "faults", -1) & faults.STALLED


@pytest.mark.requirement("R-49")
def test_waiting_for_the_disk_in_state_a_is_no_lateness() -> None:
    """A record is kept before its echo leaves, with the relay open; the ticks begin anew after it."""
    stage = Stage()
    stage.disk_us = 400 * MS
    stage.run(1_200)
    stage.line.say(Hello(LINK_PROTOCOL, MODEL.rtm.hash), Commission(Setting.VOLTAGE_OFFSET, 5))
    stage.run(200)
    assert len(stage.kept) == 1
    assert Commissioned(Setting.VOLTAGE_OFFSET, 5, taken=True) in stage.line.said
    assert stage.program.figures.worst_us == 0
    assert stage.told == []


def test_however_it_ends_the_relay_is_told_to_open() -> None:
    """Asked to end, or with a port that broke: relay open, state F."""
    stage = Stage()
    stage.run(5)
    assert (stage.mocks.relay.driven[-1], stage.mocks.pilot.driven[-1]) == (False, STATE_F)
    broken = Stage()
    broken.mocks.mains.broken = True
    with pytest.raises(PortError):
        broken.run(5)
    assert (broken.mocks.relay.driven[-1], broken.mocks.pilot.driven[-1]) == (False, STATE_F)


# --- a real process ---------------------------------------------------------------------------------------


class Site:
    """A world with a car, a host, and the module's process between them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world = self.new_world()
        self.host = SmallHost(MODEL.rtm.hash, 16_000, self._hear)
        self.seen = 0
        self._changed = asyncio.Event()

    def new_world(self) -> WorldServer:
        config = WorldConfig.around(MODEL.rating, MODEL.outlet)
        return WorldServer(self.folder / "samples", config, sensed=lambda _sample: self._changed.set())

    def _hear(self, _message: BoardMessage) -> None:
        self.seen |= self.faults
        self._changed.set()

    @property
    def faults(self) -> int:
        return self.host.report.faults if self.host.report else 0

    @property
    def power(self) -> bool:
        """Whether the outlet is live, by the world's own word."""
        return any(self.world.view().contacts)

    async def until(self, holds: Callable[[], bool], within_s: float = 15) -> None:
        async with asyncio.timeout(within_s):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    async def start(self) -> asyncio.subprocess.Process:
        places = ("--samples", f"unix:{self.folder / 'samples'}", "--link", f"unix:{self.folder / 'link'}")
        with (self.folder / "log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *COMMAND, "rtm", *places, stdout=asyncio.subprocess.PIPE, stderr=log
            )
        assert process.stdout is not None
        await process.stdout.readline()
        with contextlib.suppress(PermissionError):  # else it shares its CPU with the other tests
            os.sched_setscheduler(process.pid, os.SCHED_FIFO, os.sched_param(50))
        return process

    async def charge(self) -> None:
        self.world.do(PlugIn())
        await self.until(lambda: self.power and bool(self.host.report and self.host.report.relay))


@asynccontextmanager
async def site(folder: Path) -> AsyncGenerator[Site]:
    found = Site(folder)
    found.world.start()
    talk = asyncio.create_task(found.host.talk(folder / "link"))
    try:
        yield found
    finally:
        talk.cancel()
        found.world.close()


def play(
    folder: Path, story: Callable[[Site, asyncio.subprocess.Process], Coroutine[Any, Any, None]]
) -> None:
    """A story with a process, which is gone at its end."""

    async def run() -> None:
        async with site(folder) as place:
            process = await place.start()
            try:
                await story(place, process)
            finally:
                if process.returncode is None:
                    process.send_signal(signal.SIGCONT)
                    process.kill()
                await process.wait()

    asyncio.run(run())


def stall(process: asyncio.subprocess.Process, ms: int) -> None:
    """It stands still for so long; the test does too, so that its own loop is none of the delay."""
    process.send_signal(signal.SIGSTOP)
    time.sleep(ms / 1_000)
    process.send_signal(signal.SIGCONT)


@pytest.mark.requirement("R-45")
def test_a_module_that_stood_still_for_60_ms_trips(tmp_path: Path) -> None:
    """The relay opens, the fault is its own, and it is latched until the unplug."""

    async def story(place: Site, process: asyncio.subprocess.Process) -> None:
        await place.charge()
        stall(process, 60)
        await place.until(lambda: bool(place.faults & faults.STALLED), within_s=2)
        await place.until(lambda: not place.power, within_s=1)
        assert not place.seen & faults.LATE

    play(tmp_path, story)


@pytest.mark.requirement("R-45")
def test_a_module_that_stood_still_for_25_ms_stops_in_order(tmp_path: Path) -> None:
    """The pilot goes steady first, the car lets go, then the relay opens; nothing is latched."""

    async def story(place: Site, process: asyncio.subprocess.Process) -> None:
        await place.charge()
        stall(process, 25)
        await place.until(lambda: bool(place.faults & faults.LATE), within_s=2)
        assert place.power
        await place.until(lambda: not place.power)
        assert not place.seen & faults.STALLED

    play(tmp_path, story)


@pytest.mark.requirement("R-45")
def test_a_module_that_hangs_loses_its_relay_to_the_watchdog_of_the_board(tmp_path: Path) -> None:
    """While it stands still nothing of it can open anything: the board has to."""

    async def story(place: Site, process: asyncio.subprocess.Process) -> None:
        await place.charge()
        process.send_signal(signal.SIGSTOP)
        await place.until(lambda: not place.power, within_s=2)
        assert place.world.watchdog_trips == 1
        process.send_signal(signal.SIGCONT)
        await place.until(lambda: bool(place.faults & faults.STALLED), within_s=2)
        assert not place.power

    play(tmp_path, story)


def test_asked_to_end_it_opens_and_tells_how_late_it_was(tmp_path: Path) -> None:
    """Exit code 0, the relay open, the figures of its ticks."""

    async def story(place: Site, process: asyncio.subprocess.Process) -> None:
        await place.charge()
        process.terminate()
        assert process.stdout is not None
        told = (await process.stdout.read()).decode()
        assert await process.wait() == 0
        assert "Stopped; the relay is open." in told
        assert "ticks; the worst woke" in told
        await place.until(lambda: not place.power, within_s=1)

    play(tmp_path, story)


def test_a_world_that_ends_ends_the_module_with_a_sentence(tmp_path: Path) -> None:
    """Exit code 75: who manages it starts it again."""

    async def story(place: Site, process: asyncio.subprocess.Process) -> None:
        await place.charge()
        place.world.close()
        assert await asyncio.wait_for(process.wait(), 5) == 75
        place.world = place.new_world()
        place.world.start()

    play(tmp_path, story)
    assert "has gone; start it, then this." in (tmp_path / "log").read_text()
