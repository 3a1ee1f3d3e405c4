"""A firmware image: bytes in, a typed image or a typed error out; and back.

No cryptography is here: what is signed and what is encrypted are bytes. The format, field by field, is in
docs/reference/firmware-image.md. All numbers are unsigned, the highest byte first.
"""

import struct
from dataclasses import dataclass, field

from pilotline.vocabulary.firmware import MOST_BYTES, VersionError, parse_version

MAGIC = b"PILOTFW\n"
FORMAT = 1
DOWNGRADE = 1
"""The flag of an image that may replace a newer firmware."""
MODEL_BYTES, VERSION_BYTES = 40, 23
"""The longest model's name, and the longest version: four numbers of five digits."""
MOST_CERTIFICATES, CERTIFICATE_BYTES, SIGNATURE_BYTES = 4, 4_096, 1_024
SENDER_BYTES, NONCE_BYTES, TAG_BYTES = 32, 12, 16


class ImageError(ValueError):
    """These bytes are no image; the message is a sentence."""


@dataclass(frozen=True)
class Header:
    """What an image says of itself. ``chain`` are DER certificates, that of the signer first."""

    model: str
    version: str
    chain: tuple[bytes, ...] = field(repr=False)
    sender: bytes = field(repr=False)
    """The public X25519 key made for this image alone."""
    nonce: bytes = field(repr=False)
    payload_bytes: int
    """The size of the firmware, decrypted."""
    downgrade: bool = False

    def __post_init__(self) -> None:
        _check(0 < len(self.model.encode()) <= MODEL_BYTES, "The model's name is too long, or missing.")
        _check(self.model.isprintable(), "The model's name cannot be read.")
        _check(len(self.version) <= VERSION_BYTES, "The version is too long.")
        try:
            parse_version(self.version)
        except VersionError as error:
            raise ImageError(str(error)) from None
        _check(0 < len(self.chain) <= MOST_CERTIFICATES, f"There are 1 to {MOST_CERTIFICATES} certificates.")
        _check(all(0 < len(each) <= CERTIFICATE_BYTES for each in self.chain), "A certificate is too long.")
        _check(len(self.sender) == SENDER_BYTES, "The sender's key is not of 32 bytes.")
        _check(len(self.nonce) == NONCE_BYTES, "The nonce is not of 12 bytes.")
        _check(0 < self.payload_bytes <= MOST_BYTES, "The firmware is empty, or too large.")


@dataclass(frozen=True)
class Image:
    """``head`` are the header's own bytes, ``signed`` all bytes but the signature with its length."""

    header: Header
    head: bytes = field(repr=False)
    sealed: bytes = field(repr=False)
    """The firmware, encrypted, with its tag of 16 bytes."""
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def encode_header(header: Header) -> bytes:
    """The bytes up to the encrypted firmware; they are authenticated with it."""
    model, version = header.model.encode(), header.version.encode()
    parts = [
        MAGIC,
        struct.pack(">HH", FORMAT, DOWNGRADE if header.downgrade else 0),
        bytes([len(model)]), model,
        bytes([len(version)]), version,
        bytes([len(header.chain)]),
        *(struct.pack(">H", len(each)) + each for each in header.chain),
        header.sender,
        header.nonce,
        struct.pack(">I", header.payload_bytes),
    ]  # fmt: skip
    return b"".join(parts)


def finish(signed: bytes, signature: bytes) -> bytes:
    """The whole file. Raises ImageError where it would be too large."""
    _check(0 < len(signature) <= SIGNATURE_BYTES, "The signature is empty, or too long.")
    whole = signed + struct.pack(">H", len(signature)) + signature
    _check(len(whole) <= MOST_BYTES, f"The image would be of {len(whole)} bytes; {MOST_BYTES} are allowed.")
    return whole


def parse(data: bytes) -> Image:
    """Every length is checked against what is there before anything is taken. Raises ImageError."""
    _check(len(data) <= MOST_BYTES, f"The file has {len(data)} bytes; an image has {MOST_BYTES} at most.")
    reader = _Reader(data)
    header = _read_header(reader)
    head = data[: reader.at]
    sealed = reader.take(header.payload_bytes + TAG_BYTES, "the firmware")
    signed = data[: reader.at]
    signature = reader.take(reader.number(">H", "the signature"), "the signature")
    _check(0 < len(signature) <= SIGNATURE_BYTES, "The signature is empty, or too long.")
    _check(reader.at == len(data), "There is something behind the signature.")
    return Image(header, head, sealed, signed, signature)


def _read_header(reader: "_Reader") -> Header:
    _check(reader.take(len(MAGIC), "the beginning") == MAGIC, "The file does not begin as an image does.")
    form, flags = reader.number(">H", "the format"), reader.number(">H", "the flags")
    _check(form == FORMAT, f"The image has format {form}; this station knows {FORMAT}.")
    _check(flags in (0, DOWNGRADE), "The image has flags this station does not know.")
    model, version = reader.text("the model"), reader.text("the version")
    count = reader.number(">B", "the certificates")
    _check(0 < count <= MOST_CERTIFICATES, f"There are 1 to {MOST_CERTIFICATES} certificates.")
    chain = tuple(
        reader.take(reader.number(">H", "a certificate"), "a certificate", CERTIFICATE_BYTES)
        for _ in range(count)
    )
    sender = reader.take(SENDER_BYTES, "the sender's key")
    nonce = reader.take(NONCE_BYTES, "the nonce")
    size = reader.number(">I", "the size")
    return Header(model, version, chain, sender, nonce, size, flags == DOWNGRADE)


class _Reader:
    """Bytes from the front; what is not there is an ImageError."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def take(self, count: int, what: str, most: int = MOST_BYTES) -> bytes:
        _check(count <= most, f"In {what}: {count} bytes are too many.")
        _check(count <= len(self._data) - self.at, f"The file ends within {what}.")
        self.at += count
        return self._data[self.at - count : self.at]

    def number(self, form: str, what: str) -> int:
        value: int = struct.unpack(form, self.take(struct.calcsize(form), what))[0]
        return value

    def text(self, what: str) -> str:
        data = self.take(self.number(">B", what), what)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            raise ImageError(f"In {what}: this is no text.") from None


def _check(condition: bool, reason: str) -> None:
    if not condition:
        raise ImageError(reason)
