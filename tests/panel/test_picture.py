"""A picture as a tree, what has changed in it, and how a client puts it together again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.links.here import Here
from pilotline.links.host import BackendView, HostView
from pilotline.models.reader import load_charger
from pilotline.panel.picture import (
    Line,
    Picture,
    Tree,
    changes,
    for_card,
    merged,
    paint,
    plate_of,
    tree_of,
)
from pilotline.simulator.bench import BenchView
from pilotline.station.snapshot import ConnectorView, LedView
from pilotline.vocabulary.car import CarTalk
from pilotline.vocabulary.lights import Glow
from pilotline.vocabulary.phases import PerPhase
from support.panel import IDLE, PLATE, in_session, picture

LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=3), st.lists(st.integers(0, 2), max_size=2)
)
INNER = st.fixed_dictionaries({"code": LEAVES, "limit": st.none() | st.fixed_dictionaries({"a": LEAVES})})
TREES = st.fixed_dictionaries(
    {
        "station": st.fixed_dictionaries({"id": LEAVES, "phases": LEAVES}),
        "connectors": st.fixed_dictionaries({"1": INNER, "2": INNER}),
        "world": st.none() | INNER,
        "lapse": st.none() | st.fixed_dictionaries({"speed": LEAVES}),
    }
)
BENCH = BenchView(
    True, 32, "B", False, 50.0, False, True, PerPhase(0, 0, 0), PerPhase(230, 0, 0), 25, (), (), "absent"
)


def view_of(connector: ConnectorView, queued: int = 0, leds: tuple[LedView, ...] = ()) -> HostView:
    """A snapshot of a station with one connector."""
    return HostView("Model", (connector,), BackendView(True, queued, 0, None), leds=leds)


def leaves(tree: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Every value that is no object, with its place."""
    if not isinstance(tree, dict):
        return [(path, tree)]
    return [leaf for name, value in tree.items() for leaf in leaves(value, (*path, name))]


def at(tree: Tree, path: Sequence[str]) -> Any:
    """What stands there; a place under null is nothing."""
    found: Any = tree
    for name in path:
        found = found.get(name, ...) if isinstance(found, dict) else ...
    return found


@given(TREES, TREES)
def test_what_has_changed_merged_into_the_old_tree_is_the_new_one(old: Tree, new: Tree) -> None:
    """A client that merges has the picture the station has."""
    assert merged(old, changes(old, new)) == new


WORDS = st.dictionaries(st.sampled_from("abc"), st.integers(0, 2))


@given(WORDS, WORDS, WORDS)
def test_a_word_that_is_there_no_more_is_told_as_null(first: Tree, second: Tree, third: Tree) -> None:
    """The words of a sentence come and go; no client keeps one for ever."""
    held: Tree = {"words": first}
    for before, after in ((first, second), (second, third)):
        held = merged(held, changes({"words": before}, {"words": after}))
        assert {name: value for name, value in held["words"].items() if value is not None} == after


@given(TREES, TREES)
def test_nothing_is_said_twice(old: Tree, new: Tree) -> None:
    """A value that stood there before is not said again."""
    for path, value in leaves(changes(old, new)):
        assert path
        assert at(old, path) is ... or at(old, path) != value


@given(TREES)
def test_an_unchanged_tree_has_no_changes(tree: Tree) -> None:
    """What has not changed costs nothing."""
    assert changes(tree, msgspec.json.decode(msgspec.json.encode(tree))) == {}


@given(TREES)
def test_from_nothing_the_changes_are_the_whole_tree(tree: Tree) -> None:
    """The first picture is new in all its parts, null ones among them."""
    assert changes({}, tree) == tree


@given(TREES, TREES)
def test_merging_leaves_both_trees_as_they_were(old: Tree, new: Tree) -> None:
    """A client may keep the old picture beside the new one."""
    before = msgspec.json.encode(old)
    change = changes(old, new)
    said = msgspec.json.encode(change)
    merged(old, change)
    assert (msgspec.json.encode(old), msgspec.json.encode(change)) == (before, said)


def test_an_object_that_becomes_null_and_one_that_comes_back_are_said_as_a_whole() -> None:
    """Nothing is left out to say that it is gone."""
    idle, busy = tree_of(picture(IDLE)), tree_of(picture(in_session()))
    assert changes(busy, idle)["connectors"]["1"]["transaction"] is None
    assert changes(idle, busy)["connectors"]["1"]["transaction"].keys() == {
        "session", "id", "tag", "meter_start_wh", "phase", "price", "currency",
    }  # fmt: skip


def test_a_list_is_replaced_as_a_whole() -> None:
    """Lists have no parts with names."""
    old, new = picture(IDLE), picture(replace(IDLE, current_a=(1.0, 0.0, 0.0)))
    change = msgspec.json.encode(changes(tree_of(old), tree_of(new)))
    assert change == b'{"connectors":{"1":{"current_a":[1.0,0.0,0.0]}}}'


def test_a_tree_that_was_made_twice_has_no_changes() -> None:
    """Two pictures of the same moment are the same, down to what msgspec makes of tuples and enumerations."""
    shown = [Picture(PLATE, {"1": in_session()}, picture().backend, BENCH) for _ in range(2)]
    assert changes(tree_of(shown[0]), tree_of(shown[1])) == {}


def test_every_picture_has_the_same_names() -> None:
    """``world`` and ``lapse`` are null where there is none, never absent."""
    names = {"station", "connectors", "backend", "world", "lapse", "beside", "notes", "leds"}
    names |= {"today", "after_restart", "names"}
    assert tree_of(picture()).keys() == names
    assert tree_of(picture())["world"] is None


def test_a_painted_picture_tells_of_the_line_beside_the_snapshot() -> None:
    """Whether a backend is configured or cut is not the core's knowledge."""
    shown = paint(PLATE, view_of(IDLE, queued=3), Line(configured=True, cut=True))
    assert (shown.backend.configured, shown.backend.cut, shown.backend.queued) == (True, True, 3)
    assert list(shown.connectors) == ["1"]


def test_a_painted_picture_tells_of_the_station_what_the_snapshot_does_not() -> None:
    """Its day, who charges by name, and what counts after a restart."""
    here = Here("2026-03-29", ("c_Evsens",), {"TAG": "Anna"})
    tree = tree_of(paint(PLATE, view_of(IDLE), Line(configured=True, cut=False), here=here))
    assert (tree["today"], tree["after_restart"], tree["names"]) == (
        "2026-03-29", ("c_Evsens",), {"TAG": "Anna"},
    )  # fmt: skip


@pytest.mark.requirement("M-14", "R-27")
@pytest.mark.parametrize(
    ("card", "tag_bytes", "told"),
    [
        ("04a1b2c3", 0, {"04A1B2C3": "Anna"}),
        ("04A1B2C3", 5, {"04A1B2C300": "Cleo"}),
        ("0A0A", 0, {}),
        ("", 0, {}),
        ("", 5, {}),
    ],
)
def test_a_guest_is_told_the_name_of_his_own_card_alone(
    card: str, tag_bytes: int, told: dict[str, str]
) -> None:
    """In a whole picture as in a change of one; one who has no card is told none."""
    names = {"04A1B2C3": "Anna", "04A1B2C300": "Cleo", "": "Nobody"}
    assert for_card({"names": names, "today": None}, card, tag_bytes) == {"names": told, "today": None}
    assert for_card({"today": "2026-03-29"}, card, tag_bytes) == {"today": "2026-03-29"}


@pytest.mark.requirement("M-10")
def test_what_a_car_says_of_itself_comes_with_its_first_word_and_goes_with_it() -> None:
    """While it talks only its news are told; when it has gone nothing of it is left."""
    car = CarTalk()
    idle, talks = tree_of(picture(IDLE)), tree_of(picture(replace(IDLE, car=car)))
    wishes = tree_of(picture(replace(IDLE, car=replace(car, phase="parameters", wants_wh=30_000))))
    assert changes(idle, talks)["connectors"]["1"]["car"].keys() == {
        "protocol", "phase", "sentence", "soc_percent", "wants_wh", "leaves", "max_current_ma",
        "min_current_ma", "charges",
    }  # fmt: skip
    assert changes(talks, wishes)["connectors"]["1"] == {"car": {"phase": "parameters", "wants_wh": 30_000}}
    assert changes(wishes, idle)["connectors"]["1"] == {"car": None}


@pytest.mark.requirement("M-01")
@pytest.mark.parametrize(("model", "digital"), [("master-plus-ac", True), ("evnet-7kw-s", False)])
def test_the_plate_says_whether_the_station_can_talk_with_a_car(model: str, digital: bool) -> None:
    """A page of one that cannot has no place for it."""
    plate = plate_of(load_charger(model), "CP-1", "SN-1", "1.0", virtual=True, zero_utc_ms=None)
    assert tree_of(replace(picture(), station=plate))["station"]["digital"] is digital


@pytest.mark.requirement("M-31")
def test_small_lights_are_painted_as_the_page_draws_them() -> None:
    """How the part is, and of each lamp two colours, their times and its brightness; the page blinks them."""
    led = LedView("modem", "registered", (Glow(0x00FF00, 0, 800, 800), Glow(0xFF7F00, percent=20)))
    shown = paint(PLATE, view_of(IDLE, leds=(led,)), Line(configured=True, cut=False))
    assert tree_of(shown)["leds"] == {
        "modem": {
            "state": "registered",
            "lamps": (("#00ff00", "#000000", 800, 800, 100), ("#ff7f00", "#ff7f00", 500, 0, 20)),
        }
    }
