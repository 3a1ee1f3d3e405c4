"""What a person or a script may ask of a station, from words and named arguments to values."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.links.operations import OPERATIONS, OperationError, build, station_event
from pilotline.station.events import (
    ChargeNow,
    ClearLatched,
    CompensateRcd,
    LimitCurrent,
    Limiter,
    PresentTag,
    StopCharging,
)
from pilotline.vocabulary.roles import Role


@pytest.mark.parametrize(
    ("word", "args", "event"),
    [
        ("present_tag", {"tag": "04A1"}, PresentTag("04A1", 1)),
        ("present_tag", {"tag": "04A1", "connector": "2"}, PresentTag("04A1", 2)),
        ("stop_charging", {}, StopCharging(1)),
        ("charge_now", {}, ChargeNow()),
        ("limit_current", {"limit_ma": "16000"}, LimitCurrent(16_000)),
        ("limit_current", {"limit_ma": 0}, LimitCurrent(0)),
        ("limit_current", {"limit_ma": None}, LimitCurrent(None)),
        ("limit_current", {"limit_ma": 1, "by": "installer"}, LimitCurrent(1, Limiter.INSTALLER)),
        ("clear_faults", {"connector": 1}, ClearLatched(1)),
        ("compensate_rcd", {}, CompensateRcd(1)),
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
