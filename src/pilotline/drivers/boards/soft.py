"""The ports made of raw values: a count of an ADC, a level of a pin, handed in as a callable.

All that is between a pin and a unit stands here and can be tested without hardware. A board's author gives
the callables (a GPIO library, a memory map, a microcontroller's frame) and the figures of the circuit.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pilotline.drivers.boards.ports import Leakage, Levels, Mains, SensorFault
from pilotline.models.pulse_counter import Edge
from pilotline.vocabulary.board import Contacts, Covers, Light, LockPosition, ResidualAlarm
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.pilot import PilotMode, PilotOutput

Count = Callable[[], int]
Level = Callable[[], bool]
Drive = Callable[[bool], None]
_KELVIN = 273.15
_AT_25 = 25 + _KELVIN


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line: value = (count - zero) × per_count. ``per_count`` is in units of the value."""

    per_count: float
    zero: int = 0

    def value(self, count: int) -> int:
        return round((count - self.zero) * self.per_count)


@dataclass(frozen=True, slots=True)
class Divider:
    """A resistor to ground under ``pull_up_ohm``, measured against the same reference as the ADC has."""

    pull_up_ohm: int
    full: int = 4_095

    def ohm(self, count: int) -> float | None:
        """Its resistance; None where no current flows."""
        return None if count >= self.full else self.pull_up_ohm * max(0, count) / (self.full - count)


@dataclass(frozen=True, slots=True)
class Ntc:
    """A thermistor's data: resistance at 25 °C, its B value, and the range (m°C) it is made for."""

    at_25_ohm: int
    beta_k: int
    low_mc: int = -40_000
    high_mc: int = 125_000

    def celsius(self, ohm: float) -> float:
        """By the B equation: 1/T = 1/T25 + ln(R/R25)/B."""
        return 1 / (1 / _AT_25 + math.log(ohm / self.at_25_ohm) / self.beta_k) - _KELVIN


@dataclass(frozen=True, slots=True)
class NtcThermistor:
    """An NTC under a pull-up. ``open_ohm`` and ``short_ohm`` are beyond any temperature of its range."""

    count: Count
    divider: Divider
    ntc: Ntc
    open_ohm: int = 2_000_000
    short_ohm: int = 20

    def read(self) -> int | SensorFault:
        ohm = self.divider.ohm(self.count())
        if ohm is None or ohm >= self.open_ohm:
            return SensorFault.OPEN
        if ohm <= self.short_ohm:
            return SensorFault.SHORT
        mc = round(self.ntc.celsius(ohm) * 1_000)
        return mc if self.ntc.low_mc <= mc <= self.ntc.high_mc else SensorFault.OUT_OF_RANGE


@dataclass(frozen=True, slots=True)
class DividerProximity:
    """The plug's resistor under the station's pull-up; from ``open_ohm`` on nothing is plugged in (4 500 Ω is
    the least IEC 61851-1 calls not connected: evse_firmware.md §3.3)."""

    count: Count
    divider: Divider
    open_ohm: int = 4_500

    def read(self) -> int | None:
        ohm = self.divider.ohm(self.count())
        return None if ohm is None or ohm >= self.open_ohm else round(ohm)


@dataclass(frozen=True, slots=True)
class AdcPilot:
    """Two counts, taken in the high and in the low half of the period, and a timer that makes the duty.

    ``duty``: 1/100 % of a 1 kHz square wave of ±12 V; 10 000 is steady +12 V and 0 is state F.
    """

    high: Count
    low: Count
    scale: Scale
    duty: Callable[[int], None]

    def drive(self, output: PilotOutput) -> None:
        steady = 10_000 if output.mode is PilotMode.STEADY else 0
        self.duty(output.duty if output.mode is PilotMode.PWM else steady)

    def levels(self) -> Levels:
        return Levels(self.scale.value(self.high()), self.scale.value(self.low()))


@dataclass(frozen=True, slots=True)
class FeedbackRelay:
    """A coil, and a level per contact that is high while the outlet carries what the contact lets through."""

    coil: Drive
    live: Level
    neutral: Level

    def drive(self, closed: bool) -> None:
        self.coil(closed)

    def contacts(self) -> Contacts:
        return Contacts(self.live(), self.neutral())


@dataclass(slots=True)
class MotorLock:
    """A motor with two directions and a switch at each end. Both switches or none: it moves, or is broken."""

    out: Drive
    back: Drive
    at_locked: Level
    at_open: Level
    wish: bool = False

    def drive(self, locked: bool) -> None:
        self.wish = locked
        self._run()

    def position(self) -> LockPosition:
        self._run()
        locked, free = self.at_locked(), self.at_open()
        if locked is free:
            return LockPosition.MOVING
        return LockPosition.LOCKED if locked else LockPosition.OPEN

    def _run(self) -> None:
        """Towards the wish until its switch closes; never both directions at once."""
        forward, backward = self.wish and not self.at_locked(), not self.wish and not self.at_open()
        for direction, wanted in sorted(
            ((self.out, forward), (self.back, backward)), key=lambda each: each[1]
        ):
            direction(wanted)


@dataclass(frozen=True, slots=True)
class OpenDrainMonitor:
    """RCM14 on EC3 (alarm) and EC4 (test). The output conducts while all is well and lets go in an alarm; the
    pull-up then makes the pin high, and so does a wire that is off (evse_firmware.md §7, R-23).

    It has one output, which stands for both alarms: the safety module opens for either, and its self-test
    asks for each that is watched.
    """

    pin: Level
    test_input: Drive

    def alarm(self) -> ResidualAlarm:
        high = self.pin()
        return ResidualAlarm(ac=high, dc=high)

    def figures(self) -> Leakage | None:
        return None

    def test(self, active: bool) -> None:
        self.test_input(active)


@dataclass(frozen=True, slots=True)
class TwoAlarmMonitor:
    """MD0630T41A on RCD1 (AC) and RCD2 (DC), with its test input. The alarm's level is the circuit's; choose
    ``alarm_when`` so that an unplugged monitor reads as an alarm. ``measured``: its serial line, where read,
    in the monitor's own 0.1 mA; advisory only, the alarm is the safety path (evse_firmware.md §7).
    """

    ac_pin: Level
    dc_pin: Level
    test_input: Drive
    alarm_when: bool = True
    measured: Callable[[], tuple[int, int] | None] | None = None

    def alarm(self) -> ResidualAlarm:
        return ResidualAlarm(self.ac_pin() is self.alarm_when, self.dc_pin() is self.alarm_when)

    def figures(self) -> Leakage | None:
        found = self.measured() if self.measured else None
        return None if found is None else Leakage(found[0] * 100, found[1] * 100)

    def test(self, active: bool) -> None:
        self.test_input(active)


@dataclass(frozen=True, slots=True)
class SwitchCovers:
    """A switch per cover that is closed, and its pin low, while the cover is: a cut wire reads as open."""

    main: Level
    service: Level

    def read(self) -> Covers:
        return Covers(self.main(), self.service())


@dataclass(frozen=True, slots=True)
class NormallyClosedStop:
    """A button that opens its circuit: the pin is high when it is pressed, and when a wire is off."""

    pin: Level

    def pressed(self) -> bool:
        return self.pin()


@dataclass(frozen=True, slots=True)
class Raw:
    """Counts of a metering chip: RMS over 20 ms. None on a phase of the clamp that is not fitted."""

    voltage: tuple[int, int, int]
    current: tuple[int, int, int]
    neutral: int
    clamp: tuple[int | None, int | None, int | None] = (None, None, None)


@dataclass(frozen=True, slots=True)
class ScaledMains:
    """Counts and the calibration that makes units of them; None is a calibration that cannot be read
    (E-20)."""

    raw: Callable[[], Raw]
    volts: Scale
    amps: Scale
    clamp: Scale
    readable: Level

    def read(self) -> Mains:
        raw, volts, amps = self.raw(), self.volts.value, self.amps.value
        one, two, three = (None if count is None else self.clamp.value(count) for count in raw.clamp)
        return Mains(
            PerPhase(*(volts(count) for count in raw.voltage)),
            PerPhase(*(amps(count) for count in raw.current)),
            volts(raw.neutral),
            PerPhase[int | None](one, two, three),
        )

    def calibrated(self) -> bool:
        return self.readable()


@dataclass(frozen=True, slots=True)
class DrivenSignals:
    """A ring that takes two colours and a brightness, and a beeper."""

    ring: Callable[[Light], None]
    beeper: Drive

    def show(self, light: Light, beep: bool) -> None:
        self.ring(light)
        self.beeper(beep)


@dataclass(frozen=True, slots=True)
class EdgeQueue:
    """Edges an interrupt has left, in the order of their times; each is handed out once."""

    drain: Callable[[], Sequence[Edge]]

    def take(self) -> Sequence[Edge]:
        return self.drain()
