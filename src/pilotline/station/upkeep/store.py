"""The certificate store as the cores see it: what is in it, what is asked of it, what it answers.

Fingerprints are SHA-256 in hex. The driver is ``drivers/certificate_store.py``: it looks into certificates
and decides whether one is good; the cores decide what follows.
"""

from dataclasses import dataclass
from typing import ClassVar

from pilotline.station.upkeep.events import Lane, Outcome, Task
from pilotline.vocabulary.upkeep import CertificateHash, CertificateUse


@dataclass(frozen=True, slots=True)
class Root:
    """A root certificate that is installed. ``replaced``: another stands for it, and has yet to work."""

    use: CertificateUse
    fingerprint: str
    hash: CertificateHash
    subject: str
    not_before_us: int
    not_after_us: int
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Own:
    """A certificate of the station's own, with its key and what leads to its root."""

    fingerprint: str
    subject: str
    not_before_us: int
    not_after_us: int


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that is in the store; ``own`` the newest first, by the start of its validity (A02.FR.09)."""

    roots: tuple[Root, ...] = ()
    own: tuple[Own, ...] = ()

    def roots_for(self, use: CertificateUse, utc_us: int | None = None) -> tuple[Root, ...]:
        """Those of this use, and valid at that time where it is known."""
        return tuple(each for each in self.roots if each.use is use and _valid(each, utc_us))

    def newest_own(self, utc_us: int | None) -> Own | None:
        """The one to show: the newest that is valid."""
        return next((each for each in self.own if _valid(each, utc_us)), None)


def _valid(each: Root | Own, utc_us: int | None) -> bool:
    return utc_us is None or each.not_before_us <= utc_us <= each.not_after_us


class StoreTask(Task):
    """All of them are of one lane: in order, one at a time."""

    lane: ClassVar[Lane] = Lane.CERTIFICATE


@dataclass(frozen=True, slots=True)
class ReadStore(StoreTask):
    """What is there. Answered by ``StoreIs``."""


@dataclass(frozen=True, slots=True)
class AddRoot(StoreTask):
    """Install it, if it is good at ``utc_us`` and fewer than ``most`` are there.

    ``replaces``: it takes the place of the one of the same use, which has to have signed it (M05.FR.09).
    """

    use: CertificateUse
    pem: str
    most: int
    utc_us: int | None
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class RemoveRoot(StoreTask):
    """Remove it, unless its fingerprint is one of ``needed``."""

    hash: CertificateHash
    needed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DropRoots(StoreTask):
    """Remove these: others have taken their place and work."""

    fingerprints: frozenset[str]


@dataclass(frozen=True, slots=True)
class MakeRequest(StoreTask):
    """Make a key pair, keep the key, and say the request for its certificate."""

    serial: str
    organisation: str


@dataclass(frozen=True, slots=True)
class TakeChain(StoreTask):
    """Keep this certificate for the key that waits for it, if it is good at ``utc_us`` (A02.FR.06)."""

    chain: str = ""
    serial: str = ""
    utc_us: int | None = None


@dataclass(frozen=True, slots=True)
class StoreIs(Outcome):
    """It was done, and this is in the store now. ``fingerprint`` is of what came in."""

    inventory: Inventory
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class StoreRefuses(Outcome):
    """It was not done: the wire's word for it, and a sentence why."""

    word: str
    reason: str


@dataclass(frozen=True, slots=True)
class RequestMade(Outcome):
    """The request for a certificate (PEM)."""

    csr: str
