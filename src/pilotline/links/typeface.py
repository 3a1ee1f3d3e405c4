"""The typeface of documents: Helvetica, which every reader of PDF has, so that no font travels with a page.

It has the letters of Windows-1252, all of western Europe. Another letter loses its accent, or becomes "?".
Widths are in thousandths of the font's size.
"""

import unicodedata
from functools import cache
from typing import NamedTuple

CODE = "cp1252"
_DIGITS_AND_COMMON = 556
_PLAIN = {
    191: "'",
    222: "ijl‘’‚",
    260: "|¦",
    278: " !,./:;I[\\]ft·ìíîïÌÍÎÏ",
    333: "()-`r¨´¸„ˆ‹“”˜›¡¯²³¹",
    334: "{}",
    350: "•",
    355: '"',
    365: "º",
    370: "ª",
    389: "*",
    400: "°",
    469: "^",
    500: "Jckvsxyzçýÿšž",
    537: "¶",
    584: "+<=>~±×÷¬",
    611: "FTZßøŽ¿",
    667: "&ABEKPSVXYÀÁÂÃÄÅÈÉÊËŠÝŸÞ",
    722: "CDHNRUwÇÑÙÚÛÜÐ",
    737: "©®",
    778: "GOQÒÓÔÕÖØ",
    833: "Mm",
    834: "¼½¾",
    889: "%æ",
    944: "Wœ",
    1000: "Æ—…Œ™‰",
    1015: "@",
}
_BOLD = {
    238: "'",
    278: " ,./I\\ijlì·íîïÌÍÎÏ‘’‚",
    280: "|¦",
    333: "!()-:;[]`ft¨´¸ˆ‹˜›¡¯²³¹",
    350: "•",
    365: "º",
    370: "ª",
    389: "*r{}",
    400: "°",
    474: '"',
    500: "z„“”ž",
    584: "+<=>^~±×÷¬",
    611: "?FTZLbdghnopquñòóôõöùúûüßøŽ¿µðþ",
    667: "EPSVXYÈÉÊËŠÝŸÞ",
    722: "&ABCDHKNRUÀÁÂÃÄÅÇÑÙÚÛÜÐ",
    737: "©®",
    778: "GOQwÒÓÔÕÖØ",
    833: "M",
    834: "¼½¾",
    889: "%mæ",
    944: "Wœ",
    975: "@",
    1000: "Æ—…Œ™‰",
}

_STROKED = {"Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ħ": "H", "ħ": "h", "ı": "i"}
"""Letters that Unicode does not take apart."""


class Font(NamedTuple):
    """One of the two cuts, by the name that pages call it."""

    name: str
    base: str
    widths: dict[str, int]

    def width(self, text: str, size: float) -> float:
        return sum(self.widths.get(each, _DIGITS_AND_COMMON) for each in text) * size / 1_000

    def cut(self, text: str, size: float, room: float) -> str:
        """As much of a text as fits, and an ellipsis in place of the rest."""
        if self.width(text, size) <= room:
            return text
        while text and self.width(f"{text}…", size) > room:
            text = text[:-1]
        return f"{text.rstrip()}…"


def _widths(groups: dict[int, str]) -> dict[str, int]:
    return {letter: width for width, letters in groups.items() for letter in letters}


PLAIN = Font("P", "Helvetica", _widths(_PLAIN))
BOLD = Font("B", "Helvetica-Bold", _widths(_BOLD))


def written(text: str) -> str:
    """The text in the letters there are."""
    return "".join(_letter(each) for each in text)


@cache
def _letter(letter: str) -> str:
    if letter.isprintable() and _has(letter):
        return letter
    base = _STROKED.get(letter) or unicodedata.normalize("NFKD", letter)[0]
    return base if base.isprintable() and _has(base) else "?"


def _has(letter: str) -> bool:
    return len(letter.encode(CODE, "ignore")) == 1
