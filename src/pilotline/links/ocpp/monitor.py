"""What is said on the line to the backend, for people to read: the last texts, each call in one sentence.

Texts are kept as they go by and read only when somebody asks, so that a station nobody looks at pays next to
nothing. One that is long is read at once and cut. Secrets are masked in everything that comes out.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import msgspec

from pilotline.links.masking import Masker
from pilotline.links.ocpp.sentences import Payload, answer_sentence, call_sentence
from pilotline.station.clock import WallClock

KEPT, MOST = 400, 200
"""Texts that are kept; with their answers they are about as many calls as are shown."""
LONGEST, LONGEST_READ = 2_000, 65_536
"""Letters of a text that are shown; those that are looked at to mask them."""
NO_MESSAGE = "A text that is no OCPP message."
_CALL, _RESULT, _ERROR = 2, 3, 4
_FRAME_SIZES = {_CALL: (4,), _RESULT: (3,), _ERROR: (3, 4, 5)}


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What was answered to a call, and when."""

    at: str | None
    sentence: str
    text: str


@dataclass(frozen=True, slots=True)
class MessageView:
    """A call and its answer, or a text that belongs to no call that is still known; ``at`` is UTC."""

    at: str | None
    direction: str
    action: str
    id: str
    sentence: str
    text: str
    answer: AnswerView | None = None


@dataclass(frozen=True, slots=True)
class _Frame:
    """A text as it was read: its kind (0: it is none), and its payload's text, masked and cut."""

    kind: int
    id: str
    action: str
    sentence: str
    text: str


@dataclass(frozen=True, slots=True)
class _Heard:
    at: int
    sent: bool
    what: str | _Frame


class Monitor:
    """``take`` a text, sent or received; ``views`` is what to show of them. ``masker`` knows the secrets."""

    def __init__(self, masker: Callable[[], Masker]) -> None:
        self._masker = masker
        self._heard: deque[_Heard] = deque(maxlen=KEPT)

    def take(self, text: str, *, sent: bool, now: int) -> None:
        """Keep it; what is long is read at once, so that its memory is bounded."""
        what = text if len(text) <= LONGEST else _read(text, self._masker())
        self._heard.append(_Heard(now, sent, what))

    def views(self, clock: WallClock) -> Sequence[MessageView]:
        """The newest last. Another thread may ask: the texts of that moment are copied at once."""
        masker, views = self._masker(), list[MessageView]()
        asked: dict[tuple[bool, str], int] = {}
        for heard in tuple(self._heard):
            frame = heard.what if isinstance(heard.what, _Frame) else _read(heard.what, masker)
            at = _utc(clock, heard.at)
            place = asked.pop((not heard.sent, frame.id), None) if frame.kind in (_RESULT, _ERROR) else None
            if place is not None:
                answer = AnswerView(at, frame.sentence, frame.text)
                views[place] = replace(views[place], answer=answer)
                continue
            if frame.kind == _CALL:
                asked[heard.sent, frame.id] = len(views)
            views.append(_view(frame, at, sent=heard.sent))
        return views[-MOST:]


def _view(frame: _Frame, at: str | None, *, sent: bool) -> MessageView:
    direction = "sent" if sent else "received"
    return MessageView(at, direction, frame.action, frame.id, frame.sentence, frame.text)


def _read(text: str, masker: Masker) -> _Frame:
    """A text of the line in words; whatever it is, this gives a frame."""
    try:
        parts: object = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _no_message(masker.text(text[:LONGEST_READ]))
    if not isinstance(parts, list) or not parts:
        return _no_message(_written(masker.value(parts)))
    listed = cast("list[Any]", masker.value(cast("object", parts)))
    kind = listed[0]
    if not isinstance(kind, int) or len(listed) not in _FRAME_SIZES.get(kind, ()):
        return _no_message(_written(listed))
    message_id = str(listed[1])[:36]
    if kind == _CALL:
        action = str(listed[2])[:50]
        return _Frame(
            kind, message_id, action, call_sentence(action, Payload(listed[3])), _written(listed[3])
        )
    if kind == _RESULT:
        return _Frame(kind, message_id, "", answer_sentence(Payload(listed[2])), _written(listed[2]))
    said = ": ".join(str(part) for part in listed[2:4] if part)
    return _Frame(kind, message_id, "", f"Refused: {said[:200]}", _written(listed[2:]))


def _no_message(text: str) -> _Frame:
    return _Frame(0, "", "", NO_MESSAGE, _cut(text))


def _written(value: object) -> str:
    return _cut(msgspec.json.encode(value).decode())


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _utc(clock: WallClock, at: int) -> str | None:
    return clock.utc(clock.stamp(at)).isoformat() if clock.known else None
