"""Reservations at one connector: who is let in, what ends them, and the exact words (OCPP 1.6 §5.13)."""

from datetime import UTC, datetime

import pytest

from pilotline.station.events import (
    AskAuthorization,
    CallAnswer,
    CancelReservation,
    ChangeAvailability,
    ChangeKey,
    PresentTag,
    RemoteStart,
    Reserve,
    TagAnswer,
)
from pilotline.station.reservations import fits
from pilotline.station.snapshot import view
from pilotline.vocabulary import faults
from pilotline.vocabulary.journal import ForgetReservation, KeepReservation, Reservation, Started
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.status import AuthStatus, ConnectorStatus, TagInfo
from pilotline.vocabulary.time import HOUR, MINUTE, SECOND
from support.station_bench import StationBench

S = ConnectorStatus
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
NOON_US = round(NOON.timestamp()) * SECOND
ANNA = Reserve(1, 7, 1, "ANNA", NOON_US + HOUR)
GROUP = Reserve(1, 7, 1, "ANNA", NOON_US + HOUR, parent="FLEET")
ACCEPTED = TagInfo(AuthStatus.ACCEPTED)


def bench(*wishes: Reserve, online: bool = True, clock: bool = True) -> StationBench:
    """A station at noon with these reservations."""
    made = StationBench(online=online)
    if clock:
        made.station._clock.learn(NOON, 0)
    for wish in wishes:
        assert word(made, wish) == "Accepted"
    return made


def word(at: StationBench, wish: Reserve | CancelReservation | RemoteStart | ChangeAvailability) -> str:
    (answer,) = [effect for effect in at.tell(wish) if isinstance(effect, CallAnswer)]
    return answer.word


def starts(at: StationBench) -> list[tuple[str, int | None]]:
    return [(fact.tag, fact.reservation) for fact in at.facts() if isinstance(fact, Started)]


def asked(at: StationBench, tag: str) -> AskAuthorization | None:
    """Show a card; the question to the backend, if there is one."""
    return next((each for each in at.tell(PresentTag(tag)) if isinstance(each, AskAuthorization)), None)


# --- whose it is ---


@pytest.mark.parametrize(
    ("tag", "parent", "its"),
    [
        ("anna", None, True),
        ("BEN", None, False),
        ("BEN", "fleet", True),
        ("BEN", "OTHER", False),
    ],
)
def test_a_reservation_is_for_its_tag_and_its_group(tag: str, parent: str | None, its: bool) -> None:
    """Both compared without case."""
    assert fits(Reservation(7, 1, "ANNA", 0, "FLEET"), tag, parent) is its


def test_a_reservation_without_a_group_is_for_its_tag_alone() -> None:
    """Two cards of no group are not of one."""
    assert not fits(Reservation(7, 1, "ANNA", 0), "BEN", "FLEET")
    assert not fits(Reservation(7, 1, "ANNA", 0), "BEN", None)


# --- the words ---


@pytest.mark.requirement("R-30", "R-41")
def test_a_free_connector_is_reserved() -> None:
    """Accepted, kept, told as Reserved, shown with a reason and until when."""
    at = bench(ANNA)
    assert at.all(KeepReservation) == [KeepReservation(Reservation(7, 1, "ANNA", NOON_US + HOUR))]
    assert at.statuses()[-1] is S.RESERVED
    (seen,) = view(at.station, at.now)
    assert (seen.why.code, seen.why.until) == ("reserved", HOUR)


@pytest.mark.parametrize("number", [-1, 2, 10**9])
def test_a_connector_that_is_not_there_is_rejected(number: int) -> None:
    """Nothing is reserved."""
    assert word(bench(), Reserve(1, 7, number, "ANNA", NOON_US + HOUR)) == "Rejected"


@pytest.mark.parametrize("expiry", [None, NOON_US])
def test_a_reservation_until_no_time_or_a_past_one_is_rejected(expiry: int | None) -> None:
    """It would be over before it began; OCPP has no better word."""
    assert word(bench(), Reserve(1, 7, 1, "ANNA", expiry)) == "Rejected"


def occupy(at: StationBench) -> None:
    at.charge("BEN")


def await_a_plug(at: StationBench) -> None:
    at.card("BEN")


def leave_the_plug_in(at: StationBench) -> None:
    occupy(at)
    at.card("BEN")
    at.run(20 * SECOND)
    assert at.status is S.FINISHING


@pytest.mark.parametrize("how", [StationBench.plug, occupy, await_a_plug, leave_the_plug_in])
def test_a_connector_in_use_is_occupied(how: object) -> None:
    """By a car, a session, a card whose car is still to come, or the plug of the last session."""
    at = bench()
    assert callable(how)
    how(at)
    at.run(2 * SECOND)
    assert word(at, ANNA) == "Occupied"


def test_a_reserved_connector_is_occupied_for_any_other_reservation() -> None:
    """Of the same tag too."""
    at = bench(ANNA)
    assert word(at, Reserve(2, 8, 1, "ANNA", NOON_US + HOUR)) == "Occupied"
    assert word(at, Reserve(2, 8, 0, "BEN", NOON_US + HOUR)) == "Occupied"


def test_a_connector_out_of_order_says_how() -> None:
    """Faulted and Unavailable have words of their own, for connector 0 too."""
    at = bench()
    at.board.faults = faults.RCD
    at.notice()
    assert [word(at, Reserve(1, 7, number, "A", NOON_US + HOUR)) for number in (1, 0)] == ["Faulted"] * 2
    at = bench()
    at.tell(ChangeAvailability(1, 0, operative=False))
    assert [word(at, Reserve(1, 7, number, "A", NOON_US + HOUR)) for number in (1, 0)] == ["Unavailable"] * 2


def test_connector_0_needs_its_key() -> None:
    """ReserveConnectorZeroSupported says whether any connector can be reserved."""
    assert word(bench(), Reserve(1, 7, 0, "ANNA", NOON_US + HOUR)) == "Accepted"
    at = StationBench(online=True, stored={"ReserveConnectorZeroSupported": False})
    assert word(at, Reserve(1, 7, 0, "ANNA", NOON_US + HOUR)) == "Rejected"
    at.tell(ChangeKey(1, "ReserveConnectorZeroSupported", "true", role=Role.OPERATOR))
    assert word(at, Reserve(1, 7, 0, "ANNA", NOON_US + HOUR)) == "Rejected", "the key can only be read"


def test_the_same_id_replaces() -> None:
    """Another time, another tag; a car that already stands there keeps nobody from it."""
    at = bench(ANNA)
    at.plug()
    at.run(2 * SECOND)
    assert word(at, Reserve(2, 7, 1, "BEN", NOON_US + 2 * HOUR)) == "Accepted"
    (seen,) = view(at.station, at.now)
    assert seen.why.until == 2 * HOUR
    assert asked(at, "ANNA") is None
    at.card("BEN")
    at.run(2 * SECOND)
    assert starts(at) == [("BEN", 7)]


def test_a_reservation_that_cannot_be_replaced_stays() -> None:
    """The wish is Rejected, and the old one holds."""
    at = bench(ANNA)
    assert word(at, Reserve(2, 7, 5, "BEN", NOON_US + HOUR)) == "Rejected"
    assert asked(at, "BEN") is None
    assert asked(at, "ANNA") is not None


def test_only_what_is_there_can_be_cancelled() -> None:
    """Accepted once, and the connector is free at once."""
    at = bench(ANNA)
    assert word(at, CancelReservation(2, 8)) == "Rejected"
    assert word(at, CancelReservation(2, 7)) == "Accepted"
    assert word(at, CancelReservation(2, 7)) == "Rejected"
    assert at.status is S.AVAILABLE
    assert at.all(ForgetReservation) == [ForgetReservation(7)]


# --- who is let in (edge case 24) ---


@pytest.mark.requirement("R-30")
def test_another_card_is_turned_away_and_the_right_one_is_let_in() -> None:
    """The stranger's is not even asked about; the right one's session carries the reservation and ends it."""
    at = bench(ANNA)
    at.plug()
    at.run(2 * SECOND)
    assert asked(at, "BEN") is None
    assert at.status is S.RESERVED
    at.card("anna")
    at.run(2 * SECOND)
    assert starts(at) == [("anna", 7)]
    assert at.statuses()[-2:] == [S.RESERVED, S.PREPARING]
    assert word(at, CancelReservation(2, 7)) == "Rejected", "it is used up"
    assert at.all(ForgetReservation) == [], "the store forgets it with the record of the start"


def test_a_card_of_the_group_is_let_in_when_the_backend_says_it_is_one() -> None:
    """§5.13: who is of the group, only the backend knows; until it has said so nobody is let in."""
    at = bench(GROUP)
    at.plug()
    at.run(2 * SECOND)
    for parent, status in ((None, S.RESERVED), ("OTHER", S.RESERVED), ("fleet", S.PREPARING)):
        question = asked(at, "BEN")
        assert question is not None
        assert at.status is S.RESERVED
        at.tell(TagAnswer(question.request, TagInfo(AuthStatus.ACCEPTED, parent=parent)))
        assert at.status is status
        at.station.admission.tags.clear()
    at.run(2 * SECOND)
    assert starts(at) == [("BEN", 7)]


def test_a_card_known_to_be_of_no_group_is_not_asked_about() -> None:
    """What the cache says of its parent is enough (§5.13)."""
    at = bench()
    at.card("BEN")
    at.run(2 * MINUTE)
    assert at.status is S.AVAILABLE
    assert word(at, GROUP) == "Accepted"
    assert asked(at, "BEN") is None


def test_offline_the_right_card_is_let_in_and_a_stranger_is_not() -> None:
    """Although unknown cards may charge offline."""
    at = bench(GROUP, online=False)
    at.plug()
    at.run(2 * SECOND)
    at.tell(PresentTag("BEN"))
    at.run(2 * SECOND)
    assert (at.status, starts(at)) == (S.RESERVED, [])
    at.tell(PresentTag("ANNA"))
    at.run(2 * SECOND)
    assert starts(at) == [("ANNA", 7)]


@pytest.mark.requirement("R-30")
@pytest.mark.parametrize("connector", [1, None])
@pytest.mark.parametrize("asks", ["true", "false"])
def test_a_remote_start_for_another_tag_is_rejected(connector: int | None, asks: str) -> None:
    """Named or not, and whether or not the backend is asked about tags; the right tag's is accepted."""
    at = bench(ANNA)
    at.tell(ChangeKey(1, "AuthorizeRemoteTxRequests", asks))
    assert word(at, RemoteStart(2, "BEN", connector)) == "Rejected"
    assert word(at, RemoteStart(2, "ANNA", connector)) == "Accepted"


def test_a_remote_start_for_the_group_waits_for_the_backends_word_or_is_rejected() -> None:
    """Where nobody is asked, what is known of the tag has to do."""
    at = bench(GROUP)
    assert word(at, RemoteStart(2, "BEN", 1)) == "Accepted"
    (question,) = at.all(AskAuthorization)
    at.tell(TagAnswer(question.request, ACCEPTED))
    assert at.status is S.RESERVED
    at.station.admission.tags.clear()
    at.tell(ChangeKey(1, "AuthorizeRemoteTxRequests", "false"))
    assert word(at, RemoteStart(2, "BEN", 1)) == "Rejected"


def test_a_plug_alone_starts_nothing_at_a_reserved_connector() -> None:
    """Free charging and Plug & Charge wait until it is over."""
    at = bench(ANNA)
    at.tell(ChangeKey(1, "c_AuthorizationMode", "free"))
    at.plug()
    at.run(5 * SECOND)
    assert (at.status, starts(at)) == (S.RESERVED, [])
    at.tell(CancelReservation(2, 7))
    at.run(2 * SECOND)
    assert starts(at) == [("FREE", None)]


def test_a_card_whose_car_never_comes_uses_nothing_up() -> None:
    """After ConnectionTimeOut the connector is reserved as before."""
    at = bench(ANNA)
    at.card("ANNA")
    assert at.status is S.PREPARING
    at.run(91 * SECOND)
    assert at.status is S.RESERVED
    assert asked(at, "ANNA") is not None


def test_a_reservation_cancelled_after_the_card_is_not_carried() -> None:
    """The card is let in all the same: nobody else was promised the place."""
    at = bench(ANNA)
    at.card("ANNA")
    at.tell(CancelReservation(2, 7))
    at.plug()
    at.run(2 * SECOND)
    assert starts(at) == [("ANNA", None)]


# --- what ends it ---


@pytest.mark.requirement("R-30")
@pytest.mark.parametrize(("plugged", "then"), [(False, S.AVAILABLE), (True, S.PREPARING)])
def test_a_reservation_ends_with_its_time(plugged: bool, then: ConnectorStatus) -> None:
    """To the microsecond, told at once; a car that stands there may then be anybody's."""
    at = bench(ANNA)
    if plugged:
        at.plug()
    at.run(HOUR - at.now - 1)
    assert at.status is S.RESERVED
    at.run(1)
    assert at.statuses()[-1] is then
    assert at.all(ForgetReservation) == [ForgetReservation(7)]
    assert asked(at, "BEN") is not None


def test_without_a_clock_a_reservation_is_kept_and_judged_when_the_time_is_known() -> None:
    """The backend's first word of the time ends what is over by then; until then nothing says until when."""
    at = bench(ANNA, clock=False)
    at.run(2 * HOUR)
    (seen,) = view(at.station, at.now)
    assert (at.status, seen.why.until) == (S.RESERVED, None)
    at.station._clock.learn(NOON, 0)
    at.run(10 * SECOND)
    assert at.status is S.AVAILABLE


@pytest.mark.requirement("R-30")
def test_a_reserved_connector_that_is_put_out_of_service_loses_its_reservation() -> None:
    """Straight from Reserved to Unavailable (edge case 21), and Available when it is back."""
    at = bench(ANNA)
    assert word(at, ChangeAvailability(2, 1, operative=False)) == "Accepted"
    assert at.statuses()[-2:] == [S.RESERVED, S.UNAVAILABLE]
    assert at.all(ForgetReservation) == [ForgetReservation(7)]
    at.tell(ChangeAvailability(3, 1, operative=True))
    assert at.status is S.AVAILABLE


def test_a_reserved_connector_that_is_faulted_loses_its_reservation() -> None:
    """§5.13: whoever it was kept for is told nothing by us, the backend by the status."""
    at = bench(ANNA)
    at.board.faults = faults.RCD
    at.notice()
    assert at.statuses()[-2:] == [S.RESERVED, S.FAULTED]
    at.board.faults = 0
    at.notice()
    assert at.status is S.AVAILABLE
    assert at.all(ForgetReservation) == [ForgetReservation(7)]
