"""Bugs as programmers make them, kept as patches: each is found by at least two of the four judges.

``scripts/planted.py`` asks all four about each and prints the table; here those are asked that a patch names.
"""

from pathlib import Path

import pytest

from support.planted import FOLDER, JUDGES, Planted, all_planted, ask, copy_of, read
from support.unified import PatchError, apply

PLANTED = all_planted()


@pytest.mark.timeout(600)  # a judge takes seconds of CPU; a busy machine takes its time
@pytest.mark.requirement("R-45", "R-46", "R-47")
@pytest.mark.parametrize("planted", PLANTED, ids=[planted.name for planted in PLANTED])
def test_each_judge_that_a_patch_names_finds_its_bug(planted: Planted, tmp_path: Path) -> None:
    """At least two of them, each by itself."""
    assert len(planted.found_by) >= 2
    found = ask(copy_of(planted.patch, tmp_path), planted.slices, planted.begin, planted.found_by)
    assert [name for name, what in found.items() if what] == list(planted.found_by)


@pytest.mark.timeout(600)
def test_without_a_bug_no_judge_finds_anything(tmp_path: Path) -> None:
    """The same budgets, the same stories, the project as it is."""
    found = ask(copy_of(None, tmp_path), "core", "idle", JUDGES)
    assert found == dict.fromkeys(JUDGES)


def test_there_are_twenty_and_each_is_told_in_a_sentence() -> None:
    """The head says what the mistake is."""
    words = [planted.words for planted in PLANTED]
    assert len(words) == len(set(words)) >= 20
    assert all(sentence.endswith(".") for sentence in words)


# --- how a patch is applied ---

FILE = "one\ntwo\nthree\nfour\n"
PATCH = "A mistake.\n\nFound by: monitor, sweep\nExplored: core from idle\n\n--- a/f.py\n+++ b/f.py\n"


def applied(tmp_path: Path, hunk: str) -> str:
    """The file after this hunk."""
    (tmp_path / "f.py").write_text(FILE, encoding="utf-8")
    patch = tmp_path / "mistake.patch"
    patch.write_text(f"{PATCH}{hunk}", encoding="utf-8")
    assert apply(patch, tmp_path) == [tmp_path / "f.py"]
    return (tmp_path / "f.py").read_text(encoding="utf-8")


def test_a_hunk_replaces_its_lines_wherever_they_stand(tmp_path: Path) -> None:
    """Its line numbers are for people; its words have to fit."""
    assert (
        applied(tmp_path, "@@ -90,2 +90,2 @@\n two\n-three\n+3\n+3.5\n four\n") == "one\ntwo\n3\n3.5\nfour\n"
    )


@pytest.mark.parametrize(
    ("hunk", "words"),
    [
        ("@@ -1 +1 @@\n-five\n+5\n", "mistake.patch does not fit f.py any more"),
        ("@@ -1 +1 @@\n-o\n+0\n", "mistake.patch does not fit f.py any more"),
        ("@@ -1 +1 @@\n?two\n", "is no line of a patch"),
        ("", "mistake.patch changes nothing"),
        ("--- a/g.py\n+++ b/g.py\n@@ -1 +1 @@\n-two\n+2\n", "there is no file g.py"),
    ],
)
def test_a_patch_that_does_not_fit_is_named(tmp_path: Path, hunk: str, words: str) -> None:
    """A bug that cannot be planted any more proves nothing, so it must not pass."""
    with pytest.raises(PatchError, match=words):
        applied(tmp_path, hunk)


def test_a_head_that_names_no_judge_is_refused(tmp_path: Path) -> None:
    """Who finds it is part of what is claimed."""
    patch = tmp_path / "mistake.patch"
    patch.write_text("A mistake.\n\n--- a/f.py\n", encoding="utf-8")
    with pytest.raises(PatchError, match="its head needs one line 'Found by: …'"):
        read(patch)
    assert FOLDER.is_dir()
