"""A maker of firmware for tests: a root, signers good and bad, a product's key, images, an https server."""

import base64
import functools
import ssl
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pilotline.drivers.firmware_image import SigningKey, pack, sign

BORN = datetime(2020, 1, 1, tzinfo=UTC)
FAR = datetime(2120, 1, 1, tzinfo=UTC)
MODEL = "evnet-7kw-s"
Usage = ExtendedKeyUsageOID


@dataclass(frozen=True)
class Held:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: SigningKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def make(
    name: str,
    issuer: Held | None = None,
    *,
    key: SigningKey | None = None,
    ca: bool = False,
    path_length: int | None = None,
    uses: tuple[x509.ObjectIdentifier, ...] = (),
    born: datetime = BORN,
    dies: datetime = FAR,
    host: str | None = None,
) -> Held:
    """A certificate, its own issuer where none is given."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(born)
        .not_valid_after(dies)
        .add_extension(x509.BasicConstraints(ca, path_length), critical=True)
    )
    if uses:
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(uses)), critical=False)
    if host is not None:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), False
        )
    return Held(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


@functools.cache
def rsa_key(bits: int = 2_048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, bits)


class Maker:
    """Root, signer and product key of one manufacturer."""

    def __init__(self) -> None:
        self.root = make("Maker root", ca=True)
        self.signer = make("Maker firmware", self.root, uses=(Usage.CODE_SIGNING,))
        self.product = x25519.X25519PrivateKey.generate()

    def image(self, payload: bytes = b"the program", version: str = "2.0", **other: Any) -> bytes:
        values: dict[str, Any] = {"model": MODEL, "chain": [self.signer.certificate], "key": self.signer.key,
                  "product": self.product.public_key(), **other}  # fmt: skip
        return pack(payload, version=version, **values)

    def signature(self, data: bytes) -> str:
        """Of SignedUpdateFirmware: base64, over the whole file."""
        return base64.b64encode(sign(self.signer.key, data)).decode()

    def server_files(self, folder: Path, host: str = "127.0.0.1", root: Held | None = None) -> Path:
        """A server's certificate with its key in one file."""
        held = make("Maker's server", root or self.root, uses=(Usage.SERVER_AUTH,), host=host)
        path = folder / "server.pem"
        path.write_bytes(held.key_pem + held.pem.encode())
        return path

    def keep_product_key(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        secret = self.product.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(secret)


Serve = Callable[[BaseHTTPRequestHandler], None]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


@contextmanager
def https_server(certificate: Path | None, serve: Serve) -> Generator[str]:
    """``host:port`` of a real server that answers every GET so; plain http without a certificate."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            serve(self)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's own name
            """Tests are quiet."""

    server = _Server(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def gives(data: bytes, status: int = 200, **headers: str) -> Serve:
    """A server that answers with this."""

    def serve(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in ({"Content-Length": str(len(data))} | given).items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(data)

    return serve


YEAR = timedelta(days=365)
