"""The owner's weekly schedule as a limit: claimed by the station itself, whoever is away (E-06).

It goes by the clock on the wall in the zone of the key ``TimeZone``: an hour that comes twice counts twice,
one that is left out never. While nobody knows the time it limits nothing. A session whose user said
charge_now waits for no pause of it; the amperes of its other rows stay.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from pilotline.station.connector import Connector
from pilotline.station.keys import KeyStore
from pilotline.station.local_time import LocalTime, moments
from pilotline.station.week import Allowed, Row, allowed, read_schedule
from pilotline.vocabulary import limits

KEY = "c_ChargeSchedule"
_FREE = Allowed(None, None)
_LOOK_AHEAD = 16
"""Days: an hour of one weekday that summer time leaves out comes again within fifteen."""
_MICROSECOND = timedelta(microseconds=1)


def week_at(rows: Sequence[Row], utc: datetime, zone: tzinfo) -> tuple[Allowed, datetime | None]:
    """What a schedule allows at ``utc``, and when that changes next; None: never."""

    def at(moment: datetime) -> Allowed:
        here = moment.astimezone(zone)
        return allowed(rows, here.weekday(), here.hour * 60 + here.minute)

    now, times = at(utc), {each for row in rows for each in row.ends()}
    found = moments(times, utc, zone, _LOOK_AHEAD) if rows else ()
    return now, next((moment for moment in found if at(moment) != now), None)


class WeeklyLimit:
    """``update`` claims for each connector, between its ``look`` and ``update``.

    ``hurries`` says whether the session of a connector waits no more.
    """

    def __init__(
        self,
        keys: KeyStore,
        local: LocalTime,
        connectors: Mapping[int, Connector],
        hurries: Callable[[int], bool],
    ) -> None:
        self._keys = keys
        self._local = local
        self._connectors = connectors
        self._hurries = hurries
        self._asked: tuple[str, tzinfo | None] = ("", None)
        self._rows: Sequence[Row] = ()
        self._since: datetime | None = None
        self._found: tuple[Allowed, datetime | None] = (_FREE, None)
        self._claimed: dict[int, int] = {}

    def update(self, now: int) -> None:
        if not self._keys.text(KEY) and not self._claimed:
            return
        allows, until = self.look(now)
        for connector in self._connectors.values():
            hurried = self._hurries(connector.number)
            self._claim(connector, allows.hurried_ma if hurried else allows.limit_ma, until, now)

    def deadline(self, now: int) -> int | None:
        """When the schedule says something else; the ends of what it claims are in the claims too."""
        return self.look(now)[1] if self._keys.text(KEY) else None

    def ahead(self, number: int, at: int) -> tuple[int | None, int | None]:
        """What it will allow a connector (mA) at core time ``at``, and until when."""
        self._read()
        utc, zone = self._local.utc(at), self._local.zone
        if utc is None or zone is None:
            return None, None
        allows, until = week_at(self._rows, utc, zone)
        limit_ma = allows.hurried_ma if self._hurries(number) else allows.limit_ma
        return limit_ma, None if until is None else at + (until - utc) // _MICROSECOND

    def look(self, now: int) -> tuple[Allowed, int | None]:
        """What it allows now, and the core time at which that changes. It thinks once for each change."""
        utc, zone = self._local.utc(now), self._local.zone
        if utc is None or zone is None:
            return _FREE, None
        self._read()
        until = self._found[1]
        if self._since is None or utc < self._since or (until is not None and utc >= until):
            self._found, self._since = week_at(self._rows, utc, zone), utc
        allows, until = self._found
        return allows, None if until is None else now + (until - utc) // _MICROSECOND

    def _read(self) -> None:
        """What was thought is forgotten when schedule or zone are others than before."""
        asked = self._keys.text(KEY), self._local.zone
        if asked != self._asked:
            self._asked, self._rows, self._since = asked, read_schedule(asked[0]), None

    def _claim(self, connector: Connector, limit_ma: int | None, until: int | None, now: int) -> None:
        """A pause that its user has skipped ends at once, and not as a pause does."""
        connector.arbiter.claim(limits.SCHEDULE, limit_ma, now, until=until)
        skipped = self._claimed.get(connector.number) == 0 and self._hurries(connector.number)
        if skipped and connector.session is not None and connector.arbiter.offer_ma == 0:
            connector.session.offered = False
        if limit_ma is None:
            self._claimed.pop(connector.number, None)
        else:
            self._claimed[connector.number] = limit_ma
