"""``pilotline people``: who may sign in at a station's page, changed in its data folder, running or not.

It is the way back for who has forgotten the password: whoever can write the folder owns the station.
"""

import sys
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from pilotline.cli.errors import UsageError
from pilotline.panel import people
from pilotline.panel.people import Book, DamagedError, PeopleError, Person
from pilotline.vocabulary.roles import Asker, Role

T = TypeVar("T")

OWNER = Asker(Role.MANUFACTURER)
"""No role is above whoever can write the folder."""


class PersonRole(Enum):
    """What a person may be."""

    GUEST = "guest"
    USER = "user"
    OPERATOR = "operator"
    MANUFACTURER = "manufacturer"


app = typer.Typer(
    no_args_is_help=True,
    help="Say who may sign in at a station's page, whether it runs or not; passwords are asked for.",
)
IdOption = Annotated[str, typer.Option("--id", help="The station's OCPP identity.")]
DataOption = Annotated[Path | None, typer.Option("--data", help="The station's folder, as given to run.")]
StdinOption = Annotated[
    bool, typer.Option("--stdin", help="Read the password from standard input, one line, instead of asking.")
]
NameArgument = Annotated[str, typer.Argument(help="The person's name.")]
CardOption = Annotated[str, typer.Option("--card", help="The number of the person's charging card.")]


@app.command("list")
def list_people(station_id: IdOption = "PILOT-1", data: DataOption = None) -> None:
    """List who may sign in, with role, card and browsers signed in."""
    from pilotline.drivers.people_file import PeopleFile
    from pilotline.runtime.clocks import wall_clock

    file = PeopleFile(_path(data, station_id))
    book = _told(lambda: people.decode(file.read()))
    utc = wall_clock()
    for each in book.people.values():
        count = book.signed_in(each.name, None if utc is None else int(utc.timestamp()))
        print(f"{each.name}\t{each.role.value}\t{each.card or '-'}\tsigned in: {count}")
    if not book.people:
        print("Nobody yet. The page asks for the first person; or: pilotline people add NAME")


@app.command()
def add(
    name: NameArgument,
    role: Annotated[
        PersonRole | None, typer.Option("--role", help="operator for the first person, user for others.")
    ] = None,
    card: CardOption = "",
    station_id: IdOption = "PILOT-1",
    data: DataOption = None,
    stdin: StdinOption = False,
) -> None:
    """Let somebody in from now on."""
    hash_ = _new_password(name, stdin)

    def step(book: Book) -> Book:
        chosen = Role(role.value) if role else Role.USER if book.is_set_up else Role.OPERATOR
        return people.add(book, OWNER, Person(name, chosen, hash_, card))

    _change(data, station_id, step)
    print(f"{name} may sign in now.")


@app.command()
def password(
    name: NameArgument, station_id: IdOption = "PILOT-1", data: DataOption = None, stdin: StdinOption = False
) -> None:
    """Give somebody a new password; all his browsers are signed out."""
    hash_ = _new_password(name, stdin)
    _change(data, station_id, lambda book: people.change(book, OWNER, name, hash_=hash_))
    print(f"{name} has a new password, and is signed out everywhere.")


@app.command("role")
def set_role(
    name: NameArgument,
    role: Annotated[PersonRole, typer.Argument(help="The new role.")],
    station_id: IdOption = "PILOT-1",
    data: DataOption = None,
) -> None:
    """Give somebody another role."""
    _change(data, station_id, lambda book: people.change(book, OWNER, name, role=Role(role.value)))
    print(f"{name} is {role.value} now.")


@app.command()
def remove(name: NameArgument, station_id: IdOption = "PILOT-1", data: DataOption = None) -> None:
    """Let somebody in no more."""
    _change(data, station_id, lambda book: people.remove(book, OWNER, name))
    print(f"{name} may not sign in any more.")


def _path(data: Path | None, station_id: str) -> Path:
    from pilotline.cli.run import default_folder
    from pilotline.runtime.folder import PEOPLE

    folder = (data or default_folder(station_id)).resolve()
    if not folder.is_dir():
        raise UsageError(
            f"There is no folder {folder}; give that of the station with --data, or start it once."
        )
    return folder / PEOPLE


def _new_password(name: str, stdin: bool) -> str:
    """Its hash. It is never an argument: those stand in the list of processes and in histories."""
    from pilotline.drivers.passwords import hash_password

    typed = sys.stdin.readline().rstrip("\r\n") if stdin else _asked()
    return hash_password(_told(lambda: people.check_password(typed, people.check_name(name))))


def _asked() -> str:
    from getpass import getpass

    if not sys.stdin.isatty():
        raise UsageError(
            "A password is asked for at a terminal; give --stdin to read it from standard input."
        )
    first, again = getpass("New password: "), getpass("The same again: ")
    if first != again:
        raise UsageError("The two are not the same; nothing was changed.")
    return first


def _change(data: Path | None, station_id: str, step: Callable[[Book], Book]) -> None:
    from pilotline.drivers.people_file import PeopleFile

    def decide(before: bytes | None) -> tuple[bytes, None]:
        return people.encode(step(people.decode(before))), None

    path = _path(data, station_id)
    _told(lambda: PeopleFile(path).change(decide))


def _told(work: Callable[[], T]) -> T:
    from pilotline.drivers.people_file import KeptFileError

    try:
        return work()
    except (PeopleError, KeptFileError) as error:
        raise UsageError(str(error)) from None
    except DamagedError as error:
        raise UsageError(f"people.json is damaged: {error}; move it away to begin anew.") from None
