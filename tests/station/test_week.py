"""The text of a weekly schedule: what it means, and what is wrong with one that means nothing."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.station.week import DAYS, Allowed, ScheduleError, allowed, as_written, read_schedule

MO, TU, SA, SU = DAYS.index("Mo"), DAYS.index("Tu"), DAYS.index("Sa"), DAYS.index("Su")


def at(text: str, day: int, clock: str) -> int | None:
    """What a schedule allows (mA) on a day of the week, when the clock shows this."""
    hour, minute = clock.split(":")
    return allowed(read_schedule(text), day, int(hour) * 60 + int(minute)).limit_ma


@pytest.mark.requirement("E-06")
def test_a_row_holds_in_its_hours_the_end_excluded() -> None:
    """On its days, and on no others."""
    text = "Mo 08:00-11:00 16"
    assert [at(text, MO, clock) for clock in ("07:59", "08:00", "10:59", "11:00")] == [
        None,
        16_000,
        16_000,
        None,
    ]
    assert at(text, TU, "09:00") is None


@pytest.mark.requirement("E-06")
def test_a_row_over_midnight_belongs_to_the_day_it_begins_on() -> None:
    """Sunday's goes into Monday's morning."""
    text = "Su 22:00-06:00 10"
    assert [at(text, SU, "21:59"), at(text, SU, "22:00")] == [None, 10_000]
    assert [at(text, MO, "05:59"), at(text, MO, "06:00")] == [10_000, None]
    assert at(text, SU, "03:00") is None


def test_a_whole_day_ends_at_24_00_and_days_go_over_the_week_s_end() -> None:
    """``Fr-Mo`` are four days; a pause is 0."""
    text = "Fr-Mo 00:00-24:00 0"
    assert [at(text, day, clock) for day in (SA, MO) for clock in ("00:00", "23:59")] == [0, 0, 0, 0]
    assert at(text, TU, "00:00") is None


def test_of_rows_that_overlap_the_least_counts_and_who_hurries_is_paused_by_none() -> None:
    """What is left of the others stays his limit."""
    rows = read_schedule("Mo 08:00-12:00 0;Mo 10:00-14:00 16;Mo 11:00-14:00 10")
    found = [allowed(rows, MO, hour * 60) for hour in (9, 10, 11, 13, 14)]
    assert found == [
        Allowed(0, None),
        Allowed(0, 16_000),
        Allowed(0, 10_000),
        Allowed(10_000, 10_000),
        Allowed(None, None),
    ]


def test_a_text_is_kept_in_one_way_of_writing() -> None:
    """Small letters, spaces and empty rows are taken; nothing is a schedule without rows."""
    assert as_written(" mo-fr  22:00 - 06:00 16 ;; SA,su 00:00-24:00 0;") == (
        "Mo-Fr 22:00-06:00 16;Sa,Su 00:00-24:00 0"
    )
    assert as_written("  ") == ""


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("weekdays", "Weekdays is no row"),
        ("Mo 08:00-09:00", "is no row"),
        ("Mon 08:00-09:00 6", "Mon is no day; days are Mo, Tu"),
        ("Mo-Xy 08:00-09:00 6", "Xy is no day"),
        ("Mo, 08:00-09:00 6", "nothing is no day"),
        ("Mo 8:00-09:00 6", "8:00 is no time of day; times are 00:00 to 24:00"),
        ("Mo 08:00-24:30 6", "24:30 is no time of day"),
        ("Mo 24:00-06:00 6", "a row begins at 23:59 at the latest"),
        ("Mo 08:00-08:00 6", "hours from 08:00 to 08:00 are none; a day is 00:00-24:00"),
        ("Mo 08:00-09:00 5", "5 is no current for a car; it is 0, a pause, or 6 to 80"),
        ("Mo 08:00-09:00 81", "81 is no current"),
        ("Mo 08:00-09:00 -6", "is no row"),
        ("Mo 08:00-09:00 ²", "² is no current"),
        (";".join(["Mo 08:00-09:00 6"] * 31), "30 rows at most"),
        ("x" * 400, "x... is no row"),
    ],
)
def test_what_is_no_schedule_is_refused_with_what_is_wrong(text: str, wrong: str) -> None:
    """A sentence that quotes the part, and never a page of it."""
    with pytest.raises(ScheduleError, match=r".") as error:
        read_schedule(text)
    assert wrong in str(error.value)
    assert len(str(error.value)) < 120


PARTS = st.sampled_from(
    ["Mo", "Tu-Su", "sa,su", "00:00", "24:00", "06:30", "-", " ", ";", "0", "6", "80", "x"]
)


@given(st.one_of(st.text(max_size=40), st.lists(PARTS, max_size=12).map("".join)))
def test_any_text_is_refused_or_kept_as_it_would_be_kept_again(text: str) -> None:
    """Nothing else is raised, and the kept text means what the first did."""
    with suppress(ScheduleError):
        kept = as_written(text)
        assert as_written(kept) == kept
        assert read_schedule(kept) == read_schedule(text)
