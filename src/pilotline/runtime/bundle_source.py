"""Asks the station for what goes into a bundle, from the thread that makes it.

What the station says is read by its own event loop, between two events; the thread waits for it.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from typing import Any, Final

from pilotline.drivers.bundle import Contents
from pilotline.drivers.upload import GatherError
from pilotline.station.upkeep.uploads import SendBundle
from pilotline.vocabulary.upkeep import Bundle

PATIENCE_S: Final = 30.0
"""The self-test waits for a slow disk; a loop that takes longer is stuck."""

Ask = Callable[[Bundle], Coroutine[Any, Any, Contents]]


class BundleSource:
    """Call it with a task, from any thread. ``loop`` is the station's, None while it does not run."""

    def __init__(self, ask: Ask, loop: Callable[[], asyncio.AbstractEventLoop | None]) -> None:
        self._ask = ask
        self._loop = loop

    def __call__(self, task: SendBundle) -> Contents:
        loop = self._loop()
        if loop is None or loop.is_closed():
            raise GatherError("The station does not run.")
        answer = asyncio.run_coroutine_threadsafe(self._ask(task.bundle), loop)
        try:
            return answer.result(PATIENCE_S)
        except (TimeoutError, CancelledError):
            answer.cancel()
            raise GatherError("The station does not answer.") from None
