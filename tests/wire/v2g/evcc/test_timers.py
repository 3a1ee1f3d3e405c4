"""The car's timers: each ends the conversation at its time, and not before."""

from dataclasses import replace

import pytest

from pilotline.vocabulary.time import MS, SECOND
from pilotline.wire.v2g.evcc.words import Ending, EvccConfig, Quirk, Received
from pilotline.wire.v2g.v2gtp import encode
from support.evcc_bench import AC, CAR, CONFIGS, DIN, ISO2, EvccBench, but

ANSWERS = [
    ("DIN DC", "supportedAppProtocolReq", 2_000),
    ("DIN DC", "ContractAuthenticationReq", 2_000),
    ("DIN DC", "PowerDeliveryReq", 2_000),
    ("DIN DC", "CurrentDemandReq", 250),
    ("ISO 15118-2 DC", "SessionSetupReq", 2_000),
    ("ISO 15118-2 DC", "PowerDeliveryReq", 5_000),
    ("ISO 15118-2 DC", "CurrentDemandReq", 250),
    ("ISO 15118-2 AC", "PowerDeliveryReq", 5_000),
    ("ISO 15118-2 AC", "ChargingStatusReq", 2_000),
]


def lasts(bench: EvccBench) -> int:
    """How long it goes on from now, µs."""
    begun = bench.now
    bench.until_over()
    return bench.now - begun


@pytest.mark.requirement("M-01")
@pytest.mark.parametrize(("kind", "name", "limit_ms"), ANSWERS)
def test_an_answer_is_waited_for_as_long_as_the_standard_says(kind: str, name: str, limit_ms: int) -> None:
    bench = EvccBench(CONFIGS[kind]).until(name)
    bench.pass_time(limit_ms * MS - 1)
    assert bench.ended is None
    bench.pass_time(1)
    assert bench.ended is not None
    assert bench.ended.ending is Ending.TOO_LATE
    assert bench.held()[-1] == "B"


def test_an_answer_that_comes_at_its_last_moment_or_later_is_not_heard() -> None:
    bench = EvccBench(DIN).until("CurrentDemandReq", 2)
    answer = bench.frame(bench.answer(bench.asked[-1]))
    bench.now += 250 * MS
    bench.give(Received(answer))
    assert bench.ended is not None
    assert bench.ended.ending is Ending.TOO_LATE


def test_without_a_session_it_leaves_after_twenty_seconds() -> None:
    """V2G_EVCC_CommunicationSetup: the charger chose the language that only the car's maker speaks ([3])."""
    bench = EvccBench(DIN, CAR, Quirk.OWN_NAMESPACE)
    begun = bench.now
    bench.change["supportedAppProtocolRes"] = but(schema_id=1)
    assert bench.until_over().ending is Ending.TOO_LATE
    assert bench.now - begun == 20 * SECOND
    assert bench.order() == ["supportedAppProtocolReq"]


@pytest.mark.parametrize(
    ("kind", "name", "limit_s"),
    [
        ("DIN DC", "ChargeParameterDiscovery", 60),
        ("ISO 15118-2 DC", "ChargeParameterDiscovery", 60),
        ("ISO 15118-2 AC", "ChargeParameterDiscovery", 60),
        ("DIN DC", "CableCheck", 40),
        ("ISO 15118-2 DC", "CableCheck", 40),
    ],
)
def test_ongoing_has_an_end(kind: str, name: str, limit_s: int) -> None:
    bench = EvccBench(CONFIGS[kind]).until(f"{name}Req")
    bench.goes_on(f"{name}Res")
    assert lasts(bench) == limit_s * SECOND
    assert bench.ended is not None
    assert bench.ended.ending is Ending.TOO_LATE


def test_between_two_questions_that_were_answered_ongoing_it_waits() -> None:
    bench = EvccBench(replace(ISO2, ask_again_us=700 * MS)).until("CableCheckReq")
    bench.goes_on("CableCheckRes")
    begun = bench.now
    bench.until("CableCheckReq", 4)
    assert bench.now - begun == 3 * 700 * MS


def test_it_never_keeps_the_charger_waiting_for_forty_seconds() -> None:
    """V2G_EVCC_Sequence_Performance, whatever its configuration says."""
    bench = EvccBench(replace(ISO2, ask_again_us=100 * SECOND)).until("AuthorizationReq")
    bench.goes_on("AuthorizationRes")
    begun = bench.now
    bench.until("AuthorizationReq", 2)
    assert bench.now - begun == 40 * SECOND


@pytest.mark.parametrize("config", [DIN, ISO2], ids=["DIN", "ISO 15118-2"])
def test_a_precharge_that_never_meets_the_battery_ends_after_seven_seconds(config: EvccConfig) -> None:
    bench = EvccBench(config).until("PreChargeReq")
    bench.change["PreChargeRes"] = but(evse_present_voltage=bench.answers().physical(300, "V"))
    assert lasts(bench) == 7 * SECOND
    assert True not in bench.held()


@pytest.mark.requirement("R-55")
@pytest.mark.parametrize(
    ("kind", "name", "word"),
    [
        ("DIN DC", "ContractAuthentication", "Ongoing"),
        ("ISO 15118-2 DC", "Authorization", "Ongoing_WaitingForCustomerInteraction"),
        ("ISO 15118-2 AC", "Authorization", "Ongoing"),
    ],
)
def test_an_identification_from_outside_is_waited_for_as_long_as_the_charger_asks(
    kind: str, name: str, word: str
) -> None:
    """A person with a card may take longer than 60 s; the car goes on asking, and then charges."""
    bench = EvccBench(CONFIGS[kind]).until(f"{name}Req")
    bench.goes_on(f"{name}Res", word)
    bench.until(f"{name}Req", 620)
    assert bench.now > 300 * SECOND
    bench.change.clear()
    bench.until("ChargingStatusReq" if CONFIGS[kind] is AC else "CurrentDemandReq", 2)


@pytest.mark.requirement("R-55")
def test_a_car_may_be_less_patient_by_its_configuration() -> None:
    bench = EvccBench(replace(ISO2, authorisation_us=60 * SECOND)).until("AuthorizationReq")
    bench.goes_on("AuthorizationRes")
    assert lasts(bench) == 60 * SECOND


def test_a_din_car_of_limited_patience_is_ready_to_charge_within_150_seconds() -> None:
    """V2G_EVCC_ReadyToCharge, from SessionSetupRes on: the person came late, and the cable check is slow."""
    bench = EvccBench(replace(DIN, authorisation_us=200 * SECOND)).until("ServiceDiscoveryReq")
    begun = bench.now
    bench.goes_on("ContractAuthenticationRes")
    while bench.now - begun < 120 * SECOND:
        bench.step()
    bench.change.clear()
    bench.goes_on("CableCheckRes")
    bench.until_over()
    assert bench.ended is not None
    assert bench.ended.why == "V2G_EVCC_ReadyToCharge ran out."
    assert bench.now - begun == 150 * SECOND


def test_a_car_that_is_leaving_does_not_mind_ready_to_charge() -> None:
    bench = EvccBench(replace(DIN, authorisation_us=200 * SECOND)).until("ServiceDiscoveryReq")
    begun = bench.now
    bench.goes_on("ContractAuthenticationRes")
    while bench.now - begun < 149 * SECOND:
        bench.step()
    bench.tell(wants=False)
    bench.until("SessionStopReq").delay = 1_900 * MS
    assert bench.until_over().ending is Ending.TERMINATED
    assert bench.now - begun > 150 * SECOND


def test_a_car_that_charges_is_ready_for_good() -> None:
    bench = EvccBench(replace(DIN, authorisation_us=200 * SECOND)).until("CurrentDemandReq", 700)
    assert bench.now > 151 * SECOND
    assert bench.ended is None


def test_an_impatient_car_leaves_in_order_a_minute_after_the_last_current() -> None:
    """Some makers' cars ([9])."""
    bench = EvccBench(DIN, CAR, Quirk.IMPATIENT_WITHOUT_CURRENT).until("CurrentDemandReq", 20)
    flowed = bench.now
    none = bench.answers().physical(0, "A")
    bench.change["CurrentDemandRes"] = but(evse_present_current=none)
    bench.until("PowerDeliveryReq", 2)
    assert abs(bench.now - flowed - 60 * SECOND) < 300 * MS
    assert bench.until_over().why == "The car gave up: no current for 60 s."
    assert bench.order()[-1] == "SessionStopReq"


def test_a_patient_car_stays_without_current() -> None:
    bench = EvccBench(DIN).until("CurrentDemandReq")
    none = bench.answers().physical(0, "A")
    bench.change["CurrentDemandRes"] = but(evse_present_current=none)
    bench.until("CurrentDemandReq", 400)
    assert bench.ended is None


def test_an_impatient_ac_car_counts_an_offer_of_nothing_as_no_current() -> None:
    bench = EvccBench(AC, CAR, Quirk.IMPATIENT_WITHOUT_CURRENT).until("ChargingStatusReq", 400)
    assert bench.ended is None
    nothing = bench.answers().physical(0, "A")
    bench.change["ChargingStatusRes"] = but(evse_max_current=nothing)
    paused = bench.now
    bench.until_over()
    assert abs(bench.now - paused - 60 * SECOND) < 300 * MS


def test_in_the_loop_it_asks_every_220_ms_from_question_to_question() -> None:
    bench = EvccBench(ISO2).until("CurrentDemandReq", 2)
    begun = bench.now
    bench.until("CurrentDemandReq", 12)
    assert bench.now - begun == 10 * 220 * MS


def test_receipts_do_not_make_the_loop_faster() -> None:
    bench = EvccBench(ISO2)
    meter = bench.answers().m.MeterInfo(meter_id="M", meter_reading=5)
    bench.change["CurrentDemandRes"] = but(meter_info=meter, receipt_required=True)
    bench.until("CurrentDemandReq", 2)
    begun = bench.now
    bench.until("CurrentDemandReq", 12)
    assert bench.now - begun == 10 * 220 * MS
    assert bench.names().count("MeteringReceiptReq") >= 10


def test_payloads_to_be_passed_over_do_not_stop_a_timer() -> None:
    bench = EvccBench(DIN).until("CurrentDemandReq", 2)
    for _ in range(10):
        bench.now += 24 * MS
        bench.give(Received(encode(0x8104, b"")))
    bench.pass_time(10 * MS)
    assert bench.ended is not None
