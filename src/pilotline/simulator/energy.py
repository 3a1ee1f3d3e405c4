"""Energy as an exact integer: the register of a meter and the charge of a battery.

Power is constant between events, so the integral is closed: mV × mA is µW, and µW × µs is pJ. Nothing is
rounded until somebody reads, so it does not matter how often somebody does. It is not the meter: that
has a bus, a profile and oddities of its own.
"""

PJ_PER_WH = 3_600 * 10**12


class Integral:
    """Energy (pJ) that grows with ``rate`` (µW)."""

    __slots__ = ("_since", "_value", "rate")

    def __init__(self, value: int = 0, now: int = 0) -> None:
        self._value = value
        self._since = now
        self.rate = 0

    def at(self, now: int) -> int:
        """The energy (pJ) at ``now``, which is not before the last change of rate."""
        return self._value + self.rate * (now - self._since)

    def change(self, rate: int, now: int) -> None:
        """From ``now`` on it grows with ``rate`` (µW)."""
        self._value = self.at(now)
        self._since = now
        self.rate = rate

    def reaches(self, level: int) -> int | None:
        """The first microsecond at which it has reached ``level`` (pJ); None when it never will."""
        missing = level - self._value
        if missing <= 0:
            return self._since
        return self._since - -missing // self.rate if self.rate > 0 else None


def whole_wh(energy_pj: int) -> int:
    """What a register shows: whole watt-hours, the rest kept back."""
    return energy_pj // PJ_PER_WH
