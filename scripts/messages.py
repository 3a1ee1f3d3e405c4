#!/usr/bin/env python
"""Draw the English of what the page says in the station's name from the station's own tables.

German and Italian stand beside it, written by hand under the same keys: ``web/panel/src/messages``.
"""

import json
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import TypeVar

from pilotline.links.event_table import EVENTS, RESETS
from pilotline.links.self_test import FINDINGS
from pilotline.simulator.actions import Misbehaviour
from pilotline.station.network import WAYS, Part
from pilotline.station.notes import NOTES
from pilotline.station.waits import WAITS
from pilotline.vocabulary.car import TALK_PHASES
from pilotline.vocabulary.faults import FAULTS
from pilotline.vocabulary.limits import SOURCES
from pilotline.vocabulary.network import TITLES
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.refusals import GROUNDS
from pilotline.vocabulary.roles import BESIDE, Deed
from pilotline.vocabulary.status import AuthStatus, ConnectorStatus, StopReason
from pilotline.vocabulary.transfers import TRANSFER_FAULTS
from pilotline.vocabulary.troubles import TROUBLES

TARGET = Path(__file__).parents[1] / "web" / "panel" / "src" / "messages" / "en" / "station.json"

Word = TypeVar("Word", bound=Enum)

STATUS: Mapping[ConnectorStatus, str] = {
    ConnectorStatus.AVAILABLE: "Ready",
    ConnectorStatus.PREPARING: "Getting ready",
    ConnectorStatus.CHARGING: "Charging",
    ConnectorStatus.SUSPENDED_EVSE: "Paused",
    ConnectorStatus.SUSPENDED_EV: "Waiting for the car",
    ConnectorStatus.FINISHING: "Finished",
    ConnectorStatus.RESERVED: "Reserved",
    ConnectorStatus.UNAVAILABLE: "Out of service",
    ConnectorStatus.FAULTED: "Fault",
}
REASON: Mapping[StopReason, str] = {
    StopReason.DE_AUTHORIZED: "the card may not charge any more",
    StopReason.EMERGENCY_STOP: "the emergency stop was pressed",
    StopReason.EV_DISCONNECTED: "the car was unplugged",
    StopReason.HARD_RESET: "the station was restarted at once",
    StopReason.LOCAL: "ended at the station",
    StopReason.OTHER: "ended by the station",
    StopReason.POWER_LOSS: "the power failed",
    StopReason.REBOOT: "the station started again",
    StopReason.REMOTE: "ended by the operator",
    StopReason.SOFT_RESET: "the station was restarted",
    StopReason.UNLOCK_COMMAND: "the operator unlocked the plug",
}
AUTH: Mapping[AuthStatus, str] = {
    AuthStatus.ACCEPTED: "accepted",
    AuthStatus.BLOCKED: "blocked",
    AuthStatus.EXPIRED: "expired",
    AuthStatus.INVALID: "unknown",
    AuthStatus.CONCURRENT_TX: "charging elsewhere already",
}
PILOT: Mapping[PilotState, str] = {
    PilotState.A: "No car",
    PilotState.B: "Connected",
    PilotState.C: "Wants power",
    PilotState.D: "Wants power, ventilated",
    PilotState.E: "Pilot shorted",
    PilotState.F: "Pilot lost",
    PilotState.UNDEFINED: "Not known",
}


def page() -> str:
    """The whole file."""
    return json.dumps(dict(messages()), indent=2, ensure_ascii=False) + "\n"


def messages() -> Iterable[tuple[str, str]]:
    """Every key with its English, in the order of the tables."""
    for wait in WAITS:
        yield f"wait.{wait.code}", wait.sentence
    for fault in FAULTS:
        yield f"fault.{fault.name}", fault.sentence
        yield f"fault.{fault.name}.advice", fault.advice
    for source in SOURCES:
        names = {"": source.sentence, ".title": source.title, ".pause": source.pause}
        more = {".holds": source.holds, ".fallback": source.fallback}
        yield from ((f"limit.{source.name}{part}", text) for part, text in (names | more).items() if text)
    yield from said("status", STATUS)
    yield from said("reason", REASON)
    yield from said("auth", AUTH)
    yield from said("pilot", PILOT)
    yield from ((f"role.{each.value}", each.value.capitalize()) for each in BESIDE)
    yield from ((f"misbehaviour.{each.value}", each.sentence) for each in Misbehaviour)
    yield from ((f"refusal.{each.code}", each.sentence) for each in GROUNDS)
    yield from ((f"deed.of.{each.name.lower()}", each.value) for each in Deed)
    for failure in TRANSFER_FAULTS:
        yield f"transfer.{failure.name}", failure.sentence
        yield f"transfer.{failure.name}.advice", failure.advice
    yield "device.meter", "meter"
    yield from ((f"way.{each.code}", each.sentence) for each in WAYS)
    yield from ((f"interface.{each.value}", title) for each, title in TITLES.items())
    yield from ((f"part.{each.value}", each.value) for each in Part)
    yield from ((f"reset.{reason}", words) for reason, words in RESETS.items())
    yield "event.network_used", EVENTS["network_used"].sentence
    yield from ((f"trouble.{each.code}", each.sentence) for each in TROUBLES)
    for finding in FINDINGS:
        yield f"check.{finding.code}", finding.sentence
        yield from [(f"check.{finding.code}.advice", finding.advice)] if finding.advice else []
    yield from ((f"note.{each.code}", each.sentence) for each in NOTES)
    yield from ((f"phase.{code}", sentence) for code, sentence in TALK_PHASES.items())


def said(kind: str, words: Mapping[Word, str]) -> Iterable[tuple[str, str]]:
    """The words of an enumeration, all of them: a new one has to be put in words."""
    return ((f"{kind}.{each.value}", words[each]) for each in type(next(iter(words))))


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
