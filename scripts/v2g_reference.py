#!/usr/bin/env python
"""Draw `docs/reference/v2g-sessions.md` from the charger's tables (`pilotline.wire.v2g.secc.tables`)."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pilotline.vocabulary.time import SECOND
from pilotline.wire.v2g.secc import core, dc, iso2
from pilotline.wire.v2g.secc.phases import Phase
from pilotline.wire.v2g.secc.tables import TABLES, Row, Table
from pilotline.wire.v2g.secc.words import Energy, SeccConfig

TARGET = Path(__file__).parents[1] / "docs" / "reference" / "v2g-sessions.md"

INTRODUCTION = """\
<!-- Drawn by scripts/v2g_reference.py; change the tables and run it again. -->
# Sessions with a car that talks

What the charger waits for, what a car may ask then, and what comes next. A question that is not in the table
is answered by its own response with `FAILED_SequenceError`, one with another session's id by
`FAILED_UnknownSession`; any answer that begins with FAILED ends the session, and the power is off.

An answer that says Ongoing stays where it is. `PowerDelivery` is the one that may wait: to switch on, until
the contactors are closed; to switch off, until no current flows (DC) or they are open (AC).
"""
TIMES = """\
## Times

| what | at most | then |
|---|---|---|"""
PHASES = """\
## Phases

| phase | |
|---|---|"""


def page() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *_phases(), "", *_times(), *_sessions()])


def _phases() -> Iterator[str]:
    yield PHASES
    yield from (f"| {phase.value} | {phase.sentence} |" for phase in Phase)


def _times() -> Iterator[str]:
    config = SeccConfig()
    yield TIMES
    for what, us, then in (
        ("from the first byte to SessionSetup", config.setup_us, "the charger hangs up"),
        ("between an answer and the next question", config.sequence_us, "the charger hangs up"),
        ("waiting for somebody to let the car charge (a setting)", config.authorisation_us, "FAILED"),
        ("ChargeParameterDiscovery says Ongoing", dc.PARAMETERS_US, "FAILED"),
        ("CableCheck says Ongoing", config.cable_check_us, "FAILED"),
        ("PreCharge is asked for", dc.PRE_CHARGE_US, "FAILED"),
        ("PowerDelivery waits", dc.POWER_DELIVERY_US, "FAILED"),
        ("the contactors close", dc.CONTACTORS_US, "FAILED"),
        ("a car that was told to stop goes on asking", core.STOP_US, "FAILED"),
        ("between two receipts, where they are asked for", iso2.RECEIPT_EVERY_US, "the next is asked for"),
    ):
        yield f"| {what} | {us / SECOND:g} s | {then} |"


def _sessions() -> Iterator[str]:
    for (protocol, energy), table in TABLES.items():
        supply = "alternating" if energy is Energy.AC else "direct"
        yield f"\n## {protocol.title}, {supply} current\n"
        yield from _diagram(table)
        yield ""
        yield from _rows(table)
    yield ""


def _diagram(table: Table) -> Iterator[str]:
    """Every way but the one out, which would cross all others."""
    yield "```mermaid\nstateDiagram-v2"
    yield f"    [*] --> {_id(Phase.SETUP)}: supportedAppProtocolReq"
    for phase, name, row in _each(table):
        for then, label in _ways(phase, name, row):
            yield f"    {_id(phase)} --> {_id(then)}: {label}"
    yield "```"


def _ways(phase: Phase, name: str, row: Row) -> Iterable[tuple[Phase, str]]:
    """Where a row may lead."""
    if row.then is Phase.ENDED:
        return
    if row.then is not phase:
        yield row.then, name
    if row.meanwhile is not None:
        yield row.meanwhile, f"{name}, Ongoing"
    if row.receipt is not None:
        yield row.receipt, f"{name}, receipt asked for"


def _rows(table: Table) -> Iterator[str]:
    yield "| the charger waits in | the car asks | then |\n|---|---|---|"
    before: Phase | None = None
    for phase, name, row in _each(table):
        then = _then(row)
        yield f"| {phase.value if phase is not before else ''} | `{name}` | {then} |"
        before = phase


def _then(row: Row) -> str:
    words = [row.then.value]
    if row.meanwhile is not None:
        words.append(f"{row.meanwhile.value} while it is Ongoing")
    if row.receipt is not None:
        words.append(f"{row.receipt.value} when one is asked for")
    return ", or ".join(words)


def _each(table: Table) -> Iterator[tuple[Phase, str, Row]]:
    """In the order of the phases."""
    for phase in Phase:
        for name, row in table.get(phase, {}).items():
            yield phase, name, row


def _id(phase: Phase) -> str:
    return phase.name.lower()


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(page(), encoding="utf-8")
