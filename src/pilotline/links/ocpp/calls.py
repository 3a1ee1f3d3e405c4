"""What the backend may ask of us: one row per action, from its request to the station's event.

The station answers with a word; the row says which answer that is. What needs no station is answered here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from pilotline.station.events import (
    AskReset,
    ChangeAvailability,
    ChangeKey,
    ClearCache,
    CompensateRcd,
    KeysRead,
    ReadKeys,
    RemoteStart,
    RemoteStop,
    StationEvent,
    Unlock,
)
from pilotline.vocabulary.roles import Role
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.words import (
    AcceptStatus,
    AvailabilityStatus,
    AvailabilityType,
    ConfigurationStatus,
    DataTransferStatus,
    ProfilePurpose,
    UnlockStatus,
)


@dataclass(frozen=True)
class Handler:
    """``ask`` makes the station's event of request and call number; ``answer`` turns its word into ours."""

    ask: Callable[[v16.Request, int], StationEvent]
    answer: Callable[[str], v16.Answer]


def _remote_start(request: v16.Request, call: int) -> StationEvent:
    wish = cast("v16.RemoteStartTransaction", request)
    return RemoteStart(call, wish.id_tag, wish.connector_id, sound=_may_come_along(wish.charging_profile))


def _may_come_along(profile: v16.ChargingProfile | None) -> bool:
    """OCPP 1.6 §5.11: a profile that starts with the transaction is a TxProfile, and names no other one."""
    if profile is None:
        return True
    return profile.charging_profile_purpose is ProfilePurpose.TX_PROFILE and profile.transaction_id is None


def _remote_stop(request: v16.Request, call: int) -> StationEvent:
    return RemoteStop(call, cast("v16.RemoteStopTransaction", request).transaction_id)


def _change_key(request: v16.Request, call: int) -> StationEvent:
    wish = cast("v16.ChangeConfiguration", request)
    return ChangeKey(call, wish.key, wish.value, role=Role.BACKEND)


def _read_keys(request: v16.Request, call: int) -> StationEvent:
    return ReadKeys(call, cast("v16.GetConfiguration", request).key or ())


def _reset(request: v16.Request, call: int) -> StationEvent:
    return AskReset(call, cast("v16.Reset", request).type)


def _availability(request: v16.Request, call: int) -> StationEvent:
    wish = cast("v16.ChangeAvailability", request)
    return ChangeAvailability(call, wish.connector_id, wish.type is AvailabilityType.OPERATIVE)


def _clear_cache(_request: v16.Request, call: int) -> StationEvent:
    return ClearCache(call)


def _unlock(request: v16.Request, call: int) -> StationEvent:
    return Unlock(call, cast("v16.UnlockConnector", request).connector_id)


def _compensate(request: v16.Request, call: int) -> StationEvent:
    """Its data is the connector's number, nothing for the first."""
    data = (cast("v16.DataTransfer", request).data or "1").strip()
    number = int(data) if data.isascii() and data.isdigit() and len(data) == 1 else 0
    return CompensateRcd(number, role=Role.BACKEND, call=call)


def _no_word(word: str) -> v16.Answer:
    raise AssertionError(f"GetConfiguration is answered with KeysRead, not {word}")


HANDLERS: dict[str, Handler] = {
    "ChangeAvailability": Handler(
        _availability, lambda word: v16.ChangeAvailabilityAnswer(AvailabilityStatus(word))
    ),
    "ClearCache": Handler(_clear_cache, lambda word: v16.ClearCacheAnswer(AcceptStatus(word))),
    "UnlockConnector": Handler(_unlock, lambda word: v16.UnlockConnectorAnswer(UnlockStatus(word))),
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
