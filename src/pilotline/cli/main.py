"""``pilotline``: the verbs and their help. Each verb's work is in a module of its own, imported when used."""

import sys
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from pilotline.cli.errors import complain


class Control(Enum):
    """Where the control protocol is served."""

    STDIO = "stdio"


app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Pilotline, the complete software of an EV charging station. Try: pilotline run --demo",
)

ModelOption = Annotated[
    str,
    typer.Option("--model", "-m", help="A charger model by name (see: pilotline models) or a .toml file."),
]
IdOption = Annotated[str, typer.Option("--id", help="The station's OCPP identity.")]
_CSMS_HELP = (
    "The backend's WebSocket address, such as ws://127.0.0.1:9000/ocpp, or virtual for a simulated one; "
    "without it the station is offline."
)
_DATA_HELP = "The station's folder for ports, logs and memory."
_PANEL_HELP = "The loopback port of the page; 0 for any free one."
_LAPSE_HELP = (
    "Show it on a page at this loopback port (0: any free one), a minute a second or as is chosen there. "
    "When the story has ended, and without one (in real time then), it is yours to play with. Ctrl-C ends it."
)


@app.command()
def run(
    model: ModelOption = "evnet-7kw-s",
    station_id: IdOption = "PILOT-1",
    csms: Annotated[str | None, typer.Option("--csms", help=_CSMS_HELP)] = None,
    data: Annotated[Path | None, typer.Option("--data", help=_DATA_HELP)] = None,
    panel: Annotated[int | None, typer.Option("--panel", min=0, max=65535, help=_PANEL_HELP)] = None,
    no_panel: Annotated[bool, typer.Option("--no-panel", help="Serve no page.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="A simulated car comes, charges and leaves.")] = False,
    control: Annotated[
        Control | None,
        typer.Option("--control", help="Let a program script the station: JSON lines on stdio."),
    ] = None,
) -> None:
    """Run a virtual station in real time, with a page to watch it and play with it. Ctrl-C ends it."""
    from pilotline.cli.run import DEFAULT_PORT, Wishes, run_station, serve_station

    quiet = control is Control.STDIO  # a program that scripts the station asks for the page if it wants one
    port = None if no_panel else panel if panel is not None else None if quiet else DEFAULT_PORT
    wishes = Wishes(model, station_id, csms, data, port)
    if quiet:
        serve_station(wishes)
    else:
        run_station(wishes, demo)


@app.command()
def simulate(
    story: Annotated[
        str | None,
        typer.Argument(help="A story by name or a .story file; without one (nor --panel) they are listed."),
    ] = None,
    model: ModelOption = "evnet-7kw-s",
    trace: Annotated[
        Path | None,
        typer.Option("--trace", help="Write what passes between the parts, one JSON object a line."),
    ] = None,
    panel: Annotated[int | None, typer.Option("--panel", min=0, max=65535, help=_LAPSE_HELP)] = None,
) -> None:
    """Play a story in simulated time: hours pass in seconds, or at the speed you choose on its page."""
    if panel is not None:
        from pilotline.cli.lapse import show

        show(story, model, trace, panel)
        return
    from pilotline.cli.simulate import list_all, play

    if story is None:
        list_all()
    else:
        play(story, model, trace)


@app.command()
def models() -> None:
    """List the charger models and meters that come with Pilotline."""
    from pilotline.cli.models import show_models

    show_models()


@app.command()
def doctor(
    model: ModelOption = "evnet-7kw-s",
    station_id: IdOption = "PILOT-1",
    csms: Annotated[str | None, typer.Option("--csms", help=_CSMS_HELP)] = None,
    data: Annotated[Path | None, typer.Option("--data", help=_DATA_HELP)] = None,
) -> None:
    """Check what a station needs here, and say what to do about what is missing."""
    from pilotline.cli.doctor import examine

    examine(model, station_id, csms, data)


def main() -> None:
    """The entry point: mistakes of the user end in one sentence and exit code 2, never in a trace."""
    with complain():
        app(standalone_mode=True)
    sys.exit(0)
