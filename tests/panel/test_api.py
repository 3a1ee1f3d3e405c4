"""The panel as programs and pages meet it: the real server on a real socket, around a port that remembers."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import is_dataclass, replace
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from websockets.exceptions import ConnectionClosed, InvalidStatus

from pilotline.links.operations import NoAnswerError, OperationError, argument_names
from pilotline.links.v2g.log_views import CarAnswerView, CarMessageView
from pilotline.panel import connections, lines
from pilotline.panel.answers import LARGEST_BODY
from pilotline.panel.api import MAKERS
from pilotline.panel.lines import MOST_LINES
from pilotline.simulator.bench import CAUSES
from support.panel import EPOCH, FakePort, Served, Viewer, in_session, picture, served, until_closed

JSON = {"content-type": "application/json"}
SENTENCE = re.compile(r"[A-Za-z_].*\.", re.DOTALL)
SOON_S = 0.05
UPGRADE = (
    b"GET /api/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


def play(
    story: Callable[[Served], Coroutine[Any, Any, None]], port: FakePort | None = None, **more: Any
) -> None:
    """Run a story on a panel of its own."""

    async def run() -> None:
        async with served(port, **more) as panel:
            await story(panel)

    asyncio.run(run())


def failing(error: Exception) -> FakePort:
    """A port that fails in this way whatever it is asked."""

    async def fail(_word: str, _args: Mapping[str, Any]) -> Any:
        raise error

    return FakePort(answer=fail)


def is_a_sentence(answer: Any) -> bool:
    """``{"error": "A sentence.", "code": "a word"}`` and nothing else."""
    body = answer.json()
    return list(body) == ["error", "code"] and SENTENCE.fullmatch(body["error"]) is not None


async def hear(viewer: Viewer, line: Any, until: Callable[[], bool]) -> None:
    """Take texts until it is so, 10 s at most."""
    async with asyncio.timeout(10):
        while not until():
            viewer.take(await line.recv())


# --- operations ---


def test_an_operation_is_done_with_its_arguments_and_its_value_comes_back() -> None:
    """200, and the value as JSON has it."""

    async def give_back(_word: str, args: Mapping[str, Any]) -> Any:
        return {"heard": dict(args), "pair": (1, None)}

    async def story(panel: Served) -> None:
        answer = await panel.post("present_tag", tag="04A1")
        assert answer.status_code == 200
        assert answer.json() == {"value": {"heard": {"tag": "04A1"}, "pair": [1, None]}}
        assert panel.port.asked == [("present_tag", {"tag": "04A1"})]

    play(story, FakePort(answer=give_back))


@pytest.mark.requirement("M-10")
def test_the_messages_of_a_car_are_asked_for_from_a_number_on() -> None:
    """A page that follows asks for what is new; a question that was not answered yet has a null for it."""
    answer = CarAnswerView("2026-03-01T12:00:00+00:00", "SessionStopRes", "OK", "OK", "{}")
    told = CarMessageView(42, None, 2, "iso2", "SessionStopReq", "ends the session", "{}", answer)

    async def tell(_word: str, _args: Mapping[str, Any]) -> Any:
        return (told, replace(told, number=43, answer=None))

    async def story(panel: Served) -> None:
        rows = (await panel.post("v2g_messages", connector=2, after=41)).json()["value"]
        assert panel.port.asked == [("v2g_messages", {"connector": 2, "after": 41})]
        assert [each["number"] for each in rows] == [42, 43]
        assert rows[0].keys() == {
            "number", "at", "connector", "protocol", "name", "sentence", "text", "answer",
        }  # fmt: skip
        assert rows[0]["answer"].keys() == {"at", "name", "code", "sentence", "text"}
        assert rows[1]["answer"] is None
        assert (await panel.post("v2g_messages", after="yesterday")).status_code == 400

    play(story, FakePort(answer=tell))


def test_an_operation_without_a_value_answers_null() -> None:
    """Most do."""

    async def story(panel: Served) -> None:
        assert (await panel.post("host_crash")).json() == {"value": None}

    play(story)


def test_no_body_at_all_is_no_arguments() -> None:
    """A program need not send braces."""

    async def story(panel: Served) -> None:
        answer = await panel.client.post("/api/operations/clear_faults", headers=JSON)
        assert answer.status_code == 200

    play(story)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationError("No car is plugged in."), 409),
        (NoAnswerError("The board does not answer."), 503),
        (ZeroDivisionError("division by zero"), 500),
    ],
)
def test_what_cannot_be_done_is_told_apart(error: Exception, status: int) -> None:
    """The state of things, a part that is silent, a mistake of ours: a sentence each, and no trace."""

    async def story(panel: Served) -> None:
        answer = await panel.post("unplug")
        assert answer.status_code == status
        assert is_a_sentence(answer)
        assert "division" not in answer.text

    play(story, failing(error))


@pytest.mark.parametrize(
    ("word", "body"),
    [
        ("present_tag", b"{}"),
        ("present_tag", b'{"tag": 7, "colour": "red"}'),
        ("network", b'{"up": "sideways"}'),
        ("network", b"[true]"),
        ("network", b"null"),
        ("network", b"{"),
        ("network", b"up=true"),
        ("network", b"\xff\xfe"),
        ("network", b'{"up": true} {}'),
        ("plug_in", b'{"cable_ma": 1e999}'),
        ("plug_in", b'{"cable_ma": NaN}'),
        ("plug_in", b'{"cable_ma": 1e12}'),
        ("plug_in", b'{"connector": 3}'),
        ("network", b'{"up": ' + b"[" * 30_000),
        ("network", b'{"up": ' + b"[" * 30_000 + b"]" * 30_000 + b"}"),
    ],
)
def test_wrong_arguments_are_told_and_nobody_is_asked(word: str, body: bytes) -> None:
    """400 with a sentence: missing, unknown, of the wrong kind, no object, no JSON, too large, too deep."""

    async def story(panel: Served) -> None:
        answer = await panel.client.post(f"/api/operations/{word}", content=body, headers=JSON)
        assert answer.status_code == 400
        assert is_a_sentence(answer)
        assert panel.port.asked == []

    play(story)


@pytest.mark.requirement("M-02")
@pytest.mark.parametrize(
    ("word", "args"),
    [
        ("limit_current", {"limit_ma": 10_000}),
        ("present_tag", {"tag": "04A1"}),
        ("stop_charging", {}),
        ("plug_in", {}),
        ("inject", {"fault": "EVSE_FAULT_RCD"}),
        ("bench_view", {}),
    ],
)
@pytest.mark.parametrize("connectors", [(1,), (1, 2)])
def test_a_connector_there_is_not_is_answered_with_those_there_are(
    word: str, args: dict[str, Any], connectors: tuple[int, ...]
) -> None:
    """400, whatever is asked of it, and nobody is asked."""

    async def story(panel: Served) -> None:
        missing = len(connectors) + 1
        answer = await panel.post(word, connector=missing, **args)
        assert answer.status_code == 400
        known = " and ".join(str(each) for each in connectors)
        assert answer.json() == {
            "error": f"{word}: there is no connector {missing}; this station has connector {known}.",
            "code": "arguments",
        }
        assert panel.port.asked == []

    play(story, FakePort(connectors=connectors))


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ";"]
)
def test_a_form_of_some_page_is_not_taken_for_arguments(kind: str) -> None:
    """Only what no form can say is JSON, so that a browser asks before it sends it from elsewhere."""

    async def story(panel: Served) -> None:
        answer = await panel.client.post(
            "/api/operations/stop", content=b"{}", headers={"content-type": kind}
        )
        assert answer.status_code == 400
        assert is_a_sentence(answer)
        assert panel.port.asked == []

    play(story)


async def _in_chunks() -> AsyncIterator[bytes]:
    for _ in range(LARGEST_BODY // 1_000 + 2):
        yield b" " * 1_000


@pytest.mark.parametrize("body", [b" " * (LARGEST_BODY + 1), _in_chunks])
def test_a_body_that_is_too_large_is_refused(body: bytes | Callable[[], AsyncIterator[bytes]]) -> None:
    """413, whether its length is told before or not."""

    async def story(panel: Served) -> None:
        content = body if isinstance(body, bytes) else body()
        answer = await panel.client.post("/api/operations/network", content=content, headers=JSON)
        assert answer.status_code == 413
        assert is_a_sentence(answer)

    play(story)


def test_an_unknown_operation_is_answered_with_those_there_are() -> None:
    """404."""

    async def story(panel: Served) -> None:
        answer = await panel.post("fly")
        assert answer.status_code == 404
        assert is_a_sentence(answer)
        assert "There is no operation fly; there are " in answer.json()["error"]
        assert "plug_in" in answer.json()["error"]

    play(story)


@pytest.mark.parametrize(
    ("way", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/api", 404),
        ("POST", "/api/operations/", 404),
        ("POST", "/api/operations/a/b", 404),
        ("GET", "/api/operations/stop", 405),
        ("DELETE", "/api/picture", 405),
        ("POST", "/", 405),
        ("GET", "/api/live", 405),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(way: str, path: str, status: int) -> None:
    """As JSON, as every other answer of the interface."""

    async def story(panel: Served) -> None:
        answer = await panel.client.request(way, path)
        assert answer.status_code == status
        assert is_a_sentence(answer)

    play(story)


# --- seeing ---


def test_the_picture_is_the_first_line_of_the_live_line() -> None:
    """The same text, and the world is looked at before it is told."""

    async def story(panel: Served) -> None:
        answer = await panel.client.get("/api/picture")
        assert answer.headers["content-type"] == "application/json"
        assert panel.port.looks == 1
        async with panel.line() as line:
            assert await line.recv() == answer.text

    play(story)


def test_the_bench_is_drawn_from_the_tables() -> None:
    """Every cause there is, with the words of the fault table."""

    async def story(panel: Served) -> None:
        bench = (await panel.client.get("/api/bench")).json()
        assert {row["name"] for row in bench["causes"]} == set(CAUSES)
        assert all(row["sentence"].endswith(".") and row["code"] for row in bench["causes"])
        assert bench["misbehaviours"]
        assert 32 in bench["cables_a"]

    play(story)


def test_a_real_station_has_no_bench() -> None:
    """404: nothing can be caused where a person stands beside it."""

    async def story(panel: Served) -> None:
        answer = await panel.client.get("/api/bench")
        assert answer.status_code == 404
        assert is_a_sentence(answer)

    play(story, FakePort(virtual=False))


# --- the live line ---


def test_two_pages_see_the_same() -> None:
    """Each from the moment it came."""

    async def story(panel: Served) -> None:
        one, two = Viewer(), Viewer()
        async with panel.line() as first:
            panel.show(picture(queued=1))
            async with panel.line() as second:
                panel.show(picture(in_session()))
                last = panel.feed.seq
                await hear(one, first, lambda: one.seq == last)
                await hear(two, second, lambda: two.seq == last)
                one.agrees_with(panel.feed.whole())
                two.agrees_with(panel.feed.whole())

    play(story)


def test_a_page_that_comes_back_gets_what_it_missed() -> None:
    """As changes, from its own number on."""

    async def story(panel: Served) -> None:
        viewer = Viewer()
        async with panel.line() as line:
            viewer.take(await line.recv())
        panel.show(picture(queued=1))
        panel.show(picture(queued=2))
        async with panel.line(f"?epoch={viewer.epoch}&since={viewer.seq}") as line:
            await hear(viewer, line, lambda: viewer.seq == panel.feed.seq)
        assert viewer.kinds == ["whole", "change", "change"]
        viewer.agrees_with(panel.feed.whole())

    play(story)


@pytest.mark.parametrize(
    "query",
    [
        "?epoch=other&since=1",
        f"?epoch={EPOCH}&since=99",
        f"?epoch={EPOCH}&since=0",
        f"?epoch={EPOCH}&since=-1",
        f"?epoch={EPOCH}&since=1e0",
        f"?epoch={EPOCH}&since=one",
        f"?epoch={EPOCH}&since=%C2%B2",
        f"?epoch={EPOCH}&since=" + "9" * 4_000,
        f"?epoch={EPOCH}",
        "?since=1",
        "?epoch=&since=",
        "?epoch=%ff%00&since=%00",
        "?" + "a&" * 1_000,
    ],
)
def test_a_page_that_says_nonsense_gets_the_whole(query: str) -> None:
    """A number of another life, from the future, or none: it is as one that is new."""

    async def story(panel: Served) -> None:
        async with panel.line(query) as line:
            assert json.loads(await line.recv())["kind"] == "whole"

    play(story)


def test_a_quiet_line_says_that_it_is_alive() -> None:
    """With the number of the last change, as often as it is told to."""

    async def story(panel: Served) -> None:
        viewer = Viewer()
        async with panel.line() as line:
            await hear(viewer, line, lambda: viewer.kinds.count("alive") == 3)
            panel.show(picture(queued=1))
            await hear(viewer, line, lambda: viewer.kinds.count("alive") == 5)
        assert viewer.kinds == ["whole", "alive", "alive", "alive", "change", "alive", "alive"]

    play(story, alive_s=SOON_S)


def test_signs_of_life_come_every_two_seconds() -> None:
    """A client that hears nothing for 6 s has lost the station: it hears three in that time."""
    assert lines.ALIVE_S == 2.0


def test_somebody_looks_from_the_first_page_to_the_last() -> None:
    """The port is told once when the first comes, and once when the last has gone."""

    async def story(panel: Served) -> None:
        async with panel.line() as first:
            await first.recv()
            async with panel.line() as second:
                await second.recv()
            assert panel.port.watched == [True]
        await panel.until_unwatched()
        async with panel.line() as third:
            await third.recv()
        await panel.until_unwatched()
        assert panel.port.watched == [True, False, True, False]

    play(story)


def test_a_page_that_goes_without_a_word_is_gone() -> None:
    """A socket that is reset, in the middle of its line or before it has been answered."""

    async def story(panel: Served) -> None:
        for request in (UPGRADE + b"\r\n", UPGRADE):
            _, writer = await panel.raw()
            writer.write(request)
            await writer.drain()
            writer.transport.abort()
        async with panel.line() as line:
            await line.recv()
            line.transport.abort()
        panel.show(picture(queued=1))
        await panel.until_unwatched()

    play(story)


def test_what_a_page_says_is_ignored() -> None:
    """Texts and bytes of any kind; it hears on."""

    async def story(panel: Served) -> None:
        viewer = Viewer()
        async with panel.line() as line:
            for said in ("", "stop", b"\x00", '{"kind": "whole"}', "x" * 4_000):
                await line.send(said)
            panel.show(picture(queued=1))
            await hear(viewer, line, lambda: viewer.seq == panel.feed.seq)
        assert panel.port.asked == []

    play(story)


def test_a_page_that_sends_too_much_at_once_is_cut_off() -> None:
    """A text of megabytes closes its own line (1009), and no other."""

    async def story(panel: Served) -> None:
        async with panel.line() as other, panel.line() as line:
            await other.recv()
            with suppress(ConnectionClosed):
                await line.send("x" * (4 << 20))
            await until_closed(line)
            panel.show(picture(queued=1))
            assert json.loads(await other.recv())["kind"] == "change"

    play(story)


def test_only_so_many_pages_may_be_open() -> None:
    """Those beyond are refused in their handshake, even if all come at once; one that goes makes room."""

    async def story(panel: Served) -> None:
        lines = [panel.line() for _ in range(MOST_LINES + 5)]
        found = await asyncio.gather(*lines, return_exceptions=True)
        refused = [each for each in found if isinstance(each, BaseException)]
        opened = [each for each in found if not isinstance(each, BaseException)]
        assert len(opened) == MOST_LINES
        assert all(isinstance(each, InvalidStatus) for each in refused)
        await asyncio.gather(*(each.close() for each in opened))
        await panel.until_unwatched()
        async with panel.line() as line:
            await line.recv()

    play(story)


def test_a_page_that_does_not_read_holds_up_nobody_and_is_right_when_it_reads_again() -> None:
    """The feed goes on, the others get theirs, and what waits for the slow one stays small."""

    async def story(panel: Served) -> None:
        slow, quick = Viewer(), Viewer()
        async with panel.line(max_queue=1) as stuck, panel.line() as line:
            await hear(quick, line, lambda: quick.seq == panel.feed.seq)
            stuck.transport.pause_reading()
            for number in range(2_000):
                panel.show(picture(problem=f"{number}" * 2_000))
                if number % 50 == 0:
                    await hear(quick, line, lambda: quick.seq == panel.feed.seq)
            waiting = [each.transport.get_write_buffer_size() for each in panel.connections()]
            assert sum(waiting) < 1 << 20
            stuck.transport.resume_reading()
            await hear(slow, stuck, lambda: slow.seq == panel.feed.seq)
            slow.agrees_with(panel.feed.whole())
            stuck.transport.abort()  # a client that has stopped reading does not hear the goodbye
            line.transport.abort()
        assert slow.kinds.count("whole") == 2

    play(story)


# --- rough company ---


def test_a_request_that_breaks_off_into_nonsense_ends_its_connection_and_nothing_else() -> None:
    """uvicorn's own mistake over an answered request whose body turns into nonsense would end a host."""

    async def story(panel: Served) -> None:
        reader, writer = await panel.raw()
        writer.write(
            b"POST /api/operations/network HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        assert b" 400 " in await reader.readline()
        writer.write(b"ZZZ\r\n")
        assert await asyncio.wait_for(_rest(reader), 10) != b""
        writer.close()
        assert (await panel.client.get("/api/picture")).status_code == 200

    play(story)


async def _rest(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b"reset"


ROUGH = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 200_000,
    b"GET /" + b"x" * 200_000,
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"a: b\r\n" * 5_000 + b"\r\n",
    b"POST /api/operations/stop HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    UPGRADE.replace(b"Key: dGhlIHNhbXBsZSBub25jZQ==", b"Key: short") + b"\r\n",
    UPGRADE.replace(b"Version: 13", b"Version: 99") + b"\r\n",
    UPGRADE.replace(b"GET", b"POST") + b"\r\n",
    UPGRADE.replace(b"/api/live", b"/nowhere") + b"\r\n",
    UPGRADE + b"X: \xff\xfe\r\n\r\n",
]
FRAMES = [
    b"\x81\xff" + b"\xff" * 12,
    b"\x81\x05hello",
    b"\x81\x82aaaa\xff\xff",
    b"\x88\x81aaaab",
    b"\x88\x80aaaa" * 3,
    b"\xff" * 40,
    b"\x00\x80aaaa",
    b"\x01\x80aaaa" * 3,
    b"\x81\x80aaaa" * 2_000,
]


@pytest.mark.parametrize("said", [*ROUGH, *(UPGRADE + b"\r\n" + frames for frames in FRAMES)])
def test_whatever_is_said_to_the_panel_ends_no_more_than_its_connection(said: bytes) -> None:
    """No nonsense reaches the event loop's handler, in one piece or in two; the next request is served."""

    async def story(panel: Served) -> None:
        for pause in (True, False):
            reader, writer = await panel.raw()
            head, end, tail = said.partition(b"\r\n\r\n")
            writer.write(head + end)
            if pause and tail:
                await reader.readline()
            writer.write(tail)
            writer.write_eof()
            writer.transport.abort() if pause else await asyncio.wait_for(_rest(reader), 10)
            writer.close()
        assert (await panel.client.get("/api/picture")).status_code == 200
        assert panel.port.asked == []

    play(story)


HALF_A_BODY = (
    b"POST /api/operations/unplug HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
)
SLOW = [
    b"",
    b"GET / HT",
    HALF_A_BODY,
    b"GET /api/picture HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET / HT",
    UPGRADE + b"X: " + b"x" * 9_000 + b"\r\n\r\n",
]


@pytest.mark.parametrize("said", SLOW)
def test_a_connection_that_does_not_go_on_is_cut_off(said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing, half a head, half a body, half of a second request, a handshake nobody can answer."""
    monkeypatch.setattr(connections, "PATIENCE_S", SOON_S)

    async def story(panel: Served) -> None:
        reader, writer = await panel.raw()
        writer.write(said)
        await asyncio.wait_for(_rest(reader), 10)
        writer.close()

    play(story)


def test_an_operation_that_takes_its_time_is_not_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for the station is waited for."""
    monkeypatch.setattr(connections, "PATIENCE_S", SOON_S)

    async def take_time(_word: str, _args: Mapping[str, Any]) -> Any:
        await asyncio.sleep(10 * SOON_S)

    async def story(panel: Served) -> None:
        assert (await panel.post("network", up=True)).status_code == 200

    play(story, FakePort(answer=take_time))


def test_only_so_many_connections_are_held_and_one_that_goes_makes_room() -> None:
    """Those beyond are closed at once: neither memory nor descriptors are a visitor's to take."""

    async def story(panel: Served) -> None:
        pairs = [await panel.raw() for _ in range(connections.MOST_CONNECTIONS + 20)]
        ends = [asyncio.ensure_future(_rest(reader)) for reader, _ in pairs]
        async with asyncio.timeout(10):
            while sum(end.done() for end in ends) < 20:  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0)
        assert len(panel.connections()) <= connections.MOST_CONNECTIONS
        for _, writer in pairs:
            writer.close()
        await asyncio.gather(*ends)
        async with asyncio.timeout(10):
            while panel.connections():  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0)
        assert (await panel.client.get("/api/picture")).status_code == 200

    play(story)


def test_a_page_that_asks_for_echoes_and_reads_none_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every ping has to be answered: what it does not read would pile up for ever."""
    monkeypatch.setattr(connections, "MOST_UNREAD", 1 << 16)
    ping = b"\x89\xfd" + b"\x00" * 4 + b"p" * 125

    async def story(panel: Served) -> None:
        reader, writer = await panel.raw()
        writer.write(UPGRADE + b"\r\n")
        await reader.readline()
        writer.transport.pause_reading()  # pyright: ignore[reportAttributeAccessIssue]
        async with asyncio.timeout(30):
            while not writer.is_closing():
                writer.write(ping * 500)
                with suppress(ConnectionError):
                    await writer.drain()
        await panel.until_unwatched()

    play(story)


def test_who_sends_without_a_pause_is_read_in_small_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two of them all others get theirs, and the station's cores: parsing is slow."""
    read: list[int] = []
    receive = connections.HttpConnection.data_received

    def counted(self: connections.HttpConnection, data: bytes) -> None:
        read.append(len(data))
        receive(self, data)

    monkeypatch.setattr(connections.HttpConnection, "data_received", counted)

    async def story(panel: Served) -> None:
        answer = await panel.client.post("/api/operations/stop", content=b" " * 60_000 + b"{}", headers=JSON)
        assert answer.status_code == 200
        assert max(read) <= connections.READ_AT_ONCE

    play(story)


def test_a_server_without_descriptors_waits_for_better_times() -> None:
    """What asyncio then tells the loop's handler is the panel's trouble, not the cores'."""
    context = {"message": "socket.accept() out of system resource", "exception": OSError(), "socket": None}
    assert connections.is_of_the_panel(context)


def test_a_mistake_of_anybody_else_still_reaches_the_handler_there_was() -> None:
    """The station's cores end on theirs, while a panel is served."""

    async def story() -> None:
        async with served() as panel:
            asyncio.get_running_loop().call_soon(lambda: 1 / 0)
            await panel.client.get("/api/picture")
            (context,) = panel.escaped
            assert isinstance(context["exception"], ZeroDivisionError)
            panel.escaped.clear()

    asyncio.run(story())


def test_a_mistake_is_logged_once_in_a_while(capsys: pytest.CaptureFixture[str]) -> None:
    """A visitor that provokes one a thousand times does not fill the disk."""

    async def story(panel: Served) -> None:
        for _ in range(20):
            await panel.post("unplug")

    play(story, failing(ZeroDivisionError("a mistake of ours")))
    written = capsys.readouterr()
    assert (written.out + written.err).count("ZeroDivisionError: a mistake of ours") == 1


# --- the documents ---


async def _document(panel: Served) -> Any:
    return (await panel.client.get("/api/docs/openapi.json")).json()


def test_the_document_lists_every_operation_with_its_arguments() -> None:
    """Drawn from the tables: nothing is missing, nothing is there that is none."""

    async def story(panel: Served) -> None:
        paths = (await _document(panel))["paths"]
        words = {path.rpartition("/")[2] for path in paths if path.startswith("/api/operations/")}
        rows = {word: row for word, row in panel.port.operations.items() if word not in MAKERS}
        assert words == set(rows)
        for word, row in rows.items():
            asked = paths[f"/api/operations/{word}"]["post"]
            schema = asked["requestBody"]["content"]["application/json"]["schema"]
            fields = {field.name: field for field in msgspec.inspect.type_info(row.type).fields}  # pyright: ignore[reportAttributeAccessIssue]
            taken = argument_names(row.type) if is_dataclass(row.type) else fields
            fields = {name: field for name, field in fields.items() if name in taken}
            assert set(schema.get("properties", {})) == set(fields), word
            assert set(schema.get("required", [])) == {name for name, one in fields.items() if one.required}
            assert asked["summary"] == f"{row.help} For a {row.least.value} or above."

    play(story)


@pytest.mark.requirement("R-06", "M-50")
def test_the_documents_schemas_are_schemas() -> None:
    """Every argument is described in words of JSON Schema."""

    async def story(panel: Served) -> None:
        document = await _document(panel)
        assert document["openapi"].startswith("3.1")
        for path, item in document["paths"].items():
            for asked in item.values():
                body = asked.get("requestBody", {"content": {}})["content"]
                for media in body.values():
                    Draft202012Validator.check_schema(media["schema"])
                    assert all(part for part in media["schema"].get("properties", {}).values()), path

    play(story)


def test_the_document_has_no_operation_twice() -> None:
    """Generators of clients need names of their own for all of them."""

    async def story(panel: Served) -> None:
        paths = (await _document(panel))["paths"]
        names = [asked["operationId"] for item in paths.values() for asked in item.values()]
        assert len(names) == len(set(names))

    play(story)


def test_nothing_comes_from_the_internet() -> None:
    """The page of the documents names only what the station itself has."""

    async def story(panel: Served) -> None:
        for path in ("/api/docs", "/api/docs/nowhere", "/"):
            text = (await panel.client.get(path)).text
            named = re.findall(r"""(?:src|href)\s*=\s*["']([^"']*)""", text)
            assert all(name.startswith(("/", "./", "data:")) and not name.startswith("//") for name in named)
            assert "@import" not in text

    play(story)
