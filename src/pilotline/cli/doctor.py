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

from pilotline.cli.run import default_folder
from pilotline.drivers.ocpp_client import Connected, Disconnected, OcppClient
from pilotline.drivers.store import read_settings
from pilotline.links.self_test import Check, check_clock, check_settings, check_space
from pilotline.models.meter_profile import load_meter
from pilotline.models.reader import load_charger
from pilotline.runtime.clocks import wall_clock
from pilotline.runtime.folder import JOURNAL, DataFolder, FolderError, FolderInUseError
from pilotline.station.keys import KeyStore
from pilotline.station.notes import notes
from pilotline.vocabulary.charger import MeterKind
from pilotline.vocabulary.endpoint import UrlError

BACKEND_S = 10.0


class Finding(NamedTuple):
    """One check: what was looked at, whether it is well, and what was found or is to be done."""

    what: str
    well: bool
    found: str


def examine(model: str, station_id: str, csms: str | None, data: Path | None) -> None:
    """Print all findings; exit code 1 when one is not well."""
    checks: list[Callable[[], Finding]] = [
        lambda: _model(model),
        lambda: _meter(model),
        lambda: _folder(data or default_folder(station_id)),
        lambda: _settings(model, data or default_folder(station_id)),
        _terminals,
        _clock,
        lambda: _backend(csms, station_id),
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


def _meter(name: str) -> Finding:
    slot = load_charger(name).meter
    if slot is None:
        return Finding("energy meter", True, "this model has none: it charges and sends no meter values")
    if slot.kind is MeterKind.S0:
        return Finding("energy meter", True, f"an S0 output, {slot.pulses_per_kwh} pulses a kilowatt-hour")
    profile = load_meter(slot.profile)
    return Finding("energy meter", True, f"{profile.title}, address {slot.address}")


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
        stored = read_settings(folder / JOURNAL)
    except sqlite3.Error as error:
        return Finding("settings", False, f"{folder / JOURNAL} cannot be read: {error}")
    return _finding("settings", check_settings(notes(KeyStore(load_charger(name).key_defaults, stored))))


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


def _backend(csms: str | None, station_id: str) -> Finding:
    if csms is None:
        return Finding("backend", True, "none given (--csms): the station will be offline")
    try:
        state = asyncio.run(_dial(csms, station_id))
    except UrlError as error:
        return Finding("backend", False, str(error))
    if isinstance(state, Connected):
        return Finding("backend", True, f"{csms} speaks OCPP 1.6")
    return Finding("backend", False, state.reason)


async def _dial(csms: str, station_id: str) -> Connected | Disconnected:
    """Connect once, as the station would, and tell how it went."""
    answer: asyncio.Future[Connected | Disconnected] = asyncio.get_running_loop().create_future()

    def tell(state: Connected | Disconnected) -> None:
        if not answer.done():
            answer.set_result(state)

    client = OcppClient(csms, station_id, on_state=tell, on_text=lambda _text: None, jitter=lambda: 1.0)
    task = asyncio.create_task(client.run())
    try:
        async with asyncio.timeout(BACKEND_S):
            return await answer
    except TimeoutError:
        return Disconnected(f"The backend did not answer within {BACKEND_S:g} s.", 0)
    finally:
        task.cancel()
