"""Reservations as stories of a whole station: groups, two connectors, crashes, and the time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pilotline.models.reader import load_charger
from pilotline.simulator.backend import MIDNIGHT
from pilotline.vocabulary.charger import OcppIdentity
from pilotline.vocabulary.status import AuthStatus, ConnectorStatus
from pilotline.vocabulary.time import SECOND
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.times import format_time
from pilotline.wire.ocpp.words import AvailabilityType, UpdateType
from support.crashes import CrashScene

S = ConnectorStatus
ACCEPTED, REJECTED = {"status": "Accepted"}, {"status": "Rejected"}
PAIR = replace(load_charger("master-plus-ac"), ocpp=OcppIdentity("Pilotline", "Pair"))
"""Two connectors, and every profile there is."""


def one() -> CrashScene:
    """A station of one connector."""
    return CrashScene("evnet-7kw-s")


def two() -> CrashScene:
    """A station of two."""
    return CrashScene(PAIR, ReserveConnectorZeroSupported=True)


def reserve(
    story: CrashScene,
    connector: int = 1,
    tag: str = "ANNA",
    *,
    number: int = 7,
    seconds: float = 3_600,
    parent: str | None = None,
) -> str:
    """Reserve for so many seconds from now; the word of the answer."""
    expiry = MIDNIGHT + timedelta(seconds=story.now / SECOND + seconds)
    wish = v16.ReserveNow(
        connector_id=connector,
        expiry_date=format_time(expiry),
        id_tag=tag,
        reservation_id=number,
        parent_id_tag=parent,
    )
    return story.ask(wish)["status"]


def statuses(story: CrashScene) -> tuple[str | None, str | None]:
    return story.at(1).ocpp_status, story.at(2).ocpp_status


def used(story: CrashScene) -> list[tuple[int, str, int | None]]:
    """The starts the backend heard of: connector, tag, reservation."""
    return [
        (each.connector_id, each.id_tag, each.reservation_id) for each in story.told(v16.StartTransaction)
    ]


# --- one connector (edge case 24) -----------------------------------------------------------------------


@pytest.mark.requirement("R-30", "R-41")
def test_two_cards_in_turn_at_a_reserved_connector() -> None:
    """The stranger's car stands there and gets nothing; the right card's session carries the reservation."""
    story = one()
    assert reserve(story) == "Accepted"
    story.plug_in()
    story.run(2)
    story.card("BEN")
    story.run(5)
    assert (story.seen.ocpp_status, story.seen.why.code) == ("Reserved", "reserved")
    story.card("ANNA")
    story.until(S.CHARGING)
    story.run(5)
    assert used(story) == [(1, "ANNA", 7)]
    assert story.statuses() == ["Available", "Reserved", "Preparing", "Charging"]
    assert story.ask(v16.CancelReservation(7)) == REJECTED
    story.unplug()
    story.until(S.AVAILABLE)


@pytest.mark.requirement("R-30")
def test_a_card_of_the_same_group_is_let_in() -> None:
    """The backend knows the group the first time, the cache the second."""
    story = one()
    story.backend.groups["BEN"] = "FLEET"
    for number in (7, 8):
        assert reserve(story, parent="FLEET", number=number) == "Accepted"
        story.charge("BEN")
        story.unplug()
        story.until(S.AVAILABLE)
    assert used(story) == [(1, "BEN", 7), (1, "BEN", 8)]


def test_a_listed_card_of_the_group_is_let_in_while_the_backend_is_away() -> None:
    """§5.13: the list says whose card it is; a stranger, who might charge offline, is turned away."""
    story = CrashScene(PAIR)
    info = v16.IdTagInfo(status=AuthStatus.ACCEPTED, parent_id_tag="FLEET")
    entries = (v16.AuthorizationData("BEN-OF-THE-FLEET", info),)
    assert (
        story.ask(
            v16.SendLocalList(list_version=1, update_type=UpdateType.FULL, local_authorization_list=entries)
        )
        == ACCEPTED
    )
    assert reserve(story, parent="FLEET") == "Accepted"
    story.network(up=False)
    story.plug_in()
    story.run(2)
    story.card("STRANGER")
    story.run(2)
    assert story.seen.ocpp_status == "Reserved"
    story.card("BEN-OF-THE-FLEET")
    story.until(S.CHARGING)
    story.network(up=True)
    story.run(5)
    assert used(story) == [(1, "BEN-OF-THE-FLEET", 7)]


@pytest.mark.requirement("R-30")
def test_a_remote_start_for_another_tag_is_refused_and_for_the_right_one_it_is_not() -> None:
    """From afar as beside the station."""
    story = one()
    assert reserve(story) == "Accepted"
    story.plug_in()
    story.run(2)
    assert story.ask(v16.RemoteStartTransaction(id_tag="BEN", connector_id=1)) == REJECTED
    assert story.ask(v16.RemoteStartTransaction(id_tag="ANNA", connector_id=1)) == ACCEPTED
    story.until(S.CHARGING)
    story.run(2)
    assert used(story) == [(1, "ANNA", 7)]


@pytest.mark.requirement("R-30")
def test_a_reservation_that_expires_is_told_as_available() -> None:
    """At its time, not before; then the connector is anybody's."""
    story = one()
    assert reserve(story, seconds=60) == "Accepted"
    story.run(55)
    assert story.statuses()[-1] == "Reserved"
    story.run(6)
    assert story.statuses()[-2:] == ["Reserved", "Available"]
    story.charge("BEN")
    assert used(story) == [(1, "BEN", None)]


@pytest.mark.requirement("R-30")
def test_a_reserved_connector_put_out_of_service_goes_straight_there() -> None:
    """Edge case 21: no Available flashes between, and the reservation is over."""
    story = one()
    assert reserve(story) == "Accepted"
    assert story.ask(v16.ChangeAvailability(1, AvailabilityType.INOPERATIVE)) == ACCEPTED
    assert story.ask(v16.ChangeAvailability(1, AvailabilityType.OPERATIVE)) == ACCEPTED
    assert story.statuses()[-3:] == ["Reserved", "Unavailable", "Available"]
    assert story.ask(v16.CancelReservation(7)) == REJECTED


# --- any connector --------------------------------------------------------------------------------------


@pytest.mark.requirement("R-30")
def test_of_two_connectors_one_is_kept_when_the_other_is_taken() -> None:
    """A reservation of any holds none while two are free; it is used wherever its card is shown."""
    story = two()
    assert reserve(story, 0) == "Accepted"
    assert statuses(story) == ("Available", "Available")
    assert reserve(story, 1, "CLEO", number=8) == "Accepted"
    assert statuses(story) == ("Reserved", "Reserved")
    assert reserve(story, 0, "DORA", number=9) == "Occupied"
    assert story.ask(v16.CancelReservation(8)) == ACCEPTED
    story.charge("BEN", 1)
    assert statuses(story) == ("Charging", "Reserved")
    assert story.ask(v16.RemoteStartTransaction(id_tag="BEN")) == REJECTED
    story.charge("ANNA", 2)
    story.run(2)
    assert used(story) == [(1, "BEN", None), (2, "ANNA", 7)]


def test_the_second_is_free_again_when_the_first_is() -> None:
    """And back: what is held follows what is left, at once."""
    story = two()
    assert reserve(story, 0) == "Accepted"
    story.plug_in(connector=1)
    story.run(2)
    assert statuses(story) == ("Preparing", "Reserved")
    story.unplug(1)
    story.run(2)
    assert statuses(story) == ("Available", "Available")
    assert reserve(story, 2, "CLEO", number=8) == "Accepted"
    assert reserve(story, 1, "DORA", number=9) == "Occupied", "one must be left for Anna"


def test_a_car_that_comes_where_only_its_place_is_left_does_not_take_it() -> None:
    """The connector stays Reserved under a stranger's car; the right card may use even that one."""
    story = two()
    assert reserve(story, 0) == "Accepted"
    for connector in (1, 2):
        story.plug_in(connector=connector)
        story.run(2)
    assert statuses(story) == ("Preparing", "Reserved")
    story.card("BEN", 2)
    story.run(3)
    assert statuses(story) == ("Preparing", "Reserved")
    story.card("BEN", 1)
    story.until(S.CHARGING)
    story.card("ANNA", 2)
    story.until(S.CHARGING, connector=2)
    assert used(story) == [(1, "BEN", None), (2, "ANNA", 7)]


def test_a_remote_start_without_a_connector_goes_where_its_tag_is_expected() -> None:
    """Before a connector at which a car stands: that may be anybody's."""
    story = two()
    assert reserve(story, 2) == "Accepted"
    story.plug_in(connector=1)
    story.run(2)
    assert story.ask(v16.RemoteStartTransaction(id_tag="ANNA")) == ACCEPTED
    story.plug_in(connector=2)
    story.until(S.CHARGING, connector=2)
    story.run(2)
    assert used(story) == [(2, "ANNA", 7)]


# --- crashes and time -----------------------------------------------------------------------------------


@pytest.mark.requirement("R-30")
@pytest.mark.parametrize("how", ["host_crash", "power_cycle"])
def test_a_reservation_outlives_a_restart(how: str) -> None:
    """For its card, not for another; until when is known as soon as the backend tells the time."""
    story = one()
    assert reserve(story, seconds=600) == "Accepted"
    story.network(up=False)
    story.restart(how)
    story.run(8)
    assert (story.seen.ocpp_status, story.seen.why.until) == ("Reserved", None)
    story.plug_in()
    story.run(2)
    story.card("BEN")
    story.run(2)
    assert story.seen.ocpp_status == "Reserved"
    story.network(up=True)
    story.run(11)
    assert story.seen.why.until is not None
    story.card("ANNA")
    story.until(S.CHARGING)
    story.run(2)
    assert used(story) == [(1, "ANNA", 7)]


def test_a_reservation_that_expired_while_nobody_knew_the_time_ends_when_somebody_does() -> None:
    """A power cut takes the clock; until the backend tells the time the reservation stands."""
    story = one()
    assert reserve(story, seconds=60) == "Accepted"
    story.network(up=False)
    story.station.power_cycle()
    story.run(100)
    assert story.seen.ocpp_status == "Reserved"
    story.network(up=True)
    story.until(S.AVAILABLE, within=12)
    story.restart("power_cycle")
    story.run(8)
    assert story.seen.ocpp_status == "Available"


@pytest.mark.requirement("R-30")
@pytest.mark.parametrize("written", [False, True])
def test_a_crash_around_the_start_uses_a_reservation_once_or_not_at_all(written: bool) -> None:
    """Written, the start has taken the reservation with it; not written, both are as before."""
    story = one()
    assert reserve(story) == "Accepted"
    story.plug_in()
    story.run(2)
    story.station.set_disk(takes=5 * SECOND)
    story.card("ANNA")
    story.run(6 if written else 3)
    story.restart("power_cycle")
    story.station.set_disk()
    story.run(30)
    assert set(used(story)) == ({(1, "ANNA", 7)} if written else set()), "a repeat says the same (R-53)"
    assert story.ask(v16.CancelReservation(7)) == (REJECTED if written else ACCEPTED)
