"""The residual-current monitor: two switched alarms, a test input, and figures of what it measures.

It is a device of its own beside the safety module (IEC 62955 RDC-DD and a type A residual current): it says
when too much flows to earth and decides nothing. Its figures follow at once, its alarms after its own time.
"""

from dataclasses import dataclass
from typing import NamedTuple

from pilotline.simulator.actions import MonitorFault, SetMonitor
from pilotline.vocabulary.board import ResidualAlarm
from pilotline.vocabulary.time import MS, earliest


@dataclass(frozen=True, slots=True)
class MonitorConfig:
    """The monitor's own figures.

    It has to trip at 30 mA AC and must not at 15, at 6 mA DC and not at 3 (R-50; IEC 61008-1 and IEC 62955
    give the same halves): each alarm lies in the middle. ``sensor_ms`` is what a leak needs to become an
    alarm, or its end none. The alarms of a self-test come ``test_ms`` after its input and go ``clear_ms``
    after its end (ours; the slowest in the field needs 1.2 s and 0.3 s).
    """

    ac_alarm_ua: int = 22_000
    dc_alarm_ua: int = 4_500
    sensor_ms: int = 5
    test_ms: int = 100
    clear_ms: int = 50


class Figures(NamedTuple):
    """What it measures (µA)."""

    ac_ua: int = 0
    dc_ua: int = 0


class _Delayed:
    """A contact that follows its cause some time later, and not at all if the cause ends sooner."""

    def __init__(self, rise: int, fall: int) -> None:
        self._rise, self._fall = rise, fall
        self.closed = False
        self.due: int | None = None

    def follow(self, cause: bool, now: int) -> None:
        if cause is self.closed:
            self.due = None
        elif self.due is None:
            self.due = now + (self._rise if cause else self._fall)

    def settle(self, now: int) -> None:
        if self.due is not None and self.due <= now:
            self.closed, self.due = not self.closed, None


class Monitor:
    """The alarms as they stand; ``due`` is when one of them changes."""

    def __init__(self, config: MonitorConfig) -> None:
        sensor = config.sensor_ms * MS
        self._config = config
        self._ac, self._dc = _Delayed(sensor, sensor), _Delayed(sensor, sensor)
        self._test = _Delayed(config.test_ms * MS, config.clear_ms * MS)
        self._leak = Figures()
        self.figures = Figures()
        self.fault = MonitorFault.NONE
        self.offset_dc_ua = 0
        self.alarm = ResidualAlarm()
        self.due: int | None = None

    def apply(self, action: SetMonitor, now: int) -> None:
        """What the bench does to it."""
        if action.fault is not None:
            self.fault = action.fault
        if action.offset_dc_ua is not None:
            self.offset_dc_ua = action.offset_dc_ua
        self._measure(now)

    def feel(self, ac_ua: int, dc_ua: int, now: int) -> None:
        """This leaks to earth from now on."""
        if self._leak != (ac_ua, dc_ua):
            self._leak = Figures(ac_ua, dc_ua)
            self._measure(now)

    def test(self, active: bool, now: int) -> None:
        """Its test input: a current of its own through the sensor, which its figures leave out."""
        self._test.follow(active, now)
        self._conclude()

    def settle(self, now: int) -> None:
        """Move the alarms whose time has come."""
        if self.due is not None and self.due <= now:
            for each in (self._ac, self._dc, self._test):
                each.settle(now)
            self._conclude()

    def _measure(self, now: int) -> None:
        """The offset is the sensor's: it is in the figure and in what the alarm compares."""
        ac, dc = self._leak.ac_ua, self._leak.dc_ua + self.offset_dc_ua
        self.figures = Figures(ac, dc)
        self._ac.follow(ac >= self._config.ac_alarm_ua, now)
        self._dc.follow(abs(dc) >= self._config.dc_alarm_ua, now)
        self._conclude()

    def _conclude(self) -> None:
        self.due = earliest(self._ac.due, self._dc.due, self._test.due)
        stuck, alive = self.fault is MonitorFault.STUCK, self.fault is not MonitorFault.DEAD
        tested = self._test.closed
        self.alarm = ResidualAlarm(
            ac=stuck or (alive and (tested or self._ac.closed)),
            dc=stuck or (alive and (tested or self._dc.closed)),
        )
