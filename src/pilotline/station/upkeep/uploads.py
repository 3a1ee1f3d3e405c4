"""Uploads the backend asks for: diagnostics (OCPP 1.6 §5.8) and logs (whitepaper N01), M-41 and R-32.

The two kinds do not hinder each other. Of one kind the last request counts: the one before it is told as
failed and given up. GetLog asks for that (N01.FR.11); of GetDiagnostics the standard says nothing, and one
that is passed over in silence leaves an operator waiting.

Each try is told: Uploading, then how it went. The last word said is kept in a row that becomes durable with
the notice itself, so that after a restart an upload that was under way is told as failed, once. It is not
begun anew: for that its address would have to be kept, with the password in it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from pilotline.station.upkeep.core import Surroundings
from pilotline.station.upkeep.events import (
    Answer,
    GiveUp,
    Lane,
    Outcome,
    Progress,
    Task,
    Tell,
    TellNotice,
    UpkeepEffect,
    UpkeepEvent,
    UploadAsked,
    Worked,
)
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.journal import KeepEvent, LoggedEvent, StoreKey
from pilotline.vocabulary.location import Location, LocationError, parse_location
from pilotline.vocabulary.time import SECOND, Stamp, earliest
from pilotline.vocabulary.transfers import BY_NAME, CUT_SHORT, LOCATION, REPLACED, TransferFault
from pilotline.vocabulary.upkeep import Bundle, Notice, UploadStatus

USUAL_TRIES, MOST_TRIES = 3, 10
"""``retries`` is how often to try (OCPP 1.6 §6.25); a backend that asks for thousands gets ten."""
USUAL_PAUSE_S, LEAST_PAUSE_S, MOST_PAUSE_S = 60, 1, 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = (0, 0, None)
_WORDS: Mapping[Bundle, str] = {
    Bundle.DIAGNOSTICS: "diagnostics",
    Bundle.DIAGNOSTICS_LOG: "diagnostics-log",
    Bundle.SECURITY_LOG: "security-log",
}
"""What the file is called after."""


@dataclass(frozen=True, slots=True)
class SendBundle(Task):
    """Make the bundle of what happened from ``oldest_us`` to ``latest_us``, and bring it to a location."""

    lane: ClassVar[Lane] = Lane.UPLOAD

    bundle: Bundle
    name: str
    location: Location
    oldest_us: int | None = None
    latest_us: int | None = None


@dataclass(frozen=True, slots=True)
class Sent(Outcome):
    """It is there, all its bytes."""

    size: int


@dataclass(frozen=True, slots=True)
class NotSent(Outcome):
    """Why it is not there; ``code`` is the server's own number, where it gave one."""

    fault: TransferFault
    code: int | None = None


@dataclass(frozen=True, slots=True)
class UploadView:
    """The last upload of a kind: what is told of it, and kept. ``status`` is an :class:`UploadStatus`.

    ``fault`` names a row of the transfers' table, nothing while there is none. ``size`` is in bytes, what has
    gone so far while it is under way. ``tries_left`` counts those that are still to come.
    """

    about: str
    file: str
    status: str
    stamp: tuple[int, int, int | None]
    request: int | None = None
    fault: str = ""
    code: int | None = None
    size: int = 0
    tries_left: int = 0


class Uploads:
    """The part of upkeep that brings files to the backend."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._name = plain_name(surroundings.name or surroundings.serial)
        self._surroundings = surroundings
        self._desks = {about: _Desk(surroundings, about) for about in (Notice.DIAGNOSTICS, Notice.LOG)}

    def handle(self, event: UpkeepEvent, stamp: Stamp) -> Sequence[UpkeepEffect]:
        effects = [effect for desk in self._desks.values() for effect in desk.begin(stamp)]
        match event:
            case UploadAsked():
                about = Notice.DIAGNOSTICS if event.bundle is Bundle.DIAGNOSTICS else Notice.LOG
                effects += self._desks[about].ask(event, self._file_of(event, stamp), stamp)
            case Worked(number, Sent() | NotSent() as outcome):
                effects += self._with(number, lambda desk: desk.hear(outcome, stamp))
            case Progress(number, done):
                effects += self._with(number, lambda desk: desk.reach(done))
            case TellNotice(about) if about in self._desks:
                effects.append(self._desks[about].tell())
            case _:
                pass
        return [*effects, *(effect for desk in self._desks.values() for effect in desk.look(stamp))]

    def deadline(self) -> int | None:
        return earliest(*(desk.due for desk in self._desks.values()))

    def last(self) -> UploadView | None:
        """The upload something was last said of."""
        views = [desk.view for desk in self._desks.values() if desk.view is not None]
        return max(views, key=lambda view: view.stamp[:2], default=None)

    def _with(self, number: int, deed: "Callable[[_Desk], Sequence[UpkeepEffect]]") -> Sequence[UpkeepEffect]:
        """What the desk does whose work this is; that of one who gave it up is nobody's."""
        desk = next((each for each in self._desks.values() if each.work == number), None)
        return () if desk is None else deed(desk)

    def _file_of(self, asked: UploadAsked, stamp: Stamp) -> str:
        """Nothing where nothing is: a time that has not come yet, or ends before it begins."""
        if _is_empty(asked, stamp.utc_us):
            return ""
        when = _moment(stamp)
        request = "" if asked.request is None else f"-{asked.request}"
        return f"{self._name}-{_WORDS[asked.bundle]}{request}-{when}.tar.gz"


class _Desk:
    """One kind of upload: the request it works on, and the last word said."""

    def __init__(self, surroundings: Surroundings, about: Notice) -> None:
        self._surroundings = surroundings
        self._about = about
        self._row = f"upkeep upload {about.value}"
        self._begun = False
        self._task: SendBundle | None = None
        self._pause = 0
        self.view = _read(surroundings.kept.get(self._row))
        self.work: int | None = None
        """The number of the work under way."""
        self.due: int | None = None
        """When the next try is, in core time."""

    def begin(self, stamp: Stamp) -> Sequence[UpkeepEffect]:
        """What an earlier boot left under way has failed, and nobody has been told."""
        if self._begun:
            return ()
        self._begun, left = True, self.view
        if left is None or left.status != UploadStatus.UPLOADING.value:
            self.view = left and replace(left, tries_left=0)  # its address is not known any more
            return ()
        return self._fail(replace(left, tries_left=0), CUT_SHORT, None, stamp)

    def ask(self, asked: UploadAsked, file: str, stamp: Stamp) -> Sequence[UpkeepEffect]:
        """Take a request, and the place of the one before it."""
        location = _location(asked)
        if not file:
            return [Answer(asked.call, "Rejected", None)]
        if location is None:
            return self._refuse(asked, file, stamp)
        ended = self._end(stamp)
        effects: list[UpkeepEffect] = [
            *ended, Answer(asked.call, "AcceptedCanceled" if ended else "Accepted", file)
        ]  # fmt: skip
        self._task = SendBundle(asked.bundle, file, location, asked.oldest_us, asked.latest_us)
        tries = USUAL_TRIES if asked.retries is None else min(max(asked.retries, 1), MOST_TRIES)
        pause_s = USUAL_PAUSE_S if asked.retry_s is None else asked.retry_s
        self._pause = min(max(pause_s, LEAST_PAUSE_S), MOST_PAUSE_S) * SECOND
        return effects + self._try(asked.request, tries, stamp)

    def hear(self, outcome: Sent | NotSent, stamp: Stamp) -> Sequence[UpkeepEffect]:
        """A try is over."""
        view, self.work = self.view, None
        assert view is not None
        if isinstance(outcome, NotSent):
            again = view.tries_left > 0
            self.due = stamp.at + self._pause if again else None
            self._task = self._task if again else None
            return self._fail(view, outcome.fault, outcome.code, stamp)
        self._task = None
        words: dict[str, str | int] = {"file": view.file, "size": outcome.size}
        done = replace(view, size=outcome.size, tries_left=0)
        return [
            *self._say(done, UploadStatus.UPLOADED, stamp),
            KeepEvent(LoggedEvent("upload_done", 0, stamp, words)),
        ]

    def reach(self, done: int) -> Sequence[UpkeepEffect]:
        self.view = self.view and replace(self.view, size=done)
        return ()

    def look(self, stamp: Stamp) -> Sequence[UpkeepEffect]:
        """The next try, if it is time."""
        if self.due is None or self.due > stamp.at or self.view is None:
            return ()
        self.due = None
        return self._try(self.view.request, self.view.tries_left, stamp)

    def tell(self) -> Tell:
        """How it stands, for a triggered notice: the last word while the request is worked on, else Idle."""
        if self._task is None or self.view is None:
            return Tell(self._about, UploadStatus.IDLE.value)
        return Tell(self._about, self.view.status, self.view.request)

    # --- what is said ---

    def _try(self, request: int | None, tries: int, stamp: Stamp) -> list[UpkeepEffect]:
        assert self._task is not None
        work = self._surroundings.work(self._task)
        self.work = work.number
        view = UploadView(self._about.value, self._task.name, "", _NEVER, request, tries_left=tries - 1)
        return [*self._say(view, UploadStatus.UPLOADING, stamp), work]

    def _refuse(self, asked: UploadAsked, file: str, stamp: Stamp) -> Sequence[UpkeepEffect]:
        """An address that is none: GetLog can say no; GetDiagnostics names no file, and a notice says why.

        What is under way goes on: the backend has its answer, and knows which of the two was taken.
        """
        words = _fault_words(file, LOCATION, None)
        logged = KeepEvent(LoggedEvent("upload_failed", 0, stamp, words))
        answer = Answer(asked.call, "Rejected", None)
        if asked.request is not None or self._task is not None:
            return [answer, logged]
        view = UploadView(self._about.value, file, "", _NEVER, asked.request)
        return [answer, *self._fail(view, LOCATION, None, stamp)]

    def _end(self, stamp: Stamp) -> Sequence[UpkeepEffect]:
        """The request worked on gets its end, because another takes its place."""
        view, task, work = self.view, self._task, self.work
        self._task = self.work = self.due = None
        if task is None or view is None:
            return []
        if work is None:  # between two tries: it has been told as failed
            return [*self._keep(replace(view, tries_left=0))]
        return [GiveUp(work), *self._fail(replace(view, tries_left=0), REPLACED, None, stamp)]

    def _fail(
        self, view: UploadView, fault: TransferFault, code: int | None, stamp: Stamp
    ) -> Sequence[UpkeepEffect]:
        plain = self._about is Notice.DIAGNOSTICS  # it knows one word for all of them
        status = UploadStatus.UPLOAD_FAILED if plain else fault.status
        failed = replace(view, fault=fault.name, code=code)
        words = _fault_words(view.file, fault, code)
        return [
            *self._say(failed, status, stamp), KeepEvent(LoggedEvent("upload_failed", 0, stamp, words))
        ]  # fmt: skip

    def _say(self, view: UploadView, status: UploadStatus, stamp: Stamp) -> Sequence[UpkeepEffect]:
        """A notice, and in the same commit the row that knows it was said."""
        row = self._keep(replace(view, status=status.value, stamp=(stamp.boot, stamp.at, stamp.utc_us)))
        record = self._surroundings.notify(self._about, status.value, stamp, request=view.request)
        return [replace(record, keys=(*record.keys, *row))]

    def _keep(self, view: UploadView) -> tuple[StoreKey, ...]:
        self.view = view
        return (StoreKey(self._row, json.dumps(asdict(view))),)


def plain_name(name: str) -> str:
    """A station's name as a part of a file's: letters, digits and hyphens, so that it leads nowhere."""
    return "".join(each if each.isascii() and each.isalnum() else "-" for each in name)[:40] or "station"


def _is_empty(asked: UploadAsked, now_us: int | None) -> bool:
    """Whether nothing can be of the time asked for."""
    oldest, latest = asked.oldest_us, asked.latest_us
    if oldest is None:
        return False
    return (latest is not None and latest < oldest) or (now_us is not None and oldest > now_us)


def _moment(stamp: Stamp) -> str:
    """20260329T101500Z, or boot and second where nobody knows the time."""
    if stamp.utc_us is None:
        return f"boot{stamp.boot}-{stamp.at // SECOND}s"
    return (_EPOCH + timedelta(microseconds=stamp.utc_us)).strftime("%Y%m%dT%H%M%SZ")


def _location(asked: UploadAsked) -> Location | None:
    try:
        return parse_location(asked.location)
    except LocationError:
        return None


def _fault_words(file: str, fault: TransferFault, code: int | None) -> dict[str, str | int]:
    words: dict[str, str | int] = {"file": file, "failure": fault.number, "name": fault.name}
    return words if code is None else {**words, "answer": code}


def _read(kept: KeyValue) -> UploadView | None:
    """From what was kept. What is damaged, or of another release, is as if it were not there."""
    try:
        values: dict[str, Any] = json.loads(kept) if isinstance(kept, str) else {}
        if set(values) != {each.name for each in fields(UploadView)}:
            return None
        stamp = Stamp(*values.pop("stamp"))
        view = UploadView(stamp=(stamp.boot, stamp.at, stamp.utc_us), **values)
    except (ValueError, TypeError):
        return None
    return view if view.fault in ("", *BY_NAME) else None
