"""The supply in the board's process: a virtual EVSENS on a serial line measures house and cars (M-08)."""

from collections.abc import Callable
from pathlib import Path

from pilotline.drivers.tty import PseudoPort
from pilotline.models.meter_profile import load_supply_sensor
from pilotline.runtime.clocks import CoreClock
from pilotline.simulator.evsens import Evsens
from pilotline.vocabulary.charger import EvsensSlot


class SupplyPlace:
    """One sensor on a pseudo-terminal at ``port``. ``look`` lets it measure what flows at that moment."""

    def __init__(self, slot: EvsensSlot, port: str, clock: CoreClock, look: Callable[[Evsens], None]) -> None:
        self.sensor = Evsens(load_supply_sensor(slot.profile), slot.address)
        self._clock = clock
        self._look = look
        self._bus = PseudoPort(Path(port), self._ask)

    def start(self) -> None:
        self._bus.start()

    def _ask(self, data: bytes) -> None:
        self._look(self.sensor)
        self._bus.write(self.sensor.receive(data, self._clock.now()))
