"""The charger's schedule: which entry holds when, and what the car answers."""

from pilotline.wire.v2g.evcc.schedule import Schedule, read_iso2
from support.evcc_bench import ISO2, EvccBench


def test_an_entry_holds_from_its_start_on() -> None:
    schedule = Schedule(1, ((0, 11_000), (600, 4_000)))
    assert [schedule.watts_at(each) for each in (0, 599, 600, 86_400)] == [11_000, 11_000, 4_000, 4_000]


def test_before_the_first_entry_and_without_any_nothing_is_said() -> None:
    assert Schedule(1, ((60, 11_000),)).watts_at(59) is None
    assert Schedule().watts_at(0) is None


def test_a_profile_has_24_entries_at_most() -> None:
    """ISO 15118-2: ChargingProfile."""
    schedule = Schedule(1, tuple((start, 5_000) for start in range(40)))
    assert len(schedule.profile(9_000)) == 24


def test_entries_come_in_any_order() -> None:
    said = EvccBench(ISO2).answers().schedules((600, 4_000), (0, 11_000))
    assert read_iso2(said) == Schedule(5, ((0, 11_000), (600, 4_000)))
