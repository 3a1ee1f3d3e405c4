"""Sessions that are left and joined again, and terms that are negotiated anew while the car charges."""

from dataclasses import replace

import msgspec
import pytest

from pilotline.wire.v2g.evcc.words import ChargerClosed, Ending, EvccConfig
from pilotline.wire.v2g.protocols import Protocol, read
from support.evcc_bench import CONFIGS, ISO2, LOOPS, EvccBench, but, in_the_loop


@pytest.mark.requirement("M-01")
@pytest.mark.parametrize("kind", ["ISO 15118-2 DC", "ISO 15118-2 AC"])
def test_a_pause_is_said_in_session_stop_and_its_id_comes_back(kind: str) -> None:
    bench = in_the_loop(kind)
    bench.tell(wants=False, pause=True)
    assert bench.until_over().ending is Ending.PAUSED
    assert bench.last("SessionStopReq").charging_session.value == "Pause"
    again = EvccBench(_with_id(kind, bench.evcc.session_id))
    again.change["SessionSetupRes"] = lambda body: msgspec.structs.replace(
        body, response_code=type(body.response_code).OK_OLD_SESSION
    )
    again.until("SessionSetupReq")
    assert read(Protocol.ISO2, again.sent()).session_id == bench.session_id
    again.until(LOOPS[kind])


def test_a_session_joined_that_is_not_the_cars_is_not_believed() -> None:
    bench = EvccBench(_with_id("ISO 15118-2 DC", bytes.fromhex("0909090909090909")))
    bench.change["SessionSetupRes"] = lambda body: msgspec.structs.replace(
        body, response_code=type(body.response_code).OK_OLD_SESSION
    )
    assert bench.until_over().ending is Ending.UNREADABLE


def test_a_charger_that_has_forgotten_the_pause_begins_a_new_session() -> None:
    bench = EvccBench(_with_id("ISO 15118-2 DC", bytes.fromhex("0909090909090909")))
    bench.until("ServiceDiscoveryReq")
    assert bench.evcc.session_id == bench.session_id


def test_din_has_no_pause() -> None:
    bench = in_the_loop("DIN DC")
    bench.tell(wants=False, pause=True)
    assert bench.until_over().ending is Ending.TERMINATED


@pytest.mark.parametrize("name", ["PowerDeliveryRes", "SessionStopRes"])
def test_a_pause_that_is_refused_is_none(name: str) -> None:
    """Some chargers answer SessionStop(Pause) with FAILED: nobody waits there for the car's return."""
    bench = in_the_loop("ISO 15118-2 DC")
    bench.change[name] = bench.fails
    bench.tell(wants=False, pause=True)
    assert bench.until_over().ending is Ending.REFUSED
    stop = "Terminate" if name == "PowerDeliveryRes" else "Pause"
    assert bench.last("SessionStopReq").charging_session.value == stop


def test_a_pause_stays_one_when_the_charger_asks_to_stop_meanwhile() -> None:
    bench = in_the_loop("ISO 15118-2 DC")
    stop = bench.answers().status(notification="StopCharging")
    bench.change["PowerDeliveryRes"] = but(evse_status=stop)
    bench.tell(wants=False, pause=True)
    assert bench.until_over().ending is Ending.PAUSED


def test_a_pause_that_nobody_answered_is_none() -> None:
    bench = in_the_loop("ISO 15118-2 DC")
    bench.tell(wants=False, pause=True)
    bench.until("SessionStopReq")
    bench.give(ChargerClosed())
    assert bench.ended is not None
    assert bench.ended.ending is Ending.CHARGER_LEFT


def test_a_refused_welding_detection_is_no_refusal_of_the_session() -> None:
    """[22]: chargers of some makers say FAILED to it and stop in order."""
    bench = in_the_loop("DIN DC")
    bench.change["WeldingDetectionRes"] = bench.fails
    bench.tell(wants=False)
    assert bench.until_over().ending is Ending.TERMINATED
    assert bench.order()[-2:] == ["WeldingDetectionReq", "SessionStopReq"]


def test_before_the_loop_a_pause_is_an_end() -> None:
    bench = EvccBench(ISO2).until("CableCheckReq")
    bench.tell(wants=False, pause=True)
    assert bench.until_over().ending is Ending.TERMINATED
    assert bench.last("SessionStopReq").charging_session.value == "Terminate"


@pytest.mark.requirement("M-01")
@pytest.mark.parametrize("kind", ["ISO 15118-2 DC", "ISO 15118-2 AC"])
def test_a_car_that_wants_new_terms_stops_and_begins_again_from_the_parameters(kind: str) -> None:
    """DC with cable check and precharge, since its contactors are open meanwhile."""
    bench = in_the_loop(kind)
    before = bench.names().count(LOOPS[kind])
    bench.tell(renegotiate=True)
    bench.until(LOOPS[kind], before + 3)
    again = bench.order()[bench.order().index(LOOPS[kind]) + 1 :]
    dc = ["CableCheckReq", "PreChargeReq"] if "DC" in kind else []
    assert again == ["PowerDeliveryReq", "ChargeParameterDiscoveryReq", *dc, "PowerDeliveryReq", LOOPS[kind]]
    pilots = [each for each in bench.held() if isinstance(each, str)]
    assert pilots == ["B", "C", "B", "C"]


@pytest.mark.parametrize("kind", ["ISO 15118-2 DC", "ISO 15118-2 AC"])
def test_the_chargers_wish_for_new_terms_is_followed_once_until_it_was_taken_back(kind: str) -> None:
    bench = in_the_loop(kind)
    answers = bench.answers()
    field = "ac_evse_status" if kind == "ISO 15118-2 AC" else "dc_evse_status"
    name = LOOPS[kind].replace("Req", "Res")
    bench.change[name] = but(**{field: answers.status(notification="ReNegotiation")})
    bench.until(LOOPS[kind], bench.names().count(LOOPS[kind]) + 10)
    assert bench.names().count("ChargeParameterDiscoveryReq") == 2
    again = bench.change.pop(name)
    bench.until(LOOPS[kind], bench.names().count(LOOPS[kind]) + 5)
    assert bench.names().count("ChargeParameterDiscoveryReq") == 2
    bench.change[name] = again
    bench.until(LOOPS[kind], bench.names().count(LOOPS[kind]) + 5)
    assert bench.names().count("ChargeParameterDiscoveryReq") == 3


def test_the_cars_wish_for_new_terms_counts_again_when_it_was_taken_back() -> None:
    bench = in_the_loop("ISO 15118-2 AC")
    for wish in (True, True, False, True):
        bench.tell(renegotiate=wish)
        bench.until("ChargingStatusReq", bench.names().count("ChargingStatusReq") + 5)
    assert bench.names().count("ChargeParameterDiscoveryReq") == 3


def test_din_knows_no_renegotiation() -> None:
    bench = in_the_loop("DIN DC")
    answers = bench.answers()
    bench.change["CurrentDemandRes"] = but(dc_evse_status=answers.status(notification="ReNegotiation"))
    bench.tell(renegotiate=True)
    bench.until("CurrentDemandReq", 20)
    assert bench.names().count("ChargeParameterDiscoveryReq") == 1


def _with_id(kind: str, session_id: bytes) -> EvccConfig:
    return replace(CONFIGS[kind], session_id=session_id)
