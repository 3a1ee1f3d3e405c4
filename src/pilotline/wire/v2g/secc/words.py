"""What a :class:`~pilotline.wire.v2g.secc.core.Secc` hears and says, beside the power side's words.

In: bytes of one TCP connection, :class:`~pilotline.vocabulary.power_side.PowerState`, who may charge, where
the car holds the pilot, what the station wishes. Out: bytes, verbs for the power side, and what became known.
"""

from dataclasses import dataclass
from enum import Enum

from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.power_side import PowerState, PowerVerb
from pilotline.vocabulary.time import SECOND, Tick
from pilotline.wire.v2g.exi.schema import Element
from pilotline.wire.v2g.protocols import Protocol

# --- in -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes of the connection, cut anywhere."""

    data: bytes


@dataclass(frozen=True, slots=True)
class CarClosed:
    """The car closed its connection, or it broke."""


class Authorisation(Enum):
    """Whether the station lets this car charge. The first answer that is not WAITING is not the last."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PilotSeen:
    """The state in which the car holds the pilot."""

    state: PilotState


class Wish(Enum):
    """What the station would like the car to do; NONE takes it back while the car has not done it."""

    NONE = "none"
    STOP = "stop"
    RENEGOTIATE = "renegotiate"


SeccEvent = Received | CarClosed | PowerState | Authorisation | PilotSeen | Wish | Tick

# --- out ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes for the connection."""

    data: bytes


class Ending(Enum):
    """How the conversation ended."""

    TERMINATED = "terminated"  # SessionStop
    PAUSED = "paused"  # SessionStop(Pause): the car comes back with the same session id
    REFUSED = "refused"  # we answered FAILED
    NO_PROTOCOL = "no protocol"  # nothing in common
    CAR_LEFT = "car left"  # it closed the connection, or left the pilot
    SILENT = "silent"  # it said nothing for 60 s, or was too late
    UNREADABLE = "unreadable"  # bytes that are no V2GTP or no message
    BROKE_OFF = "broke off"  # the power side's trouble


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close the connection; nothing is said or heard after it. ``why`` is a sentence."""

    ending: Ending
    why: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of the car was read, for whoever listens in."""

    protocol: Protocol | None
    body: Element


@dataclass(frozen=True, slots=True)
class Answered:
    """And this was answered."""

    protocol: Protocol | None
    body: Element


@dataclass(frozen=True, slots=True)
class CarTold:
    """What the car has said of itself so far; repeated whole whenever a part of it changes.

    Currents and voltages are its limits or, for ``target_*``, what it asks for now; all None until said.
    ``wants_wh`` is the energy it asks for, ``departure_s`` when it wants to leave, from the message on.
    """

    evccid: bytes = b""
    soc_percent: int | None = None
    max_voltage_mv: int | None = None
    max_current_ma: int | None = None
    min_current_ma: int | None = None
    target_voltage_mv: int | None = None
    target_current_ma: int | None = None
    wants_wh: int | None = None
    departure_s: int | None = None
    charges: bool = False  # between PowerDelivery start and its end


SeccEffect = Send | HangUp | Heard | Answered | CarTold | PowerVerb


class Energy(Enum):
    """What the outlet supplies."""

    AC = "ac"
    DC = "dc"


@dataclass(frozen=True, slots=True)
class PausedSession:
    """What has to be remembered between a pause and the car's return (V2G2-741)."""

    session_id: bytes
    evccid: bytes
    protocol: Protocol
    schedule_id: int = 1


@dataclass(frozen=True, slots=True)
class SeccConfig:
    """One outlet. ``evse_id`` as ISO 15118-2 writes it (DIN's is made of zeros); times in µs.

    ``authorisation_us`` is R-55's: how long a car may ask for an identification from outside.
    ``cable_check_us`` is V2G_EVCC_Ongoing_Timeout: a charger aims at 38 s
    (V2G_SECC_CableCheck_Performance_Time), but no clause asks it to fail then, and cars have charged after
    56 s. ``schedule_w`` is the PMax (W) of the schedule where it is not what is offered at that moment: a
    limit may rise again.
    """

    energy: Energy = Energy.DC
    protocols: tuple[Protocol, ...] = (Protocol.DIN, Protocol.ISO2)
    evse_id: str = "ZZ00000"
    free: bool = False
    authorisation_us: int = 300 * SECOND
    sequence_us: int = 60 * SECOND
    setup_us: int = 18 * SECOND
    cable_check_us: int = 60 * SECOND
    receipts: bool = False  # ask for MeteringReceipt during the charge loop
    meter_id: str = ""
    schedule_w: int | None = None
