"""A period in which an offline station does not charge, as c_ChargeOffPeriod1 and 2 write it (E-64, R-18).

``enable,08:00,11:00`` or ``disable,08:00,11:00``: local time, the end excluded. A period whose end is before
its begin goes over midnight and belongs to the day it begins on; the product does not speak of such (ours).
"""

import re
from dataclasses import dataclass
from datetime import time

from pilotline.vocabulary import refusals
from pilotline.vocabulary.refusals import RefusedError

_SHAPE = re.compile(r"(?P<word>[a-z]+),(?P<begin>[^,]+),(?P<end>[^,]+)")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class PeriodError(RefusedError):
    """A text that is no period; the sentence says why."""


@dataclass(frozen=True, slots=True)
class OffPeriod:
    """From ``begin`` to just before ``end``."""

    begin: time
    end: time

    def holds(self, at: time, today: bool, yesterday: bool) -> bool:
        """Whether a time of day lies in it; ``today``, ``yesterday``: that day has periods."""
        if self.begin < self.end:
            return today and self.begin <= at < self.end
        return (today and at >= self.begin) or (yesterday and at < self.end)


def read_period(text: str) -> OffPeriod | None:
    """The period of a text; None of one that is disabled. Raises PeriodError."""
    found = _SHAPE.fullmatch("".join(text.lower().split()))
    if found is None or found["word"] not in ("enable", "disable"):
        raise PeriodError(refusals.PERIOD_SHAPE.of())
    begin, end = (_read_time(found[name]) for name in ("begin", "end"))
    if begin == end:
        raise PeriodError(refusals.PERIOD_EMPTY.of(begin=f"{begin:%H:%M}", end=f"{end:%H:%M}"))
    return OffPeriod(begin, end) if found["word"] == "enable" else None


def as_written(text: str) -> str:
    """A period's text as the station keeps it. Raises PeriodError."""
    read_period(text)
    return "".join(text.lower().split())


def _read_time(text: str) -> time:
    if not _TIME.fullmatch(text):
        raise PeriodError(refusals.PERIOD_TIME.of(text=text))
    hour, minute = text.split(":")
    return time(int(hour), int(minute))
