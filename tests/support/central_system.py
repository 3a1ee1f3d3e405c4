"""A foreign backend: the central system of the `ocpp` package, for real time and for simulated time.

:class:`CentralSystem` stands behind a real WebSocket server on loopback, :class:`CentralSystemInMemory` at
the end of a simulated station's line. Every text the station sends is kept and judged by the official JSON
schemas that the package carries.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from jsonschema.exceptions import ValidationError
from ocpp.messages import MessageType, get_validator
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.datatypes import IdTagInfo
from ocpp.v16.enums import Action, AuthorizationStatus, DataTransferStatus, GenericStatus, RegistrationStatus
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from pilotline.simulator.backend import MIDNIGHT, VirtualBackend

VERSION = "1.6"
ERROR_CODES = (
    "NotImplemented", "NotSupported", "InternalError", "ProtocolError", "SecurityError", "FormationViolation",
    "PropertyConstraintViolation", "OccurenceConstraintViolation", "TypeConstraintViolation", "GenericError",
)  # fmt: skip
"""OCPP-J 1.6 §4.2.3, in its own spelling."""
INTERVAL_S = 300

logging.getLogger("ocpp").setLevel(logging.CRITICAL)  # it logs what the tests look at anyway


@dataclass(frozen=True, slots=True)
class Message:
    """A call of the station: its action and payload as they stood on the wire."""

    action: str
    payload: dict[str, Any]


@dataclass
class Records:
    """All a station said over all its connections; ``complaints`` are the judge's."""

    texts: list[str] = field(default_factory=list[str])
    calls: list[Message] = field(default_factory=list[Message])
    complaints: list[str] = field(default_factory=list[str])
    asked: dict[str, str] = field(default_factory=dict[str, str])
    replies: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])

    def sent(self, text: str) -> None:
        """A text of ours: remember which answer belongs to which action."""
        kind, *rest = json.loads(text)
        if kind == MessageType.Call:
            self.asked[rest[0]] = rest[1]

    def received(self, text: str) -> None:
        """A text of the station."""
        self.texts.append(text)
        frame: list[Any] = json.loads(text)
        match frame:
            case [MessageType.Call, str(), str(action), dict(payload)]:
                self._judge(MessageType.Call, action, payload)
                self.calls.append(Message(action, payload))
            case [MessageType.CallResult, str(call_id), dict(payload)]:
                self._judge(MessageType.CallResult, self.asked[call_id], payload)
                self.replies[call_id] = list(frame)
            case [MessageType.CallError, str(call_id), str(code), str(), dict()] if code in ERROR_CODES:
                self.replies[call_id] = list(frame)
            case _:
                self.complaints.append(f"No frame of OCPP-J 1.6: {text}")

    def _judge(self, kind: int, action: str, payload: dict[str, Any]) -> None:
        exact = json.loads(json.dumps(payload), parse_float=Decimal)  # as the package does it
        try:
            get_validator(kind, action, VERSION, parse_float=Decimal).validate(exact)
        except (ValidationError, OSError) as error:
            self.complaints.append(f"{action} {payload}: {error}")


class CentralSystem:
    """``start`` listens, ``cut`` ends the server and every connection as a power cut would; both repeat."""

    def __init__(self, subprotocol: str = "ocpp1.6") -> None:
        self.records = Records()
        self.paths: list[str] = []
        self.refused_tags: set[str] = set()
        self.transactions = count(1)
        self.peer: Peer | None = None
        self._subprotocol = Subprotocol(subprotocol)
        self._port = 0
        self._server: Server | None = None
        self._news = asyncio.Event()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._port}/ocpp"

    async def start(self) -> None:
        """Listen on an ephemeral port, the same one on every start."""
        self._server = await serve(
            self._serve, "127.0.0.1", self._port, subprotocols=[self._subprotocol], close_timeout=0.1
        )
        self._port = next(iter(self._server.sockets)).getsockname()[1]

    async def cut(self) -> None:
        """Gone, without a closing handshake."""
        if self._server is not None:
            if self.peer is not None:
                self.peer.line.socket.transport.abort()
            self._server.close()
            await self._server.wait_closed()
            self._server, self.peer = None, None

    async def until(self, what: Callable[[], Any], timeout_s: float = 40) -> Any:
        """The first truthy value of ``what``, asked again after every message."""
        async with asyncio.timeout(timeout_s):
            while not (found := what()):
                await self._news.wait()
                self._news.clear()
        return found

    async def call_of(self, action: str, after: int = 0, **fields: Any) -> Message:
        """The first call of this action with these payload fields, from call number ``after`` on."""

        def find() -> Message | None:
            return next((m for m in self.records.calls[after:] if _fits(m, action, fields)), None)

        found: Message = await self.until(find)
        return found

    @property
    def heard(self) -> int:
        """How many calls have come: where to look from later."""
        return len(self.records.calls)

    async def ask(self, request: Any) -> Any:
        """Call the station; a CALLERROR is raised as the package's exception."""
        peer = await self.until(lambda: self.peer)
        return await peer.call(request, suppress=False)

    async def say(self, call_id: str, text: str) -> list[Any]:
        """Send any text; the frame it is answered with."""
        peer = await self.until(lambda: self.peer)
        self.records.asked[call_id] = ""
        await peer.line.socket.send(text)
        frame: list[Any] = await self.until(lambda: self.records.replies.get(call_id))
        return frame

    def tell_news(self) -> None:
        self._news.set()

    async def _serve(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.paths.append(socket.request.path)
        peer = self.peer = Peer(self, Line(self, socket))
        self.tell_news()
        try:
            await peer.start()
        except ConnectionClosed:
            self.peer = None if self.peer is peer else self.peer
            self.tell_news()


class Line:
    """The socket as the package uses it, with every text kept on its way."""

    def __init__(self, system: CentralSystem, socket: ServerConnection) -> None:
        self._system = system
        self.socket = socket

    async def recv(self) -> str:
        text = await self.socket.recv()
        assert isinstance(text, str), "OCPP-J knows text frames only"
        self._system.records.received(text)
        self._system.tell_news()
        return text

    async def send(self, text: str) -> None:
        self._system.records.sent(text)
        await self.socket.send(text)


class CentralSystemInMemory(VirtualBackend):
    """The package at the end of a simulated station's line: its answers, at the simulated time."""

    def __init__(self) -> None:
        super().__init__()
        self.records = Records()
        self.transactions = count(1)
        self._now = 0
        self._answers: list[str] = []
        self._peer = Peer(self, self, lambda: MIDNIGHT + timedelta(microseconds=self._now))

    def receive(self, text: str, now: int) -> Sequence[str]:
        self.records.received(text)
        self._now, self._answers = now, []
        asyncio.run(self._peer.route_message(text))
        return self._answers

    async def send(self, text: str) -> None:
        self.records.sent(text)
        self._answers.append(text)


class Peer(ChargePoint):
    """One connection of the station, answered by the package."""

    def __init__(
        self,
        system: CentralSystem | CentralSystemInMemory,
        line: Any,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__("station", line, response_timeout=10)
        self._system = system
        self._now = now
        self.line = line

    @on(Action.boot_notification)
    def boot(self, **_: Any) -> call_result.BootNotification:
        return call_result.BootNotification(self._time(), INTERVAL_S, RegistrationStatus.accepted)

    @on(Action.heartbeat)
    def heartbeat(self) -> call_result.Heartbeat:
        return call_result.Heartbeat(self._time())

    @on(Action.status_notification)
    def status(self, **_: Any) -> call_result.StatusNotification:
        return call_result.StatusNotification()

    @on(Action.diagnostics_status_notification)
    def diagnostics_status(self, **_: Any) -> call_result.DiagnosticsStatusNotification:
        return call_result.DiagnosticsStatusNotification()

    @on(Action.log_status_notification)
    def log_status(self, **_: Any) -> call_result.LogStatusNotification:
        return call_result.LogStatusNotification()

    @on(Action.firmware_status_notification)
    def firmware_status(self, **_: Any) -> call_result.FirmwareStatusNotification:
        return call_result.FirmwareStatusNotification()

    @on(Action.signed_firmware_status_notification)
    def signed_firmware_status(self, **_: Any) -> call_result.SignedFirmwareStatusNotification:
        return call_result.SignedFirmwareStatusNotification()

    @on(Action.security_event_notification)
    def security_event(self, **_: Any) -> call_result.SecurityEventNotification:
        return call_result.SecurityEventNotification()

    @on(Action.sign_certificate)
    def sign_certificate(self, **_: Any) -> call_result.SignCertificate:
        return call_result.SignCertificate(GenericStatus.accepted)

    @on(Action.data_transfer)
    def data_transfer(self, **_: Any) -> call_result.DataTransfer:
        return call_result.DataTransfer(DataTransferStatus.accepted)

    @on(Action.meter_values)
    def meter_values(self, **_: Any) -> call_result.MeterValues:
        return call_result.MeterValues()

    @on(Action.authorize)
    def authorize(self, id_tag: str) -> call_result.Authorize:
        return call_result.Authorize(self._judge(id_tag))

    @on(Action.start_transaction)
    def start_transaction(self, id_tag: str, **_: Any) -> call_result.StartTransaction:
        return call_result.StartTransaction(next(self._system.transactions), self._judge(id_tag))

    @on(Action.stop_transaction)
    def stop_transaction(self, **_: Any) -> call_result.StopTransaction:
        return call_result.StopTransaction()

    def _time(self) -> str:
        return self._now().isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _judge(self, tag: str) -> IdTagInfo:
        refused = tag in self._system.refused_tags
        return IdTagInfo(AuthorizationStatus.invalid if refused else AuthorizationStatus.accepted)


def _fits(message: Message, action: str, fields: dict[str, Any]) -> bool:
    return message.action == action and all(message.payload.get(k) == v for k, v in fields.items())
