"""The log of events: floods are counted, words are bounded, and what is kept can be read by any release."""

from dataclasses import asdict
from datetime import UTC, datetime
from itertools import pairwise

import msgspec
import pytest

from pilotline.drivers.store import EVENTS_KEPT
from pilotline.links.event_table import (
    EVENTS,
    EventView,
    Kind,
    event_views,
    kind_of,
    sentence_of,
    status_code,
)
from pilotline.links.logbook import (
    BURST,
    BURST_OF_PEOPLE,
    LONGEST_WINDOW,
    LONGEST_WORD,
    MOST_WORDS,
    WINDOW,
    Logbook,
    Quota,
    last_four,
)
from pilotline.station.clock import WallClock
from pilotline.vocabulary.faults import FAULTS, Fault
from pilotline.vocabulary.journal import Ended, KeepEvent, LoggedEvent, Started, Zero
from pilotline.vocabulary.limits import SOURCES, LimitSource
from pilotline.vocabulary.status import ConnectorStatus, ResetReason, StopReason
from pilotline.vocabulary.time import DAY, MINUTE, SECOND, Stamp
from pilotline.vocabulary.transfers import TRANSFER_FAULTS, TransferFault


def book(boot: int = 1) -> Logbook:
    """A log whose first entry, the start, is out already."""
    made = Logbook(ResetReason.POWERON, "1.0", Stamp(boot, 0))
    made.entries(0)
    return made


def fault(at: int, code: str = "fault", number: str = "0x0001") -> LoggedEvent:
    return LoggedEvent(code, 1, Stamp(1, at), {"fault": number, "name": "EVSE_FAULT_RCD"})


def flood(quota: Quota, duration: int, every: int) -> list[LoggedEvent]:
    """A fault that comes and goes; what is kept of it, with the sums as they fall due."""
    kept: list[KeepEvent] = []
    for at in range(0, duration, every):
        kept += quota.settle(at)
        kept += quota.take(fault(at), "0x0001")
        kept += quota.take(fault(at, "fault_over"), "0x0001")
    return [each.event for each in kept]


# --- floods ---


def test_the_first_few_are_kept_one_by_one_and_then_they_are_counted() -> None:
    """The sum comes when the window ends, at the last one's time."""
    quota = Quota()
    kept = [bool(quota.take(fault(at), "0x0001")) for at in range(0, 10 * SECOND, SECOND)]
    assert kept == [True] * BURST + [False] * (10 - BURST)
    assert quota.deadline() == WINDOW
    assert quota.settle(WINDOW - 1) == []
    (total,) = quota.settle(WINDOW)
    assert (total.event.times, total.event.stamp.at) == (10 - BURST, 9 * SECOND)


def test_another_fault_is_not_kept_back_by_the_first() -> None:
    """Nor the same at another connector."""
    quota = Quota()
    for at in range(5):
        quota.take(fault(at), "0x0001")
    assert quota.take(fault(6, number="0x0002"), "0x0002") != []
    assert quota.take(LoggedEvent("fault", 2, Stamp(1, 7)), "0x0001") != []


def test_after_a_quiet_window_all_is_as_at_first() -> None:
    """And nothing is remembered of it."""
    quota = Quota()
    for at in range(BURST):
        quota.take(fault(at), "0x0001")
    assert quota.settle(WINDOW) == []
    assert quota.deadline() is None
    assert quota.take(fault(WINDOW + 1), "0x0001") != []


def test_a_day_of_flapping_is_a_handful_of_entries() -> None:
    """Every second a fault comes and goes: 172,800 events are the first six and the sums."""
    kept = flood(Quota(), DAY, SECOND)
    assert len(kept) == 2 * (BURST + 9)
    assert sum(each.times for each in kept) > 0.8 * 2 * DAY / SECOND
    windows = [kept[i].stamp.at for i in range(2 * BURST, len(kept), 2)]
    assert max(later - before for before, later in pairwise(windows)) <= LONGEST_WINDOW


def test_what_people_do_is_kept_longer_one_by_one() -> None:
    """A set-up of many settings is no flood; a machine that tries passwords is one."""
    log = book()
    for number in range(60):
        log.note("key_changed", {"key": f"key{number}"}, Stamp(1, number))
        log.note("person_failed", {"name": f"name{number}"}, Stamp(1, number))
    codes = [each.event.code for each in log.entries(0)]
    assert codes.count("key_changed") == 60
    assert codes.count("person_failed") == BURST_OF_PEOPLE


def test_words_are_bounded_and_so_is_what_is_kept() -> None:
    """Whatever a backend or a person wrote."""
    log = book()
    log.note("backend_down", {f"w{n}": "x" * 10_000 for n in range(50)}, Stamp(1, 5))
    (entry,) = log.entries(5)
    assert len(entry.event.words) == MOST_WORDS
    assert {len(str(word)) for word in entry.event.words.values()} == {LONGEST_WORD}
    assert len(msgspec.json.encode(entry.event)) * EVENTS_KEPT < 3 << 20


def test_the_log_wakes_when_a_sum_is_due() -> None:
    log = book()
    for at in range(5):
        log.note("backend_up", {}, Stamp(1, at))
    assert [each.event.times for each in log.entries(5)] == [1, 1, 1]
    due = log.deadline()
    assert due is not None
    assert [each.event.times for each in log.entries(due)] == [2]


# --- sessions, disk ---


def test_a_session_is_told_with_as_much_of_its_card_as_is_told_to_people() -> None:
    """Its energy is the difference of its registers."""
    log = book()
    log.hear(Started("s", 1, "04A1B2C3", 1_000, Stamp(1, 5)))
    log.hear(Ended("s", 1, 3_500, Stamp(1, 9), StopReason.LOCAL))
    assert [sentence_of(each.event) for each in log.entries(9)] == [
        "A session began for …B2C3, at 1000 Wh.",
        "The session of …B2C3 ended (Local) after 2500 Wh.",
    ]


def test_the_end_of_a_session_nobody_remembers_is_told_by_its_register() -> None:
    log = book(2)
    log.hear(Ended("old", 1, 3_500, Stamp(2, 9), StopReason.POWER_LOSS))
    (entry,) = log.entries(9)
    assert sentence_of(entry.event) == "A session of an earlier start ended (PowerLoss) at 3500 Wh."


def test_trouble_with_the_disk_is_told_once_and_so_is_its_end() -> None:
    log = book()
    for trouble in ("It is full.", "It is full.", None, None):
        log.hear_disk(trouble, Stamp(1, 5))
    assert [each.event.code for each in log.entries(5)] == ["disk_trouble", "disk_well"]


@pytest.mark.parametrize(("tag", "told"), [("04A1B2C3D4E5F6", "…E5F6"), ("ABCD", "ABCD"), ("", "")])
def test_of_a_card_the_last_four_are_told(tag: str, told: str) -> None:
    assert last_four(tag) == told


# --- reading ---


def read(
    *events: LoggedEvent, clock: WallClock | None = None, most: int = 200, kind: str = ""
) -> list[EventView]:
    return event_views(events, clock or WallClock(1, []), most=most, kind=kind)


def test_every_status_has_its_sentence() -> None:
    assert {status_code(each.value) for each in ConnectorStatus} <= EVENTS.keys()


@pytest.mark.requirement("E-25", "E-71")
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_told_with_its_code_and_what_to_do(fault: Fault) -> None:
    """As the display of the product has it, and as the backend is told."""
    words = {"fault": f"0x{fault.code:04x}", "name": fault.name}
    sentence = sentence_of(LoggedEvent("fault", 1, Stamp(1, 0), words))
    assert sentence == f"{fault.sentence} {fault.advice} (RTM err code 0x{fault.code:04x})"


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_limit_is_told_as_the_page_tells_it(source: LimitSource) -> None:
    """Amperes, a pause, and what stands in for a source that is silent."""
    words = {"source": source.name, "amps": "10"}
    limited = LoggedEvent("limit", 1, Stamp(1, 0), words)
    assert sentence_of(limited) == source.sentence.format(amps="10 A")
    assert sentence_of(LoggedEvent("limit", 1, Stamp(1, 0), {**words, "pause": 1})) == source.pause


def test_an_event_of_another_release_is_shown_as_it_is() -> None:
    """Unknown codes, missing words, sources and faults that are no more."""
    strange = [
        LoggedEvent("of_the_future", 0, Stamp(1, 0), {"a": 1}),
        LoggedEvent("key_changed", 0, Stamp(1, 0)),
        LoggedEvent("limit", 1, Stamp(1, 0), {"source": "moon"}),
        LoggedEvent("fault", 1, Stamp(1, 0), {"fault": "0x9", "name": "GONE"}),
    ]
    assert [each.sentence for each in reversed(read(*strange))] == [
        "of_the_future",
        "? was changed from ? to ? by ?.",
        "?",
        "? ? (RTM err code 0x9)",
    ]


def test_a_password_tried_for_nobody_there_is_told_as_such() -> None:
    """The name that was typed is not repeated: it may have been the password."""
    failed = LoggedEvent("person_failed", 0, Stamp(1, 0), {"name": "", "count": "4"})
    assert sentence_of(failed) == "A wrong password was given for somebody unknown, 4 times in a row."


def test_the_newest_come_first_and_one_kind_alone_where_it_is_asked() -> None:
    events = [LoggedEvent(code, 0, Stamp(1, at)) for at, code in enumerate(["backend_up", "boot", "boot"])]
    assert [each.code for each in read(*events)] == ["boot", "boot", "backend_up"]
    assert [each.code for each in read(*events, kind=Kind.BACKEND.value)] == ["backend_up"]
    assert [each.code for each in read(*events, most=1)] == ["boot"]


@pytest.mark.requirement("R-51")
def test_a_time_that_nobody_knew_is_put_right_or_marked() -> None:
    """None while nothing is known; exact once its boot has learned it; an estimate where it never did."""
    event = LoggedEvent("boot", 0, Stamp(1, 5 * MINUTE))
    (unknown,) = read(event)
    assert (unknown.at, unknown.estimated) == (None, False)
    clock = WallClock(1, [])
    clock.settle(clock.learn(datetime(2026, 1, 5, tzinfo=UTC), 5 * MINUTE))
    (known,) = read(event, clock=clock)
    assert (known.at, known.estimated) == ("2026-01-05T00:00:00+00:00", False)
    later = WallClock(2, [])
    later.settle([Zero(1, 0, estimated=True)])
    (guessed,) = read(event, clock=later)
    assert (guessed.at, guessed.estimated) == ("1970-01-01T00:05:00+00:00", True)


def test_an_event_that_stands_for_many_says_so() -> None:
    (view,) = read(LoggedEvent("backend_up", 0, Stamp(1, 0), times=57))
    assert asdict(view)["sentence"] == "The backend has registered the station. That was 57 times."


# --- files that the backend asks for ---


@pytest.mark.requirement("M-41", "R-32")
@pytest.mark.parametrize("fault", TRANSFER_FAULTS, ids=lambda fault: fault.name)
def test_a_file_that_was_not_sent_is_told_with_its_number_and_what_to_do(fault: TransferFault) -> None:
    words = {"file": "CP-1.tar.gz", "failure": fault.number, "name": fault.name, "answer": 530}
    told = sentence_of(LoggedEvent("upload_failed", 0, Stamp(1, 5), words))
    assert told == f"CP-1.tar.gz was not sent ({fault.number}): {fault.sentence} {fault.advice}"
    assert kind_of("upload_failed") is Kind.BACKEND


def test_each_way_to_fail_is_kept_by_itself() -> None:
    """A backend that asks again and again pushes nothing else out of the log."""
    log = book()
    for number in range(40):
        log.note(
            "upload_failed", {"file": f"{number}", "failure": -9 if number % 2 else -8}, Stamp(1, number)
        )
    kept = [each.event.words["failure"] for each in log.entries(40)]
    assert sorted(map(str, kept)) == ["-8"] * BURST + ["-9"] * BURST
