"""Mutants of the fault table: a row is dropped, has another class or effect, or two rows trade a part.

They are made of the table's text, not of its values: the module has to be imported anew with each, for half
of the house keeps masks that were computed from it.
"""

import ast
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from support.mutants.mutant import ModuleMutant
from support.places import SOURCE

MODULE = "pilotline.vocabulary.faults"
CLASSES = ("_R.SELF", "_R.COOL", "_R.UNPLUG", "_R.SERVICE")
STOPS = ("_S.TRIP", "_S.ORDERLY", "_S.BLOCK", "_S.NONE")
CODE, _NAME, _GROUP, CLASS, STOP = range(5)
"""The columns of a row."""


class Span(NamedTuple):
    """Where a part of the text begins and ends."""

    begin: int
    end: int


class Row(NamedTuple):
    """One row: its whole span, and those of its columns."""

    whole: Span
    columns: tuple[Span, ...]


def row_mutants() -> list[ModuleMutant]:
    """All mutants of the table there is."""
    return mutants_of_table((SOURCE / "vocabulary" / "faults.py").read_text(encoding="utf-8"))


def mutants_of_table(text: str) -> list[ModuleMutant]:
    """All mutants of the rows in a text of the module."""
    rows = rows_in(text)
    changes = [*_each(text, rows), *_pairs(text, rows)]
    return [ModuleMutant(f"fault table: {name}", MODULE, source) for name, source in changes]


def rows_in(text: str) -> list[Row]:
    """Where the rows of ``_ROWS`` stand."""
    lines = _line_starts(text)

    def span(node: ast.expr) -> Span:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return Span(
            lines[node.lineno - 1] + node.col_offset, lines[node.end_lineno - 1] + node.end_col_offset
        )

    table = next(
        node.value
        for node in ast.parse(text).body
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "_ROWS"
    )
    assert isinstance(table, ast.Tuple)
    return [
        Row(span(row), tuple(span(column) for column in row.elts))
        for row in table.elts
        if isinstance(row, ast.Tuple)
    ]


def _line_starts(text: str) -> list[int]:
    """Python counts columns in bytes: in front of a row's columns there is nothing but ASCII."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _each(text: str, rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """What can go wrong with one row."""
    for row in rows:
        code = text[slice(*row.columns[CODE])]
        yield f"without {code}", text[: row.whole.begin] + text[row.whole.end + 1 :]
        for column, kinds in ((CLASS, CLASSES), (STOP, STOPS)):
            at = row.columns[column]
            for kind in kinds:
                if kind != text[slice(*at)]:
                    yield f"{code} is {kind}", text[: at.begin] + kind + text[at.end :]


def _pairs(text: str, rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """What can go wrong between two neighbours."""
    for one, other in pairwise(rows):
        names = " and ".join(text[slice(*row.columns[CODE])] for row in (one, other))
        yield f"{names} trade codes", _trade(text, one.columns[CODE], other.columns[CODE])
        yield f"{names} trade ranks", _trade(text, one.whole, other.whole)


def _trade(text: str, one: Span, other: Span) -> str:
    return (
        text[: one.begin]
        + text[slice(*other)]
        + text[one.end : other.begin]
        + text[slice(*one)]
        + text[other.end :]
    )
