"""A board of ports: what they measure is one Sample, what the safety module wants is driven through them."""

import contextlib
from dataclasses import dataclass

from pilotline.drivers.boards.ports import (
    CoverPort,
    EmergencyStop,
    Leakage,
    LockPort,
    MainsPort,
    PilotPort,
    PortError,
    ProximityPort,
    RelayPort,
    ResidualMonitor,
    SensorFault,
    Signals,
    Thermistor,
)
from pilotline.vocabulary.board import LockPosition, Outputs, Sample
from pilotline.vocabulary.pilot import STATE_F

BROKEN_MC = 150_000
"""A thermistor that says no temperature counts as one above every table: too hot, 0x800, never cool
(ours)."""


@dataclass(frozen=True, slots=True)
class Board:
    """One connector's ports. None is a port this model has not: no lock, no proximity reading.

    ``sample`` and ``obey`` raise what a port raises; ``make_safe`` is for then.
    """

    pilot: PilotPort
    relay: RelayPort
    monitor: ResidualMonitor
    mains: MainsPort
    thermistors: tuple[Thermistor, Thermistor]
    covers: CoverPort
    stop: EmergencyStop
    signals: Signals
    proximity: ProximityPort | None = None
    lock: LockPort | None = None

    def sample(self, at: int) -> Sample:
        """All that is measured now; ``at`` is the core time of it."""
        levels, mains = self.pilot.levels(), self.mains.read()
        leakage = self.monitor.figures() or Leakage()
        first, second = self.thermistors
        return Sample(
            at=at,
            pilot_high_mv=levels.high_mv,
            pilot_low_mv=levels.low_mv,
            proximity_ohm=self.proximity.read() if self.proximity else None,
            contacts=self.relay.contacts(),
            lock=self.lock.position() if self.lock else LockPosition.NONE,
            voltage_mv=mains.voltage_mv,
            current_ma=mains.current_ma,
            neutral_pe_mv=mains.neutral_pe_mv,
            residual_ac_ua=leakage.ac_ua,
            residual_dc_ua=leakage.dc_ua,
            temperature_mc=(_believe(first.read()), _believe(second.read())),
            residual_alarm=self.monitor.alarm(),
            covers=self.covers.read(),
            clamp_ma=mains.clamp_ma,
            emergency_stop=self.stop.pressed(),
            calibrated=self.mains.calibrated(),
        )

    def obey(self, outputs: Outputs) -> None:
        """Drive everything; the relay first, because an opening is what nothing may delay."""
        self.relay.drive(outputs.relay)
        self.pilot.drive(outputs.pilot)
        if self.lock:
            self.lock.drive(outputs.lock)
        self.monitor.test(outputs.residual_test)
        self.signals.show(outputs.light, outputs.beep)

    def make_safe(self) -> None:
        """Relay open, state F, whatever else fails; the plug stays locked, for it may carry current."""
        for drive in (lambda: self.relay.drive(False), lambda: self.pilot.drive(STATE_F)):
            with contextlib.suppress(PortError):
                drive()


def _believe(reading: int | SensorFault) -> int:
    return BROKEN_MC if isinstance(reading, SensorFault) else reading
