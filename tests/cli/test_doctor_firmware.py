"""What the doctor says of the firmware."""

from pathlib import Path

import pytest

from pilotline import __version__
from pilotline.cli.doctor_firmware import firmware
from pilotline.drivers.firmware import FIRMWARE, PRODUCT_KEY
from pilotline.drivers.slots import DirectorySlots
from pilotline.drivers.store import Store
from pilotline.vocabulary.journal import StoreKey


def keep_hosts(folder: Path) -> None:
    """A journal in which somebody has named a host."""
    store = Store(folder / "journal.db")
    store.start(lambda _event: None)
    store.submit(StoreKey("c_FirmwareHosts", "firmware.example"))
    store.close()


@pytest.mark.requirement("M-43")
def test_the_doctor_says_what_runs_and_what_an_update_lacks(tmp_path: Path) -> None:
    """Nothing set up is well; a host without the product's key is not; nor is a firmware on trial."""
    nothing = firmware(tmp_path)
    assert nothing.well
    assert f"built in {__version__} running, a empty, b empty" in nothing.found
    keep_hosts(tmp_path)
    lacking = firmware(tmp_path)
    assert not lacking.well
    assert str(tmp_path / FIRMWARE / PRODUCT_KEY) in lacking.found
    (tmp_path / FIRMWARE).mkdir()
    (tmp_path / FIRMWARE / PRODUCT_KEY).write_text("a key")
    assert firmware(tmp_path).well
    slots = DirectorySlots(tmp_path / FIRMWARE, __version__)
    slots.write("u", "m", "2.0", b"program")
    slots.try_next("u")
    assert "a 2.0 trial" in firmware(tmp_path).found
    assert not firmware(tmp_path).well


def test_a_journal_that_is_none_is_said_elsewhere(tmp_path: Path) -> None:
    """The doctor goes on."""
    (tmp_path / "journal.db").write_bytes(b"no journal" * 100)
    assert firmware(tmp_path).well
