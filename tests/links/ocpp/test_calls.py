"""The table of what the backend may ask: complete, and every word of the station is an answer."""

import pytest

from pilotline.links.ocpp.calls import HANDLERS, WHEN_ACCEPTED, configuration
from pilotline.links.ocpp.upkeep_calls import UPKEEP
from pilotline.station.events import KeyReading, KeysRead
from pilotline.vocabulary.status import ListStatus, ReservationStatus
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.words import AcceptStatus, ClearProfileStatus, ConfigurationStatus, ProfileStatus

ELSEWHERE = {"TriggerMessage"}
"""Answered by the link itself."""
WORDS = {
    "ChangeConfiguration": [word.value for word in ConfigurationStatus],
    "RemoteStartTransaction": [word.value for word in AcceptStatus],
    "RemoteStopTransaction": [word.value for word in AcceptStatus],
    "DataTransfer": ["Accepted", "Rejected"],
    "Reset": [word.value for word in AcceptStatus],
    "ReserveNow": [word.value for word in ReservationStatus],
    "CancelReservation": [word.value for word in AcceptStatus],
    "SendLocalList": [word.value for word in ListStatus],
    "SetChargingProfile": [word.value for word in ProfileStatus],
    "ClearChargingProfile": [word.value for word in ClearProfileStatus],
    "GetCompositeSchedule": ["Rejected"],
    "GetLocalListVersion": ["-1", "0", "7"],
}


def test_every_action_a_backend_may_send_is_served() -> None:
    """A message without a handler would be a hanging call."""
    central = {row.name for row in v16.ACTIONS.values() if v16.Role.CENTRAL_SYSTEM in row.senders}
    assert HANDLERS.keys() | UPKEEP.keys() == central - ELSEWHERE
    assert not HANDLERS.keys() & UPKEEP.keys()
    assert HANDLERS.keys() >= WHEN_ACCEPTED


@pytest.mark.parametrize(("action", "word"), [(a, w) for a, words in WORDS.items() for w in words])
def test_every_word_of_the_station_is_an_answer(action: str, word: str) -> None:
    """Of the type the action has, and one that can be encoded."""
    answer = HANDLERS[action].answer(word)
    assert type(answer) is v16.ACTIONS[action].answer
    assert word.encode() in v16.encode_checked(answer)


def test_configuration_is_not_answered_with_a_word() -> None:
    """Its answer is a list of keys; a word there is a mistake of ours."""
    with pytest.raises(AssertionError, match="KeysRead"):
        HANDLERS["GetConfiguration"].answer("Accepted")


def test_empty_lists_are_left_out() -> None:
    """Nothing known, nothing unknown: neither field is there."""
    assert v16.encode_checked(configuration(KeysRead(1, (), ()))) == b"{}"


def test_a_key_keeps_its_text() -> None:
    """As the table shows it."""
    answer = configuration(KeysRead(1, (KeyReading("c_MainFuseLimit", "600", readonly=False),), ("x",)))
    assert answer.configuration_key == (v16.KeyValue("c_MainFuseLimit", False, "600"),)
    assert answer.unknown_key == ("x",)
