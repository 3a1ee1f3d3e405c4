"""Energy records: every Wh of the register is in one hour, whatever happens to clock, power and meter."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.models.zones import find_zone
from pilotline.station.clock import WallClock
from pilotline.station.energy import KEEP_EVERY, EnergyRecords, hour_of, spread
from pilotline.station.keys import KeyStore
from pilotline.station.local_time import LocalTime
from pilotline.vocabulary.energy import EnergyMark
from pilotline.vocabulary.journal import KeepEnergy
from pilotline.vocabulary.time import HOUR, MINUTE, SECOND
from support.off_peak_bench import OffPeakBench

RATED_W = 7_360


def seconds(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@dataclass
class Household:
    """A meter and the records of it. ``booked`` is what is on the disk, by the UTC at which an hour began."""

    at: str | None = "2026-01-05T12:00"
    zone: str = "UTC"
    mark: EnergyMark | None = None
    register_wh: int = 5_000
    now: int = 0
    booked: Counter[str] = field(default_factory=Counter[str])
    jobs: list[KeepEnergy] = field(default_factory=list[KeepEnergy])

    def __post_init__(self) -> None:
        self.boot()

    def boot(self) -> None:
        """A new host, with what the disk has."""
        self.now = 0
        self.clock = WallClock(1)
        if self.at is not None:
            self.learn(self.at)
        local = LocalTime(KeyStore({"TimeZone": self.zone}), self.clock, find_zone)
        self.records = EnergyRecords(1, local, RATED_W, self.mark)

    def learn(self, at: str) -> None:
        self.clock.learn(datetime.fromisoformat(at).replace(tzinfo=UTC), self.now)

    def read(self) -> list[KeepEnergy]:
        """The meter is read, and the disk takes what is to be kept."""
        jobs = list(self.records.take(self.register_wh, self.now))
        for job in jobs:
            self.mark = job.mark
            for piece in job.pieces:
                hour = "undated" if piece.hour is None else utc(piece.hour.begin_s)
                self.booked[hour] += piece.wh
        self.jobs += jobs
        return jobs

    def charge(self, duration: int, watts: int, every: int = MINUTE) -> None:
        """So long, and the meter is read every so often."""
        wh = 0
        for _ in range(duration // every):
            self.now += every
            wh += watts * every
            self.register_wh, wh = self.register_wh + wh // HOUR, wh % HOUR
            self.read()

    @property
    def hours(self) -> Mapping[str, int]:
        return {hour: wh for hour, wh in self.booked.items() if wh}


def utc(at_s: int) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%m-%dT%H:%M}"


# --- hours ----------------------------------------------------------------------------------------------


def test_what_flows_is_in_the_hour_in_which_it_flowed() -> None:
    """Six kW for an hour and a half from 12:30, kept up to its last quarter of an hour."""
    house = Household("2026-01-05T12:30")
    house.read()
    house.charge(90 * MINUTE, 6_000)
    house.charge(KEEP_EVERY, 0)
    assert house.hours == {"01-05T12:00": 3_000, "01-05T13:00": 6_000}
    assert sum(house.booked.values()) == house.register_wh - 5_000


def test_a_reading_over_the_hour_is_divided_by_time() -> None:
    """A meter that was silent from 12:40 to 14:10 has counted evenly, for all that is known."""
    house = Household("2026-01-05T12:40")
    house.read()
    house.now += 90 * MINUTE
    house.register_wh += 900
    house.read()
    assert house.hours == {"01-05T12:00": 200, "01-05T13:00": 600, "01-05T14:00": 100}


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 7_360)), min_size=1, max_size=12), st.booleans())
def test_what_is_kept_and_what_waits_are_together_what_the_meter_says(
    story: list[tuple[int, int]], known: bool
) -> None:
    """At every moment: a bar that is shown between two writes lacks nothing and counts nothing twice."""
    house = Household("2026-01-05T12:50" if known else None)
    house.read()
    for minutes, watts in story:
        house.charge(minutes * MINUTE, watts)
        waiting = sum(piece.wh for piece in house.records.waiting)
        assert sum(house.booked.values()) + waiting == house.register_wh - 5_000


def test_what_waits_is_of_the_hour_in_which_it_flowed() -> None:
    """The disk is written no sooner for it, and what has been given to it waits no more."""
    house = Household("2026-01-05T12:30")
    house.read()
    jobs = len(house.jobs)
    house.charge(12 * MINUTE, 6_000)
    assert len(house.jobs) == jobs
    (piece,) = house.records.waiting
    assert piece.hour is not None
    assert (utc(piece.hour.begin_s), piece.wh) == ("01-05T12:00", 1_200)
    house.records.rest()
    assert house.records.waiting == ()


def test_what_waits_for_the_time_is_undated_until_it_is_known() -> None:
    """And then it is taken out of what is undated, and put into its hour."""
    house = Household(at=None)
    house.read()
    house.charge(10 * MINUTE, 6_000)
    assert {piece.hour for piece in house.records.waiting} == {None}
    house.charge(KEEP_EVERY, 6_000)
    house.learn("2026-01-05T12:30")
    house.now += SECOND
    house.read()
    dated = house.booked + Counter({"undated": 0})
    for piece in house.records.waiting:
        dated["undated" if piece.hour is None else "dated"] += piece.wh
    assert dated["undated"] == 0


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 50_000))
def test_spreading_loses_nothing(begin_s: int, lasts_s: int, wh: int) -> None:
    """To the last Wh, over adjoining hours, none of them less than nothing."""
    zone = find_zone("Australia/Lord_Howe")
    assert zone is not None
    begin_s += seconds("2026-04-01")
    shares = list(spread(wh, begin_s, begin_s + lasts_s, zone))
    assert sum(share for _, share in shares) == wh
    assert all(share >= 0 for _, share in shares)
    begins = [hour.begin_s for hour, _ in shares]
    assert begins == sorted(set(begins))


@pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_has_the_hours_it_has(day: str, hours: int) -> None:
    """23 when the clock goes forward, and 25 when it goes back: the hour that comes twice is two records."""
    zone = find_zone("Europe/London")
    assert zone is not None
    noon = seconds(f"{day}T12:00")
    found = {hour_of(noon + minute * 60, zone) for minute in range(-20 * 60, 20 * 60, 5)}
    of_the_day = [hour for hour in found if hour.day == int(day.replace("-", ""))]
    assert len({hour.begin_s for hour in of_the_day}) == hours
    assert {hour.month for hour in of_the_day} == {int(day[:7].replace("-", ""))}


def test_hours_begin_where_the_clock_on_the_wall_says_so() -> None:
    """In Nepal at a quarter past, by UTC; and its day begins at 18:15 UTC."""
    zone = find_zone("Asia/Kathmandu")
    assert zone is not None
    hour = hour_of(seconds("2026-01-05T18:20"), zone)
    assert (utc(hour.begin_s), hour.day, hour.month) == ("01-05T18:15", 20260106, 202601)


# --- how often it is written ----------------------------------------------------------------------------


def test_a_few_writes_an_hour_are_enough() -> None:
    """The first with the first energy of an hour, then every 15 minutes, and none while nothing flows."""
    house = Household()
    house.read()
    house.jobs.clear()
    house.charge(HOUR, 7_000, every=SECOND)
    assert len(house.jobs) <= 5
    house.jobs.clear()
    house.charge(24 * HOUR, 0, every=10 * MINUTE)
    assert len(house.jobs) <= 1


# --- power cuts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("minute", [1, 14, 29, 44, 59])
def test_a_power_cut_loses_no_energy_and_no_hour(minute: int) -> None:
    """What had not been written is found by the register, and belongs to the hour of the last record."""
    house = Household("2026-01-05T12:00")
    house.read()
    house.charge(HOUR + minute * MINUTE, 6_000)
    house.at = "2026-01-06T08:00"
    house.boot()
    house.charge(2 * MINUTE, 0)
    house.charge(KEEP_EVERY, 0)
    assert house.hours == {"01-05T12:00": 6_000, "01-05T13:00": 100 * minute}


def test_a_charge_after_a_long_rest_is_not_put_before_it() -> None:
    """The first energy of an hour moves the mark to that hour, so a cut soon after tells the right one."""
    house = Household("2026-01-05T12:00")
    house.read()
    house.charge(10 * HOUR, 0, every=10 * MINUTE)
    house.charge(5 * MINUTE, 6_000)
    house.boot()
    house.charge(KEEP_EVERY, 0)
    assert house.hours == {"01-05T22:00": 500}


# --- a clock that nobody has set ------------------------------------------------------------------------


def test_energy_waits_for_the_time_and_then_finds_its_hour() -> None:
    """Undated on the disk meanwhile; when the time becomes known, nothing is undated any more."""
    house = Household(None)
    house.read()
    house.charge(2 * HOUR, 6_000)
    assert house.hours == {"undated": pytest.approx(12_000, abs=1_500)}
    house.learn("2026-01-05T15:00")
    house.charge(KEEP_EVERY, 0)
    assert house.hours == {"01-05T13:00": 6_000, "01-05T14:00": 6_000}


def test_a_boot_that_never_learns_the_time_leaves_undated_energy() -> None:
    """It is counted, and no hour is made up for it."""
    house = Household(None)
    house.read()
    house.charge(20 * MINUTE, 6_000)
    house.at = "2026-01-06T08:00"
    house.boot()
    house.charge(KEEP_EVERY, 0)
    assert house.hours == {"undated": 2_000}


def test_a_week_without_the_time_is_bounded() -> None:
    """What is too old to be remembered stays undated, and is not counted twice."""
    house = Household(None)
    house.read()
    house.charge(300 * HOUR, 6_000, every=5 * MINUTE)
    house.learn("2026-02-01T00:00")
    house.charge(KEEP_EVERY, 0)
    assert sum(house.booked.values()) == 1_800_000
    assert house.booked["undated"] > 0


# --- meters ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("register_wh", [0, 4_000, 9_000_000])
@pytest.mark.parametrize("cut", [False, True])
def test_another_meter_s_register_is_no_energy(register_wh: int, cut: bool) -> None:
    """One that goes back, or further than the car could take; from there on it is counted again."""
    house = Household()
    house.read()
    if cut:
        house.boot()
    house.now += 10 * SECOND
    house.register_wh = register_wh
    house.read()
    assert house.hours == {}
    house.charge(HOUR, 6_000)
    house.charge(KEEP_EVERY, 0)
    assert sum(house.booked.values()) == 6_000
    assert house.mark is not None
    assert house.mark.register_wh == register_wh + 6_000


def test_the_same_reading_again_is_nothing() -> None:
    """Whoever asks twice gets it once."""
    house = Household()
    assert len(house.read()) == 1  # the mark of a new meter
    assert house.read() == []


@pytest.mark.parametrize("at", ["2026-01-05T12:00", None])
def test_when_a_session_is_over_all_of_it_is_kept_at_once(at: str | None) -> None:
    """Who looks at the session and at the day sees the same; and nothing is kept twice, or for nothing."""
    house = Household(at)
    house.read()
    house.register_wh, house.now = 5_040, 10 * SECOND
    assert house.read() == []
    (job,) = house.records.rest()
    assert (job.mark.register_wh, sum(piece.wh for piece in job.pieces)) == (5_040, 40)
    assert list(house.records.rest()) == []
    assert list(Household(at).records.rest()) == []


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 120), st.integers(0, 7_000)), max_size=12))
def test_whatever_happens_all_that_the_register_counted_is_kept(steps: list[tuple[int, int, int]]) -> None:
    """Charges, power cuts, clocks learned and lost, in any order: the sum is the register's."""
    house = Household(None)
    house.read()
    for what, minutes, watts in steps:
        if what == 0:
            house.at = "2026-01-05T12:00"
            house.learn(house.at)
        elif what == 1:
            house.at = None if watts % 2 else "2026-01-05T12:00"
            house.boot()
            house.read()
        else:
            house.charge(minutes * MINUTE, watts)
    house.charge(2 * KEEP_EVERY, 1_000)
    house.charge(KEEP_EVERY, 0)
    assert sum(house.booked.values()) == house.register_wh - 5_000


def test_the_station_keeps_what_its_meter_counts() -> None:
    """From the reading to the journal's job, for the connector that charges."""
    bench = OffPeakBench("2026-01-10T12:00")
    bench.charge()
    bench.run(20 * MINUTE)
    wh = sum(piece.wh for job in bench.kept() for piece in job.pieces)
    assert wh == pytest.approx(7_360 / 4, rel=0.05)
    assert {job.connector for job in bench.kept()} == {1}
