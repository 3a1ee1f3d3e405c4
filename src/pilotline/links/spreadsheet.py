"""Tables for a spreadsheet: CSV of RFC 4180 in UTF-8, with the mark by which a spreadsheet knows that it is.

What somebody else wrote, a card's tag or name, is never a formula: where it begins like one, an apostrophe
stands before it.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from pilotline.links.energy import EnergyRecord
from pilotline.links.history import SessionRow
from pilotline.links.statement_words import Words

MEDIA_TYPE = "text/csv"
SESSION_COLUMNS = (
    "session",
    "connector",
    "who",
    "tag",
    "began",
    "ended",
    "estimated",
    "seconds",
    "energy_wh",
    "meter_start_wh",
    "meter_stop_wh",
    "price",
    "cost",
    "currency",
    "reason",
    "transaction",
)
ENERGY_COLUMNS = ("connector", "begin", "wh")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
"""What a spreadsheet takes for the begin of a formula; the apostrophe, so that it can be taken away again."""
_MARK = "\ufeff"

Cell = str | int | bool | None


def sessions_csv(rows: Iterable[SessionRow], words: Words) -> bytes:
    """A line for each session, as they come."""
    return _csv(SESSION_COLUMNS, ([getattr(row, name) for name in SESSION_COLUMNS] for row in rows), words)


def energy_csv(records: Mapping[int, Sequence[EnergyRecord]], words: Words) -> bytes:
    """A line for each record of each connector."""
    lines = ([number, each.begin, each.wh] for number, all_of in records.items() for each in all_of)
    return _csv(ENERGY_COLUMNS, lines, words)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]], words: Words) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([words.columns[name] for name in columns])
    for row in rows:
        writer.writerow([_cell(each, words) for each in row])
    return (_MARK + text.getvalue()).encode()


def _cell(value: Cell, words: Words) -> str:
    match value:
        case None:
            return ""
        case bool():
            return words.columns["yes" if value else "no"]
        case int():
            return str(value)
        case _:
            return f"'{value}" if value.startswith(_FORMULA) else value
