"""A sliding mean of squares in closed form, in integers: when it is above a limit, to the grid point."""

from itertools import pairwise

from pilotline.vocabulary.time import US_PER_MS


class MeanSquare:
    """Whether the mean of a figure's square over the last ``mean_ms`` is above the square of ``limit``.

    The figure is constant between two updates; before the first it was 0. ``_pieces`` are (since, square),
    the oldest of them reaching over the window's beginning; ``_excess`` is what the squares' integral over
    the window that ends ``_at`` is above the limit's. It changes in a straight line while one piece leaves
    the window, so an update costs no more for a long window than for a short one.
    """

    def __init__(self, limit: int, mean_ms: int) -> None:
        self._limit = limit * limit
        self._window = mean_ms * US_PER_MS
        self._pieces = [(-self._window, 0)]
        self._greater = 0  # as many of them are above the limit
        self._excess = -self._limit * self._window
        self._at = 0
        self._above = False

    def update(self, figure: int, now: int) -> bool:
        self._move(now)
        square = figure * figure
        if square != self._pieces[-1][1]:
            self._pieces.append((now, square))
            self._greater += square > self._limit
        self._above = self._excess > 0
        return self._above

    def deadline(self, now: int) -> int | None:
        """The first grid point after ``now`` at which the answer is another, if the figure stays."""
        if not self._above and not self._greater:
            return None  # no mean is above its parts
        self._move(now)
        at, excess, present = now, self._excess, self._pieces[-1][1]
        for (_, leaving), (following, _) in pairwise(self._pieces):
            slope, end = present - leaving, following + self._window
            found = self._turn(at, excess, slope, now)
            if found is not None and found < end:
                return found
            at, excess = end, excess + slope * (end - at)
        return self._turn(at, excess, 0, now)

    def _move(self, now: int) -> None:
        """The window ends at ``now``: the present piece has come in, and what it began with has left."""
        self._excess += self._pieces[-1][1] * (now - self._at)
        left, begin, self._at = self._at - self._window, now - self._window, now
        while len(self._pieces) > 1 and self._pieces[1][0] <= begin:
            square, following = self._pieces[0][1], self._pieces[1][0]
            self._excess -= square * (following - left)
            self._greater -= square > self._limit
            left = following
            del self._pieces[0]
        self._excess -= self._pieces[0][1] * (begin - left)

    def _turn(self, at: int, excess: int, slope: int, now: int) -> int | None:
        """The first grid point from ``at`` on and after ``now`` with another answer, on a straight line."""
        if (excess > 0) is not self._above:
            wait = 0
        elif slope > 0 and not self._above:
            wait = -excess // slope + 1
        elif slope < 0 and self._above:
            wait = -(excess // slope)
        else:
            return None
        point = -(-max(at + wait, now + 1) // US_PER_MS) * US_PER_MS
        return point if (excess + slope * (point - at) > 0) is not self._above else None
