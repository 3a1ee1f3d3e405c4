"""The bundle a backend asks for: a ``.tar.gz`` of what the station says of itself, and its logs (M-41).

Made for a station of little memory: logs are read, masked and packed line by line, the bundle grows in a
file without a name that is gone with the process, and both have a bound. The same contents give the same
bytes. For the security log the bundle holds that log alone (N01.FR.03).
"""

import errno
import gzip
import io
import tarfile
import tempfile
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from pilotline.links.masking import Masker
from pilotline.links.support import ABOUT
from pilotline.station.upkeep.uploads import SendBundle
from pilotline.station.upkeep.work import Ear
from pilotline.vocabulary.transfers import MEMORY, READ, REPLACED, TransferFault
from pilotline.vocabulary.upkeep import Bundle

MOST_BYTES = 16 << 20
"""A bundle, packed. What is larger fails (−11): half of a file would look like all of it."""
LOG_BYTES = 4 << 20
"""What is taken of a log: its end. That the rest is missing stands in the README of the bundle."""
LINE_BYTES = 64 << 10
"""What is taken of a line: its beginning."""
SECURITY_FILE = "security.json"
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TransferError(Exception):
    """A file is not made, or not brought; ``code`` is the server's own number, where it gave one."""

    def __init__(self, fault: TransferFault, code: int | None = None) -> None:
        super().__init__(fault.sentence)
        self.fault = fault
        self.code = code


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a bundle: what the station said by file name, its logs, and what must not be in it."""

    said: Mapping[str, Any]
    logs: Mapping[str, Path] = field(default_factory=dict[str, Path])
    secrets: Collection[str] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a bundle may hold, in bytes."""

    bundle: int = MOST_BYTES
    log: int = LOG_BYTES


USUAL = Bounds()


class Window:
    """The time asked for; what has no time that can be read is of any time."""

    def __init__(self, oldest_us: int | None, latest_us: int | None) -> None:
        self._oldest = None if oldest_us is None else _EPOCH + timedelta(microseconds=oldest_us)
        self._latest = None if latest_us is None else _EPOCH + timedelta(microseconds=latest_us)
        self.whole = oldest_us is None and latest_us is None

    def has(self, at: object) -> bool:
        """Whether ``at``, a time as text, is within."""
        when = _when(at)
        if when is None:
            return True
        early = self._oldest is not None and when < self._oldest
        return not early and (self._latest is None or when <= self._latest)

    def has_line(self, line: str) -> bool:
        """Whether a line of a log is within: one that is JSON has its time."""
        if self.whole or not line.startswith("{"):
            return True
        try:
            return self.has(msgspec.json.decode(line, type=_Line).timestamp)
        except (msgspec.MsgspecError, UnicodeError):
            return True

    def of(self, value: Any) -> Any:
        """Of a list of what has an ``at``, that within."""
        if self.whole or not isinstance(value, list | tuple):
            return value
        rows = cast("Sequence[Any]", value)
        return [each for each in rows if self.has(_at(each))]

    def __str__(self) -> str:
        ends = [each.isoformat() if each else "any time" for each in (self._oldest, self._latest)]
        return "any time" if self.whole else f"from {ends[0]} to {ends[1]}"


class _Line(msgspec.Struct):
    """As much of a line of a log as tells its time."""

    timestamp: str = ""


@contextmanager
def made(
    task: SendBundle, contents: Contents, folder: Path, ear: Ear, bounds: Bounds = USUAL
) -> Generator[tuple[IO[bytes], int]]:
    """The bundle as a file at its beginning, and its size; gone afterwards. Raises TransferError."""
    with _writing():
        file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed below
    with file:
        with _writing():
            _pack(task, contents, folder, ear, bounds, file)
            size = file.tell()
            file.seek(0)
        yield file, size


def _pack(
    task: SendBundle, contents: Contents, folder: Path, ear: Ear, bounds: Bounds, file: IO[bytes]
) -> None:
    masker = Masker({*contents.secrets, task.location.password or ""})
    window = Window(task.oldest_us, task.latest_us)
    said, logs = contents.said, contents.logs
    if task.bundle is Bundle.SECURITY_LOG:
        said = {name: value for name, value in said.items() if name == SECURITY_FILE}
        logs = dict[str, Path]()
    sizes = {name: _size(path) for name, path in logs.items()}
    with (
        gzip.GzipFile("", "wb", fileobj=_Bounded(file, bounds.bundle), mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as bundle,
    ):
        _add(bundle, "README.txt", _readme(said, sizes, window, bounds))
        for name, value in sorted(said.items()):
            _add(bundle, name, _json(value, window, masker))
        for name, path in sorted(logs.items()):
            with tempfile.TemporaryFile(dir=folder) as masked:
                _mask_log(path, masked, bounds.log, window, masker, ear)
                _add_file(bundle, name, masked)


def _mask_log(path: Path, masked: IO[bytes], most: int, window: Window, masker: Masker, ear: Ear) -> None:
    """The whole lines of a log's end, masked each, those of the time asked for."""
    for raw in _lines(path, most):
        if ear.given_up:
            raise TransferError(REPLACED)
        line = raw.decode("utf-8", "replace").rstrip("\n")
        if window.has_line(line):
            masked.write(f"{masker.line(line)}\n".encode())


def _lines(path: Path, most: int) -> Iterator[bytes]:
    """The lines of a file's last ``most`` bytes, each cut where it is too long. Raises TransferError."""
    try:
        with path.open("rb") as log:
            size = log.seek(0, io.SEEK_END)
            log.seek(max(0, size - most))
            left = min(size, most)  # what is written meanwhile is for the next bundle
            if size > most:
                left -= _skip_line(log)  # the first of a tail is a piece of one
            while left > 0 and (line := log.readline(LINE_BYTES)):
                left -= len(line)
                if not line.endswith(b"\n") and len(line) == LINE_BYTES:
                    left -= _skip_line(log)
                    line += " … (cut)".encode()
                yield line
    except OSError:
        raise TransferError(READ) from None


def _skip_line(log: IO[bytes]) -> int:
    """Past the end of this line; how many bytes that were."""
    skipped = 0
    while piece := log.readline(LINE_BYTES):
        skipped += len(piece)
        if piece.endswith(b"\n"):
            break
    return skipped


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        raise TransferError(READ) from None


class _Bounded(io.RawIOBase):
    """Writes to a file until there would be too much of it."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        super().__init__()
        self._file = file
        self._left = most

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise TransferError(MEMORY)
        return self._file.write(data)


@contextmanager
def _writing() -> Generator[None]:
    """Whatever there is no room for is one failure, what cannot be read or written another."""
    try:
        yield
    except MemoryError:
        raise TransferError(MEMORY) from None
    except OSError as error:
        raise TransferError(MEMORY if error.errno in _NO_ROOM else READ) from None


def _add(bundle: tarfile.TarFile, name: str, data: bytes) -> None:
    _add_file(bundle, name, io.BytesIO(data), len(data))


def _add_file(bundle: tarfile.TarFile, name: str, file: IO[bytes], size: int | None = None) -> None:
    """Of no time and nobody's, so that the same contents are the same bytes."""
    entry = tarfile.TarInfo(name)
    entry.size = file.tell() if size is None else size
    entry.mode = 0o600
    file.seek(0)
    bundle.addfile(entry, file)


def _json(value: Any, window: Window, masker: Masker) -> bytes:
    plain = window.of(msgspec.to_builtins(value, str_keys=True))
    return msgspec.json.format(msgspec.json.encode(masker.value(plain)), indent=1)


def _readme(said: Mapping[str, Any], sizes: Mapping[str, int], window: Window, bounds: Bounds) -> bytes:
    lines = ["Diagnostics of a Pilotline station. In it:", ""]
    lines += [f"  {name:18} {ABOUT.get(name, '')}".rstrip() for name in sorted([*said, *sizes])]
    lines += ["", f"Time asked for: {window}. What has no time of its own is in it all the same.", ""]
    lines += [
        f"{name} has {size} bytes: the last {bounds.log} were taken."
        for name, size in sorted(sizes.items())
        if size > bounds.log
    ]
    lines.append("Passwords, keys, tokens and what opens a door in a web address are masked as ***.")
    lines.append("Cards are in it as the backend was told of them: treat it as personal data.")
    return ("\n".join(lines) + "\n").encode()


def _at(row: Any) -> object:
    return cast("Mapping[str, object]", row).get("at") if isinstance(row, dict) else None


def _when(at: object) -> datetime | None:
    try:
        when = datetime.fromisoformat(at) if isinstance(at, str) and at else None
    except ValueError:
        return None
    return when if when is None or when.tzinfo else when.replace(tzinfo=UTC)
