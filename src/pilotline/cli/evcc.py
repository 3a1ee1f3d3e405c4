"""``pilotline evcc``: a virtual car on a network interface, which looks for a charger and charges."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from pilotline.cli.conversation_lines import ConversationLines
from pilotline.cli.errors import UsageError
from pilotline.cli.secc import NOT_IN_ORDER, protocols_of
from pilotline.cli.signals import end_on_sigterm, hear_ctrl_c
from pilotline.drivers.v2g.connection import Closed, Connected
from pilotline.drivers.v2g.interface import V2gPortError, interface
from pilotline.links.v2g.values import duration
from pilotline.runtime.v2g_car import CarProgram, Told
from pilotline.simulator.dc_car import DcCarConfig
from pilotline.simulator.talking_car import TalkingCar
from pilotline.wire.v2g.evcc.words import (
    CarState,
    Ending,
    EvccConfig,
    HangUp,
    Heard,
    HoldPilot,
    Quirk,
    Said,
    Transfer,
)
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.sdp import Response

_IN_ORDER = (Ending.TERMINATED, Ending.PAUSED)


@dataclass(frozen=True)
class Wishes:
    """What the user said on the command line."""

    interface: str
    protocols: str
    quirks: tuple[str, ...] = ()
    ac: bool = False
    soc_percent: int = 20
    until_percent: int = 80
    capacity_kwh: float = 52.0
    current_a: float = 150.0


def drive_to_charger(wishes: Wishes) -> None:
    """Look for a charger, charge, and exit with 1 if that did not end in order."""
    config, battery = _config(wishes), _battery(wishes)
    teller = Teller()
    hear_ctrl_c()
    try:
        asyncio.run(_charge(wishes.interface, config, battery, teller))
    except V2gPortError as error:
        raise UsageError(str(error)) from None
    except KeyboardInterrupt:
        teller.lines.plain("Stopped.")
        return
    sys.exit(0 if teller.ending in _IN_ORDER else NOT_IN_ORDER)


async def _charge(name: str, config: EvccConfig, battery: DcCarConfig, teller: "Teller") -> None:
    end_on_sigterm()
    core = TalkingCar(config, battery)
    teller.lines.plain(f"A car on {name} with {battery.soc_percent} % looks for a charger. Ctrl-C ends it.")
    await CarProgram(interface(name), config.protocols, core, teller).run()


def _config(wishes: Wishes) -> EvccConfig:
    protocols = protocols_of(wishes.protocols)
    if wishes.ac and Protocol.DIN in protocols:
        raise UsageError("DIN SPEC 70121 knows direct current alone; with --ac give --protocol iso2.")
    wants = wishes.capacity_kwh * 1_000 * max(wishes.until_percent - wishes.soc_percent, 0) / 100
    return EvccConfig(
        transfer=Transfer.AC_THREE_PHASE if wishes.ac else Transfer.DC_EXTENDED,
        protocols=protocols,
        max_current_ma=round(wishes.current_a * 1_000),
        capacity_wh=round(wishes.capacity_kwh * 1_000),
        wants_wh=round(wants),
        quirks=frozenset(_quirks(wishes.quirks)),
    )


def _quirks(names: Sequence[str]) -> list[Quirk]:
    known = {each.value: each for each in Quirk}
    for name in names:
        if name not in known:
            raise UsageError(f"{name} is no quirk known here; there are {', '.join(known)}.")
    return [known[name] for name in names]


def _battery(wishes: Wishes) -> DcCarConfig:
    try:
        return DcCarConfig(
            capacity_wh=round(wishes.capacity_kwh * 1_000),
            soc_percent=wishes.soc_percent,
            until_percent=wishes.until_percent,
            max_current_ma=round(wishes.current_a * 1_000),
        )
    except ValueError as error:
        raise UsageError(f"Such a car there is not: {error}.") from None


class Teller:
    """Prints what happens; ``ending`` is None until the conversation has ended."""

    def __init__(self) -> None:
        self.lines = ConversationLines()
        self.ending: Ending | None = None
        self._begun = 0
        self._first_percent: int | None = None
        self._percent = 0

    def __call__(self, told: Told, now: int) -> None:
        match told:
            case Said():
                self.lines.ask(told.body, now)
            case Heard():
                self.lines.answer(told.body, now)
            case HangUp():
                self._end(told, now)
            case HoldPilot():
                self.lines.note(f"The car would hold the pilot in state {told.state.value}.", now)
            case CarState():
                self._note_battery(told)
            case Response() | Connected() | Closed():
                self._meet(told, now)
            case _:
                pass

    def _meet(self, told: Response | Connected | Closed, now: int) -> None:
        match told:
            case Response():
                security = told.security.name.lower()
                self.lines.plain(
                    f"A charger answers: [{told.address}]:{told.port}, security {security}.", "dim"
                )
            case Connected():
                self._begun = now
                self.lines.begin(now)
                self.lines.note(f"Connected to {told.peer}.", now)
            case Closed():
                self.lines.note(f"The charger {told.why}.", now)

    def _note_battery(self, state: CarState) -> None:
        if self._first_percent is None:
            self._first_percent = state.soc_percent
        self._percent = state.soc_percent

    def _end(self, end: HangUp, now: int) -> None:
        self.ending = end.ending
        self.lines.plain(f"{end.ending.value.capitalize()}: {end.why}", "bold")
        lasted = duration(now - self._begun)
        battery = f"state of charge {self._first_percent} to {self._percent} %"
        self.lines.plain(f"{self.lines.messages} messages in {lasted}; {battery}.")
