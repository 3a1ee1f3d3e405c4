"""Real cars at a test stand: every recorded session has a story that can be read, and a verdict."""

import gzip
import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from pilotline.links.v2g.recording import Line, Recording, from_capture, from_lines
from pilotline.links.v2g.story import Story, lay_out, summarise, tell
from pilotline.links.v2g.verdict import Ending
from pilotline.wire.v2g import app_protocol, din70121, iso15118_2

SPOKEN = {app_protocol.URI, din70121.URI, iso15118_2.URI}
DISPUTED = "MeteringReceiptReq"
"""On some of these the encoders of the world disagree; the codec's own tests say which reading is ours."""


@cache
def recordings(folder: Path) -> list[Recording]:
    with gzip.open(folder / "captures" / "sessions.jsonl.gz") as file:
        return from_lines(file)


@cache
def captured(folder: Path) -> dict[str, Story]:
    files = sorted((folder / "captures" / "slac").glob("*.pcap"))
    return {file.stem: tell(from_capture(file.read_bytes(), file.name)[0]) for file in files}


def text_of(story: Story) -> str:
    return "\n".join(line for _, line in lay_out(story, 100))


@pytest.mark.requirement("M-01")
def test_every_recorded_session_has_a_story_and_a_verdict(shared_data: Path) -> None:
    """59 sessions, all read, and no line of them wider than it should be."""
    stories = [tell(each) for each in recordings(shared_data)]
    assert len(stories) == 59
    for story in stories:
        assert story.verdict.why.endswith(".")
        assert story.sections
        assert not any("cannot be read" in each for each in story.oddities)
        assert (
            max(len(line) for _, line in lay_out(story, 100) if "/" not in line and "__" not in line) <= 100
        )
    assert {story.protocol for story in stories} == {"ISO 15118-2", "DIN SPEC 70121", "no protocol"}


def test_the_verdicts_are_those_of_the_cars(shared_data: Path) -> None:
    """Three found no protocol, two failed on purpose, three ended by a battery's malfunction."""
    found = [summarise(each) for each in recordings(shared_data)]
    assert Counter(each.verdict.ending for each in found)[Ending.UNREADABLE] == 0
    assert sum("none of the car's protocols" in each.verdict.why for each in found) == 3
    failed = [each for each in found if "FAILED_EVRESSMalfunction" in each.verdict.why]
    assert [each.car for each in failed] == ["Opel Ampera-E"] * 3
    buzz = next(each for each in found if "buzz" in each.car)
    assert buzz.verdict.ending is Ending.COMPLETE


def test_the_ioniq_5_is_told_as_it_was(shared_data: Path) -> None:
    """Its battery of 652 V, the minute of charging, and what its charger did not give."""
    text = " ".join(text_of(captured(shared_data)["hyundai-ioniq5-iso2"]).split())
    for said in (
        "90:12:A1:01:40:B3 · ISO 15118-2 · DC_extended · 119.0 s · 2023-04-07",
        "chooses this charger (CM_SLAC_MATCH.REQ)",
        "takes ISO 15118-2, the car's number 2",
        "up to 774 V, 310 A; state of charge 36 % (bulk at 80 %, full at 100 %)",
        "insulation Invalid → Valid",
        "499.9 → 651.8 V, 0.3 V off",
        "Charging · 79.1 s, 440 exchanges",
        "(545665 → 545672 Wh)",
        "Complete: ",
    ):
        assert said in text


def test_every_message_of_the_standards_has_its_words(shared_data: Path) -> None:
    """The vectors of every message, with the fewest and the most fields, each alone and all in a row."""
    rows = [json.loads(line) for line in (shared_data / "vectors" / "exi.jsonl").read_text().splitlines()]
    payloads = [
        bytes.fromhex(row["exi"])
        for row in rows
        if row["namespace"] in SPOKEN and row["root"] == "document" and row["message"] != DISPUTED
    ]
    assert len(payloads) > 250
    each_alone = [(payload,) for payload in payloads]
    for lines in (*each_alone, payloads):
        told = Recording("x", "", tuple(Line(at * 1000, 0x8001, each) for at, each in enumerate(lines)))
        assert not any("cannot be read" in each for each in tell(told).oddities)
        assert text_of(tell(told))


def test_captures_and_lines_tell_the_same(shared_data: Path) -> None:
    """The six capture files are sessions of the other file too: the same messages, the same verdict."""
    by_payloads = {tuple(line.payload for line in each.lines): each for each in recordings(shared_data)}
    files = sorted((shared_data / "captures" / "slac").glob("*.pcap"))
    assert len(files) == 6
    for file in files:
        (recording,) = from_capture(file.read_bytes(), file.name)
        twin = by_payloads[tuple(line.payload for line in recording.lines)]
        assert summarise(recording).verdict.ending is summarise(twin).verdict.ending
