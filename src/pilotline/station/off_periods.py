"""A period in which an offline station does not charge, as c_ChargeOffPeriod1 and 2 write it (E-64, R-18).

``enable,08:00,11:00`` or ``disable,08:00,11:00``: local time, the end excluded. A period whose end is before
its begin goes over midnight and belongs to the day it begins on; the product does not speak of such (ours).
"""

import re
from dataclasses import dataclass
from datetime import time

_SHAPE = re.compile(r"(?P<word>[a-z]+),(?P<begin>[^,]+),(?P<end>[^,]+)")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class PeriodError(ValueError):
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
        raise PeriodError("the value is enable or disable, a begin and an end, like enable,08:00,11:00")
    begin, end = (_read_time(found[name]) for name in ("begin", "end"))
    if begin == end:
        raise PeriodError(f"a period from {begin:%H:%M} to {end:%H:%M} is empty: disable it instead")
    return OffPeriod(begin, end) if found["word"] == "enable" else None


def as_written(text: str) -> str:
    """A period's text as the station keeps it. Raises PeriodError."""
    read_period(text)
    return "".join(text.lower().split())


def _read_time(text: str) -> time:
    if not _TIME.fullmatch(text):
        raise PeriodError(f"{text} is no time of day; times are 00:00 to 23:59")
    hour, minute = text.split(":")
    return time(int(hour), int(minute))
