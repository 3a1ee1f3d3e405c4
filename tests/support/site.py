"""A station of real processes and its backend, for the tests that share one."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.bench import Bench, running
from support.central_system import CentralSystem

Story = Callable[[Bench, CentralSystem], Coroutine[Any, Any, None]]


@dataclass
class Site:
    """``play`` runs a story on both. Each leaves the station free and without a car."""

    runner: asyncio.Runner
    bench: Bench
    central: CentralSystem

    def play(self, story: Story) -> None:
        self.runner.run(self._play(story))

    async def _play(self, story: Story) -> None:
        """Whatever the story before this one came to, this one begins with an empty socket."""
        if (await self.bench.world())["plugged"]:
            await self.bench.leave()
        await story(self.bench, self.central)


@contextmanager
def site_in(folder: Path) -> Generator[Site]:
    """The running station, registered; at the end all it ever said has been judged."""
    central = CentralSystem()
    with asyncio.Runner() as runner:
        runner.run(central.start())
        station = running(folder, central.url)
        try:
            bench = runner.run(station.__aenter__())
            runner.run(_wait_connected(bench))
            yield Site(runner, bench, central)
        finally:
            runner.run(station.__aexit__(None, None, None))
            runner.run(central.cut())
    assert central.records.complaints == []


async def _wait_connected(bench: Bench) -> None:
    await bench.wait(connected=True)
