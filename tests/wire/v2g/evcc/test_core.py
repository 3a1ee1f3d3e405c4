"""The car's side of a conversation: it asks in order, believes right answers only, lets all go at the end."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.vocabulary.time import MS, SECOND, Tick
from pilotline.wire.v2g.evcc.core import Evcc
from pilotline.wire.v2g.evcc.talk import Step
from pilotline.wire.v2g.evcc.words import (
    ChargerClosed,
    CloseInlet,
    Ending,
    EvccConfig,
    HoldPilot,
    Received,
    Said,
    Send,
    Take,
    Transfer,
)
from pilotline.wire.v2g.protocols import Protocol, read
from pilotline.wire.v2g.v2gtp import encode
from support.evcc_bench import AC, CAR, CONFIGS, DIN, LOOPS, EvccBench, in_the_loop

COMMON = ["supportedAppProtocolReq", "SessionSetupReq", "ServiceDiscoveryReq"]
DC_TAIL = [
    "ChargeParameterDiscoveryReq", "CableCheckReq", "PreChargeReq", "PowerDeliveryReq", "CurrentDemandReq",
    "PowerDeliveryReq", "WeldingDetectionReq", "SessionStopReq",
]  # fmt: skip
ORDERS = {
    "DIN DC": [*COMMON, "ServicePaymentSelectionReq", "ContractAuthenticationReq", *DC_TAIL],
    "ISO 15118-2 DC": [*COMMON, "PaymentServiceSelectionReq", "AuthorizationReq", *DC_TAIL],
    "ISO 15118-2 AC": [
        *COMMON, "PaymentServiceSelectionReq", "AuthorizationReq", "ChargeParameterDiscoveryReq",
        "PowerDeliveryReq", "ChargingStatusReq", "PowerDeliveryReq", "SessionStopReq",
    ],
}  # fmt: skip
kinds = pytest.mark.parametrize("kind", CONFIGS)


@pytest.mark.requirement("M-01")
@kinds
def test_a_whole_session_asks_in_the_standards_order(kind: str) -> None:
    bench = in_the_loop(kind)
    bench.tell(wants=False)
    assert bench.until_over().ending is Ending.TERMINATED
    assert bench.order() == ORDERS[kind]
    assert bench.let_go


def test_where_it_stands_can_be_asked() -> None:
    bench = EvccBench(DIN).until("CableCheckReq")
    assert bench.evcc.step is Step.CABLE_CHECK


@kinds
def test_it_begins_by_itself_and_wants_to_be_woken_at_once(kind: str) -> None:
    evcc = Evcc(CONFIGS[kind], CAR)
    assert evcc.deadline() == 0
    assert [type(each) for each in evcc.handle(Tick(), 5)] == [Take, CloseInlet, HoldPilot, Send, Said]


def test_a_dc_car_goes_to_c_before_the_cable_check_and_closes_when_the_output_meets_its_battery() -> None:
    """IEC 61851-23 CC: closed in C before PowerDelivery, open and in B before the welding detection."""
    bench = in_the_loop("DIN DC")
    bench.tell(wants=False)
    bench.until_over()
    marks: list[object] = []
    for effect in bench.effects:
        match effect:
            case Said(_, body):
                marks.append(type(body).__name__)
            case HoldPilot(state):
                marks.append(state.value)
            case CloseInlet(closed):
                marks.append(closed)
            case _:
                pass
    assert marks[marks.index("C") + 1] == "CableCheckReq"
    assert marks[marks.index(True) + 1] == "PowerDeliveryReq"
    assert marks[marks.index("WeldingDetectionReq") - 2 : marks.index("WeldingDetectionReq")] == [False, "B"]


def test_an_ac_car_goes_to_c_with_power_delivery_and_stops_drawing_before_it_asks_to_stop() -> None:
    """V2G2-847 and V2G2-848: the pilot follows within 250 ms of the request."""
    bench = EvccBench(AC).until("PowerDeliveryReq")
    assert bench.held()[-1] == "C"
    assert [type(each) for each in bench.effects[-3:]] == [Send, Said, HoldPilot]
    bench.until("ChargingStatusReq", 3)
    assert bench.taken()[-1] == (16_000, 230_000)
    bench.tell(wants=False)
    bench.until("PowerDeliveryReq", 2)
    assert [type(each) for each in bench.effects[-4:]] == [Take, Send, Said, HoldPilot]
    assert bench.taken()[-1][0] == 0


@kinds
def test_the_session_id_is_the_chargers_from_its_first_answer_on_in_its_exact_length(kind: str) -> None:
    """Some chargers have ids of four bytes ([5])."""
    bench = EvccBench(CONFIGS[kind])
    bench.session_id = bytes.fromhex("01020304")
    bench.until(LOOPS[kind])
    protocol = bench.protocol
    assert protocol is not None
    assert read(protocol, bench.sent()).session_id == bytes.fromhex("01020304")
    assert bench.evcc.session_id == bytes.fromhex("01020304")


@kinds
def test_an_answer_of_another_session_is_not_believed(kind: str) -> None:
    bench = EvccBench(CONFIGS[kind]).until("ServiceDiscoveryReq")
    bench.session_id = bytes(8)
    assert bench.until_over().ending is Ending.UNREADABLE


@kinds
def test_an_answer_to_another_question_is_not_believed(kind: str) -> None:
    bench = in_the_loop(kind)
    wrong = bench.answers().to("SessionStopRes", None)
    bench.give(Received(bench.frame(wrong)))
    assert bench.ended is not None
    assert bench.ended.ending is Ending.UNREADABLE
    assert "SessionStopRes" in bench.ended.why
    assert bench.let_go


@kinds
def test_an_answer_that_comes_twice_ends_it_too(kind: str) -> None:
    bench = in_the_loop(kind)
    answer = bench.frame(bench.answer(bench.asked[-1]))
    bench.give(Received(answer))
    bench.give(Received(answer))
    assert bench.ended is not None
    assert bench.ended.why == "The charger answered what nobody had asked."


@kinds
def test_an_answer_comes_in_pieces_and_is_whole(kind: str) -> None:
    bench = in_the_loop(kind)
    answer, asked = bench.frame(bench.answer(bench.asked[-1])), len(bench.asked)
    for byte in answer:
        bench.give(Received(bytes([byte])))
    bench.pass_time(230 * MS)
    assert len(bench.asked) == asked + 1


def test_a_payload_type_it_does_not_know_is_passed_over() -> None:
    bench = in_the_loop("DIN DC")
    bench.give(Received(encode(0x8101, b"news") + bench.frame(bench.answer(bench.asked[-1]))))
    assert bench.ended is None


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1", encode(0x8001, b"\x80"), encode(0x8001, b"")])
def test_bytes_that_are_no_message_end_it(data: bytes) -> None:
    bench = in_the_loop("DIN DC")
    bench.give(Received(data))
    assert bench.ended is not None
    assert bench.ended.ending is Ending.UNREADABLE
    assert bench.let_go


@given(st.sampled_from(sorted(CONFIGS)), st.integers(1, 40), st.lists(st.binary(max_size=80), max_size=6))
def test_no_bytes_break_it(kind: str, when: int, pieces: list[bytes]) -> None:
    """Any bytes at any moment: an end that is named, or the conversation goes on."""
    bench = EvccBench(CONFIGS[kind])
    for _ in range(when):
        bench.step()
    for data in pieces:
        bench.give(Received(data))
    bench.pass_time(100 * SECOND)
    assert bench.ended is not None
    assert bench.let_go


@given(st.sampled_from(sorted(CONFIGS)), st.integers(1, 20), st.data())
def test_no_figures_break_it(kind: str, rounds: int, data: st.DataObject) -> None:
    """Answers of the right shape with any physical value in any field, negative and huge ones too."""
    bench = EvccBench(CONFIGS[kind])
    values = st.builds(
        bench.answers().physical, st.integers(-32_768, 32_767), st.just("W"), st.integers(-3, 3)
    )

    def damage(body: Any) -> Any:
        """Also those that stand deeper: the limits of ChargeParameterDiscovery."""
        fields = {name: getattr(body, name) for name in body.__struct_fields__}
        for name, value in fields.items():
            if type(value).__name__ == "PhysicalValue":
                fields[name] = data.draw(values)
            elif type(value).__name__.endswith("EVSEChargeParameter"):
                fields[name] = damage(value)
        return type(body)(**fields)

    for name in ("ChargeParameterDiscoveryRes", "PreChargeRes", "CurrentDemandRes", "WeldingDetectionRes"):
        bench.change[name] = damage
    for _ in range(12 + 2 * rounds):
        if bench.ended is None:
            bench.step()
    bench.tell(wants=False)
    bench.until_over()
    assert bench.let_go


@kinds
@pytest.mark.parametrize("place", range(1, 14))
def test_wherever_the_charger_hangs_up_all_is_let_go(kind: str, place: int) -> None:
    bench = EvccBench(CONFIGS[kind])
    for _ in range(2 * place):
        bench.step()
    bench.give(ChargerClosed())
    assert bench.ended is not None
    assert bench.ended.ending is Ending.CHARGER_LEFT
    assert bench.let_go
    assert bench.give(Tick()) == []
    assert bench.evcc.deadline() is None


@kinds
def test_a_refusal_before_power_ends_with_session_stop(kind: str) -> None:
    bench = EvccBench(CONFIGS[kind])
    name = "ContractAuthenticationRes" if kind == "DIN DC" else "AuthorizationRes"
    bench.change[name] = bench.fails
    assert bench.until_over().ending is Ending.REFUSED
    assert bench.order()[-1] == "SessionStopReq"


@kinds
def test_a_refusal_in_the_loop_ends_with_power_delivery_and_session_stop(kind: str) -> None:
    bench = in_the_loop(kind)
    name = LOOPS[kind].replace("Req", "Res")
    bench.change[name] = bench.fails
    assert bench.until_over().ending is Ending.REFUSED
    assert [each for each in bench.order()[-3:] if each != "WeldingDetectionReq"][-2:] == [
        "PowerDeliveryReq",
        "SessionStopReq",
    ]


@kinds
def test_a_refusal_of_the_way_out_is_followed_by_the_rest_of_it(kind: str) -> None:
    """PowerDelivery(Stop) is answered FAILED: the contactors open and the session is stopped all the same."""
    bench = in_the_loop(kind)
    bench.change["PowerDeliveryRes"] = bench.fails
    bench.tell(wants=False)
    bench.until_over()
    assert bench.order()[-1] == "SessionStopReq"
    assert bench.let_go


def test_a_refusal_is_the_reason_though_the_charger_hangs_up_before_the_car() -> None:
    """ISO 15118-2 has a charger close after FAILED: what comes then is not the reason."""
    bench = in_the_loop("ISO 15118-2 DC")
    bench.change["CurrentDemandRes"] = bench.fails
    bench.until("PowerDeliveryReq", 2)
    bench.give(ChargerClosed())
    assert bench.ended is not None
    assert bench.ended.ending is Ending.REFUSED


@kinds
def test_a_car_that_wants_nothing_more_leaves_in_order_from_anywhere(kind: str) -> None:
    for step in range(1, 24):
        bench = EvccBench(CONFIGS[kind])
        for _ in range(step):
            bench.step()
        bench.tell(wants=False)
        assert bench.until_over().ending is Ending.TERMINATED
        assert bench.let_go
        if len(bench.order()) > 2:
            assert bench.order()[-1] == "SessionStopReq"


def test_a_fault_of_the_car_ends_it_with_its_error_code() -> None:
    bench = in_the_loop("DIN DC")
    bench.tell(fault=True)
    bench.until("PowerDeliveryReq", 2)
    status = bench.last("PowerDeliveryReq").ev_power_delivery_parameter.dc_ev_status
    assert status.ev_error_code.value == "FAILED_EVRESSMalfunction"
    assert status.ev_ready is False
    bench.until_over()
    assert bench.order()[-1] == "SessionStopReq"


@pytest.mark.parametrize("transfer", [Transfer.AC_SINGLE_PHASE, Transfer.AC_THREE_PHASE])
def test_din_knows_no_ac_here(transfer: Transfer) -> None:
    with pytest.raises(ValueError, match="DIN 70121"):
        Evcc(EvccConfig(transfer=transfer, protocols=(Protocol.DIN,)), CAR)


def test_a_car_without_a_language_is_refused() -> None:
    with pytest.raises(ValueError, match="one of them"):
        Evcc(EvccConfig(protocols=()), CAR)
