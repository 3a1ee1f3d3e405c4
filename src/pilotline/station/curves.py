"""The curves that are kept of sessions: power, and the limit as a step line, whether a page looks on or not.

A curve is kept whole, every five minutes and when its session ends. It never has more than
``CURVE_POINTS``: when it would, what is calm is told more seldom; steps are the last to go.
"""

from collections.abc import Iterator, Mapping, Sequence

from pilotline.station.connector import Connector
from pilotline.station.session import Phase, Session
from pilotline.vocabulary.charger import Rating
from pilotline.vocabulary.history import CURVE_EVERY, CURVE_POINTS
from pilotline.vocabulary.journal import CurvePoint, KeepCurve
from pilotline.vocabulary.time import MS

FIRST_SPACING_MS = 5_000
"""Points of a young session are this far apart, unless something jumps."""
JUMP_W = 500
"""A change of power that is worth a point of its own."""
_DRAWN = (Phase.RUNNING, Phase.STOPPING, Phase.ENDING)


class SessionCurve:
    """The points of one session. ``see`` looks at it; ``kept_at`` is when it was kept last (core time)."""

    def __init__(self, session: Session) -> None:
        self.session = session.id
        self.points: list[CurvePoint] = []
        self.kept_at = self._began_at = session.started_at
        self.closed = False
        self._spacing_ms = FIRST_SPACING_MS

    def see(self, power_w: int | None, limit_w: int, now: int, *, last: bool = False) -> None:
        """Take a point if it is worth one, as the ``last`` is."""
        point = ((now - self._began_at) // MS, power_w, limit_w)
        if not last and not _is_worth(self.points, point, self._spacing_ms):
            return
        self.points.append(point)
        if len(self.points) > CURVE_POINTS:
            self._thin()

    def _thin(self) -> None:
        """What is calm goes first; of a curve that is never calm, every other point."""
        *before, last = self.points
        self._spacing_ms = max(2 * self._spacing_ms, 2 * last[0] // CURVE_POINTS)
        kept: list[CurvePoint] = []
        for point in before:
            if _is_worth(kept, point, self._spacing_ms):
                kept.append(point)
        if len(kept) > CURVE_POINTS * 3 // 4:
            kept = kept[::2]
        self.points = [*kept, last]


def _is_worth(points: Sequence[CurvePoint], point: CurvePoint, spacing_ms: int) -> bool:
    """Whether a point says something that those before it do not."""
    if not points:
        return True
    at_ms, power_w, limit_w = points[-1]
    if point[2] != limit_w or (point[1] is None) != (power_w is None):
        return True
    if power_w is not None and point[1] is not None and abs(point[1] - power_w) >= JUMP_W:
        return True
    return point[0] - at_ms >= spacing_ms


class SessionCurves:
    """The curves of all connectors' sessions; ``update`` gives what is to be kept."""

    def __init__(self, connectors: Mapping[int, Connector], rating: Rating) -> None:
        self._connectors = connectors
        self._volts = rating.voltage_v * rating.phases
        self._curves: dict[int, SessionCurve] = {}

    def points_of(self, session: str) -> Sequence[CurvePoint] | None:
        """The points so far of a session that is here; None of any other."""
        return next((each.points for each in self._curves.values() if each.session == session), None)

    def update(self, now: int) -> Iterator[KeepCurve]:
        """Look at all sessions."""
        for number, connector in self._connectors.items():
            session = connector.session
            if session is not None and session.phase in _DRAWN:
                yield from self._follow(number, connector, session, now)

    def _follow(self, number: int, connector: Connector, session: Session, now: int) -> Iterator[KeepCurve]:
        curve = self._curves.get(number)
        if curve is None or curve.session != session.id:
            curve = self._curves[number] = SessionCurve(session)
        if curve.closed:
            return
        curve.closed = session.phase is Phase.ENDING
        meter, report = connector.measured, connector.board.report
        limit_w = self._volts * report.offer_ma // 1_000 if report else 0
        curve.see(meter.total_power_w if meter else None, limit_w, now, last=curve.closed)
        if curve.closed or now >= curve.kept_at + CURVE_EVERY:
            curve.kept_at = now
            yield KeepCurve(session.id, tuple(curve.points))
