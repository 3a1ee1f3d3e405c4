"""What belongs to the station's case and is no device: covers, emergency stop, calibration memory.

All three stay as they are without power.
"""

from typing import assert_never

from pilotline.simulator.actions import EnclosureAction, SetCalibration, SetCover, SetEmergencyStop
from pilotline.vocabulary.board import Covers


class Enclosure:
    """How the case is right now."""

    def __init__(self, covers: Covers, emergency_stop: bool, calibrated: bool) -> None:
        self.covers = covers
        self.emergency_stop = emergency_stop
        self.calibrated = calibrated

    def apply(self, action: EnclosureAction) -> None:
        """What a hand, or age, does to it."""
        match action:
            case SetCover(cover, opened):
                self.covers = self.covers._replace(**{cover.value: opened})
            case SetEmergencyStop(pressed):
                self.emergency_stop = pressed
            case SetCalibration(readable):
                self.calibrated = readable
            case _:
                assert_never(action)
