"""The outbox: durable facts on their way to the backend, in order, one at a time, each until it is answered.

A fact that the backend fails to process is tried again, interval × attempt later; after the last attempt
its whole session is set aside and kept, and the next one proceeds (R-54). Loss of the connection never
counts as an attempt. A session's later facts wait for the number its start is given.

All of them are in the store; here is only a window on the first, so that a hundred thousand cost no memory.
"""

from collections import deque
from dataclasses import dataclass

from pilotline.links.ocpp import translate
from pilotline.station.clock import WallClock
from pilotline.vocabulary.journal import (
    Durable,
    Ended,
    Fact,
    Fetch,
    Fetched,
    Metered,
    Recollection,
    SetAside,
    Started,
    Tampered,
)
from pilotline.vocabulary.time import SECOND, Stamp
from pilotline.wire.ocpp import v16

LOW, HIGH = 16, 256
"""The window is filled again below the one; above the other, what is new stays in the store alone."""


@dataclass(slots=True)
class Pace:
    """The two keys that pace the retries (OCPP 1.6 §9.1.32, §9.1.33)."""

    attempts: int = 3
    interval_s: int = 60


class Outbox:
    """``next`` is the request due now; ``delivered``, ``failed`` and ``interrupted`` say how it went."""

    def __init__(self, clock: WallClock, memory: Recollection | None = None) -> None:
        memory = memory or Recollection(clock.boot)
        self.pace = Pace()
        self._clock = clock
        self._queue: deque[Durable] = deque()
        self._transactions = dict(memory.transactions)
        self._reached = 0
        self._whole = memory.queued == 0
        self._fetching = False
        self._stale = False  # what the store is asked was overtaken by a session taken back
        self._popped = 0
        self._counting: deque[int] = deque()  # of ``_popped``, when the store was asked to count
        self._gone: set[int] = set()  # taken from the window while the store is asked
        self._attempts = 0
        self._not_before = 0
        self._in_flight = False
        self._request_made: v16.Request | None = None
        self._aside = set(memory.aside_sessions)
        self.queued = memory.queued
        self.set_aside = memory.set_aside

    @property
    def head(self) -> Durable | None:
        return self._queue[0] if self._queue else None

    def add(self, done: Durable) -> SetAside | None:
        """Entries come in order; those of a session set aside join it there."""
        if done.fact.session in self._aside:
            self.set_aside += 1
            return self._ask_aside(done, whole=True)
        self.queued += 1
        if self._whole and not self._fetching and len(self._queue) < HIGH:
            self._append(done)
        else:
            self._whole = False
        return None

    def fetch(self) -> Fetch | None:
        """What to ask of the store, when the window runs low and does not reach the end."""
        if self._whole or self._fetching or len(self._queue) >= LOW:
            return None
        self._fetching = True
        return Fetch(self._reached)

    def fetched(self, found: Fetched) -> None:
        """The store's answer."""
        stale, self._fetching, self._stale = self._stale, False, False
        if stale:
            self._gone.clear()
            return
        self._whole = found.last
        known = self._gone | {done.entry for done in self._queue}
        self._gone.clear()
        for done in found.entries:
            if done.entry not in known and done.fact.session not in self._aside:
                self._append(done)

    def count(self, queued: int, set_aside: int) -> None:
        """The store has counted, before it heard of what went out since it was asked."""
        since = self._popped - self._counting.popleft() if self._counting else 0
        self.queued, self.set_aside = max(0, queued - since), set_aside

    def take_back(self, session: str) -> None:
        """A person wants a session sent that was set aside: begin again with the oldest entry.

        The head stays if it was ever out: its request, its attempts and its pause are its own.
        """
        self._aside.discard(session)
        self._counting.append(self._popped)
        kept = 0 if self._request_made is None else 1
        while len(self._queue) > kept:
            self._queue.pop()
        self._reached, self._whole, self._stale = 0, False, self._fetching

    def number_of(self, session: str) -> int | None:
        """The backend's transaction id of a session."""
        return self._transactions.get(session)

    def holds(self, entry: int) -> bool:
        """Whether this entry, or one before it, has still to go out."""
        if self._queue:
            return self._queue[0].entry <= entry
        return not self._whole and self._reached < entry  # it is in the store

    def waiting(self, now: int) -> bool:
        """Whether the head is kept back until its next attempt."""
        return now < self._not_before

    def next(self, now: int) -> v16.Request | None:
        """The head as a request, when its time has come and it is not out already.

        A repeat is word for word the same, although the clock was corrected meanwhile: by its words the
        backend knows it for one (R-53).
        """
        if not self._queue or self._in_flight or self.waiting(now):
            return None
        if not self._clock.is_settled(_stamp(self._queue[0].fact)):
            return None
        self._in_flight = True
        if self._request_made is None:
            self._request_made = self._request(self._queue[0])
        return self._request_made

    def delivered(self, transaction: int | None = None) -> Durable:
        """The head was answered; a start brings its transaction id."""
        done = self._pop()
        if isinstance(done.fact, Started) and transaction is not None:
            self._transactions[done.fact.session] = transaction
        asked_for = self.set_aside > 0  # a person may still want meter values of any session sent
        if isinstance(done.fact, Ended) and not asked_for:
            self._transactions.pop(done.fact.session, None)
        return done

    def failed(self, now: int) -> SetAside | None:
        """The backend did not process the head; says what to set aside, if that was the last attempt."""
        self._in_flight = False
        self._attempts += 1
        if self._attempts < self.pace.attempts:
            self._not_before = now + self.pace.interval_s * SECOND * self._attempts
            return None
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
        if isinstance(fact, Tampered):
            return translate.tampering(fact, self._clock)
        transaction = self._transactions[fact.session]
        if isinstance(fact, Metered):
            return translate.meter_values(fact, transaction, self._clock)
        return translate.stop_transaction(fact, transaction, self._clock)

    def _pop(self) -> Durable:
        self._in_flight, self._attempts, self._not_before = False, 0, 0
        self._request_made = None
        self.queued -= 1
        self._popped += 1
        done = self._queue.popleft()
        if self._fetching:
            self._gone.add(done.entry)
        return done

    def _append(self, done: Durable) -> None:
        self._queue.append(done)
        self._reached = max(self._reached, done.entry)

    def _put_aside(self, first: Durable) -> SetAside:
        """Meter values may be missing from a session; without its start or end all of it goes aside."""
        session, whole = first.fact.session, not isinstance(first.fact, Metered)
        before = len(self._queue)
        if whole:
            self._aside.add(session)
            self._queue = deque(done for done in self._queue if done.fact.session != session)
        gone = before - len(self._queue)
        self.queued -= gone
        self.set_aside += gone + 1
        return self._ask_aside(first, whole)

    def _ask_aside(self, done: Durable, whole: bool) -> SetAside:
        self._counting.append(self._popped)
        return SetAside(done.entry, done.fact.session, whole)


def _stamp(fact: Fact) -> Stamp:
    return fact.sample.stamp if isinstance(fact, Metered) else fact.stamp
