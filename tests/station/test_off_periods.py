"""The text of an off period: what is taken, what it means, and why others are refused."""

from contextlib import suppress
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.station.keys import BY_NAME, KeyRefusedError
from pilotline.station.off_periods import OffPeriod, PeriodError, as_written, read_period


@pytest.mark.requirement("E-64")
def test_an_enabled_period_has_a_begin_and_an_end() -> None:
    """As the product's table writes it; the end is excluded."""
    period = read_period("enable,08:00,11:00")
    assert period is not None
    assert period == OffPeriod(time(8), time(11))
    times = (time(7, 59, 59), time(8), time(10, 59, 59), time(11))
    assert [period.holds(at, True, True) for at in times] == [False, True, True, False]


@pytest.mark.requirement("E-64")
def test_a_disabled_period_is_none() -> None:
    """Its times stand there for the day on which it is enabled again, and have to be times too."""
    assert read_period("disable,08:00,11:00") is None


@pytest.mark.requirement("E-64")
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the value is enable or disable, a begin and an end"),
        ("enable", "the value is enable or disable, a begin and an end"),
        ("on,08:00,11:00", "the value is enable or disable, a begin and an end"),
        ("enable,08:00", "the value is enable or disable, a begin and an end"),
        ("enable,08:00,11:00,12:00", "the value is enable or disable, a begin and an end"),
        ("enable,8:00,11:00", "8:00 is no time of day"),
        ("enable,08:00,24:00", "24:00 is no time of day"),
        ("disable,08:60,11:00", "08:60 is no time of day"),
        ("enable,08:00,08:00", "from 08:00 to 08:00 is empty"),
    ],
)
def test_a_malformed_period_is_refused_with_the_reason(text: str, reason: str) -> None:
    """By the text itself, and so by the key of either period."""
    with pytest.raises(PeriodError, match=reason):
        read_period(text)
    for name in ("c_chargeoffperiod1", "c_chargeoffperiod2"):
        with pytest.raises(KeyRefusedError, match=reason):
            BY_NAME[name].kind.parse(text)


def test_case_and_spaces_do_not_count() -> None:
    """What is kept is written as the product writes it."""
    assert as_written(" Enable, 08:00, 11:00") == "enable,08:00,11:00"


def test_a_period_over_midnight_belongs_to_the_day_it_begins_on() -> None:
    """On Saturday morning that of Friday still holds; on Saturday evening none begins."""
    period = read_period("enable,22:00,06:00")
    assert period is not None
    assert period.holds(time(23), today=True, yesterday=False)
    assert period.holds(time(5, 59), today=False, yesterday=True)
    assert not period.holds(time(6), today=True, yesterday=True)
    assert not period.holds(time(23), today=False, yesterday=True)
    assert not period.holds(time(5), today=True, yesterday=False)


@given(st.text(max_size=30))
def test_any_text_is_a_period_or_refused_in_a_sentence(text: str) -> None:
    """Nothing else comes out, and what is taken is taken again as it was written."""
    with suppress(PeriodError):
        kept = as_written(text)
        assert as_written(kept) == kept
