"""The two rules of overcurrent: the sliding mean in closed form, and the greatest offer of late."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.rtm.mean_square import MeanSquare
from pilotline.rtm.overcurrent import GreatestOffer, OvercurrentWatch
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import Permit, Withdraw
from pilotline.vocabulary.phases import PerPhase
from pilotline.vocabulary.pilot import PilotMode, PilotState
from pilotline.vocabulary.time import MS, SECOND
from support.rtm_plant import SOCKET, charging

pytestmark = pytest.mark.requirement("E-12", "R-09")

MEAN_MS = 20
LIMIT = 10


class Piece(NamedTuple):
    """This figure for so many microseconds."""

    figure: int
    us: int


PIECES = st.lists(
    st.builds(Piece, st.sampled_from([0, 3, 9, 10, 11, 12, 25, 60]), st.integers(1, 30_000)), max_size=12
)


def above(pieces: list[Piece], at: int) -> bool:
    """The definition, microsecond by microsecond made rectangles: what the closed form has to equal."""
    begin, since, total = at - MEAN_MS * MS, 0, 0
    for figure, us in [*pieces, Piece(pieces[-1].figure if pieces else 0, 10**9)]:
        inside = min(since + us, at) - max(since, begin)
        total += figure * figure * max(0, inside)
        since += us
    return total > LIMIT * LIMIT * MEAN_MS * MS


@given(PIECES)
def test_the_mean_turns_at_the_first_grid_point_and_says_so_before(pieces: list[Piece]) -> None:
    """Woken at its deadlines alone, it answers at every grid point what the definition says."""
    mean, now, due = MeanSquare(LIMIT, MEAN_MS), 0, None
    for n, (figure, us) in enumerate([*pieces, Piece(pieces[-1].figure if pieces else 0, 60_000)]):
        answer = mean.update(figure, now)
        assert answer is above(pieces[:n], now)
        for grid in range(-(-(now + 1) // MS) * MS, now + us, MS):
            due = mean.deadline(now) if due is None else due
            if grid == due:
                answer = mean.update(figure, grid)
                due = mean.deadline(grid)
                assert due is None or due > grid
            assert answer is above([*pieces[:n], Piece(figure, us)], grid)
        now, due = now + us, None


def test_the_mean_at_its_limit_is_not_above_it() -> None:
    """Exactly the limit, for ever, is no excess, and no deadline either."""
    mean = MeanSquare(LIMIT, MEAN_MS)
    assert not mean.update(LIMIT, 0)
    assert mean.deadline(0) is None
    assert not mean.update(LIMIT, SECOND)


def test_a_mean_that_would_cross_between_two_grid_points_and_back_is_none() -> None:
    """A loop that looks every millisecond would not have seen it."""
    mean = MeanSquare(LIMIT, MEAN_MS)
    mean.update(31, 600)
    mean.update(2, 2_607)
    assert mean.deadline(2_607) is None
    assert not mean.update(2, 20_000)
    assert mean.update(2, 20_500)
    assert mean.deadline(20_500) == 21_000
    assert not mean.update(2, 21_000)


def test_a_burst_leaves_the_mean_again() -> None:
    """What was above falls below when the burst has left the window, at a moment it announces."""
    mean = MeanSquare(LIMIT, MEAN_MS)
    assert not mean.update(100, 0)
    assert mean.deadline(0) == 1_000
    assert mean.update(100, 1_000)
    assert mean.update(0, 1_000)
    assert mean.deadline(1_000) == 21_000
    assert mean.update(0, 20_000)
    assert not mean.update(0, 21_000)


def test_the_greatest_offer_counts_until_its_time_is_over() -> None:
    """Of a falling row each counts for its time; a greater one makes those before it forgotten."""
    offers = GreatestOffer(5_000)
    assert offers.update(32_000, 0) == 32_000
    assert offers.update(16_000, SECOND) == 32_000
    assert offers.update(6_000, 2 * SECOND) == 32_000
    assert offers.deadline() == 6 * SECOND
    assert offers.update(6_000, 6 * SECOND) == 16_000
    assert offers.update(6_000, 7 * SECOND) == 6_000
    assert offers.deadline() is None
    assert offers.update(20_000, 8 * SECOND) == 20_000
    assert offers.update(0, 9 * SECOND) == 20_000


@pytest.mark.parametrize("phase", range(3))
def test_each_phase_is_watched_by_both_rules(phase: int) -> None:
    """The current of one phase alone is enough."""
    for ma, at in ((18_000, 6 * SECOND), (40_000, SECOND)):
        watch = OvercurrentWatch(SOCKET.overcurrent, SOCKET.rating)
        current = PerPhase(*(ma if n == phase else 0 for n in range(3)))
        assert watch.update(current, 16_000, 0) == 0
        assert watch.update(current, 16_000, at) == faults.OVERCURRENT


def test_without_an_offer_the_second_rule_is_silent() -> None:
    """On steady +12 V the orderly stop has its own 6 s."""
    plant = charging(offer_ma=6_000)
    plant.sense(current_ma=PerPhase(30_000, 0, 0))
    plant.run(5_000)
    plant.host_keeps(0)
    plant.send(Withdraw())
    plant.run(5_999)
    assert (plant.mode, plant.relay, plant.faults) == (PilotMode.STEADY, True, 0)
    plant.run(1)
    assert (plant.relay, plant.faults) == (False, 0)


@pytest.mark.requirement("R-13", "R-47")
def test_overcurrent_is_latched_until_unplug() -> None:
    """It trips with a pulse of state F, then waits steady for the unplug."""
    plant = charging()
    plant.draw(60_000)
    plant.until(lambda: not plant.relay, within_ms=1_000)
    assert plant.mode is PilotMode.FAULT
    plant.draw(0)
    plant.run(5_000)
    assert (plant.faults, plant.mode) == (faults.OVERCURRENT, PilotMode.STEADY)
    plant.unplug_for_good()
    assert plant.faults == 0


def test_an_unplug_within_the_mean_ends_the_fault_when_it_counts() -> None:
    """A mean that is still above its limit in state A is no reason to keep the fault for longer than that."""
    plant = charging()
    plant.draw(60_000)
    plant.until(lambda: not plant.relay, within_ms=1_000)
    plant.run(400)
    plant.unplug()
    plant.run(100)
    assert plant.told.pilot is PilotState.A
    assert plant.faults == faults.OVERCURRENT
    assert plant.until(lambda: plant.faults == 0, within_ms=1_000) == 930 * MS


@pytest.mark.requirement("R-45")
def test_a_permit_that_comes_and_goes_is_no_leave_to_overload() -> None:
    """The second rule's time runs on through a steady pilot; it trips as soon as there is an offer again."""
    plant = charging(offer_ma=6_000)
    plant.host_is_silent()
    plant.sense(current_ma=PerPhase(30_000, 0, 0))
    begin = plant.now
    while plant.relay and plant.now < begin + 20 * SECOND:
        plant.send(Permit(6_000))
        plant.run(1_500)
        plant.send(Withdraw())
        plant.run(1_500)
    assert plant.faults == faults.OVERCURRENT
    assert plant.now - begin <= 9 * SECOND


def test_a_car_that_obeys_after_a_pause_is_not_charged_with_it() -> None:
    """Current that flows while the pilot is steady belongs to the orderly stop, and is forgotten below it."""
    plant = charging(offer_ma=16_000)
    plant.host_is_silent()
    plant.draw(16_000)
    plant.send(Withdraw())
    plant.run(5_900)
    plant.host_keeps(16_000)
    plant.run(60_000)
    assert (plant.relay, plant.faults) == (True, 0)


# --- to the microsecond ---


def test_before_its_first_figure_a_mean_waits_for_nothing() -> None:
    """Nothing is above a limit yet, and nothing will be."""
    assert MeanSquare(LIMIT, MEAN_MS).deadline(0) is None


@pytest.mark.parametrize(("since", "turns"), [(0, 2_000), (998, 2_000), (999, 2_000), (1_000, 3_000)])
def test_a_mean_that_is_at_its_limit_on_a_grid_point_turns_at_the_next(since: int, turns: int) -> None:
    """Twice the limit for a quarter of the window is the limit; a microsecond more is above it."""
    mean = MeanSquare(1, 4)
    mean.update(2, since)
    assert mean.deadline(since) == turns
    assert isinstance(mean.deadline(since), int)
    assert not mean.update(2, since + 1_000)
    assert mean.deadline(since + 1_000) == turns
    assert mean.update(2, since + 1_001)


def test_above_nothing_is_above_it_in_a_microsecond() -> None:
    """With a limit of 0 the least figure counts at once, and the next grid point knows."""
    mean = MeanSquare(0, 4)
    mean.update(1, 999)
    assert mean.deadline(999) == 1_000
    assert mean.update(1, 1_000)


def test_a_mean_that_falls_turns_on_a_whole_microsecond() -> None:
    """The way down is told as exactly as the way up."""
    mean = MeanSquare(1, 4)
    mean.update(2, 0)
    assert mean.update(0, 4_000)
    assert (mean.deadline(4_000), type(mean.deadline(4_000))) == (7_000, int)
    assert mean.update(0, 6_999)
    assert not mean.update(0, 7_000)


def test_a_figure_that_stays_above_stays_above() -> None:
    """What lies before the window no longer counts, however long ago it was."""
    mean = MeanSquare(10, 4)
    mean.update(8, 0)
    mean.update(11, 10_000)
    assert all(mean.update(11, now) for now in (14_000, 20_000, 1_000_000))


def test_nothing_was_offered_before_the_first_offer() -> None:
    """Not even a milliampere."""
    assert GreatestOffer(5_000).update(0, 0) == 0


def test_what_leaves_the_window_takes_no_other_figure_with_it() -> None:
    """A small figure is forgotten while a great one is in the window: the mean still turns in time."""
    mean = MeanSquare(10, 4)
    for figure, now in ((5, 0), (6, 2_000), (11, 5_000), (11, 6_000)):
        mean.update(figure, now)
    assert mean.deadline(6_000) == 9_000
    assert not mean.update(11, 8_000)
    assert mean.update(11, 9_000)
