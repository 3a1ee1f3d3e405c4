"""What holds for every conversation: identity, order, time, bytes, and how it ends."""

from dataclasses import replace

import pytest

from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.power_side import (
    CloseContactors,
    EmergencyOff,
    OpenContactors,
    StopSupply,
    Trouble,
)
from pilotline.vocabulary.time import MS, SECOND
from pilotline.wire.v2g import protocols
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.secc.core import STOP_US, Secc
from pilotline.wire.v2g.secc.phases import Phase
from pilotline.wire.v2g.secc.words import (
    Answered,
    Authorisation,
    CarClosed,
    Ending,
    Energy,
    HangUp,
    Heard,
    PilotSeen,
    Received,
    SeccConfig,
    Send,
    Wish,
)
from support.secc_bench import SESSION, SeccBench, frame
from support.v2g_questions import offer, offers

BOTH = pytest.mark.parametrize("protocol", list(Protocol))


# --- a whole session ---


@pytest.mark.requirement("M-01", "M-10")
@BOTH
def test_a_dc_session_from_first_to_last(protocol: Protocol) -> None:
    """Insulation is tested, the voltage is brought up, contactors close, current flows, and all is off."""
    bench = SeccBench(protocol).reach(Phase.CHARGE)
    bench.ask(bench.q.demand())
    bench.power(current_ma=100_000, voltage_mv=410_000)
    bench.send(bench.q.power("STOP"))
    bench.power(current_ma=0)
    bench.ask(bench.q.welding())
    assert bench.code(bench.q.stop()) == "OK"
    assert bench.hang_up.ending is Ending.TERMINATED
    said = [type(each).__name__ for each in bench.verbs]
    assert said == [
        "CheckInsulation",
        "PreCharge",
        "CloseContactors",
        "Supply",
        "StopSupply",
        "OpenContactors",
    ]


@pytest.mark.requirement("M-01")
def test_an_ac_session_from_first_to_last() -> None:
    bench = SeccBench(energy=Energy.AC).reach(Phase.CHARGE)
    bench.ask(bench.q.charging_status())
    bench.send(bench.q.power("STOP"))
    bench.power(contactors=False)
    bench.code(bench.q.stop())
    assert bench.hang_up.ending is Ending.TERMINATED
    assert bench.verbs == [CloseContactors(), OpenContactors()]


def test_whoever_listens_in_hears_every_question_and_every_answer() -> None:
    bench = SeccBench().reach(Phase.DISCOVERY)
    heard = [(each.protocol, type(each.body).__name__) for each in bench.effects if isinstance(each, Heard)]
    told = [type(each.body).__name__ for each in bench.effects if isinstance(each, Answered)]
    assert heard == [(None, "SupportedAppProtocolReq"), (Protocol.ISO2, "SessionSetupReq")]
    assert told == ["SupportedAppProtocolRes", "SessionSetupRes"]
    assert sum(isinstance(each, Send) for each in bench.effects) == 2


# --- identity ---


@BOTH
@pytest.mark.parametrize("said", [b"", b"\x00", bytes(6), bytes(8), b"\x09" * 8])
def test_a_session_is_opened_whatever_id_the_car_brings(protocol: Protocol, said: bytes) -> None:
    """Cars send 0, 1, 6 or 8 bytes, and old ids of other chargers; the session's id is ours."""
    bench = SeccBench(protocol).reach(Phase.SETUP)
    assert bench.code(bench.q.setup(), said) == "OK_NewSessionEstablished"
    sent = [each for each in bench.effects if isinstance(each, Send)][-1]
    assert protocols.read(protocol, sent.data[8:]).session_id == SESSION


@BOTH
@pytest.mark.parametrize("said", [b"", SESSION[:7], bytes(8), b"\x09" * 8])
def test_another_sessions_id_ends_it(protocol: Protocol, said: bytes) -> None:
    """V2G2-539, V2G-DC-391: FAILED_UnknownSession, and the connection is closed."""
    bench = SeccBench(protocol).reach(Phase.DISCOVERY)
    assert bench.code(bench.q.discovery(), said) == "FAILED_UnknownSession"
    assert bench.hang_up.ending is Ending.REFUSED


@pytest.mark.parametrize("session_id", [b"", bytes(8), b"1234567"])
def test_a_session_id_of_ours_has_eight_bytes_and_is_not_zero(session_id: bytes) -> None:
    with pytest.raises(ValueError, match="8 bytes"):
        Secc(SeccConfig(), session_id)


@pytest.mark.parametrize(
    "config",
    [SeccConfig(evse_id="DE*1"), SeccConfig(evse_id="D" * 38), SeccConfig(meter_id="M" * 33)],
)
def test_an_id_that_no_message_can_hold_is_refused_at_once(config: SeccConfig) -> None:
    with pytest.raises(ValueError, match="characters"):
        Secc(config, SESSION)


# --- order ---


@BOTH
def test_a_question_out_of_order_gets_its_own_answer_and_the_end(protocol: Protocol) -> None:
    """V2G2-538, V2G-DC-390: the matching response with FAILED_SequenceError."""
    bench = SeccBench(protocol).reach(Phase.AUTHORISATION)
    answer = bench.ask(bench.q.demand())
    assert (type(answer).__name__, answer.response_code.value) == ("CurrentDemandRes", "FAILED_SequenceError")
    assert bench.hang_up.ending is Ending.REFUSED


def test_a_second_session_setup_is_out_of_order() -> None:
    bench = SeccBench().reach(Phase.SELECTION)
    assert bench.code(bench.q.setup()) == "FAILED_SequenceError"


@BOTH
def test_power_without_a_cable_check_is_out_of_order(protocol: Protocol) -> None:
    bench = SeccBench(protocol).reach(Phase.CABLE_CHECK)
    assert bench.code(bench.q.power()) == "FAILED_SequenceError"
    assert bench.verbs == [OpenContactors()]


@BOTH
@pytest.mark.parametrize(
    "phase",
    [
        Phase.DISCOVERY,
        Phase.SELECTION,
        Phase.AUTHORISATION,
        Phase.PARAMETERS,
        Phase.CABLE_CHECK,
        Phase.PRE_CHARGE,
        Phase.PRE_CHARGED,
        Phase.WELDING,
    ],
)
def test_a_car_may_end_its_session_wherever_it_does_not_charge(protocol: Protocol, phase: Phase) -> None:
    """Some leave after the parameters, some out of the cable check."""
    bench = SeccBench(protocol).reach(phase)
    assert bench.code(bench.q.stop()) == "OK"
    assert bench.hang_up.ending is Ending.TERMINATED


def test_a_charging_car_has_to_stop_its_power_first() -> None:
    bench = SeccBench().reach(Phase.CHARGE)
    assert bench.code(bench.q.stop()) == "FAILED_SequenceError"


def test_an_answer_is_nothing_that_a_car_asks() -> None:
    bench = SeccBench().reach(Phase.DISCOVERY)
    bench.send(bench.q.m.SessionStopRes(response_code=bench.q.w.ResponseCode.OK))
    assert bench.hang_up.ending is Ending.UNREADABLE


# --- time ---


def test_no_timer_runs_before_the_first_event() -> None:
    assert Secc(SeccConfig(), SESSION).deadline() is None


@pytest.mark.parametrize("phase", [Phase.CHOICE, Phase.SETUP])
def test_a_car_has_18_s_to_open_a_session(phase: Phase) -> None:
    """V2G_SECC_CommunicationSetup_Performance_Time, however busily it talks."""
    bench = SeccBench().reach(phase)
    assert not [each for each in bench.wait(18 * SECOND - bench.now) if isinstance(each, HangUp)]
    bench.wait(100 * MS)
    assert bench.hang_up == HangUp(Ending.SILENT, "No session within 18 s.")


@pytest.mark.parametrize("phase", [Phase.DISCOVERY, Phase.PRE_CHARGED, Phase.CHARGE, Phase.WELDING])
def test_a_car_that_says_nothing_for_60_s_is_left(phase: Phase) -> None:
    """V2G_SECC_Sequence_Timeout counts from our last answer."""
    bench = SeccBench().reach(phase)
    bench.wait(60 * SECOND - bench.now + bench.secc._idle_since - 1)
    assert not bench.secc.ended
    bench.wait(1)
    assert bench.hang_up == HangUp(Ending.SILENT, "The car said nothing for 60 s.")


def test_half_a_message_is_no_message() -> None:
    """A car that drips bytes is as silent as one that sends none."""
    bench = SeccBench().reach(Phase.DISCOVERY)
    begun = bench.now
    data = frame(protocols.write(Protocol.ISO2, SESSION, bench.q.discovery()))[:-1]
    for byte in data[:7]:
        bench.hand(Received(bytes([byte])), 8 * SECOND)
    bench.wait(begun + 60 * SECOND - bench.now)
    assert bench.hang_up.ending is Ending.SILENT


# --- bytes ---


def test_bytes_may_be_cut_anywhere() -> None:
    bench = SeccBench().reach(Phase.DISCOVERY)
    data = frame(protocols.write(Protocol.ISO2, SESSION, bench.q.discovery()))
    said = [bench.hand(Received(bytes([byte])), 1 * MS) for byte in data]
    assert not any(said[:-1])
    assert bench.secc.phase is Phase.SELECTION


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n", frame(b"\x80\xff\xff\xff"), frame(b"")])
def test_bytes_that_are_no_message_end_it(data: bytes) -> None:
    bench = SeccBench().reach(Phase.DISCOVERY)
    bench.hand(Received(data))
    assert bench.hang_up.ending is Ending.UNREADABLE


def test_payloads_of_other_types_are_passed_over() -> None:
    """ISO 15118-2 §7.8.3: a receiver ignores a type that it does not know."""
    bench = SeccBench().reach(Phase.DISCOVERY)
    question = frame(protocols.write(Protocol.ISO2, SESSION, bench.q.discovery()))
    bench.hand(Received(frame(b"\x01\x02", 0x8002) + frame(b"", 0xABCD) + question))
    assert bench.secc.phase is Phase.SELECTION


def test_a_surplus_zero_byte_does_no_harm() -> None:
    """Some cars put one behind ContractAuthenticationReq."""
    bench = SeccBench(Protocol.DIN).reach(Phase.AUTHORISATION)
    payload = protocols.write(Protocol.DIN, SESSION, bench.q.authorisation())
    bench.hand(Received(frame(payload + b"\x00")))
    assert isinstance(bench.effects[-1], Answered)


def test_a_second_question_waits_until_the_first_is_answered() -> None:
    bench = SeccBench().reach(Phase.PRE_CHARGED)
    asks = [bench.q.power(), bench.q.demand()]
    both = b"".join(frame(protocols.write(Protocol.ISO2, SESSION, each)) for each in asks)
    assert not [each for each in bench.hand(Received(both)) if isinstance(each, Answered)]
    said = bench.power(contactors=True)
    assert [type(each.body).__name__ for each in said if isinstance(each, Answered)] == [
        "PowerDeliveryRes",
        "CurrentDemandRes",
    ]


def test_a_car_that_sends_on_and_on_is_left() -> None:
    """What waits behind an open question has an end."""
    bench = SeccBench().reach(Phase.PRE_CHARGED)
    bench.send(bench.q.power())
    for _ in range(5):
        bench.hand(Received(bytes(8_192)), 1 * MS)
    assert bench.hang_up.ending is Ending.UNREADABLE


# --- ends ---


def test_a_car_that_closes_the_connection_ends_it() -> None:
    bench = SeccBench().reach(Phase.CHARGE)
    bench.ask(bench.q.demand())
    bench.hand(CarClosed())
    assert bench.hang_up.ending is Ending.CAR_LEFT


def test_after_the_end_nothing_is_said() -> None:
    bench = SeccBench().reach(Phase.DISCOVERY)
    bench.hand(CarClosed())
    assert bench.send(bench.q.discovery(), SESSION) == []
    assert bench.power(trouble=Trouble.EMERGENCY) == []


def test_what_the_car_has_told_ends_with_no_charging() -> None:
    bench = SeccBench().reach(Phase.CHARGE)
    assert bench.secc.car.charges
    bench.hand(CarClosed())
    assert bench.told[-1] == replace(bench.secc.car, charges=False)


@BOTH
def test_pulling_the_plug_switches_off_at_once(protocol: Protocol) -> None:
    bench = SeccBench(protocol).reach(Phase.CHARGE)
    bench.ask(bench.q.demand())
    bench.hand(PilotSeen(PilotState.A))
    assert bench.verbs[-1] == EmergencyOff()
    assert bench.hang_up.ending is Ending.CAR_LEFT


# --- the station's wishes ---


@BOTH
def test_a_station_that_wants_to_stop_asks_the_car(protocol: Protocol) -> None:
    """EVSE_Shutdown and StopCharging, and OK: the car ends in order."""
    bench = SeccBench(protocol).reach(Phase.CHARGE)
    bench.hand(Wish.STOP)
    status = bench.ask(bench.q.demand()).dc_evse_status
    assert status.evse_status_code.value == "EVSE_Shutdown"
    assert status.evse_notification.value == "StopCharging"
    bench.hand(Wish.NONE)
    status = bench.ask(bench.q.demand()).dc_evse_status
    assert (status.evse_status_code.value, status.evse_notification.value) == ("EVSE_Ready", "None")


def test_a_car_that_does_not_stop_is_refused_in_the_end() -> None:
    bench = SeccBench().reach(Phase.CHARGE)
    bench.hand(Wish.STOP)
    for _ in range(STOP_US // SECOND - 1):
        assert bench.ask(bench.q.demand(), after=SECOND).response_code.value == "OK"
    assert bench.ask(bench.q.demand(), after=2 * SECOND).response_code.value == "FAILED"
    assert bench.hang_up.ending is Ending.REFUSED


def test_a_wish_that_was_taken_back_leaves_no_timer_behind() -> None:
    bench = SeccBench().reach(Phase.CHARGE)
    for wish in (Wish.STOP, Wish.NONE, Wish.STOP):
        bench.hand(wish)
        bench.ask(bench.q.demand(), after=40 * SECOND)
    assert bench.secc.phase is Phase.CHARGE


def test_a_car_may_still_end_in_order_then() -> None:
    bench = SeccBench().reach(Phase.CHARGE)
    bench.hand(Wish.STOP)
    bench.ask(bench.q.demand(), after=30 * SECOND)
    assert bench.ask(bench.q.power("STOP"), after=40 * SECOND).response_code.value == "OK"
    assert bench.code(bench.q.stop()) == "OK"
    assert bench.hang_up.ending is Ending.TERMINATED


@BOTH
def test_no_power_is_given_while_the_station_wants_to_stop(protocol: Protocol) -> None:
    bench = SeccBench(protocol).reach(Phase.PRE_CHARGED)
    bench.hand(Wish.STOP)
    assert bench.code(bench.q.power()) == "FAILED_PowerDeliveryNotApplied"
    assert CloseContactors() not in bench.verbs


def test_no_power_is_given_while_nobody_lets_it() -> None:
    """The permission was there, and is asked for anew."""
    bench = SeccBench().reach(Phase.PRE_CHARGED)
    bench.hand(Authorisation.WAITING)
    assert bench.code(bench.q.power()) == "FAILED_PowerDeliveryNotApplied"


def test_a_permission_taken_back_is_a_wish_to_stop() -> None:
    bench = SeccBench().reach(Phase.CHARGE)
    bench.hand(Authorisation.REFUSED)
    notification = bench.ask(bench.q.demand()).dc_evse_status.evse_notification
    assert notification.value == "StopCharging"


# --- trouble ---


@BOTH
@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (Trouble.EMERGENCY, "EVSE_EmergencyShutdown"),
        (Trouble.MALFUNCTION, "EVSE_Malfunction"),
        (Trouble.UTILITY, "EVSE_UtilityInterruptEvent"),
    ],
)
def test_trouble_is_told_in_the_next_answer(protocol: Protocol, trouble: Trouble, code: str) -> None:
    """The power is off at once; the car hears why, and gets the chance to end in order."""
    bench = SeccBench(protocol).reach(Phase.CHARGE)
    bench.ask(bench.q.demand())
    assert bench.power(trouble=trouble, current_ma=0) == [EmergencyOff()]
    answer = bench.ask(bench.q.demand())
    assert (answer.response_code.value, answer.dc_evse_status.evse_status_code.value) == ("OK", code)
    assert bench.code(bench.q.power("STOP")) == "OK"
    assert bench.code(bench.q.stop()) == "OK"
    assert bench.verbs[-1] == EmergencyOff()
    assert bench.hang_up.ending is Ending.TERMINATED


def test_trouble_that_goes_away_does_not_bring_the_power_back() -> None:
    bench = SeccBench().reach(Phase.CHARGE)
    bench.power(trouble=Trouble.MALFUNCTION)
    bench.power(trouble=Trouble.NONE)
    status = bench.ask(bench.q.demand()).dc_evse_status
    assert status.evse_status_code.value == "EVSE_Malfunction"
    assert bench.verbs[-1] == EmergencyOff()


def test_a_car_that_does_not_heed_it_is_left() -> None:
    bench = SeccBench().reach(Phase.CHARGE)
    bench.power(trouble=Trouble.EMERGENCY)
    bench.ask(bench.q.demand(), after=50 * SECOND)
    assert bench.ask(bench.q.demand(), after=20 * SECOND).response_code.value == "FAILED"
    assert bench.hang_up.ending is Ending.BROKE_OFF


@pytest.mark.parametrize("phase", [Phase.CABLE_CHECK, Phase.PRE_CHARGE, Phase.PRE_CHARGED])
def test_before_the_charge_loop_trouble_refuses(phase: Phase) -> None:
    bench = SeccBench().reach(phase)
    bench.power(trouble=Trouble.MALFUNCTION)
    ask = {
        Phase.CABLE_CHECK: bench.q.cable_check,
        Phase.PRE_CHARGE: bench.q.pre_charge,
        Phase.PRE_CHARGED: bench.q.power,
    }[phase]
    assert bench.code(ask()).startswith("FAILED")
    assert bench.hang_up.ending is Ending.BROKE_OFF


def test_trouble_that_is_over_before_any_power_is_forgotten() -> None:
    """Nothing was on; the session goes on."""
    bench = SeccBench().reach(Phase.AUTHORISATION)
    bench.power(trouble=Trouble.UTILITY)
    bench.power(trouble=Trouble.NONE)
    bench.reach(Phase.CHARGE)
    assert bench.secc.car.charges


def test_a_stop_under_way_is_not_a_car_that_leaves() -> None:
    """The car goes to state B while PowerDelivery(Stop) waits for the current to fall."""
    bench = SeccBench().reach(Phase.CHARGE)
    bench.ask(bench.q.demand())
    bench.power(current_ma=50_000)
    bench.send(bench.q.power("STOP"))
    bench.hand(PilotSeen(PilotState.B))
    assert bench.verbs[-1] == StopSupply()
    said = bench.power(current_ma=500)
    assert [each.body.response_code.value for each in said if isinstance(each, Answered)] == ["OK"]  # pyright: ignore[reportAttributeAccessIssue]


def test_the_first_word_of_a_car_is_its_offer() -> None:
    bench = SeccBench()
    answer = protocols.write_choice(bench.ask(offers(offer(Protocol.ISO2.uri))))
    other = SeccBench()
    other.hand(Received(frame(answer)))
    assert other.hang_up.ending is Ending.UNREADABLE
