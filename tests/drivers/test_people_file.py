"""The file of people: whole or as it was, its owner's alone, and changed by two at once without a loss."""

import os
import threading
from pathlib import Path

import pytest

from pilotline.drivers.passwords import NOBODYS, fits, hash_password
from pilotline.drivers.people_file import KeptFileError, PeopleFile, PeopleInMemory


def test_a_change_is_made_of_what_there_is(tmp_path: Path) -> None:
    """Nothing where there is no file; the mark says that somebody has been there."""
    file = PeopleFile(tmp_path / "people.json")
    assert (file.read(), file.mark()) == (None, None)
    assert file.change(lambda data: (b"one", data)) is None
    first = file.mark()
    assert file.change(lambda data: (b"two", data)) == b"one"
    assert file.read() == b"two"
    assert file.mark() not in (None, first)
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_what_is_decided_against_leaves_the_file_alone(tmp_path: Path) -> None:
    """By giving nothing, and by an error."""
    file = PeopleFile(tmp_path / "people.json")
    file.change(lambda _: (b"one", None))
    before = file.mark()
    file.change(lambda _: (None, None))
    with pytest.raises(ZeroDivisionError):
        file.change(lambda _: (b"two", 1 // 0))
    assert (file.read(), file.mark()) == (b"one", before)


def test_a_power_cut_leaves_the_whole_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written beside it is no obstacle afterwards."""
    file = PeopleFile(tmp_path / "people.json")
    file.change(lambda _: (b"one", None))

    def cut(_: int) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", cut)
        with pytest.raises(SystemExit):
            file.change(lambda _: (b"two", None))
    assert file.read() == b"one"
    file.change(lambda _: (b"three", None))
    assert file.read() == b"three"


def test_two_who_change_at_once_lose_nothing(tmp_path: Path) -> None:
    """Each reads what the other wrote."""

    def count() -> None:
        file = PeopleFile(tmp_path / "people.json")
        for _ in range(20):
            file.change(lambda data: (str(int(data or b"0") + 1).encode(), None))

    threads = [threading.Thread(target=count) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert PeopleFile(tmp_path / "people.json").read() == b"60"


def test_a_disk_that_does_not_is_told_in_a_sentence(tmp_path: Path) -> None:
    """With its reason."""
    with pytest.raises(KeptFileError, match=r"cannot be written: no such file or directory\. Mend that"):
        PeopleFile(tmp_path / "nowhere" / "people.json").change(lambda _: (b"", None))
    (tmp_path / "people.json").mkdir()
    with pytest.raises(KeptFileError, match="cannot be read: is a directory"):
        PeopleFile(tmp_path / "people.json").read()


def test_a_station_of_one_process_keeps_them_as_long_as_it_lives() -> None:
    """The same verbs."""
    kept = PeopleInMemory()
    assert (kept.read(), kept.mark()) == (None, None)
    kept.change(lambda _: (b"one", None))
    before = kept.mark()
    kept.change(lambda _: (b"two", None))
    assert (kept.read(), kept.mark() == before) == (b"two", False)


def test_a_password_fits_its_own_hash_alone() -> None:
    """A salt each; what is no hash fits nothing."""
    one, two = hash_password("korrektes Pferd"), hash_password("korrektes Pferd")
    assert one != two
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one.rpartition("$")[0].count("$") == NOBODYS.rpartition("$")[0].count("$")
    assert fits("korrektes Pferd", one)
    assert not any(fits("korrektes Pferd", each) for each in (NOBODYS, "", "$argon2id$v=19$m=1$"))
    assert not fits("korrektes pferd", one)
