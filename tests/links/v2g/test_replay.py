"""A recorded car in front of our charger: what is the same, what differs, and what the list allows."""

from collections.abc import Sequence
from dataclasses import replace as changed
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.links.v2g.differences import DIFFERENCES, allowed
from pilotline.links.v2g.recording import Line, Recording
from pilotline.links.v2g.replay import Outcome, Replay, replay
from pilotline.links.v2g.replay_answers import Difference
from pilotline.links.v2g.replay_telling import head, tell_replay, total
from pilotline.links.v2g.verdict import Ending
from pilotline.vocabulary.power_side import CloseContactors, EmergencyOff, Supply
from pilotline.wire.v2g import din70121_words as w
from pilotline.wire.v2g import iso15118_2 as i
from pilotline.wire.v2g import protocols
from pilotline.wire.v2g.app_protocol import ResponseCode as Choice
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.secc.core import Secc
from pilotline.wire.v2g.secc.words import Ending as Gone
from pilotline.wire.v2g.secc.words import HangUp, PausedSession, SeccConfig, SeccEffect, SeccEvent, Send
from support.recorded import charging, din, iso, offer, parting, ready, setup, supply, taken, whole_session
from support.recorded_din import (
    cable_checks,
    din_parameters,
    din_session,
    din_setup,
    goodbye,
    own_recordings,
    recording,
)

REFUSED = w.ResponseCode.FAILED_SEQUENCE_ERROR
OWN = own_recordings()


def texts(*replays: Replay) -> str:
    told = [line for number, each in enumerate(replays, 1) for _, line in tell_replay(number, each, 200)]
    return "\n".join([head(), *told, total(replays)])


# --- what is right ---


@pytest.mark.requirement("M-01", "M-10")
@pytest.mark.parametrize("name", OWN)
def test_a_session_in_order_is_answered_as_it_was(name: str) -> None:
    """DIN and ISO 15118-2, DC and AC; a charger that asks to stop, a pause, and a car that comes back."""
    played = replay(OWN[name])
    assert played.judged == ()
    assert played.outcome is Outcome.SAME
    assert played.answers == len(OWN[name].lines) // 2
    assert played.right


@pytest.mark.requirement("R-55")
def test_a_person_may_take_three_minutes() -> None:
    """Ongoing as long as the car asks; then it is answered Finished, as it was recorded."""
    first, second = ready()[:2], ready()[2:4]
    slow = recording([*setup(), *first * 20, *second, *ready()[4:], *charging(), *parting()])
    stretched = changed(slow, lines=tuple(changed(each, at_us=each.at_us * 50) for each in slow.lines))
    assert stretched.lines[47].at_us - stretched.lines[8].at_us > 190_000_000
    assert replay(stretched).outcome is Outcome.SAME


def test_a_recording_that_ends_anywhere_is_right_as_far_as_it_goes() -> None:
    """Each message may be the last; a question that has no answer any more is asked all the same."""
    payloads = [*din_setup(), *din_parameters(), *cable_checks()]
    for end in range(1, len(payloads) + 1):
        played = replay(recording(payloads[:end]))
        assert played.right, texts(played)
        assert played.answers == end // 2


def test_a_car_that_speaks_nothing_of_ours_is_told_so() -> None:
    """As the recorded charger did; what it spoke is known only by that."""
    refusal = taken(Choice.FAILED_NO_NEGOTIATION, None)
    assert replay(recording([offer(), refusal])).outcome is Outcome.SAME
    assert replay(recording([offer("urn:of:nobody", 1), refusal])).outcome is Outcome.SAME


def test_surplus_bytes_of_a_car_change_nothing() -> None:
    """Some send one too many after ContractAuthenticationReq."""
    assert din_parameters()[0].endswith(b"\0")
    assert replay(OWN["DIN DC"]).right


# --- what differs ---


def session_with(number: int, payload: bytes) -> Recording:
    """The ISO session with one message of it changed."""
    payloads = whole_session()
    payloads[number] = payload
    return recording(payloads)


def test_a_difference_is_told_with_its_place_and_both_answers() -> None:
    """In the session's line, and in a line of its own."""
    told = i.SessionStopRes(response_code=i.ResponseCode.FAILED)
    played = replay(session_with(-1, iso(told)))
    assert played.outcome is Outcome.DIFFERS
    assert not played.right
    (judged,) = played.judged
    assert judged.found == Difference(
        66, 6_500_000, "ISO 15118-2", "SessionStop", "PowerDelivery(Stop)", "ResponseCode", "FAILED", "OK"
    )
    text = texts(played)
    assert "differs at message 66" in text
    assert (
        "! message 66 at 6.50 s, SessionStop after PowerDelivery(Stop): ResponseCode was FAILED, ours is OK"
        in text
    )
    assert text.endswith("1 session, 33 answers, 1 differ.")


def test_a_recorded_charger_of_another_session_differs() -> None:
    """Every answer after the first is of another id then."""
    payloads = whole_session()
    payloads[3] = iso(
        i.SessionSetupRes(response_code=i.ResponseCode.OK_NEW_SESSION, evse_id="x"), session=bytes([9] * 8)
    )
    played = replay(recording(payloads))
    assert [each.found.what for each in played.judged][:2] == ["SessionID", "ResponseCode"]
    assert played.judged[1].found.ours == "FAILED_UnknownSession"


def test_after_our_hanging_up_nothing_is_asked_any_more() -> None:
    """That it was, is one difference more; the rest is not compared."""
    payloads = [*setup(), *ready()[:4], *ready()[10:], *charging()]
    played = replay(recording(payloads))
    assert [each.found.what for each in played.judged] == ["ResponseCode", "connection"]
    assert played.answers == 7
    assert "PreCharge after Authorization: ResponseCode was OK, ours is FAILED_SequenceError" in texts(played)


def test_of_many_differences_the_first_are_told() -> None:
    """Where one thing is wrong it is wrong again and again."""
    payloads = whole_session()
    for number in range(23, 62, 2):
        payloads[number] = iso(supply(min(5 * (number - 23) // 2, 50), 1000), session=bytes(8))
    text = texts(replay(recording(payloads)))
    assert text.count("SessionID was 0000000000000000, ours is 0102030405060708") == 8
    assert "! and 12 differences more" in text


def test_what_differs_is_told_in_the_width_there_is() -> None:
    """Its words wrapped, the session's line whole."""
    told = i.SessionStopRes(response_code=i.ResponseCode.FAILED)
    lines = [line for _, line in tell_replay(1, replay(session_with(-1, iso(told))), 60)]
    assert max(map(len, lines[1:])) <= 60
    assert " ".join(" ".join(lines[1:]).split()).endswith("ResponseCode was FAILED, ours is OK")


# --- chargers with a mistake ---


class Wrong:
    """Our charger, with one thing done otherwise."""

    def __init__(self, config: SeccConfig, session_id: bytes, resume: PausedSession | None = None) -> None:
        self.secc = Secc(config, session_id, resume)

    def handle(self, event: SeccEvent, now: int) -> Sequence[SeccEffect]:
        return [kept for each in self.secc.handle(event, now) for kept in self.change(each)]

    def deadline(self) -> int | None:
        return self.secc.deadline()

    def change(self, effect: SeccEffect) -> list[SeccEffect]:
        raise NotImplementedError


class Twice(Wrong):
    def change(self, effect: SeccEffect) -> list[SeccEffect]:
        return [effect, effect] if isinstance(effect, Send) else [effect]


class Silent(Wrong):
    def change(self, effect: SeccEffect) -> list[SeccEffect]:
        return [] if isinstance(effect, Send) else [effect]


class Noisy(Wrong):
    def change(self, effect: SeccEffect) -> list[SeccEffect]:
        return [Send(effect.data[:8] + bytes(len(effect.data) - 8)) if isinstance(effect, Send) else effect]


class Hasty(Wrong):
    def change(self, effect: SeccEffect) -> list[SeccEffect]:
        return [CloseContactors(), effect] if isinstance(effect, HangUp) else [effect]


class Staying(Wrong):
    def change(self, effect: SeccEffect) -> list[SeccEffect]:
        return [] if isinstance(effect, HangUp) else [effect]


class Forgetful(Wrong):
    def change(self, effect: SeccEffect) -> list[SeccEffect]:
        return [HangUp(Gone.TERMINATED, effect.why) if isinstance(effect, HangUp) else effect]


class Weak(Wrong):
    def change(self, effect: SeccEffect) -> list[SeccEffect]:
        return [] if isinstance(effect, Supply) else [effect]


class Reckless(Wrong):
    def change(self, effect: SeccEffect) -> list[SeccEffect]:
        return [] if isinstance(effect, EmergencyOff) else [effect]


@pytest.mark.parametrize(
    ("charger", "name", "what", "ours"),
    [
        (Twice, "ISO DC", "message", "supportedAppProtocolRes, supportedAppProtocolRes"),
        (Silent, "DIN DC", "message", "no answer"),
        (Noisy, "ISO DC", "message", ""),
        (Hasty, "DIN DC", "power side", "CloseContactors in pilot state B"),
        (Hasty, "ISO AC", "contactors", "closed"),
        (Staying, "ISO DC", "connection", "open"),
        (Forgetful, "ISO AC, paused", "ending", "terminated"),
        (Weak, "ISO DC", "power side", "CloseContactors in place of Supply 400000 mV 0 mA"),
        (Reckless, "DIN DC, emergency", "power side", "contactors closed in trouble"),
    ],
)
def test_a_charger_with_a_mistake_is_found(charger: Any, name: str, what: str, ours: str) -> None:
    """In what it says, and in what it does not say but do."""
    first = replay(OWN[name], charger).judged[0]
    assert (first.found.what, first.entry) == (what, None)
    assert ours in first.found.ours


# --- the list ---


def test_what_stands_in_the_list_is_right_and_told() -> None:
    """With its clause and the reason; another answer of ours would not be covered."""
    refused = recording([*din_setup(), *din_parameters(), *cable_checks()[:2], *goodbye(REFUSED)])
    played = replay(refused)
    assert played.outcome is Outcome.LISTED
    assert played.right
    assert played.verdict.ending is Ending.IRREGULAR
    text = texts(played)
    assert "same but for the list" in text
    assert "V2G-DC-453" in text
    assert text.endswith("1 session, 9 answers, all right, 1 but for what is listed.")
    (judged,) = played.judged
    assert allowed(changed(judged.found, ours="FAILED")) is None
    assert allowed(changed(judged.found, after="ContractAuthentication")) is None
    assert allowed(changed(judged.found, number=3, at_us=0)) is judged.entry


def test_every_entry_has_a_clause_and_a_reason() -> None:
    """In sentences; and none stands there twice."""
    keys = [(each.protocol, each.after, each.subject, each.what, each.recorded) for each in DIFFERENCES]
    assert len(set(keys)) == len(keys)
    assert all(each.clause.rstrip("0123456789").endswith("-") for each in DIFFERENCES)
    assert all(each.reason.endswith(".") for each in DIFFERENCES)


# --- what cannot be played ---


def test_a_recording_without_a_beginning_is_not_played() -> None:
    """Nobody knows what was agreed before it."""
    for payloads in (whole_session()[10:], [iso(i.SessionStopRes(response_code=i.ResponseCode.OK))], []):
        played = replay(recording(payloads))
        assert (played.outcome, played.answers, played.right) == (Outcome.NOT_PLAYED, 0, True)
    assert "1 with nothing to compare" in texts(played)
    assert "0 answers, all right" in texts(played)


def test_an_irregular_recording_is_played_as_far_as_it_can_be() -> None:
    """A lost question, a lost answer, noise: counted, and the rest compared."""
    payloads = din_session()
    loop = 26
    assert replay(recording(payloads)).answers == 21
    lost_question = [*payloads[:loop], *payloads[loop + 1 :]]
    lost_answer = [*payloads[: loop + 1], *payloads[loop + 2 :]]
    for told, words in (
        (lost_question, "1 without a question"),
        (lost_answer, "1 without an answer"),
        ([*payloads[:loop], b"\x80\xff", *payloads[loop:]], "1 that cannot be read"),
    ):
        played = replay(recording(told))
        assert played.irregular == words
        assert played.right, texts(played)
        assert f"recording irregular: {words}" in texts(played)


@pytest.mark.parametrize("odd", [b"\x0a\x0b\x0c\x0d", b"", bytes(8)])
def test_a_charger_with_an_odd_session_id_is_played_with_ours(odd: bytes) -> None:
    """Some give 4 bytes; ours gives 8 that are not zero, and the car says what it said with those."""
    told = [din(protocols.read(Protocol.DIN, each).body, session=odd) for each in din_session()[3:]]
    played = replay(recording([*din_setup()[:3], *told]))
    assert (played.judged, played.answers) == ((), 21)
    assert f"session id {odd.hex().upper() or 'of no bytes'}, in place of which ours stands" in texts(played)


def test_a_recording_that_begins_with_slac_is_in_no_hurry() -> None:
    """The charger's timers count from the car's connecting, not from the first frame of the recorder's."""
    late = tuple(changed(each, at_us=each.at_us + 50_000_000) for each in OWN["DIN DC"].lines)
    assert replay(changed(OWN["DIN DC"], lines=late)).outcome is Outcome.SAME


EVERYTHING = [
    *{each.payload for one in OWN.values() for each in one.lines},
    taken(Choice.FAILED_NO_NEGOTIATION, 0),
    *charging(2, "EVSE_EmergencyShutdown"),
    *parting(i.ResponseCode.FAILED, pause=True),
    *goodbye(REFUSED),
    b"\x80",
    b"",
]


@given(st.lists(st.sampled_from(EVERYTHING), max_size=25), st.integers(0, 60_000_000), st.booleans())
def test_any_messages_in_any_order_have_an_outcome(payloads: list[bytes], step_us: int, whole: bool) -> None:
    """Nonsense too, be it ever so slow, alone or in the middle of a session."""
    session = whole_session()
    told = [*session[:20], *payloads, *session[20:]] if whole else [offer(), taken(), *payloads]
    lines = tuple(Line(number * step_us, 0x8001, each) for number, each in enumerate(told))
    played = replay(Recording("any", "", lines))
    assert texts(played)
    assert played.answers <= len(lines)
