"""The outbox: durable facts on their way to the backend, in order, one at a time, each until it is answered.

A fact that the backend fails to process is tried again, interval × attempt later; after the last attempt
its whole session is set aside and kept, and the next one proceeds (R-54). Loss of the connection never
counts as an attempt. A session's later facts wait for the number its start is given.

Notices of the station's upkeep stand in a row of their own, in their order: one that has to be tried again
holds up no session, and none holds up a notice. One the backend does not know the action of is dropped, and
that action is not tried again on this connection: no person could send it better.

All of them are in the store; here is only a window on the first, so that a hundred thousand cost no memory.
"""

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from pilotline.links.ocpp import notices, translate
from pilotline.station.clock import WallClock
from pilotline.vocabulary.journal import (
    Counted,
    Delivered,
    Durable,
    Ended,
    Fact,
    Fetch,
    Fetched,
    Metered,
    Notified,
    Recollection,
    SetAside,
    Started,
    Tampered,
)
from pilotline.vocabulary.time import SECOND, Stamp, earliest
from pilotline.vocabulary.upkeep import Notice
from pilotline.wire.ocpp import v16

LOW, HIGH, MOST = 16, 256, 1_024
"""The window is filled again while it has fewer facts of sessions than the first, however many notices stand
beside them, up to the last; above the second, what is new stays in the store alone."""


@dataclass(slots=True)
class Pace:
    """The two keys that pace the retries (OCPP 1.6 §9.1.32, §9.1.33)."""

    attempts: int = 3
    interval_s: int = 60


@dataclass
class _Row:
    """Entries in their order, and how often the first was tried. ``request`` is what it said first."""

    queue: deque[Durable] = field(default_factory=deque[Durable])
    attempts: int = 0
    not_before: int = 0
    request: v16.Request | None = None

    def pop(self) -> Durable:
        self.attempts, self.not_before, self.request = 0, 0, None
        return self.queue.popleft()

    def ready(self, now: int, clock: WallClock) -> bool:
        """Whether its first may go now."""
        return bool(self.queue) and now >= self.not_before and clock.is_settled(_stamp(self.queue[0].fact))


class Outbox:
    """``next`` is the request due now; ``delivered``, ``failed`` and ``interrupted`` say how it went.

    ``never``: the notices that no backend is told of.
    """

    def __init__(
        self, clock: WallClock, memory: Recollection | None = None, *, never: Collection[Notice] = ()
    ) -> None:
        memory = memory or Recollection(clock.boot)
        self.pace = Pace()
        self._clock = clock
        self._facts, self._notices = _Row(), _Row()
        self._out: _Row | None = None
        self._never = frozenset(never)
        self._unknown = set(never)
        self._transactions = dict(memory.transactions)
        self._reached = 0
        self._whole = memory.queued == 0
        self._fetching = False
        self._stale = False  # what the store is asked was overtaken by a session taken back
        self._popped = self._notices_popped = 0
        self._counting: deque[tuple[int, int]] = deque()  # of these two, when the store was asked to count
        self._gone: set[int] = set()  # taken from the window while the store is asked
        self._aside = set(memory.aside_sessions)
        self.queued = memory.queued
        self.notices = memory.notices
        self.set_aside = memory.set_aside

    @property
    def head(self) -> Durable | None:
        """What is out, or goes out first."""
        row = self._out or min(
            (row for row in (self._facts, self._notices) if row.queue),
            key=lambda row: row.queue[0].entry,
            default=None,
        )
        return row.queue[0] if row else None

    @property
    def window(self) -> list[Durable]:
        """What of the store is in memory, in order."""
        return sorted((done for row in self._rows for done in row.queue), key=lambda done: done.entry)

    @property
    def _length(self) -> int:
        return len(self._facts.queue) + len(self._notices.queue)

    def add(self, done: Durable) -> SetAside | None:
        """Entries come in order; those of a session set aside join it there."""
        if done.fact.session in self._aside:
            self.set_aside += 1
            return self._ask_aside(done, whole=True)
        self.queued += 1
        self.notices += isinstance(done.fact, Notified)
        if self._whole and not self._fetching and self._length < HIGH:
            self._append(done)
        else:
            self._whole = False
        return None

    def fetch(self) -> Fetch | None:
        """What to ask of the store, when the window runs low and does not reach the end."""
        if self._whole or self._fetching or len(self._facts.queue) >= LOW or self._length >= MOST:
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
        known = self._gone | {done.entry for row in self._rows for done in row.queue}
        self._gone.clear()
        for done in found.entries:
            if done.entry not in known and done.fact.session not in self._aside:
                self._append(done)

    def count(self, found: Counted) -> None:
        """The store has counted, before it heard of what went out since it was asked."""
        popped, notices_popped = self._counting.popleft() if self._counting else self._tally
        self.queued = max(0, found.queued - (self._popped - popped))
        self.notices = max(0, found.notices - (self._notices_popped - notices_popped))
        self.set_aside = found.set_aside

    def take_back(self, session: str) -> None:
        """A person wants a session sent that was set aside: begin again with the oldest entry.

        The head stays if it was ever out: its request, its attempts and its pause are its own.
        """
        self._aside.discard(session)
        self._counting.append(self._tally)
        for row in self._rows:
            kept = 0 if row.request is None else 1
            while len(row.queue) > kept:
                row.queue.pop()
        self._reached, self._whole, self._stale = 0, False, self._fetching

    def number_of(self, session: str) -> int | None:
        """The backend's transaction id of a session."""
        return self._transactions.get(session)

    def holds(self, entry: int) -> bool:
        """Whether this entry, or one before it, has still to go out."""
        if self._facts.queue:
            return self._facts.queue[0].entry <= entry
        return not self._whole and self._reached < entry  # it is in the store

    def waiting(self, now: int) -> bool:
        """Whether the first fact of a session is kept back until its next attempt."""
        return now < self._facts.not_before

    def drop_unknown(self) -> Sequence[Delivered]:
        """Notices that this backend cannot be told are done with as if they had been."""
        dropped: list[Delivered] = []
        queue = self._notices.queue
        while queue and self._out is not self._notices and self._is_in_vain(queue[0].fact):
            done = self._pop(self._notices)
            dropped.append(Delivered(done.entry, done.fact.session))
        return dropped

    def connected(self) -> None:
        """Another connection may be to a backend that knows more."""
        self._unknown = set(self._never)

    def next(self, now: int) -> v16.Request | None:
        """The first entry as a request, when its time has come and none is out already.

        A repeat is word for word the same, although the clock was corrected meanwhile: by its words the
        backend knows it for one (R-53).
        """
        ready = [row for row in self._rows if row.ready(now, self._clock)]
        if self._out is not None or not ready:
            return None
        row = self._out = min(ready, key=lambda each: each.queue[0].entry)
        if row.request is None:
            row.request = self._request(row.queue[0])
        return row.request

    def delivered(self, transaction: int | None = None) -> Durable:
        """What was out was answered; a start brings its transaction id."""
        done = self._pop(self._take_out())
        if isinstance(done.fact, Started) and transaction is not None:
            self._transactions[done.fact.session] = transaction
        asked_for = self.set_aside > 0  # a person may still want meter values of any session sent
        if isinstance(done.fact, Ended) and not asked_for:
            self._transactions.pop(done.fact.session, None)
        return done

    def not_known(self) -> Delivered | None:
        """The backend does not know the action: a notice is done with; None where that is a failure."""
        fact = self._out.queue[0].fact if self._out else None
        if not isinstance(fact, Notified):
            return None
        self._unknown.add(fact.about)
        done = self._pop(self._take_out())
        return Delivered(done.entry, done.fact.session)

    def failed(self, now: int) -> SetAside | None:
        """The backend did not process what was out; says what to set aside, if that was its last attempt."""
        row = self._take_out()
        row.attempts += 1
        if row.attempts < self.pace.attempts:
            row.not_before = now + self.pace.interval_s * SECOND * row.attempts
            return None
        return self._put_aside(self._pop(row))

    def interrupted(self) -> None:
        """The connection went while something was out: it is sent again, and no attempt is counted."""
        self._out = None

    def deadline(self, now: int) -> int | None:
        waits = (row.not_before for row in self._rows if row.queue and now < row.not_before)
        return earliest(*waits)

    @property
    def _rows(self) -> tuple[_Row, _Row]:
        return self._facts, self._notices

    @property
    def _tally(self) -> tuple[int, int]:
        return self._popped, self._notices_popped

    def _take_out(self) -> _Row:
        row, self._out = self._out or self._facts, None
        return row

    def _is_in_vain(self, fact: Fact) -> bool:
        """Also a word that its message has not: a slip of ours must not stand in the way for ever."""
        if not isinstance(fact, Notified):
            return False
        return fact.about in self._unknown or not notices.has_word(fact)

    def _request(self, done: Durable) -> v16.Request:
        fact = done.fact
        if isinstance(fact, Started):
            return translate.start_transaction(fact, self._clock)
        if isinstance(fact, Tampered):
            return translate.tampering(fact, self._clock)
        if isinstance(fact, Notified):
            return notices.notice(fact, self._clock)
        transaction = self._transactions[fact.session]
        if isinstance(fact, Metered):
            return translate.meter_values(fact, transaction, self._clock)
        return translate.stop_transaction(fact, transaction, self._clock)

    def _pop(self, row: _Row) -> Durable:
        done = row.pop()
        self.queued -= 1
        self._popped += 1
        if isinstance(done.fact, Notified):
            self.notices -= 1
            self._notices_popped += 1
        if self._fetching:
            self._gone.add(done.entry)
        return done

    def _append(self, done: Durable) -> None:
        row = self._notices if isinstance(done.fact, Notified) else self._facts
        row.queue.append(done)
        self._reached = max(self._reached, done.entry)

    def _put_aside(self, first: Durable) -> SetAside:
        """Meter values may be missing from a session; without its start or end all of it goes aside."""
        session, whole = first.fact.session, not isinstance(first.fact, Metered)
        row = self._facts  # a notice is alone with its name
        before = len(row.queue)
        if whole:
            self._aside.add(session)
            row.queue = deque(done for done in row.queue if done.fact.session != session)
        gone = before - len(row.queue)
        self.queued -= gone
        self.set_aside += gone + 1
        return self._ask_aside(first, whole)

    def _ask_aside(self, done: Durable, whole: bool) -> SetAside:
        self._counting.append(self._tally)
        return SetAside(done.entry, done.fact.session, whole)


def _stamp(fact: Fact) -> Stamp:
    return fact.sample.stamp if isinstance(fact, Metered) else fact.stamp
