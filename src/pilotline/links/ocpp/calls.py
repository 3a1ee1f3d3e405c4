"""What the backend may ask of us: one row per action, from its request to the station's event.

The station answers with a word; the row says which answer that is. What needs no station is answered here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from pilotline.station.events import (
    AskReset,
    ChangeKey,
    CompensateRcd,
    KeysRead,
    ReadKeys,
    RemoteStart,
    RemoteStop,
    StationEvent,
)
from pilotline.vocabulary.roles import Role
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.words import AcceptStatus, ConfigurationStatus, DataTransferStatus


@dataclass(frozen=True)
class Handler:
    """``ask`` makes the station's event of request and call number; ``answer`` turns its word into ours."""

    ask: Callable[[v16.Request, int], StationEvent]
    answer: Callable[[str], v16.Answer]


def _remote_start(request: v16.Request, call: int) -> StationEvent:
    wish = cast("v16.RemoteStartTransaction", request)
    return RemoteStart(call, wish.id_tag, wish.connector_id)


def _remote_stop(request: v16.Request, call: int) -> StationEvent:
    return RemoteStop(call, cast("v16.RemoteStopTransaction", request).transaction_id)


def _change_key(request: v16.Request, call: int) -> StationEvent:
    wish = cast("v16.ChangeConfiguration", request)
    return ChangeKey(call, wish.key, wish.value, role=Role.BACKEND)


def _read_keys(request: v16.Request, call: int) -> StationEvent:
    return ReadKeys(call, cast("v16.GetConfiguration", request).key or ())


def _reset(request: v16.Request, call: int) -> StationEvent:
    return AskReset(call, cast("v16.Reset", request).type)


def _compensate(request: v16.Request, call: int) -> StationEvent:
    """Its data is the connector's number, nothing for the first."""
    data = (cast("v16.DataTransfer", request).data or "1").strip()
    number = int(data) if data.isascii() and data.isdigit() and len(data) == 1 else 0
    return CompensateRcd(number, role=Role.BACKEND, call=call)


def _no_word(word: str) -> v16.Answer:
    raise AssertionError(f"GetConfiguration is answered with KeysRead, not {word}")


HANDLERS: dict[str, Handler] = {
    "RemoteStartTransaction": Handler(
        _remote_start, lambda word: v16.RemoteStartTransactionAnswer(AcceptStatus(word))
    ),
    "RemoteStopTransaction": Handler(
        _remote_stop, lambda word: v16.RemoteStopTransactionAnswer(AcceptStatus(word))
    ),
    "ChangeConfiguration": Handler(
        _change_key, lambda word: v16.ChangeConfigurationAnswer(ConfigurationStatus(word))
    ),
    "GetConfiguration": Handler(_read_keys, _no_word),
    "DataTransfer": Handler(_compensate, lambda word: v16.DataTransferAnswer(DataTransferStatus(word))),
    "Reset": Handler(_reset, lambda word: v16.ResetAnswer(AcceptStatus(word))),
}

WHEN_ACCEPTED = frozenset({"RemoteStartTransaction", "RemoteStopTransaction"})
"""OCPP 1.6 §4.2: nothing is started or stopped from afar before the backend has accepted us."""

OUR_VENDOR = "Pilotline"
COMPENSATE_RCD = "CompensateRcdOffset"
"""The one message of ours: have the offset of the leakage monitor measured and kept (E-26)."""


def unknown_transfer(request: v16.DataTransfer) -> v16.DataTransferAnswer | None:
    """The answer to a message of a vendor, or of a name, that nobody here knows (OCPP 1.6 §4.3)."""
    if request.vendor_id != OUR_VENDOR:
        return v16.DataTransferAnswer(DataTransferStatus.UNKNOWN_VENDOR_ID)
    known = request.message_id == COMPENSATE_RCD
    return None if known else v16.DataTransferAnswer(DataTransferStatus.UNKNOWN_MESSAGE_ID)


def configuration(read: KeysRead) -> v16.GetConfigurationAnswer:
    """The answer to GetConfiguration; names longer than OCPP's 50 characters cannot have been asked."""
    known = tuple(v16.KeyValue(key.name, key.readonly, key.text) for key in read.readings)
    return v16.GetConfigurationAnswer(known or None, read.unknown or None)
