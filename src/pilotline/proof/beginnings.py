"""Where an exploration may begin beside the boot: the stories of a charge, found by letting time pass.

And models in a hurry: the times that no invariant fixes are short, so that a story of few moves meets the end
of each.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from pilotline.proof.alphabet import most_ma
from pilotline.proof.moves import Car, Keep, Move, Say, Sense, Wait
from pilotline.proof.scene import Scene
from pilotline.vocabulary.charger import BackOff, LockTimes, RtmModel, TripTime, WakeUp
from pilotline.vocabulary.phases import on_phases
from pilotline.vocabulary.pilot import PilotMode, Signalling
from pilotline.vocabulary.time import SECOND

BOOT: tuple[Move, ...] = ()
_LONGEST_STEP = SECOND
_MOST_STEPS = 60


def hasty(model: RtmModel) -> RtmModel:
    """The same thresholds, the same rules, short times."""
    quick = TripTime(0, 130, 1, 30, 5_000)
    return replace(
        model,
        relay=replace(model.relay, orderly_ms=1_500),
        host=replace(model.host, boot_grace_ms=3_000),
        wake_up=WakeUp(enabled=True, after_ms=2_500, pulse_ms=700, tries=1),
        residual=replace(model.residual, test_ms=600, clear_ms=300),
        supply=replace(model.supply, back_ms=350, time=quick),
        overcurrent=replace(model.overcurrent, follow_ms=1_000),
        temperature=replace(model.temperature, time=quick),
        back_off=BackOff(waits_ms=(1_500,), tries=2),
        lock=LockTimes(lock_ms=800, unlock_ms=800) if model.lock else None,
    )


def beginnings(model: RtmModel) -> Mapping[str, tuple[Move, ...]]:
    """Boot, an idle station, one that waits for a car it has offered current, one that charges, one whose
    offer is withheld after a passing fault; where the model has it, one that talks and one that charges by
    messages."""
    guide = _Guide(model)
    found = {"boot": BOOT}
    guide.do(Say("hello"), Keep(most_ma(model)))
    guide.until(lambda: guide.scene.history.watched.proved != 0)
    found["idle"] = tuple(guide.story)
    guide.do(Car(9_000))
    guide.until(lambda: guide.scene.outputs.pilot.mode is PilotMode.PWM)
    found["offered"] = tuple(guide.story)
    guide.do(Car(6_000))
    guide.until(lambda: guide.scene.outputs.relay and guide.scene.history.contact_closed)
    guide.do(Sense("current_ma", on_phases(5_000, model.rating.phases)))
    found["charging"] = tuple(guide.story)
    guide.do(Sense("neutral_pe_mv", model.supply.neutral_pe_mv + 1))
    guide.until(lambda: not guide.scene.outputs.relay)
    guide.do(Sense("neutral_pe_mv", 0))
    guide.until(lambda: not guide.scene.history.now.faults)
    found["withheld"] = tuple(guide.story)
    if model.digital:
        found |= _by_messages(model, found["idle"])
    return found


def _by_messages(model: RtmModel, idle: Sequence[Move]) -> Mapping[str, tuple[Move, ...]]:
    """A car that talks, and one that has agreed and charges."""
    guide = _Guide(model)
    guide.do(*idle, Keep(0, Signalling.DIGITAL), Car(9_000))
    guide.until(lambda: guide.scene.outputs.pilot.signalling is Signalling.DIGITAL)
    found = {"talking": tuple(guide.story)}
    guide.do(Keep(most_ma(model), Signalling.DIGITAL))
    guide.until(lambda: guide.scene.history.locked)
    guide.do(Car(6_000))
    guide.until(lambda: guide.scene.outputs.relay and guide.scene.history.contact_closed)
    guide.do(Sense("current_ma", on_phases(5_000, model.rating.phases)))
    found["charging by messages"] = tuple(guide.story)
    return found


class _Guide:
    """Plays a scene towards something and keeps the moves."""

    def __init__(self, model: RtmModel) -> None:
        self.scene = Scene(model)
        self.story: list[Move] = []

    def do(self, *moves: Move) -> None:
        for move in moves:
            self.scene.apply(move)
            self.story.append(move)

    def until(self, reached: Callable[[], bool]) -> None:
        """Let time pass from one thing that is due to the next. Raises RuntimeError if it leads nowhere."""
        for _ in range(_MOST_STEPS):
            if reached():
                return
            due = self.scene.next_due()
            step = _LONGEST_STEP if due is None else min(due - self.scene.now, _LONGEST_STEP)
            self.do(Wait(max(step, 1)))
        raise RuntimeError(f"The story leads nowhere: {self.scene.outputs}, {self.scene.history.now.report}.")
