"""A model file as read: its values, the line of each, and the one way in which all of them are refused.

Knows TOML and places, not what the values mean; :mod:`pilotline.models.records` builds types from it.
"""

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path as FilePath
from typing import Any

from pilotline.models.lines import Path, find_lines

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")

WORDS: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    dict: "a table",
    list: "an array",
}
"""What people call the kinds of values; TOML's dates and times, which no model needs, are not here."""


class ModelError(Exception):
    """A model file is refused. ``line`` and ``key`` are None and "" where the file as a whole is at fault."""

    def __init__(self, file: str, reason: str, line: int | None = None, key: str = "") -> None:
        super().__init__(file, reason, line, key)
        self.file = file
        self.reason = reason
        self.line = line
        self.key = key

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(filter(None, (place, self.key, self.reason)))


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its name as people know it, its bytes, its values and where they stand."""

    name: str
    data: bytes
    values: dict[str, Any]
    lines: dict[Path, int]

    @property
    def root(self) -> "Node":
        return Node(self, (), self.values)


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a document and the path to it."""

    document: Document
    path: Path
    value: Any

    @property
    def line(self) -> int:
        """Its line, or that of the nearest table around it when the key is not there."""
        path = self.path
        while path not in self.document.lines:
            path = path[:-1]
        return self.document.lines[path]

    def refuse(self, reason: str) -> ModelError:
        """The error to raise because of this value."""
        return ModelError(self.document.name, reason, self.line, spell(self.path))

    def missing(self, *keys: str) -> ModelError:
        """The error to raise because a key below this one is not there."""
        return Node(self.document, (*self.path, *keys), None).refuse("missing")

    def table(self) -> "dict[str, Node]":
        """The values of a table by key."""
        self.expect(dict)
        return {key: Node(self.document, (*self.path, key), value) for key, value in self.value.items()}

    def array(self) -> "list[Node]":
        """The elements of an array."""
        self.expect(list)
        return [Node(self.document, (*self.path, index), value) for index, value in enumerate(self.value)]

    def text(self) -> str:
        """The value where it has to be a text."""
        self.expect(str)
        return self.value

    def expect(self, *kinds: type) -> None:
        """Refuse a value of any other kind; a whole number does where a number is asked for."""
        accepted = {*kinds, int} if float in kinds else set(kinds)
        if type(self.value) not in accepted:
            wanted = " or ".join(WORDS[kind] for kind in kinds)
            raise self.refuse(f"expected {wanted}, found {kind_of(self.value)}")

    def child(self, key: str) -> "Node":
        """One value of a table that has to be there."""
        try:
            return self.table()[key]
        except KeyError:
            raise self.missing(key) from None


def kind_of(value: object) -> str:
    """What a value is, in words for people."""
    return WORDS.get(type(value), "a date or time")


def spell(path: Path) -> str:
    """A path as one would write it: ``proximity.steps[2].cable_ma``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if _BARE.fullmatch(part) else json.dumps(part)
            text += f".{name}" if text else name
    return text


def parse(name: str, data: bytes) -> Document:
    """Read a file's bytes; ModelError with the line when they are not TOML."""
    text = _decode(name, data)
    try:
        values = tomllib.loads(text)
        return Document(name, data, values, find_lines(text))
    except RecursionError:
        raise ModelError(name, "nested too deeply", 1) from None
    except ValueError as error:  # TOMLDecodeError, and what int() says of thousands of digits
        raise _not_toml(name, text, str(error)) from None


def _decode(name: str, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ModelError(name, "not UTF-8 text", data.count(b"\n", 0, error.start) + 1) from None


def _not_toml(name: str, text: str, message: str) -> ModelError:
    """tomllib ends its message with the place, as "(at line 3, column 7)" or "(at end of document)"."""
    place = _PLACE.search(message)
    if place is None:
        return ModelError(name, f"not valid TOML: {message}", 1)
    line = int(place[1]) if place[1] else text.count("\n") + 1
    return ModelError(name, f"not valid TOML: {message[: place.start()]}", line)


def list_names(folder: str) -> tuple[str, ...]:
    """The models that come with Pilotline, one folder of ``pilotline/models``, sorted."""
    files = _packaged(folder).iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def open_document(folder: str, name_or_path: str | FilePath) -> Document:
    """Read a model by the name it comes under, or any file by its path."""
    if _is_path(name_or_path):
        return _open_file(FilePath(name_or_path))
    known = list_names(folder)
    if name_or_path not in known:
        raise unknown_name(str(name_or_path), known)
    file = f"{name_or_path}.toml"
    return parse(file, (_packaged(folder) / file).read_bytes())


def unknown_name(name: str, known: Sequence[str]) -> ModelError:
    """The error for a name no model comes under."""
    return ModelError(name, f"no such model; there are {', '.join(known)}, or give the path of a .toml file")


def _is_path(name_or_path: str | FilePath) -> bool:
    text = str(name_or_path)
    return isinstance(name_or_path, FilePath) or "/" in text or text.endswith(".toml")


def _open_file(path: FilePath) -> Document:
    try:
        return parse(str(path), path.read_bytes())
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte
        reason = error.strerror if isinstance(error, OSError) else None
        raise ModelError(str(path), f"cannot be read: {reason or error}") from None


def _packaged(folder: str) -> Traversable:
    return resources.files("pilotline.models") / folder
