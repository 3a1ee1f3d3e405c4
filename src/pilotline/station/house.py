"""What the house leaves for the car: its main fuse, alone or with a clamp that sees the whole supply
(E-32, R-04, R-20, R-48).

The clamp's reading and the car's own come in one measurement, so their difference is the house, whatever the
car does meanwhile. How quick that is: a measurement comes every second, so the offer is down 1.1 s after a
load at the latest, and the car follows within 5 s (IEC 61851-1 table A.6): a fuse is exceeded for about 6 s.
A gG fuse carries 1.25 times its current for hours and 1.6 times for most of one (IEC 60269-1).
"""

from pilotline.station.board import BoardLink
from pilotline.station.keys import KeyStore
from pilotline.station.limits import Arbiter
from pilotline.vocabulary import limits
from pilotline.vocabulary.board import Measurement

LASTS = limits.CLAMP.lasts or 0
STEP_MA = 100
"""The offer follows in tenths of an ampere, as the keys count: less is noise of the measurement."""
RAW_MA = 100
"""``c_CTClampValue`` counts in tenths of an ampere, as ``c_MainFuseLimit`` does (the seed names no unit)."""


class HouseLimit:
    """Claims for the fuse (reason 5), or where a clamp is configured for what it leaves (reason 3).

    ``silent``: the clamp is configured, the board speaks, and nothing valid has come for a while.
    """

    def __init__(self, keys: KeyStore, phases: int) -> None:
        self._keys = keys
        self._phases = phases
        self._since: int | None = None
        self.silent = False

    def update(self, board: BoardLink, arbiter: Arbiter, now: int) -> None:
        if self._keys.flag("c_CTClamp"):
            arbiter.claim(limits.FUSE, None, now)
            self._watch(board, arbiter, now)
        else:
            arbiter.claim(limits.CLAMP, None, now)
            arbiter.claim(limits.FUSE, self._fuse_ma(), now)
            self._since, self.silent = None, False

    def deadline(self, now: int) -> int | None:
        """When the silence of the clamp is one."""
        due = None if self._since is None else self._since + LASTS
        return due if due is not None and due > now else None

    def _watch(self, board: BoardLink, arbiter: Arbiter, now: int) -> None:
        """What is valid is claimed for a while from its measurement on; before the first, the fallback."""
        if self._since is None:
            self._since = now
            arbiter.claim(limits.CLAMP, limits.CLAMP.fallback_ma, now - LASTS)
        if not board.alive(now):
            self._since = now  # whoever is silent then, it is not the clamp
        left_ma = self._left_ma(board.measurement)
        if left_ma is not None:
            urgent = self._is_far_over(board.measurement)
            arbiter.claim(limits.CLAMP, left_ma, board.measured_at, urgent=urgent)
            self._since = max(self._since, board.measured_at)
        self.silent = now >= self._since + LASTS

    def _left_ma(self, measured: Measurement | None) -> int | None:
        """The least over the phases of the fuse less what the house draws; None where the clamp is not valid.

        The clamp's sign is not asked for: it is fitted without any setting (E-75), so either way round, and
        a plain current transformer has none. Its amount is never below what the house draws, so what feeds in
        (a roof) is counted as a load, and the fuse is kept in both directions.
        """
        clamp = self._readings(measured)
        if measured is None or clamp is None:
            return None
        house = [max(0, total - own) for total, own in zip(clamp, measured.current_ma, strict=False)]
        return max(0, self._fuse_ma() - max(house)) // STEP_MA * STEP_MA

    def _readings(self, measured: Measurement | None) -> list[int] | None:
        """Of each rated phase; None when one of them says nothing or more than it can."""
        if measured is None:
            return None
        found = [abs(ma) for ma in measured.clamp_ma[: self._phases] if ma is not None]
        most = self._keys.number("c_CTClampValue") * RAW_MA
        return found if len(found) == self._phases and max(found) <= most else None

    def _is_far_over(self, measured: Measurement | None) -> bool:
        """R-48: a fuse exceeded by more than 20 %."""
        return max(self._readings(measured) or [0]) * 10 > self._fuse_ma() * 12

    def _fuse_ma(self) -> int:
        return self._keys.number("c_MainFuseLimit") * 100
