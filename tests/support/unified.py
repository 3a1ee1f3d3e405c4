"""Applies unified diffs, strictly: what a patch takes away has to stand in its file once, word for word.

Line numbers are not looked at, so that a patch outlives a change elsewhere in its file; a patch whose own
lines have changed is an error that names it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


class PatchError(ValueError):
    """A patch that cannot be read, or does not fit; the sentence says which, and where."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """These lines of a file, and those that take their place; with context on both sides."""

    file: str
    old: str
    new: str


def hunks_of(text: str, name: str) -> Iterator[Hunk]:
    """The hunks of a patch; what stands before the first ``---`` is for people."""
    file, body = "", list[str]()
    for line in [*text.splitlines(), "--- "]:
        if line.startswith(("--- ", "+++ ", "@@ ")):
            if body:
                yield _hunk(file, body, name)
            body = []
            file = line.removeprefix("+++ b/") if line.startswith("+++ b/") else file
        elif file:
            body.append(line)


def _hunk(file: str, body: list[str], name: str) -> Hunk:
    strange = [line for line in body if line[:1] not in {" ", "-", "+", ""}]
    if strange:
        raise PatchError(f"{name}: {strange[0]!r} is no line of a patch: it begins with ' ', '-' or '+'.")
    old = "".join(f"{line[1:]}\n" for line in body if line[:1] != "+")
    new = "".join(f"{line[1:]}\n" for line in body if line[:1] != "-")
    return Hunk(file, old, new)


def apply(patch: Path, folder: Path) -> list[Path]:
    """Apply a patch to the files below ``folder``; those that were changed. Raises PatchError."""
    changed: list[Path] = []
    for hunk in hunks_of(patch.read_text(encoding="utf-8"), patch.name):
        path = folder / hunk.file
        if not path.is_file():
            raise PatchError(f"{patch.name}: there is no file {hunk.file}.")
        text = f"\n{path.read_text(encoding='utf-8')}"
        times = text.count(f"\n{hunk.old}")
        if times != 1:
            raise PatchError(
                f"{patch.name} does not fit {hunk.file} any more: these lines stand there "
                f"{times} times, not once:\n{hunk.old}Plant the same mistake anew."
            )
        path.write_text(text.replace(f"\n{hunk.old}", f"\n{hunk.new}")[1:], encoding="utf-8")
        changed.append(path)
    if not changed:
        raise PatchError(f"{patch.name} changes nothing: a hunk needs its '+++ b/FILE'.")
    return changed
