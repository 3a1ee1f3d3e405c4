"""``pilotline``: the verbs and their help. Each verb's work is in a module of its own, imported when used."""

import sys
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from pilotline.cli.certificates import app as certificates_app
from pilotline.cli.errors import complain
from pilotline.cli.firmware import app as firmware_app
from pilotline.cli.people import app as people_app


class Control(Enum):
    """Where the control protocol is served."""

    STDIO = "stdio"


class CarSpeaks(Enum):
    """What a simulated car speaks beside the duty cycle."""

    OFF = "off"
    ISO2 = "iso2"


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
_OPEN_HELP = "Let everybody on this machine in as operator, without a password: for playing with."
_ADDRESS_HELP = (
    "Serve the page to other machines too, over https, at this address of this machine (0.0.0.0 or :: for "
    "all), with :PORT if it is not 8443. Somebody must have a password."
)
_NAME_HELP = "A name that other machines know this one by; it may be given several times."
_WATCH_HELP = "Judge the safety module at every step, and say which of its rules it breaks, if any."
_SET_HELP = "A configuration key for this run, such as HeartbeatInterval=10; it may be given several times."
_CAR_SPEAKS_HELP = (
    "What the simulated cars speak beside the duty cycle; iso2 is ISO 15118-2, which the station answers "
    "where its model has a modem and c_Iso15118 is true."
)
_LINK_HELP = "Where the host is spoken to: unix:PATH for a socket made there, or serial:DEV."
_SAMPLES_HELP = "Who measures and is driven: unix:PATH where a board or a virtual world serves it."
_LAPSE_HELP = (
    "Show it on a page at this loopback port (0: any free one), a minute a second or as is chosen there. "
    "When the story has ended, and without one (in real time then), it is yours to play with. Ctrl-C ends it."
)
_INTERFACE_HELP = (
    "The network interface that leads to the other side, such as eth1; lo when both are on this machine."
)
_PROTOCOLS_HELP = "What it speaks: din (DIN SPEC 70121), iso2 (ISO 15118-2), or both with a comma between."
_LIKES_HELP = "What it speaks, what it likes best first: iso2, din, or both with a comma between."
_AUTHORISE_HELP = "Let each car charge only so many seconds after it has connected."
_FAULT_HELP = (
    "Let the power stage fail so many seconds after each car has connected, such as emergency@20: emergency, "
    "malfunction, utility, residual-current or insulation."
)
_QUIRK_HELP = (
    "A habit of real cars, such as nul-scope; it may be given several times. A wrong name lists them."
)
_NAMESPACE_HELP = (
    "The namespace of all the messages, such as urn:din:70121:2012:MsgDef, urn:iso:15118:2:2013:MsgDef or "
    "urn:iso:15118:2:2010:AppProtocol."
)
_RECORDING_HELP = "A capture file (pcap or pcapng), or lines of JSON, one a message; either may be gzipped."
_SESSION_HELP = "Which session of the file: its number in the list, or a part of its name."
_CAR_HELP = "Those of a car: a part of its name, or of its identifier."


app.add_typer(people_app, name="people")
app.add_typer(firmware_app, name="firmware")
exi_app = typer.Typer(
    no_args_is_help=True,
    help="Turn messages between car and charger into JSON and back, a line in, a line out.",
)
app.add_typer(exi_app, name="exi")
v2g_app = typer.Typer(no_args_is_help=True, help="Read what a car and a charger said to each other.")
app.add_typer(v2g_app, name="v2g")
NamespaceOption = Annotated[str, typer.Option("--namespace", "-n", help=_NAMESPACE_HELP)]
FragmentOption = Annotated[
    bool, typer.Option("--fragment", help="Parts of messages as they are signed, in place of whole ones.")
]
app.add_typer(certificates_app, name="certificates")


@app.command()
def run(  # noqa: PLR0913, PLR0917 - each is an option
    model: ModelOption = "evnet-7kw-s",
    station_id: IdOption = "PILOT-1",
    csms: Annotated[str | None, typer.Option("--csms", help=_CSMS_HELP)] = None,
    data: Annotated[Path | None, typer.Option("--data", help=_DATA_HELP)] = None,
    panel: Annotated[int | None, typer.Option("--panel", min=0, max=65535, help=_PANEL_HELP)] = None,
    panel_address: Annotated[str | None, typer.Option("--panel-address", help=_ADDRESS_HELP)] = None,
    panel_name: Annotated[list[str] | None, typer.Option("--panel-name", help=_NAME_HELP)] = None,
    is_open: Annotated[bool, typer.Option("--open", help=_OPEN_HELP)] = False,
    no_panel: Annotated[bool, typer.Option("--no-panel", help="Serve no page.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="A simulated car comes, charges and leaves.")] = False,
    control: Annotated[
        Control | None,
        typer.Option("--control", help="Let a program script the station: JSON lines on stdio."),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch-invariants", help=_WATCH_HELP)] = False,
    keys: Annotated[list[str] | None, typer.Option("--set", envvar="PILOTLINE_SET", help=_SET_HELP)] = None,
    car_speaks: Annotated[CarSpeaks, typer.Option("--car-speaks", help=_CAR_SPEAKS_HELP)] = CarSpeaks.OFF,
) -> None:
    """Run a virtual station in real time, with a page to watch it and play with it. Ctrl-C ends it."""
    from pilotline.cli.page import PageWishes
    from pilotline.cli.run import DEFAULT_PORT, Wishes, run_station, serve_station
    from pilotline.simulator.v2g_car import Digital

    quiet = control is Control.STDIO  # a program that scripts the station asks for the page if it wants one
    port = None if no_panel else panel if panel is not None else None if quiet else DEFAULT_PORT
    page = PageWishes(port, panel_address, tuple(panel_name or ()), is_open)
    speaks = Digital(car_speaks.value)
    wishes = Wishes(model, station_id, csms, data, page, watch, tuple(keys or ()), speaks)
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
    link: Annotated[
        str | None, typer.Option("--link", help="A serial line on which a safety module should speak.")
    ] = None,
    meter: Annotated[
        str | None, typer.Option("--meter", help="A serial line on which the model's meter should answer.")
    ] = None,
) -> None:
    """Check what a station needs here, and say what to do about what is missing."""
    from pilotline.cli.doctor import Lines, examine

    examine(model, station_id, csms, data, Lines(link, meter))


@app.command()
def rtm(
    link: Annotated[str, typer.Option("--link", help=_LINK_HELP)],
    samples: Annotated[str, typer.Option("--samples", help=_SAMPLES_HELP)],
    model: ModelOption = "evnet-7kw-s",
    connector: Annotated[int, typer.Option("--connector", min=1, help="Which of the station's it is.")] = 1,
    cpu: Annotated[int | None, typer.Option("--cpu", min=0, help="Run on this CPU alone.")] = None,
    lock_memory: Annotated[
        bool,
        typer.Option("--lock-memory", help="Keep all of it in memory, so that no tick waits for a disk."),
    ] = False,
    store: Annotated[
        Path | None, typer.Option("--store", help="The folder in which commissioned safety settings last.")
    ] = None,
) -> None:
    """Run the safety module of one connector as a program of its own, a thousand ticks a second."""
    from pilotline.cli.rtm import Wishes, run_module

    run_module(Wishes(model, link, samples, connector, cpu, lock_memory, store))


@app.command()
def world(
    samples: Annotated[str, typer.Option("--samples", help="Where it is served: unix:PATH.")],
    link: Annotated[
        str | None, typer.Option("--link", help="Be the safety module's host there as well: unix:PATH.")
    ] = None,
    model: ModelOption = "evnet-7kw-s",
    car: Annotated[
        bool, typer.Option("--car/--no-car", help="A car that wants to charge is plugged in.")
    ] = True,
) -> None:
    """Serve a virtual world to a safety module that is a program of its own. Ctrl-C ends it."""
    from pilotline.cli.world import serve_world

    serve_world(model, samples, link, car)


InterfaceOption = Annotated[str, typer.Option("--interface", "-i", help=_INTERFACE_HELP)]


@app.command()
def secc(
    interface: InterfaceOption,
    protocols: Annotated[str, typer.Option("--protocols", help=_PROTOCOLS_HELP)] = "din,iso2",
    ac: Annotated[bool, typer.Option("--ac", help="Alternating current; direct current without it.")] = False,
    once: Annotated[bool, typer.Option("--once", help="End after one car; 1 if not in order.")] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="TCP port; 0 for any free one.")] = 0,
    current: Annotated[
        float | None, typer.Option("--current", min=0, help="Its greatest current, A.")
    ] = None,
    power: Annotated[float | None, typer.Option("--power", min=0, help="Its greatest power, kW; DC.")] = None,
    authorise_after: Annotated[float, typer.Option("--authorise-after", min=0, help=_AUTHORISE_HELP)] = 0,
    fault: Annotated[str | None, typer.Option("--fault", metavar="NAME@SECONDS", help=_FAULT_HELP)] = None,
) -> None:
    """Be a charger with a virtual power stage, and tell what cars ask and what they are answered."""
    from pilotline.cli.secc import Wishes, protocols_of, serve_cars

    chosen = protocols_of("iso2" if ac and protocols == "din,iso2" else protocols)
    serve_cars(Wishes(interface, chosen, ac, once, port, current, power, authorise_after, fault))


@app.command()
def evcc(
    interface: InterfaceOption,
    protocol: Annotated[str, typer.Option("--protocol", help=_LIKES_HELP)] = "iso2,din",
    quirk: Annotated[list[str] | None, typer.Option("--quirk", help=_QUIRK_HELP)] = None,
    ac: Annotated[bool, typer.Option("--ac", help="Alternating current; direct current without it.")] = False,
    soc: Annotated[int, typer.Option("--soc", min=0, max=100, help="State of charge, %.")] = 20,
    until_soc: Annotated[int, typer.Option("--until-soc", min=0, max=100, help="It ends there, %.")] = 80,
    capacity: Annotated[float, typer.Option("--capacity", min=0.1, help="Of its battery, kWh.")] = 52.0,
    current: Annotated[float, typer.Option("--current", min=1, help="The most it takes, A.")] = 150.0,
) -> None:
    """Be a car: look for a charger, charge, and tell what is asked and answered."""
    from pilotline.cli.evcc import Wishes, drive_to_charger

    likes = "iso2" if ac and protocol == "iso2,din" else protocol
    drive_to_charger(Wishes(interface, likes, tuple(quirk or ()), ac, soc, until_soc, capacity, current))


@exi_app.command()
def decode(namespace: NamespaceOption, fragment: FragmentOption = False) -> None:
    """Lines of hex on standard input to lines of JSON; a wrong one is told by its number."""
    from pilotline.cli.exi import decode_lines

    decode_lines(namespace, fragment)


@exi_app.command()
def encode(namespace: NamespaceOption, fragment: FragmentOption = False) -> None:
    """Lines of JSON on standard input to lines of hex; a wrong one is told by its number."""
    from pilotline.cli.exi import encode_lines

    encode_lines(namespace, fragment)


@v2g_app.callback()
def v2g() -> None:
    """Read what a car and a charger said to each other."""


@v2g_app.command()
def show(
    file: Annotated[Path, typer.Argument(help=_RECORDING_HELP)],
    session: Annotated[str | None, typer.Option("--session", "-s", help=_SESSION_HELP)] = None,
    car: Annotated[str | None, typer.Option("--car", "-c", help=_CAR_HELP)] = None,
) -> None:
    """Tell a recorded session: what was said, what was odd, how it ended. Of many, list them."""
    from pilotline.cli.v2g import show_file

    show_file(file, session, car)


@v2g_app.command()
def replay(
    file: Annotated[Path, typer.Argument(help=_RECORDING_HELP)],
    session: Annotated[str | None, typer.Option("--session", "-s", help=_SESSION_HELP)] = None,
    car: Annotated[str | None, typer.Option("--car", "-c", help=_CAR_HELP)] = None,
) -> None:
    """Ask our own charger what recorded cars asked, and compare its answers; exit code 1 if one is wrong."""
    from pilotline.cli.v2g_replay import replay_file

    replay_file(file, session, car)


def main() -> None:
    """The entry point: mistakes of the user end in one sentence and exit code 2, never in a trace."""
    with complain():
        app(standalone_mode=True)
    sys.exit(0)
