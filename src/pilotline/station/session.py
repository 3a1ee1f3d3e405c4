"""A session: who charges, since when, from which register, and how it ends."""

from dataclasses import dataclass
from enum import Enum

from pilotline.vocabulary.charging import Profile
from pilotline.vocabulary.money import Price
from pilotline.vocabulary.status import StopReason
from pilotline.vocabulary.time import Stamp


class Phase(Enum):
    """The life of a session. Only RUNNING may hold a permit."""

    STARTING = "starting"  # waiting for the meter's register
    RECORDING = "recording"  # the start is being made durable
    RUNNING = "running"
    STOPPING = "stopping"  # the relay opens, then the register is read
    ENDING = "ending"  # the end is being made durable


MOVES: dict[Phase, frozenset[Phase]] = {
    Phase.STARTING: frozenset({Phase.RECORDING}),
    Phase.RECORDING: frozenset({Phase.RUNNING, Phase.STOPPING}),
    Phase.RUNNING: frozenset({Phase.STOPPING}),
    Phase.STOPPING: frozenset({Phase.ENDING}),
    Phase.ENDING: frozenset(),
}
"""The legal moves; a session that ends in STARTING is dropped, for nothing was recorded."""


_NEVER = Stamp(0, 0)


@dataclass(slots=True)
class Stop:
    """Why and when a session ends; ``tag`` is who ended it."""

    reason: StopReason
    at: int
    tag: str | None = None


@dataclass(slots=True)
class Session:
    """``transaction`` is the backend's id, None until it has answered. Times are core time (µs).

    ``unplugs`` is the connector's count when it began: with another one, its car is gone. ``parent`` is the
    group of its tag; ``profile`` came with a remote start and waits to be installed; ``refused_wh`` is the
    register when the backend refused its tag afterwards.
    ``reservation`` is the one that its start used up; ``price`` is what was set when it began.
    """

    id: str
    tag: str
    unplugs: int = 0
    phase: Phase = Phase.STARTING
    entry: int = 0
    meter_start_wh: int = 0
    stamp: Stamp = _NEVER
    started_at: int = 0
    sampled_at: int = 0
    transaction: int | None = None
    offered: bool = False
    charged: bool = False
    parent: str | None = None
    profile: Profile | None = None
    refused_wh: int | None = None
    reservation: int | None = None
    price: Price | None = None
    stop: Stop | None = None

    def is_of(self, parent: str | None) -> bool:
        """Whether a card of this group may end it (OCPP 1.6 §3.5)."""
        return self.parent is not None and parent is not None and self.parent.casefold() == parent.casefold()

    def move(self, phase: Phase) -> None:
        """Go on to ``phase``; a move the table does not know is a mistake of ours."""
        if phase not in MOVES[self.phase]:
            raise ValueError(f"a session does not go from {self.phase.value} to {phase.value}")
        self.phase = phase
