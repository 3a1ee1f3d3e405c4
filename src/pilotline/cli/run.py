"""``pilotline run``: the launcher on a terminal, with a live status line, and the demo if wanted."""

import asyncio
import contextlib
import os
import signal
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from pilotline.cli import control
from pilotline.cli.errors import UsageError
from pilotline.cli.narrator import Narrator, line
from pilotline.drivers.ocpp_client import UrlError, parse_endpoint
from pilotline.drivers.store import StoreError, check_journal
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


def prepare(model: str, station_id: str, csms: str | None, data: Path | None) -> tuple[Settings, DataFolder]:
    """Check all that the user said before anything starts. Raises UsageError, ModelError."""
    load_charger(model)
    try:
        parse_endpoint(csms or "ws://localhost", station_id)
        folder = DataFolder(data or default_folder(station_id))
        check_journal(folder.journal)
    except (UrlError, FolderError, StoreError) as error:
        raise UsageError(str(error)) from None
    absolute = str(Path(model).resolve()) if model.endswith(".toml") else model
    return Settings(absolute, station_id, csms), folder


def serve_station(model: str, station_id: str, csms: str | None, data: Path | None) -> None:
    """Run a station that another program scripts over standard input and output."""
    settings, folder = prepare(model, station_id, csms, data)
    launcher = Launcher(settings, folder, control.tell_status, control.tell_note)
    _hear_ctrl_c()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(launcher))


async def _serve(launcher: Launcher) -> None:
    _end_on_sigterm()
    await control.serve(launcher)


def run_station(model: str, station_id: str, csms: str | None, data: Path | None, demo: bool) -> None:
    """Run until Ctrl-C, telling the story on the terminal."""
    settings, folder = prepare(model, station_id, csms, data)
    console = Console(highlight=False)
    screen = Screen(console)
    screen.say(f"Pilotline {model}, station {station_id}, data in {folder.path}. Ctrl-C ends it.")
    if csms is None:
        screen.say("No backend (--csms): the station is offline and takes any card.")
    launcher = Launcher(settings, folder, screen.show, screen.note)
    _hear_ctrl_c()
    try:
        with screen.live:
            asyncio.run(_run(launcher, load_story("demo") if demo else None, screen))
    except KeyboardInterrupt:
        screen.say("Stopped.")


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
        self.say(f"{local_time():%H:%M:%S}  {text}")

    def say(self, text: str) -> None:
        self._console.print(text, markup=False, soft_wrap=True)


def _hear_ctrl_c() -> None:
    """Started in the background by a shell, a program ignores SIGINT; a station ends on it all the same."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _end_on_sigterm() -> None:
    """What a service manager sends ends the station as Ctrl-C does."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, signal.raise_signal, signal.SIGINT)


async def _run(launcher: Launcher, story: Story | None, screen: Screen) -> None:
    _end_on_sigterm()
    async with asyncio.TaskGroup() as group:
        group.create_task(launcher.run())
        if story is not None:
            group.create_task(_play_for_ever(launcher, story, screen))


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
