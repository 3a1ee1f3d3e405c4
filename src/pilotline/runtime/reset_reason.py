"""Why a host starts, as far as a launcher on Linux can know it (E-40).

============  ==============================  ==========================================================
reason        on a microcontroller            here
============  ==============================  ==========================================================
0 UNKNOWN     nothing is known                a data folder that is new, or a computer without a boot id
1 POWERON     power came                      the operating system has booted since the last start;
                                              ``power_cycle``
2 EXT         the reset pin was pulled        a hard reset; ``reset_button``
3 SW          the software asked for it       a soft reset; a launcher that ended in order and was started
                                              again
4 PANIC       an exception nobody caught      a host or launcher that a signal ended, or a mistake of its
                                              own
5 INT_WDT     the interrupts' watchdog        never: nobody sees it from here
6 TASK_WDT    the tasks' watchdog             the launcher ended a host that did not answer any more
7 WDT         any other watchdog              the kernel's watchdog reset the computer
8 DEEPSLEEP   awake again                     never: a station does not sleep
9 BROWNOUT    the supply was too low          the kernel's watchdog saw that
10 SDIO       reset over SDIO                 never: nobody else holds the processor
============  ==============================  ==========================================================

Whether the computer was switched on or told to boot anew looks the same from here: both are POWERON.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pilotline.runtime.process import RESET_ME, RESTART_ME
from pilotline.vocabulary.status import ResetReason

ENDS: Mapping[int, ResetReason] = {
    0: ResetReason.SW,
    RESTART_ME: ResetReason.SW,
    RESET_ME: ResetReason.EXT,
}
"""How a host ended, by its exit code; every other code and every signal is PANIC."""
BOOT_STATUS = ((0x20, ResetReason.WDT), (0x10, ResetReason.BROWNOUT))
"""Bits of a watchdog's ``bootstatus``: WDIOF_CARDRESET, WDIOF_POWERUNDER (linux/watchdog.h)."""


@dataclass(frozen=True, slots=True)
class Platform:
    """Where the operating system tells what it knows of its own start. Reads, and writes nothing."""

    boot_id: Path = Path("/proc/sys/kernel/random/boot_id")
    watchdogs: Path = Path("/sys/class/watchdog")

    def booted_as(self) -> str | None:
        """Another one after every start of the operating system; None where it does not say."""
        try:
            return self.boot_id.read_text().strip() or None
        except (OSError, UnicodeDecodeError):
            return None

    def boot_status(self) -> int:
        """What all watchdogs say of the last reset of the computer; 0 where none says anything."""
        status = 0
        for file in sorted(self.watchdogs.glob("watchdog*/bootstatus")):
            try:
                status |= int(file.read_text(), 0)
            except (OSError, ValueError):
                continue  # a driver that cannot say
        return status


class Run(msgspec.Struct, frozen=True):
    """A launcher's life as the data folder keeps it: under which start of the computer, and how it ended."""

    boot_id: str | None
    in_order: bool = False


class Runs:
    """The file in the data folder that tells a launcher of the one before it."""

    def __init__(self, file: Path, platform: Platform) -> None:
        self._file = file
        self._platform = platform
        self._mine = Run(platform.booted_as())

    def begin(self) -> ResetReason:
        """Why this launcher starts; from now on the file is about this one."""
        reason = first_reason(self._recall(), self._mine.boot_id, self._platform.boot_status())
        self._write(self._mine)
        return reason

    def end(self) -> None:
        """This launcher ends in order."""
        self._write(msgspec.structs.replace(self._mine, in_order=True))

    def _recall(self) -> Run | None:
        """A file that cannot be read is as good as none."""
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=Run)
        except (OSError, msgspec.MsgspecError):
            return None

    def _write(self, run: Run) -> None:
        """Whole or not at all. A disk that is full or gone costs the reason, never the charging."""
        fresh = self._file.with_suffix(".new")
        try:
            fresh.write_bytes(msgspec.json.encode(run))
            fresh.replace(self._file)
        except OSError:
            with suppress(OSError):
                self._file.unlink(missing_ok=True)  # better nothing than what is no longer so


def first_reason(last: Run | None, boot_id: str | None, boot_status: int) -> ResetReason:
    """Why a launcher starts, from what the last one left and what the platform says."""
    if last is None or last.boot_id is None or boot_id is None:
        return ResetReason.UNKNOWN
    if last.boot_id == boot_id:
        return ResetReason.SW if last.in_order else ResetReason.PANIC
    return next((reason for bit, reason in BOOT_STATUS if boot_status & bit), ResetReason.POWERON)


class WhyStarted:
    """Why the next host starts: ``take`` is asked once a start. Pure."""

    def __init__(self, first: ResetReason) -> None:
        self._next = first
        self._is_known = False

    def because(self, reason: ResetReason) -> None:
        """It is about to be ended, for this reason: how its process ends then says nothing."""
        self._next, self._is_known = reason, True

    def ended(self, code: int) -> None:
        """Its process ended with this code; below 0 by a signal."""
        if not self._is_known:
            self._next = ENDS.get(code, ResetReason.PANIC)

    def take(self) -> ResetReason:
        self._is_known = False
        return self._next
