"""A backend with TLS, passwords and client certificates, in threads; it refuses as servers do, by alerts.

asyncio's server cuts a line whose handshake failed; this one says why, so that the sentences can be tested.
"""

import json
import ssl
import threading
from base64 import b64decode
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import count
from typing import Any
from urllib.parse import unquote

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

ANSWERS: dict[str, dict[str, Any]] = {
    "BootNotification": {"status": "Accepted", "interval": 300},
    "SignCertificate": {"status": "Accepted"},
    "Authorize": {"idTagInfo": {"status": "Accepted"}},
    "DataTransfer": {"status": "Accepted"},
    "StartTransaction": {"idTagInfo": {"status": "Accepted"}, "transactionId": 1},
}
"""All others are answered with nothing."""


@dataclass
class SecureBackend:
    """``password`` None lets everybody in. ``came`` tells of every WebSocket handshake: name, password, and
    the common name of the certificate shown.
    """

    tls: ssl.SSLContext | None = None
    password: bytes | None = None
    registration: str = "Accepted"
    came: list[tuple[str, bytes, str]] = field(default_factory=list[tuple[str, bytes, str]])
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list[tuple[str, dict[str, Any]]])
    port: int = 0

    def __post_init__(self) -> None:
        self._numbers = count(1)
        self._answers: dict[str, dict[str, Any]] = {}
        self._lines: list[ServerConnection] = []
        self._news = threading.Condition()
        self._server: Server | None = None

    @property
    def url(self) -> str:
        return f"{'wss' if self.tls else 'ws'}://127.0.0.1:{self.port}/ocpp"

    def start(self) -> None:
        """On the port it had before."""
        self._server = serve(
            self._serve,
            "127.0.0.1",
            self.port,
            ssl=self.tls,
            subprotocols=[Subprotocol("ocpp1.6")],
            process_request=self._judge,
            open_timeout=5,
            compression=None,
        )
        self.port = self._server.socket.getsockname()[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
        for line in [*self._lines]:
            line.close()

    def _judge(self, line: ServerConnection, request: Request) -> Response | None:
        name, password = _credentials(request.headers.get("Authorization"))
        with self._news:
            self.came.append((name, password, _shown(line)))
            self._news.notify_all()
        known = unquote(request.path.rsplit("/", 1)[-1])
        if self.password is None or (name, password) == (known, self.password):
            return None
        return line.respond(HTTPStatus.UNAUTHORIZED, "Who are you?\n")

    def _serve(self, line: ServerConnection) -> None:
        self._lines.append(line)
        try:
            for text in line:
                self._take(line, json.loads(text))
        except ConnectionClosed:
            pass
        finally:
            self._lines.remove(line)

    def _take(self, line: ServerConnection, frame: list[Any]) -> None:
        if frame[0] != 2:
            with self._news:
                self._answers[frame[1]] = frame[2] if frame[0] == 3 else {"error": frame[2]}
                self._news.notify_all()
            return
        _, number, action, payload = frame
        answer = dict(ANSWERS.get(action, {}))
        if action == "BootNotification":
            answer |= {"status": self.registration}
        if action in ("BootNotification", "Heartbeat"):
            answer["currentTime"] = datetime.now(UTC).isoformat()
        line.send(json.dumps([3, number, answer]))
        with self._news:
            self.calls.append((action, payload))
            self._news.notify_all()

    # --- what a test asks ---

    def ask(self, action: str, within_s: float = 20, **payload: Any) -> dict[str, Any]:
        """The station's answer to a call."""
        number = f"b{next(self._numbers)}"
        line = self.wait_for(lambda: self._lines[-1] if self._lines else None, within_s)
        line.send(json.dumps([2, number, action, payload]))
        return self.wait_for(lambda: self._answers.get(number), within_s)

    def wait_for(self, look: Any, within_s: float = 30) -> Any:
        """What ``look`` finds, as soon as it finds something."""
        with self._news:
            assert self._news.wait_for(look, within_s), f"not within {within_s} s; it heard {self.calls[-5:]}"
            return look()

    def wait_call(self, action: str, after: int = 0, within_s: float = 30, **having: Any) -> dict[str, Any]:
        """The first such call of the station, not counting the first ``after`` calls."""

        def look() -> dict[str, Any] | None:
            return next(
                (
                    payload
                    for name, payload in self.calls[after:]
                    if name == action and all(payload.get(key) == value for key, value in having.items())
                ),
                None,
            )

        def found() -> tuple[dict[str, Any]] | None:
            payload = look()
            return None if payload is None else (payload,)

        return self.wait_for(found, within_s)[0]


@contextmanager
def backend(backend_: SecureBackend) -> Generator[SecureBackend]:
    backend_.start()
    try:
        yield backend_
    finally:
        backend_.stop()


def _credentials(header: str | None) -> tuple[str, bytes]:
    if header is None or not header.startswith("Basic "):
        return "", b""
    name, _, password = b64decode(header[6:]).partition(b":")
    return name.decode(), password


def _shown(line: ServerConnection) -> str:
    ask = getattr(line.socket, "getpeercert", None)
    found = ask() if ask is not None else None
    names = dict(part[0] for part in (found or {}).get("subject", ()))
    return str(names.get("commonName", ""))
