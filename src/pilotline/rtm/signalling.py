"""The step between the two signallings: 5 % and a nominal duty cycle never follow each other at once.

A car takes what it sees first as the way it is told its current, and looks again only after the pilot has
been steady for t_step_X1 (ISO 15118-3).
"""

from pilotline.rtm.timing import on_delay
from pilotline.vocabulary.charger import Digital
from pilotline.vocabulary.pilot import PilotMode, PilotOutput, Signalling


class StepX1:
    """Knows what the car was shown last, and forgets it when that no longer binds.

    The time counts with the relay open alone: the signalling of a charging car never changes.
    """

    def __init__(self, digital: Digital | None) -> None:
        self._quiet = on_delay(digital.step_x1_ms if digital else 0)
        self._shown: Signalling | None = None

    def update(self, output: PilotOutput, *, closed: bool, now: int) -> None:
        """``output`` is what the pilot is driven with now, ``closed`` the relay."""
        steady = output.mode is PilotMode.STEADY and not closed
        if self._quiet.update(self._shown is not None and steady, now):
            self._shown = None
        self._shown = output.signalling if output.mode is PilotMode.PWM else self._shown

    def allows(self, signalling: Signalling) -> bool:
        """Whether no other was shown too short a time ago."""
        return self._shown in (None, signalling)

    def deadline(self, now: int) -> int | None:
        return self._quiet.deadline(now)
