"""Stories: reading them, playing them, and refusing what does not go, by line and reason."""

import re
from collections.abc import Callable
from functools import cache
from itertools import chain, repeat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotline.links.operations import OPERATIONS, OperationError
from pilotline.models.reader import load_charger
from pilotline.simulator.actions import ACTIONS
from pilotline.simulator.bench import BENCH
from pilotline.simulator.station import Traced, VirtualStation
from pilotline.simulator.story import (
    NO_HOST,
    OTHER_WORDS,
    Playing,
    Step,
    Story,
    StoryError,
    StoryRunner,
    duration_us,
    list_stories,
    load_story,
    parse_story,
    perform,
)
from pilotline.vocabulary.time import HOUR, MINUTE, MS, SECOND
from pilotline.wire.ocpp import v16

MODEL = load_charger("evnet-7kw-s")


def play(text: str) -> VirtualStation:
    """A story on a fresh station."""
    station = VirtualStation(MODEL)
    StoryRunner(station).play(parse_story("test", text))
    return station


# --- reading ----------------------------------------------------------------------------------------


def test_a_step_is_a_word_and_named_arguments() -> None:
    """Comments and empty lines count as lines and are no steps; quotes keep spaces; none is None."""
    story = parse_story("s", "# hello\n\nproximity ohm=none  # broken wire\npresent_tag tag='a b'\nafter 2h")
    assert [(step.line, step.word, dict(step.args)) for step in story.steps] == [
        (3, "proximity", {"ohm": None}),
        (4, "present_tag", {"tag": "a b"}),
        (5, "after", {"": "2h"}),
    ]


def test_a_step_is_shown_as_it_was_written() -> None:
    """What a person reads can be put into a story again."""
    for line in ("plug_in cable_ma=32000", "after 500ms", "unplug"):
        assert str(parse_story("s", line).steps[0]) == line


@pytest.mark.parametrize(
    ("text", "time"), [("500ms", 500 * MS), ("3s", 3 * SECOND), ("20m", 20 * MINUTE), ("2h", 2 * HOUR)]
)
def test_durations_have_a_unit(text: str, time: int) -> None:
    """Milliseconds to hours."""
    assert duration_us(text) == time


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("fly", "s:1: unknown word fly; the words are after, wait,"),
        ("unplug\n\nplug_in red", "s:3: red: arguments are written name=value."),
        ('present_tag tag="04', "s:1: No closing quotation."),
        ("after", "s:1: after takes one duration such as 500ms, 3s, 20m or 2h."),
        ("after 2", "s:1: after takes one duration"),
        ("after 2s 3s", "s:1: after takes one duration"),
        ("after -1s", "s:1: after takes one duration"),
        ("after 1.5s", "s:1: after takes one duration"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, reason: str) -> None:
    """Before anything is played."""
    with pytest.raises(StoryError) as refused:
        parse_story("s", text)
    assert str(refused.value).startswith(reason)


@given(st.text(max_size=200))
def test_any_text_is_a_story_or_refused(text: str) -> None:
    """Never another exception."""
    refused = ""
    try:
        parse_story("s", text)
    except StoryError as error:
        refused = str(error)
    assert not refused or re.match(r"s:\d+: ", refused)


def test_every_word_of_the_bench_and_of_the_host_is_known_and_means_one_thing() -> None:
    """The tables have no word in common."""
    words = [*ACTIONS, *BENCH, *OPERATIONS, *OTHER_WORDS]
    assert len(words) == len(set(words))
    for word in words:
        line = "after 1s" if word == "after" else word
        assert parse_story("s", line).steps[0].word == word


@pytest.mark.parametrize("name", list_stories())
def test_the_stories_that_come_with_pilotline_can_be_read_and_tell_what_they_are(name: str) -> None:
    """Each begins with a comment that is a sentence."""
    assert load_story(name).steps
    assert list_stories()[name].endswith(".")


def test_a_story_is_found_by_name_or_by_path(tmp_path: Path) -> None:
    """A path has a slash or ends in .story; a name that is none says which there are."""
    (tmp_path / "x.story").write_text("unplug\n")
    assert load_story(str(tmp_path / "x.story")).steps == [Step(1, "unplug", {})]
    with pytest.raises(StoryError, match=r"^nosuch: There is no such story; there are demo, evening, "):
        load_story("nosuch")
    with pytest.raises(StoryError, match=r"cannot be read: No such file or directory\.$"):
        load_story("nosuch.story")


# --- playing ----------------------------------------------------------------------------------------


@pytest.mark.requirement("E-02", "E-69")
def test_a_car_is_charged_with_the_power_of_the_rating() -> None:
    """7360 W after the car's ramp, and the register has counted them."""
    station = play(
        "wait ocpp_status=Available\nplug_in\npresent_tag tag=04A1\nwait ocpp_status=Charging\n"
        "wait power_w=7360\nafter 60s"
    )
    connector = station.snapshot().connectors[0]
    assert connector.energy_wh is not None
    assert 122 <= connector.energy_wh <= 140


@pytest.mark.requirement("E-15")
def test_a_missing_diode_closes_no_relay() -> None:
    """What is no car gets no current, and the station says what it saw."""
    station = play(
        "wait ocpp_status=Available\nmisbehave name=no_diode\nplug_in\npresent_tag tag=04A1\n"
        "wait ocpp_status=Faulted"
    )
    connector = station.snapshot().connectors[0]
    assert not any(station.world.view().contacts)
    assert [fault.code for fault in connector.faults] == [0x100]


def test_a_session_without_the_line_is_told_when_it_is_back() -> None:
    """The backend's books have one start and one stop, with the meter's registers."""
    station = play(load_text("offline"))
    starts = [b.request for b in station.backend.books if isinstance(b.request, v16.StartTransaction)]
    stops = [b.request for b in station.backend.books if isinstance(b.request, v16.StopTransaction)]
    assert len(starts) == len(stops) == 1
    assert stops[0].meter_stop == station.world.view().energy_wh > starts[0].meter_start


def load_text(name: str) -> str:
    """A story that comes with Pilotline, written down again."""
    return "\n".join(str(step) for step in load_story(name).steps)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("plug_in colour=red", "plug_in has no argument colour; it takes cable_ma, ohm."),
        ("plug_in cable_ma=thick", "plug_in: "),
        ("plug_in cable_ma=1", "No cable is rated 1 mA;"),
        ("unplug", ""),
        ("plug_in\nplug_in", "A plug is in already; unplug first."),
        ("car soc_percent=200", "There is no such car: soc_percent is 0 to 100."),
        ("misbehave name=sulks", "misbehave: "),
        ("present_tag", "present_tag: "),
        ("wait", "wait needs at least one field of the status"),
        ("wait mood=good", "The status has no field mood."),
        ("wait relay=true timeout_s=inf", "wait takes a finite number"),
        ("wait relay=true timeout_s=nan", "wait takes a finite number"),
        ("wait relay=true timeout_s=soon", "wait takes whole numbers"),
        ("wait relay=true connector=x", "wait takes whole numbers"),
        ("wait relay=true timeout_s=1", "relay=true was not reached in 1 s: it is relay=False."),
        ("network", "network takes up=true or up=false."),
        ("network up=maybe", "network takes up=true or up=false."),
        ("network down=true", "network has no argument down; it takes up, interface."),
        ("network up=false interface=pigeon", "There is no interface pigeon; there are ethernet, wifi, "),
        ("config_set key=LightIntensity", "config_set takes key and value."),
        ("config_set name=LightIntensity value=1", "config_set has no argument name; it takes key, value."),
        ("config_set key=LightIntensity value=300", "LightIntensity was not set to '300': Rejected."),
        ("config_set key=NumberOfConnectors value=2", "NumberOfConnectors was not set to '2': Rejected."),
        ("config_set key=NoSuchKey value=1", "NoSuchKey was not set to '1': NotSupported."),
    ],
)
def test_a_step_that_does_not_go_ends_the_story_with_its_line(text: str, reason: str) -> None:
    """The line is that of the step, the reason a sentence."""
    line = len(text.splitlines())
    with pytest.raises(StoryError) as refused:
        play(text)
    assert str(refused.value).startswith(f"test:{line}: {reason}")
    assert not str(refused.value).endswith(": ")


def test_steps_are_announced_before_they_happen() -> None:
    """Who tells the story knows what comes."""
    station, told = VirtualStation(MODEL), list[tuple[str, bool]]()
    runner = StoryRunner(station, lambda step: told.append((str(step), station.world.view().plugged)))
    runner.play(parse_story("s", "plug_in\nunplug"))
    assert told == [("plug_in", False), ("unplug", True)]


def test_a_key_can_be_changed_more_than_once() -> None:
    """Each change is a call of its own."""
    station = play("config_set key=LightIntensity value=10\nconfig_set key=lightintensity value=20\nafter 1s")
    assert station.host.station.keys["LightIntensity"] == 20


# --- in pieces --------------------------------------------------------------------------------------

LIVELY = parse_story(
    "lively",
    "plug_in\nnetwork up=false\nafter 0s\nnetwork up=true\nwait ocpp_status=Preparing\n"
    "config_set key=LightIntensity value=20\npresent_tag tag=04A1\nwait ocpp_status=Charging\nafter 7s\n"
    "ev state=B\nafter 1500ms\nev state=C\nafter 2s\nlimit_current limit_ma=0\nafter 9s\n"
    "unplug\nwait ocpp_status=Available\ninject fault=EVSE_FAULT_CP_STATE\nwait ocpp_status=Faulted",
)
"""All kinds of steps, in half a minute."""


def traced(play: Callable[[VirtualStation, list[str]], object]) -> list[str]:
    """Everything that passes in a story, with the steps between, and when it ends."""
    told: list[str] = []

    def note(passed: Traced) -> None:
        told.append(f"{passed.at} {passed.source} {passed.target} {passed.what!r}")

    station = VirtualStation(MODEL, trace=note)
    play(station, told)
    return [*told, f"{station.timeline.now} {station.snapshot()} {station.world_view()}"]


@cache
def straight(story: str) -> list[str]:
    """A story in one piece."""

    def play(station: VirtualStation, told: list[str]) -> None:
        StoryRunner(station, lambda step: told.append(str(step))).play(known(story))

    return traced(play)


def known(story: str) -> Story:
    return LIVELY if story == LIVELY.name else load_story(story)


def sliced(story: str, pieces: list[int], look: Callable[[VirtualStation], object]) -> list[str]:
    """A story in pieces of these lengths, over and over, with a look at the station after each."""

    def play(station: VirtualStation, told: list[str]) -> None:
        playing = Playing(station, known(story), lambda step: told.append(str(step)))
        for piece in chain.from_iterable(repeat(pieces)):
            if playing.advance(station.timeline.now + piece):
                return
            look(station)

    return traced(play)


def look_closely(station: VirtualStation) -> None:
    """All that a page asks for."""
    station.snapshot()
    station.world_view()
    station.bench_view()


@settings(max_examples=40)
@given(st.lists(st.integers(0, 9 * SECOND), max_size=8))
def test_a_story_is_the_same_in_pieces_of_any_size_whoever_looks(pieces: list[int]) -> None:
    """The same bytes, texts and steps at the same times, and the same end."""
    assert sliced("lively", [*pieces, 100 * MS], look_closely) == straight("lively")


@pytest.mark.parametrize("name", ["demo", "missing_diode", "evening"])
def test_the_stories_that_come_with_pilotline_are_the_same_in_pieces(name: str) -> None:
    """In those of 60 times real time, and in one that ends in the middle of another."""
    assert sliced(name, [3 * SECOND, 1, 0, 777_777], look_closely) == straight(name)


def test_the_last_piece_ends_where_the_story_does() -> None:
    """And what comes after it is not the story's."""
    station = VirtualStation(MODEL)
    playing = Playing(station, parse_story("s", "after 3s\nplug_in"))
    assert not playing.advance(2 * SECOND)
    assert station.timeline.now == 2 * SECOND
    assert playing.advance(HOUR)
    assert station.timeline.now == 3 * SECOND
    assert playing.advance(HOUR)
    assert station.timeline.now == 3 * SECOND


def test_a_piece_that_ends_with_a_pause_takes_the_step_after_it() -> None:
    """A step is taken at its time, not with the next piece."""
    station = VirtualStation(MODEL)
    playing = Playing(station, parse_story("s", "after 2s\nplug_in\nafter 1s"))
    assert not playing.advance(2 * SECOND)
    assert station.world_view().plugged


@pytest.mark.parametrize(
    "text",
    ["after 2s\nplug_in\nplug_in", "wait ocpp_status=Charging timeout_s=3", "wait relay=false mood=good"],
)
def test_what_does_not_go_does_not_go_in_pieces_either(text: str) -> None:
    """The same sentence at the same time; then the story has ended."""
    assert failed(text, HOUR) == failed(text, 300 * MS)


def failed(text: str, piece: int) -> tuple[str, int]:
    """The sentence and the time of a story that fails, in pieces of this length."""
    station = VirtualStation(MODEL)
    playing = Playing(station, parse_story("s", text))
    for _ in range(100):
        try:
            playing.advance(station.timeline.now + piece)
        except StoryError as error:
            assert playing.advance(HOUR)
            return str(error), station.timeline.now
    raise AssertionError("it went")


# --- single steps -----------------------------------------------------------------------------------


def test_nobody_answers_while_the_host_is_down() -> None:
    """A sentence, and not a card that nobody has read."""
    station = VirtualStation(MODEL)
    station.run(2 * SECOND)
    station.host_crash()
    with pytest.raises(OperationError, match=re.escape(NO_HOST)):
        perform(station, "present_tag", {"tag": "04A1"})
    with pytest.raises(OperationError, match=re.escape(NO_HOST)):
        perform(station, "config_set", {"key": "LightIntensity", "value": "9"})
    assert station.read_keys([]) is None
    station.run(2 * SECOND)
    assert perform(station, "config_set", {"key": "LightIntensity", "value": "9"}) == "Accepted"


def test_a_wait_waits_for_the_word_of_the_new_host() -> None:
    """What a dead host said last is no longer so."""
    station = VirtualStation(MODEL)
    station.run(2 * SECOND)
    station.host_crash(down=5 * SECOND)
    StoryRunner(station).play(parse_story("s", "wait connected=true"))
    assert station.timeline.now >= 7 * SECOND


def test_keys_can_be_read_beside_the_station() -> None:
    """Those named, or all."""
    station = VirtualStation(MODEL)
    station.run(SECOND)
    one, all_ = station.read_keys(["lightintensity", "nosuch"]), station.read_keys([])
    assert one is not None
    assert all_ is not None
    assert [(key.name, one.unknown) for key in one.readings] == [("LightIntensity", ("nosuch",))]
    assert {"LightIntensity", "HeartbeatInterval"} <= {key.name for key in all_.readings}
