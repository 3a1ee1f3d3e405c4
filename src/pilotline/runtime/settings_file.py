"""Where a virtual board keeps the record of its safety settings (R-49): a file, for a real one's flash."""

import os
from pathlib import Path

import structlog


class SettingsFile:
    """The record is on the disk before ``keep`` returns, or the log says that it is not."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log = structlog.get_logger().bind(process="board")

    def recall(self) -> bytes | None:
        """The record; None where nothing was ever kept. One that cannot be read is a damaged one."""
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError:
            return b""

    def keep(self, data: bytes) -> None:
        try:
            self._replace(data)
        except OSError as error:
            self._log.warning("settings not written", path=str(self._path), reason=error.strerror)

    def _replace(self, data: bytes) -> None:
        """The whole new record or the whole old one, whenever the power fails."""
        fresh = self._path.with_name(self._path.name + ".new")
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
