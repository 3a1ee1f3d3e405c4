"""What keeps a suspended session waiting: a missing meter, and the RTM's back-off as far as the station can
reckon it (E-22, R-46)."""

from pilotline.vocabulary.board import ConnectorReport
from pilotline.vocabulary.charger import BackOff, MeterSlot
from pilotline.vocabulary.faults import MISSING_EXT_EMETER, TRIPPING, Recovery, select
from pilotline.vocabulary.time import MS, OnDelay

_CAUSES = select(Recovery.SELF) & TRIPPING
"""Faults that open the relay at once and end by themselves."""


class MeterWatch:
    """The fault of a meter that is configured and silent; without one it cannot arise (E-22)."""

    def __init__(self, slot: MeterSlot | None) -> None:
        self._slot = slot
        self._silent = OnDelay(0 if slot is None else slot.missing_ms * MS)

    @property
    def tolerated(self) -> int:
        """The faults that stop nothing here, because the model's data says so (M-09)."""
        return MISSING_EXT_EMETER if self._slot is not None and not self._slot.required else 0

    def update(self, silent: bool, now: int) -> int:
        missing = self._slot is not None and self._silent.update(silent, now)
        return MISSING_EXT_EMETER if missing else 0

    def deadline(self, now: int) -> int | None:
        return self._silent.deadline(now)


class BackOffWatch:
    """The RTM does not say how long it withholds the offer; its rule is in the model both have read.

    ``until`` is when it ends, None while nothing is withheld; ``spent``: only an unplug ends it.
    """

    def __init__(self, limits: BackOff) -> None:
        self._limits = limits
        self._closed = False
        self._openings = 0
        self._owed = False
        self._plug_in: int = 0
        self.until: int | None = None

    @property
    def spent(self) -> bool:
        return self._openings >= self._limits.tries

    def update(self, report: ConnectorReport | None, unplugs: int, now: int) -> None:
        if report is None:
            return
        if unplugs != self._plug_in:
            self._plug_in, self._openings = unplugs, 0
            self._owed, self.until = False, None
        if self._closed and not report.relay and report.faults & _CAUSES:
            self._openings, self._owed = self._openings + 1, True
        self._closed = report.relay
        if self._owed and not report.faults & _CAUSES:
            waits = self._limits.waits_ms
            self._owed, self.until = False, now + waits[min(self._openings, len(waits)) - 1] * MS
        if self.until is not None and now >= self.until:
            self.until = None
