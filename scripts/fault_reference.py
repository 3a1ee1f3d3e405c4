#!/usr/bin/env python
"""Draw `docs/reference/faults.md` from the fault table (`pilotline.vocabulary.faults`)."""

from collections.abc import Iterable
from dataclasses import fields
from enum import Enum
from pathlib import Path

from pilotline.models.reader import list_models, load_charger
from pilotline.simulator.actions import ACTIONS, SetMeterFault
from pilotline.simulator.bench import CAUSES, BenchAction, Cause, CutLink, SetPace, SilenceSupply
from pilotline.vocabulary.faults import FAULTS, Fault, Recovery, Stop

TARGET = Path(__file__).parents[1] / "docs" / "reference" / "faults.md"

INTRODUCTION = """\
<!-- Drawn by scripts/fault_reference.py; change the table and run it again. -->
# Faults

Every fault has one code, one sentence and one piece of advice, wherever it is shown: in the panel, in OCPP,
in the log. Several at once are told as one mask, the sum of their codes: `0x5000` is 0x4000 and 0x1000.
The station reports it under `VendorID2` in hexadecimal, and from 0x1000000 under `Pilotline`, in a mask of
their own; the errorCode beside it is that of the most urgent fault, and the table below begins with the most
urgent. 0x60 is one fault, the lock's module missing, and not the two of its bits.
"""

SIGNS = """
## What is seen and heard

The colours of a status are the model's own (`[ring]` in its file); the beeper is the safety module's.
"""

CAUSED = """
## How it is caused on a virtual station

`inject` with the fault's name does this to the world, and its end undoes it
([operations](operations.md)). Where there is a value, the figure in brackets is what it is without one.
"""

ENDS = {
    Recovery.SELF: "by itself, with its cause; a session it interrupted goes on",
    Recovery.COOL: "by itself when the cause is over; the session has ended",
    Recovery.UNPLUG: "when the car is unplugged, and its cause is over",
    Recovery.SERVICE: "by a reset or a service visit, once its cause is over",
}
STOPS = {
    Stop.TRIP: "the relay opens at once",
    Stop.ORDERLY: "the car is asked to stop, then the relay opens",
    Stop.BLOCK: "no session starts",
    Stop.NONE: "nothing is stopped",
}
SHORT = {Stop.TRIP: "trip", Stop.ORDERLY: "orderly stop", Stop.BLOCK: "no start", Stop.NONE: "nothing"}


def page() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *legend(), "", *table(), SIGNS, *signs(), CAUSED, *causes(), ""])


def legend() -> Iterable[str]:
    yield "| class | the fault ends |\n|---|---|"
    yield from (f"| {recovery.value} | {words} |" for recovery, words in ENDS.items())
    yield "\n| stops | what happens |\n|---|---|"
    yield from (f"| {SHORT[stop]} | {words} |" for stop, words in STOPS.items())


def table() -> Iterable[str]:
    yield "| code | name | group | class | stops | errorCode | what it says | what to do |"
    yield "|---|---|---|---|---|---|---|---|"
    for fault in FAULTS:
        yield (
            f"| {fault.code:#x} | `{fault.name}` | {fault.group.value} | {fault.recovery.value} "
            f"| {SHORT[fault.stop]} | {fault.error_code.value} | {fault.sentence} | {fault.advice} |"
        )


def signs() -> Iterable[str]:
    yield "| name | the ring shows | beeper | does not exist in |"
    yield "|---|---|---|---|"
    absent = {name: load_charger(name).rtm.absent_faults for name in list_models()}
    for fault in FAULTS:
        without = ", ".join(f"`{name}`" for name, mask in absent.items() if _is_absent(fault, mask)) or "–"
        beeps = "now and then" if fault.beeps else "–"
        yield f"| `{fault.name}` | {fault.lamp.value} | {beeps} | {without} |"


def _is_absent(fault: Fault, mask: int) -> bool:
    return fault.code & mask == fault.code


def causes() -> Iterable[str]:
    yield "| name | what is done to the world | the value is |"
    yield "|---|---|---|"
    for fault in FAULTS:
        cause = CAUSES.get(fault.name)
        done = _done(cause) if cause else "nothing: it follows from another fault"
        yield f"| `{fault.name}` | {done} | {cause.value if cause and cause.value else '–'} |"


def _done(cause: Cause) -> str:
    return ", ".join(_spell(action) for action in cause.actions(True, None))


def _spell(action: BenchAction) -> str:
    """An action as the control line spells it; those that are no action of the world, in words."""
    if isinstance(action, CutLink):
        return "the line between host and safety module is cut"
    if isinstance(action, SetMeterFault):
        return "the meter answers nothing"
    if isinstance(action, SetPace):
        return f"the safety module's loop says of itself that it is {action.pace.value}"
    if isinstance(action, SilenceSupply):
        return f"{_spell(action.clamp)} and, where there is one, {_spell(action.evsens)}"
    word = next(name for name, row in ACTIONS.items() if row.type is type(action))
    said = {item.name: getattr(action, item.name) for item in fields(action)}
    told = {name: value for name, value in said.items() if value is not None} or said
    return f"`{' '.join([word, *(f'{name}={_plain(value)}' for name, value in told.items())])}`"


def _plain(value: object) -> str:
    return str(value.value if isinstance(value, Enum) else "null" if value is None else value).lower()


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(page(), encoding="utf-8")
