"""Certificates: the roots of backend and makers, and the station's own (whitepaper A02, A03, M03 to M05).

Every answer is the store's word, asked anew. The station's own certificate is asked for when the backend
triggers it, and by the station itself a month before it runs out (A03.FR.02), a day apart: A03 advises
against asking again within hours.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pilotline.station.upkeep.alarms import alarm
from pilotline.station.upkeep.core import Surroundings
from pilotline.station.upkeep.events import (
    Answer,
    AskSignature,
    BackendLost,
    BackendTried,
    DeleteCertificate,
    InstallCertificate,
    Outcome,
    ReadCertificates,
    RequestCertificate,
    SignatureAnswered,
    TakeSigned,
    Task,
    UpkeepEffect,
    UpkeepEvent,
    WayTried,
    Worked,
)
from pilotline.station.upkeep.store import (
    AddRoot,
    DropRoots,
    Inventory,
    MakeRequest,
    ReadStore,
    RemoveRoot,
    RequestMade,
    StoreIs,
    StoreRefuses,
    TakeChain,
)
from pilotline.vocabulary.alarms import AlarmKind
from pilotline.vocabulary.journal import KeepEvent, LoggedEvent, StoreKey
from pilotline.vocabulary.time import DAY, Stamp
from pilotline.vocabulary.upkeep import CertificateUse

EARLY_US = 30 * DAY
"""Before its end another one is asked for."""
AGAIN_US = DAY
"""...and again after so long, if none has come."""
_ASKED_ROW = "upkeep certificate asked"
"""When it was last asked for, in UTC: a station that restarts every minute asks once a day too."""
_NO_ANSWER_WORD = "Rejected"
_BACKEND = CertificateUse.CENTRAL_SYSTEM_ROOT


@dataclass(frozen=True)
class _Asked:
    """A work under way, and whom its end is for (call 0: nobody)."""

    task: Task
    call: int
    use: CertificateUse | None = None
    """Whose roots are to be told, where that was the question."""


@dataclass
class _Line:
    """The line to the backend as far as this part cares."""

    root: str = ""
    """What vouched for the backend on the line that is open."""
    trusted: str = ""
    """The only root that line was dialled with, where it was one."""
    profile: int = 0
    open: bool = False
    registered: bool = False
    tasks: dict[int, _Asked] = field(default_factory=dict[int, _Asked])


class Certificates:
    """``handle`` and ``deadline``; ``inventory`` is what was last seen in the store."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._around = surroundings
        self._line = _Line()
        self._asked_us = _number(surroundings.kept.get(_ASKED_ROW))
        self._began = False
        self._due: int | None = None
        self.inventory: Inventory | None = None

    def handle(self, event: UpkeepEvent, stamp: Stamp) -> Sequence[UpkeepEffect]:
        effects: list[UpkeepEffect] = []
        if not self._began:
            self._began = True
            effects.append(self._do(ReadStore()))
        effects += self._take(event, stamp)
        effects += self._renew(stamp)
        return effects

    def deadline(self) -> int | None:
        return self._due

    def _take(self, event: UpkeepEvent, stamp: Stamp) -> Sequence[UpkeepEffect]:
        match event:
            case Worked(number, outcome) if number in self._line.tasks:
                return self._worked(self._line.tasks.pop(number), outcome, stamp)
            case WayTried():
                self._follow(event)
            case BackendTried(works=True):
                return self._registered()
            case BackendTried() | BackendLost():
                self._line.open = self._line.registered = False
            case SignatureAnswered(accepted=False):
                return [KeepEvent(LoggedEvent("certificate_not_signed", 0, stamp))]
            case _:
                return self._wished(event, stamp)
        return ()

    def _wished(self, event: UpkeepEvent, stamp: Stamp) -> Sequence[UpkeepEffect]:
        match event:
            case InstallCertificate(call, use, pem):
                return [self._do(self._adding(use, pem, stamp), call)]
            case DeleteCertificate(call, hash):
                return [self._do(RemoveRoot(hash, self._needed(stamp)), call)]
            case ReadCertificates(call, use):
                return [self._do(ReadStore(), call, use)]
            case TakeSigned(call, chain):
                return self._take_signed(call, chain, stamp)
            case RequestCertificate(call):
                return self._request(call, stamp)
            case _:
                return ()

    # --- the line ---

    def _follow(self, tried: WayTried) -> None:
        self._line.open = tried.trouble is None
        self._line.registered = False
        self._line.root, self._line.trusted = tried.root, tried.access.root
        self._line.profile = tried.access.profile

    def _registered(self) -> Sequence[UpkeepEffect]:
        """A root that was replaced goes when the new one has carried a connection (M05.FR.12)."""
        self._line.registered = True
        roots = self.inventory.roots_for(_BACKEND) if self.inventory else ()
        newest = {each.fingerprint for each in roots if not each.replaced}
        old = frozenset(each.fingerprint for each in roots if each.replaced)
        worked = self._line.open and ({self._line.root, self._line.trusted} & newest)
        return [self._do(DropRoots(old))] if old and worked else ()

    def _needed(self, stamp: Stamp) -> frozenset[str]:
        """The roots that the way into the backend hangs on now (M04.FR.06).

        That is the one that vouched for it on this line. Where nobody knows which one did, it is all, as the
        one who deletes the wrong one ends the connection for ever.
        """
        profile = max(
            self._around.keys.number("SecurityProfile"), self._line.profile if self._line.open else 0
        )
        if profile < 2 or self.inventory is None:
            return frozenset()
        if self._line.open and self._line.root:
            return frozenset({self._line.root})
        return frozenset(each.fingerprint for each in self.inventory.roots_for(_BACKEND, stamp.utc_us))

    # --- the store ---

    def _do(self, task: Task, call: int = 0, use: CertificateUse | None = None) -> UpkeepEffect:
        work = self._around.work(task)
        self._line.tasks[work.number] = _Asked(task, call, use)
        return work

    def _adding(self, use: CertificateUse, pem: str, stamp: Stamp) -> AddRoot:
        keys = self._around.keys
        only = use is _BACKEND and keys.flag("AdditionalRootCertificateCheck")
        return AddRoot(use, pem, keys.number("CertificateStoreMaxLength"), stamp.utc_us, replaces=only)

    def _worked(self, asked: _Asked, outcome: Outcome, stamp: Stamp) -> Sequence[UpkeepEffect]:
        match outcome:
            case StoreIs(inventory):
                self.inventory = inventory
                return [*self._answer(asked), *self._changed(asked.task, outcome, stamp)]
            case StoreRefuses(word, reason):
                return [*_say(asked, word), *self._refused(asked.task, reason, stamp)]
            case RequestMade(csr):
                return [AskSignature(csr)]
            case _:
                return _say(asked, _NO_ANSWER_WORD)

    def _answer(self, asked: _Asked) -> Sequence[UpkeepEffect]:
        if not asked.call:
            return ()
        if asked.use is None or self.inventory is None:
            return [Answer(asked.call, "Accepted")]
        hashes = tuple(each.hash for each in self.inventory.roots_for(asked.use))
        return [Answer(asked.call, "Accepted" if hashes else "NotFound", hashes=hashes)]

    def _changed(self, task: Task, done: StoreIs, stamp: Stamp) -> Sequence[UpkeepEffect]:
        """Security parameters that are others than before stand in the log, by what names them alone."""
        name = done.fingerprint[:16]
        match task:
            case AddRoot(use):
                said = f"A {use.value} was installed, its fingerprint begins with {name}."
            case RemoveRoot():
                said = f"A root certificate was deleted, its fingerprint begins with {name}."
            case DropRoots():
                said = "The root certificate that was replaced was deleted: the new one works."
            case TakeChain():
                said = f"The station has another certificate, its fingerprint begins with {name}."
            case _:
                return ()
        return alarm(self._around, AlarmKind.RECONFIGURATION, said, stamp)

    def _refused(self, task: Task, reason: str, stamp: Stamp) -> Sequence[UpkeepEffect]:
        if isinstance(task, TakeChain):  # A02.FR.07
            return alarm(self._around, AlarmKind.INVALID_STATION_CERTIFICATE, reason, stamp)
        if isinstance(task, AddRoot | MakeRequest):
            return [KeepEvent(LoggedEvent("certificate_refused", 0, stamp, {"reason": reason}))]
        return ()

    # --- the station's own ---

    def _take_signed(self, call: int, chain: str, stamp: Stamp) -> Sequence[UpkeepEffect]:
        most = self._around.keys.number("CertificateSignedMaxChainSize")
        if len(chain) > most:
            said = f"The certificate chain has more than {most} letters."
            kind = AlarmKind.INVALID_STATION_CERTIFICATE
            return [Answer(call, "Rejected"), *alarm(self._around, kind, said, stamp)]
        return [self._do(TakeChain(chain, self._around.serial, stamp.utc_us), call)]

    def _request(self, call: int, stamp: Stamp) -> Sequence[UpkeepEffect]:
        """Without the operator's name nobody could sign it (A02, prerequisite)."""
        name = self._around.keys.text("CpoName")
        if not name or not self._around.serial:
            said = KeepEvent(LoggedEvent("certificate_no_name", 0, stamp))
            return [Answer(call, "Rejected"), said] if call else [said]
        asking = self._do(MakeRequest(self._around.serial, name))
        return [Answer(call, "Accepted"), asking] if call else [asking]

    def _renew(self, stamp: Stamp) -> Sequence[UpkeepEffect]:
        """A month before the newest runs out (A03.FR.02), while there is somebody to ask."""
        self._due = None
        newest = self.inventory.own[0] if self.inventory and self.inventory.own else None
        if newest is None or stamp.utc_us is None or not self._line.registered:
            return ()
        at_us = max(newest.not_after_us - EARLY_US, (self._asked_us or 0) + AGAIN_US if self._asked_us else 0)
        if stamp.utc_us < at_us:
            self._due = stamp.at + at_us - stamp.utc_us
            return ()
        self._asked_us = stamp.utc_us
        self._due = stamp.at + AGAIN_US
        return [StoreKey(_ASKED_ROW, stamp.utc_us), *self._request(0, stamp)]


def _say(asked: _Asked, word: str) -> Sequence[UpkeepEffect]:
    return [Answer(asked.call, word)] if asked.call else ()


def _number(kept: object) -> int | None:
    return kept if isinstance(kept, int) else None
