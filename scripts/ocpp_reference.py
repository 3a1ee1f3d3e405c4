#!/usr/bin/env python
"""Draw `docs/reference/ocpp-messages.md` and `configuration-keys.md` from the tables they speak of."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from enum import Enum
from pathlib import Path
from typing import TypeVar, cast

from pilotline.links.ocpp.about import ABOUT
from pilotline.links.ocpp.calls import WHEN_ACCEPTED
from pilotline.links.ocpp.transfers import INCOMING, OUTGOING
from pilotline.models.reader import list_models, load_charger
from pilotline.station import session, status
from pilotline.station.commissioning import deed_of, forbidden
from pilotline.station.keys import BY_NAME, KEYS, Access, Key, KeyStore
from pilotline.vocabulary.charger import ChargerModel, KeyValue, SessionRules
from pilotline.vocabulary.feature_profiles import ACTIONS_OF
from pilotline.vocabulary.roles import Role, allowed
from pilotline.wire.ocpp.v16 import ACTIONS, Action
from pilotline.wire.ocpp.v16 import Role as End

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
MODELS = tuple(load_charger(name) for name in list_models())
WordT = TypeVar("WordT", bound=Enum)

MESSAGES = """\
<!-- Drawn by scripts/ocpp_reference.py; change the tables and run it again. -->
# OCPP 1.6 messages

What a station does with every action of OCPP 1.6J. [Connect a backend](../how-to/connect-a-backend.md) tells
how to begin, and [configuration keys](configuration-keys.md) what can be set.
"""

ASKED = """
## What the backend asks

Until the backend has accepted our BootNotification calls are answered all the same, but these are Rejected:
{rejected}. Each call with an id that can be read gets one answer; a
call that comes again under its id while it is in work is the same call.
"""

REFUSED = """
## What is refused

| error code | for what |
|---|---|
| `NotImplemented` | an action OCPP 1.6 does not know |
| `NotSupported` | an action only a station sends; what a model lacks |
| `FormationViolation` | no JSON, no frame, or a payload that is no object |
| `OccurenceConstraintViolation` | a field that is missing, or a list that is too short or too long |
| `TypeConstraintViolation` | a value of another type |
| `PropertyConstraintViolation` | a text too long, a word OCPP does not have there, a number out of range |
| `GenericError` | more than 16 calls in work at once |
| `InternalError` | nobody here had an answer within 20 s |

What has no readable id, a frame of an unknown type, and an answer to nothing we asked are counted and
ignored. One message is 1 MiB at most: a longer one ends the connection.
"""

TOLD = """
## What the station tells
"""

TRANSFERS = """
## DataTransfer

Messages of the vendor `Pilotline`; others are answered `UnknownVendorId`.

| message | from | what it is | its data | its answers |
|---|---|---|---|---|
"""

STATES = """
## Statuses of a connector

Every transition that a station makes is one that OCPP 1.6 §4.9 permits{ours}.
The drawing leaves out Faulted and Unavailable, which nearly every status can reach and leave; the table below
it has them all.
"""

PHASES = """
## Phases of a session

A session moves forward alone, and each of its ends is on the disk before it is told. One that ends before
`recording` is dropped: nothing of it was written.
"""

RULES = """
## What the models do differently

| rule | {models} |
|---|{rulers}|
"""

RULE_WORDS = {
    "unplug_told_ms": "StopTransaction follows the unplug after",
    "card_stops": "the card that started a session ends it",
    "tag_bytes": "a shorter UID of a card is filled up with zeros to",
    "offline_events": "starts and ends that wait for the backend, at most",
    "metered_when_charging": "meter values only while it charges and its number is known",
    "charge_off_days": "days on which a charge-off period begins",
}
UNITS = {"unplug_told_ms": " ms", "tag_bytes": " bytes"}

KEYS_PAGE = """\
<!-- Drawn by scripts/ocpp_reference.py; change the tables and run it again. -->
# Configuration keys

One table serves OCPP, the page, the control line and this document. Names match in any case of letters.
Values keep over a restart; what is stored and no longer fits its kind is passed over. Who may change a key is
decided by its role: on the page each person has one, and the control line on the station's own machine acts
as operator. Keys marked *local* are set beside the station alone, and no backend hears of them. *Restart*
says that a new value is in force after one (`RebootRequired`).
"""

WAITING = """
## Keys that wait for a later part

The models' files hold factory values for these; until the part comes a backend is told `NotSupported`.
"""


# --- messages -------------------------------------------------------------------------------------------


def messages_page() -> str:
    """The whole page."""
    lines = [MESSAGES.rstrip("\n"), *asked(), *told(), *transfers(), refused(), states(), *rules()]
    return "\n".join([*lines, ""])


def asked() -> Iterable[str]:
    rejected = " and ".join(f"`{name}`" for name in sorted(WHEN_ACCEPTED))
    yield ASKED.format(rejected=rejected).rstrip("\n")
    yield "\n| action | what it does | its answers |\n|---|---|---|"
    for action in by(End.CENTRAL_SYSTEM):
        about = ABOUT[action.name]
        words = "<br>".join(f"`{word}`: {when}" for word, when in about.words.items())
        yield f"| `{action.name}` | {about.asked} | {words} |"


def told() -> Iterable[str]:
    yield TOLD
    yield "| action | when, and what its answer does |\n|---|---|"
    yield from (
        f"| `{action.name}` | {ABOUT[action.name].told} |"
        for action in by(End.CHARGE_POINT)
        if ABOUT[action.name].told
    )


def transfers() -> Iterable[str]:
    yield TRANSFERS.rstrip("\n")
    for row in INCOMING:
        words = "<br>".join(f"`{word}`: {when}" for word, when in row.words.items())
        yield f"| `{row.message}` | the backend | {row.what} | {row.data} | {words} |"
    yield from (f"| `{row.message}` | the station | {row.what} | {row.data} | any |" for row in OUTGOING)


def by(end: End) -> Iterable[Action]:
    return [action for action in ACTIONS.values() if end in action.senders]


def refused() -> str:
    return REFUSED.rstrip("\n")


def states() -> str:
    ours = ""
    if status.OUR_MOVES:
        pairs = [f"{a.value} → {b.value}" for a, after in status.OUR_MOVES.items() for b in ordered(after)]
        ours = f",\nor one that its table leaves out and a station still meets: {', '.join(pairs)}"
    moves = {a: after | status.OUR_MOVES.get(a, frozenset()) for a, after in status.MOVES.items()}
    drawn = diagram(moves, {status.ConnectorStatus.FAULTED, status.ConnectorStatus.UNAVAILABLE})
    parts = [STATES.format(ours=ours), drawn, "", *matrix(moves), PHASES, diagram(session.MOVES, set())]
    return "\n".join(parts)


def diagram(moves: Mapping[WordT, frozenset[WordT]], apart: set[WordT]) -> str:
    """A Mermaid state diagram of the moves between all but those ``apart``."""
    arrows = [
        f"    {before.value} --> {after.value}"
        for before, afters in moves.items()
        for after in ordered(afters)
        if not {before, after} & apart
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", *arrows, "```"])


def matrix(moves: Mapping[WordT, frozenset[WordT]]) -> Iterable[str]:
    """From which status (rows) to which (columns)."""
    words = list(moves)
    yield f"| from \\ to | {' | '.join(word.value for word in words)} |"
    yield f"|---|{'---|' * len(words)}"
    for before in words:
        cells = ["–" if after is before else "yes" if after in moves[before] else "" for after in words]
        yield f"| {before.value} | {' | '.join(cells)} |"


def ordered(words: Iterable[WordT]) -> list[WordT]:
    """A set's members as their enumeration has them."""
    found = list(words)
    return [word for word in type(found[0]) if word in found] if found else []


def rules() -> Iterable[str]:
    names = " | ".join(model.title for model in MODELS)
    yield RULES.format(models=names, rulers="|".join("---" for _ in MODELS)).rstrip("\n")
    for field in fields(SessionRules):
        cells = " | ".join(rule(model, field.name) for model in MODELS)
        yield f"| {RULE_WORDS[field.name]} | {cells} |"
    yield f"| OCPP profiles beside Core | {' | '.join(shows(model) for model in MODELS)} |"
    yield f"| actions refused, and the code | {' | '.join(lacks(model) for model in MODELS)} |"


def shows(model: ChargerModel) -> str:
    """Its profiles but Core, which every model has."""
    return ", ".join(each.value for each in model.ocpp.profiles[1:])


def lacks(model: ChargerModel) -> str:
    """Each action it refuses, with the code."""
    optional = sorted(name for names in ACTIONS_OF.values() for name in names)
    found = {name: model.ocpp.lacking(name) for name in optional}
    return "<br>".join(f"`{name}`: {code.value}" for name, code in found.items() if code) or "–"


def rule(model: ChargerModel, name: str) -> str:
    value = getattr(model.session, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(str(each.value) for each in cast("tuple[Enum, ...]", value)) or "–"
    return "–" if not value else f"{value:,}{UNITS.get(name, '')}"


# --- keys -----------------------------------------------------------------------------------------------


def keys_page() -> str:
    """The whole page."""
    return "\n".join([KEYS_PAGE, *keys(), WAITING, *waiting(), ""])


def keys() -> Iterable[str]:
    stores = [KeyStore(model.key_defaults) for model in MODELS]
    yield f"| key | what it is | kind | unit | who may change it | restart | {heads()} |"
    yield f"|---|---|---|---|---|---|{'---|' * len(MODELS)}"
    for key in KEYS:
        values = " | ".join(shown(store[key.name]) for store in stores)
        reboot = "yes" if key.reboot else ""
        what = f"{key.help} | {key.kind.name} | {key.unit}"
        yield f"| `{key.name}` | {what} | {who(key)} | {reboot} | {values} |"


def heads() -> str:
    return " | ".join(model.title for model in MODELS)


def who(key: Key) -> str:
    """The roles that may give it any value, and what only some of them may."""
    if key.access is Access.READ_ONLY:
        return "nobody"
    common = roles(key, None)
    special = [text for text in ("false", "2") if _is_value(key, text) and roles(key, text) != common]
    if key.access is Access.LOCAL:
        return f"{listed(common - {Role.BACKEND})} (local)"
    exceptions = [f"`{text}`: {listed(roles(key, text))}" for text in special]
    return "; ".join([listed(common), *exceptions])


def _is_value(key: Key, text: str) -> bool:
    try:
        key.kind.parse(text)
    except ValueError:
        return False
    return True


def roles(key: Key, text: str | None) -> frozenset[Role]:
    """Who may give it this value on some model."""
    value: KeyValue = None if text is None else key.kind.parse(text)
    return frozenset(
        role
        for model in MODELS
        if forbidden(key.name, value, model) is None
        for role in allowed(deed_of(key.name, value, model))
        if all(role in allowed(deed_of(key.name, value, each)) for each in MODELS)
    )


def listed(found: frozenset[Role]) -> str:
    return ", ".join(role.value for role in Role if role in found)


def waiting() -> Iterable[str]:
    later = sorted({name for model in MODELS for name in model.key_defaults if name.lower() not in BY_NAME})
    yield f"| key | {heads()} |"
    yield f"|---|{'---|' * len(MODELS)}"
    for name in later:
        cells = " | ".join(factory(model, name) for model in MODELS)
        yield f"| `{name}` | {cells} |"


def factory(model: ChargerModel, name: str) -> str:
    return shown(model.key_defaults[name]) if name in model.key_defaults else ""


def shown(value: KeyValue) -> str:
    """A value as OCPP writes it; lists may break."""
    if value is None or value == "":
        return "–"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.replace(",", ", ").replace("|", "\\|")


PAGES: Mapping[Path, Callable[[], str]] = {
    REFERENCE / "ocpp-messages.md": messages_page,
    REFERENCE / "configuration-keys.md": keys_page,
}

if __name__ == "__main__":
    for target, page in PAGES.items():
        target.write_text(page(), encoding="utf-8")
