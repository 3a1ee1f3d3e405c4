"""Stories: what happens to a station, one step a line, for people to write and machines to replay.

    after 2s
    plug_in cable_ma=32000
    present_tag tag=04A1B2C3
    wait ocpp_status=Charging timeout_s=30

A step is a word and named arguments: any word of the bench (:data:`~pilotline.simulator.actions.ACTIONS`)
or of the host (:data:`~pilotline.links.operations.OPERATIONS`), ``config_set``, ``network``, ``after`` with a
duration, ``wait`` with what the status shall be. ``#`` begins a comment.
"""

import re
import shlex
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from pilotline.links.operations import LOCAL, OPERATIONS, OperationError, of_connector
from pilotline.links.waiting import Condition
from pilotline.simulator.actions import ACTIONS
from pilotline.simulator.bench import BENCH, bench_actions
from pilotline.simulator.station import VirtualStation
from pilotline.vocabulary.network import Interface
from pilotline.vocabulary.roles import Asker
from pilotline.vocabulary.time import HOUR, MINUTE, MS, SECOND

OTHER_WORDS = {
    "after": "Let time pass: after 500ms, 3s, 20m or 2h.",
    "wait": "Until the status is as named: wait ocpp_status=Charging timeout_s=30.",
    "config_set": "Change a configuration key: config_set key=LightIntensity value=50.",
    "network": "Cut or restore the line to the backend, or one interface: network up=false interface=wifi.",
}
_STORIES = files("pilotline.simulator").joinpath("stories")
_UNITS = {"ms": MS, "s": SECOND, "m": MINUTE, "h": HOUR}
_DURATION = re.compile(r"(\d+)(ms|s|m|h)")
_FOR_EVER = 1 << 62
STORY_ENDS = "The story ends as written."
NO_HOST = "The host is starting again; ask again in a moment."
"""The answer of a station whose host has crashed."""


class StoryError(Exception):
    """A story that cannot be read or did not go as written; the message has file, line and reason.

    Line 0 is the story as a whole.
    """

    def __init__(self, name: str, line: int, reason: str) -> None:
        super().__init__(f"{name}:{line}: {reason}" if line else f"{name}: {reason}")


@dataclass(frozen=True)
class Step:
    """One line: its number, its word, its arguments as written."""

    line: int
    word: str
    args: Mapping[str, Any]

    def __str__(self) -> str:
        return " ".join([self.word, *(str(v) if k == "" else f"{k}={v}" for k, v in self.args.items())])


@dataclass(frozen=True)
class Story:
    """A name for people and its steps."""

    name: str
    steps: Sequence[Step]


def list_stories() -> dict[str, str]:
    """The stories that come with Pilotline: name -> its first comment."""
    found: dict[str, str] = {}
    for entry in sorted(_STORIES.iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".story"):
            found[entry.name.removesuffix(".story")] = entry.read_text().splitlines()[0].lstrip("# ")
    return found


def load_story(name_or_path: str) -> Story:
    """A story by name, or by the path of a file. Raises StoryError."""
    path = Path(name_or_path)
    if path.suffix != ".story" and "/" not in name_or_path:
        if name_or_path not in list_stories():
            known = ", ".join(list_stories())
            raise StoryError(name_or_path, 0, f"There is no such story; there are {known}, or give a file.")
        text = _STORIES.joinpath(f"{name_or_path}.story").read_text()
        return parse_story(name_or_path, text)
    try:
        return parse_story(path.name, path.read_text())
    except OSError as error:
        raise StoryError(name_or_path, 0, f"The file cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise StoryError(name_or_path, 0, "The file cannot be read: it is no text.") from None


def parse_story(name: str, text: str) -> Story:
    """Read the steps; unknown words and malformed arguments are refused with their line."""
    steps: list[Step] = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            words = shlex.split(line, comments=True)
        except ValueError as error:
            raise StoryError(name, number, f"{error}.") from None
        if words:
            steps.append(_parse_step(name, number, words))
    return Story(name, steps)


def _parse_step(name: str, number: int, words: Sequence[str]) -> Step:
    word, *rest = words
    if not any(word in table for table in (ACTIONS, BENCH, OPERATIONS, OTHER_WORDS)):
        known = ", ".join([*OTHER_WORDS, *OPERATIONS, *BENCH, *ACTIONS])
        raise StoryError(name, number, f"unknown word {word}; the words are {known}.")
    if word == "after":
        return Step(number, word, {"": _duration(name, number, rest)})
    args: dict[str, Any] = {}
    for part in rest:
        key, equals, value = part.partition("=")
        if not equals:
            raise StoryError(name, number, f"{part}: arguments are written name=value.")
        args[key] = None if value.lower() == "none" else value
    return Step(number, word, args)


def _duration(name: str, number: int, rest: Sequence[str]) -> str:
    if len(rest) != 1 or not _DURATION.fullmatch(rest[0]):
        raise StoryError(name, number, "after takes one duration such as 500ms, 3s, 20m or 2h.")
    return rest[0]


def duration_us(text: str) -> int:
    """Microseconds of a duration that has been parsed."""
    found = _DURATION.fullmatch(text)
    assert found is not None
    return int(found[1]) * _UNITS[found[2]]


class Pause(NamedTuple):
    """What a step waits for: until a time of the timeline, or until ``reached`` is true if that is sooner."""

    until: int
    reached: Callable[[], bool] | None = None


class Playing:
    """A story under way: ``advance`` lets time pass on its station, in pieces of any size.

    However small the pieces, the same happens at the same times. ``on_step`` is told each step before it
    happens.
    """

    def __init__(
        self, station: VirtualStation, story: Story, on_step: Callable[[Step], None] = lambda _step: None
    ) -> None:
        self._station = station
        self._story = story
        self._on_step = on_step
        self._line = 0
        self._pauses = self._play()
        self._pause: Pause | None = next(self._pauses)

    def advance(self, until: int) -> bool:
        """Go on until ``until``, or until the story has ended: then True. Raises StoryError, and it has."""
        try:
            while self._pause is not None:
                if not self._rest(self._pause, until):
                    return False
        except OperationError as error:
            self._pause = None
            raise StoryError(self._story.name, self._line, str(error)) from None
        return True

    def _rest(self, pause: Pause, until: int) -> bool:
        """Let time pass; whether the pause is over, and ``_pause`` what is waited for next."""
        reached = self._station.timeline.run(min(until, pause.until), pause.reached)
        if not reached and until < pause.until:
            return False
        try:
            self._pause = self._pauses.send(reached)
        except StopIteration:
            self._pause = None
        return True

    def _play(self) -> Generator[Pause, bool, None]:
        """All steps in order; the first pause is none, so that nothing happens before the first step."""
        yield Pause(0, lambda: True)
        for step in self._story.steps:
            self._line = step.line
            self._on_step(step)
            yield from self._take(step)

    def _take(self, step: Step) -> Generator[Pause, bool, None]:
        if step.word == "after":
            yield Pause(self._station.timeline.now + duration_us(step.args[""]))
        elif step.word == "wait":
            yield from self._wait(Condition.read(step.args))
        else:
            perform(self._station, step.word, step.args)

    def _wait(self, condition: Condition) -> Generator[Pause, bool, None]:
        station, seen = self._station, -1

        def reached() -> bool:
            nonlocal seen
            if station.host_events == seen or not station.host_runs:
                return False
            seen = station.host_events
            return condition.holds(station.snapshot())

        if not (yield Pause(station.timeline.now + int(condition.timeout_s * SECOND), reached)):
            raise OperationError(condition.missed(station.snapshot()))


class StoryRunner:
    """Plays stories on a station straight through; ``on_step`` is told each step before it happens."""

    def __init__(self, station: VirtualStation, on_step: Callable[[Step], None] = lambda _step: None) -> None:
        self._station = station
        self._on_step = on_step

    def play(self, story: Story) -> None:
        """All steps in order. Raises StoryError at the first that does not go as written."""
        Playing(self._station, story, self._on_step).advance(_FOR_EVER)


def perform(station: VirtualStation, word: str, args: Mapping[str, Any], asker: Asker = LOCAL) -> str | None:
    """Do now what takes no time: all words but ``after`` and ``wait``. What is answered, if anything is.

    Raises OperationError.
    """
    if word in ACTIONS or word in BENCH:
        _act(station, word, args)
    elif word in OPERATIONS:
        if not station.host_runs:
            raise OperationError(NO_HOST)
        reason = station.wish(word, args, asker)
        if reason is not None:
            raise OperationError(f"{word}: {reason}")
    elif word == "network":
        _take_only(word, args, "up", "interface")
        station.set_network(up=_flag(args, "up"), interface=_interface(args.get("interface")))
    else:
        _take_only(word, args, "key", "value")
        return _set_key(station, args, asker)
    return None


def _act(station: VirtualStation, word: str, args: Mapping[str, Any]) -> None:
    number, rest = of_connector(word, args, station.places)
    for action in bench_actions(word, rest):
        refusal = station.do(action, number)
        if refusal is not None:
            raise OperationError(refusal)


def _set_key(station: VirtualStation, args: Mapping[str, Any], asker: Asker) -> str:
    key, value = args.get("key"), args.get("value")
    if key is None or value is None:
        raise OperationError("config_set takes key and value.")
    answer = station.set_key(key, value, asker)
    if answer is None:
        raise OperationError(NO_HOST)
    if answer.word not in ("Accepted", "RebootRequired"):
        sentence = f"{key} was not set to {value!r}: {answer.word}. {answer.reason or ''}".rstrip()
        raise OperationError(sentence, answer.reason)
    return answer.word


def _take_only(word: str, args: Mapping[str, Any], *names: str) -> None:
    for name in args:
        if name not in names:
            raise OperationError(f"{word} has no argument {name}; it takes {', '.join(names)}.")


def _interface(word: str | None) -> Interface | None:
    known = {each.value: each for each in Interface}
    if word is not None and word not in known:
        raise OperationError(f"There is no interface {word}; there are {', '.join(known)}.")
    return known[word] if word is not None else None


def _flag(args: Mapping[str, Any], name: str) -> bool:
    word = str(args.get(name, "")).lower()
    if word not in ("true", "false"):
        raise OperationError(f"network takes {name}=true or {name}=false.")
    return word == "true"
