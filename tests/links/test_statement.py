"""The statement of sessions: what it says, that it adds up, and that it stands on its pages."""

import time
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.links.history import SessionRow
from pilotline.links.statement import Letterhead, Period, Statement, Weight, make_statement
from pilotline.links.statement_page import COLUMNS, draw
from pilotline.links.statement_words import LANGUAGES, Words
from pilotline.links.typeface import BOLD, CODE, PLAIN, written
from support.pdf import pages

ENGLISH, GERMAN, ITALIAN = (LANGUAGES[name] for name in ("en", "de", "it"))
HEAD = Letterhead("Garage", "EVNET 7 kW", "SN-1")
NOVEMBER = Period("2026-11-01", "2026-11-30", date(2026, 12, 1))
ROW = SessionRow(
    session="1-1-1",
    connector=1,
    tag="04A1",
    who="Anna",
    began="2026-11-03T18:04:11+01:00",
    ended="2026-11-03T19:34:11+01:00",
    estimated=False,
    seconds=5_400,
    energy_wh=12_345,
    cost="3.89",
    currency="EUR",
    price="0.3147",
    reason="Local",
    meter_start_wh=5_000,
    meter_stop_wh=17_345,
    transaction=7,
    open=False,
)


def made(*rows: SessionRow, words: Words = ENGLISH, period: Period = NOVEMBER) -> Statement:
    """``rows`` are the newest first, as they are told."""
    return make_statement(rows, HEAD, period, words)


def cells(statement: Statement, weight: Weight) -> list[tuple[str, ...]]:
    return [line.cells for line in statement.lines if line.weight is weight]


@pytest.mark.requirement("P-06")
def test_a_session_is_a_line_with_date_card_duration_energy_and_cost() -> None:
    """The oldest first; a card with a name is told by both."""
    statement = made(replace(ROW, who="04FF", tag="04FF", began="2026-11-04T06:00:00+01:00"), ROW)
    assert cells(statement, Weight.SESSION) == [
        ("2026-11-03  18:04", "Anna (04A1)", "1:30", "12.345", "3.89"),
        ("2026-11-04  06:00", "04FF", "1:30", "12.345", "3.89"),
    ]
    assert statement.heads == ("Begin", "Card", "Duration (h:min)", "Energy (kWh)", "Cost (EUR)")
    assert dict(statement.facts) == {
        "Station": "Garage",
        "Model": "EVNET 7 kW",
        "Serial number": "SN-1",
        "Period": "2026-11-01 – 2026-11-30",
        "Issued": "2026-12-01",
    }


def test_each_month_and_the_whole_have_their_totals() -> None:
    """In the order of the months, though the sessions were kept in another."""
    october = replace(ROW, began="2026-10-31T23:59:59+01:00", energy_wh=1_000_655, cost="1000.00")
    statement = made(ROW, october, replace(ROW, began="2026-10-01T00:00:00+02:00"))
    assert cells(statement, Weight.MONTH) == [
        ("October 2026", "Sessions: 2", "3:00", "1,013.000", "1,003.89"),
        ("November 2026", "Sessions: 1", "1:30", "12.345", "3.89"),
    ]
    assert cells(statement, Weight.TOTAL) == [("Total", "Sessions: 3", "4:30", "1,025.345", "1,007.78")]
    assert dict(statement.figures)["Price of a kWh"] == "0.3147 EUR"


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**5), st.integers(1, 12)), max_size=40))
def test_the_lines_add_up(sessions: Sequence[tuple[int, int, int]]) -> None:
    """Months to the whole, sessions to their months: energy to the Wh, cost to the cent."""
    rows = [
        replace(
            ROW, energy_wh=wh, cost=f"{cents // 100}.{cents % 100:02}", began=f"2026-{month:02}-05T10:00:00"
        )
        for wh, cents, month in sessions
    ]
    statement = made(*rows)
    for column in (3, 4):
        sums = [
            sum(Decimal(line[column].replace(",", "")) for line in cells(statement, weight))
            for weight in Weight
        ]
        assert sums[0] == sums[1] == sums[2]


def test_numbers_and_dates_are_written_as_the_language_writes_them() -> None:
    """A thousand has its point where the decimals have a comma."""
    row = replace(ROW, energy_wh=1_234_567, cost="1234.50")
    assert cells(made(row, words=GERMAN), Weight.SESSION) == [
        ("03.11.2026  18:04", "Anna (04A1)", "1:30", "1.234,567", "1.234,50")
    ]
    assert cells(made(row, words=ITALIAN), Weight.MONTH)[0][0] == "Novembre 2026"
    assert dict(made(row, words=GERMAN).facts)["Zeitraum"] == "01.11.2026 – 30.11.2026"


@pytest.mark.requirement("R-51")
def test_estimated_and_unknown_times_are_said() -> None:
    """A star and a note; what nobody knows stands at the end."""
    unknown = replace(ROW, began=None, ended=None)
    statement = made(unknown, replace(ROW, estimated=True), period=Period("", "", None))
    assert [line[0] for line in cells(statement, Weight.SESSION)] == ["2026-11-03  18:04 *", "–"]
    assert [line[0] for line in cells(statement, Weight.MONTH)] == ["November 2026", "Time unknown"]
    assert {ENGLISH.estimated_note, ENGLISH.unknown_note} <= set(statement.notes)
    assert made(ROW).notes == (ENGLISH.energy_note,)


def test_what_is_not_in_it_is_said() -> None:
    """A session that still runs is no closed account; one without a price has no cost."""
    statement = made(replace(ROW, open=True), replace(ROW, cost=None, price=None, currency=""))
    assert cells(statement, Weight.TOTAL) == [("Total", "Sessions: 1", "1:30", "12.345", "–")]
    assert ENGLISH.open_note.format(count=1) in statement.notes
    assert ENGLISH.unpriced_note.format(count=1) in statement.notes
    assert made().notes == (ENGLISH.nothing,)
    assert made().lines == ()


def test_two_currencies_are_told_beside_each_other() -> None:
    """And no column claims to be of one."""
    statement = made(ROW, replace(ROW, cost="5.00", currency="CHF"))
    assert statement.heads[4] == "Cost"
    assert cells(statement, Weight.TOTAL)[0][4] == "5.00 CHF + 3.89 EUR"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [("", "", "all sessions"), ("2026-01-01", "", "from 2026-01-01"), ("", "2026-01-31", "until 2026-01-31")],
)
def test_an_open_period_is_told_in_words(first: str, last: str, said: str) -> None:
    """Nobody takes it for a month."""
    assert dict(made(ROW, period=Period(first, last, None)).facts)["Period"] == said


def test_no_language_leaves_a_word_out() -> None:
    """And each has all columns of the tables, and twelve months of different names."""
    for words in LANGUAGES.values():
        assert all(getattr(words, field.name) for field in fields(words))
        assert len(set(words.months)) == 12
        assert words.columns.keys() == ENGLISH.columns.keys()


# --- on paper -------------------------------------------------------------------------------------------


def test_the_pages_have_all_lines_and_their_numbers() -> None:
    """The head of the table is on each; no text is lost, none is below the foot."""
    rows = [
        replace(ROW, session=str(n), began=f"2026-{1 + n // 28:02}-{1 + n % 28:02}T08:00:00")
        for n in range(200)
    ]
    found = pages(draw(made(*rows), ENGLISH))
    assert len(found) > 3
    for number, texts in enumerate(found, 1):
        assert f"Page {number} of {len(found)}" in texts
        assert "Energy (kWh)" in texts
    dates = [text for texts in found for text in texts if text.endswith("  08:00")]
    assert dates == [cell[0] for cell in cells(made(*rows), Weight.SESSION)]
    assert found[0][0] == "Charging statement"


def test_a_months_name_never_stands_alone_at_the_foot() -> None:
    """Wherever the page ends."""
    for count in range(30, 60):
        rows = [replace(ROW, began=f"2026-10-{1 + n % 31:02}T08:00:00") for n in range(count)]
        for texts in pages(draw(made(*rows, ROW), ENGLISH)):
            body = texts[: texts.index(f"{ENGLISH.title} · Garage")]
            assert not body or body[-5] != "November 2026"


def test_an_empty_statement_is_a_page_too() -> None:
    """Nothing was charged: that is what it says."""
    (texts,) = pages(draw(made(), ENGLISH))
    assert ENGLISH.nothing in texts
    assert "Page 1 of 1" in texts


def test_the_same_statement_is_the_same_file() -> None:
    """No time of writing, no random number is in it."""
    assert draw(made(ROW), ENGLISH) == draw(made(ROW), ENGLISH)


def test_a_letter_that_the_typeface_has_not_is_said_to_be_missing() -> None:
    """Western Europe is whole, an accent may go; what is left is a question mark and a note."""
    assert written("Zoë Müller ß € Škoda") == "Zoë Müller ß € Škoda"
    assert written("Łukasz Dvořák, Győr") == "Lukasz Dvorák, Gyor"
    assert written("王\n\x00") == "???"
    texts = pages(draw(made(replace(ROW, who="王伟")), ENGLISH))[0]
    assert "?? (04A1)" in texts
    assert ENGLISH.letters_note in texts
    assert ENGLISH.letters_note not in pages(draw(made(replace(ROW, who="Why?")), ENGLISH))[0]


@given(st.text(max_size=60))
def test_any_name_stands_in_its_column(name: str) -> None:
    """Parentheses and backslashes too; one that is too long is cut."""
    texts = pages(draw(made(replace(ROW, who=name, tag=name)), ENGLISH))[0]
    shown = PLAIN.cut(written(name), 9, COLUMNS[1].room)
    assert shown in texts
    assert PLAIN.width(shown, 9) <= COLUMNS[1].room
    assert shown.encode(CODE).decode(CODE) == shown


def test_the_typeface_knows_the_width_of_every_letter_once() -> None:
    """Digits are of one width, so that columns stand straight; sums as another reader of PDF has them."""
    for font in (PLAIN, BOLD):
        assert {font.width(digit, 1_000) for digit in "0123456789"} == {556}
    assert PLAIN.width("Charging statement", 1_000) == 8_726
    assert BOLD.width("Charging statement", 1_000) == 9_390


def test_a_thousand_sessions_take_under_a_second() -> None:
    """Of this process's own time, whoever else is on the machine."""
    rows = [replace(ROW, session=str(n)) for n in range(1_000)]
    begun = time.process_time()
    data = draw(made(*rows), ENGLISH)
    assert time.process_time() - begun < 1
    assert len(data) < 200_000
