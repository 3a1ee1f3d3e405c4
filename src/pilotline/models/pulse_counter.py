"""What the pulses of an S0 meter mean: energy without drift, and power from the time between them (M-05).

The output is a contact that closes for each unit of energy (IEC 62053-31, before it DIN 43864): closed for
30 ms at least and open for as long between. Energy is the number of pulses and nothing else, so nothing is
rounded away; power is an estimate.
"""

from collections import deque
from typing import NamedTuple

from pilotline.vocabulary.metering import MeterReading
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.time import MS, SECOND

SHORTEST_US = 30 * MS
"""IEC 62053-31: a pulse, and the pause after it, last at least this long."""
DEBOUNCE_US = 20 * MS
"""A level that has stood this long is believed: less than the shortest pulse, more than a contact bounces."""
STANDBY_W = 100
"""A car that charges takes 1 380 W (6 A, one phase); an estimate that has fallen below this is 0 (ours)."""
_WH = 1_000
_US_W = 3_600 * _WH * SECOND
"""Watts of one pulse a kilowatt-hour, times the microseconds between two pulses."""


class Edge(NamedTuple):
    """The contact opened or closed at core time ``at``."""

    closed: bool
    at: int


def most_w(pulses_per_kwh: int) -> int:
    """The largest power (W) whose pulses still fit: 30 ms closed, 30 ms open."""
    return _US_W // (pulses_per_kwh * 2 * SHORTEST_US)


class Kept(NamedTuple):
    """All that was ever counted: pulses of the present rate, and what stood before that rate."""

    pulses: int = 0
    before_wh: int = 0


class PulseCounter:
    """Edges in, a MeterReading out. Keep ``kept``, and hand it to the next counter of the same meter.

    ``single_phase``: the power is that of L1; of a three-phase meter only the sum is known.
    """

    def __init__(self, pulses_per_kwh: int, *, single_phase: bool = True, kept: Kept | None = None) -> None:
        self._per_kwh = pulses_per_kwh
        self.kept = kept or Kept()
        self._single_phase = single_phase
        self._level = Edge(closed=False, at=-DEBOUNCE_US)
        self._believed = False
        self._last: deque[int] = deque(maxlen=2)

    def take(self, edge: Edge) -> None:
        """The next edge, in the order of their times; one that repeats the level says nothing."""
        self._settle(edge.at)
        if edge.closed != self._level.closed:
            self._level = edge

    def rate(self, pulses_per_kwh: int) -> None:
        """From now on so many pulses are a kilowatt-hour (P-11); the register goes on from where it
        stands."""
        if pulses_per_kwh != self._per_kwh:
            self.kept = Kept(0, self._energy_wh())
            self._per_kwh = pulses_per_kwh
            self._last.clear()

    def reading(self, now: int) -> MeterReading:
        """What the meter shows at ``now``, which is not before the last edge."""
        self._settle(now)
        power_w, energy_wh = self._power_w(now), self._energy_wh()
        if self._single_phase:
            return MeterReading(energy_wh, power_w=PerPhase[int | None](power_w, None, None))
        return MeterReading(energy_wh, whole_power_w=power_w)

    def _settle(self, now: int) -> None:
        """Believe a level that has stood long enough; its pulse began when the contact closed."""
        level = self._level
        if level.closed is self._believed or now < level.at + DEBOUNCE_US:
            return
        self._believed = level.closed
        if level.closed:
            self.kept = self.kept._replace(pulses=self.kept.pulses + 1)
            self._last.append(level.at)

    def _energy_wh(self) -> int:
        return self.kept.before_wh + self.kept.pulses * _WH // self._per_kwh

    def _power_w(self, now: int) -> int | None:
        """By the last two pulses, and never more than the silence since allows; None before there were
        two."""
        if len(self._last) < 2:
            return None if not self._last or self._bound_w(now - self._last[0]) >= STANDBY_W else 0
        between, since = self._last[1] - self._last[0], now - self._last[1]
        power_w = self._bound_w(max(between, since))
        return power_w if power_w >= STANDBY_W else 0

    def _bound_w(self, time_us: int) -> int:
        """The power at which a pulse takes this long."""
        return _US_W // (self._per_kwh * max(1, time_us))
