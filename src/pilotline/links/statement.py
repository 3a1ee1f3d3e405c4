"""What a statement of sessions says, line by line: months, sessions, totals, notes. How it looks is
``statement_page``'s.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from itertools import groupby

from pilotline.links.history import SessionRow
from pilotline.links.statement_words import Words

_NEVER = "9999"
"""Sessions of unknown time come last."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Whose sessions these are."""

    id: str
    model: str
    serial: str


@dataclass(frozen=True, slots=True)
class Period:
    """From one local day to another, both included; "" is no bound. ``issued``: today, if known."""

    first: str
    last: str
    issued: date | None


class Weight(Enum):
    """What a line is: its look follows from it."""

    MONTH = "month"
    SESSION = "session"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Line:
    """Begin, card, duration, energy and cost, as texts."""

    weight: Weight
    cells: tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Statement:
    """A whole document. ``facts`` and ``figures`` are names and values; the first are about the station."""

    title: str
    facts: tuple[tuple[str, str], ...]
    figures: tuple[tuple[str, str], ...]
    heads: tuple[str, str, str, str, str]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]


def make_statement(rows: Sequence[SessionRow], head: Letterhead, period: Period, words: Words) -> Statement:
    """The sessions that have ended, in the order they began; ``rows`` are the newest first."""
    over = sorted((row for row in reversed(rows) if not row.open), key=lambda row: row.began or _NEVER)
    currencies = sorted({row.currency for row in over if row.cost is not None})
    one = currencies[0] if len(currencies) == 1 else ""
    cost_head = f"{words.cost} ({one})" if one else words.cost
    return Statement(
        title=words.title,
        facts=tuple(_facts(head, period, words)),
        figures=tuple(_figures(over, words)),
        heads=(words.began, words.card, f"{words.duration} (h:min)", f"{words.energy} (kWh)", cost_head),
        lines=tuple(_lines(over, one, words)),
        notes=tuple(_notes(over, len(rows) - len(over), words)),
    )


def _facts(head: Letterhead, period: Period, words: Words) -> Iterator[tuple[str, str]]:
    yield words.station, head.id
    yield words.model, head.model
    yield words.serial, head.serial
    yield words.period, _period(period, words)
    if period.issued is not None:
        yield words.issued, words.date_of(period.issued)


def _period(period: Period, words: Words) -> str:
    first, last = (
        words.date_of(date.fromisoformat(day)) if day else "" for day in (period.first, period.last)
    )
    if first and last:
        return f"{first} – {last}"
    if first:
        return f"{words.since} {first}"
    return f"{words.until} {last}" if last else words.everything


def _figures(rows: Sequence[SessionRow], words: Words) -> Iterator[tuple[str, str]]:
    yield words.sessions, words.number(str(len(rows)))
    yield words.energy, f"{words.kwh(_energy(rows))} kWh"
    yield words.duration, f"{_hours(rows)} h"
    yield words.cost, _cost(rows, "", words)
    prices = sorted({(row.price, row.currency) for row in rows if row.price is not None})
    if len(prices) == 1:
        price, currency = prices[0]
        yield words.prices, f"{words.number(price)} {currency}"


def _lines(rows: Sequence[SessionRow], currency: str, words: Words) -> Iterator[Line]:
    for month, group in groupby(rows, _month):
        sessions = list(group)
        name = words.month(month) if month else words.unknown_time
        yield _sum(Weight.MONTH, name, sessions, currency, words)
        for row in sessions:
            yield Line(Weight.SESSION, _session(row, currency, words))
    if rows:
        yield _sum(Weight.TOTAL, words.total, rows, currency, words)


def _month(row: SessionRow) -> str:
    return row.began[:7] if row.began else ""


def _session(row: SessionRow, currency: str, words: Words) -> tuple[str, str, str, str, str]:
    began = words.moment(datetime.fromisoformat(row.began)) if row.began else "–"
    return (
        f"{began} *" if row.estimated else began,
        row.who if row.who == row.tag else f"{row.who} ({row.tag})",
        "–" if row.seconds is None else _h_min(row.seconds),
        "–" if row.energy_wh is None else words.kwh(row.energy_wh),
        _cost([row], currency, words),
    )


def _sum(weight: Weight, name: str, rows: Sequence[SessionRow], currency: str, words: Words) -> Line:
    count = f"{words.sessions}: {words.number(str(len(rows)))}"
    return Line(weight, (name, count, _hours(rows), words.kwh(_energy(rows)), _cost(rows, currency, words)))


def _energy(rows: Sequence[SessionRow]) -> int:
    return sum(row.energy_wh or 0 for row in rows)


def _hours(rows: Sequence[SessionRow]) -> str:
    return _h_min(sum(row.seconds or 0 for row in rows))


def _h_min(seconds: int) -> str:
    return f"{seconds // 3_600}:{seconds // 60 % 60:02}"


def _cost(rows: Sequence[SessionRow], currency: str, words: Words) -> str:
    """Amounts of several currencies stand beside each other; the one that the column names goes unsaid."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        if row.cost is not None:
            sums[row.currency] = sums.get(row.currency, Decimal(0)) + Decimal(row.cost)
    if not sums:
        return "–"
    amounts = ((words.number(str(amount)), name) for name, amount in sorted(sums.items()))
    return " + ".join(amount if name == currency else f"{amount} {name}" for amount, name in amounts)


def _notes(rows: Sequence[SessionRow], running: int, words: Words) -> Iterator[str]:
    if not rows:
        yield words.nothing
    if any(row.energy_wh is not None for row in rows):
        yield words.energy_note
    if any(row.estimated for row in rows):
        yield words.estimated_note
    if any(row.began is None for row in rows):
        yield words.unknown_note
    unpriced = sum(row.cost is None for row in rows)
    if unpriced:
        yield words.unpriced_note.format(count=unpriced)
    if running:
        yield words.open_note.format(count=running)
