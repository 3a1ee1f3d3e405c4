"""How often each fault came, and what that costs the disk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.station.core import Station
from pilotline.station.fault_counts import WRITE_EVERY, FaultCounter
from pilotline.station.snapshot import FaultCountView, view
from pilotline.vocabulary import faults
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.journal import Recollection, StoreKey
from pilotline.vocabulary.time import SECOND
from support.station_bench import EVNET, StationBench

UV = faults.UNDERVOLTAGE


def strike(bench: StationBench, mask: int) -> None:
    bench.board.faults = mask
    bench.notice()
    bench.run(SECOND)


def counts(bench: StationBench) -> list[tuple[int, int, int]]:
    (connector,) = view(bench.station, bench.now)
    return [(each.code, each.session, each.ever) for each in connector.fault_counts]


def written(bench: StationBench) -> dict[str, KeyValue]:
    return {job.name: job.value for job in bench.all(StoreKey)}


def test_a_fault_is_counted_each_time_it_comes() -> None:
    """And not for each report of it; 0x4000 beside it is one too."""
    bench = StationBench()
    bench.charge()
    for _ in range(3):
        strike(bench, UV)
        strike(bench, 0)
    assert counts(bench) == [(UV, 3, 3), (faults.AUTO_RECOVERY, 3, 3)]


def test_a_new_session_begins_at_0() -> None:
    """What came before it is in the count since ever."""
    bench = StationBench()
    strike(bench, UV)
    strike(bench, 0)
    assert counts(bench) == [(UV, 0, 1)]
    bench.charge()
    strike(bench, UV)
    strike(bench, 0)
    assert (UV, 1, 2) in counts(bench)
    bench.unplug()
    bench.run(15 * SECOND)
    assert (UV, 1, 2) in counts(bench)  # the last session's
    bench.charge()
    assert (UV, 0, 2) in counts(bench)


@pytest.mark.requirement("E-16")
def test_what_the_board_began_while_nobody_listened_counts() -> None:
    """A remembered 0x400 is one, once."""
    bench = StationBench()
    bench.board.talks = False
    bench.run(4 * SECOND)
    bench.board.talks, bench.board.remembered = True, faults.MISSING_HOST
    bench.run(3 * SECOND)
    assert counts(bench) == [(faults.MISSING_HOST, 0, 1)]


def test_the_counts_outlive_a_restart() -> None:
    """And a latched fault that was there before it has not come twice."""
    bench = StationBench()
    strike(bench, faults.RCD)
    bench.run(10 * SECOND)
    bench.core = Station(EVNET, boot=2, memory=Recollection(2, keys=written(bench)))
    bench.board.restart(bench.now)
    bench.run(3 * SECOND)
    assert counts(bench) == [(faults.RCD, 0, 1)]
    strike(bench, 0)
    strike(bench, faults.RCD)
    assert counts(bench) == [(faults.RCD, 0, 2)]


def test_a_flood_writes_every_5_s_at_most() -> None:
    """The first at once, the last one soon after the flood."""
    counter, jobs = FaultCounter(1, {}), list[tuple[int, StoreKey]]()
    for now in range(0, 20 * SECOND, SECOND // 10):
        jobs += [(now, job) for job in counter.update(UV if now // (SECOND // 10) % 2 else 0, None, now)]
    assert len(jobs) == 4
    assert jobs[0][0] == SECOND // 10
    due = counter.deadline(20 * SECOND)
    assert due is not None
    assert due <= 20 * SECOND + WRITE_EVERY
    assert counter.update(0, None, due)
    assert counter.deadline(due) is None


@pytest.mark.parametrize("kept", ["", "x", "1;2", "1;zz=1", "1;2=three", 5, True, None])
def test_a_damaged_count_begins_anew(kept: KeyValue) -> None:
    """It is no reason not to charge."""
    counter = FaultCounter(1, {"faults counted 1": kept})
    assert sum(counter.ever.values()) == 0


@given(st.lists(st.sampled_from([0, *(fault.code for fault in faults.FAULTS)]), max_size=30))
def test_what_is_written_is_what_is_read(masks: list[int]) -> None:
    """After any story."""
    counter, row = FaultCounter(1, {}), dict[str, KeyValue]()
    for number, mask in enumerate(masks):
        for job in counter.update(mask, None, number * WRITE_EVERY):
            row[job.name] = job.value
    again = FaultCounter(1, row)
    assert again.ever == counter.ever
    assert again.update(masks[-1] if masks else 0, None, 0) == []


def test_every_count_is_seen_with_its_name() -> None:
    """As the fault table has it."""
    bench = StationBench()
    strike(bench, UV)
    (connector,) = view(bench.station, bench.now)
    assert connector.fault_counts == (FaultCountView(UV, "EVSE_FAULT_UNDERVOLTAGE", 0, 1),)
