"""One run of a recorded car against a charger's core: events in, answers out, all in one queue."""

from collections import deque
from collections.abc import Iterable

from pilotline.links.v2g.exchanges import Exchange, Message
from pilotline.links.v2g.replay_stage import Stage
from pilotline.vocabulary.time import Core, Tick
from pilotline.wire.v2g import protocols, v2gtp
from pilotline.wire.v2g.exi.schema import element_name
from pilotline.wire.v2g.secc.words import (
    Answered,
    CarClosed,
    CarTold,
    HangUp,
    Heard,
    Received,
    SeccEffect,
    SeccEvent,
    Send,
)

_PROTOCOLS = {each.uri: each for each in protocols.Protocol}


class Run:
    """The charger's core on its stage. ``hung`` is how it closed the connection, None while it is open."""

    def __init__(self, core: Core[SeccEvent, SeccEffect], stage: Stage) -> None:
        self._core = core
        self._stage = stage
        self._decoder = v2gtp.Decoder()
        self._now = 0
        self.hung: HangUp | None = None

    def begin(self, at_us: int) -> None:
        """The car connects, not before its first question: a recording may begin with SLAC."""
        self._now = at_us
        self._tell(self._stage.begin())

    def ask(self, exchange: Exchange, until: int) -> list[Message]:
        """The car's question at its time, and all that is answered until then. Raises DecodeError."""
        assert exchange.ask is not None
        ask = self._stage.ours(exchange.ask)
        self._wait(ask.at_us)
        self._tell(self._stage.before(exchange))
        self._tell([Received(v2gtp.encode(v2gtp.PayloadType.SAP_DIN_OR_ISO_2, ask.payload))])
        self._tell(self._stage.after(exchange))
        answers = self._answers(ask)
        while not answers and self._deadline_before(until):
            self._tick()
            answers = self._answers(ask)
        return answers

    def end(self) -> None:
        """The car is gone, and everything is over that was waiting for a time."""
        self._tell([CarClosed()])

    # --- time --------------------------------------------------------------------------------------

    def _wait(self, until: int) -> None:
        while self._deadline_before(until):
            self._tick()
        self._now = max(self._now, until)

    def _deadline_before(self, until: int) -> bool:
        deadline = self._core.deadline()
        return self.hung is None and deadline is not None and deadline <= until

    def _tick(self) -> None:
        self._now = max(self._now, self._core.deadline() or 0)
        self._tell([Tick()])

    # --- events ------------------------------------------------------------------------------------

    def _tell(self, events: Iterable[SeccEvent]) -> None:
        queue = deque(events)
        while queue and self.hung is None:
            for effect in self._core.handle(queue.popleft(), self._now):
                queue.extend(self._obey(effect))

    def _obey(self, effect: SeccEffect) -> Iterable[SeccEvent]:
        match effect:
            case Send(data):
                self._decoder.feed(data)
            case HangUp():
                self.hung = effect
            case Heard() | Answered() | CarTold():
                pass
            case _:
                return self._stage.obey(effect)
        return ()

    def _answers(self, ask: Message) -> list[Message]:
        found: list[Message] = []
        while frame := self._decoder.next():
            found.append(_message(self._now, frame.payload, ask))
        return found


def _message(at_us: int, payload: bytes, ask: Message) -> Message:
    """What the charger said, by its bytes alone."""
    protocol = _PROTOCOLS.get(ask.uri)
    if protocol is None:
        choice = protocols.read_choice(payload)
        return Message(at_us, element_name(type(choice)), choice, payload, ask.uri)
    said = protocols.read(protocol, payload)
    return Message(at_us, said.name, said.body, payload, ask.uri, said.session_id)
