"""A firmware update without threads, network and cryptography: the core, slots on a disk in memory, and a
store whose jobs become durable when the test says so. The power can be cut between any two of these.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from pilotline.drivers.slots import DirectorySlots, SlotError
from pilotline.station.clock import WallClock
from pilotline.station.keys import KeyStore
from pilotline.station.upkeep.core import Surroundings, Upkeep
from pilotline.station.upkeep.events import (
    Answer,
    BackendTried,
    BackHome,
    GiveUp,
    Lane,
    Outcome,
    RestartFor,
    Task,
    Tell,
    UpdateAsked,
    UpkeepEffect,
    UpkeepEvent,
    Wellbeing,
    Work,
    Worked,
)
from pilotline.station.upkeep.firmware import FirmwareUpdate
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
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.firmware import FirmwareFault
from pilotline.vocabulary.journal import Notified, Record, StoreKey
from pilotline.vocabulary.time import SECOND, Tick
from pilotline.vocabulary.upkeep import Notice
from support.files_in_memory import CutDisk, PowerCutError

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
NOON_US = int(NOON.timestamp()) * 1_000_000
OLD = "1.0"


@dataclass
class Fates:
    """How each kind of work ends; None: well."""

    ends: dict[type[Task], FirmwareFault | None] = field(
        default_factory=dict[type[Task], FirmwareFault | None]
    )

    def of(self, task: Task) -> FirmwareFault | None:
        return self.ends.get(type(task))


class FirmwareBench:
    """``send`` an event; ``finish`` the work of a lane; ``commit`` what the disk was given; ``crash``."""

    def __init__(self, *, knows_time: bool = True, prompt: bool = True) -> None:
        """``prompt``: the disk takes all at once."""
        self.disk = CutDisk()
        self.fates = Fates()
        self.prompt = prompt
        self.fuse: int | None = None
        """After so many moments, a job that becomes durable or a work that is done, the power fails."""
        self.now = 0
        self.notices: list[Notified] = []
        self.kept: dict[str, KeyValue] = {}
        self.answers: list[Answer] = []
        self.told: list[Tell] = []
        self.idle = self.well = self.reached = True
        self.switched: list[bool] = []
        self.restarts = 0
        self._entries = count(1)
        self.slots = DirectorySlots(Path("/f"), OLD, self.disk)
        self.boot = 0
        self._start(knows_time=knows_time)

    # --- what happens ---

    def send(self, event: UpkeepEvent) -> Sequence[UpkeepEffect]:
        effects = self.core.handle(event, self.now)
        for effect in effects:
            self._take(effect)
        due = self.core.deadline()
        assert due is None or due > self.now, "a deadline that has passed"
        if self.prompt:
            self.commit()
        if any(isinstance(each, RestartFor) for each in effects):
            self.restarting = True
        return effects

    def ask(self, **what: object) -> None:
        """An update whose time has come."""
        values = {"call": 1, "location": "https://h/f.bin", "retrieve_us": 0, **what}
        self.send(UpdateAsked(**values))  # pyright: ignore[reportArgumentType] - a test's own words

    def ask_signed(self, request: int = 7, **what: object) -> None:
        self.ask(request=request, certificate="C", signature="S", **what)
        self.finish(Lane.CERTIFICATE)

    def pass_time(self, seconds: float) -> None:
        """Its deadlines are met on the way."""
        end = self.now + round(seconds * SECOND)
        while (due := self.core.deadline()) is not None and due <= end:
            self.now = due
            self.send(Tick())
        self.now = end
        self.send(Tick())

    def be(self, *, idle: bool | None = None, well: bool | None = None, reached: bool | None = None) -> None:
        """The station's state, told as the shell would."""
        if idle is not None:
            self.idle = idle
            self.send(BackHome(idle))
        if well is not None:
            self.well = well
            self.send(Wellbeing(board=well, disk=True))
        if reached is not None:
            self.reached = reached
            self.send(BackendTried(reached))

    def finish(self, lane: Lane = Lane.FIRMWARE) -> bool:
        """The oldest work of a lane ends, if one there is; what was said before it is durable by then."""
        work = next((each for each in self.works.values() if each.task.lane is lane), None)
        if work is None:
            return False
        del self.works[work.number]
        self.commit()
        outcome = self._do(work.task)
        self._burn()
        self.send(Worked(work.number, outcome))
        return True

    def go_on(self) -> None:
        """All work ends, and a restart that is asked for comes about, until nothing is left to do."""
        while self.finish() or self._restart_if_asked():
            pass

    def commit(self, most: int | None = None) -> None:
        """So many of the jobs that wait become durable, in order."""
        for _ in range(len(self.jobs) if most is None else min(most, len(self.jobs))):
            self._burn()
            job = self.jobs.pop(0)
            if isinstance(job, Record):
                assert isinstance(job.fact, Notified)
                self.notices.append(job.fact)
                self.kept |= {key.name: key.value for key in job.keys}
            else:
                self.kept[job.name] = job.value

    def crash(self) -> None:
        """What the disk did not take is lost."""
        self._start(knows_time=True)

    # --- what was said ---

    def statuses(self, about: Notice = Notice.SIGNED_FIRMWARE, request: int | None = None) -> list[str]:
        """Durable ones, in order."""
        found = [each for each in self.notices if each.about is about]
        return [each.word for each in found if request is None or each.request == request]

    @property
    def tasks(self) -> list[Task]:
        """What is under way."""
        return [work.task for work in self.works.values()]

    @property
    def version(self) -> str:
        """Of what runs."""
        return self.core_part.view.version

    # --- within ---

    def _start(self, *, knows_time: bool) -> None:
        self.boot += 1
        self.jobs: list[Record | StoreKey] = []
        self.works: dict[int, Work] = {}
        self.restarting = False
        self.disk.lose_power()
        booted = self.slots.begin()
        clock = WallClock(self.boot)
        self.clock = clock
        if knows_time:
            clock.learn(NOON, self.now)
        keys = KeyStore({}, {"c_FirmwareHosts": "h"})
        around = Surroundings(keys, clock, self._entries.__next__, dict(self.kept), booted=booted)
        self.core_part = FirmwareUpdate(around)
        self.core = Upkeep([self.core_part], clock)
        self.send(Tick())
        self.be(idle=self.idle, well=self.well, reached=self.reached)

    def _burn(self) -> None:
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse < 0:
                self.fuse = None
                raise PowerCutError

    def _restart_if_asked(self) -> bool:
        if not self.restarting:
            return False
        self.restarts += 1
        self.commit()
        self.crash()
        return True

    def _take(self, effect: UpkeepEffect) -> None:
        match effect:
            case Record() | StoreKey():
                self.jobs.append(effect)
            case Answer():
                self.answers.append(effect)
            case Tell():
                self.told.append(effect)
            case Work(number, task):
                self.works[number] = effect
                if isinstance(task, Switch):
                    self.switched.append(self.idle)
            case GiveUp(number):
                self.works.pop(number, None)
            case _:
                pass

    def _do(self, task: Task) -> Outcome:
        fault = self.fates.of(task)
        if fault is not None:
            return Failed(fault)
        try:
            match task:
                case Write(verify):
                    self.slots.write(verify.update, "m", "2.0", b"new")
                case Switch(update):
                    self.slots.try_next(update)
                case Confirm():
                    self.slots.confirm()
                case GoBack():
                    self.slots.go_back()
                case CheckSigner() | Download() | Verify():
                    pass
                case _:
                    raise AssertionError(task)
        except SlotError:
            return Failed(FirmwareFault.SLOTS)
        return Done("2.0")
