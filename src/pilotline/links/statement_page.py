"""How a statement looks: A4, a letterhead, figures, a table, notes, page numbers. Pure: the same statement
gives the same bytes.
"""

import io
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

import pydyf

from pilotline.links.statement import Line, Statement, Weight
from pilotline.links.statement_words import Words
from pilotline.links.typeface import BOLD, CODE, PLAIN, Font, written

MEDIA_TYPE = "application/pdf"
WIDTH, HEIGHT = 595.28, 841.89
"""A4 in points."""
LEFT, RIGHT, TOP, BOTTOM = 56.0, 539.0, 780.0, 64.0
Colour = tuple[float, float, float]
_INK, _GREY, _PALE, _ACCENT = (0.1, 0.12, 0.15), (0.42, 0.45, 0.5), (0.82, 0.84, 0.87), (0.0, 0.42, 0.42)
_SIZE, _SMALL = 9.0, 8.0
_GAP = 8.0


class Column(NamedTuple):
    """Where a column's texts stand; one that is ``right`` ends there."""

    at: float
    room: float
    right: bool = True


COLUMNS = (
    Column(LEFT, 106, right=False),
    Column(168, 156, right=False),
    Column(396, 68),
    Column(464, 62),
    Column(RIGHT, 68),
)


class Look(NamedTuple):
    """Of a kind of line: its height, its font and the space that is left above it."""

    height: float
    font: Font
    above: float = 0.0


LOOKS = {
    Weight.MONTH: Look(16, BOLD, above=8),
    Weight.SESSION: Look(15, PLAIN),
    Weight.TOTAL: Look(20, BOLD, above=10),
}


class Sheet:
    """One page that is being written, from the top down; ``y`` is the base of the line to come."""

    def __init__(self) -> None:
        self.stream = pydyf.Stream(compress=True)
        self.y = TOP

    def room(self, height: float) -> bool:
        return self.y - height >= BOTTOM

    def text(self, x: float, y: float, text: str, font: Font, size: float, colour: Colour = _INK) -> None:
        self.stream.begin_text()
        self.stream.set_color_rgb(*colour)
        self.stream.set_font_size(font.name, size)
        self.stream.move_text_to(round(x, 2), round(y, 2))
        self.stream.show_text_string(text.encode(CODE))
        self.stream.end_text()

    def rule(self, y: float, width: float, colour: Colour) -> None:
        """A line across the page."""
        self.stream.set_color_rgb(*colour, stroke=True)
        self.stream.set_line_width(width)
        self.stream.move_to(LEFT, round(y, 2))
        self.stream.line_to(RIGHT, round(y, 2))
        self.stream.stroke()

    def row(self, cells: Sequence[str], font: Font, size: float = _SIZE, colour: Colour = _INK) -> None:
        for column, cell in zip(COLUMNS, cells, strict=True):
            text = font.cut(written(cell), size, column.room)
            x = column.at - font.width(text, size) if column.right else column.at
            self.text(x, self.y, text, font, size, colour)


def draw(statement: Statement, words: Words) -> bytes:
    """The document as a file."""
    sheets = list(_sheets(statement, words))
    for number, sheet in enumerate(sheets, 1):
        _foot(sheet, statement, words.page.format(page=number, pages=len(sheets)))
    return _file(statement, sheets)


def _sheets(statement: Statement, words: Words) -> Iterator[Sheet]:
    sheet = Sheet()
    _letterhead(sheet, statement)
    _heads(sheet, statement)
    for line, following in zip_longest(statement.lines, statement.lines[1:]):
        if not sheet.room(_needed(line, following)):
            yield sheet
            sheet = Sheet()
            _heads(sheet, statement)
        _line(sheet, line)
    notes = _all_notes(statement, words)
    if not sheet.room(24 + 12 * len(notes)):
        yield sheet
        sheet = Sheet()
    _notes(sheet, notes)
    yield sheet


def _needed(line: Line, following: Line | None) -> float:
    """A month's name never stands alone at the foot of a page."""
    look = LOOKS[line.weight]
    below = LOOKS[following.weight].height if following and line.weight is Weight.MONTH else 0
    return look.above + look.height + below


def _letterhead(sheet: Sheet, statement: Statement) -> None:
    sheet.text(LEFT, sheet.y, written(statement.title), BOLD, 20)
    sheet.rule(sheet.y - 12, 1.5, _ACCENT)
    sheet.y -= 34
    for name, value in statement.facts:
        sheet.text(LEFT, sheet.y, written(name), PLAIN, _SIZE, _GREY)
        shown = PLAIN.cut(written(value), _SIZE, RIGHT - LEFT - 112)
        sheet.text(LEFT + 112, sheet.y, shown, PLAIN, _SIZE)
        sheet.y -= 14
    sheet.y -= 18
    step = (RIGHT - LEFT) / max(len(statement.figures), 1)
    for number, (name, value) in enumerate(statement.figures):
        x = LEFT + number * step
        sheet.text(x, sheet.y, written(name), PLAIN, _SMALL, _GREY)
        size = 13.0 if BOLD.width(value, 13) <= step - _GAP else 9.0
        sheet.text(x, sheet.y - 17, BOLD.cut(written(value), size, step - _GAP), BOLD, size)
    sheet.y -= 50


def _heads(sheet: Sheet, statement: Statement) -> None:
    sheet.row(statement.heads, BOLD, _SMALL, _GREY)
    sheet.rule(sheet.y - 6, 0.8, _GREY)
    sheet.y -= 20


def _line(sheet: Sheet, line: Line) -> None:
    look = LOOKS[line.weight]
    sheet.y -= look.above
    if line.weight is Weight.TOTAL:
        sheet.rule(sheet.y + 13, 0.8, _INK)
    sheet.row(line.cells, look.font)
    if line.weight is not Weight.TOTAL:
        sheet.rule(sheet.y - 4.5, 0.4, _PALE)
    sheet.y -= look.height


def _all_notes(statement: Statement, words: Words) -> Sequence[str]:
    texts = [cell for line in statement.lines for cell in line.cells]
    texts += [value for _, value in statement.facts]
    lost = any(written(text).count("?") > text.count("?") for text in texts)
    return [*statement.notes, words.letters_note] if lost else statement.notes


def _notes(sheet: Sheet, notes: Sequence[str]) -> None:
    sheet.y -= 12
    for note in notes:
        sheet.text(LEFT, sheet.y, written(note), PLAIN, _SMALL, _GREY)
        sheet.y -= 12


def _foot(sheet: Sheet, statement: Statement, page: str) -> None:
    sheet.rule(BOTTOM - 20, 0.4, _PALE)
    name = statement.facts[0][1]
    left = PLAIN.cut(written(f"{statement.title} · {name}"), _SMALL, 300)
    sheet.text(LEFT, BOTTOM - 32, left, PLAIN, _SMALL, _GREY)
    sheet.text(RIGHT - PLAIN.width(page, _SMALL), BOTTOM - 32, written(page), PLAIN, _SMALL, _GREY)


def _file(statement: Statement, sheets: Sequence[Sheet]) -> bytes:
    pdf = pydyf.PDF()
    fonts = pydyf.Dictionary({font.name: _font(pdf, font).reference for font in (PLAIN, BOLD)})
    for sheet in sheets:
        pdf.add_object(sheet.stream)
        page = {
            "Type": "/Page",
            "Parent": pdf.pages.reference,
            "MediaBox": pydyf.Array([0, 0, WIDTH, HEIGHT]),
            "Resources": pydyf.Dictionary({"Font": fonts}),
            "Contents": sheet.stream.reference,
        }
        pdf.add_page(pydyf.Dictionary(page))
    pdf.info["Title"] = pydyf.String(f"{statement.title} – {statement.facts[0][1]}")
    data = io.BytesIO()
    pdf.write(data)
    return data.getvalue()


def _font(pdf: pydyf.PDF, font: Font) -> pydyf.Dictionary:
    made = pydyf.Dictionary(
        {"Type": "/Font", "Subtype": "/Type1", "BaseFont": f"/{font.base}", "Encoding": "/WinAnsiEncoding"}
    )
    pdf.add_object(made)
    return made
