"""Asks judges about the project that is imported: ``python -m planted.judges WHERE BEGIN JUDGE...``.

It is run with ``PYTHONPATH`` at a copy of the project with one mistake in it, and prints JSON: judge -> what
it found first, or null. ``WHERE`` are the explorer's slices, joined by commas; ``BEGIN`` is where its stories
begin. All budgets are counted in moves, never in seconds, so every machine gives the same answer.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path

import pilotline

_MISTAKES = (ArithmeticError, AssertionError, LookupError, RuntimeError, TypeError, ValueError)
"""What a module with a mistake in it may raise by itself, beside a broken rule."""


def found_by(judge: Callable[[str, str], str | None], where: str, begin: str) -> str | None:
    """What a judge found, a crash of the module included."""
    try:
        return judge(where, begin)
    except _MISTAKES as error:
        return str(error).partition("\n")[0] or type(error).__name__


def ask(where: str, begin: str, judges: Sequence[str]) -> Mapping[str, str | None]:
    """The judges one after the other; nothing they say on the way is heard."""
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        return {name: found_by(import_module(f"planted.judges.{name}").find, where, begin) for name in judges}


if __name__ == "__main__":
    found = ask(sys.argv[1], sys.argv[2], sys.argv[3:])
    print(json.dumps({"source": str(Path(pilotline.__file__).parent), "found": found}))
