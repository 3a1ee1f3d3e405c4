"""What a person, a script or a test may ask of a station: words, arguments, and the values they become.

The control protocol, scripts and (later) the panel read the same tables: this one for the host, the
simulator's for the world around it.
"""

from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from typing import Any, NamedTuple, TypeVar

import msgspec

from pilotline.station.events import (
    CallAnswer,
    ChargeNow,
    ClearLatched,
    CompensateRcd,
    LearnCard,
    LimitCurrent,
    PeopleWish,
    PresentTag,
    RemoveCard,
    RestartStation,
    SetCard,
    StartCharging,
    StopCharging,
)
from pilotline.vocabulary.refusals import NO_CONNECTOR, TAG_LENGTH, Refusal
from pilotline.vocabulary.roles import MAY, Asker, Deed, Role

T = TypeVar("T")

LARGEST = 1_000_000_000
"""No number of the physical world is larger in our units; more would only break what computes with it."""
LONGEST_TAG = 20
"""OCPP's CiString20 for an idTag."""


class OperationError(ValueError):
    """An operation that is unknown, has wrong arguments or cannot be done; the message is a sentence.

    ``refusal`` is the reason by its code, where it is one that people meet: the sentence may say more.
    """

    def __init__(self, sentence: str, refusal: Refusal | None = None) -> None:
        super().__init__(sentence)
        self.refusal = sentence if refusal is None and isinstance(sentence, Refusal) else refusal


class NoAnswerError(OperationError):
    """The part of the station that would have to do it says nothing: it is being started again, or hangs."""


Ask = PresentTag | PeopleWish

LOCAL = Asker(Role.OPERATOR)
"""Who stands at the control line: whoever can log in on the station's own machine."""
_NOT_ASKED = frozenset({"role", "call", "card"})
"""What an operation is not told by its arguments: nobody says by himself who he is."""


PATIENCE_S = 8.0
"""Most operations are answered by the next step of the station; a slow disk may take its time."""
_UNTIL_DECIDED_S = 35.0
"""A backend has 30 s to answer, a person with a card likewise."""


class Operation(NamedTuple):
    """One row of the table; ``least`` is the role that may use it.

    Its answer comes within ``patience_s``; ``tells`` names what the answer's word is, where it says more than
    that it was done. ``kept``: it is done when the disk has it.
    """

    type: type[Ask]
    help: str
    least: Role
    patience_s: float = PATIENCE_S
    tells: str = ""
    kept: bool = False


OPERATIONS: Mapping[str, Operation] = {
    "present_tag": Operation(
        PresentTag, "Hold a card to the reader; the same card again ends the session.", Role.USER
    ),
    "start_charging": Operation(
        StartCharging,
        "Begin a session, as who is signed in: with his card's tag, else with c_LocalStartTag; it ends none.",
        MAY[Deed.START].least,
        _UNTIL_DECIDED_S,
    ),
    "stop_charging": Operation(
        StopCharging,
        "End the session, as somebody beside the station; a guest that of his own card alone.",
        MAY[Deed.STOP_OWN].least,
    ),
    "limit_current": Operation(
        LimitCurrent,
        "Set or lift the owner's limit in mA, of one connector or of all, or the installer's; 0 is a pause.",
        MAY[Deed.LIMIT].least,
    ),
    "charge_now": Operation(
        ChargeNow,
        "Let this session wait neither for the end of peak hours nor for a random delay.",
        MAY[Deed.CHARGE_NOW].least,
    ),
    "clear_faults": Operation(
        ClearLatched, "Reset latched faults, as somebody beside the station.", MAY[Deed.CLEAR].least
    ),
    "compensate_rcd": Operation(
        CompensateRcd,
        "Have the leakage monitor's offset measured and kept; no car may be plugged in.",
        MAY[Deed.COMPENSATE].least,
    ),
    "restart": Operation(
        RestartStation,
        "End all sessions and restart the station, soft (reset reason 3) or hard, by its reset pin (2).",
        MAY[Deed.RESTART].least,
    ),
    "card_set": Operation(
        SetCard,
        "Put a card into the station's own book, or give one there another name or right.",
        MAY[Deed.KEEP_CARDS].least,
        kept=True,
    ),
    "card_forget": Operation(
        RemoveCard, "Take a card out of the station's own book.", MAY[Deed.KEEP_CARDS].least, kept=True
    ),
    "card_learn": Operation(
        LearnCard,
        "Wait up to 30 s for a card at the reader and tell its tag; that card begins nothing.",
        MAY[Deed.KEEP_CARDS].least,
        _UNTIL_DECIDED_S,
        tells="tag",
    ),
}


def argument_names(kind: type[Any]) -> list[str]:
    """The names of the arguments that an operation of this type takes."""
    unasked = _NOT_ASKED | {"tag"} if kind is StartCharging else _NOT_ASKED
    return [item.name for item in fields(kind) if item.name not in unasked]


def of_connector(
    word: str, args: Mapping[str, Any], connectors: Collection[int]
) -> tuple[int, Mapping[str, Any]]:
    """Which connector is meant, 1 unless the arguments say another, and the arguments without it.

    Raises OperationError for one that is none of ``connectors``.
    """
    said = str(args.get("connector", 1))
    number = next((each for each in connectors if str(each) == said), None)
    if number is None:
        known = " and ".join(map(str, connectors))
        sentence = f"{word}: there is no connector {said}; this station has connector {known}."
        raise OperationError(sentence, NO_CONNECTOR.of(connector=said))
    return number, {name: value for name, value in args.items() if name != "connector"}


def build(word: str, kind: type[T], args: Mapping[str, Any]) -> T:
    """The value of an operation's dataclass from named arguments, texts allowed for numbers.

    Raises OperationError that names the argument and what is possible.
    """
    known = argument_names(kind)
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


def station_event(
    word: str,
    args: Mapping[str, Any],
    call: int = 0,
    connectors: Collection[int] = (1,),
    asker: Asker = LOCAL,
) -> Ask:
    """The event of one of ``OPERATIONS``; ``call`` comes back with its answer. Raises OperationError."""
    kind = OPERATIONS[word].type
    number, rest = of_connector(word, args, connectors)
    named = "connector" in args or kind is not LimitCurrent  # an owner who names none limits them all
    takes = named and "connector" in argument_names(kind)
    event = build(word, kind, {**rest, "connector": number} if takes else rest)
    if isinstance(event, StartCharging):
        return replace(event, role=asker.role, call=call, tag=asker.card)
    if isinstance(event, StopCharging):
        return replace(event, role=asker.role, call=call, card=asker.card)
    if not isinstance(event, PresentTag):
        return replace(event, role=asker.role, call=call)
    if not 1 <= len(event.tag) <= LONGEST_TAG:
        raise OperationError(
            f"{word}: tag has 1 to {LONGEST_TAG} characters.", TAG_LENGTH.of(most=LONGEST_TAG)
        )
    return event


def value_of(word: str, answer: CallAnswer) -> Any:
    """What the answer to an operation comes to. Raises OperationError with its sentence."""
    if answer.reason is not None:
        raise OperationError(f"{word}: {answer.reason}", answer.reason)
    tells = OPERATIONS[word].tells
    return {tells: answer.word} if tells else None
