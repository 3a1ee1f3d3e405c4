"""The facts of one conversation, and the few judgements that all answers share."""

from dataclasses import dataclass, field, replace
from typing import Any

from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.power_side import (
    CheckInsulation,
    DcLimits,
    EmergencyOff,
    Insulation,
    OpenContactors,
    PowerState,
    PowerVerb,
    Trouble,
)
from pilotline.wire.v2g.secc.language import Language
from pilotline.wire.v2g.secc.phases import Phase
from pilotline.wire.v2g.secc.words import (
    Authorisation,
    CarTold,
    Energy,
    PausedSession,
    SeccConfig,
    SeccEffect,
    Wish,
)

READY = (PilotState.C, PilotState.D)
PASSED = (Insulation.VALID, Insulation.WARNING)
_RESULTS = (*PASSED, Insulation.FAULT, Insulation.NO_MONITOR)


@dataclass(slots=True)
class Session:
    """Mutable, and the core's own. ``now`` is that of the event at hand.

    ``asked_at`` is when the open question came and ``asked_id`` its session id; ``until`` is how long its
    answer may wait; ``loop_since`` is when the first question of its phase came. ``insulated``: the cable
    check of this session has passed. ``stale``: what is known of the insulation is of before the test.
    """

    config: SeccConfig
    session_id: bytes
    resume: PausedSession | None
    now: int = 0
    phase: Phase = Phase.CHOICE
    spoken: Language | None = None
    power: PowerState | None = None
    pilot: PilotState | None = None
    pilot_since: int = 0
    authorisation: Authorisation = Authorisation.WAITING
    wish: Wish = Wish.NONE
    car: CarTold = field(default_factory=CarTold)
    paused: PausedSession | None = None
    asked_at: int = 0
    asked_id: bytes = b""
    loop_since: int | None = None
    until: int | None = None
    verb: PowerVerb | None = None
    said_at: int = 0
    effects: list[SeccEffect] = field(default_factory=list[SeccEffect])
    insulated: bool = False
    stale: bool = False
    broke: Trouble = Trouble.NONE
    single_phase: bool = False
    schedule: int = 1
    p_max_mw: int = 0
    receipt_due: int | None = None

    # --- the power side ---

    def say(self, verb: PowerVerb) -> None:
        """Ask the power side for it. Nothing more is asked after EmergencyOff."""
        if verb != self.verb and not isinstance(self.verb, EmergencyOff):
            self.verb, self.said_at = verb, self.now
            self.effects.append(verb)

    def test_insulation(self, voltage_mv: int) -> None:
        """Ask for a test, once; a result of before it does not count."""
        if not isinstance(self.verb, CheckInsulation):
            self.insulated = False
            self.stale = self.insulation in _RESULTS
            self.say(CheckInsulation(voltage_mv))

    @property
    def tested(self) -> bool:
        """Whether the test that was asked for has a result."""
        asked = isinstance(self.verb, CheckInsulation)
        return asked and not self.stale and self.insulation in _RESULTS

    def note_power(self, state: PowerState) -> None:
        self.power = state
        self.stale = self.stale and state.insulation in _RESULTS

    @property
    def insulation(self) -> Insulation:
        """As the power side says it."""
        return self.power.insulation if self.power else Insulation.UNTESTED

    @property
    def live(self) -> bool:
        """Whether the power side was asked for anything that is not off."""
        return self.verb is not None and not isinstance(self.verb, OpenContactors | EmergencyOff)

    @property
    def dc_limits(self) -> DcLimits | None:
        """None until the power side has said what it can."""
        limits = self.power.limits if self.power else None
        return limits if isinstance(limits, DcLimits) and limits.voltage_mv > 0 else None

    # --- judgements ---

    @property
    def trouble(self) -> Trouble:
        """What stands in the way now, or has switched this session off."""
        if self.broke is not Trouble.NONE:
            return self.broke
        if self.power is not None and self.power.trouble is not Trouble.NONE:
            return self.power.trouble
        known = self.insulated or self.tested
        return Trouble.MALFUNCTION if known and self.insulation is Insulation.FAULT else Trouble.NONE

    @property
    def stops(self) -> bool:
        """Whether the car is to end its charging."""
        return (
            self.wish is Wish.STOP
            or self.authorisation is Authorisation.REFUSED
            or self.trouble is not Trouble.NONE
        )

    @property
    def let_in(self) -> bool | None:
        """Whether somebody lets the car charge; None while that is open, which the setting bounds (R-55)."""
        if self.authorisation is Authorisation.WAITING and self.waited() < self.config.authorisation_us:
            return None
        return self.authorisation is Authorisation.GRANTED

    @property
    def may_start(self) -> bool:
        """Whether power may be given, as far as people and troubles go (R-55)."""
        return self.authorisation is Authorisation.GRANTED and self.trouble is Trouble.NONE

    @property
    def car_ready(self) -> bool:
        """Whether the pilot is at C or D; with DC, where it may be unknown, whether it says nothing else."""
        return self.pilot in READY or (self.pilot is None and self.config.energy is Energy.DC)

    # --- the car ---

    def tell(self, **facts: Any) -> None:
        """Take over what the car says of itself, and pass it on when it is new."""
        told = replace(self.car, **facts)
        if told != self.car:
            self.car = told
            self.effects.append(told)

    @property
    def language(self) -> Language:
        """After the choice."""
        assert self.spoken is not None
        return self.spoken

    def waited(self) -> int:
        """How long (µs) this phase's question has been asked for."""
        return self.now - (self.now if self.loop_since is None else self.loop_since)
