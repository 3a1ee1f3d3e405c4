"""What stands inside the messages of OCPP 1.6: bounded texts, and the structures that several messages share.

As in :mod:`pilotline.wire.ocpp.v16`, which has the messages: snake_case here, camelCase on the wire.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from pilotline.vocabulary.charging import ProfileKind, ProfilePurpose, RateUnit, RecurrencyKind
from pilotline.vocabulary.status import AuthStatus
from pilotline.wire.ocpp.words import Context, Location, Measurand, Phase, Unit, ValueFormat

Text20 = Annotated[str, Meta(max_length=20)]
Text25 = Annotated[str, Meta(max_length=25)]
Text50 = Annotated[str, Meta(max_length=50)]
Text255 = Annotated[str, Meta(max_length=255)]
Text500 = Annotated[str, Meta(max_length=500)]
TransactionId = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""OCPP bounds it nowhere; backends give numbers above 2³¹. Beyond 64 bits no store can keep it."""
ReservationId = TransactionId
Timestamp = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
"""A time as the wire has it; its format is not checked here, ``times.parse_time`` does."""

# gc=False: a message is a tree of values and can be in no cycle, so the collector need not visit it


class Request(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, gc=False):
    """What a CALL carries."""


class Answer(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, gc=False):
    """What a CALLRESULT carries."""


class Part(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, gc=False):
    """What stands inside a request or an answer."""


class IdTagInfo(Part, frozen=True, kw_only=True):
    """OCPP's IdTagInfo."""

    expiry_date: Timestamp | None = None
    parent_id_tag: Text20 | None = None
    status: AuthStatus


class SampledValue(Part, frozen=True):
    """What is absent has the standard's default (Energy.Active.Import.Register, Wh, Outlet, ...)."""

    value: str
    context: Context | None = None
    format: ValueFormat | None = None
    measurand: Measurand | None = None
    phase: Phase | None = None
    location: Location | None = None
    unit: Unit | None = None


class MeterValue(Part, frozen=True):
    """Values taken at one moment, at least one."""

    timestamp: Timestamp
    sampled_value: Annotated[tuple[SampledValue, ...], Meta(min_length=1)]


class KeyValue(Part, frozen=True):
    """One configuration key."""

    key: Text50
    readonly: bool
    value: Text500 | None = None


class ChargingSchedulePeriod(Part, frozen=True):
    """From ``start_period`` (s) on, at most ``limit`` (A or W, tenths at most)."""

    start_period: int
    limit: float
    number_phases: int | None = None


class ChargingSchedule(Part, frozen=True, kw_only=True):
    """``duration`` is in seconds."""

    duration: int | None = None
    start_schedule: Timestamp | None = None
    charging_rate_unit: RateUnit
    charging_schedule_period: tuple[ChargingSchedulePeriod, ...]
    min_charging_rate: float | None = None


class ChargingProfile(Part, frozen=True, kw_only=True):
    """OCPP's ChargingProfile."""

    charging_profile_id: int
    transaction_id: int | None = None
    stack_level: int
    charging_profile_purpose: ProfilePurpose
    charging_profile_kind: ProfileKind
    recurrency_kind: RecurrencyKind | None = None
    valid_from: Timestamp | None = None
    valid_to: Timestamp | None = None
    charging_schedule: ChargingSchedule


class AuthorizationData(Part, frozen=True):
    """One entry of the local list; in a differential update one without ``id_tag_info`` is taken out."""

    id_tag: Text20
    id_tag_info: IdTagInfo | None = None
