"""What must always be true of the safety module (R-45 to R-47), in words and in code, once.

Each is one sentence and one function of a :class:`History`. Who uses them: the stateful tests, the sweep of
the boundaries, the explorer, and the monitor of a live module.
"""

from collections.abc import Callable, Mapping, Sequence

from pilotline.proof.history import GRID, SERVICE_TRIPS, UNPLUG_TRIPS, WITH_A_CAR, History
from pilotline.proof.obedience import LASTING_OBEDIENCE, OBEDIENCE
from pilotline.proof.protections import LASTING_PROTECTIONS, PROTECTIONS
from pilotline.proof.signalling import SIGNALLING
from pilotline.rtm.core import UNPLUG_MS, RtmEffect, RtmEvent
from pilotline.rtm.settings import FACTORY
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import Setting
from pilotline.vocabulary.charger import RtmModel
from pilotline.vocabulary.pilot import MIN_OFFER_MA, PilotMode, Signalling, current_for
from pilotline.vocabulary.time import MS, SECOND

_ON_UNPLUG = faults.select(faults.Recovery.UNPLUG)
_ON_SERVICE = faults.select(faults.Recovery.SERVICE)

Invariant = Callable[[History], bool]

# --- what a closed relay implies ---


def closed_implies_state_c(history: History) -> bool:
    """A closed relay implies state C, or D where that was commissioned."""
    return not history.now.outputs.relay or history.now.state in history.chargeable


def closed_implies_locked(history: History) -> bool:
    """A closed relay implies a locked plug, where there is a lock and it is enabled."""
    return not history.now.outputs.relay or history.locked


def closed_implies_no_trip(history: History) -> bool:
    """A closed relay implies that no tripping fault is in force."""
    return not history.now.outputs.relay or not history.now.faults & faults.TRIPPING


def closed_implies_permit_or_orderly_stop(history: History) -> bool:
    """A closed relay implies an offer, or steady +12 V for no longer than an orderly stop may take.

    A car that is told by messages may see 5 % for as long instead, to end its session in order.
    """
    if not history.now.outputs.relay or history.offered_ma:
        return True
    orderly = history.lasted("closed without an offer") <= history.model.relay.orderly_ms * MS + GRID
    digital = history.now.outputs.pilot.signalling is Signalling.DIGITAL
    return (digital or history.now.mode is PilotMode.STEADY) and orderly


def an_orderly_stop_opens_without_current(history: History) -> bool:
    """A relay that is still closed without an offer carries at least 1 A: with less it has opened (R-45)."""
    if not history.now.outputs.relay or history.offered_ma or history.now.sample is None:
        return True
    return max(history.now.sample.current_ma) >= history.model.relay.orderly_current_ma


def pwm_implies_permit(history: History) -> bool:
    """PWM implies a permit younger than its life, given by a host that knows the module's own model."""
    return history.now.mode is not PilotMode.PWM or history.may_be_permitted


def pwm_implies_no_stop(history: History) -> bool:
    """PWM implies no fault that stops or forbids charging: a late loop offers nothing (R-40, R-45)."""
    return history.now.mode is not PilotMode.PWM or not history.now.faults & faults.BLOCKING


def opens_for_a_reason(history: History) -> bool:
    """A closed relay opens for a trip, a lost lock, a car outside C, or as the end of an orderly stop (R-45).

    Contacts that part under current for less than that wear out: the stop waits until it is under 1 A.
    """
    if history.now.outputs.relay or not history.before.outputs.relay or history.now.sample is None:
        return True
    if history.now.faults & faults.TRIPPING or not history.locked:
        return True
    if not history.level_is(history.chargeable, margin_mv=history.model.pilot.hysteresis_mv):
        return True
    limits = history.model.relay
    overdue = history.lasted("stopping") >= limits.orderly_ms * MS - GRID
    little = max(history.now.sample.current_ma) < limits.orderly_current_ma
    return not history.offered_ma and (overdue or little)


def leaving_c_opens(history: History) -> bool:
    """Outside C, whatever the level, the relay opens so early that its contacts are open within 100 ms."""
    budget = (history.model.relay.left_c_ms - history.model.relay.contact_ms) * MS
    return history.lasted("closed outside C") <= budget


def closes_on_a_level_of_c_alone(history: History) -> bool:
    """At the moment the relay closes the pilot's level is one of state C, with its hysteresis."""
    closing = history.now.outputs.relay and not history.before.outputs.relay
    return not closing or "closed outside C" not in history.since


def no_closing_on_a_closed_contact(history: History) -> bool:
    """The relay does not close while a contact is known to be closed."""
    closing = history.now.outputs.relay and not history.before.outputs.relay
    return not (closing and history.contact_closed)


def plug_held_under_power(history: History) -> bool:
    """While the relay or a contact is closed, a lock in use is commanded shut."""
    power = history.now.outputs.relay or history.contact_closed
    return not (history.lock_in_use and power) or history.now.outputs.lock


# --- E-31, R-46, R-47: what the pilot says ---


def offer_within_limits(history: History) -> bool:
    """A nominal duty cycle offers at least 6 A and never more than permit, rating or cable allow."""
    if history.now.outputs.pilot.signalling is not Signalling.NOMINAL:
        return True
    return MIN_OFFER_MA <= current_for(history.now.outputs.pilot.duty) <= history.most_ma


def cable_is_the_one_plugged_in(history: History) -> bool:
    """The cable's rating is one that was read since something was plugged in."""
    report = history.now.report
    if report is None or history.model.proximity is None:
        return True
    return report.cable_ma is None or report.cable_ma in history.cables


def pwm_starts_when_ready(history: History) -> bool:
    """PWM starts only with a car, a known cable, a locked plug, obedient contacts and no fault.

    A conversation alone needs no lock.
    """
    if history.now.mode is not PilotMode.PWM or history.before.mode is PilotMode.PWM:
        return True
    disobedient = history.contact_closed and not history.now.outputs.relay
    blocked = history.now.faults & faults.BLOCKING or not history.available or disobedient
    car_there = history.now.state in WITH_A_CAR and history.cable_known
    held = history.locked or history.now.outputs.pilot.signalling is Signalling.DIGITAL
    return car_there and held and not blocked


def pwm_ends_for_a_reason(history: History) -> bool:
    """PWM goes over to steady +12 V only with the permit, the lock, the car, for a fault, or after a day.

    5 % ends with the lock only where that has opened the relay; the other signalling is another permit.
    """
    if history.before.mode is not PilotMode.PWM or history.now.mode is not PilotMode.STEADY:
        return True
    car_there = history.now.state in WITH_A_CAR and history.cable_known
    day_is_over = history.now.at >= history.watched.proved_at + history.model.residual.holds_ms * MS - GRID
    slipped = history.before.outputs.relay and not history.locked
    changes = history.signalling is not history.before.outputs.pilot.signalling
    return day_is_over or slipped or changes or not (history.may_show and car_there)


def f_only_with_the_relay_open(history: History) -> bool:
    """State F is never driven while the relay is closed."""
    return not (history.now.outputs.relay and history.now.mode is PilotMode.FAULT)


def f_where_it_belongs(history: History) -> bool:
    """With the relay open, Unavailable and trips latched until service are state F."""
    due = not history.available or history.now.faults & SERVICE_TRIPS
    return history.now.outputs.relay or not due or history.now.mode is PilotMode.FAULT


def f_ends(history: History) -> bool:
    """State F for any other reason lasts no longer than a pulse, because it hides the unplug."""
    pulse = max(history.model.pilot.fault_pulse_ms, history.model.wake_up.pulse_ms) * MS
    return history.lasted("F without a lasting reason") <= pulse + GRID


def unplug_trip_shows_f(history: History) -> bool:
    """A trip latched until unplug is shown to the car as state F at once."""
    new = history.now.faults & ~history.before.faults & UNPLUG_TRIPS
    return not new or history.now.mode is PilotMode.FAULT


# --- latches ---


def latched_until_unplug(history: History) -> bool:
    """A fault latched until unplug goes when state A has lasted a second, and no earlier (R-29)."""
    gone = history.before.faults & ~history.now.faults & _ON_UNPLUG
    return not gone or history.lasted("state A") >= UNPLUG_MS * MS - GRID


def latched_until_service(history: History) -> bool:
    """A fault latched until reset or service goes when a person clears it, and only then."""
    gone = history.before.faults & ~history.now.faults & _ON_SERVICE
    return gone & ~history.cleared == 0


# --- the shape of a core, and that it is of use at all ---


def deadline_lies_ahead(history: History) -> bool:
    """After ``handle`` the deadline is None or later than now."""
    return history.now.deadline is None or history.now.deadline > history.now.at


def closes_when_all_is_well(history: History) -> bool:
    """PWM on means: the car asks, nothing speaks against it, and the relay is closed within 3 s (R-46)."""
    return history.now.outputs.relay or history.lasted("all well") <= 3 * SECOND


def offers_when_nothing_is_missing(history: History) -> bool:
    """A car in state B with a permit is offered current as soon as the monitor can have been tested twice."""
    longest = 2 * (history.model.residual.test_ms + history.model.residual.clear_ms) * MS
    return history.lasted("waits for nothing") <= longest


INVARIANTS: tuple[Invariant, ...] = (
    closed_implies_state_c,
    closed_implies_locked,
    closed_implies_no_trip,
    closed_implies_permit_or_orderly_stop,
    an_orderly_stop_opens_without_current,
    pwm_implies_permit,
    pwm_implies_no_stop,
    opens_for_a_reason,
    leaving_c_opens,
    closes_on_a_level_of_c_alone,
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
    *OBEDIENCE,
    *SIGNALLING,
)


LASTING: tuple[Invariant, ...] = (
    closed_implies_permit_or_orderly_stop,
    pwm_implies_permit,
    leaving_c_opens,
    f_ends,
    closes_when_all_is_well,
    offers_when_nothing_is_missing,
    *LASTING_PROTECTIONS,
    *LASTING_OBEDIENCE,
)
"""Those that time alone can break, while nothing happens."""


def broken(history: History, rules: Sequence[Invariant] = INVARIANTS) -> Mapping[str, str]:
    """The invariants that do not hold now: name -> its words."""
    return {rule.__name__: rule.__doc__ or "" for rule in rules if not rule(history)}


def overdue(history: History, now: int) -> Mapping[str, str]:
    """What was broken just before ``now``: a module that forgot a deadline mends it with its next event."""
    if now - history.now.at <= GRID:
        return {}
    noted, history.now.at = history.now.at, now - 1
    found = broken(history, LASTING)
    history.now.at = noted
    return found


def judge_moment(
    history: History, event: RtmEvent, now: int, effects: Sequence[RtmEffect], deadline: int | None
) -> Mapping[str, str]:
    """Take one call of the module; what does not hold after it, or did not in the silence before."""
    late = overdue(history, now)
    history.note(event, now, effects, deadline)
    return {**late, **broken(history)}


class BrokenInvariantError(AssertionError):
    """An invariant does not hold: which, after what, and what was so before and is so now."""


class Judge:
    """Keeps the history and refuses the first moment at which an invariant does not hold."""

    def __init__(self, model: RtmModel, settings: Mapping[Setting, int] | None = None) -> None:
        self.history = History(model, settings={**FACTORY, **(settings or {})})

    def note(self, event: RtmEvent, now: int, effects: Sequence[RtmEffect], deadline: int | None) -> None:
        """Take one call of the module. Raises BrokenInvariantError."""
        found = judge_moment(self.history, event, now, effects, deadline)
        if found:
            was, now_is = self.history.before, self.history.now
            raise BrokenInvariantError(f"{found}\nafter {event}\nwas {was}\nis {now_is}")
