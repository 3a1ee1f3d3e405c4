"""The residual-current monitor: alarms in its own time, a self-test, and the ways it breaks."""

import pytest

from pilotline.simulator.actions import MonitorFault, SetMonitor
from pilotline.simulator.monitor import Monitor, MonitorConfig
from pilotline.vocabulary.board import ResidualAlarm
from pilotline.vocabulary.time import MS

NOTHING, BOTH = ResidualAlarm(), ResidualAlarm(ac=True, dc=True)


def settled(monitor: Monitor, now: int) -> ResidualAlarm:
    """The alarms at a time, the monitor having been woken whenever something was due."""
    while monitor.due is not None and monitor.due <= now:
        monitor.settle(monitor.due)
    return monitor.alarm


@pytest.mark.requirement("R-50")
@pytest.mark.parametrize(
    ("ac_ua", "dc_ua", "alarm"),
    [
        (15_000, 3_000, NOTHING),
        (30_000, 0, ResidualAlarm(ac=True)),
        (0, 6_000, ResidualAlarm(dc=True)),
        (0, -6_000, ResidualAlarm(dc=True)),
        (30_000, 6_000, BOTH),
    ],
)
def test_it_alarms_at_what_must_trip_and_not_at_what_must_not(
    ac_ua: int, dc_ua: int, alarm: ResidualAlarm
) -> None:
    """30 mA AC and 6 mA DC, not 15 and 3; direct current leaks either way round."""
    monitor = Monitor(MonitorConfig())
    monitor.feel(ac_ua, dc_ua, 0)
    assert settled(monitor, 5 * MS) == alarm


def test_an_alarm_takes_the_sensors_time_and_ends_with_it() -> None:
    """Not a microsecond before 5 ms, and 5 ms after the leak has ended."""
    monitor = Monitor(MonitorConfig())
    monitor.feel(30_000, 0, 0)
    assert settled(monitor, 5 * MS - 1) == NOTHING
    assert settled(monitor, 5 * MS).ac
    monitor.feel(0, 0, 10 * MS)
    assert settled(monitor, 15 * MS - 1).ac
    assert settled(monitor, 15 * MS) == NOTHING


def test_a_leak_shorter_than_the_sensors_time_is_no_alarm() -> None:
    """4 ms of 30 mA pass unseen."""
    monitor = Monitor(MonitorConfig())
    monitor.feel(30_000, 0, 0)
    monitor.feel(0, 0, 4 * MS)
    assert settled(monitor, 100 * MS) == NOTHING
    assert monitor.due is None


@pytest.mark.requirement("R-46")
def test_its_test_input_brings_both_alarms_and_its_end_takes_them_away() -> None:
    """After 100 ms and after 50 ms; the figures stay what they are."""
    monitor = Monitor(MonitorConfig())
    monitor.test(True, 0)
    assert settled(monitor, 100 * MS - 1) == NOTHING
    assert settled(monitor, 100 * MS) == BOTH
    assert monitor.figures == (0, 0)
    monitor.test(False, 200 * MS)
    assert settled(monitor, 250 * MS) == NOTHING


def test_a_dead_monitor_fails_its_test_and_sees_no_leak() -> None:
    """No alarm ever comes; its figures may be right all the same."""
    monitor = Monitor(MonitorConfig())
    monitor.apply(SetMonitor(MonitorFault.DEAD), 0)
    monitor.test(True, 0)
    monitor.feel(30_000, 6_000, 0)
    assert settled(monitor, 10_000 * MS) == NOTHING
    assert monitor.figures == (30_000, 6_000)


def test_a_stuck_monitor_alarms_for_nothing_until_it_is_mended() -> None:
    """At once and on both outputs."""
    monitor = Monitor(MonitorConfig())
    monitor.apply(SetMonitor(MonitorFault.STUCK), 0)
    assert monitor.alarm == BOTH
    monitor.apply(SetMonitor(MonitorFault.NONE), MS)
    assert monitor.alarm == NOTHING


def test_an_offset_is_in_the_figure_and_in_the_alarm() -> None:
    """With 1 mA of offset, 3.5 mA of leakage are 4.5."""
    monitor = Monitor(MonitorConfig())
    monitor.apply(SetMonitor(offset_dc_ua=1_000), 0)
    assert monitor.figures.dc_ua == 1_000
    monitor.feel(0, 3_500, 0)
    assert settled(monitor, 5 * MS).dc
