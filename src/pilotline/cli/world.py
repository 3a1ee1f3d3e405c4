"""``pilotline world``: a virtual world, and a small host, for a safety module in a process of its own."""

import asyncio
import time
from pathlib import Path

from pilotline.cli.errors import UsageError
from pilotline.cli.rtm import place_of
from pilotline.cli.signals import end_on_sigterm, hear_ctrl_c
from pilotline.drivers.lines import LineError
from pilotline.models.reader import load_charger
from pilotline.runtime.small_host import SmallHost
from pilotline.runtime.world_server import WorldServer
from pilotline.simulator.actions import PlugIn
from pilotline.simulator.world import WorldConfig
from pilotline.vocabulary.board import BoardMessage, ConnectorReport
from pilotline.vocabulary.charger import ChargerModel
from pilotline.vocabulary.faults import faults_in


def serve_world(name: str, samples: str, link: str | None, car: bool) -> None:
    """Serve until Ctrl-C, telling each change of what the module reports."""
    model = load_charger(name)
    _, served = place_of("--samples", samples, ("unix",))
    line = place_of("--link", link, ("unix",))[1] if link else None
    hear_ctrl_c()
    try:
        asyncio.run(_serve(model, served, line, car))
    except LineError as error:
        raise UsageError(str(error)) from None
    except KeyboardInterrupt:
        print("Stopped.")


async def _serve(model: ChargerModel, served: Path, line: Path | None, car: bool) -> None:
    end_on_sigterm()
    teller = Teller()
    world = WorldServer(served, WorldConfig.around(model.rating, model.outlet), fired=teller.fired)
    world.start()
    try:
        if car:
            world.do(PlugIn())
        print(f"A world of {model.name} at {served}. Ctrl-C ends it.", flush=True)
        await _be_host(model, line, teller) if line else await asyncio.Event().wait()
    finally:
        world.close()


async def _be_host(model: ChargerModel, line: Path, teller: "Teller") -> None:
    await SmallHost(model.rtm.hash, model.rating.current_ma, teller.hear).talk(line)


class Teller:
    """One line for each change of what the module reports, with the seconds since the world began."""

    def __init__(self) -> None:
        self._since = time.perf_counter()
        self._told = ""

    def hear(self, message: BoardMessage) -> None:
        if not isinstance(message, ConnectorReport):
            return
        said = line_of(message)
        if said != self._told:
            self._told = said
            self._say(said)

    def fired(self) -> None:
        self._say("the board's watchdog has opened the relay: the module is silent")

    def _say(self, text: str) -> None:
        print(f"{time.perf_counter() - self._since:8.2f} s  {text}", flush=True)


def line_of(report: ConnectorReport) -> str:
    """A report as people read it."""
    names = ", ".join(fault.name for fault in faults_in(report.faults)) or "no fault"
    relay = "closed" if report.relay else "open"
    return f"state {report.pilot.value}, pilot {report.output.mode.value}, relay {relay}, {names}"
