"""What DIN 70121 and ISO 15118-2 share in form: their structs and words, and quantities written in them.

A quantity is a 16-bit number and a power of ten. What we measured is rounded to the nearest step, a limit
down and a least value up: nobody is promised more than there is.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from pilotline.wire.v2g import din70121, din70121_words, iso15118_2, iso15118_2_words
from pilotline.wire.v2g.protocols import Protocol

GREATEST, LEAST = 32_767, -32_768
"""xs:short."""


class Round(Enum):
    """Which way what lies between two steps goes."""

    NEAREST = "nearest"
    DOWN = "down"
    UP = "up"


@dataclass(frozen=True)
class Language:
    """``messages`` and ``words`` are modules that have the same names where the standards agree."""

    protocol: Protocol
    messages: Any
    words: Any

    def code(self, name: str) -> Any:
        """A response code by the name that both standards give it."""
        return self.words.ResponseCode[name]

    def volts(self, mv: int, rounding: Round = Round.NEAREST) -> Any:
        """In steps of 0.1 V."""
        return self._physical("VOLT", -1, in_steps(mv, 100, rounding))

    def amperes(self, ma: int, rounding: Round = Round.NEAREST) -> Any:
        """In steps of 0.1 A."""
        return self._physical("AMPERE", -1, in_steps(ma, 100, rounding))

    def watts(self, w: int) -> Any:
        """A limit: as many figures as the number holds, rounded down."""
        multiplier = next((each for each in range(3) if w <= GREATEST * 10**each), 3)
        return self._physical("WATT", multiplier, in_steps(w, 10**multiplier, Round.DOWN))

    def _physical(self, unit: str, multiplier: int, value: int) -> Any:
        symbol = self.words.UnitSymbol[unit]
        return self.messages.PhysicalValue(multiplier=multiplier, unit=symbol, value=value)


def in_steps(value: int, step: int, rounding: Round) -> int:
    """How many steps, kept within what the number holds."""
    if rounding is Round.DOWN:
        steps = value // step
    elif rounding is Round.UP:
        steps = -(-value // step)
    else:
        steps = (value + step // 2) // step
    return max(LEAST, min(steps, GREATEST))


def milli(physical: Any) -> int:
    """A quantity in thousandths of its unit: mV, mA, mWh."""
    return physical.value * 10 ** (physical.multiplier + 3)


def milli_or_none(physical: Any) -> int | None:
    """The same of one that may be left out."""
    return None if physical is None else milli(physical)


DIN = Language(Protocol.DIN, din70121, din70121_words)
ISO2 = Language(Protocol.ISO2, iso15118_2, iso15118_2_words)
LANGUAGES = {each.protocol: each for each in (DIN, ISO2)}
