"""The safety module as a program of its own: one thread, one thousand ticks a second, nothing that waits.

A tick judges how late it woke, takes a sample, reads the link, and drives what follows. Ticks have absolute
deadlines, so their times do not drift, and a tick whose work took too long shows as a late one after it.
Clauses: R-45 (three ways to open), R-49 (settings are durable before what follows leaves).
"""

from collections.abc import Callable
from typing import Any, Protocol

from pilotline.drivers.lines import Line
from pilotline.links.board import BoardCore, BoardEvent
from pilotline.runtime.lateness import LatenessFigures, LatenessJudge, LatenessWarner
from pilotline.runtime.notify import Notifier
from pilotline.vocabulary.board import Outputs, Pace, Sample, StoreSettings
from pilotline.vocabulary.time import MS, Tick

PERIOD = 1 * MS
_TICK = Tick()
Tell = Callable[..., Any]
"""Takes an event and its fields, and never waits."""


class Hardware(Protocol):
    """A :class:`~pilotline.drivers.boards.board.Board`, or one that is served over a socket.

    A verb raises PortError where the hardware does not answer.
    """

    def sample(self, at: int) -> Sample | None: ...

    def obey(self, outputs: Outputs) -> None: ...

    def make_safe(self) -> None: ...


class Clock(Protocol):
    """Core time, and waiting for it."""

    def now(self) -> int: ...

    def sleep_until(self, at: int) -> int: ...


class RtmProgram:
    """``run`` until it is ended; ``figures`` are what the clock made of its ticks.

    ``keep`` returns when a record of settings is on the disk.
    """

    def __init__(
        self,
        core: BoardCore,
        hardware: Hardware,
        line: Line,
        clock: Clock,
        *,
        keep: Callable[[bytes], None],
        notifier: Notifier,
        tell: Tell,
    ) -> None:
        self.figures = LatenessFigures()
        self._core = core
        self._hardware = hardware
        self._line = line
        self._clock = clock
        self._keep = keep
        self._notifier = notifier
        self._tell = tell
        self._judge = LatenessJudge()
        self._warner = LatenessWarner()
        self._pace = Pace.KEPT
        self._closed = False
        self._kept = False

    def run(self, ended: Callable[[], bool]) -> None:
        """Raises PortError when the hardware cannot be read; however it ends, the relay is told to open."""
        self._notifier.ready()
        try:
            self._run(ended)
        finally:
            self._notifier.stopping()
            self._hardware.make_safe()

    def _run(self, ended: Callable[[], bool]) -> None:
        due = _after(self._clock.now())
        while not ended():
            now = self._clock.sleep_until(due)
            self.tick(now, now - due)
            due = _after(now) if not self._kept else _after(self._clock.now())

    def tick(self, now: int, late_us: int) -> None:
        """One tick at ``now``, which was due ``late_us`` before."""
        self._kept = False
        self._watch_time(now, late_us)
        self._feed(self._hardware.sample(now) or _TICK, now)
        data = self._line.read(now)
        if data:
            self._feed(data, now)
        self._notifier.alive(late_us, now)

    def _watch_time(self, now: int, late_us: int) -> None:
        self.figures.note(late_us)
        pace = self._judge.judge(late_us, closed=self._closed, now=now)
        if pace is not self._pace:
            self._pace = pace
            self._feed(pace, now)
            self._tell("pace", pace=pace.value, late_us=late_us)
        warning = self._warner.note(late_us, now)
        if warning is not None:
            self._tell("late", ticks=warning.ticks, worst_us=warning.worst_us, ever=warning.ever)

    def _feed(self, event: BoardEvent, now: int) -> None:
        for effect in self._core.handle(event, now):
            if isinstance(effect, Outputs):
                self._drive(effect)
            elif isinstance(effect, StoreSettings):
                self._store(effect.data)
            else:
                self._line.write(effect)

    def _drive(self, outputs: Outputs) -> None:
        self._hardware.obey(outputs)
        if outputs.relay is not self._closed:
            self._closed = outputs.relay
            self._tell("relay", closed=outputs.relay)

    def _store(self, data: bytes) -> None:
        """In state A with the relay open (R-49): the one time the loop waits for a disk, and it knows it."""
        self._keep(data)
        self._kept = True


def _after(now: int) -> int:
    """The next tick's time."""
    return now // PERIOD * PERIOD + PERIOD
