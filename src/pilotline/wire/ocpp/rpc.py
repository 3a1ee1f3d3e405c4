"""OCPP-J 1.6 §4 as a pure core: whose turn it is on the line, what a frame means, how it is refused.

Both roles use it. One CALL of ours is outstanding at a time; others wait in a short queue. The peer's
CALLs run beside it: full duplex, answers are matched by message id alone. Every call given to
:meth:`Rpc.call` ends in exactly one of Answered, Refused, TimedOut and Dropped, which bear its token, and
every CALL of the peer whose id can be read gets an answer: ours, a refusal, or InternalError when nobody
answers in time.

It is not the transport, keeps nothing over a disconnect, retries nothing and knows no station. Nothing a
peer sends makes it raise. ``now`` is core time (:mod:`pilotline.vocabulary.time`).
"""

import re
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, NamedTuple

import msgspec

from pilotline.vocabulary.time import SECOND, earliest
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.errors import CallErrorCode, MessageError

LONGEST_ID = 255
"""A peer's message id may be this long; §4.1.4 says 36, and some peers do not count."""
LONGEST_DESCRIPTION = 255
"""§4.2.3: errorDescription."""
LONGEST_DETAILS = 1_000
IN_WORK_LIMIT = 16
"""More CALLs of the peer than this at once are refused. §4.1.1 has it send one, but it may give one up
and send the next before we have answered."""

# --- the frames -------------------------------------------------------------------------------------

CALL, RESULT, ERROR = 2, 3, 4
MessageId = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_ID)]


class CallFrame(msgspec.Struct, frozen=True, array_like=True, tag=CALL, forbid_unknown_fields=True):
    """§4.2.1: [2, id, action, payload]."""

    id: MessageId
    action: str
    payload: msgspec.Raw


class ResultFrame(msgspec.Struct, frozen=True, array_like=True, tag=RESULT):
    """§4.2.2: [3, id, payload]."""

    id: MessageId
    payload: msgspec.Raw


class ErrorFrame(msgspec.Struct, frozen=True, array_like=True, tag=ERROR):
    """§4.2.3: [4, id, code, description, details]; peers leave out the last two."""

    id: MessageId
    code: str
    description: str = ""
    details: msgspec.Raw = msgspec.Raw(b"{}")


Frame = CallFrame | ResultFrame | ErrorFrame


class BadFrame(NamedTuple):
    """Text that is no frame. ``kind`` and ``id`` are what could be read of it all the same."""

    kind: int | None
    id: str | None
    why: str


_FRAMES = msgspec.json.Decoder(Frame)
_ENCODER = msgspec.json.Encoder()
_HEAD = re.compile(rf'\s*\[\s*([234])\s*,\s*"([^"\\\x00-\x1f\ud800-\udfff]{{1,{LONGEST_ID}}})"')


def read_frame(text: str | bytes) -> Frame | BadFrame:
    """A frame, its payload not yet looked into; never raises, whatever the text."""
    try:
        return _FRAMES.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        return _salvage(text, str(error))


def _salvage(text: str | bytes, why: str) -> BadFrame:
    head = text[: LONGEST_ID + 64]
    found = _HEAD.match(head if isinstance(head, str) else head.decode("utf-8", "surrogateescape"))
    return BadFrame(int(found[1]), found[2], why) if found else BadFrame(None, None, why)


def write_frame(frame: Frame) -> str:
    """The text of a frame."""
    return _ENCODER.encode(frame).decode()


def write_error(call_id: str, code: CallErrorCode, description: str) -> str:
    """The text of a CALLERROR; a long description is cut, and what is no Unicode in it replaced."""
    words = description[:LONGEST_DESCRIPTION].encode("utf-8", "replace").decode()
    return write_frame(ErrorFrame(call_id, code.value, words))


# --- the values -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Call:
    """A call of ours. ``token`` is the caller's own and comes back untouched."""

    request: v16.Request
    token: object = None


class Cause(Enum):
    """Who refused a call."""

    PEER = "peer"  # a CALLERROR
    ANSWER = "answer"  # an answer that is not what 1.6 allows for this request
    OURS = "ours"  # the request is not what 1.6 allows, or not our role's to send; it was never sent


@dataclass(frozen=True, slots=True)
class Send:
    """Hand this text to the transport."""

    text: str


@dataclass(frozen=True, slots=True)
class Called:
    """The peer asks; answer with :meth:`Rpc.reply` or :meth:`Rpc.refuse`."""

    call_id: str
    action: str
    request: v16.Request


@dataclass(frozen=True, slots=True)
class Answered:
    """The peer's answer to our call, of the type the request has in :data:`v16.ACTIONS`."""

    call: Call
    answer: v16.Answer


@dataclass(frozen=True, slots=True)
class Refused:
    """Our call failed. ``code`` is a text: peers invent codes. ``details`` is JSON text, possibly cut."""

    call: Call
    code: str
    description: str
    details: str = "{}"
    cause: Cause = Cause.PEER


@dataclass(frozen=True, slots=True)
class TimedOut:
    """No answer in time. Whether the peer acted on it is unknown."""

    call: Call


@dataclass(frozen=True, slots=True)
class Dropped:
    """The call ended with the line, or found the queue full. Not ``sent``: the peer cannot know of it."""

    call: Call
    sent: bool


Output = Send | Called | Answered | Refused | TimedOut | Dropped


@dataclass(frozen=True, slots=True)
class Counters:
    """What has happened since this Rpc was made."""

    calls_sent: int = 0
    answered: int = 0
    refused: int = 0
    timed_out: int = 0
    dropped: int = 0
    late_answers: int = 0
    """Answers to calls that had timed out."""
    unknown_answers: int = 0
    """Answers to nothing we remember having asked."""
    peer_calls: int = 0
    peer_refused: int = 0
    """CALLs of the peer that we refused, or answered for a handler that did not."""
    duplicates: int = 0
    """CALLs whose id was still in work."""
    stale_replies: int = 0
    """Our replies to CALLs that no longer wait for one."""
    malformed: int = 0
    """Frames that are none, unknown message types included (§4.1.3: to be ignored)."""


# --- the core ---------------------------------------------------------------------------------------


class _Prepared(NamedTuple):
    call: Call
    action: v16.Action
    payload: bytes


class _Outstanding(NamedTuple):
    call: Call
    action: v16.Action
    id: str
    due: int


class _InWork(NamedTuple):
    action: v16.Action
    due: int


class Rpc:
    """One end of an OCPP line.

    ``new_id`` gives a message id never given before, of at most 36 characters. ``call_timeout`` (µs) is
    how long the peer may take; ``answer_timeout`` (µs) how long our own handlers may.
    """

    def __init__(
        self,
        role: v16.Role,
        new_id: Callable[[], str],
        *,
        call_timeout: int = 30 * SECOND,
        answer_timeout: int = 20 * SECOND,
        queue_limit: int = 8,
    ) -> None:
        self._role = role
        self._peer = next(other for other in v16.Role if other is not role)
        self._new_id = new_id
        self._call_timeout = call_timeout
        self._answer_timeout = answer_timeout
        self._queue_limit = queue_limit
        self._queue: deque[_Prepared] = deque()
        self._outstanding: _Outstanding | None = None
        self._given_up: deque[str] = deque(maxlen=16)
        self._in_work: dict[str, _InWork] = {}  # in the order of their deadlines
        self._tally: Counter[str] = Counter()

    @property
    def idle(self) -> bool:
        """Nothing is outstanding and nothing waits: a call would be sent at once."""
        return self._outstanding is None and not self._queue

    @property
    def counters(self) -> Counters:
        """A snapshot."""
        return Counters(**self._tally)

    def deadline(self) -> int | None:
        """When :meth:`tick` is wanted next."""
        ours = self._outstanding.due if self._outstanding else None
        theirs = next((work.due for work in self._in_work.values()), None)
        return earliest(ours, theirs)

    def tick(self, now: int) -> list[Output]:
        """Time has passed: give up what is overdue and send what waits."""
        outputs = self._give_up(now)
        if self._outstanding is None and self._queue:
            outputs.append(self._send_next(now))
        return outputs

    # --- our calls

    def call(self, request: v16.Request, token: object, now: int) -> list[Output]:
        """Ask the peer: at once, or when those before it are done."""
        call = Call(request, token)
        return [*self._enqueue(call), *self.tick(now)]

    def _enqueue(self, call: Call) -> list[Output]:
        if len(self._queue) >= self._queue_limit:
            self._tally["dropped"] += 1
            return [Dropped(call, sent=False)]
        try:
            action = self._own_action(call.request)
            self._queue.append(_Prepared(call, action, v16.encode_checked(call.request)))
        except MessageError as error:
            return [self._refused(call, error, Cause.OURS)]
        return []

    def _own_action(self, request: v16.Request) -> v16.Action:
        action = v16.ACTION_OF.get(type(request))
        name = action.name if action else type(request).__name__
        return v16.find_action(name, self._role)

    def _send_next(self, now: int) -> Send:
        call, action, payload = self._queue.popleft()
        call_id = self._new_id()
        self._outstanding = _Outstanding(call, action, call_id, now + self._call_timeout)
        self._tally["calls_sent"] += 1
        return Send(write_frame(CallFrame(call_id, action.name, msgspec.Raw(payload))))

    def _give_up(self, now: int) -> list[Output]:
        outputs: list[Output] = []
        overdue = self._outstanding
        if overdue and overdue.due <= now:
            self._outstanding = None
            self._given_up.append(overdue.id)
            self._tally["timed_out"] += 1
            outputs.append(TimedOut(overdue.call))
        for call_id in [call_id for call_id, work in self._in_work.items() if work.due <= now]:
            outputs += self.refuse(call_id, CallErrorCode.INTERNAL_ERROR, "No answer was ready in time")
        return outputs

    def _refused(self, call: Call, error: MessageError, cause: Cause) -> Refused:
        self._tally["refused"] += 1
        return Refused(call, error.code.value, error.description[:LONGEST_DESCRIPTION], cause=cause)

    # --- the peer's frames

    def receive(self, text: str | bytes, now: int) -> list[Output]:
        """A text from the transport."""
        match read_frame(text):
            case CallFrame() as frame:
                outputs = self._called(frame, now)
            case ResultFrame() as frame:
                outputs = self._answered(frame)
            case ErrorFrame() as frame:
                outputs = self._failed(frame)
            case bad:
                outputs = self._malformed(bad)
        return [*outputs, *self.tick(now)]

    def _called(self, frame: CallFrame, now: int) -> list[Output]:
        """A CALL whose id is still in work is the same CALL again: its one answer will serve both."""
        if frame.id in self._in_work:
            self._tally["duplicates"] += 1
            return []
        if len(self._in_work) >= IN_WORK_LIMIT:
            return [self._reject(frame.id, CallErrorCode.GENERIC_ERROR, "Too many calls at once")]
        try:
            action = v16.find_action(frame.action, self._peer)
            request = v16.decode_request(action, frame.payload)
        except MessageError as error:
            return [self._reject(frame.id, error.code, error.description)]
        self._in_work[frame.id] = _InWork(action, now + self._answer_timeout)
        self._tally["peer_calls"] += 1
        return [Called(frame.id, action.name, request)]

    def _reject(self, call_id: str, code: CallErrorCode, description: str) -> Send:
        self._tally["peer_refused"] += 1
        return Send(write_error(call_id, code, description))

    def _answered(self, frame: ResultFrame) -> list[Output]:
        waiting = self._take_outstanding(frame.id)
        if waiting is None:
            return []
        try:
            answer = v16.decode_answer(waiting.action, frame.payload)
        except MessageError as error:
            return [self._refused(waiting.call, error, Cause.ANSWER)]
        self._tally["answered"] += 1
        return [Answered(waiting.call, answer)]

    def _failed(self, frame: ErrorFrame) -> list[Output]:
        waiting = self._take_outstanding(frame.id)
        if waiting is None:
            return []
        self._tally["refused"] += 1
        details = bytes(frame.details).decode("utf-8", "replace")[:LONGEST_DETAILS]
        return [
            Refused(waiting.call, frame.code[:LONGEST_ID], frame.description[:LONGEST_DESCRIPTION], details)
        ]

    def _take_outstanding(self, call_id: str) -> _Outstanding | None:
        """The call this id answers; an answer to anything else is counted and ignored."""
        waiting = self._outstanding
        if waiting is None or waiting.id != call_id:
            self._tally["late_answers" if call_id in self._given_up else "unknown_answers"] += 1
            return None
        self._outstanding = None
        return waiting

    def _malformed(self, bad: BadFrame) -> list[Output]:
        self._tally["malformed"] += 1
        if bad.id is None:
            return []
        error = MessageError(CallErrorCode.FORMATION_VIOLATION, bad.why)
        if bad.kind == CALL:
            in_work = bad.id in self._in_work  # its one answer is still to come
            return [] if in_work else [self._reject(bad.id, error.code, error.description)]
        waiting = self._take_outstanding(bad.id)
        return [self._refused(waiting.call, error, Cause.ANSWER)] if waiting else []

    # --- our answers

    def reply(self, call_id: str, answer: v16.Answer) -> list[Output]:
        """Answer a CALL. An answer 1.6 does not allow for it goes out as InternalError, never as silence."""
        work = self._in_work.pop(call_id, None)
        if work is None:
            self._tally["stale_replies"] += 1
            return []
        try:
            payload = _encode_answer(work.action, answer)
        except MessageError as error:
            return [self._reject(call_id, CallErrorCode.INTERNAL_ERROR, error.description)]
        return [Send(write_frame(ResultFrame(call_id, msgspec.Raw(payload))))]

    def refuse(self, call_id: str, code: CallErrorCode, description: str) -> list[Output]:
        """Refuse a CALL with a CALLERROR."""
        if self._in_work.pop(call_id, None) is None:
            self._tally["stale_replies"] += 1
            return []
        return [self._reject(call_id, code, description)]

    def disconnect(self) -> list[Output]:
        """The line is gone: our calls end, the peer's are forgotten. Later replies to those are stale."""
        dropped: list[Output] = [Dropped(self._outstanding.call, sent=True)] if self._outstanding else []
        dropped += [Dropped(waiting.call, sent=False) for waiting in self._queue]
        self._outstanding = None
        self._queue.clear()
        self._in_work.clear()
        self._tally["dropped"] += len(dropped)
        return dropped


def _encode_answer(action: v16.Action, answer: v16.Answer) -> bytes:
    if type(answer) is not action.answer:
        described = f"{type(answer).__name__} does not answer {action.name}"
        raise MessageError(CallErrorCode.INTERNAL_ERROR, described)
    return v16.encode_checked(answer)
