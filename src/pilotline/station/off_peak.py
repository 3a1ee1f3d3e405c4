"""What keeps an offline station from charging: off periods and a random delay (E-64, E-65, R-18).

Both are claims of 0 A that name their end. In a period a session waits, and after it for a random delay too.
A start that nobody beside the station has just made waits for the delay. Neither holds while the backend is
there, nor once the user has said that this session shall charge now (decision 0008).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from pilotline.station.authorisation import ANYBODY
from pilotline.station.clock import WallClock
from pilotline.station.connector import Connector
from pilotline.station.keys import KeyStore
from pilotline.station.local_time import LocalTime, OffHours, ZoneFinder
from pilotline.station.session import Session
from pilotline.vocabulary import limits
from pilotline.vocabulary.charger import SessionRules
from pilotline.vocabulary.limits import LimitSource
from pilotline.vocabulary.refusals import NO_SESSION, Refusal
from pilotline.vocabulary.time import MINUTE, SECOND, earliest

BY_HAND = 10 * SECOND
"""A session that begins so soon after the plug was put in is the work of who did that (ours)."""
OUTAGE = MINUTE
"""A car that charges goes on for this long without the backend: a line that blinks opens no relay (ours)."""
_MICROSECOND = timedelta(microseconds=1)


@dataclass(slots=True)
class _Waiting:
    """One session as it waits. ``delayed`` is the end of its delay, ``held`` that of the period it is in.

    ``now``: it shall charge now, come what may. ``source``: what it waits for at this moment.
    """

    delayed: int | None = None
    held: int | None = None
    now: bool = False
    source: LimitSource | None = None


class OffPeak:
    """``update`` claims for each connector, between its ``look`` and ``update``; ``seed`` is of the dice."""

    def __init__(
        self,
        rules: SessionRules,
        keys: KeyStore,
        clock: WallClock,
        connectors: Mapping[int, Connector],
        find_zone: ZoneFinder,
        seed: int,
    ) -> None:
        self.local = LocalTime(keys, clock, find_zone)
        self._keys = keys
        self._connectors = connectors
        self._hours = OffHours(keys, rules.charge_off_days)
        self._dice = Random(seed)  # noqa: S311 - nobody gains by guessing it
        self._waiting: dict[int, _Waiting] = {}
        self._offline_since: int | None = -OUTAGE

    def charge_now(self, number: int) -> Refusal | None:
        """This session waits no more, whatever the hour; a sentence where there is none."""
        waiting = self._waiting.get(number)
        if waiting is None:
            return NO_SESSION.of()
        waiting.now = True
        return None

    def hurries(self, number: int) -> bool:
        """Whether the session here waits no more, by its user's word."""
        waiting = self._waiting.get(number)
        return waiting is not None and waiting.now

    def update(self, online: bool, now: int) -> None:
        if online:
            self._offline_since = None
        elif self._offline_since is None:
            self._offline_since = now
        asked = not online and any(each.session is not None for each in self._connectors.values())
        until = self._off_until(now) if asked else None
        for connector in self._connectors.values():
            if connector.session is None or connector.session.stop is not None:
                self._forget(connector, now)
            else:
                self._hold(connector, self._waiting_of(connector, connector.session, now), until, now)

    def deadline(self, now: int) -> int | None:
        """When a period begins or ends, or an outage is one; the ends of delays are in their claims."""
        if not self._waiting or self._offline_since is None:
            return None
        outage = self._offline_since + OUTAGE
        return earliest(self._look(now)[1], outage if outage > now else None)

    def ahead(self, number: int, at: int) -> tuple[LimitSource | None, int | None]:
        """What would keep a session here waiting at core time ``at``, and until when that is so.

        The backend stays as it is. A delay that has still to be drawn is not known.
        """
        if self._offline_since is None or self.hurries(number):
            return None, None
        inside, until = self._look(at)
        waiting, outage = self._waiting.get(number), self._offline_since + OUTAGE
        if inside and at < outage and self._connectors[number].arbiter.offer_ma:
            return None, earliest(outage, until)
        if inside:
            return limits.OFF_HOURS, until
        if waiting is not None and waiting.delayed is not None and at < waiting.delayed:
            return limits.START_DELAY, earliest(waiting.delayed, until)
        return None, until

    # --- the hours ---

    def _off_until(self, now: int) -> int | None:
        """The end of the period that holds now; None where none does, or nobody knows the time."""
        inside, until = self._look(now)
        return until if inside else None

    def _look(self, now: int) -> tuple[bool, int | None]:
        """Whether a period holds, and the core time at which that changes."""
        utc, zone = self.local.utc(now), self.local.zone
        if utc is None or zone is None:
            return False, None
        found = self._hours.look(utc, zone)
        until = None if found.until is None else now + (found.until - utc) // _MICROSECOND
        return found.inside, until

    # --- one session ---

    def _waiting_of(self, connector: Connector, session: Session, now: int) -> _Waiting:
        waiting = self._waiting.get(connector.number)
        if waiting is None:
            waiting = self._waiting[connector.number] = _Waiting()
            if self._offline_since is not None and not _is_by_hand(connector, session, now):
                waiting.delayed = self._draw(now)
        return waiting

    def _hold(self, connector: Connector, waiting: _Waiting, off_until: int | None, now: int) -> None:
        """The period goes before the delay, which begins anew when the clock has ended the period."""
        if self._offline_since is None or waiting.now:
            waiting.delayed = waiting.held = None
            self._claim(connector, waiting, None, None, now)
        elif off_until is not None:
            if connector.arbiter.offer_ma == 0 or now >= self._offline_since + OUTAGE:
                waiting.held = off_until
                self._claim(connector, waiting, limits.OFF_HOURS, off_until, now)
        else:
            if waiting.held is not None and now >= waiting.held:
                waiting.delayed = self._draw(now)
            waiting.held = None
            delayed = waiting.delayed is not None and now < waiting.delayed
            self._claim(connector, waiting, limits.START_DELAY if delayed else None, waiting.delayed, now)

    def _claim(
        self, connector: Connector, waiting: _Waiting, source: LimitSource | None, until: int | None, now: int
    ) -> None:
        """What was claimed before is withdrawn. A wait that is over ends at once, and not as a pause does."""
        if waiting.source not in (None, source):
            connector.arbiter.claim(waiting.source, None, now)
            if source is None and connector.session is not None and connector.arbiter.offer_ma == 0:
                connector.session.offered = False
        if source is not None:
            connector.arbiter.claim(source, 0, now, until=until)
        waiting.source = source

    def _forget(self, connector: Connector, now: int) -> None:
        waiting = self._waiting.pop(connector.number, None)
        if waiting is not None and waiting.source is not None:
            connector.arbiter.claim(waiting.source, None, now)

    def _draw(self, now: int) -> int:
        """Whole seconds, each as likely as any other."""
        return now + self._dice.randint(0, self._keys.number("c_MaxStartDelay")) * SECOND


def _is_by_hand(connector: Connector, session: Session, now: int) -> bool:
    """Whether somebody has just begun it: a card, a remote start, or where that is enough the plug."""
    return session.tag not in ANYBODY.values() or connector.plug.put_in_within(BY_HAND, now)
