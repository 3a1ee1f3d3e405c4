"""``pilotline doctor``: what a station needs here, checked one by one, each with what to do about it."""

import asyncio
import os
import pty
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.markup import escape

from pilotline.cli import doctor_access, doctor_firmware, doctor_lines
from pilotline.cli.doctor_lines import Finding
from pilotline.cli.run import default_folder
from pilotline.drivers.ocpp_client import Connected, Disconnected, OcppClient
from pilotline.drivers.store import read_settings
from pilotline.drivers.way_in import Way
from pilotline.links.self_test import Check, check_clock, check_settings, check_space
from pilotline.models.reader import load_charger
from pilotline.runtime.clocks import wall_clock
from pilotline.runtime.folder import JOURNAL, DataFolder, FolderError, FolderInUseError
from pilotline.station.keys import KeyStore
from pilotline.station.notes import notes
from pilotline.vocabulary.endpoint import UrlError, parse_endpoint

BACKEND_S = 10.0


class Lines(NamedTuple):
    """The serial lines that are to be looked at, by their paths; None is not looked at."""

    link: str | None = None
    meter: str | None = None


def examine(model: str, station_id: str, csms: str | None, data: Path | None, lines: Lines) -> None:
    """Print all findings; exit code 1 when one is not well."""
    folder = data or default_folder(station_id)
    checks: list[Callable[[], Finding]] = [
        lambda: _model(model),
        lambda: doctor_lines.meter(model, lines.meter),
        lambda: doctor_lines.link(lines.link),
        lambda: _folder(folder),
        lambda: doctor_lines.disk(folder),
        lambda: doctor_lines.private_files(folder),
        lambda: _settings(model, folder),
        _terminals,
        _clock,
        lambda: _access(model, folder, csms),
        lambda: _certificates(model, folder),
        lambda: doctor_firmware.firmware(folder),
        lambda: _backend_of(model, station_id, folder, csms),
    ]
    console = Console(highlight=False)
    findings = [check() for check in checks]
    for finding in findings:
        mark = "[green]well[/]" if finding.well else "[red]look[/]"
        console.print(f"{mark}  {finding.what:<18} {escape(finding.found)}", soft_wrap=True)
    sys.exit(0 if all(finding.well for finding in findings) else 1)


def _model(name: str) -> Finding:
    model = load_charger(name)
    return Finding("charger model", True, f"{model.title}, hash {model.rtm.hash:016x}")


def _folder(path: Path) -> Finding:
    try:
        folder = DataFolder(path)
    except FolderInUseError:
        return Finding("data folder", True, f"{path}, a station is using it")
    except FolderError as error:
        return Finding("data folder", False, str(error))
    free = os.statvfs(folder.path)
    found = _finding("data folder", check_space(free.f_bavail * free.f_frsize // 1_000_000))
    return found._replace(found=f"{folder.path}: {found.found}")


def _settings(name: str, folder: Path) -> Finding:
    """What the station there is set to, as far as somebody should know of it."""
    try:
        return _finding("settings", check_settings(notes(_keys(name, folder))))
    except sqlite3.Error as error:
        return Finding("settings", False, f"{folder / JOURNAL} cannot be read: {error}")


def _keys(name: str, folder: Path) -> KeyStore:
    """What the station in this folder is set to. Raises sqlite3.Error."""
    return KeyStore(load_charger(name).key_defaults, read_settings(folder / JOURNAL))


def _terminals() -> Finding:
    try:
        near, far = pty.openpty()
    except OSError as error:
        return Finding(
            "pseudo-terminals", False, f"none can be made ({error.strerror}): is /dev/pts mounted?"
        )
    os.close(near)
    os.close(far)
    return Finding("pseudo-terminals", True, "virtual devices can be reached")


def _clock() -> Finding:
    return _finding("clock", check_clock(wall_clock()))


def _finding(what: str, check: Check) -> Finding:
    """A check that a running station makes of itself too, in one line."""
    return Finding(what, check.ok is not False, f"{check.sentence} {check.advice}".rstrip())


def _access(name: str, folder: Path, csms: str | None) -> Finding:
    try:
        return doctor_access.profile(_keys(name, folder), folder, csms)
    except sqlite3.Error as error:
        return Finding("security profile", False, f"{folder / JOURNAL} cannot be read: {error}")


def _certificates(name: str, folder: Path) -> Finding:
    try:
        return doctor_access.certificates(_keys(name, folder), folder)
    except (sqlite3.Error, OSError) as error:
        return Finding("certificates", False, f"{folder} cannot be read: {error}")


def _backend_of(name: str, station_id: str, folder: Path, csms: str | None) -> Finding:
    """That of the command line, or the one that is set in the station; dialled as the station would."""
    try:
        keys = _keys(name, folder)
    except sqlite3.Error as error:
        return Finding("backend", False, f"nobody knows which: {folder / JOURNAL} cannot be read: {error}")
    way = doctor_access.way(keys, folder)
    if csms is not None:
        return _backend(csms, station_id, way)
    url = keys.text("c_BackendUrl")
    if not url:
        return Finding("backend", True, "none given (--csms, or c_BackendUrl): the station will be offline")
    return _backend(url, keys.text("c_BackendIdentity") or station_id, way)


def _backend(csms: str, station_id: str, way: Way) -> Finding:
    try:
        state = asyncio.run(_dial(csms, station_id, way))
    except UrlError as error:
        return Finding("backend", False, str(error))
    if isinstance(state, Connected):
        endpoint = parse_endpoint(csms, station_id)  # a URL may hold a password
        scheme = "wss" if endpoint.secure else "ws"
        return Finding("backend", True, f"{scheme}://{endpoint.address}{endpoint.path} speaks OCPP 1.6")
    return Finding("backend", False, state.reason)


async def _dial(csms: str, station_id: str, way: Way) -> Connected | Disconnected:
    """Connect once, as the station would, and tell how it went."""
    answer: asyncio.Future[Connected | Disconnected] = asyncio.get_running_loop().create_future()

    def tell(state: Connected | Disconnected) -> None:
        if not answer.done():
            answer.set_result(state)

    client = OcppClient(csms, station_id, on_state=tell, on_text=lambda _text: None, jitter=lambda: 1.0)
    client.way = way
    task = asyncio.create_task(client.run())
    try:
        async with asyncio.timeout(BACKEND_S):
            return await answer
    except TimeoutError:
        return Disconnected(f"The backend did not answer within {BACKEND_S:g} s.", 0)
    finally:
        task.cancel()
