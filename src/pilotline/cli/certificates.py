"""``pilotline certificates``: the certificates in a station's data folder, seen and changed while it rests.

A station that runs is told by its backend (InstallCertificate); this is for who sets one up, before it first
dials a backend over TLS. Whoever can write the folder owns the station.
"""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pilotline.cli.errors import UsageError
from pilotline.vocabulary.upkeep import CertificateUse

if TYPE_CHECKING:
    from pilotline.drivers.certificate_store import CertificateStore


class Whose(Enum):
    """Whose certificates a root vouches for."""

    BACKEND = "backend"
    MAKER = "maker"


app = typer.Typer(
    no_args_is_help=True,
    help="See and change the certificates of a station that does not run: roots, and its own.",
)
IdOption = Annotated[str, typer.Option("--id", help="The station's OCPP identity.")]
DataOption = Annotated[Path | None, typer.Option("--data", help="The station's folder, as given to run.")]
_USE = {Whose.BACKEND: CertificateUse.CENTRAL_SYSTEM_ROOT, Whose.MAKER: CertificateUse.MANUFACTURER_ROOT}
_MOST = 10
"""As CertificateStoreMaxLength has it where a model says nothing else."""


@app.command("list")
def list_certificates(station_id: IdOption = "PILOT-1", data: DataOption = None) -> None:
    """List them: what each is for, how its fingerprint begins, until when it is valid, and whose it is."""
    inventory = _store(data, station_id, locked=False).inventory()
    words = {use: whose.value for whose, use in _USE.items()}
    rows = [(words[each.use], each) for each in inventory.roots] + [("own", each) for each in inventory.own]
    for word, each in rows:
        print(f"{word}\t{each.fingerprint[:16]}\tuntil {_day(each.not_after_us)}\t{each.subject}")
    if not rows:
        print("None yet. pilotline certificates add FILE installs a root certificate.")


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="The root certificate, in PEM.")],
    whose: Annotated[Whose, typer.Option("--for", help="Whose certificates it vouches for.")] = Whose.BACKEND,
    station_id: IdOption = "PILOT-1",
    data: DataOption = None,
) -> None:
    """Install a root certificate."""
    from pilotline.runtime.clocks import wall_clock
    from pilotline.station.upkeep.store import AddRoot, StoreIs, StoreRefuses

    try:
        text = file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read as PEM: {error}") from None
    utc = wall_clock()
    now_us = None if utc is None else int(utc.timestamp()) * 1_000_000
    said = _store(data, station_id).add_root(AddRoot(_USE[whose], text, _MOST, now_us))
    if isinstance(said, StoreRefuses):
        raise UsageError(f"{file}: {said.reason}")
    if isinstance(said, StoreIs):
        print(f"{file} is installed; its fingerprint begins with {said.fingerprint[:16]}.")


@app.command()
def remove(
    fingerprint: Annotated[str, typer.Argument(help="How its fingerprint begins, as list shows it.")],
    station_id: IdOption = "PILOT-1",
    data: DataOption = None,
) -> None:
    """Remove a root certificate."""
    from pilotline.station.upkeep.store import DropRoots

    store = _store(data, station_id)
    named = [each for each in store.inventory().roots if each.fingerprint.startswith(fingerprint.lower())]
    if len(named) != 1:
        raise UsageError(f"{len(named)} root certificates begin with {fingerprint}; list shows all.")
    store.drop_roots(DropRoots(frozenset({named[0].fingerprint})))
    print(f"{named[0].subject} is removed.")


def _store(data: Path | None, station_id: str, *, locked: bool = True) -> "CertificateStore":
    """``locked``: only where no station runs on the folder, as that one would not hear of it."""
    from pilotline.cli.run import default_folder
    from pilotline.drivers.certificate_store import FOLDER, CertificateStore
    from pilotline.runtime.folder import DataFolder, FolderError

    folder = data or default_folder(station_id)
    if locked:
        try:
            DataFolder(folder)
        except FolderError as error:
            raise UsageError(f"{error} A station that runs is told by its backend.") from None
    return CertificateStore(folder / FOLDER)


def _day(us: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(us / 1e6, UTC).date().isoformat()
