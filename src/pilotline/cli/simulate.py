"""``pilotline simulate``: a story in simulated time, told line by line, traced if wanted."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec

from pilotline.cli.errors import UsageError
from pilotline.cli.narrator import Narrator
from pilotline.models.reader import load_charger
from pilotline.simulator.station import Traced, VirtualStation
from pilotline.simulator.story import Step, StoryError, StoryRunner, list_stories, load_story
from pilotline.vocabulary.time import SECOND


def list_all() -> None:
    """What there is to play."""
    print("Stories that come with Pilotline (pilotline simulate NAME):")
    for name, first_line in list_stories().items():
        print(f"  {name:<16} {first_line}")


def play(name: str, model: str, trace: Path | None) -> None:
    """Play one story; a StoryError or an unwritable trace is the user's to mend."""
    charger = load_charger(model)
    with ExitStack() as stack:
        station = VirtualStation(charger, trace=_tracer(stack, trace) if trace else None)
        narrator = Narrator()
        try:
            story = load_story(name)
            runner = StoryRunner(_told(station, narrator), lambda step: _announce(station, step))
            runner.play(story)
        except StoryError as error:
            raise UsageError(f"{error} (at {_clock(station.timeline.now)} of simulated time)") from None
        for line in narrator.tell(station.snapshot()):
            print(f"{_clock(station.timeline.now)}  {line}")
    print(f"{_clock(station.timeline.now)}  The story ends as written.")


def _told(station: VirtualStation, narrator: Narrator) -> VirtualStation:
    """The station, watched once per simulated second at most and after every host event that changed it."""
    seen = 0

    def watch(now: int) -> None:
        nonlocal seen, due
        due = now + SECOND // 5
        if station.host_events != seen:
            seen = station.host_events
            for line in narrator.tell(station.snapshot()):
                print(f"{_clock(now)}  {line}")

    due = 0
    station.timeline.add(lambda: due, watch)
    return station


def _announce(station: VirtualStation, step: Step) -> None:
    if step.word not in ("after", "wait"):
        print(f"{_clock(station.timeline.now)}  > {step}")


def _clock(now: int) -> str:
    seconds = now // SECOND
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _tracer(stack: ExitStack, path: Path) -> Callable[[Traced], None]:
    """Writes each passing thing as one JSON object; bytes as hex, values by their fields."""
    try:
        file = stack.enter_context(path.open("wb"))
    except OSError as error:
        raise UsageError(f"The trace {path} cannot be written: {error.strerror}.") from None
    encoder = msgspec.json.Encoder(enc_hook=str)

    def write(passed: Traced) -> None:
        what: Any = passed.what.hex() if isinstance(passed.what, bytes) else passed.what
        line = {
            "at_us": passed.at,
            "from": passed.source,
            "to": passed.target,
            "what": type(passed.what).__name__,
        }
        file.write(encoder.encode({**line, "value": what}) + b"\n")

    return write
