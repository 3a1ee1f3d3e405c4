"""Mistakes in the charger's side of a conversation, kept as patches: a replay of recorded cars finds each."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.places import ROOT
from support.planted import FOLDER, copy_of

PATCHES = sorted((FOLDER / "secc").glob("*.patch"))
OWN_ALONE = "a_car_may_leave_the_cable_check_out"
"""No recorded car has left it out."""
RECORDED = ("14", "36", "37")
"""An Ioniq 5 with ISO 15118-2, and two of a Mokka-e with DIN SPEC 70121."""


def replay_with(patch: Path | None, folder: Path, *arguments: str) -> Mapping[str, str | None]:
    """What a replay says of a copy of the project with this mistake in it."""
    copy = copy_of(patch, folder)
    told = subprocess.run(
        [sys.executable, "-m", "planted.replayed", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{copy.parent}{os.pathsep}{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert told.returncode == 0, told.stderr
    answer = json.loads(told.stdout)
    assert answer["source"] == str(copy)
    return answer["found"]


def sessions(shared_data: Path) -> tuple[str, ...]:
    return str(shared_data / "captures" / "sessions.jsonl.gz"), *RECORDED


@pytest.mark.requirement("M-01")
@pytest.mark.parametrize("patch", PATCHES, ids=[patch.stem for patch in PATCHES])
def test_a_mistake_makes_the_replay_of_our_own_recordings_fail(patch: Path, tmp_path: Path) -> None:
    """On any machine."""
    assert any(replay_with(patch, tmp_path).values())


@pytest.mark.requirement("M-01")
@pytest.mark.parametrize("patch", PATCHES, ids=[patch.stem for patch in PATCHES])
def test_a_mistake_makes_the_replay_of_real_cars_fail(patch: Path, tmp_path: Path, shared_data: Path) -> None:
    """Of all three, unless no real car has met it."""
    found = replay_with(patch, tmp_path, *sessions(shared_data))
    assert list(map(bool, found.values())) == [patch.stem != OWN_ALONE] * len(RECORDED)


def test_without_a_mistake_nothing_is_found(tmp_path: Path) -> None:
    """The same recordings, the project as it is."""
    found = replay_with(None, tmp_path)
    assert found == dict.fromkeys(found)
    assert len(found) > 5


def test_the_three_that_were_asked_for_are_there() -> None:
    """A wrong session id, a cable check that is skipped, a wrong order; each told in a sentence."""
    names = {patch.stem for patch in PATCHES}
    assert {
        "the_cars_own_session_id",
        "no_fault_is_a_passed_test",
        "pre_charge_before_the_cable_check",
        OWN_ALONE,
    } <= names
    assert all(patch.read_text(encoding="utf-8").partition("\n")[0].endswith(".") for patch in PATCHES)
