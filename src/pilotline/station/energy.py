"""Energy records: what each connector's meter has counted, by hour of local time.

The register is the truth: what is between two readings is put into the hours between them, and after a power
cut what came since the last record belongs to the hour of that. While the time is unknown it waits, and is
kept as undated meanwhile. A register that goes back, or further than the car could take, is another meter's:
nothing is counted up to it. A record is written when energy comes in a new hour, then every 15 minutes, and
when a session is over.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from pilotline.station.connector import Connector
from pilotline.station.local_time import LocalTime
from pilotline.vocabulary.energy import HOUR_S, EnergyHour, EnergyMark, EnergyPiece
from pilotline.vocabulary.journal import KeepEnergy
from pilotline.vocabulary.time import DAY, HOUR, MINUTE, SECOND

KEEP_EVERY = 15 * MINUTE
"""Five writes an hour at most: a flash chip lives longer than the car."""
SLACK_WH = 1_000
"""The coarsest register counts whole kWh."""
SPAN = 10 * MINUTE
MOST_SPANS = 1_000
"""What a boot that does not know the time remembers: a week of charging. What is older stays undated."""


@dataclass(slots=True)
class _Span:
    """Energy between two moments of core time, not known in UTC so far; ``kept``: it is among the undated."""

    begin: int
    end: int
    wh: int
    kept: bool = False


class EnergyRecords:
    """Of one connector: ``take`` a reading of the register, and get what is to be kept."""

    def __init__(self, number: int, local: LocalTime, rated_w: int, mark: EnergyMark | None) -> None:
        """``mark`` is what an earlier boot kept last."""
        self._number = number
        self._local = local
        self._most_w = rated_w * 5 // 4
        self._mark = mark
        self._register_wh = mark.register_wh if mark else None
        self._read_at: int | None = None
        self._kept_at: int | None = None
        self._spans: list[_Span] = []
        self._pending: dict[EnergyHour | None, int] = {}
        self.waiting: Sequence[EnergyPiece] = ()
        """What has been counted and not been given away to be kept: what a bar of this hour still lacks."""

    def take(self, register_wh: int, read_at: int) -> Sequence[KeepEnergy]:
        """The register as it was read at core time ``read_at``; the same reading again is nothing."""
        if read_at == self._read_at:
            return []
        wh = self._since_last(register_wh, read_at)
        self._date_spans()
        if wh:
            self._add(wh, read_at)
        self._register_wh, self._read_at = register_wh, read_at
        jobs = self._keep(read_at, anew=wh is None)
        self.waiting = self._not_given_away()
        return jobs

    def rest(self) -> Sequence[KeepEnergy]:
        """What has been taken and not kept yet, early though it is: a session is over."""
        if self._read_at is None or not self._waits:
            return []
        jobs = self._keep(self._read_at, anew=True)
        self.waiting = self._not_given_away()
        return jobs

    def _not_given_away(self) -> Sequence[EnergyPiece]:
        undated_wh = sum(span.wh for span in self._spans if not span.kept)
        dated = (EnergyPiece(hour, wh) for hour, wh in self._pending.items() if wh)
        return (*dated, EnergyPiece(None, undated_wh)) if undated_wh else tuple(dated)

    def _since_last(self, register_wh: int, read_at: int) -> int | None:
        """What has been taken since the last reading; None where that was of another meter, or none."""
        if self._register_wh is None:
            return None
        passed = DAY if self._read_at is None else read_at - self._read_at
        wh = register_wh - self._register_wh
        return wh if 0 <= wh <= self._most_w * passed // HOUR + SLACK_WH else None

    # --- whose hour it is ---

    def _add(self, wh: int, read_at: int) -> None:
        if self._read_at is None:
            self._add_of_earlier_boot(wh)
        elif self._utc_s(read_at) is None:
            self._remember(_Span(self._read_at, read_at, wh))
        else:
            self._put(_Span(self._read_at, read_at, wh))

    def _add_of_earlier_boot(self, wh: int) -> None:
        """It came right after the mark: without power nothing flows."""
        at_s = self._mark.at_s if self._mark else None
        self._count(None if at_s is None else hour_of(at_s, self._zone), wh)

    def _remember(self, span: _Span) -> None:
        last = self._spans[-1] if self._spans else None
        if last is not None and not last.kept and span.end - last.begin <= SPAN:
            last.end, last.wh = span.end, last.wh + span.wh
            return
        self._spans.append(span)
        del self._spans[:-MOST_SPANS]  # the oldest were kept long ago

    def _date_spans(self) -> None:
        """The time is known: what waited for it goes to its hours, and is undated no more."""
        if not self._spans or self._utc_s(self._spans[0].begin) is None:
            return
        for span in self._spans:
            self._put(span)
            self._count(None, -span.wh if span.kept else 0)
        self._spans.clear()

    def _put(self, span: _Span) -> None:
        begin_s, end_s = self._utc_s(span.begin) or 0, self._utc_s(span.end) or 0
        for hour, wh in spread(span.wh, begin_s, end_s, self._zone):
            self._count(hour, wh)

    def _count(self, hour: EnergyHour | None, wh: int) -> None:
        if wh:
            self._pending[hour] = self._pending.get(hour, 0) + wh

    # --- when it is written ---

    def _keep(self, now: int, *, anew: bool) -> Sequence[KeepEnergy]:
        """At once in a new hour, so that what a power cut leaves behind is of the hour of the mark."""
        if not (anew or self._due(now)):
            return []
        for span in self._spans:
            self._count(None, 0 if span.kept else span.wh)
            span.kept = True
        pieces = tuple(EnergyPiece(hour, wh) for hour, wh in self._pending.items() if wh)
        self._pending.clear()
        self._kept_at = now
        self._mark = EnergyMark(self._register_wh or 0, self._utc_s(now))
        return [KeepEnergy(self._number, self._mark, pieces)]

    def _due(self, now: int) -> bool:
        if not self._waits:
            return False
        waited = self._kept_at is None or now >= self._kept_at + KEEP_EVERY
        return waited or self._hour(self._mark.at_s if self._mark else None) != self._hour(self._utc_s(now))

    @property
    def _waits(self) -> bool:
        return bool(self._pending) or any(not span.kept for span in self._spans)

    def _hour(self, at_s: int | None) -> EnergyHour | None:
        return None if at_s is None else hour_of(at_s, self._zone)

    @property
    def _zone(self) -> tzinfo:
        return self._local.zone or UTC

    def _utc_s(self, at: int) -> int | None:
        utc_us = self._local.utc_us(at)
        return None if utc_us is None else utc_us // SECOND


class EnergyBooks:
    """The records of all connectors."""

    def __init__(
        self,
        connectors: Mapping[int, Connector],
        local: LocalTime,
        rated_w: int,
        marks: Mapping[int, EnergyMark],
    ) -> None:
        self._connectors = connectors
        self._busy: set[int] = set()
        self._records = {
            number: EnergyRecords(number, local, rated_w, marks.get(number)) for number in connectors
        }

    def waiting(self, connector: int) -> Sequence[EnergyPiece]:
        """What the meter has said and no record has yet. It never changes: another thread may look at it."""
        return self._records[connector].waiting

    def update(self) -> Iterator[KeepEnergy]:
        """What is to be kept, now that the registers are as they are; all of it when a session is over."""
        for number, connector in self._connectors.items():
            if connector.register_wh is not None:
                yield from self._records[number].take(connector.register_wh, connector.register_at)
            if connector.busy:
                self._busy.add(number)
            elif number in self._busy:
                self._busy.discard(number)
                yield from self._records[number].rest()


def hour_of(at_s: int, zone: tzinfo) -> EnergyHour:
    """The hour that the clock on the wall shows; one that comes twice is two, each with its own begin."""
    here = datetime.fromtimestamp(at_s, zone)
    day = here.year * 1_00_00 + here.month * 1_00 + here.day
    return EnergyHour(at_s - here.minute * 60 - here.second, day, day // 1_00)


def spread(wh: int, begin_s: int, end_s: int, zone: tzinfo) -> Iterator[tuple[EnergyHour, int]]:
    """Evenly over the time it took, to the last Wh."""
    given, at_s = 0, begin_s
    while True:
        hour = hour_of(at_s, zone)
        at_s = min(hour.begin_s + HOUR_S, end_s)
        due = wh * (at_s - begin_s) // (end_s - begin_s) if at_s < end_s else wh
        yield hour, due - given
        given = due
        if at_s >= end_s:
            return
