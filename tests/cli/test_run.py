"""``pilotline run``: the demo on a terminal, its orderly end, and sentences for what cannot be."""

import os
import signal
import socket
from pathlib import Path

import httpx
import pytest

from pilotline.runtime.folder import DataFolder
from support.processes import children, gone, pilotline, read_until, started


@pytest.mark.requirement("E-69")
def test_the_demo_charges_a_car_and_begins_without_it_the_next_time(tmp_path: Path) -> None:
    """Ctrl-C in the middle of charging ends all with code 0; the next start begins at a free place."""
    lines: list[str] = []
    with started(tmp_path, "run", "--panel", "0", "--demo", "--data", "station") as first:
        for step in ("Available", "> plug_in", "Preparing", "> present_tag", "Charging", "1.38 kW"):
            read_until(first.stdout, step, lines)
        pids = children(first.pid)
        assert len(pids) == 2
        first.send_signal(signal.SIGINT)
        read_until(first.stdout, "Stopped.", lines)
        assert first.wait(10) == 0
        assert gone(pids, 0.5)
    assert "Traceback" not in "".join(lines)
    with started(tmp_path, "run", "--panel", "0", "--demo", "--data", "station") as second:
        lines.clear()
        read_until(second.stdout, "Available", lines)
        read_until(second.stdout, "> plug_in", lines)
    assert not any("begins again" in line for line in lines)


def test_a_service_manager_ends_a_station_as_ctrl_c_does(tmp_path: Path) -> None:
    """SIGTERM: stopped in order, exit code 0, and no process stays."""
    with started(tmp_path, "run", "--panel", "0", "--id", "a/b") as station:
        read_until(station.stdout, "Available", [])
        pids = children(station.pid)
        assert len(pids) == 2
        station.terminate()
        read_until(station.stdout, "Stopped.", [])
        assert station.wait(10) == 0
        assert gone(pids, 0.5)
    assert (tmp_path / "pilotline" / "a_b" / "host.log").exists()


def test_a_launcher_that_is_killed_leaves_no_orphans(tmp_path: Path) -> None:
    """The end of their control lines ends both children."""
    with started(tmp_path, "run", "--panel", "0", "--data", "station") as station:
        read_until(station.stdout, "Available", [])
        pids = children(station.pid)
        os.kill(station.pid, signal.SIGKILL)
        station.wait(5)
        assert gone(pids)


def test_lines_of_the_story_are_not_broken_in_a_pipe(tmp_path: Path) -> None:
    """One happening, one line, whatever the width of a terminal that is not there."""
    lines: list[str] = []
    with started(tmp_path, "run", "--panel", "0", "--demo", "--data", "x" * 100) as station:
        read_until(station.stdout, "Preparing", lines)
    assert "x" * 100 + ". Ctrl-C ends it." in lines[0]
    assert lines[-1].rstrip().endswith("Show a card or start from the app.")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (
            ["--model", "nosuch"],
            "nosuch: no such model; there are evnet-7kw-s, evnet-7kw-t2, master-plus-ac, or give the path",
        ),
        (["--model", "broken.toml"], "broken.toml:3: "),
        (["--csms", "http://127.0.0.1"], "The URL must begin with ws:// or wss://."),
        (["--csms", "ws://user:secret@127.0.0.1:x"], "The URL's host or port is malformed."),
        (["--id", ".."], "The station's id is empty, or no name a URL can carry."),
        (["--data", "broken.toml/x"], "The data folder "),
        (
            ["--data", "/proc/x"],
            "The data folder /proc/x cannot be written: no such file or directory. Choose",
        ),
        (["--data", "taken"], "Another station is using "),
    ],
)
def test_what_a_user_can_mend_is_one_sentence(tmp_path: Path, args: list[str], sentence: str) -> None:
    """Exit code 2, no trace, and nothing has been started."""
    (tmp_path / "broken.toml").write_text("name = 'x'\n\n[rating\n")
    taken = DataFolder(tmp_path / "taken")
    try:
        ended = pilotline(tmp_path, "run", *args)
    finally:
        os.close(taken._lock)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"pilotline: {sentence}")
    assert len(ended.stderr.splitlines()) == 1
    assert "secret" not in ended.stderr


def test_a_backend_that_is_not_there_is_told_and_stops_nothing(tmp_path: Path) -> None:
    """The reason stands in the story, and the station is Available."""
    lines: list[str] = []
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{unused.getsockname()[1]}"
        with started(tmp_path, "run", "--panel", "0", "--csms", url) as station:
            read_until(station.stdout, "nothing listens there", lines)
            if not any("Available" in line for line in lines):
                read_until(station.stdout, "Available", lines)


def test_a_taken_port_is_a_sentence_before_anything_starts(tmp_path: Path) -> None:
    """Exit code 2, what to do, and no folder of logs of processes that never ran."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        ended = pilotline(tmp_path, "run", "--panel", port, "--data", "station")
    assert ended.returncode == 2
    assert f"Port {port} is in use by another program; choose another with --panel PORT" in ended.stderr
    assert not (tmp_path / "station" / "host.log").exists()


def test_the_address_of_the_page_is_printed_and_answers(tmp_path: Path) -> None:
    """With --no-panel there is none."""
    with started(tmp_path, "run", "--panel", "0", "--csms", "virtual") as station:
        line = read_until(station.stdout, "The page: ", [])
        address = next(word for word in line.split() if word.startswith("http://"))
        assert httpx.get(address).status_code == 200
    with started(tmp_path, "run", "--no-panel") as station:
        told: list[str] = []
        read_until(station.stdout, "Available", told)
    assert not any("http://" in line for line in told)
