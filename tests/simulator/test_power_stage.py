"""Stories of the virtual DC power stage: what is asked of it, and what it then says of itself."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.simulator.power_stage import (
    LIMITS,
    SAFE_MV,
    NewSession,
    PowerStage,
    SetBattery,
    SetInsulation,
    StageConfig,
    StageEvent,
)
from pilotline.vocabulary.power_side import (
    CheckInsulation,
    CloseContactors,
    DcLimits,
    EmergencyOff,
    Insulation,
    OpenContactors,
    PowerState,
    PreCharge,
    StopSupply,
    Supply,
    Trouble,
)
from pilotline.vocabulary.time import MS, SECOND, Tick

CONFIG = StageConfig()


class Bench:
    """A stage with its time: ``do`` says something, ``wait`` lets it act at its own deadlines."""

    def __init__(self, config: StageConfig = CONFIG) -> None:
        self.now = 0
        self.stage = PowerStage(config)
        self.told: list[PowerState] = []
        self.do(Tick())

    @property
    def state(self) -> PowerState:
        return self.told[-1]

    def do(self, *events: StageEvent) -> None:
        for event in events:
            self.told += self.stage.handle(event, self.now)
            due = self.stage.deadline()
            assert due is None or due > self.now

    def wait(self, span_us: int) -> None:
        end = self.now + span_us
        while (due := self.stage.deadline()) is not None and due <= end:
            self.now = due
            self.do(Tick())
        self.now = end

    def wait_until(self, reached: Callable[[PowerState], bool], most_us: int = 20 * SECOND) -> int:
        """How long it took."""
        begun = self.now
        while not reached(self.state):
            due = self.stage.deadline()
            assert due is not None, "nothing moves any more"
            assert due <= begun + most_us, "it takes too long"
            self.now = due
            self.do(Tick())
        return self.now - begun


@pytest.fixture
def bench() -> Bench:
    return Bench()


def charging(bench: Bench, voltage_mv: int = 400_000, current_ma: int = 100_000) -> None:
    """Tested, pre-charged, connected; a battery of 400 V takes what is asked."""
    bench.do(SetBattery(400_000), CheckInsulation(500_000))
    bench.wait(5 * SECOND)
    bench.do(PreCharge(voltage_mv, 2_000))
    bench.wait(2 * SECOND)
    bench.do(CloseContactors())
    bench.wait(SECOND)
    bench.do(Supply(450_000, current_ma))
    bench.wait(3 * SECOND)


# --- insulation -----------------------------------------------------------------------------------


def test_it_says_its_limits_before_anything_is_asked(bench: Bench) -> None:
    """And that nothing is known, closed or live."""
    assert bench.told == [PowerState(LIMITS, energy_wh=0)]
    assert bench.stage.deadline() is None


def test_an_insulation_test_raises_the_voltage_tests_and_lets_it_fall(bench: Bench) -> None:
    """500 V/s up, one second of testing, 1000 V/s down; the result is known before the voltage is away."""
    bench.do(CheckInsulation(500_000))
    assert bench.state.insulation is Insulation.TESTING
    assert bench.wait_until(lambda state: state.voltage_mv == 500_000) == SECOND
    assert bench.wait_until(lambda state: state.insulation is Insulation.VALID) == SECOND
    assert bench.wait_until(lambda state: state.voltage_mv < SAFE_MV) <= SECOND // 2
    bench.wait(SECOND)
    assert bench.state.voltage_mv == 0
    assert not any(state.contactors or state.current_ma for state in bench.told)


def test_asking_for_the_same_test_again_changes_nothing(bench: Bench) -> None:
    """Verbs are levels: a car asks CableCheckReq many times, and the test is one."""
    bench.do(CheckInsulation(500_000))
    for _ in range(40):
        bench.wait(100 * MS)
        bench.do(CheckInsulation(500_000))
    found = [state.insulation for state in bench.told]
    assert found[1:] == sorted(found[1:], key=(Insulation.TESTING, Insulation.VALID).index)


@pytest.mark.parametrize("found", [Insulation.WARNING, Insulation.NO_MONITOR])
def test_the_monitor_finds_what_it_was_told_to_find(bench: Bench, found: Insulation) -> None:
    """On demand, for what a conversation makes of it."""
    bench.do(SetInsulation(found), CheckInsulation(400_000))
    bench.wait(5 * SECOND)
    assert bench.state.insulation is found


def test_a_fault_of_the_insulation_switches_off_and_stays(bench: Bench) -> None:
    """Nothing that is asked afterwards gives voltage, until another car comes."""
    bench.do(SetInsulation(Insulation.FAULT), CheckInsulation(400_000))
    bench.wait(5 * SECOND)
    bench.do(PreCharge(400_000, 2_000), CloseContactors(), Supply(400_000, 10_000))
    bench.wait(5 * SECOND)
    assert bench.state == PowerState(LIMITS, Insulation.FAULT, energy_wh=0)
    bench.do(NewSession(), SetInsulation(Insulation.VALID), PreCharge(400_000, 2_000))
    bench.wait(5 * SECOND)
    assert bench.state.voltage_mv == 400_000


def test_the_monitor_looks_during_the_charge_too(bench: Bench) -> None:
    """A fault that comes then takes current and contactors away at once."""
    charging(bench)
    bench.do(SetInsulation(Insulation.FAULT))
    assert (bench.state.insulation, bench.state.current_ma) == (Insulation.FAULT, 0)
    bench.wait(SECOND)
    assert not bench.state.contactors


def test_a_test_after_something_else_is_a_new_one(bench: Bench) -> None:
    """Even at the same voltage: what was found before is of before."""
    bench.do(CheckInsulation(500_000))
    bench.wait(5 * SECOND)
    bench.do(OpenContactors(), CheckInsulation(500_000))
    assert bench.state.insulation is Insulation.TESTING
    bench.wait(5 * SECOND)
    assert bench.state.insulation is Insulation.VALID


def test_a_test_that_is_broken_off_has_found_nothing(bench: Bench) -> None:
    """And is made whole when it is asked for again."""
    bench.do(CheckInsulation(500_000))
    bench.wait(1_500 * MS)
    bench.do(PreCharge(300_000, 2_000))
    assert bench.state.insulation is Insulation.UNTESTED
    bench.do(CheckInsulation(500_000))
    bench.wait(5 * SECOND)
    assert bench.state.insulation is Insulation.VALID


# --- pre-charge and contactors --------------------------------------------------------------------


def test_pre_charge_follows_each_new_target(bench: Bench) -> None:
    """Cars give a wrong one first."""
    bench.do(PreCharge(200_000, 2_000))
    bench.wait(SECOND)
    bench.do(PreCharge(380_000, 2_000))
    bench.wait(SECOND)
    assert bench.state.voltage_mv == 380_000
    bench.do(PreCharge(350_000, 2_000))
    bench.wait(SECOND)
    assert bench.state.voltage_mv == 350_000


def test_no_target_is_above_the_limit_or_below_nothing(bench: Bench) -> None:
    """Whatever is asked."""
    bench.do(PreCharge(2_000_000, 2_000))
    bench.wait(5 * SECOND)
    assert bench.state.voltage_mv == LIMITS.voltage_mv
    bench.do(PreCharge(-50_000, 2_000))
    bench.wait(5 * SECOND)
    assert bench.state.voltage_mv == 0


def test_contactors_take_their_time_and_the_source_stays_on(bench: Bench) -> None:
    """Closing is 50 ms; the voltage is still that of the pre-charge."""
    bench.do(PreCharge(400_000, 2_000))
    bench.wait(2 * SECOND)
    bench.do(CloseContactors())
    assert bench.wait_until(lambda state: state.contactors) == CONFIG.close_ms * MS
    assert bench.state.voltage_mv == 400_000


def test_a_closing_that_is_taken_back_in_time_never_happens(bench: Bench) -> None:
    """Contacts that are on their way go back."""
    bench.do(CloseContactors())
    bench.wait(CONFIG.close_ms * MS // 2)
    bench.do(OpenContactors())
    bench.wait(SECOND)
    assert not any(state.contactors for state in bench.told)


# --- supply ---------------------------------------------------------------------------------------


def test_the_current_rises_in_a_straight_line_to_what_is_asked(bench: Bench) -> None:
    """100 A/s; the output is at the battery's voltage and what its resistance adds."""
    bench.do(SetBattery(400_000), PreCharge(400_000, 2_000))
    bench.wait(2 * SECOND)
    bench.do(CloseContactors(), Supply(450_000, 100_000))
    bench.wait(CONFIG.close_ms * MS + SECOND // 2)
    assert bench.state.current_ma == 50_000
    bench.wait(SECOND)
    assert bench.state.current_ma == 100_000
    assert bench.state.voltage_mv == 400_000 + 100 * CONFIG.resistance_mohm


@pytest.mark.parametrize(
    ("battery_mv", "asked", "limits", "current_ma"),
    [
        (400_000, Supply(450_000, 80_000), LIMITS, 80_000),
        (400_000, Supply(450_000, 300_000), LIMITS, 200_000),
        (400_000, Supply(402_000, 300_000), LIMITS, 40_000),
        (400_000, Supply(390_000, 300_000), LIMITS, 0),
        (400_000, Supply(450_000, 300_000), LIMITS._replace(voltage_mv=401_000), 20_000),
        (400_000, Supply(450_000, 300_000), LIMITS._replace(power_w=20_000), 49_690),
    ],
    ids=["asked", "limit", "voltages", "battery above the target", "voltage limit", "power limit"],
)
def test_the_current_is_the_least_of_what_bounds_it(
    battery_mv: int, asked: Supply, limits: DcLimits, current_ma: int
) -> None:
    """What is asked, the limits, and what the difference of voltages drives through the resistance."""
    bench = Bench()
    bench.do(SetBattery(battery_mv), PreCharge(battery_mv, 2_000), limits)
    bench.wait(2 * SECOND)
    bench.do(CloseContactors(), asked)
    bench.wait(5 * SECOND)
    assert bench.state.current_ma == current_ma
    assert bench.state.voltage_mv * bench.state.current_ma <= limits.power_w * 10**6


def test_a_limit_that_falls_is_followed_while_charging(bench: Bench) -> None:
    """200 A/s down: 50 A less are gone in a quarter of a second."""
    charging(bench)
    bench.do(LIMITS._replace(current_ma=50_000))
    assert bench.wait_until(lambda state: state.current_ma == 50_000) == SECOND // 4
    assert bench.state.limits == LIMITS._replace(current_ma=50_000)


def test_without_a_battery_said_it_follows_the_last_pre_charge(bench: Bench) -> None:
    """A little below: a car that asks for the same voltage then takes a current."""
    bench.do(PreCharge(300_000, 2_000), PreCharge(500_000, 1_000), CloseContactors())
    bench.wait(2 * SECOND)
    bench.do(Supply(500_000, 10_000))
    bench.wait(2 * SECOND)
    assert bench.state.current_ma == 10_000
    assert bench.state.voltage_mv == 495_500


def test_nothing_flows_while_the_contactors_are_open(bench: Bench) -> None:
    """The source may be on; the car gets nothing."""
    bench.do(PreCharge(400_000, 2_000), Supply(450_000, 50_000))
    bench.wait(3 * SECOND)
    assert bench.state.current_ma == 0
    assert not bench.state.contactors


# --- the end --------------------------------------------------------------------------------------


def test_stopping_brings_the_current_to_zero_then_the_voltage_and_leaves_the_contactors(
    bench: Bench,
) -> None:
    """The car opens its own when nothing flows, and the output falls."""
    charging(bench)
    bench.do(StopSupply())
    assert bench.wait_until(lambda state: state.current_ma == 0) == SECOND // 2
    bench.wait_until(lambda state: state.voltage_mv < SAFE_MV, SECOND)
    assert bench.state.contactors
    bench.do(OpenContactors())
    bench.wait(SECOND)
    assert not bench.state.contactors


def test_contactors_part_only_when_no_current_flows(bench: Bench) -> None:
    """OpenContactors from full current: first the ramp, then the contacts."""
    charging(bench)
    del bench.told[:-1]
    bench.do(OpenContactors())
    took = bench.wait_until(lambda state: not state.contactors)
    assert took == SECOND // 2 + CONFIG.open_ms * MS
    assert all(state.current_ma == 0 for state in bench.told if not state.contactors)


def test_an_emergency_is_at_once_and_for_the_rest_of_the_session(bench: Bench) -> None:
    """Whatever is asked afterwards."""
    charging(bench)
    bench.do(EmergencyOff())
    assert bench.state.current_ma == 0
    bench.wait(SECOND)
    bench.do(CloseContactors(), Supply(450_000, 10_000), CheckInsulation(500_000))
    bench.wait(5 * SECOND)
    assert not bench.state.contactors
    assert bench.state.voltage_mv == 0


@pytest.mark.parametrize("trouble", [each for each in Trouble if each is not Trouble.NONE])
def test_trouble_switches_off_by_itself(bench: Bench, trouble: Trouble) -> None:
    """And nothing comes back when it is over until it is asked for again."""
    charging(bench)
    bench.do(trouble)
    assert (bench.state.trouble, bench.state.current_ma) == (trouble, 0)
    bench.wait(5 * SECOND)
    bench.do(Trouble.NONE)
    bench.wait(5 * SECOND)
    assert bench.state == PowerState(LIMITS, Insulation.VALID, energy_wh=bench.state.energy_wh)


def test_trouble_in_the_middle_of_a_test_leaves_it_untested(bench: Bench) -> None:
    """And when it is over, the test can be made."""
    bench.do(CheckInsulation(500_000))
    bench.wait(1_500 * MS)
    bench.do(Trouble.MALFUNCTION)
    assert bench.state.insulation is Insulation.UNTESTED
    bench.wait(SECOND)
    bench.do(Trouble.NONE, CheckInsulation(500_000))
    bench.wait(5 * SECOND)
    assert bench.state.insulation is Insulation.VALID


# --- energy, and time -----------------------------------------------------------------------------


def test_the_meter_counts_what_went_out(bench: Bench) -> None:
    """100 A at 405 V for an hour are 40.5 kWh, ramps and the time before aside."""
    charging(bench)
    before = bench.state.energy_wh or 0
    bench.wait(3_600 * SECOND)
    assert (bench.state.energy_wh or 0) - before == pytest.approx(40_500, abs=1)


def test_the_meter_counts_on_with_the_next_car(bench: Bench) -> None:
    """The register is the meter's, all else the session's."""
    charging(bench)
    bench.wait(600 * SECOND)
    counted = bench.state.energy_wh
    bench.do(NewSession())
    bench.wait(5 * SECOND)
    assert counted
    assert bench.state == PowerState(LIMITS, energy_wh=counted)


EVENTS = st.one_of(
    st.builds(CheckInsulation, st.integers(-10, 1_200_000)),
    st.builds(PreCharge, st.integers(-100_000, 1_200_000), st.integers(0, 5_000)),
    st.just(CloseContactors()),
    st.builds(Supply, st.integers(-100_000, 1_200_000), st.integers(-1_000, 500_000)),
    st.just(StopSupply()),
    st.just(OpenContactors()),
    st.just(EmergencyOff()),
    st.just(NewSession()),
    st.builds(SetBattery, st.none() | st.integers(0, 900_000)),
    st.builds(SetInsulation, st.sampled_from(Insulation)),
    st.sampled_from(Trouble),
    st.builds(LIMITS._replace, current_ma=st.integers(0, 300_000), power_w=st.integers(0, 300_000)),
    st.just(Tick()),
)


@given(st.lists(st.tuples(EVENTS, st.integers(0, 3 * SECOND))))
def test_whatever_is_asked_it_keeps_its_bounds(story: list[tuple[StageEvent, int]]) -> None:
    """No current through open contacts, none below zero, no voltage over the limit, the meter never back."""
    bench = Bench()
    for event, span in story:
        bench.do(event)
        bench.wait(span)
    bench.do(OpenContactors())
    bench.wait(10 * SECOND)
    for before, state in zip(bench.told, bench.told[1:], strict=False):
        assert state.current_ma >= 0
        assert state.voltage_mv >= 0
        assert state.contactors or state.current_ma == 0
        assert (state.energy_wh or 0) >= (before.energy_wh or 0)
    assert not bench.state.contactors
    assert bench.state.voltage_mv == 0


@given(st.lists(st.tuples(EVENTS, st.integers(0, 3 * SECOND)), max_size=8), st.integers(1_000, 200_000))
def test_who_looks_more_often_sees_the_same(story: list[tuple[StageEvent, int]], every: int) -> None:
    """Lines and integrals are in closed form: looking changes nothing that is seen later."""
    seldom, often = Bench(), Bench()
    for event, span in story:
        for bench in (seldom, often):
            bench.do(event)
        seldom.wait(span)
        end = often.now + span
        while often.now + every < end:
            often.wait(every)
            often.do(Tick())
        often.wait(end - often.now)
        for bench in (seldom, often):
            bench.do(Tick())
        one, other = seldom.state, often.state
        assert (one.insulation, one.contactors, one.trouble) == (
            other.insulation,
            other.contactors,
            other.trouble,
        )
        assert one.voltage_mv == pytest.approx(other.voltage_mv, abs=2)
        assert one.current_ma == pytest.approx(other.current_ma, abs=2)
        assert one.energy_wh == pytest.approx(other.energy_wh, abs=1)
