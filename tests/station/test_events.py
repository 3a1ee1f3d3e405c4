"""The words the station hears and says are plain, frozen values."""

from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import get_args

import pytest

from pilotline.station.events import PresentTag, StationEffect, StationEvent

WORDS = (*get_args(StationEvent), *get_args(StationEffect))


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.__name__)
def test_a_word_is_a_frozen_value_with_slots(word: type) -> None:
    """So that it can cross queues and processes, be compared, and never change on the way."""
    assert is_dataclass(word)
    assert word.__dataclass_params__.frozen  # pyright: ignore[reportAttributeAccessIssue]
    assert set(word.__slots__) == {item.name for item in fields(word)}  # pyright: ignore[reportAttributeAccessIssue]


def test_what_is_heard_is_not_what_is_said() -> None:
    """No word is both, so that an effect can never be taken for an event of its own core."""
    assert set(get_args(StationEvent)).isdisjoint(get_args(StationEffect))


def test_a_word_does_not_change() -> None:
    """Assignment is refused."""
    tag = PresentTag("CARD")
    with pytest.raises(FrozenInstanceError):
        tag.tag = "OTHER"  # pyright: ignore[reportAttributeAccessIssue]
