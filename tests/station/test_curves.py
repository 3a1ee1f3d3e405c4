"""The kept curve of a session: small, whatever the session does, and its steps are the last to go."""

from hypothesis import given
from hypothesis import strategies as st

from pilotline.station.curves import FIRST_SPACING_MS, JUMP_W, SessionCurve
from pilotline.station.session import Session
from pilotline.vocabulary.history import CURVE_POINTS
from pilotline.vocabulary.time import HOUR, MINUTE, MS, SECOND

FULL, LIMIT = 7_360, 7_360


def test_a_calm_session_is_told_seldom_and_a_step_at_once() -> None:
    """Every five seconds to begin with; a jump of power or limit, or an unknown power, is its own point."""
    curve = SessionCurve(Session("s", "T", started_at=SECOND))
    for at in range(1_000, 12_000, 100):
        curve.see(FULL, LIMIT, at * MS)
    assert [at for at, _, _ in curve.points] == [0, FIRST_SPACING_MS, 2 * FIRST_SPACING_MS]
    curve.see(FULL - JUMP_W + 1, LIMIT, 12_000 * MS)
    assert len(curve.points) == 3
    curve.see(FULL - JUMP_W, LIMIT, 12_100 * MS)
    curve.see(None, LIMIT, 12_200 * MS)
    curve.see(None, 2_300, 12_300 * MS)
    assert curve.points[3:] == [(11_100, FULL - JUMP_W, LIMIT), (11_200, None, LIMIT), (11_300, None, 2_300)]


def test_a_short_pause_outlives_a_long_night() -> None:
    """Twelve calm hours are thinned around it, not over it."""
    curve = SessionCurve(Session("s", "T"))
    pause = range(2 * HOUR, 2 * HOUR + MINUTE, SECOND)
    for at in range(0, 12 * HOUR, SECOND):
        curve.see(0 if at in pause else FULL, LIMIT, at)
    assert len(curve.points) <= CURVE_POINTS
    assert sum(power == 0 for _, power, _ in curve.points) >= 1
    between = [later[0] - sooner[0] for sooner, later in zip(curve.points, curve.points[1:], strict=False)]
    assert max(between) < 600_000


@given(st.lists(st.tuples(st.integers(1, 600), st.integers(0, FULL), st.integers(0, FULL)), max_size=900))
def test_a_curve_is_never_long_and_always_in_order(steps: list[tuple[int, int, int]]) -> None:
    """Its first and its last point are the session's, whatever the sun and the house do to it."""
    curve, now = SessionCurve(Session("s", "T")), 0
    for seconds, power_w, limit_w in steps:
        now += seconds * SECOND
        curve.see(power_w, limit_w, now)
    curve.see(0, 0, now + SECOND, last=True)
    assert len(curve.points) <= CURVE_POINTS
    assert curve.points == sorted(curve.points, key=lambda point: point[0])
    assert curve.points[0][0] == (steps[0][0] * 1_000 if steps else 1_000)
    assert curve.points[-1] == ((now + SECOND) // MS, 0, 0)
