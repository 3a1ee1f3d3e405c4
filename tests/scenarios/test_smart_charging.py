"""Smart charging as a backend sees it: profiles over the wire, and what car and pilot make of them."""

from datetime import datetime, timedelta

import pytest

from pilotline.vocabulary.charging import ProfileKind, ProfilePurpose, RateUnit, RecurrencyKind
from pilotline.vocabulary.pilot import PilotMode, current_for
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.parts import ChargingSchedulePeriod
from pilotline.wire.ocpp.times import format_time, parse_time
from support.crashes import CrashScene
from support.stories import Scene

S = ConnectorStatus
ACCEPTED, REJECTED, UNKNOWN = {"status": "Accepted"}, {"status": "Rejected"}, {"status": "Unknown"}
TX, DEFAULT, MAX = (
    ProfilePurpose.TX_PROFILE,
    ProfilePurpose.TX_DEFAULT_PROFILE,
    ProfilePurpose.CHARGE_POINT_MAX_PROFILE,
)
RELATIVE, ABSOLUTE = ProfileKind.RELATIVE, ProfileKind.ABSOLUTE


def profile(
    *steps: tuple[int, float],
    purpose: ProfilePurpose = DEFAULT,
    number: int = 1,
    stack: int = 0,
    kind: ProfileKind = RELATIVE,
    start: datetime | None = None,
    transaction: int | None = None,
) -> v16.ChargingProfile:
    schedule = v16.ChargingSchedule(
        charging_rate_unit=RateUnit.A,
        charging_schedule_period=tuple(ChargingSchedulePeriod(start_s, limit) for start_s, limit in steps),
        start_schedule=format_time(start) if start else None,
    )
    return v16.ChargingProfile(
        charging_profile_id=number,
        stack_level=stack,
        charging_profile_purpose=purpose,
        charging_profile_kind=kind,
        charging_schedule=schedule,
        transaction_id=transaction,
    )


def set_it(scene: Scene, made: v16.ChargingProfile, connector: int = 1) -> object:
    return scene.ask(v16.SetChargingProfile(connector, made))


def clock(scene: Scene) -> datetime:
    """What the station takes for the time."""
    station = scene.station.host.station
    return station._clock.utc(station._clock.stamp(scene.now))


def offers(scene: Scene) -> list[int]:
    """Every offer the pilot has made (mA)."""
    pilots = [outputs.pilot for _, outputs in scene.outputs]
    return [current_for(pilot.duty) for pilot in pilots if pilot.mode is PilotMode.PWM]


def limits(scene: Scene, duration_s: int, connector: int = 1) -> list[tuple[int, float]]:
    answer = scene.ask(v16.GetCompositeSchedule(connector, duration_s))
    assert answer["status"] == "Accepted"
    steps = answer["chargingSchedule"]["chargingSchedulePeriod"]
    return [(each["startPeriod"], each["limit"]) for each in steps]


@pytest.mark.requirement("E-60", "E-33")
def test_a_profile_lowers_the_car_and_the_backend_hears_the_reason() -> None:
    """The four walks' second: a limit falls, the pilot says so, the car follows, VendorID1 4."""
    scene = Scene()
    scene.charge()
    scene.run(20)
    assert scene.power_w == pytest.approx(7_360, rel=0.01)
    assert set_it(scene, profile((0, 10.0), purpose=TX)) == ACCEPTED
    scene.run(20)
    assert scene.seen.offered_a == 10
    assert scene.power_w == pytest.approx(2_300, rel=0.01)
    assert scene.reasons()[-1] == "4"
    assert scene.ask(v16.ClearChargingProfile(charging_profile_purpose=TX)) == ACCEPTED
    scene.run(30)
    assert scene.seen.offered_a == 32
    assert scene.ask(v16.ClearChargingProfile()) == UNKNOWN


@pytest.mark.requirement("E-60")
def test_a_pause_by_profile_is_suspended_evse_and_ends_by_itself() -> None:
    """0 A for two minutes, then 16 A; the session is one, and why says who and until when."""
    scene = Scene()
    scene.charge()
    start = clock(scene)
    assert set_it(scene, profile((0, 0), (120, 16), kind=ABSOLUTE, start=start)) == ACCEPTED
    scene.until(S.SUSPENDED_EVSE)
    assert scene.seen.why.sentence == "The operator paused charging."
    assert scene.seen.why.until is not None
    scene.until(S.CHARGING, within=180)
    assert scene.seen.offered_a == 16
    assert len(scene.told(v16.StartTransaction)) == 1


@pytest.mark.requirement("E-60")
def test_edge_case_25_the_same_purpose_and_level_replaces_on_the_disk_too() -> None:
    """After a power cut the old one does not come back; level 0 can be taken out by its level."""
    scene = CrashScene()
    assert set_it(scene, profile((0, 16), number=1)) == ACCEPTED
    assert set_it(scene, profile((0, 8), number=2)) == ACCEPTED
    assert set_it(scene, profile((0, 12), number=3, stack=1)) == ACCEPTED
    scene.station.power_cycle()
    scene.run(20)
    assert limits(scene, 60) == [(0, 12)]
    assert scene.ask(v16.ClearChargingProfile(stack_level=1)) == ACCEPTED
    assert limits(scene, 60) == [(0, 8)]
    assert scene.ask(v16.ClearChargingProfile(stack_level=0)) == ACCEPTED
    assert limits(scene, 60) == [(0, 32)]


@pytest.mark.requirement("E-60")
def test_edge_case_25_a_session_s_profile_is_gone_after_it() -> None:
    """The next session of the same card has the station's own maximum."""
    scene = Scene()
    scene.charge()
    assert set_it(scene, profile((0, 8), purpose=TX)) == ACCEPTED
    scene.unplug()
    scene.until(S.AVAILABLE)
    assert set_it(scene, profile((0, 8), purpose=TX)) == REJECTED
    scene.charge()
    assert scene.seen.offered_a == 32


@pytest.mark.requirement("E-60")
def test_edge_case_26_the_composite_right_after_a_default_and_while_it_charges() -> None:
    """It starts now; before the session as if one began, in it from where it began."""
    scene = Scene()
    assert limits(scene, 600) == [(0, 32)]
    assert set_it(scene, profile((0, 16), (300, 8))) == ACCEPTED
    assert limits(scene, 600) == [(0, 16), (300, 8)]
    assert limits(scene, 600, connector=0) == [(0, 16), (300, 8)]
    scene.charge()
    scene.run(100)
    (first, second) = limits(scene, 600)
    assert first == (0, 16)
    assert 150 < second[0] < 200
    answer = scene.ask(v16.GetCompositeSchedule(1, 600, RateUnit.W))
    assert answer["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"] == 3_680
    assert answer["chargingSchedule"]["duration"] == 600
    told = parse_time(answer["scheduleStart"])
    assert timedelta(0) <= clock(scene) - told < timedelta(seconds=2)


@pytest.mark.requirement("E-60")
def test_edge_case_27_an_outage_with_a_profile_of_nothing() -> None:
    """The profile stays for the session; the limit for a lost backend stands in when it is set."""
    scene = Scene(c_BackendLossTimeout=600, c_BackendLossLimit_I=130)
    scene.charge()
    assert set_it(scene, profile((0, 0), purpose=TX)) == ACCEPTED
    scene.until(S.SUSPENDED_EVSE)
    scene.network(up=False)
    scene.run(500)
    assert scene.seen.offered_a == 0
    scene.until(S.CHARGING, within=200)
    assert scene.seen.offered_a == 13
    scene.network(up=True)
    scene.until(S.SUSPENDED_EVSE, within=60)


@pytest.mark.requirement("E-60", "M-40")
def test_a_remote_start_with_a_profile_never_offers_more() -> None:
    """From the first pulse on."""
    scene = Scene(AuthorizeRemoteTxRequests=False)
    scene.plug_in()
    scene.run(3)
    start = v16.RemoteStartTransaction(
        id_tag="CARD", connector_id=1, charging_profile=profile((0, 8), purpose=TX)
    )
    assert scene.ask(start) == ACCEPTED
    scene.until(S.CHARGING)
    scene.run(30)
    assert 7_900 < max(offers(scene)) <= 8_000
    assert scene.seen.offered_a == 8


@pytest.mark.requirement("E-60")
def test_a_daily_profile_comes_again_the_next_day() -> None:
    """Two days at the station's desk, without a car in between."""
    scene = Scene()
    start = clock(scene)
    schedule = v16.ChargingSchedule(
        charging_rate_unit=RateUnit.A,
        charging_schedule_period=(ChargingSchedulePeriod(0, 16.0), ChargingSchedulePeriod(3_600, 6.0)),
        duration=7_200,
        start_schedule=format_time(start),
    )
    daily = v16.ChargingProfile(
        charging_profile_id=1,
        stack_level=0,
        charging_profile_purpose=DEFAULT,
        charging_profile_kind=ProfileKind.RECURRING,
        charging_schedule=schedule,
        recurrency_kind=RecurrencyKind.DAILY,
    )
    assert set_it(scene, daily) == ACCEPTED
    steps = limits(scene, 2 * 86_400)
    assert [limit for _, limit in steps][:6] == [16, 6, 32, 16, 6, 32]
    assert 86_390 < steps[3][0] <= 86_400


@pytest.mark.requirement("M-46", "R-05", "M-20")
def test_the_master_plus_takes_one_maximum_for_both_its_cars() -> None:
    """M-46 by its data: A, ChargePointMaxProfile, one; both cars together stay below it."""
    scene = Scene("master-plus-ac")
    assert set_it(scene, profile((0, 16))) == REJECTED
    scene.charge("CARD1")
    scene.charge("CARD2", 2)
    scene.run(60)
    maximum = profile((0, 20), purpose=MAX, kind=ABSOLUTE, start=clock(scene))
    assert set_it(scene, maximum, connector=0) == ACCEPTED
    scene.run(60)
    assert scene.at(1).offered_a + scene.at(2).offered_a == pytest.approx(20)
    again = profile((0, 12), purpose=MAX, number=2, kind=ABSOLUTE, start=clock(scene), stack=4)
    assert set_it(scene, again, connector=0) == REJECTED  # one at a time
