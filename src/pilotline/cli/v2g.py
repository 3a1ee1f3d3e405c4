"""``pilotline v2g show``: a recorded session of car and charger as a story to read."""

import gzip
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from pilotline.cli.errors import UsageError
from pilotline.links.v2g.recording import Recording, RecordingError, from_capture, from_lines
from pilotline.links.v2g.story import Look, lay_out, list_out, summarise, tell
from pilotline.wire.capture.pcap import CaptureError, is_capture

_STYLES = {
    Look.TITLE: "bold",
    Look.HEADING: "bold cyan",
    Look.CAR: "green",
    Look.CHARGER: "",
    Look.PLAIN: "dim",
    Look.ODD: "yellow",
    Look.VERDICT: "bold",
}


def show_file(file: Path, session: str | None, car: str | None) -> None:
    """The story of the one session that is meant; of several, a list."""
    found = choose(file, session, car)
    if len(found) == 1:
        _tell(found[0][1])
    else:
        _list(found)


def choose(file: Path, session: str | None, car: str | None) -> list[tuple[int, Recording]]:
    """The sessions that are meant, with their numbers in the file; at least one."""
    recordings = _read(file)
    found = [each for each in enumerate(recordings, 1) if _is_chosen(*each, session, car)]
    if not found:
        raise UsageError(_none_found(file, recordings))
    return found


def _read(file: Path) -> list[Recording]:
    try:
        data = file.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        return from_capture(data, file.name) if is_capture(data) else from_lines(data.splitlines())
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{file} cannot be read: {error}.") from None
    except (CaptureError, RecordingError) as error:
        raise UsageError(f"{file}: {error}") from None


def _is_chosen(number: int, recording: Recording, session: str | None, car: str | None) -> bool:
    if (
        session is not None
        and session != str(number)
        and (session.isdigit() or session not in recording.name)
    ):
        return False
    return car is None or _plain(car) in _plain(recording.car or summarise(recording).car)


def _plain(name: str) -> str:
    """Names are compared by their letters and figures alone: ``ioniq 5`` is Ioniq5."""
    return "".join(filter(str.isalnum, name)).lower()


def _none_found(file: Path, recordings: Sequence[Recording]) -> str:
    if not recordings:
        return f"{file} holds no conversation of a car with a charger over V2GTP."
    return f"None of the {len(recordings)} sessions is meant; leave the choice out to list them."


def _list(found: Sequence[tuple[int, Recording]]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    title, *rows = list_out([(number, summarise(each)) for number, each in found])
    console.print(Text(title, "bold cyan"))
    for row in rows:
        console.print(Text(row))
    print("Choose one: --session NUMBER", file=sys.stderr)


def _tell(recording: Recording) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for look, line in lay_out(tell(recording), max(console.width, 60)):
        console.print(Text(line, _STYLES[look]))
