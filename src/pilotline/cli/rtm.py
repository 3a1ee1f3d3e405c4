"""``pilotline rtm``: the safety module of one connector as a program of its own, at 1 kHz."""

import logging
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog

from pilotline.cli.errors import UsageError
from pilotline.drivers.boards.ports import PortError
from pilotline.drivers.boards.served import ServedBoard
from pilotline.drivers.lines import Line, LineError, SerialLine, SocketLine
from pilotline.links.board import BoardCore
from pilotline.models.reader import load_charger
from pilotline.runtime.clocks import SleepingClock
from pilotline.runtime.lateness import BOUNDS_US, LatenessFigures
from pilotline.runtime.notify import notifier_of
from pilotline.runtime.process import RESTART_ME
from pilotline.runtime.quiet_log import QuietLog
from pilotline.runtime.real_time import RealTimeError, keep_collector_short, lock_memory, run_on
from pilotline.runtime.rtm_program import RtmProgram
from pilotline.runtime.settings_file import SettingsFile

_SWITCH_S = 0.0005
"""How long the log's thread may keep Python to itself before the loop asks for it back."""


@dataclass(frozen=True)
class Wishes:
    """What the user said on the command line. ``store`` None: settings do not outlive the program."""

    model: str
    link: str
    samples: str
    connector: int = 1
    cpu: int | None = None
    lock_memory: bool = False
    store: Path | None = None


class End:
    """Whether a signal has asked for the end: Ctrl-C and a service manager's SIGTERM are one."""

    def __init__(self) -> None:
        self.asked = False
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, self._ask)

    def _ask(self, _number: int, _frame: object) -> None:
        self.asked = True

    def __call__(self) -> bool:
        return self.asked


def run_module(wishes: Wishes) -> None:
    """Run until it is ended. Exit code 75 where the samples ended on their own: start it again."""
    end = End()
    _log_events()
    log = QuietLog()
    try:
        figures = _run(wishes, end, log)
    except PortError as error:
        print(f"pilotline: {error}", file=sys.stderr)
        sys.exit(RESTART_ME)
    finally:
        log.close()
    print("Stopped; the relay is open.", *table(figures), sep="\n")


def _run(wishes: Wishes, end: End, log: QuietLog) -> LatenessFigures:
    model, settings = load_charger(wishes.model), _settings(wishes)
    stored = settings.recall() if settings else None
    core = BoardCore(model.rtm, connector=wishes.connector, serial="RTM", stored=stored)
    _ask_linux(wishes)
    hardware, line = _open(wishes)
    keep = settings.keep if settings else partial(_forget, log)
    notifier = notifier_of(os.environ, os.getpid())
    program = RtmProgram(core, hardware, line, SleepingClock(), keep=keep, notifier=notifier, tell=log)
    print(
        f"Safety module of {wishes.model}, connector {wishes.connector}, at 1 kHz. Ctrl-C ends it.",
        flush=True,
    )
    keep_collector_short()
    sys.setswitchinterval(_SWITCH_S)
    try:
        program.run(end)
    finally:
        line.close()
        hardware.close()
        notifier.close()
    return program.figures


def _forget(log: QuietLog, _record: bytes) -> None:
    log("settings not kept", why="no --store")


def _settings(wishes: Wishes) -> SettingsFile | None:
    """The record of the safety settings (R-49), one file a connector."""
    if wishes.store is None:
        return None
    try:
        wishes.store.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(
            f"The folder {wishes.store} cannot be made: {reason}. Choose another with --store."
        ) from None
    return SettingsFile(wishes.store / f"rtm-{wishes.connector}.settings")


def _ask_linux(wishes: Wishes) -> None:
    try:
        if wishes.cpu is not None:
            run_on(wishes.cpu)
        if wishes.lock_memory:
            lock_memory()
    except RealTimeError as error:
        raise UsageError(str(error)) from None


def _open(wishes: Wishes) -> tuple[ServedBoard, Line]:
    """The samples first: without them there is no use in a host's line."""
    _, samples = place_of("--samples", wishes.samples, ("unix",))
    kind, link = place_of("--link", wishes.link, ("unix", "serial"))
    try:
        hardware = ServedBoard(samples)
        return hardware, SocketLine(link) if kind == "unix" else SerialLine(str(link))
    except (PortError, LineError) as error:
        raise UsageError(str(error)) from None


def place_of(option: str, text: str, kinds: Sequence[str]) -> tuple[str, Path]:
    """``unix:PATH`` or ``serial:DEV``, in two. Raises UsageError."""
    kind, colon, path = text.partition(":")
    if kind not in kinds or not colon or not path:
        forms = " or ".join(f"{each}:{'DEV' if each == 'serial' else 'PATH'}" for each in kinds)
        raise UsageError(f"{option} takes {forms}, not {text}.")
    return kind, Path(path)


def table(figures: LatenessFigures) -> list[str]:
    """What the clock made of it, a line for each bound."""
    ticks = figures.ticks
    lines = [f"{ticks} ticks; the worst woke {figures.worst_us / 1_000:.1f} ms late."]
    for bound in BOUNDS_US:
        over = figures.over(bound)
        lines.append(f"  over {bound / 1_000:>4.1f} ms late: {over:>8}  ({100 * over / max(ticks, 1):.4f} %)")
    return lines


def _log_events() -> None:
    """One JSON object a line on standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
