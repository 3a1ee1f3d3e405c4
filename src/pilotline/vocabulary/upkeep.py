"""The words of a station's upkeep: firmware, logs, certificates. OCPP 1.6 §7 and its security whitepaper.

The values are the wire's own.
"""

from dataclasses import dataclass
from enum import Enum


class Notice(Enum):
    """What a notice to the backend is about, and with it which message carries it."""

    FIRMWARE = "FirmwareStatusNotification"
    SIGNED_FIRMWARE = "SignedFirmwareStatusNotification"
    DIAGNOSTICS = "DiagnosticsStatusNotification"
    LOG = "LogStatusNotification"
    SECURITY = "SecurityEventNotification"


OUR_VENDOR = "Pilotline"
"""The vendor of our own DataTransfer messages."""
NET_LOG = "NetLog"
"""What becomes of the line to the backend, as a DataTransfer (E-63)."""


class FirmwareStatus(Enum):
    """How far an update is (OCPP 1.6 §7.25; the whitepaper's adds those below the line)."""

    DOWNLOADED = "Downloaded"
    DOWNLOAD_FAILED = "DownloadFailed"
    DOWNLOADING = "Downloading"
    IDLE = "Idle"
    INSTALLATION_FAILED = "InstallationFailed"
    INSTALLING = "Installing"
    INSTALLED = "Installed"
    # --- SignedFirmwareStatusNotification alone ---
    DOWNLOAD_SCHEDULED = "DownloadScheduled"
    DOWNLOAD_PAUSED = "DownloadPaused"
    INSTALL_REBOOTING = "InstallRebooting"
    INSTALL_SCHEDULED = "InstallScheduled"
    INSTALL_VERIFICATION_FAILED = "InstallVerificationFailed"
    INVALID_SIGNATURE = "InvalidSignature"
    SIGNATURE_VERIFIED = "SignatureVerified"


class UploadStatus(Enum):
    """How far an upload is. DiagnosticsStatusNotification knows the first four alone (§7.24)."""

    IDLE = "Idle"
    UPLOADED = "Uploaded"
    UPLOAD_FAILED = "UploadFailed"
    UPLOADING = "Uploading"
    # --- LogStatusNotification alone ---
    BAD_MESSAGE = "BadMessage"
    NOT_SUPPORTED_OPERATION = "NotSupportedOperation"
    PERMISSION_DENIED = "PermissionDenied"


class Bundle(Enum):
    """What is uploaded: by GetDiagnostics, or by GetLog with either log type."""

    DIAGNOSTICS = "GetDiagnostics"
    DIAGNOSTICS_LOG = "DiagnosticsLog"
    SECURITY_LOG = "SecurityLog"


class CertificateUse(Enum):
    """Which certificates of the store: the backend's roots, or those of firmware makers."""

    CENTRAL_SYSTEM_ROOT = "CentralSystemRootCertificate"
    MANUFACTURER_ROOT = "ManufacturerRootCertificate"


class HashAlgorithm(Enum):
    """How a certificate's names and key are hashed in :class:`CertificateHash`."""

    SHA256 = "SHA256"
    SHA384 = "SHA384"
    SHA512 = "SHA512"


@dataclass(frozen=True, slots=True)
class CertificateHash:
    """How the whitepaper names a certificate: hashes of issuer name and issuer key in hex, and its serial."""

    algorithm: HashAlgorithm
    issuer_name_hash: str
    issuer_key_hash: str
    serial: str


class WayTrouble(Enum):
    """Why the backend could not be had by this way in; which of them are its doing, ``reached`` says."""

    UNREACHED = "unreached"  # the network, a name, nothing that listens: says nothing of the way in
    NOT_SECURE = "not secure"  # this profile dials wss:// alone: nothing was sent
    NO_ROOT = "no root"  # nothing to check the backend's certificate by: nothing was sent
    NO_CERTIFICATE = "no certificate"  # none of the station's own to show: nothing was sent
    CREDENTIALS = "credentials"  # the backend refuses name or password
    SERVER_CERTIFICATE = "server certificate"  # the station refuses the backend's
    STATION_CERTIFICATE = "station certificate"  # the backend refuses the station's
    TLS_VERSION = "tls version"
    TLS_CIPHER = "tls cipher"
    TLS = "tls"
    PROTOCOL = "protocol"  # it answers, but not as an OCPP 1.6 backend
    ENDED = "ended"  # a line that was open

    @property
    def reached(self) -> bool:
        """Somebody answered, so that another way in might be answered otherwise."""
        return self is not WayTrouble.UNREACHED
