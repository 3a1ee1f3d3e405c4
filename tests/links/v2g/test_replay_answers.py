"""Two answers to one question: what has to be the same, and what need not."""

from dataclasses import replace
from typing import Any

import pytest

from pilotline.links.v2g.exchanges import Message, read
from pilotline.links.v2g.recording import Line, Recording
from pilotline.links.v2g.replay_answers import compare
from pilotline.wire.v2g import iso15118_2 as i
from pilotline.wire.v2g import iso15118_2_words as w
from pilotline.wire.v2g.app_protocol import ResponseCode as Choice
from support.recorded import charger_status, iso, supply, taken
from support.recorded_din import own_recordings

OK, FAILED = w.ResponseCode.OK, w.ResponseCode.FAILED_SEQUENCE_ERROR


def message(payload: bytes) -> Message:
    (found,), _ = read(Recording("", "", (Line(0, 0x8001, payload),)))
    return found


def differences(recorded: bytes, ours: bytes) -> list[tuple[str, str, str]]:
    return list(compare(message(recorded), message(ours)))


def authorised(code: w.ResponseCode, processing: w.EvseProcessing) -> bytes:
    return iso(i.AuthorizationRes(response_code=code, evse_processing=processing))


def checked(**changed: Any) -> bytes:
    told = i.CableCheckRes(
        response_code=OK, dc_evse_status=charger_status(), evse_processing=w.EvseProcessing.FINISHED
    )
    return iso(msg_replace(told, **changed))


def msg_replace(element: Any, **changed: Any) -> Any:
    fields = {name: getattr(element, name) for name in element.__struct_fields__}
    return type(element)(**{**fields, **changed})


def test_the_same_is_the_same() -> None:
    """Of every kind."""
    for payload in (taken(), iso(supply(20, 1000)), checked(), authorised(FAILED, w.EvseProcessing.FINISHED)):
        assert differences(payload, payload) == []


def test_another_message_is_told_alone() -> None:
    """Nothing else of it can be compared."""
    assert differences(checked(), iso(i.SessionStopRes(response_code=FAILED), session=bytes(8))) == [
        ("message", "CableCheckRes", "SessionStopRes")
    ]


def test_another_session_id_is_told() -> None:
    """As it stands in the header."""
    ours = iso(i.SessionStopRes(response_code=OK), session=bytes(8))
    (told,) = differences(iso(i.SessionStopRes(response_code=OK)), ours)
    assert told == ("SessionID", "0102030405060708", "0000000000000000")


def test_another_response_code_is_told_without_what_follows_from_it() -> None:
    """And of two refusals nothing but their codes is compared."""
    refused = checked(response_code=FAILED, evse_processing=w.EvseProcessing.ONGOING)
    assert differences(checked(), refused) == [("ResponseCode", "OK", "FAILED_SequenceError")]
    assert differences(refused, checked(response_code=FAILED)) == []
    no = Choice.FAILED_NO_NEGOTIATION
    assert differences(taken(no, 0), taken(no, None)) == []


def test_finished_is_not_ongoing() -> None:
    """But why a charger is not done is its own affair."""
    ongoing, waiting = w.EvseProcessing.ONGOING, w.EvseProcessing.ONGOING_WAITING_FOR_CUSTOMER
    assert differences(authorised(OK, ongoing), authorised(OK, waiting)) == []
    assert differences(authorised(OK, ongoing), authorised(OK, w.EvseProcessing.FINISHED)) == [
        ("EVSEProcessing", "Ongoing", "Finished")
    ]


def test_the_number_of_the_protocol_is_the_cars() -> None:
    """SchemaID."""
    assert differences(taken(number=7), taken(number=1)) == [("SchemaID", "7", "1")]


def test_a_charger_that_asks_to_stop_is_not_one_that_does_not() -> None:
    """EVSENotification; the status code beside it may be another."""
    stop = msg_replace(charger_status(), evse_notification=w.EvseNotification.STOP_CHARGING)
    assert differences(checked(), checked(dc_evse_status=stop)) == [
        ("EVSENotification", "None", "StopCharging")
    ]
    assert differences(checked(), checked(dc_evse_status=charger_status("EVSE_NotReady", "Invalid"))) == []


@pytest.mark.parametrize(
    ("field", "apart", "what"),
    [
        ("evse_present_voltage", 1, ""),
        ("evse_present_voltage", 2, "EVSEPresentVoltage"),
        ("evse_present_current", -2, "EVSEPresentCurrent"),
        ("evse_maximum_current_limit", 2, "EVSEMaximumCurrentLimit"),
    ],
)
def test_quantities_are_the_same_within_a_tenth(field: str, apart: int, what: str) -> None:
    """Which is the step of most chargers; one that is not told at all is not compared."""
    told = supply(20, 1000)
    value = getattr(told, field)
    tenths = i.PhysicalValue(
        multiplier=-1, unit=value.unit, value=round(value.value * 10 ** (value.multiplier + 1)) + apart
    )
    found = differences(iso(told), iso(msg_replace(told, **{field: tenths})))
    assert [each[0] for each in found] == ([what] if what else [])
    assert differences(iso(told), iso(msg_replace(told, evse_maximum_current_limit=None))) == []


def test_an_answer_is_compared_by_what_it_says_not_when() -> None:
    """Time is the recorder's."""
    told = message(checked())
    assert list(compare(told, replace(told, at_us=5))) == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"evse_id": "DE*PNX*E1*2"}, "EVSEID"),
        ({"evse_id": "x"}, ""),
        ({"meter_info": i.MeterInfo(meter_id="m", meter_reading=1001)}, "MeterReading"),
        ({"meter_info": i.MeterInfo(meter_id="n", meter_reading=1000)}, "MeterID"),
        ({"meter_info": None}, ""),
        ({"dc_evse_status": charger_status("EVSE_EmergencyShutdown")}, "EVSEStatusCode"),
        ({"dc_evse_status": charger_status("EVSE_Shutdown")}, ""),
        ({"dc_evse_status": charger_status(isolation="Warning")}, "EVSEIsolationStatus"),
    ],
)
def test_what_else_is_told_is_compared_where_both_tell_it(change: dict[str, Any], what: str) -> None:
    """Identities, the register, troubles, the insulation; not a status that each charger uses as it likes."""
    told = supply(20, 1000)
    found = differences(iso(told), iso(msg_replace(told, **change)))
    assert [each[0] for each in found] == ([what] if what else [])


def test_the_power_of_the_schedule_is_compared() -> None:
    """Of its first entry: a car's profile is a copy of it."""
    payloads = {each.payload for each in own_recordings()["ISO AC"].lines}
    (parameters,) = (each for each in map(message, payloads) if each.name == "ChargeParameterDiscoveryRes")
    entry = i.PMaxScheduleEntry(
        time_interval=i.RelativeTimeInterval(start=0),
        p_max=i.PhysicalValue(multiplier=0, unit=i.UnitSymbol.WATT, value=1),
    )
    one = i.SAScheduleTuple(
        sa_schedule_tuple_id=1, p_max_schedule=i.PMaxSchedule(p_max_schedule_entry=(entry,))
    )
    less = msg_replace(parameters.content, sa_schedules=i.SAScheduleList(sa_schedule_tuple=(one,)))
    assert list(compare(parameters, message(iso(less)))) == [("PMax", "11040", "1")]
