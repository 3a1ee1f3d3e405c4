"""What a judge remembers of a safety module: what went in, what came out, and since when.

It looks at the module from outside only, and keeps the few facts the invariants judge by. Who feeds it wakes
the module at each of its deadlines, so one call of ``note`` is one moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pilotline.proof.obedience import note_obedience
from pilotline.proof.protections import Given, Over, Watched, endings, supply_is_right, times
from pilotline.proof.signalling import note_signalling
from pilotline.rtm.core import RtmEffect, RtmEvent
from pilotline.rtm.settings import FACTORY
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import (
    LINK_PROTOCOL,
    ClearFaults,
    Commissioned,
    ConnectorReport,
    Hello,
    HostMessage,
    LockPosition,
    Outputs,
    Pace,
    Permit,
    Sample,
    SetAvailable,
    Setting,
    StoreSettings,
    Withdraw,
)
from pilotline.vocabulary.charger import RtmModel
from pilotline.vocabulary.pilot import MIN_OFFER_MA, PilotMode, PilotState, Signalling, current_for
from pilotline.vocabulary.time import MS

GRID = MS
"""The module acts on whole milliseconds, rounded up: every time below may be over by this much."""
WITH_A_CAR = (PilotState.B, PilotState.C, PilotState.D)
UNPLUG_TRIPS = faults.select(faults.Recovery.UNPLUG) & faults.TRIPPING
SERVICE_TRIPS = faults.select(faults.Recovery.SERVICE) & faults.TRIPPING


@dataclass(slots=True)
class Now:
    """All that is in force at one moment."""

    at: int = 0
    sample: Sample | None = None
    outputs: Outputs = Outputs()  # noqa: RUF009 - a NamedTuple never changes
    report: ConnectorReport | None = None
    deadline: int | None = None

    @property
    def faults(self) -> int:
        return self.report.faults if self.report else 0

    @property
    def state(self) -> PilotState:
        return self.report.pilot if self.report else PilotState.UNDEFINED

    @property
    def mode(self) -> PilotMode:
        return self.outputs.pilot.mode


@dataclass(slots=True)
class History:
    """What the module was told, what it did, and since when."""

    model: RtmModel
    settings: dict[Setting, int] = field(default_factory=lambda: dict(FACTORY))
    now: Now = field(default_factory=Now)
    before: Now = field(default_factory=Now)
    accepted: bool = False
    available: bool = True
    permit_ma: int = 0
    permit_until: int = 0
    signalling: Signalling = Signalling.NOMINAL
    """How the permit lets the car be told."""
    shown: Signalling | None = None
    """How the car was told last; None once the pilot has been steady for the model's step."""
    jumped: bool = False
    """The pilot has gone from one signalling to the other without that step."""
    cleared: int = 0
    """What ClearFaults named at this moment."""
    cables: frozenset[int] = frozenset()
    """The ratings that were read since something was plugged in."""
    since: dict[str, int] = field(default_factory=dict[str, int])
    """When a condition began that has held since."""
    pace: Pace = Pace.KEPT
    """How the loop that runs the module says it keeps its time."""
    heard_at: int | None = None
    """When the host last said anything."""
    weld_known: bool = False
    """A contact stayed closed for too long, and nobody has cleared it since."""
    stored: bytes | None = None
    """The record the board was asked to keep last."""
    watched: Watched = field(default_factory=Watched)
    given: dict[str, Given] = field(default_factory=dict[str, Given])
    """What the model gives each cause of a fault."""
    endings: tuple[Over, ...] = ()
    """What ends each passing fault."""
    commissioned: bool = False
    """A setting took another value at this moment."""

    def __post_init__(self) -> None:
        self.given, self.endings = times(self.model), endings(self.model)

    def note(self, event: RtmEvent, now: int, effects: Sequence[RtmEffect], deadline: int | None) -> None:
        """Take one call of ``handle`` and what it returned."""
        self.before, self.now = (
            self.now,
            Now(now, self.now.sample, self.now.outputs, self.now.report, deadline),
        )
        self._hear(event, now)
        self.commissioned = False
        for effect in effects:
            if isinstance(effect, Outputs):
                self.now.outputs = effect
            elif isinstance(effect, ConnectorReport):
                self.now.report = effect
            elif isinstance(effect, Commissioned) and effect.taken:
                self.commissioned |= self.settings[effect.setting] != effect.value
                self.settings[effect.setting] = effect.value
            elif isinstance(effect, StoreSettings):
                self.stored = effect.data
        if isinstance(event, Pace):
            self.pace = event
        self._count_times()
        note_signalling(self)
        self.watched.note(self)
        note_obedience(self)

    def lasted(self, condition: str) -> int:
        """For how long a condition has held; 0 where it does not."""
        return self.now.at - self.since.get(condition, self.now.at)

    # --- facts of the present moment ---

    @property
    def chargeable(self) -> tuple[PilotState, ...]:
        ventilated = self.settings[Setting.VENTILATED_ENABLED]
        return (PilotState.C, PilotState.D) if ventilated else (PilotState.C,)

    @property
    def host_heard(self) -> bool:
        """The host has said something, and not so long ago that it counts as silent."""
        silent = self.model.host.silent_ms * MS
        return self.heard_at is not None and self.now.at < self.heard_at + silent

    @property
    def lock_in_use(self) -> bool:
        return self.model.outlet.lock and bool(self.settings[Setting.LOCK_ENABLED])

    @property
    def locked(self) -> bool:
        sample = self.now.sample
        return not self.lock_in_use or (sample is not None and sample.lock is LockPosition.LOCKED)

    @property
    def permitted(self) -> bool:
        """A fresh permit of a host that knows the model."""
        return self.accepted and self.now.at < self.permit_until

    @property
    def may_be_permitted(self) -> bool:
        """The same, with the module's grid to the benefit of the doubt."""
        return self.accepted and self.now.at < self.permit_until + GRID

    @property
    def most_ma(self) -> int:
        """The least of what host, rating and cable allow."""
        cable_ma = self.now.report.cable_ma if self.now.report else None
        least = min(self.permit_ma, self.model.rating.current_ma)
        return least if cable_ma is None else min(least, cable_ma)

    @property
    def offered_ma(self) -> int:
        """What the car is allowed now, by the duty cycle or by messages; 0 where nothing is offered."""
        output = self.now.outputs.pilot
        if output.signalling is Signalling.DIGITAL:
            return self.most_ma if self.most_ma >= MIN_OFFER_MA else 0
        return current_for(output.duty) if output.mode is PilotMode.PWM else 0

    @property
    def cable_known(self) -> bool:
        report = self.now.report
        return self.model.proximity is None or (report is not None and report.cable_ma is not None)

    @property
    def contact_closed(self) -> bool:
        return self.now.sample is not None and any(self.now.sample.contacts)

    def level_is(self, states: Sequence[PilotState], *, margin_mv: int) -> bool:
        """Whether the pilot's upper level lies in the window of one of the states."""
        windows = [self.model.pilot.windows[state] for state in states]
        level = self.now.sample.pilot_high_mv if self.now.sample else 0
        return any(window.low_mv - margin_mv <= level <= window.high_mv + margin_mv for window in windows)

    # --- keeping them ---

    def _hear(self, event: RtmEvent, now: int) -> None:
        self.cleared = event.mask if isinstance(event, ClearFaults) else 0
        if isinstance(event, HostMessage):
            self.heard_at = now
        match event:
            case Sample():
                self.now.sample = event
            case Hello():
                self.accepted = (event.protocol, event.model_hash) == (LINK_PROTOCOL, self.model.hash)
                self.permit_until = 0
            case Permit() if self.accepted:
                life = min(event.lifetime_ms, self.model.host.permit_ms) * MS
                self.permit_ma, self.permit_until = event.offer_ma, now + life
                self.signalling = event.signalling
            case Withdraw():
                self.permit_until = 0
            case SetAvailable():
                self.available = event.available
            case _:
                pass

    def _count_times(self) -> None:
        margin = self.model.pilot.hysteresis_mv
        relay = self.now.outputs.relay
        self.keep("closed without an offer", relay and not self.offered_ma)
        was_closed = relay or self.before.outputs.relay
        self.keep("stopping", was_closed and not self.offered_ma)
        self.keep("closed outside C", relay and not self.level_is(self.chargeable, margin_mv=margin))
        self.keep("nothing plugged in", self._nothing_plugged_in())
        self.keep("all well", self._all_well())
        self.keep("waits for nothing", self._waits_for_nothing())
        if self._new_unplug_trip():
            self.since.pop("F without a lasting reason", None)
        self.keep("F without a lasting reason", self._passing_f())
        if self.lasted("nothing plugged in") > self.model.pilot.debounce_ms[PilotState.A] * MS + GRID:
            self.cables = frozenset()
        rating = self._rating()
        if rating is not None:
            self.cables |= {rating}

    def keep(self, condition: str, holds: bool) -> None:
        """Note whether a condition holds now; ``lasted`` says for how long it has."""
        if holds:
            self.since.setdefault(condition, self.now.at)
        else:
            self.since.pop(condition, None)

    def _passing_f(self) -> bool:
        lasting = not self.available or self.now.faults & SERVICE_TRIPS
        return self.now.mode is PilotMode.FAULT and not lasting

    def _new_unplug_trip(self) -> bool:
        """A state F begins anew with it, even where one is driven already."""
        return bool(self.now.faults & ~self.before.faults & UNPLUG_TRIPS)

    @property
    def trips_to_state_f(self) -> bool:
        """A trip is in force that the pilot shows as state F, for good or for a pulse that begins now."""
        return self._new_unplug_trip() or bool(self.now.faults & SERVICE_TRIPS)

    def _nothing_plugged_in(self) -> bool:
        open_circuit = self.now.sample is not None and self.now.sample.proximity_ohm is None
        state_f = self.now.mode is PilotMode.FAULT
        return open_circuit and (state_f or self.level_is([PilotState.A], margin_mv=0))

    def _rating(self) -> int | None:
        """What the proximity resistor means at this moment."""
        proximity, sample = self.model.proximity, self.now.sample
        if proximity is None or sample is None or sample.proximity_ohm is None:
            return None
        ohm = sample.proximity_ohm
        fitting = [step.cable_ma for step in proximity.steps if proximity.from_ohm <= ohm <= step.up_to_ohm]
        return max(fitting, default=None)

    @property
    def offer_begins(self) -> bool:
        """PWM begins at this moment, with the relay open."""
        began = self.now.mode is PilotMode.PWM and self.before.mode is not PilotMode.PWM
        return began and not self.before.outputs.relay

    @property
    def may_show(self) -> bool:
        """Nothing but the car's own state and what it was shown last speaks against PWM.

        A conversation needs no current and no lock.
        """
        digital = self.signalling is Signalling.DIGITAL
        ready = self.model.digital is not None if digital else self.most_ma >= MIN_OFFER_MA and self.locked
        return self.permitted and self.available and ready and not self.now.faults & faults.BLOCKING

    def _all_well(self) -> bool:
        """The car asks under PWM and nothing the module can see speaks against closing."""
        sample = self.now.sample
        if sample is None or self.now.mode is not PilotMode.PWM:
            return False
        return (
            self.may_show
            and self.offered_ma > 0
            and self.locked
            and self.level_is(self.chargeable, margin_mv=0)
            and sample.pilot_low_mv <= self.model.pilot.diode_max_mv
            and supply_is_right(sample, self.model, self.settings)
            and (self.now.outputs.relay or not self.contact_closed)
        )

    def _waits_for_nothing(self) -> bool:
        """A car in state B, no offer, a permit, and nothing to wait for but the module's own test.

        An offer that is taken back for the test of the next day begins it anew.
        """
        sample = self.now.sample
        if sample is None or self.now.state is not PilotState.B or self.now.mode is not PilotMode.STEADY:
            return False
        back_off = self.watched.owed or self.now.at < self.watched.withheld_until or self.watched.openings
        return (
            self.may_show
            and self.shown in (None, self.signalling)
            and self.level_is([PilotState.B], margin_mv=0)
            and self.cable_known
            and supply_is_right(sample, self.model, self.settings)
            and not self.contact_closed
            and not back_off
            and (self.now.outputs.residual_test or not any(sample.residual_alarm))
        )
