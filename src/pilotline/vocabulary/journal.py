"""What must reach the backend, as facts. The journal makes them durable; the OCPP link sends them.

A session's facts come in order: one ``Started``, any ``Metered``, one ``Ended``. Stamps are (boot, core
time); wall-clock time is put in when a fact is sent, because it may be learned later (R-51).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.charging import Installed
from pilotline.vocabulary.energy import EnergyMark, EnergyPiece
from pilotline.vocabulary.money import Price
from pilotline.vocabulary.status import AuthStatus, ConnectorStatus, ReadingContext, StopReason, TagInfo
from pilotline.vocabulary.time import Stamp
from pilotline.vocabulary.upkeep import Notice


@dataclass(frozen=True, slots=True)
class SampledValue:
    """One value as OCPP 1.6 §7.43 words it; ``value`` is already text."""

    value: str
    measurand: str
    unit: str | None = None
    phase: str | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class MeterSample:
    """Several values taken at one moment."""

    stamp: Stamp
    context: ReadingContext
    values: tuple[SampledValue, ...]


@dataclass(frozen=True, slots=True)
class Started:
    """A session begins. ``session`` is the station's own id; the backend's comes with its answer.

    ``reservation`` is the one it uses up: what becomes durable with it is that there is none any more.
    ``price`` is the one in force when it began, None where there is none.
    """

    session: str
    connector: int
    tag: str
    meter_start_wh: int
    stamp: Stamp
    reservation: int | None = None
    price: Price | None = None


@dataclass(frozen=True, slots=True)
class Metered:
    """Meter values of a running session."""

    session: str
    connector: int
    sample: MeterSample


@dataclass(frozen=True, slots=True)
class Ended:
    """A session is over. ``tag`` is who stopped it, None where nobody did; ``data`` goes with its end."""

    session: str
    connector: int
    meter_stop_wh: int
    stamp: Stamp
    reason: StopReason
    tag: str | None = None
    data: tuple[MeterSample, ...] = ()


@dataclass(frozen=True, slots=True)
class Tampered:
    """A cover was opened at ``stamp`` (E-21). ``faults`` is the whole mask, ``status`` the one in force then.

    ``session`` is a name of its own: it belongs to no session, and none may hold it back (R-54).
    """

    session: str
    connector: int
    faults: int
    status: ConnectorStatus
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Notified:
    """A notice of the station's upkeep: ``word`` is a status, or the type of a security event, of ``stamp``.

    ``request`` is the backend's number for what is told of, ``info`` a sentence beside it. ``session`` is
    a name of its own, as a cover's.
    """

    session: str
    about: Notice
    word: str
    stamp: Stamp
    request: int | None = None
    info: str = ""


Fact = Started | Metered | Ended | Tampered | Notified


@dataclass(frozen=True, slots=True)
class SecurityEvent:
    """A safety setting, ``old`` to ``new``, asked in the name of ``role`` (R-49).

    ``taken``: whether it is in force now by the safety module's own word, or was refused; None while it waits
    for that. ``connector`` 0 is the station itself. An ``old`` or ``role`` that nobody knows is None, and
    so is a ``new`` that has still to be measured.
    """

    connector: int
    setting: str
    old: int | None
    new: int | None
    role: str | None
    taken: bool | None
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Alarm:
    """A security event of the whitepaper: ``kind`` is its type on the wire, ``info`` a sentence beside it."""

    kind: str
    info: str
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """Something people may want to know of later: its ``code`` and the ``words`` that go into its sentence.

    ``connector`` 0 is the station itself. ``times``: it stands for so many alike, the last at ``stamp``.
    """

    code: str
    connector: int
    stamp: Stamp
    words: Mapping[str, str | int] = field(default_factory=dict[str, str | int])
    times: int = 1


# --- what the store is asked ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Record:
    """Make a fact durable; answered by ``Durable`` of the same ``entry``. Entries are numbered upwards.

    ``keys`` are rows that become durable with it: all at once, or not at all.
    """

    entry: int
    fact: Fact
    keys: "tuple[StoreKey, ...]" = ()


@dataclass(frozen=True, slots=True)
class Delivered:
    """The backend has taken this entry; ``transaction`` is the id it gave a start."""

    entry: int
    session: str = ""
    transaction: int | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """Keep this entry, or all of its session, until a person asks for it (R-54). Answered by ``Counted``."""

    entry: int
    session: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Resend:
    """A person asks: what was set aside of this session waits to be sent again. Answered by ``Counted``."""

    session: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """The next waiting entries after ``after``; answered by ``Fetched``."""

    after: int


SECURITY_KEPT = 1_000
"""The newest security events that are kept: enough for years, and no flood fills the disk."""
EVENTS_KEPT = 2_000
"""The newest logged events that are kept: about a hundred sessions with what happened between them."""


@dataclass(frozen=True, slots=True)
class KeepRegister:
    """The meter's register of a running session, for the case that nobody can read it at its end (R-52)."""

    session: str
    register_wh: int
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Zero:
    """What UTC (µs since 1970) a boot's core time 0 was; ``estimated``: it never learned (R-51)."""

    boot: int
    utc_us: int
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class StoreZeros:
    """The time became known; answered by ``ZerosStored`` when all of them are durable."""

    zeros: tuple[Zero, ...]


@dataclass(frozen=True, slots=True)
class StoreKey:
    """A configuration key changed and shall survive a restart."""

    name: str
    value: KeyValue


@dataclass(frozen=True, slots=True)
class KeepSecurityEvent:
    """Keep a security event. What the backend hears of it is a fact of its own (``Notified``)."""

    event: SecurityEvent | Alarm


@dataclass(frozen=True, slots=True)
class KeepEvent:
    """Keep an event for people to read. Nobody waits for it: a power cut may take the last second's."""

    event: LoggedEvent


@dataclass(frozen=True, slots=True)
class StoreAvailability:
    """A connector was put in or out of service; 0 is the station as a whole."""

    connector: int
    operative: bool


@dataclass(frozen=True, slots=True)
class CachedTag:
    """What the backend last said of a tag; ``expiry_us`` in µs since 1970."""

    tag: str
    status: AuthStatus
    expiry_us: int | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class ForgetTags:
    """These tags leave the cache, or all of them (None)."""

    tags: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A card of the station's own book: whose it is, whether it may charge, when it was last shown (UTC)."""

    tag: str
    name: str
    allowed: bool = True
    last_us: int | None = None


@dataclass(frozen=True, slots=True)
class KeepCard:
    """A card came into the station's own book, or something of it is other than before."""

    card: Card


@dataclass(frozen=True, slots=True)
class ForgetCard:
    """The card of this tag left the station's own book."""

    tag: str


@dataclass(frozen=True, slots=True)
class KeepEnergy:
    """Add these pieces to a connector's energy records; with them, all up to the mark is in the records."""

    connector: int
    mark: EnergyMark
    pieces: tuple[EnergyPiece, ...] = ()


CurvePoint = tuple[int, int | None, int]
"""Milliseconds since the session began, power in W (None while nobody knows it), limit in W."""


@dataclass(frozen=True, slots=True)
class KeepCurve:
    """The curve of a session, whole, instead of what was kept of it."""

    session: str
    points: tuple[CurvePoint, ...]


@dataclass(frozen=True, slots=True)
class KeepProfile:
    """A charging profile was installed, ``instead_of`` those of these ids: all at once, or not at all."""

    installed: Installed
    instead_of: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ForgetProfiles:
    """The charging profiles of these ids are no more."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A tag of the local list and what it is worth; None: it leaves the list."""

    tag: str
    info: TagInfo | None


@dataclass(frozen=True, slots=True)
class StoreLocalList:
    """The local list is of ``version`` now: ``whole``, it is these entries; else these are what changed.

    All at once, or not at all. Answered by ``LocalListStored``.
    """

    version: int
    entries: tuple[Listed, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Reservation:
    """A connector, 0 for any, is kept for a tag, and for its group if ``parent`` names one."""

    id: int
    connector: int
    tag: str
    expiry_us: int
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class KeepReservation:
    """A reservation was made, or replaced by its id."""

    reservation: Reservation


@dataclass(frozen=True, slots=True)
class ForgetReservation:
    """The reservation of this id is over."""

    id: int


StoreJob = (
    Record
    | Delivered
    | SetAside
    | Resend
    | Fetch
    | KeepRegister
    | KeepCurve
    | KeepEnergy
    | StoreZeros
    | StoreKey
    | KeepSecurityEvent
    | KeepEvent
    | StoreAvailability
    | CachedTag
    | ForgetTags
    | StoreLocalList
    | KeepReservation
    | ForgetReservation
    | KeepCard
    | ForgetCard
    | KeepProfile
    | ForgetProfiles
)

# --- what the store says -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Durable:
    """This entry survives a power cut."""

    entry: int
    fact: Fact


@dataclass(frozen=True, slots=True)
class Fetched:
    """Waiting entries in order; ``last`` when none comes after them."""

    entries: tuple[Durable, ...]
    last: bool


@dataclass(frozen=True, slots=True)
class ZerosStored:
    """The time these boots began is durable."""

    zeros: tuple[Zero, ...]


@dataclass(frozen=True, slots=True)
class LocalListStored:
    """The local list of this version survives a power cut."""

    version: int


@dataclass(frozen=True, slots=True)
class StoreTrouble:
    """The disk does not take what it is given (``reason`` is a sentence), or takes it again (None)."""

    reason: str | None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many entries wait and how many are set aside, after something was set aside or taken back.

    ``notices`` of those that wait are of the station's upkeep.
    """

    queued: int
    set_aside: int
    notices: int = 0


StoreEvent = Durable | Fetched | ZerosStored | LocalListStored | Counted | StoreTrouble

# --- what a boot finds ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that the last boot left open: its start, and the last register that was kept of it."""

    start: Started
    register_wh: int
    last: Stamp


@dataclass(frozen=True, slots=True)
class BootTime:
    """A boot, the last core time anything was written in it, and its zero where that is known."""

    boot: int
    last_at: int
    zero: Zero | None


@dataclass(frozen=True, slots=True)
class Recollection:
    """All a new boot needs of the earlier ones."""

    boot: int
    last_entry: int = 0
    queued: int = 0
    set_aside: int = 0
    notices: int = 0
    aside_sessions: frozenset[str] = frozenset()
    open_sessions: tuple[OpenSession, ...] = ()
    transactions: Mapping[str, int] = field(default_factory=dict[str, int])
    boots: tuple[BootTime, ...] = ()
    keys: Mapping[str, KeyValue] = field(default_factory=dict[str, KeyValue])
    inoperative: frozenset[int] = frozenset()
    tags: tuple[CachedTag, ...] = ()
    profiles: tuple[Installed, ...] = ()
    local_list_version: int = 0
    local_list: tuple[Listed, ...] = ()
    reservations: tuple[Reservation, ...] = ()
    cards: tuple[Card, ...] = ()
    energy: Mapping[int, EnergyMark] = field(default_factory=dict[int, EnergyMark])
