"""The safety module against a plant that does anything at any time: the invariants hold at every moment."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from pilotline.proof.invariants import Judge
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import (
    ClearFaults,
    Commission,
    Covers,
    LockPlug,
    LockPosition,
    Pace,
    Permit,
    ResidualAlarm,
    SetAvailable,
    Setting,
    Withdraw,
)
from pilotline.vocabulary.charger import BackOff, TripTime, WakeUp
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.pilot import PilotState, Signalling
from support.rtm_plant import LEVEL_MV, SOCKET, TALKING, TETHERED, Plant

SLEEPY = WakeUp(enabled=True, after_ms=2_500, pulse_ms=700, tries=2)
"""Short, so that a story of a minute meets the wake-up too."""
PATIENT = replace(SOCKET.pilot, left_c_ms=45)
"""State A is believed before the time outside C is over."""
HASTY = replace(
    SOCKET,
    wake_up=SLEEPY,
    residual=replace(SOCKET.residual, test_ms=600, clear_ms=300),
    supply=replace(SOCKET.supply, back_ms=350, time=TripTime(20, 170, 1, 30, 5_000)),
    temperature=replace(SOCKET.temperature, time=TripTime(0, 130, 1, 30, 5_000)),
    back_off=BackOff(waits_ms=(1_500, 4_000), tries=3),
)
"""Short times, so that a story of a minute meets the end of each."""
SHORT_DAY = replace(HASTY.residual, holds_ms=4_000)
"""A day of four seconds: what the monitor's test has proved grows old."""
MODELS = {
    "socket": replace(SOCKET, wake_up=SLEEPY),
    "hasty": HASTY,
    "tethered": replace(
        HASTY,
        outlet=TETHERED.outlet,
        proximity=None,
        lock=None,
        pilot=PATIENT,
        residual=SHORT_DAY,
        absent_faults=TETHERED.absent_faults,
    ),
    "talking": replace(HASTY, digital=TALKING.digital),
    "three phases": replace(HASTY, rating=replace(SOCKET.rating, phases=3, power_w=22_080)),
}
CARS = st.sampled_from([PilotState.B, PilotState.C, PilotState.C, PilotState.D])
LEVELS = st.sampled_from([*LEVEL_MV.values(), 5_000, 7_000, 7_200, 4_400, 8_000, 10_600])
RESISTORS = st.sampled_from([100, 220, 220, 680, 1_500, 40, 5_000])
OFFERS = st.sampled_from(
    [0, 5_999, 6_000, 6_005, 13_500, 16_000, 31_999, 32_000, 51_500, 80_000, 4_000_000_000]
)
SIGNALLINGS = st.sampled_from([Signalling.NOMINAL, Signalling.NOMINAL, Signalling.DIGITAL])
WRONG: list[dict[str, object]] = [
    {"residual_ac_ua": 25_000},
    {"residual_dc_ua": 5_000},
    {"residual_dc_ua": -5_900},
    {"residual_dc_ua": 900},
    {"voltage_mv": PerPhase(253_001, 0, 0)},
    {"voltage_mv": PerPhase(206_999, 0, 0)},
    {"voltage_mv": PerPhase(230_000, 230_000, 180_000)},
    {"voltage_mv": PerPhase(300_001, 0, 0)},
    {"voltage_mv": PerPhase(114_999, 0, 0)},
    {"neutral_pe_mv": 70_001},
    {"temperature_mc": (20_000, 79_001)},
    {"temperature_mc": (78_000, 20_000)},
    {"current_ma": PerPhase(0, 39_000, 0)},
    {"emergency_stop": True},
    {"calibrated": False},
    {"covers": Covers(main=True)},
    {"lock": LockPosition.NONE},
]
"""What a sample may say beside what the plant does; each stays until another is said."""
ALARMS = [None, None, None, *(ResidualAlarm(ac, dc) for ac in (False, True) for dc in (False, True))]
HELD = st.sampled_from([None, None, True, False])
MOMENTS = st.one_of(st.integers(0, 120), st.sampled_from([310, 2_100, 3_500, 7_000]))


class SafetyModule(RuleBasedStateMachine):
    """Hands that plug, cars that misbehave, contacts that weld, hosts that talk nonsense or not at all."""

    plant: Plant

    @initialize(name=st.sampled_from(sorted(MODELS)), offer=st.sampled_from([16_000, 32_000]))
    def begin(self, name: str, offer: int) -> None:
        self.plant = Plant(MODELS[name], watcher=Judge(MODELS[name]))
        self.plant.renewal_us = 490_300
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

    @rule(levels=st.lists(LEVELS, min_size=2, max_size=4), ms=st.integers(5, 29))
    def pull_slowly(self, levels: list[int], ms: int) -> None:
        """The pilot's pin scrapes along the socket and shows one level after the other."""
        for level in levels:
            self.plant.show_mv(level)
            self.plant.run(ms)
        self.plant.show_mv(None)
        self.plant.unplug()

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

    # --- what the sensors see ---

    @rule(parts=st.sampled_from(WRONG), ms=st.sampled_from([0, 3, 30, 90, 600, 1_200]))
    def something_is_wrong(self, parts: dict[str, object], ms: int) -> None:
        self.plant.sense(**parts)
        self.plant.run(ms)

    @rule(parts=st.sampled_from(WRONG), ms=st.integers(0, 8))
    def a_blip(self, parts: dict[str, object], ms: int) -> None:
        """Something wrong for a few milliseconds, at any moment."""
        self.plant.sense(**parts)
        self.plant.run(ms)
        self.plant.sense()

    @rule()
    def all_is_measured_right(self) -> None:
        self.plant.sense()

    @rule(ms=st.integers(0, 400), wait=st.sampled_from([600, 1_700, 4_200, 6_000]))
    def the_supply_sinks_and_comes_back(self, ms: int, wait: int) -> None:
        """What back-off is for: the car lets go, sooner or later, and asks again after a while."""
        plant = self.plant
        self.all_is_put_right()
        plant.sense(neutral_pe_mv=90_000)
        plant.run(ms)
        if plant.car is PilotState.C:
            plant.show(PilotState.B)
        plant.run(400 - ms)
        plant.sense()
        plant.run(wait)
        if plant.car is PilotState.B:
            plant.show(PilotState.C)
        plant.run(200)

    @rule(parts=st.sampled_from(WRONG), ms=st.integers(0, 110))
    def ask_when_something_is_wrong(self, parts: dict[str, object], ms: int) -> None:
        """The car goes from B to C while a cause is there that is not believed yet."""
        plant = self.plant
        self.all_is_put_right()
        plant.show(PilotState.B)
        plant.run(700)
        plant.show(PilotState.C)
        plant.run(110 - ms)
        plant.sense(**parts)
        plant.run(ms)
        plant.sense()

    @rule(parts=st.sampled_from(WRONG))
    def be_wrong_when_the_offer_is_due(self, parts: dict[str, object]) -> None:
        """A permit comes to a plugged-in car while a cause is there that is not believed yet."""
        plant = self.plant
        self.all_is_put_right()
        plant.host_keeps(0)
        plant.send(Withdraw())
        plant.show(PilotState.B)
        plant.run(900)
        plant.send(LockPlug(True))
        plant.run(400)
        plant.sense(**parts)
        plant.host_keeps(16_000)
        plant.run(60)

    @rule(alarm=st.sampled_from(ALARMS), ms=st.integers(20, 260))
    def leak_during_the_test(self, alarm: ResidualAlarm | None, ms: int) -> None:
        """The used-up proof is made anew in state A, and the monitor's alarms stay."""
        plant = self.plant
        self.all_is_put_right()
        plant.alarm_ms = 200
        plant.unplug()
        plant.run(ms)
        plant.hold_alarms(alarm)
        plant.run(1_200)

    @rule(alarm=st.sampled_from(ALARMS), ms=st.sampled_from([0, 5, 700, 2_000]))
    def hold_alarms(self, alarm: ResidualAlarm | None, ms: int) -> None:
        """The monitor sees a leak by itself, or is dead to its test."""
        self.plant.hold_alarms(alarm)
        self.plant.run(ms)

    @rule(ms=st.sampled_from([15, 200, 900, 1_900, 2_500]))
    def slow_monitor(self, ms: int) -> None:
        """How long the monitor takes to answer its test, either way."""
        self.plant.alarm_ms = ms

    @precondition(lambda self: self.plant.model.outlet.lock)
    @rule(jammed=st.booleans())
    def jam(self, jammed: bool) -> None:
        self.plant.jammed = jammed

    # --- the loop that runs it ---

    @rule(pace=st.sampled_from(Pace), ms=st.sampled_from([0, 20, 700, 6_500]))
    def keep_pace(self, pace: Pace, ms: int) -> None:
        """What the loop says of itself stays so until it says another thing."""
        self.plant.send(pace)
        self.plant.run(ms)

    @rule(pace=st.sampled_from(Pace), ms=st.integers(0, 60))
    def stumble(self, pace: Pace, ms: int) -> None:
        """Late or stalled for a moment, a car that lets go or not, and in time again."""
        self.plant.send(pace)
        self.plant.run(ms)
        self.plant.send(Pace.KEPT)

    # --- the host ---

    @rule(right=st.sampled_from([True, True, False]))
    def hello(self, right: bool) -> None:
        self.plant.hello(None if right else 1)

    @rule(offer=OFFERS, signalling=SIGNALLINGS)
    def host_keeps(self, offer: int, signalling: Signalling) -> None:
        self.plant.host_keeps(offer, signalling)

    @rule(offer=OFFERS, lifetime=st.sampled_from([0, 1, 700, 2_000, 65_535]), signalling=SIGNALLINGS)
    def permit(self, offer: int, lifetime: int, signalling: Signalling) -> None:
        self.plant.send(Permit(offer, lifetime, signalling))

    @rule(
        offers=st.lists(st.sampled_from([0, 5_999, 6_000, 16_000]), min_size=1, max_size=4),
        ms=st.sampled_from([300, 1_100, 3_100, 6_300]),
    )
    def talk(self, offers: list[int], ms: int) -> None:
        """A car that is told by messages: its offers rise and fall, it asks and lets go."""
        plant = self.plant
        self.all_is_put_right()
        plant.show(PilotState.B)
        plant.host_keeps(0, Signalling.DIGITAL)
        plant.run(6_500)
        for offer in offers:
            plant.host_keeps(offer, Signalling.DIGITAL)
            plant.show(PilotState.C if offer else PilotState.B)
            plant.run(ms)

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

    @rule(setting=st.sampled_from(Setting), value=st.sampled_from([0, 1, 2, 23]))
    def commission(self, setting: Setting, value: int) -> None:
        self.plant.send(Commission(setting, value))

    @rule(setting=st.sampled_from(Setting), value=st.sampled_from([0, 1, 2, 23]), ohm=RESISTORS)
    def commission_between_two_cars(self, setting: Setting, value: int, ohm: int) -> None:
        """The one goes, a setting is changed, the next comes before the dust has settled."""
        self.plant.unplug()
        self.plant.run(150)
        self.plant.send(Commission(setting, value))
        self.plant.plug(PilotState.B, ohm)
        self.plant.run(400)

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
        plant.jammed, plant.alarm_ms = False, 15
        plant.unplug()
        plant.hold_contacts(None, None)
        plant.hold_alarms(None)
        plant.sense()
        plant.send(Pace.KEPT)
        plant.run(200)
        plant.send(ClearFaults(0xFFFF_FFFF))
        plant.send(SetAvailable(True))
        plant.hello()
        plant.host_keeps(16_000)
        plant.run(1_900)
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
