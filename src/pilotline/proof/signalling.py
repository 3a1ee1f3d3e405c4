"""What must always be true of the two signallings, duty cycle and messages, in words and in code, once.

The fourth part of the invariants. Under a digital permit the pilot shows 5 % and says no current; what the
car is allowed is in the permit alone, and these rules hold it against that.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pilotline.vocabulary.pilot import PilotMode, Signalling, duty_for
from pilotline.vocabulary.time import MS

if TYPE_CHECKING:
    from pilotline.proof.history import History

QUIET = "steady with the relay open"


def note_signalling(history: "History") -> None:
    """What the car was shown last, until the step between the two signallings is over."""
    digital, output = history.model.digital, history.now.outputs.pilot
    step_us = digital.step_x1_ms * MS if digital else 0
    if QUIET in history.since and history.lasted(QUIET) >= step_us:
        history.shown = None
    history.jumped = None not in (history.shown, output.signalling) and history.shown != output.signalling
    history.shown = output.signalling if output.mode is PilotMode.PWM else history.shown
    history.keep(QUIET, output.mode is PilotMode.STEADY and not history.now.outputs.relay)


Invariant = Callable[["History"], bool]


def the_pilot_shows_what_is_permitted(history: "History") -> bool:
    """5 % is shown under a digital permit, on a model that has it, and there no other duty cycle is."""
    shown = history.now.outputs.pilot.signalling
    known = shown is not Signalling.DIGITAL or history.model.digital is not None
    return shown is None or (shown is history.signalling and known)


def signalling_changes_after_its_step(history: "History") -> bool:
    """Between 5 % and a nominal duty cycle the pilot is steady for t_step_X1, relay open (ISO 15118-3)."""
    return not history.jumped


def closes_on_an_offer(history: "History") -> bool:
    """The relay closes on an offer of at least 6 A alone: a conversation closes nothing (R-45)."""
    closing = history.now.outputs.relay and not history.before.outputs.relay
    return not closing or history.offered_ma > 0


def a_conversation_is_not_cut_by_state_f(history: "History") -> bool:
    """5 % goes over to state F with Unavailable or a trip, and never to wake a car (R-47)."""
    talked = history.before.outputs.pilot.signalling is Signalling.DIGITAL
    cut = talked and history.now.mode is PilotMode.FAULT
    return not cut or not history.available or history.trips_to_state_f


def the_offer_told_is_the_one_made(history: "History") -> bool:
    """The report's offer is the duty cycle's, or that of the messages, and 0 where nothing is offered."""
    report, output = history.now.report, history.now.outputs.pilot
    if report is None:
        return True
    if output.signalling is Signalling.NOMINAL:
        return report.offer_ma > 0 and duty_for(report.offer_ma) == output.duty
    return report.offer_ma == history.offered_ma


SIGNALLING: tuple[Invariant, ...] = (
    the_pilot_shows_what_is_permitted,
    signalling_changes_after_its_step,
    closes_on_an_offer,
    a_conversation_is_not_cut_by_state_f,
    the_offer_told_is_the_one_made,
)
