"""What suspends a session and what ends it; a missing meter; the RTM's rest after a fault."""

from dataclasses import replace

import pytest

from pilotline.station.events import StatusReport
from pilotline.station.snapshot import ConnectorView, view
from pilotline.vocabulary import faults
from pilotline.vocabulary.charger import ChargerModel
from pilotline.vocabulary.faults import FAULTS, Fault, Recovery, Stop
from pilotline.vocabulary.journal import Ended
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.status import ConnectorStatus, ErrorCode, StopReason
from pilotline.vocabulary.time import SECOND
from support.station_bench import EVNET, StationBench

S = ConnectorStatus
OF_THE_RTM = [f for f in FAULTS if f.stop is not Stop.NONE and f.code != faults.MISSING_EXT_EMETER]
PASSING = [f for f in OF_THE_RTM if f.recovery is Recovery.SELF]
ENDING = [f for f in OF_THE_RTM if f.recovery is not Recovery.SELF and f.stop is not Stop.BLOCK]


def named(fault: Fault) -> str:
    return fault.name


def charging(model: ChargerModel = EVNET) -> StationBench:
    bench = StationBench(model, online=True)
    bench.charge()
    return bench


def strike(bench: StationBench, mask: int, seconds: int = 3) -> None:
    bench.board.faults = mask
    bench.notice()
    bench.run(seconds * SECOND)


def look(bench: StationBench) -> ConnectorView:
    (seen,) = view(bench.station, bench.now)
    return seen


# --- E-19: who recovers ------------------------------------------------------------------------------------


@pytest.mark.requirement("E-19", "R-13", "R-14", "E-25")
@pytest.mark.parametrize("fault", PASSING, ids=named)
def test_a_passing_fault_suspends_with_0x4000_beside_it_and_resumes(fault: Fault) -> None:
    """SuspendedEVSE with its errorCode and both bits, one of ours beside 0x4000 in a mask of its own (R-40);
    when it ends, Charging and NoError in one session."""
    bench = charging()
    strike(bench, fault.code)
    ours = bool(fault.code & faults.OURS)
    told = bench.all(StatusReport)[-2 if ours else -1]
    mask = f"0x{fault.code if ours else fault.code | faults.AUTO_RECOVERY:04X}"
    assert (told.status, told.error, told.vendor_error) == (S.SUSPENDED_EVSE, fault.error_code, mask)
    assert not ours or bench.all(StatusReport)[-1].vendor_error == "0x4000"
    assert not bench.board.permitted(bench.now)
    strike(bench, 0)
    told = bench.all(StatusReport)[-1]
    assert (told.status, told.error, told.vendor_error) == (S.CHARGING, ErrorCode.NO_ERROR, None)
    assert len(bench.facts()) == 1


@pytest.mark.requirement("R-14")
def test_overvoltage_in_a_session_is_0x5000_in_the_snapshot_and_why_says_it_goes_on() -> None:
    """Both faults are in the list; the sentence names the cause, and that nothing need be done."""
    bench = charging()
    strike(bench, faults.OVERVOLTAGE)
    seen = look(bench)
    assert sum(each.code for each in seen.faults) == 0x5000
    cause, wait = faults.BY_CODE[faults.OVERVOLTAGE], faults.BY_CODE[faults.AUTO_RECOVERY]
    assert seen.why.sentence == f"{cause.sentence} {cause.advice} {wait.sentence}"


@pytest.mark.requirement("R-14")
def test_without_a_session_there_is_nothing_to_recover() -> None:
    """An idle station with the same fault is Faulted with 0x1000 alone."""
    bench = StationBench(online=True)
    strike(bench, faults.OVERVOLTAGE)
    told = bench.all(StatusReport)[-1]
    assert (told.status, told.vendor_error) == (S.FAULTED, "0x1000")


@pytest.mark.requirement("R-14")
def test_0x4000_goes_with_the_session() -> None:
    """The car is unplugged while it waits: what remains is the cause."""
    bench = charging()
    strike(bench, faults.UNDERVOLTAGE)
    bench.unplug()
    bench.run(15 * SECOND)
    assert bench.all(StatusReport)[-1].vendor_error == "0x2000"
    assert isinstance(bench.facts()[-1], Ended)


@pytest.mark.requirement("E-19", "R-13")
@pytest.mark.parametrize("fault", ENDING, ids=named)
def test_no_other_fault_recovers(fault: Fault) -> None:
    """The session ends, the station is Faulted without 0x4000, and the fault's end brings nothing back."""
    bench = charging()
    strike(bench, fault.code)
    ended = bench.facts()[-1]
    assert isinstance(ended, Ended)
    pressed = fault.code == faults.EMERGENCY_STOP
    assert ended.reason is (StopReason.EMERGENCY_STOP if pressed else StopReason.OTHER)
    told = bench.all(StatusReport)[-1]
    assert (told.status, told.error, told.vendor_error) == (
        S.FAULTED,
        fault.error_code,
        f"0x{fault.code:04X}",
    )
    strike(bench, 0)
    assert bench.status is S.FINISHING
    assert len(bench.facts()) == 2


@pytest.mark.requirement("E-17", "R-13")
def test_after_it_has_cooled_a_new_session_may_begin() -> None:
    """0x800 ends the session; a card then starts another one."""
    bench = charging()
    strike(bench, faults.TEMPERATURE)
    strike(bench, 0)
    bench.card()
    bench.run(2 * SECOND)
    assert bench.status is S.CHARGING


@pytest.mark.requirement("E-19")
def test_a_latched_fault_beside_a_passing_one_ends_the_session() -> None:
    """Nothing is told to recover then."""
    bench = charging()
    strike(bench, faults.UNDERVOLTAGE | faults.RCD)
    assert bench.all(StatusReport)[-1].vendor_error == "0x2001"
    assert isinstance(bench.facts()[-1], Ended)


# --- E-22: the meter ---------------------------------------------------------------------------------------


def silence(bench: StationBench, seconds: int) -> None:
    bench.register_wh = None
    bench.run(seconds * SECOND)


@pytest.mark.requirement("E-22", "M-09", "E-19")
def test_a_meter_that_is_silent_for_15_s_suspends_and_its_answer_resumes() -> None:
    """Not after 14 s; then 0x404000 and PowerMeterFailure, an orderly stop; the same session goes on."""
    bench = charging()
    silence(bench, 14)
    assert bench.status is S.CHARGING
    bench.run(3 * SECOND)
    told = bench.all(StatusReport)[-1]
    assert (told.status, told.error, told.vendor_error) == (
        S.SUSPENDED_EVSE,
        ErrorCode.POWER_METER_FAILURE,
        "0x404000",
    )
    assert not bench.board.permitted(bench.now)
    assert bench.board.faults == 0
    bench.register_wh = 1_500
    bench.run(2 * SECOND)
    assert bench.status is S.CHARGING
    assert len(bench.facts()) == 1


@pytest.mark.requirement("E-22")
def test_without_a_session_a_silent_meter_is_faulted_and_starts_nothing() -> None:
    """An idle meter is read every 10 s; one missed reading is none."""
    bench = StationBench(online=True)
    bench.run(60 * SECOND)
    silence(bench, 12)
    assert bench.status is S.AVAILABLE
    bench.run(30 * SECOND)
    assert (bench.status, look(bench).faults[0].code) == (S.FAULTED, faults.MISSING_EXT_EMETER)
    bench.plug()
    bench.card()
    bench.run(5 * SECOND)
    assert bench.facts() == []
    bench.register_wh = 1_000
    bench.run(15 * SECOND)
    assert len(bench.facts()) == 1


@pytest.mark.requirement("M-09")
def test_where_the_model_does_not_require_it_charging_goes_on_without_the_meter() -> None:
    """The fault is told all the same, with the status in force and nothing to recover."""
    assert EVNET.meter is not None
    bench = charging(replace(EVNET, meter=replace(EVNET.meter, required=False)))
    silence(bench, 20)
    told = bench.all(StatusReport)[-1]
    assert (told.status, told.vendor_error) == (S.CHARGING, "0x400000")
    assert bench.board.permitted(bench.now)


@pytest.mark.requirement("E-22")
def test_without_a_configured_meter_the_fault_never_arises() -> None:
    """Whatever somebody says of a meter, a model without one has no 0x400000."""
    bench = charging(replace(EVNET, meter=None))
    silence(bench, 60)
    assert bench.status is S.CHARGING
    assert look(bench).faults == ()


# --- the back-off ------------------------------------------------------------------------------------


def recover(bench: StationBench) -> None:
    """A sag opens the relay and ends; the RTM keeps the pilot steady."""
    bench.board.ready = True
    bench.run(SECOND)
    strike(bench, faults.UNDERVOLTAGE)
    bench.board.ready = False
    strike(bench, 0, 1)


@pytest.mark.requirement("R-46")
def test_why_says_until_when_the_relay_rests() -> None:
    """10 s after the first recovery, a minute after the second, as the model says."""
    bench = charging()
    for wait_ms in EVNET.rtm.back_off.waits_ms[:2]:
        recover(bench)
        why = look(bench).why
        assert why.code == "back_off"
        assert why.until == pytest.approx(bench.now - SECOND + wait_ms * 1_000, abs=SECOND)
    bench.run(70 * SECOND)
    assert look(bench).why.code == "locking"


@pytest.mark.requirement("R-46")
def test_an_unplug_forgets_the_back_off() -> None:
    """The next car begins with the shortest wait."""
    bench = charging()
    for _ in EVNET.rtm.back_off.waits_ms:
        recover(bench)
    bench.unplug()
    bench.run(15 * SECOND)
    bench.board.ready = True
    bench.charge()
    recover(bench)
    why = look(bench).why
    assert why.until is not None
    assert why.until <= bench.now + EVNET.rtm.back_off.waits_ms[0] * 1_000


@pytest.mark.requirement("R-46")
def test_a_fault_with_the_relay_open_costs_no_rest() -> None:
    """The car was not drawing: nothing was opened."""
    bench = charging()
    bench.show(PilotState.B)
    bench.run(15 * SECOND)
    strike(bench, faults.UNDERVOLTAGE)
    strike(bench, 0, 1)
    assert look(bench).why.code != "back_off"
