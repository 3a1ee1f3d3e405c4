"""Who is let in, and what every answer tells a browser."""

import asyncio
import json
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from pilotline.panel.guard import refusal
from support.panel import Served, served

GOOD = [
    ("127.0.0.1:8080", None),
    ("127.0.0.1", None),
    ("localhost:8080", None),
    ("LOCALHOST:8080", None),
    ("[::1]:8080", None),
    ("[::1]", None),
    ("127.0.0.1:8080", "http://127.0.0.1:8080"),
    ("LocalHost:8080", "http://localhost:8080"),
    ("localhost", "http://localhost"),
    ("[::1]:8080", "http://[::1]:8080"),
]
NOT_LOOPBACK: list[str | None] = [
    None,
    "",
    ":8080",
    "evil.example",
    "evil.example:8080",
    "127.0.0.1.evil.example:8080",
    "localhost.evil.example",
    "localhost.:8080",
    "127.0.0.1.nip.io:8080",
    "192.168.1.10:8080",
    "0.0.0.0:8080",
    "127.1:8080",
    "2130706433:8080",
    "[::]:8080",
    "[::ffff:127.0.0.1]:8080",
    "::1",
    "user@127.0.0.1:8080",
    "127.0.0.1:8080@evil.example",
    "127.0.0.1, evil.example",
    " 127.0.0.1",
    "127.0.0.1:",
]
FOREIGN = [
    "null",
    "",
    "https://127.0.0.1:8080",
    "http://127.0.0.1",
    "http://127.0.0.1:9090",
    "http://localhost:8080",
    "http://127.0.0.1:8080.evil.example",
    "http://127.0.0.1:8080/",
    "http://evil.example",
    "file://",
    "chrome-extension://abc",
]
POLICY = "content-security-policy"


@pytest.mark.parametrize(("host", "origin"), GOOD)
def test_whoever_names_loopback_and_comes_from_its_page_is_let_in(host: str, origin: str | None) -> None:
    """Programs send no Origin; the page sends the address it was opened at."""
    assert refusal(host, origin) is None


@pytest.mark.parametrize("host", NOT_LOOPBACK)
def test_a_name_that_is_not_loopback_is_refused_wherever_it_leads(host: str | None) -> None:
    """A name of some site may resolve to loopback: the browser then thinks the station is that site."""
    why = refusal(host, None)
    assert why is not None
    assert why.endswith(".")


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_page_of_any_other_origin_is_refused(origin: str) -> None:
    """Another scheme, port or name, a sandboxed frame, a file, an extension."""
    assert refusal("127.0.0.1:8080", origin) is not None


def ask(*requests: tuple[str, str, dict[str, str]]) -> list[Any]:
    """The answers of a real server to these."""

    async def run() -> list[Any]:
        async with served() as panel:
            return [await panel.client.request(way, path, headers=more) for way, path, more in requests]

    return asyncio.run(run())


def test_a_refused_request_is_answered_in_a_sentence_and_asks_nothing() -> None:
    """403, as JSON; the station has not heard of it."""

    async def run() -> None:
        async with served() as panel:
            evil = {"origin": "http://evil.example", "content-type": "application/json"}
            answer = await panel.client.post("/api/operations/stop", content="{}", headers=evil)
            assert answer.status_code == 403
            assert answer.json() == {
                "error": "Only the panel's own page may ask this station from a browser.",
                "code": "origin",
            }
            assert panel.port.asked == []

    asyncio.run(run())


def test_two_hosts_in_one_request_are_no_way_in() -> None:
    """A request that names loopback and another is none at all."""

    async def run() -> None:
        async with served() as panel:
            reader, writer = await panel.raw()
            writer.write(b"GET /api/picture HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1\r\n\r\n")
            assert b" 400 " in await reader.readline()
            writer.close()

    asyncio.run(run())


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"origin": "null"}])
def test_a_live_line_of_another_page_is_refused_before_it_is_one(headers: dict[str, str]) -> None:
    """A browser lets any page open a WebSocket anywhere: the handshake is answered by 403."""

    async def run() -> None:
        async with served() as panel:
            with pytest.raises(InvalidStatus) as refused:
                async with panel.line(origin=headers["origin"]):
                    pass
            assert refused.value.response.status_code == 403
            assert panel.port.watched == []

    asyncio.run(run())


def test_a_live_line_under_another_name_is_refused() -> None:
    """A name that resolves to loopback gets no line either."""

    async def run() -> None:
        async with served() as panel:
            reader, writer = await panel.raw()
            writer.write(
                b"GET /api/live HTTP/1.1\r\nHost: evil.example\r\n"
                b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
                b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            )
            assert b" 403 " in await reader.readline()
            writer.close()

    asyncio.run(run())


def test_the_pages_own_line_is_let_in() -> None:
    """The Origin is the address the page was opened at."""

    async def run() -> None:
        async with served() as panel, panel.line(origin=_own(panel)) as line:
            assert json.loads(await line.recv())["kind"] == "whole"

    asyncio.run(run())


def _own(panel: Served) -> Any:
    return f"http://127.0.0.1:{panel.number}"


def test_every_answer_keeps_a_browser_strict() -> None:
    """The page, an answer, a mistake, a refusal and the documents alike."""
    evil = {"host": "evil.example"}
    for answer in ask(
        ("GET", "/", {}),
        ("GET", "/api/picture", {}),
        ("GET", "/nowhere", {}),
        ("GET", "/api/docs", {}),
        ("GET", "/", evil),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in answer.headers
        assert "frame-ancestors 'none'" in answer.headers[POLICY]
        assert "default-src 'self'" in answer.headers[POLICY]


def test_only_the_documents_may_run_a_script_of_their_own_text() -> None:
    """What only begins like their path is not theirs."""
    page, docs, like_docs = ask(("GET", "/", {}), ("GET", "/api/docs", {}), ("GET", "/api/docsen", {}))
    assert "script-src" not in page.headers[POLICY]
    assert "script-src 'self' 'unsafe-inline'" in docs.headers[POLICY]
    assert "script-src" not in like_docs.headers[POLICY]


def test_the_panel_does_not_tell_what_serves_it() -> None:
    """No name or version of a server in any answer."""
    (answer,) = ask(("GET", "/", {}))
    assert "server" not in answer.headers
