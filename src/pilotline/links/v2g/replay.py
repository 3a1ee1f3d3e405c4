"""A recorded car in front of our charger: its questions one at a time, and what we answer beside the record.

The car says what it said then, at the same times; the charger around the conversation follows the recording
(:mod:`.replay_stage`). An answer is right when it is the recorded one in all that :mod:`.replay_answers`
compares, or when the difference stands in :mod:`.differences` with its clause.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Protocol as Shape

from pilotline.links.v2g.differences import Allowed, allowed
from pilotline.links.v2g.exchanges import PROTOCOLS, Exchange, Message, pair, patience_us, read
from pilotline.links.v2g.recording import Recording
from pilotline.links.v2g.replay_answers import (
    CONNECTION,
    CONTACTORS,
    ENDING,
    MESSAGE,
    POWER,
    Difference,
    compare,
    name_of,
)
from pilotline.links.v2g.replay_run import Run
from pilotline.links.v2g.replay_stage import Stage
from pilotline.links.v2g.story import summarise
from pilotline.links.v2g.verdict import Verdict
from pilotline.vocabulary.time import Core
from pilotline.wire.v2g.exi.errors import DecodeError
from pilotline.wire.v2g.secc.core import Secc
from pilotline.wire.v2g.secc.words import Ending, PausedSession, SeccConfig, SeccEffect, SeccEvent
from pilotline.wire.v2g.v2gtp import V2gtpError


class Charger(Shape):
    """What makes the charger's side of one conversation."""

    def __call__(
        self, config: SeccConfig, session_id: bytes, resume: PausedSession | None = None
    ) -> Core[SeccEvent, SeccEffect]: ...


class Outcome(Enum):
    """What came of a replay."""

    SAME = "same"
    LISTED = "same but for the list"
    DIFFERS = "differs"
    NOT_PLAYED = "nothing to compare"


@dataclass(frozen=True, slots=True)
class Judged:
    """A difference, and the entry of the list that allows it."""

    found: Difference
    entry: Allowed | None


@dataclass(frozen=True)
class Replay:
    """One session, replayed. ``answers`` were compared; ``irregular`` says what was not, and why."""

    car: str
    protocol: str
    verdict: Verdict
    answers: int
    judged: tuple[Judged, ...]
    irregular: str

    @property
    def outcome(self) -> Outcome:
        """The worst of it."""
        if any(each.entry is None for each in self.judged):
            return Outcome.DIFFERS
        if self.judged:
            return Outcome.LISTED
        return Outcome.SAME if self.answers else Outcome.NOT_PLAYED

    @property
    def right(self) -> bool:
        """Whether nothing differs that is not in the list."""
        return self.outcome is not Outcome.DIFFERS


def replay(recording: Recording, charger: Charger = Secc) -> Replay:
    """Play one recording. There is a verdict for every one, be it ever so short or broken."""
    messages, unread = read(recording)
    exchanges = pair(messages)
    found: tuple[Judged, ...] = ()
    answers, odd_id = 0, None
    if exchanges and exchanges[0].ask and exchanges[0].subject == "supportedAppProtocol":
        play = _Play(messages, exchanges, charger)
        found = tuple(Judged(each, allowed(each)) for each in play.differences())
        answers, odd_id = play.answers, play.odd_id
    told = summarise(recording)
    irregular = _irregular(exchanges, len(unread), odd_id)
    return Replay(told.car, told.protocol, told.verdict, answers, found, irregular)


def _irregular(exchanges: Sequence[Exchange], unread: int, odd_id: bytes | None) -> str:
    """What of a recording cannot be played or compared; the last question often has no answer any more."""
    counts = (
        (sum(each.ask is None for each in exchanges), "without a question"),
        (sum(each.answer is None for each in exchanges[:-1]), "without an answer"),
        (unread, "that cannot be read"),
    )
    lost = [f"{count} {what}" for count, what in counts if count]
    if odd_id is not None:
        lost.append(f"a session id {odd_id.hex().upper() or 'of no bytes'}, in place of which ours stands")
    return ", ".join(lost)


class _Play:
    """The run and what differs in it; ``answers`` counts those that were compared."""

    def __init__(self, messages: Sequence[Message], exchanges: Sequence[Exchange], charger: Charger) -> None:
        self.answers = 0
        self._stage = stage = Stage(exchanges)
        core = charger(stage.config, stage.session_id, stage.resume)
        self._run = Run(core, stage)
        self._asked = [each for each in exchanges if each.ask is not None]
        self._numbers = {id(message): number for number, message in enumerate(messages, 1)}
        self._protocol = next((PROTOCOLS[each.uri] for each in messages if each.uri in PROTOCOLS), "")

    @property
    def odd_id(self) -> bytes | None:
        """A session id of the recorded charger's that ours cannot give."""
        return self._stage.odd_id

    def differences(self) -> Iterator[Difference]:
        """Play it to the end, or to where the charger closes the connection before it."""
        self._run.begin(self._asked[0].first.at_us)
        before = ""
        for each, following in pairwise([*self._asked, None]):
            assert each is not None
            yield from self._ask(each, following, before)
            yield from self._unsafe(each, before)
            yield from self._ended(each, before)
            before = name_of(each)
            if self._run.hung is not None:
                if following is not None:
                    yield self._differs(following, before, CONNECTION, "open", self._run.hung.why)
                break
        self._run.end()
        yield from self._unsafe(self._asked[-1], before)
        if self._stage.power.contactors:
            yield self._differs(self._asked[-1], before, CONTACTORS, "open", "closed")

    def _unsafe(self, exchange: Exchange, before: str) -> Iterator[Difference]:
        breaches, self._stage.breaches = self._stage.breaches, []
        yield from (self._differs(exchange, before, POWER, "safe", each) for each in breaches)

    def _ask(self, exchange: Exchange, following: Exchange | None, before: str) -> Iterator[Difference]:
        until = exchange.first.at_us + patience_us(exchange.subject)
        if following is not None:
            until = min(until, following.first.at_us)
        try:
            answers = self._run.ask(exchange, until)
        except (DecodeError, V2gtpError) as error:
            yield self._differs(exchange, before, MESSAGE, f"{exchange.subject}Res", str(error))
            return
        if exchange.answer is None:
            return
        self.answers += 1
        if len(answers) != 1:
            names = ", ".join(each.name for each in answers) or "no answer"
            yield self._differs(exchange, before, MESSAGE, exchange.answer.name, names)
            return
        for what, recorded, ours in compare(self._stage.ours(exchange.answer), answers[0]):
            yield self._differs(exchange, before, what, recorded, ours)
        if answers[0].code.startswith("OK"):
            self._stage.check(exchange)

    def _ended(self, exchange: Exchange, before: str) -> Iterator[Difference]:
        """After SessionStop the charger closes the connection, and knows whether the car comes back."""
        if exchange.subject != "SessionStop":
            return
        if self._run.hung is None:
            yield self._differs(exchange, before, CONNECTION, "closed", "open")
        elif self._run.hung.ending in (Ending.PAUSED, Ending.TERMINATED):
            due = Ending.PAUSED if name_of(exchange) == "SessionStop(Pause)" else Ending.TERMINATED
            if self._run.hung.ending is not due:
                yield self._differs(exchange, before, ENDING, due.value, self._run.hung.ending.value)

    def _differs(self, exchange: Exchange, before: str, what: str, recorded: str, ours: str) -> Difference:
        told = exchange.answer or exchange.first
        return Difference(
            self._numbers[id(told)],
            told.at_us,
            self._protocol,
            name_of(exchange),
            before,
            what,
            recorded,
            ours,
        )
