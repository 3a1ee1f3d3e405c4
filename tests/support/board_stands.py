"""Three boards on a stand each: set what is physically so, read it through the ports, see what was driven."""

import math
from typing import Protocol

from pilotline.drivers.boards import soft
from pilotline.drivers.boards.board import Board
from pilotline.drivers.boards.mock import Mocks
from pilotline.drivers.boards.ports import Leakage, Levels, Mains
from pilotline.drivers.boards.simulated import Simulated
from pilotline.vocabulary.board import Light, LockPosition, Outputs, Sample
from pilotline.vocabulary.pilot import STATE_F, STEADY, PilotMode, PilotOutput


class Stand(Protocol):
    """``present`` makes the hardware so; ``driven`` is what reached it."""

    board: Board

    def present(self, sample: Sample) -> None: ...

    def driven(self) -> Outputs: ...


class SimulatedStand:
    """The ports of a world."""

    def __init__(self) -> None:
        self.ports = Simulated()
        self.board = self.ports.board()

    def present(self, sample: Sample) -> None:
        self.ports.sample = sample

    def driven(self) -> Outputs:
        return self.ports.outputs


class MockStand:
    """The ports that play back."""

    def __init__(self) -> None:
        self.mocks = Mocks()
        self.board = self.mocks.board()

    def present(self, sample: Sample) -> None:
        mocks = self.mocks
        mocks.pilot.play(Levels(sample.pilot_high_mv, sample.pilot_low_mv))
        mocks.relay.play(sample.contacts)
        mocks.lock.play(sample.lock)
        mocks.monitor.play(sample.residual_alarm)
        mocks.monitor.measured = Leakage(sample.residual_ac_ua, sample.residual_dc_ua)
        mocks.mains.play(Mains(sample.voltage_mv, sample.current_ma, sample.neutral_pe_mv, sample.clamp_ma))
        mocks.mains.readable = sample.calibrated
        mocks.proximity.play(sample.proximity_ohm)
        mocks.covers.play(sample.covers)
        mocks.stop.play(sample.emergency_stop)
        for port, mc in zip(mocks.thermistors, sample.temperature_mc, strict=True):
            port.play(mc)

    def driven(self) -> Outputs:
        mocks = self.mocks
        light, beep = mocks.signals.driven[-1]
        return Outputs(
            mocks.pilot.driven[-1],
            mocks.relay.driven[-1],
            mocks.lock.driven[-1],
            light,
            beep,
            mocks.monitor.driven[-1],
        )


FULL = 4_095
PILOT = soft.Scale(per_count=30_000 / 4_096, zero=2_048)
VOLTS = soft.Scale(per_count=20)
AMPS = soft.Scale(per_count=5)
CLAMP = soft.Scale(per_count=25, zero=32_768)
PROXIMITY = soft.Divider(pull_up_ohm=330)
WARMTH = soft.Divider(pull_up_ohm=4_700)
NTC = soft.Ntc(at_25_ohm=10_000, beta_k=3_950)


def counts_of(value: int, scale: soft.Scale) -> int:
    return round(value / scale.per_count) + scale.zero


def counts_at(ohm: float | None, divider: soft.Divider) -> int:
    """What the ADC shows of a resistor; None is an open circuit."""
    return FULL if ohm is None else round(FULL * ohm / (ohm + divider.pull_up_ohm))


def ntc_ohm(mc: int) -> float:
    """The B equation the other way round."""
    kelvin = mc / 1_000 + 273.15
    return NTC.at_25_ohm * math.exp(NTC.beta_k * (1 / kelvin - 1 / 298.15))


class SoftStand:
    """A circuit: pins and counts, as a 12-bit converter and a metering chip give them."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.pins: dict[str, bool] = {}
        self.coils: dict[str, bool] = {}
        self.duty = 0
        self.light = Light()
        self.raw = soft.Raw((0, 0, 0), (0, 0, 0), 0)
        self.milliamps = (0, 0)
        self.motor = soft.MotorLock(
            self._coil("out"), self._coil("back"), self._pin("locked"), self._pin("open")
        )
        self.board = Board(
            soft.AdcPilot(self._count("high"), self._count("low"), PILOT, self._set_duty),
            soft.FeedbackRelay(self._coil("relay"), self._pin("live"), self._pin("neutral")),
            soft.TwoAlarmMonitor(
                self._pin("rcd1"), self._pin("rcd2"), self._coil("test"), measured=lambda: self.milliamps
            ),
            soft.ScaledMains(lambda: self.raw, VOLTS, AMPS, CLAMP, self._pin("calibrated")),
            (
                soft.NtcThermistor(self._count("warm0"), WARMTH, NTC),
                soft.NtcThermistor(self._count("warm1"), WARMTH, NTC),
            ),
            covers=soft.SwitchCovers(self._pin("main"), self._pin("service")),
            stop=soft.NormallyClosedStop(self._pin("stop")),
            signals=soft.DrivenSignals(self._set_light, self._coil("beep")),
            proximity=soft.DividerProximity(self._count("proximity"), PROXIMITY),
            lock=self.motor,
        )
        self.present(Sample(0))

    def present(self, sample: Sample) -> None:
        self.counts = {
            "high": counts_of(sample.pilot_high_mv, PILOT),
            "low": counts_of(sample.pilot_low_mv, PILOT),
            "proximity": counts_at(sample.proximity_ohm, PROXIMITY),
            "warm0": counts_at(ntc_ohm(sample.temperature_mc[0]), WARMTH),
            "warm1": counts_at(ntc_ohm(sample.temperature_mc[1]), WARMTH),
        }
        self.pins = {
            "live": sample.contacts.live,
            "neutral": sample.contacts.neutral,
            "locked": sample.lock is LockPosition.LOCKED,
            "open": sample.lock is LockPosition.OPEN,
            "rcd1": sample.residual_alarm.ac,
            "rcd2": sample.residual_alarm.dc,
            "main": sample.covers.main,
            "service": sample.covers.service,
            "stop": sample.emergency_stop,
            "calibrated": sample.calibrated,
        }
        volts, amps = sample.voltage_mv, sample.current_ma
        self.raw = soft.Raw(
            (counts_of(volts.l1, VOLTS), counts_of(volts.l2, VOLTS), counts_of(volts.l3, VOLTS)),
            (counts_of(amps.l1, AMPS), counts_of(amps.l2, AMPS), counts_of(amps.l3, AMPS)),
            counts_of(sample.neutral_pe_mv, VOLTS),
            (
                _clamp(sample.clamp_ma.l1),
                _clamp(sample.clamp_ma.l2),
                _clamp(sample.clamp_ma.l3),
            ),
        )
        self.milliamps = (round(sample.residual_ac_ua / 100), round(sample.residual_dc_ua / 100))

    def driven(self) -> Outputs:
        duty = {10_000: STEADY, 0: STATE_F}.get(self.duty, PilotOutput(PilotMode.PWM, self.duty))
        coils = self.coils
        return Outputs(duty, coils["relay"], self.motor.wish, self.light, coils["beep"], coils["test"])

    def _count(self, name: str) -> soft.Count:
        return lambda: self.counts[name]

    def _pin(self, name: str) -> soft.Level:
        return lambda: self.pins[name]

    def _coil(self, name: str) -> soft.Drive:
        return lambda on: self.coils.update({name: on})

    def _set_duty(self, duty: int) -> None:
        self.duty = duty

    def _set_light(self, light: Light) -> None:
        self.light = light


def _clamp(ma: int | None) -> int | None:
    return None if ma is None else counts_of(ma, CLAMP)


STANDS = {"soft": SoftStand, "mock": MockStand, "simulated": SimulatedStand}
