"""``pilotline v2g show`` and ``replay``: recordings as a person asks for them."""

import gzip
from pathlib import Path

import pytest

from pilotline.wire.v2g.iso15118_2 import ResponseCode
from support.processes import pilotline
from support.recorded import connection, in_turns, later, lines, parting, pcap, search, setup, whole_session


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Three sessions of two cars."""
    file = tmp_path / "cars.jsonl.gz"
    data = (
        lines(in_turns(whole_session()), "monday", "Maker/Quick_5")
        + lines(in_turns(setup()), "tuesday-1", "Maker/Slow_7")
        + lines(in_turns(whole_session()), "tuesday-2", "Maker/Slow_7")
    )
    file.write_bytes(gzip.compress(data))
    return file


@pytest.mark.requirement("M-01")
def test_a_file_of_many_sessions_lists_them(tmp_path: Path, recordings: Path) -> None:
    """With number, car, protocol, duration and verdict; how to choose is told apart from the list."""
    done = pilotline(tmp_path, "v2g", "show", recordings.name)
    assert done.returncode == 0
    head, *rows = done.stdout.splitlines()
    assert head.split()[0] == "car"
    assert [row.split()[0] for row in rows] == ["1", "2", "3"]
    assert rows[0].endswith("complete")
    assert "Maker Slow 7" in rows[1]
    assert rows[1].endswith("truncated recording")
    assert "--session" in done.stderr


@pytest.mark.parametrize(
    "choice", [["--session", "1"], ["-s", "monday"], ["--car", "quick 5"], ["-c", "Maker", "-s", "monday"]]
)
def test_one_session_is_chosen_by_number_name_or_car(
    tmp_path: Path, recordings: Path, choice: list[str]
) -> None:
    """Then it is told."""
    done = pilotline(tmp_path, "v2g", "show", recordings.name, *choice)
    assert done.stdout.startswith("Maker Quick 5 · ISO 15118-2 · DC_extended")
    assert done.stdout.rstrip().endswith("Complete: Charged, switched off, and parted with SessionStop.")
    assert max(len(line) for line in done.stdout.splitlines()) <= 80


def test_a_choice_that_leaves_several_lists_those(tmp_path: Path, recordings: Path) -> None:
    """With the numbers they have in the file."""
    done = pilotline(tmp_path, "v2g", "show", recordings.name, "--car", "SLOW")
    assert [row.split()[0] for row in done.stdout.splitlines()[1:]] == ["2", "3"]


@pytest.mark.parametrize("choice", [["-s", "4"], ["-s", "wednesday"], ["-c", "tractor"]])
def test_a_choice_of_nothing_says_so(tmp_path: Path, recordings: Path, choice: list[str]) -> None:
    """As a wrong use."""
    done = pilotline(tmp_path, "v2g", "show", recordings.name, *choice)
    assert (done.returncode, done.stdout) == (2, "")
    assert "None of the 3 sessions is meant" in done.stderr


def test_a_capture_file_is_told_with_what_came_before(tmp_path: Path) -> None:
    """SLAC, the search, and a car known by its identifier."""
    file = tmp_path / "car.pcap"
    file.write_bytes(pcap([*search(), *later(connection(in_turns(whole_session())), 3_100_000)]))
    done = pilotline(tmp_path, "v2g", "show", file.name, "--car", "0a0b0c")
    assert done.returncode == 0
    assert done.stdout.startswith("0A:0B:0C:0D:0E:0F · ISO 15118-2")
    assert "CM_SLAC_MATCH.CNF" in done.stdout


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"this is no recording\n", "Line 1 is no recorded message"),
        (b"", "no conversation"),
        (pcap([]), "no conversation"),
        (b"\x1f\x8b\x08broken", "cannot be read"),
        (b"\xd4\xc3\xb2\xa1", "first header"),
    ],
)
def test_a_file_that_is_no_recording_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, why: str
) -> None:
    """Exit code 2 and no trace."""
    (tmp_path / "x").write_bytes(content)
    done = pilotline(tmp_path, "v2g", "show", "x")
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """With its name."""
    done = pilotline(tmp_path, "v2g", "show", "nowhere.pcap")
    assert done.returncode == 2
    assert "nowhere.pcap cannot be read" in done.stderr


# --- replay ---


@pytest.mark.requirement("M-01")
def test_a_replay_has_a_line_for_each_session(tmp_path: Path, recordings: Path) -> None:
    """With how many answers were compared; all are right, which the last line and the exit code say."""
    done = pilotline(tmp_path, "v2g", "replay", recordings.name)
    assert done.returncode == 0, done.stderr
    head, *rows, last = done.stdout.splitlines()
    assert head.split() == ["car", "protocol", "verdict", "answers", "replay"]
    assert [row.split()[0] for row in rows] == ["1", "2", "3"]
    assert [row.split()[-2:] for row in rows] == [["33", "same"], ["4", "same"], ["33", "same"]]
    assert "truncated recording" in rows[1]
    assert last == "3 sessions, 70 answers, all right."


def test_sessions_to_replay_are_chosen_as_those_to_show(tmp_path: Path, recordings: Path) -> None:
    """By car, by number, by name."""
    done = pilotline(tmp_path, "v2g", "replay", recordings.name, "--car", "SLOW", "--session", "2")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 3)
    assert done.stdout.splitlines()[1].split()[0] == "2"
    done = pilotline(tmp_path, "v2g", "replay", recordings.name, "--session", "4")
    assert (done.returncode, done.stdout) == (2, "")
    assert "None of the 3 sessions is meant" in done.stderr


def test_a_difference_is_told_and_is_exit_code_1(tmp_path: Path) -> None:
    """Here the recorded charger says that the power is off, with a code that ours does not give."""
    payloads = [*whole_session()[:-4], *parting(ResponseCode.FAILED)]
    (tmp_path / "car.jsonl").write_bytes(lines(in_turns(payloads)))
    done = pilotline(tmp_path, "v2g", "replay", "car.jsonl")
    assert done.returncode == 1
    assert "differs at message 66" in done.stdout
    assert "ResponseCode was FAILED, ours is OK" in " ".join(done.stdout.split())
    assert done.stdout.splitlines()[-1] == "1 session, 33 answers, 1 differ."


def test_a_capture_file_can_be_replayed(tmp_path: Path) -> None:
    """The car is known by its identifier there."""
    file = tmp_path / "car.pcap"
    file.write_bytes(pcap([*search(), *later(connection(in_turns(whole_session())), 3_100_000)]))
    done = pilotline(tmp_path, "v2g", "replay", file.name)
    assert done.returncode == 0
    assert done.stdout.splitlines()[1].split()[:3] == ["1", "0A:0B:0C:0D:0E:0F", "ISO"]
