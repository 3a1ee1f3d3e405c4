"""A station's data folder: where its ports, logs and memory are. One station at a time may use it."""

import fcntl
import os
from pathlib import Path


class FolderError(Exception):
    """The folder cannot be used; the message is a sentence that says what to do."""


class DataFolder:
    """Opens (or makes) the folder and locks it until the process ends."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._lock = self._open_lock()

    @property
    def board_link(self) -> Path:
        """The pseudo-terminal of the virtual board's link."""
        return self.path / "rtm-1"

    @property
    def meter_port(self) -> Path:
        """The pseudo-terminal of the virtual meter's bus."""
        return self.path / "meter-1"

    @property
    def world_memory(self) -> Path:
        """What outlives a power cycle of the virtual station."""
        return self.path / "world.json"

    def log(self, process: str) -> Path:
        return self.path / f"{process}.log"

    def count_boot(self) -> int:
        """The number of this boot: one more than the last, kept across power cuts."""
        counter = self.path / "boots"
        last = counter.read_text().strip() if counter.exists() else "0"
        boot = int(last) + 1 if last.isdigit() else 1
        fresh = counter.with_suffix(".new")
        fresh.write_text(f"{boot}\n")
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        fresh.replace(counter)
        return boot

    def _open_lock(self) -> int:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise FolderError(
                f"The data folder {self.path} cannot be written: {reason}. Choose another with --data."
            ) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise FolderError(
                f"Another station is using {self.path}; choose another folder with --data."
            ) from None
        return lock
