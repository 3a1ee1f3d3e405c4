"""The next hours as steps: which limit would win, from everything that is known ahead.

Known are the station's own limit, installer, owner, cable and fuse as they stand, the weekly schedule, the
backend's profiles, the hours of peak demand while the backend is away, and what counts once it has been away
for long. What is measured (house, heat), what the other connector takes and a delay that has still to be
drawn are not. Where no session runs, it is of one that would begin now.
"""

from typing import NamedTuple

from pilotline.station.core import Station
from pilotline.station.smart_charging import Ahead
from pilotline.vocabulary import limits
from pilotline.vocabulary.limits import LimitSource
from pilotline.vocabulary.time import DAY, earliest

MOST_STEPS = 200
"""Of a day; a backend's profiles could make more, and a page shows none of that."""
MOST_LOOKS = 2_000
_STANDING = (limits.DEVICE, limits.OWNER, limits.INSTALLER, limits.CABLE, limits.FUSE)


class Step(NamedTuple):
    """From core time ``at`` on this source allows ``limit_ma``, less than any other."""

    at: int
    source: LimitSource
    limit_ma: int


def preview(station: Station, number: int, now: int, span: int = DAY) -> list[Step]:
    """The steps from ``now`` for ``span`` at a connector."""
    steps: list[Step] = []
    at: int | None = now
    for _ in range(MOST_LOOKS):
        if at is None or at >= now + span or len(steps) == MOST_STEPS:
            break
        words = _words(station, number, at, now)
        step = _step(words, at)
        if not steps or steps[-1][1:] != step[1:]:
            steps.append(step)
        at = earliest(*(each.until for each in words if each.until is not None and each.until > at))
    return steps


def _step(words: list[Ahead], at: int) -> Step:
    """As the arbiter has it: the lowest, of equal ones that with the lower code (R-44)."""
    found = [(each.limit_ma, each.source.code, each.source) for each in words if each.limit_ma is not None]
    limit_ma, _, source = min(found, key=lambda each: each[:2])
    return Step(at, source, limit_ma)


def _words(station: Station, number: int, at: int, now: int) -> list[Ahead]:
    arbiter = station.connectors[number].arbiter
    standing = [Ahead(source, arbiter.allows(source, now), None) for source in _STANDING]
    waits_for, until = station.off_peak.ahead(number, at)
    peak = Ahead(waits_for or limits.OFF_HOURS, None if waits_for is None else 0, until)
    week = Ahead(limits.SCHEDULE, *station.week.ahead(number, at))
    return [*standing, week, *station.smart_charging.ahead(number, at, now), peak]
