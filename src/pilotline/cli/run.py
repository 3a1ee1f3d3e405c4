"""``pilotline run``: the launcher on a terminal, with a live status line, and the demo if wanted."""

import asyncio
import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from pilotline.cli import control
from pilotline.cli.errors import UsageError
from pilotline.cli.narrator import Narrator, line, scene
from pilotline.cli.page import Doors, PageWishes, open_doors, where
from pilotline.cli.signals import end_on_sigterm, hear_ctrl_c
from pilotline.drivers.boards.indicators import TerminalIndicators
from pilotline.drivers.store import StoreError, check_journal, read_settings
from pilotline.links.host import HostView
from pilotline.links.operations import OperationError
from pilotline.models.reader import load_charger
from pilotline.runtime.clocks import CoreClock, local_time
from pilotline.runtime.folder import DataFolder, FolderError
from pilotline.runtime.launcher import Launcher, Settings
from pilotline.runtime.listener import ListenError, listen
from pilotline.runtime.virtual_backend import backend_url
from pilotline.simulator.story import Story, duration_us, load_story
from pilotline.simulator.v2g_car import Digital
from pilotline.station.keys import BY_NAME, KeyRefusedError
from pilotline.vocabulary.charger import MeterKind
from pilotline.vocabulary.endpoint import UrlError, parse_endpoint
from pilotline.vocabulary.refusals import NO_DIGITAL

DEFAULT_PORT = 8080
"""The page's, when nobody says otherwise."""
VIRTUAL = "virtual"
"""``--csms virtual``: a simulated backend, which runs beside the station and outlives its power cuts."""


AT_ANY_HOUR = ("c_ChargeOffPeriod1=disable,08:00,11:00", "c_ChargeOffPeriod2=disable,16:00,22:00")
"""Who wants to be shown a charge without a backend is not to wait for the end of peak hours."""


def default_folder(station_id: str) -> Path:
    """Where a station's data is when nobody says otherwise (XDG base directories)."""
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "pilotline" / "".join(c if c.isalnum() or c in "-_." else "_" for c in station_id)


@dataclass(frozen=True)
class Wishes:
    """What the user said on the command line; ``page`` is how the page is served, if it is.

    ``watch_invariants``: the safety modules are judged while they run. ``keys`` are texts like KEY=VALUE;
    ``car_speaks`` is what the simulated cars do, beside the duty cycle.
    """

    model: str
    station_id: str
    csms: str | None = None
    data: Path | None = None
    page: PageWishes = field(default_factory=PageWishes)
    watch_invariants: bool = False
    keys: tuple[str, ...] = ()
    car_speaks: Digital = Digital.OFF


def read_keys(texts: Sequence[str]) -> Mapping[str, str]:
    """The configuration keys of ``--set``, by name. Raises UsageError."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        key = BY_NAME.get(name.strip().lower())
        if key is None or not equals:
            raise UsageError(f"--set takes KEY=VALUE with the name of a configuration key, not {text}.")
        try:
            key.kind.parse(value)
        except KeyRefusedError as error:
            raise UsageError(f"--set {text}: {error}") from None
        found[key.name] = value
    return found


def prepare(wishes: Wishes) -> tuple[Settings, DataFolder, Doors]:
    """Check all that the user said before anything starts. Raises UsageError, ModelError."""
    charger = load_charger(wishes.model)
    if charger.meter and charger.meter.kind is MeterKind.S0:
        raise UsageError("An S0 meter is counted in simulated time only so far; `simulate` runs this model.")
    if wishes.car_speaks is not Digital.OFF and charger.rtm.digital is None:
        raise UsageError(f"--car-speaks: {NO_DIGITAL.of()} master-plus-ac has one.")
    connectors, keys = charger.connectors, read_keys(wishes.keys)
    csms = None if wishes.csms == VIRTUAL else wishes.csms
    try:
        parse_endpoint(csms or "ws://localhost", wishes.station_id)
        folder = DataFolder(wishes.data or default_folder(wishes.station_id))
        check_journal(folder.journal)
        doors = open_doors(wishes.page, folder)
        if wishes.csms == VIRTUAL:
            backend = listen(0)
            csms = backend_url(backend)
        else:
            backend = None
    except (UrlError, FolderError, StoreError, ListenError) as error:
        raise UsageError(str(error)) from None
    model = str(Path(wishes.model).resolve()) if wishes.model.endswith(".toml") else wishes.model
    settings = Settings(
        model,
        wishes.station_id,
        csms,
        connectors=connectors,
        panel=doors.http,
        backend=backend,
        watch_invariants=wishes.watch_invariants,
        keys=keys,
        entry=doors.entry,
        panel_tls=doors.https,
        car_speaks=wishes.car_speaks,
    )
    return settings, folder, doors


def serve_station(wishes: Wishes) -> None:
    """Run a station that another program scripts over standard input and output."""
    settings, folder, doors = prepare(wishes)
    launcher = Launcher(settings, folder, control.tell_status, control.tell_note)
    if doors.http is not None:
        for told in (f"The page: {where(doors)}", *doors.told):
            control.tell_note(told)
    hear_ctrl_c()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(launcher))


async def _serve(launcher: Launcher) -> None:
    end_on_sigterm()
    await control.serve(launcher)


def run_station(wishes: Wishes, demo: bool) -> None:
    """Run until Ctrl-C, telling the story on the terminal."""
    settings, folder, doors = prepare(replace(wishes, keys=(*AT_ANY_HOUR, *wishes.keys)) if demo else wishes)
    screen = Screen(Console(highlight=False))
    _greet(screen, wishes, doors, folder, demo)
    launcher = Launcher(settings, folder, screen.show, screen.note)
    hear_ctrl_c()
    try:
        with screen.live:
            asyncio.run(_run(launcher, load_story("demo") if demo else None, screen))
    except KeyboardInterrupt:
        pass
    screen.say("Stopped.")


def _greet(screen: "Screen", wishes: Wishes, doors: Doors, folder: DataFolder, demo: bool) -> None:
    screen.say(
        f"Pilotline {wishes.model}, station {wishes.station_id}, data in {folder.path}. Ctrl-C ends it."
    )
    if wishes.csms is None and not read_settings(folder.journal).get("c_BackendUrl"):
        screen.say("No backend (--csms): the station is offline and takes any card.")
    if doors.http is not None:
        todo = "Watch the car there" if demo else "Plug the car in there"
        screen.say(f"The page: {where(doors)}  {todo}.")
        for told in doors.told:
            screen.say(told)


class Screen:
    """Lines of the story, and below them, on a terminal, the lights and one live line a connector."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._narrator = Narrator()
        self._view: HostView | None = None
        self._clock = CoreClock()
        self._lights = ""
        self._lamps = TerminalIndicators(self._shine)
        self.live = Live(console=console, refresh_per_second=5, transient=True, get_renderable=self._draw)

    def show(self, view: HostView) -> None:
        for told in self._narrator.tell(view):
            self.note(told)
        self._view = view

    def _draw(self) -> Text:
        """As it is now: what blinks does so between two snapshots."""
        view = self._view
        if view is None:
            return Text()
        self._lamps.show(scene(view), self._clock.now())
        many = len(view.connectors) > 1
        lines = [Text(line(each, many=many), style="bold") for each in view.connectors]
        return Text("\n").join([Text.from_ansi(self._lights), *lines])

    def _shine(self, lights: str) -> None:
        self._lights = lights

    def note(self, text: str) -> None:
        self.say(f"{local_time():%H:%M:%S}  {text}")

    def say(self, text: str) -> None:
        self._console.print(text, markup=False, soft_wrap=True)


async def _run(launcher: Launcher, story: Story | None, screen: Screen) -> None:
    """Until somebody asks the station to stop."""
    end_on_sigterm()
    works = [launcher.run()]
    if story is not None:
        works.append(_play_for_ever(launcher, story, screen))
    tasks = [asyncio.create_task(work) for work in works]
    tasks.append(asyncio.create_task(_stopped(launcher)))
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _stopped(launcher: Launcher) -> None:
    await launcher.stopped.wait()


async def _play_for_ever(launcher: Launcher, story: Story, screen: Screen) -> None:
    """The demo: a step that fails is told, and the story begins again, without the car."""
    while True:
        try:
            await launcher.ask("wait", {"id": 1})
            with contextlib.suppress(OperationError):  # nothing is plugged in
                await launcher.ask("unplug", {})
            await _play(launcher, story, screen)
        except OperationError as error:
            screen.note(f"The demo begins again: {error}")
            await asyncio.sleep(5)


async def _play(launcher: Launcher, story: Story, screen: Screen) -> None:
    for step in story.steps:
        if step.word == "after":
            await asyncio.sleep(duration_us(step.args[""]) / 1e6)
            continue
        if step.word != "wait":
            screen.note(f"> {step}")
        await launcher.ask(step.word, step.args)
