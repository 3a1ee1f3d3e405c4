"""How much power the charger has promised, and until when: the tuple of SAScheduleList that the car takes."""

from bisect import bisect_right
from typing import NamedTuple

from pilotline.wire.v2g import din70121, iso15118_2
from pilotline.wire.v2g.evcc.physical import milli

_ENTRIES = 24  # the longest ChargingProfile (ISO 15118-2 table 71)


class Schedule(NamedTuple):
    """``entries``: from which second on, how many watts, in order of time."""

    id: int = 1
    entries: tuple[tuple[int, int], ...] = ()

    def watts_at(self, second: int) -> int | None:
        """What it allows then; None where it says nothing."""
        place = bisect_right([start for start, _ in self.entries], second)
        return self.entries[place - 1][1] if place else None

    def profile(self, most_w: int) -> tuple[tuple[int, int], ...]:
        """What a car of that power answers with: never above the schedule."""
        return tuple((start, min(watts, most_w)) for start, watts in self.entries[:_ENTRIES])


def read_din(said: din70121.SAScheduleList) -> Schedule:
    """The first tuple, which the charger prefers."""
    first = said.sa_schedule_tuple[0]
    entries = ((each.time_interval.start, each.p_max) for each in first.p_max_schedule.p_max_schedule_entry)
    return Schedule(first.sa_schedule_tuple_id, tuple(sorted(entries)))


def read_iso2(said: iso15118_2.SAScheduleList | None) -> Schedule:
    """The first tuple, which the charger prefers. None, which none should say with Finished: no limit."""
    if said is None:
        return Schedule()
    first = said.sa_schedule_tuple[0]
    entries = (
        (each.time_interval.start, milli(each.p_max) // 1_000)
        for each in first.p_max_schedule.p_max_schedule_entry
    )
    return Schedule(first.sa_schedule_tuple_id, tuple(sorted(entries)))
