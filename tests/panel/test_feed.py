"""The live line without sockets: numbers, what a returning client gets, and that all end with the same."""

import json
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pilotline.panel import curve, feed
from pilotline.panel.feed import Feed
from pilotline.panel.picture import Picture
from pilotline.station.snapshot import ConnectorView
from support.panel import EPOCH, IDLE, Viewer, in_session, picture


def fed(count: int) -> Feed:
    """A feed that has seen so many different pictures."""
    made = Feed(EPOCH)
    for number in range(count):
        assert made.see(picture(queued=number), number * 100)
    return made


def kinds(texts: list[str]) -> list[str]:
    return [json.loads(text)["kind"] for text in texts]


def test_a_feed_that_has_seen_nothing_says_nothing() -> None:
    """A host that has only begun has no picture to send."""
    made = Feed(EPOCH)
    assert made.after(None) == []
    assert made.cursor(EPOCH, 0) is None


def test_a_picture_that_is_not_new_is_not_counted() -> None:
    """An unchanged picture moves no number and wakes nobody."""
    made = Feed(EPOCH)
    assert made.see(picture(), 0)
    assert not made.see(picture(), 100)
    assert made.seq == 1


def test_numbers_rise_by_one() -> None:
    """A client that misses a number knows it."""
    made = fed(5)
    assert [json.loads(text)["seq"] for text in made.after(1)] == [2, 3, 4, 5]


def test_a_point_alone_is_a_change() -> None:
    """A quiet session's curve goes on, though no part of the picture differs."""
    made = Feed(EPOCH)
    made.see(picture(in_session()), 0)
    assert made.see(picture(in_session()), 1_000)
    assert json.loads(made.after(1)[0]) == {
        "kind": "change",
        "seq": 2,
        "at_ms": 1_000,
        "points": {"1": [[1_000, 7_360, 7_360]]},
    }


def test_a_change_of_the_picture_alone_has_no_points() -> None:
    """What is empty is left out."""
    assert json.loads(fed(2).after(1)[0]) == {
        "kind": "change",
        "seq": 2,
        "at_ms": 100,
        "picture": {"backend": {"queued": 1}},
    }


def test_a_client_that_comes_back_gets_exactly_what_it_missed() -> None:
    """As changes, from the number after its own."""
    made = fed(9)
    assert made.after(made.cursor(EPOCH, 6)) == made.after(0)[6:] == made.after(6)
    assert kinds(made.after(6)) == ["change"] * 3


def test_a_client_that_missed_nothing_gets_nothing() -> None:
    """Its number is the feed's."""
    made = fed(3)
    assert made.after(made.cursor(EPOCH, 3)) == []


@pytest.mark.parametrize(
    ("epoch", "since"),
    [(None, None), (None, 3), (EPOCH, None), ("other", 3), ("", 3), (EPOCH, 0), (EPOCH, -1), (EPOCH, 6)],
)
def test_a_client_whose_numbers_mean_nothing_gets_the_whole(epoch: str | None, since: int | None) -> None:
    """New, of another life of the host, from the future, or nonsense."""
    made = fed(5)
    assert made.cursor(epoch, since) is None
    assert made.after(None) == [made.whole()]


def test_a_client_that_was_away_for_too_long_gets_the_whole() -> None:
    """Only so many changes are kept; with the last of them, it goes on without a whole."""
    made = fed(feed.KEPT + 10)
    assert kinds(made.after(9)) == ["whole"]
    assert len(made.after(10)) == feed.KEPT


def test_the_whole_has_what_the_reference_says() -> None:
    """Epoch, number, time, picture, and the curve of the running session."""
    made = Feed(EPOCH)
    made.see(picture(in_session()), 73_200)
    whole = json.loads(made.whole())
    assert list(whole) == ["kind", "epoch", "seq", "at_ms", "picture", "curves"]
    assert (whole["kind"], whole["epoch"], whole["seq"], whole["at_ms"]) == ("whole", EPOCH, 1, 73_200)
    assert whole["curves"] == {"1": {"session": "s-1", "from_ms": 73_200, "points": [[73_200, 7_360, 7_360]]}}


def test_a_sign_of_life_has_the_number_and_its_own_time() -> None:
    """It says which number the client must have."""
    assert json.loads(fed(3).alive(9_000)) == {"kind": "alive", "seq": 3, "at_ms": 9_000}


def test_texts_are_json_whatever_a_sentence_holds() -> None:
    """Quotes, controls and other alphabets of a backend's words pass."""
    sentence = 'He said: "no"\u2028\u0000 \\ Ω 電'
    made = Feed(EPOCH)
    made.see(picture(problem=sentence), 0)
    assert json.loads(made.whole())["picture"]["backend"]["problem"] == sentence


@pytest.mark.requirement("M-14")
def test_a_guests_line_has_the_name_of_his_own_card_and_all_the_numbers() -> None:
    """Whole or change, as they come and as they are kept for who was away; others are told all names."""
    named = replace(picture(in_session()), names={"TAG": "Anna", "B": "Ben"})
    for card, told in ((None, {"TAG": "Anna", "B": "Ben"}), ("tag", {"TAG": "Anna"}), ("", {})):
        made, viewer = Feed(EPOCH), Viewer()
        made.see(picture(in_session()), 0)
        viewer.take(made.whole(card))
        for at_ms, shown in enumerate((named, picture(queued=1)), 1):
            made.see(shown, at_ms)
        first, second = made.after(1, card)
        viewer.take(first)
        assert viewer.tree["names"] == told
        viewer.take(second)
        assert [name for name in viewer.tree["names"].values() if name] == []
        assert viewer.seq == 3
        made.see(named, 3)
        assert json.loads(made.whole(card))["picture"]["names"] == told


# --- many clients, absences of any length ---


@dataclass
class Client:
    """A viewer, and where the server's end of its line stands; None while it is away."""

    viewer: Viewer
    cursor: int | None = None
    here: bool = True


POWERS = st.none() | st.integers(0, 8_000)
CONNECTORS = st.one_of(
    st.just(IDLE),
    st.builds(in_session, st.sampled_from(["s-1", "s-2"]), POWERS, st.sampled_from([0.0, 6.0, 32.0])),
)


class FeedAndClients(RuleBasedStateMachine):
    """Pictures come; clients read when they like, lose their line and come back; the host is new at times."""

    def __init__(self) -> None:
        super().__init__()
        self._small = [mock.patch.object(feed, "KEPT", 6), mock.patch.object(curve, "MOST_POINTS", 5)]
        for patch in self._small:
            patch.start()

    @initialize()
    def begin(self) -> None:
        self.epochs = iter(range(1_000))
        self.clients = [Client(Viewer()) for _ in range(3)]
        self.at_ms = 0
        self.start()

    def start(self) -> None:
        self.feed = Feed(f"epoch-{next(self.epochs)}")
        for client in self.clients:
            client.here, client.cursor = False, None

    def teardown(self) -> None:
        for patch in self._small:
            patch.stop()

    @rule(after_ms=st.sampled_from([1, 100, 1_000, 5_000]), view=CONNECTORS, queued=st.integers(0, 1))
    def see(self, after_ms: int, view: ConnectorView, queued: int) -> None:
        self.at_ms += after_ms
        before = self.feed.seq
        moved = self.feed.see(picture(view, queued=queued), self.at_ms)
        assert self.feed.seq == before + moved

    @rule(who=st.integers(0, 2))
    def comes_back(self, who: int) -> None:
        client = self.clients[who]
        client.here, client.cursor = True, self.feed.cursor(client.viewer.epoch, client.viewer.seq)

    @rule(who=st.integers(0, 2))
    def goes_away(self, who: int) -> None:
        self.clients[who].here = False

    @rule(who=st.integers(0, 2))
    def reads(self, who: int) -> None:
        client = self.clients[who]
        if client.here:
            for text in self.feed.after(client.cursor):
                client.viewer.take(text)
                client.cursor = client.viewer.seq

    @rule(who=st.integers(0, 2), part=st.integers(0, 3))
    def loses_its_line_within_a_text(self, who: int, part: int) -> None:
        client = self.clients[who]
        if client.here:
            for text in self.feed.after(client.cursor)[:part]:
                client.viewer.take(text)
            client.here = False

    @precondition(lambda self: self.feed.seq > 3)
    @rule()
    def host_is_new(self) -> None:
        self.start()

    @invariant()
    def who_is_here_and_has_read_has_the_picture(self) -> None:
        for client in self.clients if hasattr(self, "feed") else ():
            if client.here and client.cursor is not None and client.cursor == self.feed.seq:
                client.viewer.agrees_with(self.feed.whole())


TestFeedAndClients = FeedAndClients.TestCase
TestFeedAndClients.settings = settings(max_examples=60, stateful_step_count=50)


@pytest.fixture
def long_session() -> tuple[Feed, Viewer]:
    """A viewer that has been there all the time, and its feed, after three hours."""
    made, viewer = Feed(EPOCH), Viewer()
    for at_ms in range(0, 3 * 3_600_000, 1_000):
        seen: Picture = picture(in_session(power_w=7_000 + at_ms // 1_000 % 7))
        cursor: Any = viewer.seq
        made.see(seen, at_ms)
        for text in made.after(cursor):
            viewer.take(text)
    return made, viewer


def test_after_hours_an_old_client_has_all_that_a_new_one_gets(long_session: tuple[Feed, Viewer]) -> None:
    """The station thins its curve; the page that was there has more of it, and nothing else."""
    made, viewer = long_session
    viewer.agrees_with(made.whole())
    assert len(made.whole()) < 64_000


def test_a_session_without_power_known_begins_its_curve_with_a_gap() -> None:
    """A meter that has not spoken yet is null, not zero."""
    made = Feed(EPOCH)
    made.see(picture(replace(in_session(), power_w=None)), 0)
    assert json.loads(made.whole())["curves"]["1"]["points"] == [[0, None, 7_360]]
