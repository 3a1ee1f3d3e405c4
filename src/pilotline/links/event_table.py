"""The table of logged events: every code with its kind, and its sentence for people.

The log keeps codes and words; sentences are made when somebody reads. What a fault or a limit is called
stands in their own tables.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from pilotline.station.clock import WallClock
from pilotline.station.snapshot import LimitView
from pilotline.vocabulary import faults, limits, transfers
from pilotline.vocabulary.journal import LoggedEvent
from pilotline.vocabulary.limits import LimitSource
from pilotline.vocabulary.network import TITLES
from pilotline.vocabulary.status import ConnectorStatus, ResetReason

Words = Mapping[str, str | int]


class Kind(Enum):
    """What an event is about: what a reader filters by."""

    STATUS = "status"
    FAULT = "fault"
    SESSION = "session"
    KEY = "key"
    PERSON = "person"
    BOOT = "boot"
    BACKEND = "backend"
    NETWORK = "network"
    LIMIT = "limit"


OFTEN = frozenset({Kind.STATUS, Kind.SESSION, Kind.KEY, Kind.PERSON})
"""What people do many times in an hour, and no fault does in their place."""
LEAST_A = 6
"""Below this a limit is a pause (IEC 61851-1)."""


class Row(NamedTuple):
    """``sentence`` is a format with the event's words."""

    kind: Kind
    sentence: str


EVENTS: Mapping[str, Row] = {
    "boot": Row(Kind.BOOT, "The station started ({reason}), version {version}."),
    "restart": Row(Kind.BOOT, "The station restarts as it was asked to ({how})."),
    "status_available": Row(Kind.STATUS, "Ready for a car."),
    "status_preparing": Row(Kind.STATUS, "Getting ready to charge."),
    "status_charging": Row(Kind.STATUS, "The car charges."),
    "status_suspended_ev": Row(Kind.STATUS, "The car takes no current."),
    "status_suspended_evse": Row(Kind.STATUS, "The station gives no current."),
    "status_finishing": Row(Kind.STATUS, "Charging is over; the car is still plugged in."),
    "status_reserved": Row(Kind.STATUS, "Reserved."),
    "status_unavailable": Row(Kind.STATUS, "Out of service."),
    "status_faulted": Row(Kind.STATUS, "A fault keeps it from charging."),
    "fault": Row(Kind.FAULT, "{sentence} {advice} (RTM err code {fault})"),
    "fault_over": Row(Kind.FAULT, "This fault is over: {sentence} (RTM err code {fault})"),
    "board_silent": Row(Kind.FAULT, "The safety module does not answer."),
    "board_back": Row(Kind.FAULT, "The safety module answers again."),
    "disk_trouble": Row(Kind.FAULT, "The disk does not take the station's records: {reason}"),
    "disk_well": Row(Kind.FAULT, "The disk takes the station's records again."),
    "session_began": Row(Kind.SESSION, "A session began for {tag}, at {meter_wh} Wh."),
    "session_ended": Row(Kind.SESSION, "The session of {tag} ended ({reason}) after {energy_wh} Wh."),
    "session_closed": Row(Kind.SESSION, "A session of an earlier start ended ({reason}) at {meter_wh} Wh."),
    "key_changed": Row(Kind.KEY, "{key} was changed from {old} to {new} by {who}."),
    "secret_changed": Row(Kind.KEY, "{key} was changed by {who}; what it holds is never told."),
    "person_signed_in": Row(Kind.PERSON, "{name} signed in."),
    "person_signed_out": Row(Kind.PERSON, "{name} signed out."),
    "person_failed": Row(Kind.PERSON, "A wrong password was given for {name}, {count} times in a row."),
    "person_added": Row(Kind.PERSON, "{name} may use this page from now on, as {role}."),
    "person_changed": Row(Kind.PERSON, "What is known of {name} was changed: {what}."),
    "person_removed": Row(Kind.PERSON, "{name} may use this page no longer."),
    "backend_up": Row(Kind.BACKEND, "The backend has registered the station."),
    "access_kept": Row(
        Kind.BACKEND,
        "The backend could not be had by security profile {wanted} as it was set; profile {kept}, as it was, "
        "is kept.",
    ),
    "certificate_refused": Row(Kind.BACKEND, "A certificate was not taken: {reason}"),
    "certificate_no_name": Row(
        Kind.BACKEND, "No certificate can be asked for: set CpoName to the operator's name."
    ),
    "certificate_not_signed": Row(
        Kind.BACKEND,
        "The backend does not have the station's certificate signed; it is asked again tomorrow.",
    ),
    "backend_down": Row(Kind.BACKEND, "The backend is gone: {reason}"),
    "upload_done": Row(Kind.BACKEND, "{file} is where the backend asked for it: {size} bytes."),
    "upload_failed": Row(Kind.BACKEND, "{file} was not sent ({failure}): {sentence} {advice}"),
    "network_used": Row(Kind.NETWORK, "{interface}, the {part} interface, is used."),
    "limit": Row(Kind.LIMIT, "{sentence}"),
}
_UNKNOWN = Row(Kind.PERSON, "{code}")


class _Known(dict[str, object]):
    """Words of a sentence; one that is missing is a question mark, for a reader wants the rest of it."""

    def __missing__(self, key: str) -> str:
        return "?"


@dataclass(frozen=True, slots=True)
class EventView:
    """An event as people read it. ``at`` is UTC, None while nothing is known of its boot; ``estimated`` marks
    a time of a boot that never learned it (R-51). ``times``: it stands for so many, this one the last.
    """

    at: str | None
    estimated: bool
    connector: int
    kind: str
    code: str
    sentence: str
    words: Words
    times: int


def kind_of(code: str) -> Kind:
    """What an event of this code is about."""
    return EVENTS.get(code, _UNKNOWN).kind


def status_code(status: str) -> str:
    """The code of a connector's new status."""
    return f"status_{ConnectorStatus(status).name.lower()}"


def limit_words(limit: LimitView) -> Words:
    """What is kept of who limits: source and amperes; whether it is a pause, or for lack of the source."""
    source, words = _SOURCES[limit.source], {"source": limit.source, "amps": f"{limit.limit_a:g}"}
    if limit.limit_a < LEAST_A:
        return {**words, "pause": 1}
    lapsed = source.fallback and limit.sentence == source.fallback.format(amps=f"{words['amps']} A")
    return {**words, "lapsed": 1} if lapsed else words


def sentence_of(event: LoggedEvent) -> str:
    """In words, whatever release wrote it."""
    more = f" That was {event.times} times." if event.times > 1 else ""
    row = EVENTS.get(event.code, _UNKNOWN)
    return row.sentence.format_map(_Known(_looked_up(event))) + more


def event_views(
    events: Iterable[LoggedEvent], clock: WallClock, *, most: int, kind: str = ""
) -> list[EventView]:
    """The newest events first, ``most`` of them, of one kind or of all."""
    wanted = [each for each in events if not kind or kind_of(each.code).value == kind]
    return [_view(each, clock) for each in reversed(wanted[-most:])]


def _view(event: LoggedEvent, clock: WallClock) -> EventView:
    settled = clock.is_settled(event.stamp)
    return EventView(
        clock.utc(event.stamp).isoformat() if settled else None,
        clock.is_estimated(event.stamp),
        event.connector,
        kind_of(event.code).value,
        event.code,
        sentence_of(event),
        event.words,
        event.times,
    )


def _looked_up(event: LoggedEvent) -> dict[str, object]:
    """The event's words, and what other tables say of them."""
    words: dict[str, object] = {**event.words, "code": event.code}
    fault = faults.BY_NAME.get(str(event.words.get("name", "")))
    if event.code.startswith("fault") and fault is not None:
        words |= {"sentence": fault.sentence, "advice": fault.advice}
    transfer = transfers.BY_NAME.get(str(event.words.get("name", "")))
    if event.code == "upload_failed" and transfer is not None:
        words |= {"sentence": transfer.sentence, "advice": transfer.advice}
    if words.get("name") == "":
        words["name"] = "somebody unknown"
    if event.code == "boot":
        words["reason"] = RESETS.get(str(words.get("reason")), words.get("reason", "?"))
    if event.code == "network_used":
        words["interface"] = _TITLES.get(str(words.get("interface")), words.get("interface", "?"))
    source = _SOURCES.get(str(event.words.get("source", "")))
    if source is not None:
        words["sentence"] = _limit_sentence(source, event.words)
    return words


RESETS: Mapping[str, str] = {
    ResetReason.UNKNOWN.name: "nobody knows why",
    ResetReason.POWERON.name: "the power came",
    ResetReason.EXT.name: "its reset button was pressed",
    ResetReason.SW.name: "it restarted itself",
    ResetReason.PANIC.name: "it had crashed",
    ResetReason.BROWNOUT.name: "the power was too weak",
    ResetReason.INT_WDT.name: "it had hung",
    ResetReason.TASK_WDT.name: "it had hung",
    ResetReason.WDT.name: "it had hung",
}
"""Why it started, for people; of what else there is nobody knows more than the word."""


def _limit_sentence(source: LimitSource, words: Words) -> str:
    if words.get("pause"):
        return source.pause
    sentence = source.fallback if words.get("lapsed") else source.sentence
    return sentence.format(amps=f"{words.get('amps', '?')} A")


_TITLES = {each.value: title for each, title in TITLES.items()}
_SOURCES: Mapping[str, LimitSource] = {each.name: each for each in limits.SOURCES}
