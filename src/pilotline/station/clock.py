"""Wall-clock time as a correction of core time: unknown until somebody tells, and then of one boot (R-51)."""

from datetime import UTC, datetime, timedelta

from pilotline.vocabulary.time import Stamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class WallClock:
    """Knows for each boot, once learned, what UTC its core time 0 was. A correction moves no timer."""

    def __init__(self, boot: int) -> None:
        self.boot = boot
        self._zero: dict[int, datetime] = {}

    @property
    def known(self) -> bool:
        return self.boot in self._zero

    def learn(self, utc: datetime, now: int) -> None:
        """It is ``utc`` at core time ``now`` of this boot; the latest word counts."""
        self._zero[self.boot] = utc - timedelta(microseconds=now)

    def utc(self, stamp: Stamp) -> datetime:
        """The stamp in UTC; for a boot that never learned the time, 1970 plus core time."""
        return self._zero.get(stamp.boot, _EPOCH) + timedelta(microseconds=stamp.at)
