"""Real cars at a test stand, in front of our charger: each session a verdict, each difference a clause."""

import gzip
from functools import cache
from pathlib import Path

import pytest

from pilotline.links.v2g.differences import DIFFERENCES
from pilotline.links.v2g.recording import Recording, from_capture, from_lines
from pilotline.links.v2g.replay import Outcome, Replay, replay

SESSIONS = 59


@cache
def recordings(folder: Path) -> list[Recording]:
    with gzip.open(folder / "captures" / "sessions.jsonl.gz") as file:
        return from_lines(file)


@cache
def played(folder: Path, number: int) -> Replay:
    return replay(recordings(folder)[number])


@pytest.mark.requirement("M-01", "M-10")
@pytest.mark.parametrize("number", range(SESSIONS))
def test_a_recorded_session_is_answered_as_it_was(shared_data: Path, number: int) -> None:
    """Or as the standard says, where the recorded charger did otherwise."""
    found = played(shared_data, number)
    assert [each.found for each in found.judged if each.entry is None] == []
    assert found.verdict.why.endswith(".")


def test_all_were_played(shared_data: Path) -> None:
    """59 sessions and all of their 37 912 messages but four, which have lost their question or answer."""
    assert len(recordings(shared_data)) == SESSIONS
    found = [played(shared_data, number) for number in range(SESSIONS)]
    assert sum(each.answers for each in found) == 18_954
    assert sum(each.outcome is Outcome.NOT_PLAYED for each in found) == 1
    assert [each.irregular for each in found if each.irregular] == [
        "1 without a question, 1 without an answer",
        "1 without a question",
    ]


def test_no_entry_of_the_list_is_unused(shared_data: Path) -> None:
    """What no car needs any more has to leave it."""
    found = [played(shared_data, number) for number in range(SESSIONS)]
    used = {each.entry for one in found for each in one.judged}
    assert used == set(DIFFERENCES)


def test_captures_are_replayed_as_lines_are(shared_data: Path) -> None:
    """The six with their SLAC and TCP frames."""
    files = sorted((shared_data / "captures" / "slac").glob("*.pcap"))
    for file in files:
        (recording,) = from_capture(file.read_bytes(), file.name)
        assert replay(recording).right, file.name
    assert len(files) == 6
