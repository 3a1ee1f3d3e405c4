"""The control pilot of IEC 61851-1: states, outputs, and what a duty cycle says.

Duty cycles are integers in hundredths of a percent (10 000 = 100 %). Between 51 A and 52.5 A the
standard defines no duty cycle; :func:`duty_for` answers with that of 51 A, the lower neighbour.
"""

from enum import Enum, IntEnum
from typing import NamedTuple

MIN_OFFER_MA = 6_000
"""IEC 61851-1: no offer exists below 6 A; less is a pause."""
MAX_OFFER_MA = 80_000
_GAP_FROM_MA, _GAP_TO_MA = 51_000, 52_500
DIGITAL_DUTY = 500
"""IEC 61851-1 table A.8: 5 % offers nothing by itself; messages say what the car may draw."""


class PilotState(Enum):
    """What the voltage on the control pilot says (IEC 61851-1 table A.4; R-12)."""

    A = "A"  # +12 V: no vehicle
    B = "B"  # +9 V: vehicle present, not ready
    C = "C"  # +6 V: vehicle ready, no ventilation needed
    D = "D"  # +3 V: vehicle ready, ventilation needed
    E = "E"  # 0 V: no supply, short to PE
    F = "F"  # -12 V: the station is not available
    UNDEFINED = "?"  # a level between the windows


class PilotMode(Enum):
    """What the station drives the pilot with."""

    STEADY = "steady"  # +12 V direct voltage: not ready to supply (states x1)
    PWM = "pwm"  # 1 kHz square wave: ready to supply (states x2)
    FAULT = "fault"  # -12 V direct voltage: state F


class Signalling(IntEnum):
    """By what a car is told how much it may draw."""

    NOMINAL = 0  # by the duty cycle (IEC 61851-1)
    DIGITAL = 1  # by messages (ISO 15118), under a duty cycle of 5 %


class PilotOutput(NamedTuple):
    """The station's side of the pilot; ``duty`` (1/100 %) has a meaning with PWM only."""

    mode: PilotMode
    duty: int = 0

    @property
    def signalling(self) -> Signalling | None:
        """How the car is told its current; None without PWM."""
        if self.mode is not PilotMode.PWM:
            return None
        return Signalling.DIGITAL if self.duty == DIGITAL_DUTY else Signalling.NOMINAL


STEADY = PilotOutput(PilotMode.STEADY)
STATE_F = PilotOutput(PilotMode.FAULT)


def duty_for(offer_ma: int) -> int:
    """The duty cycle (1/100 %) that offers ``offer_ma``, rounded down so that it never offers more.

    Raises ValueError outside 6 to 80 A: less than 6 A is a pause and is no PWM at all.
    """
    if not MIN_OFFER_MA <= offer_ma <= MAX_OFFER_MA:
        raise ValueError(f"no duty cycle offers {offer_ma} mA: the range is 6 to 80 A")
    if offer_ma <= _GAP_FROM_MA:
        return offer_ma // 6
    if offer_ma < _GAP_TO_MA:
        return _GAP_FROM_MA // 6
    return offer_ma // 25 + 6_400


def current_for(duty: int) -> int:
    """The current (mA) a vehicle may draw at a duty cycle (1/100 %), IEC 61851-1 table A.8.

    0 where charging is not allowed, and at 3 to 7 % where only digital communication may allow it.
    """
    if 800 <= duty < 1_000:
        return MIN_OFFER_MA
    if 1_000 <= duty <= 8_500:
        return duty * 6
    if 8_500 < duty <= 9_600:
        return (duty - 6_400) * 25
    return MAX_OFFER_MA if 9_600 < duty <= 9_700 else 0
