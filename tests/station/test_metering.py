"""When meter values are taken, and what a session's end tells of them: the parts, by themselves."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.links.ocpp import translate
from pilotline.models.reader import load_charger
from pilotline.station.clock import WallClock
from pilotline.station.events import MeterReport, StationEffect
from pilotline.station.keys import BY_NAME, KeyStore
from pilotline.station.measurands import MEASURANDS, MOST_NAMED, Sources, sample
from pilotline.station.metering import (
    LATE,
    MOST_BYTES,
    SPANS_REMEMBERED,
    Marks,
    Metering,
    Present,
    TransactionData,
    json_bytes,
)
from pilotline.station.session import Phase, Session, Stop
from pilotline.vocabulary.charger import ChargerModel
from pilotline.vocabulary.journal import (
    Ended,
    KeepRegister,
    Metered,
    MeterSample,
    Record,
    SampledValue,
    Started,
)
from pilotline.vocabulary.metering import MeterReading
from pilotline.vocabulary.status import ReadingContext, StopReason
from pilotline.vocabulary.time import DAY, HOUR, MINUTE, MS, SECOND, Stamp
from pilotline.wire.ocpp import v16
from support.ocpp_judge import judge_call

EVENING = datetime(2026, 1, 5, 21, 0, tzinfo=UTC)
BEGIN, PERIODIC = ReadingContext.TRANSACTION_BEGIN, ReadingContext.PERIODIC
CLOCK, END = ReadingContext.CLOCK, ReadingContext.TRANSACTION_END


class Striking:
    """Marks at an interval, from 21:00 UTC at core time 0; ``given`` are the times of day of those given."""

    def __init__(self, interval_s: int, *, known: bool = True) -> None:
        self.keys = KeyStore({"ClockAlignedDataInterval": interval_s})
        self.clock = WallClock(1)
        self.marks = Marks(self.keys, self.clock)
        self.now = 0
        self.given: list[str] = []
        if known:
            self.show(EVENING)

    def show(self, utc: datetime) -> None:
        """The wall clock is told what time it is."""
        self.clock.learn(utc, self.now)
        self.look()

    def every(self, seconds: int) -> None:
        self.keys.change(BY_NAME["clockaligneddatainterval"], str(seconds))
        self.look()

    def look(self) -> None:
        stamp = self.marks.due(self.now)
        if stamp is not None:
            assert stamp.at <= self.now <= stamp.at + LATE
            self.given.append(f"{self.clock.utc(stamp):%H:%M:%S.%f}".removesuffix(".000000"))
        deadline = self.marks.deadline(self.now)
        assert deadline is None or deadline > self.now

    def run(self, duration: int, *, late: int = 0) -> None:
        """Let time pass; they are looked at when they ask for it, or ``late``."""
        until = self.now + duration
        while (due := self.marks.deadline(self.now)) is not None and due + late <= until:
            self.now = due + late
            self.look()
        self.now = until


# --- marks on the clock ---------------------------------------------------------------------------------


@pytest.mark.requirement("E-60")
def test_marks_are_multiples_from_midnight() -> None:
    """Edge case 28: whenever the station was started, the quarters of an hour are those of everybody."""
    striking = Striking(900)
    striking.show(EVENING + timedelta(minutes=7, seconds=3.25))
    striking.run(HOUR)
    assert striking.given == ["21:15:00", "21:30:00", "21:45:00", "22:00:00"]


@pytest.mark.requirement("E-60")
def test_the_count_begins_anew_at_midnight() -> None:
    """Seven hours do not divide a day: the last stretch is short, and midnight is a mark."""
    striking = Striking(7 * 3_600)
    striking.run(34 * HOUR)
    assert striking.given == ["00:00:00", "07:00:00", "14:00:00", "21:00:00", "00:00:00", "07:00:00"]


def test_a_day_is_the_longest_interval() -> None:
    """Once a day, at midnight."""
    striking = Striking(86_400)
    striking.run(2 * DAY)
    assert striking.given == ["00:00:00", "00:00:00"]


def test_without_interval_or_without_time_there_are_no_marks() -> None:
    """0 sends none; and what is no time of day has no quarters."""
    for striking in (Striking(0), Striking(900, known=False)):
        striking.run(DAY)
        assert striking.given == []
        assert striking.marks.deadline(striking.now) is None


def test_marks_begin_when_the_time_becomes_known() -> None:
    """The first is the next one, not the one that has just been."""
    striking = Striking(900, known=False)
    striking.run(HOUR)
    striking.show(EVENING + timedelta(seconds=1))
    striking.run(20 * MINUTE)
    assert striking.given == ["21:15:00"]


def test_another_interval_counts_at_once() -> None:
    """The mark before the change is none of its."""
    striking = Striking(3_600)
    striking.run(10 * MINUTE + SECOND)
    striking.every(600)
    striking.run(15 * MINUTE)
    striking.every(0)
    striking.run(HOUR)
    assert striking.given == ["21:20:00"]


def test_a_look_that_comes_late_gives_the_mark_with_its_own_time() -> None:
    """Half a second later the value is still of that mark, and says so."""
    striking = Striking(900)
    striking.run(31 * MINUTE, late=500 * MS)
    assert striking.given == ["21:15:00", "21:30:00"]


def test_a_mark_that_was_missed_is_not_made_up() -> None:
    """What is measured 3 s later is of another moment."""
    striking = Striking(900)
    striking.run(31 * MINUTE, late=LATE + SECOND)
    assert striking.given == []


@pytest.mark.requirement("E-60")
def test_a_clock_put_back_does_not_give_a_mark_twice() -> None:
    """Edge case 28: from 21:31 back to 21:10, then the marks that have been are not given again."""
    striking = Striking(900)
    striking.run(31 * MINUTE)
    striking.show(EVENING + timedelta(minutes=10))
    striking.run(50 * MINUTE)
    assert striking.given == ["21:15:00", "21:30:00", "21:45:00", "22:00:00"]


@pytest.mark.requirement("E-60")
def test_a_clock_that_trembles_gives_every_mark_once() -> None:
    """Edge case 28: each heartbeat's time may be a second off, to either side."""
    striking = Striking(60)
    for n in range(1, 200):
        striking.run(3 * SECOND)
        wrong = (-1, 0.7, 0, 1, -0.4)[n % 5]
        striking.show(EVENING + timedelta(microseconds=striking.now) + timedelta(seconds=wrong))
    assert striking.given == [f"21:0{minute}:00" for minute in range(1, 10)]


def test_a_clock_put_forward_leaves_out_what_it_skips() -> None:
    """From 21:10 to 21:50: the next mark is the next hour."""
    striking = Striking(900)
    striking.run(10 * MINUTE)
    striking.show(EVENING + timedelta(minutes=50))
    striking.run(10 * MINUTE)
    assert striking.given == ["22:00:00"]


def test_a_clock_that_was_years_ahead_goes_on_at_once() -> None:
    """No mark of today was given, so none is kept back."""
    striking = Striking(900)
    striking.show(EVENING + timedelta(days=2_000))
    striking.run(20 * MINUTE)
    striking.show(EVENING + timedelta(minutes=20))
    striking.run(20 * MINUTE)
    assert striking.given == ["21:15:00", "21:30:00"]


def test_what_is_remembered_of_the_marks_is_bounded() -> None:
    """A mark a second for an hour is one stretch; each great leap of the clock begins another."""
    striking = Striking(1)
    striking.run(HOUR)
    assert len(striking.marks._given) == 1
    for days in range(2 * SPANS_REMEMBERED):
        striking.show(EVENING + timedelta(days=days))
        striking.run(10 * SECOND)
    assert len(striking.marks._given) == SPANS_REMEMBERED


def test_a_clock_that_trembles_leaves_one_stretch() -> None:
    """A mark that it jumped over is no leap: what is remembered does not fill up with trifles."""
    striking = Striking(1)
    for n in range(200):
        striking.run(5 * SECOND)
        striking.show(EVENING + timedelta(microseconds=striking.now, seconds=(-3, 4, 0)[n % 3]))
    assert len(striking.marks._given) == 1


@given(
    interval=st.sampled_from([1, 7, 60, 900, 3_600, 5_000, 50_000, 86_400]),
    steps=st.lists(
        st.tuples(st.integers(0, 2 * HOUR), st.integers(-2 * HOUR, 2 * HOUR)), min_size=1, max_size=8
    ),
)
def test_whatever_the_clock_does_marks_are_on_the_mark_and_once(
    interval: int, steps: list[tuple[int, int]]
) -> None:
    """Edge case 28: any run, any correction: marks are multiples from midnight, and none comes twice."""
    striking = Striking(interval)
    stamps: list[int] = []
    ahead = 0
    for duration, correction in steps:
        until = striking.now + duration
        for _ in range(30):
            due = striking.marks.deadline(striking.now)
            assert due is not None
            assert due > striking.now
            if due > until:
                break
            striking.now = due
            stamp = striking.marks.due(due)
            assert stamp is not None
            assert stamp.utc_us is not None
            assert (stamp.at, stamp) == (due, striking.clock.stamp(due))
            stamps.append(stamp.utc_us)
        striking.now = max(striking.now, until)
        ahead += correction
        striking.clock.learn(EVENING + timedelta(microseconds=striking.now + ahead), striking.now)
        caught = striking.marks.due(striking.now)
        if caught is not None and caught.utc_us is not None:
            stamps.append(caught.utc_us)
    assert all(stamp % DAY % (interval * SECOND) == 0 for stamp in stamps)
    assert len(set(stamps)) == len(stamps)


# --- the data of a session's end ------------------------------------------------------------------------

ALL = sample(
    MEASURANDS,
    Sources(
        MeterReading(12_345_678, 1_234_567, (230_123,) * 3, (31_987,) * 3, (7_361,) * 3),  # pyright: ignore[reportArgumentType]
        None,
        31_999,
        phases=3,
    ),
)
REGISTER = (SampledValue("12345", "Energy.Active.Import.Register", "Wh"),)


def known_clock() -> WallClock:
    clock = WallClock(1)
    clock.learn(EVENING, 0)
    return clock


def taken(
    context: ReadingContext, at: int, values: tuple[SampledValue, ...] = REGISTER, utc_us: int | None = None
) -> MeterSample:
    stamp = known_clock().stamp(at)
    return MeterSample(stamp if utc_us is None else Stamp(1, at, utc_us), context, values)


def seconds(data: tuple[MeterSample, ...]) -> list[int]:
    return [each.stamp.at // SECOND for each in data]


def stop_bytes(data: tuple[MeterSample, ...]) -> int:
    """How long the whole call is on the wire, judged."""
    fact = Ended("S1", 1, 12_345_678, data[-1].stamp, StopReason.EV_DISCONNECTED, "0" * 20, data)
    request = translate.stop_transaction(fact, 2**31, known_clock())
    text = f'[2,"{"0" * 36}","StopTransaction",{v16.encode_checked(request).decode()}]'
    judge_call(text)
    return len(text.encode())


def test_a_short_session_tells_all() -> None:
    """Begin, what was taken, end: in order."""
    data = TransactionData(known_clock(), taken(BEGIN, 0))
    for minute in range(1, 6):
        data.add(taken(PERIODIC, minute * MINUTE))
    told = data.close(taken(END, 6 * MINUTE))
    assert seconds(told) == [0, 60, 120, 180, 240, 300, 360]
    assert [each.context for each in told] == [BEGIN, *[PERIODIC] * 5, END]


@pytest.mark.requirement("E-60")
@pytest.mark.parametrize("values", [REGISTER, ALL], ids=["register", "everything"])
def test_a_long_session_is_thinned_evenly(values: tuple[SampledValue, ...]) -> None:
    """Edge case 29: a month at a value a minute stays under 32 kB, begin and end kept, what is left even."""
    data = TransactionData(known_clock(), taken(BEGIN, 0, values))
    for minute in range(1, 30 * 24 * 60):
        data.add(taken(PERIODIC, minute * MINUTE, values))
    told = data.close(taken(END, 30 * DAY, values))
    assert stop_bytes(told) < 32_000
    at = seconds(told)
    assert (at[0], at[-1]) == (0, 30 * DAY // SECOND)
    gaps = {later - earlier for earlier, later in pairwise(at[1:-1])}
    assert len(gaps) == 1
    assert gaps.pop() // 60 in {2**n for n in range(20)}, "every second one was dropped, again and again"
    assert sum(map(json_bytes, told)) > MOST_BYTES / 3, "and no more of them than had to be"


@pytest.mark.requirement("E-60")
def test_of_two_kinds_the_larger_is_thinned() -> None:
    """Edge case 29: a flood of periodic values does not cost those of the clock."""
    data = TransactionData(known_clock(), taken(BEGIN, 0))
    for second in range(1, 6 * 3_600):
        if second % 900 == 0:
            data.add(taken(CLOCK, second * SECOND))
        if second % 10 == 0:
            data.add(taken(PERIODIC, second * SECOND))
    told = data.close(taken(END, 6 * HOUR))
    assert stop_bytes(told) < 32_000
    assert len([each for each in told if each.context is CLOCK]) == 23
    assert seconds(told) == sorted(seconds(told))


@pytest.mark.requirement("E-60")
def test_the_end_has_room_too() -> None:
    """Edge case 29: where all but the end had just fitted, something between goes and the end stays."""
    data = TransactionData(known_clock(), taken(BEGIN, 0))
    room, second = MOST_BYTES - json_bytes(taken(BEGIN, 0)), 0
    while room >= json_bytes(taken(PERIODIC, 0)):
        second += 1
        data.add(taken(PERIODIC, second * SECOND))
        room -= json_bytes(taken(PERIODIC, 0))
    told = data.close(taken(END, HOUR, ALL))
    assert told[-1] == taken(END, HOUR, ALL)
    assert sum(map(json_bytes, told)) <= MOST_BYTES
    assert len(told) > second // 2


def test_no_sample_of_one_kind_comes_twice() -> None:
    """Edge case 29: each moment once, whatever was thinned."""
    data = TransactionData(known_clock(), taken(BEGIN, 0))
    for second in range(1, 5_000):
        data.add(taken(PERIODIC, second * SECOND))
    told = data.close(taken(END, 5_000 * SECOND))
    assert len({(each.context, each.stamp) for each in told}) == len(told)


def test_what_has_no_value_is_not_kept() -> None:
    """A meter that was silent has nothing to say, at the begin and at the end neither."""
    data = TransactionData(known_clock(), taken(BEGIN, 0, ()))
    data.add(taken(PERIODIC, MINUTE, ()))
    assert data.close(taken(END, HOUR, ())) == ()


def test_a_clock_that_was_put_back_leaves_no_disorder() -> None:
    """A mark that would stand before what was told already, or after the end, is left out."""
    data = TransactionData(known_clock(), taken(BEGIN, HOUR))
    zero = known_clock().stamp(0).utc_us or 0
    data.add(taken(CLOCK, HOUR + MINUTE, utc_us=zero + 30 * MINUTE))
    data.add(taken(PERIODIC, HOUR + 2 * MINUTE))
    data.add(taken(CLOCK, HOUR + 3 * MINUTE, utc_us=zero + HOUR + MINUTE))
    data.add(taken(CLOCK, HOUR + 4 * MINUTE, utc_us=zero + 3 * HOUR))
    told = data.close(taken(END, 2 * HOUR))
    assert [each.context for each in told] == [BEGIN, PERIODIC, END]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([PERIODIC, CLOCK]),
            st.integers(0, 10 * MINUTE),
            st.integers(-5 * SECOND, 5 * SECOND),
            st.sampled_from([REGISTER, ALL, ALL * 2]),
        ),
        max_size=120,
    )
)
def test_any_data_is_bounded_and_in_order(
    steps: list[tuple[ReadingContext, int, int, tuple[SampledValue, ...]]],
) -> None:
    """Edge case 29: any mixture of kinds, paces, sizes and clocks: under the bound, begin first, end last."""
    clock = known_clock()
    data = TransactionData(clock, taken(BEGIN, 0))
    at = 0
    for context, later, off, values in steps:
        at += later
        told_us = (clock.stamp(at).utc_us or 0) + (off if context is CLOCK else 0)
        data.add(taken(context, at, values, told_us))
    told = data.close(taken(END, at))
    times = [each.stamp.utc_us for each in told]
    assert times == sorted(times)  # pyright: ignore[reportArgumentType, reportCallIssue]
    assert (told[0].context, told[-1].context) == (BEGIN, END)
    assert stop_bytes(told) < 32_000


@given(
    st.lists(
        st.builds(
            SampledValue,
            st.from_regex(r"-?[0-9]{1,9}(\.[0-9]{1,3})?", fullmatch=True),
            st.sampled_from(["Voltage", "Energy.Active.Import.Register"]),
            st.sampled_from([None, "V", "Celsius"]),
            st.sampled_from([None, "L1", "L1-N"]),
            st.sampled_from([None, "Body"]),
        ),
        min_size=1,
        max_size=MOST_NAMED * 3,
    )
)
def test_a_sample_is_never_longer_than_it_is_counted(values: list[SampledValue]) -> None:
    """The room it is given is its room on the wire, or a little more."""
    for context in ReadingContext:
        kept = taken(context, 0, tuple(values))
        wire = len(v16._ENCODER.encode(translate.meter_value(kept, known_clock()))) + 1
        assert wire <= json_bytes(kept)


# --- of one connector -----------------------------------------------------------------------------------


class Taking:
    """The meter values of one connector, with a session that the test moves."""

    def __init__(self, model: str | ChargerModel = "evnet-7kw-s", **keys: int | str) -> None:
        self.clock = known_clock()
        self.keys = KeyStore(dict(keys))
        self.entries = iter(range(1, 1_000_000))
        made = load_charger(model) if isinstance(model, str) else model
        self.metering = Metering(1, made, self.keys, self.clock, lambda: next(self.entries))
        self.session: Session | None = None
        self.register_wh = 1_000
        self.relay = True
        self.unplugging = False
        self.now = 0
        self.kept: list[KeepRegister] = []

    def begin(self) -> Session:
        self.session = session = Session("S1", "CARD")
        session.started_at, session.stamp = self.now, self.clock.stamp(self.now)
        session.meter_start_wh = self.register_wh
        session.phase = Phase.RUNNING
        self.metering.begin(session, self.present.sources)
        self.metering.update(self.present, self.now)
        return session

    @property
    def present(self) -> Present:
        sources = Sources(MeterReading(import_wh=self.register_wh), None, 16_000)
        return Present(self.session, sources, self.register_wh, self.relay, self.unplugging)

    def run(self, duration: int) -> list[StationEffect]:
        """What was said of values in that time."""
        until, said = self.now + duration, [*self.metering.update(self.present, self.now)]
        while (due := self.metering.deadline(self.present, self.now)) is not None and due <= until:
            self.now = due
            self.register_wh += 1
            said += self.metering.update(self.present, self.now)
        self.now = until
        said += self.metering.update(self.present, self.now)
        self.kept += [effect for effect in said if isinstance(effect, KeepRegister)]
        return [effect for effect in said if not isinstance(effect, KeepRegister)]

    def stop(self, at: int) -> None:
        assert self.session is not None
        self.session.stop = Stop(StopReason.LOCAL, at)
        self.session.phase = Phase.STOPPING
        self.metering.update(self.present, self.now)


def samples(said: list[StationEffect]) -> list[MeterSample]:
    """Of the facts of a session."""
    return [
        effect.fact.sample
        for effect in said
        if isinstance(effect, Record) and isinstance(effect.fact, Metered)
    ]


def test_values_wait_while_the_plug_may_have_been_pulled() -> None:
    """R-29: whether the session goes on is known a second later, and so is whose the values are."""
    taking = Taking(ClockAlignedDataInterval=60)
    session = taking.begin()
    taking.run(59_500 * MS)
    taking.unplugging = True
    assert taking.run(SECOND) == []
    assert taking.metering.deadline(taking.present, taking.now) is None
    taking.unplugging = False
    went_on = samples(taking.run(0))
    assert [(each.context, each.stamp.at) for each in went_on] == [
        (PERIODIC, 60_500 * MS),
        (CLOCK, 60 * SECOND),
    ]
    assert session.sampled_at == 60 * SECOND, "the next one is on its grid again"


def test_a_mark_after_the_plug_was_pulled_is_not_the_sessions() -> None:
    """It goes out without a transaction: the backend never sees a value after the end."""
    taking = Taking(ClockAlignedDataInterval=60, StopTxnAlignedData="Energy.Active.Import.Register")
    taking.begin()
    taking.run(59_500 * MS)
    taking.unplugging = True
    taking.run(SECOND)
    taking.unplugging = False
    assert taking.session is not None
    taking.session.stop = Stop(StopReason.EV_DISCONNECTED, 59_600 * MS)
    taking.session.phase = Phase.STOPPING
    (report,) = taking.run(0)
    assert isinstance(report, MeterReport)
    assert (report.session, report.asked, report.sample.stamp.at) == (None, False, 60 * SECOND)
    assert taking.metering.end(taking.clock.stamp(59_600 * MS), 2_000) == ()


@pytest.mark.parametrize("phase", [Phase.STARTING, Phase.ENDING])
def test_a_mark_before_the_start_or_after_the_end_is_recorded_has_no_transaction(phase: Phase) -> None:
    """In the journal nothing stands before a session's start or after its end."""
    taking = Taking(ClockAlignedDataInterval=60, MeterValueSampleInterval=0)
    taking.begin().phase = phase
    (report,) = taking.run(60 * SECOND)
    assert isinstance(report, MeterReport)
    assert report.session is None


def test_a_mark_while_the_start_is_written_is_the_sessions() -> None:
    """It has begun: its start stands in the journal before it."""
    taking = Taking(ClockAlignedDataInterval=60, MeterValueSampleInterval=0)
    taking.begin().phase = Phase.RECORDING
    assert [each.stamp.at for each in samples(taking.run(MINUTE))] == [MINUTE]


def test_a_mark_that_the_clock_puts_before_the_session_is_not_the_sessions() -> None:
    """Put back by an hour, the clock gives times at which the backend knows of no transaction yet."""
    taking = Taking(ClockAlignedDataInterval=600, MeterValueSampleInterval=0)
    taking.now = 90 * MINUTE
    taking.begin()
    taking.clock.learn(EVENING + timedelta(minutes=15), taking.now)
    before = taking.run(10 * MINUTE)
    assert [type(effect) for effect in before] == [MeterReport]
    assert samples(taking.run(80 * MINUTE))


def test_a_session_whose_list_changes_ends_with_the_one_it_began_with() -> None:
    """Begin and end of one session tell of the same measurands; the next session follows the key."""
    taking = Taking(StopTxnSampledData="Energy.Active.Import.Register")
    taking.begin()
    taking.keys.change(BY_NAME["stoptxnsampleddata"], "")
    taking.run(MINUTE)
    taking.stop(taking.now)
    stamp = taking.clock.stamp(taking.now)
    assert [each.context for each in taking.metering.end(stamp, 1_001)] == [BEGIN, PERIODIC, END]
    taking.begin()
    taking.run(MINUTE)
    taking.stop(taking.now)
    assert taking.metering.end(taking.clock.stamp(taking.now), 1_001) == ()


def test_the_last_values_are_of_the_stop_and_the_register_of_the_open_relay() -> None:
    """What flowed while the relay opened belongs to the session; the offer of later does not."""
    taking = Taking(StopTxnSampledData="Energy.Active.Import.Register,Current.Offered")
    taking.begin()
    taking.now += 30 * SECOND
    taking.stop(taking.now)
    stamp = taking.clock.stamp(taking.now)
    last = taking.metering.end(stamp, 1_234)[-1]
    assert (last.context, last.stamp) == (END, stamp)
    assert [each.value for each in last.values] == ["1234", "16"]


def test_a_mark_just_before_the_stop_is_the_sessions() -> None:
    """Looked at half a second late, when the session has stopped already."""
    taking = Taking(ClockAlignedDataInterval=60, MeterValueSampleInterval=0)
    taking.begin()
    taking.run(59 * SECOND)
    taking.now = 60_500 * MS
    assert taking.session is not None
    taking.session.stop = Stop(StopReason.LOCAL, 60_400 * MS)
    taking.session.phase = Phase.STOPPING
    assert [each.stamp.at for each in samples(taking.run(0))] == [60 * SECOND]


@pytest.mark.requirement("M-05")
def test_without_a_meter_there_is_nothing_to_tell() -> None:
    """No value at an interval, on the clock, at a request or at the end: not even of what is on offer."""
    taking = Taking(
        replace(load_charger("evnet-7kw-s"), meter=None),
        ClockAlignedDataInterval=60,
        StopTxnSampledData="Energy.Active.Import.Register,Current.Offered",
        StopTxnAlignedData="Current.Offered",
    )
    taking.begin()
    assert taking.run(HOUR) == []
    assert taking.metering.read_out(taking.present, taking.now) == []
    taking.stop(taking.now)
    stamp = taking.clock.stamp(taking.now)
    assert taking.metering.end(stamp, 0) == ()
    assert taking.metering.end_of_lost(Started("S0", 1, "CARD", 0, Stamp(1, 0)), stamp, 0) == ()


def test_the_next_session_ends_with_values_of_its_own() -> None:
    """The offer at its end is not that at the end of the one before."""
    taking = Taking(StopTxnSampledData="Current.Offered")
    taking.begin()
    taking.stop(taking.now)
    taking.metering.end(taking.clock.stamp(taking.now), 1_000)
    session = taking.begin()
    session.stop = Stop(StopReason.LOCAL, taking.now)
    session.phase = Phase.STOPPING
    lower = replace(taking.present, sources=Sources(None, None, 6_000))
    taking.metering.update(lower, taking.now)
    last = taking.metering.end(taking.clock.stamp(taking.now), 1_000)[-1]
    assert [each.value for each in last.values] == ["6"]


def test_a_begin_with_a_silent_meter_has_the_register_of_the_start() -> None:
    """What was read before the silence is what the start was recorded with."""
    taking = Taking(StopTxnSampledData="Energy.Active.Import.Register,Current.Offered")
    session = taking.begin()
    session.meter_start_wh = 987
    taking.metering.begin(session, Sources(None, None, 16_000))
    first, last = taking.metering.end(taking.clock.stamp(taking.now), 988)
    assert [each.value for each in first.values] == ["987", "16"]
    assert last.values[0].value == "988"


@pytest.mark.requirement("M-44", "R-33")
@pytest.mark.parametrize(
    ("relay", "transaction", "told"),
    [(True, 7, True), (False, 7, False), (True, None, False), (True, 0, False), (True, -1, False)],
)
def test_a_master_plus_meters_only_a_charge_with_a_number(
    relay: bool, transaction: int | None, told: bool
) -> None:
    """The relay closed and a number above 0, or nothing: no interval, no mark, not for the end either."""
    taking = Taking(
        "master-plus-ac",
        ClockAlignedDataInterval=60,
        StopTxnSampledData="Energy.Active.Import.Register",
        StopTxnAlignedData="Energy.Active.Import.Register",
        MeterValuesSampledData="Energy.Active.Import.Register",
    )
    taking.begin().transaction = transaction
    taking.relay = relay
    said = taking.run(5 * MINUTE)
    assert len(samples(said)) == (10 if told else 0)
    assert len(said) == len(samples(said)), "and no report"
    taking.stop(taking.now)
    data = taking.metering.end(taking.clock.stamp(taking.now), 2_000)
    assert [each.context for each in data if each.context in (BEGIN, END)] == [BEGIN, END]
    assert len(data) == (12 if told else 2)


@pytest.mark.requirement("M-44")
def test_a_master_plus_without_a_session_is_silent_on_the_clock() -> None:
    """Other products tell the connector's values; it does not. Asked, it answers."""
    taking = Taking("master-plus-ac", ClockAlignedDataInterval=60)
    taking.relay = False
    assert taking.run(HOUR) == []
    assert len(taking.metering.read_out(taking.present, taking.now)) == 1
    other = Taking(ClockAlignedDataInterval=60)
    assert len(other.run(HOUR)) == 60


@pytest.mark.requirement("M-44")
def test_a_master_plus_tells_no_mark_that_is_not_its_sessions() -> None:
    """The clock was put back behind the session's start: the mark has no transaction, and so does not go."""
    taking = Taking("master-plus-ac", ClockAlignedDataInterval=600, MeterValueSampleInterval=0)
    taking.now = 90 * MINUTE
    taking.begin().transaction = 7
    taking.clock.learn(EVENING + timedelta(minutes=15), taking.now)
    assert taking.run(10 * MINUTE) == []


@pytest.mark.requirement("R-52")
def test_the_register_is_kept_with_each_value_and_now_and_then() -> None:
    """A session left open ends no earlier than its last value, and at most ten seconds too early."""
    taking = Taking(MeterValueSampleInterval=7)
    taking.begin()
    taking.run(7 * SECOND)
    assert [(each.register_wh, each.stamp.at) for each in taking.kept] == [(1_001, 7 * SECOND)]
    taking.keys.change(BY_NAME["metervaluesampleinterval"], "0")
    taking.run(9 * SECOND)
    taking.run(SECOND)
    assert [each.stamp.at for each in taking.kept] == [7 * SECOND, 17 * SECOND]


def test_missed_values_are_not_made_up() -> None:
    """After ten minutes of sleep there is one value, and the next comes on the old grid."""
    taking = Taking()
    taking.begin()
    taking.now = 10 * MINUTE + 20 * SECOND
    assert len(samples(taking.run(0))) == 1
    assert taking.metering.deadline(taking.present, taking.now) == 11 * MINUTE


def test_the_schema_of_the_end_takes_every_context() -> None:
    """Begin, both kinds between, end: as the backend gets it."""
    keys = dict.fromkeys(("StopTxnSampledData", "StopTxnAlignedData"), "Energy.Active.Import.Register")
    taking = Taking(ClockAlignedDataInterval=90, **keys)  # pyright: ignore[reportArgumentType]
    taking.begin()
    taking.run(2 * MINUTE)
    taking.stop(taking.now)
    data = taking.metering.end(taking.clock.stamp(taking.now), 1_010)
    fact = Ended("S1", 1, 1_010, taking.clock.stamp(taking.now), StopReason.LOCAL, data=data)
    request = translate.stop_transaction(fact, 1, taking.clock)
    payload = json.loads(v16.encode_checked(request))
    judge_call(json.dumps([2, "1", "StopTransaction", payload]))
    contexts = [each["sampledValue"][0]["context"] for each in payload["transactionData"]]
    assert contexts == [
        "Transaction.Begin",
        "Sample.Periodic",
        "Sample.Clock",
        "Sample.Periodic",
        "Transaction.End",
    ]
