"""Does the work of upkeep that takes long, in threads: one a lane, begun with the lane's first task.

Work of one lane is done in order, one at a time; the lanes do not wait for each other, and nothing waits for
them: not the event loop, not the writer of the journal (decision 0016). It decides nothing. A mistake of a
performer ends the process as one in a callback does.
"""

import queue
import threading
import time
from collections.abc import Callable
from typing import Final

from pilotline.station.upkeep.events import GiveUp, Lane, Progress, Work, Worked
from pilotline.station.upkeep.work import Performers

TELL_EVERY_S: Final = 0.25
"""Progress is passed on at most this often."""


class _Job:
    """One work and its ear; ``given_up`` is set by the loop and read by the thread."""

    def __init__(self, work: Work, post: Callable[[Worked | Progress], object]) -> None:
        self.work = work
        self.given_up = False
        self._post = post
        self._tells_at = 0.0

    def progress(self, done: int, total: int | None = None) -> None:
        now = time.monotonic()  # noqa: TID251 - a thread has no core time
        if now >= self._tells_at and not self.given_up:
            self._tells_at = now + TELL_EVERY_S
            self._post(Progress(self.work.number, done, total))


class Caretaker:
    """``do`` a work, ``give_up`` one, both from the event loop. ``post`` is called from the threads."""

    def __init__(self, perform: Performers, post: Callable[[Worked | Progress], object]) -> None:
        self._perform = perform
        self._post = post
        self._lanes: dict[Lane, queue.SimpleQueue[_Job]] = {}
        self._jobs: dict[int, _Job] = {}

    def act(self, effect: Work | GiveUp) -> None:
        """Either effect of upkeep's core that is for the caretaker."""
        if isinstance(effect, Work):
            self.do(effect)
        else:
            self.give_up(effect.number)

    def do(self, work: Work) -> None:
        """Begin it, or keep it until those before it in its lane are done."""
        job = self._jobs[work.number] = _Job(work, self._post)
        lane = work.task.lane
        if lane not in self._lanes:
            self._lanes[lane] = jobs = queue.SimpleQueue[_Job]()
            threading.Thread(target=self._serve, args=(jobs,), name=lane.value, daemon=True).start()
        self._lanes[lane].put(job)

    def give_up(self, number: int) -> None:
        """A work that has not begun never begins."""
        job = self._jobs.pop(number, None)
        if job is not None:
            job.given_up = True

    def _serve(self, jobs: "queue.SimpleQueue[_Job]") -> None:
        """The thread of one lane. It ends with the process: what a crash may interrupt, an end may too."""
        while True:
            job = jobs.get()
            if job.given_up:
                continue
            outcome = self._perform[type(job.work.task)](job.work.task, job)
            self._jobs.pop(job.work.number, None)
            if not job.given_up:
                self._post(Worked(job.work.number, outcome))
