"""The station's end of the line to its safety module: handshake, heartbeat, permit."""

from dataclasses import replace

import pytest

from pilotline.station.board import HELLO_AGAIN, IDLE_BEAT, RENEW, SILENT, BoardLink, Wish
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import (
    CONTACTS_OPEN,
    LINK_PROTOCOL,
    ClearFaults,
    ConnectorReport,
    Hello,
    HostAlive,
    HostMessage,
    Identity,
    Light,
    LockPlug,
    LockPosition,
    Permit,
    SetAvailable,
    SetLight,
    Withdraw,
)
from pilotline.vocabulary.pilot import STEADY, PilotState
from pilotline.vocabulary.time import SECOND

HASH = 0xC0FFEE
IDENTITY = Identity(LINK_PROTOCOL, HASH, 1, accepted=True, remembered=0, serial="B-1")
REPORT = ConnectorReport(
    at=5 * SECOND,
    pilot=PilotState.A,
    output=STEADY,
    offer_ma=0,
    cable_ma=None,
    relay=False,
    contacts=CONTACTS_OPEN,
    lock=LockPosition.OPEN,
    permitted=False,
    faults=0,
    wake_ups=0,
)
DARK = Wish()


def acquainted(identity: Identity = IDENTITY) -> BoardLink:
    """A link at time 0 whose board has just introduced itself and knows the wish."""
    link = BoardLink(HASH)
    link.hear(identity, 0)
    link.update(DARK, 0)
    return link


# --- the handshake --------------------------------------------------------------------------------------


def test_the_host_introduces_itself_until_it_is_answered() -> None:
    """Hello every second, with protocol and model, and nothing else."""
    link = BoardLink(HASH)
    assert link.update(DARK, 0) == [Hello(LINK_PROTOCOL, HASH)]
    assert link.deadline(0) == HELLO_AGAIN
    assert link.update(DARK, HELLO_AGAIN - 1) == []
    assert link.deadline(HELLO_AGAIN - 1) == HELLO_AGAIN
    assert link.update(DARK, HELLO_AGAIN) == [Hello(LINK_PROTOCOL, HASH)]
    assert not link.alive(HELLO_AGAIN)


def test_a_board_that_talks_without_an_introduction_is_not_known() -> None:
    """A report alone makes it neither alive nor accepted."""
    link = BoardLink(HASH)
    link.hear(REPORT, 0)
    assert not link.alive(0)
    assert link.update(Wish(16_000), 0) == [Hello(LINK_PROTOCOL, HASH)]


def test_after_the_answer_the_whole_wish_is_told() -> None:
    """Light, lock, service and permit, whatever the board may believe from before."""
    link = BoardLink(HASH)
    link.update(DARK, 0)
    link.hear(IDENTITY, 10)
    wish = Wish(16_000, lock=True, light=Light(1, 2))
    assert link.update(wish, 10) == [
        SetLight(Light(1, 2)),
        LockPlug(True),
        SetAvailable(True),
        Permit(16_000),
    ]


def test_a_board_of_another_model_is_alive_and_not_accepted() -> None:
    """It refused our model hash."""
    link = acquainted(replace(IDENTITY, accepted=False))
    assert link.alive(0)
    assert not link.accepted


@pytest.mark.requirement("E-16")
def test_what_the_board_remembers_is_taken_over_and_cleared() -> None:
    """A fault that began while nobody listened is kept for the report and cleared on the board."""
    link = BoardLink(HASH)
    link.hear(replace(IDENTITY, remembered=faults.MISSING_HOST), 0)
    assert link.remembered == faults.MISSING_HOST
    assert link.update(DARK, 0)[0] == ClearFaults(faults.MISSING_HOST)
    assert ClearFaults(faults.MISSING_HOST) not in link.update(DARK, SECOND)


# --- the beat -------------------------------------------------------------------------------------------


def beats(wish: Wish, until: int) -> list[tuple[int, HostMessage]]:
    """What is sent when a link with a talking board is woken at its deadlines alone."""
    link = acquainted()
    link.update(wish, 0)
    sent: list[tuple[int, HostMessage]] = []
    now = link.deadline(0) or 0
    while now <= until:
        link.hear(replace(REPORT, at=now), now)
        sent += [(now, message) for message in link.update(wish, now)]
        now = link.deadline(now) or until + 1
    return sent


@pytest.mark.requirement("R-45")
def test_a_permit_is_renewed_every_half_second() -> None:
    """Far within its life of 2 s, and carrying the offer."""
    assert beats(Wish(16_000), 2 * SECOND) == [
        (at, Permit(16_000)) for at in range(RENEW, 2 * SECOND + 1, RENEW)
    ]


@pytest.mark.requirement("R-45")
def test_without_a_permit_the_host_shows_that_it_lives() -> None:
    """A beat every second, half the 2 s after which the board calls it silent."""
    assert beats(DARK, 3 * SECOND) == [
        (at, HostAlive()) for at in range(IDLE_BEAT, 3 * SECOND + 1, IDLE_BEAT)
    ]


def test_a_new_offer_goes_at_once() -> None:
    """It does not wait for the beat, and the beat counts from it."""
    link = acquainted()
    link.update(Wish(16_000), 0)
    assert link.update(Wish(10_000), 100) == [Permit(10_000)]
    assert link.deadline(100) == 100 + RENEW


@pytest.mark.requirement("R-45")
def test_the_end_of_an_offer_is_a_withdrawal_at_once() -> None:
    """Not left to the permit's life."""
    link = acquainted()
    link.update(Wish(16_000), 0)
    assert link.update(DARK, 100) == [Withdraw(), HostAlive()]


def test_light_and_lock_are_told_when_they_change() -> None:
    """And not otherwise."""
    link = acquainted()
    assert link.update(Wish(lock=True), 1) == [LockPlug(True)]
    assert link.update(Wish(lock=True, light=Light(3, 3)), 2) == [SetLight(Light(3, 3))]
    assert link.update(Wish(lock=True, light=Light(3, 3)), 3) == []


# --- silence and restart --------------------------------------------------------------------------------


def test_a_silent_board_is_called_again() -> None:
    """After 3 s without a word it is not alive, and Hello goes out at once and then every second."""
    link = acquainted()
    assert link.alive(SILENT - 1)
    assert not link.alive(SILENT)
    assert link.update(Wish(16_000), SILENT) == [Hello(LINK_PROTOCOL, HASH)]
    assert link.deadline(SILENT) == SILENT + HELLO_AGAIN


@pytest.mark.requirement("E-16")
def test_after_a_silence_the_board_must_introduce_itself_again() -> None:
    """It may have restarted and know us no more, or hold a fault it remembered meanwhile."""
    link = acquainted()
    assert link.hear(replace(REPORT, at=20 * SECOND), 20 * SECOND)
    assert not link.alive(20 * SECOND)
    assert link.update(Wish(16_000), 20 * SECOND) == [Hello(LINK_PROTOCOL, HASH)]
    link.hear(replace(IDENTITY, remembered=faults.MISSING_HOST), 20 * SECOND + 1)
    assert link.alive(20 * SECOND + 1)
    assert link.remembered == faults.MISSING_HOST


def test_a_board_whose_time_runs_back_has_restarted() -> None:
    """It is introduced anew, and told everything anew."""
    link = acquainted()
    link.hear(REPORT, 1)
    link.hear(replace(REPORT, at=0), 2)
    assert not link.alive(2)
    assert link.update(Wish(lock=True), 2) == [Hello(LINK_PROTOCOL, HASH)]
    link.hear(IDENTITY, 3)
    assert LockPlug(True) in link.update(Wish(lock=True), 3)


def test_only_news_is_news() -> None:
    """The same report again, a second later, is none; any change in it is."""
    link = acquainted()
    assert link.hear(REPORT, 1)
    assert not link.hear(replace(REPORT, at=REPORT.at + SECOND), 2)
    assert link.hear(replace(REPORT, at=REPORT.at + SECOND, pilot=PilotState.B), 3)
