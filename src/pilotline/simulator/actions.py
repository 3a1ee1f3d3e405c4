"""The bench: what a person, a script or a test may do to the simulated world, and the words for it.

Actions are plain values with flat fields, so that a script and the control protocol can spell them. What
None means stands with each. They do nothing themselves: :mod:`pilotline.simulator.world` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from pilotline.simulator.v2g_car import Digital
from pilotline.vocabulary.roles import Role


class Misbehaviour(Enum):
    """What a car can get wrong. The value is its word; ``sentence`` says what the car then does."""

    _value_: str
    sentence: str

    def __new__(cls, word: str, sentence: str) -> "Misbehaviour":
        """One member: its word is its value."""
        member = object.__new__(cls)
        member._value_ = word
        member.sentence = sentence
        return member

    DRAWS_TOO_MUCH = "draws_too_much", "It draws more than the duty cycle offers."
    IGNORES_PWM = "ignores_pwm", "Neither a lower duty cycle nor a steady pilot makes it draw less."
    NEVER_OPENS_S2 = "never_opens_s2", "Once closed, S2 stays closed until the plug is pulled."
    NO_DIODE = "no_diode", "The diode of its pilot circuit is missing: the low level mirrors the high one."
    IMPATIENT = "impatient", "It closes S2 as soon as it is plugged in, before any PWM, and keeps it closed."
    ASLEEP = "asleep", "It stays in B, whatever is offered, until a pulse of state F or a new plug-in."
    FLAPPING = "flapping", "It opens S2 again two seconds after each closing, current or not."
    PILOT_SHORT = "pilot_short", "Its pilot wire is shorted to earth: 0 V, state E."


class Pole(Enum):
    """One contact of the relay."""

    LIVE = "live"
    NEUTRAL = "neutral"


class LockFault(Enum):
    """What can be wrong with the plug's lock."""

    NONE = "none"
    JAMMED = "jammed"  # it stays where it is, in the middle of its travel too
    BLOCKED = "blocked"  # the bolt does not go out: the plug is not fully in
    STRAINED = "strained"  # the bolt does not come back: the plug pulls on it
    MISSING = "missing"  # it gives no feedback at all


class MonitorFault(Enum):
    """What can be wrong with the residual-current monitor."""

    NONE = "none"
    DEAD = "dead"  # no alarm ever comes, in a self-test either
    STUCK = "stuck"  # both alarms stand, whatever flows


class ClampState(Enum):
    """How the clamp at the house's supply is."""

    ABSENT = "absent"
    FITTED = "fitted"
    SILENT = "silent"  # nothing comes from it
    REVERSED = "reversed"  # put around the conductor the wrong way: import counts as export
    INVALID = "invalid"  # its raw value is larger than any house draws


class Cover(Enum):
    """A cover of the station whose opening is watched (E-21)."""

    MAIN = "main"
    SERVICE = "service"


class MeterFault(Enum):
    """How the energy meter misbehaves on its bus."""

    NONE = "none"
    SILENT = "silent"  # it does not answer
    GARBAGE = "garbage"  # it answers noise
    NAN = "nan"  # it answers well, and knows no value
    WRONG_CRC = "wrong_crc"  # its answers are damaged on the way


class EvsensFault(Enum):
    """How the EVSENS at the house's supply misbehaves (M-08)."""

    NONE = "none"
    SILENT = "silent"  # it does not answer
    GARBAGE = "garbage"  # it answers noise
    BLIND = "blind"  # it answers well, and knows no value
    REVERSED = "reversed"  # put in the wrong way round: import is told as export


# --- plug and cable -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlugIn:
    """A cable of ``cable_ma`` (13, 20, 32 or 63 A) is plugged in; ``ohm`` replaces its resistor's value."""

    cable_ma: int = 32_000
    ohm: int | None = None


@dataclass(frozen=True, slots=True)
class Unplug:
    """The plug is pulled at the car; the cable follows when its socket is free, or at once with ``force``."""

    force: bool = False


@dataclass(frozen=True, slots=True)
class SetProximity:
    """The resistor in the plug now measures ``ohm``; None is a broken wire. It lasts until the unplug."""

    ohm: int | None = None


@dataclass(frozen=True, slots=True)
class SetPilotOffset:
    """The pilot's high level is off by ``mv``, as with a bad contact or a foreign voltage."""

    mv: int = 0


# --- the car --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConfigureCar:
    """The car is another one: None leaves a property as it is. The fields are those of ``CarConfig``."""

    capacity_wh: int | None = None
    soc_percent: int | None = None
    efficiency_percent: int | None = None
    phases: int | None = None
    obc_ma: int | None = None
    minimum_ma: int | None = None
    ventilation: bool | None = None
    s2_reaction_ms: int | None = None
    duty_reaction_ms: int | None = None
    ramp_step_ma: int | None = None
    ramp_up_ma_s: int | None = None
    ramp_down_ma_s: int | None = None
    taper_from_percent: int | None = None
    taper_floor_ma: int | None = None
    overdraw_percent: int | None = None
    overdraw_ma: int | None = None
    digital: Digital | None = None


@dataclass(frozen=True, slots=True)
class SetMisbehaviour:
    """The car starts or ends one misbehaviour."""

    name: Misbehaviour
    active: bool = True


@dataclass(frozen=True, slots=True)
class RequestPower:
    """The driver lets the car charge."""


@dataclass(frozen=True, slots=True)
class StopPower:
    """The driver ends charging at the car: it draws nothing and opens S2, until RequestPower."""


@dataclass(frozen=True, slots=True)
class SetLeakage:
    """Current leaks from the car to earth while it is plugged in and the live contact is closed.

    None leaves a part of it as it is.
    """

    ac_ua: int | None = None
    dc_ua: int | None = None


# --- supply and surroundings ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SetVoltage:
    """The supply's voltage without load (mV); None leaves a phase as it is."""

    l1_mv: int | None = None
    l2_mv: int | None = None
    l3_mv: int | None = None


@dataclass(frozen=True, slots=True)
class RestoreVoltage:
    """Every phase has its nominal voltage again."""


@dataclass(frozen=True, slots=True)
class SwapWires:
    """L1 and N change places at the station's terminals, or change back."""

    swapped: bool = True


@dataclass(frozen=True, slots=True)
class SetNeutralEarth:
    """The voltage between N and PE, as a raised earth or neutral makes it; None is that of a sound supply."""

    mv: int | None = None


@dataclass(frozen=True, slots=True)
class SetHouseLoad:
    """What the rest of the house draws (mA); None leaves a phase as it is."""

    l1_ma: int | None = None
    l2_ma: int | None = None
    l3_ma: int | None = None


@dataclass(frozen=True, slots=True)
class SetAmbient:
    """The air around the station has this temperature (m°C); the sensors follow slowly."""

    mc: int


@dataclass(frozen=True, slots=True)
class SetTemperatures:
    """The sensors have these temperatures (m°C) at once and drift from there; None leaves one as it is."""

    relay_mc: int | None = None
    electronics_mc: int | None = None


@dataclass(frozen=True, slots=True)
class SetHeat:
    """Something keeps a sensor at this temperature (m°C), as a loose terminal does; None takes it away.

    What is left of it then cools as the place does.
    """

    relay_mc: int | None = None
    electronics_mc: int | None = None


@dataclass(frozen=True, slots=True)
class SetClamp:
    """The clamp at the house's supply is fitted, taken away, or broken."""

    state: ClampState = ClampState.FITTED


# --- the station's own parts ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WeldContact:
    """A contact is closed and stays so whatever the relay is told, until ``active`` is False."""

    pole: Pole = Pole.LIVE
    active: bool = True


@dataclass(frozen=True, slots=True)
class StickContact:
    """A contact is open and stays so whatever the relay is told, until ``active`` is False."""

    pole: Pole = Pole.LIVE
    active: bool = True


@dataclass(frozen=True, slots=True)
class SetLockFault:
    """The plug's lock breaks, or is mended."""

    fault: LockFault = LockFault.JAMMED


@dataclass(frozen=True, slots=True)
class SetMonitor:
    """The residual-current monitor breaks or is mended, and its DC figure is off; None leaves as it is."""

    fault: MonitorFault | None = None
    offset_dc_ua: int | None = None


@dataclass(frozen=True, slots=True)
class SetCover:
    """A cover is opened or closed."""

    cover: Cover = Cover.MAIN
    open: bool = True


@dataclass(frozen=True, slots=True)
class SetEmergencyStop:
    """The emergency-stop button is pressed and stays so, or is released."""

    pressed: bool = True


@dataclass(frozen=True, slots=True)
class SetCalibration:
    """The memory that holds the calibration can be read, or cannot."""

    readable: bool = False


@dataclass(frozen=True, slots=True)
class SetMeterFault:
    """The energy meter misbehaves on its bus, or is mended."""

    fault: MeterFault = MeterFault.SILENT


@dataclass(frozen=True, slots=True)
class SetEvsensFault:
    """The EVSENS at the house's supply misbehaves, or is mended."""

    fault: EvsensFault = EvsensFault.SILENT


GridAction = SetVoltage | RestoreVoltage | SwapWires | SetNeutralEarth | SetHouseLoad
EnclosureAction = SetCover | SetEmergencyStop | SetCalibration
StationAction = (
    EnclosureAction
    | SetAmbient
    | SetTemperatures
    | SetHeat
    | WeldContact
    | StickContact
    | SetLockFault
    | SetMonitor
)
CarAction = ConfigureCar | SetMisbehaviour | RequestPower | StopPower | SetLeakage
Action = PlugIn | Unplug | SetProximity | SetPilotOffset | CarAction | GridAction | StationAction | SetClamp
"""What is done to the world. Devices on a bus of their own are the energy meter (``SetMeterFault``) and the
EVSENS (``SetEvsensFault``)."""

COMMON = (
    SetVoltage,
    RestoreVoltage,
    SwapWires,
    SetNeutralEarth,
    SetHouseLoad,
    SetClamp,
    SetAmbient,
    SetEmergencyStop,
)
"""What a station's connectors have in common: supply and clamp, the air around them, one emergency stop."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The world does not work that way: nothing was done, and ``reason`` is a sentence for people."""

    action: Action
    reason: str


class Row(NamedTuple):
    """One row of the table of actions."""

    type: type[Action | SetMeterFault | SetEvsensFault]
    help: str
    least: Role = Role.USER


ACTIONS: Mapping[str, Row] = {
    "plug_in": Row(PlugIn, "Plug the car in, with a cable of a given rating."),
    "unplug": Row(Unplug, "Pull the plug at the car; a locked socket keeps the cable until it opens."),
    "proximity": Row(SetProximity, "Change or break the resistor in the plug."),
    "pilot_offset": Row(SetPilotOffset, "Shift the pilot's high level, for instance to between two states."),
    "car": Row(ConfigureCar, "Change the car: battery, charge, phases, current, reaction times, taper."),
    "misbehave": Row(SetMisbehaviour, "Start or end one of the car's misbehaviours."),
    "ev_start": Row(RequestPower, "Let the car charge, as its driver."),
    "ev_stop": Row(StopPower, "End charging at the car, as its driver."),
    "leak": Row(SetLeakage, "Let current leak to earth behind the relay."),
    "voltage": Row(SetVoltage, "Set the supply's voltage: a sag, a swell, an outage."),
    "restore_voltage": Row(RestoreVoltage, "Give every phase its nominal voltage again."),
    "swap_wires": Row(SwapWires, "Swap L1 and N at the station's terminals."),
    "neutral_earth": Row(SetNeutralEarth, "Set the voltage between neutral and protective earth."),
    "house": Row(SetHouseLoad, "Set what the rest of the house draws."),
    "ambient": Row(SetAmbient, "Set the temperature of the air around the station."),
    "temperature": Row(SetTemperatures, "Put the sensors at a temperature at once; they drift from there."),
    "heat": Row(SetHeat, "Keep a sensor at a temperature, as a loose terminal does, until null."),
    "clamp": Row(SetClamp, "Fit the clamp at the house's supply, take it away, or break it."),
    "weld": Row(WeldContact, "Weld a contact of the relay, or free it."),
    "stick": Row(StickContact, "Keep a contact of the relay from closing, or free it."),
    "lock_fault": Row(SetLockFault, "Jam the lock, one way or both, take it away, or mend it."),
    "monitor": Row(SetMonitor, "Break the residual-current monitor, mend it, put its DC figure off."),
    "cover": Row(SetCover, "Open or close a cover of the station."),
    "emergency_stop": Row(SetEmergencyStop, "Press the emergency-stop button, or release it."),
    "calibration": Row(SetCalibration, "Make the calibration memory unreadable, or readable."),
    "meter_fault": Row(SetMeterFault, "Silence the energy meter, let it answer badly, or mend it."),
    "evsens_fault": Row(
        SetEvsensFault, "Silence the EVSENS, let it answer badly, turn it round, or mend it."
    ),
}
"""Every action by the word that scripts and the control protocol use for it."""
