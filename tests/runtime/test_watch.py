"""``run --watch-invariants``: boards judge their safety modules and charge as before."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from pilotline.links.board import BoardCore
from pilotline.models.reader import load_charger
from pilotline.proof.invariants import INVARIANTS
from pilotline.proof.monitor import Module
from pilotline.rtm import Rtm
from pilotline.runtime.folder import DataFolder
from pilotline.runtime.launcher import Launcher, Settings
from pilotline.runtime.watch import BrokenInvariant, watching
from pilotline.vocabulary.board import Outputs, Sample
from pilotline.vocabulary.time import Tick
from support.bench import running

MODEL = load_charger("evnet-7kw-s").rtm


@pytest.mark.requirement("R-45", "R-46")
@pytest.mark.parametrize("model", ["evnet-7kw-s", "master-plus-ac"])
def test_a_watched_station_charges_trips_and_finds_nothing(tmp_path: Path, model: str) -> None:
    """A charge, a leak, a charge again, a host that crashes: nothing is told; the log says who looked."""

    async def story() -> list[str]:
        async with running(tmp_path, model=model, watch=True) as bench:
            await bench.charge()
            await bench.do("leak", ac_ua=35_000)
            await bench.opened()
            await bench.do("leak", ac_ua=0)
            await bench.leave()
            await bench.charge()
            await bench.do("host_crash")
            await bench.opened()
            return bench.notes

    notes = asyncio.run(story())
    log = DataFolder(tmp_path).log("board").read_text(encoding="utf-8")
    assert log.count("invariants watched") == load_charger(model).connectors
    assert f'"count": {len(INVARIANTS)}' in log
    assert "invariant broken" not in log
    assert not [note for note in notes if "breaks a rule" in note]


class Log:
    """Events as they would be logged."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    def info(self, event: str, **fields: Any) -> None:
        self.events.append((event, fields))

    error = info


class Deaf:
    """A module that closes its relay whatever it hears."""

    def handle(self, event: object, now: int) -> list[Any]:
        return [Outputs(relay=True)] if now == 0 else []

    def deadline(self) -> int | None:
        return None


def test_what_is_broken_is_an_event_with_fields_and_told() -> None:
    """The log has the rule, its words, the sample and the outputs; the launcher hears name and words."""
    log, told = Log(), list[BrokenInvariant]()
    deaf: Module = Deaf()
    watched = watching(MODEL, 2, None, log, told.append)(deaf)
    watched.handle(Sample(at=0), 0)
    watched.handle(Tick(), 1_000)
    events = [fields for event, fields in log.events if event == "invariant broken"]
    assert "closed_implies_state_c" in {fields["invariant"] for fields in events}
    assert all(fields["sample"] and fields["outputs"] and fields["after"] == "Sample" for fields in events)
    assert [each.name for each in told] == [fields["invariant"] for fields in events]
    assert {each.connector for each in told} == {2}


def test_the_launcher_tells_it_in_a_sentence(tmp_path: Path) -> None:
    """Which connector, what the rule says, and where to read more."""
    notes: list[str] = []
    folder = DataFolder(tmp_path)
    launcher = Launcher(Settings("evnet-7kw-s", "X"), folder, lambda _: None, notes.append)
    value = {"connector": 1, "name": "no_closing", "words": "The relay does not close."}
    launcher._event("board", "broken", value)
    (note,) = notes
    assert note.startswith("The safety module of connector 1 breaks a rule of its own: The relay does")
    assert note.endswith("(no_closing; see the board's log.)")


def test_without_the_switch_nobody_looks() -> None:
    """A module that is not watched is the module itself."""
    assert isinstance(BoardCore(MODEL)._module, Rtm)
