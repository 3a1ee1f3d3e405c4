"""Lines of TOML keys: every place a key can stand in is found."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.models.lines import Path, find_lines

TEXT = '''\
# a = 1
name = "x # y"   # [no.table]
list = [
  1, { deep = [2,
    3] },   # ]
]
[table.sub]
"quoted key" = """
not = "a key"
[nor this]
"""
'single' = \'\'\'it's
a = 'text' \'\'\'
dotted . "and quoted".key = 1.5
[[rows]]
a = 1
b = 1979-05-27 07:32:00
[[rows]]
a = { x = 1, y = { z = "}" } }
  [rows.below]
  c = "\\"]"
[table]
last = true
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 2),
        (("list",), 3),
        (("list", 0), 4),
        (("list", 1, "deep"), 4),
        (("list", 1, "deep", 1), 5),
        (("table",), 7),
        (("table", "sub"), 7),
        (("table", "sub", "quoted key"), 8),
        (("table", "sub", "single"), 12),
        (("table", "sub", "dotted", "and quoted", "key"), 14),
        (("rows",), 15),
        (("rows", 0, "a"), 16),
        (("rows", 0, "b"), 17),
        (("rows", 1), 18),
        (("rows", 1, "a", "y", "z"), 19),
        (("rows", 1, "below", "c"), 21),
        (("table", "last"), 23),
    ],
)
def test_every_kind_of_place_is_found(path: Path, line: int) -> None:
    """Tables, dotted and quoted keys, arrays, inline tables and arrays of tables each have their line."""
    assert find_lines(TEXT)[path] == line


def test_nothing_else_is_found() -> None:
    """Comments and texts that look like keys are none."""
    assert set(find_lines(TEXT)) == set(paths_of(tomllib.loads(TEXT)))


def test_windows_line_ends_do_not_count_twice() -> None:
    """A file with carriage returns has the same lines."""
    assert find_lines(TEXT.replace("\n", "\r\n")) == find_lines(TEXT)


def paths_of(value: Any, path: Path = ()) -> list[Path]:
    """All paths of a parsed document."""
    children: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    return [path, *(found for key, child in children for found in paths_of(child, (*path, key)))]


keys = st.sampled_from(["a", "b-1", '"c d"', "'e#'", '"f\\"="'])
scalars = st.sampled_from(
    ["1", '"t"', "'''\n]'''", '"""\\\n "} """', "1.5", "true", "07:32:00", "'['", '""', "''"]
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[\n" + ",# x\n".join(items) + "\n]")
        | st.dictionaries(keys, inner, max_size=3).map(
            lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
        )
    ),
    max_leaves=8,
)
headers = (
    st.lists(keys, min_size=1, max_size=2)
    .map(".".join)
    .flatmap(lambda name: st.sampled_from([f"[{name}]", f"[[{name}]]"]))
)
statements = headers | st.tuples(keys, values).map(lambda pair: f"{pair[0]} = {pair[1]} # z")


@given(st.lists(statements, max_size=6))
def test_any_valid_document_has_a_line_for_each_path(lines: list[str]) -> None:
    """Whatever tomllib accepts, each of its keys and elements is found, and nothing else."""
    text = "\n".join(lines)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = find_lines(text)
    assert set(found) == set(paths_of(document))
    assert all(1 <= line <= text.count("\n") + 1 for line in found.values())
