"""Where a file is fetched from or brought to: a transfer URL, checked before anybody dials (OCPP 1.6 §8).

Text arithmetic alone. What people and logs may see of it is ``shown``, which bears neither name nor password
nor what stands behind the question mark: a pre-signed address is a secret too (R-32).
"""

from dataclasses import dataclass, field, replace
from enum import Enum
from urllib.parse import SplitResult, quote, unquote, urlsplit

MOST_LETTERS = 2_048
"""A location of GetLog has 512 at most; the older messages name no bound."""


class LocationError(ValueError):
    """A URL nothing can be fetched from or brought to; the message is a sentence, without the URL."""


class Scheme(Enum):
    """The protocols files are moved by, as a URL begins with them; the names are OCPP's words."""

    FTP = "ftp"
    FTPS = "ftps"
    HTTP = "http"
    HTTPS = "https"

    @property
    def port(self) -> int:
        """The usual port; FTPS begins as FTP does and then asks for TLS (RFC 4217)."""
        return {Scheme.HTTP: 80, Scheme.HTTPS: 443}.get(self, 21)

    @property
    def secure(self) -> bool:
        return self in (Scheme.FTPS, Scheme.HTTPS)


SUPPORTED = ",".join(scheme.name for scheme in Scheme)
"""The value of the key SupportedFileTransferProtocols."""


@dataclass(frozen=True, slots=True)
class Location:
    """``path`` begins with a stroke and is percent-encoded, as is ``query``, which may be a secret.

    ``user`` and ``password`` are decoded; None where the URL names none. No ``repr`` tells the secret parts.
    """

    scheme: Scheme
    host: str
    port: int
    path: str
    query: str = field(default="", repr=False)
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """Host and port, as sentences show them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def shown(self) -> str:
        """The location without anything that opens a door."""
        return f"{self.scheme.value}://{self.address}{self.path}"

    @property
    def target(self) -> str:
        """What an HTTP request names: path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def within(self, name: str) -> "Location":
        """The file of this name in the folder that this location is."""
        return replace(self, path=f"{self.path.rstrip('/')}/{quote(name, safe='')}")

    @property
    def folder(self) -> tuple[str, ...]:
        """The names a path leads through, decoded, from the first to the last."""
        return tuple(unquote(each) for each in self.path.split("/") if each)


def parse_location(url: str) -> Location:
    """Scheme, host, port, path and credentials of a transfer URL. Raises LocationError."""
    parts = _split(url)
    scheme = _scheme(parts.scheme)
    host = (parts.hostname or "").lower()
    if not host or parts.port == 0:
        raise LocationError("The URL names no host, or port 0.")
    user, password = _credentials(parts)
    location = Location(
        scheme, host, parts.port or scheme.port, parts.path or "/", parts.query, user, password
    )
    if any(_is_control(each) for name in location.folder for each in name):
        raise LocationError("The URL's path has a control character in it.")
    return location


def _split(url: str) -> SplitResult:
    """Checked before anything else sees it, because urlsplit silently drops some characters."""
    if len(url) > MOST_LETTERS:
        raise LocationError(f"The URL is longer than {MOST_LETTERS} letters.")
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise LocationError("The URL may only have printable ASCII characters, no spaces and no backslashes.")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        raise LocationError("The URL's host or port is malformed.") from None
    if parts.fragment or "#" in url:
        raise LocationError("The URL must not have a fragment (#...).")
    return parts


def _scheme(word: str) -> Scheme:
    try:
        return Scheme(word)
    except ValueError:
        words = ", ".join(f"{scheme.value}://" for scheme in Scheme)
        raise LocationError(f"The URL must begin with one of {words}.") from None


def _credentials(parts: SplitResult) -> tuple[str | None, str | None]:
    """Decoded, and without what could begin a command of its own (RFC 959: a line ends a command)."""
    user = None if parts.username is None else unquote(parts.username)
    password = None if parts.password is None else unquote(parts.password)
    if any(_is_control(each) for each in (user or "") + (password or "")):
        raise LocationError("The URL's name or password has a control character in it.")
    return user, password


def _is_control(letter: str) -> bool:
    return ord(letter) < 32 or ord(letter) == 127
