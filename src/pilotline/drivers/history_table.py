"""The history of sessions in the station's SQLite file: starts, ends and curves, and how long they stay.

What is kept, and for how long, is said in ``vocabulary.history``.
"""

import sqlite3
import zlib
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import msgspec

from pilotline.vocabulary import history
from pilotline.vocabulary.history import KeptCurve, KeptSession, KeptSessions
from pilotline.vocabulary.journal import BootTime, CurvePoint, Ended, KeepCurve, KeepRegister, Started, Zero
from pilotline.vocabulary.time import Stamp

SCHEMA = """
    CREATE TABLE curves (session TEXT PRIMARY KEY, points BLOB NOT NULL);
    UPDATE sessions SET end=CAST(json_remove(CAST(end AS TEXT), '$.data') AS BLOB) WHERE end IS NOT NULL;
"""
"""Ends of an earlier schema were kept with their data, up to 30 kB each; it stands in the entries."""

_KEEP_CURVE = (
    "INSERT OR REPLACE INTO curves SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM sessions WHERE session=?1)"
)
_TOO_MANY = (
    "SELECT session FROM sessions WHERE end IS NOT NULL AND session NOT IN (SELECT session FROM entries) "
    "AND rowid<=(SELECT rowid FROM sessions WHERE end IS NOT NULL ORDER BY rowid DESC LIMIT 1 OFFSET ?)"
)
_OLD_BOOTS = (
    "DELETE FROM boots WHERE boot<=(SELECT max(boot) FROM boots) - ? AND boot NOT IN ("
    "SELECT json_extract(CAST(start AS TEXT), '$.stamp[0]') FROM sessions UNION "
    "SELECT json_extract(CAST(end AS TEXT), '$.stamp[0]') FROM sessions WHERE end IS NOT NULL UNION "
    "SELECT last_boot FROM sessions UNION "
    "SELECT json_extract(CAST(fact AS TEXT), '$.stamp[0]') FROM entries "
    "WHERE kind IN ('Tampered', 'Notified') UNION "
    "SELECT json_extract(CAST(event AS TEXT), '$.stamp[0]') FROM security UNION "
    "SELECT json_extract(CAST(event AS TEXT), '$.stamp[0]') FROM events)"
)
_SESSIONS = (
    "SELECT start, end, register_wh, last_boot, last_at, transaction_id FROM sessions "
    "ORDER BY rowid DESC LIMIT ?"
)
_MOST_READ = 2 * history.SESSIONS_KEPT
"""Beside the sessions that are kept there may be those that wait for a backend."""
_ENCODER = msgspec.json.Encoder()
_START = msgspec.json.Decoder(Started)
_END = msgspec.json.Decoder(Ended)
_POINTS = msgspec.msgpack.Decoder(tuple[CurvePoint, ...])


def open_session(db: sqlite3.Connection, start: Started) -> None:
    """A session has begun; what is known of its end is its start."""
    body, stamp = _ENCODER.encode(start), start.stamp
    opened = (start.session, start.connector, body, start.meter_start_wh, stamp.boot, stamp.at)
    sql = "INSERT INTO sessions (session, connector, start, register_wh, last_boot, last_at)"
    db.execute(f"{sql} VALUES (?, ?, ?, ?, ?, ?)", opened)


def keep_register(db: sqlite3.Connection, job: KeepRegister) -> None:
    """How far a running session was at a time."""
    sql = "UPDATE sessions SET register_wh=?, last_boot=?, last_at=? WHERE session=?"
    db.execute(sql, (job.register_wh, job.stamp.boot, job.stamp.at, job.session))


def keep_curve(db: sqlite3.Connection, job: KeepCurve) -> None:
    """Instead of what was kept of it; of a session that is not kept it is no use."""
    db.execute(_KEEP_CURVE, (job.session, zlib.compress(msgspec.msgpack.encode(job.points))))


def close_session(db: sqlite3.Connection, end: Ended) -> None:
    """A session has ended, and the oldest ended ones go when there are more than are kept."""
    body = _ENCODER.encode(replace(end, data=()))
    db.execute("UPDATE sessions SET end=? WHERE session=?", (body, end.session))
    doomed = db.execute(_TOO_MANY, (history.SESSIONS_KEPT,)).fetchall()
    db.executemany("DELETE FROM curves WHERE session=?", doomed)
    db.executemany("DELETE FROM sessions WHERE session=?", doomed)


def prune_boots(db: sqlite3.Connection) -> None:
    """Old boots go that no session and no event is of."""
    db.execute(_OLD_BOOTS, (history.BOOTS_KEPT,))


def boot_times(db: sqlite3.Connection) -> tuple[BootTime, ...]:
    """What is known of all boots, in their order."""
    rows = db.execute("SELECT boot, last_at, zero_us, estimated FROM boots ORDER BY boot")
    return tuple(_boot_time(*row) for row in rows)


def read_sessions(path: Path) -> KeptSessions:
    """All sessions that are kept. Raises sqlite3.Error."""
    with closing(sqlite3.connect(path, timeout=5)) as db:
        rows, boots = db.execute(_SESSIONS, (_MOST_READ,)).fetchall(), boot_times(db)
    return KeptSessions([_kept_session(*row) for row in rows], boots)


def read_curve(path: Path, session: str) -> KeptCurve | None:
    """What is kept of a session's curve; None where there is no such session. Raises sqlite3.Error."""
    sql = "SELECT start, points FROM sessions LEFT JOIN curves USING (session) WHERE session=?"
    with closing(sqlite3.connect(path, timeout=5)) as db:
        row, boots = db.execute(sql, (session,)).fetchone(), boot_times(db)
    if row is None:
        return None
    start, points = row
    drawn = _POINTS.decode(zlib.decompress(points)) if points else ()
    return KeptCurve(_START.decode(start), drawn, boots)


def _kept_session(
    start: bytes, end: bytes | None, register_wh: int, boot: int, at: int, transaction: int | None
) -> KeptSession:
    over = None if end is None else _END.decode(end)
    return KeptSession(_START.decode(start), over, register_wh, Stamp(boot, at), transaction)


def _boot_time(boot: int, last_at: int, zero_us: int | None, estimated: int) -> BootTime:
    return BootTime(boot, last_at, None if zero_us is None else Zero(boot, zero_us, bool(estimated)))
