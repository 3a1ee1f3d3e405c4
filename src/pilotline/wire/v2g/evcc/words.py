"""What an :class:`~pilotline.wire.v2g.evcc.core.Evcc` hears and says: the car's side of one conversation.

The car's own world (battery, inlet, contactors) is somebody else's: it tells a :class:`CarState` when a part
changes and does as it is told by the effects.
"""

from dataclasses import dataclass
from enum import Enum

from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.time import Tick
from pilotline.wire.v2g.exi.schema import Element
from pilotline.wire.v2g.protocols import Protocol

# --- in -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes of the connection, cut anywhere."""

    data: bytes


@dataclass(frozen=True, slots=True)
class ChargerClosed:
    """The charger closed the connection, or it broke."""


@dataclass(frozen=True, slots=True)
class CarState:
    """The car at this moment. ``inlet_mv`` None: it measures nothing and believes the charger.

    ``target_ma`` and ``target_mv`` are what its battery takes now (DC); ``wants`` False ends the charging in
    order; ``pause`` makes that a pause; ``fault`` ends it with an error code. ``battery_mv`` is what the
    output has to meet before the car closes its contactors (None: ``target_mv``); ``renegotiate`` asks once
    for new limits while it charges (ISO 15118-2), and again when it was False in between.
    """

    soc_percent: int
    target_ma: int
    target_mv: int
    inlet_mv: int | None = None
    wants: bool = True
    pause: bool = False
    fault: bool = False
    battery_mv: int | None = None
    renegotiate: bool = False


EvccEvent = Received | ChargerClosed | CarState | Tick

# --- out ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes for the connection."""

    data: bytes


class Ending(Enum):
    """How it ended, as the car sees it."""

    TERMINATED = "terminated"
    PAUSED = "paused"
    REFUSED = "refused"  # the charger answered FAILED, or speaks nothing of ours
    CHARGER_LEFT = "charger left"
    TOO_LATE = "too late"  # a timer of the car's ran out
    UNREADABLE = "unreadable"
    EMERGENCY = "emergency"  # the charger said so


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close the connection; ``why`` is a sentence."""

    ending: Ending
    why: str


@dataclass(frozen=True, slots=True)
class Said:
    """A message went out."""

    protocol: Protocol | None
    body: Element


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer came."""

    protocol: Protocol | None
    body: Element


@dataclass(frozen=True, slots=True)
class HoldPilot:
    """Hold the pilot in this state: B, or C to have power."""

    state: PilotState


@dataclass(frozen=True, slots=True)
class CloseInlet:
    """The car's own contactors (DC)."""

    closed: bool


@dataclass(frozen=True, slots=True)
class Take:
    """What the charger supplies or offers now: DC what it says flows, AC what may be drawn per phase."""

    current_ma: int
    voltage_mv: int


EvccEffect = Send | HangUp | Said | Heard | HoldPilot | CloseInlet | Take


class Transfer(Enum):
    """How the car charges."""

    DC_EXTENDED = "DC_extended"
    DC_CORE = "DC_core"
    AC_SINGLE_PHASE = "AC_single_phase_core"
    AC_THREE_PHASE = "AC_three_phase_core"


class Quirk(Enum):
    """What real cars do, as far as it shows on the wire (the list's number in brackets)."""

    NUL_SCOPE = "nul-scope"  # [1] ServiceScope of 64 NUL characters
    TRAILING_ZERO = "trailing-zero"  # [2] a surplus zero byte after ContractAuthenticationReq
    OWN_NAMESPACE = "own-namespace"  # [3] prefers a namespace of its maker's
    EMPTY_SESSION_ID = "empty-session-id"  # [4] a SessionID of no bytes in SessionSetupReq
    SHORT_SESSION_ID = "short-session-id"  # [4] one byte 00
    TARGET_BELOW_BATTERY = "target-below-battery"  # [7] first target voltages are negative or too low
    WRONG_FIRST_PRECHARGE = "wrong-first-precharge"  # [8] another voltage in the first PreChargeReq
    IMPATIENT_WITHOUT_CURRENT = "impatient-without-current"  # [9] leaves 60 s after no current flows
    STAYS_IN_C = "stays-in-c"  # [10] state C through a renegotiation
    CABLE_CHECK_IN_AC = "cable-check-in-ac"  # [15] CableCheckReq in an AC session
    LEAVES_AFTER_DISCOVERY = "leaves-after-discovery"  # [15] chooses AC_single_phase_core and leaves
    ROUNDS_DOWN = "rounds-down"  # [17] asks for whole amperes
    NO_WELDING_DETECTION = "no-welding-detection"  # [22] goes straight to SessionStop
    LEAVES_AFTER_PARAMETERS = "leaves-after-parameters"  # [24] leaves before the cable check
    SCHEMA_IDS = "schema-ids"  # odd SchemaIDs: 222 and 111


@dataclass(frozen=True, slots=True)
class EvccConfig:
    """One car. Protocols in its order of liking; ``loop_us`` is how often it asks in the charge loop."""

    transfer: Transfer = Transfer.DC_EXTENDED
    protocols: tuple[Protocol, ...] = (Protocol.ISO2, Protocol.DIN)
    evccid: bytes = bytes.fromhex("02AC50110001")
    max_voltage_mv: int = 450_000
    max_current_ma: int = 200_000
    min_current_ma: int = 6_000
    capacity_wh: int = 52_000
    wants_wh: int = 30_000
    loop_us: int = 220_000
    ask_again_us: int = 500_000
    """Between two questions that were answered Ongoing."""
    session_id: bytes = bytes(8)
    """Of a session that was paused, to be joined again; zeros for a new one."""
    authorisation_us: int | None = None
    """How long it asks for an identification from outside; None: as long as it is told to wait (R-55).

    With a figure DIN's 150 s from SessionSetupRes to PowerDeliveryRes hold as well.
    """
    departure_s: int | None = None
    """AC: when it wants to leave, in seconds from the message on."""
    quirks: frozenset[Quirk] = frozenset()
