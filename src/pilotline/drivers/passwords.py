"""Passwords as argon2id hashes (RFC 9106). It takes some 45 ms and 19 MiB each: call it from a thread.

The cost is OWASP's least for argon2id: 19 MiB, two passes, one lane. A controller of 512 MiB can bear two at
once; a thief with the file pays it for every guess.
"""

import os
from base64 import b64encode

MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
_HASH, _SALT = 32, 16
_COST = f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"


def _plain64(data: bytes) -> str:
    return b64encode(data).decode().rstrip("=")


NOBODYS = f"{_COST}{_plain64(bytes(_SALT))}${_plain64(bytes(_HASH))}"
"""Compared with the password of a name nobody has: it takes as long, and no password is known to fit."""


def hash_password(password: str) -> str:
    """The PHC text of it, with a salt of its own."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # noqa: PLC0415 - 40 ms, 10 MiB

    kdf = Argon2id(
        salt=os.urandom(_SALT), length=_HASH, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB
    )
    return kdf.derive_phc_encoded(password.encode())


def fits(password: str, hash_: str) -> bool:
    """Whether it is the password of this hash; a hash that is none fits no password."""
    from cryptography.exceptions import InvalidKey  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # noqa: PLC0415 - as above

    try:
        Argon2id.verify_phc_encoded(password.encode(), hash_)
    except (InvalidKey, ValueError):
        return False
    return True
