"""What a car and a station say to each other, for people."""

import json

from pilotline.links.v2g.conversation_log import KEPT, ConversationLog
from pilotline.station.clock import WallClock
from pilotline.wire.v2g import iso15118_2 as iso
from pilotline.wire.v2g.iso15118_2_words import ResponseCode
from pilotline.wire.v2g.protocols import Protocol

CLOCK = WallClock(1)


def test_a_question_and_its_answer_are_one_row_in_words() -> None:
    """With both bodies as JSON in the standard's own names."""
    log = ConversationLog(2)
    log.ask(Protocol.ISO2, iso.SessionSetupReq(evccid=bytes.fromhex("02AC50110001")), 5)
    (row,) = log.views(CLOCK)
    assert (row.connector, row.protocol, row.name, row.answer) == (2, "iso2", "SessionSetupReq", None)
    log.answer(iso.SessionSetupRes(response_code=ResponseCode.OK_NEW_SESSION, evse_id="ZZ00000"), 7)
    (row,) = log.views(CLOCK)
    assert row.sentence == "is 02:AC:50:11:00:01"
    assert json.loads(row.text) == {"EVCCID": "02AC50110001"}
    assert row.answer is not None
    assert (row.answer.name, row.answer.code) == ("SessionSetupRes", "OK_NewSessionEstablished")


def test_notes_stand_between_the_messages() -> None:
    """Without a name, and with their word as JSON, so that a page can say them in another language."""
    log = ConversationLog(1)
    log.note("car left", "The car closed the connection.", 3)
    (row,) = log.views(CLOCK)
    assert (row.name, row.sentence) == ("", "The car closed the connection.")
    assert json.loads(row.text) == {"note": "car left"}


def test_only_what_is_new_is_fetched() -> None:
    """Numbers count up and are never given twice."""
    log = ConversationLog(1)
    for _ in range(3):
        log.ask(Protocol.ISO2, iso.AuthorizationReq(), 0)
    assert [row.number for row in log.views(CLOCK, after=1)] == [2, 3]
    assert log.views(CLOCK, after=3) == []


def test_a_long_charge_does_not_push_the_beginning_out() -> None:
    """Of a question that comes again and again the oldest go; first and last of them stay."""
    log = ConversationLog(1)
    log.note("began", "The car began a conversation.", 0)
    log.ask(Protocol.ISO2, iso.SessionSetupReq(evccid=b"\x01"), 0)
    for at in range(3 * KEPT):
        log.ask(Protocol.ISO2, iso.ChargingStatusReq(), at)
    rows = log.views(CLOCK)
    assert len(rows) == KEPT
    assert [row.name for row in rows[:3]] == ["", "SessionSetupReq", "ChargingStatusReq"]
    assert rows[2].number == 3
    assert rows[-1].number == 3 * KEPT + 2


def test_conversations_of_a_few_words_each_make_room_for_the_next() -> None:
    """Where nothing repeats, the oldest goes."""
    log = ConversationLog(1)
    for at in range(KEPT + 10):
        log.note(f"note {at}", "A note.", at) if at % 2 else log.ask(None, iso.AuthorizationReq(), at)
    assert len(log.views(CLOCK)) == KEPT
    assert log.views(CLOCK)[0].number == 11


def test_times_are_unknown_until_the_clock_is() -> None:
    """No time is better than a wrong one."""
    log = ConversationLog(1)
    log.ask(Protocol.ISO2, iso.AuthorizationReq(), 0)
    assert log.views(CLOCK)[0].at is None
