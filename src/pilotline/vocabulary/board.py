"""What crosses the line between the safety module (RTM), its sensors and the host.

Sensors -> RTM: :class:`Sample`. RTM -> actuators: :class:`Outputs`. Host -> RTM: ``HostMessage``. The loop
that runs the RTM -> RTM: :class:`Pace`.
RTM -> host: ``BoardMessage``. One RTM serves one connector; a station with two has two RTMs.
The bytes of the last two are made by :mod:`pilotline.wire.rtm_link`.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import NamedTuple

from pilotline.vocabulary.phases import UNKNOWN, ZERO, PerPhase
from pilotline.vocabulary.pilot import STEADY, PilotOutput, PilotState, Signalling


class LockPosition(Enum):
    """Where the lock's own feedback says it is."""

    OPEN = "open"
    LOCKED = "locked"
    MOVING = "moving"
    NONE = "none"  # there is no lock (tethered cable)


class Contacts(NamedTuple):
    """Sensed at the relay's outlet, per pole: True where the contact is closed.

    With three phases ``live`` is True when any of them is: a welded pole has to show, whichever it is.
    """

    live: bool
    neutral: bool


CONTACTS_OPEN = Contacts(live=False, neutral=False)
CONTACTS_CLOSED = Contacts(live=True, neutral=True)


class ResidualAlarm(NamedTuple):
    """The residual-current monitor's own switched outputs: they trip without a figure and without a wait."""

    ac: bool = False
    dc: bool = False


class Covers(NamedTuple):
    """Which of the station's covers stand open (E-21)."""

    main: bool = False
    service: bool = False


class Sample(NamedTuple):
    """All the RTM measures, at core time ``at``; constant until the next sample.

    ``pilot_high_mv`` and ``pilot_low_mv`` are the two levels of the pilot (equal when it is steady).
    ``proximity_ohm`` is None with nothing plugged in (an open circuit), or where nothing is fitted.
    ``clamp_ma`` is what the clamp at the house's supply measures, the car's current included; None on a phase
    without a clamp, or with one that says nothing valid. ``calibrated``: the figures could be read (E-20).
    """

    at: int
    pilot_high_mv: int = 12_000
    pilot_low_mv: int = 12_000
    proximity_ohm: int | None = None
    contacts: Contacts = CONTACTS_OPEN
    lock: LockPosition = LockPosition.NONE
    voltage_mv: PerPhase[int] = PerPhase(230_000, 0, 0)
    current_ma: PerPhase[int] = ZERO
    neutral_pe_mv: int = 0
    residual_ac_ua: int = 0
    residual_dc_ua: int = 0
    temperature_mc: tuple[int, int] = (25_000, 25_000)
    residual_alarm: ResidualAlarm = ResidualAlarm()
    covers: Covers = Covers()
    clamp_ma: PerPhase[int | None] = UNKNOWN
    emergency_stop: bool = False
    calibrated: bool = True


class Pace(Enum):
    """How the loop that runs the RTM keeps its time. The loop measures it, and says so when it is another."""

    KEPT = "kept"
    LATE = "late"  # late enough to stop charging in order until it keeps its time again
    STALLED = "stalled"  # it stood still for so long that nothing was watched: a trip


class Light(NamedTuple):
    """What the ring shows: two colours (0xRRGGBB) it changes between, and its brightness in percent."""

    first: int = 0
    second: int = 0
    percent: int = 100

    @property
    def blinks(self) -> bool:
        """Two equal colours are a steady light."""
        return self.first != self.second


HOST_LOST_LIGHT = Light(0xFF0000, 0x202020)
"""What the RTM shows by itself while no host speaks to it (E-16)."""


class Outputs(NamedTuple):
    """All the RTM drives. It is emitted whole whenever a part of it changes."""

    pilot: PilotOutput = STEADY
    relay: bool = False
    lock: bool = False
    light: Light = Light()
    beep: bool = False
    residual_test: bool = False  # the monitor's test input: its alarms have to come, and go with it


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """RTM -> its own memory: keep this record of the safety settings, and hand it to the next start (R-49).

    It has to be durable before anything the RTM says after it leaves the board: the echo promises it.
    """

    data: bytes


LINK_PROTOCOL = 4
"""The version both ends of the link must name in Hello and Identity."""

# --- host -> RTM ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hello:
    """The host introduces itself; it gets no permit while its model hash is not the RTM's own."""

    protocol: int
    model_hash: int


@dataclass(frozen=True, slots=True)
class Permit:
    """Charging is allowed at up to ``offer_ma`` for ``lifetime_ms`` from now (R-45: at most 2 s).

    With digital signalling the pilot shows 5 % whatever the offer is; one below 6 A is conversation alone and
    closes nothing. On a model without it such a permit is none. From one signalling to the other the pilot is
    steady for the model's time between.
    """

    offer_ma: int
    lifetime_ms: int = 2_000
    signalling: Signalling = Signalling.NOMINAL


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The permit ends now: an orderly stop."""


@dataclass(frozen=True, slots=True)
class LockPlug:
    """The host wishes the plug locked or free. The RTM never unlocks while the relay is closed."""

    locked: bool


@dataclass(frozen=True, slots=True)
class SetLight:
    """What the ring shall show."""

    light: Light


@dataclass(frozen=True, slots=True)
class SetAvailable:
    """False: the pilot is held in state F (R-47)."""

    available: bool


@dataclass(frozen=True, slots=True)
class ClearFaults:
    """A person's reset of latched faults; the RTM clears those whose cause has ended."""

    mask: int


class Setting(IntEnum):
    """The safety settings that only commissioning changes (R-49)."""

    VENTILATED_ENABLED = 1  # 0 or 1: state D charges as C (E-23)
    LOCK_ENABLED = 2  # 0 or 1 (E-66)
    RCD_TYPE = 3  # 0: AC and DC; 2: AC alone, where the model allows it (E-10)
    VOLTAGE_OFFSET = 4  # 0 to 23 V by which the voltage window is wider at both ends (E-18)
    RCD_OFFSET = (
        5  # any value: measure the monitor's offset now and keep it; the echo is the offset in µA (E-26)
    )


@dataclass(frozen=True, slots=True)
class Commission:
    """A safety setting, accepted in state A with the relay open only (R-49)."""

    setting: Setting
    value: int


@dataclass(frozen=True, slots=True)
class HostAlive:
    """The host's heartbeat, sent from the loop that runs the station core and from nowhere else."""


HostMessage = (
    Hello | Permit | Withdraw | LockPlug | SetLight | SetAvailable | ClearFaults | Commission | HostAlive
)

# --- RTM -> host ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Identity:
    """The answer to Hello. ``remembered`` are faults that began while no host listened (E-16)."""

    protocol: int
    model_hash: int
    connector: int
    accepted: bool
    remembered: int
    serial: str


@dataclass(frozen=True, slots=True)
class ConnectorReport:
    """The RTM's whole state, on every change and at least once a second.

    ``offer_ma`` is what the car is allowed now (0 for nothing), by duty cycle or by messages:
    ``output.signalling`` says which. ``permitted``: a permit of 6 A or more is in force. ``cable_ma`` is the
    cable's rating, None where none is known; ``wake_ups`` counts the pulses for a sleeping car since boot.
    """

    at: int
    pilot: PilotState
    output: PilotOutput
    offer_ma: int
    cable_ma: int | None
    relay: bool
    contacts: Contacts
    lock: LockPosition
    permitted: bool
    faults: int
    wake_ups: int


@dataclass(frozen=True, slots=True)
class Measurement:
    """What the RTM measures, for the host to show and to report (E-03, E-25).

    ``current_ma`` and ``clamp_ma`` are of one moment: their difference is what the house draws (E-32).
    ``proximity_ohm`` is None where nothing is plugged in or fitted; the residual currents are as measured,
    the monitor's offset included.
    """

    at: int
    voltage_mv: PerPhase[int]
    current_ma: PerPhase[int]
    neutral_pe_mv: int
    temperature_mc: tuple[int, int]
    clamp_ma: PerPhase[int | None] = UNKNOWN
    pilot_high_mv: int = 0
    pilot_low_mv: int = 0
    proximity_ohm: int | None = None
    residual_ac_ua: int = 0
    residual_dc_ua: int = 0


@dataclass(frozen=True, slots=True)
class Commissioned:
    """The echo of a commissioning command: the value now in force, and whether the command was taken."""

    setting: Setting
    value: int
    taken: bool


BoardMessage = Identity | ConnectorReport | Measurement | Commissioned
