"""The works of an update done for real, each with its own way to fail."""

from pathlib import Path

import pytest

from pilotline.drivers.firmware import FIRMWARE, PRODUCT_KEY, Workshop
from pilotline.drivers.slots import DirectorySlots
from pilotline.station.upkeep.events import Outcome, Task
from pilotline.station.upkeep.firmware_work import (
    CheckSigner,
    Confirm,
    Done,
    Download,
    Failed,
    GoBack,
    Switch,
    Verify,
    Write,
)
from pilotline.vocabulary.firmware import FirmwareFault
from support.firmware_maker import MODEL, Maker, gives, https_server

MAKER = Maker()
IMAGE = MAKER.image()
NOW_US = 1_777_000_000_000_000
VERIFY = Verify("1-2", "1.0", NOW_US, MAKER.signer.pem, MAKER.signature(IMAGE))


class Ear:
    """Who waits."""

    given_up = False

    def progress(self, done: int, total: int | None = None) -> None:
        """Nobody listens."""


class Place:
    """A workshop in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FIRMWARE
        self.slots = DirectorySlots(self.folder, "1.0")
        MAKER.keep_product_key(self.folder / PRODUCT_KEY)
        self._does = Workshop(self.folder, self.slots, MODEL, lambda: [MAKER.root.pem]).performers()

    def do(self, task: Task) -> Outcome:
        return self._does[type(task)](task, Ear())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.requirement("M-43")
def test_from_the_download_to_the_firmware_that_stays(place: Place, tmp_path: Path) -> None:
    """Each work leaves what the next one needs, and the download goes when the slots are switched."""
    with https_server(MAKER.server_files(tmp_path), gives(IMAGE)) as address:
        assert place.do(Download("1-2", f"https://{address}/", (address,))) == Done()
    assert place.do(VERIFY) == place.do(Write(VERIFY)) == place.do(Write(VERIFY)) == Done("2.0")
    assert place.do(Switch("1-2")) == Done()
    assert list(place.folder.glob("download-*")) == []
    assert place.slots.begin().version == "2.0"
    assert place.do(Confirm()) == Done()
    assert not place.slots.begin().trial


@pytest.mark.requirement("R-31")
def test_what_cannot_be_done_is_an_outcome(place: Place) -> None:
    """Never an exception: the thread is the station's."""
    assert place.do(Download("1-2", "https://h/", ())) == Failed(FirmwareFault.HOST)
    assert place.do(VERIFY) == place.do(Write(VERIFY)) == Failed(FirmwareFault.GONE)
    assert place.do(Switch("1-2")) == Failed(FirmwareFault.SLOTS)
    assert place.do(CheckSigner("", None)) == Failed(FirmwareFault.NO_SIGNER)
    assert place.do(CheckSigner(MAKER.signer.pem, NOW_US)) == Done()
    assert place.do(GoBack()) == place.do(Confirm()) == Done()
    (place.folder / "download-1-2.bin").write_bytes(IMAGE)
    (place.folder / PRODUCT_KEY).unlink()
    assert place.do(VERIFY) == Failed(FirmwareFault.KEY)
