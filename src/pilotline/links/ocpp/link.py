"""The station's side of OCPP 1.6J, above the line and below the station: registration, order, heartbeat.

A pure core. It hears station effects, durable facts and the transport; it says texts and station events.

Registration, as OCPP 1.6 §4.2 has it: until the backend has answered, and while it has answered Rejected,
nothing goes out but BootNotification when it is due; what is triggered is refused. While Pending what was
triggered goes out too. The backend's own calls are answered in all three states, for silence would only make
it wait, but nothing is started or stopped from afar.
"""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from pilotline.links.masking import Masker, secrets_of
from pilotline.links.ocpp import translate
from pilotline.links.ocpp.boot_pace import BootPace
from pilotline.links.ocpp.calls import HANDLERS, WHEN_ACCEPTED, Handler, configuration
from pilotline.links.ocpp.errands import Errand, Errands
from pilotline.links.ocpp.events import (
    Asking,
    BackendDown,
    BackendSaid,
    BackendUp,
    ClockLearned,
    LinkEffect,
    LinkEvent,
    Purpose,
    Registration,
    SendText,
    Telling,
    Waiting,
)
from pilotline.links.ocpp.monitor import Monitor
from pilotline.links.ocpp.notices import OF_THE_WHITEPAPER, has_word, told
from pilotline.links.ocpp.outbox import Outbox
from pilotline.links.ocpp.profiles import composite_answer
from pilotline.links.ocpp.transfers import incoming, unknown_transfer
from pilotline.links.ocpp.triggers import MOST_TRIGGERED, Trigger, Triggers
from pilotline.links.ocpp.upkeep_calls import UPKEEP, refusal_of
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
    StatusReport,
    TagAnswer,
    TagLearned,
    TellStatus,
)
from pilotline.station.keys import KeyStore
from pilotline.station.upkeep import events as upkeep
from pilotline.vocabulary.charger import OcppIdentity
from pilotline.vocabulary.journal import (
    Counted,
    Delivered,
    Durable,
    Ended,
    Fetched,
    Notified,
    Recollection,
    Resend,
    Started,
    StoreKey,
    StoreZeros,
    Tampered,
    ZerosStored,
)
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.status import TagInfo
from pilotline.vocabulary.time import SECOND, Tick, earliest
from pilotline.vocabulary.troubles import (
    CLOCK_DISBELIEVED,
    CLOCK_UNREAD,
    SET_ASIDE,
    TURNED_AWAY,
    UNREACHED,
    UNREGISTERED,
)
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.errors import CallErrorCode, TimeFormatError
from pilotline.wire.ocpp.rpc import Answered, Called, Dropped, Output, Refused, Rpc, Send, TimedOut
from pilotline.wire.ocpp.times import parse_time
from pilotline.wire.ocpp.words import AcceptStatus, RegistrationStatus

_PATIENCE = 200  # statuses that wait for the line; beyond it the oldest is forgotten
_CLOCKED = 20  # as many meter values of the clock wait for it
_UNKNOWN_THERE = ("NotImplemented", "NotSupported")
__all__ = [
    "BELIEVED", "MOST_TRIGGERED", "BackendDown", "BackendSaid", "BackendUp", "ClockLearned", "LinkEffect",
    "LinkEvent", "OcppLink", "Registration", "SendText",
]  # fmt: skip
BELIEVED = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
"""A clock that says otherwise is broken, and what is stamped by it could not be mended later."""


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
        self._statuses: deque[Waiting] = deque()
        self._clocked: deque[v16.Request] = deque(maxlen=_CLOCKED)
        self._our_turn = False
        self._money_first = False
        self._errands = Errands()
        self._triggers = Triggers(identity, keys.number("NumberOfConnectors"), self._boot)
        self._authorizations: deque[AskAuthorization] = deque()
        self._calls = 0
        self._pending: dict[int, tuple[str, str]] = {}
        self._live_entry = 0
        self._effects: list[LinkEffect] = []
        self.outbox = Outbox(clock, memory, never=() if identity.security else OF_THE_WHITEPAPER)
        self.outbox.pace.attempts = keys.number("TransactionMessageAttempts")
        self.outbox.pace.interval_s = keys.number("TransactionMessageRetryInterval")
        self.registration = Registration.OFFLINE
        self.problem: str | None = UNREACHED.of()

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
            case Counted():
                self.outbox.count(event)
            case Resend(session):
                self.outbox.take_back(session)
                self._effects.append(event)
            case upkeep.Answer(call):
                call_id, action = self._pending.pop(call, ("", ""))
                if call_id:
                    self._reply(call_id, UPKEEP[action].answer(event), now)
            case upkeep.AskSignature() | upkeep.Tell() | upkeep.Send():
                self._keep_own(event)
            case Tick():
                pass

    def _connected(self, now: int) -> None:
        self.outbox.connected()
        self._boot_pace.connected(now)
        self.registration, self.problem = Registration.ASKING, self._turned_away

    def _disconnected(self, reason: str, now: int) -> None:
        self._take(self._rpc.disconnect(), now)
        self.registration, self.problem = Registration.OFFLINE, reason
        self._boot_pace.disconnected()
        self._forget_statuses()
        self._triggers.clear()
        self._pending.clear()
        self._effects += self._errands.clear()
        self._give_up_authorizations()
        self._effects.append(BackendLink(online=False))

    def _forget_statuses(self) -> None:
        """What is history by the next registration is not told then, but for what must be (R-34)."""
        self._statuses = deque(Waiting(each.report, 0) for each in self._statuses if each.report.keep)
        self._triggers.wanted.clear()
        self._clocked.clear()
        self._live_entry = 0

    def _give_up_authorizations(self) -> None:
        while self._authorizations:
            self._effects.append(TagAnswer(self._authorizations.popleft().request, None))

    def _keep_status(self, report: StatusReport) -> None:
        """Offline only what must be told later is kept (R-34); what was asked for goes at once."""
        if self.registration is Registration.PENDING and report.connector in self._triggers.wanted:
            self._triggers.wanted.remove(report.connector)
            notification = translate.status_notification(report, self._clock)
            self._triggers.waiting.append((notification, Telling(report)))
        elif self.registration is Registration.ACCEPTED or report.keep:
            self._statuses.append(Waiting(report, self._live_entry))
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
            self._triggers.waiting.append((request, Purpose.METER))
        elif self.registration is Registration.ACCEPTED:
            self._clocked.append(request)

    def _keep_own(self, wish: upkeep.AskSignature | upkeep.Tell | upkeep.Send) -> None:
        """What upkeep says that is no fact. A request to sign that was triggered goes while Pending too."""
        if isinstance(wish, upkeep.Tell):
            if has_word(wish):
                self._triggers.waiting.append((told(wish), Purpose.NOTICE))
            return
        may = self.registration is Registration.ACCEPTED
        asked = isinstance(wish, upkeep.AskSignature) and self._triggers.takes_signature()
        self._effects += self._errands.take(wish, may=may or asked)

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
        if not self._triggers.waiting:
            return False
        self._our_turn = True
        self._call(*self._triggers.waiting.popleft(), now)
        return True

    def _feed_own(self, now: int) -> bool:
        """Registration, people, states, money, values, heartbeat; money first after a state nobody heard."""
        self._our_turn = False
        if self.registration is not Registration.ACCEPTED:
            return self._run(self._errands.sign(), now) or self._register(now)
        self._effects += self.outbox.drop_unknown()
        if self._authorizations:
            asked = self._authorizations.popleft()
            self._call(v16.Authorize(asked.tag), Asking(asked.request), now)
        elif self._money_first and (request := self.outbox.next(now)) is not None:
            self._money_first = False
            self._call(request, Purpose.FACT, now)
        elif self._status_may_go(now):
            report = self._statuses.popleft().report
            self._call(translate.status_notification(report, self._clock), Telling(report), now)
        elif (request := self.outbox.next(now)) is not None:
            self._call(request, Purpose.FACT, now)
        elif self._clocked:
            self._call(self._clocked.popleft(), Purpose.METER, now)
        elif self._run(self._errands.next(), now):
            pass
        elif now >= self._quiet_since + self._heartbeat_s * SECOND:
            self._call(v16.Heartbeat(), Purpose.HEARTBEAT, now)
        else:
            return False
        return True

    def _run(self, errand: tuple[v16.Request, Errand] | None, now: int) -> bool:
        if errand is not None:
            self._call(*errand, now)
        return errand is not None

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
                    if not self._is_not_known(call.token, code):
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
            case v16.AuthorizeAnswer(info) if isinstance(token, Asking):
                self._effects.append(TagAnswer(token.request, translate.tag_info(info)))
            case v16.StartTransactionAnswer(info, transaction):
                self._started(translate.tag_info(info), transaction)
            case v16.StopTransactionAnswer(info):
                self._stopped(info)
            case _ if isinstance(token, Errand):
                self._effects.append(self._errands.answered(token, answer))
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
            self._triggers.waiting.clear()
        word = answer.status.value
        self._turned_away = TURNED_AWAY.of(word=word)
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
            self.problem = CLOCK_UNREAD.of(reason=str(error))
            return
        if BELIEVED[0] <= utc < BELIEVED[1]:
            self._set_clock(utc, now)
        else:
            self.problem = CLOCK_DISBELIEVED.of(year=utc.year)

    def _failed(self, token: object, reason: str, now: int) -> None:
        """A CALLERROR, a useless answer, or none: what it means depends on what was asked."""
        if isinstance(token, Asking):
            self._effects.append(TagAnswer(token.request, None))
        elif token is Purpose.FACT:
            self._fact_failed(reason, now)
        elif isinstance(token, Telling):
            self._money_first = True
        elif isinstance(token, Errand):
            self._effects.append(self._errands.failed(token))
        elif token is Purpose.BOOT and self.registration is not Registration.ACCEPTED:
            self._boot_pace.unanswered(now)
            self.problem = UNREGISTERED.of(reason=reason)

    def _fact_failed(self, reason: str, now: int) -> None:
        """A notice is no session: that one was set aside is seen by its number alone."""
        head = self.outbox.head
        aside = self.outbox.failed(now)
        if aside is not None:
            self._effects.append(aside)
            if head is not None and not isinstance(head.fact, Notified):
                self.problem = SET_ASIDE.of(reason=reason)

    def _is_not_known(self, token: object, code: str) -> bool:
        """A notice by an action the backend does not know is done with, and no failure."""
        if token is not Purpose.FACT or code not in _UNKNOWN_THERE:
            return False
        done = self.outbox.not_known()
        if done is not None:
            self._effects.append(done)
        return done is not None

    def _dropped(self, token: object) -> None:
        if isinstance(token, Asking):
            self._effects.append(TagAnswer(token.request, None))
        elif isinstance(token, Telling) and token.report.keep:
            self._statuses.appendleft(Waiting(token.report, 0))
        elif isinstance(token, Errand):
            self._effects.append(self._errands.failed(token))
        elif token is Purpose.FACT:
            self.outbox.interrupted()

    # --- calls of the backend ---

    def _called(self, called: Called, now: int) -> None:
        request = called.request
        if (lacking := self._identity.lacking(called.action)) is not None:
            reason = f"This model does not have {called.action}"
            self._take(self._rpc.refuse(called.call_id, CallErrorCode(lacking.value), reason), now)
        elif isinstance(request, Trigger) and not self._triggers.is_for_upkeep(request, self.registration):
            self._trigger(called.call_id, request, now)
        elif called.action in UPKEEP:
            self._ask_upkeep(called, now)
        elif isinstance(request, v16.DataTransfer) and (answer := unknown_transfer(request)) is not None:
            self._take(self._rpc.reply(called.call_id, answer), now)
        elif self.registration is not Registration.ACCEPTED and called.action in WHEN_ACCEPTED:
            answer = HANDLERS[called.action].answer(AcceptStatus.REJECTED.value)
            self._take(self._rpc.reply(called.call_id, answer), now)
        else:
            self._calls += 1
            self._pending[self._calls] = (called.call_id, called.action)
            self._effects.append(_handler(request, called.action).ask(request, self._calls))

    def _ask_upkeep(self, called: Called, now: int) -> None:
        """Its answer comes with :class:`~pilotline.station.upkeep.events.Answer`."""
        refused = refusal_of(called.request)
        if refused is not None:
            self._take(self._rpc.refuse(called.call_id, refused.code, refused.description), now)
            return
        self._calls += 1
        self._pending[self._calls] = (called.call_id, called.action)
        self._effects.append(UPKEEP[called.action].ask(called.request, self._calls))

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

    def _trigger(self, call_id: str, wish: Trigger, now: int) -> None:
        busy = len(self._statuses) >= MOST_TRIGGERED
        status, effects = self._triggers.take(wish, self.registration, busy=busy)
        self._effects += effects
        self._reply(call_id, self._triggers.answer(wish, status), now)

    def _reply(self, call_id: str, answer: v16.Answer, now: int) -> None:
        self._take(self._rpc.reply(call_id, answer), now)


def _handler(request: v16.Request, action: str) -> Handler:
    row = incoming(request) if isinstance(request, v16.DataTransfer) else None
    return HANDLERS[action] if row is None else row


def _quoted(text: str) -> str:
    """What a backend wrote, fit for a sentence of ours: cut, and without what moves a terminal's cursor."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:160])
