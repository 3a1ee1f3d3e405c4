"""Where upkeep meets the machine: who performs which work, and how the backend is to be dialled."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from pilotline import __version__
from pilotline.drivers import certificate_store, upload
from pilotline.drivers.certificate_store import FOLDER, CertificateStore
from pilotline.drivers.firmware import FIRMWARE, Workshop
from pilotline.drivers.slots import DirectorySlots, Slots
from pilotline.runtime.backend_line import BackendLine
from pilotline.runtime.bundle_source import Ask, BundleSource
from pilotline.runtime.caretaker import Caretaker
from pilotline.station.upkeep.core import Upkeep
from pilotline.station.upkeep.events import GiveUp, Lane, Progress, UseAccess, Work, Worked
from pilotline.station.upkeep.firmware import FirmwareUpdate
from pilotline.station.upkeep.work import Performers
from pilotline.vocabulary.upkeep import CertificateUse


@dataclass(frozen=True)
class Premises:
    """What performers may need of the station: its folder, its name, and its sources for a bundle."""

    folder: Path
    """The station's data folder; the journal lies in it."""
    station_id: str
    serial: str
    contents: Ask
    """What the station says of itself, for a bundle."""
    model: str
    slots: Slots
    when_durable: Callable[[Callable[[], object]], None]
    """Calls back, from any thread, when all that was said before is on the disk."""


def performers(premises: Premises, loop: Callable[[], asyncio.AbstractEventLoop | None]) -> Performers:
    """Who performs each kind of task: each concern adds its own here. ``loop`` is the station's."""
    store = CertificateStore(premises.folder / FOLDER)
    roots = partial(store.roots, CertificateUse.CENTRAL_SYSTEM_ROOT)
    source = BundleSource(premises.contents, loop)
    makers = partial(store.roots, CertificateUse.MANUFACTURER_ROOT)
    workshop = Workshop(premises.folder / FIRMWARE, premises.slots, premises.model, makers)
    return {
        **certificate_store.performers(store),
        **upload.performers(source, premises.folder, roots),
        **workshop.performers(),
    }


def open_slots(folder: Path) -> Slots:
    """A station's slots; its folder is where the journal is. Another board's are chosen here."""
    return DirectorySlots(folder / FIRMWARE, __version__)


class SlotReport(msgspec.Struct):
    """One slot: the version there, and whether it is ``running``, on ``trial``, ``spare`` or ``empty``."""

    slot: str
    version: str
    word: str


class FirmwareReport(msgspec.Struct):
    """Which firmware runs, how far an update is (bytes of a download), and how the last one ended."""

    version: str
    slot: str
    trial: bool
    phase: str
    done: int
    total: int | None
    last: str
    slots: list[SlotReport]


def report_firmware(upkeep: Upkeep, slots: Slots) -> FirmwareReport:
    """Reads the slots: a matter of milliseconds."""
    part = upkeep.part(FirmwareUpdate)
    assert part is not None
    view = part.view
    rows = [SlotReport(*each) for each in slots.inspect()]
    return FirmwareReport(
        view.version, view.slot, view.trial, view.phase, view.done, view.total, view.last, rows
    )


class UpkeepPlace:
    """``act`` on what upkeep says. ``backend`` None: the station has none to dial."""

    def __init__(
        self,
        premises: Premises,
        post: Callable[[Worked | Progress], None],
        backend: BackendLine | None,
    ) -> None:
        self._post = post
        self._backend = backend
        self._caretaker = Caretaker(performers(premises, lambda: self._loop), self._from_thread)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._when_durable = premises.when_durable
        self._held = dict[int, Work]()

    def act(self, effect: Work | GiveUp | UseAccess) -> None:
        self._loop = asyncio.get_running_loop()
        match effect:
            case UseAccess():
                if self._backend is not None:
                    self._backend.use_access(effect.access)
            case Work(number, task) if task.lane is Lane.FIRMWARE:
                self._held[number] = effect
                loop = self._loop
                self._when_durable(lambda: loop.call_soon_threadsafe(self._begin, number))
            case _:
                if isinstance(effect, GiveUp):
                    self._held.pop(effect.number, None)
                self._caretaker.act(effect)

    def _begin(self, number: int) -> None:
        """No firmware is touched before the disk has what led to it."""
        work = self._held.pop(number, None)
        if work is not None:
            self._caretaker.do(work)

    def _from_thread(self, event: Worked | Progress) -> None:
        """The core is the event loop's alone; once that is closed nobody waits any more."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._post, event)
