"""Brings a file to an HTTP server: PUT, as tools and pre-signed addresses have it, else POST.

Blocking, for a thread of its own. The file is the whole body. A redirection is not followed: a name and a
password are for the server they were given for.
"""

import http.client
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable

from pilotline.drivers.bundle import TransferError
from pilotline.drivers.ftp_upload import Source, hung_up_after
from pilotline.vocabulary.location import Location, Scheme
from pilotline.vocabulary.transfers import (
    ACCESS,
    BROKEN,
    CONNECT,
    LOGIN,
    NAME,
    NO_SENSE,
    NOT_OFFERED,
    SERVER,
    TRUST,
    TransferFault,
)

MEDIA_TYPE = "application/gzip"
NOT_THIS_WAY = frozenset({405, 501})
"""A server that says so to PUT may still take a POST."""
_BY_STATUS = {
    401: LOGIN, 403: ACCESS, 404: ACCESS, 405: NOT_OFFERED, 407: LOGIN, 408: CONNECT, 409: ACCESS,
    410: ACCESS, 411: NOT_OFFERED, 413: SERVER, 415: NOT_OFFERED, 423: ACCESS, 429: SERVER, 501: NOT_OFFERED,
}  # fmt: skip


def send_by_http(
    location: Location, source: Callable[[], Source], size: int, context: Callable[[], ssl.SSLContext],
    timeout_s: float, whole_s: float,
) -> None:  # fmt: skip
    """``source`` gives the file from its beginning, as often as it is asked. Raises TransferError."""
    status = _send("PUT", location, source(), size, context, timeout_s, whole_s)
    if status in NOT_THIS_WAY:
        status = _send("POST", location, source(), size, context, timeout_s, whole_s)
    if not 200 <= status < 300:
        raise TransferError(_meaning(status), status)


def _meaning(status: int) -> TransferFault:
    if 300 <= status < 400:
        return NOT_OFFERED
    return _BY_STATUS.get(status, SERVER if status >= 500 else NO_SENSE)


def _send(
    method: str, location: Location, source: Source, size: int, context: Callable[[], ssl.SSLContext],
    timeout_s: float, whole_s: float,
) -> int:  # fmt: skip
    """The status of the answer."""
    host, port = location.host, location.port
    if location.scheme is Scheme.HTTPS:
        line: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, port, timeout=timeout_s, context=context()
        )
    else:
        line = http.client.HTTPConnection(host, port, timeout=timeout_s)
    try:
        _connect(line)
        with hung_up_after(whole_s, lambda: line.sock):
            return _exchange(line, method, location, source, size)
    finally:
        line.close()


def _connect(line: http.client.HTTPConnection) -> None:
    try:
        line.connect()
    except socket.gaierror:
        raise TransferError(NAME) from None
    except (ssl.SSLError, ValueError):  # a ValueError is a name no certificate can have
        raise TransferError(TRUST) from None
    except OSError:
        raise TransferError(CONNECT) from None


def _exchange(
    line: http.client.HTTPConnection, method: str, location: Location, source: Source, size: int
) -> int:
    """One that has heard enough may answer and hang up before it has all: its answer is what counts."""
    try:
        try:
            line.request(method, location.target, body=source, headers=_headers(location, size))
        except (BrokenPipeError, ConnectionResetError):
            return _early_answer(line)
        return line.getresponse().status
    except TimeoutError:
        raise TransferError(CONNECT) from None
    except OSError:  # also one that hangs up without an answer
        raise TransferError(BROKEN) from None
    except (http.client.HTTPException, ValueError):
        raise TransferError(NO_SENSE) from None


def _early_answer(line: http.client.HTTPConnection) -> int:
    sock: socket.socket | None = line.sock
    if sock is None:
        raise BrokenPipeError
    with http.client.HTTPResponse(sock) as answer:
        answer.begin()
        return answer.status


def _headers(location: Location, size: int) -> dict[str, str]:
    headers = {"Content-Type": MEDIA_TYPE, "Content-Length": str(size), "Connection": "close"}
    if location.user is not None:
        pair = f"{location.user}:{location.password or ''}".encode()
        headers["Authorization"] = f"Basic {b64encode(pair).decode()}"
    return headers
