"""Replays recordings to the charger that is imported: ``python -m planted.replayed [FILE SESSION...]``.

It is run with ``PYTHONPATH`` at a copy of the project with one mistake in it, and prints JSON: recording ->
what differs first, or null. Without a file the recordings are our own.
"""

import gzip
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pilotline
from pilotline.links.v2g.recording import Recording, from_lines
from pilotline.links.v2g.replay import replay
from pilotline.links.v2g.replay_telling import sentence
from support.recorded_din import own_recordings


def recordings(arguments: Sequence[str]) -> dict[str, Recording]:
    """Our own, or these numbers of a file."""
    if not arguments:
        return own_recordings()
    with gzip.open(arguments[0]) as file:
        found = from_lines(file)
    return {number: found[int(number) - 1] for number in arguments[1:]}


def difference(recording: Recording) -> str | None:
    """The first that is not in the list."""
    wrong = (each for each in replay(recording).judged if each.entry is None)
    first = next(wrong, None)
    return first and sentence(first)


if __name__ == "__main__":
    found = {name: difference(each) for name, each in recordings(sys.argv[1:]).items()}
    print(json.dumps({"source": str(Path(pilotline.__file__).parent), "found": found}))
