"""What the security log has to know of the station itself: that it started, that its time was changed, and
what others saw (:class:`pilotline.station.upkeep.events.Raise`: an opened cover, a disk that is full).
"""

from collections.abc import Sequence

from pilotline.station.upkeep.alarms import alarm
from pilotline.station.upkeep.core import Surroundings
from pilotline.station.upkeep.events import Raise, UpkeepEffect, UpkeepEvent
from pilotline.vocabulary.alarms import AlarmKind
from pilotline.vocabulary.status import ResetReason
from pilotline.vocabulary.time import SECOND, Stamp

JUMP_US = 10 * SECOND
"""A clock that is put right by less drifts; nobody has set it."""
_POWER = (ResetReason.UNKNOWN, ResetReason.POWERON, ResetReason.BROWNOUT)


class SecurityWatch:
    """``handle``; it waits for nothing."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._around = surroundings
        self._began = False
        self._zero_us: int | None = None

    def handle(self, event: UpkeepEvent, stamp: Stamp) -> Sequence[UpkeepEffect]:
        effects: list[UpkeepEffect] = []
        if not self._began:
            self._began = True
            effects += self._start(stamp)
        effects += self._look_at_clock(stamp)
        if isinstance(event, Raise):
            effects += alarm(self._around, event.kind, event.info, stamp)
        return effects

    def deadline(self) -> int | None:
        return None

    def _start(self, stamp: Stamp) -> Sequence[UpkeepEffect]:
        """A power cut is a start; whatever else made the station begin anew was a reset."""
        reason = self._around.reset
        kind = AlarmKind.STARTUP if reason in _POWER else AlarmKind.RESET_OR_REBOOT
        version = f", firmware {self._around.firmware}" if self._around.firmware else ""
        return alarm(self._around, kind, f"{reason.name} ({reason.value}){version}", stamp)

    def _look_at_clock(self, stamp: Stamp) -> Sequence[UpkeepEffect]:
        """A time that nobody knew was not changed by the one who first said it."""
        before, self._zero_us = self._zero_us, None if stamp.utc_us is None else stamp.utc_us - stamp.at
        if before is None or self._zero_us is None or abs(self._zero_us - before) < JUMP_US:
            return ()
        seconds = round((self._zero_us - before) / SECOND)
        return alarm(
            self._around, AlarmKind.SETTING_SYSTEM_TIME, f"The clock was set by {seconds:+} s.", stamp
        )
