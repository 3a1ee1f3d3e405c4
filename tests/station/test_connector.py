"""One connector's life: plug, session, offer, end, with a fake board, a meter and a journal around it."""

from dataclasses import replace

import pytest

from pilotline.station.connector import FINAL_READING
from pilotline.station.core import Station
from pilotline.station.events import (
    ChangeKey,
    LimitCurrent,
    MeterPace,
    MeterReport,
    MeterSaid,
    StatusReport,
    StopCharging,
    TellMeter,
    TellStatus,
)
from pilotline.station.session import Phase
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import LockPlug, Permit, Withdraw
from pilotline.vocabulary.journal import Ended, Metered, Started
from pilotline.vocabulary.metering import MeterReading
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.status import ConnectorStatus, ErrorCode, StopReason
from pilotline.vocabulary.time import MS, SECOND, Stamp, Tick
from support.station_bench import EVNET, StationBench

S = ConnectorStatus


def ended(bench: StationBench) -> Ended:
    """The last fact, which is the end of the session."""
    last = bench.facts()[-1]
    assert isinstance(last, Ended)
    return last


# --- a whole life ---------------------------------------------------------------------------------------


@pytest.mark.requirement("E-69", "R-29", "M-47")
def test_a_session_from_plug_to_unplug() -> None:
    """Preparing, Charging, then Available; start and end with the registers and the time of the unplug."""
    bench = StationBench()
    bench.charge()
    bench.register_wh = 3_400
    bench.run(10 * SECOND)
    pulled = bench.now
    bench.unplug()
    bench.run(5 * SECOND)
    first, last = bench.facts()[0], bench.facts()[-1]
    assert isinstance(first, Started)
    assert (first.tag, first.meter_start_wh) == ("CARD", 1_000)
    assert last == Ended("1-1-1", 1, 3_400, Stamp(1, pulled), StopReason.EV_DISCONNECTED)
    assert bench.statuses() == [S.AVAILABLE, S.PREPARING, S.CHARGING, S.AVAILABLE]


@pytest.mark.requirement("R-53")
def test_no_permit_before_the_start_is_on_disk() -> None:
    """With a disk that takes 5 s the permit waits these 5 s; the car is held in Preparing."""
    bench = StationBench()
    bench.disk = 5 * SECOND
    bench.plug()
    bench.run(SECOND)
    bench.card()
    recorded = bench.now
    bench.run(4_900 * MS)
    assert bench.status is S.PREPARING
    assert not any(isinstance(message, Permit) for _, message in bench.to_board())
    bench.run(200 * MS)
    first = next(at for at, message in bench.to_board() if isinstance(message, Permit))
    assert first == recorded + 5 * SECOND


@pytest.mark.requirement("R-53")
def test_a_full_disk_gives_no_power() -> None:
    """A start record that never becomes durable: Preparing for ever, no permit, and the link stays alive."""
    bench = StationBench()
    bench.disk = None
    bench.charge()
    bench.run(120 * SECOND)
    assert bench.status is S.PREPARING
    assert not any(isinstance(message, Permit) for _, message in bench.to_board())
    assert bench.to_board()[-1][0] >= bench.now - SECOND


def test_a_stop_while_the_start_is_written_is_kept() -> None:
    """The session is started and ended in order, and never runs."""
    bench = StationBench()
    bench.disk = 5 * SECOND
    bench.plug()
    bench.run(SECOND)
    bench.card()
    bench.run(SECOND)
    bench.tell(StopCharging())
    bench.run(30 * SECOND)
    assert [type(fact) for fact in bench.facts()] == [Started, Ended]
    assert ended(bench).reason is StopReason.LOCAL
    assert not any(isinstance(message, Permit) for _, message in bench.to_board())
    assert bench.status is S.FINISHING


def test_the_plug_is_locked_for_the_session() -> None:
    """Locked with its begin, free with its end, and while the car stays with an ended one."""
    bench = StationBench()
    bench.charge()
    bench.tell(StopCharging())
    bench.run(15 * SECOND)
    assert [message.locked for _, message in bench.to_board() if isinstance(message, LockPlug)] == [
        False,
        True,
        False,
    ]


# --- the plug -------------------------------------------------------------------------------------------


@pytest.mark.requirement("R-29")
def test_a_bounce_under_a_second_is_no_unplug() -> None:
    """State A for 0.9 s opens the relay, and the same session goes on."""
    bench = StationBench()
    bench.charge()
    bench.unplug()
    bench.run(900 * MS)
    bench.show(PilotState.C)
    bench.run(5 * SECOND)
    assert bench.status is S.CHARGING
    assert len(bench.facts()) == 1


@pytest.mark.requirement("R-29")
def test_an_unplug_is_believed_after_a_second() -> None:
    """The session ends then, with the time at which the plug was pulled."""
    bench = StationBench()
    bench.charge()
    bench.run(10 * SECOND)
    pulled = bench.now
    bench.unplug()
    bench.run(999 * MS)
    assert isinstance(bench.facts()[-1], Started)
    bench.run(2 * SECOND)
    assert ended(bench).stamp.at == pulled


@pytest.mark.parametrize("state", [PilotState.E, PilotState.F, PilotState.UNDEFINED])
def test_other_levels_say_nothing_about_the_plug(state: PilotState) -> None:
    """Only +12 V is an unplug."""
    bench = StationBench()
    bench.plug()
    bench.show(state)
    bench.run(10 * SECOND)
    assert bench.connector.plugged


def test_no_session_begins_while_the_plug_is_being_pulled() -> None:
    """A card shown into the second of doubt starts nothing: it would end before it began."""
    bench = StationBench()
    bench.plug()
    bench.run(SECOND)
    bench.unplug()
    bench.run(500 * MS)
    bench.card()
    bench.run(10 * SECOND)
    assert bench.facts() == []
    assert bench.status is S.AVAILABLE


def test_a_car_that_comes_while_the_last_session_is_written_is_a_new_one() -> None:
    """The disk is slow and the next car is there before the end is durable: it is not Finishing."""
    bench = StationBench(stored={"c_AuthorizationMode": "free"})
    bench.plug()
    bench.run(SECOND)
    bench.disk = 5 * SECOND
    bench.unplug()
    bench.run(3 * SECOND)
    bench.plug()
    bench.run(20 * SECOND)
    assert [type(fact) for fact in bench.facts()] == [Started, Ended, Started]
    assert S.FINISHING not in bench.statuses()


# --- the grant ------------------------------------------------------------------------------------------


@pytest.mark.requirement("E-69")
def test_a_card_without_a_car_waits_for_connection_time_out() -> None:
    """Preparing for 90 s, then Available again, and nothing was started."""
    bench = StationBench()
    bench.card()
    bench.run(89 * SECOND)
    assert bench.status is S.PREPARING
    bench.run(2 * SECOND)
    assert bench.status is S.AVAILABLE
    assert bench.facts() == []


@pytest.mark.requirement("E-69")
def test_a_car_within_connection_time_out_charges() -> None:
    """Card first, then cable: the session is that card's."""
    bench = StationBench()
    bench.card("FIRST")
    bench.run(80 * SECOND)
    bench.plug()
    bench.run(20 * SECOND)
    first = bench.facts()[0]
    assert isinstance(first, Started)
    assert first.tag == "FIRST"


@pytest.mark.requirement("R-29")
def test_an_authorisation_does_not_outlive_the_unplug() -> None:
    """With a fault in the way the granted car leaves; the next one has to show a card."""
    bench = StationBench()
    bench.board.faults = faults.PP_UNPRESENT
    bench.plug()
    bench.run(SECOND)
    bench.card()
    bench.unplug()
    bench.run(2 * SECOND)
    bench.board.faults = 0
    bench.plug()
    bench.run(5 * SECOND)
    assert bench.facts() == []


# --- the meter ------------------------------------------------------------------------------------------


def test_a_session_waits_for_the_first_register() -> None:
    """Without it nothing could be billed; it begins with the first reading."""
    bench = StationBench()
    bench.connector.register_wh = bench.connector.meter = None
    bench.register_wh = None
    bench.plug()
    bench.card()
    bench.run(30 * SECOND)
    assert bench.facts() == []
    assert bench.status is S.PREPARING
    bench.register_wh = 77
    bench.run(11 * SECOND)
    first = bench.facts()[0]
    assert isinstance(first, Started)
    assert first.meter_start_wh == 77


def test_the_end_waits_for_a_register_read_after_the_relay_opened() -> None:
    """The last energy is in it; the end's time is that of the stop all the same."""
    bench = StationBench()
    bench.charge()
    stopped = bench.now
    bench.tell(StopCharging())
    bench.register_wh = 2_222
    bench.run(5 * SECOND)
    assert ended(bench).meter_stop_wh == 2_222
    assert ended(bench).stamp.at == stopped


def test_the_end_waits_no_longer_than_10_s_for_a_silent_meter() -> None:
    """Then the last register known is the one that counts."""
    bench = StationBench()
    bench.charge()
    bench.register_wh = 1_800
    bench.run(2 * SECOND)
    bench.register_wh = None
    bench.tell(StopCharging())
    bench.run(FINAL_READING - SECOND)
    assert isinstance(bench.facts()[-1], Started)
    bench.run(SECOND)
    assert ended(bench).meter_stop_wh == 1_800


def test_a_reading_without_a_register_is_no_register() -> None:
    """NaN is unknown, not 0: the end has the last register that was read."""
    bench = StationBench()
    bench.charge()
    bench.register_wh = 1_800
    bench.run(2 * SECOND)
    bench.tell(MeterSaid(1, MeterReading(import_wh=None)))
    bench.register_wh = None
    bench.tell(StopCharging())
    bench.run(FINAL_READING)
    assert ended(bench).meter_stop_wh == 1_800


def test_a_register_that_runs_back_ends_no_session_below_its_start() -> None:
    """A replaced meter: meterStop is never below meterStart."""
    bench = StationBench()
    bench.charge()
    bench.register_wh = 3
    bench.tell(StopCharging())
    bench.run(5 * SECOND)
    assert ended(bench).meter_stop_wh == 1_000


@pytest.mark.requirement("M-05")
def test_a_station_without_a_meter_charges_and_sends_no_measured_value() -> None:
    """Whatever it is configured to measure: registers are 0, and the end waits for no reading."""
    bench = StationBench(replace(EVNET, meter=None))
    bench.register_wh = None
    bench.charge()
    bench.run(120 * SECOND)
    assert bench.status is S.CHARGING
    assert bench.tell(TellMeter(1)) == []
    bench.tell(StopCharging())
    bench.run(SECOND)
    assert [type(fact) for fact in bench.facts()] == [Started, Ended]
    assert ended(bench).meter_stop_wh == 0


@pytest.mark.requirement("M-44")
def test_meter_values_come_at_their_interval_in_a_session_only() -> None:
    """Every MeterValueSampleInterval from the start on, and none before or after."""
    bench = StationBench(stored={"MeterValueSampleInterval": 10})
    bench.run(60 * SECOND)
    bench.charge()
    start = bench.facts()[0]
    assert isinstance(start, Started)
    bench.run(34 * SECOND)
    bench.unplug()
    bench.run(60 * SECOND)
    samples = [fact.sample.stamp.at for fact in bench.facts() if isinstance(fact, Metered)]
    assert samples == [start.stamp.at + n * 10 * SECOND for n in (1, 2, 3)]


def test_an_interval_of_0_sends_no_meter_values() -> None:
    """OCPP 1.6 §9.1.16."""
    bench = StationBench(stored={"MeterValueSampleInterval": 0})
    bench.charge()
    bench.run(600 * SECOND)
    assert len(bench.facts()) == 1


def test_missed_meter_values_are_not_made_up() -> None:
    """A shorter interval in mid-session gives the next value in its time, not a hundred at once."""
    bench = StationBench(stored={"MeterValueSampleInterval": 3_600})
    bench.charge()
    bench.run(1_000 * SECOND)
    bench.tell(ChangeKey(-1, "MeterValueSampleInterval", "10"))
    bench.run(30 * SECOND)
    assert 3 <= len([fact for fact in bench.facts() if isinstance(fact, Metered)]) <= 4


def test_a_silent_meters_old_values_are_not_sent_as_new() -> None:
    """While it is silent only what the board measures is known."""
    bench = StationBench()
    bench.charge()
    bench.register_wh = None
    bench.run(65 * SECOND)
    metered = next(fact for fact in bench.facts() if isinstance(fact, Metered))
    assert {value.measurand for value in metered.sample.values} == {
        "Voltage",
        "Temperature",
        "Current.Offered",
    }


def test_the_meter_is_read_closely_only_around_a_session() -> None:
    """Slowly while nothing can flow, closely from the session's begin to its end."""
    bench = StationBench()
    bench.charge()
    bench.unplug()
    bench.run(5 * SECOND)
    assert [pace.fast for pace in bench.all(MeterPace)] == [False, True, False]


@pytest.mark.parametrize(("phase", "session"), [(PilotState.A, None), (PilotState.C, "1-1-1")])
def test_meter_values_can_be_asked_for(phase: PilotState, session: str | None) -> None:
    """With the session's id while it runs, without one otherwise."""
    bench = StationBench()
    if phase is PilotState.C:
        bench.charge()
    (report,) = [each for each in bench.tell(TellMeter(1)) if isinstance(each, MeterReport)]
    assert report.session == session
    assert bench.tell(TellMeter(5)) == []


# --- faults and limits ----------------------------------------------------------------------------------


@pytest.mark.requirement("E-25", "R-13")
def test_a_trip_ends_the_session() -> None:
    """Status first, with the mask; then the end, reason Other; Finishing when the fault is gone."""
    bench = StationBench()
    bench.charge()
    bench.board.faults = faults.RCD
    bench.notice()
    bench.run(5 * SECOND)
    assert ended(bench).reason is StopReason.OTHER
    report = bench.all(StatusReport)[-1]
    assert (report.status, report.error, report.vendor_error) == (
        S.FAULTED,
        ErrorCode.GROUND_FAILURE,
        "0x0001",
    )
    bench.board.faults = 0
    bench.run(2 * SECOND)
    assert bench.status is S.FINISHING


@pytest.mark.requirement("E-25")
def test_a_passing_fault_suspends_and_the_same_session_goes_on() -> None:
    """A sag: SuspendedEVSE with its errorCode, no permit meanwhile, then Charging again."""
    bench = StationBench()
    bench.charge()
    bench.board.faults = faults.UNDERVOLTAGE
    bench.notice()
    bench.run(5 * SECOND)
    report = bench.all(StatusReport)[-1]
    assert (report.status, report.error) == (S.SUSPENDED_EVSE, ErrorCode.UNDER_VOLTAGE)
    assert not bench.board.permitted(bench.now)
    bench.board.faults = 0
    bench.notice()
    bench.run(5 * SECOND)
    assert bench.status is S.CHARGING
    assert len(bench.facts()) == 1


@pytest.mark.requirement("E-16", "R-34")
def test_a_remembered_fault_is_told_once_and_then_how_it_is_now() -> None:
    """The board lost its host before this boot: 0x400 is told, to be kept, then the present status."""
    bench = StationBench()
    bench.board.remembered = faults.MISSING_HOST
    bench.board.restart(bench.now)
    bench.run(5 * SECOND)
    told = [report for report in bench.all(StatusReport) if report.vendor_error == "0x0400"]
    assert [(report.keep, report.error) for report in told] == [(True, ErrorCode.INTERNAL_ERROR)]
    last = bench.all(StatusReport)[-1]
    assert (last.status, last.error, last.keep) == (S.AVAILABLE, ErrorCode.NO_ERROR, False)
    assert bench.board.remembered == 0


@pytest.mark.requirement("R-48")
def test_a_pause_withdraws_the_permit_and_a_resume_gives_it_back() -> None:
    """Below 6 A: Withdraw, SuspendedEVSE; 10 s after the limit is lifted, Charging again."""
    bench = StationBench()
    bench.charge()
    effects = bench.tell(LimitCurrent(5_000))
    assert any(message == Withdraw() for at, message in bench.to_board() if at == bench.now)
    assert effects
    bench.run(SECOND)
    assert bench.status is S.SUSPENDED_EVSE
    bench.tell(LimitCurrent(None))
    bench.run(9 * SECOND)
    assert bench.status is S.SUSPENDED_EVSE
    bench.run(3 * SECOND)
    assert bench.status is S.CHARGING


@pytest.mark.requirement("E-31", "E-30")
def test_the_cable_limits_the_offer() -> None:
    """A 13 A cable: 13 A are offered, and the reason is its code 1."""
    bench = StationBench(online=True)
    bench.board.cable_ma = 13_000
    bench.charge()
    assert bench.board.offer_ma == 13_000
    assert [r.vendor_error for r in bench.all(StatusReport) if r.vendor_id == "VendorID1"] == ["1"]


@pytest.mark.requirement("E-17")
def test_a_hot_station_gives_less_and_then_pauses() -> None:
    """12 A at 78 °C, nothing above 79 °C."""
    bench = StationBench()
    bench.charge()
    bench.board.temperature_mc = 77_500
    bench.run(3 * SECOND)
    assert bench.board.offer_ma == 12_000
    bench.board.temperature_mc = 79_500
    bench.run(3 * SECOND)
    assert bench.status is S.SUSPENDED_EVSE


def test_a_car_that_does_not_come_is_suspended_ev() -> None:
    """Offered for 10 s without state C: the car is the one that waits."""
    bench = StationBench()
    bench.plug()
    bench.card()
    bench.run(9 * SECOND)
    assert bench.status is S.PREPARING
    bench.run(3 * SECOND)
    assert bench.status is S.SUSPENDED_EV


# --- the board ------------------------------------------------------------------------------------------


def test_a_new_station_has_no_status_until_its_board_speaks() -> None:
    """The board has 5 s after boot; then its absence is an internal error."""
    station = Station(EVNET, boot=1)
    station.handle(Tick(), 0)
    assert station.connectors[1].status is None
    station.handle(Tick(), 5 * SECOND)
    assert station.connectors[1].status is S.FAULTED


def test_a_board_that_falls_silent_is_an_internal_error() -> None:
    """Faulted while it is silent, and what it is now when it speaks again."""
    mute = StationBench()
    mute.board.talks = False
    mute.run(4 * SECOND)
    assert mute.status is S.FAULTED
    assert mute.all(StatusReport)[-1].error is ErrorCode.INTERNAL_ERROR
    mute.board.talks = True
    mute.run(3 * SECOND)
    assert mute.status is S.AVAILABLE


def test_a_session_outlives_a_board_that_was_silent() -> None:
    """The link was lost and came back: the same session charges on, and nothing was recorded of it."""
    bench = StationBench()
    bench.charge()
    bench.board.talks = False
    bench.run(10 * SECOND)
    assert bench.status is S.FAULTED
    bench.board.talks = True
    bench.run(5 * SECOND)
    assert bench.status is S.CHARGING
    assert [type(fact) for fact in bench.facts()] == [Started]


def test_a_board_of_another_model_gets_no_permit() -> None:
    """Design rule 4: Faulted, and a card starts nothing."""
    bench = StationBench()
    bench.board.model_hash ^= 1
    bench.board.restart(bench.now)
    bench.run(2 * SECOND)
    bench.plug()
    bench.card()
    bench.run(5 * SECOND)
    assert bench.status is S.FAULTED
    assert bench.connector.session is None


@pytest.mark.requirement("E-50", "E-51")
@pytest.mark.parametrize("online", [True, False])
def test_the_ring_shows_status_and_connection(online: bool) -> None:
    """The row of the model for the status, online or offline, at the brightness of the key."""
    bench = StationBench(online=online, stored={"LightIntensity": 30})
    bench.charge()
    row = EVNET.ring[S.CHARGING]
    assert bench.board.light == (row.online if online else row.offline)._replace(percent=30)


def test_the_status_can_be_asked_for() -> None:
    """For this connector, for all and the station as a whole, and not for one that is not there."""
    bench = StationBench()
    assert [type(effect) for effect in bench.tell(TellStatus(1))] == [StatusReport]
    told = [each for each in bench.tell(TellStatus(0)) if isinstance(each, StatusReport)]
    assert [(each.connector, each.status) for each in told] == [(0, S.AVAILABLE), (1, S.AVAILABLE)]
    assert bench.tell(TellStatus(2)) == []


def test_a_session_that_never_began_leaves_no_trace() -> None:
    """Stopped while waiting for the meter: no fact, Finishing until the unplug."""
    bench = StationBench()
    bench.connector.register_wh = bench.connector.meter = None
    bench.register_wh = None
    bench.plug()
    bench.card()
    assert bench.connector.session is not None
    assert bench.connector.session.phase is Phase.STARTING
    bench.tell(StopCharging())
    assert bench.status is S.FINISHING
    assert bench.facts() == []
