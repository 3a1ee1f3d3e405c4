"""A backend that answers late, twice, with errors or not at all, and keeps books that a judge can read.

It takes a repeat of the same (connector, tag, meterStart, timestamp) as one transaction, as R-53 words it,
and reads raw JSON: none of the station's own message code judges the station.
"""

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

MONEY = ("StartTransaction", "StopTransaction", "MeterValues")


@dataclass
class Books:
    """What one station's backend holds in the end."""

    starts: dict[tuple[int, str, int, str], int] = field(default_factory=dict[tuple[int, str, int, str], int])
    stops: dict[int, set[tuple[int, str, str]]] = field(default_factory=dict[int, set[tuple[int, str, str]]])
    order: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    unknown: list[str] = field(default_factory=list[str])
    repeats: list[str] = field(default_factory=list[str])

    def start(self, connector: int, tag: str, meter: int, time: str) -> int:
        key = (connector, tag, meter, time)
        if key not in self.starts:
            self.starts[key] = len(self.starts) + 1
            self.order.append(("start", self.starts[key]))
        return self.starts[key]

    def stop(self, transaction: int, meter: int, time: str, reason: str) -> None:
        if transaction not in self.starts.values():
            self.unknown.append(f"StopTransaction for the unknown transaction {transaction}")
        stop = (meter, time, reason)
        if stop not in self.stops.setdefault(transaction, set()):
            self.stops[transaction].add(stop)
            self.order.append(("stop", transaction))

    def metered(self, transaction: int | None) -> None:
        """Meter values belong between the start and the stop of their transaction."""
        if transaction not in self.starts.values():
            self.unknown.append(f"MeterValues for the unknown transaction {transaction}")
        elif transaction in self.stops:
            self.unknown.append(f"MeterValues for transaction {transaction} after its stop")


@dataclass(frozen=True)
class Moods:
    """How often the backend is unkind, in thousandths of the calls that carry money."""

    late: int = 60
    twice: int = 80
    error: int = 60
    deaf: int = 30  # it neither books nor answers, and the connection lives on
    silent: int = 30  # it books, and does not answer
    hang_up_before: int = 40
    hang_up_after: int = 60


class UnkindBackend:
    """Serves any number of stations; ``books`` by station id. Kind when ``kind`` is set."""

    def __init__(self, seed: int, moods: Moods | None = None) -> None:
        self._chance = random.Random(seed)
        self._moods = moods or Moods()
        self._server: Server | None = None
        self.kind = False
        self.used: Counter[str] = Counter()
        self.books: dict[str, Books] = {}

    @property
    def url(self) -> str:
        assert self._server is not None
        port = next(iter(self._server.sockets)).getsockname()[1]
        return f"ws://127.0.0.1:{port}/ocpp"

    async def __aenter__(self) -> "UnkindBackend":
        self._server = await serve(self._serve, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")])
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        books = self.books.setdefault(connection.request.path.rsplit("/", 1)[1], Books())
        answered: set[str] = set()
        try:
            async for text in connection:
                kind, call_id, *rest = json.loads(text)
                if kind == 2:
                    content = json.dumps(rest)
                    if content in answered:
                        books.repeats.append(f"{content} came again though it had been answered")
                    if await self._answer(connection, books, call_id, rest[0], rest[1]):
                        answered.add(content)
        except ConnectionClosed:
            return

    async def _answer(
        self, connection: ServerConnection, books: Books, call_id: str, action: str, payload: dict[str, Any]
    ) -> bool:
        """True when a call that carries money was answered at once: it may not come again here (R-53)."""
        mood = self._mood(action)
        self.used[mood] += action in MONEY
        if mood == "hang_up_before":
            connection.transport.abort()
            return False
        if mood == "deaf":
            return False
        if mood == "error":
            await connection.send(json.dumps([4, call_id, "InternalError", "not today", {}]))
            return False
        answer = json.dumps([3, call_id, _book(books, action, payload)])
        if mood == "hang_up_after":
            connection.transport.abort()
            return False
        if mood == "silent":
            return False
        if mood == "late":
            await asyncio.sleep(self._chance.uniform(0.2, 1.5))
        await connection.send(answer)
        if mood == "twice":
            await connection.send(answer)
        return action in MONEY and mood != "late"

    def _mood(self, action: str) -> str:
        if self.kind or action not in MONEY:
            return "kind"
        drawn, total = self._chance.randrange(1_000), 0
        for mood, share in vars(self._moods).items():
            total += share
            if drawn < total:
                return mood
        return "kind"


def _book(books: Books, action: str, payload: dict[str, Any]) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    accepted = {"status": "Accepted"}
    match action:
        case "BootNotification":
            return {"status": "Accepted", "currentTime": now, "interval": 300}
        case "Heartbeat":
            return {"currentTime": now}
        case "Authorize":
            return {"idTagInfo": accepted}
        case "StartTransaction":
            key = (payload["connectorId"], payload["idTag"], payload["meterStart"], payload["timestamp"])
            return {"idTagInfo": accepted, "transactionId": books.start(*key)}
        case "StopTransaction":
            books.stop(
                payload["transactionId"],
                payload["meterStop"],
                payload["timestamp"],
                payload.get("reason", "Local"),
            )
            return {}
        case "MeterValues":
            books.metered(payload.get("transactionId"))
            return {}
        case _:
            return {}
