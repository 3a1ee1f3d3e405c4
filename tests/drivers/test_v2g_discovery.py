"""A car finds the charger on an interface: over loopback, where both are on this machine."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pilotline.drivers.v2g import discovery, interface
from pilotline.drivers.v2g.discovery import Asked, SdpServer, find
from pilotline.drivers.v2g.interface import V2gPortError
from pilotline.runtime.clocks import CoreClock
from pilotline.wire.v2g import sdp
from pilotline.wire.v2g.sdp import (
    MULTICAST,
    Request,
    Response,
    Security,
    Transport,
    encode_request,
    read_response,
)

LO = interface.interface("lo")
ANY = 0
"""A test listens at any free port; a charger at 15118."""


def ask(server: SdpServer, *datagrams: bytes) -> list[Response]:
    """Each from a socket of its own; the answers to a last good question end it."""

    async def exchange() -> list[Response]:
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as asker:
            asker.setblocking(False)
            asker.connect(("::1", server.port))
            for each in datagrams:
                await loop.sock_sendall(asker, each)
            return [read_response(await loop.sock_recv(asker, 100))]

    async def story() -> list[Response]:
        await server.start(ANY)
        try:
            return await exchange()
        finally:
            server.close()

    return asyncio.run(story())


@pytest.mark.requirement("M-01")
def test_a_car_finds_the_charger_on_its_interface() -> None:
    """Address, port and security are in the answer; the charger is told who asked."""
    heard: list[Asked] = []

    async def story() -> Response | None:
        server = SdpServer(LO, 61_234, heard.append)
        await server.start(ANY)
        try:
            return await find(LO, CoreClock().now, server.port)
        finally:
            server.close()

    assert asyncio.run(story()) == Response(LO.address, 61_234, Security.NONE)
    assert heard == [Asked("::1", Security.NONE)]


@pytest.mark.requirement("M-01")
def test_who_asks_for_tls_is_told_that_there_is_none() -> None:
    """The car decides whether to go on without."""
    heard: list[Asked] = []
    [answer] = ask(SdpServer(LO, 50_000, heard.append), encode_request(Request(Security.TLS)))
    assert answer.security is Security.NONE
    assert heard[0].security is Security.TLS


@pytest.mark.parametrize(
    "noise",
    [b"", b"hello", encode_request(Request(Security.NONE))[:-1], bytes(600)],
    ids=["nothing", "text", "cut short", "zeros"],
)
def test_what_is_no_question_gets_no_answer(noise: bytes) -> None:
    """The one answer that comes is the one to the question after it."""
    heard: list[Asked] = []
    ask(SdpServer(LO, 50_000, heard.append), noise, encode_request(Request(Security.NONE)))
    assert len(heard) == 1


def test_a_question_for_udp_gets_no_answer() -> None:
    """No charger offers it."""
    heard: list[Asked] = []
    other = encode_request(Request(Security.NONE, Transport.UDP))
    ask(SdpServer(LO, 50_000, heard.append), other, encode_request(Request(Security.NONE)))
    assert len(heard) == 1


def test_where_nobody_is_the_search_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """After fifty questions, as the standards have it; they are quick here."""
    monkeypatch.setattr(sdp, "RETRY_US", 1_000)
    asked: list[bytes] = []

    class Deaf(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            asked.append(data)

    async def story() -> Response | None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(Deaf, ("::1", 0))
        port = transport.get_extra_info("sockname")[1]
        try:
            return await find(LO, CoreClock().now, port)
        finally:
            await asyncio.sleep(0)
            transport.close()

    assert asyncio.run(story()) is None
    assert len(asked) == 50


def test_noise_neither_ends_the_search_nor_hurries_it() -> None:
    """A socket that answers rubbish and then, at the second question, an answer."""
    times: list[int] = []
    clock = CoreClock()

    class Noisy(asyncio.DatagramProtocol):
        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, addr: object) -> None:
            times.append(clock.now())
            said = b"rubbish" if len(times) == 1 else discovery.encode_response(ANSWER)
            self.transport.sendto(said, addr)

    async def story() -> Response | None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(Noisy, ("::1", 0))
        try:
            return await find(LO, clock.now, transport.get_extra_info("sockname")[1])
        finally:
            transport.close()

    assert asyncio.run(story()) == ANSWER
    assert len(times) == 2
    assert times[1] - times[0] > 200_000


ANSWER = Response(LO.address, 50_000, Security.NONE)


# --- mistakes -------------------------------------------------------------------------------------


def sentence(work: Callable[[], object]) -> str:
    with pytest.raises(V2gPortError) as raised:
        work()
    return str(raised.value)


def test_an_interface_that_is_not_there_is_told_with_those_that_are() -> None:
    """So that the right one can be chosen."""
    told = sentence(lambda: interface.interface("eth99"))
    assert told.startswith("There is no network interface eth99; this machine has ")
    assert "lo" in told


def test_an_interface_without_an_address_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Down, or IPv6 is off there."""
    table = tmp_path / "if_inet6"
    table.write_text("")
    monkeypatch.setattr(interface, "_TABLE", table)
    told = sentence(lambda: interface.interface("lo"))
    assert "no link-local IPv6 address" in told
    assert "ip link set lo up" in told


TABLE = """\
fe8000000000000000000000000000aa 05 40 20 40 tentative
fe8000000000000000000000000000ab 06 40 20 88 doubled
fd0000000000000000000000000000ac 07 40 00 80 global
fd0000000000000000000000000000ad 08 40 00 80 both
fe8000000000000000000000000000ae 08 40 20 80 both
00000000000000000000000000000001 01 80 10 80       lo
"""


@pytest.mark.parametrize(
    ("name", "address"),
    [("tentative", None), ("doubled", None), ("global", None), ("both", "fe80::ae"), ("lo", "::1")],
)
def test_the_link_local_address_is_taken_when_it_can_be_used(
    name: str, address: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not one that is still being checked, nor one that another machine has, nor a global one."""
    table = tmp_path / "if_inet6"
    table.write_text(TABLE)
    monkeypatch.setattr(interface, "_TABLE", table)
    found = interface._address(name)
    assert (found and str(found)) == address


def test_two_chargers_on_one_interface_are_one_too_many() -> None:
    """The second one is told."""

    async def story() -> None:
        first = SdpServer(LO, 50_000)
        await first.start(ANY)
        try:
            await SdpServer(LO, 50_001).start(first.port)
        finally:
            first.close()

    assert "is in use on lo" in sentence(lambda: asyncio.run(story()))


def test_cars_ask_all_nodes_of_the_link_unless_they_ask_themselves() -> None:
    """Loopback has no multicast: there the question goes to ::1 alone."""
    assert LO.is_loopback
    assert LO.scope == 0
    assert not LO.address.is_multicast
    assert MULTICAST.is_multicast
