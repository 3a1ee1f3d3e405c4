"""What DIN 70121 has of its own."""

import pytest

from pilotline.vocabulary.time import SECOND
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.secc.phases import Phase
from pilotline.wire.v2g.secc.words import Authorisation, Ending, Wish
from support.secc_bench import DC, SESSION, SeccBench


def din(phase: Phase) -> SeccBench:
    return SeccBench(Protocol.DIN).reach(phase)


def test_the_charger_has_an_id_of_nought() -> None:
    bench = din(Phase.SETUP)
    answer = bench.ask(bench.q.setup(), bytes(1))
    assert not any(answer.evse_id)
    assert bench.secc.car.evccid == bytes.fromhex("02ac50110001")


@pytest.mark.requirement("M-01")
def test_exactly_one_service_is_offered() -> None:
    """DC_extended without name and scope; other lists make cars stop."""
    bench = din(Phase.DISCOVERY)
    answer = bench.ask(bench.q.discovery())
    service = answer.charge_service
    assert service.energy_transfer_type.value == "DC_extended"
    assert (service.service_tag.service_name, service.service_tag.service_scope) == (None, None)
    assert answer.service_list is None
    assert [each.value for each in answer.payment_options.payment_option] == ["ExternalPayment"]


@pytest.mark.parametrize(
    ("services", "payment", "code"),
    [
        ((1,), "EXTERNAL_PAYMENT", "OK"),
        ((7,), "EXTERNAL_PAYMENT", "FAILED_ServiceSelectionInvalid"),
        ((1, 7), "EXTERNAL_PAYMENT", "FAILED_ServiceSelectionInvalid"),
        ((1,), "CONTRACT", "FAILED_PaymentSelectionInvalid"),
    ],
)
def test_what_may_be_selected(services: tuple[int, ...], payment: str, code: str) -> None:
    bench = din(Phase.SELECTION)
    assert bench.code(bench.q.selection(*services, payment=payment)) == code


@pytest.mark.requirement("R-55")
def test_the_car_asks_until_somebody_lets_it_charge() -> None:
    bench = din(Phase.AUTHORISATION)
    for _ in range(70):
        assert bench.ask(bench.q.authorisation(), after=SECOND).evse_processing.value == "Ongoing"
    bench.hand(Authorisation.GRANTED)
    assert bench.ask(bench.q.authorisation()).evse_processing.value == "Finished"


@pytest.mark.requirement("R-55")
def test_waiting_for_a_person_has_an_end_by_setting() -> None:
    bench = SeccBench(Protocol.DIN, authorisation_us=30 * SECOND).reach(Phase.AUTHORISATION)
    assert bench.code(bench.q.authorisation()) == "OK"
    assert bench.ask(bench.q.authorisation(), after=29 * SECOND).response_code.value == "OK"
    assert bench.ask(bench.q.authorisation(), after=SECOND).response_code.value == "FAILED"
    assert bench.hang_up.ending is Ending.REFUSED


def test_a_refused_car_is_told_so() -> None:
    bench = din(Phase.AUTHORISATION)
    bench.hand(Authorisation.REFUSED)
    assert bench.code(bench.q.authorisation()) == "FAILED"


def test_the_schedule_is_one_entry_of_a_day() -> None:
    """PMax is in W and ends at 32 767: 50 kW are told as that."""
    bench = din(Phase.PARAMETERS)
    answer = bench.ask(bench.q.parameters())
    (one,) = answer.sa_schedules.sa_schedule_tuple
    (entry,) = one.p_max_schedule.p_max_schedule_entry
    assert (entry.p_max, entry.time_interval.start, entry.time_interval.duration) == (32_767, 0, 86_400)
    assert answer.evse_charge_parameter.evse_energy_to_be_delivered is None


def test_the_parameters_wait_for_the_power_side() -> None:
    bench = din(Phase.PARAMETERS)
    bench.power(limits=DC._replace(voltage_mv=0))
    assert bench.ask(bench.q.parameters()).evse_processing.value == "Ongoing"
    assert bench.ask(bench.q.parameters(), after=54 * SECOND).evse_processing.value == "Ongoing"
    bench.power(limits=DC)
    assert bench.ask(bench.q.parameters()).evse_processing.value == "Finished"


def test_but_not_longer_than_55_s() -> None:
    """V2G_SECC_Ongoing_Performance_Time."""
    bench = din(Phase.PARAMETERS)
    bench.power(limits=DC._replace(voltage_mv=0))
    bench.ask(bench.q.parameters())
    answer = bench.ask(bench.q.parameters(), after=55 * SECOND)
    assert (answer.response_code.value, answer.evse_processing.value) == ("FAILED", "Finished")


@pytest.mark.parametrize(("volts", "amperes"), [(149, 200), (450, 0.9), (0, 200), (-1, 200)])
def test_a_car_with_nothing_in_common_is_refused(volts: float, amperes: float) -> None:
    """The charger begins at 150 V and 1 A."""
    bench = din(Phase.PARAMETERS)
    assert bench.code(bench.q.parameters(volts=volts, amperes=amperes)) == "FAILED_WrongChargeParameter"


def test_a_car_with_just_enough_in_common_is_not() -> None:
    bench = din(Phase.PARAMETERS)
    assert bench.code(bench.q.parameters(volts=150, amperes=1)) == "OK"


def test_only_what_was_offered_may_be_asked_for() -> None:
    bench = din(Phase.PARAMETERS)
    assert bench.code(bench.q.compare(bench.q.dc(), "DC_CORE")) == "FAILED_WrongEnergyTransferType"


def test_ac_figures_do_not_fit() -> None:
    bench = din(Phase.PARAMETERS)
    assert bench.code(bench.q.compare(bench.q.ac(), "DC_EXTENDED")) == "FAILED_WrongChargeParameter"


def test_power_by_a_truth_value() -> None:
    """ReadyToChargeState true is on, false is off, and nothing else."""
    bench = din(Phase.CHARGE)
    assert bench.code(bench.q.power("STOP")) == "OK"
    assert bench.secc.phase is Phase.WELDING
    assert bench.code(bench.q.power("START")) == "FAILED_SequenceError"


def test_power_that_is_on_is_not_switched_on_again() -> None:
    bench = din(Phase.CHARGE)
    assert bench.code(bench.q.power("START")) == "FAILED_SequenceError"


def test_there_is_no_renegotiation() -> None:
    bench = din(Phase.CHARGE)
    bench.hand(Wish.RENEGOTIATE)
    assert bench.ask(bench.q.demand()).dc_evse_status.evse_notification.value == "None"


def test_a_session_leaves_nothing_behind() -> None:
    bench = din(Phase.WELDING)
    bench.code(bench.q.stop(), SESSION)
    assert bench.secc.paused is None
