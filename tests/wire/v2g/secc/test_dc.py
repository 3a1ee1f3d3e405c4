"""DC from the cable check on, the same in both protocols."""

import pytest

from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.power_side import (
    CheckInsulation,
    CloseContactors,
    EmergencyOff,
    Insulation,
    OpenContactors,
    PreCharge,
    StopSupply,
    Supply,
)
from pilotline.vocabulary.time import MS, SECOND
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.secc.dc import test_voltage_mv as voltage_of_the_test
from pilotline.wire.v2g.secc.language import milli
from pilotline.wire.v2g.secc.phases import Phase
from pilotline.wire.v2g.secc.words import Answered, Authorisation, Ending, PilotSeen
from support.secc_bench import DC, SeccBench

BOTH = pytest.mark.parametrize("protocol", list(Protocol))


def ready(protocol: Protocol = Protocol.ISO2, phase: Phase = Phase.CABLE_CHECK) -> SeccBench:
    bench = SeccBench(protocol).reach(phase)
    bench.hand(PilotSeen(PilotState.C))
    return bench


def answers(said: list[object]) -> list[str]:
    """The codes of what was answered."""
    return [each.body.response_code.value for each in said if isinstance(each, Answered)]  # pyright: ignore[reportAttributeAccessIssue]


# --- cable check ---


@pytest.mark.parametrize(
    ("car", "charger", "test"),
    [
        (400_000, 1_000_000, 450_000),
        (450_000, 1_000_000, 500_000),
        (500_000, 1_000_000, 500_000),
        (500_001, 1_000_000, 550_001),
        (800_000, 1_000_000, 880_000),
        (950_000, 1_000_000, 1_000_000),
        (450_000, 420_000, 420_000),
    ],
)
def test_the_voltage_of_the_test(car: int, charger: int, test: int) -> None:
    """IEC 61851-23:2023 CC.4.1.2, formula CC.1."""
    assert voltage_of_the_test(car, charger) == test


@pytest.mark.requirement("M-01")
@BOTH
def test_the_cable_check_goes_on_until_the_insulation_is_known_and_the_voltage_down(
    protocol: Protocol,
) -> None:
    bench = ready(protocol)
    ongoing = bench.ask(bench.q.cable_check())
    assert bench.verbs == [CheckInsulation(500_000)]
    assert ongoing.evse_processing.value == "Ongoing"
    assert ongoing.dc_evse_status.evse_isolation_status.value == "Invalid"
    assert ongoing.dc_evse_status.evse_status_code.value == "EVSE_IsolationMonitoringActive"
    bench.power(insulation=Insulation.TESTING, voltage_mv=500_000)
    bench.power(insulation=Insulation.VALID)
    assert bench.ask(bench.q.cable_check()).evse_processing.value == "Ongoing"  # 500 V are still there
    bench.power(voltage_mv=60_000)
    assert bench.ask(bench.q.cable_check()).evse_processing.value == "Ongoing"
    bench.power(voltage_mv=59_999)
    done = bench.ask(bench.q.cable_check())
    assert done.evse_processing.value == "Finished"
    assert done.dc_evse_status.evse_isolation_status.value == "Valid"
    assert done.dc_evse_status.evse_status_code.value == "EVSE_Ready"
    assert bench.secc.phase is Phase.PRE_CHARGE


def test_a_warning_passes_and_is_told() -> None:
    bench = ready()
    bench.ask(bench.q.cable_check())
    bench.power(insulation=Insulation.WARNING)
    status = bench.ask(bench.q.cable_check()).dc_evse_status
    assert status.evse_isolation_status.value == "Warning"
    assert bench.secc.phase is Phase.PRE_CHARGE


@BOTH
@pytest.mark.parametrize(
    ("found", "iso2", "din"),
    [(Insulation.FAULT, "Fault", "Fault"), (Insulation.NO_MONITOR, "No_IMD", "Invalid")],
)
def test_without_good_insulation_there_is_no_power(
    protocol: Protocol, found: Insulation, iso2: str, din: str
) -> None:
    bench = ready(protocol)
    bench.ask(bench.q.cable_check())
    bench.power(insulation=found)
    answer = bench.ask(bench.q.cable_check())
    assert answer.response_code.value == "FAILED"
    told = answer.dc_evse_status.evse_isolation_status.value
    assert told == (iso2 if protocol is Protocol.ISO2 else din)
    assert bench.verbs[-1] == EmergencyOff()
    assert bench.hang_up.ending is Ending.BROKE_OFF


def test_a_fault_found_by_the_test_switches_off_before_the_car_asks_again() -> None:
    bench = ready()
    bench.ask(bench.q.cable_check())
    assert bench.power(insulation=Insulation.FAULT) == [EmergencyOff()]


def test_a_result_of_before_the_test_does_not_count() -> None:
    """The power side still says VALID from the last car; what counts is what follows on the test."""
    bench = ready()
    bench.power(insulation=Insulation.VALID)
    assert bench.ask(bench.q.cable_check()).evse_processing.value == "Ongoing"
    assert bench.ask(bench.q.cable_check()).evse_processing.value == "Ongoing"
    bench.power(insulation=Insulation.TESTING)
    bench.power(insulation=Insulation.VALID)
    assert bench.ask(bench.q.cable_check()).evse_processing.value == "Finished"


def test_the_test_waits_for_state_c() -> None:
    """In state B no voltage comes to the cable; the car closes S2 first (V2G-DC-547)."""
    bench = SeccBench().reach(Phase.CABLE_CHECK)
    bench.hand(PilotSeen(PilotState.B))
    assert bench.ask(bench.q.cable_check()).evse_processing.value == "Ongoing"
    assert bench.verbs == []
    bench.hand(PilotSeen(PilotState.C))
    bench.ask(bench.q.cable_check())
    assert bench.verbs == [CheckInsulation(500_000)]


def test_a_cable_check_has_an_end() -> None:
    """The car's own timer is 60 s."""
    bench = ready()
    for _ in range(60):
        assert bench.ask(bench.q.cable_check(), after=SECOND).response_code.value == "OK"
    assert bench.ask(bench.q.cable_check(), after=SECOND).response_code.value == "FAILED"
    assert bench.verbs[-1] == OpenContactors()
    assert bench.hang_up.ending is Ending.REFUSED


# --- pre-charge ---


@BOTH
def test_each_loop_of_pre_charge_has_its_own_target(protocol: Protocol) -> None:
    """Cars ask for a wrong voltage in the first."""
    bench = ready(protocol, Phase.PRE_CHARGE)
    bench.ask(bench.q.pre_charge(0, 0))
    bench.power(voltage_mv=150_040)
    answer = bench.ask(bench.q.pre_charge(388.5, 1))
    assert bench.verbs[1:] == [PreCharge(150_000, 2_000), PreCharge(388_500, 1_000)]
    assert milli(answer.evse_present_voltage) == 150_000
    assert answer.dc_evse_status.evse_isolation_status.value == "Valid"


@pytest.mark.parametrize(("asked", "given"), [(2, 2_000), (2.1, 2_000), (40, 2_000), (0.3, 300), (-1, 2_000)])
def test_pre_charge_gives_at_most_two_amperes(asked: float, given: int) -> None:
    """IEC 61851-23 CC.4; more is not refused, and 0 A, with which no voltage would rise, means the same."""
    bench = ready(phase=Phase.PRE_CHARGE)
    assert bench.code(bench.q.pre_charge(400, asked)) == "OK"
    assert bench.verbs[-1] == PreCharge(400_000, given)


@pytest.mark.parametrize(
    ("volts", "given"), [(-30, 150_000), (100, 150_000), (470, 450_000), (2_000, 450_000)]
)
def test_no_target_leaves_what_both_sides_bear(volts: float, given: int) -> None:
    """The car said 450 V; the charger begins at 150 V."""
    bench = ready(phase=Phase.PRE_CHARGE)
    bench.ask(bench.q.pre_charge(volts))
    assert bench.verbs[-1] == PreCharge(given, 2_000)


def test_pre_charge_has_an_end_too() -> None:
    """The output is not kept live for a car that never closes."""
    bench = ready(phase=Phase.PRE_CHARGED)
    for _ in range(60):
        assert bench.ask(bench.q.pre_charge(), after=SECOND).response_code.value == "OK"
    assert bench.ask(bench.q.pre_charge(), after=SECOND).response_code.value == "FAILED"
    assert bench.verbs[-1] == OpenContactors()


# --- power on ---


@BOTH
def test_power_is_on_when_the_contactors_are_closed(protocol: Protocol) -> None:
    bench = ready(protocol, Phase.PRE_CHARGED)
    assert answers(list(bench.send(bench.q.power()))) == []
    assert bench.verbs[-1] == CloseContactors()
    assert not bench.secc.car.charges
    assert answers(list(bench.power(contactors=True))) == ["OK"]
    assert bench.secc.car.charges


@pytest.mark.parametrize(
    ("protocol", "code"),
    [(Protocol.ISO2, "FAILED_ContactorError"), (Protocol.DIN, "FAILED_PowerDeliveryNotApplied")],
)
def test_contactors_have_three_seconds(protocol: Protocol, code: str) -> None:
    bench = ready(protocol, Phase.PRE_CHARGED)
    bench.send(bench.q.power())
    assert bench.secc.deadline() == bench.now + 3 * SECOND
    assert answers(list(bench.wait(3 * SECOND - 1))) == []
    assert answers(list(bench.wait(1))) == [code]
    assert bench.verbs[-1] == OpenContactors()
    assert bench.hang_up.ending is Ending.REFUSED


def test_contactors_that_are_closed_already_make_no_wait() -> None:
    bench = ready(phase=Phase.PRE_CHARGED)
    bench.power(contactors=True)
    assert bench.code(bench.q.power()) == "OK"


def test_without_permission_there_is_no_power() -> None:
    bench = ready(phase=Phase.PRE_CHARGED)
    bench.hand(Authorisation.REFUSED)
    assert bench.code(bench.q.power()) == "FAILED_PowerDeliveryNotApplied"
    assert CloseContactors() not in bench.verbs


def test_trouble_while_the_contactors_close_is_answered_at_once() -> None:
    bench = ready(phase=Phase.PRE_CHARGED)
    bench.send(bench.q.power())
    bench.hand(PilotSeen(PilotState.B))
    assert bench.verbs[-1] == EmergencyOff()
    assert bench.hang_up.ending is Ending.BROKE_OFF


# --- the charge loop ---


@BOTH
def test_the_demand_is_passed_on_within_the_limits(protocol: Protocol) -> None:
    bench = ready(protocol, Phase.CHARGE)
    bench.power(current_ma=99_960, voltage_mv=401_230)
    answer = bench.ask(bench.q.demand(420, 200, soc=41))
    assert bench.verbs[-1] == Supply(420_000, 125_000)
    assert milli(answer.evse_present_voltage) == 401_200
    assert milli(answer.evse_present_current) == 100_000
    assert milli(answer.evse_maximum_current_limit) == 125_000
    assert milli(answer.evse_maximum_power_limit) == 50_000_000
    assert answer.evse_current_limit_achieved
    assert (bench.secc.car.soc_percent, bench.secc.car.target_current_ma) == (41, 200_000)


def test_the_same_demand_is_not_said_twice() -> None:
    bench = ready(phase=Phase.CHARGE)
    bench.ask(bench.q.demand())
    said = bench.send(bench.q.demand())
    assert not [each for each in said if isinstance(each, Supply)]


def test_a_limit_that_falls_is_told_and_kept() -> None:
    bench = ready(phase=Phase.CHARGE)
    bench.ask(bench.q.demand(420, 100))
    bench.power(limits=DC._replace(current_ma=40_050))
    answer = bench.ask(bench.q.demand(420, 100))
    assert bench.verbs[-1] == Supply(420_000, 40_050)
    assert milli(answer.evse_maximum_current_limit) == 40_000  # never more than there is
    assert answer.evse_current_limit_achieved


@pytest.mark.parametrize(
    ("volts", "amperes", "present_mv", "flags"),
    [
        (420, 100, 400_000, (False, False, False)),
        (420, 125, 390_000, (True, False, False)),
        (420, 125, 400_000, (True, False, True)),
        (900, 50, 400_000, (False, True, False)),
    ],
)
def test_what_stands_in_the_way_of_more_is_told(
    volts: float, amperes: float, present_mv: int, flags: tuple[bool, bool, bool]
) -> None:
    bench = ready(phase=Phase.CHARGE)
    bench.power(voltage_mv=present_mv)
    told = bench.ask(bench.q.demand(volts, amperes))
    assert flags == (
        told.evse_current_limit_achieved,
        told.evse_voltage_limit_achieved,
        told.evse_power_limit_achieved,
    )


def test_a_negative_current_is_none() -> None:
    bench = ready(phase=Phase.CHARGE)
    bench.ask(bench.q.demand(-5, -5))
    assert bench.verbs[-1] == Supply(150_000, 0)


def test_a_car_may_lower_its_limits_in_the_loop() -> None:
    bench = ready(phase=Phase.CHARGE)
    bench.ask(bench.q.demand(430, 100, ev_maximum_voltage_limit=bench.q.volts(410)))
    assert bench.verbs[-1] == Supply(410_000, 100_000)
    bench.ask(bench.q.demand(430, 100))
    assert bench.verbs[-1] == Supply(410_000, 100_000)


def test_insulation_that_fails_under_load_switches_off() -> None:
    """IEC 61851-23: it is watched in the loop too."""
    bench = ready(phase=Phase.CHARGE)
    bench.ask(bench.q.demand())
    bench.power(insulation=Insulation.FAULT)
    assert bench.verbs[-1] == EmergencyOff()
    status = bench.ask(bench.q.demand()).dc_evse_status
    told = status.evse_isolation_status.value, status.evse_status_code.value
    assert told == ("Fault", "EVSE_Malfunction")


@BOTH
@pytest.mark.parametrize("state", [PilotState.B, PilotState.E, PilotState.F])
def test_a_car_that_leaves_state_c_under_power_is_an_emergency(protocol: Protocol, state: PilotState) -> None:
    bench = ready(protocol, Phase.CHARGE)
    bench.ask(bench.q.demand())
    assert bench.hand(PilotSeen(state)) == [EmergencyOff()]
    status = bench.ask(bench.q.demand()).dc_evse_status
    assert status.evse_status_code.value == "EVSE_EmergencyShutdown"


def test_a_level_between_the_windows_is_no_state() -> None:
    bench = ready(phase=Phase.CHARGE)
    bench.ask(bench.q.demand())
    assert bench.hand(PilotSeen(PilotState.UNDEFINED)) == []


# --- power off and welding detection ---


@BOTH
def test_power_off_waits_until_no_current_flows(protocol: Protocol) -> None:
    """IEC 61851-23 CC.4: contactors part below 1 A, and the car has its own."""
    bench = ready(protocol, Phase.CHARGE)
    bench.ask(bench.q.demand())
    bench.power(current_ma=60_000)
    assert answers(list(bench.send(bench.q.power("STOP")))) == []
    assert bench.verbs[-1] == StopSupply()
    assert answers(list(bench.power(current_ma=1_000))) == []
    assert answers(list(bench.power(current_ma=999))) == ["OK"]
    assert not bench.secc.car.charges
    assert OpenContactors() not in bench.verbs
    bench.ask(bench.q.stop())
    assert bench.verbs[-1] == OpenContactors()


def test_a_source_that_does_not_obey_is_switched_off() -> None:
    bench = ready(phase=Phase.CHARGE)
    bench.ask(bench.q.demand())
    bench.power(current_ma=60_000)
    bench.send(bench.q.power("STOP"))
    assert answers(list(bench.wait(4_500 * MS))) == ["FAILED"]
    assert bench.verbs[-1] == EmergencyOff()
    assert bench.hang_up.ending is Ending.BROKE_OFF


@BOTH
def test_welding_detection_tells_the_voltage_as_often_as_it_is_asked(protocol: Protocol) -> None:
    bench = ready(protocol, Phase.WELDING)
    for volts in (400, 250, 65, 12):
        bench.power(voltage_mv=volts * 1000)
        answer = bench.ask(bench.q.welding())
        assert milli(answer.evse_present_voltage) == volts * 1000
        assert answer.dc_evse_status.evse_status_code.value == "EVSE_NotReady"
    assert bench.code(bench.q.stop()) == "OK"


def test_a_car_may_skip_the_welding_detection() -> None:
    bench = ready(phase=Phase.WELDING)
    assert bench.code(bench.q.stop()) == "OK"


def test_a_car_may_give_up_between_pre_charge_and_power() -> None:
    bench = ready(phase=Phase.PRE_CHARGED)
    assert bench.code(bench.q.power("STOP")) == "OK"
    assert bench.verbs[-1] == StopSupply()
    assert bench.secc.phase is Phase.WELDING
