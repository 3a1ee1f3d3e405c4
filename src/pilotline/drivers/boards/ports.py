"""The ports of a board: each names its units, how often it is asked, and what it does when it cannot answer.

Every call returns at once: a port reads a register, a level or what an interrupt has left, and never waits. A
port is asked at the board's rate, 1 kHz unless it says otherwise. What a sensor can get wrong is a value of
its own; a part of the board that does not answer raises PortError. There is no sample then, and who runs the
board calls ``Board.make_safe``: a safety module that sees nothing is none.
"""

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple, Protocol

from pilotline.models.pulse_counter import Edge
from pilotline.vocabulary.board import Contacts, Covers, Light, LockPosition, ResidualAlarm
from pilotline.vocabulary.phases import UNKNOWN, ZERO, PerPhase
from pilotline.vocabulary.pilot import PilotOutput


class PortError(Exception):
    """The port cannot be read or driven; the message says which, and what to look at."""


class SensorFault(Enum):
    """What a thermistor's resistance says when it says no temperature."""

    OPEN = "open"  # no current: a wire is off
    SHORT = "short"  # its two wires touch
    OUT_OF_RANGE = "out of range"  # a resistance, and no temperature the sensor is made for


class Levels(NamedTuple):
    """The pilot's two levels (mV) as they are at the terminal, behind the 1 kΩ; equal while it is steady."""

    high_mv: int
    low_mv: int


class Leakage(NamedTuple):
    """What the monitor measures (µA, RMS and mean); the direct part is signed."""

    ac_ua: int = 0
    dc_ua: int = 0


class Mains(NamedTuple):
    """RMS over 20 ms: volts to neutral and amps of each phase, neutral to earth, and the clamp of the house.

    None on a phase of the clamp that is not fitted or says nothing valid.
    """

    voltage_mv: PerPhase[int]
    current_ma: PerPhase[int] = ZERO
    neutral_pe_mv: int = 0
    clamp_ma: PerPhase[int | None] = UNKNOWN


class ResidualMonitor(Protocol):
    """A residual-current monitor: RCM14 on EC3/EC4, MD0630T41A on RCD1/RCD2 (M-04, R-23).

    ``alarm`` has to be true within the sensor's own time of the model's data, and true as well with the
    monitor unplugged: a broken wire trips. ``figures`` is asked at 10 Hz and None where the monitor measures
    nothing for us; the alarm is what protects. ``test`` drives the test input; alarms come and go with it
    (R-46).
    """

    def alarm(self) -> ResidualAlarm: ...

    def figures(self) -> Leakage | None: ...

    def test(self, active: bool) -> None: ...


class Thermistor(Protocol):
    """A temperature in m°C, asked at 1 Hz, or why there is none."""

    def read(self) -> int | SensorFault: ...


class PilotPort(Protocol):
    """The control pilot: ``drive`` within one period (1 ms), ``levels`` of the last whole period.

    A level is the median of some periods, so that one glitch is none (IEC 61851-1 annex A). Duty cycles are
    in hundredths of a percent and kept to ±0.5 points.
    """

    def drive(self, output: PilotOutput) -> None: ...

    def levels(self) -> Levels: ...


class ProximityPort(Protocol):
    """The resistor (Ω) in the plug, asked at 100 Hz; None is an open circuit: no plug."""

    def read(self) -> int | None: ...


class RelayPort(Protocol):
    """The relay, and its contacts sensed at the outlet: by what they carry, never by what was commanded."""

    def drive(self, closed: bool) -> None: ...

    def contacts(self) -> Contacts: ...


class LockPort(Protocol):
    """The plug's lock: ``drive`` says where it shall be, ``position`` where its own feedback says it is.

    The motor is off at both ends, and after its greatest time by hardware or the port itself.
    """

    def drive(self, locked: bool) -> None: ...

    def position(self) -> LockPosition: ...


class CoverPort(Protocol):
    """Which covers stand open (E-21); asked at 10 Hz. A cut wire is an open cover."""

    def read(self) -> Covers: ...


class EmergencyStop(Protocol):
    """Whether the button is pressed (M-07). A cut wire is a pressed button."""

    def pressed(self) -> bool: ...


class MainsPort(Protocol):
    """Volts and amps, new every 20 ms; ``calibrated`` is False where their calibration cannot be read
    (E-20)."""

    def read(self) -> Mains: ...

    def calibrated(self) -> bool: ...


class Signals(Protocol):
    """Ring and beeper. A light that blinks changes each half second; what it cannot show it leaves out."""

    def show(self, light: Light, beep: bool) -> None: ...


class PulseInput(Protocol):
    """An S0 input: the edges since it was asked last, oldest first, stamped by the hardware in core time."""

    def take(self) -> Sequence[Edge]: ...
