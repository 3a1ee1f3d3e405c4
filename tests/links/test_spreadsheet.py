"""Tables for a spreadsheet: what goes in comes out, and nothing that was typed is a formula."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.links.energy import EnergyRecord
from pilotline.links.history import SessionRow
from pilotline.links.spreadsheet import SESSION_COLUMNS, energy_csv, sessions_csv
from pilotline.links.statement_words import LANGUAGES

ROW = SessionRow(
    session="1-1-1",
    connector=1,
    tag="04A1",
    who="Anna",
    began="2026-11-03T18:04:11+01:00",
    ended=None,
    estimated=False,
    seconds=3_600,
    energy_wh=10_000,
    cost="3.15",
    currency="EUR",
    price="0.3147",
    reason=None,
    meter_start_wh=5_000,
    meter_stop_wh=15_000,
    transaction=None,
    open=False,
)


def read(data: bytes) -> list[list[str]]:
    """As a spreadsheet does."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_table_of_sessions_has_a_head_and_a_line_for_each() -> None:
    """With the mark that makes a spreadsheet read UTF-8, and the ends of lines of RFC 4180."""
    data = sessions_csv([ROW, replace(ROW, estimated=True, who="Zoë, the 2nd")], LANGUAGES["en"])
    assert data.startswith(b"\xef\xbb\xbfsession,connector,name,card,")
    assert data.endswith(b"\r\n")
    head, first, second = read(data)
    assert len(head) == len(first) == len(second) == len(SESSION_COLUMNS)
    said = dict(zip(SESSION_COLUMNS, first, strict=True))
    assert (said["began"], said["ended"], said["energy_wh"], said["cost"]) == (ROW.began, "", "10000", "3.15")
    assert (said["estimated"], second[SESSION_COLUMNS.index("estimated")]) == ("no", "yes")
    assert second[SESSION_COLUMNS.index("who")] == "Zoë, the 2nd"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_every_column(language: str) -> None:
    """And each by another name."""
    head, *_ = read(sessions_csv([], LANGUAGES[language]))
    assert len(set(head)) == len(SESSION_COLUMNS)
    assert read(energy_csv({}, LANGUAGES[language]))[0]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_a_name_is_never_a_formula(name: str) -> None:
    """A card may be called anything; a spreadsheet is told that it is a text."""
    _, line = read(sessions_csv([replace(ROW, who=name, tag=name)], LANGUAGES["en"]))
    for column in ("who", "tag"):
        assert line[SESSION_COLUMNS.index(column)] == f"'{name}"


ANY_NAME = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)


@given(st.lists(st.tuples(ANY_NAME, ANY_NAME, st.integers(0, 10**9)), max_size=8))
def test_what_was_written_is_read_again(rows: list[tuple[str, str, int]]) -> None:
    """Commas, quotes, ends of lines, any letter: the same, but for the apostrophe of what is no formula."""
    given_rows = [replace(ROW, who=who, tag=tag, energy_wh=wh) for who, tag, wh in rows]
    _, *lines = read(sessions_csv(given_rows, LANGUAGES["de"]))
    found = [dict(zip(SESSION_COLUMNS, line, strict=True)) for line in lines]
    assert [(_bare(row["who"]), _bare(row["tag"]), int(row["energy_wh"])) for row in found] == rows
    assert not any(row["who"].startswith(("=", "+", "-", "@")) for row in found)


def _bare(text: str) -> str:
    return text.removeprefix("'")


def test_energy_is_a_line_for_each_record_of_each_connector() -> None:
    """In their order."""
    records = {
        1: [EnergyRecord("2026-11-03", 7), EnergyRecord("2026-11-04", 8)],
        2: [EnergyRecord("2026-11", 9)],
    }
    assert read(energy_csv(records, LANGUAGES["it"])) == [
        ["connettore", "inizio", "energia Wh"],
        ["1", "2026-11-03", "7"],
        ["1", "2026-11-04", "8"],
        ["2", "2026-11", "9"],
    ]
