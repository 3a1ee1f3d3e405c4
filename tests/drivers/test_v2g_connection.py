"""The one connection of car and charger, over loopback: what is handed up, and how it ends."""

import asyncio
import secrets
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from pilotline.drivers.v2g.connection import (
    FIRST_PORT,
    ChargerPort,
    Closed,
    Connected,
    Connection,
    LineEvent,
    Refused,
    connect,
)
from pilotline.drivers.v2g.interface import V2gPortError, interface

LO = interface("lo")


class Ear:
    """Hears the events of one end, and can wait for them."""

    def __init__(self) -> None:
        self.heard: list[LineEvent] = []
        self._more = asyncio.Event()

    def __call__(self, event: LineEvent) -> None:
        self.heard.append(event)
        self._more.set()

    async def until(self, count: int) -> list[LineEvent]:
        while len(self.heard) < count:
            self._more.clear()
            await asyncio.wait_for(self._more.wait(), 10)
        return self.heard

    async def bytes(self, wanted: bytes) -> None:
        while b"".join(each for each in self.heard if isinstance(each, bytes)) != wanted:
            self._more.clear()
            await asyncio.wait_for(self._more.wait(), 10)


class Bench:
    """A charger's port and the ears of both ends."""

    def __init__(self) -> None:
        self.charger, self.car = Ear(), Ear()
        self.port = ChargerPort(LO, self.charger)
        self.number = 0
        self._cars: list[Connection] = []

    async def connect(self, ear: Ear | None = None) -> Connection:
        car = await connect(LO, LO.address, self.number, ear or self.car)
        self._cars.append(car)
        return car

    async def close(self) -> None:
        self.port.close()
        for each in self._cars:
            each.hang_up()
        for _ in range(5):  # the sockets close in the loop's next rounds
            await asyncio.sleep(0)


def play(story: Callable[[Bench], Coroutine[Any, Any, None]]) -> None:
    """With a charger that listens."""

    async def whole() -> None:
        bench = Bench()
        bench.number = await bench.port.start()
        try:
            await story(bench)
        finally:
            await bench.close()

    asyncio.run(asyncio.wait_for(whole(), 30))


@pytest.mark.requirement("M-01")
def test_car_and_charger_hear_each_other() -> None:
    """Bytes go both ways; each knows where the other is; the port is a dynamic one."""

    async def story(bench: Bench) -> None:
        assert bench.number >= FIRST_PORT
        car = await bench.connect()
        car.send(b"question")
        await bench.charger.bytes(b"question")
        bench.port.send(b"answer")
        await bench.car.bytes(b"answer")
        assert isinstance(bench.charger.heard[0], Connected)
        assert bench.car.heard[0] == Connected(f"[::1]:{bench.number}")

    play(story)


def test_an_answer_goes_out_at_once() -> None:
    """Nagle's algorithm is off at both ends."""

    async def story(bench: Bench) -> None:
        car = await bench.connect()
        await bench.charger.until(1)
        for end in (car, bench.port._line):
            assert end is not None
            assert end._transport is not None
            its = end._transport.get_extra_info("socket")
            assert its.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    play(story)


def test_the_car_closes_and_the_charger_is_told() -> None:
    """And the next car may come."""

    async def story(bench: Bench) -> None:
        (await bench.connect()).hang_up()
        assert (await bench.charger.until(2))[1] == Closed("closed the connection")
        assert not bench.port.busy
        await bench.connect()
        assert isinstance((await bench.charger.until(3))[2], Connected)

    play(story)


def test_the_charger_hangs_up_after_its_last_words() -> None:
    """All that was said arrives; the charger is told nothing of its own hanging up."""

    async def story(bench: Bench) -> None:
        await bench.connect()
        await bench.charger.until(1)
        bench.port.send(b"x" * 10_000)
        bench.port.hang_up()
        bench.port.send(b"too late")
        await bench.car.bytes(b"x" * 10_000)
        while bench.car.heard[-1] != Closed("closed the connection"):
            await bench.car.until(len(bench.car.heard) + 1)
        assert bench.charger.heard[1:] == []

    play(story)


def test_a_second_car_is_refused_and_the_first_goes_on() -> None:
    """One conversation at a time."""

    async def story(bench: Bench) -> None:
        first = await bench.connect()
        await bench.charger.until(1)
        other = Ear()
        await bench.connect(other)
        assert isinstance((await other.until(2))[1], Closed)
        assert isinstance((await bench.charger.until(2))[1], Refused)
        first.send(b"still here")
        await bench.charger.bytes(b"still here")

    play(story)


def test_a_car_that_does_not_read_is_given_up() -> None:
    """No buffer grows without end."""

    async def story(bench: Bench) -> None:
        with socket.create_connection(("::1", bench.number)):
            await bench.charger.until(1)
            while len(bench.charger.heard) == 1:
                bench.port.send(bytes(1 << 20))
                await asyncio.sleep(0)
            assert bench.charger.heard[1] == Closed("does not read what is sent to it")

    play(story)


def test_a_broken_connection_is_told_with_its_cause() -> None:
    """A reset is no goodbye."""

    async def story(bench: Bench) -> None:
        car = socket.create_connection(("::1", bench.number))
        await bench.charger.until(1)
        car.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        car.close()
        assert (await bench.charger.until(2))[1] == Closed("broke off: connection reset by peer")

    play(story)


def test_a_charger_that_is_closed_hangs_up() -> None:
    """And nobody can come afterwards."""

    async def story(bench: Bench) -> None:
        await bench.connect()
        await bench.charger.until(1)
        bench.port.close()
        assert isinstance((await bench.car.until(2))[1], Closed)
        with pytest.raises(V2gPortError, match=r"takes no connection: connection refused\."):
            await bench.connect()

    play(story)


def test_a_port_in_use_is_told() -> None:
    """Only where it was asked for by number."""

    async def story(bench: Bench) -> None:
        with pytest.raises(V2gPortError, match=f"TCP port {bench.number} is in use on lo"):
            await ChargerPort(LO, Ear()).start(bench.number)

    play(story)


def test_of_the_random_ports_one_that_is_free_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is in use costs another try."""

    async def story(bench: Bench) -> None:
        second = ChargerPort(LO, Ear())
        free = await second.start()
        second.close()
        tries = iter((bench.number, bench.number, free))

        def next_try(below: int) -> int:
            return (next(tries) - FIRST_PORT) % below

        monkeypatch.setattr(secrets, "randbelow", next_try)
        third = ChargerPort(LO, Ear())
        assert await third.start() == free
        third.close()

    play(story)
