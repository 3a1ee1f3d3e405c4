"""The tables of refusals and troubles: one code, one sentence, one place; and what carries them."""

import re

import pytest

from pilotline.station.waits import WAITS, refused_by
from pilotline.vocabulary import refusals
from pilotline.vocabulary.refusals import GROUNDS, RefusedError
from pilotline.vocabulary.roles import Deed, Role, refusal
from pilotline.vocabulary.sentences import Sentence, Template, Told, told
from pilotline.vocabulary.troubles import TROUBLES


@pytest.mark.parametrize("table", [GROUNDS, TROUBLES])
def test_codes_are_unique_words(table: tuple[Template, ...]) -> None:
    """One code, one sentence."""
    codes = [row.code for row in table]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch("[a-z_]+", code) for code in codes)


def test_no_refusal_has_the_code_of_a_wait() -> None:
    """A wait may be the reason of a refusal, and is then known by its own code."""
    assert not {row.code for row in GROUNDS} & {wait.code for wait in WAITS}
    assert all(refused_by(wait).code == wait.code for wait in WAITS)


@pytest.mark.parametrize("row", [each for each in GROUNDS if not each.sentence.startswith("{")])
def test_a_refusal_is_a_sentence(row: Template) -> None:
    """Of those that quote nothing else: with a capital letter or a word at its beginning, and a full stop."""
    assert row.sentence[0].isupper() or row.sentence[0] == "{"
    assert row.sentence.endswith(".")


def test_a_sentence_is_the_text_and_knows_what_it_is_made_of() -> None:
    """Whoever wants the text has it; whoever says it in another language has code and words."""
    found = refusals.KEY_CHOICE.of(choices=("0", "1", "2"))
    assert found == "Not possible: the value is 0 or 1 or 2."
    assert (found.code, found.words) == ("key_choice", {"choices": ("0", "1", "2")})
    assert told(found) == Told(str(found), found.code, found.words)
    assert type(told(found).sentence) is str


def test_a_text_that_no_table_has_is_told_without_a_code() -> None:
    """So is a driver's or a backend's own word."""
    assert told("As it comes.") == Told("As it comes.")


def test_what_is_filled_in_is_never_taken_for_a_template() -> None:
    """A text that somebody typed may have braces."""
    assert refusals.NO_DAY.of(text="{0}{x}").startswith("{0}{x} is no day;")


def test_an_error_says_its_refusal() -> None:
    """Its message is the sentence alone."""
    error = RefusedError(refusals.READ_ONLY.of())
    assert str(error) == refusals.READ_ONLY.sentence == error.refusal


@pytest.mark.requirement("M-14")
def test_who_may_not_is_told_who_may() -> None:
    """The sentence names a backend too; the words name people, to whom a page speaks."""
    found = refusal(Role.GUEST, Deed.COMPENSATE)
    assert isinstance(found, Sentence)
    assert "the operator or the manufacturer or the backend" in found
    assert found.words == {"roles": ("operator", "manufacturer"), "deed": "compensate", "role": "guest"}
