"""What the lights of a charger say, as data: which cue wins over which, how each looks, and the small lights.

The colours are the model's (``[ring]``, ``[signs]``, ``[leds]``); the words for them stand here. Clauses:
E-50, M-30, M-31, R-35, R-41.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from pilotline.vocabulary.board import Light
from pilotline.vocabulary.time import MS

HALF_MS = 500
"""A ring that blinks shows each of its two colours for this long (ours)."""


class Cue(Enum):
    """A reason to show something on a connector's light."""

    FAULT = "fault"  # a fault keeps the connector from charging: the row of its status, and nothing over it
    ASKING = "asking"  # a card has been read, and its answer is not there yet
    REFUSED = "refused"
    ACCEPTED = "accepted"
    UPDATE = "update"  # firmware is being written
    ALLOWED = "allowed"  # somebody may charge, and no current flows yet
    STATUS = "status"  # nothing else: the row of the status


OF_THE_STATUS = frozenset({Cue.FAULT, Cue.STATUS})
"""Cues without a row of their own."""
MOMENTARY = frozenset({Cue.ASKING, Cue.REFUSED, Cue.ACCEPTED})
"""Acknowledgements of a card: they last a moment, and then the light is what it was."""


class SignRow(NamedTuple):
    """What a cue shows, and for how long where it is an acknowledgement (``ASKING``: at least)."""

    online: Light
    offline: Light
    for_ms: int = 0


@dataclass(frozen=True, slots=True)
class Signs:
    """What is shown over the status: the cues in their ``order``, the strongest first (R-35).

    A cue that is not in the order is not shown by this model.
    """

    order: tuple[Cue, ...] = (Cue.FAULT, Cue.STATUS)
    rows: Mapping[Cue, SignRow] = field(default_factory=dict[Cue, SignRow])

    def __post_init__(self) -> None:
        if len(set(self.order)) != len(self.order):
            raise ValueError("order names no cue twice")
        if self.order[:1] != (Cue.FAULT,) or self.order[-1:] != (Cue.STATUS,):
            raise ValueError("order begins with fault, which nothing hides, and ends with status")
        if set(self.order) - OF_THE_STATUS != set(self.rows):
            raise ValueError("order names fault, status and each cue that has a row")
        for cue, row in self.rows.items():
            if (cue in MOMENTARY) != (row.for_ms != 0):
                raise ValueError(f"{cue.value}: for_ms is given for a card's acknowledgements, only there")
            if row.for_ms and not 100 <= row.for_ms <= 5_000:
                raise ValueError(f"{cue.value}: for_ms is 100 to 5000")


STATUS_ALONE = Signs()
"""A model that shows nothing but statuses."""

# --- one light -------------------------------------------------------------------------------------


class Glow(NamedTuple):
    """One light: a colour (0xRRGGBB) for ``on_ms``, then another for ``off_ms``; steady where that is 0."""

    colour: int
    then: int = 0
    on_ms: int = HALF_MS
    off_ms: int = 0
    percent: int = 100

    def colour_at(self, elapsed: int) -> int:
        """What shines ``elapsed`` µs after it began, each channel at its share of the brightness."""
        period = (self.on_ms + self.off_ms) * MS
        first = not self.off_ms or elapsed % period < self.on_ms * MS
        return dimmed(self.colour if first else self.then, self.percent)

    def turns_in(self, elapsed: int) -> int | None:
        """How long (µs) until it changes by itself; None for a steady light."""
        if not self.off_ms:
            return None
        within = elapsed % ((self.on_ms + self.off_ms) * MS)
        on = self.on_ms * MS
        return on - within if within < on else on + self.off_ms * MS - within


def dimmed(colour: int, percent: int) -> int:
    """A colour at a share of its brightness; what shines at all does not go out by rounding."""
    red, green, blue = (-(-channel * percent // 100) for channel in colour.to_bytes(3))
    return red << 16 | green << 8 | blue


def glow_of(light: Light) -> Glow:
    """The ring's light as one that knows its times."""
    return Glow(light.first, light.second, HALF_MS, HALF_MS if light.blinks else 0, light.percent)


# --- the small lights of a controller (M-31) -------------------------------------------------------


class Module(Enum):
    """A part of the controller with lights of its own."""

    CPU = "cpu"
    ETHERNET = "ethernet"
    MODEM = "modem"
    PLC = "plc"


class ModuleState(Enum):
    """What such a part does; ``OFF`` is dark."""

    OFF = "off"
    RUNNING = "running"
    CONNECTED = "connected"
    COMMUNICATING = "communicating"
    SEARCHING = "searching"  # for a network, or for the SIM to be let in
    REGISTERED = "registered"
    DATA = "data"
    POWERED = "powered"
    WORKING = "working"


_S = ModuleState
STATES: Mapping[Module, tuple[ModuleState, ...]] = {
    Module.CPU: (_S.OFF, _S.RUNNING),
    Module.ETHERNET: (_S.OFF, _S.CONNECTED, _S.COMMUNICATING),
    Module.MODEM: (_S.OFF, _S.SEARCHING, _S.REGISTERED, _S.DATA),
    Module.PLC: (_S.OFF, _S.POWERED, _S.WORKING),
}
"""The states each part can be in."""

Leds = Mapping[Module, Mapping[ModuleState, tuple[Glow, ...]]]
"""A model's small lights: the rows of each part it has, without ``OFF``."""


def check_leds(leds: Leds) -> None:
    """ValueError where a part has not exactly the rows of its states."""
    for module, rows in leds.items():
        wanted = set(STATES[module]) - {ModuleState.OFF}
        if set(rows) != wanted:
            names = ", ".join(state.value for state in STATES[module] if state in wanted)
            raise ValueError(f"leds: {module.value} has rows for {names}")


Scene = Mapping[str, tuple[Glow, ...]]
"""All that shall be shown: groups of lights by name, a ring by its connector's number, a part by its word."""


def scene_of(rings: Mapping[int, Light], leds: Mapping[Module, tuple[Glow, ...]]) -> Scene:
    """The scene of a station's rings and small lights."""
    shown = {str(number): (glow_of(light),) for number, light in rings.items()}
    return shown | {module.value: glows for module, glows in leds.items()}
