"""Whether a plug is in: seen on the pilot, and an unplug believed when it has lasted (R-29)."""

from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.time import SECOND, OnDelay

BELIEVED = SECOND
"""R-29: a bounce under 1 s opens the relay but is no unplug for the session."""
WITH_A_CAR = (PilotState.B, PilotState.C, PilotState.D)


class PlugWatch:
    """``plugged`` as believed; ``unplugs`` counts them, ``gone_at`` is when the last one began.

    ``put_in_at`` is when somebody put it in; None of a plug that was there before anybody looked.
    State A for a second is an unplug; E, F and undefined levels say nothing about the plug.
    """

    def __init__(self) -> None:
        self._gone = OnDelay(BELIEVED)
        self.plugged = False
        self.unplugs = 0
        self.gone_at = 0
        self.put_in_at: int | None = None
        self._seen_out = False

    @property
    def unplugging(self) -> bool:
        """The pilot shows no car, and it is not believed yet."""
        return self._gone.due is not None

    def see(self, state: PilotState, now: int) -> bool:
        """Take the pilot's state; whether an unplug is believed now."""
        away = self.plugged and state is PilotState.A
        if away and not self.unplugging:
            self.gone_at = now
        if self._gone.update(away, now):
            self.plugged = False
            self.unplugs += 1
            self._gone.update(False, now)
            return True
        if self._seen_out and not self.plugged and state in WITH_A_CAR:
            self.put_in_at, self._seen_out = now, False
        self._seen_out = self._seen_out or (state is PilotState.A and not self.plugged)
        self.plugged = self.plugged or state in WITH_A_CAR
        return False

    def put_in_within(self, span: int, now: int) -> bool:
        """Whether somebody put it in so shortly ago."""
        return self.put_in_at is not None and now - self.put_in_at <= span

    def deadline(self, now: int) -> int | None:
        return self._gone.deadline(now)
