"""Which requests are looked at at all: those that name this station, from no page but the panel's own.

A browser lets any site's script send requests to loopback and to the house's network, and any name resolve to
either. The first shows in ``Origin`` and ``Sec-Fetch-Site``, the second in ``Host``; none can be forged by a
page. Programs send no ``Origin``. Who it is that asks is decided behind this (``doors.py``).
"""

from collections.abc import Callable, Collection, Iterable
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
_NEVER_KEPT = ((b"cache-control", b"no-store"),)
"""What a browser is told over the interface is somebody's: it is not to be found in its cache."""
_API, _DOCS = "/api/", "/api/docs"
"""The OpenAPI page has a script of its own in its text, and nothing that is anybody's."""
_FOREIGN = frozenset({"cross-site", "same-site"})
"""``same-site`` is another port or name of the same machine: no page of ours."""
_ELSEWHERE = "Only the panel's own page may ask this station from a browser."


def refusal(
    host: str | None,
    origin: str | None,
    fetch_site: str | None = None,
    *,
    https: bool = False,
    names: Collection[str] = (),
) -> str | None:
    """Why a request with these headers is not served, as a sentence; None when it is.

    ``names`` are what https may be reached by beside loopback; http is loopback's alone.
    """
    name = ((host or "").rpartition(":")[0] if _has_port(host or "") else (host or "")).lower()
    if https and name not in _HOSTS and name not in names:
        return "This is none of the station's names; one more is given by --panel-name."
    if not https and name not in _HOSTS:
        return "The panel is reached by a loopback address only, such as http://127.0.0.1."
    scheme = "https" if https else "http"
    if origin is not None and origin.lower() != f"{scheme}://{host}".lower():
        return _ELSEWHERE
    if fetch_site in _FOREIGN:
        return _ELSEWHERE
    return None


def _has_port(host: str) -> bool:
    return host.rpartition(":")[2].isdigit()


def as_host(name: str) -> str:
    """A name or address as ``Host`` writes it, without a port."""
    return f"[{name}]".lower() if ":" in name else name.lower()


class Guard:
    """ASGI around ASGI: refuses, and gives every answer the headers that keep a browser strict."""

    def __init__(self, app: Any, names: Collection[str] = ()) -> None:
        """``names`` of this machine; the very address that a connection came to is one more."""
        self._app = app
        self._names = frozenset(map(as_host, names))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        why = self._refusal(scope)
        if why is None:
            await self._app(scope, receive, _strict(send, scope["path"]))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: 403
        else:
            await _forbid(_strict(send, scope["path"]), why)

    def _refusal(self, scope: Any) -> str | None:
        headers = dict(scope["headers"])
        https = scope["scheme"] in ("https", "wss")
        fetch_site = _text(headers.get(b"sec-fetch-site")) if _is_asked(scope["path"]) else None
        own = {as_host(scope["server"][0])} if https and scope.get("server") else set[str]()
        return refusal(
            _text(headers.get(b"host")),
            _text(headers.get(b"origin")),
            fetch_site,
            https=https,
            names=self._names | own,
        )


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")


def _is_docs(path: str) -> bool:
    return path == _DOCS or path.startswith(f"{_DOCS}/")


def _is_asked(path: str) -> bool:
    """Of the interface: a link from another page leads to the page itself all the same."""
    return path.startswith(_API) and not _is_docs(path)


def _strict(send: Any, path: str) -> Callable[[Any], Any]:
    policy = _DOCS_POLICY if _is_docs(path) else _POLICY
    kept = _NEVER_KEPT if _is_asked(path) else ()
    headers = ((b"content-security-policy", policy), *_HEADERS, *kept)

    async def sends(message: Any) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *headers]}
        await send(message)

    return sends


async def _forbid(send: Any, why: str) -> None:
    headers: Iterable[tuple[bytes, bytes]] = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    body = b'{"error": "' + why.encode() + b'", "code": "origin"}'
    await send({"type": "http.response.body", "body": body})
