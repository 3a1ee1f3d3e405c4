"""One battery for every board: what is physically so arrives in the sample, what is driven reaches the
hardware.

A board's author puts a stand of the own board into ``STANDS``.
"""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.drivers.boards import soft
from pilotline.drivers.boards.board import BROKEN_MC
from pilotline.drivers.boards.mock import MockPulses, Mocks
from pilotline.drivers.boards.ports import Levels, PortError, PulseInput, SensorFault
from pilotline.drivers.boards.simulated import Simulated
from pilotline.models.pulse_counter import Edge
from pilotline.models.reader import load_charger
from pilotline.rtm import Rtm
from pilotline.simulator.actions import Action, PlugIn, SetLeakage, Unplug
from pilotline.simulator.world import World, WorldConfig
from pilotline.vocabulary.board import (
    CONTACTS_CLOSED,
    LINK_PROTOCOL,
    Contacts,
    Covers,
    Hello,
    Light,
    LockPlug,
    LockPosition,
    Outputs,
    Permit,
    ResidualAlarm,
    Sample,
)
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.pilot import STATE_F, STEADY, PilotMode, PilotOutput
from pilotline.vocabulary.time import MS, SECOND, Tick
from support.board_stands import FULL, NTC, STANDS, WARMTH, SoftStand, Stand, counts_at, ntc_ohm

EVNET = load_charger("evnet-7kw-s")
STATES_MV = (12_000, 9_000, 6_000, 3_000, 0, -12_000)


@pytest.fixture(params=STANDS)
def stand(request: pytest.FixtureRequest) -> Stand:
    """Each board in turn."""
    return STANDS[request.param]()


def seen(stand: Stand, **physical: object) -> Sample:
    """The sample of a board at rest but for what is given."""
    stand.present(Sample(0)._replace(**physical))  # type: ignore[arg-type]
    return stand.board.sample(7)


# --- what is measured -------------------------------------------------------------------------------------


def test_a_sample_bears_its_time(stand: Stand) -> None:
    """That of the call."""
    assert seen(stand).at == 7


@pytest.mark.parametrize("high", STATES_MV)
@pytest.mark.parametrize("low", [None, -12_000])
def test_both_levels_of_the_pilot_arrive(stand: Stand, high: int, low: int | None) -> None:
    """Within 50 mV: the windows of IEC 61851-1 table A.4 are 1 V on both sides."""
    sample = seen(stand, pilot_high_mv=high, pilot_low_mv=high if low is None else low)
    assert abs(sample.pilot_high_mv - high) <= 50
    assert abs(sample.pilot_low_mv - (high if low is None else low)) <= 50


@pytest.mark.requirement("E-31")
@pytest.mark.parametrize("ohm", [80, 100, 140, 220, 308, 680, 936, 1_500, 2_460])
def test_the_resistor_in_the_plug_arrives(stand: Stand, ohm: int) -> None:
    """Within 1 %: closer than any two of the coding's windows."""
    assert seen(stand, proximity_ohm=ohm).proximity_ohm == pytest.approx(ohm, rel=0.01)


def test_no_plug_is_no_resistor(stand: Stand) -> None:
    """An open circuit is None and not a large number."""
    assert seen(stand, proximity_ohm=None).proximity_ohm is None


@pytest.mark.requirement("E-17")
@pytest.mark.parametrize("mc", [-25_000, 0, 25_000, 71_900, 79_000, 100_000])
def test_both_temperatures_arrive(stand: Stand, mc: int) -> None:
    """Within 0.3 °C, and neither in the other's place."""
    warm, cool = seen(stand, temperature_mc=(mc, 20_000)).temperature_mc
    assert abs(warm - mc) <= 300
    assert abs(cool - 20_000) <= 300


@pytest.mark.requirement("E-13")
@pytest.mark.parametrize("contacts", [Contacts(a, b) for a in (False, True) for b in (False, True)], ids=str)
def test_each_contact_is_seen_for_itself(stand: Stand, contacts: Contacts) -> None:
    """Whatever the coil was told."""
    assert seen(stand, contacts=contacts).contacts == contacts


@pytest.mark.requirement("M-09")
@pytest.mark.parametrize("position", [LockPosition.OPEN, LockPosition.MOVING, LockPosition.LOCKED])
def test_the_lock_is_where_its_feedback_says(stand: Stand, position: LockPosition) -> None:
    """Open, locked, or on its way."""
    assert seen(stand, lock=position).lock is position


@pytest.mark.requirement("M-04", "R-23")
@pytest.mark.parametrize(
    "alarm", [ResidualAlarm(a, b) for a in (False, True) for b in (False, True)], ids=str
)
def test_each_alarm_is_seen_for_itself(stand: Stand, alarm: ResidualAlarm) -> None:
    """AC and DC are two inputs (RCD1, RCD2)."""
    assert seen(stand, residual_alarm=alarm).residual_alarm == alarm


@pytest.mark.requirement("M-04")
@pytest.mark.parametrize("dc_ua", [-6_000, 0, 3_000, 6_000])
def test_what_the_monitor_measures_arrives_with_its_sign(stand: Stand, dc_ua: int) -> None:
    """In µA, to the monitor's own tenth of a milliampere."""
    sample = seen(stand, residual_ac_ua=22_000, residual_dc_ua=dc_ua)
    assert (sample.residual_ac_ua, sample.residual_dc_ua) == (22_000, dc_ua)


@pytest.mark.requirement("E-21", "M-07")
def test_covers_and_emergency_stop_are_seen_each_for_itself(stand: Stand) -> None:
    """None of them is another's."""
    assert seen(stand).covers == Covers()
    assert seen(stand, covers=Covers(main=True)).covers == Covers(main=True)
    assert seen(stand, covers=Covers(service=True)).covers == Covers(service=True)
    assert seen(stand, emergency_stop=True).emergency_stop
    assert not seen(stand).emergency_stop


@pytest.mark.requirement("E-03")
def test_volts_and_amps_arrive_phase_by_phase(stand: Stand) -> None:
    """Within 20 mV and 5 mA; neutral to earth too."""
    volts, amps = PerPhase(230_000, 207_000, 253_000), PerPhase(32_000, 6_000, 0)
    sample = seen(stand, voltage_mv=volts, current_ma=amps, neutral_pe_mv=70_000)
    assert all(abs(a - b) <= 20 for a, b in zip(sample.voltage_mv, volts, strict=True))
    assert all(abs(a - b) <= 5 for a, b in zip(sample.current_ma, amps, strict=True))
    assert abs(sample.neutral_pe_mv - 70_000) <= 20


@pytest.mark.requirement("E-32")
def test_a_clamp_arrives_with_its_sign_and_its_gaps(stand: Stand) -> None:
    """Import, export, and a phase without one, which is None."""
    clamp = PerPhase[int | None](40_000, -10_000, None)
    assert seen(stand, clamp_ma=clamp).clamp_ma == clamp


@pytest.mark.requirement("E-20")
def test_a_calibration_that_cannot_be_read_is_told(stand: Stand) -> None:
    """And one that can."""
    assert not seen(stand, calibrated=False).calibrated
    assert seen(stand).calibrated


# --- what is driven ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pilot", [STEADY, STATE_F, *(PilotOutput(PilotMode.PWM, d) for d in (1_000, 5_333))], ids=str
)
@pytest.mark.parametrize("on", [False, True])
def test_all_outputs_reach_the_hardware(stand: Stand, pilot: PilotOutput, on: bool) -> None:
    """Pilot, relay, lock, test input, light and beep, as they were asked for."""
    wanted = Outputs(pilot, on, on, Light(0x00FF00, 0x0000FF, 40), on, on)
    stand.board.obey(wanted)
    assert stand.driven() == wanted


@pytest.mark.requirement("R-46")
def test_made_safe_the_relay_is_open_and_the_pilot_is_f(stand: Stand) -> None:
    """Whatever was driven before; the lock stays as it is."""
    stand.board.obey(Outputs(PilotOutput(PilotMode.PWM, 2_000), relay=True, lock=True))
    stand.board.make_safe()
    driven = stand.driven()
    assert (driven.relay, driven.pilot, driven.lock) == (False, STATE_F, True)


# --- one story through each board -------------------------------------------------------------------------

Through = Callable[[Sample], Sample]


def tell(  # noqa: C901 - a loop and its three ways in
    obey: Callable[[Outputs], Outputs], through: Through
) -> list[tuple[int, Outputs]]:
    """A car comes, charges, leaks, is unplugged, and comes again: all that the safety module drove, and when.

    ``through`` is the way of a sample to the module, ``obey`` that of its outputs to the world.
    """
    world = World(WorldConfig.around(EVNET.rating, EVNET.outlet))
    rtm = Rtm(EVNET.rtm)
    script: dict[int, Action] = {
        2: PlugIn(32_000),
        30: SetLeakage(dc_ua=7_000),
        40: SetLeakage(dc_ua=0),
        41: Unplug(force=True),
        50: PlugIn(20_000),
    }
    told: list[tuple[int, Outputs]] = []
    now, beats = 0, list(range(0, 90 * SECOND, 500 * MS))
    waiting: list[object] = []

    def to_rtm(event: object) -> None:
        for effect in rtm.handle(event, now):  # type: ignore[arg-type]
            if isinstance(effect, Outputs):
                told.append((now, effect))
                waiting.append(obey(effect))

    def to_world(event: object) -> None:
        for effect in world.handle(event, now):  # type: ignore[arg-type]
            assert isinstance(effect, Sample)
            to_rtm(through(effect))

    while now < 80 * SECOND:
        due = [at for at in (world.deadline(), rtm.deadline(), beats[0]) if at is not None]
        now = max(now, min(due))
        to_world(Tick())
        to_rtm(Tick())
        if beats[0] <= now:
            beats.pop(0)
            action = script.pop(now // SECOND, None) if now % SECOND == 0 else None
            if action is not None:
                to_world(action)
            if now == 0:
                to_rtm(Hello(LINK_PROTOCOL, EVNET.rtm.hash))
            second = now // SECOND
            to_rtm(LockPlug(3 <= second < 39 or second >= 52))
            to_rtm(Permit(16_000))
        while waiting:
            to_world(waiting.pop(0))
    return told


@pytest.fixture(scope="module")
def direct() -> list[tuple[int, Outputs]]:
    """The story with the safety module in the world itself."""
    return tell(lambda outputs: outputs, lambda sample: sample)


@pytest.mark.requirement("M-04", "R-23")
def test_a_board_makes_no_difference_to_the_safety_module(
    stand: Stand, direct: list[tuple[int, Outputs]]
) -> None:
    """Through raw counts and pins, a tape, or a sample: the same outputs at the same microsecond."""

    def through(sample: Sample) -> Sample:
        stand.present(sample)
        return stand.board.sample(sample.at)

    def obey(outputs: Outputs) -> Outputs:
        stand.board.obey(outputs)
        return stand.driven()

    assert tell(obey, through) == direct


@pytest.mark.requirement("M-04")
def test_that_story_is_one(direct: list[tuple[int, Outputs]]) -> None:
    """It tests the monitor, charges, trips at 6 mA DC, and closes again after the unplug."""
    closed = [at // SECOND for at, outputs in direct if outputs.relay]
    assert any(outputs.residual_test for _, outputs in direct)
    assert min(closed) < 30
    assert max(closed) > 50
    assert not any(30 < at < 50 for at in closed)


# --- what a sensor can get wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ohm", "fault"),
    [
        (None, SensorFault.OPEN),
        (0, SensorFault.SHORT),
        (ntc_ohm(140_000), SensorFault.OUT_OF_RANGE),
    ],
)
@pytest.mark.requirement("E-17")
def test_a_thermistor_says_why_it_says_nothing(ohm: float | None, fault: SensorFault) -> None:
    """A broken wire, a short, a resistance of no temperature; the board then counts it as too hot."""
    circuit = SoftStand()
    circuit.counts["warm1"] = counts_at(ohm, WARMTH)
    assert circuit.board.thermistors[1].read() is fault
    assert circuit.board.sample(0).temperature_mc[1] == BROKEN_MC


@given(st.integers(0, FULL))
def test_every_count_is_a_temperature_or_a_fault(count: int) -> None:
    """Nothing the converter can show is beyond the sensor's range, and none of it raises."""
    found = soft.NtcThermistor(lambda: count, WARMTH, NTC).read()
    assert isinstance(found, SensorFault) or NTC.low_mc <= found <= NTC.high_mc


@pytest.mark.requirement("M-04", "R-23")
def test_an_unplugged_rcm14_is_an_alarm() -> None:
    """Its open drain lets go, and the pull-up says so: EC3 high trips, EC4 is the test input."""
    pins: dict[str, bool] = {"EC3": False}
    monitor = soft.OpenDrainMonitor(lambda: pins["EC3"], lambda on: pins.update(EC4=on))
    assert monitor.alarm() == ResidualAlarm(ac=False, dc=False)
    pins["EC3"] = True
    assert monitor.alarm() == ResidualAlarm(ac=True, dc=True)
    monitor.test(True)
    assert pins["EC4"]
    assert monitor.figures() is None


@pytest.mark.requirement("M-09")
@given(st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_a_lock_motor_never_runs_both_ways(before: bool, wish: bool, locked: bool, free: bool) -> None:
    """Off at its end, towards its wish between, and the other direction is off before one goes on."""
    coils = {"out": False, "back": False}

    def coil(name: str) -> soft.Drive:
        def drive(on: bool) -> None:
            coils[name] = on
            assert not all(coils.values())

        return drive

    lock = soft.MotorLock(coil("out"), coil("back"), lambda: locked, lambda: free)
    lock.drive(before)
    lock.drive(wish)
    assert coils == {"out": wish and not locked, "back": not wish and not free}


def test_a_port_that_fails_gives_no_sample_and_stops_no_opening() -> None:
    """No half of a sample; and what can still be driven safe is."""
    mocks = Mocks()
    board = mocks.board()
    board.obey(Outputs(relay=True))
    mocks.mains.broken = mocks.pilot.broken = True
    with pytest.raises(PortError, match="MockPilot is broken"):
        board.sample(0)
    board.make_safe()
    assert mocks.relay.driven[-1] is False


def test_a_tape_plays_one_reading_after_the_other() -> None:
    """The last one for ever."""
    mocks = Mocks()
    mocks.pilot.play(Levels(12_000, 12_000), Levels(9_000, -12_000))
    board = mocks.board()
    assert [board.sample(n).pilot_high_mv for n in range(3)] == [12_000, 9_000, 9_000]


@pytest.mark.requirement("M-05")
@pytest.mark.parametrize("kind", ["soft", "mock", "simulated"])
def test_each_edge_of_a_pulse_input_is_handed_out_once(kind: str) -> None:
    """Oldest first, with their times; then none."""
    edges = [Edge(closed=True, at=5), Edge(closed=False, at=40_005)]
    world = Simulated()
    world.edges = list(edges)
    queue = list(edges)

    def drain() -> list[Edge]:
        taken, queue[:] = list(queue), []
        return taken

    ports: dict[str, PulseInput] = {
        "soft": soft.EdgeQueue(drain),
        "mock": MockPulses(edges),
        "simulated": world,
    }
    assert (list(ports[kind].take()), list(ports[kind].take())) == (edges, [])


def test_closed_contacts_are_both() -> None:
    """What the vocabulary calls closed is what two high pins make."""
    assert seen(SoftStand(), contacts=CONTACTS_CLOSED).contacts == CONTACTS_CLOSED
