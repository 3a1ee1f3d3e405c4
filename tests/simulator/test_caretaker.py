"""The caretaker of a simulated station: works go as a story has it."""

from dataclasses import dataclass
from typing import ClassVar

from pilotline.simulator.caretaker import Course, SimulatedCaretaker
from pilotline.simulator.timeline import Timeline
from pilotline.station.upkeep.events import GiveUp, Lane, Outcome, Progress, Task, Work, Worked
from pilotline.vocabulary.time import SECOND


@dataclass(frozen=True)
class Fetch(Task):
    lane: ClassVar[Lane] = Lane.FIRMWARE


@dataclass(frozen=True)
class Told(Outcome):
    word: str


class Bench:
    """A caretaker on a timeline, and what it tells when."""

    def __init__(self, *courses: Course | Outcome) -> None:
        self.timeline = Timeline()
        self.caretaker = SimulatedCaretaker()
        if courses:
            self.caretaker.script(Fetch, *courses)
        self.heard: list[tuple[float, Worked | Progress]] = []

    def ask(self, number: int) -> None:
        self.act(Work(number, Fetch()))

    def act(self, effect: Work | GiveUp) -> None:
        self.caretaker.act(effect, self.timeline.post, self._hear)

    def run(self, seconds: float) -> None:
        self.timeline.run(self.timeline.now + round(seconds * SECOND))

    def _hear(self, event: Worked | Progress) -> None:
        self.heard.append((self.timeline.now / SECOND, event))


def test_a_task_takes_its_time_and_tells_how_far_it_is() -> None:
    """Progress on the way, then the outcome."""
    bench = Bench(Course(Told("good"), 10 * SECOND, ((0.5, 50, 100), (0.9, 90, None))))
    bench.ask(1)
    bench.run(20)
    assert bench.heard == [
        (5, Progress(1, 50, 100)),
        (9, Progress(1, 90)),
        (10, Worked(1, Told("good"))),
    ]


def test_outcomes_come_one_after_the_other_and_the_last_stays() -> None:
    """Two tries that fail, then one that works, and all after it."""
    bench = Bench(Told("bad"), Told("worse"), Told("good"))
    for number in range(1, 5):
        bench.ask(number)
        bench.run(2)
    words = [event.outcome for _, event in bench.heard if isinstance(event, Worked)]
    assert words == [Told("bad"), Told("worse"), Told("good"), Told("good")]


def test_what_nobody_has_spoken_for_never_ends() -> None:
    """Nothing is made up; that it was asked is in the books."""
    bench = Bench()
    bench.ask(1)
    bench.run(100_000)
    assert bench.heard == []
    assert bench.caretaker.asked == [Fetch()]


def test_what_is_given_up_answers_nobody_until_there_is_another_host() -> None:
    """Whose works begin with the same numbers."""
    bench = Bench(Told("good"))
    bench.ask(1)
    bench.act(GiveUp(1))
    bench.run(2)
    assert bench.heard == []
    bench.caretaker.restart()
    bench.ask(1)
    bench.run(2)
    assert [event for _, event in bench.heard] == [Worked(1, Told("good"))]
