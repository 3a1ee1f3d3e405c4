"""An upload to real servers: what arrives, and each way in which it does not, told by its number (M-41)."""

import io
import json
import ssl
import tarfile
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from socket import socket
from typing import Any

import pytest
from structlog.testing import capture_logs

from pilotline.drivers.bundle import Bounds, Contents
from pilotline.drivers.upload import GatherError, Patience, Uploader
from pilotline.station.upkeep.uploads import NotSent, SendBundle, Sent
from pilotline.vocabulary.location import parse_location
from pilotline.vocabulary.transfers import (
    ACCESS,
    BROKEN,
    CONNECT,
    LOGIN,
    MEMORY,
    NAME,
    NO_SENSE,
    NOT_OFFERED,
    READ,
    REPLACED,
    SERVER,
    TRUST,
    TransferFault,
)
from pilotline.vocabulary.upkeep import Bundle
from support.file_servers import (
    QUOTED,
    USER,
    certificate,
    free_port,
    ftp_server,
    http_server,
    odd_server,
)

FILE = "CP-1-diagnostics.tar.gz"


class Listener:
    """Who waits for an upload."""

    def __init__(self, gives_up_after: int | None = None) -> None:
        self.told: list[tuple[int, int | None]] = []
        self._gives_up_after = gives_up_after

    @property
    def given_up(self) -> bool:
        return self._gives_up_after is not None and len(self.told) >= self._gives_up_after

    def progress(self, done: int, total: int | None = None) -> None:
        self.told.append((done, total))


def task(url: str, bundle: Bundle = Bundle.DIAGNOSTICS) -> SendBundle:
    return SendBundle(bundle, FILE, parse_location(url))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where a server keeps what it is brought."""
    (tmp_path / "home" / "in").mkdir(parents=True)
    return tmp_path / "home"


@pytest.fixture
def made_in(tmp_path: Path) -> Path:
    """Where a station makes its bundles."""
    (tmp_path / "made").mkdir()
    return tmp_path / "made"


def said(**more: Any) -> Contents:
    return Contents({"status.json": {"model": "evnet-7kw-s"}, **more})


def uploader(folder: Path, contents: Contents | None = None, **more: Any) -> Uploader:
    return Uploader(lambda _: contents or said(), folder, patience=Patience(5.0), **more)


def files_of(packed: bytes) -> Mapping[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as bundle:
        return {each.name: (bundle.extractfile(each) or io.BytesIO()).read() for each in bundle}


def fails(outcome: Sent | NotSent) -> tuple[TransferFault, int | None]:
    assert isinstance(outcome, NotSent)
    return outcome.fault, outcome.code


# --- FTP ---


@pytest.mark.requirement("M-41")
def test_a_bundle_arrives_by_ftp(home: Path, made_in: Path) -> None:
    """In the folder of the address, under the name that was told, and nothing of it is left here."""
    ear = Listener()
    with ftp_server(home) as port:
        outcome = uploader(made_in)(task(f"ftp://{USER}:{QUOTED}@127.0.0.1:{port}/in/"), ear)
    arrived = (home / "in" / FILE).read_bytes()
    assert outcome == Sent(len(arrived))
    assert set(files_of(arrived)) == {"README.txt", "status.json"}
    assert ear.told[-1] == (len(arrived), len(arrived))
    assert list(made_in.iterdir()) == []


def test_without_a_name_one_is_anonymous(home: Path, made_in: Path) -> None:
    with ftp_server(home) as port:
        assert isinstance(uploader(made_in)(task(f"ftp://127.0.0.1:{port}"), Listener()), Sent)
    assert (home / FILE).exists()


def test_a_bundle_arrives_by_ftp_with_tls(home: Path, made_in: Path, tmp_path: Path) -> None:
    """Name, password and file inside of it: the server takes nothing outside."""
    path, root = certificate(tmp_path)
    with ftp_server(home, certfile=path, tls_data_required=True) as port:
        sends = uploader(made_in, roots=lambda: [root])
        outcome = sends(task(f"ftps://{USER}:{QUOTED}@127.0.0.1:{port}/in"), Listener())
    assert isinstance(outcome, Sent)
    assert set(files_of((home / "in" / FILE).read_bytes())) == {"README.txt", "status.json"}


@pytest.mark.requirement("M-41", "R-32")
def test_no_right_to_write_is_number_7(home: Path, made_in: Path) -> None:
    with ftp_server(home, permissions="elr") as port:
        outcome = uploader(made_in)(task(f"ftp://{USER}:{QUOTED}@127.0.0.1:{port}/"), Listener())
    assert fails(outcome) == (ACCESS, 550)
    assert ACCESS.number == -7


def test_a_folder_that_is_not_there_is_number_7(home: Path, made_in: Path) -> None:
    with ftp_server(home) as port:
        outcome = uploader(made_in)(task(f"ftp://{USER}:{QUOTED}@127.0.0.1:{port}/else/"), Listener())
    assert fails(outcome) == (ACCESS, 550)


@pytest.mark.requirement("M-41", "R-32")
def test_a_wrong_password_is_number_8_and_is_not_told(home: Path, made_in: Path) -> None:
    """Not even in the log of the process."""
    with ftp_server(home) as port, capture_logs() as logs:
        outcome = uploader(made_in)(task(f"ftp://{USER}:zqwrong@127.0.0.1:{port}/in/?zqquery"), Listener())
    assert fails(outcome) == (LOGIN, 530)
    (line,) = logs
    assert (line["number"], line["answer"]) == (-8, 530)
    assert line["to"] == f"ftp://127.0.0.1:{port}/in/{FILE}"
    assert "zq" not in repr(logs)


@pytest.mark.requirement("M-41", "R-32")
def test_a_server_that_is_not_there_is_number_9(made_in: Path) -> None:
    outcome = uploader(made_in)(task(f"ftp://127.0.0.1:{free_port()}/"), Listener())
    assert fails(outcome) == (CONNECT, None)
    assert CONNECT.number == -9


@pytest.mark.requirement("M-41")
def test_a_server_that_says_nothing_is_number_9(made_in: Path) -> None:
    """After the patience for an answer."""
    patient = Uploader(lambda _: said(), made_in, patience=Patience(answer_s=0.2))
    ended = threading.Event()
    with odd_server(lambda _: ended.wait(10)) as port:
        for scheme in ("ftp", "http", "https"):
            assert fails(patient(task(f"{scheme}://127.0.0.1:{port}/"), Listener()))[0] in (CONNECT, TRUST)
        ended.set()


def test_passive_ports_that_are_shut_are_number_9(made_in: Path) -> None:
    """The way in is open, the one for the file is not."""
    shut = free_port()

    def talk(line: socket) -> None:
        answers = {"USER": "230 In.", "TYPE": "200 Ok."}
        answers["PASV"] = f"227 Go (127,0,0,1,{shut >> 8},{shut & 255})."
        list(speak_ftp(line, answers))

    with odd_server(talk) as port:
        assert fails(uploader(made_in)(task(f"ftp://127.0.0.1:{port}/"), Listener()))[0] is CONNECT


@pytest.mark.requirement("M-41", "R-32")
def test_a_log_that_cannot_be_read_is_number_10(made_in: Path) -> None:
    contents = Contents({}, {"host.log": made_in})  # a folder: what opens it gets an error of the disk
    assert fails(uploader(made_in, contents)(task("ftp://127.0.0.1:1/"), Listener())) == (READ, None)
    assert READ.number == -10


def test_a_station_that_does_not_answer_is_number_10(made_in: Path) -> None:
    def gather(_: SendBundle) -> Contents:
        raise GatherError("It is busy.")

    outcome = Uploader(gather, made_in)(task("ftp://127.0.0.1:1/"), Listener())
    assert fails(outcome)[0] is READ


@pytest.mark.requirement("M-41", "R-32")
def test_a_bundle_over_its_bound_is_number_11(made_in: Path) -> None:
    """It fails whole: half of a file would look like all of it."""
    outcome = uploader(made_in, bounds=Bounds(bundle=60))(task("ftp://127.0.0.1:1/"), Listener())
    assert fails(outcome) == (MEMORY, None)
    assert MEMORY.number == -11
    assert list(made_in.iterdir()) == []


def test_a_full_disk_is_number_11(made_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bundle has no room to grow."""

    def full(**_: object) -> object:
        return open("/dev/full", "w+b", buffering=0)  # noqa: PTH123 - the device takes nothing

    monkeypatch.setattr("pilotline.drivers.bundle.tempfile.TemporaryFile", full)
    assert fails(uploader(made_in)(task("ftp://127.0.0.1:1/"), Listener()))[0] is MEMORY


def test_a_folder_that_is_gone_is_a_disk_that_fails(tmp_path: Path) -> None:
    outcome = uploader(tmp_path / "gone")(task("ftp://127.0.0.1:1/"), Listener())
    assert fails(outcome)[0] is READ


@pytest.mark.requirement("M-41", "R-32")
@pytest.mark.parametrize("scheme", ["ftp", "ftps", "http", "https"])
def test_a_name_that_is_none_is_number_12(made_in: Path, scheme: str) -> None:
    outcome = uploader(made_in)(task(f"{scheme}://no-such-host.invalid/"), Listener())
    assert fails(outcome) == (NAME, None)
    assert NAME.number == -12


def speak_ftp(line: socket, answers: Mapping[str, str]) -> Iterator[str]:
    """As much of an FTP server as somebody wants: an answer to each command by its first word."""
    with line.makefile("r", encoding="utf-8", newline="\r\n") as text:
        line.sendall(b"220 Hello.\r\n")
        while command := text.readline():
            answer = answers.get(command.split()[0], "502 No.")
            line.sendall(f"{answer}\r\n".encode("utf-8", "surrogateescape"))
            yield command


_ENTERED = {"USER": "230 In.", "CWD": "250 Ok.", "TYPE": "200 Ok."}


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ({"USER": "530 zqsecret"}, LOGIN),
        ({"USER": "331 Who?", "PASS": "530 zqsecret is wrong"}, LOGIN),
        ({"USER": "331 Who?", "PASS": "332 Account?"}, LOGIN),
        ({"USER": "421 Too many."}, SERVER),
        ({"USER": "gibberish"}, NO_SENSE),
        ({"USER": "\udc80"}, NO_SENSE),
        ({"USER": "230 In.", "CWD": "250 Ok.", "TYPE": "200 Ok."}, NOT_OFFERED),
        ({"USER": "230 In.", "CWD": "250 Ok.", "TYPE": "200 Ok.", "PASV": "227 x"}, NO_SENSE),
        ({**_ENTERED, "PASV": "227 (127,0,0,1,999,999)"}, CONNECT),
        ({"USER": "230 In.", "CWD": "553 No."}, ACCESS),
    ],
)
def test_what_an_odd_ftp_server_says_has_its_number(
    made_in: Path, answers: Mapping[str, str], fault: TransferFault
) -> None:
    """And its words are told to nobody: they may repeat a password."""

    with odd_server(lambda line: list(speak_ftp(line, answers))) as port, capture_logs() as logs:
        outcome = uploader(made_in)(task(f"ftp://u:zqsecret@127.0.0.1:{port}/in"), Listener())
    assert fails(outcome)[0] is fault
    assert "zqsecret" not in repr((outcome, logs))


def test_a_greeting_without_an_end_is_left(made_in: Path) -> None:
    """It is neither kept nor waited for."""
    with odd_server(lambda line: line.sendall(b"220-Hello, and more.\r\n" * 100_000)) as port:
        assert fails(uploader(made_in)(task(f"ftp://127.0.0.1:{port}/"), Listener()))[0] is NO_SENSE


@pytest.mark.parametrize("scheme", ["ftp", "http"])
def test_an_answer_that_trickles_is_left(made_in: Path, scheme: str) -> None:
    """Something comes all the time, and never an answer."""
    ended = threading.Event()
    piece = {"ftp": b"220-more\r\n", "http": b"HTTP/1.1 100 Continue\r\n\r\n"}[scheme]

    def talk(line: socket) -> None:
        while not ended.wait(0.05):
            line.sendall(piece)

    hurried = Uploader(lambda _: said(), made_in, patience=Patience(5.0, whole_s=0.5))
    with odd_server(talk) as port:
        fault, _ = fails(hurried(task(f"{scheme}://127.0.0.1:{port}/"), Listener()))
        ended.set()
    assert fault in (BROKEN, CONNECT)


def test_a_server_that_hangs_up_at_once_refuses(made_in: Path) -> None:
    with odd_server(lambda _: None) as port:
        assert fails(uploader(made_in)(task(f"ftp://127.0.0.1:{port}/"), Listener()))[0] is CONNECT


def test_a_server_of_another_protocol_is_told_so(made_in: Path) -> None:
    with odd_server(lambda line: line.sendall(b"HTTP/1.1 400 Bad\r\n\r\n")) as port:
        assert fails(uploader(made_in)(task(f"ftp://127.0.0.1:{port}/"), Listener()))[0] is NO_SENSE


def test_no_tls_no_password(home: Path, made_in: Path) -> None:
    """A server that cannot do what the address asks for hears no name."""
    heard: list[str] = []

    with odd_server(lambda line: heard.extend(speak_ftp(line, {}))) as port:
        outcome = uploader(made_in)(task(f"ftps://u:zqsecret@127.0.0.1:{port}/"), Listener())
    assert fails(outcome)[0] is NOT_OFFERED
    assert heard == ["AUTH TLS\r\n"]


@pytest.mark.parametrize("scheme", ["ftps", "https"])
def test_a_certificate_nobody_vouches_for_ends_it(
    home: Path, made_in: Path, tmp_path: Path, scheme: str
) -> None:
    path, _ = certificate(tmp_path)
    with ftp_server(home, certfile=path) as ftp, http_server(certfile=path) as web:
        port = ftp if scheme == "ftps" else web.port
        outcome = uploader(made_in)(task(f"{scheme}://u:zqsecret@127.0.0.1:{port}/"), Listener())
    assert fails(outcome)[0] is TRUST
    assert web.heard == []


def test_a_line_that_breaks_in_the_middle_is_told_so(made_in: Path) -> None:
    """Some bytes went, then the server was gone."""
    with broken_ftp() as port:
        outcome = uploader(made_in, large())(task(f"ftp://127.0.0.1:{port}/"), Listener())
    assert fails(outcome)[0] is BROKEN


def large() -> Contents:
    """More than a socket keeps for itself: text that does not pack well."""
    noise = Random(7)
    return said(**{"events.json": [noise.randbytes(20_000).hex() for _ in range(200)]})


@contextmanager
def broken_ftp() -> Generator[int]:
    """A server that takes some of a file and hangs up on both lines."""
    with socket() as data:
        data.bind(("127.0.0.1", 0))
        data.listen()
        place = data.getsockname()[1]

        def talk(line: socket) -> None:
            answers = {"USER": "230 In.", "TYPE": "200 Ok.", "STOR": "150 Go on."}
            answers |= {"PASV": f"227 Go (127,0,0,1,{place >> 8},{place & 255})."}
            for command in speak_ftp(line, answers):
                if command.startswith("STOR"):
                    taken, _ = data.accept()
                    taken.recv(1_000)
                    taken.close()
                    return

        with odd_server(talk) as port:
            yield port


def test_an_upload_nobody_waits_for_ends_soon(home: Path, made_in: Path) -> None:
    """In the middle of the file."""
    ear = Listener(gives_up_after=2)
    with ftp_server(home) as port:
        outcome = uploader(made_in, large())(task(f"ftp://{USER}:{QUOTED}@127.0.0.1:{port}/"), ear)
    assert fails(outcome)[0] is REPLACED
    assert len(ear.told) == 2


def test_a_server_that_takes_for_ever_is_left(home: Path, made_in: Path) -> None:
    slow = Uploader(lambda _: large(), made_in, patience=Patience(5.0, whole_s=0.0))
    with ftp_server(home) as port:
        assert fails(slow(task(f"ftp://{USER}:{QUOTED}@127.0.0.1:{port}/"), Listener()))[0] is CONNECT


# --- HTTP ---


def test_a_bundle_arrives_by_http(made_in: Path) -> None:
    """PUT, with the credentials as a header, into what ends in a stroke."""
    with http_server() as web:
        outcome = uploader(made_in)(task(f"http://{USER}:{QUOTED}@127.0.0.1:{web.port}/in/"), Listener())
    ((method, path, headers, body),) = web.heard
    assert (method, path) == ("PUT", f"/in/{FILE}")
    assert headers["Content-Type"] == "application/gzip"
    assert headers["Authorization"].startswith("Basic ")
    assert outcome == Sent(len(body))
    assert json.loads(files_of(body)["status.json"]) == {"model": "evnet-7kw-s"}


def test_a_bundle_arrives_by_https_at_the_very_address(made_in: Path, tmp_path: Path) -> None:
    """A pre-signed address is not touched, and its secret is not told."""
    path, root = certificate(tmp_path)
    with http_server(certfile=path) as web, capture_logs() as logs:
        sends = uploader(made_in, roots=lambda: [root])
        outcome = sends(task(f"https://127.0.0.1:{web.port}/b/x.gz?sig=zqsecret"), Listener())
    assert isinstance(outcome, Sent)
    assert web.heard[0][1] == "/b/x.gz?sig=zqsecret"
    assert "Authorization" not in web.heard[0][2]
    assert "zqsecret" not in repr(logs)


def test_where_put_is_not_taken_post_is(made_in: Path) -> None:
    """With the whole file again."""
    with http_server(PUT=405, POST=200) as web:
        outcome = uploader(made_in)(task(f"http://127.0.0.1:{web.port}/up"), Listener())
    assert [(method, path) for method, path, _, _ in web.heard] == [("PUT", "/up"), ("POST", "/up")]
    assert outcome == Sent(len(web.heard[1][3]))


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (401, LOGIN),
        (403, ACCESS),
        (404, ACCESS),
        (405, NOT_OFFERED),
        (302, NOT_OFFERED),
        (400, NO_SENSE),
        (413, SERVER),
        (500, SERVER),
        (507, SERVER),
    ],
)
def test_what_an_http_server_answers_has_its_number(made_in: Path, status: int, fault: TransferFault) -> None:
    with http_server(PUT=status, POST=status) as web:
        outcome = uploader(made_in)(task(f"http://127.0.0.1:{web.port}/"), Listener())
    assert fails(outcome) == (fault, status)


def test_one_that_answers_before_it_has_all_is_heard(made_in: Path) -> None:
    """It hangs up on the rest."""
    with http_server(reads=False, PUT=403) as web:
        outcome = uploader(made_in, large())(task(f"http://127.0.0.1:{web.port}/"), Listener())
    assert fails(outcome)[0] in (ACCESS, BROKEN)  # a line that is torn may take the answer with it


def test_no_http_server_is_number_9(made_in: Path) -> None:
    outcome = uploader(made_in)(task(f"https://127.0.0.1:{free_port()}/"), Listener())
    assert fails(outcome) == (CONNECT, None)


def test_a_server_of_another_protocol_is_none_of_http(made_in: Path) -> None:
    def talk(line: socket) -> None:
        line.recv(1_000)
        line.sendall(b"220 FTP here\r\n" * 3)

    with odd_server(talk) as port:
        assert fails(uploader(made_in)(task(f"http://127.0.0.1:{port}/"), Listener()))[0] is NO_SENSE


def test_no_tls_where_it_is_asked_for_is_told_so(made_in: Path) -> None:
    with http_server() as web:
        outcome = uploader(made_in)(task(f"https://127.0.0.1:{web.port}/"), Listener())
    assert fails(outcome)[0] is TRUST
    assert web.heard == []


def test_tls_is_checked() -> None:
    """TLS 1.2 at least, and the certificate is of the name that was dialled."""
    context = Uploader(lambda _: said(), Path())._context()
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.check_hostname
