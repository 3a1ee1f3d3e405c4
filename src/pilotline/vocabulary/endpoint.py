"""Where the backend is: a URL and a station's id, checked before anybody dials (OCPP-J §3.1.1, M-48).

Text arithmetic alone: the dialler is a driver, and the key that holds the URL is checked by the same rules.
"""

from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote_to_bytes, urlsplit, urlunsplit


class UrlError(ValueError):
    """A URL or station id that cannot be dialled; the message is a sentence for people, without the URL."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to dial. ``uri`` bears no credentials; ``address`` and ``path`` are what sentences may show."""

    uri: str
    host: str
    address: str
    path: str
    secure: bool
    authorization: str | None


def parse_endpoint(url: str, station_id: str) -> Endpoint:
    """The endpoint of a station: its id, percent-encoded, is the last part of the path (OCPP-J §3.1.1)."""
    parts = _split(url)
    path = parts.path.rstrip("/")
    host = (parts.hostname or "").lower()
    secure = parts.scheme == "wss"
    shown = f"[{host}]" if ":" in host else host
    address = f"{shown}:{parts.port or (443 if secure else 80)}"
    uri = urlunsplit((parts.scheme, address, f"{path}/{_quote_id(station_id)}", parts.query, ""))
    return Endpoint(uri, host, address, path or "/", secure, _authorization(parts))


def _split(url: str) -> SplitResult:
    """Checked before anything else sees it, because urlsplit silently drops some characters."""
    if not url.isascii() or not url.isprintable() or " " in url:
        raise UrlError("The URL may only have printable ASCII characters and no spaces.")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        raise UrlError("The URL's host or port is malformed.") from None
    if parts.scheme not in ("ws", "wss"):
        raise UrlError("The URL must begin with ws:// or wss://.")
    if not host or parts.port == 0:
        raise UrlError("The URL names no host, or port 0.")
    if parts.fragment or "#" in url:
        raise UrlError("The URL must not have a fragment (#...).")
    return parts


def _quote_id(station_id: str) -> str:
    if not station_id or station_id in (".", ".."):
        raise UrlError("The station's id is empty, or no name a URL can carry.")
    try:
        return quote(station_id, safe="")
    except UnicodeEncodeError:
        raise UrlError("The station's id is not a valid text.") from None


def _authorization(parts: SplitResult) -> str | None:
    """HTTP Basic (RFC 7617), kept out of the URI so that no exception of the library can carry it."""
    if parts.username is None:
        return None
    pair = unquote_to_bytes(parts.username) + b":" + unquote_to_bytes(parts.password or "")
    return "Basic " + b64encode(pair).decode()


def check_public(url: str, station_id: str) -> None:
    """The same for a URL that everybody may read: it bears no password. Raises UrlError."""
    endpoint = parse_endpoint(url, station_id)
    if endpoint.authorization is not None:
        raise UrlError("The URL must not have a name or a password: who sees the settings would read it.")
