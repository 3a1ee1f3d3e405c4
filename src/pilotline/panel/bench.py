"""What the page's bench can cause: drawn from the tables, so that it grows with them."""

from dataclasses import dataclass

from pilotline.simulator.actions import Misbehaviour
from pilotline.simulator.bench import CAUSES
from pilotline.simulator.cable import RESISTOR_OHM
from pilotline.vocabulary.faults import FAULTS


@dataclass(frozen=True)
class CauseRow:
    """A fault that can be caused, as the fault table has it."""

    name: str
    code: int
    sentence: str
    advice: str


@dataclass(frozen=True)
class MisbehaviourRow:
    """Something a car can get wrong."""

    name: str
    sentence: str


@dataclass(frozen=True)
class Bench:
    """What can be caused on a virtual station, and the cables there are (A)."""

    causes: tuple[CauseRow, ...]
    misbehaviours: tuple[MisbehaviourRow, ...]
    cables_a: tuple[int, ...]


def bench() -> Bench:
    """The bench as the tables are now, the most urgent fault first."""
    return Bench(
        tuple(CauseRow(f.name, f.code, f.sentence, f.advice) for f in FAULTS if f.name in CAUSES),
        tuple(MisbehaviourRow(each.value, each.sentence) for each in Misbehaviour),
        tuple(sorted(ma // 1_000 for ma in RESISTOR_OHM)),
    )
