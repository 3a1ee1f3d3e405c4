"""Brings a file to an FTP server (RFC 959), passive, and with TLS where the address asks for it (RFC 4217).

Blocking, for a thread of its own. Whatever goes wrong comes out as one numbered failure; what the server said
beside it does not, for a server may repeat a name or a password.
"""

import contextlib
import ftplib
import socket
import ssl
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Protocol

from pilotline.drivers.bundle import TransferError
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

BLOCK_BYTES = 16 << 10
_BY_CODE = {
    421: SERVER, 425: CONNECT, 426: BROKEN, 430: LOGIN, 450: ACCESS, 451: SERVER, 452: SERVER,
    500: NOT_OFFERED, 501: NOT_OFFERED, 502: NOT_OFFERED, 503: NOT_OFFERED, 504: NOT_OFFERED,
    521: NOT_OFFERED, 522: NOT_OFFERED, 530: LOGIN, 532: ACCESS, 534: NOT_OFFERED, 550: ACCESS, 551: ACCESS,
    552: SERVER, 553: ACCESS,
}  # fmt: skip


MOST_LINES = 1_000
"""What a server may say in all: the library would keep a greeting without an end."""


class _Ftp(ftplib.FTP):
    """That of the library, with an end to what it listens to."""

    lines_left = MOST_LINES

    def getline(self) -> str:
        self.lines_left -= 1
        if self.lines_left < 0:
            raise ftplib.Error
        return super().getline()


class _FtpTls(_Ftp, ftplib.FTP_TLS):
    """The same, with TLS."""


class Source(Protocol):
    """What is sent: bytes until there are none. ``read`` raises TransferError where it is to end at once."""

    def read(self, size: int = -1, /) -> bytes: ...


def send_by_ftp(
    location: Location,
    source: Source,
    context: Callable[[], ssl.SSLContext],
    timeout_s: float,
    whole_s: float,
) -> None:
    """The file's name is the location's last. A server that says nothing for ``timeout_s``, or is not through
    in ``whole_s``, is left. Raises TransferError.
    """
    *folders, name = location.folder
    secure = location.scheme is Scheme.FTPS
    with contextlib.ExitStack() as stack:
        with _answers(SERVER):
            ftp = _FtpTls(context=context()) if secure else _Ftp()
            stack.callback(ftp.close)
            stack.enter_context(hung_up_after(whole_s, lambda: ftp.sock))
            _connect(ftp, location, timeout_s)
        _log_in(ftp, location)
        with _answers(ACCESS):
            for folder in folders:
                ftp.cwd(folder)
            ftp.voidcmd("TYPE I")
            line = _open_data(ftp, name)
        with _answers(SERVER, before=False):
            _send(line, source)
            ftp.voidresp()
        with contextlib.suppress(OSError, EOFError, ftplib.Error):
            ftp.quit()


@contextmanager
def hung_up_after(whole_s: float, line: Callable[[], socket.socket | None]) -> Generator[None]:
    """Who waits on this line gets an end of it by then, however slowly something comes."""

    def hang_up() -> None:
        found = line()
        if found is not None:
            with contextlib.suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(whole_s, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _connect(ftp: ftplib.FTP, location: Location, timeout_s: float) -> None:
    try:
        ftp.connect(location.host, location.port, timeout=timeout_s)
    except socket.gaierror:
        raise TransferError(NAME) from None
    except EOFError:
        raise TransferError(CONNECT) from None  # who takes a connection and hangs up refuses it


def _log_in(ftp: ftplib.FTP, location: Location) -> None:
    """The credentials go out inside of TLS where TLS is asked for, and nothing else is tried without it."""
    if isinstance(ftp, ftplib.FTP_TLS):
        with _answers(NOT_OFFERED):
            ftp.auth()
    with _answers(LOGIN):
        ftp.login(location.user or "anonymous", location.password or "anonymous@")
    if isinstance(ftp, ftplib.FTP_TLS):
        with _answers(NOT_OFFERED):
            ftp.prot_p()


def _open_data(ftp: ftplib.FTP, name: str) -> socket.socket:
    """The line for the file's bytes: where the server does not let us in, its passive ports are shut."""
    try:
        return ftp.transfercmd(f"STOR {name}")
    except ConnectionError:
        raise TransferError(CONNECT) from None


def _send(line: socket.socket, source: Source) -> None:
    """All bytes, and an orderly end: without it a server cannot tell a whole file from a piece."""
    with line:
        while block := source.read(BLOCK_BYTES):
            line.sendall(block)
        if isinstance(line, ssl.SSLSocket):
            with contextlib.suppress(OSError):  # many servers hang up without a goodbye
                line.unwrap()


@contextmanager
def _answers(otherwise: TransferFault, *, before: bool = True) -> Generator[None]:
    """What a refusal means: by its code, else as this step has it. ``before``: no byte of it is gone yet."""
    try:
        yield
    except (ftplib.error_perm, ftplib.error_temp) as error:
        code = _code(error)
        raise TransferError(_meaning(code, otherwise), code) from None
    except ftplib.error_reply as error:
        raise TransferError(otherwise, _code(error)) from None
    except ssl.SSLError:
        raise TransferError(TRUST if before else BROKEN) from None
    except (ftplib.Error, ValueError, OverflowError):  # a text that is none, a port beyond 65535
        raise TransferError(NO_SENSE) from None
    except TimeoutError:
        raise TransferError(CONNECT) from None
    except EOFError:
        raise TransferError(BROKEN) from None
    except ConnectionRefusedError:
        raise TransferError(CONNECT) from None
    except ConnectionError:
        raise TransferError(BROKEN) from None
    except OSError:
        raise TransferError(CONNECT if before else BROKEN) from None


def _meaning(code: int | None, step: TransferFault) -> TransferFault:
    """A login that is refused by any word is refused."""
    if code is None or (step is LOGIN and 500 <= code < 600):
        return step
    return _BY_CODE.get(code, step)


def _code(error: Exception) -> int | None:
    digits = str(error)[:3]
    return int(digits) if digits.isascii() and digits.isdigit() else None
