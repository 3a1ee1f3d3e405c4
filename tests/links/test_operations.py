"""What a person or a script may ask of a station, from words and named arguments to values."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.links.operations import OPERATIONS, OperationError, build, station_event, value_of
from pilotline.station.events import (
    CallAnswer,
    ChargeNow,
    ClearLatched,
    CompensateRcd,
    LearnCard,
    LimitCurrent,
    Limiter,
    PresentTag,
    RemoveCard,
    RestartStation,
    SetCard,
    StartCharging,
    StopCharging,
)
from pilotline.vocabulary import refusals
from pilotline.vocabulary.roles import Asker, Role


@pytest.mark.parametrize(
    ("word", "args", "event"),
    [
        ("present_tag", {"tag": "04A1"}, PresentTag("04A1", 1)),
        ("present_tag", {"tag": "04A1", "connector": "2"}, PresentTag("04A1", 2)),
        ("stop_charging", {}, StopCharging(1)),
        ("charge_now", {}, ChargeNow()),
        ("limit_current", {"limit_ma": "16000"}, LimitCurrent(16_000)),
        ("limit_current", {"limit_ma": 0}, LimitCurrent(0)),
        ("limit_current", {"limit_ma": 0, "connector": "2"}, LimitCurrent(0, connector=2)),
        ("limit_current", {"limit_ma": None}, LimitCurrent(None)),
        ("limit_current", {"limit_ma": 1, "by": "installer"}, LimitCurrent(1, Limiter.INSTALLER)),
        ("clear_faults", {"connector": 1}, ClearLatched(1)),
        ("compensate_rcd", {}, CompensateRcd(1)),
        ("start_charging", {"connector": 2}, StartCharging("", 2)),
        ("restart", {}, RestartStation("soft")),
        ("restart", {"kind": "hard"}, RestartStation("hard")),
        ("card_set", {"tag": "04A1", "name": "Anna"}, SetCard("04A1", "Anna")),
        ("card_set", {"tag": "04A1", "allowed": "false"}, SetCard("04A1", "", allowed=False)),
        ("card_forget", {"tag": "04A1"}, RemoveCard("04A1")),
        ("card_learn", {}, LearnCard()),
    ],
)
def test_an_operation_becomes_an_event(word: str, args: dict[str, Any], event: object) -> None:
    """Texts may stand for numbers, as a script writes them."""
    assert build(word, OPERATIONS[word].type, args) == event


@pytest.mark.parametrize(
    ("word", "args", "words"),
    [
        ("present_tag", {}, "present_tag: .*tag"),
        ("present_tag", {"card": "x"}, "no argument card; it takes tag, connector"),
        ("limit_current", {"limit_ma": "much"}, "limit_current: "),
        ("limit_current", {"limit_ma": 1.5}, "limit_current: "),
        ("stop_charging", {"connector": "one"}, "stop_charging: "),
        ("clear_faults", {"role": "operator"}, "no argument role; it takes connector"),
        ("clear_faults", {"call": 1}, "no argument call"),
        ("start_charging", {"tag": "04A1"}, "no argument tag; it takes connector"),
        ("stop_charging", {"card": "04A1"}, "no argument card; it takes connector"),
        ("restart", {"kind": "gently"}, "restart: "),
        ("card_set", {"name": "Anna"}, "card_set: .*tag"),
    ],
)
def test_wrong_arguments_are_named(word: str, args: dict[str, Any], words: str) -> None:
    """The sentence says which operation, which argument, and what is possible."""
    with pytest.raises(OperationError, match=words):
        build(word, OPERATIONS[word].type, args)


@pytest.mark.parametrize("word", ["stop_charging", "clear_faults", "compensate_rcd"])
def test_whoever_stands_beside_the_station_is_its_operator(word: str) -> None:
    """Until people have passwords; the call's number goes with it."""
    event = station_event(word, {}, call=-3)
    assert not isinstance(event, PresentTag)
    assert (event.role, event.call) == (Role.OPERATOR, -3)


@pytest.mark.parametrize("word", OPERATIONS)
def test_every_operation_explains_itself(word: str) -> None:
    """One sentence of help."""
    assert OPERATIONS[word].help.endswith(".")


ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9), st.just([1]))


@given(word=st.sampled_from(sorted(OPERATIONS)), name=st.text(max_size=9), value=ANYTHING)
def test_any_argument_gives_an_event_or_a_sentence(word: str, name: str, value: object) -> None:
    """Nothing else is ever raised."""
    kind = OPERATIONS[word].type
    for args in ({name: value}, {"tag": value}, {"limit_ma": value}, {"connector": value}):
        try:
            assert isinstance(build(word, kind, args), kind)
        except OperationError as error:
            assert word in str(error)  # noqa: PT017


@pytest.mark.requirement("M-14", "M-12")
def test_whose_card_it_is_is_told_by_who_is_signed_in() -> None:
    """Nobody names his own card: a start and a stop bear that of the asker."""
    guest = Asker(Role.GUEST, "anna", "04A1")
    started = station_event("start_charging", {}, -1, asker=guest)
    assert started == StartCharging("04A1", role=Role.GUEST, call=-1)
    stopped = station_event("stop_charging", {}, -2, asker=guest)
    assert stopped == StopCharging(card="04A1", role=Role.GUEST, call=-2)


def test_an_answer_is_a_sentence_or_a_value_or_nothing() -> None:
    """Only what a row ``tells`` has a value."""
    assert value_of("restart", CallAnswer(-1, "Accepted")) is None
    assert value_of("card_learn", CallAnswer(-1, "04A1")) == {"tag": "04A1"}
    with pytest.raises(OperationError, match="card_learn: No card was held"):
        value_of("card_learn", CallAnswer(-1, "Rejected", refusals.NO_CARD_CAME.of(seconds=30)))
