"""The charger around a replayed conversation: what was true when an answer was recorded is true again."""

from collections.abc import Sequence

import pytest

from pilotline.links.v2g.exchanges import Exchange, pair, read
from pilotline.links.v2g.recording import Line, Recording
from pilotline.links.v2g.replay_stage import LOCAL_ID, NO_LIMITS, Stage
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.power_side import (
    AcLimits,
    CheckInsulation,
    CloseContactors,
    DcLimits,
    EmergencyOff,
    Insulation,
    OpenContactors,
    PowerState,
    StopSupply,
    Supply,
    Trouble,
)
from pilotline.wire.v2g.app_protocol import ResponseCode as Choice
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.secc.words import Authorisation, Energy, PausedSession, PilotSeen, SeccEvent, Wish
from support.recorded import SESSION, charging, offer, ready, setup, taken, whole_session
from support.recorded_din import ac_session, din_session, din_setup


def exchanges_of(payloads: Sequence[bytes]) -> list[Exchange]:
    lines = tuple(Line(number * 100_000, 0x8001, each) for number, each in enumerate(payloads))
    return pair(read(Recording("a session", "", lines))[0])


def told(payloads: Sequence[bytes], subject: str, which: int = 0) -> tuple[Stage, list[SeccEvent]]:
    """The stage after all up to that question's before; and what it has told for that one."""
    exchanges = exchanges_of(payloads)
    stage = Stage(exchanges)
    left = which
    for each in exchanges:
        events = list(stage.before(each))
        if each.subject == subject:
            if left == 0:
                return stage, events
            left -= 1
        list(stage.after(each))
    raise AssertionError(f"{subject} does not come so often.")


# --- what is known before the first question ---


def test_the_outlet_is_that_of_the_recording() -> None:
    """Its protocol, its current, its id, what it costs, its meter, and the session's id."""
    stage = Stage(exchanges_of(whole_session()))
    config = stage.config
    assert (config.energy, config.protocols) == (Energy.DC, (Protocol.ISO2,))
    assert (config.evse_id, config.free, config.receipts, config.meter_id) == (
        "DE*PNX*E1*1",
        True,
        False,
        "m",
    )
    assert stage.session_id == SESSION
    assert stage.resume is None
    assert stage.power.limits == DcLimits(500_000, 100_000, 30_000, 150_000, 0)
    assert Stage(exchanges_of(din_session())).config.protocols == (Protocol.DIN,)


def test_a_wallbox_is_one() -> None:
    """Its limits are per phase; what the power side is told first stands before the first question."""
    stage = Stage(exchanges_of(ac_session()))
    assert stage.config.energy is Energy.AC
    assert stage.power.limits == AcLimits(230_000, 16_000, 3)
    assert list(stage.begin()) == [stage.power, PilotSeen(PilotState.B), Authorisation.WAITING]


def test_a_charger_that_took_no_protocol_speaks_none_that_was_offered() -> None:
    """Both, where the answer is missing."""
    refused = Stage(exchanges_of([offer(), taken(Choice.FAILED_NO_NEGOTIATION, None)]))
    assert refused.config.protocols == (Protocol.DIN,)
    assert Stage(exchanges_of([offer()])).config.protocols == (Protocol.DIN, Protocol.ISO2)


def test_a_recording_that_ends_early_leaves_much_unknown() -> None:
    """No session id, no limits."""
    stage = Stage(exchanges_of(setup()[:2]))
    assert (stage.session_id, stage.odd_id, stage.power.limits) == (LOCAL_ID, None, NO_LIMITS)


def test_a_session_that_is_joined_again_was_paused_before() -> None:
    """With the same id, by the same car."""
    stage = Stage(exchanges_of(ac_session(joined=True)))
    assert stage.resume == PausedSession(SESSION, bytes.fromhex("0a0b0c0d0e0f"), Protocol.ISO2)


# --- the power side ---


def test_no_insulation_is_valid_that_nobody_asked_to_test() -> None:
    """Though the recorded charger calls it so."""
    stage, _ = told(whole_session(), "CableCheck", 1)
    assert stage.power.insulation is Insulation.UNTESTED


def test_a_test_lasts_as_long_as_it_did_then() -> None:
    """Ongoing is TESTING, even where the charger calls the insulation valid already."""
    exchanges = exchanges_of(din_session())
    stage = Stage(exchanges)
    found: list[Insulation] = []
    for each in exchanges:
        list(stage.before(each))
        if each.subject == "CableCheck":
            list(stage.obey(CheckInsulation(470_000)))
            found.append(stage.power.insulation)
    assert found == [Insulation.TESTING, Insulation.TESTING, Insulation.VALID]


def test_voltage_current_limit_and_register_are_those_of_the_answer() -> None:
    """They are told before the question comes, and only when they have changed."""
    stage, events = told(whole_session(), "CurrentDemand", 3)
    assert events == [stage.power]
    power = stage.power
    assert (power.voltage_mv, power.current_ma, power.energy_wh) == (395_000, 15_000, 1003)
    assert power.limits == DcLimits(500_000, 100_000, 30_000, 150_000, 0)
    _, again = told(whole_session(), "SessionStop")
    assert again == []


def test_contactors_do_what_they_are_told() -> None:
    """And nothing else closes them; opened, no current flows."""
    stage, _ = told(whole_session(), "CurrentDemand", 3)
    assert not stage.power.contactors
    (closed,) = stage.obey(CloseContactors())
    assert isinstance(closed, PowerState)
    assert closed.contactors
    assert list(stage.obey(CloseContactors())) == []
    assert list(stage.obey(Supply(400_000, 15_000))) == []
    (stopped,) = stage.obey(StopSupply())
    assert isinstance(stopped, PowerState)
    assert (stopped.contactors, stopped.current_ma) == (True, 0)
    list(stage.obey(OpenContactors()))
    assert not stage.power.contactors
    list(stage.obey(CloseContactors()))
    list(stage.obey(EmergencyOff()))
    assert not stage.power.contactors


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        ("EVSE_EmergencyShutdown", Trouble.EMERGENCY),
        ("EVSE_Malfunction", Trouble.MALFUNCTION),
        ("EVSE_UtilityInterruptEvent", Trouble.UTILITY),
        ("EVSE_Shutdown", Trouble.NONE),
    ],
)
def test_a_charger_in_trouble_is_one_again(code: str, trouble: Trouble) -> None:
    """By the status that it told."""
    stage, _ = told([*setup(), *ready(), *charging(2, code)], "CurrentDemand", 1)
    assert stage.power.trouble is trouble


# --- wishes, people, and the pilot ---


def test_somebody_lets_the_car_charge_when_somebody_did() -> None:
    """Before the question that was answered Finished."""
    _, first = told(whole_session(), "Authorization")
    _, second = told(whole_session(), "Authorization", 1)
    assert first == []
    assert second == [Authorisation.GRANTED]


def test_a_charger_that_asked_to_stop_wishes_it() -> None:
    """Once."""
    _, events = told(din_session(stop="EVSE_Shutdown"), "CurrentDemand", 4)
    assert Wish.STOP in events
    _, later = told(din_session(stop="EVSE_Shutdown"), "PowerDelivery", 1)
    assert later == []


def test_the_pilot_goes_to_c_and_back() -> None:
    """A DC car before the cable check until it has asked to stop, an AC car from its asking for power."""
    for payloads, first in ((din_session(), "CableCheck"), (ac_session(), "PowerDelivery")):
        exchanges = exchanges_of(payloads)
        stage = Stage(exchanges)
        seen: list[tuple[str, PilotState]] = []
        for each in exchanges:
            events = [*stage.before(each), *stage.after(each)]
            seen += [(each.subject, event.state) for event in events if isinstance(event, PilotSeen)]
        assert seen == [(first, PilotState.C), ("PowerDelivery", PilotState.B)]


def test_a_question_without_an_answer_changes_nothing() -> None:
    """Nobody knows what was true then."""
    exchanges = exchanges_of(din_setup()[:-1])
    stage = Stage(exchanges)
    assert exchanges[-1].answer is None
    assert list(stage.before(exchanges[-1])) == []
