"""The bench's words and their types."""

import dataclasses
from typing import get_args

import pytest

from pilotline.simulator.actions import (
    ACTIONS,
    Action,
    ConfigureCar,
    Misbehaviour,
    Row,
    SetEvsensFault,
    SetMeterFault,
)
from pilotline.simulator.car import CarConfig


def test_every_action_has_exactly_one_word() -> None:
    """The table holds all actions there are, each once."""
    types = [row.type for row in ACTIONS.values()]
    assert len(types) == len(set(types))
    assert set(types) == {*get_args(Action), SetMeterFault, SetEvsensFault}


@pytest.mark.parametrize("row", ACTIONS.values(), ids=ACTIONS.keys())
def test_help_is_one_short_sentence(row: Row) -> None:
    """Each line of help fits beside its word."""
    assert row.help.endswith(".")
    assert row.help[0].isupper()
    assert len(row.help) <= 80


def test_a_car_can_be_changed_in_all_its_properties() -> None:
    """ConfigureCar has the fields of CarConfig, and leaves each alone unless it is stated."""
    assert [f.name for f in dataclasses.fields(ConfigureCar)] == [
        f.name for f in dataclasses.fields(CarConfig)
    ]
    assert set(dataclasses.asdict(ConfigureCar()).values()) == {None}


@pytest.mark.parametrize("name", Misbehaviour)
def test_every_misbehaviour_is_found_by_its_word_and_explained(name: Misbehaviour) -> None:
    """The word is the value, as scripts spell it; the sentence is for people."""
    assert Misbehaviour(name.value) is name
    assert name.value == name.name.lower()
    assert name.sentence.endswith(".")
