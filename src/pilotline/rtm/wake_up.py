"""Waking a car that sleeps in state B although it is offered current (R-47): a pulse of state F, counted.

A car that has once answered the offer with state C is not asleep when it goes back to B: it has had enough.
"""

from pilotline.rtm.timing import Pulse, on_delay
from pilotline.vocabulary.charger import WakeUp
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.time import earliest


class WakeUpPulse:
    """At most ``tries`` pulses per plug-in; ``count`` is all of them since boot."""

    def __init__(self, limits: WakeUp) -> None:
        self._enabled = limits.enabled
        self._tries = limits.tries
        self._asleep = on_delay(limits.after_ms)
        self._pulse = Pulse(limits.pulse_ms)
        self._left = limits.tries
        self._answered = False
        self.count = 0

    def update(self, state: PilotState, *, offered: bool, again: bool, now: int) -> bool:
        """Returns whether the pilot shall be in state F now.

        ``offered``: the PWM is on; ``again``: it could be offered anew after the pulse.
        """
        if state is PilotState.A:
            self._left = self._tries
        self._answered = offered and (self._answered or state is not PilotState.B)
        asleep = offered and again and not self._answered and self._enabled and self._left > 0
        if self._asleep.update(asleep, now):
            self._left -= 1
            self.count += 1
            self._pulse.start(now)
        return self._pulse.is_on(now)

    def deadline(self, now: int) -> int | None:
        return earliest(self._asleep.deadline(now), self._pulse.deadline(now))
