"""Looks at everything that can happen to a safety module, the shortest story first, and judges every moment.

It drives the module itself, not a model of it: breadth first, one move of the alphabet at a time, and time
to just before, at and just after the moment the module waits for next. Moments that are the same for module
and judge are looked at once; ``fingerprint`` says what "the same" means. A violation is told as a story.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pilotline.proof.alphabet import Alphabet
from pilotline.proof.fingerprint import Fingerprints
from pilotline.proof.moves import Move, Sense, Wait
from pilotline.proof.scene import Scene, Verdict
from pilotline.proof.snapshot import Frozen
from pilotline.vocabulary import faults
from pilotline.vocabulary.charger import RtmModel
from pilotline.vocabulary.faults import faults_in
from pilotline.vocabulary.time import SECOND

Story = tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far to go: moves from a beginning, moments kept, seconds.

    ``wrong`` is how many inputs may be wrong at the same time, ``groups`` of how many groups faults may be in
    force at the same time where a story goes on, ``longest_s`` how long a single wait may be.
    """

    depth: int | None = None
    states: int = 1_000_000
    seconds: float = 60.0
    wrong: int = 1
    groups: int = 1
    longest_s: int = 10


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that was broken, and the shortest story that breaks it."""

    verdict: Verdict
    story: Story


@dataclass(slots=True)
class Found:
    """What an exploration has seen."""

    states: int = 0
    moves: int = 0
    depth: int = 0
    """How many moves from a beginning every moment that was kept has been looked at."""
    closed: bool = False
    """Nothing new is left within the bounds of ``wrong``, ``groups`` and the alphabet."""
    violations: list[Violation] = field(default_factory=list[Violation])
    closings: int = 0
    openings: Counter[str] = field(default_factory=Counter[str])
    """How the relay opened: by a trip of which group, because the car left C, or in an orderly stop."""
    in_force: int = 0
    """The faults that were in force at some moment."""


class Explorer:
    """``run`` explores from the beginnings; ``seconds`` is a clock, ``tell`` hears of each depth."""

    def __init__(
        self,
        model: RtmModel,
        bounds: Bounds,
        *,
        seconds: Callable[[], float],
        full: frozenset[str] | None = None,
        edges: bool = False,
        exact: bool = False,
        tell: Callable[[Found], None] = lambda _: None,
    ) -> None:
        self.scene = Scene(model)
        self._bounds = bounds
        self._seconds = seconds
        self._tell = tell
        self._alphabet = Alphabet(model, edges=edges, full=full)
        self._senses = tuple(self._alphabet.senses())
        self._fingerprints = Fingerprints(
            self.scene.parts,
            self.scene.history,
            self._alphabet.regions,
            exact=exact,
            flows="current_ma" in self._alphabet.inputs,
        )
        self._seen: set[int] = set()
        self._came_by: list[tuple[int, Move | None]] = []
        self._open: deque[tuple[int, int, Frozen]] = deque()
        self._beginnings: dict[int, Story] = {}
        self.found = Found()

    def run(self, beginnings: Sequence[Story] = ((),), *, most_violations: int = 1) -> Found:
        """Explore from the end of each of these stories."""
        until = self._seconds() + self._bounds.seconds
        boot = self.scene.freeze()
        for story in beginnings:
            self.scene.thaw(boot)
            self._begin(story)
        while self._open and len(self.found.violations) < most_violations:
            number, depth, frozen = self._open.popleft()
            if depth > self.found.depth:
                self.found.depth = depth
                self._tell(self.found)
            if depth == self._bounds.depth or self.found.states >= self._bounds.states:
                return self.found
            if self._seconds() > until:
                return self.found
            self._expand(number, depth, frozen)
        self.found.closed = not self._open and not self.found.violations
        return self.found

    def _begin(self, story: Story) -> None:
        for count, move in enumerate(story, 1):
            for verdict in self.scene.apply(move):
                self.found.violations.append(Violation(verdict, story[:count]))
        self._beginnings[len(self._came_by)] = story
        self._keep(-1, None, 0)

    def _expand(self, number: int, depth: int, frozen: Frozen) -> None:
        self.scene.thaw(frozen)
        for move in tuple(self._moves()):
            self.scene.thaw(frozen)
            before = self.scene.outputs.relay
            broken = self.scene.apply(move)
            self.found.moves += 1
            self._count(before)
            if broken:
                story = (*self._story(number), move)
                self.found.violations += [Violation(verdict, story) for verdict in broken]
                return
            if self._goes_on():
                self._keep(number, move, depth + 1)

    def _keep(self, number: int, move: Move | None, depth: int) -> None:
        scene = self.scene
        print_of = self._fingerprints.of(
            scene.now, scene.inputs, scene.follows, scene.memory(), rhythm=scene.keeps.offer_ma is not None
        )
        if print_of in self._seen:
            return
        self._seen.add(print_of)
        self._open.append((len(self._came_by), depth, scene.freeze()))
        self._came_by.append((number, move))
        self.found.states += 1

    def _story(self, number: int) -> Story:
        """The moves from boot to a moment."""
        moves: list[Move] = []
        while True:
            before, move = self._came_by[number]
            if move is None:
                return (*self._beginnings[number], *reversed(moves))
            moves.append(move)
            number = before

    # --- which moves there are now ---

    def _moves(self) -> Iterator[Move]:
        scene = self.scene
        wrong = scene.wrong()
        for sense in self._senses:
            if scene.inputs[sense.name] != sense.value and self._may(sense, wrong):
                yield sense
        yield from (car for car in self._alphabet.cars if car.pilot_mv != scene.inputs["pilot_mv"])
        yield from self._alphabet.words
        yield from self._waits()

    def _may(self, sense: Sense, wrong: Sequence[str]) -> bool:
        """Whether no more inputs are wrong then than are allowed. No current flows through open contacts."""
        if sense.name == "current_ma" and not all(self.scene.sample().contacts):
            return False
        if self.scene.is_right(sense.name, sense.value):
            return True
        others = [name for name in wrong if name != sense.name]
        return len(others) < self._bounds.wrong

    def _waits(self) -> Iterator[Wait]:
        """To just before, at and just after what comes next; and, where nothing does, for long."""
        scene, longest = self.scene, self._bounds.longest_s * SECOND
        due = scene.next_due()
        if due is None or due - scene.now > longest:
            yield Wait(longest)
            return
        yield from (Wait(us) for us in (due - scene.now - 1, due - scene.now, due - scene.now + 1) if us > 0)

    def _goes_on(self) -> bool:
        groups = {fault.group for fault in faults_in(self.scene.history.now.faults)}
        return len(groups) <= self._bounds.groups

    # --- what was seen ---

    def _count(self, was_closed: bool) -> None:
        history, found = self.scene.history, self.found
        found.in_force |= history.now.faults
        if history.now.outputs.relay and not was_closed:
            found.closings += 1
        elif was_closed and not history.now.outputs.relay:
            found.openings[self._way()] += 1

    def _way(self) -> str:
        history = self.scene.history
        tripping = history.now.faults & faults.TRIPPING
        if tripping:
            return f"trip: {faults_in(tripping)[0].group.value}"
        if not history.locked:
            return "lock lost"
        return "orderly stop" if history.level_is(history.chargeable, margin_mv=0) else "left C"


def replay(model: RtmModel, story: Sequence[Move]) -> Violation | None:
    """Make these moves from boot; the first violation, or None."""
    scene = Scene(model)
    for count, move in enumerate(story, 1):
        for verdict in scene.apply(move):
            return Violation(verdict, tuple(story[:count]))
    return None
