"""Every text a station emits, judged by the official OCPP 1.6 schemas that the ``ocpp`` package carries."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import jsonschema

SCHEMAS = files("ocpp.v16") / "schemas"


class Frame(NamedTuple):
    """A frame as it stands on the wire; ``action`` is that of the CALL, "" for a CALLERROR's."""

    kind: int
    id: str
    action: str
    payload: Any


@cache
def _validator(name: str) -> Any:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8-sig"))
    return jsonschema.Draft4Validator(schema)


def judge_call(text: str) -> Frame:
    """The CALL in a text; fails where 1.6 does not allow it."""
    kind, call_id, action, payload = json.loads(text)
    assert kind == 2
    assert len(call_id) <= 36
    _validator(action).validate(payload)
    return Frame(kind, call_id, action, payload)


def judge_answer(text: str, action: str) -> Frame:
    """The CALLRESULT or CALLERROR to ``action`` in a text; a result that 1.6 does not allow fails."""
    kind, call_id, *rest = json.loads(text)
    if kind == 4:
        code, _, details = rest
        assert isinstance(details, dict)
        return Frame(kind, call_id, "", code)
    assert kind == 3
    _validator(f"{action}Response").validate(rest[0])
    return Frame(kind, call_id, action, rest[0])


def kind_of(text: str) -> int:
    return int(json.loads(text)[0])
