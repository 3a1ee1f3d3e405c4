"""Certificates looked into: what one is called, whether it is good, which root it leads to.

Importing this takes a quarter of a second: whoever needs it once in a while imports it then. Path validation
is RFC 5280's as far as the whitepaper's certificates go: names, signatures, validity, CA and path length.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pilotline.vocabulary.upkeep import CertificateHash, HashAlgorithm

MOST_OF_A_CHAIN = 8
"""Certificates from the leaf to the root."""
LEAST_RSA_BITS, LEAST_EC_BITS = 2048, 224
"""A00.FR.502 and .503."""
T = TypeVar("T", bound=x509.ExtensionType)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HASHES = {
    HashAlgorithm.SHA256: hashes.SHA256(),
    HashAlgorithm.SHA384: hashes.SHA384(),
    HashAlgorithm.SHA512: hashes.SHA512(),
}
_BROKEN = ("md5", "sha1")
STRANGE = (
    ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType,
    x509.InvalidVersion,
)  # fmt: skip
"""What a certificate raises that is none, or one of kinds nobody here knows."""


class ChainError(ValueError):
    """A certificate that is not good; the message is a sentence."""


def parse(pem: str) -> list[x509.Certificate]:
    """All certificates of a text, in their order; at least one."""
    try:
        found = x509.load_pem_x509_certificates(pem.encode("ascii"))
    except (ValueError, UnsupportedAlgorithm):
        raise ChainError("It is no certificate in PEM.") from None
    if len(found) > MOST_OF_A_CHAIN:
        raise ChainError(f"The chain has more than {MOST_OF_A_CHAIN} certificates.")
    return found


def fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def subject(certificate: x509.Certificate) -> str:
    """Its common name, or all of its subject."""
    return common_name(certificate) or certificate.subject.rfc4514_string()


def common_name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def span(certificate: x509.Certificate) -> tuple[int, int]:
    """From when to when it is valid, in µs since 1970."""
    ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return (ends[0] - _EPOCH) // timedelta(microseconds=1), (ends[1] - _EPOCH) // timedelta(microseconds=1)


def name_by_hashes(
    certificate: x509.Certificate, algorithm: HashAlgorithm, others: Iterable[x509.Certificate] = ()
) -> CertificateHash:
    """As OCPP names it: by its issuer's name and key, as in OCSP (RFC 6960), and its serial number.

    An issuer that is not among ``others`` is taken to be itself, as of a root.
    """
    issuer = next((each for each in others if has_signed(each, certificate)), certificate)
    request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, _HASHES[algorithm]).build()
    return CertificateHash(
        algorithm,
        request.issuer_name_hash.hex(),
        request.issuer_key_hash.hex(),
        format(certificate.serial_number, "X"),
    )


def same(one: CertificateHash, other: CertificateHash) -> bool:
    """They are case-insensitive texts; leading zeros of a serial say nothing."""
    return _plain(one) == _plain(other)


def _plain(each: CertificateHash) -> tuple[object, ...]:
    serial = each.serial.lower().lstrip("0")
    return (each.algorithm, each.issuer_name_hash.lower(), each.issuer_key_hash.lower(), serial)


# --- whether one is good -----------------------------------------------------------------------------------


def check_root(certificate: x509.Certificate, utc_us: int | None) -> None:
    """Whether it may vouch for others: a CA's, strong, not run out. Raises ChainError."""
    if not _is_authority(certificate, 0):
        raise ChainError("It is no certificate of an authority: it may not sign others.")
    _check_strength(certificate)
    if utc_us is not None and utc_us > span(certificate)[1]:
        raise ChainError("It has run out.")


def check_station(certificate: x509.Certificate, serial: str, utc_us: int | None) -> None:
    """Whether it is the station's own (A02.FR.06, A00.FR.501 to .511). Raises ChainError."""
    if serial not in common_name(certificate):
        raise ChainError(f"It is not this station's: its common name has not the serial number {serial}.")
    if _is_authority(certificate, 0):
        raise ChainError("It is an authority's: the station's own may not sign others.")
    _check_strength(certificate)
    _check_signed_well(certificate)
    uses = extension(certificate, x509.ExtendedKeyUsage)
    if uses is not None and ExtendedKeyUsageOID.CLIENT_AUTH not in uses:
        raise ChainError("It is for other uses than showing it to a server.")
    if utc_us is not None and utc_us > span(certificate)[1]:
        raise ChainError("It has run out.")


def find_root(
    chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], utc_us: int | None
) -> x509.Certificate:
    """The root that the first of the chain leads to, by way of the others. Raises ChainError."""
    current, between = chain[0], list(chain[1:])
    for depth in range(MOST_OF_A_CHAIN):
        root = next((each for each in roots if each == current or has_signed(each, current, depth)), None)
        if root is not None:
            return root
        issuer = next((each for each in between if has_signed(each, current, depth)), None)
        if issuer is None:
            break
        between.remove(issuer)
        _check_signed_well(issuer)
        if utc_us is not None and not span(issuer)[0] <= utc_us <= span(issuer)[1]:
            raise ChainError(f"The authority {subject(issuer)}, which signed it, is not valid now.")
        current = issuer
    raise ChainError("It leads to no root certificate that is installed.")


def has_signed(issuer: x509.Certificate, certificate: x509.Certificate, below: int = 0) -> bool:
    """Whether this authority signed that one, with ``below`` more between it and the leaf."""
    try:
        certificate.verify_directly_issued_by(issuer)
        return _is_authority(issuer, below)
    except (*STRANGE, InvalidSignature):
        return False


def extension(certificate: x509.Certificate, kind: type[T]) -> T | None:
    """None where it has none of this kind. Raises ChainError where its extensions cannot be read."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
    except STRANGE:
        raise ChainError("Its extensions cannot be read.") from None


def _is_authority(certificate: x509.Certificate, below: int) -> bool:
    basic = extension(certificate, x509.BasicConstraints)
    usage = extension(certificate, x509.KeyUsage)
    if basic is None or not basic.ca or (usage is not None and not usage.key_cert_sign):
        return False
    return basic.path_length is None or basic.path_length >= below


def _check_strength(certificate: x509.Certificate) -> None:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise ChainError("Its key is of a kind that nobody here knows.") from None
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < LEAST_RSA_BITS:
        raise ChainError(f"Its RSA key has fewer than {LEAST_RSA_BITS} bits.")
    if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < LEAST_EC_BITS:
        raise ChainError(f"Its key has fewer than {LEAST_EC_BITS} bits.")


def _check_signed_well(certificate: x509.Certificate) -> None:
    algorithm = certificate.signature_hash_algorithm
    if algorithm is not None and algorithm.name in _BROKEN:
        raise ChainError(f"It is signed with {algorithm.name}, which is broken.")
