"""The energy records in the station's SQLite file: one small table for all tiers, and a mark per connector.

Rows are added to; the oldest go when there are more than are kept. An hour without energy has no row.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from pilotline.vocabulary.energy import KEEPS, EnergyHour, EnergyMark, EnergyRow, Tier
from pilotline.vocabulary.journal import KeepEnergy

SCHEMA = """
    CREATE TABLE energy (connector INTEGER NOT NULL, tier INTEGER NOT NULL, start INTEGER NOT NULL,
        wh INTEGER NOT NULL, PRIMARY KEY (connector, tier, start)) WITHOUT ROWID;
    CREATE TABLE energy_marks (connector INTEGER PRIMARY KEY, register_wh INTEGER NOT NULL, at_s INTEGER);
"""
_UNDATED = 0
_NUMBER = {tier: number for number, tier in enumerate(Tier, 1)}
_ADD = "INSERT INTO energy VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET wh = wh + excluded.wh"
_PRUNE = (
    "DELETE FROM energy WHERE connector=?1 AND tier=?2 AND start<=(SELECT start FROM energy "
    "WHERE connector=?1 AND tier=?2 ORDER BY start DESC LIMIT 1 OFFSET ?3)"
)


def keep(db: sqlite3.Connection, job: KeepEnergy) -> None:
    """Add the pieces and move the mark, in the caller's transaction."""
    for piece in job.pieces:
        if piece.hour is None:
            db.execute(_ADD, (job.connector, _UNDATED, 0, piece.wh))
        else:
            _add(db, job.connector, piece.hour, piece.wh)
    mark = (job.connector, job.mark.register_wh, job.mark.at_s)
    db.execute("INSERT OR REPLACE INTO energy_marks VALUES (?, ?, ?)", mark)


def _add(db: sqlite3.Connection, connector: int, hour: EnergyHour, wh: int) -> None:
    for tier, number in _NUMBER.items():
        db.execute(_ADD, (connector, number, hour.start(tier), wh))
        db.execute(_PRUNE, (connector, number, KEEPS[tier]))


def marks(db: sqlite3.Connection) -> Mapping[int, EnergyMark]:
    """What was kept last of each connector."""
    rows = db.execute("SELECT connector, register_wh, at_s FROM energy_marks ORDER BY connector")
    return {connector: EnergyMark(register_wh, at_s) for connector, register_wh, at_s in rows}


def read_energy(
    path: Path, connector: int, tier: Tier, first: int, last: int, most: int
) -> tuple[Sequence[EnergyRow], int]:
    """The newest ``most`` records from ``first`` to ``last``, in their order, and what is undated (Wh)."""
    sql = "SELECT start, wh FROM energy WHERE connector=? AND tier=? AND start BETWEEN ? AND ?"
    with closing(sqlite3.connect(path, timeout=5)) as db:
        rows = db.execute(
            f"{sql} ORDER BY start DESC LIMIT ?", (connector, _NUMBER[tier], first, last, most)
        ).fetchall()
        undated = db.execute(
            "SELECT coalesce(sum(wh), 0) FROM energy WHERE connector=? AND tier=?", (connector, _UNDATED)
        ).fetchone()[0]
    return [EnergyRow(*row) for row in reversed(rows)], undated
