"""Uploads the backend asks for: what is answered, what is told when, and that a restart tells it once."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.station.clock import WallClock
from pilotline.station.keys import KeyStore
from pilotline.station.upkeep.core import Surroundings
from pilotline.station.upkeep.events import (
    Answer,
    GiveUp,
    Progress,
    Tell,
    TellNotice,
    UpkeepEffect,
    UpkeepEvent,
    UploadAsked,
    Work,
    Worked,
)
from pilotline.station.upkeep.uploads import MOST_TRIES, NotSent, SendBundle, Sent, Uploads, UploadView
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.journal import KeepEvent, Notified, Record, StoreKey
from pilotline.vocabulary.time import MINUTE, SECOND, Stamp, Tick
from pilotline.vocabulary.transfers import CONNECT, LOGIN, NO_SENSE, TRANSFER_FAULTS, TransferFault
from pilotline.vocabulary.upkeep import Bundle, Notice, UploadStatus

URL = "ftp://user:zqsecret@files.example/in/"
NOON_US = 1_772_539_200_000_000  # 2026-03-03T12:00:00Z
DIAGNOSTICS = UploadAsked(7, Bundle.DIAGNOSTICS, URL)
LOG = UploadAsked(8, Bundle.DIAGNOSTICS_LOG, URL, request=41)
UPLOADING, FAILED, UPLOADED = "Uploading", "UploadFailed", "Uploaded"


class Station:
    """The part, and a disk that keeps rows and notices over restarts."""

    def __init__(self, utc_us: int | None = NOON_US) -> None:
        self.rows: dict[str, KeyValue] = {}
        self.told: list[tuple[str, str, int | None]] = []
        self.events: list[tuple[str, KeyValue]] = []
        self.effects: list[UpkeepEffect] = []
        self._entries = count(1).__next__
        self.boot, self.at, self.utc_us = 0, 0, utc_us
        self.restart()

    def restart(self) -> None:
        self.boot += 1
        around = Surroundings(
            KeyStore({}), WallClock(self.boot, []), self._entries, dict(self.rows), name="CP/1 Süd"
        )
        self.part = Uploads(around)

    def hear(self, event: UpkeepEvent, *, durable: int | None = None) -> list[UpkeepEffect]:
        """What it says; only the first ``durable`` of it reach the disk, for the power then fails."""
        stamp = Stamp(self.boot, self.at, None if self.utc_us is None else self.utc_us + self.at)
        effects = list(self.part.handle(event, stamp))
        self.effects += effects
        for effect in effects[:durable]:
            self._keep(effect)
        return effects

    def _keep(self, effect: UpkeepEffect) -> None:
        if isinstance(effect, StoreKey):
            self.rows[effect.name] = effect.value
        elif isinstance(effect, KeepEvent):
            self.events.append((effect.event.code, effect.event.words.get("failure")))
        elif isinstance(effect, Record):
            assert isinstance(effect.fact, Notified)
            self.rows |= {row.name: row.value for row in effect.keys}
            self.told.append((effect.fact.about.name, effect.fact.word, effect.fact.request))

    def wait(self, duration: int) -> None:
        until = self.at + duration
        while (due := self.part.deadline()) is not None and due <= until:
            assert due > self.at
            self.at = due
            self.hear(Tick())
        self.at = until

    def works(self) -> list[Work]:
        return [each for each in self.effects if isinstance(each, Work)]

    def finish(self, outcome: Sent | NotSent) -> None:
        self.hear(Worked(self.works()[-1].number, outcome))

    def answers(self) -> list[Answer]:
        return [each for each in self.effects if isinstance(each, Answer)]

    def words(self, about: str = "DIAGNOSTICS") -> list[str]:
        return [word for kind, word, _ in self.told if kind == about]

    def last(self) -> UploadView:
        view = self.part.last()
        assert view is not None
        return view


def failing(fault: TransferFault = CONNECT, code: int | None = None) -> NotSent:
    return NotSent(fault, code)


@pytest.mark.requirement("M-41")
def test_diagnostics_are_named_at_once_and_told_when_they_are_there() -> None:
    """The name is the station's and the moment's, and can lead nowhere."""
    station = Station()
    station.hear(DIAGNOSTICS)
    (answer,) = station.answers()
    assert answer == Answer(7, "Accepted", "CP-1-S-d-diagnostics-20260303T120000Z.tar.gz")
    (work,) = station.works()
    assert isinstance(work.task, SendBundle)
    assert (work.task.name, work.task.location.password) == (answer.file_name, "zqsecret")
    station.hear(Progress(work.number, 900))
    assert station.last().size == 900
    station.finish(Sent(1_234))
    assert station.words() == [UPLOADING, UPLOADED]
    assert (station.last().size, station.events) == (1_234, [("upload_done", None)])


def test_where_nobody_knows_the_time_the_file_is_named_by_the_start() -> None:
    station = Station(utc_us=None)
    station.at = 90 * SECOND
    station.hear(LOG)
    assert station.answers()[0].file_name == "CP-1-S-d-diagnostics-log-41-boot1-90s.tar.gz"


def test_each_try_is_told_until_none_is_left() -> None:
    """``retries`` is how often to try; between two is the interval the backend asked for."""
    station = Station()
    station.hear(replace(DIAGNOSTICS, retries=3, retry_s=20))
    for _ in range(3):
        station.finish(failing())
        station.wait(19 * SECOND)
        tried = len(station.works())
        station.wait(2 * SECOND)
        assert len(station.works()) == min(tried + 1, 3)
    station.wait(60 * MINUTE)
    assert station.words() == [UPLOADING, FAILED] * 3
    assert station.events == [("upload_failed", -9)] * 3
    assert station.part.deadline() is None


@pytest.mark.parametrize(
    ("retries", "tries"), [(None, 3), (0, 1), (-5, 1), (1, 1), (4, 4), (2_000_000_000, MOST_TRIES)]
)
def test_how_often_is_tried_is_bounded(retries: int | None, tries: int) -> None:
    """Zero is once: a request that nobody tries has no answer."""
    station = Station()
    station.hear(replace(DIAGNOSTICS, retries=retries, retry_s=0))
    for _ in range(MOST_TRIES + 3):
        if station.last().status == UPLOADING:
            station.finish(failing())
        station.wait(2 * MINUTE)
    assert station.words() == [UPLOADING, FAILED] * tries


def test_a_later_try_that_works_ends_it() -> None:
    station = Station()
    station.hear(DIAGNOSTICS)
    station.finish(failing())
    station.wait(MINUTE)
    station.finish(Sent(5))
    station.wait(60 * MINUTE)
    assert station.words() == [UPLOADING, FAILED, UPLOADING, UPLOADED]
    assert station.last().fault == ""


@pytest.mark.requirement("R-32")
@pytest.mark.parametrize("fault", TRANSFER_FAULTS, ids=lambda fault: fault.name)
def test_every_failure_has_its_number_in_the_log_and_its_word_to_the_backend(fault: TransferFault) -> None:
    """Diagnostics know one word alone, logs say it as precisely as they can (N01.FR.10)."""
    station = Station()
    station.hear(replace(DIAGNOSTICS, retries=1))
    station.finish(failing(fault, 530))
    station.wait(SECOND)
    station.hear(replace(LOG, retries=1))
    station.finish(failing(fault))
    assert station.told[1::2] == [
        ("DIAGNOSTICS", FAILED, None),
        ("LOG", fault.status.value, 41),
    ]
    assert station.events == [("upload_failed", fault.number)] * 2
    assert (station.last().fault, station.last().code) == (fault.name, None)


def test_the_numbers_are_the_products_and_each_is_of_one() -> None:
    numbers = [each.number for each in TRANSFER_FAULTS]
    assert len(set(numbers)) == len(numbers)
    told = {each.number: each.name for each in TRANSFER_FAULTS if each.number >= -12}
    assert told == {-7: "access", -8: "login", -9: "connect", -10: "read", -11: "memory", -12: "name"}


def test_a_second_request_ends_the_first_and_is_not_silent() -> None:
    """Diagnostics: the first has failed, then the second begins; nobody waits for the first any more."""
    station = Station()
    station.hear(DIAGNOSTICS)
    first = station.works()[0]
    station.at += SECOND
    station.hear(replace(DIAGNOSTICS, call=9))
    assert GiveUp(first.number) in station.effects
    assert station.words() == [UPLOADING, FAILED, UPLOADING]
    assert [answer.call for answer in station.answers()] == [7, 9]
    station.hear(Worked(first.number, Sent(3)))
    assert station.words() == [UPLOADING, FAILED, UPLOADING]
    station.finish(Sent(4))
    assert station.words()[-1] == UPLOADED


def test_a_second_log_cancels_the_first_by_its_number() -> None:
    """AcceptedCanceled (N01.FR.11), and the end of each request bears its own number (N01.FR.07)."""
    station = Station()
    station.hear(LOG)
    station.hear(replace(LOG, call=9, bundle=Bundle.SECURITY_LOG, request=42))
    station.finish(Sent(4))
    assert [answer.word for answer in station.answers()] == ["Accepted", "AcceptedCanceled"]
    assert [(word, request) for _, word, request in station.told] == [
        (UPLOADING, 41), (FAILED, 41), (UPLOADING, 42), (UPLOADED, 42)
    ]  # fmt: skip


def test_a_request_between_two_tries_takes_their_place() -> None:
    """What has been told as failed is not told so again, and is tried no more."""
    station = Station()
    station.hear(LOG)
    station.finish(failing())
    station.hear(replace(LOG, call=9, request=42))
    station.wait(60 * MINUTE)
    assert station.answers()[-1].word == "AcceptedCanceled"
    assert [request for _, _, request in station.told] == [41, 41, 42]
    assert len(station.works()) == 2


def test_the_two_kinds_do_not_hinder_each_other() -> None:
    station = Station()
    station.hear(DIAGNOSTICS)
    station.hear(LOG)
    first, second = station.works()
    station.hear(Worked(second.number, Sent(1)))
    station.hear(Worked(first.number, failing(LOGIN)))
    assert station.words("LOG") == [UPLOADING, UPLOADED]
    assert station.words() == [UPLOADING, FAILED]


@pytest.mark.parametrize(
    ("oldest_us", "latest_us"), [(NOON_US + SECOND, None), (NOON_US - SECOND, NOON_US - 2 * SECOND)]
)
def test_where_there_is_nothing_no_file_is_named_and_nothing_is_told(
    oldest_us: int, latest_us: int | None
) -> None:
    """A time that has not come yet, or that ends before it begins."""
    station = Station()
    station.hear(replace(DIAGNOSTICS, oldest_us=oldest_us, latest_us=latest_us))
    station.hear(replace(LOG, oldest_us=oldest_us, latest_us=latest_us))
    assert [(each.word, each.file_name) for each in station.answers()] == [("Rejected", None)] * 2
    assert (station.told, station.works()) == ([], [])


def test_the_time_asked_for_goes_with_the_work() -> None:
    station = Station()
    station.hear(replace(LOG, oldest_us=NOON_US - MINUTE, latest_us=NOON_US))
    (work,) = station.works()
    assert isinstance(work.task, SendBundle)
    assert (work.task.oldest_us, work.task.latest_us) == (NOON_US - MINUTE, NOON_US)


@pytest.mark.requirement("R-32")
@pytest.mark.parametrize("url", ["C:", "sftp://u:zqsecret@h/", "ftp://u:zqsecret@/"])
def test_an_address_that_is_none_is_refused_and_said(url: str) -> None:
    """GetLog says no; GetDiagnostics names no file and is told as failed. No password is in any of it."""
    station = Station()
    station.hear(replace(LOG, location=url))
    station.hear(replace(DIAGNOSTICS, location=url))
    assert [(each.word, each.file_name) for each in station.answers()] == [("Rejected", None)] * 2
    assert station.told == [("DIAGNOSTICS", FAILED, None)]
    assert station.events == [("upload_failed", -18)] * 2
    assert "zqsecret" not in repr(station.effects)


def test_an_address_that_is_none_leaves_the_upload_under_way_alone() -> None:
    station = Station()
    station.hear(DIAGNOSTICS)
    station.hear(replace(DIAGNOSTICS, call=9, location="C:"))
    station.finish(Sent(2))
    assert station.words() == [UPLOADING, UPLOADED]


def test_a_triggered_notice_tells_how_it_stands() -> None:
    """Idle bears no number; while a request is worked on, its last word and its number are told."""
    station = Station()
    trigger = TellNotice(Notice.LOG)

    def told() -> Tell:
        (tell,) = [each for each in station.hear(trigger) if isinstance(each, Tell)]
        return tell

    assert told() == Tell(Notice.LOG, "Idle")
    station.hear(LOG)
    assert told() == Tell(Notice.LOG, UPLOADING, 41)
    station.finish(failing(NO_SENSE))
    assert told() == Tell(Notice.LOG, "BadMessage", 41)
    station.wait(MINUTE)
    station.finish(Sent(1))
    assert told() == Tell(Notice.LOG, "Idle")
    assert not [each for each in station.hear(TellNotice(Notice.FIRMWARE)) if isinstance(each, Tell)]


# --- restarts ---


def test_what_a_restart_cuts_short_is_told_as_failed_once() -> None:
    """It is not begun anew: for that a password would have to be on the disk."""
    station = Station()
    station.hear(LOG)
    assert "zqsecret" not in repr(station.rows)
    for _ in range(3):
        station.restart()
        station.hear(Tick())
        station.wait(60 * MINUTE)
    assert station.told == [("LOG", UPLOADING, 41), ("LOG", FAILED, 41)]
    assert station.events == [("upload_failed", -19)]
    assert len(station.works()) == 1


def test_what_failed_before_a_restart_is_not_told_again_nor_tried() -> None:
    station = Station()
    station.hear(DIAGNOSTICS)
    station.finish(failing())
    assert station.last().tries_left == 2
    station.restart()
    station.hear(Tick())
    station.wait(60 * MINUTE)
    assert station.words() == [UPLOADING, FAILED]
    assert station.last().tries_left == 0


def test_the_last_upload_is_known_after_a_restart() -> None:
    """With its file, and why it failed."""
    station = Station()
    station.hear(replace(DIAGNOSTICS, retries=1))
    station.finish(failing(LOGIN, 530))
    before = station.last()
    station.restart()
    station.hear(Tick())
    assert station.last() == before
    assert (before.fault, before.code) == ("login", 530)


@pytest.mark.parametrize("kept", ["", "{}", "[1]", "null", '{"about": 1}', None, 7, "{"])
def test_a_damaged_row_is_as_if_it_were_not_there(kept: KeyValue) -> None:
    station = Station()
    station.rows["upkeep upload LogStatusNotification"] = kept
    station.restart()
    assert station.part.last() is None
    station.hear(Tick())
    assert station.told == []


def test_an_unknown_failure_of_another_release_is_passed_over() -> None:
    station = Station()
    station.hear(DIAGNOSTICS)
    row = "upkeep upload DiagnosticsStatusNotification"
    station.rows[row] = str(station.rows[row]).replace('"fault": ""', '"fault": "of 2031"')
    station.restart()
    assert station.part.last() is None


_Move = st.sampled_from(["diagnostics", "log", "fail", "send", "wait", "crash", "restart"])


@given(st.lists(st.tuples(_Move, st.integers(0, 6)), max_size=25))
def test_whatever_happens_each_request_is_told_from_its_beginning_to_one_end(
    moves: Iterable[tuple[str, int]],
) -> None:
    """With the power failing anywhere: after any number of its effects have reached the disk."""
    station, requests = Station(), count(100)
    for move, number in moves:
        cut = number if move == "crash" else None
        if move == "diagnostics":
            station.hear(replace(DIAGNOSTICS, retries=number))
        elif move in ("log", "crash"):
            station.hear(replace(LOG, request=next(requests), retries=number), durable=cut)
        elif move in ("fail", "send"):
            running = [each for each in station.works() if each.number in _running(station)]
            outcome = failing() if move == "fail" else Sent(1)
            if running:
                station.hear(Worked(running[number % len(running)].number, outcome))
        elif move == "wait":
            station.wait(number * MINUTE)
        if move in ("crash", "restart"):
            station.restart()
            station.hear(Tick())
    station.restart()
    station.hear(Tick())
    for about in ("DIAGNOSTICS", "LOG"):
        told = [(word, request) for kind, word, request in station.told if kind == about]
        _check_alternate(told)


def _running(station: Station) -> set[int | None]:
    return {desk.work for desk in station.part._desks.values()}


def _check_alternate(told: list[tuple[str, int | None]]) -> None:
    """Uploading and its end by turns, each end of the request that began; nothing is left open."""
    assert len(told) % 2 == 0
    for (word, request), (end, of) in zip(told[::2], told[1::2], strict=True):
        assert word == UPLOADING
        assert end in (FAILED, UPLOADED)
        assert request == of


def test_the_words_are_the_wires() -> None:
    assert {each.status for each in TRANSFER_FAULTS} <= set(UploadStatus)
