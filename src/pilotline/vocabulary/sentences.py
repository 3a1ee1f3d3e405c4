"""Sentences for people that know what they say: the English text, its code, and the words it was made with.

They go wherever a text goes. A program takes the code, and a page says the same in its reader's language;
where no table has a code for it, the text itself is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Word = str | int | float | tuple[str, ...]
Words = Mapping[str, Word]
"""What a sentence is filled with; several texts are what one may choose from."""


class Sentence(str):
    """The text itself, with the code of its row and the words in it."""

    __slots__ = ("code", "words")

    code: str
    words: Words

    def __new__(cls, text: str, code: str, words: Words | None = None) -> "Sentence":
        made = super().__new__(cls, text)
        made.code, made.words = code, words or {}
        return made


@dataclass(frozen=True, slots=True)
class Template:
    """One row of a table; ``sentence`` is a format."""

    code: str
    sentence: str

    def of(self, **words: Word) -> Sentence:
        """The sentence with these words."""
        said = {name: " or ".join(each) if isinstance(each, tuple) else each for name, each in words.items()}
        return Sentence(self.sentence.format(**said), self.code, words)


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence as it is written down for another program; ``code`` is "" of one that no table has."""

    sentence: str
    code: str = ""
    words: Words = field(default_factory=dict[str, Word])


def told(text: str) -> Told:
    """Any text, with what it knows of itself."""
    return Told(str(text), text.code, text.words) if isinstance(text, Sentence) else Told(str(text))
