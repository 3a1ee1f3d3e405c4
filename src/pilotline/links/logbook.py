"""The station's diary: what changed from one look at it to the next, as events that are kept.

A pure core beside the others. It is shown a snapshot whenever something in it may have changed, hears the
facts of sessions, and is told what no snapshot holds: who signed in, who changed a key. It decides nothing.
What its codes mean stands in :mod:`pilotline.links.event_table`; a stamp without a time is put right when its
boot's time is known (R-51).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pilotline.links.event_table import LEAST_A, OFTEN, kind_of, limit_words, status_code
from pilotline.station.snapshot import ConnectorView
from pilotline.station.waits import NO_BOARD
from pilotline.vocabulary import faults
from pilotline.vocabulary.faults import FAULTS
from pilotline.vocabulary.journal import Ended, Fact, KeepEvent, LoggedEvent, OpenSession, Started
from pilotline.vocabulary.limits import DEVICE
from pilotline.vocabulary.sentences import Sentence, told
from pilotline.vocabulary.status import ResetReason
from pilotline.vocabulary.time import MINUTE, Stamp
from pilotline.vocabulary.troubles import LOST

if TYPE_CHECKING:
    from pilotline.links.host import BackendView, HostView

BURST, BURST_OF_PEOPLE, WINDOW, LONGEST_WINDOW = 3, 20, 10 * MINUTE, 240 * MINUTE
"""Of one kind of event (code, connector, and what it is about) so many in so long are kept one by one: 20 of
what people do, 3 of all else. What comes beyond is counted, and kept as one at the end of that time, which
doubles for as long as it goes on: a fault that comes and goes every second leaves 2 × 13 entries in a day
and not 86,400."""
LONGEST_WORD, MOST_WORDS = 120, 8
"""What a backend or a person wrote has no end of its own."""
MASKED = "…"
_SUBJECTS = ("fault", "failure", "source", "key", "interface", "reason")
_FREE_TEXT = frozenset({"backend_down", "disk_trouble"})
"""Their reasons are sentences of others, and no subject: there is no end of them."""
_TOLD = tuple(fault for fault in FAULTS if fault.code != faults.AUTO_RECOVERY)
"""That one is a consequence, and comes and goes with its causes."""

Words = Mapping[str, str | int]
Subject = tuple[str, int, str]


def last_four(tag: str) -> str:
    """As much of a card as is told to people: enough to know one's own again."""
    return f"{MASKED}{tag[-4:]}" if len(tag) > 4 else tag


@dataclass(slots=True)
class _Burst:
    """How often one kind of event came since ``since``, and what it said last."""

    since: int
    window: int = WINDOW
    kept: int = 0
    more: int = 0
    last: LoggedEvent | None = None

    @property
    def ends(self) -> int:
        return self.since + self.window


class Quota:
    """Lets the first of each kind through, counts the others, and gives the sum when its time is over."""

    def __init__(self) -> None:
        self._bursts: dict[Subject, _Burst] = {}

    def take(self, event: LoggedEvent, subject: str) -> Sequence[KeepEvent]:
        """What is to be kept at once: the event, or nothing yet."""
        burst = self._bursts.setdefault((event.code, event.connector, subject), _Burst(event.stamp.at))
        if burst.kept < (BURST_OF_PEOPLE if kind_of(event.code) in OFTEN else BURST):
            burst.kept += 1
            return [KeepEvent(event)]
        burst.more, burst.last = burst.more + 1, event
        return []

    def settle(self, now: int) -> Sequence[KeepEvent]:
        """The sums that are due."""
        sums: list[KeepEvent] = []
        for subject, burst in list(self._bursts.items()):
            if now < burst.ends:
                continue
            if burst.last is None:
                del self._bursts[subject]
            else:
                sums.append(KeepEvent(_times(burst.last, burst.more)))
                longer = min(burst.window * 2, LONGEST_WINDOW)
                self._bursts[subject] = _Burst(now, longer, BURST_OF_PEOPLE)
        return sums

    def deadline(self) -> int | None:
        return min((burst.ends for burst in self._bursts.values()), default=None)


@dataclass(slots=True)
class _Seen:
    """What was looked at last, of one connector."""

    status: str | None = None
    faults: frozenset[int] = frozenset()
    session: str | None = None
    limit: tuple[str, bool] | None = None
    silent: bool = True
    heard: bool = False


class Logbook:
    """``look``, ``hear`` and ``note`` take what happened; ``entries`` gives what is to be kept."""

    def __init__(
        self,
        reason: ResetReason,
        version: str,
        stamp: Stamp,
        left_open: Iterable[OpenSession] = (),
        standing: Mapping[int, frozenset[int]] | None = None,
    ) -> None:
        """``left_open`` are the sessions that the last boot left: their ends have still to come.
        ``standing`` are the faults that stood when it ended, by connector: told then, and not again.
        """
        self._quota = Quota()
        self._entries: list[KeepEvent] = []
        self._seen = {number: _Seen(faults=codes) for number, codes in (standing or {}).items()}
        self._registers = {each.start.session: each.start for each in left_open}
        self._connected = False
        self._way: tuple[str, str] | None = None
        self._disk_trouble: str | None = None
        self._add("boot", stamp, {"reason": reason.name, "version": version, "boot": stamp.boot})

    # --- what happened ---

    def look(self, view: "HostView", stamp: Stamp) -> None:
        """What has changed since the last look."""
        for each in view.connectors:
            self._look_at(each, self._seen.setdefault(each.id, _Seen()), stamp)
        self._look_at_backend(view.backend, stamp)

    def hear(self, fact: Fact) -> None:
        """A session begins or is over; the log tells it when it happened."""
        if isinstance(fact, Started):
            self._registers[fact.session] = fact
            words = {"tag": last_four(fact.tag), "meter_wh": fact.meter_start_wh, "session": fact.session}
            self._add("session_began", fact.stamp, words, fact.connector)
        elif isinstance(fact, Ended):
            self._add_end(fact)

    def hear_disk(self, trouble: str | None, stamp: Stamp) -> None:
        """The disk does not take what it is given, or takes it again."""
        if (trouble is None) is not (self._disk_trouble is None):
            self._add("disk_trouble" if trouble else "disk_well", stamp, in_words(trouble) if trouble else {})
        self._disk_trouble = trouble

    def note(self, code: str, words: Words, stamp: Stamp) -> None:
        """Something only a door knows: who came in, who was kept out."""
        self._add(code, stamp, words)

    def entries(self, now: int) -> Sequence[KeepEvent]:
        """What is to be kept now."""
        self._entries += self._quota.settle(now)
        entries, self._entries = self._entries, []
        return entries

    def deadline(self) -> int | None:
        return self._quota.deadline()

    # --- what a look shows ---

    def _look_at(self, view: ConnectorView, seen: _Seen, stamp: Stamp) -> None:
        self._look_at_board(view, seen, stamp)
        self._look_at_faults(view, seen, stamp)
        if view.ocpp_status != seen.status and view.ocpp_status is not None:
            self._add(status_code(view.ocpp_status), stamp, {}, view.id)
        seen.status = view.ocpp_status
        self._look_at_limit(view, seen, stamp)

    def _look_at_board(self, view: ConnectorView, seen: _Seen, stamp: Stamp) -> None:
        """One that has not yet answered since the start is no news."""
        silent = view.why.code == NO_BOARD.code
        if silent is not seen.silent and seen.heard:
            self._add("board_silent" if silent else "board_back", stamp, {}, view.id)
        seen.silent, seen.heard = silent, seen.heard or not silent

    def _look_at_faults(self, view: ConnectorView, seen: _Seen, stamp: Stamp) -> None:
        """What stood before the start stands, until the safety module says otherwise."""
        if view.relay is None:
            return
        present = frozenset(each.code for each in view.faults)
        for fault in _TOLD:
            if (fault.code in present) is not (fault.code in seen.faults):
                code = "fault" if fault.code in present else "fault_over"
                self._add(code, stamp, {"fault": f"0x{fault.code:04x}", "name": fault.name}, view.id)
        seen.faults = present

    def _look_at_limit(self, view: ConnectorView, seen: _Seen, stamp: Stamp) -> None:
        """In a session, who limits it; that the station itself does is no news at its beginning."""
        session = view.transaction.session if view.transaction else None
        if session != seen.session:
            seen.session, seen.limit = session, (DEVICE.name, False)
        limit = view.limit.source, view.limit.limit_a < LEAST_A
        if session is not None and limit != seen.limit:
            seen.limit = limit
            self._add("limit", stamp, limit_words(view.limit), view.id)

    def _look_at_backend(self, backend: "BackendView", stamp: Stamp) -> None:
        if backend.connected is not self._connected:
            self._connected = backend.connected
            words: Words = {} if backend.connected else _why_lost(backend)
            self._add("backend_up" if backend.connected else "backend_down", stamp, words)
        way = (backend.network.name, backend.network.part) if backend.network else None
        if way is not None and way != self._way:
            self._add("network_used", stamp, {"interface": way[0], "part": way[1]})
        self._way = way

    # --- what is kept of it ---

    def _add_end(self, fact: Ended) -> None:
        start = self._registers.pop(fact.session, None)
        words: dict[str, str | int] = {"reason": fact.reason.value, "session": fact.session}
        if start is None:
            self._add("session_closed", fact.stamp, {**words, "meter_wh": fact.meter_stop_wh}, fact.connector)
            return
        energy_wh = fact.meter_stop_wh - start.meter_start_wh
        words |= {"tag": last_four(start.tag), "energy_wh": energy_wh}
        self._add("session_ended", fact.stamp, words, fact.connector)

    def _add(self, code: str, stamp: Stamp, words: Words, connector: int = 0) -> None:
        event = LoggedEvent(code, connector, stamp, _bounded(words))
        self._entries += self._quota.take(event, _subject(code, event.words))


def _why_lost(backend: "BackendView") -> Words:
    known = backend.trouble or told(LOST.of())
    return in_words(Sentence(known.sentence, known.code, known.words))


def in_words(trouble: str) -> Words:
    """A trouble as a log keeps it: the text, and by its code what it was made with."""
    found = told(trouble)
    made = {name: word for name, word in found.words.items() if isinstance(word, str | int)}
    return (
        {"reason": found.sentence, "trouble": found.code, **made}
        if found.code
        else {"reason": found.sentence}
    )


def _bounded(words: Words) -> Words:
    listed = list(words.items())[:MOST_WORDS]
    return {name[:20]: word[:LONGEST_WORD] if isinstance(word, str) else word for name, word in listed}


def _subject(code: str, words: Words) -> str:
    """What tells one event of a code from another that is no repetition of it."""
    if code in _FREE_TEXT:
        return ""
    return next((str(words[name]) for name in _SUBJECTS if name in words), "")


def _times(event: LoggedEvent, times: int) -> LoggedEvent:
    return LoggedEvent(event.code, event.connector, event.stamp, event.words, times)
