"""The cable between station and car: its resistor, its plug, and the levels on its pilot wire.

The cable is passive: it tells its rating and limits nothing. A tethered cable has no resistor that the
station could read; its plug is the one at the car.
"""

from pilotline.vocabulary.charger import OutletKind
from pilotline.vocabulary.pilot import PilotMode, PilotOutput, PilotState

RESISTOR_OHM = {13_000: 1_500, 20_000: 680, 32_000: 220, 63_000: 100}
"""The proximity resistor by the cable's rating in mA (IEC 61851-1, coding of case B cables; E-31)."""

HIGH_MV = {
    PilotState.A: 12_000,
    PilotState.B: 9_000,
    PilotState.C: 6_000,
    PilotState.D: 3_000,
    PilotState.E: 0,
}
"""What the car's resistors leave of the station's +12 V behind 1 kΩ (IEC 61851-1 table A.4; R-12)."""
LOW_MV = -12_000


class Cable:
    """Whether a plug is in, the resistor in it (``ohm``), and what the station measures of that."""

    def __init__(self, kind: OutletKind) -> None:
        self._readable = kind is OutletKind.SOCKET
        self.ohm: int | None = None
        self.plugged = False

    @property
    def proximity_ohm(self) -> int | None:
        """As measured at the station's socket; None is an open circuit, or nothing to measure."""
        return self.ohm if self.plugged and self._readable else None

    def plug(self, ohm: int | None) -> None:
        """A plug with this resistor goes in."""
        self.plugged = True
        self.ohm = ohm

    def unplug(self) -> None:
        """The plug comes out, and with it whatever was wrong with its resistor."""
        self.plugged = False
        self.ohm = None

    def change(self, ohm: int | None) -> None:
        """The resistor of the plug that is in now measures ``ohm``."""
        self.ohm = ohm


def levels(output: PilotOutput, state: PilotState, diode: bool, offset_mv: int = 0) -> tuple[int, int]:
    """The high and low level (mV) that the station measures, for what it drives and what the car is.

    Without its diode the car's resistors load the negative half as well. ``offset_mv`` shifts the
    positive half only.
    """
    high = HIGH_MV[state] + offset_mv
    if state is PilotState.E:
        return high, high
    low = LOW_MV if diode or state is PilotState.A else -HIGH_MV[state]
    match output.mode:
        case PilotMode.STEADY:
            return high, high
        case PilotMode.PWM:
            return high, low
        case PilotMode.FAULT:
            return low, low
