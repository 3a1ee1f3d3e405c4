"""The words of the control line that are neither the station's nor the world's: settings, disk, crash, wait.

With :data:`~pilotline.links.operations.OPERATIONS`, :data:`~pilotline.simulator.bench.BENCH` and
:data:`~pilotline.simulator.actions.ACTIONS` they are all operations there are; the reference page is
drawn from these four tables.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from pilotline.links.event_table import Kind
from pilotline.links.operations import OperationError
from pilotline.links.support import Urgency
from pilotline.vocabulary.energy import Tier
from pilotline.vocabulary.journal import EVENTS_KEPT
from pilotline.vocabulary.network import Interface
from pilotline.vocabulary.roles import Asker, Role


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """No argument at all."""


class OfConnector(msgspec.Struct, forbid_unknown_fields=True):
    """The arguments of what there is one of for each connector."""

    connector: int = 1


class CarMessages(msgspec.Struct, forbid_unknown_fields=True):
    """The arguments of ``v2g_messages``: those of a connector, with a greater number than ``after``."""

    connector: int = 1
    after: int = 0


class ConfigSet(msgspec.Struct, forbid_unknown_fields=True):
    """The arguments of ``config_set``."""

    key: str
    value: str | int | float | bool


class ConfigGet(msgspec.Struct, forbid_unknown_fields=True):
    """The arguments of ``config_get``; no key means all."""

    keys: list[str] = []


class Disk(msgspec.Struct, forbid_unknown_fields=True):
    """The arguments of ``disk``: how long every commit takes, and whether there is no room."""

    commit_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] | None = None
    full: bool | None = None


class ResendSession(msgspec.Struct, forbid_unknown_fields=True):
    """The arguments of ``resend``."""

    session: str


class Energy(msgspec.Struct, forbid_unknown_fields=True):
    """The arguments of ``energy``: which records, from one local day to another, both included."""

    by: Tier = Tier.DAY
    first: str = ""
    last: str = ""
    connector: int = 1


class Sessions(msgspec.Struct, forbid_unknown_fields=True):
    """The arguments of ``sessions``: from one local day to another, both included, and of which card."""

    first: str = ""
    last: str = ""
    tag: str = ""
    most: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 200


class SessionCurve(msgspec.Struct, forbid_unknown_fields=True):
    """The arguments of ``session_curve``."""

    session: str


class ExportOf(Enum):
    """What a file is made of: a table or a statement of sessions, or a table of energy."""

    CSV = "csv"
    PDF = "pdf"
    ENERGY = "energy"


class Export(msgspec.Struct, forbid_unknown_fields=True):
    """The arguments of ``export``: ``by`` is of energy, ``tag`` of sessions; no language: the station's."""

    what: ExportOf
    first: str = ""
    last: str = ""
    by: Tier = Tier.DAY
    tag: str = ""
    language: Literal["", "en", "de", "it"] = ""


class Events(msgspec.Struct, forbid_unknown_fields=True):
    """The arguments of ``events``; no kind means all."""

    most: Annotated[int, msgspec.Meta(ge=1, le=EVENTS_KEPT)] = 200
    kind: Kind | None = None


class Support(msgspec.Struct, forbid_unknown_fields=True):
    """The arguments of ``support``: what is wrong, how to see it, and how soon somebody has to look."""

    description: Annotated[str, msgspec.Meta(max_length=4_000)] = ""
    steps: Annotated[str, msgspec.Meta(max_length=4_000)] = ""
    urgency: Urgency = Urgency.NORMAL


class Network(msgspec.Struct, forbid_unknown_fields=True):
    """The arguments of ``network``; no interface means the line behind them all."""

    up: bool
    interface: Interface | None = None


class TimeLapse(msgspec.Struct, forbid_unknown_fields=True):
    """The arguments of ``time_lapse``: simulated seconds in one real second."""

    speed: Annotated[float, msgspec.Meta(ge=0, le=3600)]


class Word(NamedTuple):
    """One row: the arguments, who serves it, what it does, and the least role that may use it."""

    type: type[msgspec.Struct]
    served_by: str
    help: str
    least: Role = Role.OPERATOR


Serve = Callable[[Any, Asker], Any]
"""What does a word: its arguments and who asks, to its value, or to something that can be awaited for it."""


WORDS: Mapping[str, Word] = {
    "status": Word(Nothing, "host", "The whole status, and why the station does what it does.", Role.GUEST),
    "config_get": Word(ConfigGet, "host", "Values of configuration keys, all or those named.", Role.USER),
    "config_set": Word(
        ConfigSet, "host", "Change a configuration key, as somebody beside the station.", Role.USER
    ),
    "keys": Word(
        Nothing, "host", "Every configuration key: value, kind, unit, help, and who may change it.", Role.USER
    ),
    "preview": Word(
        OfConnector,
        "host",
        "The next 24 hours as steps: which limit will win, as far as schedules and profiles tell.",
        Role.USER,
    ),
    "cards": Word(Nothing, "host", "The station's own book of cards, by names."),
    "network": Word(
        Network, "host", "Cut or restore the line to the backend, or take one interface down or up."
    ),
    "disk": Word(Disk, "host", "Make every commit last, or the disk full, until the host ends."),
    "set_aside": Word(Nothing, "host", "The sessions the backend would not take, with their starts."),
    "security_events": Word(Nothing, "host", "Every change of a safety setting, asked, refused or taken."),
    "energy": Word(
        Energy,
        "host",
        "Energy by hour, day or month of local time, from one day (2026-03-01) to another, the newest 1000.",
        Role.USER,
    ),
    "sessions": Word(
        Sessions,
        "host",
        "Sessions of local days, the newest first, and their totals; a guest sees his own card's alone.",
        Role.GUEST,
    ),
    "session_curve": Word(
        SessionCurve, "host", "Power and limit over a session, at most 300 points.", Role.USER
    ),
    "export": Word(
        Export,
        "panel",
        "A file to take away: a table or a statement of sessions, or a table of energy (on the panel alone).",
        Role.USER,
    ),
    "diagnostics": Word(
        Nothing, "host", "Live values of pilot, contacts, leakage, meter and links, as measured.", Role.USER
    ),
    "events": Word(
        Events, "host", "The log of events, the newest first: what happened, and who did it.", Role.USER
    ),
    "ocpp_messages": Word(
        Nothing, "host", "The last 200 messages to and from the backend, in words; secrets are masked."
    ),
    "v2g_messages": Word(
        CarMessages, "host", "The last 200 questions of the car at a connector, and our answers, in words."
    ),
    "self_test": Word(
        Nothing, "host", "What the station finds when it examines itself; it disturbs no session."
    ),
    "support": Word(
        Support, "panel", "A bundle for those who help from afar, without secrets (on the panel alone)."
    ),
    "resend": Word(ResendSession, "host", "Send a session again that was set aside."),
    "firmware": Word(
        Nothing, "host", "Which firmware runs, how far an update is, and what lies in the slots.", Role.USER
    ),
    "world_view": Word(
        OfConnector, "board", "The truth of the simulated world, whatever the station believes."
    ),
    "bench_view": Word(
        OfConnector, "board", "What the bench's knobs stand at: plug, car, causes of faults.", Role.USER
    ),
    "host_crash": Word(Nothing, "launcher", "Kill the host without last words; it starts again by itself."),
    "power_cycle": Word(Nothing, "launcher", "Kill host and board; plug and meter register persist."),
    "reset_button": Word(
        Nothing, "launcher", "Press the reset button: host and board restart as by their reset pins."
    ),
    "pids": Word(Nothing, "launcher", "The process numbers of board and host."),
    "time_lapse": Word(
        TimeLapse, "lapse", "How fast simulated time runs, 0 a pause (`simulate --panel`).", Role.USER
    ),
    "stop": Word(Nothing, "launcher", "End the station, as the end of input does."),
}
"""``wait`` is beside them: its arguments are any fields of the status."""


def served_by(name: str) -> frozenset[str]:
    """The words that this process serves."""
    return frozenset(word for word, row in WORDS.items() if row.served_by == name)


def arguments(word: str, args: Mapping[str, Any]) -> Any:
    """The arguments of one of these words. Raises OperationError."""
    try:
        return msgspec.convert(dict(args), WORDS[word].type, strict=False)
    except msgspec.ValidationError as error:
        raise OperationError(f"{word}: {error}.") from None
