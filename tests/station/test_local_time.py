"""Local time, with daylight saving both ways: which moments are in a period, and when that changes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotline.models.zones import find_zone
from pilotline.station.clock import WallClock
from pilotline.station.keys import BY_NAME, KeyRefusedError, KeyStore
from pilotline.station.local_time import LocalTime, OffHours, outlook, utc_alone
from pilotline.station.off_periods import OffPeriod, read_period
from pilotline.vocabulary.time import WORKING_DAYS, Weekday

EVERY_DAY = tuple(Weekday)


def zone(name: str = "Europe/London") -> tzinfo:
    found = find_zone(name)
    assert found is not None
    return found


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def periods(*texts: str) -> Sequence[OffPeriod]:
    return [period for text in texts if (period := read_period(text)) is not None]


def stretches(
    text: str, day: str, hours: int = 24, days: Sequence[Weekday] = EVERY_DAY
) -> list[tuple[str, str]]:
    """The stretches of a period within so many hours from ``day``, in UTC, as the outlook tells them."""
    found: list[tuple[str, str]] = []
    at, end = utc(day), utc(day) + timedelta(hours=hours)
    while at < end:
        seen = outlook(periods(text), days, at, zone())
        if seen.until is None:
            break
        if seen.inside:
            found.append((f"{at:%H:%M}", f"{seen.until:%H:%M}"))
        at = seen.until
    return found


WINTER, SUMMER, SPRING, AUTUMN = "2026-01-05", "2026-07-06", "2026-03-29", "2026-10-25"


@pytest.mark.requirement("E-64")
@pytest.mark.parametrize(
    ("text", "day", "expected"),
    [
        ("enable,08:00,11:00", WINTER, [("08:00", "11:00")]),
        ("enable,08:00,11:00", SUMMER, [("07:00", "10:00")]),
        ("enable,08:00,11:00", SPRING, [("07:00", "10:00")]),
        ("enable,08:00,11:00", AUTUMN, [("08:00", "11:00")]),
        ("enable,00:30,02:30", SPRING, [("00:30", "01:30")]),  # two hours on the wall, one in truth
        ("enable,01:15,01:45", SPRING, []),  # the hour that is missing
        ("enable,01:30,03:00", SPRING, [("01:00", "02:00")]),  # its begin is missing: from the jump on
        ("enable,00:30,01:30", SPRING, [("00:30", "01:00")]),  # its end is missing: up to the jump
        ("enable,00:30,02:30", AUTUMN, [("00:00", "02:30")]),  # 23:30 UTC is of the day before
        ("enable,01:15,01:45", AUTUMN, [("00:15", "00:45"), ("01:15", "01:45")]),  # the hour that comes twice
        ("enable,00:30,01:30", AUTUMN, [("00:00", "00:30"), ("01:00", "01:30")]),
    ],
)
def test_a_period_is_what_the_clock_on_the_wall_shows(
    text: str, day: str, expected: list[tuple[str, str]]
) -> None:
    """In winter, in summer, and on both days on which the clock is changed."""
    assert stretches(text, day, hours=12) == expected


@pytest.mark.requirement("R-18")
def test_only_the_days_of_the_model_have_periods() -> None:
    """From Friday evening the next one is on Monday, in summer time by then."""
    seen = outlook(periods("enable,16:00,22:00"), WORKING_DAYS, utc("2026-03-27T22:00"), zone())
    assert (seen.inside, seen.until) == (False, utc("2026-03-30T15:00"))


def test_two_periods_that_meet_are_one() -> None:
    """Until when is the end of both."""
    both = periods("enable,08:00,11:00", "enable,11:00,13:00")
    assert outlook(both, EVERY_DAY, utc("2026-01-05T09:00"), zone()).until == utc("2026-01-05T13:00")


def test_without_a_period_nothing_ever_changes() -> None:
    """So nobody has to look again."""
    seen = outlook((), EVERY_DAY, utc(WINTER), zone())
    assert (seen.inside, seen.until) == (False, None)


@settings(deadline=None)
@given(
    st.integers(0, 230 * 24 * 60),
    st.lists(st.tuples(st.integers(0, 1439), st.integers(0, 1439)), min_size=1, max_size=2),
    st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    st.sets(st.sampled_from(EVERY_DAY), min_size=1),
)
def test_until_then_it_stays_as_it_is(
    minutes: int, times: list[tuple[int, int]], name: str, days: set[Weekday]
) -> None:
    """Minute by minute up to the change, on whichever days and in whichever zone; then it is otherwise."""
    at = utc("2026-03-20") + timedelta(minutes=minutes)
    texts = [f"enable,{b // 60:02}:{b % 60:02},{e // 60:02}:{e % 60:02}" for b, e in times if b != e]
    given_periods, here = periods(*texts), zone(name)
    seen = outlook(given_periods, days, at, here)
    assert (seen.until is None) == (not given_periods)
    until = seen.until or at + timedelta(days=1)
    for minute in range(min(24 * 60, int((until - at) / timedelta(minutes=1)))):
        assert outlook_inside(given_periods, days, at + timedelta(minutes=minute), here) is seen.inside
    if seen.until is not None and seen.until < at + timedelta(days=9):
        assert outlook_inside(given_periods, days, seen.until, here) is not seen.inside


def outlook_inside(
    given_periods: Sequence[OffPeriod], days: set[Weekday], at: datetime, here: tzinfo
) -> bool:
    """The plain meaning, in minutes of the day."""
    wall = at.astimezone(here)
    minute, today = wall.hour * 60 + wall.minute, EVERY_DAY[wall.weekday()] in days
    yesterday = EVERY_DAY[wall.weekday() - 1] in days

    def holds(period: OffPeriod) -> bool:
        begin, end = (each.hour * 60 + each.minute for each in (period.begin, period.end))
        if begin < end:
            return today and begin <= minute < end
        return (today and minute >= begin) or (yesterday and minute < end)

    return any(map(holds, given_periods))


def test_the_hours_follow_their_keys() -> None:
    """A key that changes counts at the next look, and so does a clock that is put back."""
    keys = KeyStore({"c_ChargeOffPeriod1": "enable,08:00,11:00", "c_ChargeOffPeriod2": "disable,00:00,01:00"})
    hours = OffHours(keys, EVERY_DAY)
    assert not hours.look(utc("2026-01-05T07:59:59"), zone()).inside
    assert hours.look(utc("2026-01-05T08:00"), zone()).inside
    assert not hours.look(utc("2026-01-05T07:00"), zone()).inside
    keys.change(BY_NAME["c_chargeoffperiod1"], "enable,06:00,11:00")
    assert hours.look(utc("2026-01-05T07:00"), zone()).inside
    keys.change(BY_NAME["c_chargeoffperiod1"], "disable,06:00,11:00")
    assert not hours.look(utc("2026-01-05T07:00"), zone()).inside


# --- the zone -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["UTC", "Europe/London", "America/Argentina/Buenos_Aires", "Etc/GMT-3"])
def test_names_of_the_iana_are_taken(name: str) -> None:
    """And there are rules for them, from the system or the package tzdata."""
    assert BY_NAME["timezone"].kind.parse(name) == name
    assert find_zone(name) is not None


@pytest.mark.parametrize(
    "text", ["", "localtime", "europe/london", "../etc/passwd", "Europe/", "+01:00", "A" * 60]
)
def test_what_is_no_name_is_refused(text: str) -> None:
    """Paths least of all."""
    with pytest.raises(KeyRefusedError, match="IANA"):
        BY_NAME["timezone"].kind.parse(text)


def test_a_name_without_rules_is_none() -> None:
    """Also one that is a folder of the database."""
    assert find_zone("Europe/Nowhere") is None
    assert find_zone("Europe") is None


def test_nobody_knows_the_time_before_somebody_tells() -> None:
    """And where the zone's rules are not known, the zone is not."""
    clock = WallClock(1)
    local = LocalTime(KeyStore({"TimeZone": "Europe/London"}), clock, find_zone)
    assert local.utc(5) is None
    clock.learn(utc(WINTER), 0)
    assert local.utc(3_600_000_000) == utc("2026-01-05T01:00")
    assert local.zone is zone()
    assert LocalTime(KeyStore({"TimeZone": "Europe/London"}), clock, utc_alone).zone is None
