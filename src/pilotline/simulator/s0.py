"""A virtual S0 meter: a contact that closes for each unit of energy that has flowed (IEC 62053-31; M-05).

It is told what the world's register holds and how fast that grows, and owes each pulse in its moment. What it
owes at once, after somebody looked late, it gives one after the other: no pulse is ever lost.
"""

from collections.abc import Callable, Sequence

from pilotline.models.pulse_counter import SHORTEST_US, Edge, PulseCounter
from pilotline.simulator.actions import MeterFault
from pilotline.simulator.energy import PJ_PER_WH
from pilotline.vocabulary.metering import MeterReading
from pilotline.vocabulary.time import MS, SECOND

CLOSED_US = SHORTEST_US
OPEN_US = SHORTEST_US
"""The quickest meter the standard allows: a reader that counts it counts all."""
LOOK_EVERY = 1 * SECOND
"""A current that begins is noticed this late at most."""
_PJ_PER_KWH = 1_000 * PJ_PER_WH


class S0Meter:
    """The meter's output. Any ``fault`` is the same for a contact: it stays open."""

    def __init__(self, pulses_per_kwh: int, energy_pj: int = 0) -> None:
        self.fault = MeterFault.NONE
        self._unit_pj = _PJ_PER_KWH // pulses_per_kwh
        self._given = energy_pj // self._unit_pj
        self._closed = False
        self._free_at = 0

    def measure(self, energy_pj: int, power_uw: int, now: int) -> tuple[Sequence[Edge], int]:
        """What the contact does at ``now``, and when to look again at the latest."""
        edges: list[Edge] = []
        owed = energy_pj // self._unit_pj - self._given
        if self._free_at <= now and (self._closed or owed):
            edges = self._move(now)
            owed -= self._closed
        return edges, self._next(energy_pj, power_uw, owed, now)

    def _move(self, now: int) -> list[Edge]:
        self._closed = not self._closed
        self._free_at = now + (CLOSED_US if self._closed else OPEN_US)
        self._given += self._closed
        return [Edge(self._closed, now)] if self.fault is MeterFault.NONE else []

    def _next(self, energy_pj: int, power_uw: int, owed: int, now: int) -> int:
        """When the contact is free to move if it has to, else when the energy of the next pulse has
        flowed."""
        if self._closed or owed:
            return max(self._free_at, now + 1)
        missing = (self._given + 1) * self._unit_pj - energy_pj
        flows_at = now + -(-missing // power_uw) if power_uw > 0 else now + LOOK_EVERY
        return max(self._free_at, min(flows_at, now + LOOK_EVERY))


class S0Line:
    """Meter and counter, for simulated time: ``wake`` at ``deadline``, ``report`` is told every reading.

    ``look`` says energy (pJ) and power (µW) of that moment, ``rate`` the configured pulses per kWh. The
    counter outlives host and power, as its total is kept on the disk; what pulses while nobody counts is
    lost, and none is here.
    """

    def __init__(
        self,
        meter: S0Meter,
        counter: PulseCounter,
        look: Callable[[], tuple[int, int]],
        rate: Callable[[], int],
        report: Callable[[MeterReading], None],
    ) -> None:
        self.meter = meter
        self.counter = counter
        self._look = look
        self._rate = rate
        self._report = report
        self._move_at = 0
        self._poll_at = 100 * MS
        self._every = SECOND

    def pace(self, every: int, now: int) -> None:
        """Read this often (µs) from now on, the next time at once."""
        self._every, self._poll_at = every, now

    def deadline(self) -> int:
        return min(self._move_at, self._poll_at)

    def wake(self, now: int) -> None:
        self.counter.rate(self._rate())
        edges, self._move_at = self.meter.measure(*self._look(), now)
        for edge in edges:
            self.counter.take(edge)
        if now >= self._poll_at:
            self._poll_at = now + self._every
            self._report(self.counter.reading(now))
