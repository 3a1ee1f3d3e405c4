"""What disobeys, says nothing or means nothing is told (E-13 to E-16, E-31), in words and in code, once.

The third part of the invariants. A part that does not do as it is told, or a signal without a meaning, is a
fault as soon as it has lasted the time its model gives it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pilotline.vocabulary import faults
from pilotline.vocabulary.board import LockPosition
from pilotline.vocabulary.pilot import PilotMode, PilotState
from pilotline.vocabulary.time import MS

if TYPE_CHECKING:
    from pilotline.proof.history import History

GRID = MS
_CAR = (PilotState.B, PilotState.C, PilotState.D)
SHOWN = {state: f"level of state {state.value}" for state in (PilotState.A, *_CAR)}
"""What has to be believed in its time, and the name of it."""
_KNOWN = tuple(state for state in PilotState if state is not PilotState.UNDEFINED)


def note_obedience(history: "History") -> None:
    """Count for how long each of these has lasted."""
    sample, now = history.now.sample, history.now
    if sample is None:
        return
    relay, driven = now.outputs.relay, now.mode is not PilotMode.FAULT
    history.keep("live elsewhere, open", not relay and sample.contacts.live)
    history.keep("live elsewhere, closed", relay and not sample.contacts.live)
    history.keep("neutral elsewhere, open", not relay and sample.contacts.neutral)
    history.keep("neutral elsewhere, closed", relay and not sample.contacts.neutral)
    history.keep("level of no state", driven and not history.level_is(_KNOWN, margin_mv=_margin_mv(history)))
    history.keep("level of state E", driven and history.level_is([PilotState.E], margin_mv=0))
    for state, name in SHOWN.items():
        history.keep(name, driven and history.level_is([state], margin_mv=0))
    history.keep("no diode", now.mode is PilotMode.PWM and _lacks_diode(history))
    history.keep("cable unknown", driven and now.state in _CAR and not history.cable_known)
    _note_lock(history)
    _note_weld(history)


def _margin_mv(history: "History") -> int:
    return history.model.pilot.hysteresis_mv


def _lacks_diode(history: "History") -> bool:
    sample = history.now.sample
    assert sample is not None
    return history.level_is(_CAR, margin_mv=0) and sample.pilot_low_mv > history.model.pilot.diode_max_mv


def _note_lock(history: "History") -> None:
    sample, driven = history.now.sample, history.now.outputs.lock
    assert sample is not None
    silent = sample.lock is LockPosition.NONE and history.model.outlet.pcm
    answers = history.lock_in_use and not silent
    history.keep("bolt not out", answers and driven and sample.lock is not LockPosition.LOCKED)
    history.keep("bolt not in", answers and not driven and sample.lock is not LockPosition.OPEN)
    history.keep("lock silent", history.lock_in_use and silent)


def _note_weld(history: "History") -> None:
    """A weld is known from the moment it could be told until a person has cleared it with open contacts."""
    closed_for = max(history.lasted("live elsewhere, open"), history.lasted("neutral elsewhere, open"))
    if closed_for >= history.model.relay.feedback_ms * MS + GRID:
        history.weld_known = True
    elif history.cleared & faults.WELDED and not history.contact_closed:
        history.weld_known = False


Invariant = Callable[["History"], bool]


def _told(history: "History", condition: str, ms: int, mask: int) -> bool:
    """Whether a condition that has lasted its time is a fault in force, on a model that can have it."""
    possible = mask & ~history.model.absent_faults
    due = condition in history.since and history.lasted(condition) >= ms * MS + GRID
    return not due or not possible or bool(history.now.faults & possible)


def a_contact_that_disobeys_is_told(history: "History") -> bool:
    """A contact that stands otherwise than commanded for the feedback's time is a fault of that contact."""
    ms = history.model.relay.feedback_ms
    return (
        _told(history, "live elsewhere, open", ms, faults.L_CLOSED)
        and _told(history, "neutral elsewhere, open", ms, faults.N_CLOSED)
        and _told(history, "live elsewhere, closed", ms, faults.L_OPEN)
        and _told(history, "neutral elsewhere, closed", ms, faults.N_OPEN)
    )


def no_closing_with_a_known_weld(history: "History") -> bool:
    """Once a contact has stayed closed too long the relay does not close until a person has cleared it."""
    closing = history.now.outputs.relay and not history.before.outputs.relay
    return not (closing and history.weld_known)


def a_lock_that_disobeys_is_told(history: "History") -> bool:
    """A bolt that does not get where it is driven, or a lock that says nothing, is a fault in its time."""
    times = history.model.lock
    return times is None or (
        _told(history, "bolt not out", times.lock_ms, faults.ACT_LOCK)
        and _told(history, "bolt not in", times.unlock_ms, faults.ACT_UNLOCK)
        and _told(history, "lock silent", times.lock_ms, faults.ACT_LOCK)
        and _told(history, "lock silent", times.lock_ms, faults.ACT_UNLOCK)
    )


def a_pilot_without_meaning_is_told(history: "History") -> bool:
    """A level between the windows, or 0 V, is 0x80 when it has been believed for its time (E-15)."""
    pilot = history.model.pilot
    between = pilot.debounce_ms[PilotState.UNDEFINED] + pilot.undefined_fault_ms
    shorted = pilot.debounce_ms[PilotState.E] + pilot.undefined_fault_ms
    return _told(history, "level of no state", between, faults.CP_STATE) and _told(
        history, "level of state E", shorted, faults.CP_STATE
    )


def what_the_car_shows_is_believed(history: "History") -> bool:
    """A level within a state's window for twice its debounce is that state, whatever else happens (R-12).

    Twice: a wake-up's pulse that was broken off and is due again begins the debounce anew within one step.
    """
    pilot = history.model.pilot
    return not any(
        name in history.since
        and history.lasted(name) >= 2 * pilot.debounce_ms[state] * MS + GRID
        and history.now.state is not state
        for state, name in SHOWN.items()
    )


def a_missing_diode_is_told(history: "History") -> bool:
    """Under PWM a car whose low half does not reach -12 V for its time is 0x100 (E-15)."""
    return _told(history, "no diode", history.model.pilot.diode_ms, faults.DIODE_UNPRESENT)


def an_unreadable_cable_is_told(history: "History") -> bool:
    """A car whose cable is still unknown when the proximity pilot has settled is 0x200 (E-31, R-47)."""
    proximity = history.model.proximity
    return proximity is None or _told(history, "cable unknown", proximity.settle_ms, faults.PP_UNPRESENT)


def a_silent_host_is_told(history: "History") -> bool:
    """A host that has said nothing for its time is 0x400; one that never spoke has longer (E-16)."""
    host = history.model.host
    given = host.boot_grace_ms if history.heard_at is None else host.silent_ms
    due = history.now.at >= (history.heard_at or 0) + given * MS + GRID
    missing = faults.MISSING_HOST & ~history.model.absent_faults
    return not due or not missing or bool(history.now.faults & missing)


def what_is_told_is_so(history: "History") -> bool:
    """The newest report names relay, pilot, contacts and bolt as they are driven and sensed now."""
    report, sample, outputs = history.now.report, history.now.sample, history.now.outputs
    if report is None or sample is None:
        return True
    driven = (report.relay, report.output) == (outputs.relay, outputs.pilot)
    return driven and (report.contacts, report.lock) == (sample.contacts, sample.lock)


OBEDIENCE: tuple[Invariant, ...] = (
    a_contact_that_disobeys_is_told,
    no_closing_with_a_known_weld,
    a_lock_that_disobeys_is_told,
    a_pilot_without_meaning_is_told,
    what_the_car_shows_is_believed,
    a_missing_diode_is_told,
    an_unreadable_cable_is_told,
    a_silent_host_is_told,
    what_is_told_is_so,
)
LASTING_OBEDIENCE: tuple[Invariant, ...] = (
    a_contact_that_disobeys_is_told,
    a_lock_that_disobeys_is_told,
    a_pilot_without_meaning_is_told,
    what_the_car_shows_is_believed,
    a_missing_diode_is_told,
    an_unreadable_cable_is_told,
    a_silent_host_is_told,
)
"""Those of them that time alone can break."""
