"""Runs one core on the event loop: events in through one queue, effects out, one timer for its deadline."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from pilotline.runtime.clocks import CoreClock
from pilotline.vocabulary.time import Tick

EventT = TypeVar("EventT")
EffectT = TypeVar("EffectT")
EventT_contra = TypeVar("EventT_contra", contravariant=True)
EffectT_co = TypeVar("EffectT_co", covariant=True)


class RunnableCore(Protocol[EventT_contra, EffectT_co]):
    """A core that also takes Tick."""

    def handle(self, event: EventT_contra | Tick, now: int) -> Sequence[EffectT_co]: ...

    def deadline(self) -> int | None: ...


class CoreLoop(Generic[EventT, EffectT]):
    """``post`` hands over an event. ``act`` is called with every effect, in order, and must not block.

    An effect that posts again waits its turn: the queue runs to its end, one event at a time (rule 2).
    """

    def __init__(
        self, core: RunnableCore[EventT, EffectT], act: Callable[[EffectT], None], clock: CoreClock
    ) -> None:
        self._core = core
        self._act = act
        self._clock = clock
        self._queue: deque[EventT | Tick] = deque()
        self._running = False
        self._timer: asyncio.TimerHandle | None = None
        self._armed: int | None = None

    def post(self, event: EventT | Tick) -> None:
        self._queue.append(event)
        if not self._running:
            self._drain(self._clock.now())

    def stop(self) -> None:
        """No more timers."""
        if self._timer is not None:
            self._timer.cancel()

    def _drain(self, now: int) -> None:
        self._running = True
        try:
            while self._queue:
                for effect in self._core.handle(self._queue.popleft(), now):
                    self._act(effect)
        finally:
            self._running = False
        self._arm()

    def _arm(self) -> None:
        deadline = self._core.deadline()
        if deadline == self._armed:
            return
        self.stop()
        self._armed = deadline
        if deadline is not None:
            at = self._clock.loop_time(deadline)
            self._timer = asyncio.get_running_loop().call_at(at, self._wake, deadline)

    def _wake(self, deadline: int) -> None:
        """The loop may fire within its clock's resolution early: then it is the deadline all the same."""
        self._armed = None
        self._queue.append(Tick())
        self._drain(max(self._clock.now(), deadline))
