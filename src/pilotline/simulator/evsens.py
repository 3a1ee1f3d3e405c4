"""A virtual EVSENS: what the house takes from the grid or feeds in, per phase, on a bus of its own (M-08).

A Modbus RTU slave like the virtual meter, with the registers of ``models/supply/evsens.toml``. It measures
whatever flows through the supply, the cars included. ``EvsensLine`` is the sensor and who reads it, for
simulated time.
"""

from collections.abc import Callable, Sequence

from pilotline.models.meter_profile import MeterProfile
from pilotline.simulator.actions import EvsensFault, MeterFault
from pilotline.simulator.meter_bus import BusEffect, MeterBus, Send
from pilotline.simulator.modbus_meter import ModbusMeter
from pilotline.vocabulary.metering import MeterReading, MeterSilent
from pilotline.vocabulary.phases import PerPhase

_ON_THE_BUS = {
    EvsensFault.SILENT: MeterFault.SILENT,
    EvsensFault.GARBAGE: MeterFault.GARBAGE,
    EvsensFault.BLIND: MeterFault.NAN,
}


class Evsens:
    """The sensor at one address. ``receive`` and ``deadline`` are those of any device on a bus."""

    def __init__(self, profile: MeterProfile, address: int) -> None:
        self.fault = EvsensFault.NONE
        self._device = ModbusMeter(profile, address)

    def measure(self, voltage_mv: PerPhase[int], *loads_ma: PerPhase[int]) -> None:
        """These flow on each phase from now on: positive is drawn, negative fed in. 0 V is no such phase."""
        sign = -1 if self.fault is EvsensFault.REVERSED else 1
        amps = [sign * sum(each) for each in zip(*loads_ma, strict=True)]
        there = [mv > 0 for mv in voltage_mv]
        self._device.fault = _ON_THE_BUS.get(self.fault, MeterFault.NONE)
        self._device.show(
            MeterReading(
                voltage_mv=_only(there, voltage_mv),
                current_ma=_only(there, amps),
                power_w=_only(there, [v * i // 1_000_000 for v, i in zip(voltage_mv, amps, strict=True)]),
            )
        )

    def receive(self, data: bytes, now: int) -> bytes:
        return self._device.receive(data, now)

    def deadline(self) -> int | None:
        return self._device.deadline()


class EvsensLine:
    """Sensor, bus and master in one: ``wake`` at ``deadline``; ``report`` is told what each poll ends in.

    ``look`` lets the sensor measure what flows at that moment.
    """

    def __init__(
        self,
        sensor: Evsens,
        bus: MeterBus,
        every: int,
        look: Callable[[Evsens], None],
        report: Callable[[MeterReading | MeterSilent], None],
    ) -> None:
        self.sensor = sensor
        self._bus = bus
        self._every = every
        self._look = look
        self._report = report
        self._poll_at = every

    def deadline(self) -> int:
        """When it polls next, or gives up waiting."""
        waits = self._bus.deadline()
        return self._poll_at if waits is None else min(self._poll_at, waits)

    def wake(self, now: int) -> None:
        if now >= self._poll_at:
            self._poll_at = now + self._every
            self._look(self.sensor)
            self._carry(self._bus.poll(now), now)
        else:
            self._carry(self._bus.receive(b"", now), now)

    def _carry(self, effects: Sequence[BusEffect], now: int) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                self._carry(self._bus.receive(self.sensor.receive(effect.data, now), now), now)
            else:
                self._report(effect)


def _only(there: Sequence[bool], values: Sequence[int]) -> PerPhase[int | None]:
    l1, l2, l3 = (value if is_there else None for is_there, value in zip(there, values, strict=True))
    return PerPhase[int | None](l1, l2, l3)
