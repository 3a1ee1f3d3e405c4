"""Who is let in: whoever names a loopback address, from no page but the panel's own.

A browser lets any site's script send requests to loopback, and any name resolve to it. The first shows in
``Origin``, the second in ``Host``; neither can be forged by a page. Programs send no ``Origin``.
"""

from collections.abc import Callable, Iterable
from typing import Any

_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
_POLICY = (
    b"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    b"frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_DOCS_POLICY = _POLICY + b"; script-src 'self' 'unsafe-inline'"
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_DOCS = "/api/docs"
"""The OpenAPI page has a script of its own in its text."""


def refusal(host: str | None, origin: str | None) -> str | None:
    """Why a request with these headers is not served, as a sentence; None when it is."""
    name = (host or "").rpartition(":")[0] if _has_port(host or "") else (host or "")
    if name.lower() not in _HOSTS:
        return "The panel is reached by a loopback address only, such as http://127.0.0.1."
    if origin is not None and origin.lower() != f"http://{host}".lower():
        return "Only the panel's own page may ask this station from a browser."
    return None


def _has_port(host: str) -> bool:
    return host.rpartition(":")[2].isdigit()


class Guard:
    """ASGI around ASGI: refuses, and gives every answer the headers that keep a browser strict."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        why = refusal(_text(headers.get(b"host")), _text(headers.get(b"origin")))
        if why is None:
            policy = _DOCS_POLICY if _is_docs(scope["path"]) else _POLICY
            await self._app(scope, receive, _strict(send, policy))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: 403
        else:
            await _forbid(_strict(send, _POLICY), why)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")


def _is_docs(path: str) -> bool:
    return path == _DOCS or path.startswith(f"{_DOCS}/")


def _strict(send: Any, policy: bytes) -> Callable[[Any], Any]:
    headers = ((b"content-security-policy", policy), *_HEADERS)

    async def sends(message: Any) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *headers]}
        await send(message)

    return sends


async def _forbid(send: Any, why: str) -> None:
    headers: Iterable[tuple[bytes, bytes]] = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"error": "' + why.encode() + b'"}'})
