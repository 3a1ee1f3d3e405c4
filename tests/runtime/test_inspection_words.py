"""The words that let somebody look in, on a simulated station and on a real disk."""

import asyncio
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pilotline.drivers.store import Store
from pilotline.links.event_table import EventView
from pilotline.links.operations import LOCAL, OperationError
from pilotline.links.self_test import Check
from pilotline.links.support import TAIL_BYTES
from pilotline.panel.port import Port
from pilotline.runtime.inspection_words import RealSources
from pilotline.runtime.lapse import SimulatedStation
from pilotline.station.keys import KEYS
from pilotline.vocabulary.files import Blob
from pilotline.vocabulary.journal import KeepEvent, LoggedEvent
from pilotline.vocabulary.time import SECOND, Stamp
from pilotline.wire.ocpp import v16
from support.bench import Bench, running
from support.stories import Scene

PLANTED = "s3cr3t-Pl4nted"


def port(scene: Scene) -> Port:
    return SimulatedStation(scene.station, None, lambda: 0)


def ask(station: Port, word: str, **args: Any) -> Any:
    return asyncio.run(station.ask(word, args, LOCAL))


def opened(blob: Blob) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(blob.data)) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


# --- a simulated station ---


@pytest.mark.requirement("E-71", "E-25")
def test_events_are_told_newest_first_and_by_kind() -> None:
    scene = Scene()
    scene.charge()
    station = port(scene)
    events: list[EventView] = ask(station, "events", most=3)
    assert [each.code for each in events] == ["status_charging", "session_began", "status_preparing"]
    assert {each.kind for each in ask(station, "events", kind="session")} == {"session"}
    with pytest.raises(OperationError, match="kind"):
        ask(station, "events", kind="gossip")


@pytest.mark.requirement("M-14")
def test_what_a_door_notes_is_in_the_log() -> None:
    """The panel says who signed in; the log keeps when."""
    scene = Scene()
    station = port(scene)
    station.note("person_signed_in", {"name": "anna"})
    (event,) = ask(station, "events", kind="person")
    assert event.sentence == "anna signed in."


def test_diagnostics_and_messages_and_self_test_are_served() -> None:
    scene = Scene()
    scene.charge()
    station = port(scene)
    assert ask(station, "diagnostics").connectors["1"].pilot_state == "C"
    assert ask(station, "ocpp_messages")[-1].sentence == "Connector 1 is Charging."
    checks: list[Check] = ask(station, "self_test")
    assert [each.name for each in checks if each.ok is False] == []


def test_a_full_disk_fails_the_self_test() -> None:
    scene = Scene()
    station = port(scene)
    scene.station.set_disk(full=True)
    (disk,) = [each for each in ask(station, "self_test") if each.name == "disk"]
    assert disk.ok is False


def test_while_the_host_is_down_nobody_answers_for_it() -> None:
    scene = Scene()
    station = port(scene)
    scene.station.host_crash(10 * SECOND)
    for word in ("diagnostics", "ocpp_messages", "self_test", "support"):
        with pytest.raises(OperationError):
            ask(station, word)


@pytest.mark.requirement("P-09")
def test_a_bundle_of_a_station_holds_what_helps_and_no_secret() -> None:
    """Secrets that came over the line, stand in addresses, or were written into the request are not in it."""
    scene = Scene()
    scene.charge()
    scene.ask(v16.ChangeConfiguration("AuthorizationKey", PLANTED))
    scene.ask(v16.ChangeConfiguration("c_APN", "internet"))
    scene.ask(v16.DataTransfer("x", "y", json.dumps({"password": PLANTED})))
    blob = ask(port(scene), "support", description=f"token={PLANTED}", urgency="minor")
    packed = opened(blob)
    assert {"README.txt", "status.json", "diagnostics.json", "keys.json", "events.json", "security.json",
            "ocpp.json", "self-test.json", "versions.json", "request.json"} == set(packed)  # fmt: skip
    assert json.loads(packed["status.json"])["connectors"][0]["ocpp_status"] == "Charging"
    assert "ChangeConfiguration" in packed["ocpp.json"].decode()
    assert len(json.loads(packed["keys.json"])) >= len(KEYS)
    for name, data in packed.items():
        assert PLANTED.encode() not in data, name


def test_a_request_of_no_urgency_there_is_is_refused() -> None:
    with pytest.raises(OperationError, match="urgency"):
        ask(port(Scene()), "support", urgency="whenever")


# --- a real disk ---


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "journal.db")
    made.start(lambda _event: None)
    yield made
    made.close()


def test_a_record_is_really_written_and_timed(store: Store, tmp_path: Path) -> None:
    """A slow disk shows; the record is found by the next boot."""
    sources = RealSources(tmp_path / "journal.db", store)
    quick = asyncio.run(sources.commit_s())
    store.faults.commit_s = 0.3
    slow = asyncio.run(sources.commit_s())
    store.faults.commit_s = 0
    assert quick is not None
    assert slow is not None
    assert quick < slow
    assert slow >= 0.3
    store.close()
    assert "self-test written" in Store(tmp_path / "journal.db").recollection.keys


def test_a_disk_that_takes_nothing_is_told_of_and_given_no_more(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks again and again adds no job to those that wait."""
    monkeypatch.setattr("pilotline.runtime.inspection_words.COMMIT_WITHIN_S", 0.05)
    submitted: list[object] = []
    monkeypatch.setattr(store, "submit", submitted.append)
    store.faults.full = True
    sources = RealSources(tmp_path / "journal.db", store)

    async def asked() -> list[bool]:
        answered = [await sources.commit_s() is not None for _ in range(2)]
        store.faults.full = False
        monkeypatch.setattr("pilotline.runtime.inspection_words.COMMIT_WITHIN_S", 10)
        return [*answered, await sources.commit_s() is not None]

    assert asyncio.run(asked()) == [False, False, True]
    assert len(submitted) == 1


def test_events_and_logs_are_read_beside_the_writer(store: Store, tmp_path: Path) -> None:
    """Of a log its end; of a file that is not there nothing."""
    store.submit(KeepEvent(LoggedEvent("boot", 0, Stamp(1, 5))))
    reached = asyncio.Event()

    async def written() -> None:
        loop = asyncio.get_running_loop()
        store.when_durable(lambda: loop.call_soon_threadsafe(reached.set))
        await asyncio.wait_for(reached.wait(), 10)

    asyncio.run(written())
    (tmp_path / "host.log").write_bytes(b"x" * (TAIL_BYTES + 10))
    sources = RealSources(tmp_path / "journal.db", store)
    assert [each.code for each in sources.events()] == ["boot"]
    assert {name: len(data) for name, data in sources.logs().items()} == {"host.log": TAIL_BYTES}
    assert (sources.free_mb() or 0) > 0


def test_a_journal_that_cannot_be_read_is_a_sentence(tmp_path: Path, store: Store) -> None:
    (tmp_path / "other.db").write_text("no database, but long enough to be taken for one" * 99)
    with pytest.raises(OperationError, match="cannot be read now"):
        RealSources(tmp_path / "other.db", store).events()


# --- a real station ---


@pytest.mark.requirement("E-71", "E-25")
def test_a_real_station_answers_all_of_them(tmp_path: Path) -> None:
    """Over the control line, as an engineer asks; a bundle is the panel's alone."""

    async def story(bench: Bench) -> None:
        await bench.charge()
        seen = await bench.do("diagnostics")
        assert seen["connectors"]["1"]["pilot_low_v"] == -12
        assert seen["connectors"]["1"]["contacts"] == {"live": True, "neutral": True}
        tested = {each["name"]: each for each in await bench.do("self_test")}
        assert (tested["disk"]["ok"], tested["board"]["ok"], tested["backend"]["ok"]) == (True, True, None)
        assert await bench.do("ocpp_messages") == []
        codes = [each["code"] for each in await bench.do("events", kind="session")]
        assert codes == ["session_began"]
        with pytest.raises(OperationError):
            await bench.do("support")
        await bench.leave()

    async def run() -> None:
        async with running(tmp_path) as bench:
            await story(bench)

    asyncio.run(run())


def test_what_they_answer_can_be_said_in_json() -> None:
    """For the page, as it is."""
    scene = Scene()
    station = port(scene)
    for word in ("diagnostics", "events", "ocpp_messages", "self_test"):
        assert msgspec.json.decode(msgspec.json.encode(ask(station, word)))
