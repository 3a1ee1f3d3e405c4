"""What ``pilotline doctor`` tries out: the disk, the lines to safety module and meter, who may read files.

Nothing here disturbs a station: a line is looked at only where it was named on the command line.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pilotline.drivers.modbus_meter import ModbusMeterDriver
from pilotline.drivers.tty import SerialPort
from pilotline.links.self_test import MOST_ERRORS, check_disk
from pilotline.models.meter_profile import load_meter
from pilotline.models.reader import load_charger
from pilotline.vocabulary.charger import MeterKind
from pilotline.vocabulary.metering import MeterSilent
from pilotline.wire.rtm_link import BOARD_TO_HOST, Counters, Decoder

LISTEN_S = 3.0
"""A safety module says something every second, to a host that is silent too."""
PRIVATE = ("journal.db", "journal.db-wal", "journal.db-shm", "people.json", "https.pem")
"""What holds passwords or keys: for the station's own user alone."""


class Finding(NamedTuple):
    """One check: what was looked at, whether it is well, and what was found or is to be done."""

    what: str
    well: bool
    found: str


def disk(folder: Path) -> Finding:
    """How long a small file takes to the disk, as the journal writes it."""
    if not folder.is_dir():
        return Finding("disk", True, f"not tried: there is no {folder}")
    try:
        taken_s = _write_s(folder)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return Finding(
            "disk", False, f"{folder} does not take a file: {reason}. Make room, or mend its rights."
        )
    check = check_disk(taken_s)
    return Finding("disk", check.ok is not False, f"{check.sentence} {check.advice}".rstrip())


def _write_s(folder: Path) -> float:
    begun = time.perf_counter()
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(4_096))
        file.flush()
        os.fsync(file.fileno())
    return time.perf_counter() - begun


def private_files(folder: Path) -> Finding:
    """Whether others may read what holds a secret."""
    open_ones = [path for path in _holders(folder) if _may_be_read(path)]
    if not open_ones:
        return Finding("private files", True, "what holds passwords or keys is for its owner alone")
    names = " ".join(str(path) for path in open_ones)
    return Finding("private files", False, f"Others may read passwords or keys there: chmod go= {names}")


def _holders(folder: Path) -> Sequence[Path]:
    inner = [path for name in ("certificates", "firmware") for path in sorted((folder / name).glob("*"))]
    return [path for path in (*(folder / name for name in PRIVATE), *inner) if path.is_file()]


def _may_be_read(path: Path) -> bool:
    try:
        return path.stat().st_mode & 0o077 != 0
    except OSError:
        return False  # gone meanwhile


def link(path: str | None) -> Finding:
    """Whether a safety module speaks on a serial line."""
    if path is None:
        return Finding("safety module", True, "not asked (--link names its serial line)")
    counters = asyncio.run(_listen(path))
    if counters is None:
        return Finding("safety module", False, f"{path} cannot be opened: check its path and who may use it.")
    if counters.frames == 0:
        advice = "Check that it has power, its wires, and that no station uses the line."
        return Finding("safety module", False, f"Nobody speaks on {path}. {advice}")
    if counters.errors > max(1, counters.frames * MOST_ERRORS):
        said = f"{counters.errors} errors in {counters.frames} messages on {path}."
        return Finding("safety module", False, f"{said} Check the wires.")
    return Finding("safety module", True, f"it speaks on {path}: {counters.frames} messages")


async def _listen(path: str) -> Counters | None:
    """What came in LISTEN_S; None where there is no line to listen on."""
    decoder = Decoder(BOARD_TO_HOST)
    if not os.access(path, os.R_OK | os.W_OK):
        return None

    def hear(data: bytes) -> None:
        decoder.feed(data)

    port = SerialPort(path, hear)
    port.start()
    await asyncio.sleep(LISTEN_S)
    port.close()
    return decoder.counters


def meter(model: str, path: str | None) -> Finding:
    """The meter this model has, and whether it answers on a serial line."""
    charger = load_charger(model)
    slot = charger.meter
    if slot is None:
        return Finding("energy meter", True, "this model has none: it charges and sends no meter values")
    if slot.kind is MeterKind.S0:
        return Finding("energy meter", True, f"an S0 output, {slot.pulses_per_kwh} pulses a kilowatt-hour")
    profile = load_meter(slot.profile)
    title = f"{profile.title}, address {slot.address}"
    if path is None:
        return Finding("energy meter", True, title)
    driver = ModbusMeterDriver(
        path,
        profile,
        lambda _: None,
        address=slot.address,
        phases=charger.rating.phases,
        poll_ms=slot.poll_ms,
    )
    said = asyncio.run(_read(driver))
    if isinstance(said, MeterSilent):
        return Finding("energy meter", False, f"{said.reason} Check its supply and its wires A and B.")
    return Finding("energy meter", True, f"{title}: it answers")


async def _read(driver: ModbusMeterDriver) -> object:
    try:
        return await driver.read()
    finally:
        driver.close()
