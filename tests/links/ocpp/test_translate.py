"""Facts and reports as OCPP 1.6 messages, judged by the official schemas."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.links.ocpp import translate
from pilotline.station.clock import WallClock
from pilotline.station.events import StatusReport
from pilotline.station.status import status_report
from pilotline.vocabulary import faults
from pilotline.vocabulary.journal import Ended, MeterSample, SampledValue, Started
from pilotline.vocabulary.status import ConnectorStatus, ErrorCode, ReadingContext, StopReason
from pilotline.vocabulary.time import SECOND, Stamp
from pilotline.wire.ocpp import v16
from support.ocpp_judge import judge_call
from support.ocpp_line import MIDNIGHT, ended, metered, started


def clock(known: bool = True) -> WallClock:
    made = WallClock(1)
    if known:
        made.learn(MIDNIGHT, 0)
    return made


def payload(request: v16.Request) -> Any:
    """The request as it stands on the wire, judged."""
    action = v16.ACTION_OF[type(request)].name
    return judge_call(f'[2,"1","{action}",{v16.encode_checked(request).decode()}]').payload


def test_a_start() -> None:
    """Connector, tag, register and the time of the begin."""
    assert payload(translate.start_transaction(started(at=SECOND), clock())) == {
        "connectorId": 1,
        "idTag": "CARD",
        "meterStart": 1_000,
        "timestamp": "2026-01-05T00:00:01.000Z",
    }


def test_meter_values() -> None:
    """The transaction's number, and each value with its words and the context."""
    assert payload(translate.meter_values(metered(), 7, clock())) == {
        "connectorId": 1,
        "transactionId": 7,
        "meterValue": [
            {
                "timestamp": "2026-01-05T00:00:00.000Z",
                "sampledValue": [
                    {
                        "value": "1500",
                        "context": "Sample.Periodic",
                        "measurand": "Energy.Active.Import.Register",
                        "unit": "Wh",
                    }
                ],
            }
        ],
    }


def test_a_stop() -> None:
    """Number, register, time, reason and who did it."""
    assert payload(translate.stop_transaction(ended(at=SECOND), 7, clock())) == {
        "transactionId": 7,
        "meterStop": 2_000,
        "timestamp": "2026-01-05T00:00:01.000Z",
        "reason": "Local",
        "idTag": "CARD",
    }


def test_a_stop_that_nobody_did_names_nobody() -> None:
    """No idTag at all, where others wrote the reason into it (peers §5, 22)."""
    fact = Ended("S1", 1, 5, Stamp(1, 0), StopReason.HARD_RESET)
    assert "idTag" not in payload(translate.stop_transaction(fact, 7, clock()))


@pytest.mark.requirement("E-25", "R-40")
def test_a_fault() -> None:
    """Mask, vendor and errorCode in their fields."""
    report = status_report(1, ConnectorStatus.FAULTED, faults.DIODE_UNPRESENT, 2 * SECOND)
    assert payload(translate.status_notification(report, clock())) == {
        "connectorId": 1,
        "status": "Faulted",
        "errorCode": "EVCommunicationError",
        "info": "EVSE_FAULT_DIODE_UNPRESENT",
        "vendorId": "VendorID2",
        "vendorErrorCode": "0x0100",
        "timestamp": "2026-01-05T00:00:02.000Z",
    }


def test_a_status_of_unknown_time_has_none() -> None:
    """A wrong date is worse than none, and in StatusNotification it may be left out."""
    report = status_report(1, ConnectorStatus.AVAILABLE, 0, SECOND)
    assert "timestamp" not in payload(translate.status_notification(report, clock(known=False)))


@pytest.mark.parametrize("error", ErrorCode)
@pytest.mark.parametrize("word", ConnectorStatus)
def test_every_status_and_error_is_ocpps(word: ConnectorStatus, error: ErrorCode) -> None:
    """The schemas know all the words the station may say."""
    payload(translate.status_notification(StatusReport(1, word, error, 0), clock()))


@pytest.mark.parametrize("reason", StopReason)
def test_every_stop_reason_is_ocpps(reason: StopReason) -> None:
    """The schemas know all the reasons."""
    payload(translate.stop_transaction(ended(reason=reason), 1, clock()))


@pytest.mark.parametrize("context", ReadingContext)
def test_every_context_is_ocpps(context: ReadingContext) -> None:
    """Why a value was taken."""
    sample = MeterSample(Stamp(1, 0), context, (SampledValue("1", "Voltage", "V", "L1-N", "Body"),))
    payload(v16.MeterValues(connector_id=1, meter_value=(translate.meter_value(sample, clock()),)))


@given(
    tag=st.text("0123456789ABCDEFabcdef-_", min_size=1, max_size=20),
    meter_wh=st.integers(0, 2**40),
    at=st.integers(0, 10**14),
    known=st.booleans(),
)
def test_any_start_can_be_sent(tag: str, meter_wh: int, at: int, known: bool) -> None:
    """Any tag of 20 characters, any register, any time within three years of uptime."""
    request = translate.start_transaction(Started("S1", 1, tag, meter_wh, Stamp(1, at)), clock(known))
    assert json.loads(v16.encode_checked(request))["meterStart"] == meter_wh
