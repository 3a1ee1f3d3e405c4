"""The caretaker of a simulated station: a story says how each work goes, and how long it takes.

A task nobody has spoken for never ends, as one that a dead network swallows: nothing is made up, and the part
that asked gives up by its own patience.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from pilotline.station.upkeep.events import GiveUp, Outcome, Progress, Task, Work, Worked
from pilotline.vocabulary.time import SECOND


@dataclass(frozen=True)
class Course:
    """How a task goes: ``outcome`` after ``takes`` µs, and on the way these steps (part of the time, bytes,
    of how many).
    """

    outcome: Outcome
    takes: int = SECOND
    steps: tuple[tuple[float, int, int | None], ...] = ()


Script = Callable[[Task], Course | Outcome | None]
"""What happens with a task; an outcome alone takes a second, None never ends."""
Later = Callable[[Callable[[], None], int], object]
"""Do this so many µs later: the timeline's ``post``."""
Tell = Callable[[Worked | Progress], None]


@dataclass
class SimulatedCaretaker:
    """``script`` a kind of task; ``done`` and ``given_up`` are its books."""

    scripts: dict[type[Task], Script] = field(default_factory=dict[type[Task], Script])
    asked: list[Task] = field(default_factory=list[Task])
    given_up: list[int] = field(default_factory=list[int])

    def script(self, kind: type[Task], *course: Course | Outcome) -> None:
        """These one after the other, the last one again and again."""
        left = list(course)

        def play(_task: Task) -> Course | Outcome:
            return left.pop(0) if len(left) > 1 else left[0]

        self.scripts[kind] = play

    def act(self, effect: Work | GiveUp, later: Later, tell: Tell) -> None:
        """``tell`` is handed what comes of it, unless the host of that time is gone."""
        if isinstance(effect, GiveUp):
            self.given_up.append(effect.number)
            return
        self.asked.append(effect.task)
        course = self._course(effect.task)
        if course is None:
            return
        for event, after in _events(effect.number, course):
            later(partial(self._tell, event, tell), after)

    def restart(self) -> None:
        """A new host: its works are numbered anew."""
        self.given_up.clear()

    def _tell(self, event: Worked | Progress, tell: Tell) -> None:
        if event.number not in self.given_up:
            tell(event)

    def _course(self, task: Task) -> Course | None:
        script = self.scripts.get(type(task))
        course = script(task) if script is not None else None
        return Course(course) if isinstance(course, Outcome) else course


def _events(number: int, course: Course) -> Sequence[tuple[Worked | Progress, int]]:
    steps = [(Progress(number, done, total), int(part * course.takes)) for part, done, total in course.steps]
    return [*steps, (Worked(number, course.outcome), course.takes)]
