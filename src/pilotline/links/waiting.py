"""A condition on the station's status, as ``wait`` words it: any field of a connector, or of the backend."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from pilotline.links.host import HostView
from pilotline.links.operations import OperationError

DEFAULT_TIMEOUT_S = 30.0
"""How long ``wait`` waits when it is not told."""


@dataclass(frozen=True)
class Condition:
    """``fields`` of connector ``connector`` (or of the backend) and the values they shall have."""

    connector: int
    fields: Mapping[str, Any]
    timeout_s: float

    @staticmethod
    def read(args: Mapping[str, Any]) -> "Condition":
        """From the arguments of ``wait``: connector, timeout_s, and any fields, in ``for`` or beside it.

        Raises OperationError.
        """
        hoped = args.get("for", {})
        if not isinstance(hoped, Mapping):
            raise OperationError(
                'wait takes its fields in "for": {"connector": 1, "ocpp_status": "Charging"}.'
            )
        args = {
            **{name: value for name, value in args.items() if name != "for"},
            **cast("Mapping[str, Any]", hoped),
        }
        fields = {name: value for name, value in args.items() if name not in ("connector", "timeout_s")}
        if not fields:
            raise OperationError("wait needs at least one field of the status, such as ocpp_status=Charging.")
        try:
            timeout_s = float(args.get("timeout_s", DEFAULT_TIMEOUT_S))
            connector = int(args.get("connector", 1))
        except (TypeError, ValueError, OverflowError):
            raise OperationError("wait takes whole numbers for connector and timeout_s.") from None
        if not math.isfinite(timeout_s) or timeout_s < 0:
            raise OperationError("wait takes a finite number of seconds for timeout_s.")
        return Condition(connector, fields, timeout_s)

    def holds(self, status: HostView) -> bool:
        return all(_equal(_find(status, self.connector, name), value) for name, value in self.fields.items())

    def missed(self, status: HostView | None) -> str:
        """The sentence for a wait that took too long: what was hoped for, and what there is."""
        hoped = ", ".join(f"{name}={value}" for name, value in self.fields.items())
        if status is None:
            return f"{hoped} was not reached in {self.timeout_s:g} s: the station has not spoken yet."
        found = ", ".join(f"{name}={_find(status, self.connector, name)}" for name in self.fields)
        why = next((c.why.sentence for c in status.connectors if c.id == self.connector), "")
        return f"{hoped} was not reached in {self.timeout_s:g} s: it is {found}. {why}"


def _find(status: HostView, connector: int, name: str) -> Any:
    numbers = [view.id for view in status.connectors]
    if connector not in numbers:
        known = ", ".join(map(str, numbers))
        raise OperationError(f"wait: there is no connector {connector}; this station has connector {known}.")
    for view in (*(each for each in status.connectors if each.id == connector), status.backend):
        if name in view.__slots__:
            return msgspec.to_builtins(getattr(view, name))
    raise OperationError(f"The status has no field {name}.")


def _equal(found: Any, hoped: Any) -> bool:
    """Texts may stand for numbers and truth values, as a script writes them.

    Of an object only the fields that are named count, and a text may stand for the object of that name or
    code: ``{"faults": ["EVSE_FAULT_CP_STATE"]}``, ``{"why": "tag"}``, ``{"transaction": {"tag": "04A1"}}``.
    """
    if isinstance(found, Mapping):
        fields = cast("Mapping[str, Any]", found)
        if isinstance(hoped, Mapping):
            wish = cast("Mapping[str, Any]", hoped)
            return all(name in fields and _equal(fields[name], value) for name, value in wish.items())
        return hoped is not None and hoped in (fields.get("name"), fields.get("code"))
    if isinstance(found, list | tuple):
        return _all_equal(cast("Sequence[Any]", found), hoped)
    return found == hoped or str(found).lower() == str(hoped).lower()


def _all_equal(found: Sequence[Any], hoped: Any) -> bool:
    if not isinstance(hoped, list):
        return str(list(found)) == str(hoped)
    wish = cast("Sequence[Any]", hoped)
    return len(found) == len(wish) and all(_equal(*pair) for pair in zip(found, wish, strict=True))
