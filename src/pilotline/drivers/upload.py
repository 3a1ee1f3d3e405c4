"""Performs an upload: asks the station what it has to say, makes the bundle, brings it to its place.

Runs in the thread of its lane; decides nothing about tries and times. How it ended stands in the log of the
process with its number, and nothing of the address but what may be shown (R-32).
"""

import contextlib
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import structlog

from pilotline.drivers.bundle import USUAL, Bounds, Contents, TransferError, made
from pilotline.drivers.ftp_upload import send_by_ftp
from pilotline.drivers.http_upload import send_by_http
from pilotline.station.upkeep.events import Task
from pilotline.station.upkeep.uploads import NotSent, SendBundle, Sent
from pilotline.station.upkeep.work import Ear, Perform
from pilotline.vocabulary.location import Location, Scheme
from pilotline.vocabulary.transfers import CONNECT, READ, REPLACED

ANSWER_S: Final = 30.0
"""A server that says and takes nothing for so long does not answer in time."""
WHOLE_S: Final = 1_800.0
"""However slowly it takes the file: this long, and no longer."""


class GatherError(Exception):
    """The station could not be asked; the message is a sentence."""


Gather = Callable[[SendBundle], Contents]
"""Asks the station, from this thread. Raises GatherError."""


@dataclass(frozen=True)
class Patience:
    """How long is waited, in seconds."""

    answer_s: float = ANSWER_S
    whole_s: float = WHOLE_S


class Uploader:
    """Call it with a task and who waits for it. ``folder`` takes the bundle while it is made; ``roots`` are
    certificates (PEM) that servers are trusted by beside those of the operating system.
    """

    def __init__(
        self,
        gather: Gather,
        folder: Path,
        roots: Callable[[], Sequence[str]] = tuple,
        bounds: Bounds = USUAL,
        patience: Patience = Patience(),
    ) -> None:
        self._gather = gather
        self._folder = folder
        self._roots = roots
        self._bounds = bounds
        self._patience = patience
        self._log = structlog.get_logger().bind(process="host")

    def __call__(self, task: SendBundle, ear: Ear) -> Sent | NotSent:
        shown = target_of(task.location, task.name).shown
        try:
            size = self._send(task, ear)
        except TransferError as error:
            fault = error.fault
            self._log.warning(
                "upload failed", number=fault.number, reason=fault.sentence, answer=error.code, to=shown
            )
            return NotSent(fault, error.code)
        self._log.info("uploaded", to=shown, bytes=size)
        return Sent(size)

    def _send(self, task: SendBundle, ear: Ear) -> int:
        try:
            contents = self._gather(task)
        except GatherError:
            raise TransferError(READ) from None
        target = target_of(task.location, task.name)
        with made(task, contents, self._folder, ear, self._bounds) as (file, size):
            until = time.monotonic() + self._patience.whole_s  # noqa: TID251 - a thread has no core time

            def source() -> _Told:
                file.seek(0)
                return _Told(file, size, ear, until)

            self._bring(target, source, size)
        return size

    def _bring(self, target: Location, source: "Callable[[], _Told]", size: int) -> None:
        answer_s, whole_s = self._patience.answer_s, self._patience.whole_s
        if target.scheme in (Scheme.FTP, Scheme.FTPS):
            send_by_ftp(target, source(), self._context, answer_s, whole_s)
        else:
            send_by_http(target, source, size, self._context, answer_s, whole_s)

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        for root in self._roots():
            with contextlib.suppress(ssl.SSLError):  # one that is damaged vouches for nobody
                context.load_verify_locations(cadata=root)
        return context


def target_of(location: Location, name: str) -> Location:
    """Where the file of this name goes. By FTP a location is a folder; by HTTP it is one if it ends in a
    stroke, and else the very address: a pre-signed one may not be touched.
    """
    is_file = location.scheme in (Scheme.HTTP, Scheme.HTTPS) and not location.path.endswith("/")
    return location if is_file else location.within(name)


class _Told:
    """A file that is read: who waits is told how far it is, and it ends when nobody does, or too much time is
    gone.
    """

    def __init__(self, file: IO[bytes], size: int, ear: Ear, until: float) -> None:
        self._file = file
        self._size = size
        self._ear = ear
        self._until = until

    def read(self, size: int = -1, /) -> bytes:
        if self._ear.given_up:
            raise TransferError(REPLACED)
        if time.monotonic() > self._until:  # noqa: TID251 - a thread has no core time
            raise TransferError(CONNECT)
        try:
            block = self._file.read(size)
        except OSError:
            raise TransferError(READ) from None
        self._ear.progress(self._file.tell(), self._size)
        return block


def performers(gather: Gather, folder: Path, roots: Callable[[], Sequence[str]]) -> dict[type[Task], Perform]:
    """Who performs the tasks of uploads."""
    return {SendBundle: Uploader(gather, folder, roots)}
