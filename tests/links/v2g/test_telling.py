"""Messages in words: those that come again and again while a car is connected."""

from typing import Any

import pytest

from pilotline.links.v2g.exchanges import Message
from pilotline.links.v2g.telling import say
from pilotline.wire.v2g import din70121 as din
from pilotline.wire.v2g import din70121_words as words
from pilotline.wire.v2g import iso15118_2 as iso
from pilotline.wire.v2g.exi.schema import element_name

CAR = din.DC_EVStatus(ev_ready=True, ev_error_code=words.DcEvErrorCode.NO_ERROR, ev_ress_soc=42)
ILL = din.DC_EVStatus(
    ev_ready=False, ev_error_code=words.DcEvErrorCode.FAILED_EV_RESS_MALFUNCTION, ev_ress_soc=42
)
READY = din.DC_EVSEStatus(
    evse_isolation_status=din.IsolationLevel.VALID,
    evse_status_code=words.DcEvseStatusCode.READY,
    notification_max_delay=0,
    evse_notification=din.EvseNotification.NONE,
)
STOPS = din.DC_EVSEStatus(
    evse_isolation_status=din.IsolationLevel.VALID,
    evse_status_code=words.DcEvseStatusCode.SHUTDOWN,
    notification_max_delay=0,
    evse_notification=din.EvseNotification.STOP_CHARGING,
)
OK = din.ResponseCode.OK


def volts(value: int) -> din.PhysicalValue:
    return din.PhysicalValue(multiplier=-1, unit=din.UnitSymbol.VOLT, value=value)


def amps(value: int) -> din.PhysicalValue:
    return din.PhysicalValue(multiplier=-1, unit=din.UnitSymbol.AMPERE, value=value)


def told(body: Any) -> str:
    return say(Message(0, element_name(type(body)), body, b"", ""))


def current_demand(**changes: Any) -> din.CurrentDemandRes:
    said: dict[str, Any] = {
        "response_code": OK,
        "dc_evse_status": READY,
        "evse_present_voltage": volts(3_985),
        "evse_present_current": amps(1_204),
        "evse_current_limit_achieved": False,
        "evse_voltage_limit_achieved": False,
        "evse_power_limit_achieved": False,
    }
    return din.CurrentDemandRes(**(said | changes))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (din.CableCheckReq(dc_ev_status=CAR), "waits for the test of the cable, state of charge 42 %"),
        (
            din.CableCheckRes(
                response_code=OK, dc_evse_status=READY, evse_processing=din.EvseProcessing.ONGOING
            ),
            "not done yet",
        ),
        (
            din.CableCheckRes(
                response_code=OK, dc_evse_status=READY, evse_processing=din.EvseProcessing.FINISHED
            ),
            "done",
        ),
        (
            din.PreChargeRes(response_code=OK, dc_evse_status=READY, evse_present_voltage=volts(3_650)),
            "365 V at its output",
        ),
        (
            din.CurrentDemandReq(
                dc_ev_status=CAR,
                ev_target_current=amps(1_250),
                charging_complete=False,
                ev_target_voltage=volts(4_100),
            ),
            "wants 125 A at 410 V or less; state of charge 42 %",
        ),
        (
            din.CurrentDemandReq(
                dc_ev_status=ILL,
                ev_target_current=amps(0),
                charging_complete=True,
                ev_target_voltage=volts(4_100),
            ),
            (
                "wants 0 A at 410 V or less; state of charge 42 %; error FAILED_EVRESSMalfunction; "
                "says it is charged"
            ),
        ),
        (current_demand(), "gives 120.4 A at 398.5 V"),
        (
            current_demand(
                evse_maximum_current_limit=amps(2_000),
                evse_current_limit_achieved=True,
                evse_power_limit_achieved=True,
                dc_evse_status=STOPS,
            ),
            (
                "gives 120.4 A at 398.5 V; up to 200 A; at its limit of current, power; "
                "EVSE_Shutdown; StopCharging"
            ),
        ),
        (
            current_demand(response_code=din.ResponseCode.FAILED),
            "FAILED; gives 120.4 A at 398.5 V",
        ),
        (din.WeldingDetectionReq(dc_ev_status=CAR), "looks whether its contacts have parted"),
        (iso.ChargingStatusReq(), "asks how much it may draw"),
        (
            iso.ChargingStatusRes(
                response_code=iso.ResponseCode.OK,
                evse_id="ZZ00000",
                sa_schedule_tuple_id=1,
                evse_max_current=iso.PhysicalValue(multiplier=-1, unit=iso.UnitSymbol.AMPERE, value=160),
                meter_info=iso.MeterInfo(meter_id="1", meter_reading=12_340),
                receipt_required=True,
                ac_evse_status=iso.AC_EVSEStatus(
                    notification_max_delay=0, evse_notification=iso.EvseNotification.NONE, rcd=True
                ),
            ),
            "up to 16 A; meter 12.34 kWh; wants a receipt; its residual-current device has tripped",
        ),
    ],
)
def test_a_message_of_a_loop_says_its_figures(body: Any, sentence: str) -> None:
    """With units, and what is not as it should be."""
    assert told(body) == sentence
