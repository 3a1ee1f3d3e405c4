"""The messages of OCPP 1.6: one frozen struct per request and per answer, and the table of actions.

Field names are OCPP's in snake_case; the wire has them in camelCase. Length limits, required fields and
enumerations are those of the official 1.6 JSON schemas (a test compares every one). An optional field
that is None is left out. Decoding is strict in what the schemas say and tolerant where real backends
stray harmlessly: unknown extra fields are skipped and null counts as absent. Times stay texts here,
as the wire has them: :mod:`pilotline.wire.ocpp.times` stands at the border.

Those of firmware, diagnostics and security are in :mod:`pilotline.wire.ocpp.v16_upkeep`.
It is not the frame around a message (:mod:`pilotline.wire.ocpp.rpc`), and a legal message may still be
nonsense to a station: that is decided in :mod:`pilotline.links`.
"""

from typing import Annotated, TypeVar, cast

import msgspec
from msgspec import Meta

from pilotline.vocabulary.charging import ProfilePurpose, RateUnit
from pilotline.vocabulary.status import (
    ConnectorStatus,
    ErrorCode,
    ListStatus,
    ReservationStatus,
    ResetKind,
    StopReason,
)
from pilotline.wire.ocpp.actions import CENTRAL, EITHER, STATION, Action, Role
from pilotline.wire.ocpp.errors import CallErrorCode, MessageError
from pilotline.wire.ocpp.parts import (
    Answer,
    AuthorizationData,
    ChargingProfile,
    ChargingSchedule,
    IdTagInfo,
    KeyValue,
    MeterValue,
    Request,
    ReservationId,
    Text20,
    Text25,
    Text50,
    Text255,
    Text500,
    Timestamp,
    TransactionId,
)
from pilotline.wire.ocpp.v16_upkeep import OF_FIRMWARE, OF_SECURITY
from pilotline.wire.ocpp.words import (
    AcceptStatus,
    AvailabilityStatus,
    AvailabilityType,
    ClearProfileStatus,
    ConfigurationStatus,
    DataTransferStatus,
    MessageTrigger,
    ProfileStatus,
    RegistrationStatus,
    TriggerStatus,
    UnlockStatus,
    UpdateType,
)

# --- the messages; the clauses are those of OCPP 1.6 chapter 6 ---------------------------------------


class Authorize(Request, frozen=True):
    """§6.1."""

    id_tag: Text20


class AuthorizeAnswer(Answer, frozen=True):
    """§6.2."""

    id_tag_info: IdTagInfo


class BootNotification(Request, frozen=True):
    """§6.3."""

    charge_point_vendor: Text20
    charge_point_model: Text20
    charge_point_serial_number: Text25 | None = None
    charge_box_serial_number: Text25 | None = None
    firmware_version: Text50 | None = None
    iccid: Text20 | None = None
    imsi: Text20 | None = None
    meter_type: Text25 | None = None
    meter_serial_number: Text25 | None = None


class BootNotificationAnswer(Answer, frozen=True):
    """§6.4; ``interval`` in seconds."""

    status: RegistrationStatus
    current_time: Timestamp
    interval: int


class CancelReservation(Request, frozen=True):
    """§6.5."""

    reservation_id: ReservationId


class CancelReservationAnswer(Answer, frozen=True):
    """§6.6."""

    status: AcceptStatus


class ChangeAvailability(Request, frozen=True):
    """§6.7; connector 0 is the whole station."""

    connector_id: int
    type: AvailabilityType


class ChangeAvailabilityAnswer(Answer, frozen=True):
    """§6.8."""

    status: AvailabilityStatus


class ChangeConfiguration(Request, frozen=True):
    """§6.9."""

    key: Text50
    value: Text500


class ChangeConfigurationAnswer(Answer, frozen=True):
    """§6.10."""

    status: ConfigurationStatus


class ClearCache(Request, frozen=True):
    """§6.11."""


class ClearCacheAnswer(Answer, frozen=True):
    """§6.12."""

    status: AcceptStatus


class ClearChargingProfile(Request, frozen=True):
    """§6.13. What is named narrows; nothing named is every profile."""

    id: int | None = None
    connector_id: int | None = None
    charging_profile_purpose: ProfilePurpose | None = None
    stack_level: int | None = None


class ClearChargingProfileAnswer(Answer, frozen=True):
    """§6.14."""

    status: ClearProfileStatus


class DataTransfer(Request, frozen=True):
    """§6.15."""

    vendor_id: Text255
    message_id: Text50 | None = None
    data: str | None = None


class DataTransferAnswer(Answer, frozen=True):
    """§6.16."""

    status: DataTransferStatus
    data: str | None = None


class GetCompositeSchedule(Request, frozen=True):
    """§6.21. ``duration`` is in seconds; without a unit the station chooses."""

    connector_id: int
    duration: int
    charging_rate_unit: RateUnit | None = None


class GetCompositeScheduleAnswer(Answer, frozen=True):
    """§6.22."""

    status: AcceptStatus
    connector_id: int | None = None
    schedule_start: Timestamp | None = None
    charging_schedule: ChargingSchedule | None = None


class GetConfiguration(Request, frozen=True):
    """§6.23; no key means every key."""

    key: tuple[Text50, ...] | None = None


class GetConfigurationAnswer(Answer, frozen=True):
    """§6.24."""

    configuration_key: tuple[KeyValue, ...] | None = None
    unknown_key: tuple[Text50, ...] | None = None


class GetLocalListVersion(Request, frozen=True):
    """§6.27."""


class GetLocalListVersionAnswer(Answer, frozen=True):
    """§6.28. 0: the list is empty; -1: there is none."""

    list_version: int


class Heartbeat(Request, frozen=True):
    """§6.29."""


class HeartbeatAnswer(Answer, frozen=True):
    """§6.30."""

    current_time: Timestamp


class MeterValues(Request, frozen=True, kw_only=True):
    """§6.31."""

    connector_id: int
    transaction_id: int | None = None
    meter_value: Annotated[tuple[MeterValue, ...], Meta(min_length=1)]


class MeterValuesAnswer(Answer, frozen=True):
    """§6.32."""


class RemoteStartTransaction(Request, frozen=True, kw_only=True):
    """§6.33."""

    connector_id: int | None = None
    id_tag: Text20
    charging_profile: ChargingProfile | None = None


class RemoteStartTransactionAnswer(Answer, frozen=True):
    """§6.34."""

    status: AcceptStatus


class RemoteStopTransaction(Request, frozen=True):
    """§6.35."""

    transaction_id: int


class RemoteStopTransactionAnswer(Answer, frozen=True):
    """§6.36."""

    status: AcceptStatus


class ReserveNow(Request, frozen=True, kw_only=True):
    """§6.37. Connector 0 is any."""

    connector_id: int
    expiry_date: Timestamp
    id_tag: Text20
    parent_id_tag: Text20 | None = None
    reservation_id: ReservationId


class ReserveNowAnswer(Answer, frozen=True):
    """§6.38."""

    status: ReservationStatus


class Reset(Request, frozen=True):
    """§6.39."""

    type: ResetKind


class ResetAnswer(Answer, frozen=True):
    """§6.40."""

    status: AcceptStatus


class SendLocalList(Request, frozen=True, kw_only=True):
    """§6.41."""

    list_version: int
    local_authorization_list: tuple[AuthorizationData, ...] = ()
    update_type: UpdateType


class SendLocalListAnswer(Answer, frozen=True):
    """§6.42."""

    status: ListStatus


class SetChargingProfile(Request, frozen=True):
    """§6.43. Connector 0 is the station as a whole."""

    connector_id: int
    cs_charging_profiles: ChargingProfile


class SetChargingProfileAnswer(Answer, frozen=True):
    """§6.44."""

    status: ProfileStatus


class StartTransaction(Request, frozen=True, kw_only=True):
    """§6.45; ``meter_start`` in Wh."""

    connector_id: int
    id_tag: Text20
    meter_start: int
    reservation_id: ReservationId | None = None
    timestamp: Timestamp


class StartTransactionAnswer(Answer, frozen=True):
    """§6.46."""

    id_tag_info: IdTagInfo
    transaction_id: TransactionId


class StatusNotification(Request, frozen=True, kw_only=True):
    """§6.47."""

    connector_id: int
    error_code: ErrorCode
    info: Text50 | None = None
    status: ConnectorStatus
    timestamp: Timestamp | None = None
    vendor_id: Text255 | None = None
    vendor_error_code: Text50 | None = None


class StatusNotificationAnswer(Answer, frozen=True):
    """§6.48."""


class StopTransaction(Request, frozen=True, kw_only=True):
    """§6.49; ``meter_stop`` in Wh."""

    id_tag: Text20 | None = None
    meter_stop: int
    timestamp: Timestamp
    transaction_id: int
    reason: StopReason | None = None
    transaction_data: tuple[MeterValue, ...] | None = None


class StopTransactionAnswer(Answer, frozen=True):
    """§6.50."""

    id_tag_info: IdTagInfo | None = None


class TriggerMessage(Request, frozen=True):
    """§6.51."""

    requested_message: MessageTrigger
    connector_id: int | None = None


class TriggerMessageAnswer(Answer, frozen=True):
    """§6.52."""

    status: TriggerStatus


class UnlockConnector(Request, frozen=True):
    """§6.53."""

    connector_id: int


class UnlockConnectorAnswer(Answer, frozen=True):
    """§6.54."""

    status: UnlockStatus


# --- the table of actions ---------------------------------------------------------------------------


_ROWS = (
    Action("Authorize", Authorize, AuthorizeAnswer, STATION),
    Action("BootNotification", BootNotification, BootNotificationAnswer, STATION),
    Action("CancelReservation", CancelReservation, CancelReservationAnswer, CENTRAL),
    Action("ChangeAvailability", ChangeAvailability, ChangeAvailabilityAnswer, CENTRAL),
    Action("ChangeConfiguration", ChangeConfiguration, ChangeConfigurationAnswer, CENTRAL),
    Action("ClearCache", ClearCache, ClearCacheAnswer, CENTRAL),
    Action("ClearChargingProfile", ClearChargingProfile, ClearChargingProfileAnswer, CENTRAL),
    Action("DataTransfer", DataTransfer, DataTransferAnswer, EITHER),
    Action("GetCompositeSchedule", GetCompositeSchedule, GetCompositeScheduleAnswer, CENTRAL),
    Action("GetConfiguration", GetConfiguration, GetConfigurationAnswer, CENTRAL),
    Action("GetLocalListVersion", GetLocalListVersion, GetLocalListVersionAnswer, CENTRAL),
    Action("Heartbeat", Heartbeat, HeartbeatAnswer, STATION),
    Action("MeterValues", MeterValues, MeterValuesAnswer, STATION),
    Action("RemoteStartTransaction", RemoteStartTransaction, RemoteStartTransactionAnswer, CENTRAL),
    Action("RemoteStopTransaction", RemoteStopTransaction, RemoteStopTransactionAnswer, CENTRAL),
    Action("ReserveNow", ReserveNow, ReserveNowAnswer, CENTRAL),
    Action("Reset", Reset, ResetAnswer, CENTRAL),
    Action("SendLocalList", SendLocalList, SendLocalListAnswer, CENTRAL),
    Action("SetChargingProfile", SetChargingProfile, SetChargingProfileAnswer, CENTRAL),
    Action("StartTransaction", StartTransaction, StartTransactionAnswer, STATION),
    Action("StatusNotification", StatusNotification, StatusNotificationAnswer, STATION),
    Action("StopTransaction", StopTransaction, StopTransactionAnswer, STATION),
    Action("TriggerMessage", TriggerMessage, TriggerMessageAnswer, CENTRAL),
    Action("UnlockConnector", UnlockConnector, UnlockConnectorAnswer, CENTRAL),
    *OF_FIRMWARE,
    *OF_SECURITY,
)
ACTIONS: dict[str, Action] = {row.name: row for row in sorted(_ROWS, key=lambda row: row.name)}
ACTION_OF: dict[type[Request], Action] = {row.request: row for row in ACTIONS.values()}


def find_action(name: str, sender: Role) -> Action:
    """The row of an action that ``sender`` asks of us. Raises MessageError: NotImplemented, NotSupported."""
    action = ACTIONS.get(name)
    if action is not None and sender in action.senders:
        return action
    if action is not None:
        raise MessageError(CallErrorCode.NOT_SUPPORTED, f"{name} is not for a {sender.value} to send")
    raise MessageError(CallErrorCode.NOT_IMPLEMENTED, f"OCPP 1.6 has no action {name}")


# --- the codec --------------------------------------------------------------------------------------

_M = TypeVar("_M", bound=Request | Answer)
Payload = msgspec.Raw | bytes | str

_ENCODER = msgspec.json.Encoder()
_DECODERS: dict[type[Request | Answer], msgspec.json.Decoder[Request | Answer]] = {
    kind: msgspec.json.Decoder(kind) for row in ACTIONS.values() for kind in (row.request, row.answer)
}


def decode_request(action: Action, payload: Payload) -> Request:
    """A CALL's payload (JSON), typed. Raises MessageError with the code to refuse it with."""
    return decode(action.request, payload)


def decode_answer(action: Action, payload: Payload) -> Answer:
    """A CALLRESULT's payload (JSON), typed. Raises MessageError."""
    return decode(action.answer, payload)


def decode(kind: type[_M], payload: Payload) -> _M:
    """Any message of the table by its type. Raises MessageError."""
    try:
        return cast("_M", _DECODERS[kind].decode(payload))
    except msgspec.ValidationError as error:
        raise MessageError(_classify(str(error)), str(error)) from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise MessageError(CallErrorCode.FORMATION_VIOLATION, str(error)) from None
    except RecursionError:
        raise MessageError(CallErrorCode.FORMATION_VIOLATION, "The payload is nested too deeply") from None


def _classify(complaint: str) -> CallErrorCode:
    """The 1.6 code for what msgspec complains of.

    A missing required field is an occurrence of 0 where OCPP has 1..1, so it is OccurenceConstraintViolation
    and not the vague ProtocolError; a text over its length is an invalid value.
    """
    if "missing required field" in complaint or complaint.startswith("Expected `array` of length"):
        return CallErrorCode.OCCURENCE_CONSTRAINT_VIOLATION
    if complaint.startswith("Expected `object`") and " - at " not in complaint:
        return CallErrorCode.FORMATION_VIOLATION
    if complaint.startswith("Expected") and "of length" not in complaint:
        return CallErrorCode.TYPE_CONSTRAINT_VIOLATION
    return CallErrorCode.PROPERTY_CONSTRAINT_VIOLATION


def encode(message: Request | Answer) -> bytes:
    """A message as JSON, its limits unchecked. Raises MessageError for a text that is no Unicode."""
    try:
        return _ENCODER.encode(message)
    except (UnicodeError, OverflowError) as error:
        raise MessageError(CallErrorCode.PROPERTY_CONSTRAINT_VIOLATION, str(error)) from None


def encode_checked(message: Request | Answer) -> bytes:
    """A message as JSON that the standard allows: what we could not read ourselves raises MessageError.

    Reading it back costs what decoding costs, and keeps a long text or a NaN of ours off the wire.
    """
    payload = encode(message)
    decode(type(message), payload)
    return payload
