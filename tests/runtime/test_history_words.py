"""The words that tell of what was, over a journal on a disk and one in memory."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pilotline.drivers.store import Store
from pilotline.links.energy import EnergyView
from pilotline.links.history import CurveView, SessionsView
from pilotline.links.operations import LOCAL, OperationError
from pilotline.links.statement import Letterhead
from pilotline.links.statement_words import LANGUAGES
from pilotline.runtime.history_words import HistoryWords, InMemory, Kept, OnDisk
from pilotline.runtime.words import WORDS, arguments, served_by
from pilotline.vocabulary.files import Blob
from pilotline.vocabulary.roles import Asker, Role
from support.crashes import CrashScene
from support.pdf import pages

CARD = "04A1B2C3"
HEAD = Letterhead("Garage/1 ü", "EVNET", "SN-1")


class Told:
    """A station that has charged twice, and what its words tell; ``kept`` makes the reader of its history."""

    def __init__(self, scene: CrashScene, kept: Kept) -> None:
        station = scene.station
        self.threads: list[str] = []
        self.serves = HistoryWords(
            lambda: (station.host.station, station.timeline.now - station.host_since), kept, HEAD, self._run
        ).serves()

    def _run(self, work: Callable[[], Any]) -> Any:
        """In another thread, as a host does."""
        found: list[Any] = []
        thread = threading.Thread(target=lambda: found.append(_outcome(work)))
        thread.start()
        thread.join()
        if isinstance(found[0], Exception):
            raise found[0]
        return found[0]

    def __call__(self, word: str, asker: Asker = LOCAL, **args: Any) -> Any:
        return self.serves[word](arguments(word, args), asker)


def _outcome(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except OperationError as error:
        return error


@pytest.fixture(scope="module")
def scene() -> CrashScene:
    """Two sessions, the second of which still runs."""
    scene = CrashScene(c_PricePerKWh="0.5", TimeZone="Europe/Berlin", c_Language="de")
    scene.whole_session(CARD, seconds=600)
    scene.charge("04D4E5F6")
    scene.run(100)
    return scene


@pytest.fixture(params=["disk", "memory"])
def told(request: pytest.FixtureRequest, scene: CrashScene, tmp_path: Path) -> Told:
    if request.param == "memory":
        return Told(scene, InMemory(lambda: scene.station.journal))
    store = Store(tmp_path / "journal.db")
    store.start(lambda _event: None)
    for traced in scene.trace:
        if traced.target == "journal":
            store.submit(traced.what)  # pyright: ignore[reportArgumentType]
    written = threading.Event()
    store.when_durable(written.set)
    assert written.wait(10)
    store.close()
    return Told(scene, OnDisk(tmp_path / "journal.db"))


def test_sessions_and_their_curves_are_told(told: Told) -> None:
    """The one that runs with its curve as it is now."""
    view = told("sessions")
    assert isinstance(view, SessionsView)
    running, over = view.sessions
    assert (running.open, over.open, over.tag, over.reason) == (True, False, CARD, "EVDisconnected")
    assert (view.totals.count, view.currency) == (2, "EUR")
    assert over.began is not None
    assert over.began[-6:] in ("+01:00", "+02:00")
    for row in view.sessions:
        curve = told("session_curve", session=row.session)
        assert isinstance(curve, CurveView)
        assert len(curve.points) > 3
        assert curve.from_ms is not None
    with pytest.raises(OperationError, match="no session 9"):
        told("session_curve", session="9")


@pytest.mark.requirement("M-14")
def test_each_word_states_the_least_role(told: Told) -> None:
    """A guest sees his own sessions; curves and files are for who lives here."""
    least = {word: WORDS[word].least for word in told.serves}
    assert least == {
        "sessions": Role.GUEST,
        "session_curve": Role.USER,
        "energy": Role.USER,
        "export": Role.USER,
    }
    assert "export" in served_by("panel")
    assert told("sessions", Asker(Role.GUEST, "Anna", CARD)).totals.count == 1


@pytest.mark.requirement("R-27")
def test_a_guest_knows_his_card_as_it_is_read_elsewhere() -> None:
    """A station that fills a short tag up finds its sessions by the short one all the same."""
    scene = CrashScene("master-plus-ac")
    scene.whole_session(CARD)
    told = Told(scene, InMemory(lambda: scene.station.journal))
    (row,) = told("sessions", Asker(Role.GUEST, "Anna", CARD.lower())).sessions
    assert row.tag == f"{CARD}000000"
    assert told("sessions", tag=CARD).totals.count == 1


def test_a_table_of_sessions_is_a_file(told: Told) -> None:
    """In the station's language where none is asked for; its name is one that every system takes."""
    blob = told("export", what="csv", first="2020-01-01", last="2099-12-31")
    assert isinstance(blob, Blob)
    assert blob.name == "Garage-1-sessions-2020-01-01-2099-12-31.csv"
    assert blob.media_type == "text/csv"
    text = blob.data.decode("utf-8-sig")
    assert text.startswith("Ladevorgang,Anschluss,")
    assert len(text.splitlines()) == 3
    assert told("export", what="csv", language="en", tag=CARD).data.decode().count(CARD) == 2


@pytest.mark.requirement("P-06")
def test_a_statement_is_a_file(told: Told) -> None:
    """With the station on it, the session that is over, and a word on the one that is not."""
    blob = told("export", what="pdf", language="en")
    assert (blob.name, blob.media_type) == ("Garage-1-sessions.pdf", "application/pdf")
    (page,) = pages(blob.data)
    assert {"Charging statement", "Garage/1 ü", "EVNET", "SN-1", f"{CARD}"} <= set(page)
    assert LANGUAGES["en"].open_note.format(count=1) in page
    (german,) = pages(told("export", what="pdf").data)
    assert "Ladeabrechnung" in german


def test_energy_is_told_and_is_a_file(told: Told) -> None:
    """As the records have it, of every connector."""
    seen = told("energy", by="month")
    assert isinstance(seen, EnergyView)
    blob = told("export", what="energy", by="month")
    assert blob.name == "Garage-1-energy.csv"
    rows = blob.data.decode("utf-8-sig").splitlines()
    assert rows[1:] == [f"1,{each.begin},{each.wh}" for each in seen.records]
    with pytest.raises(OperationError, match="no connector 9"):
        told("energy", connector=9)


@pytest.mark.parametrize("by", ["hour", "day", "month"])
def test_the_newest_bar_is_as_new_as_the_meter(told: Told, scene: CrashScene, by: str) -> None:
    """While a car charges: the bars are all that the sessions have taken, though the disk lags behind."""
    counted = told("sessions").totals.energy_wh
    assert scene.station.host.station.energy.waiting(1)
    assert sum(each.wh for each in told("energy", by=by).records) == counted


@pytest.mark.parametrize(
    ("word", "args"),
    [
        ("sessions", {"first": "now"}),
        ("sessions", {"most": 0}),
        ("sessions", {"most": 100_000}),
        ("export", {}),
        ("export", {"what": "exe"}),
        ("export", {"what": "pdf", "language": "fr"}),
        ("export", {"what": "pdf", "last": "2026-13-01"}),
        ("export", {"what": "energy", "first": "x"}),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(told: Told, word: str, args: dict[str, Any]) -> None:
    """And nothing else happens: an error of ours would end the host."""
    with pytest.raises(OperationError):
        told(word, **args)


def test_records_that_cannot_be_read_are_a_sentence(scene: CrashScene, tmp_path: Path) -> None:
    """Of a file that is none; the station goes on."""
    (tmp_path / "journal.db").write_bytes(b"no journal at all" * 100)
    told = Told(scene, OnDisk(tmp_path / "journal.db"))
    asked: list[tuple[str, dict[str, Any]]] = [
        ("sessions", {}),
        ("session_curve", {"session": "s"}),
        ("energy", {}),
        ("export", {"what": "pdf"}),
        ("export", {"what": "energy"}),
    ]
    for word, args in asked:
        with pytest.raises(OperationError, match="cannot be read now"):
            told(word, **args)


def test_what_makes_documents_is_imported_when_one_is_asked_for() -> None:
    """A station that never makes one has no room for it."""
    code = "import sys, pilotline.runtime.host_process; print('pydyf' in sys.modules, 'csv' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split()[0] == "False"
