"""How a charge point comes into its backend, by the whitepaper's security profiles, and what keeps it out.

Profiles 0 and 1 dial what the URL says; 2 and 3 dial wss:// alone, trust the installed roots alone, and fall
back to nothing weaker: what follows from a failure, the station decides.
"""

import socket
import ssl
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from websockets.exceptions import InvalidStatus, WebSocketException

from pilotline.vocabulary import troubles
from pilotline.vocabulary.endpoint import Endpoint
from pilotline.vocabulary.sentences import Sentence
from pilotline.vocabulary.upkeep import WayTrouble

_OVER_TLS = 2
_WITH_PASSWORD = (1, 2)
_WITH_CERTIFICATE = 3
_VERSION = ("UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION")
_CIPHER = ("INSUFFICIENT_SECURITY", "NO_CIPHERS_AVAILABLE", "NO_SHARED_CIPHER", "DH_KEY_TOO_SMALL")
_STATION_CERTIFICATE = (
    "ALERT_CERTIFICATE_REQUIRED", "ALERT_BAD_CERTIFICATE", "ALERT_UNSUPPORTED_CERTIFICATE",
    "ALERT_CERTIFICATE_REVOKED", "ALERT_CERTIFICATE_EXPIRED", "ALERT_CERTIFICATE_UNKNOWN", "ALERT_UNKNOWN_CA",
    "ALERT_ACCESS_DENIED",
)  # fmt: skip
_NO_AGREEMENT = "ALERT_HANDSHAKE_FAILURE"


class WayError(Exception):
    """The backend cannot even be dialled by this way in; the message is ``sentence``."""

    def __init__(self, trouble: WayTrouble, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.trouble = trouble
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Way:
    """``make_tls`` is called for every dial of profiles 2 and 3, from a thread; it may raise WayError."""

    profile: int = 0
    password: bytes = field(default=b"", repr=False)
    make_tls: Callable[[], ssl.SSLContext] | None = None

    def check(self, endpoint: Endpoint) -> None:
        """Whether this endpoint may be dialled. Raises WayError."""
        if self.profile >= _OVER_TLS and not endpoint.secure:
            told = troubles.NEEDS_WSS.of(profile=self.profile, address=endpoint.address)
            raise WayError(WayTrouble.NOT_SECURE, told)

    def tls(self) -> ssl.SSLContext | None:
        """What this way has TLS checked by; None: what the system trusts. May block, and raise WayError."""
        if self.profile < _OVER_TLS:
            return None
        if self.make_tls is None:
            raise WayError(WayTrouble.NO_ROOT, troubles.NO_STORE.of())
        return self.make_tls()

    def authorization(self, endpoint: Endpoint, identity: str) -> str | None:
        """The header: the password's own bytes (A00.FR.203 to .205), and at profile 0 what the URL says."""
        if self.profile in _WITH_PASSWORD:
            return "Basic " + b64encode(identity.encode() + b":" + self.password).decode()
        return endpoint.authorization if self.profile == 0 else None


AS_THE_URL_SAYS = Way()


def judge(error: Exception, endpoint: Endpoint, way: Way) -> WayTrouble:
    """What kept the station out."""
    match error:
        case WayError():
            return error.trouble
        case InvalidStatus():
            denied = error.response.status_code in (401, 403)
            return WayTrouble.CREDENTIALS if denied else WayTrouble.PROTOCOL
        case WebSocketException() | EOFError():
            return WayTrouble.PROTOCOL
        case OSError():
            return _judge_line(error, endpoint, way)
        case _:
            return WayTrouble.PROTOCOL


def _judge_line(error: OSError, endpoint: Endpoint, way: Way) -> WayTrouble:
    match error:
        case ssl.SSLCertVerificationError():
            return WayTrouble.SERVER_CERTIFICATE
        case ssl.SSLError():
            return _judge_tls(error, way)
        case socket.gaierror() | TimeoutError() | ConnectionRefusedError():
            return WayTrouble.UNREACHED
        case ConnectionError() if endpoint.secure:
            return WayTrouble.TLS
        case _:
            return WayTrouble.UNREACHED


def _judge_tls(error: ssl.SSLError, way: Way) -> WayTrouble:
    """A server without a common cipher and one that misses a certificate say the same in TLS 1.2: only who
    shows one can tell them apart.
    """
    reason = str(getattr(error, "reason", None) or "")
    if reason.endswith(_VERSION):
        return WayTrouble.TLS_VERSION
    if reason.endswith(_STATION_CERTIFICATE):
        return WayTrouble.STATION_CERTIFICATE
    agreed = not reason.endswith(_NO_AGREEMENT) or way.profile != _WITH_CERTIFICATE
    return WayTrouble.TLS if agreed and not reason.endswith(_CIPHER) else WayTrouble.TLS_CIPHER


def explain_tls(error: ssl.SSLError, endpoint: Endpoint) -> Sentence:
    """What came of the handshake."""
    at = endpoint.address
    if isinstance(error, ssl.SSLCertVerificationError):
        return troubles.NOT_TRUSTED.of(address=at, reason=error.verify_message)
    reason = str(getattr(error, "reason", None) or "")  # only errors made by OpenSSL have one
    if reason.endswith(_VERSION):
        return troubles.TLS_OLD.of(address=at)
    if reason.endswith(_STATION_CERTIFICATE):
        said = reason.partition("ALERT_")[2].lower().replace("_", " ")
        return troubles.TLS_REFUSED_US.of(address=at, reason=said)
    if reason.endswith(_NO_AGREEMENT):
        return troubles.TLS_NO_COMMON.of(address=at)
    return troubles.TLS_FAILED.of(address=at, reason=reason or "the line was cut")


def vouching_root(tls: object) -> bytes | None:
    """The root (DER) by which the server's certificate was found good; None where Python does not tell.

    Before Python 3.13 the chain is told by the object inside alone.
    """
    for each in (tls, getattr(tls, "_sslobj", None)):
        ask = getattr(each, "get_verified_chain", None)
        if ask is not None:
            with suppress(ValueError, ssl.SSLError):
                return _der((ask() or [None])[-1])
    return None


def _der(certificate: object) -> bytes | None:
    if certificate is None or isinstance(certificate, bytes):
        return certificate
    to_pem = getattr(certificate, "public_bytes", None)
    return None if to_pem is None else ssl.PEM_cert_to_DER_cert(to_pem())
