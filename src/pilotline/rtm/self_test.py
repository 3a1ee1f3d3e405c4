"""The self-test of the residual-current monitor (R-46): before PWM its alarms have to come, and go.

What it proves holds for one closing. Closings after a pause of the car within the same offer belong to it:
a PWM that is on has promised to close, and a test would break the promise. After 24 h no proof counts: then
the offer itself is taken back for a test, as soon as the relay is open.
"""

from pilotline.rtm.timing import Pulse
from pilotline.vocabulary.charger import Residual
from pilotline.vocabulary.time import earliest


class SelfTest:
    """Test input on until every watched alarm was seen, then off until every alarm has gone.

    While it is busy nothing counts as proved: nothing is offered while alarms are ignored. An alarm that does
    not come is a fault of the monitor's (R-40) and no leak: ``failed`` keeps which one until the next unplug,
    for the latch would forget it at once in state A. One that does not go is no longer ignored, so it trips
    as what it is. An alarm that comes by itself during the test counts as come, and then has to go too.
    """

    def __init__(self, limits: Residual) -> None:
        self._coming = Pulse(limits.test_ms)
        self._going = Pulse(limits.clear_ms)
        self._proof = Pulse(limits.holds_ms)
        self._seen = 0
        self._passed = 0
        self._proved = 0
        self._was_plugged = False
        self.running = False
        self.clearing = False
        self.failed = 0

    @property
    def busy(self) -> bool:
        """Whether the monitor's inputs and outputs are the test's, not the world's."""
        return self.running or self.clearing

    @property
    def ignored(self) -> int:
        """The alarms that may be the test's own."""
        return -1 if self.busy else 0

    def holds(self, watched: int, now: int) -> bool:
        """Whether all the watched alarms are proved for the next closing."""
        return not watched & ~self._proved and self.is_recent(watched, now)

    def is_recent(self, watched: int, now: int) -> bool:
        """Whether the last proof, used up or not, is young enough to close on (R-46: 24 h)."""
        return not watched or self._proof.is_on(now)

    def update(self, alarms: int, watched: int, *, allowed: bool, now: int) -> None:
        """``alarms`` are those that stand now, ``watched`` those that have to be proved.

        ``allowed``: state A or B, steady pilot, relay and contacts open, no fault.
        """
        if self.running:
            self._wait_for(alarms, watched, allowed, now)
        elif allowed and not (self.clearing or alarms or self.holds(watched, now)):
            self.running, self._seen, self._proved = True, 0, 0  # what was proved before is in doubt now
            self._coming.start(now)
        if self.clearing:
            self._wait_for_silence(alarms, now)

    def spend(self) -> None:
        """The relay closed: what was proved is used up."""
        self._proved = 0

    def forgive(self, *, plugged: bool, unplugged: bool, cleared: bool) -> None:
        """A failure ends with the next unplug, or when a person resets it; then the test is made again."""
        if cleared or (unplugged and self._was_plugged):
            self.failed = 0
        self._was_plugged = bool(self.failed) and (self._was_plugged or plugged)

    def deadline(self, now: int) -> int | None:
        return earliest(
            self._coming.deadline(now) if self.running else None,
            self._going.deadline(now) if self.clearing else None,
            self._proof.deadline(now),
        )

    def _wait_for(self, alarms: int, watched: int, allowed: bool, now: int) -> None:
        self._seen |= alarms
        missing = watched & ~self._seen
        if missing and allowed and self._coming.is_on(now):
            return
        self.running, self.clearing = False, True
        self._passed = 0 if missing else watched
        self.failed = missing if allowed else 0
        self._going.start(now)

    def _wait_for_silence(self, alarms: int, now: int) -> None:
        """A test that was not passed waits its whole time: what it has asked for may still come."""
        if self._passed and not alarms:
            self.clearing, self._proved = False, self._passed
            self._proof.start(now)
        elif not self._going.is_on(now):
            self.clearing = False
