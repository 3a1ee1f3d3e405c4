"""A virtual AC outlet that knows the power side's verbs: a contactor, a load and a meter, as a pure core.

For a charger that stands alone; on a station the safety module and its world are the power side.
"""

from dataclasses import dataclass

from pilotline.simulator.power_stage import NewSession, StageEvent
from pilotline.vocabulary.power_side import (
    AcLimits,
    CloseContactors,
    EmergencyOff,
    OpenContactors,
    PowerState,
    Trouble,
)
from pilotline.vocabulary.time import MS, earliest

LIMITS = AcLimits(230_000, 16_000, 3)
_UW_US_PER_WH = 3_600 * 10**12


@dataclass(frozen=True, slots=True)
class AcLoad:
    """The car would draw this much per phase; it draws no more than it is offered."""

    current_ma: int


OutletEvent = StageEvent | AcLoad | AcLimits
"""What of it is of a DC stage alone means nothing here."""


@dataclass(frozen=True, slots=True)
class OutletConfig:
    """Figures of ours."""

    limits: AcLimits = LIMITS
    close_ms: int = 20
    open_ms: int = 15
    count_ms: int = 1_000


class AcOutlet:
    """``handle`` tells the state if it has changed. EmergencyOff holds until a new session."""

    def __init__(self, config: OutletConfig = OutletConfig(), energy_wh: int = 0) -> None:
        self._config = config
        self._limits = config.limits
        self._trouble = Trouble.NONE
        self._load_ma = 0
        self._wants_closed = self._closed = self._dead = False
        self._moves_at: int | None = None
        self._counted = energy_wh * _UW_US_PER_WH
        self._counted_at = 0
        self._told: PowerState | None = None
        self._due: int | None = None

    def handle(self, event: OutletEvent, now: int) -> list[PowerState]:
        self._count(now)
        self._take(event)
        self._move(now)
        state = self._state()
        self._due = self._next(now)
        if state == self._told:
            return []
        self._told = state
        return [state]

    def deadline(self) -> int | None:
        """When a Tick is wanted; None while nothing moves."""
        return self._due

    def _take(self, event: OutletEvent) -> None:
        match event:
            case AcLimits():
                self._limits = event
            case AcLoad():
                self._load_ma = event.current_ma
            case Trouble():
                self._trouble = event
            case CloseContactors():
                self._wants_closed = True
            case OpenContactors():
                self._wants_closed = False
            case EmergencyOff():
                self._dead = True
            case NewSession():
                self._dead = self._wants_closed = False
                self._load_ma = 0
            case _:
                pass

    def _move(self, now: int) -> None:
        if self._dead or self._trouble is not Trouble.NONE:
            self._wants_closed = False
        if self._moves_at is not None and self._moves_at <= now:
            self._moves_at, self._closed = None, not self._closed
        if self._wants_closed == self._closed:
            self._moves_at = None
        elif self._moves_at is None:
            time_ms = self._config.close_ms if self._wants_closed else self._config.open_ms
            self._moves_at = now + time_ms * MS

    @property
    def _current_ma(self) -> int:
        return min(self._load_ma, self._limits.current_ma) if self._closed else 0

    def _state(self) -> PowerState:
        return PowerState(
            self._limits,
            contactors=self._closed,
            voltage_mv=self._limits.voltage_mv if self._closed else 0,
            current_ma=self._current_ma,
            energy_wh=self._counted // _UW_US_PER_WH,
            trouble=self._trouble,
        )

    def _next(self, now: int) -> int | None:
        counts = now + self._config.count_ms * MS if self._current_ma else None
        return earliest(self._moves_at, counts)

    def _count(self, now: int) -> None:
        power_uw = self._limits.voltage_mv * self._current_ma * self._limits.phases
        self._counted += power_uw * (now - self._counted_at)
        self._counted_at = now
