"""Bugs kept as patches: what a patch's head says, and a copy of the project with its mistake in it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from support.places import ROOT, SOURCE
from support.unified import PatchError, apply

FOLDER = ROOT / "tests" / "planted"
JUDGES = ("monitor", "explorer", "sweep", "stateful")
"""The sweep before the stateful test: hypothesis wants pytest to load its plugin before it is used."""
_FOUND_BY, _EXPLORED = "Found by: ", "Explored: "
_SECONDS = 500


@dataclass(frozen=True, slots=True)
class Planted:
    """One bug: what the mistake is, who finds it, and in which slices and from where the explorer looks."""

    patch: Path
    words: str
    found_by: tuple[str, ...]
    slices: str
    begin: str

    @property
    def name(self) -> str:
        return self.patch.stem


def read(patch: Path) -> Planted:
    """What the head of a patch says. Raises PatchError where it says less."""
    words, *lines = patch.read_text(encoding="utf-8").partition("\n--- ")[0].splitlines()
    found = [line.removeprefix(_FOUND_BY) for line in lines if line.startswith(_FOUND_BY)]
    explored = [line.removeprefix(_EXPLORED) for line in lines if line.startswith(_EXPLORED)]
    if len(found) != 1 or len(explored) != 1:
        raise PatchError(f"{patch.name}: its head needs one line '{_FOUND_BY}…' and one '{_EXPLORED}…'.")
    where, _, begin = explored[0].partition(" from ")
    judges = tuple(name for name in JUDGES if name in found[0].split(", "))
    return Planted(patch, words, judges, where.replace(" and ", ","), begin)


def all_planted() -> list[Planted]:
    """Every bug there is, by name."""
    return [read(patch) for patch in sorted(FOLDER.glob("*.patch"))]


def copy_of(patch: Path | None, folder: Path) -> Path:
    """The package, copied into a folder, with the patch applied."""
    copy = folder / SOURCE.name
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__", "page"))
    if patch is not None:
        apply(patch, copy)
    return copy


def ask(copy: Path, slices: str, begin: str, judges: Sequence[str]) -> Mapping[str, str | None]:
    """What these judges find in this copy. Raises RuntimeError where they could not be asked."""
    told = subprocess.run(
        [sys.executable, "-m", "planted.judges", slices, begin, *judges],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{copy.parent}{os.pathsep}{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    if told.returncode:
        raise RuntimeError(f"The judges could not be asked: {told.stderr[-2_000:]}")
    answer = json.loads(told.stdout)
    if answer["source"] != str(copy):
        raise RuntimeError(f"The judges looked at {answer['source']}, not at {copy}.")
    return answer["found"]
