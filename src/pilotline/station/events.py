"""What the station core hears and says. Board and meter words come from the vocabulary."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from pilotline.vocabulary.board import BoardMessage, HostMessage
from pilotline.vocabulary.car import CarTalk
from pilotline.vocabulary.charging import Profile, ProfilePurpose, RateUnit
from pilotline.vocabulary.journal import (
    CachedTag,
    Durable,
    ForgetCard,
    ForgetProfiles,
    ForgetReservation,
    ForgetTags,
    KeepCard,
    KeepCurve,
    KeepEnergy,
    KeepProfile,
    KeepRegister,
    KeepReservation,
    KeepSecurityEvent,
    Listed,
    LocalListStored,
    MeterSample,
    Record,
    StoreAvailability,
    StoreKey,
    StoreLocalList,
    StoreTrouble,
)
from pilotline.vocabulary.lights import Module, ModuleState
from pilotline.vocabulary.metering import MeterReading, MeterSilent
from pilotline.vocabulary.refusals import Refusal
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.status import ConnectorStatus, ErrorCode, ResetKind, TagInfo
from pilotline.vocabulary.time import Tick

# What people and backends command carries the role it is given under, the least there is if nobody says one;
# ``call`` other than 0 comes back in ``CallAnswer``.

# --- heard ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BoardSaid:
    """A message of the connector's RTM."""

    connector: int
    message: BoardMessage


@dataclass(frozen=True, slots=True)
class MeterSaid:
    """A reading of the connector's energy meter, or its silence."""

    connector: int
    reading: MeterReading | MeterSilent


@dataclass(frozen=True, slots=True)
class CarSaid:
    """How it stands on the line to the connector's car, whole whenever a part changes (ISO 15118).

    ``talk`` None: no conversation is open, and ``in_order`` says how the last one ended. ``power``: the car
    asked for power.
    """

    connector: int
    talk: CarTalk | None = None
    power: bool = False
    in_order: bool = False


@dataclass(frozen=True, slots=True)
class ModuleSaid:
    """How a part of the controller with lights of its own is (M-31)."""

    module: Module
    state: ModuleState


@dataclass(frozen=True, slots=True)
class SupplySaid:
    """A reading of the EVSENS at the house's supply, or its silence (M-08).

    Its currents and powers are signed: positive is import, negative export.
    """

    reading: MeterReading | MeterSilent


@dataclass(frozen=True, slots=True)
class PresentTag:
    """A card, a token of the app, any identification of at most 20 characters."""

    tag: str
    connector: int = 1


@dataclass(frozen=True, slots=True)
class TagAnswer:
    """The answer to ``AskAuthorization``; ``info`` None means the backend gave none in time."""

    request: int
    info: TagInfo | None


@dataclass(frozen=True, slots=True)
class StartAnswer:
    """The backend's answer to the start of a session."""

    session: str
    tag: str
    info: TagInfo
    transaction: int


@dataclass(frozen=True, slots=True)
class TagLearned:
    """The backend said in passing what a tag is worth: in its answer to the end of a session."""

    tag: str
    info: TagInfo


@dataclass(frozen=True, slots=True)
class RemoteStart:
    """The backend asks to start for ``tag``; ``call`` comes back in ``CallAnswer``.

    ``sound``: what else it brought could be read; ``profile`` is that, a TxProfile of the session to come.
    """

    call: int
    tag: str
    connector: int | None
    sound: bool = True
    profile: Profile | None = None


@dataclass(frozen=True, slots=True)
class RemoteStop:
    """The backend asks to stop its transaction."""

    call: int
    transaction: int


@dataclass(frozen=True, slots=True)
class ChangeKey:
    """Set a configuration key from its OCPP text; ``name`` is the person's who asks, where that is known."""

    call: int
    key: str
    text: str
    role: Role = field(default=Role.BACKEND, kw_only=True)
    name: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class ReadKeys:
    """Read the named keys, or all when none is named; a backend hears of no local one."""

    call: int
    names: tuple[str, ...]
    role: Role = field(default=Role.BACKEND, kw_only=True)


@dataclass(frozen=True, slots=True)
class AskReset:
    """Restart the station after its sessions have been stopped."""

    call: int
    kind: ResetKind


@dataclass(frozen=True, slots=True)
class ChangeAvailability:
    """Put a connector, or the station (0), in or out of service."""

    call: int
    connector: int
    operative: bool


@dataclass(frozen=True, slots=True)
class ClearCache:
    """Forget what the backend said of tags, and nothing else."""

    call: int


@dataclass(frozen=True, slots=True)
class Unlock:
    """Let go of the plug, ending the session first; answered when the lock has moved, or has not."""

    call: int
    connector: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """So many facts wait for the backend now."""

    waiting: int


@dataclass(frozen=True, slots=True)
class StartCharging:
    """Somebody signed in begins a session with ``tag``: his card's; "" is the key ``c_LocalStartTag``.

    Answered when it is decided whether he may, which may take as long as the backend does.
    """

    tag: str = ""
    connector: int = 1
    role: Role = field(default=Role.USER, kw_only=True)
    call: int = field(default=0, kw_only=True)


@dataclass(frozen=True, slots=True)
class StopCharging:
    """Somebody beside the station ends the session; ``card`` is his own, "" of one without.

    A guest may end the session of his own card alone.
    """

    connector: int = 1
    card: str = field(default="", kw_only=True)
    role: Role = field(default=Role.USER, kw_only=True)
    call: int = field(default=0, kw_only=True)


class Limiter(Enum):
    """Whose limit it is."""

    OWNER = "owner"  # ends with the session
    INSTALLER = "installer"  # stands, also over a restart


@dataclass(frozen=True, slots=True)
class LimitCurrent:
    """The owner's or the installer's limit, or None to lift it. 0 is a pause.

    The owner's is of one connector where he names it, else of all; the installer's is of the whole station.
    """

    limit_ma: int | None
    by: Limiter = Limiter.OWNER
    connector: int | None = None
    role: Role = field(default=Role.USER, kw_only=True)
    call: int = field(default=0, kw_only=True)


@dataclass(frozen=True, slots=True)
class ChargeNow:
    """The session shall wait neither for the end of peak hours nor for a random delay (E-64, E-65)."""

    connector: int = 1
    role: Role = field(default=Role.USER, kw_only=True)
    call: int = field(default=0, kw_only=True)


@dataclass(frozen=True, slots=True)
class ClearLatched:
    """A person beside the station resets its latched faults."""

    connector: int = 1
    role: Role = field(default=Role.USER, kw_only=True)
    call: int = field(default=0, kw_only=True)


@dataclass(frozen=True, slots=True)
class CompensateRcd:
    """The offset of the leakage monitor is to be measured and kept (E-26); answered when that is done."""

    connector: int = 1
    role: Role = field(default=Role.USER, kw_only=True)
    call: int = field(default=0, kw_only=True)


@dataclass(frozen=True, slots=True)
class RestartStation:
    """Somebody beside the station restarts it: ``hard`` by its reset pin (E-41, R-42)."""

    kind: Literal["soft", "hard"] = "soft"
    role: Role = field(default=Role.USER, kw_only=True)
    call: int = field(default=0, kw_only=True)


@dataclass(frozen=True, slots=True)
class SetCard:
    """A card for the station's own book, or what is other of one that is there."""

    tag: str
    name: str = ""
    allowed: bool = True
    role: Role = field(default=Role.USER, kw_only=True)
    call: int = field(default=0, kw_only=True)


@dataclass(frozen=True, slots=True)
class RemoveCard:
    """A card is to leave the station's own book."""

    tag: str
    role: Role = field(default=Role.USER, kw_only=True)
    call: int = field(default=0, kw_only=True)


@dataclass(frozen=True, slots=True)
class LearnCard:
    """The next card held to the reader is to be named and to begin nothing; answered with its tag."""

    role: Role = field(default=Role.USER, kw_only=True)
    call: int = field(default=0, kw_only=True)


CardWish = SetCard | RemoveCard | LearnCard
PeopleWish = (
    StartCharging | StopCharging | LimitCurrent | ChargeNow | ClearLatched | CompensateRcd | RestartStation
    | CardWish
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BackendLink:
    """Whether the backend has accepted us and can be asked."""

    online: bool


@dataclass(frozen=True, slots=True)
class TellStatus:
    """The backend wants a StatusNotification of this connector (0: all)."""

    connector: int


@dataclass(frozen=True, slots=True)
class TellMeter:
    """The backend wants meter values of this connector."""

    connector: int


@dataclass(frozen=True, slots=True)
class SetProfile:
    """Install a charging profile at a connector, 0 for the station; None: it could not be read."""

    call: int
    connector: int
    profile: Profile | None


@dataclass(frozen=True, slots=True)
class ClearProfiles:
    """Take out the charging profile of this id, else all that fit what is named; None names nothing."""

    call: int
    id: int | None = None
    connector: int | None = None
    purpose: ProfilePurpose | None = None
    stack: int | None = None


@dataclass(frozen=True, slots=True)
class ReadComposite:
    """What may be drawn at a connector, 0 for the station, from now on for ``duration_s``."""

    call: int
    connector: int
    duration_s: int
    unit: RateUnit | None = None


@dataclass(frozen=True, slots=True)
class SendList:
    """Update the local list to ``version``: ``whole``, to these entries; else by them."""

    call: int
    version: int
    whole: bool
    entries: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class ReadListVersion:
    """Which version the local list is of; answered by ``CallAnswer`` with the number."""

    call: int


@dataclass(frozen=True, slots=True)
class Reserve:
    """Keep a connector, 0 for any, for a tag and for the group ``parent``.

    ``expiry_us`` in µs since 1970; None: it could not be read.
    """

    call: int
    id: int
    connector: int
    tag: str
    expiry_us: int | None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class CancelReservation:
    """The reservation of this id is not wanted any more."""

    call: int
    id: int


BackendWish = (
    RemoteStart | RemoteStop | AskReset | ChangeAvailability | ClearCache | Unlock | TellStatus | TellMeter
    | SetProfile | ClearProfiles | ReadComposite | SendList | ReadListVersion | Reserve | CancelReservation
)  # fmt: skip

StationEvent = (
    BoardSaid
    | MeterSaid
    | CarSaid
    | ModuleSaid
    | SupplySaid
    | PresentTag
    | TagAnswer
    | StartAnswer
    | TagLearned
    | BackendWish
    | ChangeKey
    | ReadKeys
    | Backlog
    | PeopleWish
    | BackendLink
    | StoreTrouble
    | Durable
    | LocalListStored
    | Tick
)

# --- said ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToBoard:
    """A message for the connector's RTM."""

    connector: int
    message: HostMessage


@dataclass(frozen=True, slots=True)
class MeterPace:
    """How closely the connector's meter is to be read: ``fast`` from before a session to after it."""

    connector: int
    fast: bool


@dataclass(frozen=True, slots=True)
class AskAuthorization:
    """May this tag charge? Answered by ``TagAnswer`` of the same ``request``."""

    request: int
    tag: str


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What a StatusNotification says. ``vendor_error`` is set with ``vendor_id`` (E-25, E-33).

    ``keep``: it is told after a reconnect too, although it is history by then (R-34).
    """

    connector: int
    status: ConnectorStatus
    error: ErrorCode
    at: int
    info: str | None = None
    vendor_id: str | None = None
    vendor_error: str | None = None
    keep: bool = False


@dataclass(frozen=True, slots=True)
class CallAnswer:
    """The station's answer to a call: its OCPP status word, and for people why not, as a sentence."""

    call: int
    word: str
    reason: Refusal | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class KeyReading:
    """One key as GetConfiguration shows it; ``text`` is None for a key without a value."""

    name: str
    text: str | None
    readonly: bool


@dataclass(frozen=True, slots=True)
class KeysRead:
    """The answer to ``ReadKeys``; ``too_many`` when more were named than GetConfigurationMaxKeys (R-43)."""

    call: int
    readings: tuple[KeyReading, ...]
    unknown: tuple[str, ...]
    too_many: bool = False


@dataclass(frozen=True, slots=True)
class CompositeRead:
    """The answer to ``ReadComposite``; ``steps`` are seconds after ``start_s`` (UTC) and mA per phase or mW.

    They reach ``duration_s``, which is less than was asked for where there would be too many.
    """

    call: int
    connector: int
    start_s: int
    duration_s: int
    unit: RateUnit
    phases: int
    steps: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Restart:
    """The runtime restarts the host now (hard: its reset pin is pulled, R-42).

    Said again, if it does not come about.
    """

    kind: ResetKind


@dataclass(frozen=True, slots=True)
class RestartFailed:
    """No restart came about in ``tries`` tries: the station goes on working."""

    kind: ResetKind
    tries: int


@dataclass(frozen=True, slots=True)
class MeterReport:
    """Meter values that no journal keeps; ``session`` None outside a session.

    ``asked``: the backend wants them now (TriggerMessage); else they are those of the clock.
    """

    connector: int
    session: str | None
    sample: MeterSample
    asked: bool = True


StationEffect = (
    ToBoard
    | MeterPace
    | AskAuthorization
    | StatusReport
    | MeterReport
    | CallAnswer
    | KeysRead
    | CompositeRead
    | KeepProfile
    | ForgetProfiles
    | StoreKey
    | StoreAvailability
    | CachedTag
    | ForgetTags
    | StoreLocalList
    | KeepReservation
    | ForgetReservation
    | KeepCard
    | ForgetCard
    | KeepSecurityEvent
    | KeepCurve
    | KeepEnergy
    | KeepRegister
    | Restart
    | RestartFailed
    | Record
)
