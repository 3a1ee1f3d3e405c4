"""What upkeep hears and says.

``call`` is the number of the backend's call, answered once with :class:`Answer`; 0 is nobody's. Times
``…_us`` are UTC microseconds since 1970.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar

from pilotline.vocabulary.alarms import AlarmKind
from pilotline.vocabulary.journal import KeepEvent, KeepSecurityEvent, Record, StoreKey
from pilotline.vocabulary.status import ResetKind
from pilotline.vocabulary.time import Tick
from pilotline.vocabulary.upkeep import Bundle, CertificateHash, CertificateUse, Notice, WayTrouble

# --- work: what takes long, done by the shell ----------------------------------------------------


class Lane(Enum):
    """Work of one lane is done in order, one at a time; lanes do not wait for each other."""

    FIRMWARE = "firmware"
    UPLOAD = "upload"
    CERTIFICATE = "certificate"


class Task:
    """Something to do that may take long. Each part has its own kinds, frozen dataclasses all."""

    lane: ClassVar[Lane]


class Outcome:
    """How a task ended: a value, never an exception."""


@dataclass(frozen=True, slots=True)
class Work:
    """Do this; answered by ``Worked`` of the same number. What a crash interrupts is never answered."""

    number: int
    task: Task


@dataclass(frozen=True, slots=True)
class Worked:
    """A task has ended."""

    number: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task is, in bytes; ``total`` None where nobody knows it. May be left out at any time."""

    number: int
    done: int
    total: int | None = None


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Nobody waits for this work any more: it ends soon, and its ``Worked`` is passed over."""

    number: int


# --- what the backend, or somebody beside the station, asks --------------------------------------


@dataclass(frozen=True, slots=True)
class UpdateAsked:
    """UpdateFirmware (``request`` None), or SignedUpdateFirmware with its certificate (PEM) and signature
    (base64 over the whole file).

    ``retries`` None: as many as are usual; ``retry_s`` None: the usual pause between two.
    """

    call: int
    location: str = field(repr=False)
    retrieve_us: int
    retries: int | None = None
    retry_s: int | None = None
    request: int | None = None
    install_us: int | None = None
    certificate: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class UploadAsked:
    """GetDiagnostics (``request`` None) or GetLog."""

    call: int
    bundle: Bundle
    location: str = field(repr=False)
    retries: int | None = None
    retry_s: int | None = None
    oldest_us: int | None = None
    latest_us: int | None = None
    request: int | None = None


@dataclass(frozen=True, slots=True)
class InstallCertificate:
    """Take a root certificate (PEM)."""

    call: int
    use: CertificateUse
    pem: str


@dataclass(frozen=True, slots=True)
class DeleteCertificate:
    """Take this one out of the store."""

    call: int
    hash: CertificateHash


@dataclass(frozen=True, slots=True)
class ReadCertificates:
    """Which roots are there."""

    call: int
    use: CertificateUse


@dataclass(frozen=True, slots=True)
class TakeSigned:
    """CertificateSigned: the station's own certificate, leaf first, with what leads to its root (PEM)."""

    call: int
    chain: str


@dataclass(frozen=True, slots=True)
class RequestCertificate:
    """ExtendedTriggerMessage SignChargePointCertificate, or somebody beside the station."""

    call: int


@dataclass(frozen=True, slots=True)
class SignatureAnswered:
    """What the backend said to SignCertificate; False also where it did not answer."""

    accepted: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """What the backend said to a ``Send``: its status word; nothing where it did not answer, or was away."""

    vendor: str
    message: str
    word: str


@dataclass(frozen=True, slots=True)
class TellNotice:
    """A triggered notice: how this stands now, answered at once with :class:`Tell`."""

    about: Notice


@dataclass(frozen=True, slots=True)
class BackendTried:
    """How the way into the backend went: ``works`` once it has registered us; else a try that failed, why."""

    works: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BackendLost:
    """A connection on which the backend had registered us is over, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class WayTaken:
    """The backend is dialled over this interface from now on."""

    interface: str


@dataclass(frozen=True, slots=True)
class Access:
    """How to come into the backend: the security profile 0 to 3, the password in hex, or none.

    ``certificate`` is the fingerprint of the station's own that is shown, ``root`` that of the only root that
    is trusted; "" where the profile has none, or trusts all roots of the store.
    """

    profile: int
    password: str = field(default="", repr=False)
    certificate: str = ""
    root: str = ""


@dataclass(frozen=True, slots=True)
class WayTried:
    """A dial by ``access`` has ended: the line is open (``trouble`` None; it has yet to register us), or why
    not. ``root`` is the fingerprint of the root that vouched for the backend, where that is known.
    """

    access: Access
    trouble: WayTrouble | None = None
    reason: str = ""
    root: str = ""


@dataclass(frozen=True, slots=True)
class Raise:
    """Something else of the station saw what the security log has to know."""

    kind: AlarmKind
    info: str = ""


@dataclass(frozen=True, slots=True)
class KeyChanged:
    """A configuration key has another value."""

    name: str


@dataclass(frozen=True, slots=True)
class BackHome:
    """The station may rest: no session is open on any connector (``idle``), or one is again."""

    idle: bool


@dataclass(frozen=True, slots=True)
class Wellbeing:
    """How the station is: each board answers, and the disk takes records. Told at start and on change."""

    board: bool
    disk: bool


UpkeepWish = (
    UpdateAsked | UploadAsked | InstallCertificate | DeleteCertificate | ReadCertificates | TakeSigned
    | RequestCertificate | SignatureAnswered | Sent | TellNotice
)  # fmt: skip
"""What comes from the OCPP link."""
UpkeepEvent = (
    UpkeepWish | BackendTried | BackendLost | WayTaken | WayTried | KeyChanged | BackHome | Wellbeing | Raise
    | Worked | Progress | Tick
)  # fmt: skip

# --- what upkeep says ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """``word`` is the wire's status word; ``file_name`` and ``hashes`` where the message has them."""

    call: int
    word: str
    file_name: str | None = None
    hashes: tuple[CertificateHash, ...] = ()


@dataclass(frozen=True, slots=True)
class AskSignature:
    """Send SignCertificate with this request (PEM); answered by ``SignatureAnswered``."""

    csr: str


@dataclass(frozen=True, slots=True)
class Tell:
    """A triggered notice, for now alone; notices that matter are facts (``vocabulary.journal.Notified``)."""

    about: Notice
    word: str
    request: int | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """A DataTransfer of ours, for this connection alone; answered by ``Sent``."""

    vendor: str
    message: str
    data: str


@dataclass(frozen=True, slots=True)
class UseAccess:
    """Dial the backend this way from now on; an open connection is closed first."""

    access: Access


@dataclass(frozen=True, slots=True)
class RestartFor:
    """The station is to restart for the upkeep's sake; its sessions have ended."""

    kind: ResetKind


UpkeepEffect = (
    Answer | AskSignature | Tell | Send | UseAccess | RestartFor | Work | GiveUp | Record | StoreKey
    | KeepEvent | KeepSecurityEvent
)  # fmt: skip
