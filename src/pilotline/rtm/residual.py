"""Leakage to earth (E-10, R-50): the monitor's own alarms, and the figures it measures."""

from pilotline.rtm.timing import on_delay
from pilotline.vocabulary import faults
from pilotline.vocabulary.board import ResidualAlarm, Sample
from pilotline.vocabulary.charger import Residual
from pilotline.vocabulary.time import earliest


def faults_of(alarm: ResidualAlarm) -> int:
    """The mask of faults that the monitor's alarms stand for."""
    return (faults.RCD if alarm.ac else 0) | (faults.RCD_DC if alarm.dc else 0)


class ResidualWatch:
    """An alarm trips in the step in which it is seen; a figure after the filter's time."""

    def __init__(self, limits: Residual) -> None:
        self._limits = limits
        self._ac = on_delay(limits.time.filter_ms)
        self._dc = on_delay(limits.time.filter_ms)

    def update(self, sample: Sample, *, offset_ua: int, ignored: int, now: int) -> int:
        """The mask of faults seen. ``ignored`` are the alarms that a self-test has caused."""
        leaks_dc = abs(sample.residual_dc_ua - offset_ua) >= self._limits.dc_trip_ua
        ac = self._ac.update(sample.residual_ac_ua >= self._limits.ac_trip_ua, now)
        dc = self._dc.update(leaks_dc, now)
        measured = faults_of(ResidualAlarm(ac, dc))
        return measured | faults_of(sample.residual_alarm) & ~ignored

    def deadline(self, now: int) -> int | None:
        return earliest(self._ac.deadline(now), self._dc.deadline(now))
