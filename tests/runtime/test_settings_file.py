"""Where the virtual board keeps the record of its safety settings."""

from pathlib import Path

import pytest

from pilotline.runtime.settings_file import SettingsFile

pytestmark = pytest.mark.requirement("R-49")


def test_what_was_kept_is_recalled(tmp_path: Path) -> None:
    """The newest record, by a process that knows nothing of the one before; and nothing lies about."""
    first = SettingsFile(tmp_path / "world.settings")
    assert first.recall() is None
    first.keep(b"one")
    first.keep(b"two")
    assert SettingsFile(tmp_path / "world.settings").recall() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["world.settings"]


def test_the_record_is_on_the_disk_before_keep_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file before it takes its name, and the folder after: the echo that follows promises it."""
    path, synced = tmp_path / "world.settings", list[bool]()

    def note(_: int) -> None:
        synced.append(path.exists())

    monkeypatch.setattr("os.fsync", note)
    SettingsFile(path).keep(b"one")
    assert synced == [False, True]


def test_a_record_that_cannot_be_read_is_a_damaged_one(tmp_path: Path) -> None:
    """Not the same as none: the module says that its settings are gone."""
    (tmp_path / "world.settings").mkdir()
    assert SettingsFile(tmp_path / "world.settings").recall() == b""


def test_a_disk_that_is_gone_costs_the_record_and_not_the_process(tmp_path: Path) -> None:
    """The log says so; charging goes on."""
    SettingsFile(tmp_path / "nowhere" / "world.settings").keep(b"one")
    assert not (tmp_path / "nowhere").exists()
