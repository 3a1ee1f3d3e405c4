"""The simulator's backend on a real socket: it serves a station, and outlives every connection."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from pilotline.runtime import virtual_backend
from pilotline.runtime.listener import listen
from pilotline.runtime.virtual_backend import backend_url, serve_backend
from pilotline.simulator.backend import VirtualBackend

START = {"connectorId": 1, "idTag": "TAG", "meterStart": 0, "timestamp": "2026-01-05T00:00:00Z"}
BOOT = {"chargePointVendor": "Pilotline", "chargePointModel": "evnet-7kw-s"}


def play(story: Callable[[str], Coroutine[Any, Any, None]]) -> None:
    """Run a story against a backend, which must still be there at its end."""

    async def run() -> None:
        with listen(0) as listener:
            task = asyncio.create_task(serve_backend(listener))
            try:
                await story(f"{backend_url(listener)}/CP-1")
                assert not task.done()
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())


def station(url: str, **more: Any) -> connect:
    return connect(url, subprotocols=[Subprotocol("ocpp1.6")], **more)


async def call(line: Any, action: str, payload: dict[str, Any]) -> Any:
    """The payload of the answer."""
    await line.send(json.dumps([2, "m1", action, payload]))
    answer = json.loads(await line.recv())
    assert answer[:2] == [3, "m1"]
    return answer[2]


def test_its_address_is_that_of_its_socket() -> None:
    """A WebSocket's, to which a station adds its id."""
    with listen(0) as listener:
        assert backend_url(listener) == f"ws://127.0.0.1:{listener.getsockname()[1]}/ocpp"


def test_it_registers_a_station_and_speaks_its_subprotocol() -> None:
    """Accepted, and the time it tells is today's."""

    async def story(url: str) -> None:
        async with station(url) as line:
            assert line.subprotocol == "ocpp1.6"
            answer = await call(line, "BootNotification", BOOT)
            assert answer["status"] == "Accepted"
            assert answer["currentTime"][:4] >= "2026"

    play(story)


def test_transaction_numbers_outlive_a_connection() -> None:
    """A station that reconnects gets no number twice."""

    async def story(url: str) -> None:
        numbers: list[int] = []
        for _ in range(3):
            async with station(url) as line:
                numbers.append((await call(line, "StartTransaction", START))["transactionId"])
        assert numbers == [1, 2, 3]

    play(story)


@pytest.mark.parametrize(
    "said", ["", "nonsense", "[]", '[2, "m1"]', "[9]", b"\xff\xfe", '{"a": ' * 5_000, "\x00"]
)
def test_nonsense_ends_no_more_than_a_connection(said: str | bytes) -> None:
    """The next one is served."""

    async def story(url: str) -> None:
        async with station(url) as line:
            await line.send(said)
            with suppress(TimeoutError, ConnectionClosed):
                await asyncio.wait_for(line.recv(), 0.1)
        async with station(url) as line:
            assert (await call(line, "BootNotification", BOOT))["status"] == "Accepted"

    play(story)


def test_a_line_that_is_cut_without_a_word_is_replaced_by_the_next() -> None:
    """The old connection may still be there when the station is back."""

    async def story(url: str) -> None:
        async with station(url) as old, station(url) as new:
            assert (await call(new, "BootNotification", BOOT))["status"] == "Accepted"
            old.transport.abort()
            assert "currentTime" in await call(new, "Heartbeat", {})

    play(story)


def test_a_page_of_a_browser_is_no_station() -> None:
    """What names an Origin is refused."""

    async def story(url: str) -> None:
        with pytest.raises(InvalidStatus) as refused:
            async with station(url, origin=Origin("http://evil.example")):
                pass
        assert refused.value.response.status_code == 403

    play(story)


def test_its_books_do_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs beside a station for as long as that does."""
    made: list[VirtualBackend] = []

    class Watched(VirtualBackend):
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            made.append(self)

    monkeypatch.setattr(virtual_backend, "VirtualBackend", Watched)
    monkeypatch.setattr(virtual_backend, "_MOST_BOOKED", 5)

    async def story(url: str) -> None:
        async with station(url) as line:
            for _ in range(20):
                await call(line, "Heartbeat", {})
        assert len(made[0].books) <= 6

    play(story)
