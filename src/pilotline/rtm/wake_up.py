"""Waking a car that sleeps in state B although it is offered current (R-47): a pulse of state F, counted."""

from pilotline.rtm.timing import Pulse, on_delay
from pilotline.vocabulary.charger import WakeUp
from pilotline.vocabulary.time import earliest


class WakeUpPulse:
    """At most ``tries`` pulses per plug-in; ``count`` is all of them since boot."""

    def __init__(self, limits: WakeUp) -> None:
        self._enabled = limits.enabled
        self._tries = limits.tries
        self._asleep = on_delay(limits.after_ms)
        self._pulse = Pulse(limits.pulse_ms)
        self._left = limits.tries
        self.count = 0

    def update(self, *, asleep: bool, unplugged: bool, now: int) -> bool:
        """``asleep``: in B with current offered. Returns whether the pilot shall be in state F now."""
        if unplugged:
            self._left = self._tries
        if self._asleep.update(asleep and self._enabled and self._left > 0, now):
            self._left -= 1
            self.count += 1
            self._pulse.start(now)
            self._asleep.update(False, now)
        return self._pulse.is_on(now)

    def deadline(self, now: int) -> int | None:
        return earliest(self._asleep.deadline(now), self._pulse.deadline(now))
