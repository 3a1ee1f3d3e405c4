"""What the house leaves for the car: its main fuse, alone or with a sensor that sees the whole supply
(E-32, M-08, R-04, R-20, R-48).

The clamp's reading and the car's own come in one measurement, so their difference is the house, whatever the
car does meanwhile. How quick that is: a measurement comes every second, so the offer is down 1.1 s after a
load at the latest, and the car follows within 5 s (IEC 61851-1 table A.6): a fuse is exceeded for about 6 s.
An EVSENS is asked every second and waits for the measurement after its reading (see ``supply``): a second
more. A gG fuse of up to 63 A carries 1.25 times its current for an hour (IEC 60269-1 table 2), and 2.1 times
for 10 s (table 3, the least of its gates).
"""

from pilotline.station.board import BoardLink
from pilotline.station.keys import KeyStore
from pilotline.station.limits import Arbiter
from pilotline.station.supply import SignedSupply
from pilotline.vocabulary import limits
from pilotline.vocabulary.board import Measurement
from pilotline.vocabulary.limits import LimitSource
from pilotline.vocabulary.metering import MeterReading, MeterSilent
from pilotline.vocabulary.phases import ZERO
from pilotline.vocabulary.time import earliest

STEP_MA = 100
"""The offer follows in tenths of an ampere, as the keys count: less is noise of the measurement."""
RAW_MA = 100
"""``c_CTClampValue`` counts in tenths of an ampere, as ``c_MainFuseLimit`` does (the seed names no unit)."""


class HouseLimit:
    """Claims for the fuse (reason 5), or where a sensor is configured for what that leaves (reason 3).

    The car of another connector counts as the house: what connectors share is shared elsewhere (M-20).
    ``silent``: a sensor is configured, the board speaks, and nothing valid has come for a while.
    ``evsens``: the model has a place for one, so that its key counts.
    """

    def __init__(self, keys: KeyStore, phases: int, *, evsens: bool = False) -> None:
        self._keys = keys
        self._phases = phases
        self._has_evsens = evsens
        self._clamp = _Sensor(limits.CLAMP)
        self._evsens = _Sensor(limits.EVSENS)
        self._supply = SignedSupply(phases)
        self._left_ma: int | None = None

    @property
    def silent(self) -> bool:
        return self._clamp.silent or self._evsens.silent

    @property
    def reversed(self) -> bool:
        """Whether the EVSENS is shown to be the wrong way round; it then counts as a clamp without a sign."""
        return self._supply.wrong

    def hear(self, reading: MeterReading | MeterSilent, now: int) -> None:
        """The EVSENS has been asked. What it does not know is no reading, and its silence none."""
        if isinstance(reading, MeterReading):
            self._supply.hear(reading.current_ma, now)

    def update(self, board: BoardLink, arbiter: Arbiter, now: int) -> None:
        clamp, evsens = self._keys.flag("c_CTClamp"), self._has_evsens and self._keys.flag("c_Evsens")
        arbiter.claim(limits.FUSE, None if clamp or evsens else self._fuse_ma(), now)
        if self._clamp.attend(clamp, board, arbiter, now):
            self._ask_clamp(board, arbiter)
        if self._evsens.attend(evsens, board, arbiter, now):
            self._ask_evsens(board, arbiter)
        for sensor in (self._clamp, self._evsens):
            sensor.judge(now)

    def deadline(self, now: int) -> int | None:
        """When the silence of a sensor is one."""
        return earliest(self._clamp.deadline(now), self._evsens.deadline(now))

    # --- the clamp ---

    def _ask_clamp(self, board: BoardLink, arbiter: Arbiter) -> None:
        """The least over the phases of the fuse less what the house draws; nothing where it is not valid.

        The clamp's sign is not asked for: it is fitted without any setting (E-75), so either way round, and
        a plain current transformer has none. Its amount is never below what the house draws, so what feeds in
        (a roof) is counted as a load, and the fuse is kept in both directions.
        """
        measured, clamp = board.measurement, self._readings(board.measurement)
        if measured is None or clamp is None:
            return
        house_ma = max(total - own for total, own in zip(clamp, measured.current_ma, strict=False))
        self._clamp.claim(
            arbiter, self._left(house_ma), board.measured_at, urgent=self._is_far_over(max(clamp))
        )

    def _readings(self, measured: Measurement | None) -> list[int] | None:
        """Of each rated phase; None when one of them says nothing or more than it can."""
        if measured is None:
            return None
        found = [abs(ma) for ma in measured.clamp_ma[: self._phases] if ma is not None]
        most = self._keys.number("c_CTClampValue") * RAW_MA
        return found if len(found) == self._phases and max(found) <= most else None

    # --- the EVSENS ---

    def _ask_evsens(self, board: BoardLink, arbiter: Arbiter) -> None:
        """While the car moves, what the house draws is known between two figures only. What was left before
        stands as long as it lies between them: a car that ramps up is no load of the house's.
        """
        car_ma = board.measurement.current_ma if board.measurement else ZERO
        house = self._supply.match(car_ma, board.measured_at)
        if house is None:
            return
        least, most = self._left(house.most_ma), self._left(house.least_ma)
        before = least if self._left_ma is None else self._left_ma
        self._left_ma = min(max(before, least), most)
        urgent = self._is_far_over(self._supply.most_ma)
        self._evsens.claim(arbiter, self._left_ma, board.measured_at, urgent=urgent)

    # --- both ---

    def _left(self, house_ma: int) -> int:
        """What the fuse has beside the house; never more than the fuse, for a roof may stop in a second."""
        return max(0, self._fuse_ma() - max(0, house_ma)) // STEP_MA * STEP_MA

    def _is_far_over(self, current_ma: int) -> bool:
        """R-48: a fuse exceeded by more than 20 %."""
        return current_ma * 10 > self._fuse_ma() * 12

    def _fuse_ma(self) -> int:
        return self._keys.number("c_MainFuseLimit") * 100


class _Sensor:
    """One sensor as a source: each valid word claims for a while; before the first, the fallback stands."""

    def __init__(self, source: LimitSource) -> None:
        self._source = source
        self._lasts = source.lasts or 0
        self._since: int | None = None
        self.silent = False

    def attend(self, configured: bool, board: BoardLink, arbiter: Arbiter, now: int) -> bool:
        """Whether it is to be asked. While the board is silent nobody can be: that is not the sensor's."""
        if not configured:
            arbiter.claim(self._source, None, now)
            self._since, self.silent = None, False
            return False
        if self._since is None:
            arbiter.claim(self._source, self._source.fallback_ma, now - self._lasts)
        if self._since is None or not board.alive(now):
            self._since = now
        return True

    def claim(self, arbiter: Arbiter, left_ma: int, at: int, *, urgent: bool) -> None:
        """So much was left at ``at``."""
        arbiter.claim(self._source, left_ma, at, urgent=urgent)
        self._since = at if self._since is None else max(self._since, at)

    def judge(self, now: int) -> None:
        self.silent = self._since is not None and now >= self._since + self._lasts

    def deadline(self, now: int) -> int | None:
        due = None if self._since is None else self._since + self._lasts
        return due if due is not None and due > now else None
