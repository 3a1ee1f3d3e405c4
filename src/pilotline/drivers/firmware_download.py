"""A firmware file by https, from the hosts the station is told of and from nowhere else (M-43, R-31).

Bounded in size and in time. Which server sends the file decides nothing: the file is signed by its maker. So
the server's certificate may lead to a root of the operating system or to an installed one of a manufacturer.
"""

import base64
import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from urllib.parse import urljoin

from pilotline.station.upkeep.work import Ear
from pilotline.vocabulary.firmware import MOST_BYTES, FirmwareFault
from pilotline.vocabulary.location import Location, LocationError, Scheme, parse_location

SILENCE_S = 30.0
"""A server that says nothing for so long is gone."""
WHOLE_S = 600.0
"""A download takes no longer, however slowly bytes keep coming: 2 MiB at 4 kB a second."""
MOST_MOVES = 3
"""So often a server may send the station to another address of an allowed host."""
_CHUNK = 65_536
_MOVED = (301, 302, 303, 307, 308)


class DownloadError(Exception):
    """There is no file, and why."""

    def __init__(self, fault: FirmwareFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class Source:
    """Where a file is, which hosts are allowed (``name`` is one at port 443, ``name:port`` another)."""

    location: str = field(repr=False)
    hosts: Sequence[str]
    roots: Sequence[str] = field(default=(), repr=False)
    """Certificates (PEM) that are trusted beside those of the operating system."""
    silence_s: float = SILENCE_S
    whole_s: float = WHOLE_S


def download(source: Source, ear: Ear) -> bytes:
    """The file, whole. Raises DownloadError; one that was given up ends so too."""
    location = _allowed(source.location, source.hosts, FirmwareFault.HOST)
    context = _context(source.roots)
    for _ in range(MOST_MOVES + 1):
        got = _guarded(lambda at=location: _fetch(at, source, context, ear))
        if isinstance(got, bytes):
            return got
        url = urljoin(location.shown, got)
        location = _allowed(url, source.hosts, FirmwareFault.ELSEWHERE)
    raise DownloadError(FirmwareFault.ELSEWHERE)


def _allowed(url: str, hosts: Sequence[str], otherwise: FirmwareFault) -> Location:
    try:
        location = parse_location(url)
    except LocationError:
        raise DownloadError(FirmwareFault.NO_URL) from None
    if location.scheme is not Scheme.HTTPS:
        raise DownloadError(FirmwareFault.NO_URL if otherwise is FirmwareFault.HOST else otherwise)
    bare = location.address.rsplit(":", 1)[0]
    names = (location.address, bare) if location.port == location.scheme.port else (location.address,)
    if not any(each.lower() in names for each in hosts):
        raise DownloadError(otherwise)
    return location


def _context(roots: Sequence[str]) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    for each in roots:
        with suppress(ssl.SSLError, ValueError):  # one that cannot be read is trusted with nothing
            context.load_verify_locations(cadata=each)
    return context


def _guarded(fetch: Callable[[], bytes | str]) -> bytes | str:
    """The mistakes of servers and networks as faults; nothing of the URL is in them."""
    try:
        return fetch()
    except ssl.SSLCertVerificationError:
        raise DownloadError(FirmwareFault.UNTRUSTED) from None
    except TimeoutError:
        raise DownloadError(FirmwareFault.SLOW) from None
    except (http.client.HTTPException, ValueError):
        raise DownloadError(FirmwareFault.ANSWER) from None
    except OSError:
        raise DownloadError(FirmwareFault.UNREACHABLE) from None


def _fetch(location: Location, source: Source, context: ssl.SSLContext, ear: Ear) -> bytes | str:
    """The file, or where the server says it is. The whole of it is cut off when its time is over."""
    connection = http.client.HTTPSConnection(
        location.host, location.port, timeout=source.silence_s, context=context
    )
    late = threading.Event()
    with closing(connection):
        connection.connect()
        watchdog = threading.Timer(source.whole_s, _cut, (connection.sock, late))
        watchdog.daemon = True
        watchdog.start()
        try:
            connection.request("GET", location.target, headers=_headers(location))
            return _receive(connection.getresponse(), ear)
        finally:
            watchdog.cancel()
            if late.is_set():  # whatever it looked like: an end, or a line that broke
                raise DownloadError(FirmwareFault.SLOW)


def _cut(line: socket.socket, late: threading.Event) -> None:
    """Whoever reads from it wakes up."""
    late.set()
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _headers(location: Location) -> dict[str, str]:
    headers = {"Accept": "application/octet-stream", "Accept-Encoding": "identity", "Connection": "close"}
    if location.user is not None:
        pair = f"{location.user}:{location.password or ''}".encode()
        headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
    return headers


def _receive(response: http.client.HTTPResponse, ear: Ear) -> bytes | str:
    if response.status in _MOVED:
        return response.getheader("Location") or ""
    total = response.length
    if response.status != 200:
        raise DownloadError(FirmwareFault.ANSWER)
    if total is not None and total > MOST_BYTES:
        raise DownloadError(FirmwareFault.TOO_LARGE)
    parts, done = list[bytes](), 0
    while chunk := response.read1(_CHUNK):
        if ear.given_up:
            raise DownloadError(FirmwareFault.CANCELLED)
        parts.append(chunk)
        done += len(chunk)
        if done > MOST_BYTES:
            raise DownloadError(FirmwareFault.TOO_LARGE)
        ear.progress(done, total)
    if total is not None and done != total:
        raise DownloadError(FirmwareFault.ANSWER)
    return b"".join(parts)
