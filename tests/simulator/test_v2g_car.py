"""The talking side of a simulated car: when it dials, when it gives up, when it tries again."""

from dataclasses import replace

import pytest

from pilotline.simulator.v2g_car import (
    AGAIN_AFTER,
    DIALS_AFTER,
    LOST_AFTER,
    Dial,
    LineBroken,
    LineClosed,
    LineOpen,
    LineWish,
    Needs,
    TalkingSide,
    ToCharger,
)
from pilotline.vocabulary.pilot import DIGITAL_DUTY, STATE_F, STEADY, PilotMode, PilotOutput
from pilotline.vocabulary.time import SECOND

ASKED = PilotOutput(PilotMode.PWM, DIGITAL_DUTY)
NOMINAL = PilotOutput(PilotMode.PWM, 2_666)
CAR = Needs(
    plugged=True,
    speaks=True,
    wants=True,
    soc_percent=40,
    phases=3,
    obc_ma=16_000,
    minimum_ma=6_000,
    capacity_wh=52_000,
)


class Side:
    """The car's side, and all it has said."""

    def __init__(self) -> None:
        self.side = TalkingSide()
        self.now = 0
        self.said: list[LineWish] = []

    def see(self, needs: Needs = CAR, pilot: PilotOutput = ASKED) -> None:
        self._look = needs, pilot
        self.side.see(needs, pilot, self.now)
        self.said += self.side.speak()

    def hear(self, news: LineOpen | LineBroken) -> None:
        self.side.hear(news, self.now)
        self.see(*self._look)

    def run(self, duration: int) -> None:
        """As the world does it: settle at each moment of its own, then look."""
        until = self.now + duration
        while (due := self.side.due) is not None and due <= until:
            self.now = max(self.now, due)
            self.side.settle(self.now)
            self.see(*self._look)
        self.now = until

    def count(self, kind: type[LineWish]) -> int:
        return sum(isinstance(wish, kind) for wish in self.said)


def connected() -> Side:
    it = Side()
    it.see()
    it.run(SECOND)
    it.hear(LineOpen())
    return it


# --- dialling -------------------------------------------------------------------------------------


@pytest.mark.requirement("M-01")
def test_five_percent_makes_it_dial() -> None:
    """Half a second later, and once."""
    it = Side()
    it.see()
    it.run(DIALS_AFTER - 1)
    assert it.said == []
    it.run(10 * SECOND)
    assert it.said == [Dial()]


@pytest.mark.parametrize("pilot", [STEADY, NOMINAL, STATE_F])
def test_nothing_else_on_the_pilot_does(pilot: PilotOutput) -> None:
    """A duty cycle that offers current says all there is to say."""
    it = Side()
    it.see(pilot=pilot)
    it.run(60 * SECOND)
    assert it.said == []


@pytest.mark.parametrize("without", ["plugged", "speaks", "wants"])
def test_a_car_that_is_away_asleep_or_full_does_not_dial(without: str) -> None:
    """Each is enough to keep it from dialling."""
    it = Side()
    it.see(replace(CAR, **{without: False}))
    it.run(60 * SECOND)
    assert it.said == []


def test_where_nobody_answers_it_tries_again() -> None:
    """Every three seconds, as long as the pilot asks."""
    it = Side()
    it.see()
    it.run(SECOND)
    for tries in range(2, 5):
        it.hear(LineBroken())
        it.run(AGAIN_AFTER)
        assert it.count(Dial) == tries
    it.see(pilot=STEADY)
    it.hear(LineBroken())
    it.run(60 * SECOND)
    assert it.count(Dial) == 4


# --- conversing -----------------------------------------------------------------------------------


@pytest.mark.requirement("M-01")
def test_it_begins_to_speak_when_the_line_stands() -> None:
    """And goes by what it is told, not by the duty cycle: nothing yet."""
    it = connected()
    assert it.side.engaged
    assert it.count(ToCharger) == 1
    assert (it.side.holds_c, it.side.allowed_ma) == (False, 0)


def test_a_charger_that_does_not_answer_is_left_and_dialled_again() -> None:
    """V2G_EVCC_Msg_Timeout, 2 s; the pilot still asks."""
    it = connected()
    it.run(3 * SECOND)
    assert not it.side.engaged
    assert it.count(LineClosed) == 1
    it.run(AGAIN_AFTER)
    assert it.count(Dial) == 2


def test_a_pilot_that_does_not_ask_any_more_ends_it_at_once() -> None:
    """The station has taken its offer to talk back."""
    it = connected()
    it.see(pilot=STEADY)
    assert not it.side.engaged
    assert it.said[-1] == LineClosed()
    it.see()
    it.run(SECOND)
    assert it.count(Dial) == 2


def test_a_plug_that_is_pulled_says_no_goodbye() -> None:
    """The modem hears nothing any more; the connection is given up a second later."""
    it = connected()
    it.see(replace(CAR, plugged=False), STEADY)
    assert not it.side.engaged
    assert it.count(LineClosed) == 0
    it.run(LOST_AFTER)
    assert it.count(LineClosed) == 1


def test_a_driver_who_wants_again_makes_it_dial_again() -> None:
    """After an end in order it rests; a new wish, or a pilot that asks anew, ends the rest."""
    it = connected()
    it.see(replace(CAR, wants=False))
    it.run(60 * SECOND)
    dialled = it.count(Dial)
    it.see(CAR)
    it.run(AGAIN_AFTER)
    assert it.count(Dial) == dialled + 1


def test_an_answer_to_a_call_that_was_given_up_is_hung_up() -> None:
    """The pilot changed while the connection was being made."""
    it = Side()
    it.see()
    it.run(SECOND)
    it.see(pilot=STEADY)
    it.hear(LineOpen())
    assert not it.side.engaged
    assert it.said[-1] == LineClosed()
