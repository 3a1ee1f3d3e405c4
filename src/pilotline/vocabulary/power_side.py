"""What a charging conversation asks of the side that has the power, and what it hears of it.

The conversation (:mod:`pilotline.wire.v2g.secc`) never knows a power module, a contactor or a meter: it says
one of seven verbs and is told a :class:`PowerState` whenever a part of it changes. Verbs are levels, not
pulses: the last one said holds, saying it again changes nothing. Whatever is asked, the safety module has the
last word.
"""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Insulation(Enum):
    """What is known of the resistance between the output and earth (IEC 61851-23 CC.4.1)."""

    UNTESTED = "untested"
    TESTING = "testing"
    VALID = "valid"
    WARNING = "warning"
    FAULT = "fault"
    NO_MONITOR = "no monitor"


class Trouble(Enum):
    """Why the power side cannot go on; it has switched off by itself then."""

    NONE = "none"
    EMERGENCY = "emergency"  # a person's or a protection's emergency stop
    MALFUNCTION = "malfunction"
    UTILITY = "utility"  # the supply failed, or the grid's operator interrupts
    RESIDUAL_CURRENT = "residual current"  # the RCD has tripped


class DcLimits(NamedTuple):
    """What a DC output can do now. The greatest current is of the present moment: it may fall at any time."""

    voltage_mv: int
    current_ma: int
    power_w: int
    min_voltage_mv: int
    min_current_ma: int


class AcLimits(NamedTuple):
    """What an AC outlet offers now, per phase; a current of 0 is a pause."""

    voltage_mv: int
    current_ma: int
    phases: int


Limits = DcLimits | AcLimits


@dataclass(frozen=True, slots=True)
class PowerState:
    """All that the power side says of itself. Voltage and current are those of the output, as measured.

    ``contactors``: closed, by their feedback. ``energy_wh`` is the meter's register, None without one.
    """

    limits: Limits
    insulation: Insulation = Insulation.UNTESTED
    contactors: bool = False
    voltage_mv: int = 0
    current_ma: int = 0
    energy_wh: int | None = None
    trouble: Trouble = Trouble.NONE


@dataclass(frozen=True, slots=True)
class CheckInsulation:
    """DC: put this voltage on the output, test its insulation to earth, and let the voltage fall again."""

    voltage_mv: int


@dataclass(frozen=True, slots=True)
class PreCharge:
    """DC: bring the output to this voltage with at most this current, so that the car can close."""

    voltage_mv: int
    current_ma: int


@dataclass(frozen=True, slots=True)
class CloseContactors:
    """Connect output and car. With AC the safety module closes when the car is in state C."""


@dataclass(frozen=True, slots=True)
class Supply:
    """DC: supply up to this voltage and this current, within the limits. An AC car takes what it is told."""

    voltage_mv: int
    current_ma: int


@dataclass(frozen=True, slots=True)
class StopSupply:
    """DC: bring the current to zero, then the source off; contactors stay as they are."""


@dataclass(frozen=True, slots=True)
class OpenContactors:
    """Source off, then part output and car. What holds before anything was said."""


@dataclass(frozen=True, slots=True)
class EmergencyOff:
    """All off, at once and in any order; nothing is possible any more in this session."""


PowerVerb = (
    CheckInsulation | PreCharge | CloseContactors | Supply | StopSupply | OpenContactors | EmergencyOff
)
