#!/usr/bin/env python
"""Draw `docs/reference/refusals.md` from the tables of refusals and troubles (`pilotline.vocabulary`)."""

from collections.abc import Iterable
from pathlib import Path

from pilotline.vocabulary.refusals import GROUNDS
from pilotline.vocabulary.sentences import Template
from pilotline.vocabulary.troubles import TROUBLES

TARGET = Path(__file__).parents[1] / "docs" / "reference" / "refusals.md"

INTRODUCTION = """\
<!-- Drawn by scripts/refusal_reference.py; change the tables and run it again. -->
# Why something is not done

A wish that is not fulfilled is answered by a sentence, and over HTTP by its code and the words in it too
(`{"error", "code", "words"}`): so a page says the same in its reader's language. `error` may say more around
the sentence, such as which operation it was. A word that is a list holds what one may choose from. A wait may
be the reason as well (`why` of the status), then the code is that one's.
"""
TROUBLE = """\
# What is in the way

Troubles are parts of other sentences: why a session does not begin (`why.words.trouble`), why the station is
offline (`backend.trouble`), what a self-test found. Those of the line to a server are told as a log does.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *_rows(GROUNDS), "", TROUBLE, *_rows(TROUBLES), ""])


def _rows(table: Iterable[Template]) -> Iterable[str]:
    yield "| code | sentence |"
    yield "|---|---|"
    yield from (f"| `{row.code}` | {row.sentence} |" for row in table)


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(page(), encoding="utf-8")
