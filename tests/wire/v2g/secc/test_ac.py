"""AC with ISO 15118-2: the limit is in the messages, the power in the safety module's hands."""

import pytest

from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.power_side import CloseContactors, EmergencyOff, OpenContactors, Trouble
from pilotline.vocabulary.time import MS, SECOND
from pilotline.wire.v2g.secc.language import milli
from pilotline.wire.v2g.secc.phases import Phase
from pilotline.wire.v2g.secc.words import Answered, Authorisation, Ending, Energy, PilotSeen, Wish
from support.secc_bench import AC, SeccBench

START, STOP = "START", "STOP"


def ac(phase: Phase, **options: object) -> SeccBench:
    return SeccBench(energy=Energy.AC, **options).reach(phase)  # pyright: ignore[reportArgumentType]


def codes(said: list[object]) -> list[str]:
    return [each.body.response_code.value for each in said if isinstance(each, Answered)]  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    ("phases", "modes"), [(3, ["AC_three_phase_core", "AC_single_phase_core"]), (1, ["AC_single_phase_core"])]
)
def test_the_phases_that_are_there_are_offered(phases: int, modes: list[str]) -> None:
    bench = ac(Phase.DISCOVERY)
    bench.power(limits=AC._replace(phases=phases))
    service = bench.ask(bench.q.discovery()).charge_service
    assert [each.value for each in service.supported_energy_transfer_mode.energy_transfer_mode] == modes


def test_three_phases_cannot_be_asked_of_one() -> None:
    bench = ac(Phase.PARAMETERS)
    bench.power(limits=AC._replace(phases=1))
    assert bench.code(bench.q.parameters()) == "FAILED_WrongEnergyTransferMode"


@pytest.mark.requirement("M-01")
def test_what_the_outlet_offers_and_what_the_car_wants() -> None:
    bench = ac(Phase.PARAMETERS)
    answer = bench.ask(bench.q.parameters(departure_time=7200))
    told = answer.evse_charge_parameter
    assert (milli(told.evse_nominal_voltage), milli(told.evse_max_current)) == (230_000, 16_000)
    (one,) = answer.sa_schedules.sa_schedule_tuple
    assert milli(one.p_max_schedule.p_max_schedule_entry[0].p_max) == 11_040_000
    car = bench.secc.car
    assert (car.wants_wh, car.departure_s, car.max_current_ma, car.min_current_ma) == (
        12_000,
        7200,
        32_000,
        6_000,
    )
    assert car.soc_percent is None


def test_one_phase_has_a_third_of_the_power() -> None:
    bench = ac(Phase.PARAMETERS)
    answer = bench.ask(bench.q.compare(bench.q.ac(), "AC_SINGLE_PHASE_CORE"))
    (one,) = answer.sa_schedules.sa_schedule_tuple
    assert milli(one.p_max_schedule.p_max_schedule_entry[0].p_max) == 3_680_000


def test_the_schedule_may_be_the_outlets_rating() -> None:
    """The limit of the moment may rise again."""
    bench = ac(Phase.PARAMETERS, schedule_w=22_000)
    (one,) = bench.ask(bench.q.parameters()).sa_schedules.sa_schedule_tuple
    assert milli(one.p_max_schedule.p_max_schedule_entry[0].p_max) == 22_000_000


def test_the_parameters_wait_for_a_current() -> None:
    bench = ac(Phase.PARAMETERS)
    bench.power(limits=AC._replace(current_ma=0))
    assert bench.ask(bench.q.parameters()).evse_processing.value == "Ongoing"
    bench.power(limits=AC)
    assert bench.ask(bench.q.parameters()).evse_processing.value == "Finished"


def test_a_car_without_a_current_is_refused() -> None:
    bench = ac(Phase.PARAMETERS)
    assert bench.code(bench.q.parameters(amperes=0)) == "FAILED_WrongChargeParameter"


def test_dc_figures_do_not_fit() -> None:
    bench = ac(Phase.PARAMETERS)
    assert bench.code(bench.q.compare(bench.q.dc(), "AC_THREE_PHASE_CORE")) == "FAILED_WrongChargeParameter"


# --- power on ---


def test_power_is_on_when_the_car_is_in_state_c_and_the_outlet_live() -> None:
    """The car goes to state C after it has asked (V2G2-847), so the answer waits."""
    bench = ac(Phase.START)
    bench.hand(PilotSeen(PilotState.B))
    assert codes(list(bench.send(bench.q.power()))) == []
    assert bench.verbs == [CloseContactors()]
    assert codes(list(bench.hand(PilotSeen(PilotState.C), 200 * MS))) == []
    assert codes(list(bench.power(contactors=True))) == ["OK"]
    assert bench.secc.car.charges


def test_closed_contactors_alone_are_not_enough() -> None:
    """What is live without a car in state C is not this car's."""
    bench = ac(Phase.START)
    bench.hand(PilotSeen(PilotState.B))
    bench.power(contactors=True)
    assert codes(list(bench.send(bench.q.power()))) == []


def test_a_car_that_stays_in_state_b_gets_no_power() -> None:
    bench = ac(Phase.START)
    bench.hand(PilotSeen(PilotState.B))
    bench.send(bench.q.power())
    assert codes(list(bench.wait(4_500 * MS))) == ["FAILED_PowerDeliveryNotApplied"]
    assert bench.verbs[-1] == OpenContactors()
    assert bench.hang_up.ending is Ending.REFUSED


def test_contactors_have_three_seconds_from_state_c() -> None:
    """V2G2-860."""
    bench = ac(Phase.START)
    bench.send(bench.q.power())
    bench.hand(PilotSeen(PilotState.C), 200 * MS)
    assert codes(list(bench.wait(3 * SECOND - 1))) == []
    assert codes(list(bench.wait(1))) == ["FAILED_ContactorError"]


def test_an_outlet_at_rest_is_no_fault() -> None:
    """0 A is a pause: the contactors stay open, and the car is told so in the loop."""
    bench = ac(Phase.START)
    bench.hand(PilotSeen(PilotState.C))
    bench.power(limits=AC._replace(current_ma=0))
    assert bench.code(bench.q.power()) == "OK"
    assert milli(bench.ask(bench.q.charging_status()).evse_max_current) == 0


@pytest.mark.parametrize("event", [Authorisation.REFUSED, Wish.STOP])
def test_no_power_is_given_to_whom_it_is_not_meant(event: Authorisation | Wish) -> None:
    bench = ac(Phase.START)
    bench.hand(event)
    assert bench.code(bench.q.power()) == "FAILED_PowerDeliveryNotApplied"
    assert CloseContactors() not in bench.verbs


# --- the charge loop ---


def test_a_limit_reaches_the_car_in_the_next_answer() -> None:
    bench = ac(Phase.CHARGE)
    for ma, told in [(16_000, 16_000), (9_999, 9_900), (0, 0), (32_000, 32_000)]:
        bench.power(limits=AC._replace(current_ma=ma))
        assert milli(bench.ask(bench.q.charging_status()).evse_max_current) == told


def test_the_fault_current_device_has_its_own_word() -> None:
    bench = ac(Phase.CHARGE)
    assert bench.power(trouble=Trouble.RESIDUAL_CURRENT, contactors=False) == [EmergencyOff()]
    status = bench.ask(bench.q.charging_status()).ac_evse_status
    assert (status.rcd, status.evse_notification.value) == (True, "StopCharging")


def test_other_trouble_is_a_stop() -> None:
    bench = ac(Phase.CHARGE)
    bench.power(trouble=Trouble.EMERGENCY)
    status = bench.ask(bench.q.charging_status()).ac_evse_status
    assert (status.rcd, status.evse_notification.value) == (False, "StopCharging")


def test_a_car_that_leaves_state_c_has_no_power_until_it_is_back() -> None:
    bench = ac(Phase.CHARGE)
    assert bench.hand(PilotSeen(PilotState.B)) == [OpenContactors()]
    assert bench.code(bench.q.charging_status()) == "OK"
    assert bench.hand(PilotSeen(PilotState.C)) == [CloseContactors()]


def test_negotiating_anew_leaves_the_power_on() -> None:
    bench = ac(Phase.CHARGE)
    bench.hand(Wish.RENEGOTIATE)
    notification = bench.ask(bench.q.charging_status()).ac_evse_status.evse_notification
    assert notification.value == "ReNegotiation"
    bench.ask(bench.q.power("RENEGOTIATE"))
    bench.ask(bench.q.parameters())
    assert bench.code(bench.q.power()) == "OK"
    assert bench.verbs == [CloseContactors()]
    assert bench.secc.phase is Phase.CHARGE


# --- power off ---


def test_power_off_waits_for_the_contactors() -> None:
    bench = ac(Phase.CHARGE)
    assert codes(list(bench.send(bench.q.power(STOP)))) == []
    assert bench.verbs[-1] == OpenContactors()
    assert codes(list(bench.hand(PilotSeen(PilotState.B)))) == []
    assert codes(list(bench.power(contactors=False))) == ["OK"]
    assert bench.code(bench.q.stop(pause=True)) == "OK"
    assert bench.hang_up.ending is Ending.PAUSED


def test_a_car_that_stays_in_state_c_meanwhile_does_not_close_them_again() -> None:
    bench = ac(Phase.CHARGE)
    bench.send(bench.q.power(STOP))
    bench.hand(PilotSeen(PilotState.C))
    assert bench.verbs[-1] == OpenContactors()


def test_contactors_that_do_not_open_are_an_error() -> None:
    bench = ac(Phase.CHARGE)
    bench.send(bench.q.power(STOP))
    assert codes(list(bench.wait(4_500 * MS))) == ["FAILED_ContactorError"]


def test_a_cable_check_is_no_part_of_an_ac_session() -> None:
    """One car asks for it all the same, and is refused."""
    bench = ac(Phase.START)
    answer = bench.ask(bench.q.cable_check())
    assert (type(answer).__name__, answer.response_code.value) == ("CableCheckRes", "FAILED_SequenceError")
