"""How long a station waits before it asks to be registered again."""

import pytest

from pilotline.links.ocpp.boot_pace import (
    FIRST_PAUSE,
    JITTER_PERCENT,
    LONGEST_INTERVAL,
    LONGEST_PAUSE,
    BootPace,
)
from pilotline.vocabulary.time import SECOND


def pauses(pace: BootPace, count: int) -> list[int]:
    """That many tries without an answer, each at the moment the last one named."""
    found: list[int] = []
    now = 0
    for _ in range(count):
        pace.unanswered(now)
        assert pace.due is not None
        found.append(pace.due - now)
        now = pace.due
    return found


@pytest.mark.requirement("R-38")
def test_the_pause_doubles_up_to_its_bound_and_is_at_most_a_fifth_longer() -> None:
    """Edge case 11: 30 s, 60 s, … 10 min, each lengthened by 0 to 20 %, for ever."""
    for number, pause in enumerate(pauses(BootPace("SN-1 1"), 40)):
        least = min(FIRST_PAUSE * 2**number, LONGEST_PAUSE)
        assert least <= pause <= least * (100 + JITTER_PERCENT) // 100


def test_stations_and_boots_are_apart_and_each_is_repeatable() -> None:
    """Another serial number or another boot waits otherwise; the same one waits the same."""
    seeds = [f"SN-{serial} {boot}" for serial in range(20) for boot in range(5)]
    assert len({tuple(pauses(BootPace(seed), 3)) for seed in seeds}) == len(seeds)
    assert pauses(BootPace("SN-1 1"), 9) == pauses(BootPace("SN-1 1"), 9)


def test_after_an_acceptance_it_begins_anew() -> None:
    """The first pause again, not the ninth."""
    pace = BootPace("SN-1 1")
    first, *_ = pauses(pace, 9)
    pace.accepted()
    assert pauses(pace, 1) == [first]


@pytest.mark.parametrize("interval_s", [0, -1, -(10**400)])
def test_an_interval_that_is_none_is_ours_to_time(interval_s: int) -> None:
    """0 and negative ones (OCPP 1.6 §4.2)."""
    pace = BootPace("SN-1 1")
    pace.turned_away(interval_s, 0)
    assert pace.due is not None
    assert FIRST_PAUSE <= pace.due <= FIRST_PAUSE * 6 // 5


@pytest.mark.parametrize(("interval_s", "wait"), [(1, SECOND), (86_400, 86_400 * SECOND)])
def test_a_named_interval_is_obeyed_to_the_second(interval_s: int, wait: int) -> None:
    """Also over a new connection, and not beyond it."""
    pace = BootPace("SN-1 1")
    pace.turned_away(interval_s, 5)
    assert pace.due == 5 + wait
    pace.disconnected()
    assert pace.due is None
    pace.connected(6)
    assert pace.due == 5 + wait
    pace.connected(7 + wait)
    assert pace.due == 7 + wait


def test_an_interval_of_years_is_a_day() -> None:
    """A number of any length is no end of the station."""
    pace = BootPace("SN-1 1")
    pace.turned_away(10**400, 0)
    assert pace.due == LONGEST_INTERVAL


def test_a_line_that_only_broke_is_used_at_once() -> None:
    """No word of the backend's stands against it."""
    pace = BootPace("SN-1 1")
    pace.unanswered(0)
    pace.disconnected()
    pace.connected(1)
    assert pace.due == 1
