"""The line to the car: what the station decides reaches its conversation, and the other way round."""

from dataclasses import replace

import pytest

from pilotline.links.v2g.line import CarConnected, CarGone, CarHangUp, FromCar, NoLines
from pilotline.station.clock import WallClock
from pilotline.station.digital import Talk
from pilotline.station.events import ChangeAvailability, LimitCurrent
from pilotline.vocabulary import faults
from pilotline.vocabulary.charger import Digital
from pilotline.vocabulary.pilot import PilotState
from pilotline.vocabulary.time import SECOND
from pilotline.wire.v2g import iso15118_2 as iso
from pilotline.wire.v2g.evcc.words import Ending
from pilotline.wire.v2g.iso15118_2_words import EvseNotification, EvseProcessing, ResponseCode
from support.station_bench import EVNET
from support.talk_bench import TalkBench

MODEL = replace(EVNET, rtm=replace(EVNET.rtm, digital=Digital(3_000)))


def bench() -> TalkBench:
    return TalkBench(MODEL)


# --- who is listened to ---------------------------------------------------------------------------


@pytest.mark.requirement("M-01")
def test_a_car_that_was_not_asked_is_not_listened_to() -> None:
    """Without a plug there is no 5 %: whoever connects then is hung up on."""
    it = bench()
    it.tell(CarConnected(1))
    assert it.hung_up == 1
    assert it.connector.digital.said is None


def test_a_car_that_calls_anew_has_lost_its_first_connection() -> None:
    """Both end, and the third call is a conversation."""
    it = bench()
    it.plug()
    it.run(SECOND)
    it.call()
    it.card()
    it.run(5 * SECOND)
    it.tell(CarConnected(1))
    assert it.hung_up == 1
    assert it.connector.digital.said is None
    it.run(SECOND)
    it.call()
    assert it.connector.digital.said is not None


def test_a_station_without_a_modem_hangs_up() -> None:
    """And says nothing else."""
    lines = NoLines()
    lines.handle(CarConnected(1), 0)
    assert lines.take_effects() == [CarHangUp(1)]
    assert lines.take_effects() == []
    lines.handle(FromCar(1, b"\x01"), 0)
    assert (lines.take_effects(), lines.look(0), lines.deadline()) == ([], (), None)
    assert lines.views(1, WallClock(1), 0) == ()


# --- what the car is told -------------------------------------------------------------------------


@pytest.mark.requirement("R-55", "R-53")
def test_the_car_is_let_in_when_the_start_is_on_the_disk() -> None:
    """A card that was accepted is not enough: until the record is durable the answer is: not yet."""
    it = bench()
    it.plug()
    it.run(SECOND)
    it.call()
    it.disk = 5 * SECOND
    it.card()
    it.run(4 * SECOND)
    assert it.last(iso.AuthorizationRes).evse_processing is not EvseProcessing.FINISHED
    it.run(2 * SECOND)
    assert it.last(iso.AuthorizationRes).evse_processing is EvseProcessing.FINISHED


@pytest.mark.requirement("M-01")
def test_the_limit_of_the_station_is_that_of_the_messages() -> None:
    """Before power, while it flows, and when it changes."""
    it = bench()
    it.tell(LimitCurrent(20_000))
    it.charge_by_messages()
    assert it.connector.digital.state is Talk.POWER
    told = it.last(iso.ChargeParameterDiscoveryRes).evse_charge_parameter
    assert isinstance(told, iso.AC_EVSEChargeParameter)
    assert told.evse_max_current.value * 10**told.evse_max_current.multiplier == 20
    it.tell(LimitCurrent(10_000))
    it.run(2 * SECOND)
    limit = it.last(iso.ChargingStatusRes).evse_max_current
    assert limit is not None
    assert limit.value * 10**limit.multiplier == pytest.approx(10)
    assert it.board.offer_ma == 10_000


@pytest.mark.requirement("M-01")
def test_a_station_that_goes_out_of_service_asks_the_car_to_stop() -> None:
    """A session goes on; it is the end of one that is told to the car."""
    it = bench()
    it.charge_by_messages()
    it.tell(ChangeAvailability(-1, 0, operative=False))
    it.run(3 * SECOND)
    status = it.last(iso.ChargingStatusRes).ac_evse_status
    assert status.evse_notification is EvseNotification.NONE
    it.ask("RemoteStopTransaction", transactionId=101)
    it.run(10 * SECOND)
    assert it.ending is not None
    assert it.ending.ending is Ending.TERMINATED
    assert it.rows[-1].text == '{"note": "terminated"}'


@pytest.mark.requirement("M-01")
@pytest.mark.parametrize(
    ("mask", "rcd"),
    [
        (faults.RCD, True),
        (faults.RCD_DC, True),
        (faults.EMERGENCY_STOP, False),
        (faults.UNDERVOLTAGE, False),
        (faults.OVERCURRENT, False),
    ],
)
def test_a_fault_is_told_to_the_car_and_it_lets_go(mask: int, rcd: bool) -> None:
    """The relay is open in that step; the next answer says why."""
    it = bench()
    it.charge_by_messages()
    it.board.faults = mask
    it.notice()
    assert not it.board.relay
    it.run(5 * SECOND)
    assert it.board.pilot is PilotState.B
    assert it.last(iso.ChargingStatusRes).ac_evse_status.rcd is rcd
    assert it.connector.digital.said is None


# --- what the station hears -----------------------------------------------------------------------


@pytest.mark.requirement("M-01")
def test_the_car_is_shown_as_far_as_it_has_told_of_itself() -> None:
    """What it wants and what it takes, phase by phase; who it is stands in its messages alone."""
    it = bench()
    it.plug()
    it.run(SECOND)
    it.call()
    said = it.connector.digital.said
    assert said is not None
    assert (said.protocol, said.phase, said.charges) == ("ISO 15118-2", "authorisation", False)
    it.card()
    it.run(5 * SECOND)
    said = it.connector.digital.said
    assert said is not None
    assert (said.phase, said.charges, said.wants_wh, said.max_current_ma) == (
        "charging",
        True,
        30_000,
        16_000,
    )


@pytest.mark.requirement("M-01")
def test_a_paused_session_is_joined_again() -> None:
    """V2G2-741: the car comes back with the number of its session, and need not be asked who it is."""
    it = bench()
    it.charge_by_messages()
    it.change(replace(it.wants, wants=False, pause=True))
    it.run(10 * SECOND)
    assert it.rows[-1].text == '{"note": "paused"}'
    assert it.car is not None
    it.call(it.car.session_id)
    it.run(3 * SECOND)
    assert it.last(iso.SessionSetupRes).response_code is ResponseCode.OK_OLD_SESSION
    assert it.connector.digital.state is Talk.POWER


@pytest.mark.requirement("M-01")
def test_sessions_have_numbers_of_their_own() -> None:
    """V2G2-751: none is given twice."""
    it, seen = bench(), set[bytes]()
    for _ in range(3):
        it.plug()
        it.run(SECOND)
        it.call()
        assert it.car is not None
        seen.add(it.car.session_id)
        it.unplug()
        it.run(10 * SECOND)
    assert len(seen) == 3
    assert bytes(8) not in seen


@pytest.mark.requirement("M-01")
def test_a_line_that_breaks_in_the_middle_takes_the_power_back() -> None:
    """The permit allows nothing in that step."""
    it = bench()
    it.charge_by_messages()
    assert it.board.offer_ma > 0
    it.tell(CarGone(1))
    assert it.board.offer_ma == 0
    assert it.rows[-1].text == '{"note": "car left"}'
