"""A restart that is asked for: when it comes, when it comes again, and what is told of the last one."""

import pytest

from pilotline.station.events import (
    AskReset,
    BackendLink,
    CallAnswer,
    ChangeAvailability,
    PresentTag,
    RemoteStart,
    Restart,
    RestartFailed,
    StatusReport,
    ToBoard,
)
from pilotline.station.restarts import PATIENCE, TRY_AGAIN, Restarts, StartTeller, failure_report
from pilotline.vocabulary.board import SetLight
from pilotline.vocabulary.status import ConnectorStatus, ErrorCode, ResetKind, ResetReason
from pilotline.vocabulary.time import SECOND
from support.station_bench import StationBench

SOFT, HARD = ResetKind.SOFT, ResetKind.HARD
AVAILABLE = StatusReport(0, ConnectorStatus.AVAILABLE, ErrorCode.NO_ERROR, 7)


def restarts(retries: int = 3) -> Restarts:
    return Restarts(lambda: retries)


def said(core: Restarts, until: int, *, busy: bool = False) -> list[tuple[int, Restart | RestartFailed]]:
    """What it says up to a time, woken at its deadlines and at nothing else; with when, in seconds."""
    now, found = 0, [(0, each) for each in core.update(busy=busy, now=0)]
    while (due := core.deadline()) is not None and due <= until:
        assert due > now, "a deadline that is not later than now"
        now = due
        found += [(now // SECOND, each) for each in core.update(busy=busy, now=now)]
    return found


# --- when it comes ----------------------------------------------------------------------------------


def test_nobody_asked_and_nothing_is_due() -> None:
    """Neither a word nor a deadline."""
    core = restarts()
    assert core.update(busy=False, now=0) == []
    assert (core.deadline(), core.pending) == (None, None)


@pytest.mark.parametrize("kind", ResetKind)
def test_an_idle_station_restarts_in_the_same_step(kind: ResetKind) -> None:
    """There is nothing to wait for; until it has come about it is pending."""
    core = restarts()
    core.ask(kind, 0)
    assert core.update(busy=False, now=0) == [Restart(kind)]
    assert core.pending is kind


@pytest.mark.parametrize("kind", ResetKind)
def test_a_busy_station_restarts_when_it_is_idle(kind: ResetKind) -> None:
    """As soon as the last end is recorded, and not before."""
    core = restarts()
    core.ask(kind, 0)
    assert core.update(busy=True, now=0) == []
    assert core.update(busy=True, now=PATIENCE[kind] - 1) == []
    assert core.update(busy=False, now=PATIENCE[kind] - 1) == [Restart(kind)]


@pytest.mark.parametrize(("kind", "seconds"), [(SOFT, 60), (HARD, 10)])
def test_a_restart_does_not_wait_for_ever(kind: ResetKind, seconds: int) -> None:
    """A disk that is full, a meter that never answers: what is still open is closed afterwards (R-52)."""
    core = restarts()
    core.ask(kind, 0)
    assert said(core, seconds * SECOND, busy=True) == [(seconds, Restart(kind))]


def test_a_second_wish_hurries_the_first_and_never_holds_it_up() -> None:
    """A hard one makes a soft one hard; a soft one after a hard one changes nothing."""
    core = restarts()
    core.ask(SOFT, 0)
    core.ask(HARD, 20 * SECOND)
    core.ask(SOFT, 25 * SECOND)
    assert core.deadline() == 30 * SECOND
    assert core.update(busy=True, now=30 * SECOND) == [Restart(HARD)]


# --- when it does not come about --------------------------------------------------------------------


@pytest.mark.requirement("M-40")
@pytest.mark.parametrize("retries", [0, 1, 3])
def test_what_does_not_come_about_is_tried_again_as_often_as_the_key_says(retries: int) -> None:
    """Every 30 s, then it is given up, and said so."""
    core = restarts(retries)
    core.ask(HARD, 0)
    tries = [(n * 30, Restart(HARD)) for n in range(retries + 1)]
    given_up = (30 * (retries + 1), RestartFailed(HARD, retries + 1))
    assert said(core, 3_600 * SECOND) == [*tries, given_up]
    assert core.pending is None


def test_the_key_counts_when_it_is_given_up_and_not_when_it_was_asked_for() -> None:
    """It may be changed meanwhile."""
    retries = 3
    core = Restarts(lambda: retries)
    core.ask(SOFT, 0)
    core.update(busy=False, now=0)
    retries = 0
    assert core.update(busy=False, now=TRY_AGAIN) == [RestartFailed(SOFT, 1)]


def test_a_station_that_has_given_up_can_be_asked_again() -> None:
    """From the beginning, with all its tries."""
    core = restarts(0)
    core.ask(SOFT, 0)
    assert len(said(core, 60 * SECOND)) == 2
    core.ask(SOFT, 100 * SECOND)
    assert core.update(busy=False, now=100 * SECOND) == [Restart(SOFT)]
    assert core.deadline() == 130 * SECOND


def test_a_wish_between_two_tries_waits_for_the_next() -> None:
    """It is no try of its own: else a backend that asks every second would never let it be given up."""
    core = restarts(1)
    core.ask(SOFT, 0)
    core.update(busy=False, now=0)
    core.ask(SOFT, 5 * SECOND)
    assert core.update(busy=False, now=5 * SECOND) == []
    assert core.deadline() == 30 * SECOND


def test_a_failure_is_a_status_of_the_whole_station() -> None:
    """The status stays what it is; the error is OCPP's own word for it."""
    report = failure_report(AVAILABLE, RestartFailed(HARD, 4))
    assert (report.connector, report.status, report.error) == (
        0,
        ConnectorStatus.AVAILABLE,
        ErrorCode.RESET_FAILURE,
    )
    assert report.info == "Hard reset failed, tried 4 times"


# --- why it started ---------------------------------------------------------------------------------


@pytest.mark.requirement("E-40")
@pytest.mark.parametrize("reason", ResetReason)
def test_a_reason_is_told_by_its_number_and_its_word(reason: ResetReason) -> None:
    """VendorID3, and it is kept for the line to come back (R-34)."""
    (report,) = StartTeller(reason).update(lambda _now: AVAILABLE, online=True, now=7)
    assert report == StatusReport(
        0,
        ConnectorStatus.AVAILABLE,
        ErrorCode.NO_ERROR,
        7,
        reason.name,
        "VendorID3",
        str(reason.value),
        keep=True,
    )


@pytest.mark.requirement("R-34", "E-40")
def test_a_reason_is_told_once_and_not_before_the_backend_has_accepted_us() -> None:
    """However late that is; a reconnect is no start."""
    teller = StartTeller(ResetReason.SW)
    lines = [False, False, True, True, False, True]
    told = [len(teller.update(lambda _now: AVAILABLE, online=online, now=0)) for online in lines]
    assert told == [0, 0, 1, 0, 0, 0]


# --- the station around it --------------------------------------------------------------------------


def _reasons(bench: StationBench) -> list[StatusReport]:
    return [report for report in bench.all(StatusReport) if report.vendor_id == "VendorID3"]


@pytest.mark.requirement("E-40", "R-34")
def test_a_station_tells_its_reason_when_it_is_accepted_for_the_first_time() -> None:
    """Nothing is known here, and that is told: once, whatever the line does afterwards."""
    bench = StationBench()
    assert _reasons(bench) == []
    for online in (True, False, True):
        bench.tell(BackendLink(online))
    assert [(each.connector, each.vendor_error, each.info) for each in _reasons(bench)] == [
        (0, "0", "UNKNOWN")
    ]


def test_a_station_that_is_out_of_service_says_so_with_its_reason() -> None:
    """The reason is no status of its own: it never makes a station available, nor faulted."""
    bench = StationBench()
    bench.tell(ChangeAvailability(1, 0, operative=False))
    bench.tell(BackendLink(True))
    (report,) = _reasons(bench)
    assert (report.status, report.error) == (ConnectorStatus.UNAVAILABLE, ErrorCode.NO_ERROR)


def test_until_it_is_restarted_nothing_begins() -> None:
    """Not only before the word has left, but for as long as it may come about."""
    bench = StationBench(online=True)
    bench.plug()
    bench.tell(AskReset(7, SOFT))
    bench.run(20 * SECOND)
    assert bench.station.resetting is SOFT
    said = bench.tell(PresentTag("CARD"))
    assert all(isinstance(each, ToBoard) and isinstance(each.message, SetLight) for each in said)
    assert CallAnswer(8, "Rejected") in bench.tell(RemoteStart(8, "APP", 1))


@pytest.mark.requirement("M-40")
def test_a_station_that_cannot_restart_says_so_and_goes_on_working() -> None:
    """ResetRetries tries more, then ResetFailure, once, and the next card may charge."""
    bench = StationBench(online=True, stored={"ResetRetries": 2})
    bench.tell(AskReset(7, HARD))
    bench.run(200 * SECOND)
    assert bench.all(Restart) == [Restart(HARD)] * 3
    assert bench.all(RestartFailed) == [RestartFailed(HARD, 3)]
    failures = [each for each in bench.all(StatusReport) if each.error is ErrorCode.RESET_FAILURE]
    assert [(each.connector, each.status) for each in failures] == [(0, ConnectorStatus.AVAILABLE)]
    assert bench.station.resetting is None
    bench.charge()
    assert bench.status is ConnectorStatus.CHARGING


@pytest.mark.parametrize(("kind", "seconds"), [(SOFT, 60), (HARD, 10)])
def test_a_full_disk_holds_no_restart_up_for_long(kind: ResetKind, seconds: int) -> None:
    """The session's end is handed to the disk; what the disk does not take is closed after the restart."""
    bench = StationBench(online=True)
    bench.charge()
    bench.disk = None
    bench.tell(AskReset(7, kind))
    bench.run((seconds - 1) * SECOND)
    assert bench.all(Restart) == []
    bench.run(SECOND)
    assert bench.all(Restart) == [Restart(kind)]
