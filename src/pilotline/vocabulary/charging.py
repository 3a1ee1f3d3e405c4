"""Charging profiles: what a backend wants a car to be given, and when (OCPP 1.6 §3.13, §7.8 to §7.15).

Times are whole seconds since 1970 (UTC), currents mA per phase, powers mW over all phases.
"""

from dataclasses import dataclass
from enum import Enum


class ProfilePurpose(Enum):
    """OCPP 1.6 §7.11 ChargingProfilePurposeType."""

    CHARGE_POINT_MAX_PROFILE = "ChargePointMaxProfile"
    TX_DEFAULT_PROFILE = "TxDefaultProfile"
    TX_PROFILE = "TxProfile"


class ProfileKind(Enum):
    """OCPP 1.6 §7.10 ChargingProfileKindType."""

    ABSOLUTE = "Absolute"
    RECURRING = "Recurring"
    RELATIVE = "Relative"


class RecurrencyKind(Enum):
    """OCPP 1.6 §7.33 RecurrencyKindType."""

    DAILY = "Daily"
    WEEKLY = "Weekly"


class RateUnit(Enum):
    """OCPP 1.6 §7.12 ChargingRateUnitType."""

    A = "A"
    W = "W"


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start_s`` after the schedule's start on, at most ``limit``: mA per phase, or mW.

    ``phases`` is what the backend had in mind, None where it named nothing.
    """

    start_s: int
    limit: int
    phases: int | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """Periods in order, the first at 0. ``start_s`` None: it starts with the session.

    ``duration_s`` None: its last period has no end. ``min_limit`` is the least the car makes use of, kept as
    the backend's hint and told back; nothing follows from it.
    """

    unit: RateUnit
    periods: tuple[Period, ...]
    duration_s: int | None = None
    start_s: int | None = None
    min_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A schedule, what it is for, and how strong it is: the highest ``stack`` that has a word counts."""

    id: int
    stack: int
    purpose: ProfilePurpose
    kind: ProfileKind
    schedule: Schedule
    transaction: int | None = None
    recurrency: RecurrencyKind | None = None
    valid_from_s: int | None = None
    valid_to_s: int | None = None


@dataclass(frozen=True, slots=True)
class Installed:
    """A profile at its connector, 0 for the station; a TxProfile lives and dies with its ``session``."""

    connector: int
    profile: Profile
    session: str | None = None
