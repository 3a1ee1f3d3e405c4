"""How late is too late: each bound at its microsecond, on ticks that nobody slept for."""

import pytest

from pilotline.models.reader import list_models, load_charger
from pilotline.runtime.lateness import (
    BOUNDS_US,
    FIT_AGAIN_US,
    LatenessFigures,
    LatenessJudge,
    LatenessWarner,
    LateWarning,
)
from pilotline.vocabulary.board import Pace
from pilotline.vocabulary.time import MS, SECOND

pytestmark = pytest.mark.requirement("R-45")


@pytest.mark.parametrize(
    ("late_us", "closed", "pace"),
    [
        (0, True, Pace.KEPT),
        (20_000, True, Pace.KEPT),
        (20_001, True, Pace.LATE),
        (20_001, False, Pace.KEPT),
        (50_000, True, Pace.LATE),
        (50_000, False, Pace.KEPT),
        (50_001, True, Pace.STALLED),
        (50_001, False, Pace.STALLED),
    ],
)
def test_one_late_tick_has_its_consequence(late_us: int, closed: bool, pace: Pace) -> None:
    """Over 20 ms with the relay closed an orderly stop; over 50 ms a trip, whatever the relay does."""
    assert LatenessJudge().judge(late_us, closed=closed, now=SECOND) is pace


@pytest.mark.parametrize(("third_at", "pace"), [(SECOND, Pace.STALLED), (SECOND + 1, Pace.LATE)])
def test_three_late_ticks_in_a_second_are_a_trip(third_at: int, pace: Pace) -> None:
    """The third counts up to one second after the first, that moment included."""
    judge = LatenessJudge()
    assert judge.judge(20_001, closed=True, now=0) is Pace.LATE
    assert judge.judge(20_001, closed=True, now=500 * MS) is Pace.LATE
    assert judge.judge(20_001, closed=True, now=third_at) is pace


def test_three_late_ticks_are_counted_with_the_relay_open_as_well() -> None:
    """A loop that stumbles so often is not one to close a relay with."""
    judge = LatenessJudge()
    paces = [judge.judge(20_001, closed=False, now=at * MS) for at in (0, 100, 200)]
    assert paces == [Pace.KEPT, Pace.KEPT, Pace.STALLED]


def test_a_second_in_the_middle_of_four_counts_too() -> None:
    """It is any second, not one that begins with the first."""
    judge = LatenessJudge()
    paces = [judge.judge(20_001, closed=True, now=at * MS) for at in (0, 900, 1_100, 1_900)]
    assert paces == [Pace.LATE, Pace.LATE, Pace.LATE, Pace.STALLED]


@pytest.mark.parametrize("late_us", [20_001, 50_001])
def test_a_loop_is_believed_again_after_ten_good_seconds(late_us: int) -> None:
    """Not a microsecond earlier, and every late tick begins them anew, the relay being open by then."""
    judge = LatenessJudge()
    before = judge.judge(late_us, closed=True, now=0)
    assert judge.judge(0, closed=True, now=FIT_AGAIN_US - 1) is before
    assert judge.judge(20_001, closed=False, now=FIT_AGAIN_US - 1) is before
    assert judge.judge(0, closed=False, now=2 * FIT_AGAIN_US - 2) is before
    assert judge.judge(0, closed=False, now=2 * FIT_AGAIN_US - 1) is Pace.KEPT


def test_a_late_loop_that_stalls_is_a_trip() -> None:
    """Worse comes through, and milder does not take it back."""
    judge = LatenessJudge()
    judge.judge(20_001, closed=True, now=0)
    assert judge.judge(50_001, closed=True, now=2 * SECOND) is Pace.STALLED
    assert judge.judge(20_001, closed=True, now=4 * SECOND) is Pace.STALLED


@pytest.mark.parametrize("model", list_models())
def test_an_orderly_stop_is_over_before_the_loop_is_believed_again(model: str) -> None:
    """Else the stop of a late loop would be taken back half-way."""
    assert load_charger(model).rtm.relay.orderly_ms * MS < FIT_AGAIN_US


@pytest.mark.parametrize(("late_us", "warns"), [(5_000, False), (5_001, True)])
def test_a_tick_over_5_ms_is_told(late_us: int, warns: bool) -> None:
    """With how many, how late and how many ever."""
    warning = LatenessWarner().note(late_us, 0)
    assert warning == (LateWarning(1, late_us, 1) if warns else None)


def test_late_ticks_are_told_once_a_second_and_none_is_forgotten() -> None:
    """What comes in between is in the next warning, though that tick be in time; then all is quiet."""
    warner = LatenessWarner()
    assert warner.note(6_000, 0) is not None
    assert warner.note(9_000, 1) is None
    assert warner.note(7_000, SECOND - 1) is None
    assert warner.note(0, SECOND) == LateWarning(ticks=2, worst_us=9_000, ever=3)
    assert warner.note(0, 3 * SECOND) is None


def test_figures_count_each_tick_once() -> None:
    """A tick as late as a bound is not over it."""
    figures = LatenessFigures()
    for late_us in (0, 100, 101, 5_000, 5_001, 50_000, 50_001):
        figures.note(late_us)
    assert (figures.ticks, figures.worst_us) == (7, 50_001)
    assert [figures.over(bound) for bound in BOUNDS_US] == [5, 4, 4, 4, 4, 3, 2, 2, 1]
