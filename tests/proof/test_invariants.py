"""Each rule that was added for the proofs can be broken: a bug of its kind, a story, and its name is told."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from pilotline.proof.invariants import INVARIANTS, BrokenInvariantError, Judge, broken
from pilotline.rtm import Rtm, core
from pilotline.rtm.cable import CableReader
from pilotline.rtm.faults import FaultLatch
from pilotline.rtm.host import HostWatch
from pilotline.rtm.lock import LockWatch
from pilotline.rtm.pilot import PilotReader
from pilotline.rtm.relay import Relay
from pilotline.rtm.signalling import StepX1
from pilotline.rtm.timing import Believed
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import (
    Commission,
    Commissioned,
    LockPlug,
    LockPosition,
    Pace,
    Permit,
    Setting,
    StoreSettings,
    Withdraw,
)
from pilotline.vocabulary.pilot import STATE_F, PilotOutput, PilotState, Signalling
from support.rtm_plant import SOCKET, TALKING, Plant


class Planted(NamedTuple):
    """A bug, what brings it to light in a charge, and the rule it breaks."""

    owner: object
    name: str
    bug: Any
    story: Callable[[Plant], object]
    rule: str


def _says_nothing(*_: object, **__: object) -> int:
    return 0


def _late(self: Believed, there: bool, over: bool, now: int) -> bool:
    """What is believed is believed half a second late."""
    self._begins.delay = 500_000
    begun = self._begins.update(there, now)
    ended = self._ends.update(self._on and over, now)
    self._on = begun or (self._on and not ended)
    return self._on


def _forgives_welds(self: FaultLatch, present: int, unplugged: bool, cleared: int) -> int:
    """A welded contact is forgotten as soon as it lets go."""
    before, self.active = self.active, (self.active & ~faults.WELDED) | present
    return self.active & ~before


def _holds_on(
    self: Relay, *, safe: bool, permitted: bool, may_close: bool, current_ma: int, now: int
) -> None:
    """An orderly stop takes its whole time, current or not."""
    overdue = self._orderly.update(self.closed and not permitted, now)
    self.closed = safe and (permitted or not overdue) if self.closed else safe and permitted and may_close


def _stop_without_current(plant: Plant) -> None:
    plant.draw(500)
    plant.host_keeps(0)
    plant.send(Withdraw())
    plant.run(100)


def _weld(plant: Plant) -> None:
    plant.hold_contacts(live=True, neutral=None)
    plant.show(PilotState.B)
    plant.run(1_500)
    plant.hold_contacts(None, None)
    plant.show(PilotState.C)
    plant.run(3_000)


def _shorted(plant: Plant) -> None:
    plant.show_mv(0)
    plant.run(2_000)


def _without_diode(plant: Plant) -> None:
    plant.diode = False
    plant.measure()
    plant.run(1_000)


def _unreadable(plant: Plant) -> None:
    plant.unplug_for_good()
    plant.plug(PilotState.B, 5_000)
    plant.run(1_000)


def _silent(plant: Plant) -> None:
    plant.host_is_silent()
    plant.run(4_000)


def _sag(plant: Plant) -> None:
    plant.sense(neutral_pe_mv=90_000)
    plant.run(1_000)


def _jammed(plant: Plant) -> None:
    plant.show(PilotState.B)
    plant.run(500)
    plant.force_lock(LockPosition.OPEN)
    plant.run(4_000)


def _too_hot(plant: Plant) -> None:
    plant.sense(temperature_mc=(80_000, 25_000))
    plant.run(2_000)
    plant.sense(temperature_mc=(78_000, 25_000))
    plant.run(2_000)


def _stands_still(plant: Plant) -> None:
    plant.send(Pace.STALLED)
    plant.run(100)


def _late_for_a_while(plant: Plant) -> None:
    plant.send(Pace.LATE)
    plant.run(500)
    plant.send(Pace.KEPT)
    plant.run(500)


def _believed_at_once(self: Believed, there: bool, over: bool, now: int) -> bool:
    """No filter at all."""
    self._on = there or (self._on and not over)
    return self._on


def _given_up_at_once(self: Believed, there: bool, over: bool, now: int) -> bool:
    """No hysteresis at all."""
    self._on = self._begins.update(there, now)
    return self._on


def _keeps(self: FaultLatch, present: int, unplugged: bool, cleared: int) -> int:
    """What passes by itself does not pass."""
    before, self.active = self.active, self.active | present
    return self.active & ~before


def _parts_at_once(
    self: Relay, *, safe: bool, permitted: bool, may_close: bool, current_ma: int, now: int
) -> None:
    """A permit that ends opens the relay whatever flows."""
    self.closed = safe and permitted and (self.closed or may_close)


def _withdrawn(plant: Plant) -> None:
    plant.host_keeps(0)
    plant.send(Withdraw())
    plant.run(100)


def _deaf_to_states(self: PilotReader, high_mv: int, driven: object, now: int) -> None:
    """What was believed once is believed for ever."""


def _car_goes(plant: Plant) -> None:
    plant.sense(emergency_stop=True)
    plant.run(500)
    plant.unplug()
    plant.run(500)


def _never(*_: object) -> None:
    return None


def _takes_it(self: Rtm, setting: Setting, value: int) -> None:
    """Whatever is plugged in."""
    self._settings.take(setting, value)
    self._effects += [StoreSettings(self._settings.record()), self._echo(setting, taken=True)]


_NO_PACE = dict.fromkeys(Pace, 0)
_LATE_ALONE = {Pace.KEPT: 0, Pace.LATE: faults.LATE, Pace.STALLED: faults.LATE}
BUGS = [
    Planted(core, "_OF_PACE", _NO_PACE, _stands_still, "whatever_is_wrong_is_told"),
    Planted(core, "_OF_PACE", _LATE_ALONE, _stands_still, "nothing_is_told_without_its_cause"),
    Planted(core, "_ORDERLY", faults.MISSING_HOST, _late_for_a_while, "pwm_implies_no_stop"),
    Planted(FaultLatch, "update", _keeps, _late_for_a_while, "what_is_over_is_not_told"),
    Planted(Believed, "update", _believed_at_once, _too_hot, "nothing_is_told_without_its_cause"),
    Planted(Believed, "update", _given_up_at_once, _too_hot, "what_is_not_over_is_told"),
    Planted(Relay, "update", _parts_at_once, _withdrawn, "opens_for_a_reason"),
    Planted(PilotReader, "update", _deaf_to_states, _car_goes, "what_the_car_shows_is_believed"),
    Planted(Relay, "mismatch", _says_nothing, _weld, "a_contact_that_disobeys_is_told"),
    Planted(FaultLatch, "update", _forgives_welds, _weld, "latched_until_service"),
    Planted(LockWatch, "update", _says_nothing, _jammed, "a_lock_that_disobeys_is_told"),
    Planted(PilotReader, "is_undefined", _says_nothing, _shorted, "a_pilot_without_meaning_is_told"),
    Planted(PilotReader, "lacks_diode", _says_nothing, _without_diode, "a_missing_diode_is_told"),
    Planted(CableReader, "unreadable", False, _unreadable, "an_unreadable_cable_is_told"),
    Planted(HostWatch, "is_silent", _says_nothing, _silent, "a_silent_host_is_told"),
    Planted(Believed, "update", _late, _sag, "trips_open_within_their_budget"),
    Planted(Relay, "update", _holds_on, _stop_without_current, "an_orderly_stop_opens_without_current"),
]


def charging() -> Plant:
    """A judged plant whose car charges."""
    plant = Plant(SOCKET, watcher=Judge(SOCKET))
    plant.hello()
    plant.host_keeps(16_000)
    plant.run(100)
    plant.plug(PilotState.C)
    plant.until(lambda: plant.relay, within_ms=3_000)
    plant.run(300)
    return plant


def judge_of(plant: Plant) -> Judge:
    """Who looks on."""
    assert isinstance(plant._watcher, Judge)
    return plant._watcher


def _closes_on_any_word(
    self: Relay, *, safe: bool, permitted: bool, may_close: bool, current_ma: int, now: int
) -> None:
    """Whatever is permitted."""
    self.closed = safe and (self.closed or may_close)


def _always(*_: object, **__: object) -> bool:
    return True


def _takes_all_for_digital(self: HostWatch, permit: Permit, now: int) -> None:
    self.offer_ma, self.signalling = permit.offer_ma, Signalling.DIGITAL
    self._permit_until = now + 2_000_000


def _state_f(_: Rtm) -> PilotOutput:
    return STATE_F


def _sixteen_amperes(_: Rtm) -> int:
    return 16_000


def _asks(plant: Plant) -> None:
    plant.send(LockPlug(True))
    plant.run(500)
    plant.show(PilotState.C)
    plant.run(3_000)


def _told_the_old_way(plant: Plant) -> None:
    plant.host_keeps(16_000)
    plant.run(5_000)


OF_TALKS = [
    Planted(
        HostWatch, "grant", _takes_all_for_digital, _told_the_old_way, "the_pilot_shows_what_is_permitted"
    ),
    Planted(StepX1, "allows", _always, _told_the_old_way, "signalling_changes_after_its_step"),
    Planted(Relay, "update", _closes_on_any_word, _asks, "closes_on_an_offer"),
    Planted(Rtm, "_pwm", _state_f, _asks, "a_conversation_is_not_cut_by_state_f"),
    Planted(Rtm, "_offered_ma", _sixteen_amperes, _asks, "the_offer_told_is_the_one_made"),
]
"""Each begins with a car that talks and is allowed nothing."""


def talks() -> Plant:
    """A judged plant under 5 %."""
    plant = Plant(TALKING, watcher=Judge(TALKING))
    plant.hello()
    plant.host_keeps(0, Signalling.DIGITAL)
    plant.run(100)
    plant.plug(PilotState.B)
    plant.run(1_000)
    return plant


@pytest.mark.requirement("M-01")
@pytest.mark.parametrize("planted", OF_TALKS, ids=[bug.rule for bug in OF_TALKS])
def test_a_bug_of_its_kind_breaks_the_rule_of_a_conversation(
    monkeypatch: pytest.MonkeyPatch, planted: Planted
) -> None:
    """With the bug the rule is named; without it the same story breaks nothing."""
    planted.story(talks())
    plant = talks()
    monkeypatch.setattr(planted.owner, planted.name, planted.bug)
    with pytest.raises(BrokenInvariantError, match=planted.rule):
        planted.story(plant)


@pytest.mark.requirement("M-01", "R-45")
def test_a_stop_under_five_percent_that_is_overdue_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that forgets that such a stop has an end is found in the silence after it."""
    plant = talks()
    plant.host_keeps(16_000, Signalling.DIGITAL)
    _asks(plant)
    assert plant.relay
    monkeypatch.setattr(Relay, "update", _closes_on_any_word)
    plant.host_keeps(0, Signalling.DIGITAL)
    plant.run(5_900)
    with pytest.raises(BrokenInvariantError, match="closed_implies_permit_or_orderly_stop"):
        plant.run(1_000)


@pytest.mark.parametrize("planted", BUGS, ids=[f"{bug.rule}-{n}" for n, bug in enumerate(BUGS)])
def test_a_bug_of_its_kind_breaks_the_rule(monkeypatch: pytest.MonkeyPatch, planted: Planted) -> None:
    """With the bug the rule is named; without it the same story breaks nothing."""
    planted.story(charging())
    plant = charging()
    monkeypatch.setattr(planted.owner, planted.name, planted.bug)
    with pytest.raises(BrokenInvariantError, match=planted.rule):
        planted.story(plant)


@pytest.mark.requirement("R-49")
def test_a_setting_that_changes_under_a_car_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that takes it in state B is named as soon as it echoes it."""
    plant = charging()
    plant.show(PilotState.B)
    plant.run(1_000)
    plant.send(Commission(Setting.VOLTAGE_OFFSET, 5))
    assert [echo.taken for echo in plant.effects(Commissioned)] == [False]
    monkeypatch.setattr(Rtm, "_commission", _takes_it)
    with pytest.raises(BrokenInvariantError, match="settings_change_in_an_idle_station"):
        plant.send(Commission(Setting.VOLTAGE_OFFSET, 5))


def test_what_was_overdue_is_found_though_it_is_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that forgot a deadline does what is due with its next event: the silence before is judged."""
    plant = charging()
    monkeypatch.setattr(Relay, "deadline", _never)
    plant.renewal_us = 490_300
    _withdrawn(plant)
    with pytest.raises(BrokenInvariantError, match="closed_implies_permit_or_orderly_stop"):
        plant.run(8_000)


def test_a_weld_that_is_known_keeps_the_relay_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge remembers it by itself: a module that forgets it is found when it closes."""
    monkeypatch.setattr(FaultLatch, "update", _forgives_welds)
    plant = charging()
    with pytest.raises(BrokenInvariantError):
        _weld(plant)
    assert judge_of(plant).history.weld_known


def test_a_report_that_is_not_so_is_found() -> None:
    """What the host is told of the relay is what is driven."""
    plant = charging()
    history = judge_of(plant).history
    assert broken(history) == {}
    history.now.report = replace(plant.told, relay=False)
    assert set(broken(history)) == {"what_is_told_is_so"}


def test_every_rule_has_one_name_and_one_sentence() -> None:
    """What is told of a broken rule are these two."""
    names = [rule.__name__ for rule in INVARIANTS]
    assert len(names) == len(set(names))
    assert all(rule.__doc__ and rule.__doc__.split("\n\n")[0].endswith(".") for rule in INVARIANTS)


def test_an_offer_that_is_taken_back_for_the_days_test_is_no_broken_rule() -> None:
    """A car waits in state B under its offer for days: the monitor's proof grows old and is made anew."""
    day = replace(SOCKET.residual, holds_ms=6_000, test_ms=600, clear_ms=300)
    model = replace(SOCKET, residual=day, wake_up=replace(SOCKET.wake_up, enabled=False))
    plant = Plant(model, watcher=Judge(model))
    plant.hello()
    plant.host_keeps(16_000)
    plant.plug(PilotState.B)
    plant.run(30_000)
    assert [on for _, on in plant.changes(lambda outputs: outputs.residual_test)].count(True) >= 3
