"""The store's twin for simulated time: the same jobs, answers and recollection, kept in memory.

``restart`` is a new boot on what was written. It is as quick as it is told: whoever holds it decides when a
job is performed. ``tests/contracts/test_journal.py`` holds it to what the store does.
"""

from collections.abc import Sequence
from dataclasses import replace

from pilotline.simulator.energy_table import EnergyTable
from pilotline.simulator.history_table import HistoryTable
from pilotline.vocabulary.history import KeptCurve, KeptSessions
from pilotline.vocabulary.journal import (
    EVENTS_KEPT,
    SECURITY_KEPT,
    Alarm,
    BootTime,
    CachedTag,
    Card,
    Counted,
    Delivered,
    Durable,
    Ended,
    Fetch,
    Fetched,
    ForgetCard,
    ForgetProfiles,
    ForgetReservation,
    ForgetTags,
    KeepCard,
    KeepCurve,
    KeepEnergy,
    KeepEvent,
    KeepProfile,
    KeepRegister,
    KeepReservation,
    KeepSecurityEvent,
    Listed,
    LocalListStored,
    LoggedEvent,
    Metered,
    Notified,
    OpenSession,
    Recollection,
    Record,
    Resend,
    SecurityEvent,
    SetAside,
    Started,
    StoreAvailability,
    StoreEvent,
    StoreJob,
    StoreKey,
    StoreLocalList,
    StoreZeros,
    Tampered,
    Zero,
    ZerosStored,
)
from pilotline.vocabulary.time import Stamp

WINDOW = 64


class MemoryJournal:
    """``perform`` does a job and returns its answers; ``found`` is what this boot began with."""

    def __init__(self, found: Recollection | None = None) -> None:
        self.found = found = found or Recollection(boot=1)
        self._waiting: dict[int, Durable] = {}
        self._aside: dict[int, Durable] = {}
        self.history = HistoryTable()
        self._open = {each.start.session: each for each in found.open_sessions}
        self._transactions = dict(found.transactions)
        self._keys = dict(found.keys)
        self._inoperative = set(found.inoperative)
        self._tags = {each.tag: each for each in found.tags}
        self._profiles = list(found.profiles)
        self.energy = EnergyTable(found.energy)
        self._list = {each.tag: each for each in found.local_list}
        self._list_version = found.local_list_version
        self._reservations = {each.id: each for each in found.reservations}
        self._cards: dict[str, Card] = {each.tag.casefold(): each for each in found.cards}
        self._boots = {each.boot: each for each in found.boots}
        self._boots.setdefault(found.boot, BootTime(found.boot, 0, None))
        self._last_entry = found.last_entry
        self.security: list[SecurityEvent | Alarm] = []
        self.events: list[LoggedEvent] = []

    def perform(self, job: StoreJob) -> Sequence[StoreEvent]:
        """Those that are answered; all others are obeyed."""
        match job:
            case Record(entry, fact):
                self._waiting[entry] = Durable(entry, fact)
                self._last_entry = entry
                self._follow(self._waiting[entry])
                self._keys |= {key.name: key.value for key in job.keys}
                return [self._waiting[entry]]
            case Fetch(after):
                found = [done for entry, done in sorted(self._waiting.items()) if entry > after]
                return [Fetched(tuple(found[:WINDOW]), last=len(found) <= WINDOW)]
            case StoreZeros(zeros):
                self._date(zeros)
                return [ZerosStored(zeros)]
            case SetAside(entry, session, whole):
                return self._move(self._waiting, self._aside, entry, session if whole else None)
            case Resend(session):
                return self._move(self._aside, self._waiting, None, session)
            case StoreLocalList(version):
                self._store_list(job)
                return [LocalListStored(version)]
            case _:
                self._obey(job)
                return []

    def _obey(self, job: StoreJob) -> None:  # noqa: C901, PLR0912 - a table
        match job:
            case Delivered(entry, session, transaction):
                self._waiting.pop(entry, None)
                self._aside.pop(entry, None)
                if transaction is not None and session in self.history.sessions:
                    self._transactions[session] = transaction
                    self.history.name_transaction(session, transaction)
            case KeepRegister(session, register_wh, stamp):
                self._keep(session, register_wh, stamp)
                self.history.keep_register(job)
            case KeepCurve():
                self.history.keep_curve(job)
            case StoreKey(name, value):
                self._keys[name] = value
            case KeepSecurityEvent(event):
                self.security = [*self.security, event][-SECURITY_KEPT:]
                self._reach(event.stamp)
            case KeepEvent(event):
                self.events = [*self.events, event][-EVENTS_KEPT:]
                self._reach(event.stamp)
            case StoreAvailability(connector, operative):
                (self._inoperative.discard if operative else self._inoperative.add)(connector)
            case CachedTag(tag):
                self._tags.pop(tag.casefold(), None)  # the last word stands last
                self._tags[tag.casefold()] = replace(job, tag=tag.casefold())
            case ForgetTags(tags):
                for tag in list(self._tags) if tags is None else tags:
                    self._tags.pop(tag.casefold(), None)
            case KeepEnergy():
                self.energy.keep(job)
            case KeepReservation(reservation):
                self._reservations[reservation.id] = reservation
            case ForgetReservation(number):
                self._reservations.pop(number, None)
            case KeepCard(card):
                self._cards[card.tag.casefold()] = card
            case ForgetCard(tag):
                self._cards.pop(tag.casefold(), None)
            case KeepProfile(installed, instead_of):
                self._forget_profiles((installed.profile.id, *instead_of))
                self._profiles.append(installed)
            case ForgetProfiles(ids):
                self._forget_profiles(ids)
            case _:
                pass

    def read_sessions(self) -> KeptSessions:
        """As the store's file is read: all sessions that are kept."""
        return self.history.read_sessions(tuple(self._boots.values()))

    def read_curve(self, session: str) -> KeptCurve | None:
        """What is kept of a session's curve."""
        return self.history.read_curve(session, tuple(self._boots.values()))

    @property
    def _needed(self) -> set[str]:
        """The sessions of which something waits or is set aside."""
        return {done.fact.session for done in (*self._waiting.values(), *self._aside.values())}

    @property
    def _notices(self) -> int:
        return sum(isinstance(done.fact, Notified) for done in self._waiting.values())

    def _boots_told_of(self) -> set[int]:
        """The boots of what was logged, and of openings that wait."""
        logged = {event.stamp.boot for event in (*self.security, *self.events)}
        waiting = (done.fact for done in (*self._waiting.values(), *self._aside.values()))
        return logged | {fact.stamp.boot for fact in waiting if isinstance(fact, Tampered | Notified)}

    def _date(self, zeros: Sequence[Zero]) -> None:
        for zero in zeros:
            if zero.boot in self._boots:
                self._boots[zero.boot] = replace(self._boots[zero.boot], zero=zero)

    def _forget_profiles(self, ids: Sequence[int]) -> None:
        self._profiles = [each for each in self._profiles if each.profile.id not in ids]

    def restart(self, boot: int) -> "MemoryJournal":
        """The journal of the next boot, with all that waits."""
        following = MemoryJournal(self.recollection(boot))
        following._waiting, following._aside = self._waiting, self._aside
        following.history = self.history
        following.energy = self.energy
        following.security = self.security
        following.events = self.events
        return following

    def recollection(self, boot: int) -> Recollection:
        """What boot number ``boot`` finds; what a session set aside left among the waiting has joined it."""
        gone = {done.fact.session for done in self._aside.values() if not isinstance(done.fact, Metered)}
        for number in [n for n, done in self._waiting.items() if done.fact.session in gone]:
            self._aside[number] = self._waiting.pop(number)
        needed = self._needed | self._open.keys()
        return Recollection(
            boot=boot,
            last_entry=self._last_entry,
            queued=len(self._waiting),
            notices=self._notices,
            set_aside=len(self._aside),
            aside_sessions=frozenset(gone),
            open_sessions=tuple(self._open.values()),
            transactions={name: number for name, number in self._transactions.items() if name in needed},
            boots=self.history.boots_kept(
                {**self._boots, boot: BootTime(boot, 0, None)}, self._boots_told_of()
            ),
            keys=dict(self._keys),
            inoperative=frozenset(self._inoperative),
            tags=tuple(self._tags.values()),
            local_list_version=self._list_version,
            local_list=tuple(self._list[tag] for tag in sorted(self._list, key=str.encode)),
            reservations=tuple(self._reservations[number] for number in sorted(self._reservations)),
            cards=tuple(self._cards[tag] for tag in sorted(self._cards, key=str.encode)),
            profiles=tuple(self._profiles),
            energy=dict(self.energy.marks),
        )

    def _follow(self, done: Durable) -> None:
        fact = done.fact
        stamp = fact.sample.stamp if isinstance(fact, Metered) else fact.stamp
        if isinstance(fact, Started):
            last = Stamp(stamp.boot, stamp.at)
            self.history.open_session(fact)
            self._open[fact.session] = OpenSession(fact, fact.meter_start_wh, last)
            if fact.reservation is not None:
                self._reservations.pop(fact.reservation, None)
        elif isinstance(fact, Ended):
            self._open.pop(fact.session, None)
            self.history.close_session(fact, self._needed)
        self._reach(stamp)

    def _store_list(self, job: StoreLocalList) -> None:
        if job.whole:
            self._list = {}
        for each in job.entries:
            tag = each.tag.casefold()
            self._list.pop(tag, None)
            if each.info is not None:
                self._list[tag] = Listed(tag, each.info)
        self._list_version = job.version

    def _keep(self, session: str, register_wh: int, stamp: Stamp) -> None:
        self._reach(stamp)
        if session in self._open:
            last = Stamp(stamp.boot, stamp.at)
            self._open[session] = replace(self._open[session], register_wh=register_wh, last=last)

    def _reach(self, stamp: Stamp) -> None:
        """That boot was still alive then."""
        boot = self._boots.get(stamp.boot)
        if boot is not None:
            self._boots[stamp.boot] = replace(boot, last_at=max(boot.last_at, stamp.at))

    def _move(
        self, source: dict[int, Durable], target: dict[int, Durable], entry: int | None, session: str | None
    ) -> Sequence[StoreEvent]:
        for number in [n for n, done in source.items() if n == entry or done.fact.session == session]:
            target[number] = source.pop(number)
        return [Counted(len(self._waiting), len(self._aside), self._notices)]
