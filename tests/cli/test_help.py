"""The command line teaches itself, and tells a wrong use from a mistake of ours."""

from pathlib import Path

import pytest

from support.processes import pilotline


def test_without_a_verb_the_verbs_are_shown(tmp_path: Path) -> None:
    """The first thing to try stands in the first lines."""
    shown = pilotline(tmp_path)
    text = " ".join(shown.stdout.split())
    assert "pilotline run --demo" in text.replace("│ ", "")
    for verb in ("run", "simulate", "models", "doctor", "rtm", "world", "secc", "evcc", "exi", "v2g"):
        assert f" {verb} " in text


@pytest.mark.parametrize(
    "verb", ["run", "simulate", "models", "doctor", "rtm", "world", "secc", "evcc", "exi", "v2g"]
)
def test_every_verb_explains_itself(tmp_path: Path, verb: str) -> None:
    """What it does in a sentence, and every option with its help."""
    shown = pilotline(tmp_path, verb, "-h")
    assert shown.returncode == 0
    assert f"pilotline {verb}" in shown.stdout
    assert shown.stderr == ""


@pytest.mark.parametrize("wrong", [["fly"], ["run", "--colour", "red"], ["models", "all"]])
def test_a_wrong_use_is_told_apart_and_points_to_the_help(tmp_path: Path, wrong: list[str]) -> None:
    """Exit code 2, on standard error, and no trace."""
    ended = pilotline(tmp_path, *wrong)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "-h" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.requirement("E-01", "E-02")
def test_the_models_are_listed_with_their_whole_names_and_hashes(tmp_path: Path) -> None:
    """What --model takes can be copied from a terminal of 80 columns."""
    shown = pilotline(tmp_path, "models").stdout
    assert "evnet-7kw-s " in shown
    assert "evnet-7kw-t2 " in shown
    assert "generic-mid" in shown
    assert "…" not in shown
    assert max(len(line) for line in shown.splitlines()) <= 80
