"""A station core on the bench: a fake board, a meter and a journal around it, and time that only it advances.

The backend is the test itself: it reads what the station says and answers, or does not.
"""

import heapq
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, TypeVar

from pilotline.models.reader import load_charger
from pilotline.station.connector import Connector
from pilotline.station.core import Station
from pilotline.station.events import (
    AskAuthorization,
    BackendLink,
    BoardSaid,
    MeterPace,
    MeterSaid,
    PresentTag,
    StatusReport,
    TagAnswer,
    ToBoard,
)
from pilotline.vocabulary.board import BoardMessage, HostMessage
from pilotline.vocabulary.charger import ChargerModel, KeyValue
from pilotline.vocabulary.journal import Durable, Fact, Record
from pilotline.vocabulary.metering import MeterReading, MeterSilent
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.status import AuthStatus, ConnectorStatus, TagInfo
from pilotline.vocabulary.time import SECOND, Tick, earliest
from support.fake_board import FakeBoard

EffectT = TypeVar("EffectT")
EVNET = load_charger("evnet-7kw-s")
SILENCE = MeterSilent("The meter at address 1 on the bench does not answer.")


class StationBench:
    """Set what is around the station, ``tell`` it things, let it ``run``; then read what it said.

    ``disk`` is how long a record takes to be durable (µs), None: for ever. ``register_wh`` is what the meter
    counts, None: it is silent. ``draws_w`` is what the car takes while the relay is closed.
    """

    core: Any

    def __init__(
        self,
        model: ChargerModel = EVNET,
        *,
        online: bool = False,
        stored: Mapping[str, KeyValue] | None = None,
    ) -> None:
        self.core = self._make_core(model, stored)
        self.board = FakeBoard(model.rtm.hash)
        self.now = 0
        self.disk: int | None = 0
        self.unwritten: list[Record] = []
        self.register_wh: int | None = 1_000
        self.said: list[tuple[int, Any]] = []
        self._later: list[tuple[int, int, Any]] = []
        self._numbers = count()
        self._written_at = 0
        self._read_due = 0
        self._read_every = SECOND
        self._connect(online=online)
        self.run(2 * SECOND)

    def _make_core(self, model: ChargerModel, stored: Mapping[str, KeyValue] | None) -> Any:
        return Station(model, boot=1, stored=stored)

    def _connect(self, *, online: bool) -> None:
        self.tell(BackendLink(online))

    # --- doing ---

    def tell(self, event: Any) -> list[Any]:
        """Hand over an event; what the station says to it, and to what follows at this moment."""
        before = len(self.said)
        self._hand_over(event)
        self._settle()
        return [effect for _, effect in self.said[before:]]

    def run(self, duration: int) -> None:
        """Let time pass, waking everybody at their deadlines."""
        until = self.now + duration
        while True:
            self._settle()
            at = self._next()
            if at is None or at > until:
                break
            self.now = max(self.now, at)
            self._wake()
        self.now = until

    def show(self, pilot: PilotState) -> None:
        """The car shows a state: A is no car."""
        self.board.pilot = pilot
        self.notice()

    def plug(self) -> None:
        self.show(PilotState.B)

    def unplug(self) -> None:
        self.show(PilotState.A)

    def mend_disk(self, disk: int = 0) -> None:
        """The disk takes what waits, and from now on ``disk`` µs per record."""
        self.disk = disk
        waiting, self.unwritten = self.unwritten, []
        for record in waiting:
            self._write(record)
        self._settle()

    def notice(self) -> None:
        """The board looks at what was changed around it."""
        self._from_board()
        self._settle()

    def card(self, tag: str = "CARD", answer: AuthStatus = AuthStatus.ACCEPTED) -> None:
        """Show a card; online, the backend answers at once."""
        for effect in self.tell(PresentTag(tag)):
            if isinstance(effect, AskAuthorization):
                self.tell(TagAnswer(effect.request, TagInfo(answer)))

    def charge(self, tag: str = "CARD") -> None:
        """A car comes, a card is shown, and it charges."""
        self.plug()
        self.run(SECOND)
        self.card(tag)
        self.run(SECOND)
        self.show(PilotState.C)
        self.run(SECOND)

    # --- reading ---

    @property
    def station(self) -> Station:
        return self.core

    @property
    def connector(self) -> Connector:
        return self.station.connectors[1]

    @property
    def status(self) -> ConnectorStatus | None:
        return self.connector.status

    def all(self, kind: type[EffectT]) -> list[EffectT]:
        """All the station has said of one kind."""
        return [effect for _, effect in self.said if isinstance(effect, kind)]

    def facts(self) -> list[Fact]:
        return [record.fact for record in self.all(Record)]

    def statuses(self) -> list[ConnectorStatus]:
        """The statuses told, one after the other, without repetition."""
        told = [report.status for report in self.all(StatusReport)]
        return [status for n, status in enumerate(told) if n == 0 or told[n - 1] is not status]

    def to_board(self) -> list[tuple[int, HostMessage]]:
        return [(at, each.message) for at, each in self.said if isinstance(each, ToBoard)]

    # --- the bench's own wheels ---

    def _next(self) -> int | None:
        return earliest(
            self.core.deadline(),
            self.board.deadline(self.now),
            self._later[0][0] if self._later else None,
            self._read_due,
        )

    def _wake(self) -> None:
        deadline = self.core.deadline()
        if deadline is not None and deadline <= self.now:
            self._hand_over(Tick())
        self._from_board()
        if self._read_due <= self.now:
            self._read_due = self.now + self._read_every
            wh = self.register_wh
            self._hand_over(MeterSaid(1, SILENCE if wh is None else MeterReading(import_wh=wh)))

    def _settle(self) -> None:
        while self._later and self._later[0][0] <= self.now:
            self._hand_over(heapq.heappop(self._later)[2])

    def _from_board(self) -> None:
        for message in self.board.wake(self.now):
            self._hand_over(self._from(message))

    def _from(self, message: BoardMessage) -> Any:
        """A message of the board as the core's event."""
        return BoardSaid(1, message)

    def _hand_over(self, event: Any) -> None:
        effects = self.core.handle(event, self.now)
        deadline = self.core.deadline()
        assert deadline is None or deadline > self.now, f"{event} left a deadline that is not later than now"
        self._take(effects)

    def _take(self, effects: Sequence[Any]) -> None:
        for effect in effects:
            self.said.append((self.now, effect))
            if isinstance(effect, ToBoard):
                self._to_board(effect.message)
            elif isinstance(effect, Record):
                self._write(effect)
            elif isinstance(effect, MeterPace):
                self._read_every = SECOND if effect.fast else 10 * SECOND
                self._read_due = min(self._read_due, self.now + self._read_every)

    def _write(self, record: Record) -> None:
        """One writer, in order: what comes while the disk is full or slow waits behind what came before."""
        if self.disk is None or self.unwritten:
            self.unwritten.append(record)
            return
        self._written_at = max(self._written_at, self.now + self.disk)
        self._post(Durable(record.entry, record.fact), self._written_at - self.now)

    def _to_board(self, message: HostMessage) -> None:
        for answer in self.board.hear(message, self.now):
            self._post(self._from(answer), 0)

    def _post(self, event: Any, delay: int) -> None:
        heapq.heappush(self._later, (self.now + delay, next(self._numbers), event))
