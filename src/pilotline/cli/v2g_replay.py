"""``pilotline v2g replay``: what recorded cars asked, asked of our own charger."""

import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from pilotline.cli.v2g import choose
from pilotline.links.v2g.replay import Replay, replay
from pilotline.links.v2g.replay_telling import Mark, head, tell_replay, total

_STYLES = {
    Mark.RIGHT: "",
    Mark.WRONG: "red",
    Mark.DIFFERENCE: "yellow",
    Mark.KNOWN: "dim",
}


def replay_file(file: Path, session: str | None, car: str | None) -> None:
    """A line a session as soon as it is played; ends with exit code 1 where one of them is wrong."""
    found = choose(file, session, car)
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(head(), "bold cyan"))
    done: list[Replay] = []
    with console.status("") as status:  # seen on a terminal alone
        for number, recording in found:
            status.update(f"session {len(done) + 1} of {len(found)}, {len(recording.lines)} messages")
            done.append(replay(recording))
            for mark, line in tell_replay(number, done[-1], max(console.width, 60)):
                console.print(Text(line, _STYLES[mark]))
    console.print(Text(total(done), "bold"))
    sys.exit(0 if all(each.right for each in done) else 1)
