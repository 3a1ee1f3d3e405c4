"""What becomes of the line to the backend, told to the backend itself while `C_OCPCNetLog` is true (E-63).

Each change is noted: the interface, connections, their loss and tries that fail, with the sentence the page
shows for it, which names a server and never a password. What happened while nobody could be told goes out
after the next registration. It is diagnostics and no fact: only the newest events are kept, a restart
forgets them, and a backend that does not take them is asked again on its next connection only.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pilotline.station.upkeep.core import Surroundings
from pilotline.station.upkeep.events import (
    BackendLost,
    BackendTried,
    KeyChanged,
    Send,
    Sent,
    UpkeepEffect,
    UpkeepEvent,
    WayTaken,
)
from pilotline.vocabulary.time import SECOND, Stamp
from pilotline.vocabulary.upkeep import NET_LOG, OUR_VENDOR

KEY = "C_OCPCNetLog"
AT_MOST_EVERY = 10 * SECOND
MOST_EVENTS, MOST_LETTERS, LONGEST_REASON = 20, 4_096, 120
_TAKEN = "Accepted"


@dataclass(frozen=True, slots=True)
class NetEvent:
    """``times``: so many alike one after the other, the last at ``stamp``."""

    kind: str
    detail: str
    stamp: Stamp
    times: int = 1


class NetLog:
    """One of the parts of :class:`pilotline.station.upkeep.core.Upkeep`."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._keys, self._clock = surroundings.keys, surroundings.clock
        self._counts: Counter[str] = Counter()
        self._interface: str | None = None
        self._events: list[NetEvent] = []
        self._out: list[NetEvent] | None = None
        self._left_out = 0
        self._heard = False
        """Whether the backend, as it is connected now, is one to tell."""
        self._not_before = 0

    def handle(self, event: UpkeepEvent, stamp: Stamp) -> Sequence[UpkeepEffect]:
        match event:
            case BackendTried(works=True):
                self._heard = True
                self._note("connects", "connected", "", stamp)
            case BackendTried(reason=reason):
                self._note("failures", "failed", reason, stamp)
            case BackendLost(reason):
                self._heard = False
                self._note("disconnects", "disconnected", reason, stamp)
            case WayTaken(interface):
                self._take_way(interface, stamp)
            case Sent(vendor, message, word) if (vendor, message) == (OUR_VENDOR, NET_LOG):
                self._told(word)
            case KeyChanged(name) if name.casefold() == KEY.casefold():
                self._events, self._left_out = [], 0
                self._note_state(stamp)
            case _:
                pass
        return self._send(stamp)

    def deadline(self) -> int | None:
        return self._not_before if self._may_send else None

    @property
    def _may_send(self) -> bool:
        return self._heard and self._out is None and bool(self._events) and self._keys.flag(KEY)

    def _take_way(self, interface: str, stamp: Stamp) -> None:
        first, self._interface = self._interface is None, interface
        self._note("" if first else "switches", "interface", interface, stamp)

    def _note_state(self, stamp: Stamp) -> None:
        """Somebody has just switched it on: how it stands is the first news."""
        if self._heard:
            self._note("", "switched on", "", stamp)

    def _note(self, count: str, kind: str, detail: str, stamp: Stamp) -> None:
        if count:
            self._counts[count] += 1
        if not self._keys.flag(KEY):
            return
        detail = detail[:LONGEST_REASON]
        last = self._events[-1] if self._events else None
        if last is not None and (last.kind, last.detail) == (kind, detail):
            self._events[-1] = replace(last, stamp=stamp, times=last.times + 1)
        else:
            self._events.append(NetEvent(kind, detail, stamp))
        self._bound()

    def _bound(self) -> None:
        over = len(self._events) - MOST_EVENTS
        if over > 0:
            del self._events[:over]
            self._left_out += over

    def _told(self, word: str) -> None:
        """What was not taken waits for the next connection, with what comes until then."""
        if word != _TAKEN:
            self._heard = False
            self._events = [*(self._out or ()), *self._events]
            self._bound()
        else:
            self._left_out = 0
        self._out = None

    def _send(self, stamp: Stamp) -> Sequence[UpkeepEffect]:
        if not self._may_send or stamp.at < self._not_before:
            return []
        self._out, self._events = self._events, []
        self._not_before = stamp.at + AT_MOST_EVERY
        return [Send(OUR_VENDOR, NET_LOG, self._text(self._out))]

    def _text(self, events: Sequence[NetEvent]) -> str:
        """As JSON; of events whose reasons are too long together the oldest are left out."""
        left_out = self._left_out
        while True:
            text = json.dumps(self._said(events, left_out), ensure_ascii=False, separators=(",", ":"))
            if len(text) <= MOST_LETTERS or not events:
                return text
            events, left_out = events[1:], left_out + 1

    def _said(self, events: Sequence[NetEvent], left_out: int) -> dict[str, object]:
        counts = {name: self._counts[name] for name in ("connects", "disconnects", "failures", "switches")}
        said = [self._event(each) for each in events]
        return {"interface": self._interface, **counts, "left_out": left_out, "events": said}

    def _event(self, event: NetEvent) -> dict[str, object]:
        said: dict[str, object] = {"time": self._time(event.stamp), "what": event.kind}
        if event.detail:
            said["interface" if event.kind == "interface" else "reason"] = event.detail
        if event.times > 1:
            said["times"] = event.times
        return said

    def _time(self, stamp: Stamp) -> str:
        return self._clock.utc(stamp).strftime("%Y-%m-%dT%H:%M:%SZ")
