"""What must survive a power cut, in SQLite: the journal, settings, the times of boots (R-51 to R-54).

One thread writes. Jobs are committed in the order they came, many at a time when many wait, each commit on
the disk before anybody hears of it (WAL, synchronous=FULL). A disk that is slow makes the answers late; one
that is full makes them wait, with a sentence, until there is room: no job is ever dropped.
"""

import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from pilotline.drivers import energy_table, history_table
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.charging import Installed
from pilotline.vocabulary.journal import (
    EVENTS_KEPT,
    SECURITY_KEPT,
    Alarm,
    CachedTag,
    Card,
    Counted,
    Delivered,
    Durable,
    Ended,
    Fact,
    Fetch,
    Fetched,
    ForgetCard,
    ForgetProfiles,
    ForgetReservation,
    ForgetTags,
    KeepCard,
    KeepCurve,
    KeepEnergy,
    KeepEvent,
    KeepProfile,
    KeepRegister,
    KeepReservation,
    KeepSecurityEvent,
    Listed,
    LocalListStored,
    LoggedEvent,
    Metered,
    Notified,
    OpenSession,
    Recollection,
    Record,
    Resend,
    Reservation,
    SecurityEvent,
    SetAside,
    Started,
    StoreAvailability,
    StoreEvent,
    StoreJob,
    StoreKey,
    StoreLocalList,
    StoreTrouble,
    StoreZeros,
    Tampered,
    ZerosStored,
)
from pilotline.vocabulary.status import AuthStatus, TagInfo
from pilotline.vocabulary.time import Stamp
from pilotline.vocabulary.troubles import DISK_TAKES_NOTHING

WINDOW = 64
"""Entries handed out at a time, so that a hundred thousand waiting ones cost disk and not memory."""
LINGER_S = 1.0
"""Jobs nobody waits for (meter values, registers) wait this long for company."""
RETRY_S = 1.0
LAST_COMMIT_S = 10.0
PRIVATE = 0o600
BATCH = 500

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE boots (boot INTEGER PRIMARY KEY AUTOINCREMENT, last_at INTEGER NOT NULL DEFAULT 0,
        zero_us INTEGER, estimated INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE sessions (session TEXT PRIMARY KEY, connector INTEGER NOT NULL, start BLOB NOT NULL,
        transaction_id INTEGER, end BLOB, register_wh INTEGER NOT NULL, last_boot INTEGER NOT NULL,
        last_at INTEGER NOT NULL);
    CREATE TABLE entries (entry INTEGER PRIMARY KEY, session TEXT NOT NULL, kind TEXT NOT NULL,
        fact BLOB NOT NULL, aside INTEGER NOT NULL DEFAULT 0);
    CREATE INDEX entries_by_session ON entries (session);
    CREATE INDEX entries_aside ON entries (aside, entry);
    CREATE INDEX sessions_open ON sessions (session) WHERE end IS NULL;
    CREATE TABLE keys (name TEXT PRIMARY KEY, value BLOB NOT NULL);
    CREATE TABLE inoperative (connector INTEGER PRIMARY KEY);
    CREATE TABLE tags (tag TEXT PRIMARY KEY, status TEXT NOT NULL, expiry_us INTEGER, parent TEXT);
    CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
    """,
    "CREATE TABLE security (number INTEGER PRIMARY KEY AUTOINCREMENT, event BLOB NOT NULL);",
    "CREATE TABLE profiles (id INTEGER PRIMARY KEY, place INTEGER NOT NULL, installed BLOB NOT NULL);",
    """
    CREATE TABLE local_list (tag TEXT PRIMARY KEY, status TEXT NOT NULL, expiry_us INTEGER, parent TEXT)
        WITHOUT ROWID;
    CREATE TABLE reservations (id INTEGER PRIMARY KEY, reservation BLOB NOT NULL);
    """,
    energy_table.SCHEMA,
    history_table.SCHEMA,
    "CREATE TABLE events (number INTEGER PRIMARY KEY AUTOINCREMENT, event BLOB NOT NULL);",
    "CREATE TABLE cards (tag TEXT PRIMARY KEY, card BLOB NOT NULL) WITHOUT ROWID;",
)
"""Each brings the schema one version on; the file's ``user_version`` says how many it has had."""

_NUMBERED = {
    "security": (
        "INSERT INTO security (event) VALUES (?)",
        "DELETE FROM security WHERE number<=?",
    ),
    "events": ("INSERT INTO events (event) VALUES (?)", "DELETE FROM events WHERE number<=?"),
}
"""Tables that keep the newest: how a row comes, and how the oldest go."""
_OPERATIVE = "DELETE FROM inoperative WHERE connector=?"
_INOPERATIVE = "INSERT OR IGNORE INTO inoperative VALUES (?)"
_NO_PROFILE = "DELETE FROM profiles WHERE id=?"
_JOIN_ASIDE = (
    "UPDATE entries SET aside=1 WHERE aside=0 AND session IN "
    "(SELECT session FROM entries WHERE aside=1 AND kind<>'Metered')"
)
"""What became durable of a session set aside, just before the end of a boot, joins it."""

_KINDS: dict[str, type[Fact]] = {
    kind.__name__: kind for kind in (Started, Metered, Ended, Tampered, Notified)
}
_LAZY = (KeepRegister, KeepCurve, KeepEnergy, KeepEvent)
_ENCODER = msgspec.json.Encoder()


class StoreError(Exception):
    """The store cannot be used; the message is a sentence that says what to do."""


class Faults:
    """What a bench can do to the disk: make every commit last ``commit_s``, or have no room."""

    def __init__(self) -> None:
        self.commit_s = 0.0
        self.full = False

    def strike(self) -> None:
        """Called in the writer's thread before every commit."""
        if self.commit_s:
            time.sleep(self.commit_s)  # the writer's thread is the one place that may block
        if self.full:
            raise sqlite3.OperationalError("database or disk is full")


@dataclass(frozen=True)
class _Barrier:
    """Somebody waits until all jobs submitted before are durable."""

    reached: Callable[[], object]


class Store:
    """``Store(path)`` opens, migrates and counts the boot; ``recollection`` is what it found.

    After ``start`` jobs are taken by ``submit`` from any thread, and ``post`` is called from the writer's
    thread with every answer. ``close`` ends the thread when all jobs are done or cannot be.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.faults = Faults()
        self._jobs: queue.SimpleQueue[StoreJob | _Barrier | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._post: Callable[[StoreEvent], object] = lambda _event: None
        try:
            _keep_private(path)
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
        except (sqlite3.Error, OSError) as error:
            raise _unusable(path, error) from None
        try:
            _prepare(self._db, path)
            self.recollection = _recollect(self._db)
        except sqlite3.Error as error:
            self._db.close()
            raise _unusable(path, error) from None
        except StoreError:
            self._db.close()
            raise

    def start(self, post: Callable[[StoreEvent], object]) -> None:
        self._post = post
        self._thread = threading.Thread(target=self._write, name="store", daemon=True)
        self._thread.start()

    def submit(self, job: StoreJob) -> None:
        self._jobs.put(job)

    def when_durable(self, reached: Callable[[], object]) -> None:
        """Call ``reached``, from the writer's thread, when all that was submitted before is on the disk."""
        self._jobs.put(_Barrier(reached))

    def close(self) -> None:
        """Write what has been submitted, unless the disk does not take it, and let go of the file.

        A commit that hangs is left behind after ``LAST_COMMIT_S``: the process ends, the journal is whole.
        """
        self._closing = True
        self._jobs.put(None)
        if self._thread is not None:
            self._thread.join(LAST_COMMIT_S)
        if self._thread is None or not self._thread.is_alive():
            self._db.close()

    # --- the writer's thread ---

    def _write(self) -> None:
        while True:
            batch, ends = self._collect()
            if batch and not self._commit(batch):
                return
            if ends:
                return

    def _collect(self) -> tuple[list[StoreJob | _Barrier], bool]:
        """The next jobs: all that wait, and for lazy ones alone those of the next moment too."""
        batch: list[StoreJob | _Barrier] = []
        until: float | None = None
        while len(batch) < BATCH:
            lazy = all(isinstance(job, _LAZY) or _is_metered(job) for job in batch)
            try:
                if not batch:
                    job = self._jobs.get()
                elif lazy:
                    until = until or time.monotonic() + LINGER_S  # noqa: TID251 - a thread has no core time
                    job = self._jobs.get(timeout=max(0.0, until - time.monotonic()))  # noqa: TID251
                else:
                    job = self._jobs.get_nowait()
            except queue.Empty:
                return batch, False
            if job is None:
                return batch, True
            batch.append(job)
        return batch, False

    def _commit(self, batch: Sequence[StoreJob | _Barrier]) -> bool:
        """Commit, again and again while the disk does not take it; False when that can wait no longer."""
        troubled = False
        while True:
            try:
                answers = self._try_commit(batch)
            except sqlite3.Error as error:  # also a damaged file: said, not the silent end of this thread
                self._db.execute("ROLLBACK") if self._db.in_transaction else None
                if not troubled:
                    self._post(StoreTrouble(DISK_TAKES_NOTHING.of(reason=str(error))))
                troubled = True
                if self._closing:
                    return False
                time.sleep(RETRY_S)
                continue
            if troubled:
                self._post(StoreTrouble(None))
            for answer in answers:
                self._post(answer)
            for job in batch:
                if isinstance(job, _Barrier):
                    job.reached()
            return True

    def _try_commit(self, batch: Sequence[StoreJob | _Barrier]) -> list[StoreEvent]:
        self._db.execute("BEGIN IMMEDIATE")
        jobs = (job for job in batch if not isinstance(job, _Barrier))
        answers = [answer for job in jobs if (answer := _perform(self._db, job)) is not None]
        self.faults.strike()
        self._db.execute("COMMIT")
        return answers


def _keep_private(path: Path) -> None:
    """A journal holds keys and passwords: its files are its owner's alone, those of an older release too.

    What SQLite puts beside it has the journal's own mode.
    """
    path.touch(PRIVATE)
    for part in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        if part.exists() and part.stat().st_mode & 0o077:
            part.chmod(PRIVATE)


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    """Bring the file to this version's schema and count the boot; a newer one's is left as it is."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise _too_new(path, version)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        db.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version={number}; COMMIT;")
    db.execute(_JOIN_ASIDE)
    db.execute("INSERT INTO boots DEFAULT VALUES")
    history_table.prune_boots(db)


def _is_metered(job: object) -> bool:
    return isinstance(job, Record) and isinstance(job.fact, Metered)


# --- jobs ----------------------------------------------------------------------------------------------


def _perform(db: sqlite3.Connection, job: StoreJob) -> StoreEvent | None:
    """Those that are answered; all others are obeyed."""
    match job:
        case Record(entry, fact):
            _record(db, entry, fact)
            for key in job.keys:
                _obey(db, key)
            return Durable(entry, fact)
        case Fetch(after):
            return _fetch(db, after)
        case StoreZeros(zeros):
            for zero in zeros:
                sql = "UPDATE boots SET zero_us=?, estimated=? WHERE boot=?"
                db.execute(sql, (zero.utc_us, zero.estimated, zero.boot))
            return ZerosStored(zeros)
        case SetAside(entry, session, whole):
            sql = "UPDATE entries SET aside=1 WHERE entry=?1 OR (session=?2 AND ?3)"
            db.execute(sql, (entry, session, whole))
            return _count(db)
        case Resend(session):
            db.execute("UPDATE entries SET aside=0 WHERE session=?", (session,))
            return _count(db)
        case StoreLocalList(version):
            _store_list(db, job)
            return LocalListStored(version)
        case _:
            _obey(db, job)
            return None


def _obey(db: sqlite3.Connection, job: StoreJob) -> None:  # noqa: C901, PLR0912 - a table
    match job:
        case Delivered(entry, session, transaction):
            db.execute("DELETE FROM entries WHERE entry=?", (entry,))
            if transaction is not None:
                db.execute("UPDATE sessions SET transaction_id=? WHERE session=?", (transaction, session))
        case KeepRegister(stamp=stamp):
            history_table.keep_register(db, job)
            _reach(db, stamp)
        case KeepCurve():
            history_table.keep_curve(db, job)
        case StoreKey(name, value):
            db.execute("INSERT OR REPLACE INTO keys VALUES (?, ?)", (name, _ENCODER.encode(value)))
        case KeepSecurityEvent(event):
            _keep_newest(db, "security", event, SECURITY_KEPT)
        case KeepEvent(event):
            _keep_newest(db, "events", event, EVENTS_KEPT)
        case StoreAvailability(connector, operative):
            db.execute(_OPERATIVE if operative else _INOPERATIVE, (connector,))
        case CachedTag(tag, status, expiry_us, parent):
            row = (tag.casefold(), status.value, expiry_us, parent)
            db.execute("INSERT OR REPLACE INTO tags VALUES (?, ?, ?, ?)", row)
        case ForgetTags(tags):
            if tags is None:
                db.execute("DELETE FROM tags")
            else:
                db.executemany("DELETE FROM tags WHERE tag=?", [(tag.casefold(),) for tag in tags])
        case KeepEnergy():
            energy_table.keep(db, job)
        case KeepReservation(reservation):
            row = (reservation.id, _ENCODER.encode(reservation))
            db.execute("INSERT OR REPLACE INTO reservations VALUES (?, ?)", row)
        case ForgetReservation(number):
            db.execute("DELETE FROM reservations WHERE id=?", (number,))
        case KeepCard(card):
            row = (card.tag.casefold(), _ENCODER.encode(card))
            db.execute("INSERT OR REPLACE INTO cards VALUES (?, ?)", row)
        case ForgetCard(tag):
            db.execute("DELETE FROM cards WHERE tag=?", (tag.casefold(),))
        case KeepProfile():
            _keep_profile(db, job)
        case ForgetProfiles(ids):
            db.executemany(_NO_PROFILE, [(number,) for number in ids])
        case _:
            pass


def _record(db: sqlite3.Connection, entry: int, fact: Fact) -> None:
    row = (entry, fact.session, type(fact).__name__, _ENCODER.encode(fact))
    db.execute("INSERT INTO entries (entry, session, kind, fact) VALUES (?, ?, ?, ?)", row)
    db.execute("INSERT OR REPLACE INTO counters VALUES ('entry', ?)", (entry,))
    if isinstance(fact, Started):
        history_table.open_session(db, fact)
        db.execute("DELETE FROM reservations WHERE id=?", (fact.reservation,))
        _reach(db, fact.stamp)
    elif isinstance(fact, Ended):
        history_table.close_session(db, fact)
        _reach(db, fact.stamp)
    else:
        _reach(db, fact.sample.stamp if isinstance(fact, Metered) else fact.stamp)


def _keep_profile(db: sqlite3.Connection, job: KeepProfile) -> None:
    number = job.installed.profile.id
    db.executemany(_NO_PROFILE, [(each,) for each in (number, *job.instead_of)])
    sql = "INSERT INTO profiles SELECT ?, coalesce(max(place), 0) + 1, ? FROM profiles"
    db.execute(sql, (number, _ENCODER.encode(job.installed)))


def _store_list(db: sqlite3.Connection, job: StoreLocalList) -> None:
    if job.whole:
        db.execute("DELETE FROM local_list")
    gone = [(each.tag.casefold(),) for each in job.entries if each.info is None]
    db.executemany("DELETE FROM local_list WHERE tag=?", gone)
    rows = [
        (each.tag.casefold(), each.info.status.value, each.info.expiry_us, each.info.parent)
        for each in job.entries
        if each.info is not None
    ]
    db.executemany("INSERT OR REPLACE INTO local_list VALUES (?, ?, ?, ?)", rows)
    db.execute("INSERT OR REPLACE INTO counters VALUES ('local_list', ?)", (job.version,))


def _keep_newest(
    db: sqlite3.Connection, table: str, event: SecurityEvent | Alarm | LoggedEvent, most: int
) -> None:
    """The newest are kept; their numbers go on, so that it can be seen how many are gone."""
    insert, prune = _NUMBERED[table]
    row = db.execute(insert, (_ENCODER.encode(event),))
    db.execute(prune, ((row.lastrowid or 0) - most,))
    _reach(db, event.stamp)


def _reach(db: sqlite3.Connection, stamp: Stamp) -> None:
    """This boot was still alive then."""
    db.execute("UPDATE boots SET last_at=max(last_at, ?) WHERE boot=?", (stamp.at, stamp.boot))


def _count(db: sqlite3.Connection) -> Counted:
    queued, set_aside, notices = db.execute(
        "SELECT count(*) - coalesce(sum(aside), 0), coalesce(sum(aside), 0), "
        "coalesce(sum(kind='Notified' AND aside=0), 0) FROM entries"
    ).fetchone()
    return Counted(queued, set_aside, notices)


def _fetch(db: sqlite3.Connection, after: int) -> Fetched:
    sql = "SELECT entry, kind, fact FROM entries WHERE aside=0 AND entry>? ORDER BY entry LIMIT ?"
    rows = db.execute(sql, (after, WINDOW + 1)).fetchall()
    return Fetched(tuple(_durable(*row) for row in rows[:WINDOW]), last=len(rows) <= WINDOW)


def _durable(entry: int, kind: str, body: bytes) -> Durable:
    return Durable(entry, msgspec.json.decode(body, type=_KINDS[kind]))


# --- remembering ---------------------------------------------------------------------------------------


def _recollect(db: sqlite3.Connection) -> Recollection:
    def one(sql: str) -> Any:
        return db.execute(sql).fetchone()[0]

    started = db.execute(
        "SELECT session, transaction_id FROM sessions WHERE transaction_id IS NOT NULL AND "
        "(end IS NULL OR session IN (SELECT DISTINCT session FROM entries))"
    )
    count = _count(db)
    return Recollection(
        boot=one("SELECT max(boot) FROM boots"),
        last_entry=one("SELECT coalesce(max(value), 0) FROM counters WHERE name='entry'"),
        queued=count.queued,
        notices=count.notices,
        set_aside=count.set_aside,
        aside_sessions=frozenset(row[0] for row in db.execute(
            "SELECT DISTINCT session FROM entries WHERE aside=1 AND kind<>'Metered'")),
        open_sessions=tuple(_open_session(*row) for row in db.execute(
            "SELECT start, register_wh, last_boot, last_at FROM sessions WHERE end IS NULL ORDER BY rowid")),
        transactions=dict(started.fetchall()),
        boots=history_table.boot_times(db),
        keys={name: msgspec.json.decode(value) for name, value in db.execute("SELECT * FROM keys")},
        inoperative=frozenset(row[0] for row in db.execute("SELECT connector FROM inoperative")),
        tags=tuple(CachedTag(tag, AuthStatus(status), expiry, parent)
                   for tag, status, expiry, parent in db.execute("SELECT * FROM tags ORDER BY rowid")),
        local_list_version=one("SELECT coalesce(max(value), 0) FROM counters WHERE name='local_list'"),
        local_list=tuple(Listed(tag, TagInfo(AuthStatus(status), expiry, parent))
                         for tag, status, expiry, parent
                         in db.execute("SELECT * FROM local_list ORDER BY tag")),
        reservations=tuple(msgspec.json.decode(body, type=Reservation) for (body,)
                           in db.execute("SELECT reservation FROM reservations ORDER BY id")),
        cards=tuple(msgspec.json.decode(body, type=Card)
                    for (body,) in db.execute("SELECT card FROM cards ORDER BY tag")),
        energy=energy_table.marks(db),
        profiles=tuple(msgspec.json.decode(row[0], type=Installed)
                       for row in db.execute("SELECT installed FROM profiles ORDER BY place")),
    )  # fmt: skip


def _open_session(start: bytes, register_wh: int, boot: int, at: int) -> OpenSession:
    return OpenSession(msgspec.json.decode(start, type=Started), register_wh, Stamp(boot, at))


# --- without opening it as a station ---------------------------------------------------------------------


def check_journal(path: Path) -> None:
    """Whether this version can use a journal, if there is one. Raises StoreError; changes nothing."""
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=5)) as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.Error as error:
        raise _unusable(path, error) from None
    if version > len(MIGRATIONS):
        raise _too_new(path, version)


def read_security(path: Path) -> list[SecurityEvent | Alarm]:
    """The security events that are kept, in their order."""
    with closing(sqlite3.connect(path, timeout=5)) as db:
        rows = db.execute("SELECT event FROM security ORDER BY number").fetchall()
    return [_security_event(body) for (body,) in rows]


def _security_event(body: bytes) -> SecurityEvent | Alarm:
    """Older rows are changes of safety settings all, and bear no mark; an alarm begins with its kind."""
    kind: type[SecurityEvent | Alarm] = Alarm if body.startswith(b'{"kind":') else SecurityEvent
    return msgspec.json.decode(body, type=kind)


def read_events(path: Path) -> list[LoggedEvent]:
    """The logged events that are kept, in their order."""
    with closing(sqlite3.connect(path, timeout=5)) as db:
        rows = db.execute("SELECT event FROM events ORDER BY number").fetchall()
    return [msgspec.json.decode(body, type=LoggedEvent) for (body,) in rows]


def read_settings(path: Path) -> dict[str, KeyValue]:
    """The configuration keys a journal holds, without taking it from the station that uses it; none where
    there is no journal yet. Raises sqlite3.Error for a file that is none."""
    if not path.exists():
        return {}
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as db:
        rows = db.execute("SELECT name, value FROM keys").fetchall()
    return {name: msgspec.json.decode(value) for name, value in rows}


def list_aside(path: Path) -> list[dict[str, Any]]:
    """The sessions set aside (R-54): id, number of entries, the start, and when that was.

    ``began`` is in UTC, None while nothing is known of its boot; ``estimated`` marks the time of a boot that
    never learned it (R-51).
    """
    sql = (
        "SELECT e.session, count(*), s.start FROM entries e LEFT JOIN sessions s ON s.session = e.session "
        "WHERE e.aside=1 GROUP BY e.session ORDER BY min(e.entry)"
    )
    with closing(sqlite3.connect(path, timeout=5)) as db:
        rows = db.execute(sql).fetchall()
        zeros = {boot: zero for boot, *zero in db.execute("SELECT boot, zero_us, estimated FROM boots")}
    return [
        {
            "session": session,
            "entries": entries,
            "start": msgspec.json.decode(start) if start else None,
            **_began(start, zeros),
        }
        for session, entries, start in rows
    ]


def _began(start: bytes | None, zeros: Mapping[int, Sequence[int | None]]) -> dict[str, Any]:
    if start is None:
        return {"began": None, "estimated": False}
    stamp = msgspec.json.decode(start, type=Started).stamp
    zero_us, estimated = zeros.get(stamp.boot, (None, 0))
    utc_us, guessed = stamp.utc_us, False
    if utc_us is None and zero_us is not None:
        utc_us, guessed = zero_us + stamp.at, bool(estimated)
    began = None if utc_us is None else datetime.fromtimestamp(utc_us / 1e6, UTC).isoformat()
    return {"began": began, "estimated": guessed}


def _unusable(path: Path, error: sqlite3.Error | OSError) -> StoreError:
    return StoreError(
        f"The journal {path} cannot be used: {error}. Move it away, or choose another folder with --data."
    )


def _too_new(path: Path, version: int) -> StoreError:
    return StoreError(
        f"{path} was written by a newer Pilotline (schema {version}; this one knows {len(MIGRATIONS)}). "
        "Use that version, or another folder with --data."
    )
