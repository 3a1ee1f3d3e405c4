"""Where in a TOML text each key stands: key path -> line number.

``tomllib`` gives values without places, and "wrong type" without a line is no help in a file of two hundred.
This is no TOML parser: it runs only on text that tomllib has accepted, and looks for keys and nothing else.
"""

import re
import tomllib
from collections.abc import Iterator

Path = tuple[str | int, ...]
"""Keys by name, array elements by index: ``("proximity", "steps", 2, "cable_ma")``."""

_TOKEN = re.compile(
    r"""
      (?P<string> \"{3} (?: \\. | [^\\] )*? \"{3,5} | '{3} .*? '{3,5}
                | "(?: \\. | [^"\\\n] )*" | '[^'\n]*' )
    | (?P<skipped> \#[^\n]* | [ \t]+ )
    | (?P<sign> [\[\]{},=.\n] )
    | (?P<word> [^\s\[\]{},=."'\#]+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_END = ""
_VALUE_ENDS = frozenset({_END, "\n", ",", "]", "}"})
_KEY_ENDS = _VALUE_ENDS | {"="}


def find_lines(text: str) -> dict[Path, int]:
    """The line (from 1) on which each key, table and array element of a valid TOML text first stands."""
    finder = _Finder(text.replace("\r\n", "\n"))
    finder.find()
    return finder.lines


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    line = 1
    for match in _TOKEN.finditer(text):
        token = match.group()
        if match.lastgroup != "skipped":
            yield token, line
        line += token.count("\n")
    yield _END, line


def _unquote(token: str) -> str:
    """A key as TOML means it; only quoted ones need reading."""
    return tomllib.loads(f"key = {token}")["key"] if token[0] in "\"'" else token


class _Finder:
    """Walks over the tokens once; methods are the productions of the grammar that hold keys."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {(): 1}
        self._tokens = list(_tokens(text))
        self._at = 0
        self._counts: dict[Path, int] = {}  # elements so far of each [[array of tables]]

    def find(self) -> None:
        table: Path = ()
        while not self._take(_END):
            if self._peek() == "[":
                table = self._header()
            elif not self._take("\n"):
                self._pair(table)

    def _peek(self) -> str:
        return self._tokens[self._at][0]

    def _take(self, token: str) -> bool:
        """Step over the next token if it is this one."""
        found = self._peek() == token
        self._at += found
        return found

    def _note(self, path: Path, line: int) -> None:
        """Remember a key and the tables it implies; the first mention counts."""
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _key(self) -> tuple[list[str], int]:
        """A dotted key and its line."""
        line = self._tokens[self._at][1]
        keys: list[str] = []
        while (word := self._peek()) not in _KEY_ENDS:
            if word != ".":
                keys.append(_unquote(word))
            self._at += 1
        return keys, line

    def _header(self) -> Path:
        """``[table]`` or ``[[array of tables]]``: the path that the pairs below it belong to."""
        self._at += 1
        of_tables = self._take("[")
        keys, line = self._key()
        while self._take("]"):
            pass
        path = (*self._enter(keys[:-1]), keys[-1]) if of_tables else self._enter(keys)
        if of_tables:
            self._note(path, line)
            index = self._counts.get(path, 0)
            self._counts[path] = index + 1
            path = (*path, index)
        self._note(path, line)
        return path

    def _enter(self, keys: list[str]) -> Path:
        """A header's key seen from the root: an array of tables on the way means its last element."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        return path

    def _pair(self, table: Path) -> None:
        keys, line = self._key()
        path = (*table, *keys)
        self._note(path, line)
        self._take("=")
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._take("["):
            self._array(path)
        elif self._take("{"):
            self._inline_table(path)
        else:
            while self._peek() not in _VALUE_ENDS:
                self._at += 1

    def _array(self, path: Path) -> None:
        index = 0
        while not self._closes("]"):
            self._note((*path, index), self._tokens[self._at][1])
            self._value((*path, index))
            index += 1

    def _inline_table(self, path: Path) -> None:
        while not self._closes("}"):
            self._pair(path)

    def _closes(self, bracket: str) -> bool:
        """Step over commas and line ends, and over the closing bracket if it is next."""
        while self._peek() in ("\n", ","):
            self._at += 1
        return self._peek() == _END or self._take(bracket)
