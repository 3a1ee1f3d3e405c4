"""``pilotline simulate --panel``: a simulated station with a page, its time running as fast as is wished."""

import asyncio
import socket
import sys
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import structlog

from pilotline.cli.errors import UsageError
from pilotline.cli.narrator import Narrator
from pilotline.cli.signals import end_on_sigterm, hear_ctrl_c
from pilotline.cli.simulate import announce, load, say, tell, tracer
from pilotline.models.reader import load_charger
from pilotline.runtime.clocks import CoreClock
from pilotline.runtime.lapse import SimulatedStation, serve
from pilotline.runtime.listener import ListenError, address, listen
from pilotline.simulator.station import VirtualStation


def show(name: str | None, model: str, trace: Path | None, port: int) -> None:
    """Play a story, or none, with a page, until Ctrl-C. Raises UsageError for what the user can mend."""
    charger, story = load_charger(model), load(name) if name else None
    with ExitStack() as stack:
        listener = stack.enter_context(_listen(port))
        virtual = VirtualStation(charger, trace=tracer(stack, trace) if trace else None)
        tell(virtual, Narrator())
        on_step, on_end = partial(announce, virtual), partial(say, virtual)
        station = SimulatedStation(virtual, story, CoreClock().now, on_step=on_step, on_end=on_end)
        _log_on_stderr()
        hear_ctrl_c()
        with suppress(KeyboardInterrupt):
            asyncio.run(_serve(station, listener))
    print("Stopped.")


async def _serve(station: SimulatedStation, listener: socket.socket) -> None:
    end_on_sigterm()
    _greet(listener, station)
    await serve(station, listener)


def _log_on_stderr() -> None:
    """What the page's server has to complain of stands beside the story, not in it."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[structlog.processors.add_log_level, plain],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _listen(port: int) -> socket.socket:
    try:
        return listen(port)
    except ListenError as error:
        raise UsageError(str(error)) from None


def _greet(listener: socket.socket, station: SimulatedStation) -> None:
    speed = station.pace.speed
    pace = "in real time" if speed == 1 else f"at {speed:g} times real time"
    print(f"The page: {address(listener)}  It runs {pace}; choose another there. Ctrl-C ends it.", flush=True)
