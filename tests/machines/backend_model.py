"""A model of a central system: what it may conclude from a station's CALLs alone, in the order they came.

It reads raw JSON and times, and none of the station's own code; the schemas have judged each text before it
gets here. Each of the small books judges one thing and complains in one sentence. :class:`ModelBackend` keeps
them all, and answers as its moods are.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import count
from typing import Any

from machines.reservation_book import ReservationBook

Complain = Callable[[str], None]
Payload = Mapping[str, Any]

CALL_TIMEOUT_S = 30
"""How long the station waits for an answer."""
LONGEST_ANSWER_S = 40
"""By then each of our calls is answered: a lock takes 15 s, and what takes longer is an InternalError."""
ZERO = datetime(2026, 1, 5, tzinfo=UTC)
"""The true time when the simulated station was switched on."""


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def true_time(now: int) -> datetime:
    """The wall clock at ``now`` of the timeline (µs)."""
    return ZERO + timedelta(microseconds=now)


def context_of(payload: Payload) -> str:
    """Why the values of a MeterValues were taken."""
    return payload["meterValue"][0]["sampledValue"][0].get("context", "Sample.Periodic")


def registers(meter_values: Sequence[Payload]) -> list[int]:
    """The register (Wh) of each moment that names it."""
    return [
        round(float(value["value"]))
        for each in meter_values
        for value in each["sampledValue"]
        if value.get("measurand", "") == "Energy.Active.Import.Register" and "phase" not in value
    ]


# --- transactions -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Transaction:
    """One (connector, tag, meterStart, timestamp), as R-53 words it, and what came of it.

    ``known``: an answer with its number has reached the station. ``given_up``: its start or its end failed as
    often as the station tries.
    """

    number: int
    start: Payload
    known: bool = False
    given_up: bool = False
    stop: Payload | None = None
    values: list[Payload] = field(default_factory=list[Payload])
    reached: datetime | None = None
    latest: datetime | None = None
    """The time of the last value that waited its turn, and the latest of all."""

    @property
    def connector(self) -> int:
        return self.start["connectorId"]

    @property
    def began(self) -> datetime:
        return moment(self.start["timestamp"])

    @property
    def ended(self) -> datetime | None:
        return moment(self.stop["timestamp"]) if self.stop else None

    def __str__(self) -> str:
        return f"transaction {self.number} of {self.start['timestamp']} on connector {self.connector}"


class Ledger:
    """All transactions, and the one message about them that waits for its answer (``head``).

    ``attempts`` is TransactionMessageAttempts; 0: nobody knows, after a crash that may have lost it.
    ``smooth``: nothing has failed on this line, so nothing waits for a retry.
    """

    def __init__(self, complain: Complain) -> None:
        self._complain = complain
        self.transactions: dict[int, Transaction] = {}
        self.attempts = 0
        self.smooth = True
        self.head: tuple[str, Payload] | None = None
        self._failures = 0
        self._settled: list[tuple[str, Payload]] = []

    def new_line(self) -> None:
        """What was answered on another line may be said again, if the station forgot that it was."""
        self._settled.clear()
        self.smooth = True

    def new_host(self) -> None:
        """A new host counts its attempts anew. It begins with the first fact whose answer was not
        kept: what a full disk did not take of the answers before, the crash has lost."""
        self._failures = 0
        self.head = None

    def is_fact(self, action: str, payload: Payload) -> bool:
        """Whether it waits in the station until it is answered; values that were asked for do not."""
        if action == "MeterValues":
            return "transactionId" in payload and context_of(payload) != "Trigger"
        return action in ("StartTransaction", "StopTransaction")

    def hear(self, action: str, payload: Payload, now: int) -> None:
        """A message about a transaction, processed or not."""
        if self.head is not None and self.head != (action, payload):
            self._complain(f"{_named(*self.head)} was not answered, and {_named(action, payload)} went out.")
        if (action, payload) in self._settled:
            self._complain(f"{_named(action, payload)} was answered on this line, and said again.")
        self.head = (action, payload)
        times = [payload["timestamp"]] if "timestamp" in payload else []
        times += [each["timestamp"] for each in payload.get("meterValue", ())]
        if any(moment(text) > true_time(now) + timedelta(seconds=1) for text in times):
            self._complain(f"{_named(action, payload)} is of a time to come.")

    def answered(self) -> None:
        """The message that waited was processed, and the station knows."""
        if self.head is not None:
            self._settled.append(self.head)
        self.head, self._failures = None, 0

    def failed(self) -> None:
        """A CALLERROR, or no answer in time: after the last attempt the station gives it up."""
        self._failures += 1
        self.smooth = False
        if self.head is not None and self._failures >= self.attempts:
            action, payload = self.head
            found = self.find(payload) if action == "StartTransaction" else self._at(payload)
            if found is not None and action != "MeterValues":
                found.given_up = True
            self.head, self._failures = None, 0

    def open_on(self, connector: int) -> Transaction | None:
        """The transaction of a connector that has still to be stopped."""
        of_it = (each for each in self.transactions.values() if each.connector == connector)
        return next((each for each in of_it if each.stop is None and not each.given_up), None)

    def find(self, start: Payload) -> Transaction | None:
        """The transaction that this start begins, if it has begun."""
        return next((each for each in self.transactions.values() if each.start == start), None)

    def begin(self, start: Payload) -> Transaction:
        """Take a StartTransaction: a repeat is the same transaction."""
        found = self.find(start)
        if found is not None:
            return found
        for other in self.transactions.values():
            if other.connector == start["connectorId"]:
                self._judge_overlap(other, start)
        number = 101 + len(self.transactions)
        self.transactions[number] = Transaction(number, start)
        return self.transactions[number]

    def _judge_overlap(self, other: Transaction, start: Payload) -> None:
        if other.ended is None and not other.given_up:
            self._complain(f"{other} is open, and {_named('StartTransaction', start)} begins on it.")
        if other.ended is not None and moment(start["timestamp"]) < other.ended:
            self._complain(f"{_named('StartTransaction', start)} begins before the end of {other}.")
        if other.stop is not None and start["meterStart"] < other.stop["meterStop"]:
            self._complain(f"{_named('StartTransaction', start)} counts what {other} has counted.")

    def meter(self, payload: Payload) -> None:
        """Take the values of a transaction."""
        found = self._judged(f"MeterValues for {payload['transactionId']}", payload)
        if found is None or payload in found.values:
            return
        found.values.append(payload)
        if payload["connectorId"] != found.connector:
            self._complain(f"MeterValues of connector {payload['connectorId']} for {found}.")
        waited = context_of(payload) != "Trigger"
        if waited and found.stop is not None:
            self._complain(f"MeterValues came after the stop of {found}.")
        for each in payload["meterValue"]:
            self._place(found, moment(each["timestamp"]), waited=waited)
        self._judge_registers(found, registers(payload["meterValue"]))

    def _place(self, found: Transaction, at: datetime, *, waited: bool) -> None:
        if at < found.began:
            self._complain(f"a value of {at} lies before {found}.")
        if found.ended is not None and at > found.ended:
            self._complain(f"a value of {at} lies behind the end of {found}.")
        if waited:
            if found.reached is not None and at < found.reached:
                self._complain(f"a value of {at} came after one of {found.reached} for {found}.")
            found.reached = at
        found.latest = max(found.latest or at, at)

    def _judge_registers(self, found: Transaction, read: Sequence[int]) -> None:
        for wh in read:
            if wh < found.start["meterStart"]:
                self._complain(f"a value of {wh} Wh lies below the start of {found}.")

    def end(self, stop: Payload) -> None:
        """Take a StopTransaction."""
        found = self._judged(f"StopTransaction for {stop['transactionId']}", stop)
        if found is None or found.stop == stop:
            return
        if found.stop is not None:
            self._complain(f"{found} is stopped a second time, by {dict(stop)} after {dict(found.stop)}.")
            return
        found.stop = stop
        at = moment(stop["timestamp"])
        if at < found.began:
            self._complain(f"{found} ends at {at}, before it began.")
        if stop["meterStop"] < found.start["meterStart"]:
            self._complain(f"{found} ends with {stop['meterStop']} Wh, less than it began with.")
        if found.latest is not None and found.latest > at:
            self._complain(f"{found} ends at {at}, before its value of {found.latest}.")
        self._judge_data(found, stop.get("transactionData", ()), at)

    def _judge_data(self, found: Transaction, data: Sequence[Payload], end: datetime) -> None:
        times = [found.began, *(moment(each["timestamp"]) for each in data), end]
        if times != sorted(times):
            self._complain(f"the data of the end of {found} are not in the order of their times.")
        wh = registers(data)
        if wh != sorted(wh):
            self._complain(f"the register in the data of the end of {found} runs back: {wh}.")

    def _judged(self, what: str, payload: Payload) -> Transaction | None:
        found = self._at(payload)
        if found is None:
            self._complain(f"{what}: nobody has given that number.")
        elif not found.known:
            self._complain(f"{what}: its start has not been answered yet.")
        return found

    def _at(self, payload: Payload) -> Transaction | None:
        return self.transactions.get(payload.get("transactionId", 0))


def _named(action: str, payload: Payload) -> str:
    return f"{action} {dict(payload)}"


# --- the line ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Out:
    """A CALL of the station that waits for its answer."""

    id: str
    action: str
    payload: Payload
    due: int


@dataclass(slots=True)
class Asked:
    """A CALL of ours; ``forbidden``: why the answer must not be Accepted, "" where it may be."""

    action: str
    payload: Payload
    due: int
    forbidden: str
    answers: int = 0


class Line:
    """One connection: who may speak, who waits for whom, and what the station may say unregistered."""

    def __init__(self, complain: Complain) -> None:
        self._complain = complain
        self.out: Out | None = None
        self.registered = ""
        """The last word on its registration that reached the station on this line."""
        self._asked: dict[str, Asked] = {}
        self._wanted: list[str] = []

    def __str__(self) -> str:
        return f"registration: {self.registered or 'unheard of'}; {self.out or 'nothing'} is out"

    def hear(self, call_id: str, action: str, payload: Payload, now: int) -> Out | None:
        """A CALL of the station; returns the one it gave up for it."""
        given_up = self.out
        if given_up is not None and now < given_up.due:
            self._complain(f"{action} went out while {given_up.action} waits for its answer.")
        if self.registered != "Accepted" and action != "BootNotification":
            self._judge_unregistered(action)
        self.out = Out(call_id, action, payload, now + CALL_TIMEOUT_S * 1_000_000)
        return given_up

    def _judge_unregistered(self, action: str) -> None:
        if action in self._wanted and self.registered == "Pending":
            self._wanted.remove(action)
        else:
            word = self.registered or "nothing"
            self._complain(f"{action} went out after {word} was said to the BootNotification.")

    def take(self, call_id: str, now: int) -> Out | None:
        """An answer of ours arrives: the CALL it is for, None when the station waits for none like it."""
        out = self.out
        if out is None or out.id != call_id or now >= out.due:
            return None
        self.out = None
        return out

    def ask(self, call_id: str, asked: Asked) -> None:
        self._asked[call_id] = asked

    def answered(self, call_id: str, word: str) -> Asked | None:
        """The station's answer to a call of ours: its status word, or its error code."""
        asked = self._asked.get(call_id)
        if asked is None:
            self._complain(f"{word} answers {call_id}, which nobody asked on this line.")
            return None
        asked.answers += 1
        if asked.answers > 1:
            self._complain(f"{asked.action} {dict(asked.payload)} was answered twice.")
        if asked.forbidden and word == "Accepted":
            self._complain(f"{asked.action} {dict(asked.payload)} was accepted although {asked.forbidden}.")
        if asked.action == "TriggerMessage" and word == "Accepted":
            self._want(asked.payload)
        return asked

    def _want(self, trigger: Payload) -> None:
        """A trigger without a connector, or of 0, is one for each, and for the whole: three at most."""
        several = 1 if trigger.get("connectorId") else 3
        self._wanted += [trigger["requestedMessage"]] * several

    def judge_silence(self, now: int) -> None:
        """Every call of ours has had its answer in time."""
        for asked in self._asked.values():
            if not asked.answers and now >= asked.due:
                self._complain(f"{asked.action} {dict(asked.payload)} was never answered.")


# --- statuses and service ---------------------------------------------------------------------------------


def _to(letters: str) -> frozenset[str]:
    return frozenset(_STATUS[letter] for letter in letters)


_STATUS = {
    "A": "Available", "B": "Preparing", "C": "Charging", "D": "SuspendedEV", "E": "SuspendedEVSE",
    "F": "Finishing", "G": "Reserved", "H": "Unavailable", "I": "Faulted",
}  # fmt: skip
CLAUSE_4_9: Mapping[str, frozenset[str]] = {
    "Available": _to("BCDEGHI"),
    "Preparing": _to("ACDEFI"),
    "Charging": _to("ADEFHI"),
    "SuspendedEV": _to("ACEFHI"),
    "SuspendedEVSE": _to("ACDFHI"),
    "Finishing": _to("ABHI"),
    "Reserved": _to("ABHI"),
    "Unavailable": _to("ABCDEI"),
    "Faulted": _to("ABCDEFGH"),
}
"""The table of OCPP 1.6 §4.9, by the letters of its rows and columns."""


IN_SESSION = ("Charging", "SuspendedEV", "SuspendedEVSE")


class Statuses:
    """The last status of each connector. ``steady``: MinimumStatusDuration hides none.

    What comes before the station's own status (connector 0) is of another line (R-34) and follows on nothing.
    """

    def __init__(self, complain: Complain, permitted: Mapping[str, frozenset[str]]) -> None:
        self._complain = complain
        self._permitted = permitted
        self.last: dict[int, str] = {}
        self._followed: set[int] = set()
        self._steady = True
        self._of_this_line = False

    def new_line(self) -> None:
        self._of_this_line = False
        self._followed.clear()

    def follows_on(self, connector: int) -> str:
        """The last status, where the next one has to follow on it; else ""."""
        return self.last[connector] if connector in self._followed else ""

    def begin_anew(self, *, steady: bool | None = None) -> None:
        """Something may have been skipped: the next word of each connector need not follow on its last."""
        self._followed.clear()
        self._steady = self._steady if steady is None else steady

    def hear(self, connector: int, status: str) -> None:
        before = self.follows_on(connector) or status
        if status != before and status not in self._permitted[before]:
            self._complain(f"connector {connector} went from {before} to {status}.")
        self.last[connector] = status
        self._of_this_line = self._of_this_line or connector == 0
        if connector and self._steady and self._of_this_line:
            self._followed.add(connector)


@dataclass(slots=True)
class Outage:
    """Out of service by our word of ``said``, for new sessions from ``since`` on, until ``until``."""

    connector: int
    said: datetime
    since: datetime
    until: datetime | None = None

    def covers(self, connector: int, at: datetime) -> bool:
        return self.connector in (0, connector) and self.said < at and (not self.until or at < self.until)


CLOCK_BEHIND = timedelta(seconds=2)
"""The station's clock is behind by at most this, because an answer took so long."""
SCHEDULED = timedelta(seconds=20)
"""A session that has not begun to count when it is scheduled begins within this."""


class Service:
    """Who was put out of service, and when. A crash that may have lost such a word makes it ``unsure``."""

    def __init__(self, complain: Complain) -> None:
        self._complain = complain
        self._outages: list[Outage] = []
        self.unsure = False

    def change(self, connector: int, kind: str, word: str, now: int) -> None:
        """ChangeAvailability was answered with ``word``."""
        at = true_time(now)
        if word not in ("Accepted", "Scheduled"):
            return
        standing = [each for each in self._outages if each.connector == connector and each.until is None]
        if kind == "Operative":
            for each in standing:
                each.until = at - CLOCK_BEHIND
        elif not standing:
            begins = at + SCHEDULED if word == "Scheduled" else at
            self._outages.append(Outage(connector, at, begins))

    def forget(self) -> None:
        self._outages.clear()
        self.unsure = True

    def is_out(self, connector: int) -> bool:
        return any(each.connector in (0, connector) and not each.until for each in self._outages)

    def begin(self, start: Payload) -> None:
        """A transaction has begun."""
        number, at = start["connectorId"], moment(start["timestamp"])
        if any(each.covers(number, at) and each.since < at for each in self._outages):
            self._complain(f"{dict(start)} began on a connector that was out of service.")

    def hear(self, status: Payload) -> None:
        """A status: what is out of service is not Available, not for a moment (edge case 21)."""
        if status["status"] != "Available" or "timestamp" not in status:
            return
        if any(each.covers(status["connectorId"], moment(status["timestamp"])) for each in self._outages):
            self._complain(f"{dict(status)} is out of service.")


class Cache:
    """What the station should know of tags: our last word on each (§3.5.2). Tags differ not by case.

    ``None`` for a tag of which a crash may have lost the last word.
    """

    def __init__(self) -> None:
        self.enabled: bool | None = True
        self.tags: dict[str, tuple[str, str | None] | None] = {}
        self._sure = True

    def learn(self, tag: str, info: Payload | None) -> None:
        if info is None or self.enabled is False:
            return
        word = (info["status"], info.get("parentIdTag"))
        self.tags[tag.casefold()] = word if self.enabled else None

    def clear(self) -> None:
        self.tags.clear()
        self._sure = True

    def forget(self) -> None:
        """The station may have forgotten any of it, or may not have cleared it."""
        self.tags = dict.fromkeys(self.tags)
        self._sure, self.enabled = False, None

    def judge(self, known: Mapping[str, tuple[str, str | None]], complain: Complain) -> None:
        """``known`` is what the station remembers."""
        for tag, word in self.tags.items():
            if word is not None and known.get(tag) != word:
                complain(f"the cache knows {known.get(tag)} of {tag} where {word} was said.")
        strangers = [] if not self._sure else [tag for tag in known if tag not in self.tags]
        if strangers:
            complain(f"the cache knows {strangers} that nobody told it of.")


# --- the backend ------------------------------------------------------------------------------------------


class Mood(Enum):
    """How it answers the calls of one action."""

    HONEST = "honest"
    SLOW = "slow"  # in time
    TWICE = "twice"
    LATE = "late"  # when the station has given up
    DEAF = "deaf"  # it processes the call and says nothing
    UNWILLING = "unwilling"  # a CALLERROR, and nothing was processed


SLOW_S, LATE_S = 3.0, CALL_TIMEOUT_S + 6.0
OF_TIME = ("BootNotification", "Heartbeat")
"""Their answers say what time it is, and a slow one would put the station's clock wrong."""


class ModelBackend:
    """One station's central system. ``complaints`` is what it found wrong, ``moods`` how it answers.

    ``trip_s`` is how long an honest answer takes; the station's clock is behind by as much.

    ``post`` lets a text fly for so many seconds; whoever does it calls ``arrive`` at the end. ``clock`` is
    the timeline's time (µs).
    """

    def __init__(
        self,
        post: Callable[[str, float], None],
        clock: Callable[[], int],
        permitted: Mapping[str, frozenset[str]],
    ) -> None:
        self.complaints: list[str] = []
        complain = self.complaints.append
        self._post, self._clock, self._complain = post, clock, complain
        self._numbers = count(1)
        self.line = Line(complain)
        self.lines = 0
        self.ledger = Ledger(complain)
        self.statuses = Statuses(complain, permitted)
        self.service = Service(complain)
        self.cache = Cache()
        self.moods: dict[str, Mood] = {}
        self.registration = "Accepted"
        self.trip_s = 0.02
        self.verdicts: dict[str, str] = {}
        self.groups: dict[str, str] = {}
        self.reservations = ReservationBook(self.groups, complain)
        self.heard: list[tuple[str, Payload]] = []

    # --- the station's calls ---

    def receive(self, text: str, _now: int) -> Sequence[str]:
        """A text of the station; what it is answered with flies."""
        kind, call_id, *rest = json.loads(text)
        if kind == 2:
            self._called(call_id, *rest)
        else:
            word = rest[0].get("status", "") if kind == 3 else rest[0]
            self._told(self.line.answered(call_id, word), word)
        return []

    def _called(self, call_id: str, action: str, payload: Payload) -> None:
        now = self._clock()
        self._failed(self.line.hear(call_id, action, payload, now))
        self.heard.append((action, payload))
        if self.ledger.is_fact(action, payload):
            self.ledger.hear(action, payload, now)
        if action == "StatusNotification":
            self._judge_order(payload["connectorId"], payload["status"])
            self.statuses.hear(payload["connectorId"], payload["status"])
            self.service.hear(payload)
        elif action == "StartTransaction":
            self.service.begin(payload)
            self.reservations.begin(payload)
        mood = self.moods.get(action, Mood.HONEST)
        if mood is Mood.UNWILLING:
            self._post(json.dumps([4, call_id, "InternalError", "not today", {}]), self.trip_s)
            return
        answer = json.dumps([3, call_id, self._process(action, payload, now)])
        for lasts_s in self._flights(action, mood):
            self._post(answer, lasts_s)

    def _judge_order(self, connector: int, status: str) -> None:
        """Stop before Finishing, and before Available, unless the stop waits for a retry."""
        over = status in ("Finishing", "Available") and self.statuses.follows_on(connector) in IN_SESSION
        left = self.ledger.open_on(connector)
        if over and left is not None and self.ledger.smooth:
            self._complain(f"connector {connector} was said to be {status} before the stop of {left}.")

    def _flights(self, action: str, mood: Mood) -> Sequence[float]:
        match mood:
            case Mood.SLOW if action not in OF_TIME:
                return [SLOW_S]
            case Mood.TWICE:
                return [self.trip_s, SLOW_S]
            case Mood.LATE:
                return [LATE_S]
            case Mood.DEAF:
                return []
            case _:
                return [self.trip_s]

    def _process(self, action: str, payload: Payload, now: int) -> Payload:
        """Put it into the books; the answer's payload."""
        time = true_time(now).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        match action:
            case "BootNotification":
                pause = 300 if self.registration == "Accepted" else 10
                return {"status": self.registration, "currentTime": time, "interval": pause}
            case "Heartbeat":
                return {"currentTime": time}
            case "Authorize":
                return {"idTagInfo": self._judge(payload["idTag"])}
            case "StartTransaction":
                info = self._judge(payload["idTag"])
                return {"idTagInfo": info, "transactionId": self.ledger.begin(payload).number}
            case "StopTransaction":
                self.ledger.end(payload)
                return {"idTagInfo": self._judge(payload["idTag"])} if "idTag" in payload else {}
            case "MeterValues" if "transactionId" in payload:
                self.ledger.meter(payload)
                return {}
            case _:
                return {}

    def _judge(self, tag: str) -> Payload:
        info = {"status": self.verdicts.get(tag, "Accepted")}
        return {**info, "parentIdTag": self.groups[tag]} if tag in self.groups else info

    # --- its answers ---

    def arrive(self, text: str) -> None:
        """A text of ours has reached the station."""
        kind, call_id, *rest = json.loads(text)
        out = self.line.take(call_id, self._clock()) if kind in (3, 4) else None
        if out is not None and kind == 4:
            self._failed(out)
        elif out is not None:
            self._taken(out, rest[0])

    def _failed(self, out: Out | None) -> None:
        if out is not None and self.ledger.is_fact(out.action, out.payload):
            self.ledger.failed()

    def _taken(self, out: Out, answer: Payload) -> None:
        info = answer.get("idTagInfo")
        if info is not None:
            self.cache.learn(out.payload["idTag"], info)
        if self.ledger.is_fact(out.action, out.payload):
            self.ledger.answered()
        if out.action == "StartTransaction":
            self.ledger.transactions[answer["transactionId"]].known = True
        elif out.action == "BootNotification" and answer["status"] != self.line.registered:
            self.line.registered = answer["status"]
            self.statuses.new_line()

    # --- its calls ---

    def call(self, action: str, payload: Payload, forbidden: str = "") -> tuple[str, str]:
        """A CALL of ours: its id and its text."""
        call_id = f"model-{next(self._numbers)}"
        due = self._clock() + LONGEST_ANSWER_S * 1_000_000
        self.line.ask(call_id, Asked(action, payload, due, forbidden))
        if action == "ReserveNow":
            self.reservations.ask(payload)
        return call_id, json.dumps([2, call_id, action, payload])

    def _told(self, asked: Asked | None, word: str) -> None:
        """What the station's answer changes in our books."""
        if asked is None:
            return
        match asked.action, asked.payload:
            case "ChangeAvailability", {"connectorId": connector, "type": kind}:
                self.service.change(connector, kind, word, self._clock())
            case "ClearCache", _ if word == "Accepted":
                self.cache.clear()
            case "ChangeConfiguration", {"key": key, "value": value} if word == "Accepted":
                self._changed(key, value)
            case "ReserveNow", wish if word != "Accepted":
                self.reservations.refused(wish)
            case _:
                pass

    def _changed(self, key: str, value: str) -> None:
        match key:
            case "TransactionMessageAttempts":
                self.ledger.attempts = int(value)
            case "MinimumStatusDuration":
                self.statuses.begin_anew(steady=value == "0")
            case "AuthorizationCacheEnabled":
                self.cache.enabled = value == "true"
            case _:
                pass

    def disconnect(self) -> None:
        """The line is cut: what flies is lost, and what was asked needs no answer."""
        out = self.line.out
        self._failed(out if out is not None and self._clock() >= out.due else None)
        self.judge()
        self.lines += 1
        self.line = Line(self._complain)
        self.ledger.new_line()
        self.statuses.new_line()

    def forget(self) -> None:
        """The station died before it had written what it had answered: nobody knows what it remembers."""
        self.ledger.attempts = 0
        self.service.forget()
        self.cache.forget()
        self.statuses.begin_anew(steady=False)

    def judge(self) -> None:
        """What can only be said after some time."""
        self.line.judge_silence(self._clock())
