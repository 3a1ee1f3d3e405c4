"""What ISO 15118-2 has of its own: transfer modes, schedules and profiles, receipts, and AC's limits."""

from dataclasses import replace

import pytest

from pilotline.wire.v2g import iso15118_2 as iso
from pilotline.wire.v2g.evcc.words import Ending, EvccConfig
from support.evcc_bench import AC, ISO2, EvccBench, but


@pytest.mark.parametrize(
    ("config", "offered"),
    [
        (ISO2, iso.EnergyTransferMode.AC_THREE_PHASE_CORE),
        (ISO2, iso.EnergyTransferMode.DC_CORE),
        (AC, iso.EnergyTransferMode.AC_SINGLE_PHASE_CORE),
    ],
)
def test_a_charger_of_another_kind_is_left_in_order(
    config: EvccConfig, offered: iso.EnergyTransferMode
) -> None:
    bench = EvccBench(config).until("ServiceDiscoveryReq")
    modes = iso.SupportedEnergyTransferMode(energy_transfer_mode=(offered,))
    bench.change["ServiceDiscoveryRes"] = lambda body: but(
        charge_service=but(supported_energy_transfer_mode=modes)(body.charge_service)
    )(body)
    end = bench.until_over()
    assert (end.ending, offered.value in end.why) == (Ending.REFUSED, True)
    assert bench.order()[-1] == "SessionStopReq"


def test_the_profile_keeps_within_schedule_and_car() -> None:
    """Entry by entry; the schedule's id is the charger's."""
    bench = EvccBench(replace(ISO2, max_current_ma=20_000)).until("ChargeParameterDiscoveryReq")
    bench.change["ChargeParameterDiscoveryRes"] = but(
        sa_schedules=bench.answers().schedules((0, 22_000), (900, 4_000))
    )
    bench.until("PowerDeliveryReq")
    request = bench.last("PowerDeliveryReq")
    assert request.sa_schedule_tuple_id == 5
    told = [each.charging_profile_entry_max_power for each in request.charging_profile.profile_entry]
    assert [each.value * 10**each.multiplier for each in told] == [9_000, 4_000]


@pytest.mark.parametrize("config", [ISO2, AC], ids=["DC", "AC"])
def test_a_charger_that_promises_no_schedule_is_believed_without_one(config: EvccConfig) -> None:
    bench = EvccBench(config).until("ChargeParameterDiscoveryReq")
    bench.change["ChargeParameterDiscoveryRes"] = but(sa_schedules=None)
    bench.until("PowerDeliveryReq")
    assert bench.last("PowerDeliveryReq").charging_profile is None


@pytest.mark.parametrize("config", [ISO2, AC], ids=["DC", "AC"])
def test_a_receipt_repeats_the_meters_reading_and_the_session(config: EvccConfig) -> None:
    name, loop = ("CurrentDemand", 2) if config is ISO2 else ("ChargingStatus", 2)
    bench = EvccBench(config).until(f"{name}Req")
    meter = iso.MeterInfo(meter_id="A7", meter_reading=1_234)
    bench.change[f"{name}Res"] = but(receipt_required=True, meter_info=meter)
    bench.until(f"{name}Req", loop + 2)
    receipt = bench.last("MeteringReceiptReq")
    assert (receipt.session_id, receipt.meter_info, receipt.id) == (bench.session_id, meter, None)
    assert bench.names().count("MeteringReceiptReq") >= 2


def test_a_receipt_without_a_reading_is_passed_over() -> None:
    bench = EvccBench(ISO2).until("CurrentDemandReq")
    bench.change["CurrentDemandRes"] = but(receipt_required=True)
    bench.until("CurrentDemandReq", 5)
    assert "MeteringReceiptReq" not in bench.order()


@pytest.mark.parametrize(("config", "other"), [(ISO2, AC), (AC, ISO2)], ids=["DC", "AC"])
def test_parameters_of_the_other_kind_are_not_believed(config: EvccConfig, other: EvccConfig) -> None:
    bench = EvccBench(config).until("ChargeParameterDiscoveryReq")
    stranger = EvccBench(other).answers()
    limits = stranger.ac_limits() if other is AC else stranger.dc_limits()
    bench.change["ChargeParameterDiscoveryRes"] = but(evse_charge_parameter=limits)
    assert bench.until_over().ending is Ending.UNREADABLE
