"""What ``pilotline doctor`` finds of the firmware: what runs, what the slots hold, what an update lacks."""

import sqlite3
from pathlib import Path

from pilotline import __version__
from pilotline.cli.doctor_lines import Finding
from pilotline.drivers.firmware import FIRMWARE, PRODUCT_KEY
from pilotline.drivers.slots import DirectorySlots
from pilotline.drivers.store import read_settings
from pilotline.runtime.folder import JOURNAL
from pilotline.station.upkeep.firmware import HOSTS

WHAT = "firmware"


def firmware(folder: Path) -> Finding:
    """Reads, and counts no start. A station that no firmware can be sent to is well: that may be meant so."""
    rows = DirectorySlots(folder / FIRMWARE, __version__).inspect()
    slots = ", ".join(f"{name} {version} {word}".replace("  ", " ") for name, version, word in rows)
    try:
        hosts = str(read_settings(folder / JOURNAL).get(HOSTS) or "")
    except sqlite3.Error:  # said elsewhere
        hosts = ""
    if any(word == "trial" for _, _, word in rows):
        return Finding(WHAT, False, f"One is on trial, and has still to prove itself: {slots}")
    if not hosts:
        return Finding(WHAT, True, f"{slots}; updates come from nowhere ({HOSTS} names no host)")
    if not (folder / FIRMWARE / PRODUCT_KEY).is_file():
        where = folder / FIRMWARE / PRODUCT_KEY
        return Finding(WHAT, False, f"{slots}; no image can be opened: put the product's key into {where}")
    return Finding(WHAT, True, f"{slots}; updates come from {hosts}")
