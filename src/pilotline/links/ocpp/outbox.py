"""The outbox: durable facts on their way to the backend, in order, one at a time, each until it is answered.

A fact that the backend fails to process is tried again, interval × attempt later; after the last attempt
its whole session is set aside and kept, and the next one proceeds (R-54). Loss of the connection never
counts as an attempt. A session's later facts wait for the number its start is given.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from pilotline.links.ocpp import translate
from pilotline.station.clock import WallClock
from pilotline.vocabulary.journal import Durable, Ended, Metered, Started
from pilotline.vocabulary.time import SECOND
from pilotline.wire.ocpp import v16


@dataclass(slots=True)
class Pace:
    """The two keys that pace the retries (OCPP 1.6 §9.1.32, §9.1.33)."""

    attempts: int = 3
    interval_s: int = 60


class Outbox:
    """``next`` is the request due now; ``delivered``, ``failed`` and ``interrupted`` say how it went."""

    def __init__(self, clock: WallClock) -> None:
        self.pace = Pace()
        self._clock = clock
        self._queue: deque[Durable] = deque()
        self._transactions: dict[str, int] = {}
        self._attempts = 0
        self._not_before = 0
        self._in_flight = False
        self._aside: set[str] = set()
        self.set_aside: list[Durable] = []

    @property
    def queued(self) -> int:
        return len(self._queue)

    @property
    def head(self) -> Durable | None:
        return self._queue[0] if self._queue else None

    def add(self, done: Durable) -> None:
        """Entries come in order; those of a session set aside join it there."""
        if done.fact.session in self._aside:
            self.set_aside.append(done)
        else:
            self._queue.append(done)

    def number_of(self, session: str) -> int | None:
        """The backend's transaction id of a session."""
        return self._transactions.get(session)

    def holds(self, entry: int) -> bool:
        """Whether this entry, or one before it, has still to go out."""
        return bool(self._queue) and self._queue[0].entry <= entry

    def waiting(self, now: int) -> bool:
        """Whether the head is kept back until its next attempt."""
        return now < self._not_before

    def next(self, now: int) -> v16.Request | None:
        """The head as a request, when its time has come and it is not out already."""
        if not self._queue or self._in_flight or self.waiting(now):
            return None
        self._in_flight = True
        return self._request(self._queue[0])

    def delivered(self, transaction: int | None = None) -> Durable:
        """The head was answered; a start brings its transaction id."""
        done = self._pop()
        if isinstance(done.fact, Started) and transaction is not None:
            self._transactions[done.fact.session] = transaction
        if isinstance(done.fact, Ended):
            self._transactions.pop(done.fact.session, None)
        return done

    def failed(self, now: int) -> Sequence[Durable]:
        """The backend did not process the head; returns the facts set aside, if that was the last attempt."""
        self._in_flight = False
        self._attempts += 1
        if self._attempts < self.pace.attempts:
            self._not_before = now + self.pace.interval_s * SECOND * self._attempts
            return []
        return self._put_aside(self._pop())

    def interrupted(self) -> None:
        """The connection went while the head was out: it is sent again, and no attempt is counted."""
        self._in_flight = False

    def deadline(self, now: int) -> int | None:
        return self._not_before if self._queue and self.waiting(now) else None

    def _request(self, done: Durable) -> v16.Request:
        fact = done.fact
        if isinstance(fact, Started):
            return translate.start_transaction(fact, self._clock)
        transaction = self._transactions[fact.session]
        if isinstance(fact, Metered):
            return translate.meter_values(fact, transaction, self._clock)
        return translate.stop_transaction(fact, transaction, self._clock)

    def _pop(self) -> Durable:
        self._in_flight, self._attempts, self._not_before = False, 0, 0
        return self._queue.popleft()

    def _put_aside(self, first: Durable) -> Sequence[Durable]:
        """Meter values may be missing from a session; without its start or end all of it goes aside."""
        if isinstance(first.fact, Metered):
            aside = [first]
        else:
            session = first.fact.session
            self._aside.add(session)
            aside = [first, *(done for done in self._queue if done.fact.session == session)]
            self._queue = deque(done for done in self._queue if done.fact.session != session)
        self.set_aside += aside
        return aside
