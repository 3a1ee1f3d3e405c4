"""Pulses of an S0 meter: what counts as one, energy without drift, power that falls to nothing."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.models.pulse_counter import DEBOUNCE_US, SHORTEST_US, Edge, Kept, PulseCounter, most_w
from pilotline.vocabulary.metering import MeterReading
from pilotline.vocabulary.time import MS, SECOND


def pulse(counter: PulseCounter, at: int, lasts: int = 40 * MS) -> None:
    counter.take(Edge(closed=True, at=at))
    counter.take(Edge(closed=False, at=at + lasts))


def pulsed(times: int, every: int, per_kwh: int = 1_000) -> tuple[PulseCounter, int]:
    """A counter after so many pulses; and when the last began."""
    counter = PulseCounter(per_kwh)
    for n in range(1, times + 1):
        pulse(counter, n * every)
    return counter, times * every


def power(reading: MeterReading) -> int | None:
    return reading.total_power_w


@pytest.mark.requirement("M-05")
@given(st.integers(SHORTEST_US, 500 * MS), st.integers(SHORTEST_US, 60 * SECOND))
def test_every_pulse_the_standard_allows_counts_once(lasts: int, pause: int) -> None:
    """Closed for 30 ms at least and open for as long: IEC 62053-31."""
    counter = PulseCounter(1_000)
    for n in range(5):
        pulse(counter, SECOND + n * (lasts + pause), lasts)
    assert counter.reading(SECOND + 5 * (lasts + pause)).import_wh == 5


@pytest.mark.requirement("M-05")
@given(st.lists(st.integers(1, DEBOUNCE_US - 1), min_size=2, max_size=20))
def test_a_contact_that_bounces_counts_once(bounces: list[int]) -> None:
    """However often it opens and closes before it rests."""
    counter = PulseCounter(1_000)
    at = SECOND
    for n, lasts in enumerate(bounces):
        counter.take(Edge(closed=n % 2 == 0, at=at))
        at += lasts
    counter.take(Edge(closed=True, at=at))
    counter.take(Edge(closed=False, at=at + 40 * MS))
    assert counter.reading(at + SECOND).import_wh == 1


def test_a_spike_is_no_pulse() -> None:
    """Shorter than is believed: nothing was counted."""
    counter = PulseCounter(1_000)
    pulse(counter, SECOND, DEBOUNCE_US - 1)
    assert counter.reading(2 * SECOND).import_wh == 0


@pytest.mark.requirement("M-05")
@given(st.integers(1, 100_000), st.integers(0, 10**12))
def test_energy_never_drifts(per_kwh: int, pulses: int) -> None:
    """After any number of pulses it is that number times a kilowatt-hour by the rate, rounded down once."""
    reading = PulseCounter(per_kwh, kept=Kept(pulses)).reading(0)
    assert reading.import_wh == pulses * 1_000 // per_kwh


@pytest.mark.requirement("P-11")
def test_another_rate_goes_on_from_where_the_register_stands() -> None:
    """The register of a meter never jumps: the new rate is for what comes."""
    counter, at = pulsed(3_000, SECOND)
    counter.rate(500)
    assert counter.reading(at + SECOND).import_wh == 3_000
    pulse(counter, at + 2 * SECOND)
    assert counter.reading(at + 3 * SECOND).import_wh == 3_002


def test_what_was_kept_goes_on() -> None:
    """A counter made of another's total stands where that stood."""
    counter, at = pulsed(7, SECOND)
    before = counter.reading(at + SECOND).import_wh
    assert PulseCounter(1_000, kept=counter.kept).reading(0).import_wh == before == 7


@pytest.mark.requirement("M-05")
@given(st.integers(100 * MS, 30 * SECOND))
def test_power_is_by_the_time_between_two_pulses(every: int) -> None:
    """3.6 MJ by rate and time, as long as the next pulse is not overdue."""
    counter, at = pulsed(3, every)
    assert power(counter.reading(at + 50 * MS)) == 3_600 * SECOND // every


def test_power_falls_as_the_next_pulse_stays_away() -> None:
    """It is never more than the silence allows, never rises in it, and below a car's standby it is 0."""
    counter, at = pulsed(3, SECOND)
    seen = [power(counter.reading(at + n * SECOND)) for n in range(1, 60)]
    assert seen[:3] == [3_600, 1_800, 1_200]
    assert all(a is not None and b is not None and a >= b for a, b in pairwise(seen))
    assert seen[-1] == 0


def test_before_two_pulses_power_is_unknown() -> None:
    """One pulse has no time between; unknown is not 0, until the silence says so."""
    counter, at = pulsed(1, SECOND)
    assert power(counter.reading(at + SECOND)) is None
    assert power(counter.reading(at + 60 * SECOND)) == 0


def test_a_three_phase_meter_knows_only_the_sum() -> None:
    """No phase is said to carry what all carry together."""
    counter = PulseCounter(1_000, single_phase=False)
    pulse(counter, SECOND)
    pulse(counter, 2 * SECOND)
    reading = counter.reading(2 * SECOND + 40 * MS)
    assert reading.power_w == (None, None, None)
    assert reading.total_power_w == 3_600


def test_a_rate_too_high_for_the_power_is_known_beforehand() -> None:
    """10 000 pulses a kilowatt-hour end at 6 kW: 30 ms closed, 30 ms open."""
    assert (most_w(1_000), most_w(10_000)) == (60_000, 6_000)
