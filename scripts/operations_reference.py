#!/usr/bin/env python
"""Draw `docs/reference/operations.md` from the tables of the control line's words."""

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Protocol, get_args, get_origin, get_type_hints

import msgspec

from pilotline.links.operations import OPERATIONS, argument_names
from pilotline.runtime.words import WORDS
from pilotline.simulator.actions import ACTIONS
from pilotline.simulator.bench import BENCH, CAUSES
from pilotline.vocabulary.roles import Role

TARGET = Path(__file__).parents[1] / "docs" / "reference" / "operations.md"

INTRODUCTION = """\
<!-- Drawn by scripts/operations_reference.py; change the tables and run it again. -->
# Operations of the control line

`pilotline run --control stdio` takes one JSON object a line and answers each by one; how to use it is told in
[script a station](../how-to/script-a-station.md).

```
{"id": 1, "op": "plug_in", "args": {"connector": 1}}      a request
{"id": 1, "ok": true, "value": …}                         its answer, with a value where there is one
{"id": 1, "ok": false, "error": "…"}                      or a sentence that says why not
{"event": "status", "value": …}                           what nobody asked for: "status" or "note"
```

`args` may be left out where none is needed. All operations on a car, a connector or the world also take
`connector`, 1 if left out; what happens to the supply, its clamp or EVSENS, the air or the emergency stop
happens to all connectors. An argument with `=` may be left out; where the value shown is `null`, leaving it
out leaves things as they are, if the operation's line says nothing else. The control line acts as operator;
on the page an operation needs its *least role* or one above it: guest, user, operator, manufacturer.
"""

WAIT = """
## Wait

| operation | arguments | what it does |
|---|---|---|
| `wait` | `for`, `timeout_s=30` | Until the status is as `for` says, else an error with the reason. |

`for` names any fields of a connector or of `backend` with their values, and the `connector` (1 if left out):
`{"for": {"connector": 1, "ocpp_status": "Charging", "relay": true}}`. Of an object the fields you name count:
`{"transaction": {"tag": "04A1"}}`; the name or code of a fault or a reason stands for it:
`{"faults": ["EVSE_FAULT_CP_STATE"]}`, `{"faults": []}`, `{"why": "charging"}`. After `host_crash`,
`power_cycle` and `reset_button` a wait waits for the word of the new host.
"""

INJECT = """
`inject` brings the cause about where it would arise: in car, cable, supply or a part of the station.
With `active=false` the cause ends, and the fault as its class says ([faults](faults.md)).
`EVSE_FAULT_MISSING_HOST` cuts the line to the safety module: while it is cut the status says
`"why": "no_board"`, for nobody can tell the host of the fault. A leak flows behind a closed relay only; a
lock that cannot move shows when it is next told to, a dead leakage sensor in its next self-test.
"""


def page() -> str:
    """The whole page."""
    parts = [
        INTRODUCTION,
        *section("The station and its processes", WORDS),
        WAIT,
        *section("At the station", OPERATIONS),
        "",
        *section("The car and the world, in plain words", BENCH),
        *causes(),
        *section("The world, part by part", ACTIONS),
        "",
    ]
    return "\n".join(parts)


def causes() -> Iterable[str]:
    """What `inject` knows, and what its value means."""
    yield INJECT
    yield "| `fault` | `value` (if left out) |\n|---|---|"
    for name, cause in CAUSES.items():
        yield f"| `{name}` | {cause.value or 'none'} |"
    yield ""


class Row(Protocol):
    """What the rows of all four tables have."""

    @property
    def type(self) -> type[Any]: ...

    @property
    def help(self) -> str: ...

    @property
    def least(self) -> Role: ...


def section(title: str, rows: Mapping[str, Row]) -> Iterable[str]:
    yield f"## {title}\n\n| operation | arguments | what it does | least role |\n|---|---|---|---|"
    for name, row in rows.items():
        yield f"| `{name}` | {', '.join(arguments(row.type)) or 'none'} | {row.help} | {row.least.value} |"


def arguments(kind: type[Any]) -> Iterable[str]:
    """Each with its default and, where only some words are possible, those."""
    hints = get_type_hints(kind, include_extras=True)
    for name, default in defaults(kind):
        shown = "" if default is MISSING or default is msgspec.NODEFAULT else f"={word(default)}"
        choice = " or ".join(words(hints[name]))
        yield f"`{name}{shown}`" + (f" ({choice})" if choice else "")


def defaults(kind: type[Any]) -> Iterable[tuple[str, Any]]:
    if not issubclass(kind, msgspec.Struct):
        asked = argument_names(kind)
        yield from ((field.name, field.default) for field in fields(kind) if field.name in asked)
        return
    for field in msgspec.structs.fields(kind):
        made = field.default_factory
        yield field.name, field.default if made is msgspec.NODEFAULT else made()


def word(value: Any) -> str:
    """As it is written in a line of JSON, without quotes."""
    if isinstance(value, Enum):
        return str(value.value)
    return "null" if value is None else str(value).lower()


def words(hint: Any) -> list[str]:
    """The words of an enumeration, optional or not."""
    if get_origin(hint) is Annotated or isinstance(hint, UnionType):
        return [found for part in get_args(hint) for found in words(part)]
    return [str(each.value) for each in hint] if isinstance(hint, type) and issubclass(hint, Enum) else []


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(page(), encoding="utf-8")
