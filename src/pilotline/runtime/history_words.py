"""The words that tell of what was: sessions, their curves, energy, and files of them to take away.

A host and a simulated station serve them alike; where it is read, and in which thread, is handed in.
"""

import re
import sqlite3
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pilotline.drivers.energy_table import read_energy
from pilotline.drivers.history_table import read_curve, read_sessions
from pilotline.links.energy import EnergyView, view_energy
from pilotline.links.history import (
    Present,
    SessionsView,
    Wanted,
    running_sessions,
    view_curve,
    view_sessions,
)
from pilotline.links.operations import OperationError, of_connector
from pilotline.links.statement import Letterhead, Period
from pilotline.runtime import words
from pilotline.station.authorisation import filled_up
from pilotline.station.core import Station
from pilotline.vocabulary.energy import EnergyRow, Tier
from pilotline.vocabulary.files import Blob
from pilotline.vocabulary.history import SESSIONS_KEPT, KeptCurve, KeptSessions
from pilotline.vocabulary.refusals import NOT_READ
from pilotline.vocabulary.roles import Asker

if TYPE_CHECKING:  # a station of real processes has no use for a simulated disk
    from pilotline.simulator.journal import MemoryJournal

T = TypeVar("T")

MOST_EXPORTED = SESSIONS_KEPT
MOST_HOURS = 20_000
"""Records of energy in a file: all the hours that are kept."""
_NO_FILE_NAME = re.compile(r"[^A-Za-z0-9._-]+")


class Kept(Protocol):
    """Where the history is read. Raises OperationError when it cannot be."""

    def sessions(self) -> KeptSessions: ...

    def curve(self, session: str) -> KeptCurve | None: ...

    def energy(
        self, connector: int, tier: Tier, first: int, last: int, most: int
    ) -> tuple[Sequence[EnergyRow], int]: ...


class OnDisk:
    """A station's journal, read beside the thread that writes it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def sessions(self) -> KeptSessions:
        with _said():
            return read_sessions(self._path)

    def curve(self, session: str) -> KeptCurve | None:
        with _said():
            return read_curve(self._path, session)

    def energy(
        self, connector: int, tier: Tier, first: int, last: int, most: int
    ) -> tuple[Sequence[EnergyRow], int]:
        with _said():
            return read_energy(self._path, connector, tier, first, last, most)


class InMemory:
    """The journal of a simulated station; each boot has its own."""

    def __init__(self, journal: Callable[[], "MemoryJournal"]) -> None:
        self._journal = journal

    def sessions(self) -> KeptSessions:
        return self._journal().read_sessions()

    def curve(self, session: str) -> KeptCurve | None:
        return self._journal().read_curve(session)

    def energy(
        self, connector: int, tier: Tier, first: int, last: int, most: int
    ) -> tuple[Sequence[EnergyRow], int]:
        return self._journal().energy.read(connector, tier, first, last, most)


@contextmanager
def _said() -> Generator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise OperationError(NOT_READ.of(reason=str(error))) from None


class HistoryWords:
    """``serves`` is what it does, by word.

    ``station`` is the one of this moment and its core time. ``run`` does what may take a while: a host hands
    it to a thread, where it touches nothing but what it was given and what never changes.
    """

    def __init__(
        self,
        station: Callable[[], tuple[Station, int]],
        kept: Kept,
        head: Letterhead,
        run: Callable[[Callable[[], Any]], Any],
    ) -> None:
        self._station = station
        self._kept = kept
        self._head = head
        self._run = run

    def serves(self) -> Mapping[str, words.Serve]:
        return {
            "sessions": self._sessions,
            "session_curve": lambda wish, _: self._curve(wish),
            "energy": lambda wish, _: self._energy(wish),
            "export": self._export,
        }

    def _sessions(self, wish: words.Sessions, asker: Asker) -> Any:
        present, wanted, asker = self._present(), self._wanted(wish), self._known(asker)
        return self._run(lambda: view_sessions(wanted, wish.most, self._kept.sessions(), present, asker))

    def _curve(self, wish: words.SessionCurve) -> Any:
        station, _ = self._station()
        live = station.curves.points_of(wish.session)
        drawn = None if live is None else tuple(live)
        return self._run(lambda: view_curve(wish.session, self._kept.curve(wish.session), drawn))

    def _energy(self, wish: words.Energy) -> Any:
        station, _ = self._station()
        number, _ = of_connector("energy", {"connector": wish.connector}, station.connectors)
        zone = station.off_peak.local.zone
        bounds = wish.by, wish.first, wish.last, zone
        return self._run(
            lambda: view_energy(*bounds, self._reader(number), waiting=lambda: station.energy.waiting(number))
        )

    def _export(self, wish: words.Export, asker: Asker) -> Any:
        """A file. What makes it is imported when it is first asked for."""
        if wish.what is words.ExportOf.ENERGY:
            return self._export_energy(wish)
        station, now = self._station()
        present, utc = self._present(), station.off_peak.local.utc(now)
        issued = utc.astimezone(present.zone).date() if utc else None
        wanted, language, asker = self._wanted(wish), self._language(wish), self._known(asker)

        def make() -> Blob:
            view = view_sessions(wanted, MOST_EXPORTED, self._kept.sessions(), present, asker)
            if wish.what is words.ExportOf.CSV:
                return self._session_table(view, wish, language)
            return self._statement(view, wish, Period(wish.first, wish.last, issued), language)

        return self._run(make)

    def _session_table(self, view: SessionsView, wish: words.Export, language: str) -> Blob:
        from pilotline.links import spreadsheet  # noqa: PLC0415 - most stations never export
        from pilotline.links.statement_words import LANGUAGES  # noqa: PLC0415

        data = spreadsheet.sessions_csv(view.sessions, LANGUAGES[language])
        return Blob(self._file_name("sessions", wish, "csv"), spreadsheet.MEDIA_TYPE, data)

    def _statement(self, view: SessionsView, wish: words.Export, period: Period, language: str) -> Blob:
        from pilotline.links import statement_page  # noqa: PLC0415 - most stations never export
        from pilotline.links.statement import make_statement  # noqa: PLC0415
        from pilotline.links.statement_words import LANGUAGES  # noqa: PLC0415

        said = LANGUAGES[language]
        data = statement_page.draw(make_statement(view.sessions, self._head, period, said), said)
        return Blob(self._file_name("sessions", wish, "pdf"), statement_page.MEDIA_TYPE, data)

    def _export_energy(self, wish: words.Export) -> Any:
        station, _ = self._station()
        zone, numbers, language = station.off_peak.local.zone, tuple(station.connectors), self._language(wish)

        def view(number: int) -> EnergyView:
            bounds = wish.by, wish.first, wish.last, zone
            return view_energy(
                *bounds, self._reader(number), MOST_HOURS, lambda: station.energy.waiting(number)
            )

        def make() -> Blob:
            from pilotline.links import spreadsheet  # noqa: PLC0415 - most stations never export
            from pilotline.links.statement_words import LANGUAGES  # noqa: PLC0415

            records = {number: view(number).records for number in numbers}
            data = spreadsheet.energy_csv(records, LANGUAGES[language])
            return Blob(self._file_name("energy", wish, "csv"), spreadsheet.MEDIA_TYPE, data)

        return self._run(make)

    def _reader(self, number: int) -> Callable[[Tier, int, int, int], tuple[Sequence[EnergyRow], int]]:
        return lambda tier, first, last, most: self._kept.energy(number, tier, first, last, most)

    def _present(self) -> Present:
        station, now = self._station()
        return Present(
            zone=station.off_peak.local.zone or UTC,
            running=running_sessions(station, now),
            names=station.cards.names,
            metered=station.model.meter is not None,
        )

    def _wanted(self, wish: words.Sessions | words.Export) -> Wanted:
        return Wanted(wish.first, wish.last, self._whole(wish.tag))

    def _known(self, asker: Asker) -> Asker:
        """Who asks, by his card as sessions are recorded by it."""
        return asker._replace(card=self._whole(asker.card))

    def _whole(self, tag: str) -> str:
        """A tag as the reader's are told: shorter ones are filled up (R-27)."""
        return filled_up(tag, self._station()[0].model.session.tag_bytes)

    def _language(self, wish: words.Export) -> str:
        """The one that was asked for, else the station's."""
        station, _ = self._station()
        return wish.language or station.keys.text("c_Language") or "en"

    def _file_name(self, what: str, wish: words.Export, ending: str) -> str:
        parts = (self._head.id, what, wish.first, wish.last)
        clean = (_NO_FILE_NAME.sub("-", part).strip("-.") for part in parts)
        return "-".join(part for part in clean if part) + f".{ending}"
