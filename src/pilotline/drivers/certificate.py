"""The station's own certificate: made by itself, for its own names, and renewed when these change or it ages.

Nobody signs it but the station, so a browser warns at the first visit; what a person compares then is the
fingerprint, which the station prints when it starts and shows on its page.
"""

import hashlib
import ipaddress
import os
import socket
import ssl
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, GeneralName

VALID = timedelta(days=825)
"""The longest that Apple's systems take from a certificate somebody has chosen to trust."""
RENEWED = timedelta(days=60)
"""Before its end: a station that is off for a winter holiday comes back with a good one."""
EARLIER = timedelta(days=1)
"""Good since yesterday, for phones whose clock is behind."""
UNKNOWN = datetime(2026, 1, 1, tzinfo=UTC)
"""What a station that does not know the day takes for it; once it does, it makes another where needed."""
MOST_NAMES = 32


class CertificateError(Exception):
    """It cannot be had; the message is a sentence."""


def keep(path: Path, names: Sequence[str], utc: datetime | None) -> str:
    """See that a good certificate for these names is in this file, with its key; its fingerprint.

    Imports and computes for a quarter of a second where one has to be made or looked at: call it from a
    thread. Raises CertificateError.
    """
    wanted, now = _sorted(names), utc or UNKNOWN
    found = _load(path)
    if found is None or not _is_good(found, wanted, utc):
        try:
            _write(path, _make(wanted, now))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise CertificateError(f"{path} cannot be written: {reason}; https needs it.") from None
    return fingerprint(path)


def fingerprint(path: Path) -> str:
    """SHA-256 of the certificate, as browsers show it. Raises CertificateError."""
    try:
        text = path.read_text(encoding="ascii")
        start = text.index("-----BEGIN CERTIFICATE-----")
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(text[start:])).hexdigest().upper()
    except (OSError, ValueError):
        raise CertificateError(f"{path} has no certificate; remove it, and a new one is made.") from None
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def server_context(path: Path) -> ssl.SSLContext:
    """TLS 1.2 and later, without renegotiation or compression. Raises CertificateError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    context.set_alpn_protocols(["http/1.1"])
    reload(context, path)
    return context


def reload(context: ssl.SSLContext, path: Path) -> None:
    """Whoever connects from now on is shown what the file has now. Raises CertificateError."""
    try:
        context.load_cert_chain(path)
    except (OSError, ssl.SSLError) as error:
        raise CertificateError(f"{path} is no certificate with its key: {error}; remove it.") from None


def own_names(address: str, given: Collection[str] = ()) -> tuple[str, ...]:
    """What a station that listens at this address may be asked for by: its names, and its addresses."""
    host = socket.gethostname().lower()
    bare = host.removesuffix(".local")
    names = {"localhost", host, bare, f"{bare}.local", *(name.lower() for name in given)}
    if ipaddress.ip_address(address).is_unspecified:
        names |= {"127.0.0.1", *_own_addresses()}
    else:
        names.add(address)
    return tuple(sorted(each for each in names if each and _is_name(each)))[:MOST_NAMES]


def is_name(text: str) -> bool:
    """Whether a certificate can be made for it: an address, or a name of letters, digits, dots and dashes."""
    return bool(text) and _is_name(text)


def _is_name(text: str) -> bool:
    with suppress(ValueError):
        ipaddress.ip_address(text)
        return True
    parts = text.split(".")
    return len(text) <= 253 and all(
        1 <= len(part) <= 63 and part.isascii() and part.replace("-", "a").isalnum() for part in parts
    )


def _own_addresses() -> set[str]:
    """Those that others reach this machine by; asking the routing table sends nothing."""
    found = set[str]()
    for family, far in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((far, 9))
            found.add(probe.getsockname()[0])
    return found


def _sorted(names: Sequence[str]) -> list[str]:
    return sorted({each.lower() for each in names})


def _load(path: Path) -> "Certificate | None":
    from cryptography import x509  # noqa: PLC0415 - 0.2 s, for https alone

    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)  # its key is there and fits
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ssl.SSLError, ValueError):
        return None


def _is_good(found: "Certificate", names: Sequence[str], utc: datetime | None) -> bool:
    from cryptography import x509  # noqa: PLC0415 - loaded by now

    try:
        value = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    has = sorted(str(each.value) for each in value)
    if has != list(names):
        return False
    return utc is None or found.not_valid_before_utc <= utc <= found.not_valid_after_utc - RENEWED


def _make(names: Sequence[str], now: datetime) -> bytes:
    """Key and certificate in one file, as PEM."""
    from cryptography import x509  # noqa: PLC0415 - loaded by now
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.x509 import oid  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Pilotline")])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now - EARLIER + VALID)
        .add_extension(x509.SubjectAlternativeName([_general(each) for each in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([oid.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return secret + certificate.public_bytes(serialization.Encoding.PEM)


def _general(name: str) -> "GeneralName":
    from cryptography import x509  # noqa: PLC0415 - loaded by now

    with suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name))
    return x509.DNSName(name)


def _write(path: Path, data: bytes) -> None:
    """The whole new file or the whole old one; nobody else may ever read the key."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(path)
