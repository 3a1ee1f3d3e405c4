"""Wall-clock time as a correction of core time: unknown until somebody tells, and then of one boot (R-51).

A stamp made while the time is known carries it. One made before is put right by the first time its boot
learned; that first word is stored before anything is said with it, and stays, so that a repeat after a
crash says the same. A boot that never learned ends, at the latest, when the next one began: its times are
estimates. A correction moves no timer: timers live in core time.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pilotline.vocabulary.journal import BootTime, Zero
from pilotline.vocabulary.time import Stamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class WallClock:
    """``boots`` is what the store knows of all boots; without it (None) nothing has to be stored."""

    def __init__(self, boot: int, boots: Sequence[BootTime] | None = None) -> None:
        self.boot = boot
        self._stored = boots is not None
        self._earlier = [each for each in boots or () if each.boot < boot]
        self._zeros = {each.boot: each.zero for each in boots or () if each.zero is not None}
        self._live: int | None = None

    @property
    def known(self) -> bool:
        return self._live is not None

    def learn(self, utc: datetime, now: int) -> tuple[Zero, ...]:
        """It is ``utc`` at core time ``now``; the latest word counts for stamps made from now on.

        Returns the zeros that the first word settles, this boot's and the estimates of those before it that
        never learned. They hold once ``settle`` is told that they are stored.
        """
        first = self._live is None and self.boot not in self._zeros
        self._live = (utc - _EPOCH) // _MICROSECOND - now
        if not first:
            return ()
        zeros = (Zero(self.boot, self._live), *self._estimate(self._live))
        if not self._stored:
            self.settle(zeros)
        return zeros

    def settle(self, zeros: Sequence[Zero]) -> None:
        """These are stored."""
        for zero in zeros:
            self._zeros.setdefault(zero.boot, zero)

    def stamp(self, at: int) -> Stamp:
        """This boot's core time ``at``, with its UTC where that is known."""
        return Stamp(self.boot, at, None if self._live is None else self._live + at)

    def is_settled(self, stamp: Stamp) -> bool:
        """Whether the stamp's UTC will never be said otherwise."""
        return stamp.utc_us is not None or stamp.boot in self._zeros

    def is_estimated(self, stamp: Stamp) -> bool:
        """Whether the stamp is of a boot that never learned the time."""
        zero = self._zeros.get(stamp.boot)
        return stamp.utc_us is None and zero is not None and zero.estimated

    def utc(self, stamp: Stamp) -> datetime:
        """The stamp in UTC; while nothing is known of its boot, 1970 plus core time."""
        return _EPOCH + timedelta(microseconds=self._utc_us(stamp))

    def _utc_us(self, stamp: Stamp) -> int:
        if stamp.utc_us is not None:
            return stamp.utc_us
        zero = self._zeros.get(stamp.boot) if self._stored or stamp.boot != self.boot else None
        if zero is None and stamp.boot == self.boot and self._live is not None:
            return self._live + stamp.at
        return stamp.at if zero is None else zero.utc_us + stamp.at

    def _estimate(self, later_zero: int) -> list[Zero]:
        """Backwards from this boot: each unknown one ended when the next began, at the latest."""
        found: list[Zero] = []
        for each in reversed(self._earlier):
            zero = self._zeros.get(each.boot)
            if zero is None:
                zero = Zero(each.boot, later_zero - each.last_at, estimated=True)
                found.append(zero)
            later_zero = zero.utc_us
        return found
