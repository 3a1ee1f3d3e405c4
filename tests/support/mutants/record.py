"""The survivors that a decision record has explained: what ``make mutants`` compares with."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```mutants\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between a run and the record."""

    unexplained: tuple[str, ...]
    """Survivors that nobody has explained."""
    outdated: tuple[str, ...]
    """What the record explains and the tests now find, or what exists no longer."""


def explained_in(record: Path) -> tuple[str, ...]:
    """The names in the record's blocks ``mutants``, one a line."""
    blocks = _BLOCK.findall(record.read_text(encoding="utf-8"))
    return tuple(line for block in blocks for line in block.splitlines() if line)


def compare(
    survivors: Sequence[str], judged: Sequence[str], explained: Sequence[str], *, whole: bool
) -> Comparison:
    """Hold a run against the record; only a ``whole`` run knows that a mutant exists no longer."""
    return Comparison(
        unexplained=tuple(name for name in survivors if name not in explained),
        outdated=tuple(name for name in explained if name not in survivors and (whole or name in judged)),
    )
