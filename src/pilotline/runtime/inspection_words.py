"""The words that let somebody look into the station: live values, events, messages, self-test, bundle.

A host and a simulated station serve them alike; what each reads and tries in its own way is a
:class:`Sources`. Nothing here disturbs a session: the self-test writes one small record and otherwise looks.
"""

import asyncio
import inspect
import os
import platform
import sqlite3
import time
import uuid
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pilotline import __version__
from pilotline.drivers.bundle import SECURITY_FILE, Contents
from pilotline.drivers.store import Store, read_events
from pilotline.links.diagnostics import Diagnosis, Facts, diagnose, diagnose_upload
from pilotline.links.event_table import EventView, event_views
from pilotline.links.host import HostCore
from pilotline.links.masking import Masker, secrets_of
from pilotline.links.ocpp.monitor import MessageView
from pilotline.links.operations import LOCAL, OperationError, of_connector
from pilotline.links.self_test import Check, Tried, examine
from pilotline.links.support import TAIL_BYTES, WORDS, Request, make_bundle
from pilotline.links.v2g.log_views import CarMessageView
from pilotline.runtime import words
from pilotline.station.upkeep.uploads import Uploads
from pilotline.vocabulary.files import Blob
from pilotline.vocabulary.journal import EVENTS_KEPT, LoggedEvent, StoreKey
from pilotline.vocabulary.refusals import NOT_READ
from pilotline.vocabulary.roles import Asker
from pilotline.vocabulary.time import SECOND
from pilotline.vocabulary.upkeep import Bundle

if TYPE_CHECKING:  # a station of real processes has no use for the whole simulated one
    from pilotline.simulator.station import VirtualStation

COMMIT_WITHIN_S = 8.0
"""A record that has not reached the disk by then has failed the test."""
_WRITTEN = "self-test written"  # no key of OCPP's: they have no spaces
_LOGS = ("host.log", "board.log")


class Sources(Protocol):
    """What is read and tried, in a station's own way. ``events`` raises OperationError when it cannot be."""

    def events(self) -> Sequence[LoggedEvent]: ...

    def logs(self) -> Mapping[str, bytes]:
        """The ends of the logs by name; it may block."""
        ...

    def log_files(self) -> Mapping[str, Path]:
        """The logs themselves, for what reads them bit by bit."""
        ...

    def free_mb(self) -> int | None: ...

    async def commit_s(self) -> float | None:
        """How long a record takes to the disk, None if it is not there in time."""
        ...


class RealSources:
    """A station's folder, and the store that writes its journal."""

    def __init__(self, journal: Path, store: Store) -> None:
        self._journal = journal
        self._store = store
        self._under_way: asyncio.Event | None = None

    def events(self) -> Sequence[LoggedEvent]:
        try:
            return read_events(self._journal)
        except sqlite3.Error as error:
            raise OperationError(NOT_READ.of(reason=str(error))) from None

    def logs(self) -> Mapping[str, bytes]:
        return {name: _tail(path) for name, path in self.log_files().items() if path.is_file()}

    def log_files(self) -> Mapping[str, Path]:
        """Those that are there, whether they can be read or not."""
        found = {name: self._journal.with_name(name) for name in _LOGS}
        return {name: path for name, path in found.items() if path.exists()}

    def free_mb(self) -> int | None:
        room = os.statvfs(self._journal.parent)
        return room.f_bavail * room.f_frsize // 1_000_000

    async def commit_s(self) -> float | None:
        """A disk that has not taken the last one is given no other, so that they do not pile up."""
        loop, begun = asyncio.get_running_loop(), time.perf_counter()
        if self._under_way is None:
            self._under_way = asyncio.Event()
            self._store.submit(StoreKey(_WRITTEN, int(begun)))
            self._store.when_durable(lambda: loop.call_soon_threadsafe(self._arrived))
        try:
            async with asyncio.timeout(COMMIT_WITHIN_S):
                await self._under_way.wait()
        except TimeoutError:
            return None
        return time.perf_counter() - begun

    def _arrived(self) -> None:
        if self._under_way is not None:
            self._under_way.set()
            self._under_way = None


class SimulatedSources:
    """A station in simulated time: its journal is in memory, and its disk as slow as it is told."""

    def __init__(self, station: "VirtualStation") -> None:
        self._station = station

    def events(self) -> Sequence[LoggedEvent]:
        return self._station.journal.events

    def logs(self) -> Mapping[str, bytes]:
        return {}

    def log_files(self) -> Mapping[str, Path]:
        return {}

    def free_mb(self) -> int | None:
        return None

    async def commit_s(self) -> float | None:
        disk = self._station.disk
        return None if disk.full else disk.takes / SECOND


class InspectionWords:
    """``serves`` is what it does, by word. ``core`` is the host core of this moment and its core time;
    ``serve`` finds the words of others, for the bundle.
    """

    def __init__(
        self,
        core: Callable[[], tuple[HostCore, int]],
        sources: Sources,
        name: tuple[str, str],
        serve: Callable[[], Mapping[str, words.Serve]],
        *,
        has_backend: bool,
        secrets: Collection[str] = (),
    ) -> None:
        """``name``: the station's id and its serial number; ``secrets`` are those that no key holds."""
        self._core = core
        self._sources = sources
        self._name = name
        self._serve = serve
        self._has_backend = has_backend
        self._secrets = secrets

    def serves(self) -> Mapping[str, words.Serve]:
        return {
            "diagnostics": lambda _, __: self.diagnostics(),
            "events": lambda wish, _: self.events(wish),
            "ocpp_messages": lambda _, __: self.ocpp_messages(),
            "v2g_messages": lambda wish, _: self.v2g_messages(wish),
            "self_test": lambda _, __: self.self_test(),
            "support": self.support,
        }

    def diagnostics(self) -> Diagnosis:
        core, now = self._core()
        uploads = core.upkeep.core.part(Uploads)
        upload = diagnose_upload(uploads.last() if uploads else None, core.clock)
        facts = Facts(core.clock.boot, core.reset_reason.name, upload)
        return diagnose(core.station, core.link_counters, facts, now)

    async def events(self, wish: words.Events) -> Sequence[EventView]:
        events = await asyncio.to_thread(self._sources.events)
        core, _ = self._core()
        kind = wish.kind.value if wish.kind else ""
        return event_views(events, core.clock, most=wish.most, kind=kind)

    async def ocpp_messages(self) -> Sequence[MessageView]:
        core, _ = self._core()
        return await asyncio.to_thread(core.link.monitor.views, core.clock)

    async def v2g_messages(self, wish: words.CarMessages) -> Sequence[CarMessageView]:
        core, _ = self._core()
        of_connector("v2g_messages", {"connector": wish.connector}, core.station.connectors)
        return await asyncio.to_thread(core.lines.views, wish.connector, core.clock, wish.after)

    async def self_test(self) -> Sequence[Check]:
        commit_s = await self._sources.commit_s()
        core, now = self._core()
        utc = core.clock.utc(core.clock.stamp(now)) if core.clock.known else None
        tried = Tried(commit_s, self._sources.free_mb(), self._has_backend)
        return examine(core.station, self.diagnostics(), core.snapshot(now), utc, tried)

    async def support(self, wish: words.Support, asker: Asker) -> Blob:
        """What is the station's is asked here; reading logs and packing them is a thread's work."""
        core, _ = self._core()
        said = {name: await self._said(word, asker) for name, word in WORDS.items()}
        request = Request(wish.description, wish.steps, wish.urgency, *self._name, str(uuid.uuid4()))
        masker = Masker(self._hidden())
        versions = _versions(core)
        return await asyncio.to_thread(
            lambda: make_bundle(request, said, versions, self._sources.logs(), masker)
        )

    async def contents(self, bundle: Bundle) -> Contents:
        """What goes into a bundle that the backend asks for; its logs are read by who makes it."""
        core, _ = self._core()
        words_of = {SECURITY_FILE: WORDS[SECURITY_FILE]} if bundle is Bundle.SECURITY_LOG else WORDS
        said = {name: await self._said(word, LOCAL) for name, word in words_of.items()}
        return Contents({**said, "versions.json": _versions(core)}, self._sources.log_files(), self._hidden())

    def _hidden(self) -> Collection[str]:
        """What must not be in anything that leaves the station, by its own letters."""
        core, _ = self._core()
        return {*secrets_of(core.station.keys), *self._secrets}

    async def _said(self, word: str, asker: Asker) -> Any:
        """What a word answers, or the sentence why it does not."""
        serves = self._serve()
        args = {"most": EVENTS_KEPT} if word == "events" else {}
        if word not in serves:
            return {"refused": f"This station has no {word}."}
        try:
            value: Any = serves[word](words.arguments(word, args), asker)
            return await _settled(value) if inspect.isawaitable(value) else value
        except OperationError as error:
            return {"refused": str(error)}


async def _settled(value: Awaitable[Any]) -> Any:
    return await value


def _versions(core: HostCore) -> Mapping[str, str]:
    model = core.station.model
    return {
        "pilotline": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "model": model.name,
        "model_hash": f"{model.rtm.hash:016x}",
        "sqlite": sqlite3.sqlite_version,
    }


def _tail(path: Path) -> bytes:
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - TAIL_BYTES))
        return log.read(TAIL_BYTES)
