"""Where the backend is: a URL and a station's id, checked before anybody dials (OCPP-J §3.1.1, M-48).

Text arithmetic alone: the dialler is a driver, and the key that holds the URL is checked by the same rules.
"""

from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, unquote_to_bytes, urlsplit, urlunsplit

from pilotline.vocabulary import refusals
from pilotline.vocabulary.refusals import RefusedError


class UrlError(RefusedError):
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
        raise UrlError(refusals.URL_CHARACTERS.of())
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        raise UrlError(refusals.URL_HOST.of()) from None
    if parts.scheme not in ("ws", "wss"):
        raise UrlError(refusals.URL_SCHEME.of())
    if not host or parts.port == 0:
        raise UrlError(refusals.URL_NO_HOST.of())
    if parts.fragment or "#" in url:
        raise UrlError(refusals.URL_FRAGMENT.of())
    return parts


def _quote_id(station_id: str) -> str:
    if not station_id or station_id in (".", ".."):
        raise UrlError(refusals.ID_NO_NAME.of())
    try:
        return quote(station_id, safe="")
    except UnicodeEncodeError:
        raise UrlError(refusals.ID_NO_TEXT.of()) from None


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
        raise UrlError(refusals.URL_PASSWORD.of())


def secrets_in(url: str | None) -> frozenset[str]:
    """What of a URL must never be told: its password, as it is written, as it reads, and as it is sent."""
    try:
        parts = urlsplit(url or "")
        password, sent = parts.password or "", _authorization(parts) or ""
    except ValueError:
        return frozenset()
    return frozenset({password, unquote(password), sent.removeprefix("Basic ")} - {""})
