"""Charging profiles over the line: OCPP's words become the station's, and its composite becomes OCPP's."""

from typing import Any

import pytest

from pilotline.links.ocpp.profiles import composite_answer, profile_of
from pilotline.station.events import ClearProfiles, CompositeRead, ReadComposite, RemoteStart, SetProfile
from pilotline.vocabulary.charging import (
    Period,
    Profile,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    RecurrencyKind,
    Schedule,
)
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.parts import ChargingSchedulePeriod
from pilotline.wire.ocpp.times import seconds_of, text_of
from support.ocpp_line import Line

NOON_S = 1_767_614_400  # 2026-01-05T12:00:00Z
SCHEDULE: dict[str, Any] = {
    "chargingRateUnit": "A",
    "startSchedule": "2026-01-05T13:00:00.900+01:00",
    "duration": 3_600,
    "minChargingRate": 6.1,
    "chargingSchedulePeriod": [
        {"startPeriod": 0, "limit": 16.1, "numberPhases": 1},
        {"startPeriod": 60, "limit": 0},
    ],
}
PROFILE: dict[str, Any] = {
    "chargingProfileId": 3,
    "transactionId": 7,
    "stackLevel": 2,
    "chargingProfilePurpose": "TxProfile",
    "chargingProfileKind": "Recurring",
    "recurrencyKind": "Weekly",
    "validFrom": "2026-01-05T12:00:00Z",
    "validTo": "2026-01-05T12:00:01Z",
    "chargingSchedule": SCHEDULE,
}
MEANT = Profile(
    3,
    2,
    ProfilePurpose.TX_PROFILE,
    ProfileKind.RECURRING,
    Schedule(RateUnit.A, (Period(0, 16_100, 1), Period(60, 0)), 3_600, NOON_S, 6_100),
    7,
    RecurrencyKind.WEEKLY,
    NOON_S,
    NOON_S + 1,
)


@pytest.mark.requirement("E-60", "M-40")
def test_a_profile_reaches_the_station_whole() -> None:
    """Tenths are thousandths, times are whole seconds in UTC."""
    heard = Line().online().call("SetChargingProfile", connectorId=1, csChargingProfiles=PROFILE)
    assert heard == [SetProfile(1, 1, MEANT)]


@pytest.mark.requirement("E-60")
@pytest.mark.parametrize("field", ["validFrom", "validTo"])
def test_a_profile_whose_times_cannot_be_read_is_none(field: str) -> None:
    """The station refuses it with its own word, and not the line with a code."""
    odd = {**PROFILE, field: "tomorrow"}
    heard = Line().online().call("SetChargingProfile", connectorId=1, csChargingProfiles=odd)
    assert heard == [SetProfile(1, 1, None)]
    heard = Line().online().call("RemoteStartTransaction", idTag="A", connectorId=1, chargingProfile=odd)
    assert heard == [RemoteStart(1, "A", 1, sound=False)]


@pytest.mark.requirement("E-60", "M-40")
def test_a_remote_start_carries_its_profile() -> None:
    """What it may be is the station's to say."""
    heard = Line().online().call("RemoteStartTransaction", idTag="A", chargingProfile=PROFILE)
    assert heard == [RemoteStart(1, "A", None, profile=MEANT)]


@pytest.mark.requirement("E-60")
def test_a_filter_reaches_the_station_as_it_was_named() -> None:
    """0 is a name; what is not there is None."""
    line = Line().online()
    assert line.call("ClearChargingProfile") == [ClearProfiles(1)]
    heard = line.call(
        "ClearChargingProfile", connectorId=0, stackLevel=0, chargingProfilePurpose="TxDefaultProfile"
    )
    assert heard == [ClearProfiles(2, None, 0, ProfilePurpose.TX_DEFAULT_PROFILE, 0)]


@pytest.mark.requirement("E-60", "M-40")
def test_a_composite_is_told_in_tenths_from_its_start_on() -> None:
    """With the phases that are wired; judged by the official schema on its way."""
    line = Line().online()
    asked = line.call("GetCompositeSchedule", connectorId=1, duration=90, chargingRateUnit="W")
    assert asked == [ReadComposite(1, 1, 90, RateUnit.W)]
    line.tell(CompositeRead(1, 1, NOON_S, 90, RateUnit.W, 3, ((0, 11_000_100), (60, 0))))
    start = "2026-01-05T12:00:00.000Z"
    assert line.last.payload == {
        "status": "Accepted",
        "connectorId": 1,
        "scheduleStart": start,
        "chargingSchedule": {
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [
                {"startPeriod": 0, "limit": 11_000.1, "numberPhases": 3},
                {"startPeriod": 60, "limit": 0.0, "numberPhases": 3},
            ],
            "duration": 90,
            "startSchedule": start,
        },
    }


@pytest.mark.parametrize(("limit", "meant"), [(0.1, 100), (16.3, 16_300), (32, 32_000), (1e300, 10**9)])
def test_limits_are_what_a_backend_meant(limit: float, meant: int) -> None:
    """No binary fraction is seen; what is beyond any station is kept within bounds."""
    schedule = v16.ChargingSchedule(
        charging_rate_unit=RateUnit.A, charging_schedule_period=(ChargingSchedulePeriod(0, limit),)
    )
    made = v16.ChargingProfile(
        charging_profile_id=1,
        stack_level=0,
        charging_profile_purpose=ProfilePurpose.TX_PROFILE,
        charging_profile_kind=ProfileKind.RELATIVE,
        charging_schedule=schedule,
    )
    read = profile_of(made)
    assert read is not None
    assert read.schedule.periods[0].limit == meant


@pytest.mark.parametrize("tenths", range(0, 801, 7))
def test_what_is_told_reads_back_as_it_was(tenths: int) -> None:
    """Every tenth of an ampere survives both ways."""
    answer = composite_answer(CompositeRead(1, 1, 0, 9, RateUnit.A, 1, ((0, tenths * 100),)))
    assert answer.charging_schedule is not None
    assert answer.charging_schedule.charging_schedule_period[0].limit == tenths / 10


def test_seconds_and_texts_are_each_other_s_way_back() -> None:
    """Fractions are cut off."""
    assert seconds_of(text_of(NOON_S)) == NOON_S
    assert seconds_of("2026-01-05T12:00:00.999Z") == NOON_S
    assert seconds_of(None) is None
