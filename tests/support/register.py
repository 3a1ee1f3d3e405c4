"""The register of requirements, ``docs/requirements.toml``, and how a row of it is judged."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from support.places import ROOT

PATH = ROOT / "docs" / "requirements.toml"
ID = re.compile(r"[EMPR]-\d\d")
PARTS = range(1, 12)
"""The parts of the plan."""

Stage = int | Literal["later"]


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One requirement: its sentence, the part that completes it, the parts that begin it."""

    text: str
    stage: Stage
    earlier: tuple[int, ...] = ()

    def begun(self, closed: Iterable[int]) -> bool:
        """A closed part has built some of it."""
        return not set(self.earlier).isdisjoint(closed)


class Register(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    closed_stages: tuple[int, ...]
    requirements: dict[str, Row]


class Trial(NamedTuple):
    """One test and how it ended: passed, failed, skipped or xfailed."""

    test: str
    outcome: str


class Verdict(Enum):
    """What the tests say of a row."""

    PASSED = "passed"
    FAILED = "failed"
    NONE = "none"  # no test names it, or all that do were skipped


@dataclass(frozen=True, slots=True)
class Judged:
    """A row of the register beside its tests."""

    id: str
    row: Row
    trials: tuple[Trial, ...]
    closed: bool

    @property
    def verdict(self) -> Verdict:
        """One failure spoils a row; a skipped test proves nothing."""
        outcomes = {trial.outcome for trial in self.trials}
        if "failed" in outcomes:
            return Verdict.FAILED
        return Verdict.PASSED if "passed" in outcomes else Verdict.NONE

    @property
    def broken(self) -> bool:
        """Its part is closed, and no passing test proves it."""
        return self.closed and self.verdict is not Verdict.PASSED


def load(path: Path = PATH) -> Register:
    """Read the register; ``msgspec.ValidationError`` names the key that is wrong."""
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Register)


def judge(register: Register, trials: Mapping[str, Iterable[Trial]]) -> list[Judged]:
    """Every row in the order of the register, with its tests."""
    return [
        Judged(key, row, tuple(trials.get(key, ())), row.stage in register.closed_stages)
        for key, row in register.requirements.items()
    ]
