#!/usr/bin/env python
"""Draw `docs/reference/faults.md` from the fault table (`pilotline.vocabulary.faults`)."""

from collections.abc import Iterable
from pathlib import Path

from pilotline.vocabulary.faults import FAULTS, Recovery, Stop

TARGET = Path(__file__).parents[1] / "docs" / "reference" / "faults.md"

INTRODUCTION = """\
<!-- Drawn by scripts/fault_reference.py; change the table and run it again. -->
# Faults

Every fault has one code, one sentence and one piece of advice, wherever it is shown: in the panel, in OCPP,
in the log. Several at once are told as one mask, the sum of their codes: `0x5000` is 0x4000 and 0x1000.
The station reports it under `VendorID2` in hexadecimal; the errorCode beside it is that of the most
urgent fault, and the table below begins with the most urgent. 0x60 is one fault, the lock's module
missing, and not the two of its bits.
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
    return "\n".join([INTRODUCTION, *legend(), "", *table(), ""])


def legend() -> Iterable[str]:
    yield "| class | the fault ends |\n|---|---|"
    yield from (f"| {recovery.value} | {words} |" for recovery, words in ENDS.items())
    yield "\n| stops | what happens |\n|---|---|"
    yield from (f"| {SHORT[stop]} | {words} |" for stop, words in STOPS.items())


def table() -> Iterable[str]:
    yield "| code | name | class | stops | errorCode | what it says | what to do |"
    yield "|---|---|---|---|---|---|---|"
    for fault in FAULTS:
        yield (
            f"| {fault.code:#x} | `{fault.name}` | {fault.recovery.value} | {SHORT[fault.stop]} "
            f"| {fault.error_code.value} | {fault.sentence} | {fault.advice} |"
        )


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(page(), encoding="utf-8")
