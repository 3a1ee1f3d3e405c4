"""Two slots in a folder: what runs, what is tried, and what a power cut at any byte leaves."""

from pathlib import Path

import pytest

from pilotline.drivers.slots import MOST_STARTS, DirectorySlots, SlotError
from pilotline.vocabulary.firmware import Booted
from support.files_in_memory import CutDisk, PowerCutError

FOLDER = Path("/firmware")
OLD, NEW = b"the old firmware", b"the new firmware, a little longer"


def slots(disk: CutDisk) -> DirectorySlots:
    return DirectorySlots(FOLDER, "0.1.0", disk)


def with_firmware(seed: int = 0) -> CutDisk:
    """A disk on which version 1.0 runs, confirmed."""
    disk = CutDisk(seed)
    put(slots(disk), "u1", "1.0", OLD)
    slots(disk).begin()
    slots(disk).confirm()
    return disk


def put(there: DirectorySlots, update: str, version: str, payload: bytes) -> None:
    there.write(update, "model", version, payload)
    there.try_next(update)


def test_a_new_station_runs_what_it_was_built_with() -> None:
    """Nothing lies in its slots."""
    there = slots(CutDisk())
    assert there.begin() == Booted("0.1.0")
    assert there.spare() == "a"
    assert there.inspect() == (("built in", "0.1.0", "running"), ("a", "", "empty"), ("b", "", "empty"))


@pytest.mark.requirement("M-43")
def test_what_is_tried_and_confirmed_runs_from_then_on() -> None:
    """On trial at the next start, and not before; confirmed, it stays."""
    disk = with_firmware()
    there = slots(disk)
    put(there, "u2", "2.0", NEW)
    assert there.inspect()[2] == ("b", "2.0", "trial")
    assert slots(disk).begin() == Booted("2.0", "b", "u2", trial=True)
    slots(disk).confirm()
    assert slots(disk).begin() == Booted("2.0", "b", "u2")
    assert slots(disk).spare() == "a"
    assert slots(disk).inspect()[1:] == (("a", "1.0", "spare"), ("b", "2.0", "running"))


def test_what_is_not_confirmed_goes_back_by_itself_after_some_starts() -> None:
    """A firmware that ends before it can say anything is started three times, then the old one runs."""
    disk = with_firmware()
    put(slots(disk), "u2", "2.0", NEW)
    assert [slots(disk).begin().version for _ in range(MOST_STARTS + 2)] == ["2.0"] * MOST_STARTS + [
        "1.0"
    ] * 2
    assert slots(disk).begin() == Booted("1.0", "a", "u1", fell_back="u2", crashed=True)


def test_a_trial_that_is_given_up_is_not_started_again() -> None:
    """The old firmware runs at the next start, and it is known which update that was."""
    disk = with_firmware()
    put(slots(disk), "u2", "2.0", NEW)
    slots(disk).begin()
    slots(disk).go_back()
    assert slots(disk).begin() == Booted("1.0", "a", "u1", fell_back="u2")


def test_no_slot_is_written_while_one_is_on_trial() -> None:
    """The running one never, and the old one is needed for the way back."""
    disk = with_firmware()
    put(slots(disk), "u2", "2.0", NEW)
    slots(disk).begin()
    assert slots(disk).spare() is None
    with pytest.raises(SlotError, match="No slot is free"):
        slots(disk).write("u3", "model", "3.0", OLD)


def test_only_the_firmware_of_this_update_is_tried() -> None:
    """What an earlier one left in the slot is not."""
    disk = with_firmware()
    slots(disk).write("u2", "model", "2.0", NEW)
    with pytest.raises(SlotError, match="does not hold"):
        slots(disk).try_next("u3")
    assert slots(disk).begin() == Booted("1.0", "a", "u1")


def test_a_damaged_slot_never_runs() -> None:
    """One byte is enough: a trial gives way to the old one, a confirmed one to the built-in one."""
    disk = with_firmware()
    put(slots(disk), "u2", "2.0", NEW)
    disk.write(FOLDER / "slot-b.payload", NEW[:-1] + b"!")
    assert slots(disk).begin() == Booted("1.0", "a", "u1", fell_back="", crashed=True)
    disk.write(FOLDER / "slot-a.payload", b"")
    assert slots(disk).begin().version == "0.1.0"


def test_a_damaged_state_runs_what_the_station_was_built_with() -> None:
    """Nobody guesses which slot was meant."""
    disk = with_firmware()
    for damage in (b"", b"{", b'{"confirmed": "c"}', b"\xff", b'{"confirmed": 7}'):
        disk.write(FOLDER / "slots.json", damage)
        assert slots(disk).begin() == Booted("0.1.0")


def steps_of_an_update(disk: CutDisk) -> None:
    """Written, switched to, started, confirmed."""
    there = slots(disk)
    put(there, "u2", "2.0", NEW)
    there.begin()
    there.confirm()


@pytest.mark.requirement("M-43", "R-31")
def test_a_power_cut_at_any_byte_leaves_a_firmware_that_is_whole() -> None:
    """The old one or the new one, each whole, the new one first on trial; and the next update works."""
    whole = with_firmware()
    before = whole.spent
    steps_of_an_update(whole)
    seen = set[tuple[str, bool]]()
    for budget in range(whole.spent - before):
        for seed in range(3):
            disk = with_firmware(seed)
            disk.budget = budget
            with pytest.raises(PowerCutError):
                steps_of_an_update(disk)
            disk.lose_power()
            booted = slots(disk).begin()
            seen.add((booted.version, booted.trial))
            assert (booted.version, booted.update) in {("1.0", "u1"), ("2.0", "u2")}, budget
            assert not booted.fell_back or not booted.trial
            slots(disk).go_back()
            put(slots(disk), "u4", "4.0", NEW)
            assert slots(disk).begin() == Booted("4.0", booted_slot(disk), "u4", trial=True)
    assert seen == {("1.0", False), ("2.0", True), ("2.0", False)}


def booted_slot(disk: CutDisk) -> str:
    return next(name for name, _, word in slots(disk).inspect() if word == "trial")


@pytest.mark.requirement("M-43", "R-31")
def test_until_the_switch_is_made_only_the_old_firmware_runs() -> None:
    """However often the power fails while the new one is written."""
    whole = with_firmware()
    before = whole.spent
    slots(whole).write("u2", "model", "2.0", NEW)
    for budget in range(whole.spent - before):
        disk = with_firmware(budget)
        disk.budget = budget
        with pytest.raises(PowerCutError):
            slots(disk).write("u2", "model", "2.0", NEW)
        disk.lose_power()
        assert slots(disk).begin() == Booted("1.0", "a", "u1")


class FullDisk(CutDisk):
    """Takes nothing."""

    def write(self, path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")


def test_a_full_disk_is_an_error_in_words_and_changes_nothing() -> None:
    """A trial whose starts cannot be counted does not run either."""
    disk = with_firmware()
    put(slots(disk), "u2", "2.0", NEW)
    full = FullDisk()
    full.__dict__.update(disk.__dict__)
    assert slots(full).begin() == Booted("1.0", "a", "u1", fell_back="u2", crashed=True)
    slots(disk).go_back()
    with pytest.raises(SlotError, match="no space left on device"):
        slots(full).write("u3", "model", "3.0", OLD)
    assert slots(disk).begin().version == "1.0"


def test_the_same_holds_on_a_real_disk(tmp_path: Path) -> None:
    """The folder is made, and its files are its owner's alone."""
    there = DirectorySlots(tmp_path / "firmware", "0.1.0")
    put(there, "u1", "1.0", OLD)
    assert DirectorySlots(tmp_path / "firmware", "0.1.0").begin().version == "1.0"
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "firmware").iterdir()} == {0o600}
