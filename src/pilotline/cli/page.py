"""The doors of a station's page, as the command line asks for them: checked before anything starts."""

import socket
from dataclasses import dataclass
from pathlib import Path

from pilotline.cli.errors import UsageError
from pilotline.drivers import certificate
from pilotline.drivers.certificate import CertificateError
from pilotline.drivers.people_file import KeptFileError, PeopleFile
from pilotline.panel.entry import Entry
from pilotline.panel.people import DamagedError, decode
from pilotline.runtime.clocks import wall_clock
from pilotline.runtime.folder import DataFolder
from pilotline.runtime.listener import address, listen, listen_beyond, secure_address, split_address

NOBODY = (
    "--panel-address lets other machines in, and nobody has a password yet; set one on the page first, or "
    "by: pilotline people add NAME"
)


@dataclass(frozen=True)
class PageWishes:
    """``port`` is http's, on loopback, None for no page; ``address`` is https', for other machines."""

    port: int | None = None
    address: str | None = None
    names: tuple[str, ...] = ()
    is_open: bool = False


@dataclass(frozen=True)
class Doors:
    """Opened sockets, and how the host is to let people in; ``told`` are sentences for whoever started it."""

    http: socket.socket | None
    https: socket.socket | None
    entry: Entry
    told: tuple[str, ...] = ()


def open_doors(wishes: PageWishes, folder: DataFolder) -> Doors:
    """Raises UsageError, ListenError."""
    people = str(folder.people)
    if wishes.address is None:
        if wishes.names:
            raise UsageError("--panel-name names what --panel-address serves; give that too.")
        http = None if wishes.port is None else listen(wishes.port)
        return Doors(http, None, Entry(wishes.is_open, people), _first_steps(wishes, folder))
    _check(wishes, folder)
    host, port = split_address(wishes.address)
    names = certificate.own_names(host, wishes.names)
    assert wishes.port is not None
    http, https = listen(wishes.port), listen_beyond(host, port)
    try:
        print_ = certificate.keep(folder.certificate, names, wall_clock())
    except CertificateError as error:
        raise UsageError(str(error)) from None
    entry = Entry(people=people, certificate=str(folder.certificate), names=names)
    shown = secure_address(https, wishes.names[0] if wishes.names else _shown(host, names))
    return Doors(http, https, entry, (f"From other machines: {shown}", f"Its certificate, SHA-256: {print_}"))


def _check(wishes: PageWishes, folder: DataFolder) -> None:
    if wishes.is_open:
        raise UsageError("--open lets in everybody on this machine; it does not go with --panel-address.")
    if wishes.port is None:
        raise UsageError("--panel-address needs the page; give --panel PORT, and leave --no-panel out.")
    for name in wishes.names:
        if not certificate.is_name(name):
            raise UsageError(
                f"--panel-name takes a name such as wallbox.example or an IP address, not {name}."
            )
    if not _somebody(folder.people):
        raise UsageError(NOBODY)


def _somebody(path: Path) -> bool:
    try:
        return decode(PeopleFile(path).read()).is_set_up
    except KeptFileError as error:
        raise UsageError(str(error)) from None
    except DamagedError as error:
        raise UsageError(f"{path} is damaged: {error}; move it away, and set people up anew.") from None


def _first_steps(wishes: PageWishes, folder: DataFolder) -> tuple[str, ...]:
    """What the page will ask of whoever comes first; a damaged file stops no charging, and is told there."""
    if wishes.port is None or wishes.is_open:
        return ()
    try:
        return (
            ()
            if _somebody(folder.people)
            else ("The page asks for its first person: choose a name and a password.",)
        )
    except UsageError as error:
        return (str(error),)


def _shown(host: str, names: tuple[str, ...]) -> str:
    """An address that another machine can use, where all are listened at."""
    if host not in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return host
    addresses = [each for each in names if each[0].isdigit() and not each.startswith("127.")]
    return addresses[0] if addresses else socket.gethostname()


def where(doors: Doors) -> str | None:
    """The page's address on this machine."""
    return None if doors.http is None else address(doors.http)
