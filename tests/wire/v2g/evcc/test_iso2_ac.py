"""AC with ISO 15118-2: the limit is in the messages, and the schedule holds where it is less."""

from dataclasses import replace

from pilotline.wire.v2g.evcc.words import Transfer
from support.evcc_bench import AC, CAR, EvccBench, but


def test_what_may_be_drawn_is_the_chargers_figure() -> None:
    bench = EvccBench(AC).until("ChargingStatusReq", 2)
    assert bench.taken()[-1] == (16_000, 230_000)
    bench.change["ChargingStatusRes"] = but(evse_max_current=bench.answers().physical(10, "A"))
    bench.until("ChargingStatusReq", 4)
    assert bench.taken()[-1] == (10_000, 230_000)


def test_what_may_be_drawn_is_the_schedules_where_that_is_less_and_changes_with_it() -> None:
    """6900 W on three phases of 230 V are 10 A; after 5 s 2070 W are 3 A."""
    bench = EvccBench(AC).until("ChargeParameterDiscoveryReq")
    bench.change["ChargeParameterDiscoveryRes"] = but(
        sa_schedules=bench.answers().schedules((0, 6_900), (5, 2_070))
    )
    bench.until("ChargingStatusReq", 3)
    assert bench.taken()[-1] == (10_000, 230_000)
    bench.until("ChargingStatusReq", 30)
    assert bench.taken()[-1] == (3_000, 230_000)


def test_a_single_phase_has_the_schedules_power_alone() -> None:
    single = replace(AC, transfer=Transfer.AC_SINGLE_PHASE)
    bench = EvccBench(single).until("ChargeParameterDiscoveryReq")
    bench.change["ChargeParameterDiscoveryRes"] = but(sa_schedules=bench.answers().schedules((0, 2_300)))
    bench.until("ChargingStatusReq", 2)
    assert bench.taken()[-1] == (10_000, 230_000)


def test_the_parameters_of_ac_say_energy_and_departure() -> None:
    bench = EvccBench(replace(AC, departure_s=7_200, wants_wh=11_000), CAR).until(
        "ChargeParameterDiscoveryReq"
    )
    told = bench.last("ChargeParameterDiscoveryReq").ev_charge_parameter
    assert told.departure_time == 7_200
    assert told.e_amount.value * 10**told.e_amount.multiplier == 11_000
