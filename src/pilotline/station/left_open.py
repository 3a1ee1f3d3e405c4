"""What an earlier boot left open: its sessions end, with the meter's register where it can be read (R-52)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pilotline.station.metering import Metering
from pilotline.vocabulary.journal import Ended, OpenSession, Recollection, Record
from pilotline.vocabulary.status import StopReason
from pilotline.vocabulary.time import SECOND

PATIENCE = 20 * SECOND
"""After boot, the meter has this long to be read before a session left open ends with its kept register."""


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """A session that an earlier boot left open; ``last``: what flowed since belongs to it."""

    session: OpenSession
    reason: StopReason
    last: bool


def left_open(memory: Recollection, number: int, reason: StopReason) -> tuple[LeftOpen, ...]:
    """The sessions of one connector that the last boot left open; what flowed since is the last one's."""
    found = [each for each in memory.open_sessions if each.start.connector == number]
    return tuple(LeftOpen(each, reason, last=each is found[-1]) for each in found)


class LeftOpenSessions:
    """Those of one connector, until their ends are durable. ``waiting``: how many have not been recorded."""

    def __init__(self, found: Sequence[LeftOpen], metering: Metering, next_entry: Callable[[], int]) -> None:
        self._found = list(found)
        self._metering = metering
        self._next_entry = next_entry
        self._closing: set[int] = set()

    @property
    def waiting(self) -> int:
        return len(self._found)

    @property
    def busy(self) -> bool:
        """Whether one of them has not ended durably."""
        return bool(self._found or self._closing)

    def close(self, register_wh: int | None, *, settled: bool, now: int) -> Sequence[Record]:
        """Once it is ``settled`` (relay open, meter read since), or it takes too long: record the ends."""
        if not self._found or not (settled or now >= PATIENCE):
            return []
        records = [Record(self._next_entry(), self._end_of(each, register_wh)) for each in self._found]
        self._found.clear()
        self._closing = {record.entry for record in records}
        return records

    def durable(self, entry: int) -> None:
        self._closing.discard(entry)

    def deadline(self, now: int) -> int | None:
        return PATIENCE if self._found and now < PATIENCE else None

    def _end_of(self, left: LeftOpen, register_wh: int | None) -> Ended:
        """The register of now, if it is the same meter's: it never goes back. Else the last one kept."""
        start, register = left.session.start, max(left.session.register_wh, left.session.start.meter_start_wh)
        if register_wh is not None and left.last:
            register = max(register, register_wh)
        stamp = left.session.last
        if stamp.boot == start.stamp.boot:
            stamp = start.stamp.later(max(stamp.at, start.stamp.at))
        data = self._metering.end_of_lost(start, stamp, register)
        return Ended(start.session, start.connector, register, stamp, left.reason, data=data)
