"""The connection between a simulated car and the host: in order, and gone when it is gone."""

from pilotline.links.host import HostEvent
from pilotline.links.v2g.line import CarBytes, CarConnected, CarGone, CarHangUp, FromCar
from pilotline.simulator.car_connection import CarConnection
from pilotline.simulator.timeline import Timeline
from pilotline.simulator.v2g_car import (
    Dial,
    FromCharger,
    LineBroken,
    LineClosed,
    LineNews,
    LineOpen,
    ToCharger,
)
from pilotline.vocabulary.time import SECOND


class Ends:
    """Both ends, and what each has heard."""

    def __init__(self) -> None:
        self.timeline = Timeline()
        self.host: list[HostEvent] = []
        self.car: list[LineNews] = []
        self.host_runs = True
        self.line = CarConnection(
            1,
            self.timeline,
            lambda event, _source, _target: self.host.append(event),
            self.car.append,
            lambda: self.host_runs,
        )

    def run(self) -> None:
        self.timeline.run(self.timeline.now + SECOND)

    def open(self) -> None:
        self.line.say(Dial())
        self.run()


def test_bytes_pass_both_ways_in_order() -> None:
    """What the car says first arrives first."""
    ends = Ends()
    ends.open()
    ends.line.say(ToCharger(b"1"))
    ends.line.say(ToCharger(b"2"))
    ends.line.hear(CarBytes(1, b"3"))
    ends.run()
    assert ends.host == [CarConnected(1), FromCar(1, b"1"), FromCar(1, b"2")]
    assert ends.car == [LineOpen(), FromCharger(b"3")]


def test_the_last_words_of_a_host_that_hangs_up_arrive() -> None:
    """The answer, then the end."""
    ends = Ends()
    ends.open()
    ends.line.hear(CarBytes(1, b"no"))
    ends.line.hear(CarHangUp(1))
    ends.run()
    assert ends.car[1:] == [FromCharger(b"no"), LineBroken()]


def test_a_car_that_closes_is_gone_for_the_host() -> None:
    """And what the host still says goes nowhere."""
    ends = Ends()
    ends.open()
    ends.line.say(LineClosed())
    ends.line.hear(CarBytes(1, b"late"))
    ends.run()
    assert ends.host[-1] == CarGone(1)
    assert ends.car == [LineOpen()]


def test_a_cut_is_noticed_by_both_and_what_was_under_way_is_lost() -> None:
    """Once each."""
    ends = Ends()
    ends.open()
    ends.line.say(ToCharger(b"lost"))
    ends.line.cut()
    ends.line.cut()
    ends.run()
    assert ends.host == [CarConnected(1), CarGone(1)]
    assert ends.car == [LineOpen(), LineBroken()]


def test_nobody_answers_where_no_host_runs() -> None:
    """The car is told that there is no connection."""
    ends = Ends()
    ends.host_runs = False
    ends.open()
    assert (ends.host, ends.car) == ([], [LineBroken()])
