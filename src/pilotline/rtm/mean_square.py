"""A sliding mean of squares in closed form, in integers: when it is above a limit, to the grid point."""

from itertools import pairwise

from pilotline.vocabulary.time import US_PER_MS


class MeanSquare:
    """Whether the mean of a figure's square over the last ``mean_ms`` is above the square of ``limit``.

    The figure is constant between two updates; before the first it was 0. ``_pieces`` are (since, square),
    the oldest of them reaching over the window's beginning. The excess is what the squares' integral over the
    window is above the limit's; it changes in a straight line while one piece leaves the window.
    """

    def __init__(self, limit: int, mean_ms: int) -> None:
        self._limit = limit * limit
        self._window = mean_ms * US_PER_MS
        self._pieces = [(-self._window, 0)]
        self._above = False

    def update(self, figure: int, now: int) -> bool:
        if figure * figure != self._pieces[-1][1]:
            self._pieces.append((now, figure * figure))
        while len(self._pieces) > 1 and self._pieces[1][0] <= now - self._window:
            del self._pieces[0]
        self._above = self._excess(now) > 0
        return self._above

    def deadline(self, now: int) -> int | None:
        """The first grid point after ``now`` at which the answer is another, if the figure stays."""
        if not self._above and all(square <= self._limit for _, square in self._pieces):
            return None  # no mean is above its parts
        at, excess, present = now, self._excess(now), self._pieces[-1][1]
        for (_, leaving), (following, _) in pairwise(self._pieces):
            slope, end = present - leaving, following + self._window
            found = self._turn(at, excess, slope, now)
            if found is not None and found < end:
                return found
            at, excess = end, excess + slope * (end - at)
        return self._turn(at, excess, 0, now)

    def _excess(self, now: int) -> int:
        begin = now - self._window
        ends = [*(since for since, _ in self._pieces[1:]), now]
        parts = zip(self._pieces, ends, strict=True)
        total = sum(square * (end - max(since, begin)) for (since, square), end in parts)
        return total - self._limit * self._window

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
