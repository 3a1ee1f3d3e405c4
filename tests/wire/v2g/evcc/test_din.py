"""What DIN 70121 has of its own."""

import pytest

from pilotline.wire.v2g import din70121 as din
from pilotline.wire.v2g.evcc.words import Ending
from support.evcc_bench import DIN, EvccBench, but


@pytest.mark.parametrize(
    ("word", "goes_on"),
    [
        (din.EvseSupportedEnergyTransfer.AC_CORE_1P_DC_EXTENDED, True),
        (din.EvseSupportedEnergyTransfer.DC_EXTENDED, True),
        (din.EvseSupportedEnergyTransfer.DC_CORE, False),
        (din.EvseSupportedEnergyTransfer.AC_SINGLE_PHASE_CORE, False),
    ],
)
def test_the_one_word_for_all_transfers_is_read(word: din.EvseSupportedEnergyTransfer, goes_on: bool) -> None:
    bench = EvccBench(DIN).until("ServiceDiscoveryReq")
    bench.change["ServiceDiscoveryRes"] = lambda body: but(
        charge_service=but(energy_transfer_type=word)(body.charge_service)
    )(body)
    if goes_on:
        bench.until("CableCheckReq")
    else:
        assert bench.until_over().ending is Ending.REFUSED


def test_power_delivery_says_ready_to_charge_and_follows_the_schedule() -> None:
    """[20]: a boolean, no ChargeProgress; each entry of the schedule is answered by one of the profile."""
    bench = EvccBench(DIN).until("ChargeParameterDiscoveryReq")
    bench.change["ChargeParameterDiscoveryRes"] = but(
        sa_schedules=bench.answers().schedules((0, 32_767), (3_600, 1_000))
    )
    bench.until("PowerDeliveryReq")
    request = bench.last("PowerDeliveryReq")
    assert request.ready_to_charge_state is True
    assert request.charging_profile.sa_schedule_tuple_id == 5
    entries = request.charging_profile.profile_entry
    assert [
        (each.charging_profile_entry_start, each.charging_profile_entry_max_power) for each in entries
    ] == [
        (0, 32_767),
        (3_600, 1_000),
    ]


def test_the_parameters_of_an_ac_charging_are_not_believed() -> None:
    bench = EvccBench(DIN).until("ChargeParameterDiscoveryReq")
    value = bench.answers().physical(230, "V")
    status = din.AC_EVSEStatus(
        power_switch_closed=False,
        rcd=False,
        notification_max_delay=0,
        evse_notification=din.EvseNotification.NONE,
    )
    bench.change["ChargeParameterDiscoveryRes"] = but(
        evse_charge_parameter=din.AC_EVSEChargeParameter(
            ac_evse_status=status, evse_max_voltage=value, evse_max_current=value, evse_min_current=value
        )
    )
    assert bench.until_over().ending is Ending.UNREADABLE
