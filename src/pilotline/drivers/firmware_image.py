"""What is cryptography about a firmware image: making one, and judging one (decision 0014).

The file is signed by its maker, whose certificate leads to a root installed in the station, and encrypted for
the product's key. Whoever sends the file, and by which server, decides nothing.
"""

import base64
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import ExtendedKeyUsageOID

from pilotline.drivers.chains import STRANGE, extension, has_signed
from pilotline.vocabulary.firmware import FirmwareFault, parse_version
from pilotline.wire.firmware import NONCE_BYTES, Header, Image, ImageError, encode_header, finish, parse

_HASH = hashes.SHA256()
_PURPOSE = b"pilotline firmware 1"
LEAST_RSA_BITS, LEAST_CURVE_BITS = 2_048, 256
MOST_LINKS = 5
"""No chain is longer, the root included."""

SigningKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class KeyFileError(Exception):
    """A file has no key or certificate of the kind that is wanted; the message is a sentence."""


class NotTakenError(Exception):
    """An image that is not taken."""

    def __init__(self, fault: FirmwareFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class Judge:
    """What an image is held against: roots (PEM), the model, what runs, and the moment (None: unknown)."""

    roots: Sequence[str] = field(repr=False)
    model: str
    running: str
    utc: datetime | None


# --- making ----------------------------------------------------------------------------------------------


def pack(
    payload: bytes,
    *,
    model: str,
    version: str,
    chain: Sequence[x509.Certificate],
    key: SigningKey,
    product: x25519.X25519PublicKey,
    downgrade: bool = False,
) -> bytes:
    """A whole image. Raises ImageError where it would be none, KeyFileError for a key of another."""
    if not chain or _raw_public(chain[0].public_key()) != _raw_public(key.public_key()):
        raise KeyFileError("The key is not that of the first certificate.")
    sender = x25519.X25519PrivateKey.generate()
    header = Header(
        model,
        version,
        tuple(each.public_bytes(serialization.Encoding.DER) for each in chain),
        sender.public_key().public_bytes_raw(),
        os.urandom(NONCE_BYTES),
        len(payload),
        downgrade,
    )
    head = encode_header(header)
    secret = _content_key(sender.exchange(product), header.sender, product.public_bytes_raw())
    signed = head + AESGCM(secret).encrypt(header.nonce, payload, head)
    return finish(signed, sign(key, signed))


def sign(key: SigningKey, data: bytes) -> bytes:
    """RSA-PSS or ECDSA, with SHA-256."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PSS(padding.MGF1(_HASH), padding.PSS.DIGEST_LENGTH), _HASH)
    return key.sign(data, ec.ECDSA(_HASH))


def _content_key(shared: bytes, sender: bytes, product: bytes) -> bytes:
    """The key of this image alone: the sender's key was made for it and is forgotten."""
    return HKDF(_HASH, 32, salt=sender + product, info=_PURPOSE).derive(shared)


# --- judging ---------------------------------------------------------------------------------------------


def judge(data: bytes, by: Judge) -> Image:
    """The image these bytes are, if it may run here. Raises NotTakenError.

    Who made it is asked first: what a stranger's file says of itself is not looked at.
    """
    image = read(data)
    chain = [_load_der(each) for each in image.header.chain]
    check_chain(chain, by.roots, by.utc)
    check_signature(chain[0], image.signature, image.signed)
    if image.header.model != by.model:
        raise NotTakenError(FirmwareFault.MODEL)
    if not image.header.downgrade and parse_version(image.header.version) < parse_version(by.running):
        raise NotTakenError(FirmwareFault.OLDER)
    return image


def read(data: bytes) -> Image:
    """Raises NotTakenError for what is no image."""
    try:
        return parse(data)
    except ImageError:
        raise NotTakenError(FirmwareFault.FORMAT) from None


def judge_message(data: bytes, certificate: str, signature: str, by: Judge) -> None:
    """SignedUpdateFirmware's own certificate and signature, over the whole file. Raises NotTakenError."""
    leaf = check_signer(certificate, by.roots, by.utc)
    try:
        raw = base64.b64decode("".join(signature.split()), validate=True)
    except ValueError:
        raise NotTakenError(FirmwareFault.SIGNATURE) from None
    check_signature(leaf, raw, data, older=True)


def check_signer(certificate: str, roots: Sequence[str], utc: datetime | None) -> x509.Certificate:
    """A certificate (PEM, what leads to its root may stand behind it) that may sign firmware for us."""
    try:
        chain = x509.load_pem_x509_certificates(certificate.encode())
    except STRANGE:
        raise NotTakenError(FirmwareFault.NO_SIGNER) from None
    check_chain(chain, roots, utc)
    return chain[0]


def open_payload(image: Image, key: x25519.X25519PrivateKey | None) -> bytes:
    """The firmware itself. Raises NotTakenError where the image is for another product's key."""
    if key is None:
        raise NotTakenError(FirmwareFault.KEY)
    sender = image.header.sender
    try:
        shared = key.exchange(x25519.X25519PublicKey.from_public_bytes(sender))
        secret = _content_key(shared, sender, key.public_key().public_bytes_raw())
        return AESGCM(secret).decrypt(image.header.nonce, image.sealed, image.head)
    except (InvalidTag, ValueError):
        raise NotTakenError(FirmwareFault.KEY) from None


def check_signature(leaf: x509.Certificate, signature: bytes, data: bytes, *, older: bool = False) -> None:
    """RSA-PSS or ECDSA with SHA-256; ``older``: also RSA's PKCS #1 v1.5, which many backends send."""
    key = leaf.public_key()
    checks: list[Callable[[], None]] = []
    if isinstance(key, rsa.RSAPublicKey):
        pss = padding.PSS(padding.MGF1(_HASH), padding.PSS.AUTO)
        checks = [lambda: key.verify(signature, data, pss, _HASH)]
        if older:
            checks.append(lambda: key.verify(signature, data, padding.PKCS1v15(), _HASH))
    elif isinstance(key, ec.EllipticCurvePublicKey):
        checks = [lambda: key.verify(signature, data, ec.ECDSA(_HASH))]
    for check in checks:
        with suppress(InvalidSignature):
            check()
            return
    raise NotTakenError(FirmwareFault.SIGNATURE)


def check_chain(chain: Sequence[x509.Certificate], roots: Sequence[str], utc: datetime | None) -> None:
    """The first is one that signs code, and they lead, each signed by the next, to an installed root."""
    if not chain:
        raise NotTakenError(FirmwareFault.CHAIN)
    try:
        _check_use(chain[0])
        path = _path(list(chain), [root for text in roots for root in _load_pems(text)])
    except STRANGE:
        raise NotTakenError(FirmwareFault.CHAIN) from None
    if utc is not None and not all(
        each.not_valid_before_utc <= utc <= each.not_valid_after_utc for each in path
    ):
        raise NotTakenError(FirmwareFault.EXPIRED)


def _path(chain: list[x509.Certificate], roots: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """From the leaf to a root, both included. Raises NotTakenError."""
    path = chain[:1]
    for after in [*chain[1 : MOST_LINKS - 1], None]:
        below = len(path) - 1
        root = next((each for each in roots if has_signed(each, path[-1], below)), None)
        if root is not None:
            return [*path, root]
        if after is None or not has_signed(after, path[-1], below):
            break
        path.append(after)
    raise NotTakenError(FirmwareFault.CHAIN)


def _check_use(leaf: x509.Certificate) -> None:
    """A key that is strong enough, in a certificate for code signing (RFC 5280 §4.2.1.12)."""
    key = leaf.public_key()
    strong = (isinstance(key, rsa.RSAPublicKey) and key.key_size >= LEAST_RSA_BITS) or (
        isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= LEAST_CURVE_BITS
    )
    uses, usage = extension(leaf, x509.ExtendedKeyUsage), extension(leaf, x509.KeyUsage)
    signs = uses is not None and ExtendedKeyUsageOID.CODE_SIGNING in uses
    if not strong or not signs or (usage is not None and not usage.digital_signature):
        raise NotTakenError(FirmwareFault.NO_SIGNER)


def _load_der(data: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(data)
    except STRANGE:
        raise NotTakenError(FirmwareFault.CHAIN) from None


def _load_pems(text: str) -> list[x509.Certificate]:
    """A root that cannot be read is no root."""
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except STRANGE:
        return []


def _raw_public(key: object) -> bytes:
    assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.DER, form)


def moment(utc_us: int | None) -> datetime | None:
    """Microseconds since 1970 as a time; None for a station that does not know it."""
    return None if utc_us is None else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=utc_us)


# --- files -----------------------------------------------------------------------------------------------


def load_signing_key(path: Path) -> SigningKey:
    """Raises KeyFileError."""
    key = _private(path)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise KeyFileError(f"{path} has no RSA or EC key; images are signed with one of these.")
    return key


def load_product_key(path: Path) -> x25519.X25519PrivateKey:
    """Raises KeyFileError."""
    key = _private(path)
    if not isinstance(key, x25519.X25519PrivateKey):
        raise KeyFileError(f"{path} has no X25519 key; images are encrypted for one.")
    return key


def load_product_public(path: Path) -> x25519.X25519PublicKey:
    """Raises KeyFileError."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise KeyFileError(f"{path} has no public key: {_reason(error)}.") from None
    if not isinstance(key, x25519.X25519PublicKey):
        raise KeyFileError(f"{path} has no X25519 key; images are encrypted for one.")
    return key


def load_certificates(path: Path) -> list[x509.Certificate]:
    """Raises KeyFileError."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise KeyFileError(f"{path} has no certificates: {_reason(error)}.") from None


def _private(path: Path) -> object:
    try:
        return serialization.load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise KeyFileError(f"{path} has no private key that can be read: {_reason(error)}.") from None


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else "it is not PEM"
