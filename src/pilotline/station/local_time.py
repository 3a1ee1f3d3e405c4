"""Local time: the zone of the key ``TimeZone``, and the periods of c_ChargeOffPeriod1 and 2 (E-64, R-18).

What a zone's rules are is handed in (``ZoneFinder``), for they stand in files. A moment is in a period when
the clock on the wall shows a time of it: an hour that comes twice counts twice, one that is left out never.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from pilotline.station.clock import WallClock
from pilotline.station.keys import KeyStore
from pilotline.station.off_periods import OffPeriod, read_period
from pilotline.vocabulary.refusals import KEY_UNKNOWN_ZONE, Refusal
from pilotline.vocabulary.time import Weekday

ZoneFinder = Callable[[str], tzinfo | None]
"""The rules of an IANA name; None of a name that is none, or not in this station's database."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_LOOK_AHEAD = 9
"""Days: a period of one weekday comes again within eight."""
_STRIDE = timedelta(hours=6)
"""No zone changes its offset twice within this."""
_WEEKDAYS = tuple(Weekday)


def utc_alone(name: str) -> tzinfo | None:
    """The finder of who has no database."""
    return UTC if name == "UTC" else None


class LocalTime:
    """What the time is, and where: either is None while nobody knows."""

    def __init__(self, keys: KeyStore, clock: WallClock, find: ZoneFinder = utc_alone) -> None:
        self._keys = keys
        self._clock = clock
        self._find = find
        self._name = ""
        self._zone: tzinfo | None = None

    @property
    def zone(self) -> tzinfo | None:
        """The rules in force; a name is looked up once."""
        name = self._keys.text("TimeZone")
        if name != self._name:
            self._name, self._zone = name, self._find(name)
        return self._zone

    def refusal(self, name: str) -> Refusal | None:
        """Why a zone cannot be used, as a sentence."""
        return None if self._find(name) else KEY_UNKNOWN_ZONE.of(zone=name)

    def utc_us(self, at: int) -> int | None:
        """Core time ``at`` in microseconds since 1970."""
        return self._clock.stamp(at).utc_us

    def utc(self, at: int) -> datetime | None:
        """Core time ``at`` in UTC."""
        utc_us = self.utc_us(at)
        return None if utc_us is None else _EPOCH + timedelta(microseconds=utc_us)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Whether a period holds, and until when (UTC) that stays so at least; None: there is no period."""

    inside: bool
    until: datetime | None


class OffHours:
    """The two periods together, on the weekdays the model names. ``look`` thinks once for each change."""

    KEYS = ("c_ChargeOffPeriod1", "c_ChargeOffPeriod2")

    def __init__(self, keys: KeyStore, days: Collection[Weekday]) -> None:
        self._keys = keys
        self._days = frozenset(days)
        self._asked: tuple[object, ...] = ()
        self._since = _EPOCH
        self._found = Outlook(False, None)

    def look(self, utc: datetime, zone: tzinfo) -> Outlook:
        """As it is at ``utc`` in a zone."""
        asked = (zone, *(self._keys.text(key) for key in self.KEYS))
        over = self._found.until is not None and utc >= self._found.until
        if asked != self._asked or over or utc < self._since:
            periods = [period for key in self.KEYS if (period := read_period(self._keys.text(key)))]
            self._found = outlook(periods, self._days, utc, zone)
            self._asked, self._since = asked, utc
        return self._found


def outlook(periods: Sequence[OffPeriod], days: Collection[Weekday], utc: datetime, zone: tzinfo) -> Outlook:
    """Whether one of the periods holds at ``utc``, and when that changes next."""

    def inside(at: datetime) -> bool:
        here = at.astimezone(zone)
        today, yesterday = (_WEEKDAYS[day.weekday()] in days for day in (here, here.date() - _DAY))
        return any(period.holds(here.time(), today, yesterday) for period in periods)

    held = inside(utc)
    times = {at for period in periods for at in (period.begin, period.end)}
    found = moments(times, utc, zone) if periods else ()
    look_again = utc + _LOOK_AHEAD * _DAY if held else None
    return Outlook(held, next((at for at in found if inside(at) is not held), look_again))


def moments(
    times: Collection[time], utc: datetime, zone: tzinfo, days: int = _LOOK_AHEAD
) -> Sequence[datetime]:
    """All moments after ``utc`` at which something can change that goes by the clock on the wall: when it
    shows one of these times, and when it jumps.
    """
    first = utc.astimezone(zone).date() - _DAY
    dates = [first + day * _DAY for day in range(days + 1)]
    on_the_wall = (_in_utc(datetime.combine(date, at), zone) for date in dates for at in times)
    found = {at for both in on_the_wall for at in both}
    return sorted(at for at in found.union(_jumps(utc, zone, days)) if at > utc)


def _in_utc(wall: datetime, zone: tzinfo) -> Sequence[datetime]:
    """When the clock on the wall shows this: twice the same, but where it shows it twice, or never."""
    return [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]


def _jumps(utc: datetime, zone: tzinfo, days: int) -> Iterator[datetime]:
    """The moments, to the second, at which the zone's offset changes."""
    first = utc.replace(microsecond=0)
    for step in range(days * 4):
        begin = first + step * _STRIDE
        if _offset(begin, zone) != _offset(begin + _STRIDE, zone):
            yield _first_other(begin, zone)


def _first_other(begin: datetime, zone: tzinfo) -> datetime:
    """The first second with another offset than ``begin`` has."""
    before, seconds = _offset(begin, zone), range(int(_STRIDE.total_seconds()) + 1)
    found = bisect_left(
        seconds, True, key=lambda each: _offset(begin + timedelta(seconds=each), zone) != before
    )
    return begin + timedelta(seconds=found)


def _offset(at: datetime, zone: tzinfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()
