"""Downloads from real https servers on this machine: allowed hosts, certificates, sizes, times."""

import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from pilotline.drivers.firmware_download import DownloadError, Source, download
from pilotline.vocabulary.firmware import MOST_BYTES, FirmwareFault
from support.firmware_maker import Maker, Serve, gives, https_server

MAKER = Maker()


class Listening:
    """Who waits for the file."""

    def __init__(self) -> None:
        self.given_up = False
        self.heard = list[tuple[int, int | None]]()

    def progress(self, done: int, total: int | None = None) -> None:
        self.heard.append((done, total))


def source(
    address: str, *, path: str = "/f.bin", hosts: tuple[str, ...] | None = None, whole_s: float = 20
) -> Source:
    allowed = (address,) if hosts is None else hosts
    return Source(f"https://{address}{path}", allowed, [MAKER.root.pem], silence_s=5, whole_s=whole_s)


def fault(what: Source) -> FirmwareFault | None:
    try:
        download(what, Listening())
    except DownloadError as error:
        return error.fault
    return None


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return MAKER.server_files(tmp_path)


@pytest.mark.requirement("M-43")
def test_a_file_comes_whole_and_says_how_far_it_is(certificate: Path) -> None:
    """Up to the last byte that is allowed, with its length or without."""
    data = bytes(range(256)) * (MOST_BYTES // 256)
    ear = Listening()
    with https_server(certificate, gives(data)) as address:
        assert download(source(address), ear) == data
    assert ear.heard[-1] == (MOST_BYTES, MOST_BYTES)
    assert [done for done, _ in ear.heard] == sorted(done for done, _ in ear.heard)


@pytest.mark.requirement("M-43", "R-31")
def test_firmware_comes_from_the_allowed_hosts_by_https_alone(certificate: Path) -> None:
    """Another host, another port, another scheme: nobody is dialled."""
    dialled = threading.Event()
    with https_server(certificate, lambda _request: dialled.set()) as address:
        host, port = address.split(":")
        assert fault(source(address, hosts=())) is FirmwareFault.HOST
        assert fault(source(address, hosts=(host,))) is FirmwareFault.HOST
        assert fault(source(address, hosts=(f"{host}:1", f"not{host}:{port}"))) is FirmwareFault.HOST
        for url in (
            f"http://{address}/",
            f"ftp://{address}/",
            "file:///etc/passwd",
            "",
            "https://",
            "x" * 9_999,
        ):
            assert fault(Source(url, (address,))) is FirmwareFault.NO_URL
    assert not dialled.is_set()


def test_a_server_may_move_a_file_within_the_allowed_hosts(certificate: Path) -> None:
    """Not to another host, not to http, and not for ever."""

    def serve(request: BaseHTTPRequestHandler) -> None:
        place = {"/near": "/f.bin", "/far": "https://example.com/f.bin", "/open": f"http://{address}/",
                 "/round": "/round", "/none": ""}.get(request.path)  # fmt: skip
        (gives(b"file") if place is None else gives(b"", 302, Location=place))(request)

    with https_server(certificate, serve) as address:
        assert download(source(address, path="/near"), Listening()) == b"file"
        for path in ("/far", "/open", "/round"):
            assert fault(source(address, path=path)) is FirmwareFault.ELSEWHERE
        assert fault(source(address, path="/none")) is not None


@pytest.mark.requirement("M-43")
def test_a_server_has_to_be_trusted(tmp_path: Path, certificate: Path) -> None:
    """By a root of the manufacturer's or of the system; and it has to have the name it was called by."""
    with https_server(certificate, gives(b"file")) as address:
        assert fault(source(address)) is None
        assert fault(Source(f"https://{address}/", (address,))) is FirmwareFault.UNTRUSTED
        assert fault(Source(f"https://{address}/", (address,), ["no certificate"])) is FirmwareFault.UNTRUSTED
    other = MAKER.server_files(tmp_path, host="127.0.0.2")
    with https_server(other, gives(b"file")) as address:
        assert fault(source(address)) is FirmwareFault.UNTRUSTED
    with https_server(None, gives(b"file")) as address:
        assert fault(source(address)) is FirmwareFault.UNREACHABLE
    assert fault(source("127.0.0.1:1")) is FirmwareFault.UNREACHABLE


def endless(request: BaseHTTPRequestHandler) -> None:
    """Never says how much there is, and never stops."""
    request.send_response(200)
    request.end_headers()
    while True:
        request.wfile.write(bytes(65_536))


def nonsense(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"nonsense\r\n\r\n")


def hang_up(_request: BaseHTTPRequestHandler) -> None:
    """Says nothing at all."""


@pytest.mark.requirement("M-43", "R-31")
@pytest.mark.parametrize(
    ("serve", "expected"),
    [
        (gives(b"", Content_Length=str(MOST_BYTES + 1)), FirmwareFault.TOO_LARGE),
        (endless, FirmwareFault.TOO_LARGE),
        (gives(b"half", Content_Length="8"), FirmwareFault.ANSWER),
        (gives(b"gone", 404), FirmwareFault.ANSWER),
        (gives(b"no", 401), FirmwareFault.ANSWER),
        (nonsense, FirmwareFault.ANSWER),
        (hang_up, FirmwareFault.ANSWER),
    ],
    ids=["says too much", "sends too much", "half of it", "404", "401", "nonsense", "nothing"],
)
def test_what_is_no_whole_file_is_refused(certificate: Path, serve: Serve, expected: FirmwareFault) -> None:
    """Before more than 2 MiB are held."""
    with https_server(certificate, serve) as address:
        assert fault(source(address)) is expected


def test_a_download_that_drips_ends(certificate: Path) -> None:
    """Each byte comes in time, the whole does not."""
    over = threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while not over.wait(0.05):
            request.wfile.write(b".")

    with https_server(certificate, drip) as address:
        assert fault(source(address, whole_s=0.4)) is FirmwareFault.SLOW
        over.set()


def test_a_download_nobody_waits_for_ends(certificate: Path) -> None:
    """As soon as something comes."""
    ear = Listening()
    ear.given_up = True
    with https_server(certificate, endless) as address, pytest.raises(DownloadError) as error:
        download(source(address), ear)
    assert error.value.fault is FirmwareFault.CANCELLED


def test_a_name_and_a_password_are_shown_to_the_server_alone(certificate: Path) -> None:
    """And not to where it sends the station, nor to anybody who reads of a failure."""
    seen = list[str | None]()

    def serve(request: BaseHTTPRequestHandler) -> None:
        seen.append(request.headers["Authorization"])
        (gives(b"", 302, Location="/there") if request.path == "/f.bin" else gives(b"", 404))(request)

    with https_server(certificate, serve) as address:
        what = Source(f"https://me:secret@{address}/f.bin", (address,), [MAKER.root.pem])
        with pytest.raises(DownloadError) as error:
            download(what, Listening())
    assert seen == ["Basic bWU6c2VjcmV0", None]
    assert "secret" not in f"{what!r} {error.value!r} {error.value}"
