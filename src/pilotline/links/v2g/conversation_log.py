"""What a car and this station say to each other, for people to read: the last questions and their answers.

Of a question that comes again and again the oldest go first, so that a long charge does not push the
beginning of its conversation out. Messages are kept as they go by and put into words only when somebody asks,
so that a station nobody looks at pays next to nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pilotline.links.v2g.exchanges import Message
from pilotline.links.v2g.log_views import CarAnswerView, CarMessageView
from pilotline.links.v2g.telling import say
from pilotline.station.clock import WallClock
from pilotline.wire.v2g.exi.json_shape import to_json
from pilotline.wire.v2g.exi.schema import Element, element_name
from pilotline.wire.v2g.protocols import Protocol

KEPT = 200
"""Questions that are kept."""


@dataclass(slots=True)
class _Kept:
    number: int
    at: int
    protocol: Protocol | None
    body: Element | None
    note: str = ""
    sentence: str = ""
    answered_at: int = 0
    answer: Element | None = None


class ConversationLog:
    """Of one connector. ``views`` may be asked by another thread: the rows of that moment are copied."""

    def __init__(self, connector: int) -> None:
        self._connector = connector
        self._rows: list[_Kept] = []
        self._number = 0

    def note(self, word: str, sentence: str, now: int) -> None:
        """Something that is no message."""
        self._add(_Kept(self._next(), now, None, None, word, sentence))

    def ask(self, protocol: Protocol | None, body: Element, now: int) -> None:
        """The car asks."""
        self._add(_Kept(self._next(), now, protocol, body))

    def answer(self, body: Element, now: int) -> None:
        """The station answers what was asked last."""
        if self._rows:
            self._rows[-1].answer, self._rows[-1].answered_at = body, now

    def views(self, clock: WallClock, after: int = 0) -> Sequence[CarMessageView]:
        """Those with a number greater than ``after``, the newest last."""
        return [self._view(row, clock) for row in tuple(self._rows) if row.number > after]

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _add(self, row: _Kept) -> None:
        self._rows.append(row)
        if len(self._rows) > KEPT:
            del self._rows[self._dispensable()]

    def _dispensable(self) -> int:
        """The oldest whose neighbours ask the same, else the oldest."""
        kinds = [type(row.body) for row in self._rows]
        middles = range(1, len(kinds) - 1)
        return next((n for n in middles if kinds[n - 1] is kinds[n] is kinds[n + 1]), 0)

    def _view(self, row: _Kept, clock: WallClock) -> CarMessageView:
        at, protocol = _utc(clock, row.at), row.protocol.value if row.protocol else None
        said = row.number, at, self._connector, protocol
        if row.body is None:
            return CarMessageView(*said, "", row.sentence, json.dumps({"note": row.note}))
        answer = None if row.answer is None else _answer(row.answer, row.answered_at, clock)
        return CarMessageView(*said, element_name(type(row.body)), _say(row.body), _text(row.body), answer)


def _answer(body: Element, at: int, clock: WallClock) -> CarAnswerView:
    code: Any = getattr(body, "response_code", None)
    name = element_name(type(body))
    return CarAnswerView(_utc(clock, at), name, "" if code is None else code.value, _say(body), _text(body))


def _say(body: Element) -> str:
    return say(Message(0, element_name(type(body)), body, b"", ""))


def _text(body: Element) -> str:
    return json.dumps(to_json(body, bare=True), ensure_ascii=False)


def _utc(clock: WallClock, at: int) -> str | None:
    return clock.utc(clock.stamp(at)).isoformat() if clock.known else None
