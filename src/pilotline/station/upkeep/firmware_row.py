"""What is kept of a firmware update over restarts: its phase, what it was asked for, what was told of it.

One row among the configuration keys, as JSON. Its name has a space, so that it is no key of OCPP's. It holds
the location as the backend gave it, with a password if that has one, and is emptied when the update ends.
"""

import json
from dataclasses import asdict, dataclass, field, fields
from enum import Enum
from typing import Any

from pilotline.station.upkeep.events import Tell, UpdateAsked
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.upkeep import FirmwareStatus, Notice

ROW, LAST_ROW = "upkeep firmware", "upkeep firmware last"
PLAIN = frozenset(tuple(FirmwareStatus)[:7])
"""The statuses that FirmwareStatusNotification knows (OCPP 1.6 §7.25)."""


class Phase(Enum):
    """Where an update is. It goes on from one to the next, from any of them to its end, and nowhere else."""

    SCHEDULED = "scheduled"  # until the retrieve date
    DOWNLOADING = "downloading"
    PAUSED = "paused"  # until the next try
    VERIFYING = "verifying"
    WAITING = "waiting"  # for the install date, and for the last session to end
    WRITING = "writing"  # the spare slot
    WRITTEN = "written"  # a session that began meanwhile ends first
    SWITCHING = "switching"
    REBOOTING = "rebooting"
    TRIAL = "trial"  # the new firmware runs
    CONFIRMING = "confirming"
    RETURNING = "returning"  # it was not well
    RETURNED = "returned"  # the next start is the old one's
    ENDED = "ended"


BUSY = frozenset(tuple(Phase)[5:])
"""The phases in which the slots are touched: no other update takes the place of this one."""


@dataclass(frozen=True, slots=True)
class Update:
    """``untold`` are statuses still to be told, ``told`` those that were; ``!kind|info`` is an alarm.

    ``quiet``: a firmware on trial of which nobody knows who asked for it: nobody is told.
    """

    name: str
    location: str = field(default="", repr=False)
    retrieve_us: int = 0
    tries: int = 1
    pause_s: int = 1
    request: int | None = None
    install_us: int | None = None
    certificate: str = field(default="", repr=False)
    signature: str = field(default="", repr=False)
    phase: Phase = Phase.SCHEDULED
    untold: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    quiet: bool = False

    def is_of(self, ask: UpdateAsked) -> bool:
        """Whether this is what is asked for."""
        mine = self.request, self.location, self.signature, self.certificate
        return mine == (ask.request, ask.location, ask.signature, ask.certificate)


def write_update(update: Update | None) -> str:
    """As it is kept; nothing where there is none."""
    if update is None:
        return ""
    return json.dumps({**asdict(update), "phase": update.phase.value})


def read_update(kept: KeyValue) -> Update | None:
    """From what was kept. What is damaged, or of another release, is as if it were not there."""
    try:
        values: dict[str, Any] = json.loads(kept) if isinstance(kept, str) else {}
        known = {each.name for each in fields(Update)}
        if not values or set(values) != known:
            return None
        values["phase"] = Phase(values["phase"])
        for name in ("untold", "told"):
            values[name] = tuple(map(str, values[name]))
        return Update(**values)
    except (ValueError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class Last:
    """How the last update ended, or its last try so far: the status, the backend's number, and why."""

    status: str = ""
    request: int | None = None
    why: str = ""

    @property
    def sentence(self) -> str:
        """For people."""
        return f"{self.status}. {self.why}" if self.why else self.status

    def tell(self, about: Notice) -> Tell:
        """Idle after one that was installed; a failure is told as such until the next update (L01.FR.29)."""
        if self.status in ("", FirmwareStatus.INSTALLED.value) or self.request is None:
            return Tell(about, FirmwareStatus.IDLE.value)
        return Tell(about, self.status, self.request)

    def write(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self))


def read_last(kept: KeyValue) -> Last:
    """From what was kept; what is damaged is as if it were not there."""
    try:
        return Last(**json.loads(kept)) if isinstance(kept, str) and kept else Last()
    except (ValueError, TypeError):
        return Last()
