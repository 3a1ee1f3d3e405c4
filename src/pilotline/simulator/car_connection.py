"""The connection between a simulated car and the host in simulated time: bytes in order."""

from collections.abc import Callable
from functools import partial

from pilotline.links.host import HostEvent
from pilotline.links.v2g.line import CarBytes, CarConnected, CarGone, CarHangUp, FromCar, LineEffect
from pilotline.simulator.timeline import Timeline
from pilotline.simulator.v2g_car import Dial, FromCharger, LineBroken, LineNews, LineOpen, LineWish, ToCharger
from pilotline.vocabulary.time import MS

TAKES = 2 * MS
"""How long bytes are under way, through both modems."""


class CarConnection:
    """One connector's. What is under way when it is cut or closed arrives nowhere."""

    def __init__(
        self,
        connector: int,
        timeline: Timeline,
        send: Callable[[HostEvent, str, str], None],
        to_car: Callable[[LineNews], None],
        host_runs: Callable[[], bool],
    ) -> None:
        self._connector = connector
        self._timeline = timeline
        self._send = send
        self._to_car = to_car
        self._host_runs = host_runs
        self._number = 0
        self._open = False

    def say(self, wish: LineWish) -> None:
        """What the car wants of it."""
        match wish:
            case Dial():
                self._number += 1
                self._open = self._host_runs()
                self._later(self._answer)
            case ToCharger(data):
                self._later(partial(self._to_host, FromCar(self._connector, data)))
            case _:
                self._close()
                self._to_host(CarGone(self._connector))

    def hear(self, effect: LineEffect) -> None:
        """What the host wants of it."""
        if not self._open:
            return
        match effect:
            case CarBytes(_, data):
                self._later(partial(self._to_car, FromCharger(data)))
            case CarHangUp():
                self._later(partial(self._to_car, LineBroken()))
                self._open = False

    def cut(self) -> None:
        """It breaks, and both sides notice: whoever of them still runs."""
        if self._open:
            self._close()
            self._to_host(CarGone(self._connector))
            self._timeline.post(partial(self._to_car, LineBroken()))

    def _answer(self) -> None:
        if not self._open:
            self._to_car(LineBroken())
            return
        self._to_host(CarConnected(self._connector))
        self._to_car(LineOpen())

    def _to_host(self, event: CarConnected | FromCar | CarGone) -> None:
        self._send(event, "car", "host")

    def _close(self) -> None:
        self._number, self._open = self._number + 1, False

    def _later(self, act: Callable[[], None]) -> None:
        """Unless it is another connection by then."""
        number = self._number
        self._timeline.post(lambda: act() if number == self._number else None, TAKES)
