"""The simulated car's connection in real time: a port of the host, its number in a file, and real bytes."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from pilotline.links.v2g.line import CarBytes, CarConnected, CarGone, CarHangUp, FromCar, LineEvent
from pilotline.runtime.car_line import CarDialler
from pilotline.runtime.car_ports import CarPorts
from pilotline.simulator.v2g_car import (
    Dial,
    FromCharger,
    LineBroken,
    LineClosed,
    LineNews,
    LineOpen,
    ToCharger,
)


class Ends:
    """Host and car of one connector, and what each has heard."""

    def __init__(self, file: Path) -> None:
        self.host: list[LineEvent] = []
        self.car: list[LineNews] = []
        self._news = asyncio.Event()
        self.ports = CarPorts([str(file)], lambda event: self._hear(self.host, event))
        self.dialler = CarDialler(file, lambda news: self._hear(self.car, news))

    def _hear(self, heard: list[Any], what: object) -> None:
        heard.append(what)
        self._news.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not holds():
                self._news.clear()
                await self._news.wait()


def play(file: Path, story: Callable[[Ends], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        ends = Ends(file)
        try:
            await story(ends)
        finally:
            ends.dialler.act(LineClosed())
            ends.ports.close()

    asyncio.run(run())


def test_bytes_pass_both_ways(tmp_path: Path) -> None:
    """A call, a question, an answer, and a goodbye of the car's."""

    async def story(ends: Ends) -> None:
        await ends.ports.start()
        ends.dialler.act(Dial())
        await ends.until(lambda: LineOpen() in ends.car and CarConnected(1) in ends.host)
        ends.dialler.act(ToCharger(b"question"))
        await ends.until(lambda: FromCar(1, b"question") in ends.host)
        ends.ports.act(CarBytes(1, b"answer"))
        await ends.until(lambda: FromCharger(b"answer") in ends.car)
        ends.dialler.act(LineClosed())
        await ends.until(lambda: CarGone(1) in ends.host)

    play(tmp_path / "v2g-1", story)


def test_a_host_that_hangs_up_is_noticed(tmp_path: Path) -> None:
    """After its last words; the next call is answered."""

    async def story(ends: Ends) -> None:
        await ends.ports.start()
        ends.dialler.act(Dial())
        await ends.until(lambda: LineOpen() in ends.car and CarConnected(1) in ends.host)
        ends.ports.act(CarBytes(1, b"no"))
        ends.ports.act(CarHangUp(1))
        await ends.until(lambda: LineBroken() in ends.car)
        assert ends.car == [LineOpen(), FromCharger(b"no"), LineBroken()]
        ends.dialler.act(Dial())
        await ends.until(lambda: ends.car.count(LineOpen()) == 2)

    play(tmp_path / "v2g-1", story)


def test_without_a_host_there_is_no_connection(tmp_path: Path) -> None:
    """No file, a file that says nothing, a port at which nobody listens: the car is told each time."""

    async def story(ends: Ends) -> None:
        for text in (None, "no number", "1"):
            if text is not None:
                (tmp_path / "v2g-1").write_text(text)
            ends.car.clear()
            ends.dialler.act(Dial())
            await ends.until(lambda: ends.car == [LineBroken()])

    play(tmp_path / "v2g-1", story)


def test_a_call_that_is_given_up_says_no_more(tmp_path: Path) -> None:
    """The second call is the one that counts."""

    async def story(ends: Ends) -> None:
        await ends.ports.start()
        ends.dialler.act(Dial())
        ends.dialler.act(Dial())
        await ends.until(lambda: LineOpen() in ends.car)
        assert ends.car == [LineOpen()]

    play(tmp_path / "v2g-1", story)


def test_a_place_that_cannot_be_written_costs_the_line_and_nothing_else(tmp_path: Path) -> None:
    """The station charges by the duty cycle."""

    async def story(ends: Ends) -> None:
        await ends.ports.start()
        ends.ports.act(CarHangUp(1))
        assert ends.host == []

    play(tmp_path / "nowhere" / "v2g-1", story)
