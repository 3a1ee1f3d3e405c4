"""Simulated time: one queue of events ordered by (time, sequence), and the cores that wait for it.

No thread, no event loop, no clock: time is where the next event is.
"""

import heapq
from collections.abc import Callable

Node = Callable[[int], None]
"""Called when its deadline has come."""
Deadline = Callable[[], int | None]


class Timeline:
    """``post`` puts an action at a time; ``run`` goes on until a time; cores are woken at their deadlines.

    At one time, what was posted comes first, in the order of posting; then the cores, in the order they
    were added. So the same story always runs the same way.
    """

    def __init__(self) -> None:
        self.now = 0
        self._sequence = 0
        self._posted: list[tuple[int, int, Callable[[], None]]] = []
        self._cores: list[tuple[Deadline, Node]] = []

    def add(self, deadline: Deadline, wake: Node) -> None:
        """A core that is to be woken at its deadlines."""
        self._cores.append((deadline, wake))

    def post(self, action: Callable[[], None], delay: int = 0) -> None:
        """Do ``action`` ``delay`` microseconds from now."""
        self._sequence += 1
        heapq.heappush(self._posted, (self.now + delay, self._sequence, action))

    def run(self, until: int, stop: Callable[[], bool] | None = None) -> bool:
        """Let time pass until ``until``, or until ``stop``, asked after each event, says so: then True."""
        while True:
            if stop is not None and stop():
                return True
            at, wake = self._next_deadline()
            if self._posted and self._posted[0][0] <= at:
                at, _, action = self._posted[0]
                if at > until:
                    break
                heapq.heappop(self._posted)
                self.now = max(self.now, at)
                action()
            elif at <= until and wake is not None:
                self.now = max(self.now, at)
                wake(self.now)
            else:
                break
        self.now = max(self.now, until)
        return False

    def _next_deadline(self) -> tuple[int, Node | None]:
        first, found = 1 << 62, None
        for deadline, wake in self._cores:
            at = deadline()
            if at is not None and at < first:
                first, found = at, wake
        return first, found
