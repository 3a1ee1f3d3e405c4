"""Around the panel: pictures to show, a port that remembers, the real server on a real socket, a client."""

import asyncio
import gc
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import websockets.asyncio.client as ws
from websockets.exceptions import ConnectionClosed

from pilotline.links.operations import LOCAL, OPERATIONS
from pilotline.panel.entry import OPEN, Entry
from pilotline.panel.feed import Feed
from pilotline.panel.picture import BackendPicture, Picture, Plate, Tree, merged
from pilotline.panel.port import Row
from pilotline.panel.server import PanelServer
from pilotline.runtime.listener import listen
from pilotline.runtime.words import WORDS
from pilotline.simulator.actions import ACTIONS
from pilotline.simulator.bench import BENCH
from pilotline.station.snapshot import ConnectorView, LimitView, TransactionView, Why
from pilotline.vocabulary.roles import Asker

EPOCH = "9f3c51aa"
PLATE = Plate("CP-1", "evnet-7kw-s", "SN-1", "1.0", 1, 32.0, 230, virtual=True, zero_utc_ms=None)
IDLE = ConnectorView(
    id=1,
    ocpp_status="Available",
    pilot_state="A",
    relay=False,
    offered_a=0.0,
    limit_reason="CABLE",
    limit=LimitView("CABLE", "The cable", 1, "The cable carries 32 A.", 32.0),
    current_a=(0.0, 0.0, 0.0),
    voltage_v=(230.0, 0.0, 0.0),
    power_w=0,
    energy_wh=1_000,
    temperature_c=30.0,
    transaction=None,
    faults=(),
    why=Why("PLUG_IN", "Plug the car in."),
    light=("#00ff00", "#000000", 100),
)


def in_session(session: str = "s-1", power_w: int | None = 7_360, offered_a: float = 32.0) -> ConnectorView:
    """A connector that charges."""
    transaction = TransactionView(session, None, "TAG", 1_000, "running")
    return replace(IDLE, transaction=transaction, power_w=power_w, offered_a=offered_a)


def picture(*connectors: ConnectorView, queued: int = 0, problem: str | None = None) -> Picture:
    """A picture with these connectors (an idle one if none)."""
    shown = {str(each.id): each for each in connectors or (IDLE,)}
    return Picture(PLATE, shown, BackendPicture(True, True, False, queued, 0, problem))


class Viewer:
    """What a page makes of the texts it gets, as docs/reference/panel.md tells it to."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.epoch: str | None = None
        self.seq: int | None = None
        self.tree: Tree = {}
        self.curves: dict[str, dict[str, Any]] = {}

    def take(self, text: str | bytes) -> None:
        """One text of the live line."""
        message = json.loads(text)
        self.kinds.append(message["kind"])
        match message["kind"]:
            case "whole":
                assert message.keys() == {"kind", "epoch", "seq", "at_ms", "picture", "curves"}
                self.epoch, self.seq = message["epoch"], message["seq"]
                self.tree, self.curves = message["picture"], message["curves"]
            case "change":
                assert message.keys() <= {"kind", "seq", "at_ms", "picture", "points"}
                assert self.seq is not None
                assert message["seq"] == self.seq + 1
                self.seq = message["seq"]
                self.tree = merged(self.tree, message.get("picture", {}))
                self._add(message.get("points", {}))
            case _:
                assert message.keys() == {"kind", "seq", "at_ms"}
                assert message["seq"] == self.seq

    def _add(self, points: Mapping[str, list[Any]]) -> None:
        for name, new in points.items():
            session = self.tree["connectors"][name]["transaction"]["session"]
            curve = self.curves.get(name)
            if curve is None or curve["session"] != session:
                curve = self.curves[name] = {"session": session, "from_ms": new[0][0], "points": []}
            curve["points"] = [*curve["points"], *new]

    def agrees_with(self, whole: str) -> None:
        """It has what is in the whole; of a curve it may have points that the whole has thinned away."""
        message = json.loads(whole)
        assert (self.epoch, self.seq) == (message["epoch"], message["seq"])
        assert self.tree == message["picture"]
        for name, curve in message["curves"].items():
            mine = self.curves.get(name, {"session": None, "from_ms": 0, "points": []})
            assert (mine["session"], mine["from_ms"]) == (curve["session"], curve["from_ms"])
            assert [point for point in mine["points"] if point in curve["points"]] == curve["points"]
            assert mine["points"][-1:] == curve["points"][-1:]


async def no_answer(_word: str, _args: Mapping[str, Any]) -> Any:
    """Does nothing, as most operations."""
    return None


@dataclass
class FakePort:
    """Remembers what it was asked; ``answer`` does it."""

    virtual: bool = True
    connectors: tuple[int, ...] = (1, 2)
    operations: Mapping[str, Row] = field(
        default_factory=lambda: {
            **{word: row for word, row in WORDS.items() if row.served_by != "lapse"},
            **OPERATIONS,
            **BENCH,
            **ACTIONS,
        }
    )
    answer: Callable[[str, Mapping[str, Any]], Any] = no_answer
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list[tuple[str, Mapping[str, Any]]])
    watched: list[bool] = field(default_factory=list[bool])
    noted: list[tuple[str, Mapping[str, str]]] = field(default_factory=list[tuple[str, Mapping[str, str]]])
    askers: list[Asker] = field(default_factory=list[Asker])
    looks: int = 0
    at_ms: int = 1_000

    def now_ms(self) -> int:
        return self.at_ms

    async def look(self) -> None:
        self.looks += 1

    def watch(self, watched: bool) -> None:
        self.watched.append(watched)

    async def ask(self, word: str, args: Mapping[str, Any], asker: Asker = LOCAL) -> Any:
        self.asked.append((word, args))
        self.askers.append(asker)
        return await self.answer(word, args)

    def note(self, kind: str, words: Mapping[str, str]) -> None:
        self.noted.append((kind, words))


@dataclass
class Served:
    """A panel that is served: its fake port, its feed, and ways to it."""

    port: FakePort
    feed: Feed
    server: PanelServer
    number: int
    client: httpx.AsyncClient
    escaped: list[dict[str, Any]]
    """What reached the event loop's handler: a host would have ended."""

    def show(self, shown: Picture) -> None:
        """A new picture, 100 ms later."""
        self.port.at_ms += 100
        if self.feed.see(shown, self.port.at_ms):
            self.server.tell()

    def line(self, query: str = "", **options: Any) -> ws.connect:
        """The live line."""
        return ws.connect(f"ws://127.0.0.1:{self.number}/api/live{query}", ping_interval=None, **options)

    async def raw(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to say anything over."""
        return await asyncio.open_connection("127.0.0.1", self.number)

    async def post(self, word: str, **args: Any) -> httpx.Response:
        return await self.client.post(f"/api/operations/{word}", json=args)

    def connections(self) -> list[Any]:
        """The server's ends of all connections."""
        return list(self.server._server.server_state.connections)

    async def until_unwatched(self) -> None:
        """Until the last line has gone."""
        async with asyncio.timeout(10):
            while self.port.watched[-1:] != [False]:  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.01)


@asynccontextmanager
async def served(port: FakePort | None = None, entry: Entry = OPEN, **options: Any) -> AsyncGenerator[Served]:
    """The real server on a free port, with one picture seen; nothing of it may reach the loop's handler."""
    port, feed, escaped = port or FakePort(), Feed(EPOCH), list[dict[str, Any]]()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: escaped.append(context))
    server, listener = PanelServer(port, feed, entry, **options), listen(0)
    number = listener.getsockname()[1]
    task = asyncio.create_task(server.serve(listener))
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{number}", timeout=10) as client:
            panel = Served(port, feed, server, number, client, escaped)
            panel.show(picture())
            yield panel
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0)  # connections that were cut off hear of it
        listener.close()
    gc.collect()  # a task nobody asked for its error tells it now
    assert escaped == []


async def until_closed(line: ws.ClientConnection) -> int | None:
    """Hear a line out; the code it was closed with."""
    try:
        while True:
            await line.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
