"""Physical values as both protocols have them, to and from thousandths. A value is never told too high."""

from typing import Any, Protocol

_MOST = 32_767


class PhysicalValue(Protocol):
    """What either protocol's class has."""

    @property
    def multiplier(self) -> int: ...
    @property
    def value(self) -> int: ...


def milli(value: PhysicalValue) -> int:
    """Thousandths of its unit, exactly: the smallest multiplier is -3."""
    return value.value * 10 ** (value.multiplier + 3)


class Physical:
    """Makes the values of one protocol, whose module is ``messages``."""

    def __init__(self, messages: Any) -> None:
        self._kind = messages.PhysicalValue
        self._units = messages.UnitSymbol

    def volts(self, millivolts: int) -> Any:
        """To a tenth of a volt."""
        return self._make(self._units.VOLT, millivolts, -1)

    def amperes(self, milliamperes: int, *, whole: bool = False) -> Any:
        """To a tenth of an ampere, or to a whole one."""
        return self._make(self._units.AMPERE, milliamperes, 0 if whole else -1)

    def watts(self, watts: int) -> Any:
        """As finely as it fits."""
        return self._make(self._units.WATT, watts * 1_000, 0)

    def watt_hours(self, watt_hours: int) -> Any:
        """As finely as it fits."""
        return self._make(self._units.WATT_HOUR, watt_hours * 1_000, 0)

    def _make(self, unit: Any, thousandths: int, multiplier: int) -> Any:
        """Floored, in the finest multiplier from the given one on that holds it, and bounded by the type."""
        while multiplier < 3 and abs(thousandths) // 10 ** (multiplier + 3) > _MOST:
            multiplier += 1
        value = thousandths // 10 ** (multiplier + 3)
        return self._kind(multiplier=multiplier, unit=unit, value=max(-_MOST, min(_MOST, value)))
