"""The safety module against a plant that does anything at any time: the invariants hold at every moment."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from machines.invariants import History, broken
from pilotline.rtm.core import RtmEffect, RtmEvent
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import (
    ClearFaults,
    Commission,
    LockPlug,
    LockPosition,
    Permit,
    SetAvailable,
    Setting,
    Withdraw,
)
from pilotline.vocabulary.charger import RtmModel, WakeUp
from pilotline.vocabulary.pilot import PilotState
from support.rtm_plant import LEVEL_MV, SOCKET, TETHERED, Plant

SLEEPY = WakeUp(enabled=True, after_ms=2_500, pulse_ms=700, tries=2)
"""Short, so that a story of a minute meets the wake-up too."""
PATIENT = replace(SOCKET.pilot, left_c_ms=45)
"""State A is believed before the time outside C is over."""
MODELS = {
    "socket": replace(SOCKET, wake_up=SLEEPY),
    "tethered": replace(TETHERED, wake_up=SLEEPY, pilot=PATIENT),
}
CARS = st.sampled_from([PilotState.B, PilotState.C, PilotState.C, PilotState.D])
LEVELS = st.sampled_from([*LEVEL_MV.values(), 5_000, 7_000, 7_200, 4_400, 8_000, 10_600])
RESISTORS = st.sampled_from([100, 220, 220, 680, 1_500, 40, 5_000])
OFFERS = st.sampled_from([0, 5_999, 6_000, 13_500, 16_000, 32_000, 51_500, 80_000, 4_000_000_000])
HELD = st.sampled_from([None, None, True, False])
MOMENTS = st.one_of(st.integers(0, 120), st.sampled_from([310, 2_100, 3_500, 7_000]))


class Judge:
    """Keeps the history and refuses the first moment at which an invariant does not hold."""

    def __init__(self, model: RtmModel) -> None:
        self.history = History(model)

    def note(self, event: RtmEvent, now: int, effects: Sequence[RtmEffect], deadline: int | None) -> None:
        self.history.note(event, now, effects, deadline)
        found = broken(self.history, self.history.model)
        assert not found, f"{found}\nafter {event}\nwas {self.history.before}\nis {self.history.now}"


class SafetyModule(RuleBasedStateMachine):
    """Hands that plug, cars that misbehave, contacts that weld, hosts that talk nonsense or not at all."""

    plant: Plant

    @initialize(name=st.sampled_from(sorted(MODELS)), offer=st.sampled_from([16_000, 32_000]))
    def begin(self, name: str, offer: int) -> None:
        self.plant = Plant(MODELS[name], watcher=Judge(MODELS[name]))
        self.plant.hello()
        self.plant.host_keeps(offer)
        self.plant.run(100)

    # --- the hands ---

    @rule(state=CARS, ohm=RESISTORS)
    def plug(self, state: PilotState, ohm: int) -> None:
        self.plant.plug(state, ohm)

    @rule()
    def unplug(self) -> None:
        self.plant.unplug()

    # --- the car ---

    @rule(state=CARS)
    def show(self, state: PilotState) -> None:
        if self.plant.car is not PilotState.A:
            self.plant.show(state)

    @rule(level=LEVELS, ms=st.integers(1, 90))
    def glitch(self, level: int, ms: int) -> None:
        self.plant.show_mv(level)
        self.plant.run(ms)
        self.plant.show_mv(None)

    @rule(level=LEVELS)
    def hold_level(self, level: int) -> None:
        self.plant.show_mv(level)

    @rule()
    def free_level(self) -> None:
        self.plant.show_mv(None)

    @rule(there=st.booleans())
    def diode(self, there: bool) -> None:
        self.plant.diode = there
        self.plant.measure()

    @rule(current_ma=st.sampled_from([0, 999, 1_000, 16_000, 40_000]))
    def draw(self, current_ma: int) -> None:
        self.plant.draw(current_ma)

    # --- contacts and lock ---

    @rule(live=HELD, neutral=HELD)
    def hold_contacts(self, live: bool | None, neutral: bool | None) -> None:
        self.plant.hold_contacts(live, neutral)

    @precondition(lambda self: self.plant.model.outlet.lock)
    @rule(position=st.sampled_from([LockPosition.OPEN, LockPosition.MOVING, LockPosition.LOCKED]))
    def force_lock(self, position: LockPosition) -> None:
        self.plant.force_lock(position)

    # --- the host ---

    @rule(right=st.sampled_from([True, True, False]))
    def hello(self, right: bool) -> None:
        self.plant.hello(None if right else 1)

    @rule(offer=OFFERS)
    def host_keeps(self, offer: int) -> None:
        self.plant.host_keeps(offer)

    @rule(offer=OFFERS, lifetime=st.sampled_from([0, 1, 700, 2_000, 65_535]))
    def permit(self, offer: int, lifetime: int) -> None:
        self.plant.send(Permit(offer, lifetime))

    @rule()
    def host_is_silent(self) -> None:
        self.plant.host_is_silent()

    @rule()
    def withdraw(self) -> None:
        self.plant.host_is_silent()
        self.plant.send(Withdraw())

    @rule(available=st.sampled_from([True, True, False]))
    def set_available(self, available: bool) -> None:
        self.plant.send(SetAvailable(available))

    @rule(locked=st.booleans())
    def wish_lock(self, locked: bool) -> None:
        self.plant.send(LockPlug(locked))

    @rule(mask=st.sampled_from([0xFFFF_FFFF, faults.WELDED, faults.MISSING_HOST, faults.L_OPEN]))
    def clear(self, mask: int) -> None:
        self.plant.send(ClearFaults(mask))

    @rule(setting=st.sampled_from(Setting), value=st.sampled_from([0, 1, 2]))
    def commission(self, setting: Setting, value: int) -> None:
        self.plant.send(Commission(setting, value))

    @rule(ohm=RESISTORS)
    def swap_behind_state_f(self, ohm: int) -> None:
        """Out of service, one cable goes and another comes, and nobody sees it on the pilot."""
        plant = self.plant
        plant.send(SetAvailable(False))
        plant.run(7_000)
        plant.unplug()
        plant.run(100)
        plant.plug(PilotState.B, ohm)
        plant.run(100)
        plant.send(SetAvailable(True))
        plant.run(900)

    # --- time ---

    @rule(ms=MOMENTS)
    def wait(self, ms: int) -> None:
        self.plant.run(ms)

    @rule()
    def all_is_put_right(self) -> None:
        """Everything is repaired and the car asks: so that stories reach the closed relay again and again."""
        plant = self.plant
        plant.diode, plant.level_mv, plant.draws_ma = True, None, 10_000
        plant.unplug()
        plant.hold_contacts(None, None)
        plant.run(200)
        plant.send(ClearFaults(0xFFFF_FFFF))
        plant.send(SetAvailable(True))
        plant.hello()
        plant.host_keeps(16_000)
        plant.plug(PilotState.C)
        plant.run(900)


SafetyModule.TestCase.settings = settings(
    max_examples=120,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.mark.timeout(600)  # passing takes seconds; a failure needs time to be made small
@pytest.mark.requirement("R-45", "R-46", "R-47", "R-13", "R-29", "E-31")
class TestSafetyModule(SafetyModule.TestCase):
    """Whatever hands, car, contacts and host do, every invariant holds at every moment."""
