"""The types of security events (security whitepaper, third edition, §8), and which of them are critical.

All stand in the station's security log; those that are critical are told to the backend too (A04.FR.01, .04).
"""

from enum import Enum


class AlarmKind(Enum):
    """A security event's type, as it is on the wire."""

    FIRMWARE_UPDATED = "FirmwareUpdated"
    FAILED_TO_AUTHENTICATE = "FailedToAuthenticateAtCentralSystem"
    BACKEND_FAILED_TO_AUTHENTICATE = "CentralSystemFailedToAuthenticate"
    SETTING_SYSTEM_TIME = "SettingSystemTime"
    STARTUP = "StartupOfTheDevice"
    RESET_OR_REBOOT = "ResetOrReboot"
    LOG_CLEARED = "SecurityLogWasCleared"
    RECONFIGURATION = "ReconfigurationOfSecurityParameters"
    MEMORY_EXHAUSTION = "MemoryExhaustion"
    INVALID_MESSAGES = "InvalidMessages"
    REPLAY = "AttemptedReplayAttacks"
    TAMPER = "TamperDetectionActivated"
    INVALID_FIRMWARE_SIGNATURE = "InvalidFirmwareSignature"
    INVALID_FIRMWARE_CERTIFICATE = "InvalidFirmwareSigningCertificate"
    INVALID_BACKEND_CERTIFICATE = "InvalidCentralSystemCertificate"
    INVALID_STATION_CERTIFICATE = "InvalidChargePointCertificate"
    INVALID_TLS_VERSION = "InvalidTLSVersion"
    INVALID_TLS_CIPHER = "InvalidTLSCipherSuite"

    @property
    def critical(self) -> bool:
        return self in _CRITICAL


_CRITICAL = frozenset({
    AlarmKind.FIRMWARE_UPDATED,
    AlarmKind.SETTING_SYSTEM_TIME,
    AlarmKind.STARTUP,
    AlarmKind.RESET_OR_REBOOT,
    AlarmKind.LOG_CLEARED,
    AlarmKind.MEMORY_EXHAUSTION,
    AlarmKind.TAMPER,
})  # fmt: skip
