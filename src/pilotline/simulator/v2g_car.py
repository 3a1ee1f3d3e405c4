"""The car's talking side: it dials when the pilot asks it to, and converses (ISO 15118-2, AC).

What it says on the pilot and draws is the car's own: this says whether it holds state C, and how much it was
told it may take. The conversation is the production one, mounted here; its bytes leave as effects.
"""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from pilotline.vocabulary.pilot import PilotOutput, PilotState, Signalling
from pilotline.vocabulary.time import MS, SECOND, Tick, earliest

if TYPE_CHECKING:
    from pilotline.wire.v2g.evcc.core import Evcc
    from pilotline.wire.v2g.evcc.words import CarState, EvccConfig, EvccEffect, EvccEvent

DIALS_AFTER = 500 * MS
"""From 5 % on the pilot to the connection; the modem and the search for the charger are not simulated."""
LOST_AFTER = 1 * SECOND
"""From the unplug to the end of the connection: a modem that hears nothing any more says no goodbye."""
AGAIN_AFTER = 3 * SECOND
"""From a connection that failed or broke to the next."""
ASKS_EVERY = 1 * SECOND
"""How often it asks in the charge loop what it may take."""


class Digital(Enum):
    """What a car speaks beside the duty cycle."""

    OFF = "off"
    ISO2 = "iso2"


# --- in -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineOpen:
    """The connection to the charger stands."""


@dataclass(frozen=True, slots=True)
class FromCharger:
    """Bytes of it."""

    data: bytes


@dataclass(frozen=True, slots=True)
class LineBroken:
    """There is none, or it has ended."""


# --- out ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dial:
    """Connect to the charger."""


@dataclass(frozen=True, slots=True)
class ToCharger:
    """Bytes for it."""

    data: bytes


@dataclass(frozen=True, slots=True)
class LineClosed:
    """The car has closed the connection."""


LineNews = LineOpen | FromCharger | LineBroken
LineWish = Dial | ToCharger | LineClosed


@dataclass(frozen=True, slots=True)
class Needs:
    """What its conversation has to know of a car. ``speaks``: it knows how to, and is awake."""

    plugged: bool
    speaks: bool
    wants: bool
    soc_percent: int
    phases: int
    obc_ma: int
    minimum_ma: int
    capacity_wh: int


class _Line(Enum):
    NONE = "none"
    DIALLED = "dialled"
    OPEN = "open"


class TalkingSide:
    """``see`` the car and the pilot, ``hear`` the line, ``settle`` at ``due``; ``speak`` what is to be sent.

    ``engaged``: a conversation is open, and the duty cycle says nothing. ``holds_c`` and ``allowed_ma`` are
    what the conversation has come to.
    """

    def __init__(self) -> None:
        self._evcc: Evcc | None = None
        self._line = _Line.NONE
        self._needs: Needs | None = None
        self._told: CarState | None = None
        self._asked = False
        self._wanted = False
        self._rests = False
        self._dial_at: int | None = None
        self._lost_at: int | None = None
        self._said: list[LineWish] = []
        self.holds_c = False
        self.allowed_ma = 0

    @property
    def engaged(self) -> bool:
        return self._evcc is not None

    @property
    def awake(self) -> bool:
        """Whether it has anything to do with a line."""
        return self._line is not _Line.NONE or self._dial_at is not None or self._evcc is not None

    @property
    def due(self) -> int | None:
        return earliest(self._dial_at, self._lost_at, self._evcc.deadline() if self._evcc else None)

    def speak(self) -> list[LineWish]:
        """What is to be sent, once."""
        said, self._said = self._said, []
        return said

    def see(self, needs: Needs, pilot: PilotOutput, now: int) -> None:
        """The car and its pilot as they are now."""
        asked = needs.plugged and needs.speaks and pilot.signalling is Signalling.DIGITAL
        if asked is not self._asked or (needs.wants and not self._wanted):
            self._rests = False
        self._asked, self._wanted, self._needs = asked, needs.wants, needs
        if not needs.plugged:
            self._lose_sight(now)
        elif not asked:
            self._leave()
        elif self._evcc is not None:
            self._tell_car(now)
        elif self._line is _Line.NONE and needs.wants and not self._rests and self._dial_at is None:
            self._dial_at = now + DIALS_AFTER

    def hear(self, news: LineNews, now: int) -> None:
        """What the line says; bytes of a connection that was given up concern nobody."""
        match news:
            case LineOpen():
                self._begin(now)
            case FromCharger(data):
                if self._evcc is not None:
                    from pilotline.wire.v2g.evcc.words import Received  # noqa: PLC0415 - see _begin

                    self._tell(Received(data), now)
            case LineBroken():
                self._lose(now)

    def settle(self, now: int) -> None:
        """Do what is due."""
        if self._dial_at is not None and self._dial_at <= now:
            self._dial_at = None
            if self._wanted:
                self._line = _Line.DIALLED
                self._said.append(Dial())
        if self._lost_at is not None and self._lost_at <= now:
            self._leave()
        if self._evcc is not None:
            due = self._evcc.deadline()
            if due is not None and due <= now:
                self._tell(Tick(), now)

    # --- a conversation ---

    def _begin(self, now: int) -> None:
        """The tables of the protocol are loaded for the first car that speaks it, and for no other."""
        from pilotline.wire.v2g.evcc.core import Evcc  # noqa: PLC0415

        if self._line is not _Line.DIALLED or self._needs is None:
            self._said.append(LineClosed())
            return
        self._line, self._told = _Line.OPEN, _state(self._needs)
        self._evcc = Evcc(_config(self._needs), self._told)
        self._tell(Tick(), now)

    def _tell_car(self, now: int) -> None:
        state = _state(self._needs) if self._needs else None
        if state is not None and state != self._told:
            self._told = state
            self._tell(state, now)

    def _tell(self, event: "EvccEvent", now: int) -> None:
        effects = self._evcc.handle(event, now) if self._evcc else ()
        for effect in effects:
            self._take(effect, now)

    def _take(self, effect: "EvccEffect", now: int) -> None:
        from pilotline.wire.v2g.evcc import words  # noqa: PLC0415 - see _begin

        match effect:
            case words.Send(data):
                self._said.append(ToCharger(data))
            case words.HoldPilot(state):
                self.holds_c = state is PilotState.C
            case words.Take(current_ma):
                self.allowed_ma = current_ma
            case words.HangUp(ending):
                passing = words.Ending.CHARGER_LEFT, words.Ending.TOO_LATE, words.Ending.UNREADABLE
                self._rests = ending not in passing
                self._leave()
                self._dial_at = None if self._rests else now + AGAIN_AFTER
            case _:
                pass

    def _lose(self, now: int) -> None:
        """The other side has closed: there is nothing to be closed here."""
        had, self._line, self._lost_at = self._line, _Line.NONE, None
        if self._evcc is not None:
            from pilotline.wire.v2g.evcc.words import ChargerClosed  # noqa: PLC0415 - see _begin

            self._tell(ChargerClosed(), now)
        elif had is _Line.DIALLED and self._asked:
            self._dial_at = now + AGAIN_AFTER

    def _lose_sight(self, now: int) -> None:
        """The plug was pulled."""
        self._forget()
        if self._line is not _Line.NONE and self._lost_at is None:
            self._lost_at = now + LOST_AFTER

    def _leave(self) -> None:
        """Everything of this conversation is over, and the connection is closed."""
        if self._line is not _Line.NONE:
            self._said.append(LineClosed())
        self._line, self._lost_at = _Line.NONE, None
        self._forget()

    def _forget(self) -> None:
        self._evcc, self._told, self._dial_at = None, None, None
        self.holds_c, self.allowed_ma = False, 0


def _state(needs: Needs) -> "CarState":
    from pilotline.wire.v2g.evcc.words import CarState  # noqa: PLC0415 - see TalkingSide._begin

    return CarState(needs.soc_percent, needs.obc_ma, 0, wants=needs.wants)


def _config(needs: Needs) -> "EvccConfig":
    from pilotline.wire.v2g.evcc.words import EvccConfig, Transfer  # noqa: PLC0415 - see TalkingSide._begin
    from pilotline.wire.v2g.protocols import Protocol  # noqa: PLC0415

    return EvccConfig(
        transfer=Transfer.AC_THREE_PHASE if needs.phases > 1 else Transfer.AC_SINGLE_PHASE,
        protocols=(Protocol.ISO2,),
        max_voltage_mv=400_000,
        max_current_ma=needs.obc_ma,
        min_current_ma=needs.minimum_ma,
        capacity_wh=needs.capacity_wh,
        wants_wh=needs.capacity_wh * (100 - needs.soc_percent) // 100,
        loop_us=ASKS_EVERY,
    )
