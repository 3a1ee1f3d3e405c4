"""The messages of a station's upkeep: firmware and diagnostics of OCPP 1.6, and those of the whitepaper.

As in :mod:`pilotline.wire.ocpp.v16`, whose table takes the rows at the end of this one. Names and bounds are
the official schemas'; the whitepaper is *Improved security for OCPP 1.6-J*, third edition.
"""

from typing import Annotated

from msgspec import Meta

from pilotline.vocabulary.upkeep import CertificateUse, FirmwareStatus, HashAlgorithm
from pilotline.wire.ocpp.actions import CENTRAL, STATION, Action
from pilotline.wire.ocpp.parts import Answer, Part, Request, Text50, Text255, Timestamp
from pilotline.wire.ocpp.words import (
    AcceptStatus,
    CertificateDeletion,
    CertificateInstallation,
    DiagnosticsStatus,
    ExtendedTrigger,
    Found,
    LogAnswerStatus,
    LogType,
    LogUploadStatus,
    PlainFirmwareStatus,
    SignedUpdateStatus,
    TriggerStatus,
)

Text40 = Annotated[str, Meta(max_length=40)]
Text128 = Annotated[str, Meta(max_length=128)]
Location = Annotated[str, Meta(max_length=512)]
Signature = Annotated[str, Meta(max_length=800)]
Certificate = Annotated[str, Meta(max_length=5500)]
"""PEM; a request for one likewise."""
Chain = Annotated[str, Meta(max_length=10000)]
"""Certificates in PEM, one after the other."""
Url = Annotated[str, Meta(extra_json_schema={"format": "uri"})]
"""A URL as the wire has it: what it is worth is decided where it is used."""


class HashData(Part, frozen=True):
    """The whitepaper's CertificateHashDataType: how a certificate is named."""

    hash_algorithm: HashAlgorithm
    issuer_name_hash: Text128
    issuer_key_hash: Text128
    serial_number: Text40


class LogParameters(Part, frozen=True):
    """Where a log goes, and of which time it is."""

    remote_location: Location
    oldest_timestamp: Timestamp | None = None
    latest_timestamp: Timestamp | None = None


class Firmware(Part, frozen=True, kw_only=True):
    """A firmware with the certificate that signed it (PEM) and the signature (base64)."""

    location: Location
    retrieve_date_time: Timestamp
    install_date_time: Timestamp | None = None
    signing_certificate: Certificate
    signature: Signature


# --- OCPP 1.6 chapter 6 ---------------------------------------------------------------------------------


class DiagnosticsStatusNotification(Request, frozen=True):
    """§6.17."""

    status: DiagnosticsStatus


class DiagnosticsStatusNotificationAnswer(Answer, frozen=True):
    """§6.18."""


class FirmwareStatusNotification(Request, frozen=True):
    """§6.19."""

    status: PlainFirmwareStatus


class FirmwareStatusNotificationAnswer(Answer, frozen=True):
    """§6.20."""


class GetDiagnostics(Request, frozen=True):
    """§6.25. ``retry_interval`` in seconds."""

    location: Url
    retries: int | None = None
    retry_interval: int | None = None
    start_time: Timestamp | None = None
    stop_time: Timestamp | None = None


class GetDiagnosticsAnswer(Answer, frozen=True):
    """§6.26. No name: there is nothing to upload."""

    file_name: Text255 | None = None


class UpdateFirmware(Request, frozen=True, kw_only=True):
    """§6.55. ``retry_interval`` in seconds."""

    location: Url
    retries: int | None = None
    retrieve_date: Timestamp
    retry_interval: int | None = None


class UpdateFirmwareAnswer(Answer, frozen=True):
    """§6.56."""


# --- the whitepaper -------------------------------------------------------------------------------------


class CertificateSigned(Request, frozen=True):
    """The station's own certificate, signed, with what leads to its root."""

    certificate_chain: Chain


class CertificateSignedAnswer(Answer, frozen=True):
    """Whether it is in use from now on."""

    status: AcceptStatus


class DeleteCertificate(Request, frozen=True):
    """Take a root certificate out."""

    certificate_hash_data: HashData


class DeleteCertificateAnswer(Answer, frozen=True):
    """Whether it is gone."""

    status: CertificateDeletion


class ExtendedTriggerMessage(Request, frozen=True):
    """TriggerMessage with the whitepaper's own messages."""

    requested_message: ExtendedTrigger
    connector_id: int | None = None


class ExtendedTriggerMessageAnswer(Answer, frozen=True):
    """Whether it comes."""

    status: TriggerStatus


class GetInstalledCertificateIds(Request, frozen=True):
    """Which root certificates of this use there are."""

    certificate_type: CertificateUse


class GetInstalledCertificateIdsAnswer(Answer, frozen=True, kw_only=True):
    """They, where there are any."""

    certificate_hash_data: Annotated[tuple[HashData, ...], Meta(min_length=1)] | None = None
    status: Found


class GetLog(Request, frozen=True, kw_only=True):
    """Upload a log. ``retry_interval`` in seconds."""

    log: LogParameters
    log_type: LogType
    request_id: int
    retries: int | None = None
    retry_interval: int | None = None


class GetLogAnswer(Answer, frozen=True):
    """The name it will have there."""

    status: LogAnswerStatus
    filename: Text255 | None = None


class InstallCertificate(Request, frozen=True):
    """Take a root certificate."""

    certificate_type: CertificateUse
    certificate: Certificate


class InstallCertificateAnswer(Answer, frozen=True):
    """Whether it is kept."""

    status: CertificateInstallation


class LogStatusNotification(Request, frozen=True):
    """How far the upload of a log is."""

    status: LogUploadStatus
    request_id: int | None = None


class LogStatusNotificationAnswer(Answer, frozen=True):
    """Taken."""


class SecurityEventNotification(Request, frozen=True):
    """Something that concerns the station's security has happened."""

    type: Text50
    timestamp: Timestamp
    tech_info: Text255 | None = None


class SecurityEventNotificationAnswer(Answer, frozen=True):
    """Taken."""


class SignCertificate(Request, frozen=True):
    """The station asks for a certificate of its own."""

    csr: Certificate


class SignCertificateAnswer(Answer, frozen=True):
    """Whether one will come, with CertificateSigned."""

    status: AcceptStatus


class SignedFirmwareStatusNotification(Request, frozen=True):
    """How far a signed update is."""

    status: FirmwareStatus
    request_id: int | None = None


class SignedFirmwareStatusNotificationAnswer(Answer, frozen=True):
    """Taken."""


class SignedUpdateFirmware(Request, frozen=True, kw_only=True):
    """Update with what this certificate has signed. ``retry_interval`` in seconds."""

    retries: int | None = None
    retry_interval: int | None = None
    request_id: int
    firmware: Firmware


class SignedUpdateFirmwareAnswer(Answer, frozen=True):
    """Whether it will be tried."""

    status: SignedUpdateStatus


OF_FIRMWARE: tuple[Action, ...] = (
    Action(
        "DiagnosticsStatusNotification",
        DiagnosticsStatusNotification,
        DiagnosticsStatusNotificationAnswer,
        STATION,
    ),
    Action(
        "FirmwareStatusNotification", FirmwareStatusNotification, FirmwareStatusNotificationAnswer, STATION
    ),
    Action("GetDiagnostics", GetDiagnostics, GetDiagnosticsAnswer, CENTRAL),
    Action("UpdateFirmware", UpdateFirmware, UpdateFirmwareAnswer, CENTRAL),
)
"""The FirmwareManagement profile of OCPP 1.6."""
OF_SECURITY: tuple[Action, ...] = (
    Action("CertificateSigned", CertificateSigned, CertificateSignedAnswer, CENTRAL),
    Action("DeleteCertificate", DeleteCertificate, DeleteCertificateAnswer, CENTRAL),
    Action("ExtendedTriggerMessage", ExtendedTriggerMessage, ExtendedTriggerMessageAnswer, CENTRAL),
    Action(
        "GetInstalledCertificateIds", GetInstalledCertificateIds, GetInstalledCertificateIdsAnswer, CENTRAL
    ),
    Action("GetLog", GetLog, GetLogAnswer, CENTRAL),
    Action("InstallCertificate", InstallCertificate, InstallCertificateAnswer, CENTRAL),
    Action("LogStatusNotification", LogStatusNotification, LogStatusNotificationAnswer, STATION),
    Action("SecurityEventNotification", SecurityEventNotification, SecurityEventNotificationAnswer, STATION),
    Action("SignCertificate", SignCertificate, SignCertificateAnswer, STATION),
    Action(
        "SignedFirmwareStatusNotification",
        SignedFirmwareStatusNotification,
        SignedFirmwareStatusNotificationAnswer,
        STATION,
    ),
    Action("SignedUpdateFirmware", SignedUpdateFirmware, SignedUpdateFirmwareAnswer, CENTRAL),
)
"""The messages of the whitepaper."""
