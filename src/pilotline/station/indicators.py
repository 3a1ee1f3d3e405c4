"""What the lights show: the strongest of a connector's cues on its ring, and the controller's small lights.

It decides from what the connector knows and touches nothing: the ring is the safety module's, which is told
by SetLight and shows a lost host by itself. Clauses: E-50, E-51, M-30, M-31, R-35, R-41.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from pilotline.vocabulary.board import Light
from pilotline.vocabulary.charger import ChargerModel, RingRow
from pilotline.vocabulary.lights import STATES, Cue, Glow, Module, ModuleState, SignRow
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.vocabulary.time import MS, earliest

DARK = Light()
"""Before the first status there is nothing to show (R-41)."""


class Seen(NamedTuple):
    """What a connector's light depends on. ``percent`` is LightIntensity (E-51).

    ``faulted``: a fault keeps it from charging; ``allowed``: somebody may charge; ``asking``: the operator is
    asked about somebody.
    """

    status: ConnectorStatus | None
    online: bool = True
    percent: int = 100
    faulted: bool = False
    allowed: bool = False
    asking: bool = False
    updating: bool = False


def choose(model: ChargerModel, status: ConnectorStatus, cues: Collection[Cue]) -> RingRow | SignRow:
    """The row of the strongest cue that there is."""
    winner = next(cue for cue in model.signs.order if cue in cues or cue is Cue.STATUS)
    return model.signs.rows.get(winner) or model.ring[status]


def dim(light: Light, percent: int) -> Light:
    """A light at ``percent`` of its own brightness (E-51); rounding puts nothing out."""
    return light._replace(percent=-(-light.percent * percent // 100))


class RingLight:
    """One connector's light. It remembers what was said to a card, and until when that is shown."""

    def __init__(self, model: ChargerModel) -> None:
        self._model = model
        self._asked = False
        self._until: dict[Cue, int] = {}

    def read(self, now: int) -> None:
        """A card was read: an earlier one's answer is no longer shown."""
        self._until.clear()
        self._asked = True
        self._show(Cue.ASKING, now)

    def answer(self, accepted: bool, now: int) -> None:
        """What became of the card that was read; nothing where it was no card, but a wish from afar."""
        if self._asked:
            self._asked = False
            self._show(Cue.ACCEPTED if accepted else Cue.REFUSED, now)

    def refuse(self, now: int) -> None:
        """The card of a session that has begun is refused after all."""
        self._show(Cue.REFUSED, now)

    def paint(self, seen: Seen, now: int) -> Light:
        """What the ring shall show."""
        momentary = self._momentary(asking=seen.asking, now=now)
        if seen.status is None:
            return DARK
        row = choose(self._model, seen.status, momentary | _lasting(seen))
        return dim(row.online if seen.online else row.offline, seen.percent)

    def deadline(self, now: int) -> int | None:
        """When the next acknowledgement is over."""
        return earliest(*(until for until in self._until.values() if until > now))

    def _show(self, cue: Cue, now: int) -> None:
        row = self._model.signs.rows.get(cue)
        if row is not None:
            self._until[cue] = now + row.for_ms * MS

    def _momentary(self, *, asking: bool, now: int) -> set[Cue]:
        """The acknowledgements in force; a question about a card that nobody asks any more is over."""
        self._until = {cue: until for cue, until in self._until.items() if now < until}
        self._asked = self._asked and (asking or Cue.ASKING in self._until)
        return set(self._until) | ({Cue.ASKING} if self._asked else set())


def _lasting(seen: Seen) -> set[Cue]:
    """The cues that stand as long as the facts do."""
    facts = {
        Cue.FAULT: seen.faulted or seen.status is ConnectorStatus.FAULTED,
        Cue.UPDATE: seen.updating,
        Cue.ALLOWED: seen.allowed and seen.status is ConnectorStatus.PREPARING,
    }
    return {cue for cue, holds in facts.items() if holds}


class SmallLights:
    """The controller's small lights (M-31), as far as the model has them.

    A part that says how it is stands in ``said``; of the others is shown what the station knows by itself:
    that it runs, and whether the backend is reached.
    """

    def __init__(self, model: ChargerModel) -> None:
        self._rows = model.leds
        self.said: dict[Module, ModuleState] = {}

    def hear(self, module: Module, state: ModuleState) -> None:
        """A part says how it is; a state it cannot be in says nothing."""
        if state in STATES[module]:
            self.said[module] = state

    def states(self, *, online: bool) -> Mapping[Module, ModuleState]:
        """How each part of this model is."""
        reached = ModuleState.COMMUNICATING if online else ModuleState.OFF
        known = {Module.CPU: ModuleState.RUNNING, Module.ETHERNET: reached} | self.said
        return {module: known.get(module, ModuleState.OFF) for module in self._rows}

    def shown(self, *, online: bool) -> Mapping[Module, tuple[Glow, ...]]:
        """What each of them shows; nothing is dark."""
        return {
            module: self._rows[module].get(state, ()) for module, state in self.states(online=online).items()
        }
