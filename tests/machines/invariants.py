"""What must always be true of the safety module (R-45 to R-47), in words and in code, once.

A :class:`History` is fed with what went in and what came out, and keeps the few facts they judge by.
It looks at the module from outside only. Who uses it: the stateful test, the explorer, the live monitor; all
three wake the module at each of its deadlines, so one call of ``note`` is one moment.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from machines.protections import PROTECTIONS, Watched, supply_is_right
from pilotline.rtm.core import UNPLUG_MS, RtmEffect, RtmEvent
from pilotline.rtm.settings import FACTORY
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import (
    LINK_PROTOCOL,
    ClearFaults,
    Commissioned,
    ConnectorReport,
    Hello,
    LockPosition,
    Outputs,
    Permit,
    Sample,
    SetAvailable,
    Setting,
    StoreSettings,
    Withdraw,
)
from pilotline.vocabulary.charger import RtmModel
from pilotline.vocabulary.pilot import MIN_OFFER_MA, PilotMode, PilotState, current_for
from pilotline.vocabulary.time import MS, SECOND

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
    cleared: int = 0
    """What ClearFaults named at this moment."""
    cables: frozenset[int] = frozenset()
    """The ratings that were read since something was plugged in."""
    since: dict[str, int] = field(default_factory=dict[str, int])
    """When a condition began that has held since."""
    stored: bytes | None = None
    """The record the board was asked to keep last."""
    watched: Watched = field(default_factory=Watched)

    def note(self, event: RtmEvent, now: int, effects: Sequence[RtmEffect], deadline: int | None) -> None:
        """Take one call of ``handle`` and what it returned."""
        self.before, self.now = (
            self.now,
            Now(now, self.now.sample, self.now.outputs, self.now.report, deadline),
        )
        self._hear(event, now)
        for effect in effects:
            if isinstance(effect, Outputs):
                self.now.outputs = effect
            elif isinstance(effect, ConnectorReport):
                self.now.report = effect
            elif isinstance(effect, Commissioned) and effect.taken:
                self.settings[effect.setting] = effect.value
            elif isinstance(effect, StoreSettings):
                self.stored = effect.data
        self._count_times()
        self.watched.note(self)

    def lasted(self, condition: str) -> int:
        """For how long a condition has held; 0 where it does not."""
        return self.now.at - self.since.get(condition, self.now.at)

    # --- facts of the present moment ---

    @property
    def chargeable(self) -> tuple[PilotState, ...]:
        ventilated = self.settings[Setting.VENTILATED_ENABLED]
        return (PilotState.C, PilotState.D) if ventilated else (PilotState.C,)

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
        match event:
            case Sample():
                self.now.sample = event
            case Hello():
                self.accepted = (event.protocol, event.model_hash) == (LINK_PROTOCOL, self.model.hash)
                self.permit_until = 0
            case Permit() if self.accepted:
                life = min(event.lifetime_ms, self.model.host.permit_ms) * MS
                self.permit_ma, self.permit_until = event.offer_ma, now + life
            case Withdraw():
                self.permit_until = 0
            case SetAvailable():
                self.available = event.available
            case _:
                pass

    def _count_times(self) -> None:
        margin = self.model.pilot.hysteresis_mv
        self.keep("steady pilot", self.now.mode is PilotMode.STEADY)
        self.keep("level outside C", not self.level_is(self.chargeable, margin_mv=margin))
        self.keep("nothing plugged in", self._nothing_plugged_in())
        self.keep("all well", self._all_well())
        self.keep("waits for nothing", self._waits_for_nothing())
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
    def may_offer(self) -> bool:
        """Nothing but the car's own state speaks against PWM."""
        host = self.permitted and self.available and self.most_ma >= MIN_OFFER_MA
        return host and self.locked and not self.now.faults & faults.BLOCKING

    def _all_well(self) -> bool:
        """The car asks under PWM and nothing the module can see speaks against closing."""
        sample = self.now.sample
        if sample is None or self.now.mode is not PilotMode.PWM:
            return False
        return (
            self.may_offer
            and self.level_is(self.chargeable, margin_mv=0)
            and sample.pilot_low_mv <= self.model.pilot.diode_max_mv
            and supply_is_right(sample, self.model, self.settings)
            and (self.now.outputs.relay or not self.contact_closed)
        )

    def _waits_for_nothing(self) -> bool:
        """A car in state B, a permit, and nothing that the module could still wait for but its own test."""
        sample = self.now.sample
        if sample is None or self.now.state is not PilotState.B or self.now.mode is PilotMode.FAULT:
            return False
        back_off = self.watched.owed or self.now.at < self.watched.withheld_until or self.watched.openings
        return (
            self.may_offer
            and self.level_is([PilotState.B], margin_mv=0)
            and self.cable_known
            and supply_is_right(sample, self.model, self.settings)
            and not self.contact_closed
            and not back_off
            and (self.now.outputs.residual_test or not any(sample.residual_alarm))
        )


Invariant = Callable[[History, RtmModel], bool]

# --- what a closed relay implies ---


def closed_implies_state_c(history: History, model: RtmModel) -> bool:
    """A closed relay implies state C, or D where that was commissioned."""
    return not history.now.outputs.relay or history.now.state in history.chargeable


def closed_implies_locked(history: History, model: RtmModel) -> bool:
    """A closed relay implies a locked plug, where there is a lock and it is enabled."""
    return not history.now.outputs.relay or history.locked


def closed_implies_no_trip(history: History, model: RtmModel) -> bool:
    """A closed relay implies that no tripping fault is in force."""
    return not history.now.outputs.relay or not history.now.faults & faults.TRIPPING


def closed_implies_permit_or_orderly_stop(history: History, model: RtmModel) -> bool:
    """A closed relay implies PWM, or steady +12 V for no longer than an orderly stop may take."""
    if not history.now.outputs.relay or history.now.mode is PilotMode.PWM:
        return True
    orderly = history.lasted("steady pilot") <= model.relay.orderly_ms * MS + GRID
    return history.now.mode is PilotMode.STEADY and orderly


def pwm_implies_permit(history: History, model: RtmModel) -> bool:
    """PWM implies a permit younger than its life, given by a host that knows the module's own model."""
    return history.now.mode is not PilotMode.PWM or history.may_be_permitted


def leaving_c_opens(history: History, model: RtmModel) -> bool:
    """Outside C, whatever the level, the relay opens so early that its contacts are open within 100 ms."""
    budget = (model.relay.left_c_ms - model.relay.contact_ms) * MS
    return not history.now.outputs.relay or history.lasted("level outside C") <= budget


def no_closing_on_a_closed_contact(history: History, model: RtmModel) -> bool:
    """The relay does not close while a contact is known to be closed."""
    closing = history.now.outputs.relay and not history.before.outputs.relay
    return not (closing and history.contact_closed)


def plug_held_under_power(history: History, model: RtmModel) -> bool:
    """While the relay or a contact is closed, a lock in use is commanded shut."""
    power = history.now.outputs.relay or history.contact_closed
    return not (history.lock_in_use and power) or history.now.outputs.lock


# --- E-31, R-46, R-47: what the pilot says ---


def offer_within_limits(history: History, model: RtmModel) -> bool:
    """The duty cycle offers at least 6 A and never more than permit, rating or cable allow."""
    if history.now.mode is not PilotMode.PWM:
        return True
    return MIN_OFFER_MA <= current_for(history.now.outputs.pilot.duty) <= history.most_ma


def cable_is_the_one_plugged_in(history: History, model: RtmModel) -> bool:
    """The cable's rating is one that was read since something was plugged in."""
    report = history.now.report
    if report is None or model.proximity is None:
        return True
    return report.cable_ma is None or report.cable_ma in history.cables


def pwm_starts_when_ready(history: History, model: RtmModel) -> bool:
    """PWM starts only with a car, a known cable, a locked plug, obedient contacts and no fault."""
    if history.now.mode is not PilotMode.PWM or history.before.mode is PilotMode.PWM:
        return True
    disobedient = history.contact_closed and not history.now.outputs.relay
    blocked = history.now.faults & faults.BLOCKING or not history.available or disobedient
    car_there = history.now.state in WITH_A_CAR and history.cable_known
    return car_there and history.locked and not blocked


def pwm_ends_for_a_reason(history: History, model: RtmModel) -> bool:
    """PWM goes over to steady +12 V only with the permit, the lock, the car, for a fault, or after a day."""
    if history.before.mode is not PilotMode.PWM or history.now.mode is not PilotMode.STEADY:
        return True
    car_there = history.now.state in WITH_A_CAR and history.cable_known
    day_is_over = history.now.at >= history.watched.proved_at + model.residual.holds_ms * MS - GRID
    return day_is_over or not (history.may_offer and car_there)


def f_only_with_the_relay_open(history: History, model: RtmModel) -> bool:
    """State F is never driven while the relay is closed."""
    return not (history.now.outputs.relay and history.now.mode is PilotMode.FAULT)


def f_where_it_belongs(history: History, model: RtmModel) -> bool:
    """With the relay open, Unavailable and trips latched until service are state F."""
    due = not history.available or history.now.faults & SERVICE_TRIPS
    return history.now.outputs.relay or not due or history.now.mode is PilotMode.FAULT


def f_ends(history: History, model: RtmModel) -> bool:
    """State F for any other reason lasts no longer than a pulse, because it hides the unplug."""
    pulse = max(model.pilot.fault_pulse_ms, model.wake_up.pulse_ms) * MS
    return history.lasted("F without a lasting reason") <= pulse + GRID


def unplug_trip_shows_f(history: History, model: RtmModel) -> bool:
    """A trip latched until unplug is shown to the car as state F at once."""
    new = history.now.faults & ~history.before.faults & UNPLUG_TRIPS
    return not new or history.now.mode is PilotMode.FAULT


# --- latches ---


def latched_until_unplug(history: History, model: RtmModel) -> bool:
    """A fault latched until unplug goes when state A has lasted a second, and no earlier (R-29)."""
    gone = history.before.faults & ~history.now.faults & faults.select(faults.Recovery.UNPLUG)
    return not gone or history.lasted("state A") >= UNPLUG_MS * MS - GRID


def latched_until_service(history: History, model: RtmModel) -> bool:
    """A fault latched until reset or service goes when a person clears it, and only then."""
    gone = history.before.faults & ~history.now.faults & faults.select(faults.Recovery.SERVICE)
    return gone & ~history.cleared == 0


# --- the shape of a core, and that it is of use at all ---


def deadline_lies_ahead(history: History, model: RtmModel) -> bool:
    """After ``handle`` the deadline is None or later than now."""
    return history.now.deadline is None or history.now.deadline > history.now.at


def closes_when_all_is_well(history: History, model: RtmModel) -> bool:
    """PWM on means: the car asks, nothing speaks against it, and the relay is closed within 3 s (R-46)."""
    return history.now.outputs.relay or history.lasted("all well") <= 3 * SECOND


def offers_when_nothing_is_missing(history: History, model: RtmModel) -> bool:
    """A car in state B with a permit is offered current as soon as the monitor can have been tested twice."""
    longest = 2 * (model.residual.test_ms + model.residual.clear_ms) * MS
    return history.now.mode is PilotMode.PWM or history.lasted("waits for nothing") <= longest


INVARIANTS: tuple[Invariant, ...] = (
    closed_implies_state_c,
    closed_implies_locked,
    closed_implies_no_trip,
    closed_implies_permit_or_orderly_stop,
    pwm_implies_permit,
    leaving_c_opens,
    no_closing_on_a_closed_contact,
    plug_held_under_power,
    offer_within_limits,
    cable_is_the_one_plugged_in,
    pwm_starts_when_ready,
    pwm_ends_for_a_reason,
    f_only_with_the_relay_open,
    f_where_it_belongs,
    f_ends,
    unplug_trip_shows_f,
    latched_until_unplug,
    latched_until_service,
    deadline_lies_ahead,
    closes_when_all_is_well,
    offers_when_nothing_is_missing,
    *PROTECTIONS,
)


def broken(history: History, model: RtmModel) -> Mapping[str, str]:
    """The invariants that do not hold now: name -> its words."""
    return {rule.__name__: rule.__doc__ or "" for rule in INVARIANTS if not rule(history, model)}


class Judge:
    """Keeps the history and refuses the first moment at which an invariant does not hold."""

    def __init__(self, model: RtmModel, settings: Mapping[Setting, int] | None = None) -> None:
        self.history = History(model, settings={**FACTORY, **(settings or {})})

    def note(self, event: RtmEvent, now: int, effects: Sequence[RtmEffect], deadline: int | None) -> None:
        self.history.note(event, now, effects, deadline)
        found = broken(self.history, self.history.model)
        assert not found, f"{found}\nafter {event}\nwas {self.history.before}\nis {self.history.now}"
