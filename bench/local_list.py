"""A local list of 10,000 tags: what it costs in memory, on the disk, to look up, to change and at a boot.

Each tag is a card of 14 hex digits, of one of a hundred groups, and expires with its group. Memory is what
Python's allocator holds for the list, the store's own answer to the boot let go.
Run: .venv/bin/python bench/local_list.py
"""

import gc
import statistics
import tempfile
import time
import timeit
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

from pilotline.drivers.store import Store
from pilotline.station.events import SendList
from pilotline.station.keys import KeyStore
from pilotline.station.local_list import LocalList
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.journal import Listed, LocalListStored, StoreEvent, StoreLocalList
from pilotline.vocabulary.status import AuthStatus, TagInfo

TAGS, GROUPS, AT_ONCE = 10_000, 100, 500
KEYS: dict[str, KeyValue] = {
    "LocalAuthListEnabled": True,
    "LocalAuthListMaxLength": TAGS,
    "SendLocalListMaxLength": AT_ONCE,
}


def updates() -> Iterator[SendList]:
    """The whole list in changes of 500, each entry made as a message makes it."""
    for version, first in enumerate(range(0, TAGS, AT_ONCE), 1):
        yield SendList(1, version, whole=False, entries=tuple(map(entry, range(first, first + AT_ONCE))))


def entry(number: int) -> Listed:
    group = number % GROUPS
    info = TagInfo(AuthStatus.ACCEPTED, 1_800_000_000_000_000 + group, f"GROUP-OF-DRIVERS-{group:03}")
    return Listed(f"04A1B2{number:08X}", info)


def filled(keys: KeyStore) -> tuple[LocalList, list[float]]:
    """The list, and what each change of 500 took."""
    local, spent = LocalList(keys), list[float]()
    for wish in updates():
        begun = time.perf_counter()
        local.take(wish)
        local.stored(LocalListStored(wish.version))
        spent.append(time.perf_counter() - begun)
    return local, spent


def on_disk(folder: Path) -> Path:
    """The journal of a station with that list."""
    path, last, written = folder / "list.db", 0, Event()

    def hear(answer: StoreEvent) -> None:
        if answer == LocalListStored(last):
            written.set()

    store = Store(path)
    store.start(hear)
    jobs = [StoreLocalList(wish.version, wish.entries, whole=False) for wish in updates()]
    last = jobs[-1].version
    for job in jobs:
        store.submit(job)
    written.wait(60)
    store.close()
    return path


def begun_again(path: Path, keys: KeyStore) -> tuple[LocalList, float]:
    """The list of the next boot, and how long it took to read it."""
    begun = time.perf_counter()
    store = Store(path)
    found = store.recollection
    local = LocalList(keys, found.local_list_version, found.local_list)
    spent = time.perf_counter() - begun
    store.start(lambda _answer: None)
    store.close()
    return local, spent


def rows(folder: Path) -> Sequence[tuple[str, str]]:
    """What is measured, and the figure."""
    keys = KeyStore(KEYS)
    path = on_disk(folder)
    tracemalloc.start()
    local, spent = filled(keys)
    gc.collect()
    sent_kib = tracemalloc.get_traced_memory()[0] / 1024
    del local
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    local, _ = begun_again(path, keys)
    gc.collect()
    read_kib = (tracemalloc.get_traced_memory()[0] - before) / 1024
    tracemalloc.stop()
    _, spent = filled(keys)
    local, boot_s = begun_again(path, keys)
    assert local.tags == TAGS
    look_up_us = min(timeit.repeat(lambda: local.find("04a1b200001388"), number=10_000, repeat=5)) * 100
    change_ms = statistics.median(spent[-5:]) * 1_000
    return [
        (f"memory of a local list of {TAGS:,} tags", f"{sent_kib:,.0f} KiB ({read_kib:,.0f} read at boot)"),
        ("the same on the disk", f"{path.stat().st_size / 1024:,.0f} KiB"),
        ("a tag looked up, a change of 500", f"{look_up_us:.2f} µs, {change_ms:.1f} ms"),
        ("the list read at boot", f"{boot_s * 1_000:.0f} ms"),
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        for what, figure in rows(Path(made)):
            print(f"{what:<46}  {figure}")
