"""The store's twin for simulated time: the same jobs and answers, kept in memory.

Nothing survives it unless the test hands its ``recollection`` to the next boot. It is as quick as it is told.
"""

from collections.abc import Sequence
from dataclasses import replace

from pilotline.vocabulary.journal import (
    BootTime,
    Counted,
    Delivered,
    Durable,
    Ended,
    Fetch,
    Fetched,
    KeepRegister,
    Metered,
    OpenSession,
    Recollection,
    Record,
    Resend,
    SetAside,
    Started,
    StoreEvent,
    StoreJob,
    StoreKey,
    StoreZeros,
    Zero,
    ZerosStored,
)
from pilotline.vocabulary.time import Stamp

WINDOW = 64


class MemoryJournal:
    """``perform`` does a job and returns its answers; ``recollection`` is what the next boot finds."""

    def __init__(self, earlier: Recollection | None = None) -> None:
        self._memory = earlier or Recollection(boot=1)
        self._waiting: dict[int, Durable] = {}
        self._aside: dict[int, Durable] = {}
        self._open = {each.start.session: each for each in self._memory.open_sessions}
        self._transactions = dict(self._memory.transactions)
        self._keys = dict(self._memory.keys)
        self._zeros: dict[int, Zero] = {}
        self._last_entry = self._memory.last_entry
        self._last_at = 0

    def perform(self, job: StoreJob) -> Sequence[StoreEvent]:
        match job:
            case Record(entry, fact):
                self._waiting[entry] = Durable(entry, fact)
                self._last_entry = entry
                self._follow(self._waiting[entry])
                return [self._waiting[entry]]
            case Fetch(after):
                found = [done for entry, done in sorted(self._waiting.items()) if entry > after]
                return [Fetched(tuple(found[:WINDOW]), last=len(found) <= WINDOW)]
            case StoreZeros(zeros):
                self._zeros.update({zero.boot: zero for zero in zeros})
                return [ZerosStored(zeros)]
            case SetAside(entry, session, whole):
                return self._move(self._waiting, self._aside, entry, session if whole else None)
            case Resend(session):
                return self._move(self._aside, self._waiting, None, session)
            case Delivered(entry, session, transaction):
                self._waiting.pop(entry, None)
                if transaction is not None:
                    self._transactions[session] = transaction
            case KeepRegister(session, register_wh, stamp):
                self._keep(session, register_wh, stamp)
            case StoreKey(name, value):
                self._keys[name] = value
            case _:
                pass
        return []

    def recollection(self, boot: int) -> Recollection:
        """What boot number ``boot`` finds after this one."""
        mine = BootTime(self._memory.boot, self._last_at, self._zeros.get(self._memory.boot))
        boots = (*(replace(b, zero=self._zeros.get(b.boot, b.zero)) for b in self._memory.boots), mine)
        return Recollection(
            boot=boot,
            last_entry=self._last_entry,
            queued=len(self._waiting),
            set_aside=len(self._aside),
            aside_sessions=frozenset(done.fact.session for done in self._aside.values()),
            open_sessions=tuple(self._open.values()),
            transactions=self._transactions,
            boots=boots,
            keys=self._keys,
        )

    def restart(self, boot: int) -> "MemoryJournal":
        """The journal of the next boot, with all that waits."""
        following = MemoryJournal(self.recollection(boot))
        following._waiting, following._aside = self._waiting, self._aside
        return following

    def _follow(self, done: Durable) -> None:
        fact = done.fact
        if isinstance(fact, Started):
            self._open[fact.session] = OpenSession(fact, fact.meter_start_wh, fact.stamp)
        elif isinstance(fact, Ended):
            self._open.pop(fact.session, None)
        stamp = fact.sample.stamp if isinstance(fact, Metered) else fact.stamp
        self._reach(stamp)

    def _keep(self, session: str, register_wh: int, stamp: Stamp) -> None:
        self._reach(stamp)
        if session in self._open:
            self._open[session] = replace(self._open[session], register_wh=register_wh, last=stamp)

    def _reach(self, stamp: Stamp) -> None:
        if stamp.boot == self._memory.boot:
            self._last_at = max(self._last_at, stamp.at)

    def _move(
        self, source: dict[int, Durable], target: dict[int, Durable], entry: int | None, session: str | None
    ) -> Sequence[StoreEvent]:
        for number in [n for n, done in source.items() if n == entry or done.fact.session == session]:
            target[number] = source.pop(number)
        return [Counted(len(self._waiting), len(self._aside))]
