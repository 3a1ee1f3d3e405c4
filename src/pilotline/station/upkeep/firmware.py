"""A firmware update, from the backend's request to the firmware that runs and is well (M-43, R-31, E-41).

One update at a time, in the phases of :class:`Phase`. What must be told is written into the update's row
before it is told, and each notice is stored together with the row that no longer has it: whenever the power
fails, each status goes out once and in order. The firmware changes only while no session is open, and the new
one has to prove itself (:meth:`FirmwareUpdate._on_trial`), or the old one runs again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pilotline.station.upkeep.alarms import alarm
from pilotline.station.upkeep.core import Surroundings
from pilotline.station.upkeep.events import (
    Answer,
    BackendTried,
    BackHome,
    GiveUp,
    Outcome,
    Progress,
    RestartFor,
    Task,
    Tell,
    TellNotice,
    UpdateAsked,
    UpkeepEffect,
    UpkeepEvent,
    Wellbeing,
    Worked,
)
from pilotline.station.upkeep.firmware_row import (
    BUSY,
    LAST_ROW,
    PLAIN,
    ROW,
    Last,
    Phase,
    Update,
    read_last,
    read_update,
    write_update,
)
from pilotline.station.upkeep.firmware_work import (
    CheckSigner,
    Confirm,
    Done,
    Download,
    Failed,
    GoBack,
    Switch,
    Verify,
    Write,
)
from pilotline.vocabulary.alarms import AlarmKind
from pilotline.vocabulary.firmware import SIGNING_FAULTS, Booted, FirmwareFault
from pilotline.vocabulary.journal import Record, StoreKey
from pilotline.vocabulary.status import ResetKind
from pilotline.vocabulary.time import MINUTE, SECOND, Stamp, earliest
from pilotline.vocabulary.upkeep import FirmwareStatus, Notice

HOSTS = "c_FirmwareHosts"
TRIES, PAUSE_S = 3, 60
"""How often a download is tried, and the seconds between, where the backend does not say."""
MOST_TRIES, LEAST_PAUSE_S, MOST_PAUSE_S = 100, 1, 86_400
"""A backend that asks for more, or for none at all, gets this."""
PROVES_WITHIN = 10 * MINUTE
"""So long after its start a new firmware may take to be well: it includes the backend's way of saying so."""
ASK_AGAIN = 15 * MINUTE
"""A station that has not restarted by then is asked once more."""
TRY_AGAIN = 30 * SECOND
"""A slot that could not be written is tried again."""

_Status = FirmwareStatus
_ROAD = (
    _Status.DOWNLOADING, _Status.DOWNLOADED, _Status.SIGNATURE_VERIFIED, _Status.INSTALLING,
    _Status.INSTALL_REBOOTING,
)  # fmt: skip
"""What has been told by the time a new firmware starts."""
_TRIED_AGAIN: Mapping[Phase, Task] = {Phase.CONFIRMING: Confirm(), Phase.RETURNING: GoBack()}
_FAILED_BEFORE = frozenset({Phase.SCHEDULED, Phase.DOWNLOADING, Phase.PAUSED})
"""An update that ends in these has not been downloaded."""


@dataclass(frozen=True, slots=True)
class FirmwareView:
    """How it stands. ``phase`` is empty while no update is under way; ``last`` says how the last one ended.

    ``done`` and ``total`` are bytes of a download.
    """

    version: str
    slot: str
    trial: bool
    phase: str
    done: int
    total: int | None
    last: str


class FirmwareUpdate:
    """``handle(event, stamp)`` and ``deadline()``; ``view`` for people."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._around = surroundings
        self._booted = surroundings.booted or Booted(surroundings.firmware)
        self._update: Update | None = read_update(surroundings.kept.get(ROW))
        self._last = read_last(surroundings.kept.get(LAST_ROW))
        self._stored = write_update(self._update)
        self._checks: dict[int, UpdateAsked] = {}
        self._work: int | None = None
        self._progress: tuple[int, int | None] = (0, None)
        self._again_at = 0
        self._idle: bool | None = None  # nobody has said yet
        self._well = Wellbeing(board=False, disk=False)
        self._accepted = surroundings.alone
        self._began: int | None = None
        self._due: int | None = 0
        self._effects: list[UpkeepEffect] = []
        self._ends: Mapping[Phase, Callable[[Outcome, Stamp], None]] = {
            Phase.DOWNLOADING: self._downloaded,
            Phase.VERIFYING: self._verified,
            Phase.WRITING: self._written,
            Phase.SWITCHING: self._switched,
            Phase.CONFIRMING: self._confirmed,
            Phase.RETURNING: self._returned,
        }

    @property
    def view(self) -> FirmwareView:
        booted, phase = self._booted, "" if self._update is None else self._update.phase.value
        done, total = self._progress
        return FirmwareView(
            booted.version, booted.slot, booted.trial, phase, done, total, self._last.sentence
        )

    def handle(self, event: UpkeepEvent, stamp: Stamp) -> Sequence[UpkeepEffect]:
        if self._began is None:
            self._began = stamp.at
            self._find_again()
        self._hear(event, stamp)
        self._flush(stamp)
        while self._update is not None and self._step(self._update, stamp):
            self._flush(stamp)
        self._keep()
        self._due = self._next_due(stamp)
        effects, self._effects = self._effects, []
        return effects

    def deadline(self) -> int | None:
        return self._due

    # --- what an earlier boot left ---

    def _find_again(self) -> None:
        """What the slots say counts: they were written before the row could say so, or not at all."""
        update, booted = self._update, self._booted
        if update is not None and update.phase is Phase.ENDED:
            return
        mine = update is not None and booted.update == update.name
        if booted.trial and not mine:
            update = Update(booted.update, quiet=True)
        if booted.trial and update is not None:
            self._update = replace(update, phase=Phase.TRIAL, untold=self._untold_road(update))
        elif update is None:
            return
        elif mine:
            self._update = replace(update, untold=self._untold_road(update))
            self._installed()
        elif booted.fell_back == update.name:
            self._fail(FirmwareFault.CRASHED if booted.crashed else FirmwareFault.UNWELL)
        elif update.phase in {Phase.REBOOTING, Phase.TRIAL, Phase.CONFIRMING, Phase.RETURNING}:
            self._fail(FirmwareFault.SLOTS)
        elif update.phase is Phase.SWITCHING:
            self._update = replace(update, phase=Phase.WRITTEN)

    def _untold_road(self, update: Update) -> tuple[str, ...]:
        """The part of the usual road of which a power cut took the telling; nothing in the usual case."""
        untold = [each for each in update.untold if each not in {status.value for status in _ROAD}]
        missing = [each.value for each in _ROAD if each.value not in update.told]
        return (*missing, *untold)

    # --- what is heard ---

    def _hear(self, event: UpkeepEvent, stamp: Stamp) -> None:  # noqa: C901 - a flat table of events
        match event:
            case UpdateAsked(call, request=None):
                self._effects.append(Answer(call, "Accepted" if self._may_change else "Rejected"))
                if self._may_change:
                    self._take(event, stamp)
            case UpdateAsked():
                self._check(event, stamp)
            case Worked(number, outcome) if number in self._checks:
                self._answer(self._checks.pop(number), outcome, stamp)
            case Worked(number, outcome) if number == self._work and self._update is not None:
                self._work = None
                self._ends[self._update.phase](outcome, stamp)
            case Progress(number, done, total) if number == self._work:
                self._progress = done, total
            case BackHome(idle):
                self._idle = idle
            case Wellbeing():
                self._well = event
            case BackendTried(works=True):
                self._accepted = True
            case TellNotice(about) if about in (Notice.FIRMWARE, Notice.SIGNED_FIRMWARE):
                self._tell_now(about)
            case _:
                pass

    @property
    def _may_change(self) -> bool:
        """Whether another update may take the place of this one: not once the slots are touched."""
        return self._update is None or self._update.phase not in BUSY

    def _check(self, ask: UpdateAsked, stamp: Stamp) -> None:
        if self._update is not None and self._update.is_of(ask):
            self._effects.append(Answer(ask.call, "Accepted"))  # asked again: the answer was lost
        elif not self._may_change:
            self._effects.append(Answer(ask.call, "Rejected"))
        else:
            work = self._around.work(CheckSigner(ask.certificate, stamp.utc_us))
            self._checks[work.number] = ask
            self._effects.append(work)

    def _answer(self, ask: UpdateAsked, outcome: Outcome, stamp: Stamp) -> None:
        if isinstance(outcome, Done) and self._may_change:
            word = "Accepted" if self._update is None else "AcceptedCanceled"
            self._effects.append(Answer(ask.call, word))
            self._take(ask, stamp)
        elif isinstance(outcome, Failed) and outcome.fault in SIGNING_FAULTS:
            self._effects.append(Answer(ask.call, "InvalidCertificate"))
            self._effects += alarm(self._around, _BAD_SIGNER, outcome.fault.value, stamp, tell=True)
        else:
            self._effects.append(Answer(ask.call, "Rejected"))

    def _take(self, ask: UpdateAsked, stamp: Stamp) -> None:
        """This is the update from now on; one that was under way is told to have failed, as it has."""
        if self._update is not None:
            self._fail(FirmwareFault.CANCELLED)
            self._flush(stamp)
        tries = TRIES if ask.retries is None else min(max(ask.retries, 1), MOST_TRIES)
        pause = PAUSE_S if ask.retry_s is None else min(max(ask.retry_s, LEAST_PAUSE_S), MOST_PAUSE_S)
        self._update = Update(
            f"{stamp.boot}-{stamp.at}",
            location=ask.location,
            retrieve_us=ask.retrieve_us,
            tries=tries,
            pause_s=pause,
            request=ask.request,
            install_us=ask.install_us,
            certificate=ask.certificate,
            signature=ask.signature,
        )

    # --- from phase to phase ---

    def _step(self, update: Update, stamp: Stamp) -> bool:
        """What is due now; whether the phase has changed."""
        before = update.phase
        match before:
            case Phase.SCHEDULED:
                self._scheduled(update, stamp)
            case Phase.PAUSED if stamp.at >= self._again_at:
                self._enter(Phase.DOWNLOADING, _Status.DOWNLOADING)
            case Phase.WAITING:
                self._wait_to_install(update, stamp)
            case Phase.WRITTEN if self._idle:
                self._enter(Phase.SWITCHING)
            case Phase.REBOOTING | Phase.RETURNED if stamp.at >= self._again_at:
                self._again_at = stamp.at + ASK_AGAIN
                self._effects.append(RestartFor(ResetKind.SOFT))
            case Phase.TRIAL:
                self._on_trial(stamp)
            case phase if phase in self._ends and self._work is None:
                self._begin(update, stamp)
            case _:
                pass
        return self._update is not None and self._update.phase is not before

    def _begin(self, update: Update, stamp: Stamp) -> None:
        """Certificates are judged by the time: a station that does not know it waits."""
        task: Task | None = None
        if stamp.utc_us is not None:
            verify = Verify(
                update.name, self._booted.version, stamp.utc_us, update.certificate, update.signature
            )
            task = {
                Phase.DOWNLOADING: Download(update.name, update.location, self._hosts()),
                Phase.VERIFYING: verify,
                Phase.WRITING: Write(verify),
            }.get(update.phase)
        if update.phase is Phase.SWITCHING:
            task = Switch(update.name)
        elif update.phase in _TRIED_AGAIN and stamp.at >= self._again_at:
            task = _TRIED_AGAIN[update.phase]
        if task is not None:
            work = self._around.work(task)
            self._work, self._progress = work.number, (0, None)
            self._effects.append(work)

    def _hosts(self) -> tuple[str, ...]:
        return tuple(
            each.strip().lower() for each in self._around.keys.text(HOSTS).split(",") if each.strip()
        )

    def _scheduled(self, update: Update, stamp: Stamp) -> None:
        """Nothing is fetched before its time, nor by a station that does not know the time."""
        if stamp.utc_us is not None and stamp.utc_us >= update.retrieve_us:
            self._enter(Phase.DOWNLOADING, _Status.DOWNLOADING)
        elif _Status.DOWNLOAD_SCHEDULED.value not in update.told:
            self._enter(Phase.SCHEDULED, _Status.DOWNLOAD_SCHEDULED)
            self._flush(stamp)

    def _wait_to_install(self, update: Update, stamp: Stamp) -> None:
        is_time = update.install_us is None or (
            stamp.utc_us is not None and stamp.utc_us >= update.install_us
        )
        if is_time and self._idle:
            self._enter(Phase.WRITING, _Status.INSTALLING)
        elif _Status.INSTALL_SCHEDULED.value not in update.told and (self._idle is False or not is_time):
            self._enter(Phase.WAITING, _Status.INSTALL_SCHEDULED)
            self._flush(stamp)

    def _on_trial(self, stamp: Stamp) -> None:
        """Well is: each board answers, the disk takes records, and the backend has taken us, if there is one.

        The way back waits for the end of a session, as the way forth did.
        """
        assert self._began is not None
        if self._well.board and self._well.disk and self._accepted:
            self._enter(Phase.CONFIRMING)
        elif stamp.at >= self._began + PROVES_WITHIN and self._idle:
            self._enter(Phase.RETURNING)

    # --- how work ended ---

    def _downloaded(self, outcome: Outcome, stamp: Stamp) -> None:
        update = self._update
        assert update is not None
        if isinstance(outcome, Done):
            self._enter(Phase.VERIFYING, _Status.DOWNLOADED)
            return
        self._again_at = stamp.at + update.pause_s * SECOND
        self._update = replace(update, tries=update.tries - 1)
        if update.tries <= 1:
            self._fail(_fault(outcome))
        else:
            self._note(_Status.DOWNLOAD_FAILED, _fault(outcome))
            self._enter(Phase.PAUSED, _Status.DOWNLOAD_FAILED)

    def _verified(self, outcome: Outcome, _stamp: Stamp) -> None:
        if isinstance(outcome, Done):
            self._enter(Phase.WAITING, _Status.SIGNATURE_VERIFIED)
        else:
            self._refuse(_fault(outcome))

    def _refuse(self, fault: FirmwareFault) -> None:
        """An image that is not taken; what is wrong with its signature is an alarm as well."""
        update = self._update
        assert update is not None
        signed, kind = update.request is not None, _ALARMS.get(fault)
        if kind is None:
            status = _Status.INSTALL_VERIFICATION_FAILED if signed else _Status.INSTALLATION_FAILED
            self._note(status, fault)
            self._finish(status)
        else:
            status = _Status.INVALID_SIGNATURE if signed else _Status.INSTALLATION_FAILED
            self._note(status, fault)
            self._finish(status, f"!{kind.value}|{fault.value}")

    def _written(self, outcome: Outcome, _stamp: Stamp) -> None:
        if isinstance(outcome, Done):
            self._enter(Phase.WRITTEN)
        else:
            self._fail(_fault(outcome))

    def _switched(self, outcome: Outcome, _stamp: Stamp) -> None:
        if isinstance(outcome, Done):
            self._again_at = 0
            self._enter(Phase.REBOOTING, _Status.INSTALL_REBOOTING)
        else:
            self._fail(_fault(outcome))

    def _confirmed(self, outcome: Outcome, stamp: Stamp) -> None:
        if isinstance(outcome, Done):
            self._booted = replace(self._booted, trial=False)
            self._installed()
        else:
            self._again_at = stamp.at + TRY_AGAIN
            self._enter(Phase.TRIAL)

    def _installed(self) -> None:
        self._note(_Status.INSTALLED, None)
        self._finish(_Status.INSTALLED, f"!{AlarmKind.FIRMWARE_UPDATED.value}|{self._booted.version}")

    def _returned(self, outcome: Outcome, stamp: Stamp) -> None:
        """That it failed is told when the old firmware runs: only then it is known to."""
        if isinstance(outcome, Done):
            self._again_at = 0
            self._enter(Phase.RETURNED)
        else:
            self._again_at = stamp.at + TRY_AGAIN

    # --- telling and keeping ---

    def _enter(self, phase: Phase, *statuses: FirmwareStatus) -> None:
        assert self._update is not None
        words = tuple(each.value for each in statuses)
        self._update = replace(self._update, phase=phase, untold=(*self._update.untold, *words))

    def _fail(self, fault: FirmwareFault) -> None:
        assert self._update is not None
        early = self._update.phase in _FAILED_BEFORE
        status = _Status.DOWNLOAD_FAILED if early else _Status.INSTALLATION_FAILED
        self._note(status, fault)
        self._finish(status)

    def _finish(self, *words: FirmwareStatus | str) -> None:
        """The update is over once this is told."""
        assert self._update is not None
        if self._work is not None:
            self._effects.append(GiveUp(self._work))
            self._work = None
        texts = (each.value if isinstance(each, FirmwareStatus) else each for each in words)
        self._update = replace(self._update, phase=Phase.ENDED, untold=(*self._update.untold, *texts))

    def _note(self, status: FirmwareStatus, fault: FirmwareFault | None) -> None:
        assert self._update is not None
        self._last = Last(status.value, self._update.request, "" if fault is None else fault.value)
        self._effects.append(StoreKey(LAST_ROW, self._last.write()))

    def _flush(self, stamp: Stamp) -> None:
        """Each notice is stored with the row that has it no more: told once, whenever the power fails."""
        while self._update is not None and self._update.untold:
            word = self._update.untold[0]
            left = replace(self._update, untold=self._update.untold[1:], told=(*self._update.told, word))
            self._update = None if left.phase is Phase.ENDED and not left.untold else left
            self._effects += self._told(left, word, stamp)
        if self._update is not None and self._update.phase is Phase.ENDED:
            self._update = None

    def _told(self, update: Update, word: str, stamp: Stamp) -> Sequence[UpkeepEffect]:
        signed = update.request is not None
        if word.startswith("!"):
            kind, _, info = word[1:].partition("|")
            said: Sequence[UpkeepEffect] = alarm(self._around, AlarmKind(kind), info, stamp, tell=True)
        elif update.quiet or (not signed and FirmwareStatus(word) not in PLAIN):
            return ()
        else:
            about = Notice.SIGNED_FIRMWARE if signed else Notice.FIRMWARE
            said = [self._around.notify(about, word, stamp, request=update.request)]
        return [replace(each, keys=(self._row(),)) if isinstance(each, Record) else each for each in said]

    def _row(self) -> StoreKey:
        self._stored = write_update(self._update)
        return StoreKey(ROW, self._stored)

    def _keep(self) -> None:
        """What changed without a word."""
        if write_update(self._update) != self._stored:
            self._effects.append(self._row())

    def _tell_now(self, about: Notice) -> None:
        """The last that was told of the update under way, in the words this message knows.

        Else Idle; but the newer message repeats how the last one failed (L01.FR.28 and 29).
        """
        update, idle = self._update, FirmwareStatus.IDLE.value
        told = [] if update is None else [each for each in update.told if not each.startswith("!")]
        if about is Notice.FIRMWARE:
            plain = [each for each in told if FirmwareStatus(each) in PLAIN]
            self._effects.append(Tell(about, plain[-1] if plain else idle))
        elif update is not None and told:
            self._effects.append(Tell(about, told[-1], update.request))
        else:
            self._effects.append(self._last.tell(about))

    def _next_due(self, stamp: Stamp) -> int | None:
        update = self._update
        if update is None or self._began is None:
            return None
        waits: dict[Phase, int | None] = {
            Phase.SCHEDULED: _core_time(update.retrieve_us, stamp),
            Phase.WAITING: _core_time(update.install_us, stamp),
            Phase.TRIAL: self._began + PROVES_WITHIN,
        }
        due = waits.get(update.phase, self._again_at)
        return earliest(due if due is not None and due > stamp.at else None)


_BAD_SIGNER = AlarmKind.INVALID_FIRMWARE_CERTIFICATE
_ALARMS: Mapping[FirmwareFault, AlarmKind] = {
    FirmwareFault.SIGNATURE: AlarmKind.INVALID_FIRMWARE_SIGNATURE,
    **dict.fromkeys(SIGNING_FAULTS, _BAD_SIGNER),
}


def _fault(outcome: Outcome) -> FirmwareFault:
    return outcome.fault if isinstance(outcome, Failed) else FirmwareFault.UNKNOWN


def _core_time(utc_us: int | None, stamp: Stamp) -> int | None:
    """When it is that time, in core time; None while nobody knows."""
    return None if utc_us is None or stamp.utc_us is None else stamp.at + utc_us - stamp.utc_us
