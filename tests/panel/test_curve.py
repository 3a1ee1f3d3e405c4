"""The curve of a session: which moments are worth a point, and that a long session stays small."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pilotline.panel.curve import FIRST_SPACING_MS, JUMP_W, MOST_POINTS, Curve, Point
from support.panel import IDLE, in_session

WATTS_PER_AMP = 230
HOUR = 3_600_000


def see(curve: Curve, at_ms: int, power_w: int | None = 7_360, offered_a: float = 32.0) -> list[Point]:
    """A look at a session that charges."""
    return curve.see(in_session("s-1", power_w, offered_a), at_ms, WATTS_PER_AMP)


def test_between_sessions_nothing_is_drawn() -> None:
    """A connector without a session adds no point and keeps the last curve."""
    curve = Curve()
    assert curve.see(IDLE, 0, WATTS_PER_AMP) == []
    see(curve, 5_000)
    assert curve.see(IDLE, 60_000, WATTS_PER_AMP) == []
    assert (curve.session, curve.points) == ("s-1", [(5_000, 7_360, 7_360)])


def test_another_session_begins_the_curve_anew() -> None:
    """Its first look is its first point, and its spacing is a young session's."""
    curve = Curve(spacing_ms=64_000)
    see(curve, 0)
    assert curve.see(in_session("s-2", 100), 10, WATTS_PER_AMP) == [(10, 100, 7_360)]
    assert (curve.session, curve.from_ms, curve.spacing_ms) == ("s-2", 10, FIRST_SPACING_MS)
    assert curve.points == [(10, 100, 7_360)]


def test_a_session_that_comes_back_after_a_gap_goes_on() -> None:
    """The same id is the same curve."""
    curve = Curve()
    see(curve, 0)
    curve.see(IDLE, 1_000, WATTS_PER_AMP)
    see(curve, 2_000)
    assert [point[0] for point in curve.points] == [0, 2_000]


def test_points_without_a_jump_are_a_second_apart() -> None:
    """Ten looks a second make one point a second."""
    curve = Curve()
    for at_ms in range(0, 5_001, 100):
        see(curve, at_ms)
    assert [point[0] for point in curve.points] == [0, 1_000, 2_000, 3_000, 4_000, 5_000]


def test_a_jump_of_power_is_a_point_at_once() -> None:
    """What a person would see as a step is not smoothed away."""
    curve = Curve()
    see(curve, 0, power_w=1_000)
    assert see(curve, 100, power_w=1_000 + JUMP_W - 1) == []
    assert see(curve, 200, power_w=1_000 + JUMP_W) == [(200, 1_000 + JUMP_W, 7_360)]


def test_another_limit_is_a_point_at_once() -> None:
    """The limit is a step line: its steps are where they were."""
    curve = Curve()
    see(curve, 0)
    assert see(curve, 100, offered_a=6.0) == [(100, 7_360, 1_380)]


def test_unknown_power_is_a_gap_with_both_ends() -> None:
    """A meter that falls silent, and one that speaks again, are a point at once."""
    curve = Curve()
    see(curve, 0)
    assert see(curve, 100, power_w=None) == [(100, None, 7_360)]
    assert see(curve, 200, power_w=None) == []
    assert see(curve, 300) == [(300, 7_360, 7_360)]


def test_eighty_hours_stay_small_and_keep_both_ends() -> None:
    """A curve is thinned when it has too many points; its first and latest are never lost."""
    curve = Curve()
    for at_ms in range(0, 80 * HOUR, 4_000):
        see(curve, at_ms)
        assert len(curve.points) <= MOST_POINTS
    assert curve.points[0][0] == 0
    assert curve.points[-1][0] > 80 * HOUR - 2 * curve.spacing_ms
    assert curve.spacing_ms <= 256_000


def test_a_curve_full_of_jumps_is_as_dense_afterwards_as_any_of_its_age() -> None:
    """An hour of a restless car does not cost the quiet hour after it its points."""
    curve = Curve()
    for at_ms in range(0, HOUR, 100):
        see(curve, at_ms, power_w=7_360 if at_ms % 200 else 1_000)
    quiet = [point for at_ms in range(HOUR, 2 * HOUR, 100) for point in see(curve, at_ms)]
    assert len(quiet) > MOST_POINTS / 4


@given(
    st.lists(
        st.tuples(
            st.integers(1, 5_000), st.none() | st.integers(0, 8_000), st.sampled_from([0.0, 6.0, 32.0])
        ),
        max_size=300,
    )
)
def test_points_are_in_order_and_differ_or_keep_their_distance(
    looks: list[tuple[int, int | None, float]],
) -> None:
    """Whatever a session does, two points on end differ in what they show or are a spacing apart."""
    curve, at_ms = Curve(), 0
    for after_ms, power_w, offered_a in looks:
        at_ms += after_ms
        see(curve, at_ms, power_w, offered_a)
    for one, next_one in zip(curve.points, curve.points[1:], strict=False):
        assert one[0] < next_one[0]
        assert one[1:] != next_one[1:] or next_one[0] - one[0] >= FIRST_SPACING_MS


def test_the_last_look_is_never_further_off_than_a_jump() -> None:
    """What the curve shows last is what is, but for less than a jump and younger than its spacing."""
    curve = Curve()
    for at_ms in range(0, 60_000, 100):
        power_w = at_ms // 10
        see(curve, at_ms, power_w)
        shown = curve.points[-1]
        assert shown[1] is not None
        assert abs(shown[1] - power_w) < JUMP_W
        assert at_ms - shown[0] < curve.spacing_ms


def test_the_limit_is_in_watts_of_the_stations_phases() -> None:
    """Three phases carry three times as much."""
    curve = Curve()
    assert curve.see(replace(in_session(), offered_a=16.0), 0, 690) == [(0, 7_360, 11_040)]
