"""What an answer says of the charger's state, and what the car makes of it: emergencies, stops."""

import msgspec
import pytest

from pilotline.wire.v2g.evcc.words import CloseInlet, Ending, EvccConfig, HoldPilot, Send, Take
from support.evcc_bench import CONFIGS, DIN, ISO2, LOOPS, EvccBench, but, in_the_loop

kinds = pytest.mark.parametrize("kind", CONFIGS)


@pytest.mark.parametrize("config", [DIN, ISO2], ids=["DIN", "ISO 15118-2"])
@pytest.mark.parametrize("code", ["EVSE_EmergencyShutdown", "EVSE_Malfunction"])
def test_an_emergency_opens_at_once_and_ends_without_welding_detection(config: EvccConfig, code: str) -> None:
    bench = EvccBench(config).until("CurrentDemandReq", 3)
    answers = bench.answers()
    bench.change["CurrentDemandRes"] = but(dc_evse_status=answers.status(code))
    effects = bench.step()
    assert [type(each) for each in effects[1:5]] == [Take, CloseInlet, HoldPilot, Send]
    assert bench.held()[-2:] == [False, "B"]
    assert bench.taken()[-1][0] == 0
    assert bench.until_over().ending is Ending.EMERGENCY
    assert bench.order()[-2:] == ["PowerDeliveryReq", "SessionStopReq"]


@pytest.mark.parametrize("name", ["CableCheckRes", "PreChargeRes"])
def test_an_emergency_before_power_ends_with_session_stop(name: str) -> None:
    bench = EvccBench(DIN)
    answers = bench.answers()
    bench.change[name] = but(dc_evse_status=answers.status("EVSE_EmergencyShutdown"))
    assert bench.until_over().ending is Ending.EMERGENCY
    assert bench.order()[-1] == "SessionStopReq"
    assert True not in bench.held()


def test_an_rcd_that_has_tripped_is_an_emergency_of_ac() -> None:
    bench = in_the_loop("ISO 15118-2 AC")
    tripped = msgspec.structs.replace(bench.answers().status(), rcd=True)
    bench.change["ChargingStatusRes"] = but(ac_evse_status=tripped)
    bench.step()
    assert bench.held()[-1] == "B"
    assert bench.until_over().ending is Ending.EMERGENCY


def test_an_emergency_during_a_pause_makes_it_an_end() -> None:
    bench = in_the_loop("ISO 15118-2 DC")
    bench.tell(wants=False, pause=True)
    bench.until("PowerDeliveryReq", 2)
    answers = bench.answers()
    bench.change["PowerDeliveryRes"] = but(evse_status=answers.status("EVSE_EmergencyShutdown"))
    assert bench.until_over().ending is Ending.EMERGENCY
    assert bench.last("SessionStopReq").charging_session.value == "Terminate"


@kinds
def test_a_charger_that_asks_to_stop_is_obeyed(kind: str) -> None:
    bench = in_the_loop(kind)
    answers = bench.answers()
    field = "ac_evse_status" if kind == "ISO 15118-2 AC" else "dc_evse_status"
    bench.change[LOOPS[kind].replace("Req", "Res")] = but(
        **{field: answers.status(notification="StopCharging")}
    )
    end = bench.until_over()
    assert (end.ending, "StopCharging" in end.why) == (Ending.TERMINATED, True)
    assert bench.order()[-1] == "SessionStopReq"


@pytest.mark.parametrize("code", ["EVSE_Shutdown", "EVSE_UtilityInterruptEvent"])
def test_a_charger_that_shuts_down_is_left_in_order_with_welding_detection(code: str) -> None:
    bench = in_the_loop("DIN DC")
    bench.change["CurrentDemandRes"] = but(dc_evse_status=bench.answers().status(code))
    assert bench.until_over().ending is Ending.TERMINATED
    assert bench.order()[-3:] == ["PowerDeliveryReq", "WeldingDetectionReq", "SessionStopReq"]
