"""The steps by which files change so that a power cut leaves the old ones or the new ones.

A layer of six steps, so that a test can cut the power at each of them and at each byte.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

NEW = ".new"


class Disk(Protocol):
    """What is done to files. All raise OSError; what is not synced may be lost, in part or whole."""

    def read(self, path: Path) -> bytes | None:
        """None where there is no such file."""
        ...

    def write(self, path: Path, data: bytes) -> None:
        """Instead of what was there; readable by its owner alone."""
        ...

    def sync(self, path: Path) -> None:
        """What was written to this file lasts."""
        ...

    def rename(self, path: Path, to: Path) -> None:
        """At once, in the place of what has that name."""
        ...

    def remove(self, path: Path) -> None:
        """Also where there is no such file."""
        ...

    def sync_folder(self, path: Path) -> None:
        """The names in this folder last as they are."""
        ...


class RealDisk:
    """The operating system's."""

    def read(self, path: Path) -> bytes | None:
        with suppress(FileNotFoundError):
            return path.read_bytes()
        return None

    def write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "wb") as opened:
            opened.write(data)

    def sync(self, path: Path) -> None:
        self._sync(path, os.O_RDWR)

    def rename(self, path: Path, to: Path) -> None:
        path.replace(to)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def sync_folder(self, path: Path) -> None:
        self._sync(path, os.O_RDONLY)

    def _sync(self, path: Path, flags: int) -> None:
        opened = os.open(path, flags)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def replace_whole(disk: Disk, path: Path, data: bytes) -> None:
    """The whole new file or the whole old one, whenever the power fails."""
    fresh = path.with_name(path.name + NEW)
    disk.write(fresh, data)
    disk.sync(fresh)
    disk.rename(fresh, path)
    disk.sync_folder(path.parent)


def remove_whole(disk: Disk, path: Path) -> None:
    """It is gone, also after a power cut."""
    disk.remove(path)
    disk.sync_folder(path.parent)
