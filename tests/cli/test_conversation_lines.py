"""What a terminal shows of a conversation: each message once, repetitions counted, nothing lost."""

import pytest

from pilotline.cli.conversation_lines import ConversationLines
from pilotline.vocabulary.time import MS
from pilotline.wire.v2g import iso15118_2 as iso
from pilotline.wire.v2g import iso15118_2_words as words

ASK = iso.AuthorizationReq()
STOP = iso.SessionStopReq(charging_session=words.ChargingSession.TERMINATE)
STOPPED = iso.SessionStopRes(response_code=words.ResponseCode.OK)


def answer(done: bool) -> iso.AuthorizationRes:
    processing = words.EvseProcessing.FINISHED if done else words.EvseProcessing.ONGOING
    return iso.AuthorizationRes(response_code=words.ResponseCode.OK, evse_processing=processing)


def exchange(lines: ConversationLines, done: bool, at_ms: int) -> None:
    lines.ask(ASK, at_ms * MS)
    lines.answer(answer(done), at_ms * MS)


def shown(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Without the columns' spaces."""
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_a_question_and_its_answer_are_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    """With the seconds since the connection."""
    lines = ConversationLines()
    lines.begin(1_000 * MS)
    exchange(lines, False, 1_500)
    assert shown(capsys) == [
        "0.500 car Authorization asks whether it may charge",
        "0.500 charger Authorization not done yet",
    ]
    assert lines.messages == 2


def test_what_is_only_repeated_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """And the question that has another answer at last is shown before it, with its own time."""
    lines = ConversationLines()
    for at_ms in (0, 500, 1_000):
        exchange(lines, False, at_ms)
    exchange(lines, True, 1_500)
    assert shown(capsys) == [
        "0.000 car Authorization asks whether it may charge",
        "0.000 charger Authorization not done yet",
        "and 2 times the same",
        "1.500 car Authorization asks whether it may charge",
        "1.500 charger Authorization done",
    ]
    assert lines.messages == 8


def test_a_question_that_is_never_answered_is_shown_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """Before what ends the conversation."""
    lines = ConversationLines()
    for at_ms in (0, 500):
        exchange(lines, False, at_ms)
    lines.ask(ASK, 1_000 * MS)
    lines.plain("Silent: nothing came.")
    assert shown(capsys)[-3:] == [
        "and once the same",
        "1.000 car Authorization asks whether it may charge",
        "Silent: nothing came.",
    ]


def test_another_question_ends_the_counting(capsys: pytest.CaptureFixture[str]) -> None:
    """The order of what happened is kept, notes included."""
    lines = ConversationLines()
    for at_ms in (0, 500):
        exchange(lines, False, at_ms)
    lines.note("The pilot is in state C.", 600 * MS)
    lines.ask(STOP, 700 * MS)
    lines.answer(STOPPED, 700 * MS)
    assert shown(capsys)[-4:] == [
        "and once the same",
        "0.600 The pilot is in state C.",
        "0.700 car SessionStop ends the session",
        "0.700 charger SessionStop OK",
    ]


def test_the_next_conversation_begins_anew(capsys: pytest.CaptureFixture[str]) -> None:
    """Its first message is shown though it is that of the one before."""
    lines = ConversationLines()
    for begun_ms in (0, 10_000):
        lines.begin(begun_ms * MS)
        exchange(lines, True, begun_ms)
    assert len(shown(capsys)) == 4
    assert lines.messages == 2
