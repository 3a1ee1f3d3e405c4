"""Whether a car is asked to talk, and what its permit then allows."""

from dataclasses import replace

import pytest

from pilotline.station.digital import Talk
from pilotline.station.events import CarSaid, LimitCurrent, StopCharging
from pilotline.vocabulary.board import Permit, Withdraw
from pilotline.vocabulary.car import CarTalk
from pilotline.vocabulary.charger import Digital
from pilotline.vocabulary.pilot import PilotState, Signalling
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.time import MS, SECOND
from support.station_bench import EVNET, StationBench

MODEL = replace(EVNET, rtm=replace(EVNET.rtm, digital=Digital(3_000)))
"""A station of one connector, with a modem."""
TALK = CarTalk("ISO 15118-2", "authorisation")
DIGITAL, NOMINAL = Signalling.DIGITAL, Signalling.NOMINAL


def bench(**keys: bool | int) -> StationBench:
    return StationBench(MODEL, stored={"c_Iso15118": True, **keys})


def says(it: StationBench, *, power: bool = False) -> None:
    it.tell(CarSaid(1, TALK, power))


def ends(it: StationBench, *, in_order: bool) -> None:
    it.tell(CarSaid(1, in_order=in_order))


def charging() -> StationBench:
    """A car that talks and has asked for power."""
    it = bench()
    it.plug()
    it.run(SECOND)
    says(it)
    it.card()
    it.run(SECOND)
    says(it, power=True)
    it.show(PilotState.C)
    it.run(SECOND)
    return it


def permits(it: StationBench) -> list[tuple[Signalling, int]]:
    """The permits given, each once in a row."""
    told = [(m.signalling, m.offer_ma) for _, m in it.to_board() if isinstance(m, Permit)]
    return [permit for n, permit in enumerate(told) if n == 0 or told[n - 1] != permit]


# --- asking to talk -------------------------------------------------------------------------------


@pytest.mark.requirement("M-01")
def test_a_plug_is_enough_to_be_asked_and_power_needs_a_session_and_a_wish() -> None:
    """5 % with an offer of nothing, until somebody may charge and the car has asked."""
    it = bench()
    it.plug()
    it.run(5 * SECOND)
    assert permits(it) == [(DIGITAL, 0)]
    says(it, power=True)
    it.run(SECOND)
    assert permits(it) == [(DIGITAL, 0)]
    it.card()
    it.run(SECOND)
    assert permits(it) == [(DIGITAL, 0), (DIGITAL, 32_000)]


@pytest.mark.requirement("M-01")
def test_a_session_alone_gives_no_power_to_a_car_that_talks() -> None:
    """What was agreed comes before what is permitted."""
    it = bench()
    it.plug()
    it.run(SECOND)
    says(it)
    it.card()
    it.run(10 * SECOND)
    assert it.connector.digital.state is Talk.AGREEING
    assert permits(it) == [(DIGITAL, 0)]


@pytest.mark.requirement("M-01")
@pytest.mark.parametrize("seconds", [20, 40])
def test_silence_is_waited_for_as_long_as_the_key_says(seconds: int) -> None:
    """Then the duty cycle alone, for the rest of this plug-in; the next one is asked again."""
    it = bench(c_Iso15118Wait=seconds)
    it.card()
    it.plug()
    it.run(seconds * SECOND - 100 * MS)
    assert it.connector.digital.state is Talk.AWAITED
    it.run(SECOND)
    assert it.connector.digital.state is Talk.NONE
    assert permits(it)[-1] == (NOMINAL, 32_000)
    it.unplug()
    it.run(60 * SECOND)
    it.plug()
    it.run(SECOND)
    assert permits(it)[-1] == (DIGITAL, 0)


def test_the_wait_begins_when_the_car_can_see_the_five_percent() -> None:
    """A board that takes its time to be ready takes none of the car's."""
    it = bench()
    it.board.ready = False
    it.plug()
    it.run(60 * SECOND)
    it.board.ready = True
    it.notice()
    it.run(39 * SECOND)
    assert it.connector.digital.state is Talk.AWAITED


# --- a conversation's end -------------------------------------------------------------------------


@pytest.mark.requirement("M-01")
def test_a_car_that_ends_without_having_charged_is_not_asked_again() -> None:
    """The duty cycle is its way, in this plug-in."""
    it = bench()
    it.plug()
    it.run(SECOND)
    says(it)
    ends(it, in_order=True)
    assert it.connector.digital.state is Talk.NONE
    assert any(isinstance(message, Withdraw) for _, message in it.to_board())


@pytest.mark.requirement("M-01")
def test_a_conversation_that_ended_in_order_leaves_the_door_open() -> None:
    """5 % stays for as long as the session does; then the pilot rests."""
    it = charging()
    it.show(PilotState.B)
    ends(it, in_order=True)
    it.run(300 * SECOND)
    assert it.connector.digital.state is Talk.OVER
    assert permits(it)[-1] == (DIGITAL, 0)
    it.tell(StopCharging(1, role=Role.OPERATOR))
    it.run(20 * SECOND)
    assert it.connector.session is None
    assert it.connector.digital.state is Talk.NONE
    it.card()
    it.run(SECOND)
    assert it.connector.digital.state is Talk.AWAITED


@pytest.mark.requirement("M-01")
def test_one_that_breaks_is_waited_for_once_more() -> None:
    """A car may dial again; one that does not is charged by the duty cycle."""
    it = charging()
    ends(it, in_order=False)
    it.run(SECOND)
    assert it.connector.digital.state is Talk.AWAITED
    assert permits(it)[-1] == (DIGITAL, 0)
    it.run(41 * SECOND)
    assert permits(it)[-1] == (NOMINAL, 32_000)


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.requirement("M-01", "R-48")
def test_a_lower_limit_is_in_force_at_once() -> None:
    """As by the duty cycle; the car hears of it in its next answer."""
    it = charging()
    it.tell(LimitCurrent(10_000))
    assert permits(it)[-1] == (DIGITAL, 10_000)


@pytest.mark.requirement("M-01")
def test_a_pause_keeps_the_conversation_and_takes_the_power() -> None:
    """5 % stays on the pilot, so that the car can be told."""
    it = charging()
    it.tell(LimitCurrent(0))
    assert permits(it)[-1] == (DIGITAL, 0)
    assert it.connector.digital.state is Talk.POWER


@pytest.mark.requirement("M-01")
def test_the_end_of_a_session_leaves_the_car_time_to_say_goodbye() -> None:
    """The permit falls in that step, and 5 % stays."""
    it = charging()
    it.tell(StopCharging(1, role=Role.OPERATOR))
    assert permits(it)[-1] == (DIGITAL, 0)
