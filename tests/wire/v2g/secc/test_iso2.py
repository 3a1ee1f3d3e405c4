"""What ISO 15118-2 has of its own: services, schedules, renegotiation, receipts, pause and return."""

import pytest

from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.power_side import CheckInsulation, CloseContactors, OpenContactors, Supply
from pilotline.vocabulary.time import SECOND
from pilotline.wire.v2g import iso15118_2
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.secc.language import milli
from pilotline.wire.v2g.secc.phases import Phase
from pilotline.wire.v2g.secc.words import (
    Authorisation,
    Ending,
    Energy,
    PausedSession,
    PilotSeen,
    Wish,
)
from support.secc_bench import DC, SESSION, SeccBench

EVCCID = bytes.fromhex("02ac50110001")
OLD = PausedSession(b"\xaa" * 8, EVCCID, Protocol.ISO2, 3)


def iso2(phase: Phase, **options: object) -> SeccBench:
    return SeccBench(Protocol.ISO2, **options).reach(phase)  # pyright: ignore[reportArgumentType]


def profile(bench: SeccBench, watts: int) -> iso15118_2.ChargingProfile:
    entry = iso15118_2.ProfileEntry(
        charging_profile_entry_start=0, charging_profile_entry_max_power=bench.q.language.watts(watts)
    )
    return iso15118_2.ChargingProfile(profile_entry=(entry,))


# --- services ---


@pytest.mark.parametrize("free", [True, False])
def test_one_charge_service_is_offered(free: bool) -> None:
    bench = iso2(Phase.DISCOVERY, free=free)
    answer = bench.ask(bench.q.discovery())
    service = answer.charge_service
    modes = [each.value for each in service.supported_energy_transfer_mode.energy_transfer_mode]
    assert modes == ["DC_extended", "DC_core"]
    assert service.free_service is free
    assert [each.value for each in answer.payment_option_list.payment_option] == ["ExternalPayment"]
    assert answer.service_list is None


def test_a_scope_of_nul_characters_does_no_harm() -> None:
    """One car sends 64 of them."""
    bench = iso2(Phase.DISCOVERY)
    assert bench.code(bench.q.m.ServiceDiscoveryReq(service_scope="\0" * 64)) == "OK"


@pytest.mark.parametrize(("service", "code"), [(1, "OK"), (2, "FAILED_ServiceIDInvalid")])
def test_only_that_service_has_details(service: int, code: str) -> None:
    bench = iso2(Phase.SELECTION)
    answer = bench.ask(bench.q.m.ServiceDetailReq(service_id=service))
    assert (answer.response_code.value, answer.service_id) == (code, service)


@pytest.mark.parametrize(
    ("services", "payment", "code"),
    [
        ((1,), "EXTERNAL_PAYMENT", "OK"),
        ((2,), "EXTERNAL_PAYMENT", "FAILED_NoChargeServiceSelected"),
        ((1, 2), "EXTERNAL_PAYMENT", "FAILED_ServiceSelectionInvalid"),
        ((1,), "CONTRACT", "FAILED_PaymentSelectionInvalid"),
    ],
)
def test_what_may_be_selected(services: tuple[int, ...], payment: str, code: str) -> None:
    bench = iso2(Phase.SELECTION)
    assert bench.code(bench.q.selection(*services, payment=payment)) == code


# --- authorisation ---


@pytest.mark.requirement("R-55")
def test_the_car_is_told_that_a_person_is_waited_for() -> None:
    """The word that keeps a car from giving up after the 60 s of its Ongoing timer."""
    bench = iso2(Phase.AUTHORISATION)
    for _ in range(299):
        answer = bench.ask(bench.q.authorisation(), after=SECOND)
        assert answer.evse_processing.value == "Ongoing_WaitingForCustomerInteraction"
    bench.hand(Authorisation.GRANTED)
    assert bench.ask(bench.q.authorisation()).evse_processing.value == "Finished"
    assert bench.secc.phase is Phase.PARAMETERS


@pytest.mark.requirement("R-55")
def test_the_setting_is_300_s() -> None:
    bench = iso2(Phase.AUTHORISATION)
    for _ in range(300):
        assert bench.ask(bench.q.authorisation(), after=SECOND).response_code.value == "OK"
    assert bench.ask(bench.q.authorisation(), after=SECOND).response_code.value == "FAILED"


@pytest.mark.requirement("R-55")
def test_a_permission_given_before_the_car_came_is_used_at_once() -> None:
    bench = SeccBench()
    bench.hand(Authorisation.GRANTED)
    bench.reach(Phase.AUTHORISATION)
    assert bench.ask(bench.q.authorisation()).evse_processing.value == "Finished"


def test_a_contract_is_not_spoken() -> None:
    bench = iso2(Phase.AUTHORISATION)
    chain = bench.q.m.CertificateChain(certificate=b"1")
    ask = bench.q.m.PaymentDetailsReq(emaid="DE8AA1A2B3C4D59", contract_signature_cert_chain=chain)
    assert bench.code(ask) == "FAILED_SequenceError"


# --- parameters and power ---


def test_the_schedule_is_one_entry_of_a_day() -> None:
    bench = iso2(Phase.PARAMETERS)
    answer = bench.ask(bench.q.parameters(departure_time=3600))
    (one,) = answer.sa_schedules.sa_schedule_tuple
    (entry,) = one.p_max_schedule.p_max_schedule_entry
    assert milli(entry.p_max) == 50_000_000
    assert (one.sa_schedule_tuple_id, entry.time_interval.duration) == (1, 86_400)
    assert bench.secc.car.departure_s == 3600


def test_while_it_is_ongoing_there_is_no_schedule() -> None:
    bench = iso2(Phase.PARAMETERS)
    bench.power(limits=DC._replace(voltage_mv=0))
    answer = bench.ask(bench.q.parameters())
    assert (answer.evse_processing.value, answer.sa_schedules) == ("Ongoing", None)
    assert answer.evse_charge_parameter.dc_evse_status.evse_status_code.value == "EVSE_NotReady"


def test_the_power_side_has_55_s_to_say_what_it_can() -> None:
    """V2G_SECC_Ongoing_Performance_Time."""
    bench = iso2(Phase.PARAMETERS)
    bench.power(limits=DC._replace(voltage_mv=0))
    bench.ask(bench.q.parameters())
    assert bench.ask(bench.q.parameters(), after=54 * SECOND).response_code.value == "OK"
    assert bench.ask(bench.q.parameters(), after=SECOND).response_code.value == "FAILED"


@pytest.mark.parametrize("mode", ["DC_CORE", "DC_EXTENDED"])
def test_either_dc_mode_may_be_asked_for(mode: str) -> None:
    bench = iso2(Phase.PARAMETERS)
    assert bench.code(bench.q.compare(bench.q.dc(), mode)) == "OK"


@pytest.mark.parametrize("mode", ["AC_SINGLE_PHASE_CORE", "DC_UNIQUE"])
def test_no_other_mode_may(mode: str) -> None:
    bench = iso2(Phase.PARAMETERS)
    assert bench.code(bench.q.compare(bench.q.dc(), mode)) == "FAILED_WrongEnergyTransferMode"


def test_ac_figures_do_not_fit_a_dc_mode() -> None:
    bench = iso2(Phase.PARAMETERS)
    assert bench.code(bench.q.compare(bench.q.ac(), "DC_CORE")) == "FAILED_WrongChargeParameter"


def test_only_the_schedule_that_was_offered_may_be_followed() -> None:
    bench = iso2(Phase.PRE_CHARGED)
    assert bench.code(bench.q.power(sa_schedule_tuple_id=2)) == "FAILED_TariffSelectionInvalid"


@pytest.mark.parametrize(("watts", "code"), [(50_000, "OK"), (50_010, "FAILED_ChargingProfileInvalid")])
def test_a_profile_stays_within_the_schedule(watts: int, code: str) -> None:
    bench = iso2(Phase.PRE_CHARGED)
    bench.power(contactors=True)
    assert bench.code(bench.q.power(charging_profile=profile(bench, watts))) == code


# --- renegotiation ---


@pytest.mark.requirement("M-01")
def test_the_station_asks_to_negotiate_anew_until_the_car_does() -> None:
    """Then new limits are told, and the car goes on without cable check and pre-charge."""
    bench = iso2(Phase.CHARGE)
    bench.ask(bench.q.demand())
    bench.hand(Wish.RENEGOTIATE)
    assert bench.ask(bench.q.demand()).dc_evse_status.evse_notification.value == "ReNegotiation"
    assert bench.code(bench.q.power("RENEGOTIATE")) == "OK"
    bench.power(limits=DC._replace(power_w=20_000))
    answer = bench.ask(bench.q.parameters())
    (one,) = answer.sa_schedules.sa_schedule_tuple
    assert milli(one.p_max_schedule.p_max_schedule_entry[0].p_max) == 20_000_000
    assert bench.code(bench.q.power()) == "OK"
    assert bench.ask(bench.q.demand()).dc_evse_status.evse_notification.value == "None"
    assert bench.verbs[-1] == Supply(420_000, 100_000)
    assert bench.verbs.count(CloseContactors()) == 1  # they stayed closed


def test_before_it_charges_no_car_is_asked_to() -> None:
    """Most cars end the session for it."""
    bench = iso2(Phase.PRE_CHARGE)
    bench.hand(Wish.RENEGOTIATE)
    assert bench.ask(bench.q.pre_charge()).dc_evse_status.evse_notification.value == "None"


def test_a_car_may_negotiate_anew_by_itself() -> None:
    bench = iso2(Phase.CHARGE)
    assert bench.code(bench.q.power("RENEGOTIATE")) == "OK"
    assert bench.secc.phase is Phase.NEW_PARAMETERS


def test_a_car_that_leaves_state_c_for_it_is_checked_again() -> None:
    """It opened its contactors in order; what was known of the insulation is not known any more."""
    bench = iso2(Phase.CHARGE)
    bench.ask(bench.q.demand())
    bench.ask(bench.q.power("RENEGOTIATE"))
    bench.hand(PilotSeen(PilotState.B))
    assert bench.verbs[-1] == OpenContactors()
    bench.power(contactors=False, current_ma=0)
    bench.ask(bench.q.parameters())
    bench.hand(PilotSeen(PilotState.C))
    assert bench.ask(bench.q.cable_check()).evse_processing.value == "Ongoing"
    assert bench.verbs[-1] == CheckInsulation(500_000)
    assert bench.secc.phase is Phase.CABLE_CHECK
    bench.reach(Phase.CHARGE)
    assert bench.secc.car.charges


def test_it_gets_no_power_without() -> None:
    bench = iso2(Phase.CHARGE)
    bench.ask(bench.q.demand())
    bench.ask(bench.q.power("RENEGOTIATE"))
    bench.hand(PilotSeen(PilotState.B))
    bench.ask(bench.q.parameters())
    bench.hand(PilotSeen(PilotState.C))
    assert bench.code(bench.q.power()) == "FAILED_PowerDeliveryNotApplied"


# --- meter and receipts ---


def test_the_meter_is_told_where_it_has_a_name() -> None:
    bench = iso2(Phase.CHARGE, meter_id="METER-7")
    bench.power(energy_wh=12_345)
    answer = bench.ask(bench.q.demand())
    assert (answer.meter_info.meter_id, answer.meter_info.meter_reading) == ("METER-7", 12_345)
    assert answer.receipt_required is False


def test_a_meter_without_a_name_is_not() -> None:
    bench = iso2(Phase.CHARGE)
    bench.power(energy_wh=12_345)
    assert bench.ask(bench.q.demand()).meter_info is None


@pytest.mark.parametrize("energy", list(Energy))
def test_receipts_are_asked_for_once_a_minute(energy: Energy) -> None:
    """The car confirms before it goes on (V2G2-795)."""
    bench = iso2(Phase.CHARGE, energy=energy, meter_id="M1", receipts=True)
    bench.power(energy_wh=1)
    loop = bench.q.demand if energy is Energy.DC else bench.q.charging_status
    assert bench.ask(loop()).receipt_required
    assert bench.secc.phase is Phase.RECEIPT
    assert bench.code(bench.q.receipt()) == "OK"
    asked = [bench.ask(loop(), after=20 * SECOND).receipt_required for _ in range(3)]
    assert asked == [False, False, True]
    assert bench.code(loop()) == "FAILED_SequenceError"


def test_nobody_asks_for_receipts_without_a_meter() -> None:
    bench = iso2(Phase.CHARGE, receipts=True)
    assert bench.ask(bench.q.demand()).receipt_required is False


# --- pause and return ---


@pytest.mark.requirement("M-01")
def test_a_pause_is_remembered() -> None:
    bench = iso2(Phase.WELDING)
    assert bench.code(bench.q.stop(pause=True)) == "OK"
    assert bench.hang_up.ending is Ending.PAUSED
    assert bench.secc.paused == PausedSession(SESSION, EVCCID, Protocol.ISO2)


@pytest.mark.requirement("M-01")
def test_the_car_comes_back_to_its_session() -> None:
    """V2G2-741: the old id, the old schedule, and everything else anew."""
    bench = iso2(Phase.SETUP, resume=OLD)
    assert bench.code(bench.q.setup(EVCCID), OLD.session_id) == "OK_OldSessionJoined"
    assert bench.secc.session_id == OLD.session_id
    bench.reach(Phase.PARAMETERS)
    (one,) = bench.ask(bench.q.parameters()).sa_schedules.sa_schedule_tuple
    assert one.sa_schedule_tuple_id == 3


@pytest.mark.parametrize(
    ("evccid", "said"), [(b"\x01" * 6, OLD.session_id), (EVCCID, bytes(8)), (EVCCID, b"\xaa" * 7)]
)
def test_another_car_or_another_id_gets_a_new_one(evccid: bytes, said: bytes) -> None:
    bench = iso2(Phase.SETUP, resume=OLD)
    assert bench.code(bench.q.setup(evccid), said) == "OK_NewSessionEstablished"
    assert bench.secc.session_id == SESSION
