"""Overcurrent 0x4, two rules (E-12, R-09): too much for the station; more than was offered for too long."""

from collections.abc import Sequence

from pilotline.rtm.mean_square import MeanSquare
from pilotline.rtm.timing import after, on_delay
from pilotline.vocabulary import faults
from pilotline.vocabulary.charger import Overcurrent, Rating
from pilotline.vocabulary.time import earliest


class OvercurrentWatch:
    """``offer_ma`` is what the pilot says, 0 while it says nothing: the orderly stop has its own time.

    The second rule's time runs on through a steady pilot and trips when there is an offer again: else a
    permit that comes and goes would let a car overload its cable for ever.
    """

    def __init__(self, limits: Overcurrent, rating: Rating) -> None:
        self._percent = limits.offer_percent
        most = limits.rating_percent * rating.current_ma
        self._means = tuple(MeanSquare(most, limits.mean_ms) for _ in range(3))
        self._offers = GreatestOffer(limits.follow_ms)
        self._over = on_delay(limits.offer_ms)

    def update(self, current_ma: Sequence[int], offer_ma: int, now: int) -> int:
        above = [mean.update(100 * ma, now) for mean, ma in zip(self._means, current_ma, strict=True)]
        most = self._percent * self._offers.update(offer_ma, now)
        too_long = self._over.update(100 * max(current_ma) > most, now) and offer_ma > 0
        return faults.OVERCURRENT if too_long or any(above) else 0

    def deadline(self, now: int) -> int | None:
        means = (mean.deadline(now) for mean in self._means)
        return earliest(self._over.deadline(now), self._offers.deadline(), *means)


class GreatestOffer:
    """The greatest offer of the last ``follow_ms``: a car has that long to follow (table A.6)."""

    def __init__(self, follow_ms: int) -> None:
        self._follow_ms = follow_ms
        self._present = 0
        self._past: list[tuple[int, int]] = []  # (until when it counts, offer), each below the one before

    def update(self, offer_ma: int, now: int) -> int:
        if offer_ma != self._present:
            self._past.append((after(now, self._follow_ms), self._present))
            self._present = offer_ma
        self._past = [(until, past) for until, past in self._past if until > now and past > offer_ma]
        return max(offer_ma, *(past for _, past in self._past), 0)

    def deadline(self) -> int | None:
        """When the first of the past offers no longer counts."""
        return min((until for until, _ in self._past), default=None)
