"""What a person, a script or a test may ask of a station: words, arguments, and the values they become.

The control protocol, scripts and (later) the panel read the same tables: this one for the host, the
simulator's for the world around it.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, NamedTuple, TypeVar

import msgspec

from pilotline.station.events import ClearLatched, LimitCurrent, PresentTag, StopCharging

T = TypeVar("T")

LARGEST = 1_000_000_000
"""No number of the physical world is larger in our units; more would only break what computes with it."""
LONGEST_TAG = 20
"""OCPP's CiString20 for an idTag."""


class OperationError(ValueError):
    """An operation that is unknown, has wrong arguments or cannot be done; the message is a sentence."""


class NoAnswerError(OperationError):
    """The part of the station that would have to do it says nothing: it is being started again, or hangs."""


Ask = PresentTag | StopCharging | LimitCurrent | ClearLatched


class Operation(NamedTuple):
    """One row of the table."""

    type: type[Ask]
    help: str


OPERATIONS: Mapping[str, Operation] = {
    "present_tag": Operation(PresentTag, "Hold a card to the reader; the same card again ends the session."),
    "stop_charging": Operation(StopCharging, "End the session, as somebody beside the station."),
    "limit_current": Operation(LimitCurrent, "Set or lift the owner's limit in mA; 0 is a pause."),
    "clear_faults": Operation(ClearLatched, "Reset latched faults, as somebody beside the station."),
}


def of_connector(word: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments without ``connector``, for what there is one of. Raises OperationError for another."""
    if str(args.get("connector", 1)) != "1":
        raise OperationError(
            f"{word}: there is no connector {args['connector']}; this station has connector 1."
        )
    return {name: value for name, value in args.items() if name != "connector"}


def build(word: str, kind: type[T], args: Mapping[str, Any]) -> T:
    """The value of an operation's dataclass from named arguments, texts allowed for numbers.

    Raises OperationError that names the argument and what is possible.
    """
    known = [item.name for item in fields(kind)]  # pyright: ignore[reportArgumentType]
    for name in args:
        if name not in known:
            raise OperationError(f"{word} has no argument {name}; it takes {', '.join(known) or 'none'}.")
    try:
        value = msgspec.convert(dict(args), kind, strict=False)
    except msgspec.ValidationError as error:
        raise OperationError(f"{word}: {error}.") from None
    for name in known:
        number = getattr(value, name)
        if isinstance(number, int | float) and not abs(number) <= LARGEST:  # nan is not either
            raise OperationError(f"{word}: {name} must be a number of at most {LARGEST} either way.")
    return value


def station_event(word: str, args: Mapping[str, Any]) -> Ask:
    """The event of one of ``OPERATIONS``. Raises OperationError."""
    event = build(word, OPERATIONS[word].type, of_connector(word, args))
    if isinstance(event, PresentTag) and not 1 <= len(event.tag) <= LONGEST_TAG:
        raise OperationError(f"{word}: tag has 1 to {LONGEST_TAG} characters.")
    return event
