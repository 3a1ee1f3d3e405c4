"""``pilotline run``: the launcher on a terminal, with a live status line, and the demo if wanted."""

import asyncio
import os
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from pilotline.cli.errors import UsageError
from pilotline.cli.narrator import Narrator, line
from pilotline.drivers.ocpp_client import UrlError, parse_endpoint
from pilotline.links.host import HostView
from pilotline.links.operations import OperationError
from pilotline.models.reader import load_charger
from pilotline.runtime.clocks import local_time
from pilotline.runtime.folder import DataFolder, FolderError
from pilotline.runtime.launcher import Launcher, Settings
from pilotline.simulator.story import Story, duration_us, load_story


def default_folder(station_id: str) -> Path:
    """Where a station's data is when nobody says otherwise (XDG base directories)."""
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "pilotline" / "".join(c if c.isalnum() or c in "-_." else "_" for c in station_id)


def run_station(model: str, station_id: str, csms: str | None, data: Path | None, demo: bool) -> None:
    """Check what the user said, then run until Ctrl-C."""
    load_charger(model)  # refuses an unknown or wrong model before anything starts
    try:
        if csms is not None:
            parse_endpoint(csms, station_id)
        folder = DataFolder(data or default_folder(station_id))
    except (UrlError, FolderError) as error:
        raise UsageError(str(error)) from None
    absolute = str(Path(model).resolve()) if model.endswith(".toml") else model
    console = Console(highlight=False)
    console.print(f"Pilotline {model}, station {station_id}, data in {folder.path}. Ctrl-C ends it.")
    if csms is None:
        console.print("No backend (--csms): the station is offline and takes any card.")
    screen = Screen(console)
    launcher = Launcher(Settings(absolute, station_id, csms), folder, screen.show, screen.note)
    try:
        with screen.live:
            asyncio.run(_run(launcher, load_story("demo") if demo else None, screen))
    except KeyboardInterrupt:
        console.print("Stopped.")


class Screen:
    """Lines of the story, and below them one live line on a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._narrator = Narrator()
        self.live = Live(console=console, refresh_per_second=5, transient=True)

    def show(self, view: HostView) -> None:
        for told in self._narrator.tell(view):
            self.note(told)
        if self._console.is_terminal:
            self.live.update(Text("\n".join(line(connector) for connector in view.connectors), style="bold"))

    def note(self, text: str) -> None:
        self._console.print(f"{local_time():%H:%M:%S}  {text}", markup=False)


async def _run(launcher: Launcher, story: Story | None, screen: Screen) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(launcher.run())
        if story is not None:
            group.create_task(_play_for_ever(launcher, story, screen))


async def _play_for_ever(launcher: Launcher, story: Story, screen: Screen) -> None:
    """The demo: a step that fails is told, and the story begins again."""
    while True:
        try:
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
