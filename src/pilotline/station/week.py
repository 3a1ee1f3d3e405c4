"""The owner's weekly schedule: within a row's hours at most so many amperes, 0 is a pause (E-06).

``Mo-Fr 22:00-06:00 16;Sa,Su 00:00-24:00 0``: days, hours of local time with the end excluded, amperes. A row
whose end is before its begin goes over midnight and belongs to the day it begins on. Where rows overlap, the
least counts; where none holds, the schedule limits nothing.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from typing import NamedTuple

from pilotline.vocabulary import refusals
from pilotline.vocabulary.pilot import MIN_OFFER_MA
from pilotline.vocabulary.refusals import RefusedError

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MOST_ROWS = 30
MOST_A = 80
_ROW = re.compile(r"(?P<days>\S+) (?P<begin>[^\s-]+) ?- ?(?P<end>[^\s-]+) (?P<amps>\S+)")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_DAY_MINUTES = 24 * 60
_SHOWN = 30


class ScheduleError(RefusedError):
    """A text that is no weekly schedule; the sentence says why."""


class Allowed(NamedTuple):
    """What the schedule allows (mA), None for all: as it is written, and for who waits for no pause."""

    limit_ma: int | None
    hurried_ma: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """``days`` from 0, Monday; ``begin`` and ``end`` in minutes of the day, ``end`` up to 24 hours."""

    days: frozenset[int]
    begin: int
    end: int
    limit_ma: int

    def holds(self, day: int, minute: int) -> bool:
        """Whether a minute of a day of the week lies in it."""
        today, yesterday = day in self.days, (day - 1) % 7 in self.days
        if self.begin < self.end:
            return today and self.begin <= minute < self.end
        return (today and minute >= self.begin) or (yesterday and minute < self.end)

    def ends(self) -> Iterable[time]:
        """The times of day at which it begins or ends."""
        return (time(*divmod(minute % _DAY_MINUTES, 60)) for minute in (self.begin, self.end))


def allowed(rows: Sequence[Row], day: int, minute: int) -> Allowed:
    """What holds at a minute of a day of the week."""
    found = [row.limit_ma for row in rows if row.holds(day, minute)]
    return Allowed(min(found, default=None), min((each for each in found if each), default=None))


def read_schedule(text: str) -> Sequence[Row]:
    """The rows of a text. Raises ScheduleError."""
    return [_read_row(row) for row in _rows(text)]


def as_written(text: str) -> str:
    """A schedule's text as the station keeps it. Raises ScheduleError."""
    read_schedule(text)
    return ";".join(_rows(text))


def _rows(text: str) -> Sequence[str]:
    """Each with one space between its parts, and days with a capital letter."""
    rows = [" ".join(row.split()).title() for row in text.split(";") if row.strip()]
    if len(rows) > MOST_ROWS:
        raise ScheduleError(refusals.SCHEDULE_ROWS.of(most=MOST_ROWS))
    return [re.sub(" ?- ?", "-", row) for row in rows]


def _read_row(text: str) -> Row:
    found = _ROW.fullmatch(text)
    if found is None:
        raise ScheduleError(refusals.SCHEDULE_ROW.of(text=_short(text)))
    days = frozenset(day for part in found["days"].split(",") for day in _read_days(part))
    begin, end = _read_time(found["begin"]), _read_time(found["end"])
    if begin == _DAY_MINUTES:
        raise ScheduleError(refusals.SCHEDULE_BEGIN.of())
    if begin == end:
        raise ScheduleError(refusals.SCHEDULE_HOURS.of(begin=found["begin"], end=found["end"]))
    return Row(days, begin, end, _read_amps(found["amps"]))


def _read_days(text: str) -> Iterable[int]:
    """``Mo`` or ``Mo-Fr``; ``Fr-Mo`` goes over the end of the week."""
    first, _, last = text.partition("-")
    ends = [first, last] if "-" in text else [first]
    for day in ends:
        if day not in DAYS:
            raise ScheduleError(refusals.SCHEDULE_DAY.of(text=_short(day), days=", ".join(DAYS)))
    begin, end = DAYS.index(ends[0]), DAYS.index(ends[-1])
    return (day % 7 for day in range(begin, end + 1 if end >= begin else end + 8))


def _read_time(text: str) -> int:
    if not _TIME.fullmatch(text):
        raise ScheduleError(refusals.SCHEDULE_TIME.of(text=_short(text)))
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _read_amps(text: str) -> int:
    least = MIN_OFFER_MA // 1_000
    number = int(text) if re.fullmatch("[0-9]{1,3}", text) else -1
    if number != 0 and not least <= number <= MOST_A:
        raise ScheduleError(refusals.SCHEDULE_AMPS.of(text=_short(text), least=least, most=MOST_A))
    return number * 1_000


def _short(text: str) -> str:
    """As much of it as a sentence can quote."""
    if not text:
        return "nothing"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
