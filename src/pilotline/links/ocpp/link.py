"""The station's side of OCPP 1.6J, above the line and below the station: registration, order, heartbeat.

A pure core. It hears station effects, durable facts and the transport; it says texts and station events.

Registration, as OCPP 1.6 §4.2 has it: until the backend has answered, and while it has answered Rejected,
nothing goes out but BootNotification when it is due; what is triggered is refused. While Pending what was
triggered goes out too. The backend's own calls are answered in all three states, for silence would only make
it wait, but nothing is started or stopped from afar.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from pilotline.links.masking import Masker, secrets_of
from pilotline.links.ocpp import translate
from pilotline.links.ocpp.boot_pace import BootPace
from pilotline.links.ocpp.calls import HANDLERS, WHEN_ACCEPTED, configuration, unknown_transfer
from pilotline.links.ocpp.monitor import Monitor
from pilotline.links.ocpp.outbox import Outbox
from pilotline.links.ocpp.profiles import composite_answer
from pilotline.station.clock import WallClock
from pilotline.station.events import (
    AskAuthorization,
    BackendLink,
    CallAnswer,
    ChangeKey,
    CompositeRead,
    KeysRead,
    MeterReport,
    StartAnswer,
    StationEvent,
    StatusReport,
    TagAnswer,
    TagLearned,
    TellMeter,
    TellStatus,
)
from pilotline.station.keys import KeyStore
from pilotline.vocabulary.charger import OcppIdentity
from pilotline.vocabulary.journal import (
    Counted,
    Delivered,
    Durable,
    Ended,
    Fetch,
    Fetched,
    Recollection,
    Resend,
    SetAside,
    Started,
    StoreKey,
    StoreZeros,
    Tampered,
    ZerosStored,
)
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.status import TagInfo
from pilotline.vocabulary.time import SECOND, Tick, earliest
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.errors import CallErrorCode, TimeFormatError
from pilotline.wire.ocpp.rpc import Answered, Called, Dropped, Output, Refused, Rpc, Send, TimedOut
from pilotline.wire.ocpp.times import parse_time
from pilotline.wire.ocpp.words import AcceptStatus, MessageTrigger, RegistrationStatus, TriggerStatus

_PATIENCE = 200  # statuses that wait for the line; beyond it the oldest is forgotten
_CLOCKED = 20  # as many meter values of the clock wait for it
MOST_TRIGGERED = 16
"""What the backend may have triggered and not yet heard: more is refused, not remembered without end."""
BELIEVED = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
"""A clock that says otherwise is broken, and what is stamped by it could not be mended later."""


@dataclass(frozen=True, slots=True)
class BackendUp:
    """The transport is connected."""


@dataclass(frozen=True, slots=True)
class BackendDown:
    """The transport is gone; ``reason`` is a sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class BackendSaid:
    """A text of the backend."""

    text: str


@dataclass(frozen=True, slots=True)
class ClockLearned:
    """It is ``utc`` now, says the operating system or the backend."""

    utc: datetime


@dataclass(frozen=True, slots=True)
class SendText:
    """A text for the backend."""

    text: str


class Registration(Enum):
    """Where we stand with the backend."""

    OFFLINE = "offline"
    ASKING = "asking"  # BootNotification is out or will be; the backend has not answered on this line
    PENDING = "pending"
    REJECTED = "rejected"
    ACCEPTED = "accepted"


class Purpose(Enum):
    """What a call of ours is for: its token."""

    BOOT = "boot"
    HEARTBEAT = "heartbeat"
    FACT = "fact"
    METER = "meter"


LinkEvent = (
    BackendUp | BackendDown | BackendSaid | ClockLearned | AskAuthorization | StatusReport | CallAnswer
    | KeysRead | CompositeRead | MeterReport | StoreKey | Durable | Fetched | ZerosStored | Counted | Resend
    | Tick
)  # fmt: skip
LinkEffect = SendText | StationEvent | Delivered | SetAside | Resend | Fetch | StoreZeros


@dataclass(frozen=True, slots=True)
class _Asking:
    """The token of an Authorize."""

    request: int


@dataclass(frozen=True, slots=True)
class _Telling:
    """The token of a StatusNotification."""

    report: StatusReport


@dataclass(slots=True)
class _Waiting:
    """A status on its way; it goes after the facts that became durable before it on this connection."""

    report: StatusReport
    after: int


class OcppLink:
    """``handle(event, now)`` and ``deadline()``; the public attributes are for the snapshot."""

    def __init__(
        self, identity: OcppIdentity, keys: KeyStore, clock: WallClock, *, serial: str, firmware: str,
        new_id: Callable[[], str], memory: Recollection | None = None, call_timeout: int = 30 * SECOND,
    ) -> None:  # fmt: skip
        self._boot = v16.BootNotification(
            identity.vendor,
            identity.model,
            charge_point_serial_number=serial[:25] or None,
            firmware_version=firmware,
        )
        self.monitor = Monitor(lambda: Masker(secrets_of(keys)))
        self._identity = identity
        self._clock = clock
        self._rpc = Rpc(v16.Role.CHARGE_POINT, new_id, call_timeout=call_timeout)
        self._boot_pace = BootPace(f"{serial} {clock.boot}")
        self._turned_away: str | None = None
        self._quiet_since = 0
        self._heartbeat_s = keys.number("HeartbeatInterval")
        self._statuses: deque[_Waiting] = deque()
        self._triggered: deque[tuple[v16.Request, object]] = deque()
        self._clocked: deque[v16.Request] = deque(maxlen=_CLOCKED)
        self._our_turn = False
        self._money_first = False
        self._wanted: set[int] = set()
        self._connectors = keys.number("NumberOfConnectors")
        self._authorizations: deque[AskAuthorization] = deque()
        self._calls = 0
        self._pending: dict[int, tuple[str, str]] = {}
        self._live_entry = 0
        self._effects: list[LinkEffect] = []
        self.outbox = Outbox(clock, memory)
        self.outbox.pace.attempts = keys.number("TransactionMessageAttempts")
        self.outbox.pace.interval_s = keys.number("TransactionMessageRetryInterval")
        self.registration = Registration.OFFLINE
        self.problem: str | None = "The backend has not been reached yet."

    def handle(self, event: LinkEvent, now: int) -> Sequence[LinkEffect]:
        self._route(event, now)
        self._take(self._rpc.tick(now), now)
        if self.registration is not Registration.ACCEPTED:
            self._give_up_authorizations()
        while self._feed(now):
            pass
        fetch = self.outbox.fetch()
        if fetch is not None:
            self._effects.append(fetch)
        effects, self._effects = self._effects, []
        return effects

    def deadline(self) -> int | None:
        if self.registration is Registration.OFFLINE:
            return None
        heartbeat = self._quiet_since + self._heartbeat_s * SECOND
        busy = not self._rpc.idle
        accepted = self.registration is Registration.ACCEPTED
        return earliest(
            self._rpc.deadline(),
            self._boot_pace.due if not busy and not accepted else None,
            heartbeat if accepted and not busy else None,
            self.outbox.deadline(self._quiet_since) if accepted and not busy else None,
        )

    # --- hearing ---

    def _route(self, event: LinkEvent, now: int) -> None:  # noqa: C901, PLR0912 - a flat table of events
        match event:
            case BackendUp():
                self._connected(now)
            case BackendDown(reason):
                self._disconnected(reason, now)
            case BackendSaid(text):
                self.monitor.take(text, sent=False, now=now)
                self._take(self._rpc.receive(text, now), now)
            case ClockLearned(utc):
                self._set_clock(utc, now)
            case AskAuthorization():
                self._authorizations.append(event)
            case StatusReport():
                self._keep_status(event)
            case CallAnswer(call, word):
                self._answer(call, word, now)
            case KeysRead():
                self._answer_keys(event, now)
            case CompositeRead(call):
                call_id, _ = self._pending.pop(call, ("", ""))
                self._take(self._rpc.reply(call_id, composite_answer(event)), now)
            case MeterReport():
                self._keep_meter(event)
            case StoreKey(name, value):
                self._key_changed(name, value)
            case Durable():
                if self.registration is Registration.ACCEPTED:
                    self._live_entry = event.entry
                aside = self.outbox.add(event)
                if aside is not None:
                    self._effects.append(aside)
            case Fetched():
                self.outbox.fetched(event)
            case ZerosStored(zeros):
                self._clock.settle(zeros)
            case Counted(queued, set_aside):
                self.outbox.count(queued, set_aside)
            case Resend(session):
                self.outbox.take_back(session)
                self._effects.append(event)
            case Tick():
                pass

    def _connected(self, now: int) -> None:
        self._boot_pace.connected(now)
        self.registration, self.problem = Registration.ASKING, self._turned_away

    def _disconnected(self, reason: str, now: int) -> None:
        self._take(self._rpc.disconnect(), now)
        self.registration, self.problem = Registration.OFFLINE, reason
        self._boot_pace.disconnected()
        self._forget_statuses()
        self._triggered.clear()
        self._pending.clear()
        self._give_up_authorizations()
        self._effects.append(BackendLink(online=False))

    def _forget_statuses(self) -> None:
        """What is history by the next registration is not told then, but for what must be (R-34)."""
        self._statuses = deque(_Waiting(each.report, 0) for each in self._statuses if each.report.keep)
        self._wanted.clear()
        self._clocked.clear()
        self._live_entry = 0

    def _give_up_authorizations(self) -> None:
        while self._authorizations:
            self._effects.append(TagAnswer(self._authorizations.popleft().request, None))

    def _keep_status(self, report: StatusReport) -> None:
        """Offline only what must be told later is kept (R-34); what was asked for goes at once."""
        if self.registration is Registration.PENDING and report.connector in self._wanted:
            self._wanted.remove(report.connector)
            notification = translate.status_notification(report, self._clock)
            self._triggered.append((notification, _Telling(report)))
        elif self.registration is Registration.ACCEPTED or report.keep:
            self._statuses.append(_Waiting(report, self._live_entry))
        while len(self._statuses) > _PATIENCE:
            self._statuses.popleft()

    def _keep_meter(self, report: MeterReport) -> None:
        if not self._clock.known:
            return  # they must bear a time (OCPP 1.6 §7.33), and there is none yet
        transaction = self.outbox.number_of(report.session) if report.session else None
        value = translate.meter_value(report.sample, self._clock)
        request = v16.MeterValues(
            connector_id=report.connector, meter_value=(value,), transaction_id=transaction
        )
        if report.asked:
            self._triggered.append((request, Purpose.METER))
        elif self.registration is Registration.ACCEPTED:
            self._clocked.append(request)

    def _want_status(self, connector: int) -> None:
        """Before we are accepted, only a status that was asked for goes out."""
        if self.registration is Registration.PENDING:
            self._wanted |= {connector} if connector else set(range(1, self._connectors + 1))

    def _key_changed(self, name: str, value: object) -> None:
        if not isinstance(value, int):
            return
        match name:
            case "HeartbeatInterval":
                self._heartbeat_s = value
            case "TransactionMessageAttempts":
                self.outbox.pace.attempts = value
            case "TransactionMessageRetryInterval":
                self.outbox.pace.interval_s = value
            case _:
                pass

    # --- the line ---

    def _feed(self, now: int) -> bool:
        """Give the free line its next call: what was triggered and what is ours, in turns where both wait.

        A backend that triggers the next message while it hears the last one keeps nobody from the line.
        """
        if not self._rpc.idle or self.registration is Registration.OFFLINE:
            return False
        if not self._our_turn:
            return self._feed_triggered(now) or self._feed_own(now)
        return self._feed_own(now) or self._feed_triggered(now)

    def _feed_triggered(self, now: int) -> bool:
        if not self._triggered:
            return False
        self._our_turn = True
        self._call(*self._triggered.popleft(), now)
        return True

    def _feed_own(self, now: int) -> bool:
        """Registration, people, states, money, values, heartbeat; money first after a state nobody heard."""
        self._our_turn = False
        if self.registration is not Registration.ACCEPTED:
            return self._register(now)
        if self._authorizations:
            asked = self._authorizations.popleft()
            self._call(v16.Authorize(asked.tag), _Asking(asked.request), now)
        elif self._money_first and (request := self.outbox.next(now)) is not None:
            self._money_first = False
            self._call(request, Purpose.FACT, now)
        elif self._status_may_go(now):
            report = self._statuses.popleft().report
            self._call(translate.status_notification(report, self._clock), _Telling(report), now)
        elif (request := self.outbox.next(now)) is not None:
            self._call(request, Purpose.FACT, now)
        elif self._clocked:
            self._call(self._clocked.popleft(), Purpose.METER, now)
        elif now >= self._quiet_since + self._heartbeat_s * SECOND:
            self._call(v16.Heartbeat(), Purpose.HEARTBEAT, now)
        else:
            return False
        return True

    def _register(self, now: int) -> bool:
        if self._boot_pace.due is None or now < self._boot_pace.due:
            return False
        self._call(self._boot, Purpose.BOOT, now)
        return True

    def _status_may_go(self, now: int) -> bool:
        """Stop before Finishing: a status waits for the facts before it, unless those wait for a retry."""
        if not self._statuses:
            return False
        return self.outbox.waiting(now) or not self.outbox.holds(self._statuses[0].after)

    def _call(self, request: v16.Request, token: object, now: int) -> None:
        self._quiet_since = now
        self._take(self._rpc.call(request, token, now), now)

    def _take(self, outputs: Sequence[Output], now: int) -> None:
        for output in outputs:
            match output:
                case Send(text):
                    self.monitor.take(text, sent=True, now=now)
                    self._effects.append(SendText(text))
                case Called():
                    self._called(output, now)
                case Answered(call, answer):
                    self._answered(call.token, answer, now)
                case Refused(call, code, description):
                    self._failed(call.token, _quoted(f"{code}: {description}"), now)
                case TimedOut(call):
                    self._failed(call.token, "the backend did not answer in time", now)
                case Dropped(call):
                    self._dropped(call.token)

    # --- answers to our calls ---

    def _answered(self, token: object, answer: v16.Answer, now: int) -> None:
        match answer:
            case v16.BootNotificationAnswer():
                self._registered(answer, now)
            case v16.HeartbeatAnswer(current_time):
                self._learn(current_time, now)
            case v16.AuthorizeAnswer(info) if isinstance(token, _Asking):
                self._effects.append(TagAnswer(token.request, translate.tag_info(info)))
            case v16.StartTransactionAnswer(info, transaction):
                self._started(translate.tag_info(info), transaction)
            case v16.StopTransactionAnswer(info):
                self._stopped(info)
            case _ if token is Purpose.FACT:
                done = self.outbox.delivered()
                self._effects.append(Delivered(done.entry, done.fact.session))
                if isinstance(done.fact, Tampered):  # its status is of then: the last word is how it is now
                    self._effects.append(TellStatus(done.fact.connector))
            case _:
                pass

    def _registered(self, answer: v16.BootNotificationAnswer, now: int) -> None:
        if answer.status is not RegistrationStatus.ACCEPTED:
            self._not_accepted(answer, now)
            return
        self.registration, self.problem = Registration.ACCEPTED, None
        self._turned_away = None
        self._boot_pace.accepted()
        self._learn(answer.current_time, now)
        if answer.interval > 0:
            self._effects.append(ChangeKey(0, "HeartbeatInterval", str(answer.interval), role=Role.BACKEND))
        self._effects += [BackendLink(online=True), TellStatus(0)]

    def _not_accepted(self, answer: v16.BootNotificationAnswer, now: int) -> None:
        """Pending or Rejected, perhaps after we had been accepted: ask again when we are told to."""
        if self.registration is Registration.ACCEPTED:
            self._forget_statuses()
            self._effects.append(BackendLink(online=False))
        pending = answer.status is RegistrationStatus.PENDING
        self.registration = Registration.PENDING if pending else Registration.REJECTED
        if not pending:
            self._triggered.clear()
        word = answer.status.value
        self._turned_away = f"The backend answered {word} to our registration and is asked again."
        self.problem = self._turned_away
        self._boot_pace.turned_away(answer.interval, now)
        self._learn(answer.current_time, now)

    def _started(self, info: TagInfo, transaction: int) -> None:
        done = self.outbox.delivered(transaction)
        self._effects.append(Delivered(done.entry, done.fact.session, transaction))
        if isinstance(done.fact, Started):
            self._effects.append(StartAnswer(done.fact.session, done.fact.tag, info, transaction))

    def _stopped(self, info: v16.IdTagInfo | None) -> None:
        done = self.outbox.delivered()
        self._effects.append(Delivered(done.entry, done.fact.session))
        if isinstance(done.fact, Ended) and done.fact.tag and info is not None:
            self._effects.append(TagLearned(done.fact.tag, translate.tag_info(info)))

    def _set_clock(self, utc: datetime, now: int) -> None:
        zeros = self._clock.learn(utc, now)
        if zeros:
            self._effects.append(StoreZeros(zeros))

    def _learn(self, text: str, now: int) -> None:
        try:
            utc = parse_time(text)
        except TimeFormatError as error:
            self.problem = f"The backend's clock cannot be read: {error}"
            return
        if BELIEVED[0] <= utc < BELIEVED[1]:
            self._set_clock(utc, now)
        else:
            self.problem = f"The backend's clock is not believed: it says that this is the year {utc.year}."

    def _failed(self, token: object, reason: str, now: int) -> None:
        """A CALLERROR, a useless answer, or none: what it means depends on what was asked."""
        if isinstance(token, _Asking):
            self._effects.append(TagAnswer(token.request, None))
        elif token is Purpose.FACT:
            aside = self.outbox.failed(now)
            if aside is not None:
                self.problem = f"A session was set aside after its last attempt: {reason}"
                self._effects.append(aside)
        elif isinstance(token, _Telling):
            self._money_first = True
        elif token is Purpose.BOOT and self.registration is not Registration.ACCEPTED:
            self._boot_pace.unanswered(now)
            self.problem = f"The backend did not register us: {reason}"

    def _dropped(self, token: object) -> None:
        if isinstance(token, _Asking):
            self._effects.append(TagAnswer(token.request, None))
        elif isinstance(token, _Telling) and token.report.keep:
            self._statuses.appendleft(_Waiting(token.report, 0))
        elif token is Purpose.FACT:
            self.outbox.interrupted()

    # --- calls of the backend ---

    def _called(self, called: Called, now: int) -> None:
        request = called.request
        if (lacking := self._identity.lacking(called.action)) is not None:
            reason = f"This model does not have {called.action}"
            self._take(self._rpc.refuse(called.call_id, CallErrorCode(lacking.value), reason), now)
        elif isinstance(request, v16.TriggerMessage):
            self._trigger(called.call_id, request, now)
        elif isinstance(request, v16.DataTransfer) and (answer := unknown_transfer(request)) is not None:
            self._take(self._rpc.reply(called.call_id, answer), now)
        elif self.registration is not Registration.ACCEPTED and called.action in WHEN_ACCEPTED:
            answer = HANDLERS[called.action].answer(AcceptStatus.REJECTED.value)
            self._take(self._rpc.reply(called.call_id, answer), now)
        else:
            self._calls += 1
            self._pending[self._calls] = (called.call_id, called.action)
            self._effects.append(HANDLERS[called.action].ask(request, self._calls))

    def _answer(self, call: int, word: str, now: int) -> None:
        call_id, action = self._pending.pop(call, ("", ""))
        if call_id:
            self._take(self._rpc.reply(call_id, HANDLERS[action].answer(word)), now)

    def _answer_keys(self, read: KeysRead, now: int) -> None:
        call_id, _ = self._pending.pop(read.call, ("", ""))
        if read.too_many:
            code = CallErrorCode.OCCURENCE_CONSTRAINT_VIOLATION
            reason = "More keys were named than GetConfigurationMaxKeys allows"
            self._take(self._rpc.refuse(call_id, code, reason), now)
        else:
            self._take(self._rpc.reply(call_id, configuration(read)), now)

    def _takes_triggers(self) -> bool:
        """OCPP 1.6 §4.2: while Pending and Accepted; and no more than will be heard some time."""
        registered = self.registration in (Registration.PENDING, Registration.ACCEPTED)
        return registered and max(len(self._triggered), len(self._statuses)) < MOST_TRIGGERED

    def _trigger(self, call_id: str, wish: v16.TriggerMessage, now: int) -> None:
        status = TriggerStatus.ACCEPTED
        match wish.requested_message:
            case _ if not self._takes_triggers() or not 0 <= (wish.connector_id or 0) <= self._connectors:
                status = TriggerStatus.REJECTED
            case MessageTrigger.BOOT_NOTIFICATION:
                self._triggered.append((self._boot, Purpose.BOOT))
            case MessageTrigger.HEARTBEAT:
                self._triggered.append((v16.Heartbeat(), Purpose.HEARTBEAT))
            case MessageTrigger.STATUS_NOTIFICATION:
                self._want_status(wish.connector_id or 0)
                self._effects.append(TellStatus(wish.connector_id or 0))
            case MessageTrigger.METER_VALUES:
                each = [wish.connector_id] if wish.connector_id else range(1, self._connectors + 1)
                self._effects += [TellMeter(number) for number in each]  # §5.17: none named is all
            case _:
                status = TriggerStatus.NOT_IMPLEMENTED
        self._take(self._rpc.reply(call_id, v16.TriggerMessageAnswer(status)), now)


def _quoted(text: str) -> str:
    """What a backend wrote, fit for a sentence of ours: cut, and without what moves a terminal's cursor."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:160])
