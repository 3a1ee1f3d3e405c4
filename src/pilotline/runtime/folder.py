"""A station's data folder: where its ports, logs and memory are. One station at a time may use it."""

import fcntl
import os
from pathlib import Path

from pilotline.vocabulary.charger import MOST_CONNECTORS

JOURNAL = "journal.db"
PEOPLE = "people.json"


class FolderError(Exception):
    """The folder cannot be used; the message is a sentence that says what to do."""


class FolderInUseError(FolderError):
    """A station is running on this folder."""


class DataFolder:
    """Opens (or makes) the folder and locks it until the process ends."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._lock = self._open_lock()

    def board_link(self, connector: int = 1) -> Path:
        """The pseudo-terminal of the link of a connector's virtual board."""
        return self.path / f"rtm-{connector}"

    def meter_port(self, connector: int = 1) -> Path:
        """The pseudo-terminal of the bus of a connector's virtual meter."""
        return self.path / f"meter-{connector}"

    def car_line(self, connector: int = 1) -> Path:
        """The number of the TCP port at which a virtual car finds the host."""
        return self.path / f"v2g-{connector}"

    def evsens_port(self) -> Path:
        """The pseudo-terminal of the bus of the virtual EVSENS at the supply; there is one at most."""
        return self.path / "evsens-1"

    def world_memory(self, connector: int = 1) -> Path:
        """What outlives a power cycle of the virtual station at a connector."""
        return self.path / ("world.json" if connector == 1 else f"world-{connector}.json")

    def log(self, process: str) -> Path:
        return self.path / f"{process}.log"

    @property
    def journal(self) -> Path:
        """What must survive a power cut."""
        return self.path / JOURNAL

    @property
    def people(self) -> Path:
        """Who may sign in at the page."""
        return self.path / PEOPLE

    @property
    def certificate(self) -> Path:
        """The page's own, for https, with its key."""
        return self.path / "https.pem"

    @property
    def last_run(self) -> Path:
        """What a launcher leaves for the next one to know why it starts."""
        return self.path / "run.json"

    def remove_ports(self) -> None:
        """Take away the links of a board that is gone: the terminals they lead to may be others' by now."""
        for connector in range(1, MOST_CONNECTORS + 1):
            self.board_link(connector).unlink(missing_ok=True)
            self.meter_port(connector).unlink(missing_ok=True)
        self.evsens_port().unlink(missing_ok=True)

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
