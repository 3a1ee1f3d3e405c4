"""The world as a whole: stories of a plug and a car, and what holds for any story."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.simulator.actions import (
    ClampState,
    ConfigureCar,
    Cover,
    LockFault,
    Misbehaviour,
    MonitorFault,
    PlugIn,
    Pole,
    Refused,
    RequestPower,
    RestoreVoltage,
    SetAmbient,
    SetCalibration,
    SetClamp,
    SetCover,
    SetEmergencyStop,
    SetHeat,
    SetHouseLoad,
    SetLeakage,
    SetLockFault,
    SetMisbehaviour,
    SetMonitor,
    SetNeutralEarth,
    SetPilotOffset,
    SetProximity,
    SetTemperatures,
    SetVoltage,
    StickContact,
    StopPower,
    SwapWires,
    Unplug,
    WeldContact,
)
from pilotline.simulator.car import CarConfig
from pilotline.simulator.grid import GridConfig
from pilotline.simulator.lock import LockConfig
from pilotline.simulator.world import Effect, Event, Memory, World, WorldConfig
from pilotline.vocabulary.board import (
    CONTACTS_OPEN,
    Contacts,
    Covers,
    LockPosition,
    Outputs,
    ResidualAlarm,
    Sample,
)
from pilotline.vocabulary.charger import Outlet, OutletKind, Rating
from pilotline.vocabulary.phases import ZERO, PerPhase
from pilotline.vocabulary.pilot import STATE_F, STEADY, PilotMode, PilotOutput, PilotState, duty_for
from pilotline.vocabulary.time import HOUR, MINUTE, MS, SECOND, Tick

THREE_PHASES = GridConfig(PerPhase(230_000, 230_000, 230_000))
STIFF = WorldConfig(grid=GridConfig(impedance_mohm=0))
TETHERED = WorldConfig(outlet=OutletKind.TETHERED, lock=LockConfig(fitted=False))


def pwm(offer_ma: int) -> PilotOutput:
    return PilotOutput(PilotMode.PWM, duty_for(offer_ma))


class Story:
    """A world that is woken at its deadlines, and everything it has said."""

    def __init__(self, config: WorldConfig | None = None, memory: Memory | None = None) -> None:
        self.world = World(config or WorldConfig(), memory)
        self.now = 0
        self.said: list[Effect] = []
        self.run(0)

    def run(self, time: int) -> "Story":
        end = self.now + time
        while (at := self.world.deadline()) is not None and at <= end:
            self.said += self.world.handle(Tick(), at)
        self.said += self.world.handle(Tick(), end)
        self.now = end
        return self

    def do(self, *events: Event) -> "Story":
        for event in events:
            self.said += self.world.handle(event, self.now)
        return self

    @property
    def samples(self) -> list[Sample]:
        return [effect for effect in self.said if isinstance(effect, Sample)]

    @property
    def refusals(self) -> list[Refused]:
        return [effect for effect in self.said if isinstance(effect, Refused)]

    @property
    def last(self) -> Sample:
        return self.samples[-1]


def charging(config: WorldConfig | None = None, offer_ma: int = 30_000) -> Story:
    """A car that is plugged in, locked where there is a lock, and at its current."""
    story = Story(config).do(PlugIn(), Outputs(pwm(offer_ma), lock=True)).run(2 * SECOND)
    return story.do(Outputs(pwm(offer_ma), relay=True, lock=True)).run(20 * SECOND)


def test_a_world_begins_with_one_sample_and_then_is_silent() -> None:
    """Nothing changes in an idle world, so nothing is said and nothing is due."""
    story = Story()
    assert story.world.deadline() is None
    assert story.run(HOUR).samples == [Sample(0, lock=LockPosition.OPEN, neutral_pe_mv=1_000)]


def test_a_normal_charge_to_full() -> None:
    """Plug in, PWM, S2, relay, current, taper, and back to B with a full battery."""
    story = Story(WorldConfig(car=CarConfig(capacity_wh=10_000, soc_percent=80)))
    story.do(PlugIn())
    assert (story.last.pilot_high_mv, story.last.pilot_low_mv, story.last.proximity_ohm) == (
        9_000,
        9_000,
        220,
    )
    story.do(Outputs(pwm(30_000), lock=True)).run(2 * SECOND)
    assert (story.last.pilot_high_mv, story.last.pilot_low_mv, story.last.lock) == (
        6_000,
        -12_000,
        LockPosition.LOCKED,
    )
    story.do(Outputs(pwm(30_000), relay=True, lock=True)).run(20 * SECOND)
    assert (story.last.contacts, story.last.current_ma.l1) == (Contacts(live=True, neutral=True), 30_000)
    assert story.last.voltage_mv.l1 == 227_000
    story.run(5 * HOUR)
    view = story.world.view()
    assert (view.state, view.soc_permille, view.current_ma) == (PilotState.B, 1_000, ZERO)
    assert view.energy_wh == pytest.approx(2_000 / 0.9, abs=2)
    assert story.last.pilot_high_mv == 9_000


def test_samples_come_at_least_every_100_ms_while_current_flows() -> None:
    """The gaps of a charge are never longer, whatever the quanta say (design rule 5)."""
    story = charging().run(MINUTE)
    flowing = [sample.at for sample in story.samples if any(sample.current_ma)]
    assert max(b - a for a, b in itertools.pairwise(flowing)) == 100 * MS


def test_a_lower_duty_is_followed_within_the_reaction_time() -> None:
    """500 ms to notice and 1.2 s to ramp down 24 A; then the current stays."""
    story = charging().do(Outputs(pwm(6_000), relay=True, lock=True)).run(500 * MS)
    assert story.last.current_ma.l1 == 30_000
    assert story.run(1_200 * MS).last.current_ma.l1 == 6_000
    assert story.run(MINUTE).last.current_ma.l1 == 6_000


def test_a_steady_pilot_empties_the_wire_before_s2_opens() -> None:
    """An orderly stop: current 0 and state B within 3 s, while the relay is still closed."""
    story = charging().do(Outputs(STEADY, relay=True, lock=True)).run(3 * SECOND)
    assert (story.last.pilot_high_mv, story.last.current_ma) == (9_000, ZERO)
    assert story.last.contacts == Contacts(live=True, neutral=True)


def test_opening_the_relay_ends_the_current_with_the_first_contact() -> None:
    """15 ms after the command the contacts are open, and the same sample says 0 A."""
    story = charging().do(Outputs(pwm(30_000), lock=True)).run(15 * MS)
    assert (story.last.at, story.last.contacts, story.last.current_ma) == (story.now, CONTACTS_OPEN, ZERO)
    assert story.last.voltage_mv.l1 == 230_000


def test_no_diode_mirrors_the_pilot() -> None:
    """With PWM the low level is minus the high one."""
    story = Story().do(SetMisbehaviour(Misbehaviour.NO_DIODE), PlugIn(), Outputs(pwm(16_000)))
    assert (story.last.pilot_high_mv, story.last.pilot_low_mv) == (9_000, -9_000)


@pytest.mark.parametrize("pole", Pole)
def test_a_welded_contact_keeps_its_feedback_closed(pole: Pole) -> None:
    """The relay opens, one contact does not; no current flows over the other, whatever is offered."""
    story = charging().do(WeldContact(pole), Outputs(pwm(30_000), lock=True)).run(MINUTE)
    welded = Contacts(live=pole is Pole.LIVE, neutral=pole is Pole.NEUTRAL)
    assert (story.last.contacts, story.last.current_ma) == (welded, ZERO)


def test_two_welded_contacts_keep_the_current_flowing() -> None:
    """With both welded the car goes on as long as it is offered current."""
    story = charging().do(WeldContact(Pole.LIVE), WeldContact(Pole.NEUTRAL), Outputs(pwm(30_000), lock=True))
    assert story.run(MINUTE).last.current_ma.l1 == 30_000


def test_a_locked_socket_keeps_the_cable() -> None:
    """Pulled at the car the pilot shows A at once; the cable follows when the bolt is back."""
    story = charging().do(Unplug())
    assert (story.last.pilot_high_mv, story.last.current_ma, story.last.proximity_ohm) == (12_000, ZERO, 220)
    assert story.do(Outputs(STEADY)).run(SECOND).last.proximity_ohm is None


def test_a_cable_left_in_a_locked_socket_goes_back_to_the_car() -> None:
    """Plugged in again before the bolt is back, it is the same cable."""
    story = charging().do(Unplug(), PlugIn(cable_ma=13_000))
    assert not story.refusals
    assert (story.last.pilot_high_mv, story.last.proximity_ohm) == (9_000, 220)


def test_force_pulls_the_cable_out_of_a_locked_socket() -> None:
    """With force nothing is left in the socket."""
    assert charging().do(Unplug(force=True)).last.proximity_ohm is None


def test_a_free_plug_is_pulled() -> None:
    """After the bolt has travelled back the plug comes out, and state A is seen at once."""
    story = charging().do(Outputs(STEADY)).run(300 * MS).do(Unplug())
    assert not story.world.view().plugged
    assert (story.last.at, story.last.proximity_ohm) == (story.now, None)


@pytest.mark.parametrize(
    ("before", "action", "word"),
    [
        ([PlugIn()], PlugIn(), "already"),
        ([], PlugIn(cable_ma=17_000), "17000 mA"),
        ([], Unplug(), "No plug"),
        ([], SetProximity(100), "No plug"),
        ([], ConfigureCar(soc_percent=101), "soc_percent"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(before: list[Event], action: Event, word: str) -> None:
    """A refusal is an answer and never an exception."""
    story = Story().do(*before, action)
    assert len(story.refusals) == 1
    assert word in story.refusals[0].reason
    assert story.refusals[0].reason.endswith(".")


def test_no_plug_goes_into_a_locked_socket() -> None:
    """A bolt that is out keeps plugs out as well."""
    story = Story().do(Outputs(lock=True)).run(SECOND).do(PlugIn())
    assert "bolt" in story.refusals[0].reason


def test_a_world_fits_its_charger() -> None:
    """Supply, outlet and lock are those of the charger's rating and outlet."""
    outlet = Outlet(OutletKind.TETHERED, lock=False, pcm=False, proximity=False, cable_ma=32_000)
    config = WorldConfig.around(Rating(voltage_v=240, phases=3, current_ma=32_000, power_w=22_000), outlet)
    sample = Story(config).last
    assert (sample.voltage_mv, sample.lock) == (PerPhase(240_000, 240_000, 240_000), LockPosition.NONE)


def test_a_three_phase_car_draws_on_three_phases() -> None:
    """11 kW come out of three times 16 A, and a lost phase leaves two."""
    car = CarConfig(phases=3, obc_ma=16_000)
    story = charging(WorldConfig(grid=THREE_PHASES, car=car))
    assert story.last.current_ma == PerPhase(16_000, 16_000, 16_000)
    assert story.world.reading().total_power_w == 3 * 3_654
    story.do(SetVoltage(l2_mv=0)).run(SECOND)
    assert (story.last.current_ma, story.last.voltage_mv.l2) == (PerPhase(16_000, 0, 16_000), 0)


def test_an_outage_ends_the_current_and_its_end_ramps_it_up_again() -> None:
    """The car starts from 0 A when the supply is back."""
    story = charging().do(SetVoltage(l1_mv=0))
    assert (story.last.current_ma, story.last.voltage_mv.l1) == (ZERO, 0)
    story.run(MINUTE).do(SetVoltage(l1_mv=230_000)).run(125 * MS)
    assert story.last.current_ma.l1 == 500


def test_a_sag_below_a_volt_waits_for_the_next_second() -> None:
    """Less than the quantum is no reason for a sample at once, but it is told in the end."""
    story = Story().run(100 * MS).do(SetVoltage(l1_mv=229_500))
    assert story.last.voltage_mv.l1 == 230_000
    assert story.run(900 * MS).last.voltage_mv.l1 == 229_500
    assert story.world.deadline() is None
    story.do(SetVoltage(l1_mv=228_500))
    assert (story.last.at, story.last.voltage_mv.l1) == (story.now, 228_500)


def test_a_small_change_after_a_long_silence_is_told_as_of_its_own_time() -> None:
    """It was not so a second after the sample before."""
    story = Story().run(HOUR).do(SetVoltage(l1_mv=229_500))
    assert (story.last.at, story.last.voltage_mv.l1) == (HOUR, 229_500)


def test_a_small_change_taken_back_leaves_the_world_silent() -> None:
    """Half a volt down and up again: nothing is due for long."""
    story = Story().run(100 * MS).do(SetVoltage(l1_mv=229_500), SetVoltage(l1_mv=230_000)).run(SECOND)
    assert story.world.deadline() is None


def test_swapped_wires_show_at_once() -> None:
    """N to PE jumps to the live voltage."""
    assert Story().do(SwapWires()).last.neutral_pe_mv == 230_000


def test_a_leak_flows_only_behind_a_closed_live_contact() -> None:
    """The residual current begins with the closing and ends with the opening."""
    story = Story().do(SetLeakage(dc_ua=7_000), PlugIn())
    assert story.last.residual_dc_ua == 0
    story.do(Outputs(pwm(16_000), relay=True)).run(20 * MS)
    assert story.last.residual_dc_ua == 7_000
    story.do(Outputs(pwm(16_000))).run(15 * MS)
    assert story.last.residual_dc_ua == 0


def test_a_dead_supply_leaks_nothing() -> None:
    """No voltage, no residual current."""
    story = charging().do(SetLeakage(ac_ua=30_000))
    assert story.last.residual_ac_ua == 30_000
    assert story.do(SetVoltage(l1_mv=0)).last.residual_ac_ua == 0


def test_the_monitors_alarm_comes_and_goes_in_samples_of_its_own() -> None:
    """The figure at once, the alarm 5 ms later; with the leak it ends."""
    story = charging()
    story.said.clear()
    story.do(SetLeakage(ac_ua=30_000)).run(10 * MS)
    begun = story.now - 10 * MS
    assert [(s.at - begun, s.residual_ac_ua, s.residual_alarm.ac) for s in story.samples] == [
        (0, 30_000, False),
        (5 * MS, 30_000, True),
    ]
    assert story.do(SetLeakage(ac_ua=0)).run(5 * MS).last.residual_alarm == ResidualAlarm()


def test_the_safety_modules_test_output_reaches_the_monitor() -> None:
    """Both alarms come some 100 ms after it and go after its end."""
    story = Story().do(Outputs(residual_test=True)).run(100 * MS)
    assert (story.last.at, story.last.residual_alarm) == (100 * MS, ResidualAlarm(ac=True, dc=True))
    story.do(Outputs()).run(50 * MS)
    assert (story.last.at, story.last.residual_alarm) == (150 * MS, ResidualAlarm())


@pytest.mark.parametrize("cover", Cover)
def test_a_cover_that_opens_is_told_at_once_until_it_is_closed(cover: Cover) -> None:
    """Each of the two in its own word."""
    story = Story().do(SetCover(cover))
    assert getattr(story.last.covers, cover.value)
    assert sum(story.last.covers) == 1
    assert story.do(SetCover(cover, open=False)).last.covers == Covers()


def test_emergency_stop_and_calibration_are_told_at_once() -> None:
    """Pressed until it is released; unreadable until it is readable."""
    story = Story().do(SetEmergencyStop(), SetCalibration(readable=False))
    assert (story.last.emergency_stop, story.last.calibrated) == (True, False)
    story.do(SetEmergencyStop(False), SetCalibration(readable=True))
    assert (story.last.emergency_stop, story.last.calibrated) == (False, True)


def test_a_heated_sensor_stays_hot_and_cools_when_it_is_left_alone() -> None:
    """85 °C for an hour, whatever the air is; then two kelvin are lost within a minute."""
    story = Story().do(SetHeat(relay_mc=85_000), SetAmbient(10_000)).run(HOUR)
    assert story.last.temperature_mc[0] == 85_000
    story.do(SetHeat()).run(MINUTE)
    assert 70_000 < story.last.temperature_mc[0] < 83_000


def test_a_heat_below_the_quantum_is_told_as_well() -> None:
    """A tenth of a kelvin is what it stays at, so it has to be said."""
    assert Story().do(SetHeat(relay_mc=25_100)).run(SECOND).last.temperature_mc[0] == 25_100


def test_the_clamp_measures_house_and_car() -> None:
    """On the phases there are; what the house adds is told in that instant."""
    story = charging(replace(STIFF, clamp=ClampState.FITTED))
    assert story.last.clamp_ma == (30_000, None, None)
    story.run(33 * MS).do(SetHouseLoad(l1_ma=35_000))
    assert (story.last.at, story.last.clamp_ma.l1) == (story.now, 65_000)


def test_a_house_that_moves_less_than_the_quantum_waits() -> None:
    """A tenth of an ampere is told within the second."""
    story = Story(replace(STIFF, clamp=ClampState.FITTED)).run(MS).do(SetHouseLoad(l1_ma=100))
    assert story.last.clamp_ma.l1 == 0
    assert story.run(SECOND).last.clamp_ma.l1 == 100


@pytest.mark.parametrize(
    ("state", "read"),
    [
        (ClampState.ABSENT, None),
        (ClampState.SILENT, None),
        (ClampState.REVERSED, -9_000),
        (ClampState.INVALID, 10_000_000),
    ],
)
def test_a_clamp_that_breaks_is_told_at_once(state: ClampState, read: int | None) -> None:
    """Silent, the wrong way round, or beyond what any house draws."""
    story = Story().do(SetHouseLoad(l1_ma=9_000), SetClamp())
    assert story.last.clamp_ma.l1 == 9_000
    assert story.do(SetClamp(state)).last.clamp_ma.l1 == read


def test_a_three_phase_house_has_a_clamp_on_each_phase() -> None:
    """Each with its own load."""
    story = Story(WorldConfig(grid=THREE_PHASES)).do(SetClamp(), SetHouseLoad(1_000, 2_000, 3_000))
    assert story.last.clamp_ma == (1_000, 2_000, 3_000)


def test_a_cooling_station_is_sampled_by_half_degrees() -> None:
    """Without current the temperature alone makes samples, each at least 500 m°C from the one before."""
    story = charging().run(HOUR).do(Outputs(STEADY, lock=True)).run(10 * SECOND)
    story.said.clear()
    cooling = [sample.temperature_mc for sample in story.run(5 * HOUR).samples]
    assert len(cooling) > 40
    for before, after in itertools.pairwise(cooling):
        assert max(abs(a - b) for a, b in zip(before, after, strict=True)) >= 500


def test_a_jammed_lock_holds_the_plug() -> None:
    """A bolt that does not come back keeps the driver's cable."""
    story = charging().do(SetLockFault(LockFault.JAMMED), Outputs(STEADY)).run(MINUTE).do(Unplug())
    assert (story.last.lock, story.last.proximity_ohm) == (LockPosition.LOCKED, 220)


@pytest.mark.parametrize(
    ("fault", "driven", "ends_at"),
    [
        (LockFault.BLOCKED, True, LockPosition.OPEN),
        (LockFault.BLOCKED, False, LockPosition.OPEN),
        (LockFault.STRAINED, True, LockPosition.LOCKED),
        (LockFault.STRAINED, False, LockPosition.LOCKED),
    ],
)
def test_a_bolt_can_fail_one_way_only(fault: LockFault, driven: bool, ends_at: LockPosition) -> None:
    """Blocked it never comes out but goes back; under strain it never goes back but comes out."""
    story = Story().do(Outputs(lock=not driven)).run(SECOND)
    assert story.do(SetLockFault(fault), Outputs(lock=driven)).run(MINUTE).last.lock is ends_at


def test_a_tethered_station_has_neither_lock_nor_resistor() -> None:
    """The plug at the car comes out whenever the driver pulls it."""
    story = charging(TETHERED)
    assert (story.last.lock, story.last.proximity_ohm) == (LockPosition.NONE, None)
    assert story.do(Unplug()).last.current_ma == ZERO


def test_the_reading_is_that_of_the_meter_at_the_outlet() -> None:
    """One minute at 30 A and 227 V is 113.5 Wh; the register shows whole ones."""
    story = charging()
    before = story.world.memory().energy_pj
    story.run(MINUTE)
    assert story.world.memory().energy_pj - before == 227_000 * 30_000 * MINUTE
    reading = story.world.reading()
    assert (reading.export_wh, reading.voltage_mv.l1, reading.current_ma.l1) == (0, 227_000, 30_000)
    assert reading.power_w == PerPhase[int | None](6_810, 0, 0)


def test_the_view_tells_the_truth() -> None:
    """House load, misbehaviours and what the car aims at are seen here and nowhere else."""
    story = Story().do(SetHouseLoad(l1_ma=9_000), SetMisbehaviour(Misbehaviour.ASLEEP), PlugIn())
    view = story.world.view()
    assert (view.plugged, view.s2, view.state, view.wanted_ma) == (True, False, PilotState.B, 0)
    assert (view.house_ma.l1, view.misbehaviours) == (9_000, {Misbehaviour.ASLEEP})


def test_a_power_cycle_keeps_plug_bolt_register_and_battery() -> None:
    """The next world begins with the plug in its lock and the register where it was."""
    old = charging().run(HOUR).world
    new = World(WorldConfig(), old.memory())
    assert new.handle(Tick(), 0) == [
        Sample(0, 9_000, 9_000, 220, lock=LockPosition.LOCKED, neutral_pe_mv=1_000)
    ]
    assert new.view().energy_wh == old.view().energy_wh > 6_000
    assert new.view().soc_permille == old.view().soc_permille > 500


def test_a_power_cycle_closes_no_cover_and_releases_no_button() -> None:
    """What stands open, pressed or unreadable still does."""
    story = Story().do(SetCover(Cover.SERVICE), SetEmergencyStop(), SetCalibration(readable=False))
    first = Story(memory=story.world.memory()).samples[0]
    assert first.covers == Covers(service=True)
    assert (first.emergency_stop, first.calibrated) == (True, False)


# --- what holds for any story ---------------------------------------------------------------------

FLAG = st.booleans()
MILLIVOLTS = st.none() | st.integers(0, 420_000)
MILLIDEGREES = st.integers(-30_000, 100_000)
PILOTS = st.one_of(
    st.just(STEADY),
    st.just(STATE_F),
    st.integers(6_000, 80_000).map(pwm),
    st.integers(0, 10_000).map(lambda duty: PilotOutput(PilotMode.PWM, duty)),
)
CARS = st.builds(
    ConfigureCar,
    capacity_wh=st.none() | st.integers(1, 80_000),
    soc_percent=st.none() | st.integers(0, 101),
    phases=st.none() | st.integers(0, 3),
    obc_ma=st.none() | st.integers(1, 80_000),
    s2_reaction_ms=st.none() | st.integers(0, 3_000),
    duty_reaction_ms=st.none() | st.integers(0, 5_000),
    ramp_step_ma=st.none() | st.integers(100, 80_000),
    ramp_up_ma_s=st.none() | st.integers(100, 100_000),
    taper_from_percent=st.none() | st.integers(0, 100),
    overdraw_ma=st.none() | st.integers(0, 80_000),
)
OUTPUTS = st.builds(Outputs, pilot=PILOTS, relay=FLAG, lock=FLAG, residual_test=FLAG)
MAYBE_LEAK = st.none() | st.integers(0, 50_000)
ACTION = st.one_of(
    st.builds(PlugIn, cable_ma=st.sampled_from([13_000, 32_000]), ohm=st.none() | st.integers(0, 5_000)),
    st.builds(Unplug, force=FLAG),
    CARS,
    st.builds(SetMisbehaviour, name=st.sampled_from(Misbehaviour), active=FLAG),
    st.sampled_from([RequestPower(), StopPower()]),
    st.builds(SetVoltage, l1_mv=MILLIVOLTS, l2_mv=MILLIVOLTS, l3_mv=MILLIVOLTS),
    st.builds(SetNeutralEarth, mv=MILLIVOLTS),
    st.builds(SwapWires, swapped=FLAG),
    st.builds(SetHouseLoad, l1_ma=st.integers(0, 60_000)),
    st.builds(SetLeakage, ac_ua=MAYBE_LEAK, dc_ua=MAYBE_LEAK),
    st.builds(
        SetMonitor,
        fault=st.none() | st.sampled_from(MonitorFault),
        offset_dc_ua=st.none() | st.integers(-6_000, 6_000),
    ),
    st.builds(SetHeat, relay_mc=st.none() | MILLIDEGREES, electronics_mc=st.none() | MILLIDEGREES),
    st.builds(SetClamp, state=st.sampled_from(ClampState)),
    st.builds(SetCover, cover=st.sampled_from(Cover), open=FLAG),
    st.builds(SetEmergencyStop, pressed=FLAG),
    st.builds(SetCalibration, readable=FLAG),
    st.just(RestoreVoltage()),
    st.builds(SetAmbient, mc=MILLIDEGREES),
    st.builds(SetTemperatures, relay_mc=MILLIDEGREES, electronics_mc=MILLIDEGREES),
    st.builds(WeldContact, pole=st.sampled_from(Pole), active=FLAG),
    st.builds(StickContact, pole=st.sampled_from(Pole), active=FLAG),
    st.builds(SetLockFault, fault=st.sampled_from(LockFault)),
    st.builds(SetProximity, ohm=st.none() | st.integers(0, 5_000)),
    st.builds(SetPilotOffset, mv=st.integers(-3_000, 3_000)),
)
WAITS = st.one_of(st.just(0), st.integers(0, 50 * MS), st.integers(0, 10 * SECOND), st.integers(0, 2 * HOUR))
CHARGE: list[tuple[int, Event]] = [
    (0, PlugIn()),
    (0, Outputs(pwm(32_000), lock=True)),
    (2 * SECOND, Outputs(pwm(32_000), relay=True, lock=True)),
    (20 * SECOND, Tick()),
]
TALES = st.tuples(
    st.sampled_from([[], CHARGE, CHARGE]),
    st.lists(st.tuples(WAITS, OUTPUTS | ACTION | st.just(Tick())), max_size=15),
).map(lambda parts: parts[0] + parts[1])
WORLDS = st.sampled_from([WorldConfig(), WorldConfig(grid=THREE_PHASES, car=CarConfig(phases=3)), TETHERED])
Tale = list[tuple[int, Event]]


def told(config: WorldConfig, tale: Tale) -> tuple[list[Effect], World]:
    """What a world says when it is woken by its events alone."""
    world, now, said = World(config), 0, list[Effect]()
    for wait, event in tale:
        now += wait
        said += world.handle(event, now)
    return said, world


@given(config=WORLDS, tale=TALES)
def test_any_story_keeps_the_rules(config: WorldConfig, tale: Tale) -> None:
    """Energy never falls, an open contact carries nothing, time never turns, and a deadline lies ahead."""
    world, now, energy, seen = World(config), 0, 0, 0
    for wait, event in tale:
        now += wait
        for effect in world.handle(event, now):
            if isinstance(effect, Sample):
                assert seen <= effect.at <= now
                seen = effect.at
                assert all(effect.contacts) or effect.current_ma == ZERO
        deadline = world.deadline()
        assert deadline is None or deadline > now
        view = world.view()
        assert all(view.contacts) or view.current_ma == ZERO
        assert view.current_ma == ZERO or (deadline is not None and deadline - now <= 100 * MS)
        assert world.memory().energy_pj >= energy
        energy = world.memory().energy_pj


@given(config=WORLDS, tale=TALES)
def test_the_same_events_give_the_same_samples(config: WorldConfig, tale: Tale) -> None:
    """There is no hidden clock and no chance in the world."""
    assert told(config, tale)[0] == told(config, tale)[0]


@given(config=WORLDS, tale=TALES, cut=st.integers(1, 7))
def test_extra_ticks_change_nothing(config: WorldConfig, tale: Tale, cut: int) -> None:
    """A world that is woken more often says the same at the same times, and counts the same picojoules."""
    often: Tale = [
        (wait // cut + (wait % cut if last else 0), event if last else Tick())
        for wait, event in tale
        for last in [False] * (cut - 1) + [True]
    ]
    (said, world), (said_often, world_often) = told(config, tale), told(config, often)
    assert said_often == said
    assert world_often.memory() == world.memory()
    assert world_often.reading() == world.reading()


@given(config=WORLDS, tale=TALES)
def test_waking_at_every_deadline_changes_nothing(config: WorldConfig, tale: Tale) -> None:
    """Being woken exactly when something is due says the same as being woken late."""
    story = Story(config)
    for wait, event in tale:
        story.run(wait).do(event)
    said, world = told(config, [(0, Tick()), *tale])
    assert story.said == said
    assert story.world.memory() == world.memory()
