#!/usr/bin/env python
"""Draw `docs/reference/limits.md` from the table of limit sources (`pilotline.vocabulary.limits`)."""

from collections.abc import Iterable
from pathlib import Path

from pilotline.vocabulary.limits import SOURCES, LimitSource

TARGET = Path(__file__).parents[1] / "docs" / "reference" / "limits.md"

INTRODUCTION = """\
<!-- Drawn by scripts/limit_reference.py; change the table and run it again. -->
# Who limits the current

Each source says how much it allows; the lowest wins, and of equal ones that with the lower code. The winner
is the reason that is shown (`why` and `limit` of the status; `limits` lists all that stand) and reported to
the backend under `VendorID1` with its code, at most every 10 s. Less than 6 A is a pause: the car is asked to
stop, and goes on when 6 A have been allowed for 10 s. An offer falls at once, then every 5 s at most; it
rises every 5 s at most.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *sources(), "", *words(), ""])


def sources() -> Iterable[str]:
    yield "| name | code | reported as | who limits | holds | after that |"
    yield "|---|---|---|---|---|---|"
    for row in SOURCES:
        yield f"| `{row.name}` | {row.code} | {row.code_name} | {row.who} | {row.holds} | {_fallback(row)} |"


def _fallback(row: LimitSource) -> str:
    if row.lasts is None:
        return "–"
    if row.fallback_ma is None:
        return "it limits nothing"
    amps = f"{row.fallback_ma / 1_000:g} A"
    return f"{amps}: {row.fallback.format(amps=amps)}"


def words() -> Iterable[str]:
    yield "| name | while charging | in a pause |"
    yield "|---|---|---|"
    yield from (f"| `{row.name}` | {row.sentence.format(amps='16 A')} | {row.pause} |" for row in SOURCES)


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(page(), encoding="utf-8")
