"""The DC messages of the car: figures, and what the charger's figures make it do."""

from dataclasses import replace

import pytest

from pilotline.wire.v2g.evcc.physical import PhysicalValue, milli
from pilotline.wire.v2g.evcc.words import Ending, EvccConfig
from support.evcc_bench import CAR, DIN, ISO2, EvccBench, but

both = pytest.mark.parametrize("config", [DIN, ISO2], ids=["DIN", "ISO 15118-2"])


def figure(value: PhysicalValue) -> float:
    """In its unit."""
    return milli(value) / 1_000


@both
def test_the_parameters_say_what_the_car_is(config: EvccConfig) -> None:
    bench = EvccBench(config).until("ChargeParameterDiscoveryReq")
    told = bench.last("ChargeParameterDiscoveryReq").ev_charge_parameter
    assert figure(told.ev_maximum_voltage_limit) == 450
    assert figure(told.ev_maximum_current_limit) == 200
    assert figure(told.ev_maximum_power_limit) == 90_000
    assert figure(told.ev_energy_capacity) == 52_000
    assert figure(told.ev_energy_request) == 30_000
    assert (told.dc_ev_status.ev_ress_soc, told.dc_ev_status.ev_ready) == (40, False)
    assert bench.until("CableCheckReq").last("CableCheckReq").dc_ev_status.ev_ready


@both
def test_precharge_asks_for_the_batterys_voltage_each_time_with_at_most_2_a(config: EvccConfig) -> None:
    """The battery's, not the one it is charged up to: IEC 61851-23 CC.3.4."""
    bench = EvccBench(config).until("PreChargeReq")
    bench.change["PreChargeRes"] = but(evse_present_voltage=bench.answers().physical(100, "V"))
    bench.tell(battery_mv=361_000)
    bench.until("PreChargeReq", 2)
    first, second = bench.every("PreChargeReq")
    assert (figure(first.ev_target_voltage), figure(second.ev_target_voltage)) == (360, 361)
    assert figure(first.ev_target_current) <= 2


@both
@pytest.mark.parametrize(("volts", "closes"), [(339, False), (340, True), (380, True), (381, False)])
def test_it_closes_when_the_charger_reports_20_v_or_less_apart(
    config: EvccConfig, volts: int, closes: bool
) -> None:
    bench = EvccBench(config).until("PreChargeReq")
    bench.change["PreChargeRes"] = but(evse_present_voltage=bench.answers().physical(volts, "V"))
    for _ in range(3):
        bench.step()
    assert (True in bench.held()) is closes


@both
def test_a_car_that_measures_its_inlet_believes_that_and_not_the_charger(config: EvccConfig) -> None:
    """[6]."""
    bench = EvccBench(config, replace(CAR, inlet_mv=100_000)).until("PreChargeReq", 4)
    assert True not in bench.held()
    bench.tell(inlet_mv=355_000)
    bench.until("PowerDeliveryReq")
    assert True in bench.held()


def test_without_a_word_of_the_battery_the_target_is_its_voltage() -> None:
    bench = EvccBench(DIN, replace(CAR, battery_mv=None)).until("PreChargeReq")
    assert figure(bench.last("PreChargeReq").ev_target_voltage) == 400


@both
@pytest.mark.parametrize(
    ("isolation", "status"), [("Fault", "EVSE_Ready"), ("Invalid", "EVSE_Ready"), ("Valid", "EVSE_NotReady")]
)
def test_a_cable_check_that_finds_no_sound_insulation_ends_it(
    config: EvccConfig, isolation: str, status: str
) -> None:
    bench = EvccBench(config).until("CableCheckReq")
    bench.change["CableCheckRes"] = but(dc_evse_status=bench.answers().status(status, isolation=isolation))
    assert bench.until_over().ending is Ending.REFUSED
    assert bench.order()[-2:] == ["CableCheckReq", "SessionStopReq"]


@both
def test_a_warning_of_the_insulation_is_sound_enough(config: EvccConfig) -> None:
    bench = EvccBench(config).until("CableCheckReq")
    bench.change["CableCheckRes"] = but(dc_evse_status=bench.answers().status(isolation="Warning"))
    bench.until("CurrentDemandReq")


@both
@pytest.mark.parametrize(("low", "high"), [(150, 300), (400, 900)])
def test_a_charger_of_other_voltages_is_left_in_order(config: EvccConfig, low: int, high: int) -> None:
    bench = EvccBench(config).until("ChargeParameterDiscoveryReq")
    bench.change["ChargeParameterDiscoveryRes"] = but(
        evse_charge_parameter=bench.answers().dc_limits(low=low, high=high)
    )
    end = bench.until_over()
    assert (end.ending, "360 V" in end.why) == (Ending.REFUSED, True)
    assert bench.order()[-1] == "SessionStopReq"


@both
def test_the_current_it_asks_for_is_the_least_of_battery_car_and_charger(config: EvccConfig) -> None:
    bench = EvccBench(replace(config, max_current_ma=90_000)).until("CurrentDemandReq")
    assert figure(bench.last("CurrentDemandReq").ev_target_current) == 90
    bench.tell(target_ma=-5)
    bench.until("CurrentDemandReq", 2)
    assert figure(bench.last("CurrentDemandReq").ev_target_current) == 0
    bench.tell(target_ma=80_000)
    bench.change["CurrentDemandRes"] = but(evse_maximum_current_limit=bench.answers().physical(33, "A"))
    bench.until("CurrentDemandReq", 4)
    assert figure(bench.last("CurrentDemandReq").ev_target_current) == 33


@both
def test_it_takes_what_the_charger_says_flows(config: EvccConfig) -> None:
    bench = EvccBench(config).until("CurrentDemandReq", 3)
    assert bench.taken()[-1] == (100_000, 370_000)


@both
def test_welding_detection_is_asked_until_the_outlet_is_discharged(config: EvccConfig) -> None:
    bench = EvccBench(config).until("CurrentDemandReq", 3)
    bench.tell(wants=False)
    bench.change["WeldingDetectionRes"] = but(evse_present_voltage=bench.answers().physical(61, "V"))
    bench.until("WeldingDetectionReq", 3)
    bench.change.clear()
    bench.until_over()
    assert bench.names().count("WeldingDetectionReq") == 3


@both
def test_welding_detection_is_not_asked_for_ever(config: EvccConfig) -> None:
    """Some chargers go on reporting a voltage."""
    bench = EvccBench(config).until("CurrentDemandReq", 3)
    bench.tell(wants=False)
    bench.change["WeldingDetectionRes"] = but(evse_present_voltage=bench.answers().physical(400, "V"))
    assert bench.until_over().ending is Ending.TERMINATED
    assert bench.names().count("WeldingDetectionReq") == 5


@both
def test_a_charger_without_external_payment_is_left(config: EvccConfig) -> None:
    bench = EvccBench(config).until("ServiceDiscoveryReq")
    contract = (bench.answers().m.PaymentOption.CONTRACT,)
    if config is DIN:
        options = {"payment_options": bench.answers().m.PaymentOptions(payment_option=contract)}
    else:
        options = {"payment_option_list": bench.answers().m.PaymentOptionList(payment_option=contract)}
    bench.change["ServiceDiscoveryRes"] = but(**options)
    assert bench.until_over().why == "The charger takes contracts only."


@both
def test_the_service_that_was_offered_is_selected(config: EvccConfig) -> None:
    name = "ServicePaymentSelectionReq" if config is DIN else "PaymentServiceSelectionReq"
    bench = EvccBench(config).until(name)
    assert bench.last(name).selected_service_list.selected_service[0].service_id == 7
