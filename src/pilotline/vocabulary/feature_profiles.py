"""The feature profiles of OCPP 1.6 (§3.2, §9.1.24) and the actions of the optional ones.

The engine has them all; a charger model says which it shows (R-05, R-30), and may lack single actions of one.
"""

from collections.abc import Mapping
from enum import Enum


class FeatureProfile(Enum):
    """A profile by its word in SupportedFeatureProfiles."""

    CORE = "Core"
    LOCAL_LIST = "LocalAuthListManagement"
    RESERVATION = "Reservation"
    SMART_CHARGING = "SmartCharging"
    REMOTE_TRIGGER = "RemoteTrigger"
    FIRMWARE = "FirmwareManagement"


class Lacking(Enum):
    """The error code by which a model answers an action it lacks."""

    NOT_IMPLEMENTED = "NotImplemented"
    NOT_SUPPORTED = "NotSupported"


ACTIONS_OF: Mapping[FeatureProfile, frozenset[str]] = {
    FeatureProfile.LOCAL_LIST: frozenset({"GetLocalListVersion", "SendLocalList"}),
    FeatureProfile.RESERVATION: frozenset({"CancelReservation", "ReserveNow"}),
    FeatureProfile.SMART_CHARGING: frozenset(
        {"ClearChargingProfile", "GetCompositeSchedule", "SetChargingProfile"}
    ),
    FeatureProfile.REMOTE_TRIGGER: frozenset({"TriggerMessage"}),
    FeatureProfile.FIRMWARE: frozenset({"GetDiagnostics", "UpdateFirmware"}),
}
"""What a backend may ask of each optional profile; every other action is Core's, or of the whitepaper."""
SECURITY_ACTIONS = frozenset({
    "CertificateSigned", "DeleteCertificate", "ExtendedTriggerMessage", "GetInstalledCertificateIds",
    "GetLog", "InstallCertificate", "SignedUpdateFirmware",
})  # fmt: skip
"""What a backend may ask by the security whitepaper. It is no profile: SupportedFeatureProfiles has no word
for it, and a model says apart whether it has it."""
ALL_PROFILES = tuple(FeatureProfile)
