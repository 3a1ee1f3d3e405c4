"""``pilotline simulate``: its own stories end as written, others are refused by line and reason."""

import http.client
import json
import signal
import socket
import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from pilotline.simulator.story import list_stories
from support.processes import COMMAND, environment, pilotline, read_until, started

STORIES = tuple(list_stories())
MODELS = {"two_cars": ["--model", "master-plus-ac"]}
"""What has to be said for a story of another model than the default one."""


@pytest.fixture(scope="module", autouse=True)
def plays(tmp_path_factory: pytest.TempPathFactory) -> Generator[dict[str, subprocess.Popen[str]]]:
    """All stories, begun before the first test here, for the longest takes longer than all the tests."""
    home = tmp_path_factory.mktemp("stories")
    begun = {
        name: subprocess.Popen(
            [*COMMAND, "simulate", name, *MODELS.get(name, [])],
            env=environment(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in STORIES
    }
    try:
        yield begun
    finally:
        for play in begun.values():
            play.kill()
            play.communicate()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("fly", "bad.story:1: unknown word fly; the words are after, wait,"),
        (
            "# a comment\n\nplug_in colour=red",
            "bad.story:3: plug_in has no argument colour; it takes cable_ma, ohm.",
        ),
        (
            "after 2s\nplug_in\nwait ocpp_status=Charging timeout_s=5",
            (
                "bad.story:3: ocpp_status=Charging was not reached in 5 s: it is ocpp_status=Preparing. "
                "A car is plugged in. Show a card or start from the app. (at 00:00:07 of simulated time)"
            ),
        ),
    ],
)
def test_a_story_that_does_not_go_is_refused_with_line_and_reason(
    tmp_path: Path, text: str, sentence: str
) -> None:
    """One sentence on standard error, exit code 2, no trace."""
    (tmp_path / "bad.story").write_text(text)
    ended = pilotline(tmp_path, "simulate", "bad.story")
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"pilotline: {sentence}")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["nosuch"], "nosuch: There is no such story; there are demo, evening, "),
        (["nosuch.story"], "nosuch.story: The file cannot be read: No such file or directory."),
        (["/"], "/: The file cannot be read: Is a directory."),
        (["binary.story"], "binary.story: The file cannot be read: it is no text."),
        (["demo", "--trace", "/proc/trace"], "The trace /proc/trace cannot be written: "),
        (["demo", "--model", "nosuch"], "nosuch: no such model; there are evnet-7kw-s, evnet-7kw-t2"),
        (["demo", "--model", "broken.toml"], "broken.toml:2: "),
    ],
)
def test_what_cannot_be_read_or_written_is_named(tmp_path: Path, args: list[str], sentence: str) -> None:
    """One sentence and exit code 2, before anything is played."""
    (tmp_path / "binary.story").write_bytes(b"\xff\xfe")
    (tmp_path / "broken.toml").write_text("name = 'x'\n= 5\n")
    ended = pilotline(tmp_path, "simulate", *args)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"pilotline: {sentence}")
    assert len(ended.stderr.splitlines()) == 1


def test_without_a_name_the_stories_are_listed_with_what_they_tell(tmp_path: Path) -> None:
    """Each with its first line."""
    shown = pilotline(tmp_path, "simulate").stdout
    for name, first_line in list_stories().items():
        assert name in shown
        assert first_line in shown


def test_a_story_is_told_with_its_times_and_reasons(tmp_path: Path) -> None:
    """Steps and what followed from them, in the order of simulated time; the full power is reached."""
    (tmp_path / "own.story").write_text(
        "wait ocpp_status=Available\nplug_in\npresent_tag tag=04A1\nwait ocpp_status=Charging\nafter 15s\n"
        "unplug\nwait ocpp_status=Available\n"
    )
    told = pilotline(tmp_path, "simulate", "own.story")
    lines = told.stdout.splitlines()
    assert told.returncode == 0
    assert [line[:8] for line in lines] == sorted(line[:8] for line in lines)
    assert any("> plug_in" in line for line in lines)
    assert any("Charging" in line and "7.36 kW" in line for line in lines)
    assert lines[-1].endswith("The story ends as written.")


def test_a_trace_is_json_lines_that_tell_who_said_what_to_whom(tmp_path: Path) -> None:
    """Time, source, target, kind and value; bytes in hex; the OCPP texts are in it as they went out."""
    pilotline(tmp_path, "simulate", "demo", "--trace", "demo.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "demo.jsonl").read_text().splitlines()]
    assert all(set(line) == {"at_us", "from", "to", "what", "value"} for line in lines)
    times = [line["at_us"] for line in lines]
    assert times == sorted(times)
    frames = [line["value"] for line in lines if {line["from"], line["to"]} == {"board", "host"}]
    assert all(bytes.fromhex(frame).endswith(b"\x00") for frame in frames)
    texts = [json.loads(line["value"]) for line in lines if line["to"] == "backend"]
    assert {"BootNotification", "StatusNotification", "Authorize", "StartTransaction"} <= {
        text[2] for text in texts if text[0] == 2
    }


def test_the_same_story_is_told_the_same_way_twice(tmp_path: Path) -> None:
    """Simulated time knows no chance."""
    for run in ("1", "2"):
        pilotline(tmp_path, "simulate", "missing_diode", "--trace", run)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


@pytest.mark.timeout(170)
@pytest.mark.parametrize("name", STORIES)
def test_a_story_that_comes_with_pilotline_ends_as_written(
    plays: dict[str, subprocess.Popen[str]], name: str
) -> None:
    """Every one, on the default model or the one it names."""
    out, err = plays[name].communicate()
    assert (plays[name].returncode, err) == (0, "")
    assert out.splitlines()[-1].endswith("The story ends as written.")


# --- with a page ------------------------------------------------------------------------------------


def page_of(station: subprocess.Popen[str], lines: list[str]) -> str:
    """Host and port of the page, from the first line."""
    return read_until(station.stdout, "The page: ", lines).split()[2].removeprefix("http://").rstrip("/")


def asked(page: str, path: str, **args: Any) -> Any:
    """What the page says: a GET, or an operation with its arguments."""
    line = http.client.HTTPConnection(page, timeout=30)
    try:
        if path.startswith("/api/operations/"):
            line.request("POST", path, json.dumps(args), {"content-type": "application/json"})
        else:
            line.request("GET", path)
        return json.load(line.getresponse())
    finally:
        line.close()


def test_a_story_is_shown_on_a_page_whose_time_can_be_stopped_and_hurried(tmp_path: Path) -> None:
    """Over HTTP and the live line; SIGTERM ends it in order, with a page open, and the trace is whole."""
    lines: list[str] = []
    (tmp_path / "own.story").write_text("wait ocpp_status=Available\nplug_in\nafter 10h\n")
    with started(tmp_path, "simulate", "own.story", "--panel", "0", "--trace", "t.jsonl") as station:
        page = page_of(station, lines)
        assert "at 60 times real time" in lines[-1]
        with connect(f"ws://{page}/api/live") as live:
            whole = json.loads(live.recv(20))
            assert whole["picture"]["station"]["virtual"]
            assert whole["picture"]["lapse"]["story"] == "own.story"
            assert asked(page, "/api/operations/time_lapse", speed=0) == {"value": None}
            stands = asked(page, "/api/picture")
            assert stands["picture"]["lapse"]["speed"] == 0
            asked(page, "/api/operations/present_tag", tag="04A1")
            assert asked(page, "/api/picture")["at_ms"] == stands["at_ms"]
            asked(page, "/api/operations/time_lapse", speed=60)
            while (
                whole.get("picture", {}).get("connectors", {}).get("1", {}).get("ocpp_status") != "Charging"
            ):
                whole = json.loads(live.recv(20))
            station.terminate()
            read_until(station.stdout, "Stopped.", lines)
        assert station.wait(10) == 0
    assert "Traceback" not in "".join(lines)
    assert any("> plug_in" in line for line in lines)
    assert [json.loads(line) for line in (tmp_path / "t.jsonl").read_text().splitlines()]


def test_without_a_story_the_station_is_there_to_be_played_with(tmp_path: Path) -> None:
    """In real time; stopped by its own page or by Ctrl-C, with code 0."""
    lines: list[str] = []
    with started(tmp_path, "simulate", "--panel", "0") as station:
        page = page_of(station, lines)
        assert "in real time" in lines[-1]
        assert asked(page, "/api/picture")["picture"]["lapse"]["speed"] == 1
        asked(page, "/api/operations/stop")
        read_until(station.stdout, "Stopped.", lines)
        assert station.wait(10) == 0
    with started(tmp_path, "simulate", "--panel", "0") as station:
        page_of(station, lines)
        station.send_signal(signal.SIGINT)
        read_until(station.stdout, "Stopped.", lines)
        assert station.wait(10) == 0
    assert "Traceback" not in "".join(lines)


def test_a_story_that_fails_leaves_the_station_on_its_page(tmp_path: Path) -> None:
    """Told with line and reason; time goes on."""
    lines: list[str] = []
    (tmp_path / "bad.story").write_text("after 2s\nunplug\n")
    with started(tmp_path, "simulate", "bad.story", "--panel", "0") as station:
        page = page_of(station, lines)
        told = read_until(station.stdout, "bad.story:2: No plug is in.", lines)
        assert told.startswith("00:00:02  ")
        assert asked(page, "/api/picture")["picture"]["lapse"]["note"] == "bad.story:2: No plug is in."
        assert asked(page, "/api/operations/plug_in") == {"value": None}


def test_a_port_that_is_taken_is_a_sentence(tmp_path: Path) -> None:
    """Exit code 2, and nothing is played."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = pilotline(tmp_path, "simulate", "demo", "--panel", str(port))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        f"pilotline: Port {port} is in use by another program; "
        "choose another with --panel PORT (0: any free one).\n"
    )


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["nosuch"], "nosuch: There is no such story; there are demo, evening, "),
        (["demo", "--trace", "/proc/trace"], "The trace /proc/trace cannot be written: "),
        (["--model", "nosuch"], "nosuch: no such model; there are evnet-7kw-s, evnet-7kw-t2"),
    ],
)
def test_what_cannot_be_read_or_written_is_named_before_a_page_is_served(
    tmp_path: Path, args: list[str], sentence: str
) -> None:
    """The same sentences as without a page."""
    ended = pilotline(tmp_path, "simulate", "--panel", "0", *args)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"pilotline: {sentence}")
