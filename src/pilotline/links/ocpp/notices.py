"""Notices of the station's upkeep as OCPP messages: those that are facts, and those that were triggered."""

from collections.abc import Callable
from enum import Enum

from pilotline.station.clock import WallClock
from pilotline.station.upkeep.events import Tell
from pilotline.vocabulary.journal import Notified
from pilotline.vocabulary.upkeep import FirmwareStatus, Notice, UploadStatus
from pilotline.wire.ocpp import v16_upkeep as wire
from pilotline.wire.ocpp.parts import Request
from pilotline.wire.ocpp.times import format_time
from pilotline.wire.ocpp.words import DiagnosticsStatus, LogUploadStatus, PlainFirmwareStatus

OF_THE_WHITEPAPER = (Notice.SIGNED_FIRMWARE, Notice.LOG, Notice.SECURITY)
"""What a model without the whitepaper tells nobody."""
_FAILED = UploadStatus.UPLOAD_FAILED.value
_WORDS: dict[Notice, type[Enum]] = {
    Notice.FIRMWARE: PlainFirmwareStatus,
    Notice.SIGNED_FIRMWARE: FirmwareStatus,
    Notice.DIAGNOSTICS: DiagnosticsStatus,
    Notice.LOG: LogUploadStatus,
}


def has_word(said: Notified | Tell) -> bool:
    """Whether its message has the word at all."""
    kind = _WORDS.get(said.about)
    return kind is None or _wire_word(said) in {each.value for each in kind}


def notice(fact: Notified, clock: WallClock) -> Request:
    """A fact as its message. Its word is one the message has."""
    if fact.about is Notice.SECURITY:
        time = format_time(clock.utc(fact.stamp))
        return wire.SecurityEventNotification(fact.word[:50], time, fact.info[:255] or None)
    return _STATUS[fact.about](_wire_word(fact), fact.request)


def told(said: Tell) -> Request:
    """How it stands now, as its message; security events are never told so."""
    return _STATUS[said.about](_wire_word(said), said.request)


def _wire_word(said: Notified | Tell) -> str:
    """The whitepaper calls a failed upload otherwise than OCPP does."""
    failed_log = said.about is Notice.LOG and said.word == _FAILED
    return LogUploadStatus.UPLOAD_FAILURE.value if failed_log else said.word


_STATUS: dict[Notice, Callable[[str, int | None], Request]] = {
    Notice.FIRMWARE: lambda word, _: wire.FirmwareStatusNotification(PlainFirmwareStatus(word)),
    Notice.SIGNED_FIRMWARE: lambda word, request: wire.SignedFirmwareStatusNotification(
        FirmwareStatus(word), request
    ),
    Notice.DIAGNOSTICS: lambda word, _: wire.DiagnosticsStatusNotification(DiagnosticsStatus(word)),
    Notice.LOG: lambda word, request: wire.LogStatusNotification(LogUploadStatus(word), request),
}
