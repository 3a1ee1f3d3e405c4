"""What becomes of the line to the backend, told to it while the key is on (E-63)."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.station.clock import WallClock
from pilotline.station.keys import BY_NAME, KeyStore
from pilotline.station.upkeep.core import Surroundings
from pilotline.station.upkeep.events import (
    BackendLost,
    BackendTried,
    KeyChanged,
    Send,
    Sent,
    UpkeepEvent,
    WayTaken,
)
from pilotline.station.upkeep.net_log import AT_MOST_EVERY, KEY, MOST_EVENTS, MOST_LETTERS, NetLog
from pilotline.vocabulary.time import SECOND, Tick

MIDNIGHT = datetime(2026, 1, 5, tzinfo=UTC)


class Bench:
    """A part with its key on, a second between any two events, and what it sent."""

    def __init__(self, *, on: bool = True) -> None:
        clock = WallClock(1)
        clock.learn(MIDNIGHT, 0)
        self.keys = KeyStore({KEY: on})
        self.part = NetLog(Surroundings(self.keys, clock, count(1).__next__))
        self.clock, self.now = clock, 0
        self.sent: list[dict[str, Any]] = []

    def tell(self, *events: UpkeepEvent, answer: str | None = "Accepted") -> "Bench":
        """Each a second after the one before; what is sent is answered at once, if it is answered at all."""
        for event in events:
            self.now += SECOND
            self._handle(event, answer)
        return self

    def run(self, duration: int, answer: str | None = "Accepted") -> "Bench":
        until = self.now + duration
        while (at := self.part.deadline()) is not None and at <= until:
            self.now = at
            self._handle(Tick(), answer)
        self.now = until
        return self

    def switch(self, *, on: bool) -> "Bench":
        self.keys.change(BY_NAME[KEY.lower()], str(on).lower())
        return self.tell(KeyChanged(KEY))

    def said(self) -> list[tuple[str, str]]:
        """What happened and why, of all that was sent."""
        return [
            (event["what"], event.get("reason", event.get("interface", "")))
            for each in self.sent
            for event in each["events"]
        ]

    def _handle(self, event: UpkeepEvent, answer: str | None) -> None:
        sends = self._take(event)
        if sends and answer is not None:
            self._take(Sent("Pilotline", "NetLog", answer))

    def _take(self, event: UpkeepEvent) -> Sequence[Send]:
        effects = self.part.handle(event, self.clock.stamp(self.now))
        deadline = self.part.deadline()
        assert deadline is None or deadline > self.now
        sends = [effect for effect in effects if isinstance(effect, Send)]
        for send in sends:
            assert len(send.data) <= MOST_LETTERS
            self.sent.append(json.loads(send.data))
        return sends


ACCEPTED = BackendTried(works=True)
FAILED = BackendTried(works=False, reason="nothing listens there")
LOST = BackendLost("the server closed the connection")


@pytest.mark.requirement("E-63")
def test_a_day_of_the_line_is_told() -> None:
    """Interface, connection, its end with the reason, tries, and the interface that worked in the end."""
    bench = Bench().tell(WayTaken("ethernet"), ACCEPTED, LOST, FAILED, WayTaken("cellular"), ACCEPTED)
    bench.run(AT_MOST_EVERY)
    assert bench.said() == [
        ("interface", "ethernet"),
        ("connected", ""),
        ("disconnected", "the server closed the connection"),
        ("failed", "nothing listens there"),
        ("interface", "cellular"),
        ("connected", ""),
    ]
    counts = {name: bench.sent[-1][name] for name in ("connects", "disconnects", "failures", "switches")}
    assert counts == {"connects": 2, "disconnects": 1, "failures": 1, "switches": 1}
    assert bench.sent[-1]["interface"] == "cellular"
    assert bench.sent[0]["events"][1]["time"] == "2026-01-05T00:00:02Z"


@pytest.mark.requirement("E-63")
def test_it_is_silent_where_the_key_is_off() -> None:
    """As it leaves the factory: nothing is sent, and nothing is kept for later."""
    bench = Bench(on=False).tell(WayTaken("ethernet"), ACCEPTED, LOST, ACCEPTED).run(AT_MOST_EVERY)
    assert bench.sent == []
    bench.switch(on=True).run(AT_MOST_EVERY)
    assert bench.said() == [("switched on", "")]
    assert bench.sent[0]["connects"] == 2


def test_nothing_goes_out_while_the_backend_is_away() -> None:
    """It is told when it has registered us again."""
    bench = Bench().tell(ACCEPTED, LOST).run(60 * SECOND)
    told = len(bench.sent)
    bench.tell(FAILED, FAILED).run(3_600 * SECOND)
    assert len(bench.sent) == told
    bench.tell(ACCEPTED)
    assert bench.said()[-3:] == [("disconnected", LOST.reason), ("failed", FAILED.reason), ("connected", "")]
    assert bench.sent[-1]["events"][1]["times"] == 2


def test_a_line_that_comes_and_goes_is_told_of_in_measure() -> None:
    """One message in ten seconds, however often something changes."""
    bench = Bench()
    for _ in range(60):
        bench.tell(ACCEPTED, LOST)
    assert len(bench.sent) <= 1 + 120 * SECOND // AT_MOST_EVERY


@pytest.mark.parametrize("word", ["UnknownVendorId", "UnknownMessageId", "Rejected", ""])
def test_a_backend_that_does_not_take_it_is_left_alone_until_it_connects_again(word: str) -> None:
    """And is told then what it did not take."""
    bench = Bench().tell(ACCEPTED, answer=word).tell(WayTaken("wifi"), answer=word)
    bench.run(3_600 * SECOND, word)
    assert len(bench.sent) == 1
    bench.tell(LOST, ACCEPTED)
    assert bench.said()[1:] == [
        ("connected", ""), ("interface", "wifi"), ("disconnected", LOST.reason), ("connected", ""),
    ]  # fmt: skip


def test_what_is_left_out_is_counted() -> None:
    """A night without a backend: the newest events, and how many there were before them."""
    bench = Bench().tell(ACCEPTED, LOST)
    bench.tell(*(BackendTried(works=False, reason=f"reason {number}") for number in range(100)), ACCEPTED)
    last = bench.sent[-1]
    assert len(last["events"]) == MOST_EVENTS
    assert last["left_out"] == 2 + 100 - MOST_EVENTS
    assert last["failures"] == 100


def test_somebody_who_switches_it_off_is_told_no_more() -> None:
    """Also not what was being sent when the line went."""
    bench = Bench().tell(ACCEPTED, answer=None).switch(on=False)
    bench.tell(Sent("Pilotline", "NetLog", ""), LOST, ACCEPTED).run(3_600 * SECOND)
    assert len(bench.sent) == 1


def events() -> Iterator[st.SearchStrategy[UpkeepEvent]]:
    reasons = st.text(max_size=300)
    yield st.just(ACCEPTED)
    yield reasons.map(lambda reason: BackendTried(works=False, reason=reason))
    yield reasons.map(BackendLost)
    yield st.sampled_from(["ethernet", "wifi", "cellular"]).map(WayTaken)
    yield st.just(Tick())
    yield st.sampled_from(["", "Accepted", "Rejected"]).map(lambda word: Sent("Pilotline", "NetLog", word))


@given(
    st.lists(st.one_of(*events()), max_size=60),
    st.lists(st.sampled_from(["Accepted", "", "Rejected", None]), min_size=60, max_size=60),
)
def test_whatever_happens_it_stays_within_its_bounds(
    story: list[UpkeepEvent], answers: list[str | None]
) -> None:
    """Each message is short enough, and none goes to a backend that is away."""
    bench = Bench()
    for event, answer in zip(story, answers, strict=False):
        bench.tell(event, answer=answer).run(SECOND // 2, answer)
