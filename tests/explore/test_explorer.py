"""The explorer on models in a hurry: what a bounded run reaches, and that it finds a bug that is there."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from pilotline.models.reader import load_charger
from pilotline.proof.alphabet import SLICES, Alphabet
from pilotline.proof.beginnings import beginnings, hasty
from pilotline.proof.explorer import Bounds, Explorer, Found, replay
from pilotline.proof.moves import Move, read, write
from pilotline.rtm.faults import FaultLatch
from pilotline.rtm.pilot import PilotReader
from pilotline.rtm.relay import Relay
from pilotline.rtm.signalling import StepX1
from pilotline.vocabulary import faults
from pilotline.vocabulary.charger import RtmModel
from pilotline.vocabulary.faults import Group, faults_in
from pilotline.vocabulary.pilot import PilotState, Signalling
from support.places import ROOT

SOCKET = hasty(load_charger("evnet-7kw-s").rtm)
TETHERED = hasty(load_charger("evnet-7kw-t2").rtm)
TALKING = hasty(load_charger("master-plus-ac").rtm)


def explore(model: RtmModel, slice_: str, begin: str, depth: int | None = None, wrong: int = 99) -> Found:
    """A run bounded by moves alone, so that it is the same on every machine."""
    explorer = Explorer(
        model, Bounds(depth=depth, wrong=wrong, groups=99), seconds=lambda: 0.0, full=SLICES.get(slice_)
    )
    return explorer.run([beginnings(model)[begin]])


@pytest.mark.requirement("R-45", "R-46", "R-47")
def test_a_car_and_a_host_are_explored_until_nothing_is_new() -> None:
    """With all inputs right every order of events is seen: it closes, opens both ways, breaks nothing."""
    found = explore(TETHERED, "core", "idle")
    assert found.closed
    assert found.violations == []
    assert found.closings > 10
    assert set(found.openings) == {"left C", "orderly stop"}


@pytest.mark.requirement("R-45")
def test_from_a_charge_each_way_to_open_is_two_moves_away() -> None:
    """One wrong input and its time: a trip of every group, a lost lock, a car that left, an orderly stop."""
    found = explore(SOCKET, "all inputs", "charging", depth=2, wrong=1)
    assert found.violations == []
    groups = {fault.group for fault in faults_in(faults.TRIPPING)} - {Group.LOCK}
    ways = {f"trip: {group.value}" for group in groups} | {"lock lost", "left C", "orderly stop"}
    assert set(found.openings) == ways


@pytest.mark.requirement("M-01", "R-45")
@pytest.mark.parametrize("begin", ["talking", "charging by messages"])
def test_a_car_that_is_told_by_messages_breaks_nothing(begin: str) -> None:
    """Seven moves far: both signallings, car and host; it closes, and opens both ways."""
    found = explore(TALKING, "core", begin, depth=7)
    assert found.violations == []
    assert found.closings > 10
    assert set(found.openings) == {"left C", "orderly stop"}


# --- a bug that is there is found ---


def _never_left(self: PilotReader, chargeable: frozenset[PilotState], now: int) -> bool:
    """The time outside C is forgotten: only a state that is believed counts."""
    return self.state not in chargeable


def _forgets(self: FaultLatch, present: int, unplugged: bool, cleared: int) -> int:
    """Nothing is latched."""
    before, self.active = self.active, present
    return present & ~before


def _restarts(
    self: Relay, *, safe: bool, permitted: bool, may_close: bool, current_ma: int, now: int
) -> None:
    """The time of an orderly stop begins anew whenever the current changes."""
    overdue = self._orderly.update(self.closed and not permitted and current_ma == 5_000, now)
    stays = safe and (permitted or not (overdue or current_ma < self._limits.orderly_current_ma))
    self.closed = stays if self.closed else safe and permitted and may_close


def _jumps(self: StepX1, signalling: Signalling) -> bool:
    """What was shown last does not matter."""
    return True


class Bug(NamedTuple):
    """Where it is, on which model and in which slice it is looked for, and the rule it breaks."""

    owner: type
    name: str
    bug: Callable[..., object]
    model: RtmModel
    slice_: str
    broken: str


PLANTED = [
    Bug(PilotReader, "has_left", _never_left, SOCKET, "pilot", "leaving_c_opens"),
    Bug(FaultLatch, "update", _forgets, SOCKET, "switches", "latched_until_service"),
    Bug(Relay, "update", _restarts, SOCKET, "current", "closed_implies_permit_or_orderly_stop"),
    Bug(StepX1, "allows", _jumps, TALKING, "core", "signalling_changes_after_its_step"),
]


@pytest.mark.parametrize("planted", PLANTED, ids=[bug.broken for bug in PLANTED])
def test_a_planted_bug_is_found_and_its_story_replays(monkeypatch: pytest.MonkeyPatch, planted: Bug) -> None:
    """The shortest story breaks the same rule when it is read again, and none once the bug is repaired."""
    model = planted.model
    with monkeypatch.context() as patch:
        patch.setattr(planted.owner, planted.name, planted.bug)
        found = explore(model, planted.slice_, "charging", depth=5)
        violation = next(each for each in found.violations if each.verdict.name == planted.broken)
        printed = list(write(violation.story))
        again = replay(model, list(read(printed)))
        assert again is not None
        assert (again.verdict.name, again.story) == (violation.verdict.name, violation.story)
    assert replay(model, list(read(printed))) is None


# --- stories as text ---


@pytest.mark.parametrize("model", [SOCKET, TETHERED, TALKING])
def test_every_move_can_be_written_and_read(model: RtmModel) -> None:
    """What is printed is what was done."""
    alphabet = Alphabet(model)
    moves: list[Move] = [*alphabet.senses(), *alphabet.words, *Alphabet(model, full=SLICES["core"]).cars]
    assert list(read(write(moves))) == moves


@pytest.mark.parametrize(
    "line",
    [
        "jump",
        "sense colour 5",
        "host sings",
        "host permit 6000 loudly",
        "wait long",
        "sense lock ajar",
        "obey car",
    ],
)
def test_a_line_that_is_no_move_is_named(line: str) -> None:
    """Its number, what stands there, and what would be right."""
    with pytest.raises(ValueError, match=rf"Line 2: '{line}' is no move"):
        list(read(["# a story", line]))


def test_the_script_replays_a_story(tmp_path: Path) -> None:
    """A story that breaks nothing ends with exit code 0 and says so."""
    story = tmp_path / "charge.story"
    moves = beginnings(SOCKET)["charging"]
    story.write_text("\n".join(["# model evnet-7kw-s hasty", *write(moves)]), encoding="utf-8")
    script = [sys.executable, str(ROOT / "scripts" / "explore.py"), "--replay", str(story)]
    ended = subprocess.run(script, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert f"{len(moves)} moves on evnet-7kw-s hasty: every invariant holds." in ended.stdout
