"""Work that takes long, in threads: one lane after the other's work, and neither waiting for the other."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import pytest

from pilotline.runtime.caretaker import Caretaker
from pilotline.station.upkeep.events import GiveUp, Lane, Outcome, Progress, Task, Work, Worked
from pilotline.station.upkeep.work import Ear

PATIENCE_S = 10


@dataclass(frozen=True)
class Fetch(Task):
    lane: ClassVar[Lane] = Lane.FIRMWARE
    name: str = ""


@dataclass(frozen=True)
class Put(Task):
    lane: ClassVar[Lane] = Lane.UPLOAD
    name: str = ""


@dataclass(frozen=True)
class Gone(Outcome):
    name: str


class Bench:
    """A caretaker whose performers wait until the test lets them go, and what it posted."""

    def __init__(self, perform: Callable[[Fetch | Put, Ear], Outcome] | None = None) -> None:
        self.begun: queue.Queue[tuple[str, Ear]] = queue.Queue()
        self.posted: queue.Queue[Worked | Progress] = queue.Queue()
        self._go: dict[str, threading.Event] = {name: threading.Event() for name in "abcdef"}
        self.caretaker = Caretaker(dict.fromkeys((Fetch, Put), perform or self._perform), self.posted.put)

    def ask(self, number: int, task: Task) -> None:
        self.caretaker.act(Work(number, task))

    def has_begun(self) -> tuple[str, Ear]:
        return self.begun.get(timeout=PATIENCE_S)

    def let(self, name: str) -> None:
        self._go[name].set()

    def heard(self) -> Worked | Progress:
        return self.posted.get(timeout=PATIENCE_S)

    def _perform(self, task: Fetch | Put, ear: Ear) -> Outcome:
        self.begun.put((task.name, ear))
        assert self._go[task.name].wait(PATIENCE_S)
        return Gone(task.name)


def test_a_lane_does_its_work_in_order_one_at_a_time() -> None:
    """The second begins when the first has ended."""
    bench = Bench()
    bench.ask(1, Fetch("a"))
    bench.ask(2, Fetch("b"))
    assert bench.has_begun()[0] == "a"
    assert bench.begun.empty()
    bench.let("a")
    assert bench.heard() == Worked(1, Gone("a"))
    assert bench.has_begun()[0] == "b"
    bench.let("b")
    assert bench.heard() == Worked(2, Gone("b"))


def test_lanes_do_not_wait_for_each_other() -> None:
    """A server that never answers holds up no upload."""
    bench = Bench()
    bench.ask(1, Fetch("a"))
    assert bench.has_begun()[0] == "a"
    bench.ask(2, Put("b"))
    assert bench.has_begun()[0] == "b"
    bench.let("b")
    assert bench.heard() == Worked(2, Gone("b"))
    bench.let("a")
    assert bench.heard() == Worked(1, Gone("a"))


def test_what_is_given_up_is_told_so_and_answers_nobody() -> None:
    """The performer sees it at its next look; what waits behind it is next."""
    bench = Bench()
    bench.ask(1, Fetch("a"))
    bench.ask(2, Fetch("b"))
    bench.ask(3, Fetch("c"))
    _, ear = bench.has_begun()
    assert not ear.given_up
    bench.caretaker.act(GiveUp(1))
    bench.caretaker.act(GiveUp(2))
    assert ear.given_up
    bench.let("a")
    assert bench.has_begun()[0] == "c", "a work that had not begun never begins"
    bench.let("c")
    assert bench.heard() == Worked(3, Gone("c"))
    assert bench.posted.empty()


def test_to_give_up_what_nobody_knows_is_nothing() -> None:
    """It may have ended in that moment."""
    Bench().caretaker.act(GiveUp(9))


def test_progress_is_passed_on_now_and_then() -> None:
    """The first word at once, and not a thousand in a moment: a loop must not drown in them."""

    def perform(_task: Fetch | Put, ear: Ear) -> Outcome:
        for done in range(10_000):
            ear.progress(done, 10_000)
        return Gone("a")

    bench = Bench(perform)
    bench.ask(4, Put("a"))
    heard = [bench.heard()]
    while not isinstance(heard[-1], Worked):
        heard.append(bench.heard())
    assert heard[0] == Progress(4, 0, 10_000)
    assert len(heard) < 1_000


def test_a_mistake_of_a_performer_is_one_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reaches the hook that ends the process; nobody takes it for an outcome."""
    caught: queue.Queue[str] = queue.Queue()

    def hook(args: threading.ExceptHookArgs) -> None:
        caught.put(str(args.exc_value))

    monkeypatch.setattr(threading, "excepthook", hook)

    def perform(_task: Fetch | Put, _ear: Ear) -> Outcome:
        raise LookupError("a mistake")

    bench = Bench(perform)
    bench.ask(1, Put("a"))
    assert caught.get(timeout=PATIENCE_S) == "a mistake"
    assert bench.posted.empty()
