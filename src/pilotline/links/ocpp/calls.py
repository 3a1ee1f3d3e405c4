"""What the backend may ask of us: one row per action, from its request to the station's event.

The station answers with a word; the row says which answer that is. What needs no station is answered here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from pilotline.links.ocpp.profiles import profile_of
from pilotline.links.ocpp.translate import tag_info, time_us
from pilotline.station.events import (
    AskReset,
    CancelReservation,
    ChangeAvailability,
    ChangeKey,
    ClearCache,
    ClearProfiles,
    KeysRead,
    ReadComposite,
    ReadKeys,
    ReadListVersion,
    RemoteStart,
    RemoteStop,
    Reserve,
    SendList,
    SetProfile,
    StationEvent,
    Unlock,
)
from pilotline.vocabulary.journal import Listed
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.status import ListStatus, ReservationStatus
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.words import (
    AcceptStatus,
    AvailabilityStatus,
    AvailabilityType,
    ClearProfileStatus,
    ConfigurationStatus,
    DataTransferStatus,
    ProfileStatus,
    UnlockStatus,
    UpdateType,
)


@dataclass(frozen=True)
class Handler:
    """``ask`` makes the station's event of request and call number; ``answer`` turns its word into ours."""

    ask: Callable[[v16.Request, int], StationEvent]
    answer: Callable[[str], v16.Answer]


def _remote_start(request: v16.Request, call: int) -> StationEvent:
    wish = cast("v16.RemoteStartTransaction", request)
    brought = wish.charging_profile
    profile = profile_of(brought) if brought is not None else None
    sound = brought is None or profile is not None
    return RemoteStart(call, wish.id_tag, wish.connector_id, sound=sound, profile=profile)


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


def _send_list(request: v16.Request, call: int) -> StationEvent:
    wish = cast("v16.SendLocalList", request)
    entries = tuple(
        Listed(each.id_tag, tag_info(each.id_tag_info) if each.id_tag_info else None)
        for each in wish.local_authorization_list
    )
    return SendList(call, wish.list_version, wish.update_type is UpdateType.FULL, entries)


def _list_version(_request: v16.Request, call: int) -> StationEvent:
    return ReadListVersion(call)


def _reserve(request: v16.Request, call: int) -> StationEvent:
    wish = cast("v16.ReserveNow", request)
    expiry_us = time_us(wish.expiry_date)
    return Reserve(call, wish.reservation_id, wish.connector_id, wish.id_tag, expiry_us, wish.parent_id_tag)


def _cancel_reservation(request: v16.Request, call: int) -> StationEvent:
    return CancelReservation(call, cast("v16.CancelReservation", request).reservation_id)


def _set_profile(request: v16.Request, call: int) -> StationEvent:
    wish = cast("v16.SetChargingProfile", request)
    return SetProfile(call, wish.connector_id, profile_of(wish.cs_charging_profiles))


def _clear_profiles(request: v16.Request, call: int) -> StationEvent:
    wish = cast("v16.ClearChargingProfile", request)
    return ClearProfiles(call, wish.id, wish.connector_id, wish.charging_profile_purpose, wish.stack_level)


def _read_composite(request: v16.Request, call: int) -> StationEvent:
    wish = cast("v16.GetCompositeSchedule", request)
    return ReadComposite(call, wish.connector_id, wish.duration, wish.charging_rate_unit)


def _no_word(word: str) -> v16.Answer:
    raise AssertionError(f"GetConfiguration is answered with KeysRead, not {word}")


def _no_transfer(_request: v16.Request, _call: int) -> StationEvent:
    raise AssertionError("who serves a DataTransfer stands in the table of transfers")


HANDLERS: dict[str, Handler] = {
    "ChangeAvailability": Handler(
        _availability, lambda word: v16.ChangeAvailabilityAnswer(AvailabilityStatus(word))
    ),
    "CancelReservation": Handler(
        _cancel_reservation, lambda word: v16.CancelReservationAnswer(AcceptStatus(word))
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
    "SetChargingProfile": Handler(
        _set_profile, lambda word: v16.SetChargingProfileAnswer(ProfileStatus(word))
    ),
    "ClearChargingProfile": Handler(
        _clear_profiles, lambda word: v16.ClearChargingProfileAnswer(ClearProfileStatus(word))
    ),
    "GetCompositeSchedule": Handler(
        _read_composite, lambda word: v16.GetCompositeScheduleAnswer(AcceptStatus(word))
    ),
    "GetConfiguration": Handler(_read_keys, _no_word),
    "DataTransfer": Handler(_no_transfer, lambda word: v16.DataTransferAnswer(DataTransferStatus(word))),
    "GetLocalListVersion": Handler(_list_version, lambda word: v16.GetLocalListVersionAnswer(int(word))),
    "ReserveNow": Handler(_reserve, lambda word: v16.ReserveNowAnswer(ReservationStatus(word))),
    "SendLocalList": Handler(_send_list, lambda word: v16.SendLocalListAnswer(ListStatus(word))),
    "Reset": Handler(_reset, lambda word: v16.ResetAnswer(AcceptStatus(word))),
}

WHEN_ACCEPTED = frozenset({"RemoteStartTransaction", "RemoteStopTransaction"})
"""OCPP 1.6 §4.2: nothing is started or stopped from afar before the backend has accepted us."""


def configuration(read: KeysRead) -> v16.GetConfigurationAnswer:
    """The answer to GetConfiguration; names longer than OCPP's 50 characters cannot have been asked."""
    known = tuple(v16.KeyValue(key.name, key.readonly, key.text) for key in read.readings)
    return v16.GetConfigurationAnswer(known or None, read.unknown or None)
