"""What people signed in at the page do: start, stop, restart; each as far as his role goes."""

from dataclasses import replace
from typing import Literal

import pytest

from pilotline.station import waits
from pilotline.station.events import (
    AskAuthorization,
    CallAnswer,
    ChangeAvailability,
    PresentTag,
    Reserve,
    Restart,
    RestartStation,
    StartCharging,
    StopCharging,
    TagAnswer,
)
from pilotline.vocabulary.journal import Ended, Started
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.status import AuthStatus, ConnectorStatus, ResetKind, StopReason, TagInfo
from pilotline.vocabulary.time import SECOND
from support.off_peak_bench import OffPeakBench
from support.station_bench import EVNET, StationBench

MINE = "25ECCD59000000"


def answers(effects: list[object]) -> list[tuple[str, str | None]]:
    return [(each.word, each.reason) for each in effects if isinstance(each, CallAnswer)]


def start(bench: StationBench, tag: str = "", role: Role = Role.USER) -> list[tuple[str, str | None]]:
    return answers(bench.tell(StartCharging(tag, role=role, call=-1)))


def stop(bench: StationBench, role: Role, card: str = "") -> list[tuple[str, str | None]]:
    return answers(bench.tell(StopCharging(card=card, role=role, call=-1)))


def plugged(*, online: bool = False, **stored: str | bool) -> StationBench:
    """A car is plugged in and waits for somebody."""
    bench = StationBench(online=online, stored=stored)
    bench.plug()
    bench.run(SECOND)
    return bench


# --- start --------------------------------------------------------------------------------------------------


@pytest.mark.requirement("M-12", "P-06")
def test_a_press_on_start_gives_current_in_well_under_30_s() -> None:
    """Ready, press to start: plugged in, no Plug & Charge, no card."""
    bench = plugged()
    pressed_at = bench.now
    assert start(bench) == [("Accepted", None)]
    bench.run(SECOND)
    bench.show(PilotState.C)
    bench.run(SECOND)
    assert bench.board.relay
    assert bench.now - pressed_at < 30 * SECOND
    (started,) = [fact for fact in bench.facts() if isinstance(fact, Started)]
    assert started.tag == "LOCAL"


@pytest.mark.requirement("M-12")
def test_it_may_be_pressed_before_the_plug_is_in() -> None:
    """As a card may be shown: ConnectionTimeOut runs."""
    bench = StationBench()
    assert start(bench) == [("Accepted", None)]
    assert bench.status is ConnectorStatus.PREPARING
    bench.plug()
    bench.run(2 * SECOND)
    assert bench.connector.session is not None
    bench = StationBench()
    start(bench)
    bench.run(91 * SECOND)
    assert bench.status is ConnectorStatus.AVAILABLE


@pytest.mark.requirement("M-12")
def test_who_has_a_card_of_his_own_charges_with_it() -> None:
    """Filled up as the reader's are, so that the card itself ends what the page began."""
    bench = plugged()
    bench.core.admission._rules = replace(EVNET.session, tag_bytes=7)
    start(bench, "25eccd59")
    bench.run(SECOND)
    assert bench.connector.session is not None
    assert bench.connector.session.tag == "25eccd59000000"


@pytest.mark.requirement("M-12")
def test_start_never_ends_a_session() -> None:
    """Pressed again, or by another: a sentence, and it goes on."""
    bench = plugged()
    start(bench, MINE)
    bench.run(SECOND)
    session = bench.connector.session
    for tag in (MINE, "", "ANOTHER"):
        assert start(bench, tag) == [("Rejected", "A session runs here already.")]
    bench.run(SECOND)
    assert bench.connector.session is session
    assert session is not None
    assert session.stop is None


@pytest.mark.requirement("M-12")
def test_with_a_backend_the_answer_waits_for_its_word() -> None:
    """It is asked as of a card, and what it says is the answer."""
    bench = plugged(online=True)
    said = bench.tell(StartCharging(role=Role.USER, call=-1))
    (asked,) = [each for each in said if isinstance(each, AskAuthorization)]
    assert (asked.tag, answers(said)) == ("LOCAL", [])
    assert start(bench) == [("Rejected", waits.ASKING.sentence)]
    refused = bench.tell(TagAnswer(asked.request, TagInfo(AuthStatus.INVALID)))
    assert answers(refused) == [("Rejected", "LOCAL may not charge (Invalid).")]
    said = bench.tell(StartCharging(role=Role.USER, call=-2))
    (asked,) = [each for each in said if isinstance(each, AskAuthorization)]
    said = bench.tell(TagAnswer(asked.request, TagInfo(AuthStatus.ACCEPTED)))
    assert CallAnswer(-2, "Accepted") in said
    bench.run(SECOND)
    assert bench.connector.session is not None


@pytest.mark.requirement("M-12", "E-67")
def test_a_backend_that_does_not_answer_leaves_it_to_the_station() -> None:
    """As of a card: what is known here decides then."""
    bench = plugged(online=True, AllowOfflineTxForUnknownId=False)
    said = bench.tell(StartCharging(MINE, role=Role.USER, call=-1))
    (asked,) = [each for each in said if isinstance(each, AskAuthorization)]
    assert answers(bench.tell(TagAnswer(asked.request, None))) == [
        ("Rejected", f"{MINE} may not charge (Invalid).")
    ]


@pytest.mark.requirement("M-12")
def test_a_car_that_leaves_meanwhile_is_said() -> None:
    """Whoever asked hears of it, and nothing begins for the next car."""
    bench = plugged(online=True)
    said = bench.tell(StartCharging(role=Role.USER, call=-1))
    (asked,) = [each for each in said if isinstance(each, AskAuthorization)]
    bench.unplug()
    bench.run(2 * SECOND)
    bench.plug()
    bench.run(2 * SECOND)
    late = answers(bench.tell(TagAnswer(asked.request, TagInfo(AuthStatus.ACCEPTED))))
    assert late == [("Rejected", "The car was unplugged before the operator answered.")]
    assert bench.connector.grant is None
    assert bench.connector.session is None


@pytest.mark.requirement("E-67", "M-12")
def test_without_a_backend_a_sign_in_is_enough_but_an_unknown_card_is_not() -> None:
    """The station's own tag stands for somebody signed in; a card is worth what it is at the reader."""
    bench = plugged(AllowOfflineTxForUnknownId=False)
    assert start(bench, "STRANGER") == [("Rejected", "STRANGER may not charge (Invalid).")]
    assert start(bench) == [("Accepted", None)]


@pytest.mark.requirement("M-10")
def test_where_anybody_may_charge_nobody_is_asked() -> None:
    """A session that was ended on the page is begun again on the page."""
    bench = StationBench(online=True, stored={"c_AuthorizationMode": "free"})
    bench.plug()
    bench.run(2 * SECOND)
    assert stop(bench, Role.USER) == [("Accepted", None)]
    bench.run(20 * SECOND)
    assert bench.connector.session is None
    said = bench.tell(StartCharging(role=Role.USER, call=-1))
    assert answers(said) == [("Accepted", None)]
    assert not [each for each in said if isinstance(each, AskAuthorization)]
    bench.run(SECOND)
    assert bench.connector.session is not None


def test_what_stands_in_the_way_is_said() -> None:
    """A restart, a connector out of service, a reservation, a grant that is there, no such connector."""
    bench = plugged()
    assert answers(bench.tell(StartCharging(connector=7, call=-1))) == [
        ("Rejected", "There is no connector 7.")
    ]
    bench.tell(ChangeAvailability(1, 1, operative=False))
    assert start(bench) == [("Rejected", waits.UNAVAILABLE.sentence)]
    bench.tell(ChangeAvailability(2, 1, operative=True))
    bench = OffPeakBench()
    bench.tell(Reserve(3, 1, 1, "SOMEBODY", 2 * 10**15))
    assert start(bench) == [("Rejected", waits.RESERVED.sentence)]
    bench = StationBench()
    start(bench)
    assert start(bench) == [("Rejected", "Somebody may charge here already: plug in the car.")]
    bench.charge()
    bench.tell(RestartStation(role=Role.OPERATOR, call=-2))
    bench.disk = None
    assert start(bench)[0][0] == "Rejected"


def test_with_a_fault_it_says_what_is_wrong() -> None:
    """The fault's sentence and its advice."""
    bench = plugged()
    bench.board.faults = 0x800
    bench.notice()
    ((word, reason),) = start(bench)
    assert word == "Rejected"
    assert reason is not None
    assert "hot" in reason


def test_a_tag_longer_than_ocpp_s_is_refused() -> None:
    """It could not be told to a backend."""
    assert start(plugged(), "x" * 21) == [("Rejected", "A tag has 1 to 20 characters.")]


@pytest.mark.requirement("M-14")
@pytest.mark.parametrize("role", [Role.GUEST, Role.BACKEND])
def test_a_guest_begins_nothing(role: Role) -> None:
    """He sees, and may stop his own."""
    bench = plugged()
    ((word, reason),) = start(bench, MINE, role)
    assert word == "Rejected"
    assert reason is not None
    assert reason.startswith("Only the user")
    assert bench.connector.grant is None


# --- stop ---------------------------------------------------------------------------------------------------


@pytest.mark.requirement("M-14", "M-12")
def test_a_guest_ends_the_session_of_his_own_card_alone() -> None:
    """In any case of letters; without a card, or with another's, he hears that it is not his to end."""
    bench = plugged()
    start(bench, MINE)
    bench.run(2 * SECOND)
    for card in ("", "OTHER", MINE[:-1]):
        ((word, reason),) = stop(bench, Role.GUEST, card)
        assert word == "Rejected"
        assert reason is not None
        assert reason.startswith("Only the user or")
    assert bench.connector.session is not None
    assert bench.connector.session.stop is None
    assert stop(bench, Role.GUEST, MINE.lower()) == [("Accepted", None)]
    bench.run(20 * SECOND)
    assert [fact.reason for fact in bench.facts() if isinstance(fact, Ended)] == [StopReason.LOCAL]


@pytest.mark.requirement("M-14")
def test_who_lives_there_ends_anybodys() -> None:
    """A user is no guest."""
    bench = plugged()
    bench.tell(PresentTag("SOMEBODY"))
    bench.run(2 * SECOND)
    assert stop(bench, Role.USER) == [("Accepted", None)]


@pytest.mark.requirement("M-14")
def test_a_guest_ends_nothing_where_nothing_runs() -> None:
    """There is no session of his card."""
    ((word, _),) = stop(plugged(), Role.GUEST, MINE)
    assert word == "Rejected"


# --- restart ------------------------------------------------------------------------------------------------


@pytest.mark.requirement("E-41", "R-42")
@pytest.mark.parametrize(("kind", "wanted"), [("soft", ResetKind.SOFT), ("hard", ResetKind.HARD)])
def test_a_restart_beside_the_station_ends_its_sessions_first(
    kind: Literal["soft", "hard"], wanted: ResetKind
) -> None:
    """Their reason is a reboot: no backend asked for it. Nothing begins before it."""
    bench = StationBench()
    bench.charge()
    assert answers(bench.tell(RestartStation(kind, role=Role.OPERATOR, call=-1))) == [("Accepted", None)]
    assert not bench.all(Restart)
    assert start(bench)[0][0] == "Rejected"
    bench.show(PilotState.B)
    bench.run(20 * SECOND)
    assert [fact.reason for fact in bench.facts() if isinstance(fact, Ended)] == [StopReason.REBOOT]
    assert bench.all(Restart)[0] == Restart(wanted)


@pytest.mark.requirement("E-41", "M-14")
@pytest.mark.parametrize("role", [Role.GUEST, Role.USER, Role.BACKEND])
def test_a_restart_is_the_operators(role: Role) -> None:
    """A backend has a call of its own for it."""
    bench = StationBench()
    ((word, reason),) = answers(bench.tell(RestartStation(role=role, call=-1)))
    assert word == "Rejected"
    assert reason is not None
    assert "may restart the station" in reason
    bench.run(60 * SECOND)
    assert not bench.all(Restart)
