"""The curve of a session: power, and the limit as a step line. Pure; a day of charging stays small."""

from dataclasses import dataclass, field

from pilotline.station.snapshot import ConnectorView

Point = tuple[int, int | None, int]
"""Host time in ms, power in W (None while nobody knows it), limit in W."""

FIRST_SPACING_MS = 1_000
"""Points of a young session are at least this far apart, unless something jumps."""
MOST_POINTS = 1_200
"""A curve that has more is thinned, its spacing to suit: 20 minutes at 1 s, 80 hours at 4 minutes."""
JUMP_W = 500
"""A change of power that is worth a point of its own."""


@dataclass
class Curve:
    """The points of the session that runs, or of the last one. ``see`` returns the points that are new."""

    session: str | None = None
    from_ms: int = 0
    points: list[Point] = field(default_factory=list[Point])
    spacing_ms: int = FIRST_SPACING_MS

    def see(self, view: ConnectorView, at_ms: int, watts_per_amp: int) -> list[Point]:
        """Look at the connector. Between sessions nothing is drawn; another session begins anew."""
        if view.transaction is None:
            return []
        if view.transaction.session != self.session:
            self.session, self.from_ms = view.transaction.session, at_ms
            self.points, self.spacing_ms = [], FIRST_SPACING_MS
        point = (at_ms, view.power_w, round(view.offered_a * watts_per_amp))
        if not self._is_worth(point):
            return []
        self.points.append(point)
        if len(self.points) > MOST_POINTS:
            self._thin()
        return [point]

    def _is_worth(self, point: Point) -> bool:
        if not self.points:
            return True
        at_ms, power_w, limit_w = self.points[-1]
        if point[2] != limit_w or (point[1] is None) != (power_w is None):
            return True
        if power_w is not None and point[1] is not None and abs(point[1] - power_w) >= JUMP_W:
            return True
        return point[0] - at_ms >= self.spacing_ms

    def _thin(self) -> None:
        """Keep every other point and the last: a step is then off by its neighbour's distance at most."""
        so_far = self.points[-1][0] - self.from_ms
        self.spacing_ms = max(FIRST_SPACING_MS, 2 * so_far // MOST_POINTS)
        self.points = [*self.points[:-1:2], self.points[-1]]
