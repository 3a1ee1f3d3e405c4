"""Code stays small enough to be read: files, classes and functions have a greatest length."""

import ast
from collections.abc import Iterator
from functools import cache

from support.places import SOURCE

GENERATED = SOURCE / "wire" / "v2g" / "compiled"
"""Made of the messages and read by nobody: its generator is what is kept small."""
MOST_LINES = {"file": 600, "class": 500, "function": 60}


def parts_of(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """Kind, name and number of lines of every class and function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield "class", node.name, (node.end_lineno or 0) - node.lineno + 1
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield "function", node.name, (node.end_lineno or 0) - node.lineno + 1


@cache
def over_long() -> dict[str, str]:
    """What is too long: its place -> its kind and length."""
    found: dict[str, str] = {}
    for path in sorted(set(SOURCE.rglob("*.py")) - set(GENERATED.glob("*.py"))):
        text = path.read_text(encoding="utf-8")
        place = str(path.relative_to(SOURCE))
        for kind, name, lines in [("file", "", len(text.splitlines())), *parts_of(ast.parse(text))]:
            if lines > MOST_LINES[kind]:
                found[f"{place}: {name}" if name else place] = f"{kind} of {lines} lines"
    return found


def test_nothing_is_too_long() -> None:
    """No file has over 600 lines, no class over 500, no function over 60."""
    assert over_long() == {}
