"""The panel's port into a host: its own words at once, all others by way of the launcher."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import msgspec

from pilotline.links.diary import Noted
from pilotline.links.operations import LOCAL, OPERATIONS, OperationError
from pilotline.panel.port import Row
from pilotline.runtime.clocks import CoreClock
from pilotline.runtime.control import Handler
from pilotline.runtime.process import fail_with
from pilotline.runtime.words import WORDS, served_by
from pilotline.simulator.actions import ACTIONS
from pilotline.simulator.bench import BENCH, BenchView
from pilotline.vocabulary.roles import Asker

LOOK_EVERY_S = 0.5
"""The simulated world tells nobody what changes in it: while somebody watches, it is asked this often."""
_SERVED = served_by("host") | served_by("panel")
_OWN = (_SERVED | frozenset(OPERATIONS)) - {"status"}  # the launcher adds what it knows of it
_ELSEWHERE = served_by("lapse")


OwnHandler = Callable[[str, Mapping[str, Any], Asker], Awaitable[Any]]


class HostPort:
    """``worlds`` is what the bench showed last; ``seen`` is called when that is new, before it is
    told; ``noted`` when a door has something for the log.
    """

    def __init__(
        self,
        own: OwnHandler,
        launcher: Handler,
        clock: CoreClock,
        seen: Callable[[], object],
        noted: Callable[[Noted], object],
        *,
        virtual: bool,
        connectors: int = 1,
    ) -> None:
        self._own = own
        self._launcher = launcher
        self._clock = clock
        self._seen = seen
        self._noted = noted
        self._looking: asyncio.Task[None] | None = None
        self.virtual = virtual
        self.connectors = range(1, connectors + 1)
        self.operations: Mapping[str, Row] = {
            **{word: row for word, row in WORDS.items() if word not in _ELSEWHERE},
            **OPERATIONS,
            **(BENCH if virtual else {}),
            **(ACTIONS if virtual else {}),
        }
        self.worlds: Mapping[int, BenchView] = {}

    def now_ms(self) -> int:
        return self._clock.now() // 1_000

    def watch(self, watched: bool) -> None:
        """Look at the world for as long as somebody looks at the page."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        if watched and self.virtual:
            self._looking = asyncio.create_task(self._keep_looking())
            self._looking.add_done_callback(fail_with)

    async def ask(self, word: str, args: Mapping[str, Any], asker: Asker = LOCAL) -> Any:
        if word in _OWN:
            return await self._ask_own(word, args, asker)
        value = await self._launcher(word, args)
        await self.look()
        return value

    async def look(self) -> None:
        """At the simulated world; a board that is just being started again is looked at the next time."""
        if not self.virtual:
            return
        with suppress(OperationError, msgspec.ValidationError):
            worlds = {number: await self._look_at(number) for number in self.connectors}
            if worlds != self.worlds:
                self.worlds = worlds
                self._seen()

    def note(self, kind: str, words: Mapping[str, str]) -> None:
        self._noted(Noted(kind, words))

    async def _look_at(self, connector: int) -> BenchView:
        args = {} if connector == 1 else {"connector": connector}
        return msgspec.convert(await self._launcher("bench_view", args), BenchView)

    async def _ask_own(self, word: str, args: Mapping[str, Any], asker: Asker) -> Any:
        """A server answers a mistake with 500 and goes on; a core in an unknown state must not."""
        try:
            return await self._own(word, args, asker)
        except OperationError:
            raise
        except Exception as error:
            context = {"message": f"{word}, asked by the panel, failed", "exception": error}
            asyncio.get_running_loop().call_exception_handler(context)
            raise

    async def _keep_looking(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)
