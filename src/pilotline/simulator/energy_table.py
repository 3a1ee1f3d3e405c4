"""The energy records in memory: the twin of ``drivers.energy_table``."""

from collections.abc import Mapping, Sequence

from pilotline.vocabulary.energy import KEEPS, EnergyMark, EnergyRow, Tier
from pilotline.vocabulary.journal import KeepEnergy


class EnergyTable:
    """``keep`` does a job, ``read`` looks; ``marks`` are what was kept last."""

    def __init__(self, marks: Mapping[int, EnergyMark]) -> None:
        self.marks = dict(marks)
        self._undated: dict[int, int] = {}
        self._rows: dict[tuple[int, Tier], dict[int, int]] = {}

    def keep(self, job: KeepEnergy) -> None:
        self.marks[job.connector] = job.mark
        for piece in job.pieces:
            if piece.hour is None:
                self._undated[job.connector] = self._undated.get(job.connector, 0) + piece.wh
                continue
            for tier in Tier:
                rows = self._rows.setdefault((job.connector, tier), {})
                start = piece.hour.start(tier)
                rows[start] = rows.get(start, 0) + piece.wh
                for old in sorted(rows)[: -KEEPS[tier]]:
                    del rows[old]

    def read(
        self, connector: int, tier: Tier, first: int, last: int, most: int
    ) -> tuple[Sequence[EnergyRow], int]:
        """As ``read_energy`` of the store."""
        rows = sorted(self._rows.get((connector, tier), {}).items())
        found = [EnergyRow(start, wh) for start, wh in rows if first <= start <= last]
        return found[-most:], self._undated.get(connector, 0)
