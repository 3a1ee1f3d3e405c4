"""The file in which people are kept: written whole, flushed and renamed, readable by its owner alone.

A change reads, decides and writes under a lock, so that the station and ``pilotline people`` may both change
it. All of it waits for a disk: call it from a thread.
"""

import fcntl
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

Mark = tuple[int, int, int] | None
"""When a file was last changed, its size and its inode; None where there is none."""


class KeptFileError(Exception):
    """The disk does not let itself be read or written; the message is a sentence."""


class PeopleFile:
    """``change`` is given the bytes there are, None for no file, and gives those there shall be."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def mark(self) -> Mark:
        """Another one than before says that somebody has changed the file."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._cannot("read", error) from None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def read(self) -> bytes | None:
        """None where there is no file. Raises KeptFileError."""
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._cannot("read", error) from None

    def change(self, decide: Callable[[bytes | None], tuple[bytes | None, T]]) -> T:
        """Replace what there is by what ``decide`` makes of it (None: leave it), and give its second value.

        What ``decide`` raises leaves the file as it was. Raises KeptFileError.
        """
        with self._locked():
            data, value = decide(self.read())
            if data is not None:
                try:
                    self._replace(data)
                except OSError as error:
                    raise self._cannot("written", error) from None
        return value

    @contextmanager
    def _locked(self) -> Generator[None]:
        try:
            lock = os.open(self.path.with_name(self.path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._cannot("written", error) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _replace(self, data: bytes) -> None:
        """The whole new file or the whole old one, whenever the power fails."""
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.unlink(missing_ok=True)
        file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        fresh.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _cannot(self, what: str, error: OSError) -> KeptFileError:
        reason = (error.strerror or str(error)).lower()
        return KeptFileError(f"{self.path} cannot be {what}: {reason}. Mend that and try again.")


class PeopleInMemory:
    """The same for a station that lives as long as its process: ``simulate --panel``."""

    path = Path("people.json")

    def __init__(self) -> None:
        self._data: bytes | None = None
        self._changes = 0

    def mark(self) -> Mark:
        return None if self._data is None else (self._changes, len(self._data), 0)

    def read(self) -> bytes | None:
        return self._data

    def change(self, decide: Callable[[bytes | None], tuple[bytes | None, T]]) -> T:
        data, value = decide(self._data)
        if data is not None:
            self._data, self._changes = data, self._changes + 1
        return value
