"""What real cars do: each habit as it shows on the wire, and nothing of it without the habit."""

from dataclasses import replace

import pytest

from pilotline.vocabulary.time import SECOND
from pilotline.wire.v2g.app_protocol import SupportedAppProtocolReq
from pilotline.wire.v2g.evcc.choice import OWN_NAMESPACE
from pilotline.wire.v2g.evcc.words import CarState, Ending, EvccConfig, Quirk, Transfer
from pilotline.wire.v2g.namespaces import DIN as DIN_NAMESPACE
from pilotline.wire.v2g.protocols import Protocol, read, read_choice
from support.evcc_bench import AC, CAR, DIN, ISO2, EvccBench


def with_quirk(config: EvccConfig, quirk: Quirk, car: CarState = CAR) -> EvccBench:
    return EvccBench(config, car, quirk)


def targets(bench: EvccBench, name: str) -> list[float]:
    """The target voltages it asked for in messages of a name."""
    values = [each.ev_target_voltage for each in bench.every(name)]
    return [each.value * 10.0**each.multiplier for each in values]


def test_nul_scope_is_a_scope_of_64_nul_characters() -> None:
    """[1]: 80 bytes of EXI, which no XML can hold."""
    bench = with_quirk(ISO2, Quirk.NUL_SCOPE).until("ServiceDiscoveryReq")
    assert bench.last("ServiceDiscoveryReq").service_scope == "\0" * 64
    assert len(bench.sent()) == 80
    assert EvccBench(ISO2).until("ServiceDiscoveryReq").last("ServiceDiscoveryReq").service_scope is None


def test_trailing_zero_is_one_byte_behind_contract_authentication() -> None:
    """[2]: the frame's length counts it, and the document ends before it."""
    bench = with_quirk(DIN, Quirk.TRAILING_ZERO).until("ContractAuthenticationReq")
    plain = EvccBench(DIN).until("ContractAuthenticationReq").sent()
    assert bench.sent() == plain + b"\0"
    assert read(Protocol.DIN, bench.sent()).name == "ContractAuthenticationReq"
    bench.until("ChargeParameterDiscoveryReq")
    assert DIN_NAMESPACE.encode("V2G_Message", DIN_NAMESPACE.decode(bench.sent())[1]) == bench.sent()


def test_own_namespace_is_liked_better_than_the_standards() -> None:
    """[3]: version 0.7, priority 1; the protocol that both speak comes after it."""
    bench = with_quirk(DIN, Quirk.OWN_NAMESPACE)
    bench.until("supportedAppProtocolReq")
    request = read_choice(bench.sent())
    assert isinstance(request, SupportedAppProtocolReq)
    own, din = request.app_protocol
    assert (own.protocol_namespace, own.version_number_major, own.version_number_minor, own.priority) == (
        OWN_NAMESPACE, 0, 7, 1,
    )  # fmt: skip
    assert (din.protocol_namespace, din.priority) == (Protocol.DIN.uri, 2)
    bench.until("CurrentDemandReq")


@pytest.mark.parametrize(
    ("quirk", "first"),
    [(None, bytes(8)), (Quirk.EMPTY_SESSION_ID, b""), (Quirk.SHORT_SESSION_ID, b"\0")],
)
@pytest.mark.parametrize("config", [DIN, ISO2], ids=["DIN", "ISO 15118-2"])
def test_the_first_session_id_is_zeros_one_zero_or_nothing(
    config: EvccConfig, quirk: Quirk | None, first: bytes
) -> None:
    """[4]."""
    bench = EvccBench(config, CAR, *([quirk] if quirk else [])).until("SessionSetupReq")
    assert bench.protocol is not None
    assert read(bench.protocol, bench.sent()).session_id == first
    bench.until("CurrentDemandReq")


def test_a_car_that_comes_back_says_its_old_id_whatever_its_habit() -> None:
    config = replace(ISO2, session_id=bytes.fromhex("0102030405060708"))
    bench = with_quirk(config, Quirk.EMPTY_SESSION_ID).until("SessionSetupReq")
    assert read(Protocol.ISO2, bench.sent()).session_id == config.session_id


def test_target_below_battery_asks_for_less_than_nothing_and_then_for_too_little() -> None:
    """[7]: in precharge and at the begin of the loop."""
    bench = with_quirk(DIN, Quirk.TARGET_BELOW_BATTERY)
    bench.until("PreChargeReq", 3)
    asked = targets(bench, "PreChargeReq")
    assert asked == [-10.0, 300.0, 360.0]
    bench.until("CurrentDemandReq", 3)
    loop = targets(bench, "CurrentDemandReq")
    assert loop == [300.0, 300.0, 400.0]


def test_wrong_first_precharge_is_another_voltage_once() -> None:
    """[8]."""
    bench = with_quirk(DIN, Quirk.WRONG_FIRST_PRECHARGE).until("PreChargeReq", 2)
    asked = targets(bench, "PreChargeReq")
    assert asked == [420.0, 360.0]


@pytest.mark.parametrize("config", [ISO2, AC], ids=["DC", "AC"])
def test_stays_in_c_through_a_renegotiation_and_goes_on_charging(config: EvccConfig) -> None:
    """[10]: no cable check, no precharge, contactors and pilot as they are, and it takes what it took."""
    loop = "CurrentDemandReq" if config is ISO2 else "ChargingStatusReq"
    bench = with_quirk(config, Quirk.STAYS_IN_C).until(loop, 3)
    held, taken = bench.held(), bench.taken()
    bench.tell(renegotiate=True)
    bench.until(loop, 8)
    begin = bench.order().index(loop) + 1
    assert bench.order()[begin:] == [
        "PowerDeliveryReq", "ChargeParameterDiscoveryReq", "PowerDeliveryReq", loop,
    ]  # fmt: skip
    assert (bench.held(), bench.taken()) == (held, taken)
    bench.tell(wants=False)
    bench.until_over()
    assert bench.held()[-1] == "B"


def test_a_car_in_c_that_ends_in_the_middle_of_a_renegotiation_asks_for_the_stop() -> None:
    bench = with_quirk(ISO2, Quirk.STAYS_IN_C).until("CurrentDemandReq", 3)
    bench.tell(renegotiate=True)
    bench.until("ChargeParameterDiscoveryReq", 2)
    bench.tell(wants=False)
    bench.until_over()
    assert bench.order()[-3:] == ["PowerDeliveryReq", "WeldingDetectionReq", "SessionStopReq"]
    assert bench.last("PowerDeliveryReq").charge_progress.value == "Stop"


def test_cable_check_in_ac_comes_after_the_parameters() -> None:
    """[15]: a refusal of it ends the session."""
    bench = with_quirk(AC, Quirk.CABLE_CHECK_IN_AC).until("CableCheckReq")
    assert bench.order()[-2:] == ["ChargeParameterDiscoveryReq", "CableCheckReq"]
    bench.silent.add("CableCheckReq")
    assert bench.until_over().ending is Ending.TOO_LATE


@pytest.mark.parametrize("quirk", [Quirk.LEAVES_AFTER_DISCOVERY, Quirk.LEAVES_AFTER_PARAMETERS])
@pytest.mark.parametrize("config", [DIN, ISO2, AC], ids=["DIN", "ISO 15118-2 DC", "ISO 15118-2 AC"])
def test_some_are_gone_without_a_word_after_the_parameters(config: EvccConfig, quirk: Quirk) -> None:
    """[15], [24]: no cable check, no SessionStop."""
    bench = with_quirk(config, quirk)
    assert bench.until_over().ending is Ending.TERMINATED
    assert bench.order()[-1] == "ChargeParameterDiscoveryReq"
    assert bench.held() == [False, "B", False, "B"]


def test_one_that_leaves_has_chosen_a_single_phase_though_it_has_three() -> None:
    """[15]."""
    bench = with_quirk(AC, Quirk.LEAVES_AFTER_DISCOVERY)
    bench.until_over()
    mode = bench.last("ChargeParameterDiscoveryReq").requested_energy_transfer_mode
    assert mode.value == Transfer.AC_SINGLE_PHASE.value


def test_rounds_down_asks_for_whole_amperes() -> None:
    """[17]."""
    car = replace(CAR, target_ma=87_960)
    rounded = with_quirk(DIN, Quirk.ROUNDS_DOWN, car).until("CurrentDemandReq")
    target = rounded.last("CurrentDemandReq").ev_target_current
    assert (target.value, target.multiplier) == (87, 0)
    exact = EvccBench(DIN, car).until("CurrentDemandReq").last("CurrentDemandReq").ev_target_current
    assert (exact.value, exact.multiplier) == (879, -1)


@pytest.mark.parametrize("config", [DIN, ISO2], ids=["DIN", "ISO 15118-2"])
def test_no_welding_detection_goes_straight_to_session_stop(config: EvccConfig) -> None:
    """[22]: the contactors are open before it all the same."""
    bench = with_quirk(config, Quirk.NO_WELDING_DETECTION).until("CurrentDemandReq", 3)
    bench.tell(wants=False)
    bench.until_over()
    assert bench.order()[-2:] == ["PowerDeliveryReq", "SessionStopReq"]


def test_schema_ids_are_odd_and_the_answer_goes_by_them() -> None:
    bench = with_quirk(EvccConfig(), Quirk.SCHEMA_IDS).until("supportedAppProtocolReq")
    assert [each.schema_id for each in bench.last("supportedAppProtocolReq").app_protocol] == [222, 111]
    bench.until("CurrentDemandReq")
    assert bench.protocol is Protocol.DIN  # the charger of paper chose the last one


def test_impatience_shows_in_the_loop_only() -> None:
    """[9]: a long wait for a card is none."""
    bench = with_quirk(ISO2, Quirk.IMPATIENT_WITHOUT_CURRENT).until("AuthorizationReq")
    bench.goes_on("AuthorizationRes")
    bench.until("AuthorizationReq", 200)
    assert bench.now > 90 * SECOND
    bench.change.clear()
    bench.until("CurrentDemandReq", 5)
