"""A station's data folder: where its ports, logs and memory are. One station at a time may use it."""

import fcntl
import os
from pathlib import Path


class FolderError(Exception):
    """The folder cannot be used; the message is a sentence that says what to do."""


class FolderInUseError(FolderError):
    """A station is running on this folder."""


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

    @property
    def journal(self) -> Path:
        """What must survive a power cut."""
        return self.path / "journal.db"

    def remove_ports(self) -> None:
        """Take away the links of a board that is gone: the terminals they lead to may be others' by now."""
        for link in (self.board_link, self.meter_port):
            link.unlink(missing_ok=True)

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
            raise FolderInUseError(
                f"Another station is using {self.path}; choose another folder with --data."
            ) from None
        return lock
