"""The owner's weekly schedule in force: to the second, by the clock on the wall, whoever is away."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from pilotline.station.events import CallAnswer, ChangeKey, LimitCurrent
from pilotline.station.notes import NO_TIME, notes
from pilotline.station.week import read_schedule
from pilotline.station.weekly_limit import week_at
from pilotline.vocabulary import limits
from pilotline.vocabulary.journal import StoreKey
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.status import ConnectorStatus
from pilotline.vocabulary.time import MINUTE, SECOND
from support.off_peak_bench import OffPeakBench

CHARGING, SUSPENDED_EVSE = ConnectorStatus.CHARGING, ConnectorStatus.SUSPENDED_EVSE
NO_PEAK = {"c_ChargeOffPeriod1": "disable,08:00,11:00", "c_ChargeOffPeriod2": "disable,16:00,22:00"}
LONDON = ZoneInfo("Europe/London")


def bench(at: str | None, schedule: str, *, online: bool = False) -> OffPeakBench:
    """A station in London, the 5th of January 2026 being a Monday."""
    return OffPeakBench(at, online=online, stored={"c_ChargeSchedule": schedule, **NO_PEAK})


@pytest.mark.requirement("E-06")
@pytest.mark.parametrize("online", [True, False])
def test_a_pause_of_the_schedule_holds_a_session_and_says_until_when(online: bool) -> None:
    """Whether the backend is there or not: it is the owner's own."""
    home = bench("2026-01-05T10:59:50", "Mo-Fr 08:00-11:00 0", online=online)
    home.charge()
    assert home.status is SUSPENDED_EVSE
    seen = home.look()
    assert (seen.why.limit, seen.why.sentence) == ("schedule", limits.SCHEDULE.pause)
    home.run_until("2026-01-05T10:59:59.900")
    assert home.waits_s() == pytest.approx(0.1)
    assert home.station.deadline() is not None
    home.run_until("2026-01-05T11:00:00")
    assert home.connector.arbiter.winner(home.now).source is limits.DEVICE
    home.run(11 * SECOND)
    assert home.status is CHARGING


@pytest.mark.requirement("E-06", "M-13")
def test_amperes_of_the_schedule_fall_and_rise_at_its_hours() -> None:
    """To the second at the fall; the rise is given 5 s after the last change at the latest (R-48)."""
    home = bench("2026-01-05T07:59", "Mo 08:00-09:00 10;Mo 08:30-08:45 0")
    home.charge()
    home.run_until("2026-01-05T07:59:59.999")
    assert home.connector.arbiter.offer_ma == 32_000
    home.run_until("2026-01-05T08:00:00")
    assert home.connector.arbiter.offer_ma == 10_000
    assert home.look().limits[0].sentence == "Your weekly schedule allows 10 A at this hour."
    assert home.look().limits[0].words == {"amps": 10.0}
    home.run_until("2026-01-05T08:30:00")
    assert home.connector.arbiter.offer_ma == 0
    home.run_until("2026-01-05T08:45:11")
    assert home.connector.arbiter.offer_ma == 10_000
    home.run_until("2026-01-05T09:00:00")
    assert home.connector.arbiter.offer_ma == 32_000


@pytest.mark.requirement("E-06", "M-14")
def test_who_lives_with_the_station_sets_it_and_it_counts_at_once() -> None:
    """Kept for the next boot with its answer; what is no schedule is refused, and changes nothing."""
    home = bench("2026-01-05T09:00", "")
    home.charge()
    said = home.tell(ChangeKey(-1, "c_ChargeSchedule", "mo-fr 08:00 - 11:00 0", role=Role.USER))
    assert StoreKey("c_ChargeSchedule", "Mo-Fr 08:00-11:00 0") in said
    assert CallAnswer(-1, "Accepted") in said
    assert home.connector.arbiter.offer_ma == 0
    (refused,) = [
        each
        for each in home.tell(ChangeKey(-2, "c_ChargeSchedule", "Mo 08:00-11:00 3", role=Role.USER))
        if isinstance(each, CallAnswer)
    ]
    assert refused.word == "Rejected"
    assert refused.reason == "Not possible: 3 is no current for a car; it is 0, a pause, or 6 to 80."
    assert home.station.keys.text("c_ChargeSchedule") == "Mo-Fr 08:00-11:00 0"
    home.tell(ChangeKey(-3, "c_ChargeSchedule", "", role=Role.USER))
    assert home.connector.arbiter.winner(home.now).source is limits.DEVICE


@pytest.mark.requirement("E-06")
def test_charge_now_skips_the_pause_for_this_session_alone() -> None:
    """At once; the amperes of another row stay, and the next session waits again."""
    home = bench("2026-01-05T09:00", "Mo-Su 08:00-11:00 0;Mo-Su 00:00-24:00 16")
    home.charge()
    assert home.status is SUSPENDED_EVSE
    assert home.charge_now() is None
    home.run(SECOND)
    assert (home.status, home.connector.arbiter.offer_ma) == (CHARGING, 16_000)
    home.unplug()
    home.run(30 * SECOND)
    home.charge()
    assert home.status is SUSPENDED_EVSE
    assert home.look().why.limit == "schedule"


@pytest.mark.requirement("E-06", "E-30")
def test_the_schedule_is_one_limit_among_others() -> None:
    """The lowest wins: here the owner's own limit, then the schedule again."""
    home = bench("2026-01-05T09:00", "Mo 00:00-24:00 16")
    home.charge()
    home.tell(LimitCurrent(8_000))
    assert home.look().limits[0].source == "owner"
    home.run(6 * SECOND)
    home.tell(LimitCurrent(None))
    home.run(6 * SECOND)
    assert home.connector.arbiter.offer_ma == 16_000
    assert home.look().limits[0].source == "schedule"


@pytest.mark.requirement("E-06", "R-51")
def test_without_the_time_it_limits_nothing_and_says_so() -> None:
    """From the moment at which somebody tells the time, it holds."""
    home = bench(None, "Mo-Su 00:00-24:00 0")
    home.charge()
    assert home.status is CHARGING
    assert notes(home.station.keys, clock_known=home.clock.known) == (NO_TIME.of(),)
    home.learn("2026-01-05T09:00")
    home.run(MINUTE)
    assert home.status is SUSPENDED_EVSE
    assert home.look().why.until is None  # it holds for ever
    assert notes(home.station.keys, clock_known=home.clock.known) == ()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def changes(schedule: str, begin: str, end: str) -> list[tuple[str, int | None]]:
    """The local times at which what a schedule allows changes, and to what (A)."""
    rows, at, found = read_schedule(schedule), moment(begin).astimezone(ZoneInfo("UTC")), []
    while at < moment(end):
        allows, until = week_at(rows, at, LONDON)
        amps = None if allows.limit_ma is None else allows.limit_ma // 1_000
        found.append((f"{at.astimezone(LONDON):%a %H:%M}", amps))
        assert until is not None
        assert until > at
        at = until
    return found


@pytest.mark.requirement("E-06")
def test_summer_time_begins_by_the_clock_on_the_wall() -> None:
    """On Sunday, 29 March 2026, the hour from one to two is left out: the night is an hour shorter, and a row
    of that hour is skipped until the Sunday after."""
    assert changes("Sa,Su 22:00-06:00 16", "2026-03-28T12:00", "2026-03-29T12:00") == [
        ("Sat 12:00", None),
        ("Sat 22:00", 16),
        ("Sun 06:00", None),
    ]
    begin, end = (
        moment(text).astimezone(ZoneInfo("UTC")) for text in ("2026-03-28T22:00", "2026-03-29T06:00")
    )
    assert (end - begin).total_seconds() == 7 * 3_600
    _, until = week_at(read_schedule("Su 01:10-01:50 0"), moment("2026-03-28T12:00"), LONDON)
    assert until == moment("2026-04-05T01:10")


@pytest.mark.requirement("E-06")
def test_an_hour_that_comes_twice_counts_twice() -> None:
    """On Sunday, 25 October 2026, it is twice between one and two: the pause of that hour comes twice too."""
    assert changes("Su 01:00-01:30 0", "2026-10-24T12:00", "2026-10-25T12:00") == [
        ("Sat 12:00", None),
        ("Sun 01:00", 0),
        ("Sun 01:30", None),
        ("Sun 01:00", 0),
        ("Sun 01:30", None),
    ]


def test_a_week_that_never_changes_has_no_end() -> None:
    """One limit for all hours, or none at all."""
    assert week_at(read_schedule("Mo-Su 00:00-24:00 16"), moment("2026-01-05T09:00"), LONDON)[1] is None
    assert week_at((), moment("2026-01-05T09:00"), LONDON)[1] is None
