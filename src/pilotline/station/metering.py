"""The meter values of one connector: when they are taken, whose they are, what a session's end tells of them.

Values are taken at an interval in a session, on marks of the wall clock, and when a session begins and ends
(OCPP 1.6 §9.1). In a session they are facts; without one, those on the clock are a report. It decides nothing
about the session and reads no meter: both are handed in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pilotline.station.clock import WallClock
from pilotline.station.events import MeterReport, StationEffect
from pilotline.station.keys import KeyStore
from pilotline.station.measurands import Sources, sample
from pilotline.station.session import Phase, Session
from pilotline.vocabulary.charger import ChargerModel
from pilotline.vocabulary.journal import KeepRegister, Metered, MeterSample, Record, SampledValue, Started
from pilotline.vocabulary.status import ReadingContext
from pilotline.vocabulary.time import DAY, MINUTE, SECOND, Stamp, earliest

KEEP_EVERY = 10 * SECOND
"""How often a running session's register is kept (R-52)."""
LATE = 2 * SECOND
"""A value taken longer than this after its mark is of another moment: the mark is missed, and not made up."""
SPANS_REMEMBERED = 32
"""So many stretches of the clock are not gone through twice: one, and one more for each great leap."""
MOST_BYTES = 30_000
"""What the data of a session's end may measure as JSON: with all else a StopTransaction is under 32 kB."""
_SAMPLE_BYTES, _VALUE_BYTES = 60, 94  # around a sample in JSON and, at most, around the texts of a value

_TOLD = {
    ReadingContext.PERIODIC: "MeterValuesSampledData",
    ReadingContext.TRIGGER: "MeterValuesSampledData",
    ReadingContext.CLOCK: "MeterValuesAlignedData",
}
_KEPT = {
    ReadingContext.TRANSACTION_BEGIN: "StopTxnSampledData",
    ReadingContext.PERIODIC: "StopTxnSampledData",
    ReadingContext.CLOCK: "StopTxnAlignedData",
    ReadingContext.TRANSACTION_END: "StopTxnSampledData",
}


class Marks:
    """The moments at which the wall clock shows a multiple of ClockAlignedDataInterval since midnight UTC.

    Each is given once, though the clock be put back over it; none while the time is unknown.
    """

    def __init__(self, keys: KeyStore, clock: WallClock) -> None:
        self._keys = keys
        self._clock = clock
        self._interval = 0
        self._since = 0
        self._given: list[tuple[int, int]] = []

    def due(self, now: int) -> Stamp | None:
        """The mark that has just been reached: it is the stamp of what is taken at it."""
        utc_us, interval = self._read(now)
        if interval != self._interval:
            self._interval, self._since = interval, now
        if not interval:
            return None
        mark = utc_us - utc_us % DAY % interval
        stamp = Stamp(self._clock.boot, now - (utc_us - mark), mark)
        if stamp.at <= self._since or now - stamp.at > LATE or self._given_until(mark) is not None:
            return None
        self._remember(mark)
        return stamp

    def deadline(self, now: int) -> int | None:
        """When the next one is reached, if the clock is not corrected meanwhile."""
        utc_us, interval = self._read(now)
        if not interval:
            return None
        mark = _next_mark(utc_us, interval)
        while (until := self._given_until(mark)) is not None:
            mark = _next_mark(until, interval)
        return now + mark - utc_us

    def _read(self, now: int) -> tuple[int, int]:
        """The time in µs since 1970 and the interval; no interval while the time is unknown."""
        utc_us = self._clock.stamp(now).utc_us
        return (0, 0) if utc_us is None else (utc_us, self._keys.number("ClockAlignedDataInterval") * SECOND)

    def _given_until(self, mark: int) -> int | None:
        """The end of the stretch that was gone through and in which this mark lies."""
        return next((last for first, last in self._given if first <= mark <= last), None)

    def _remember(self, mark: int) -> None:
        """It goes on from the mark before it, or from where the clock leapt to."""
        for n, (first, last) in enumerate(self._given):
            if last < mark <= last + self._interval + MINUTE:
                self._given[n] = (first, mark)
                return
        self._given = [*self._given, (mark, mark)][-SPANS_REMEMBERED:]


def _next_mark(utc_us: int, interval: int) -> int:
    """The count begins anew at each midnight, also where the day is no multiple of the interval."""
    midnight = utc_us - utc_us % DAY
    return min(utc_us - utc_us % DAY % interval + interval, midnight + DAY)


def json_bytes(kept: MeterSample) -> int:
    """How long a sample is as JSON, at most."""
    texts = ((v.value, v.measurand, v.unit or "", v.phase or "", v.location or "") for v in kept.values)
    return _SAMPLE_BYTES + sum(_VALUE_BYTES + sum(map(len, each)) for each in texts)


class TransactionData:
    """What the end of a session tells of its values (StopTransaction's transactionData).

    They are in the order of their times. When they are too many, every second one of the kind that takes the
    most room is dropped, and from then on only half of them are kept; the begin and the end always are.
    """

    def __init__(self, clock: WallClock, begin: MeterSample | None = None) -> None:
        self._clock = clock
        self._begin = [begin] if begin is not None and begin.values else []
        self._end: list[MeterSample] = []
        self._middle: list[tuple[int, MeterSample]] = []
        self._pace = {ReadingContext.PERIODIC: 1, ReadingContext.CLOCK: 1}
        self._taken = dict.fromkeys(self._pace, 0)

    def add(self, taken: MeterSample) -> None:
        """Keep it, where it is its turn; what a corrected clock puts before the last has no place."""
        if not taken.values:
            return
        number = self._taken[taken.context]
        self._taken[taken.context] += 1
        if number % self._pace[taken.context] == 0 and self._is_in_order(taken):
            self._middle.append((number, taken))
            self._thin()

    def close(self, end: MeterSample) -> tuple[MeterSample, ...]:
        """All of it, with the end: what a corrected clock puts after that has no place."""
        last = self._utc(end)
        self._middle = [kept for kept in self._middle if self._utc(kept[1]) <= last]
        self._end = [end] if end.values else []
        self._thin()
        return (*self._begin, *(kept for _, kept in self._middle), *self._end)

    def _is_in_order(self, taken: MeterSample) -> bool:
        before = [*self._begin, *(kept for _, kept in self._middle[-1:])]
        return not before or self._utc(before[-1]) <= self._utc(taken)

    def _utc(self, kept: MeterSample) -> datetime:
        return self._clock.utc(kept.stamp)

    def _thin(self) -> None:
        """Numbers, and not places, say which go: so what is left stands at an even pace."""
        while (context := self._too_many()) is not None:
            self._pace[context] *= 2
            pace = self._pace[context]
            self._middle = [
                (number, kept)
                for number, kept in self._middle
                if kept.context is not context or number % pace == 0
            ]

    def _too_many(self) -> ReadingContext | None:
        """The kind that takes the most room, when all together take too much and it can be thinned."""
        ends = sum(json_bytes(kept) for kept in (*self._begin, *self._end))
        room = {context: self._room_of(context) for context in self._pace}
        context = max(room, key=room.__getitem__)
        several = sum(kept.context is context for _, kept in self._middle) > 1
        return context if ends + sum(room.values()) > MOST_BYTES and several else None

    def _room_of(self, context: ReadingContext) -> int:
        return sum(json_bytes(kept) for _, kept in self._middle if kept.context is context)


@dataclass(frozen=True, slots=True)
class Present:
    """What a connector knows at this moment; ``unplugging``: whether the session goes on is not known yet.

    ``register_wh`` is the last that was read, also while the meter is silent.
    """

    session: Session | None
    sources: Sources
    register_wh: int | None
    relay: bool
    unplugging: bool


class Metering:
    """``update`` gives the values that are due; ``begin`` and ``end`` go with the session's own records.

    Which measurands a session's end tells of is settled when it begins, so that its first and last agree.
    """

    def __init__(
        self,
        number: int,
        model: ChargerModel,
        keys: KeyStore,
        clock: WallClock,
        next_entry: Callable[[], int],
    ) -> None:
        self._number = number
        self._model = model
        self._keys = keys
        self._clock = clock
        self._next_entry = next_entry
        self._marks = Marks(keys, clock)
        self._kept: dict[ReadingContext, Sequence[str]] = {}
        self._data = TransactionData(clock)
        self._at_stop: Sources | None = None
        self._kept_at = 0

    def begin(self, session: Session, sources: Sources) -> None:
        """The session's start is being recorded, with its register and its stamp."""
        session.sampled_at = self._kept_at = session.started_at
        self._at_stop = None
        self._kept = {context: self._named(key) for context, key in _KEPT.items()}
        at_start = sources.at_register(session.meter_start_wh)
        self._data = TransactionData(
            self._clock, self._taken(ReadingContext.TRANSACTION_BEGIN, session.stamp, at_start)
        )

    def update(self, present: Present, now: int) -> Sequence[StationEffect]:
        """The values that are due now; while the plug may have been pulled they wait for what that was."""
        session = present.session
        if session is not None and session.stop is not None and self._at_stop is None:
            self._at_stop = present.sources
        said = self._take_due(present, now)
        return [*self._keep_register(present, now, bool(said)), *said]

    def end(self, stamp: Stamp, register_wh: int) -> tuple[MeterSample, ...]:
        """What goes with the session's end, which is recorded with this register and this stamp.

        Its last values are those of when it stopped; the register alone counts until the relay is open.
        """
        at_stop = (self._at_stop or self._nothing).at_register(register_wh)
        return self._data.close(self._taken(ReadingContext.TRANSACTION_END, stamp, at_stop))

    def end_of_lost(self, start: Started, stamp: Stamp, register_wh: int) -> tuple[MeterSample, ...]:
        """What can be said of a session whose values went with the boot it ran in: its two registers."""
        begin, end = (
            MeterSample(at, context, self._values(_KEPT[context], self._nothing.at_register(wh)))
            for at, context, wh in (
                (start.stamp, ReadingContext.TRANSACTION_BEGIN, start.meter_start_wh),
                (stamp, ReadingContext.TRANSACTION_END, register_wh),
            )
        )
        return TransactionData(self._clock, begin).close(end)

    def read_out(self, present: Present, now: int) -> Sequence[MeterReport]:
        """Meter values that were asked for: those are given whenever there are any (OCPP 1.6 §5.17).

        What is read behind a session's end, or what may turn out to be one, is no value of the session.
        """
        session = present.session
        begun = session is not None and session.phase is not Phase.STARTING
        stamp = session.stamp.later(now) if session and begun else self._clock.stamp(now)
        values = self._told(ReadingContext.TRIGGER, stamp, present.sources)
        goes_on = session is not None and session.phase is Phase.RUNNING and not present.unplugging
        of = session.id if session and goes_on else None
        return [MeterReport(self._number, of, values)] if values.values else []

    def deadline(self, present: Present, now: int) -> int | None:
        if present.unplugging:
            return None
        session = present.session
        running = session is not None and session.phase is Phase.RUNNING
        sampled = self._next_sample(session) if session and running else None
        return earliest(sampled, self._marks.deadline(now))

    # --- when ---

    def _take_due(self, present: Present, now: int) -> Sequence[StationEffect]:
        if present.unplugging:
            return []
        return [*self._at_interval(present, now), *self._on_the_clock(present, now)]

    def _keep_register(self, present: Present, now: int, said: bool) -> Sequence[StationEffect]:
        """For a session left open: now and then, and with each value, which its end must not precede."""
        session, register_wh = present.session, present.register_wh
        if session is None or session.phase is not Phase.RUNNING or register_wh is None:
            return []
        if not said and now < self._kept_at + KEEP_EVERY:
            return []
        self._kept_at = now
        return [KeepRegister(session.id, register_wh, session.stamp.later(now))]

    def _at_interval(self, present: Present, now: int) -> Sequence[StationEffect]:
        session = present.session
        if session is None or session.phase is not Phase.RUNNING:
            return []
        due = self._next_sample(session)
        if due is None or now < due:
            return []
        session.sampled_at = now - (now - due) % self._interval  # those missed are not made up
        if not self._may_tell(present):
            return []
        return self._take(session, ReadingContext.PERIODIC, session.stamp.later(now), present.sources)

    def _on_the_clock(self, present: Present, now: int) -> Sequence[StationEffect]:
        stamp = self._marks.due(now)
        if stamp is None or not self._may_tell(present):
            return []
        session = present.session
        if session is not None and self._is_of(session, stamp):
            return self._take(session, ReadingContext.CLOCK, stamp, present.sources)
        told = self._told(ReadingContext.CLOCK, stamp, present.sources)
        silent = self._model.session.metered_when_charging or not told.values
        return [] if silent else [MeterReport(self._number, None, told, asked=False)]

    def _may_tell(self, present: Present) -> bool:
        """M-44, R-33: the Master Plus tells values only while it charges under a number of the backend's."""
        if not self._model.session.metered_when_charging:
            return True
        session = present.session
        return present.relay and session is not None and (session.transaction or 0) > 0

    def _is_of(self, session: Session, mark: Stamp) -> bool:
        """Whether a mark lies in the session, in truth and by the times that the backend is told."""
        if session.phase not in (Phase.RECORDING, Phase.RUNNING, Phase.STOPPING):
            return False
        over = session.stop is not None and session.stop.at < mark.at
        return session.started_at <= mark.at and not over and self._follows(session.stamp, mark)

    def _follows(self, start: Stamp, mark: Stamp) -> bool:
        return self._clock.utc(start) <= self._clock.utc(mark)

    @property
    def _interval(self) -> int:
        return self._keys.number("MeterValueSampleInterval") * SECOND

    def _next_sample(self, session: Session) -> int | None:
        return session.sampled_at + self._interval if self._interval else None

    # --- what ---

    def _take(
        self, session: Session, context: ReadingContext, stamp: Stamp, sources: Sources
    ) -> Sequence[StationEffect]:
        """Values of a session: kept for its end, and told now."""
        self._data.add(self._taken(context, stamp, sources))
        told = self._told(context, stamp, sources)
        return [Record(self._next_entry(), Metered(session.id, self._number, told))] if told.values else []

    def _taken(self, context: ReadingContext, stamp: Stamp, sources: Sources) -> MeterSample:
        return MeterSample(stamp, context, sample(self._kept[context], sources))

    def _told(self, context: ReadingContext, stamp: Stamp, sources: Sources) -> MeterSample:
        return MeterSample(stamp, context, self._values(_TOLD[context], sources))

    def _values(self, key: str, sources: Sources) -> tuple[SampledValue, ...]:
        return sample(self._named(key), sources)

    def _named(self, key: str) -> Sequence[str]:
        """Without a meter no measured value is sent (M-05)."""
        return self._keys.text(key).split(",") if self._model.meter else []

    @property
    def _nothing(self) -> Sources:
        return Sources(None, None, None, self._model.rating.phases)
