"""The core profile as stories: who may charge and stop, service, unlocking, leaving cars, remote starts."""

import pytest

from pilotline.simulator.actions import LockFault, SetLockFault
from pilotline.station.events import KeyReading, StopCharging
from pilotline.vocabulary.board import LockPosition
from pilotline.vocabulary.charging import ProfileKind, ProfilePurpose, RateUnit
from pilotline.vocabulary.status import AuthStatus, ConnectorStatus, ResetKind, StopReason
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.parts import ChargingSchedulePeriod
from pilotline.wire.ocpp.times import parse_time
from pilotline.wire.ocpp.words import AvailabilityType
from support.crashes import CrashScene
from support.stories import Scene

S = ConnectorStatus
ACCEPTED, REJECTED = {"status": "Accepted"}, {"status": "Rejected"}
OUT, IN = AvailabilityType.INOPERATIVE, AvailabilityType.OPERATIVE
TWO = "master-plus-ac"


def words(scene: Scene, connector: int = 1) -> list[str]:
    """The statuses the backend heard of a connector, without repetition."""
    told = [t.status.value for t in scene.told(v16.StatusNotification) if t.connector_id == connector]
    return [status for n, status in enumerate(told) if n == 0 or told[n - 1] != status]


def stops(scene: Scene) -> list[tuple[StopReason | None, str | None]]:
    return [(stop.reason, stop.id_tag) for stop in scene.told(v16.StopTransaction)]


def starts(scene: Scene) -> list[str]:
    return [start.id_tag for start in scene.told(v16.StartTransaction)]


def settings(scene: Scene) -> tuple[KeyReading, ...]:
    read = scene.station.read_keys([])
    assert read is not None
    return read.readings


# --- the cache (E-67) -------------------------------------------------------------------------------------


@pytest.mark.requirement("E-67", "M-10")
def test_a_card_accepted_before_charges_in_an_outage_where_strangers_do_not() -> None:
    """What the backend said is remembered, over a power cut too."""
    scene = CrashScene(AllowOfflineTxForUnknownId=False)
    scene.charge("KNOWN")
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.network(up=False)
    scene.station.power_cycle()
    scene.run(5)
    scene.plug_in()
    scene.run(2)
    scene.card("STRANGER")
    scene.run(5)
    assert scene.seen.why.code == "refused"
    scene.card("known")
    scene.until(S.CHARGING)


@pytest.mark.requirement("E-67")
def test_a_card_refused_before_is_refused_in_an_outage_where_strangers_are_not() -> None:
    """Blocked is known, and not unknown."""
    scene = Scene(AllowOfflineTxForUnknownId=True)
    scene.refuse("STOLEN", AuthStatus.BLOCKED)
    scene.plug_in()
    scene.run(2)
    scene.card("STOLEN")
    scene.run(2)
    scene.network(up=False)
    scene.card("STOLEN")
    scene.run(10)
    assert scene.seen.why.sentence.startswith("This card may not charge (Blocked)")
    scene.card("STRANGER")
    scene.until(S.CHARGING)


@pytest.mark.requirement("M-40")
def test_clear_cache_clears_the_cache_and_nothing_else() -> None:
    """Edge case 7: what waits for the backend is byte for byte what it was; the card is a stranger."""
    scene = CrashScene(AllowOfflineTxForUnknownId=False)
    scene.charge("CARD")
    scene.backend.deaf = {v16.StopTransaction}
    scene.unplug()
    scene.run(5)
    waiting = dict(scene.station.journal._waiting)
    keys = settings(scene)
    assert len(waiting) == 1
    assert scene.ask(v16.ClearCache()) == ACCEPTED
    assert dict(scene.station.journal._waiting) == waiting
    assert settings(scene) == keys
    scene.backend.deaf = set()
    scene.network(up=False)
    scene.plug_in()
    scene.run(2)
    scene.card("CARD")
    scene.run(5)
    assert scene.seen.why.code == "refused"
    scene.network(up=True)
    scene.run(60)
    assert stops(scene)[-1] == (StopReason.EV_DISCONNECTED, None)


@pytest.mark.requirement("M-40")
def test_a_cache_that_is_switched_off_cannot_be_cleared() -> None:
    """And nothing is remembered meanwhile."""
    scene = Scene(AuthorizationCacheEnabled=False, AllowOfflineTxForUnknownId=False)
    assert scene.ask(v16.ClearCache()) == REJECTED
    scene.charge("CARD")
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.network(up=False)
    scene.plug_in()
    scene.run(2)
    scene.card("CARD")
    scene.run(5)
    assert scene.seen.why.code == "refused"


@pytest.mark.requirement("E-60")
def test_local_pre_authorize_charges_before_the_backend_says_so() -> None:
    """No Authorize for a card that was accepted before; the answer to its start is what counts then."""
    scene = Scene(LocalPreAuthorize=True)
    scene.charge("CARD")
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.refuse("CARD", AuthStatus.BLOCKED)
    asked = len(scene.told(v16.Authorize))
    scene.plug_in()
    scene.run(2)
    scene.card("CARD")
    scene.run(20)
    assert len(scene.told(v16.Authorize)) == asked
    assert stops(scene)[-1] == (StopReason.DE_AUTHORIZED, None)


@pytest.mark.requirement("E-60")
@pytest.mark.parametrize("stops_then", [True, False])
def test_a_card_refused_afterwards_gets_what_the_key_grants(stops_then: bool) -> None:
    """MaxEnergyOnInvalidId in Wh from the refusal on; then the end, or no more in an open transaction."""
    scene = CrashScene(
        online=False,
        StopTransactionOnInvalidId=stops_then,
        MaxEnergyOnInvalidId=200,
        LocalAuthorizeOffline=True,
    )
    scene.refuse("LATE", AuthStatus.EXPIRED)
    scene.charge("LATE")
    scene.network(up=True)
    refused_at = scene.world.energy_wh
    scene.run(60)
    assert scene.seen.ocpp_status == "Charging"
    scene.run(120)
    taken = scene.world.energy_wh - refused_at
    assert 200 <= taken <= 220
    if stops_then:
        assert stops(scene) == [(StopReason.DE_AUTHORIZED, None)]
    else:
        assert stops(scene) == []
        assert (scene.seen.ocpp_status, scene.power_w) == ("SuspendedEVSE", 0)
        scene.card("LATE")
        scene.run(20)
        assert stops(scene) == [(StopReason.LOCAL, "LATE")]


# --- groups -----------------------------------------------------------------------------------------------


@pytest.mark.requirement("E-60")
@pytest.mark.parametrize(("group", "ends"), [("FAMILY", True), ("OTHERS", False), (None, False)])
def test_a_card_of_the_same_group_ends_the_session(group: str | None, ends: bool) -> None:
    """Another card is asked about, and ends it when its parent is the session's; it begins nothing."""
    scene = Scene()
    scene.station.backend.groups = {"MINE": "FAMILY", **({"SECOND": group} if group else {})}
    scene.charge("MINE")
    scene.card("SECOND")
    scene.run(20)
    assert stops(scene) == ([(StopReason.LOCAL, "SECOND")] if ends else [])
    assert starts(scene) == ["MINE"]


@pytest.mark.requirement("E-60")
def test_a_card_of_the_group_that_is_blocked_ends_nothing() -> None:
    """The group is not enough: the card itself has to be accepted."""
    scene = Scene()
    scene.station.backend.groups = {"MINE": "FAMILY", "LOST": "FAMILY"}
    scene.refuse("LOST", AuthStatus.BLOCKED)
    scene.charge("MINE")
    scene.card("LOST")
    scene.run(20)
    assert (stops(scene), scene.seen.ocpp_status) == ([], "Charging")


@pytest.mark.requirement("E-60")
def test_in_an_outage_the_group_is_what_the_cache_knows() -> None:
    """Both cards were seen before; the second one ends what the first began, offline."""
    scene = Scene()
    scene.station.backend.groups = {"MINE": "FAMILY", "SECOND": "FAMILY"}
    for tag in ("MINE", "SECOND"):
        scene.charge(tag)
        scene.unplug()
        scene.until(S.AVAILABLE)
    scene.network(up=False)
    scene.charge("MINE")
    scene.card("SECOND")
    scene.run(20)
    assert scene.seen.ocpp_status == "Finishing"


# --- service ----------------------------------------------------------------------------------------------


@pytest.mark.requirement("M-40", "R-47")
def test_out_of_service_during_a_charge_is_scheduled() -> None:
    """Edge case 21: at the end straight to Unavailable, over a restart, until it is in service again."""
    scene = CrashScene()
    scene.charge()
    assert scene.ask(v16.ChangeAvailability(1, OUT)) == {"status": "Scheduled"}
    assert scene.seen.ocpp_status == "Charging"
    scene.station.tell(StopCharging())
    scene.until(S.UNAVAILABLE)
    scene.run(5)
    assert words(scene)[-2:] == ["Charging", "Unavailable"]
    scene.station.power_cycle()
    scene.until(S.UNAVAILABLE)
    scene.card()
    scene.run(20)
    assert len(starts(scene)) == 1
    assert scene.ask(v16.ChangeAvailability(1, IN)) == ACCEPTED
    scene.until(S.PREPARING)
    scene.card()
    scene.until(S.CHARGING)


@pytest.mark.requirement("M-40")
def test_out_of_service_while_preparing_is_at_once() -> None:
    """Edge case 21: no transaction runs, so nothing is scheduled; the card that was shown counts no more."""
    scene = Scene()
    scene.card()
    scene.until(S.PREPARING)
    assert scene.ask(v16.ChangeAvailability(1, OUT)) == ACCEPTED
    scene.run(2)
    assert words(scene)[-2:] == ["Preparing", "Unavailable"]
    assert scene.ask(v16.ChangeAvailability(1, IN)) == ACCEPTED
    scene.plug_in()
    scene.run(20)
    assert (scene.seen.why.code, starts(scene)) == ("tag", [])


@pytest.mark.requirement("M-40", "M-02")
def test_the_stations_service_overwrites_no_connectors() -> None:
    """Edge case 21: connector 0 is all of them; when it is back, each is what it was itself."""
    scene = Scene(TWO)
    assert scene.ask(v16.ChangeAvailability(2, OUT)) == ACCEPTED
    assert scene.ask(v16.ChangeAvailability(0, OUT)) == ACCEPTED
    assert [scene.at(number).ocpp_status for number in (1, 2)] == ["Unavailable", "Unavailable"]
    assert scene.ask(v16.ChangeAvailability(0, IN)) == ACCEPTED
    scene.run(2)
    assert [scene.at(number).ocpp_status for number in (1, 2)] == ["Available", "Unavailable"]
    assert words(scene, 0) == ["Available", "Unavailable", "Available"]
    assert scene.ask(v16.ChangeAvailability(3, OUT)) == REJECTED
    assert scene.ask(v16.RemoteStartTransaction(id_tag="APP", connector_id=2)) == REJECTED


@pytest.mark.requirement("M-40", "M-02")
def test_the_station_is_scheduled_while_one_of_two_charges() -> None:
    """The free one is out of service at once, the other at its end."""
    scene = Scene(TWO)
    scene.charge(connector=1)
    assert scene.ask(v16.ChangeAvailability(0, OUT)) == {"status": "Scheduled"}
    assert [scene.at(number).ocpp_status for number in (1, 2)] == ["Charging", "Unavailable"]
    scene.unplug(1)
    scene.run(60)
    assert scene.at(1).ocpp_status == "Unavailable"
    assert words(scene)[-2:] == ["Charging", "Unavailable"] or words(scene)[-1] == "Unavailable"
    assert "Available" not in words(scene)[-2:]


# --- unlocking --------------------------------------------------------------------------------------------


@pytest.mark.requirement("M-40")
def test_unlock_ends_the_session_and_lets_go() -> None:
    """Edge case 23: StopTransaction with UnlockCommand; the answer comes when the lock is really open."""
    scene = Scene()
    scene.charge()
    assert scene.world.lock is LockPosition.LOCKED
    asked = scene.post(v16.UnlockConnector(1))
    scene.run(20)
    assert scene.replies[asked] == {"status": "Unlocked"}
    assert scene.world.lock is LockPosition.OPEN
    assert stops(scene) == [(StopReason.UNLOCK_COMMAND, None)]
    assert scene.seen.ocpp_status == "Finishing"


@pytest.mark.requirement("M-40")
def test_a_lock_that_jams_is_said_to_have_failed() -> None:
    """Edge case 23: the bolt does not move; 0x40 follows, and the answer is true."""
    scene = Scene()
    scene.charge()
    scene.do(SetLockFault(LockFault.JAMMED))
    asked = scene.post(v16.UnlockConnector(1))
    scene.run(20)
    assert scene.replies[asked] == {"status": "UnlockFailed"}
    assert stops(scene) == [(StopReason.UNLOCK_COMMAND, None)]


@pytest.mark.requirement("M-40")
@pytest.mark.parametrize(("model", "connector"), [("evnet-7kw-s", 99), ("evnet-7kw-t2", 1)])
def test_what_has_no_lock_cannot_be_unlocked(model: str, connector: int) -> None:
    """Edge case 23: a connector that is not there, and a fixed cable; a session on it goes on."""
    scene = Scene(model)
    scene.charge()
    assert scene.ask(v16.UnlockConnector(connector)) == {"status": "NotSupported"}
    assert scene.seen.ocpp_status == "Charging"


@pytest.mark.requirement("M-40")
def test_without_a_session_an_open_lock_is_unlocked() -> None:
    """A plug that nobody holds: there is nothing to do, and that is said."""
    scene = Scene()
    scene.plug_in()
    scene.run(2)
    assert scene.ask(v16.UnlockConnector(1)) == {"status": "Unlocked"}


# --- the car leaves ---------------------------------------------------------------------------------------


@pytest.mark.requirement("R-29", "E-61")
@pytest.mark.parametrize("unlocks", [True, False])
def test_a_transaction_may_outlive_the_unplug_at_the_car(unlocks: bool) -> None:
    """Edge case 20: SuspendedEV, open and dead; plugged in again it goes on; the lock as its key says."""
    scene = Scene(StopTransactionOnEVSideDisconnect=False, UnlockConnectorOnEVSideDisconnect=unlocks)
    scene.charge()
    number = scene.seen.transaction
    scene.unplug()
    scene.run(5)
    assert (scene.seen.ocpp_status, scene.seen.why.code) == ("SuspendedEV", "away")
    assert not any(scene.world.contacts)
    assert scene.world.lock is (LockPosition.OPEN if unlocks else LockPosition.LOCKED)
    scene.run(600)
    assert stops(scene) == []
    scene.plug_in()
    scene.until(S.CHARGING)
    assert scene.seen.transaction == number
    scene.card()
    scene.until(S.FINISHING)
    assert (len(starts(scene)), stops(scene)) == (1, [(StopReason.LOCAL, "04A1B2C3")])


@pytest.mark.requirement("R-29")
def test_an_open_transaction_without_its_car_can_be_ended() -> None:
    """From afar, and then the station is free at once: nothing is plugged in."""
    scene = Scene(StopTransactionOnEVSideDisconnect=False)
    scene.charge()
    scene.unplug()
    scene.run(30)
    transaction = scene.seen.transaction
    assert transaction is not None
    assert scene.ask(v16.RemoteStopTransaction(transaction.id or 0)) == ACCEPTED
    scene.until(S.AVAILABLE)
    assert stops(scene) == [(StopReason.REMOTE, None)]


@pytest.mark.requirement("M-47", "R-29")
def test_the_master_plus_tells_the_unplug_after_half_a_minute() -> None:
    """With the time and the register of the moment; until then the car may only be thought of as away."""
    scene = Scene(TWO)
    scene.charge()
    scene.unplug()
    gone = scene.now
    scene.run(28)
    assert (stops(scene), scene.seen.ocpp_status) == ([], "SuspendedEV")
    scene.until(S.AVAILABLE, within=5)
    (stop,) = scene.told(v16.StopTransaction)
    assert (stop.reason, stop.meter_stop) == (StopReason.EV_DISCONNECTED, scene.world.energy_wh)
    told = parse_time(stop.timestamp)
    zero = parse_time(scene.told(v16.StartTransaction)[0].timestamp)
    begun = next(b.at for b in scene.station.backend.books if isinstance(b.request, v16.StartTransaction))
    assert (told - zero).total_seconds() == pytest.approx((gone - begun) / 1e6, abs=0.5)


@pytest.mark.requirement("R-29", "M-47")
@pytest.mark.parametrize("card_first", [True, False])
def test_a_second_car_does_not_charge_on_the_first_ones_card(card_first: bool) -> None:
    """Within the half minute: a plug or a card ends the old transaction first, then its own begins."""
    scene = Scene(TWO)
    scene.charge("FIRST")
    scene.unplug()
    scene.run(10)
    assert stops(scene) == []
    if card_first:
        scene.card("SECOND")
        scene.run(3)
    scene.plug_in()
    scene.run(3)
    if not card_first:
        scene.card("SECOND")
    scene.until(S.CHARGING)
    assert starts(scene) == ["FIRST", "SECOND"]
    assert stops(scene) == [(StopReason.EV_DISCONNECTED, None)]
    order = [type(each).__name__ for each in scene.transactions() if not isinstance(each, v16.MeterValues)]
    assert order == ["StartTransaction", "StopTransaction", "StartTransaction"]
    assert words(scene)[-4:] == ["SuspendedEV", "Available", "Preparing", "Charging"]


@pytest.mark.requirement("R-28", "M-42", "M-11")
def test_at_the_master_plus_a_second_swipe_ends_nothing() -> None:
    """Only the unplug does. Its card's four bytes are filled up to seven."""
    scene = Scene(TWO)
    scene.charge("25eccd59")
    scene.card("25eccd59")
    scene.run(20)
    assert (stops(scene), scene.seen.ocpp_status) == ([], "Charging")
    assert starts(scene) == ["25eccd59000000"]
    scene.unplug()
    scene.run(60)
    assert stops(scene) == [(StopReason.EV_DISCONNECTED, None)]


# --- the list of events (R-33) ----------------------------------------------------------------------------


@pytest.mark.requirement("R-33", "M-45")
def test_a_full_list_of_events_begins_no_session_and_ends_every_one() -> None:
    """Fifty at most, room for each open end kept; once the backend has heard of them the next car charges."""
    scene = Scene(TWO, AllowOfflineTxForUnknownId=True)
    scene.network(up=False)
    for _ in range(24):
        scene.charge()
        scene.unplug()
        scene.run(35)
    scene.charge(connector=2)
    assert scene.station.snapshot().backend.queued == 49
    scene.plug_in()
    scene.card()
    scene.run(30)
    assert (scene.seen.why.code, scene.seen.ocpp_status) == ("backlog", "Preparing")
    scene.unplug(connector=2)
    scene.run(35)
    assert scene.station.snapshot().backend.queued == 50
    scene.network(up=True)
    scene.until(S.CHARGING)
    assert len(stops(scene)) == 25


# --- from afar --------------------------------------------------------------------------------------------


def profile(purpose: ProfilePurpose, transaction: int | None = None) -> v16.ChargingProfile:
    schedule = v16.ChargingSchedule(
        charging_rate_unit=RateUnit.A, charging_schedule_period=(ChargingSchedulePeriod(0, 10.0),)
    )
    return v16.ChargingProfile(
        charging_profile_id=1,
        stack_level=0,
        charging_profile_purpose=purpose,
        charging_profile_kind=ProfileKind.RELATIVE,
        charging_schedule=schedule,
        transaction_id=transaction,
    )


@pytest.mark.requirement("M-40")
@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (v16.RemoteStartTransaction(id_tag="APP", connector_id=0), REJECTED),
        (v16.RemoteStartTransaction(id_tag="APP", connector_id=3), REJECTED),
        (
            v16.RemoteStartTransaction(
                id_tag="APP", connector_id=1, charging_profile=profile(ProfilePurpose.TX_DEFAULT_PROFILE)
            ),
            REJECTED,
        ),
        (
            v16.RemoteStartTransaction(
                id_tag="APP",
                connector_id=1,
                charging_profile=profile(ProfilePurpose.CHARGE_POINT_MAX_PROFILE),
            ),
            REJECTED,
        ),
        (
            v16.RemoteStartTransaction(
                id_tag="APP", connector_id=1, charging_profile=profile(ProfilePurpose.TX_PROFILE, 7)
            ),
            REJECTED,
        ),
        (
            v16.RemoteStartTransaction(
                id_tag="APP", connector_id=1, charging_profile=profile(ProfilePurpose.TX_PROFILE)
            ),
            ACCEPTED,
        ),
        (v16.RemoteStartTransaction(id_tag="APP"), ACCEPTED),
    ],
)
def test_what_a_remote_start_may_name(request_: v16.RemoteStartTransaction, answer: dict[str, str]) -> None:
    """Edge case 17: no connector 0, no profile but the transaction's own, and none at all is our choice."""
    scene = Scene()
    assert scene.ask(request_) == answer


@pytest.mark.requirement("M-40", "M-02")
def test_a_remote_start_without_a_connector_finds_the_car() -> None:
    """Edge case 17: of two free ones it is the one with a plug."""
    scene = Scene(TWO)
    scene.plug_in(connector=2)
    scene.run(3)
    assert scene.ask(v16.RemoteStartTransaction(id_tag="APP")) == ACCEPTED
    scene.until(S.CHARGING, connector=2)


@pytest.mark.requirement("E-69", "M-40")
def test_a_remote_start_without_a_car_expires() -> None:
    """Edge case 16: Preparing, after ConnectionTimeOut Available: no transaction, no authorisation left."""
    scene = Scene(ConnectionTimeOut=30)
    assert scene.ask(v16.RemoteStartTransaction(id_tag="APP", connector_id=1)) == ACCEPTED
    scene.until(S.PREPARING)
    scene.run(31)
    assert scene.seen.ocpp_status == "Available"
    scene.plug_in()
    scene.run(20)
    assert (starts(scene), scene.seen.why.code) == ([], "tag")


@pytest.mark.requirement("M-40")
@pytest.mark.parametrize("remote", [True, False])
def test_in_finishing_a_new_start_begins_a_new_transaction(remote: bool) -> None:
    """Edge case 18: stopped from afar with the cable in: Finishing until the unplug or the next start."""
    scene = Scene()
    scene.charge()
    transaction = scene.seen.transaction
    assert transaction is not None
    assert scene.ask(v16.RemoteStopTransaction(transaction.id or 0)) == ACCEPTED
    scene.until(S.FINISHING)
    scene.run(300)
    assert scene.seen.ocpp_status == "Finishing"
    if remote:
        assert scene.ask(v16.RemoteStartTransaction(id_tag="APP", connector_id=1)) == ACCEPTED
    else:
        scene.card("NEXT")
    scene.until(S.CHARGING)
    assert words(scene)[-4:] == ["Charging", "Finishing", "Preparing", "Charging"]
    assert starts(scene) == ["04A1B2C3", "APP" if remote else "NEXT"]


@pytest.mark.requirement("M-40")
def test_stop_goes_before_finishing_and_an_unplug_goes_to_available() -> None:
    """Edge case 19: the order on the wire; EVDisconnected knows no Finishing."""
    scene = Scene()
    scene.charge()
    scene.card()
    scene.until(S.FINISHING)
    scene.run(2)
    sent = [b.request for b in scene.station.backend.books]
    stop = next(n for n, each in enumerate(sent) if isinstance(each, v16.StopTransaction))
    finishing = next(
        n
        for n, each in enumerate(sent)
        if isinstance(each, v16.StatusNotification) and each.status is S.FINISHING
    )
    assert stop < finishing
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.charge()
    scene.unplug()
    scene.until(S.AVAILABLE)
    scene.run(2)
    assert words(scene)[-2:] == ["Charging", "Available"]


# --- the rest ---------------------------------------------------------------------------------------------


@pytest.mark.requirement("E-60")
def test_a_status_that_does_not_last_is_not_told() -> None:
    """MinimumStatusDuration: a card that is tried and taken back, and a bounce, reach nobody."""
    scene = Scene(MinimumStatusDuration=5, ConnectionTimeOut=5)
    told = len(words(scene))
    scene.plug_in()
    scene.run(3)
    scene.unplug()
    scene.run(20)
    assert len(words(scene)) == told
    scene.plug_in()
    scene.run(20)
    assert words(scene)[-1] == "Preparing"


@pytest.mark.requirement("M-40", "E-41")
@pytest.mark.parametrize("kind", ResetKind)
def test_nobody_is_let_in_while_a_restart_is_near(kind: ResetKind) -> None:
    """A card and a remote start after the Reset begin nothing before it."""
    scene = Scene()
    scene.charge()
    assert scene.ask(v16.Reset(kind)) == ACCEPTED
    scene.card("NEXT")
    assert scene.ask(v16.RemoteStartTransaction(id_tag="APP", connector_id=1)) == REJECTED
    scene.run(30)
    assert starts(scene) == ["04A1B2C3"]
    assert len(scene.station.restarts) >= 1
