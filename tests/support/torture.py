"""The power-cut programme: stations with an unkind backend are killed at random instants, then judged.

The judge is R-53: every start the backend has, once; every one with exactly one stop; registers and times
that never go back and never overlap; meter values between start and stop; nothing sent again on a connection
where it had been answered; and, because current flows in sessions only, all sessions hold what the meter
counted. What the programme met is counted: in which state each kill struck, and each mood of the backend.
"""

import asyncio
import contextlib
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pilotline.links.operations import OperationError
from pilotline.runtime.folder import DataFolder
from pilotline.runtime.launcher import Launcher, Settings
from support.bench import AT_ANY_HOUR
from support.unkind_backend import Books, UnkindBackend

DRAIN_S = 120.0
"""After the last kill, everything that waits must have gone out by then."""


@dataclass
class Verdict:
    """What became of one station."""

    station: str
    kills: int = 0
    sessions: int = 0
    energy_wh: int = 0
    complaints: list[str] = field(default_factory=list[str])
    struck: Counter[str] = field(default_factory=Counter[str])
    moods: Counter[str] = field(default_factory=Counter[str])


def judge(books: Books, register_wh: int) -> list[str]:
    """What is wrong with a backend's books, in sentences; nothing when they are right (R-53)."""
    complaints = [*books.unknown, *books.repeats]
    by_id = {number: key for key, number in books.starts.items()}
    reached, ended = 0, ""
    for number, (connector, _tag, meter_start, time) in sorted(by_id.items()):
        stops = books.stops.get(number, set())
        if len(stops) != 1:
            complaints.append(
                f"transaction {number} of {time} on {connector} has {len(stops)} stops: {stops}"
            )
            continue
        meter_stop, stopped, reason = next(iter(stops))
        if meter_start < reached or meter_stop < meter_start:
            complaints.append(
                f"transaction {number} ({reason}) counts {meter_start} to {meter_stop} Wh after {reached} Wh"
            )
        if stopped < time:
            complaints.append(f"transaction {number} ends at {stopped}, before it began at {time}")
        if time < ended:
            complaints.append(f"transaction {number} begins at {time}, before the last one ended at {ended}")
        reached, ended = max(reached, meter_stop), max(ended, stopped)
    energy = sum(next(iter(stops))[0] - by_id[n][2] for n, stops in books.stops.items() if n in by_id)
    if energy != register_wh and not complaints:
        complaints.append(f"the sessions hold {energy} Wh and the meter counted {register_wh} Wh")
    expected = [pair for number in by_id for pair in (("start", number), ("stop", number))]
    if books.order != expected and not complaints:
        complaints.append(f"the order was {books.order}")
    return complaints


class Victim:
    """One station, its story, and the hand that kills it."""

    def __init__(self, name: str, folder: Path, backend: UnkindBackend, seed: int) -> None:
        self._chance = random.Random(seed)
        self._backend = backend
        self._launcher = Launcher(
            Settings("evnet-7kw-t2", name, backend.url, call_timeout_s=3.0, keys=AT_ANY_HOUR),
            DataFolder(folder),
            on_status=lambda _status: None,
            on_note=lambda _note: None,
        )
        self.verdict = Verdict(name)

    async def suffer(self, kills: int, tell: Callable[[str], None]) -> Verdict:
        """The story goes on while the station is killed ``kills`` times; then all is drained and judged."""
        station = asyncio.create_task(self._launcher.run())
        try:
            await self._ask("wait", ocpp_status="Available", timeout_s=60)
            await self._prepare()
            story = asyncio.create_task(self._live())
            await self._kill(kills, tell)
            story.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await story
            await self._drain()
        except OperationError as error:
            self.verdict.complaints.append(str(error))
        finally:
            station.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await station
        return self.verdict

    async def _ask(self, op: str, **args: Any) -> Any:
        return await self._launcher.ask(op, args)

    async def _try(self, op: str, **args: Any) -> None:
        """Ask, and shrug when the station is just dead, or the world does not work that way."""
        with contextlib.suppress(OperationError):
            await self._ask(op, **args)

    async def _prepare(self) -> None:
        """Fast meter values and retries, and nothing set aside, so that the books can be complete."""
        for key, value in (
            ("MeterValueSampleInterval", 1),
            ("TransactionMessageRetryInterval", 1),
            ("TransactionMessageAttempts", 100),
        ):
            await self._ask("config_set", key=key, value=value)

    async def _live(self) -> None:
        """Cars come and go, sometimes two in a row, cards are shown on line and off, the network fails."""
        while True:
            await self._try("car", ramp_up_ma_s=64_000, s2_reaction_ms=100, duty_reaction_ms=100)
            if self._chance.random() < 0.3:
                await self._try("network", up=False)
            await self._try("plug_in")
            await self._charge()
            if self._chance.random() < 0.3:
                await self._try("network", up=self._chance.random() < 0.5)
            if self._chance.random() < 0.3:
                await self._try("stop_charging")
                await self._pause(1)
                await self._charge()  # the same car again, with another card
            await self._try("unplug")
            if self._chance.random() < 0.5:  # else the next car is already there
                await self._pause(1.5)
            await self._try("network", up=True)

    async def _charge(self) -> None:
        """A card as soon as the station is up and sees the car, then current for a while."""
        await self._try("wait", pilot_state="B", timeout_s=6)
        await self._pause(0.3)
        await self._try("present_tag", tag=f"TAG{self._chance.randrange(100)}")
        await self._try("wait", ocpp_status="Charging", timeout_s=8)
        await self._pause(8)

    async def _pause(self, most_s: float) -> None:
        await asyncio.sleep(self._chance.uniform(0, most_s))

    async def _kill(self, kills: int, tell: Callable[[str], None]) -> None:
        while self.verdict.kills < kills:
            await asyncio.sleep(self._chance.choice((0.5, 4.0, 8.0, 16.0, 24.0)) * self._chance.random())
            view = self._launcher.status
            self.verdict.struck[str(view.connectors[0].ocpp_status) if view else "starting"] += 1
            op = "power_cycle" if self._chance.random() < 0.4 else "host_crash"
            await self._try(op)
            self.verdict.kills += 1
            tell(f"{self.verdict.station}: {op}")

    async def _settle(self) -> None:
        """Host and board are up again, the line is there, and no car is."""
        await self._ask("wait", id=1, timeout_s=DRAIN_S)
        async with asyncio.timeout(DRAIN_S):
            while True:
                with contextlib.suppress(OperationError):
                    if (await self._ask("world_view"))["plugged"]:
                        await self._ask("unplug")
                    await self._ask("network", up=True)
                    return
                await self._pause(0.5)

    async def _drain(self) -> None:
        """A kind backend, a plug pulled, and then nothing may wait any more."""
        self._backend.kind = True
        await self._settle()
        await self._ask("wait", connected=True, timeout_s=DRAIN_S)
        await self._ask("wait", ocpp_status="Available", timeout_s=DRAIN_S)
        await self._ask("wait", queued=0, timeout_s=DRAIN_S)
        status = await self._ask("status")
        if status["backend"]["set_aside"]:
            self.verdict.complaints.append("something was set aside")
        world = await self._ask("world_view")
        books = self._backend.books.get(self.verdict.station, Books())
        self.verdict.moods = self._backend.used
        self.verdict.sessions, self.verdict.energy_wh = len(books.starts), world["energy_wh"]
        self.verdict.complaints += judge(books, world["energy_wh"])


async def torture(kills: int, stations: int, seed: int, tell: Callable[[str], None]) -> list[Verdict]:
    """``kills`` kills spread over ``stations`` stations side by side, each with its folder and backend."""
    with tempfile.TemporaryDirectory(prefix="pilotline-torture-") as root:
        works = [
            _one(index, kills // stations + (index < kills % stations), Path(root), seed, tell)
            for index in range(stations)
        ]
        return list(await asyncio.gather(*works))


async def _one(index: int, kills: int, root: Path, seed: int, tell: Callable[[str], None]) -> Verdict:
    async with UnkindBackend(seed * 1_000 + index) as backend:
        victim = Victim(f"VICTIM-{index}", root / str(index), backend, seed * 1_000 + index)
        return await victim.suffer(kills, tell)
