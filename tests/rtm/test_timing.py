"""The time grid: whole milliseconds, rounded up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.rtm.timing import Pulse, after, on_delay

TIMES = st.integers(0, 10**15)


@given(TIMES, st.integers(0, 100_000))
def test_after_is_on_the_grid_and_never_early(now: int, ms: int) -> None:
    """A moment lies on a whole millisecond, not before its time and less than a millisecond after it."""
    at = after(now, ms)
    assert at % 1_000 == 0
    assert 0 <= at - (now + ms * 1_000) < 1_000


@given(TIMES, st.integers(1, 10_000))
def test_an_on_delay_fires_on_the_grid(now: int, ms: int) -> None:
    """A condition that stays is believed at the grid point after its delay, not a microsecond before."""
    delay = on_delay(ms)
    assert not delay.update(True, now)
    due = after(now, ms)
    assert delay.deadline(now) == due
    assert not delay.update(True, due - 1)
    assert delay.update(True, due)
    assert delay.deadline(due) is None


def test_an_on_delay_starts_again_after_a_break() -> None:
    """A break in the condition, however short, starts the delay again."""
    delay = on_delay(10)
    delay.update(True, 0)
    assert not delay.update(False, 9_000)
    assert delay.deadline(9_000) is None
    assert not delay.update(True, 9_001)
    assert not delay.update(True, 10_000)
    assert delay.update(True, 20_000)


@pytest.mark.parametrize(("now", "on"), [(500, True), (3_999, True), (4_000, False), (9_000, False)])
def test_a_pulse_is_on_until_its_end(now: int, on: bool) -> None:
    """A pulse of 3 ms started between two grid points ends on the grid."""
    pulse = Pulse(3)
    assert not pulse.is_on(0)
    pulse.start(500)
    assert pulse.is_on(now) is on
    assert pulse.deadline(now) == (4_000 if on else None)
