"""An OCPP link on the bench: the test is both the station behind it and the backend in front of it."""

import json
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar

from pilotline.links.ocpp.link import (
    BackendDown,
    BackendSaid,
    BackendUp,
    LinkEffect,
    LinkEvent,
    OcppLink,
    SendText,
)
from pilotline.station.clock import WallClock
from pilotline.station.events import StatusReport
from pilotline.station.keys import KeyStore
from pilotline.vocabulary.charger import KeyValue, OcppIdentity
from pilotline.vocabulary.journal import Durable, Ended, Fact, Metered, MeterSample, SampledValue, Started
from pilotline.vocabulary.status import ConnectorStatus, ErrorCode, ReadingContext, StopReason
from pilotline.vocabulary.time import SECOND, Stamp, Tick
from support.ocpp_judge import Frame, judge_answer, judge_call, kind_of

EffectT = TypeVar("EffectT")
MIDNIGHT = datetime(2026, 1, 5, tzinfo=UTC)
TIME = "2026-01-05T00:00:00Z"
EVNET = OcppIdentity("EVNET", "EVNET-7KW-S-1PH")


def status(word: ConnectorStatus, at: int = 0, *, keep: bool = False, connector: int = 1) -> StatusReport:
    return StatusReport(connector, word, ErrorCode.NO_ERROR, at, keep=keep)


def started(session: str = "S1", at: int = 0, tag: str = "CARD") -> Started:
    return Started(session, 1, tag, 1_000, Stamp(1, at))


def metered(session: str = "S1", at: int = 0) -> Metered:
    value = SampledValue("1500", "Energy.Active.Import.Register", "Wh")
    return Metered(session, 1, MeterSample(Stamp(1, at), ReadingContext.PERIODIC, (value,)))


def ended(session: str = "S1", at: int = 0, reason: StopReason = StopReason.LOCAL) -> Ended:
    return Ended(session, 1, 2_000, Stamp(1, at), reason, "CARD")


class Line:
    """``tell`` the link something, read what it ``sent`` and ``said``, answer as the backend."""

    def __init__(self, identity: OcppIdentity = EVNET, **keys: KeyValue) -> None:
        ids = count(1)
        self.clock = WallClock(1)
        self.link = OcppLink(
            identity,
            KeyStore({"HeartbeatInterval": 60, **keys}),
            self.clock,
            serial="SN-1",
            firmware="1.0",
            new_id=lambda: f"m{next(ids)}",
        )
        self.now = 0
        self.sent: list[Frame] = []
        self.said: list[LinkEffect] = []
        self.open: Frame | None = None
        self._asked: dict[str, str] = {}
        self._entries = count(1)
        self._calls = count(1)

    # --- the station's side ---

    def tell(self, event: LinkEvent) -> list[LinkEffect]:
        """Hand over an event; what the link says to the station. Texts are judged and kept in ``sent``."""
        effects = self.link.handle(event, self.now)
        deadline = self.link.deadline()
        assert deadline is None or deadline > self.now, f"{event} left a deadline that is not later than now"
        for effect in effects:
            if isinstance(effect, SendText):
                self._keep(effect.text)
        said: list[LinkEffect] = [effect for effect in effects if not isinstance(effect, SendText)]
        self.said += said
        return said

    def durable(self, *facts: Fact) -> None:
        """These facts are on disk now."""
        for fact in facts:
            self.tell(Durable(next(self._entries), fact))

    def run(self, duration: int, *, until_called: bool = False) -> None:
        """Let time pass, waking the link at its deadlines; no longer than to its next call, if told so."""
        until = self.now + duration
        while (at := self.link.deadline()) is not None and at <= until:
            self.now = at
            self.tell(Tick())
            if until_called and self.open is not None:
                return
        self.now = until

    # --- the backend's side ---

    def up(self) -> None:
        """The line is connected: BootNotification goes out."""
        self.tell(BackendUp())

    def down(self) -> None:
        self.open = None
        self.tell(BackendDown("cut"))

    def online(self, interval: int = 0) -> "Line":
        """Connected and accepted."""
        self.up()
        self.answer(status="Accepted", currentTime=TIME, interval=interval)
        return self

    def answer(self, **payload: Any) -> list[LinkEffect]:
        """The CALLRESULT to the call that is out."""
        return self.answer_to(self._take_open().id, payload)

    def answer_to(self, call_id: str, payload: Any) -> list[LinkEffect]:
        return self.tell(BackendSaid(json.dumps([3, call_id, payload])))

    def refuse(self, code: str = "InternalError") -> list[LinkEffect]:
        """A CALLERROR to the call that is out."""
        return self.tell(BackendSaid(json.dumps([4, self._take_open().id, code, "no", {}])))

    def accept_start(self, transaction: int, verdict: str = "Accepted") -> list[LinkEffect]:
        return self.answer(idTagInfo={"status": verdict}, transactionId=transaction)

    def call(self, action: str, **payload: Any) -> list[LinkEffect]:
        """The backend asks."""
        call_id = f"cs{next(self._calls)}"
        self._asked[call_id] = action
        return self.tell(BackendSaid(json.dumps([2, call_id, action, payload])))

    # --- reading ---

    @property
    def problem(self) -> str:
        """The sentence the page shows, "" for none."""
        return self.link.problem or ""

    @property
    def actions(self) -> list[str]:
        """The actions of all calls sent, in order."""
        return [frame.action for frame in self.sent if frame.kind == 2]

    @property
    def last(self) -> Frame:
        return self.sent[-1]

    def of(self, kind: type[EffectT]) -> list[EffectT]:
        """All that was said to the station of one kind."""
        return [effect for effect in self.said if isinstance(effect, kind)]

    def _keep(self, text: str) -> None:
        if kind_of(text) == 2:
            frame = judge_call(text)
            assert self.open is None, "one call at a time"
            self.open = frame
        else:
            frame = judge_answer(text, self._asked[json.loads(text)[1]])
        self.sent.append(frame)

    def _take_open(self) -> Frame:
        frame, self.open = self.open, None
        assert frame is not None, "nothing is out"
        return frame

    def time_out(self) -> None:
        """Nobody answers for 30 s: the call that is out is given up."""
        self._take_open()
        self.run(30 * SECOND)
