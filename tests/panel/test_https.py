"""The door for other machines: https with the station's own certificate, over real sockets."""

import asyncio
import socket
import ssl
import warnings
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets.asyncio.client as ws

from pilotline.drivers.certificate import keep
from pilotline.drivers.passwords import hash_password
from pilotline.panel import people, tls
from pilotline.panel.entry import Entry
from pilotline.panel.feed import Feed
from pilotline.panel.guard import refusal
from pilotline.panel.people import Book
from pilotline.panel.server import PanelServer
from pilotline.runtime.listener import listen, listen_beyond
from support.panel import EPOCH, FakePort, picture

PASSWORD = "korrektes Pferd 7"
NOW = datetime.now(UTC)
"""Real, for once: the judge is the TLS of this machine, which has a clock of its own."""
NAMES = ("127.0.0.1", "box.example", "localhost")


class Far:
    """A panel with an https door: ``number`` is its port, ``trust`` knows its certificate."""

    def __init__(self, folder: Path, number: int) -> None:
        self.number = number
        self.path = folder / "https.pem"

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.path))

    def client(self, **headers: str) -> httpx.AsyncClient:
        base = f"https://127.0.0.1:{self.number}"
        return httpx.AsyncClient(base_url=base, verify=self.trust, timeout=20, headers=headers)

    async def anna(self) -> httpx.AsyncClient:
        client = self.client()
        answer = await client.post("/api/sign-in", json={"name": "Anna", "password": PASSWORD})
        assert answer.status_code == 200
        return client

    async def raw(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.number)


@asynccontextmanager
async def far(folder: Path) -> AsyncGenerator[Far]:
    file, pem = folder / "people.json", folder / "https.pem"
    if not file.exists():
        file.write_bytes(people.encode(people.first(Book(), "Anna", hash_password(PASSWORD))))
    keep(pem, NAMES, NOW)
    entry = Entry(people=str(file), certificate=str(pem), names=NAMES)
    feed, near, beyond = Feed(EPOCH), listen(0), listen_beyond("127.0.0.1", 0)
    feed.see(picture(), 1)
    server = PanelServer(FakePort(), feed, entry, utc=lambda: NOW)
    task = asyncio.create_task(server.serve(near, beyond))
    try:
        yield Far(folder, beyond.getsockname()[1])
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        near.close()
        beyond.close()


def play(folder: Path, story: Callable[[Far], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        async with far(folder) as found:
            await story(found)

    asyncio.run(run())


def test_who_knows_the_certificate_signs_in_and_watches(tmp_path: Path) -> None:
    """The cookie is for https alone, and the page is told that it came by https, and the fingerprint."""

    async def story(panel: Far) -> None:
        async with panel.client() as client:
            answer = await client.post("/api/sign-in", json={"name": "Anna", "password": PASSWORD})
            assert "; secure" in answer.headers["set-cookie"].lower()
            me = (await client.get("/api/me")).json()
            assert (me["name"], me["https"]) == ("Anna", True)
            assert me["fingerprint"] == keep(panel.path, NAMES, NOW)
            assert "strict-transport-security" not in answer.headers
            name, token = f"pilotline-{panel.number}", client.cookies[f"pilotline-{panel.number}"]
            cookie = {"Cookie": f"{name}={token}"}
            address = f"wss://127.0.0.1:{panel.number}/api/live"
            async with ws.connect(address, ssl=panel.trust, additional_headers=cookie) as line:
                assert "whole" in str(await line.recv())

    play(tmp_path, story)


def test_the_first_person_is_not_made_from_afar(tmp_path: Path) -> None:
    """Whoever is quickest in the house's network is not the owner for that."""
    (tmp_path / "people.json").write_bytes(people.encode(Book()))

    async def story(panel: Far) -> None:
        async with panel.client() as client:
            wish = {"name": "Eve", "password": PASSWORD}
            answer = await client.post("/api/first-person", json=wish)
            assert (answer.status_code, answer.json()["code"]) == (403, "first_here")

    play(tmp_path, story)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "box.example"}, 200),
        ({"host": "BOX.example:8443"}, 200),
        ({"host": "localhost:1"}, 200),
        ({"host": "box.example:1", "origin": "https://box.example:1"}, 200),
        ({"host": "evil.example"}, 403),
        ({"host": "box.example.evil.example"}, 403),
        ({"host": "192.0.2.1"}, 403),
        ({"host": "box.example", "origin": "http://box.example"}, 403),
        ({"host": "box.example", "origin": "https://evil.example"}, 403),
    ],
)
def test_it_answers_to_its_own_names_alone(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    """A name of some site that leads here is none of them."""

    async def story(panel: Far) -> None:
        async with panel.client(**headers) as client:
            assert (await client.get("/api/me")).status_code == status

    play(tmp_path, story)


def test_plain_http_never_answers_to_another_machines_name() -> None:
    """What https may be reached by is no way in without it."""
    assert refusal("box.example", None, https=True, names={"box.example"}) is None
    assert refusal("box.example", None, https=False, names={"box.example"}) is not None


@pytest.mark.parametrize(
    "said", [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x16\x03\x01\x00\x05hello", b"\x00" * 2_000, b""]
)
def test_what_is_no_tls_ends_its_connection_and_nothing_else(
    tmp_path: Path, said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plain http, half a handshake, noise, silence."""
    monkeypatch.setattr(tls, "HANDSHAKE_S", 0.5)

    async def story(panel: Far) -> None:
        reader, writer = await panel.raw()
        writer.write(said)
        async with asyncio.timeout(10):
            try:
                while await reader.read(1_000):
                    pass
            except ConnectionError:
                pass
        writer.close()
        async with panel.client() as client:
            assert (await client.get("/api/me")).status_code == 200

    play(tmp_path, story)


def test_an_old_tls_is_refused(tmp_path: Path) -> None:
    """1.2 and later."""

    async def story(panel: Far) -> None:
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # it is what is tested
            old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        with pytest.raises(OSError):  # noqa: PT011 - of many kinds
            await asyncio.open_connection("127.0.0.1", panel.number, ssl=old)

    play(tmp_path, story)


def test_many_who_never_shake_hands_keep_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many at once, a few seconds each, and then the next ones."""
    monkeypatch.setattr(tls, "HANDSHAKE_S", 0.5)

    async def story(panel: Far) -> None:
        idle = [await panel.raw() for _ in range(100)]
        async with asyncio.timeout(15):
            while True:
                try:
                    async with panel.client() as client:
                        assert (await client.get("/api/me")).status_code == 200
                        break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
        for _, writer in idle:
            writer.close()

    play(tmp_path, story)


def test_a_certificate_that_cannot_be_had_costs_https_alone(tmp_path: Path) -> None:
    """The page on the station's own machine goes on."""

    async def run() -> None:
        entry = Entry(certificate=str(tmp_path / "nowhere" / "https.pem"), names=NAMES)
        near, beyond = listen(0), listen_beyond("127.0.0.1", 0)
        server = PanelServer(FakePort(), Feed(EPOCH), entry, utc=lambda: NOW)
        task = asyncio.create_task(server.serve(near, beyond))
        async with httpx.AsyncClient() as client:
            address = f"http://127.0.0.1:{near.getsockname()[1]}/api/me"
            assert (await client.get(address)).status_code == 200
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        near.close()
        beyond.close()

    asyncio.run(run())


def test_what_comes_over_tls_is_read_in_small_turns_too(tmp_path: Path) -> None:
    """A record of TLS is 16 KiB; a browser that sends without a pause leaves the station its turn."""

    async def story(panel: Far) -> None:
        client = await panel.anna()
        flood = b" " * 60_000
        headers = {"content-type": "application/json"}
        answer = await client.post("/api/operations/status", content=flood + b"{}", headers=headers)
        assert answer.status_code == 200
        await client.aclose()

    play(tmp_path, story)


def test_a_socket_on_all_addresses_is_for_both_families() -> None:
    """Where the machine has IPv6."""
    if not socket.has_dualstack_ipv6():
        with listen_beyond("0.0.0.0", 0) as found:
            assert found.family is socket.AF_INET
        return
    with listen_beyond("::", 0) as found, socket.create_connection(("127.0.0.1", found.getsockname()[1])):
        assert found.family is socket.AF_INET6
