"""The panel of a real station: board, host and launcher as processes, a page on a real socket."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import websockets.asyncio.client as ws
from websockets.exceptions import ConnectionClosed, InvalidMessage

from pilotline.runtime.listener import listen
from pilotline.runtime.process import FAILED, RESTART_ME
from support.bench import TAG, Bench, running
from support.panel import Viewer
from support.places import ROOT

STORM_S = 3.0
NOBODY = "ws://127.0.0.1:9/ocpp"
"""The port of the discard service: a backend that is not there."""


@dataclass
class Page:
    """A page open on a station: what it asks, and what it has seen."""

    bench: Bench
    client: httpx.AsyncClient
    number: int
    viewer: Viewer

    async def post(self, word: str, **args: Any) -> httpx.Response:
        return await self.client.post(f"/api/operations/{word}", json=args)

    async def watch(self, until: Callable[[], bool]) -> None:
        """Follow the live line until it shows this, coming back whenever it is lost; 25 s at most."""
        async with asyncio.timeout(25):
            while not until():
                with suppress(ConnectionClosed, InvalidMessage, OSError):
                    await self._follow(until)

    async def _follow(self, until: Callable[[], bool]) -> None:
        query = f"?epoch={self.viewer.epoch}&since={self.viewer.seq}" if self.viewer.epoch else ""
        async with ws.connect(f"ws://127.0.0.1:{self.number}/api/live{query}") as line:
            while not until():
                self.viewer.take(await line.recv())

    @property
    def connector(self) -> dict[str, Any]:
        shown: dict[str, Any] = self.viewer.tree.get("connectors", {}).get("1", {})
        return shown

    def shows(self, **fields: Any) -> Callable[[], bool]:
        """Whether the connector is as named."""
        return lambda: all(self.connector.get(name) == value for name, value in fields.items())


@asynccontextmanager
async def opened(folder: Path, csms: str | None = None) -> AsyncGenerator[Page]:
    """A station with a page."""
    with listen(0) as listener:
        number = listener.getsockname()[1]
        client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{number}", timeout=20)
        async with running(folder, csms, panel=listener) as bench, client:
            yield Page(bench, client, number, Viewer())


def play(folder: Path, story: Callable[[Page], Coroutine[Any, Any, None]], csms: str | None = None) -> None:
    """Run a story on a station of its own."""

    async def run() -> None:
        async with opened(folder, csms) as page:
            await story(page)

    asyncio.run(run())


def test_a_page_plugs_in_taps_and_watches_the_charging(tmp_path: Path) -> None:
    """What a person does there happens, and the line shows it, world and curve included."""

    async def story(page: Page) -> None:
        await page.watch(page.shows(ocpp_status="Available"))
        assert page.viewer.tree["station"]["id"] == "BENCH 1"
        assert page.viewer.tree["world"]["plugged"] is False
        assert (await page.post("plug_in")).json() == {"value": None}
        await page.watch(page.shows(ocpp_status="Preparing"))
        assert page.viewer.tree["world"]["plugged"] is True
        assert (await page.post("present_tag", tag=TAG)).status_code == 200
        await page.watch(page.shows(ocpp_status="Charging", relay=True))
        await page.watch(lambda: len(page.viewer.curves["1"]["points"]) >= 2)
        assert page.viewer.curves["1"]["session"] == page.connector["transaction"]["session"]
        status = (await page.post("status")).json()["value"]
        assert status["connectors"][0]["ocpp_status"] == "Charging"
        assert status["pids"] == await page.bench.pids()

    play(tmp_path, story)


def test_what_the_station_refuses_is_told_to_the_page(tmp_path: Path) -> None:
    """A sentence for what cannot be done, what is wrong, and what there is not."""

    async def story(page: Page) -> None:
        for word, args, status in [
            ("unplug", {}, 409),
            ("resend", {"session": "x"}, 409),
            ("plug_in", {"colour": "red"}, 400),
            ("config_set", {"key": "LightIntensity"}, 400),
            ("time_lapse", {"speed": 2}, 404),
        ]:
            answer = await page.post(word, **args)
            assert answer.status_code == status, word
            assert answer.json()["error"].endswith(".")

    play(tmp_path, story)


def test_a_page_survives_a_crash_of_the_host_it_asked_for(tmp_path: Path) -> None:
    """It comes back to another life: another epoch, the whole, and old numbers mean nothing."""

    async def story(page: Page) -> None:
        await page.watch(page.shows(ocpp_status="Available"))
        before, pids = page.viewer.epoch, await page.bench.pids()
        with suppress(httpx.HTTPError):  # the host that was to answer is gone
            await page.post("host_crash")
        answer = await page.client.get("/api/picture")  # waits in the socket's queue for the next host
        assert answer.json()["epoch"] != before
        await page.watch(lambda: page.viewer.epoch != before)
        await page.watch(page.shows(ocpp_status="Available"))
        assert page.viewer.kinds.count("whole") == 2
        after = await page.bench.pids()
        assert (after["board"], after["host"] != pids["host"]) == (pids["board"], True)

    play(tmp_path, story)


def test_a_page_survives_a_power_cut_and_finds_the_car_plugged_in(tmp_path: Path) -> None:
    """Both processes are new; the plug is where it was."""

    async def story(page: Page) -> None:
        await page.post("plug_in")
        await page.watch(page.shows(ocpp_status="Preparing"))
        before = page.viewer.epoch
        with suppress(httpx.HTTPError):
            await page.post("power_cycle")
        await page.watch(lambda: page.viewer.epoch != before)
        await page.watch(lambda: (page.viewer.tree["world"] or {}).get("plugged") is True)
        await page.watch(page.shows(pilot_state="B"))

    play(tmp_path, story)


def test_a_cut_line_to_the_backend_is_shown(tmp_path: Path) -> None:
    """As cut by somebody at the bench, which is not the same as lost."""

    async def story(page: Page) -> None:
        await page.watch(lambda: page.viewer.tree.get("backend", {}).get("configured") is True)
        assert page.viewer.tree["backend"]["cut"] is False
        assert (await page.post("network", up=False)).status_code == 200
        await page.watch(lambda: page.viewer.tree["backend"]["cut"] is True)
        assert (await page.post("network", up=True)).status_code == 200
        await page.watch(lambda: page.viewer.tree["backend"]["cut"] is False)

    play(tmp_path, story, NOBODY)


def test_nonsense_over_http_does_not_end_the_host(tmp_path: Path) -> None:
    """uvicorn's own mistakes reach the event loop's handler; charging must not end with them."""

    async def story(page: Page) -> None:
        await page.bench.charge()
        before = await page.bench.pids()
        for _ in range(3):
            reader, writer = await asyncio.open_connection("127.0.0.1", page.number)
            writer.write(
                b"POST /api/operations/network HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n"
            )
            assert b" 400 " in await reader.readline()
            writer.write(b"ZZZ\r\n")
            with suppress(ConnectionError):
                await reader.read()
            writer.close()
        assert (await page.client.get("/api/picture")).status_code == 200
        assert await page.bench.pids() == before
        await page.bench.wait(ocpp_status="Charging", relay=True)

    play(tmp_path, story)


async def _ask_without_a_pause(page: Page, _writers: list[asyncio.StreamWriter]) -> None:
    while True:
        with suppress(httpx.HTTPError):
            await page.client.get("/api/picture")
            await page.post("ev", current_a=16)


async def _connect(page: Page, writers: list[asyncio.StreamWriter]) -> asyncio.StreamWriter:
    _, writer = await asyncio.open_connection("127.0.0.1", page.number)
    writers.append(writer)
    return writer


async def _talk_without_a_pause(page: Page, writers: list[asyncio.StreamWriter]) -> None:
    """Frames as small as can be, as many as the socket takes."""
    while True:
        writer = await _connect(page, writers)
        writer.write(
            b"GET /api/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        with suppress(OSError):
            while not writer.is_closing():
                writer.write((b"\x89\x80aaaa" + b"\x81\x80aaaa") * 500)
                await writer.drain()
                await asyncio.sleep(0)


async def _leave_open(page: Page, writers: list[asyncio.StreamWriter]) -> None:
    """Connections that say nothing, and more of them."""
    while True:
        await _connect(page, writers)
        await asyncio.sleep(0.01)


def test_a_session_goes_on_through_a_storm_of_visitors(tmp_path: Path) -> None:
    """Requests, frames and idle connections without a pause: the permit is renewed in time all the same."""

    async def story(page: Page) -> None:
        await page.bench.charge()
        before, statuses = await page.bench.pids(), len(page.bench.statuses)
        storm = [_ask_without_a_pause, _ask_without_a_pause, _leave_open, *[_talk_without_a_pause] * 4]
        writers: list[asyncio.StreamWriter] = []
        tasks = [asyncio.create_task(each(page, writers)) for each in storm]
        await asyncio.sleep(STORM_S)  # the storm is to last, not to reach something
        world = await page.bench.world()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()
        assert world["contacts"] == [True, True]
        assert page.bench.statuses[statuses:] == []
        assert await page.bench.pids() == before
        await page.bench.wait(ocpp_status="Charging", relay=True)

    play(tmp_path, story)


def test_a_panel_that_fails_leaves_the_station_charging(tmp_path: Path) -> None:
    """A socket no server can be made of: it is logged, and the host goes on."""

    async def story(panel: socket.socket) -> None:
        async with running(tmp_path, panel=panel) as bench:
            before = await bench.pids()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as visitor:
                visitor.sendto(b"hello", panel.getsockname())
            log = bench.folder.log("host")
            async with asyncio.timeout(15):
                while "the panel failed" not in log.read_text():  # noqa: ASYNC110 - a log tells nobody
                    await asyncio.sleep(0.05)
            await bench.charge()
            assert await bench.pids() == before

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as panel:
        panel.bind(("127.0.0.1", 0))
        asyncio.run(story(panel))


# --- a station's panel in a process of its own ---

STATION = """
import asyncio, json, sys
from pilotline.runtime.listener import listen
from pilotline.runtime.process import run_process
import pilotline.runtime.host_process
from pilotline.panel.entry import OPEN
from pilotline.runtime.station_panel import StationPanel
from unittest import mock

def has_server():
    return [name for name in ("litestar", "uvicorn", "h11") if name in sys.modules]

async def work():
    import asyncio
    port = mock.Mock(operations={}, look=mock.AsyncMock(), now_ms=lambda: 5)
    panel, listener = StationPanel(port, OPEN), listen(0)
    number = listener.getsockname()[1]
    serving = asyncio.create_task(panel.serve(listener))
    await asyncio.sleep(0)
{body}

run_process("test", work)
"""
NO_VISITOR = """
    print(json.dumps(has_server()))
"""
VISITOR = """
    import websockets.asyncio.client as ws
    async with ws.connect(f"ws://127.0.0.1:{number}/api/live"):
        print(json.dumps(has_server()))
"""
ORDERLY_END = f"""
    from support.panel import picture
    import websockets.asyncio.client as ws
    line = await ws.connect(f"ws://127.0.0.1:{{number}}/api/live")
    panel.see(picture())
    await line.recv()
    return {RESTART_ME}
"""
MISTAKE_IN_A_CORE = """
    from support.panel import picture
    import websockets.asyncio.client as ws
    line = await ws.connect(f"ws://127.0.0.1:{number}/api/live")
    panel.see(picture())
    await line.recv()
    asyncio.get_running_loop().call_soon(lambda: 1 / 0)
    await asyncio.sleep(30)
"""
MISTAKE_IN_THE_FEED = """
    from support.panel import picture
    panel._feed.see = lambda *_: 1 / 0
    panel.see(picture())
    panel.see(picture())
    return 3
"""


def station(body: str) -> subprocess.CompletedProcess[str]:
    """A process that fails as a host does, with this body."""
    code = f"import sys; sys.path.insert(0, {str(ROOT / 'tests')!r})" + STATION.replace("{body}", body)
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=40, check=False
    )


def test_a_station_without_a_visitor_has_no_server_in_its_memory() -> None:
    """The page costs nothing until somebody opens it."""
    ended = station(NO_VISITOR)
    assert ended.returncode == 0
    assert ended.stdout.strip() == "[]"


def test_the_first_visitor_brings_the_server() -> None:
    """Who came is served by it."""
    ended = station(VISITOR)
    assert ended.stdout.strip() == '["litestar", "uvicorn", "h11"]'


def test_an_orderly_end_with_an_open_page_is_an_orderly_end() -> None:
    """The lines that are cut by it are no mistake: the exit code is the station's, and nothing is logged."""
    ended = station(ORDERLY_END)
    assert ended.returncode == RESTART_ME
    events = [json.loads(line)["event"] for line in ended.stderr.splitlines()]
    assert events == ["started", "ended"]


def test_a_mistake_of_a_core_still_ends_a_host_with_an_open_page() -> None:
    """The panel takes its own mistakes and nobody else's."""
    assert station(MISTAKE_IN_A_CORE).returncode == FAILED


def test_a_mistake_in_the_feed_costs_the_page_and_not_the_host() -> None:
    """Logged once; the pictures that come after it are not looked at."""
    ended = station(MISTAKE_IN_THE_FEED)
    assert ended.returncode == 3
    events = [json.loads(line)["event"] for line in ended.stderr.splitlines()]
    assert events.count("the panel sees nothing any more") == 1
