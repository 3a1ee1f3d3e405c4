"""The configuration keys of the security whitepaper (third edition, §7): the way into the backend.

What changing them does is :mod:`pilotline.station.upkeep.access`; what may be installed beside them is
:mod:`pilotline.station.upkeep.certificates`.
"""

from pilotline.station.kinds import (
    BOOLEAN,
    TEXT,
    Access,
    Form,
    Group,
    Key,
    KeyRefusedError,
    Kind,
    integer,
    or_null,
)
from pilotline.vocabulary import refusals
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.location import SUPPORTED

LEAST_DIGITS, MOST_DIGITS = 32, 40
"""A password of 16 to 20 bytes, two digits each (A00.FR.304)."""
LONGEST_NAME = 64
"""Of an organisation, as a certificate may name it (X.520, ub-organization-name)."""
LONGEST_CHAIN = 10_000
"""Letters of a CertificateSigned's chain; the schema has no more."""
_HEX = frozenset("0123456789abcdef")


def _password(text: str) -> KeyValue:
    """Kept in small letters."""
    digits = text.strip().lower()
    if not (_is_hex(digits) and LEAST_DIGITS <= len(digits) <= MOST_DIGITS):
        raise KeyRefusedError(refusals.KEY_PASSWORD.of(least=LEAST_DIGITS, most=MOST_DIGITS))
    return digits


def _is_hex(digits: str) -> bool:
    return _HEX.issuperset(digits) and len(digits) % 2 == 0


def _name(text: str) -> KeyValue:
    name = text.strip()
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise KeyRefusedError(refusals.KEY_NAME.of(most=LONGEST_NAME))
    return name


PASSWORD = or_null(Kind(Form.TEXT, words="32 to 40 hexadecimal digits", rule=_password))
NAME = or_null(Kind(Form.TEXT, max_length=LONGEST_NAME, words="name", rule=_name))

SECURITY_KEYS = (
    Key(
        "AdditionalRootCertificateCheck",
        BOOLEAN,
        "One root certificate of the backend at a time: another has to be signed by the one it replaces.",
        False,
        Access.READ_ONLY,
        group=Group.OPERATOR,
    ),
    Key(
        "AuthorizationKey",
        PASSWORD,
        "The password at the backend in hexadecimal digits, two a byte, for security profiles 1 and 2. The "
        "backend is dialled anew with it, and if that fails the one before is kept.",
        None,
        Access.WRITE_ONLY,
        group=Group.OPERATOR,
    ),
    Key(
        "CertificateSignedMaxChainSize",
        integer(0, LONGEST_CHAIN),
        "Most letters that a certificate for the station may have with those that lead to its root.",
        LONGEST_CHAIN,
        Access.READ_ONLY,
        group=Group.OPERATOR,
    ),
    Key(
        "CertificateStoreMaxLength",
        integer(1, 100),
        "Most root certificates that may be installed.",
        10,
        Access.READ_ONLY,
        group=Group.OPERATOR,
    ),
    Key(
        "CpoName",
        NAME,
        "The operator's name, as the station's own certificate has it; none is asked for without.",
        None,
        group=Group.OPERATOR,
    ),
    Key(
        "SecurityProfile",
        integer(0, 3),
        "How the station comes into the backend: 0 as its URL says, 1 with the password, 2 with it over TLS, "
        "3 over TLS with a certificate of its own. A backend may only raise it; an operator beside the "
        "station may lower it. If the backend cannot be had by it, the one before is kept.",
        0,
        group=Group.OPERATOR,
    ),
    Key(
        "SupportedFileTransferProtocols",
        TEXT,
        "The protocols by which diagnostics and logs are brought to a server; firmware comes by https alone.",
        SUPPORTED,
        Access.READ_ONLY,
        group=Group.OPERATOR,
    ),
)
