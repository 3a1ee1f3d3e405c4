"""Replays as lines to read: one a session, and below it what differs."""

from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import groupby
from textwrap import wrap

from pilotline.links.v2g.replay import Judged, Outcome, Replay
from pilotline.links.v2g.values import clean, duration

_COLUMNS = ("", "car", "protocol", "verdict", "answers", "replay")
_WIDTHS = (3, 18, 14, 19, 7, 0)
_RIGHT = {0, 4}
MOST = 8
"""So many differences of a session are told; where one thing is wrong, it is wrong again and again."""


class Mark(Enum):
    """What a line is, where there are colours."""

    RIGHT = "right"
    WRONG = "wrong"
    DIFFERENCE = "difference"
    KNOWN = "known"


def head() -> str:
    """The names of the columns."""
    return _row(_COLUMNS)


def tell_replay(number: int, replay: Replay, width: int) -> Iterator[tuple[Mark, str]]:
    """The session's line, with the number it has in the file; below it what differs, in so many columns."""
    cells = (
        str(number),
        clean(replay.car),
        replay.protocol,
        replay.verdict.ending.value,
        str(replay.answers),
        _outcome(replay),
    )
    yield (Mark.RIGHT if replay.right else Mark.WRONG), _row(cells)
    if replay.irregular:
        yield from _below(Mark.DIFFERENCE, "~", f"recording irregular: {replay.irregular}", width)
    wrong = [each for each in replay.judged if each.entry is None]
    for each in wrong[:MOST]:
        yield from _below(Mark.DIFFERENCE, "!", sentence(each), width)
    if len(wrong) > MOST:
        yield from _below(Mark.DIFFERENCE, "!", f"and {len(wrong) - MOST} differences more", width)
    for text in _listed([each for each in replay.judged if each.entry is not None]):
        yield from _below(Mark.KNOWN, "=", text, width)


def _below(mark: Mark, sign: str, text: str, width: int) -> Iterator[tuple[Mark, str]]:
    first, others = f"     {sign} ", " " * 7
    lines = wrap(text, width, initial_indent=first, subsequent_indent=others, break_long_words=False)
    yield from ((mark, line) for line in lines)


def _row(cells: Sequence[str]) -> str:
    told = (
        cell.rjust(width) if column in _RIGHT else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    )
    return "  ".join(told).rstrip()


def _outcome(replay: Replay) -> str:
    first = next((each.found for each in replay.judged if each.entry is None), None)
    return replay.outcome.value if first is None else f"{replay.outcome.value} at message {first.number}"


def sentence(judged: Judged) -> str:
    """Where it is, what it is, and both answers."""
    found = judged.found
    place = f"message {found.number} at {duration(found.at_us)}, {found.subject}"
    after = f" after {found.after}" if found.after else ""
    return f"{place}{after}: {found.what} was {clean(found.recorded)}, ours is {clean(found.ours)}"


def _listed(judged: Sequence[Judged]) -> Iterator[str]:
    """Those of one entry together: its first place, and the clause."""
    for entry, group in groupby(judged, key=lambda each: each.entry):
        found = list(group)
        again = f" ({len(found)} times)" if len(found) > 1 else ""
        assert entry is not None
        yield f"{sentence(found[0])}{again}. {entry.clause}: {entry.reason}"


def total(replays: Sequence[Replay]) -> str:
    """The last line: whether all is right."""
    answers = sum(each.answers for each in replays)
    wrong = sum(not each.right for each in replays)
    listed = sum(each.outcome is Outcome.LISTED for each in replays)
    empty = sum(each.outcome is Outcome.NOT_PLAYED for each in replays)
    parts = [
        f"{len(replays)} session{'s' if len(replays) != 1 else ''}, {answers} answers",
        f"{wrong} differ" if wrong else "all right",
        f"{listed} but for what is listed" if listed else "",
        f"{empty} with nothing to compare" if empty else "",
    ]
    return ", ".join(filter(None, parts)) + "."
