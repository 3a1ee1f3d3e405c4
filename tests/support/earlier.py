"""What an earlier boot of a station has left on its disk: jobs its journal did before it starts."""

import threading
from pathlib import Path

from pilotline.drivers.store import Store
from pilotline.vocabulary.journal import Ended, Record, Started, StoreJob
from pilotline.vocabulary.status import StopReason
from pilotline.vocabulary.time import HOUR, Stamp

SESSION = "1-1-1"


def a_session(name: str = SESSION, tag: str = "04A1B2C3") -> list[StoreJob]:
    """Of the first boot, which did not know the time: an hour and 5 kWh, entries 1 and 2."""
    start = Started(name, 1, tag, 1_000, Stamp(1, HOUR))
    return [
        Record(1, start),
        Record(2, Ended(name, 1, 6_000, Stamp(1, 2 * HOUR), StopReason.EV_DISCONNECTED)),
    ]


def leave_behind(home: Path, *jobs: StoreJob) -> None:
    """Into the folder of the station that ``control_line.controlled`` starts there."""
    (home / "data").mkdir()
    store = Store(home / "data" / "journal.db")
    store.start(lambda _event: None)
    for job in jobs:
        store.submit(job)
    written = threading.Event()
    store.when_durable(written.set)
    assert written.wait(10)
    store.close()
