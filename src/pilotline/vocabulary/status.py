"""The words OCPP 1.6 uses for connectors, errors, stops and answers; the station core speaks them too."""

from dataclasses import dataclass
from enum import Enum, IntEnum


class ConnectorStatus(Enum):
    """OCPP 1.6 §7.7 ChargePointStatus."""

    AVAILABLE = "Available"
    PREPARING = "Preparing"
    CHARGING = "Charging"
    SUSPENDED_EVSE = "SuspendedEVSE"
    SUSPENDED_EV = "SuspendedEV"
    FINISHING = "Finishing"
    RESERVED = "Reserved"
    UNAVAILABLE = "Unavailable"
    FAULTED = "Faulted"


class ErrorCode(Enum):
    """OCPP 1.6 §7.6 ChargePointErrorCode."""

    CONNECTOR_LOCK_FAILURE = "ConnectorLockFailure"
    EV_COMMUNICATION_ERROR = "EVCommunicationError"
    GROUND_FAILURE = "GroundFailure"
    HIGH_TEMPERATURE = "HighTemperature"
    INTERNAL_ERROR = "InternalError"
    LOCAL_LIST_CONFLICT = "LocalListConflict"
    NO_ERROR = "NoError"
    OTHER_ERROR = "OtherError"
    OVER_CURRENT_FAILURE = "OverCurrentFailure"
    OVER_VOLTAGE = "OverVoltage"
    POWER_METER_FAILURE = "PowerMeterFailure"
    POWER_SWITCH_FAILURE = "PowerSwitchFailure"
    READER_FAILURE = "ReaderFailure"
    RESET_FAILURE = "ResetFailure"
    UNDER_VOLTAGE = "UnderVoltage"
    WEAK_SIGNAL = "WeakSignal"


class StopReason(Enum):
    """OCPP 1.6 §7.36 Reason."""

    DE_AUTHORIZED = "DeAuthorized"
    EMERGENCY_STOP = "EmergencyStop"
    EV_DISCONNECTED = "EVDisconnected"
    HARD_RESET = "HardReset"
    LOCAL = "Local"
    OTHER = "Other"
    POWER_LOSS = "PowerLoss"
    REBOOT = "Reboot"
    REMOTE = "Remote"
    SOFT_RESET = "SoftReset"
    UNLOCK_COMMAND = "UnlockCommand"


class AuthStatus(Enum):
    """OCPP 1.6 §7.2 AuthorizationStatus."""

    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"
    EXPIRED = "Expired"
    INVALID = "Invalid"
    CONCURRENT_TX = "ConcurrentTx"


@dataclass(frozen=True, slots=True)
class TagInfo:
    """OCPP 1.6 §7.23 IdTagInfo: what a tag is worth, until when (µs since 1970), and whose group it is of."""

    status: AuthStatus
    expiry_us: int | None = None
    parent: str | None = None


class AuthMode(Enum):
    """Who may charge (R-26)."""

    TAG = "tag"  # a card, an app or the backend says who pays
    PLUG_AND_CHARGE = "plug_and_charge"  # plugging in starts a session, no identification
    FREE = "free"  # no identification and price 0


class ListStatus(Enum):
    """OCPP 1.6 §7.45 UpdateStatus, of the local list."""

    ACCEPTED = "Accepted"
    FAILED = "Failed"
    NOT_SUPPORTED = "NotSupported"
    VERSION_MISMATCH = "VersionMismatch"


class ReservationStatus(Enum):
    """OCPP 1.6 §7.37 ReservationStatus."""

    ACCEPTED = "Accepted"
    FAULTED = "Faulted"
    OCCUPIED = "Occupied"
    REJECTED = "Rejected"
    UNAVAILABLE = "Unavailable"


class ResetKind(Enum):
    """OCPP 1.6 §7.35 ResetType."""

    SOFT = "Soft"
    HARD = "Hard"


class ResetReason(IntEnum):
    """Why the application processor started (E-40); ``VendorID3`` is reported with its number."""

    UNKNOWN = 0
    POWERON = 1
    EXT = 2
    SW = 3
    PANIC = 4
    INT_WDT = 5
    TASK_WDT = 6
    WDT = 7
    DEEPSLEEP = 8
    BROWNOUT = 9
    SDIO = 10


class ReadingContext(Enum):
    """OCPP 1.6 §7.34: why a meter value was taken."""

    TRANSACTION_BEGIN = "Transaction.Begin"
    TRANSACTION_END = "Transaction.End"
    PERIODIC = "Sample.Periodic"
    CLOCK = "Sample.Clock"
    TRIGGER = "Trigger"
