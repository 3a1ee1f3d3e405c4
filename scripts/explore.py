"""``make explore``: everything that can happen to the safety module, judged at every moment.

Without options: every slice of the inputs on a model in a hurry, to its end where the time allows, some once
more where a car may be told by messages, then each charger model as it is, all inputs at every threshold, as
deep as the time allows. Exit code 1 when an invariant was broken; the shortest story is printed, and
``--replay FILE`` plays it and judges it again.
"""

import argparse
import gc
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pilotline.models.reader import list_models, load_charger
from pilotline.proof.alphabet import HOST, SLICES
from pilotline.proof.beginnings import beginnings, hasty
from pilotline.proof.explorer import Bounds, Explorer, Found, Violation, replay
from pilotline.proof.moves import StoryError, read, write
from pilotline.vocabulary.charger import RtmModel
from pilotline.vocabulary.faults import faults_in

ALL = "all inputs"
_BEGINNINGS = ("charging by messages", "talking", "charging", "withheld", "offered", "idle", "boot")
_BY_MESSAGES = ("core", "relay", "lock", "monitor", "current", "switches", "pace", "host")
"""The slices looked at once more where a car may be told by messages."""


@dataclass(frozen=True)
class Task:
    """One exploration: the model's name, whether in a hurry, which slice, from where, how far."""

    model: str
    hurried: bool
    slice: str
    begin: tuple[str, ...]
    bounds: Bounds
    edges: bool
    exact: bool = False

    @property
    def name(self) -> str:
        return f"{self.model}{' hasty' if self.hurried else ''}"


def model_of(name: str) -> RtmModel:
    """``evnet-7kw-s``, or ``evnet-7kw-s hasty``."""
    words = name.split()
    model = load_charger(words[0]).rtm
    return hasty(model) if words[1:] == ["hasty"] else model


def explore(task: Task) -> tuple[Task, Found, float]:
    """Do one task; what it found, and the seconds it took: of CPU, so that a busy machine sees as much."""
    gc.disable()  # what is kept is kept; there are no cycles
    model = model_of(task.name)
    begun = time.process_time()
    explorer = Explorer(
        model,
        task.bounds,
        seconds=time.process_time,
        full=SLICES.get(task.slice),
        edges=task.edges,
        exact=task.exact,
    )
    stories = beginnings(model)
    found = explorer.run([stories[name] for name in task.begin if name in stories])
    return task, found, time.process_time() - begun


def everything(options: argparse.Namespace) -> Iterator[Task]:
    """The whole programme."""
    free = Bounds(seconds=options.seconds, wrong=99, groups=99)
    for name in SLICES:
        begin = "boot" if name == HOST else "idle"
        yield Task("evnet-7kw-s", True, name, (begin,), free, edges=True)
    for name in _BY_MESSAGES:
        yield Task("master-plus-ac", True, name, ("charging by messages", "talking"), free, edges=True)
    for model in list_models():
        bounds = Bounds(seconds=options.seconds, wrong=2, groups=2)
        yield Task(model, False, ALL, _BEGINNINGS, bounds, edges=True)


def single(options: argparse.Namespace) -> Iterator[Task]:
    """What the options ask for."""
    bounds = Bounds(options.depth, options.states, options.seconds, options.wrong, options.groups)
    begin = tuple(options.begin.split(","))
    yield Task(options.model, options.hasty, options.slice, begin, bounds, options.edges, options.exact)


def main() -> int:
    options = parse()
    if options.replay is not None:
        return play(options.replay)
    tasks = list(everything(options) if options.slice is None else single(options))
    print(
        f"{'model':<20} {'slice':<17} {'states':>8} {'moves':>9} {'depth':>5} {'':<6} {'s':>5}  seen",
        flush=True,
    )
    violations: list[tuple[str, Violation]] = []
    begun, states, moves = time.perf_counter(), 0, 0
    with ProcessPoolExecutor(options.jobs) as pool:
        for task, found, seconds in pool.map(explore, tasks):
            print(row(task, found, seconds), flush=True)
            states, moves = states + found.states, moves + found.moves
            violations += [(task.name, violation) for violation in found.violations]
    print(
        f"{states} states, {moves} moves, {time.perf_counter() - begun:.0f} s, {len(violations)} violations"
    )
    for name, violation in violations:
        print("\n".join(story_of(name, violation)))
    return 1 if violations else 0


def row(task: Task, found: Found, seconds: float) -> str:
    """One line of the table; "closed" says that nothing new was left."""
    state = "BROKEN" if found.violations else "closed" if found.closed else "open"
    ways = ", ".join(f"{way} {count}" for way, count in found.openings.most_common(3))
    figures = f"{found.states:>8} {found.moves:>9} {found.depth:>5} {state:<6} {seconds:>5.0f}"
    return f"{task.name:<20} {task.slice:<17} {figures}  {len(faults_in(found.in_force))} faults; {ways}"


def story_of(model: str, violation: Violation) -> Iterator[str]:
    """A story as ``--replay`` reads it."""
    yield f"# breaks {violation.verdict.name}: {violation.verdict.words}"
    yield f"# model {model}"
    yield from write(violation.story)


def play(file: Path) -> int:
    """Replay a story; 1 when it breaks something."""
    lines = file.read_text(encoding="utf-8").splitlines()
    name = next(
        (line.removeprefix("# model ") for line in lines if line.startswith("# model ")), "evnet-7kw-s"
    )
    try:
        moves = list(read(lines))
    except StoryError as error:
        print(f"{file}: {error}")
        return 2
    violation = replay(model_of(name), moves)
    if violation is None:
        print(f"{len(moves)} moves on {name}: every invariant holds.")
        return 0
    verdict = violation.verdict
    print(
        f"Move {len(violation.story)} of {len(moves)} on {name}, at {verdict.at} µs, breaks {verdict.name}:"
    )
    print(f"  {verdict.words}")
    print(f"  after: {next(write(violation.story[-1:]))}")
    return 1


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--replay", type=Path, metavar="FILE", help="play a story that was printed")
    parser.add_argument("--slice", choices=[*SLICES, ALL], help="explore this alone")
    parser.add_argument("--model", default="evnet-7kw-s", choices=list_models())
    parser.add_argument("--hasty", action="store_true", help="the model in a hurry: short times")
    parser.add_argument("--begin", default="boot", help=f"{','.join(_BEGINNINGS)}: where stories begin")
    parser.add_argument("--depth", type=int, help="moves from a beginning")
    parser.add_argument("--states", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=40, help="of CPU, for each exploration")
    parser.add_argument("--wrong", type=int, default=99, help="how many inputs may be wrong at once")
    parser.add_argument("--groups", type=int, default=99, help="of how many groups faults may be in force")
    parser.add_argument("--edges", action="store_true", help="just below, at and above every threshold")
    parser.add_argument(
        "--exact", action="store_true", help="tell moments apart by milliseconds, not by order"
    )
    parser.add_argument("--jobs", type=int, help="processes; as many as there are CPUs")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
