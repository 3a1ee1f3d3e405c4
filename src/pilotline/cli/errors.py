"""Mistakes of the user, as one sentence and an exit code."""

import sys
from collections.abc import Generator
from contextlib import contextmanager

from pilotline.models.document import ModelError

WRONG_USE = 2


class UsageError(Exception):
    """Something the user can mend; the message is a sentence that says how."""


@contextmanager
def complain() -> Generator[None]:
    """Print the sentence of a known mistake and exit with 2; anything else is ours and keeps its trace."""
    try:
        yield
    except (ModelError, UsageError) as error:
        print(f"pilotline: {error}", file=sys.stderr)
        sys.exit(WRONG_USE)
