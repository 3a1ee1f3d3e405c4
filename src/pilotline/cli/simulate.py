"""``pilotline simulate``: a story in simulated time, told line by line, traced if wanted."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from pilotline.cli.errors import UsageError
from pilotline.cli.narrator import Narrator
from pilotline.links.host import FromBoard
from pilotline.models.reader import load_charger
from pilotline.simulator.station import Traced, VirtualStation
from pilotline.simulator.story import (
    STORY_ENDS,
    Step,
    Story,
    StoryError,
    StoryRunner,
    list_stories,
    load_story,
)
from pilotline.vocabulary.time import SECOND


def list_all() -> None:
    """What there is to play."""
    print("Stories that come with Pilotline (pilotline simulate NAME):")
    for name, first_line in list_stories().items():
        print(f"  {name:<16} {first_line}")


def play(name: str, model: str, trace: Path | None) -> None:
    """Play one story; a StoryError or an unwritable trace is the user's to mend."""
    charger, story = load_charger(model), load(name)
    with ExitStack() as stack:
        station = VirtualStation(charger, trace=tracer(stack, trace) if trace else None)
        narrator = Narrator()
        tell(station, narrator)
        try:
            StoryRunner(station, partial(announce, station)).play(story)
        except StoryError as error:
            raise UsageError(f"{error} (at {_clock(station.timeline.now)} of simulated time)") from None
        for line in narrator.tell(station.snapshot()):
            say(station, line)
    say(station, STORY_ENDS)


def load(name: str) -> Story:
    """A story by name or path. Raises UsageError."""
    try:
        return load_story(name)
    except StoryError as error:
        raise UsageError(str(error)) from None


def tell(station: VirtualStation, narrator: Narrator) -> None:
    """Look at the station when its host has heard something, once a simulated second at most."""
    seen, not_before = 0, 0

    def due() -> int | None:
        return not_before if station.host_events != seen else None

    def watch(now: int) -> None:
        nonlocal seen, not_before
        seen, not_before = station.host_events, now + SECOND
        for line in narrator.tell(station.snapshot()):
            say(station, line)

    station.timeline.add(due, watch)


def announce(station: VirtualStation, step: Step) -> None:
    """Tell what is about to be done."""
    if step.word not in ("after", "wait"):
        say(station, f"> {step}")


def say(station: VirtualStation, text: str) -> None:
    """One line, at its simulated time."""
    print(f"{_clock(station.timeline.now)}  {text}", flush=True)


def _clock(now: int) -> str:
    seconds = now // SECOND
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def tracer(stack: ExitStack, path: Path) -> Callable[[Traced], None]:
    """Writes each passing thing as one JSON object; bytes as hex, values by their fields."""
    try:
        file = stack.enter_context(path.open("wb"))
    except OSError as error:
        raise UsageError(f"The trace {path} cannot be written: {error.strerror}.") from None
    encoder = msgspec.json.Encoder(enc_hook=str)

    def write(passed: Traced) -> None:
        what: Any = passed.what.data if isinstance(passed.what, FromBoard) else passed.what
        value = what.hex() if isinstance(what, bytes) else what
        line = {
            "at_us": passed.at,
            "from": passed.source,
            "to": passed.target,
            "what": type(what).__name__,
        }
        file.write(encoder.encode({**line, "value": value}) + b"\n")

    return write
