"""The limit arbiter: the lowest claim wins, is named, and is offered at the pace of R-48 (E-30, R-44)."""

from collections.abc import Sequence
from typing import NamedTuple

from pilotline.vocabulary.limits import Claim, LimitSource
from pilotline.vocabulary.pilot import MIN_OFFER_MA
from pilotline.vocabulary.time import SECOND, OnDelay, earliest

PACE = 5 * SECOND
"""IEC 61851-1: the offer changes not more often than this, except downwards at once."""
RESUME = 10 * SECOND
"""A pause ends when 6 A or more have been allowed for this long."""


class Winner(NamedTuple):
    """The source that limits the most, and its limit."""

    source: LimitSource
    limit_ma: int
    until: int | None


_NOTHING = 10**9
"""What a claim is worth that has ended and is replaced by nothing."""


def _strength(winner: Winner) -> tuple[int, int]:
    return winner.limit_ma, winner.source.code


class Arbiter:
    """Holds the claims of all sources and the offer that follows from them.

    ``offer_ma`` is 0 in a pause, else 6 A or more. Time is handed in; ``deadline`` says when a claim
    expires or a waiting change is due.
    """

    def __init__(self) -> None:
        self._claims: dict[LimitSource, Claim] = {}
        self._resume = OnDelay(RESUME)
        self._lowered_at: int | None = None
        self._changed_at: int | None = None
        self._due: int | None = None
        self.offer_ma = 0

    def claim(
        self,
        source: LimitSource,
        limit_ma: int | None,
        now: int,
        *,
        urgent: bool = False,
        until: int | None = None,
    ) -> None:
        """A source says what it allows; None withdraws its claim.

        ``now`` is when that was true, and may lie in the past. ``urgent``: a fall waits for no pace (R-48).
        ``until``: when it will say something else, where it knows; a source that ``lasts`` has its own end.
        """
        if limit_ma is None:
            self._claims.pop(source, None)
        else:
            until = until if source.lasts is None else now + source.lasts
            self._claims[source] = Claim(limit_ma, until, urgent)

    def winner(self, now: int) -> Winner:
        """The lowest claim; of equal ones that with the lower code (R-44). At least one source must claim."""
        return min(self._all(now), key=_strength)

    def standing(self, now: int) -> Sequence[Winner]:
        """All that limit, the winner first; what has lapsed to nothing is none of them."""
        return sorted((each for each in self._all(now) if each.limit_ma < _NOTHING), key=_strength)

    def _all(self, now: int) -> Sequence[Winner]:
        return [Winner(s, *self._standing(s, c, now)) for s, c in self._claims.items()]

    def allows(self, source: LimitSource, now: int) -> int | None:
        """What one source allows (mA); None where it says nothing."""
        claim = self._claims.get(source)
        return None if claim is None else self._standing(source, claim, now)[0]

    def has_lapsed(self, source: LimitSource, now: int) -> bool:
        """Whether what stands of a source is its fallback."""
        claim = self._claims.get(source)
        return claim is not None and claim.until is not None and now >= claim.until

    def start(self, now: int) -> int:
        """A session begins: the offer follows the claims at once, without the waits of a running one."""
        limit_ma = self.winner(now).limit_ma
        self._lowered_at = self._changed_at = None
        return self._change(limit_ma if limit_ma >= MIN_OFFER_MA else 0, now)

    def stop(self) -> None:
        """The session is over: nothing is offered."""
        self.offer_ma = 0
        self._due = None

    def update(self, now: int) -> int:
        """The offer (mA) at ``now``: down at once, up slowly, back from a pause later still."""
        source, limit_ma, _ = self.winner(now)
        self._due = None
        resumes = self._resume.update(self.offer_ma == 0 and limit_ma >= MIN_OFFER_MA, now)
        if limit_ma < MIN_OFFER_MA:
            return self._change(0, now)
        if self.offer_ma == 0:
            self._due = self._resume.deadline(now)
            return self._change(limit_ma, now) if resumes else 0
        if limit_ma < self.offer_ma:
            lowered_at = None if self._claims[source].urgent else self._lowered_at
            return self._change_after(lowered_at, limit_ma, now)
        return self._change_after(self._changed_at, limit_ma, now)

    def deadline(self, now: int) -> int | None:
        return earliest(self._due, self.expiry(now))

    def expiry(self, now: int) -> int | None:
        """When the next claim ends, session or not."""
        return earliest(*(c.until for c in self._claims.values() if c.until is not None and c.until > now))

    def resumes_at(self, now: int) -> int | None:
        """When a pause whose reason is gone ends."""
        return self._resume.deadline(now) if self.offer_ma == 0 else None

    def _standing(self, source: LimitSource, claim: Claim, now: int) -> tuple[int, int | None]:
        """A claim, or after its end what replaces it."""
        if claim.until is None or now < claim.until:
            return claim.limit_ma, claim.until
        return (_NOTHING, None) if source.fallback_ma is None else (source.fallback_ma, None)

    def _change_after(self, since: int | None, limit_ma: int, now: int) -> int:
        if limit_ma == self.offer_ma:
            return self.offer_ma
        if since is not None and now < since + PACE:
            self._due = since + PACE
            return self.offer_ma
        return self._change(limit_ma, now)

    def _change(self, offer_ma: int, now: int) -> int:
        if offer_ma != self.offer_ma:
            if offer_ma < self.offer_ma:
                self._lowered_at = now
            self._changed_at = now
            self.offer_ma = offer_ma
        return self.offer_ma
