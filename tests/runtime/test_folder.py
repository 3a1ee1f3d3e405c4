"""The data folder: one station at a time, refused in a sentence, a boot counter that survives."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pilotline.runtime.folder import DataFolder, FolderError, FolderInUseError


@contextmanager
def opened(path: Path) -> Generator[DataFolder]:
    """A folder that is let go again, as the end of a process does."""
    folder = DataFolder(path)
    try:
        yield folder
    finally:
        os.close(folder._lock)


def test_a_folder_is_made_with_all_above_it(tmp_path: Path) -> None:
    """A first start needs nothing prepared."""
    with opened(tmp_path / "a" / "b") as folder:
        assert folder.path.is_dir()


def test_a_folder_belongs_to_one_station_until_it_ends(tmp_path: Path) -> None:
    """A second station is refused with a sentence that says what to do; afterwards the folder is free."""
    with opened(tmp_path), pytest.raises(FolderInUseError, match=r"^Another station is using .* --data\.$"):
        DataFolder(tmp_path)
    with opened(tmp_path):
        pass


@pytest.mark.parametrize("place", ["file/data", "/proc/pilotline"])
def test_a_folder_that_cannot_be_written_is_refused_in_a_sentence(tmp_path: Path, place: str) -> None:
    """Below a file, or where the kernel takes no files."""
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError, match=r"cannot be written: .*\. Choose another with --data\.$"):
        DataFolder(tmp_path / place)


def test_the_links_of_a_board_that_is_gone_are_taken_away(tmp_path: Path) -> None:
    """A link may lead to a terminal that is somebody else's by now; twice is as good as once."""
    with opened(tmp_path) as folder:
        links = (folder.board_link(), folder.meter_port(), folder.evsens_port())
        for link in links:
            link.symlink_to("/dev/pts/999999")
        folder.remove_ports()
        folder.remove_ports()
        assert not any(link.is_symlink() for link in links)
