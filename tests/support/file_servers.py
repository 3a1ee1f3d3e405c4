"""Servers that files are brought to: FTP (pyftpdlib) and HTTP, with TLS or without, kind or not."""

import logging
import ssl
import threading
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_server, socket
from typing import Any

from pilotline.drivers.certificate import keep

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it stands on asyncore, which Python 3.11 calls old
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
    from pyftpdlib.servers import FTPServer

USER, PASSWORD = "station", "zq%pass:word"  # signs that an address has to encode
QUOTED = "zq%25pass%3Aword"


def certificate(folder: Path) -> tuple[Path, str]:
    """A file with a certificate for 127.0.0.1 and its key, and the certificate alone (PEM)."""
    path = folder / "server.pem"
    keep(path, ["127.0.0.1", "localhost"], datetime.now(UTC))
    text = path.read_text(encoding="ascii")
    begin = text.index("-----BEGIN CERTIFICATE-----")
    return path, text[begin : text.index("-----END CERTIFICATE-----") + 26]


@contextmanager
def ftp_server(
    home: Path, *, permissions: str = "elradfmw", certfile: Path | None = None, **settings: Any
) -> Generator[int]:
    """Its port. ``settings`` are those of pyftpdlib's handler."""
    logging.getLogger("pyftpdlib").setLevel(logging.CRITICAL)
    authorizer = DummyAuthorizer()
    authorizer.add_user(USER, PASSWORD, str(home), perm=permissions)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that anybody may write is what is tried
        authorizer.add_anonymous(str(home), perm=permissions)
    base = FTPHandler if certfile is None else TLS_FTPHandler
    tls = {} if certfile is None else {"certfile": str(certfile), "tls_control_required": True}
    handler = type(
        "Handler", (base,), {"authorizer": authorizer, "auth_failed_timeout": 0, **tls, **settings}
    )
    server = FTPServer(("127.0.0.1", 0), handler)
    ended = threading.Event()

    def serve() -> None:
        """All of it in one thread: the server knows no locks."""
        while not ended.is_set():
            server.serve_forever(timeout=0.02, blocking=False, handle_exit=False)
        server.close_all()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.address[1]
    finally:
        ended.set()
        thread.join(10)


@dataclass
class Web:
    """What an HTTP server answers, by method, and what it was sent."""

    port: int = 0
    answers: Mapping[str, int] = field(default_factory=lambda: {"PUT": 201})
    heard: list[tuple[str, str, Mapping[str, str], bytes]] = field(
        default_factory=list[tuple[str, str, Mapping[str, str], bytes]]
    )


@contextmanager
def http_server(*, certfile: Path | None = None, reads: bool = True, **answers: int) -> Generator[Web]:
    """``reads`` False: it answers before it has read what it is sent, and hangs up."""
    web = Web(answers=answers or {"PUT": 201})

    class Handler(BaseHTTPRequestHandler):
        def serve(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length) if reads else b""
            web.heard.append((self.command, self.path, dict(self.headers), body))
            self.send_response(web.answers.get(self.command, 405))
            self.send_header("Content-Length", "0")
            self.end_headers()
            self.close_connection = True

        do_PUT = do_POST = serve  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """It keeps quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certfile is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certfile)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    web.port = server.server_address[1]
    thread = threading.Thread(target=lambda: server.serve_forever(0.05))
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@contextmanager
def odd_server(talk: Callable[[socket], object]) -> Generator[int]:
    """Takes one line after the other and lets ``talk`` say what it likes on it, then hangs up."""
    listener = create_server(("127.0.0.1", 0))
    ended = threading.Event()
    listener.settimeout(0.05)

    def serve() -> None:
        for line in _lines(listener, ended):
            with closing(line):
                line.settimeout(10)
                try:
                    talk(line)
                except OSError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ended.set()
        thread.join(15)
        listener.close()


def _lines(listener: socket, ended: threading.Event) -> Iterator[socket]:
    while not ended.is_set():
        try:
            yield listener.accept()[0]
        except TimeoutError:
            continue


def free_port() -> int:
    """One on which nobody listens."""
    with create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port
