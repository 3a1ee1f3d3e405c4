"""The monitor: it finds what a doctored module does wrong, tells it once, and changes nothing."""

from collections.abc import Sequence

import pytest

from pilotline.models.reader import load_charger
from pilotline.proof.beginnings import beginnings
from pilotline.proof.monitor import Broken, Monitor
from pilotline.proof.moves import Move, Sense, Wait
from pilotline.proof.scene import Scene
from pilotline.rtm import Rtm
from pilotline.rtm.core import RtmEffect, RtmEvent
from pilotline.rtm.settings import FACTORY, encode
from pilotline.vocabulary.board import Outputs, Setting
from pilotline.vocabulary.time import Tick

MODEL = load_charger("evnet-7kw-s").rtm
CHARGE = beginnings(MODEL)["charging"]
STOP = Sense("emergency_stop", value=True)


def heard(*moves: Move) -> list[tuple[RtmEvent, int]]:
    """What a module hears in a story: each event with its time, without the ticks of an event-driven loop."""
    scene, calls = Scene(MODEL), list[tuple[RtmEvent, int]]()
    handle = scene.rtm.handle

    def listen(event: RtmEvent, now: int) -> Sequence[RtmEffect]:
        if not isinstance(event, Tick):
            calls.append((event, now))
        return handle(event, now)

    scene.rtm.handle = listen  # type: ignore[method-assign]
    for move in moves:
        scene.apply(move)
    return calls


class Stubborn(Rtm):
    """A module that was tampered with: what opens the relay never leaves it."""

    def handle(self, event: RtmEvent, now: int) -> Sequence[RtmEffect]:
        return [self._held(effect) for effect in super().handle(event, now)]

    def _held(self, effect: RtmEffect) -> RtmEffect:
        pressed = self._sample.emergency_stop
        return effect._replace(relay=True) if isinstance(effect, Outputs) and pressed else effect


def test_a_sound_module_breaks_nothing_and_says_what_it_says_without_a_monitor() -> None:
    """The same effects in the same order, however late the loop is."""
    found: list[Broken] = []
    plain, watched = Rtm(MODEL), Monitor(Rtm(MODEL), MODEL, found.append)
    for event, now in heard(
        *CHARGE, STOP, Wait(400_000), Sense("emergency_stop", value=False), Wait(2_000_000)
    ):
        assert list(watched.handle(event, now)) == list(plain.handle(event, now))
        assert watched.deadline() == plain.deadline()
    assert found == []


def test_a_doctored_module_is_found_out_and_told_once() -> None:
    """With what it broke, after what, and what it was doing; a rule that stays broken is no news."""
    found: list[Broken] = []
    watched = Monitor(Stubborn(MODEL), MODEL, found.append)
    for event, now in heard(*CHARGE, STOP, Wait(300_000)):
        watched.handle(event, now)
    names = [broken.name for broken in found]
    assert "closed_implies_no_trip" in names
    assert len(names) == len(set(names))
    first = next(broken for broken in found if broken.name == "closed_implies_no_trip")
    assert first.words == "A closed relay implies that no tripping fault is in force."
    assert first.event == "Sample"
    assert first.sample is not None
    assert first.sample.emergency_stop
    assert first.outputs.relay


@pytest.mark.requirement("R-49")
def test_it_judges_by_the_settings_that_were_stored() -> None:
    """A module commissioned to a wider window is judged by that window."""
    stored = encode({**FACTORY, Setting.VOLTAGE_OFFSET: 23})
    watched = Monitor(Rtm(MODEL, stored=stored), MODEL, lambda _: None, stored=stored)
    assert watched.history.settings[Setting.VOLTAGE_OFFSET] == 23
