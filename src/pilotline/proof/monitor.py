"""Looks on while a safety module works, and says so at the first moment at which an invariant does not hold.

It changes nothing the module does: the module is woken at each of its own deadlines, which it would otherwise
catch up with by itself in the same order, and gives back the same effects.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pilotline.proof.history import History
from pilotline.proof.invariants import judge_moment
from pilotline.rtm.core import RtmEffect, RtmEvent
from pilotline.rtm.settings import decode
from pilotline.vocabulary.board import ConnectorReport, Outputs, Sample
from pilotline.vocabulary.charger import RtmModel
from pilotline.vocabulary.time import Core, Tick

Module = Core[RtmEvent, RtmEffect]
_TICK = Tick()


@dataclass(frozen=True, slots=True)
class Broken:
    """One invariant at the moment it ceased to hold: its name and words, and what the module was doing."""

    at: int
    name: str
    words: str
    event: str
    sample: Sample | None
    outputs: Outputs
    report: ConnectorReport | None


class Monitor:
    """A module that is looked at: the two verbs are the module's own. ``tell`` hears of each break once, and
    again only after the invariant has held in between."""

    def __init__(
        self, module: Module, model: RtmModel, tell: Callable[[Broken], None], *, stored: bytes | None = None
    ) -> None:
        self.module = module
        self.history = History(model)
        self.history.settings.update((decode(stored) if stored else None) or {})
        self._tell = tell
        self._known: Mapping[str, str] = {}

    def handle(self, event: RtmEvent, now: int) -> Sequence[RtmEffect]:
        """The module's effects, each moment of its time judged by itself."""
        effects: list[RtmEffect] = []
        while (deadline := self.module.deadline()) is not None and deadline <= now:
            effects += self._look_at(_TICK, deadline)
        effects += self._look_at(event, now)
        return effects

    def deadline(self) -> int | None:
        return self.module.deadline()

    def _look_at(self, event: RtmEvent, now: int) -> Sequence[RtmEffect]:
        effects = self.module.handle(event, now)
        if not effects and self._is_old(event):
            return effects
        found = judge_moment(self.history, event, now, effects, self.module.deadline())
        for name in found.keys() - self._known.keys():
            self._tell(self._broken(name, found[name], event))
        self._known = found
        return effects

    def _is_old(self, event: RtmEvent) -> bool:
        """A sample that says the same again is nothing new; the next deadline is judged in any case."""
        known = self.history.now.sample
        return isinstance(event, Sample) and known is not None and event[1:] == known[1:]

    def _broken(self, name: str, words: str, event: RtmEvent) -> Broken:
        now = self.history.now
        return Broken(now.at, name, words, type(event).__name__, now.sample, now.outputs, now.report)
