"""What a page shows beside the snapshot: the station's day, names of cards, keys that wait for a restart."""

import pytest

from pilotline.links.here import Here, look_around
from pilotline.station.events import ChangeKey, SetCard
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.time import HOUR, MINUTE
from support.off_peak_bench import OffPeakBench
from support.station_bench import StationBench


def here(bench: StationBench) -> Here:
    return look_around(bench.station, bench.now)


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("Europe/Berlin", "2026-01-06", "2026-01-06"),
        ("UTC", "2026-01-05", "2026-01-06"),
        ("America/New_York", "2026-01-05", "2026-01-05"),
    ],
)
def test_the_day_is_that_of_the_stations_own_zone(zone: str, before: str, after: str) -> None:
    """Wherever the browser is that looks; it moves on when midnight comes here."""
    bench = OffPeakBench("2026-01-05T23:30", stored={"TimeZone": zone})
    assert here(bench).today == before
    assert look_around(bench.station, bench.now + HOUR).today == after


@pytest.mark.requirement("R-51")
def test_who_does_not_know_the_time_does_not_know_the_day() -> None:
    """No day is better than one of 1970."""
    assert here(OffPeakBench(at=None)).today is None


def test_the_names_are_those_of_the_cards_that_charge_now() -> None:
    """As the session has the tag; the book itself is the operator's alone."""
    bench = StationBench()
    for tag, name in (("25ECCD59", "Anna"), ("0A0A0A0A", "Ben")):
        bench.tell(SetCard(tag, name, allowed=True, role=Role.OPERATOR, call=-1))
    assert here(bench).names == {}
    bench.charge("25eccd59")
    assert here(bench).names == {"25eccd59": "Anna"}
    bench.unplug()
    bench.run(MINUTE)
    assert here(bench).names == {}


def test_a_card_that_nobody_has_named_is_left_out() -> None:
    """The page shows its number then."""
    bench = StationBench()
    bench.tell(SetCard("25ECCD59", "", allowed=True, role=Role.OPERATOR, call=-1))
    bench.charge("25ECCD59")
    assert here(bench).names == {}


@pytest.mark.requirement("E-61")
def test_a_key_that_needs_a_restart_waits_for_it_in_the_station() -> None:
    """Whoever changed it, and until it is what it was; a change that counts at once is not among them."""
    bench = StationBench(stored={"c_RCDProtectionType": 2})
    was = bench.station.keys.text("c_VoltageProtectionOffset")
    bench.tell(ChangeKey(-1, "c_VoltageProtectionOffset", "5", role=Role.OPERATOR))
    bench.tell(ChangeKey(-2, "LightIntensity", "40", role=Role.OPERATOR))
    assert here(bench).after_restart == ("c_VoltageProtectionOffset",)
    bench.tell(ChangeKey(-3, "c_VoltageProtectionOffset", was, role=Role.OPERATOR))
    assert here(bench).after_restart == ()
