"""``pilotline secc``: a virtual charger on a network interface, which real and virtual cars can talk to."""

import asyncio
import sys
from dataclasses import dataclass

from pilotline.cli.conversation_lines import ConversationLines
from pilotline.cli.errors import UsageError
from pilotline.cli.signals import end_on_sigterm, hear_ctrl_c
from pilotline.drivers.v2g.connection import Closed, Connected, Refused
from pilotline.drivers.v2g.discovery import Asked
from pilotline.drivers.v2g.interface import Interface, V2gPortError, interface
from pilotline.links.v2g.values import duration, quantity
from pilotline.runtime.v2g_charger import ChargerProgram, Told
from pilotline.simulator.ac_outlet import LIMITS as AC_LIMITS
from pilotline.simulator.power_stage import LIMITS as DC_LIMITS
from pilotline.simulator.power_stage import SetInsulation
from pilotline.simulator.talking_charger import TalkingCharger
from pilotline.vocabulary.power_side import Insulation, Limits, PowerState, Trouble
from pilotline.wire.v2g.protocols import Protocol
from pilotline.wire.v2g.sdp import Security
from pilotline.wire.v2g.secc.words import Answered, Authorisation, Ending, Energy, HangUp, Heard, SeccConfig

NOT_IN_ORDER = 1
_IN_ORDER = (Ending.TERMINATED, Ending.PAUSED)


@dataclass(frozen=True)
class Wishes:
    """What the user said on the command line; ``port`` 0 is any free one."""

    interface: str
    protocols: tuple[Protocol, ...]
    ac: bool = False
    once: bool = False
    port: int = 0
    current_a: float | None = None
    power_kw: float | None = None
    authorise_after_s: float = 0
    fault: str | None = None


def protocols_of(names: str) -> tuple[Protocol, ...]:
    """``din,iso2`` as protocols. Raises UsageError."""
    known = {each.value: each for each in Protocol}
    chosen = [name.strip().lower() for name in names.split(",") if name.strip()]
    wrong = [name for name in chosen if name not in known]
    if wrong or not chosen:
        what = f"{wrong[0]} is no protocol spoken here" if wrong else "No protocol is named"
        raise UsageError(f"{what}; there are {', '.join(known)}, several with a comma between.")
    return tuple(dict.fromkeys(known[name] for name in chosen))


@dataclass(frozen=True)
class Fault:
    """What happens to the power side so many seconds after a car has connected, and what mends it."""

    breaks: Trouble | SetInsulation
    mends: Trouble | SetInsulation
    after_s: float


_FAULTS: dict[str, Trouble | SetInsulation] = {
    **{each.value.replace(" ", "-"): each for each in Trouble if each is not Trouble.NONE},
    "insulation": SetInsulation(Insulation.FAULT),
}


def fault_of(text: str | None) -> Fault | None:
    """``emergency@20``. Raises UsageError."""
    if text is None:
        return None
    name, _, seconds = text.partition("@")
    breaks = _FAULTS.get(name)
    if breaks is None or not seconds.replace(".", "", 1).isdigit():
        raise UsageError(
            f"--fault takes NAME@SECONDS, such as emergency@20, not {text}; the names are "
            f"{', '.join(_FAULTS)}."
        )
    mends = Trouble.NONE if isinstance(breaks, Trouble) else SetInsulation(Insulation.VALID)
    return Fault(breaks, mends, float(seconds))


def serve_cars(wishes: Wishes) -> None:
    """Serve until Ctrl-C; with ``once`` one conversation, and exit code 1 if it did not end in order."""
    config, fault = _config(wishes), fault_of(wishes.fault)
    teller = Teller()
    hear_ctrl_c()
    try:
        asyncio.run(_serve(wishes, config, fault, teller))
    except V2gPortError as error:
        raise UsageError(str(error)) from None
    except KeyboardInterrupt:
        teller.lines.plain("Stopped.")
        return
    sys.exit(0 if teller.ending in _IN_ORDER else NOT_IN_ORDER)


def _config(wishes: Wishes) -> SeccConfig:
    if not wishes.ac:
        return SeccConfig(protocols=wishes.protocols)
    if Protocol.ISO2 not in wishes.protocols:
        raise UsageError("DIN SPEC 70121 knows direct current alone; with --ac give --protocols iso2.")
    return SeccConfig(energy=Energy.AC, protocols=(Protocol.ISO2,))


def limits_of(wishes: Wishes) -> Limits:
    """The virtual power side's, as far as they were said."""
    milli = None if wishes.current_a is None else round(wishes.current_a * 1_000)
    if wishes.ac:
        return AC_LIMITS if milli is None else AC_LIMITS._replace(current_ma=milli)
    power = DC_LIMITS.power_w if wishes.power_kw is None else round(wishes.power_kw * 1_000)
    return DC_LIMITS._replace(current_ma=milli or DC_LIMITS.current_ma, power_w=power)


async def _serve(wishes: Wishes, config: SeccConfig, fault: Fault | None, teller: "Teller") -> None:
    end_on_sigterm()
    where = interface(wishes.interface)
    waits = wishes.authorise_after_s > 0
    core = TalkingCharger(config, Authorisation.WAITING if waits else Authorisation.GRANTED)
    program = ChargerProgram(where, config, core, teller, once=wishes.once)
    program.post(limits_of(wishes))
    teller.on_car(Happenings(program, wishes.authorise_after_s if waits else None, fault))
    await program.run(wishes.port, lambda: teller.ready(where, program.tcp_port, config))


class Happenings:
    """What is to happen some time after each car has connected; of the car before, nothing any more."""

    def __init__(self, program: ChargerProgram, authorise_after_s: float | None, fault: Fault | None) -> None:
        self._program = program
        self._authorise_after_s = authorise_after_s
        self._fault = fault
        self._timers: list[asyncio.TimerHandle] = []

    def begin(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        if self._authorise_after_s is not None:
            self._program.post(Authorisation.WAITING)
            self._later(self._authorise_after_s, Authorisation.GRANTED)
        if self._fault is not None:
            self._program.post(self._fault.mends)
            self._later(self._fault.after_s, self._fault.breaks)

    def _later(self, after_s: float, event: Authorisation | Trouble | SetInsulation) -> None:
        self._timers.append(asyncio.get_running_loop().call_later(after_s, self._program.post, event))


class Teller:
    """Prints what happens; ``ending`` is that of the last conversation."""

    def __init__(self) -> None:
        self.lines = ConversationLines()
        self.ending: Ending | None = None
        self._begun = 0
        self._energy_wh = self._energy_at_first = 0
        self._happenings: Happenings | None = None
        self._trouble = Trouble.NONE

    def on_car(self, happenings: Happenings) -> None:
        """What begins with each car."""
        self._happenings = happenings

    def ready(self, where: Interface, port: int, config: SeccConfig) -> None:
        spoken = " and ".join(each.title for each in config.protocols)
        self.lines.plain(
            f"A charger on {where.name} at [{where.address}]:{port}, {config.energy.value.upper()}, speaks "
            f"{spoken}. It waits for a car; Ctrl-C ends it."
        )

    def __call__(self, told: Told, now: int) -> None:
        match told:
            case Heard():
                self.lines.ask(told.body, now)
            case Answered():
                self.lines.answer(told.body, now)
            case HangUp():
                self._end(told, now)
            case PowerState():
                self._note_power(told, now)
            case Connected() | Closed() | Refused() | Asked():
                self._meet(told, now)
            case _:
                pass

    def _note_power(self, state: PowerState, now: int) -> None:
        self._energy_wh = state.energy_wh or 0
        if state.trouble is not self._trouble and state.trouble is not Trouble.NONE:
            self.lines.note(f"The power stage has switched off: {state.trouble.value}.", now, "yellow")
        self._trouble = state.trouble

    def _meet(self, told: Connected | Closed | Refused | Asked, now: int) -> None:
        match told:
            case Asked():
                tls = (
                    ", with TLS if it can, and hears that there is none"
                    if told.security is Security.TLS
                    else ""
                )
                self.lines.plain(f"A car at {told.address} looks for a charger{tls}.", "dim")
            case Connected():
                self._begun, self._energy_at_first = now, self._energy_wh
                self.lines.begin(now)
                self.lines.note(f"A car connects from {told.peer}.", now)
                if self._happenings is not None:
                    self._happenings.begin()
            case Closed():
                self.lines.note(f"The car {told.why}.", now)
            case Refused():
                self.lines.note(f"{told.peer} connects too and is refused: one car at a time.", now)

    def _end(self, end: HangUp, now: int) -> None:
        self.ending = end.ending
        self.lines.plain(f"{end.ending.value.capitalize()}: {end.why}", "bold")
        energy = quantity(float(self._energy_wh - self._energy_at_first), "Wh")
        lasted = duration(now - self._begun)
        self.lines.plain(f"{self.lines.messages} messages in {lasted}; {energy} by the meter.")
