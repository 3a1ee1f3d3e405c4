"""What the OCPP link hears and says, and the tokens of its own calls."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from pilotline.station.events import (
    AskAuthorization,
    CallAnswer,
    CompositeRead,
    KeysRead,
    MeterReport,
    StationEvent,
    StatusReport,
)
from pilotline.station.upkeep import events as upkeep
from pilotline.station.upkeep.events import UpkeepWish
from pilotline.vocabulary.journal import (
    Counted,
    Delivered,
    Durable,
    Fetch,
    Fetched,
    Resend,
    SetAside,
    StoreKey,
    StoreZeros,
    ZerosStored,
)
from pilotline.vocabulary.time import Tick


@dataclass(frozen=True, slots=True)
class BackendUp:
    """The transport is connected."""


@dataclass(frozen=True, slots=True)
class BackendDown:
    """The transport is gone; ``reason`` is a sentence. ``ours``: it was hung up here, nothing failed."""

    reason: str
    ours: bool = False


@dataclass(frozen=True, slots=True)
class BackendSaid:
    """A text of the backend."""

    text: str


@dataclass(frozen=True, slots=True)
class ClockLearned:
    """It is ``utc`` now, says the operating system or the backend."""

    utc: datetime


@dataclass(frozen=True, slots=True)
class SendText:
    """A text for the backend."""

    text: str


class Registration(Enum):
    """Where we stand with the backend."""

    OFFLINE = "offline"
    ASKING = "asking"  # BootNotification is out or will be; the backend has not answered on this line
    PENDING = "pending"
    REJECTED = "rejected"
    ACCEPTED = "accepted"


class Purpose(Enum):
    """What a call of ours is for: its token."""

    BOOT = "boot"
    HEARTBEAT = "heartbeat"
    FACT = "fact"
    METER = "meter"
    NOTICE = "notice"


LinkEvent = (
    BackendUp | BackendDown | BackendSaid | ClockLearned | AskAuthorization | StatusReport | CallAnswer
    | KeysRead | CompositeRead | MeterReport | StoreKey | Durable | Fetched | ZerosStored | Counted | Resend
    | upkeep.Answer | upkeep.AskSignature | upkeep.Tell | upkeep.Send | Tick
)  # fmt: skip
LinkEffect = SendText | StationEvent | UpkeepWish | Delivered | SetAside | Resend | Fetch | StoreZeros


@dataclass(frozen=True, slots=True)
class Asking:
    """The token of an Authorize."""

    request: int


@dataclass(frozen=True, slots=True)
class Telling:
    """The token of a StatusNotification."""

    report: StatusReport


@dataclass(slots=True)
class Waiting:
    """A status on its way; it goes after the facts that became durable before it on this connection."""

    report: StatusReport
    after: int
