"""The station's own book of cards: who keeps it, what it decides, and when it decides nothing."""

from datetime import UTC, datetime

import pytest

from pilotline.station.cards import LEARN_WITHIN, MOST_CARDS, CardBook
from pilotline.station.clock import WallClock
from pilotline.station.events import (
    AskAuthorization,
    CallAnswer,
    LearnCard,
    PresentTag,
    RemoveCard,
    SendList,
    SetCard,
    StopCharging,
    TagLearned,
)
from pilotline.vocabulary.journal import Card, ForgetCard, KeepCard, Listed, LocalListStored
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.status import AuthStatus, TagInfo
from pilotline.vocabulary.time import MINUTE, SECOND
from support.station_bench import StationBench

ANNA = "25ECCD59"
STRICT = {"AllowOfflineTxForUnknownId": False}


def answer(effects: list[object]) -> tuple[str, str | None]:
    (found,) = [each for each in effects if isinstance(each, CallAnswer)]
    return found.word, found.reason


def put(bench: StationBench, tag: str, name: str = "Anna", *, allowed: bool = True) -> tuple[str, str | None]:
    return answer(bench.tell(SetCard(tag, name, allowed, role=Role.OPERATOR, call=-1)))


def charges(bench: StationBench, tag: str) -> bool:
    """Whether a card that is shown begins a session."""
    bench.plug()
    bench.run(SECOND)
    bench.tell(PresentTag(tag))
    bench.run(2 * SECOND)
    begun = bench.connector.session is not None
    bench.tell(StopCharging(role=Role.USER))
    bench.unplug()
    bench.run(30 * SECOND)
    return begun


@pytest.mark.requirement("M-11", "E-67")
def test_offline_a_card_of_the_book_charges_where_unknown_ones_do_not() -> None:
    """Until it is taken out again, or its right is taken."""
    bench = StationBench(stored=STRICT)
    assert not charges(bench, ANNA)
    assert put(bench, ANNA) == ("Accepted", None)
    assert charges(bench, ANNA.lower())
    put(bench, ANNA, allowed=False)
    assert not charges(bench, ANNA)
    put(bench, ANNA)
    bench.tell(RemoveCard(ANNA, role=Role.OPERATOR, call=-2))
    assert not charges(bench, ANNA)


@pytest.mark.requirement("E-67")
def test_a_card_that_is_not_allowed_is_refused_where_unknown_ones_charge() -> None:
    """As a blocked one of the list is."""
    bench = StationBench()
    assert charges(bench, "STRANGER")
    put(bench, ANNA, allowed=False)
    assert not charges(bench, ANNA)


@pytest.mark.requirement("E-67")
def test_the_backend_s_list_goes_before_the_book_and_the_book_before_the_cache() -> None:
    """List, book, cache, and then what an unknown card is worth."""
    lists = {"LocalAuthListEnabled": True, "LocalAuthListMaxLength": 10, "SendLocalListMaxLength": 10}
    bench = StationBench(stored={**STRICT, **lists})
    blocked, accepted = TagInfo(AuthStatus.BLOCKED), TagInfo(AuthStatus.ACCEPTED)
    bench.tell(TagLearned(ANNA, blocked))
    bench.tell(TagLearned("BORIS", accepted))
    put(bench, ANNA)
    put(bench, "BORIS", "Boris", allowed=False)
    assert charges(bench, ANNA)
    assert not charges(bench, "BORIS")
    bench.tell(SendList(1, 1, True, (Listed(ANNA, blocked), Listed("BORIS", accepted))))
    bench.tell(LocalListStored(1))
    assert not charges(bench, ANNA)
    assert charges(bench, "BORIS")


@pytest.mark.requirement("M-10")
def test_online_the_backend_decides() -> None:
    """The book's word is not asked, whatever it is."""
    bench = StationBench(online=True)
    put(bench, ANNA)
    bench.plug()
    bench.run(SECOND)
    said = bench.tell(PresentTag(ANNA))
    assert [each.tag for each in said if isinstance(each, AskAuthorization)] == [ANNA]


@pytest.mark.requirement("M-11", "M-14")
def test_the_next_card_at_the_reader_is_learnt_and_begins_nothing() -> None:
    """Neither does it end a session; the one after it is a card as ever."""
    bench = StationBench()
    bench.charge("GUEST")
    assert bench.tell(LearnCard(role=Role.OPERATOR, call=-5)) == []
    assert answer(bench.tell(PresentTag("GUEST"))) == ("GUEST", None)
    bench.run(SECOND)
    assert bench.connector.session is not None
    assert bench.connector.session.stop is None
    bench.tell(PresentTag("GUEST"))
    assert bench.connector.session.stop is not None


def test_nobody_comes_with_a_card() -> None:
    """After 30 s it is said, to the second; who asks again in between takes the wait over."""
    bench = StationBench()
    bench.tell(LearnCard(role=Role.OPERATOR, call=-5))
    bench.run(10 * SECOND)
    assert answer(bench.tell(LearnCard(role=Role.OPERATOR, call=-6))) == (
        "Rejected",
        "Somebody else waits for a card now.",
    )
    asked_at = bench.now
    bench.run(LEARN_WITHIN + SECOND)
    ((at, said),) = [(at, each) for at, each in bench.said if each == CallAnswer(-6, "Rejected")]
    assert at == asked_at + LEARN_WITHIN
    assert said.reason == "No card was held to the reader within 30 s."
    bench.plug()
    bench.run(SECOND)
    bench.tell(PresentTag(ANNA))
    bench.run(SECOND)
    assert bench.connector.session is not None


@pytest.mark.requirement("M-14")
@pytest.mark.parametrize("role", [Role.GUEST, Role.USER, Role.BACKEND])
def test_the_book_is_the_operator_s(role: Role) -> None:
    """Nobody below him puts a card in, takes one out or learns one."""
    bench = StationBench()
    for wish in (
        SetCard(ANNA, role=role, call=-1),
        RemoveCard(ANNA, role=role, call=-1),
        LearnCard(role=role, call=-1),
    ):
        word, reason = answer(bench.tell(wish))
        assert word == "Rejected"
        assert reason is not None
        assert "may change the station's own book of cards" in reason
    assert bench.station.cards.cards == []


# --- the book itself ----------------------------------------------------------------------------------------


def book(clock: WallClock | None = None, *kept: Card) -> CardBook:
    return CardBook(7, clock or WallClock(1), kept)


def take(of: CardBook, tag: str, name: str = "") -> list[object]:
    return [*of.take(SetCard(tag, name, role=Role.OPERATOR, call=-1), 0)]


def test_tags_are_filled_up_as_the_reader_s_are_and_names_are_told() -> None:
    """R-27; the history asks for names by the tag in small letters."""
    of = book()
    assert take(of, " 25eccd59 ", "  Anna   Rossi ")[0] == KeepCard(Card("25eccd59000000", "Anna Rossi"))
    take(of, "NAMELESS")
    assert of.names == {"25eccd59000000": "Anna Rossi"}
    assert [card.name for card in of.cards] == ["", "Anna Rossi"]
    forgotten = of.take(RemoveCard("25ECCD59", role=Role.OPERATOR, call=-2), 0)
    assert forgotten == [ForgetCard("25ECCD59000000"), CallAnswer(-2, "Accepted")]
    assert of.names == {}


@pytest.mark.parametrize(
    ("tag", "name", "sentence"),
    [
        ("", "Anna", "A card's tag has 1 to 20 letters and digits."),
        ("x" * 21, "Anna", "A card's tag has 1 to 20 letters and digits."),
        ("é", "Anna", "A card's tag has 1 to 20 letters and digits."),
        ("A", "x" * 41, "A card's name has at most 40 characters that can be seen."),
        ("A", "\x07", "A card's name has at most 40 characters that can be seen."),
    ],
)
def test_what_is_no_card_is_refused(tag: str, name: str, sentence: str) -> None:
    """With the reason, and nothing is kept."""
    of = book()
    assert answer(take(of, tag, name)) == ("Rejected", sentence)
    assert not of.cards


def test_the_book_is_bounded() -> None:
    """200 cards; one that is there can still be changed."""
    of = book(None, *(Card(f"CARD {n}", "") for n in range(MOST_CARDS)))
    word, reason = answer(take(of, "ONE MORE"))
    assert (word, reason) == ("Rejected", "The book is full: it holds 200 cards. Take one out first.")
    assert answer(take(of, "CARD 7", "Anna")) == ("Accepted", None)


def test_a_card_that_is_not_there_cannot_be_taken_out() -> None:
    """It is said which."""
    assert answer([*book().take(RemoveCard("NOBODY", role=Role.OPERATOR, call=-1), 0)]) == (
        "Rejected",
        "The book has no card NOBODY.",
    )


def test_when_a_card_was_last_shown_is_kept_once_a_minute() -> None:
    """Where the time is known; a card that is not in the book leaves no trace."""
    clock = WallClock(1)
    of = book(clock, Card("ANNA", "Anna"))
    assert of.show("anna", 0) == (False, [])
    clock.learn(datetime(2026, 1, 5, 9, tzinfo=UTC), 0)
    begin_us = clock.stamp(0).utc_us
    assert begin_us is not None
    assert of.show("ANNA", SECOND) == (False, [KeepCard(Card("ANNA", "Anna", True, begin_us + SECOND))])
    assert of.show("ANNA", MINUTE) == (False, [])
    assert len(of.show("ANNA", 2 * MINUTE)[1]) == 1
    assert of.show("STRANGER", 2 * MINUTE) == (False, [])
