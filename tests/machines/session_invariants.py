"""What must always be true of a host around its sessions (R-45, R-48, R-53), in words and in code, once.

A :class:`History` is fed with every call of the host core and keeps the few facts they judge by. It looks at
the host from outside: what it tells the board, what it records, what it sends. Who uses it: the stateful
test, later the explorer and the live monitor.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pilotline.links.host import FromBoard
from pilotline.links.ocpp.link import BackendDown, BackendSaid, BackendUp
from pilotline.station.status import may_follow
from pilotline.vocabulary.board import Hello, HostMessage, Identity, Permit
from pilotline.vocabulary.journal import Durable, Ended, Fact, Metered, Notified, Started
from pilotline.vocabulary.pilot import MIN_OFFER_MA
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.vocabulary.time import SECOND
from pilotline.wire.rtm_link import BOARD_TO_HOST, Decoder

LEGAL = {status.value for status in ConnectorStatus}


@dataclass(slots=True)
class Session:
    """What is known of one session from its facts."""

    started: Started
    start_durable: bool = False
    ended: Ended | None = None
    end_durable: bool = False


@dataclass(slots=True)
class History:
    """What the host was told, what it said, and how its sessions stand."""

    rating_ma: int
    at: int = 0
    deadline: int | None = None
    sent: Sequence[HostMessage] = ()
    """What went to the board at this moment."""
    recorded: Sequence[Fact] = ()
    """What was recorded at this moment."""
    calls: Sequence[tuple[str, Any]] = ()
    """What was called at this moment: action and payload."""
    last_sent_at: int = 0
    introduced: bool = False
    """The board has answered our last Hello, and knows our model."""
    sessions: dict[str, Session] = field(default_factory=dict[str, Session])
    last: Session | None = None
    """The session begun last."""
    strays: list[Fact] = field(default_factory=list[Fact])
    """Facts that came where they do not belong."""
    starts: set[str] = field(default_factory=set[str])
    """All different StartTransactions on the wire so far."""
    stops: set[str] = field(default_factory=set[str])
    moves: Sequence[tuple[ConnectorStatus, ConnectorStatus]] = ()
    """From which status to which a connector went, as told at this moment."""
    unanswered: set[str] = field(default_factory=set[str])
    """The ids of the backend's calls on this connection that have no answer yet."""
    stray_answers: list[str] = field(default_factory=list[str])
    """The ids of answers to a call that has one, or that nobody made on this connection."""
    _told: dict[int, ConnectorStatus] = field(default_factory=dict[int, ConnectorStatus])
    _decoder: Decoder[Any] = field(default_factory=lambda: Decoder(BOARD_TO_HOST))

    def note(
        self,
        event: object,
        now: int,
        recorded: Sequence[Fact],
        sent: Sequence[HostMessage],
        calls: Sequence[tuple[str, Any]],
        answers: Sequence[str],
        deadline: int | None,
    ) -> None:
        """Take one call of ``handle`` and what it led to."""
        self.at, self.deadline = now, deadline
        self.recorded = [fact for fact in recorded if not isinstance(fact, Notified)]  # they are no session's
        self.sent, self.calls = sent, calls
        self._hear(event)
        for fact in self.recorded:
            self._record(fact)
        for message in sent:
            self.last_sent_at = now
            self.introduced = self.introduced and not isinstance(message, Hello)
        self.starts |= {repr(payload) for action, payload in calls if action == "StartTransaction"}
        self.stops |= {repr(payload) for action, payload in calls if action == "StopTransaction"}
        self.moves = [move for action, payload in calls if (move := self._move(action, payload))]
        for call_id in answers:
            self._take_answer(call_id)

    @property
    def permits(self) -> list[Permit]:
        """The permits given at this moment."""
        return [message for message in self.sent if isinstance(message, Permit)]

    def _hear(self, event: object) -> None:
        if isinstance(event, Durable) and not isinstance(event.fact, Notified):
            session = self.sessions[event.fact.session]
            session.start_durable |= isinstance(event.fact, Started)
            session.end_durable |= isinstance(event.fact, Ended)
        elif isinstance(event, FromBoard):
            for message in self._decoder.feed(event.data):
                if isinstance(message, Identity):
                    self.introduced = message.accepted
        elif isinstance(event, BackendUp | BackendDown):
            self._told.clear()
            self.unanswered.clear()
        elif isinstance(event, BackendSaid):
            kind, call_id, *_ = json.loads(event.text)
            self.unanswered |= {call_id} if kind == 2 else set()

    def _move(self, action: str, payload: Any) -> tuple[ConnectorStatus, ConnectorStatus] | None:
        """What this call says of a connector, beside what was told of it last on this connection.

        What comes before the station's own status (connector 0) is of another connection (R-34).
        """
        if action != "StatusNotification":
            return None
        number, now = payload["connectorId"], ConnectorStatus(payload["status"])
        before = self._told.get(number, now)
        if number == 0 or 0 in self._told:
            self._told[number] = now
        return (before, now) if number else None

    def _take_answer(self, call_id: str) -> None:
        if call_id in self.unanswered:
            self.unanswered.remove(call_id)
        else:
            self.stray_answers.append(call_id)

    def _record(self, fact: Fact) -> None:
        opened = self.last if self.last and self.last.ended is None else None
        if isinstance(fact, Started) and opened is None and fact.session not in self.sessions:
            self.last = self.sessions[fact.session] = Session(fact)
        elif opened is None or isinstance(fact, Started) or fact.session != opened.started.session:
            self.strays.append(fact)
        elif isinstance(fact, Ended):
            opened.ended = fact


Invariant = Callable[[History], bool]

# --- permits ---


def no_permit_before_the_start_is_durable(history: History) -> bool:
    """A permit is given only after the start record of the present session is durable."""
    last = history.last
    return not history.permits or (last is not None and last.start_durable)


def permits_only_in_a_running_session(history: History) -> bool:
    """Once the end of a session is recorded, no permit is given until the next one runs."""
    return not history.permits or (history.last is not None and history.last.ended is None)


def permits_only_for_a_board_that_knows_us(history: History) -> bool:
    """A permit goes only to a board that has answered Hello and has our model."""
    return not history.permits or history.introduced


def offers_are_offers(history: History) -> bool:
    """A permit is for at least 6 A and at most the rating."""
    return all(MIN_OFFER_MA <= permit.offer_ma <= history.rating_ma for permit in history.permits)


def the_board_hears_us(history: History) -> bool:
    """The board hears something at least every second, whatever disk, meter and backend do."""
    return history.at - history.last_sent_at <= SECOND


# --- facts ---


def one_start_and_one_end_in_order(history: History) -> bool:
    """Each session has one Started, then any Metered, then at most one Ended; sessions do not overlap."""
    return not history.strays


def the_register_never_runs_back(history: History) -> bool:
    """meterStop is at least meterStart."""
    return all(
        fact.meter_stop_wh >= history.sessions[fact.session].started.meter_start_wh
        for fact in history.recorded
        if isinstance(fact, Ended)
    )


def no_end_before_its_beginning(history: History) -> bool:
    """A session's end and its meter values are not earlier than its start."""
    for fact in history.recorded:
        stamp = fact.sample.stamp if isinstance(fact, Metered) else fact.stamp
        if stamp < history.sessions[fact.session].started.stamp:
            return False
    return True


# --- what the backend hears ---


def nothing_is_sent_before_it_is_durable(history: History) -> bool:
    """No more different starts and stops are on the wire than are durable."""
    if not history.calls:
        return True
    sessions = history.sessions.values()
    starts, stops = sum(s.start_durable for s in sessions), sum(s.end_durable for s in sessions)
    return len(history.starts) <= starts and len(history.stops) <= stops


def statuses_are_ocpps(history: History) -> bool:
    """Every status told is one of the nine words."""
    told = (payload for action, payload in history.calls if action == "StatusNotification")
    return all(payload["status"] in LEGAL for payload in told)


def statuses_follow_the_table(history: History) -> bool:
    """On one connection a connector goes from one status to the next as OCPP 1.6 §4.9 has it."""
    return all(may_follow(before, after) for before, after in history.moves)


def no_call_is_answered_twice(history: History) -> bool:
    """Each answer is to a call that the backend made on this connection, and is its only one."""
    return not history.stray_answers


# --- the shape of a core ---


def deadline_lies_ahead(history: History) -> bool:
    """After ``handle`` the deadline is None or later than now."""
    return history.deadline is None or history.deadline > history.at


INVARIANTS: tuple[Invariant, ...] = (
    no_permit_before_the_start_is_durable,
    permits_only_in_a_running_session,
    permits_only_for_a_board_that_knows_us,
    offers_are_offers,
    the_board_hears_us,
    one_start_and_one_end_in_order,
    the_register_never_runs_back,
    no_end_before_its_beginning,
    nothing_is_sent_before_it_is_durable,
    statuses_are_ocpps,
    statuses_follow_the_table,
    no_call_is_answered_twice,
    deadline_lies_ahead,
)


def broken(history: History) -> Mapping[str, str]:
    """The invariants that do not hold now: name -> its words."""
    return {rule.__name__: rule.__doc__ or "" for rule in INVARIANTS if not rule(history)}
