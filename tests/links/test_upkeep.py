"""Upkeep in the host's queue: what the host core makes of it for station, link and shell.

Instead of the real parts one on the bench hears all and says what the test wants said.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import pytest

from pilotline.links import upkeep
from pilotline.links.ocpp.link import BackendDown
from pilotline.links.upkeep import MOST_NOTICES
from pilotline.station.events import AskReset, CallAnswer, ChangeKey, Restart
from pilotline.station.upkeep.core import Part, Surroundings
from pilotline.station.upkeep.events import (
    Answer,
    BackendLost,
    BackendTried,
    BackHome,
    InstallCertificate,
    KeyChanged,
    Raise,
    RestartFor,
    Send,
    Tell,
    TellNotice,
    UpkeepEffect,
    UpkeepEvent,
    WayTaken,
    Wellbeing,
    Work,
)
from pilotline.vocabulary.alarms import AlarmKind
from pilotline.vocabulary.journal import KeepEvent, LoggedEvent, Notified, Record, StoreKey, StoreTrouble
from pilotline.vocabulary.network import Interface, NetworkSaid
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.status import ResetKind
from pilotline.vocabulary.time import SECOND, Stamp, Tick
from pilotline.vocabulary.upkeep import Notice
from support.host_bench import HostBench

EventT = TypeVar("EventT")
MADE: list["Probe"] = []


class Probe:
    """A part that keeps what it hears and says what is laid ready."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self.heard: list[UpkeepEvent] = []
        self.ready: list[UpkeepEffect] = []
        self.wakes: int | None = None

    def handle(self, event: UpkeepEvent, stamp: Stamp) -> Sequence[UpkeepEffect]:
        self.heard.append(event)
        if self.wakes is not None and self.wakes <= stamp.at:
            self.wakes = None
        effects, self.ready = self.ready, []
        return effects

    def deadline(self) -> int | None:
        return self.wakes

    def of(self, kind: type[EventT]) -> list[EventT]:
        return [event for event in self.heard if isinstance(event, kind)]


@pytest.fixture
def _probed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def parts(surroundings: Surroundings) -> Sequence[Part]:
        MADE.append(Probe(surroundings))
        return MADE[-1:]

    monkeypatch.setattr(upkeep, "all_parts", parts)
    yield
    MADE.clear()


pytestmark = pytest.mark.usefixtures("_probed")


def bench(*, online: bool = True) -> tuple[HostBench, Probe]:
    made = HostBench(online=online)
    return made, MADE[-1]


def say(made: HostBench, probe: Probe, *effects: UpkeepEffect) -> None:
    """The part says this now."""
    probe.ready += effects
    made.tell(Raise(AlarmKind.STARTUP))


def test_a_part_is_told_where_it_stands_when_it_begins() -> None:
    """Whether a session is open, how board and disk are, and that the backend has registered us."""
    made, probe = bench()
    made.run(5 * SECOND)
    assert probe.of(BackHome) == [BackHome(idle=True)]
    assert probe.of(Wellbeing)[-1] == Wellbeing(board=True, disk=True)
    assert probe.of(BackendTried) == [BackendTried(works=True)]


def test_a_session_is_told_from_its_beginning_to_its_end() -> None:
    """No restart falls into one."""
    made, probe = bench()
    made.charge()
    assert probe.of(BackHome)[-1] == BackHome(idle=False)
    made.unplug()
    made.run(5 * SECOND)
    assert probe.of(BackHome) == [BackHome(idle=True), BackHome(idle=False), BackHome(idle=True)]


@pytest.mark.requirement("E-41")
def test_a_restart_for_upkeep_is_as_any_reset() -> None:
    """Nobody's call is answered by it, and the sessions have their end recorded before."""
    made, probe = bench()
    made.charge()
    say(made, probe, RestartFor(ResetKind.SOFT))
    made.run(2 * SECOND)
    assert made.told("StopTransaction")[0]["reason"] == "SoftReset"
    assert made.all(Restart) == [Restart(ResetKind.SOFT)]
    assert AskReset not in {type(effect) for effect in made.all(object)}


def test_a_call_of_the_backend_reaches_its_part_and_the_answer_the_backend() -> None:
    """Through one queue, each to its own."""
    made, probe = bench()
    made.ask("InstallCertificate", certificateType="ManufacturerRootCertificate", certificate="PEM")
    (wish,) = probe.of(InstallCertificate)
    say(made, probe, Answer(wish.call, "Accepted"))
    assert made.replies[-1].payload == {"status": "Accepted"}


def test_a_local_call_is_answered_to_the_shell() -> None:
    """Negative numbers are of somebody beside the station; 0 is nobody's."""
    made, probe = bench()
    say(made, probe, Answer(-3, "Rejected"), Answer(0, "Accepted"))
    assert CallAnswer(-3, "Rejected") in made.all(CallAnswer)
    assert made.replies == []


def test_what_is_triggered_is_asked_of_the_part_and_told() -> None:
    """The status as it stands now."""
    made, probe = bench()
    probe.ready.clear()
    made.ask("TriggerMessage", requestedMessage="FirmwareStatusNotification")
    assert probe.of(TellNotice) == [TellNotice(Notice.FIRMWARE)]
    say(made, probe, Tell(Notice.FIRMWARE, "Downloading"), Send("Pilotline", "NetLog", "{}"))
    assert made.told("FirmwareStatusNotification") == [{"status": "Downloading"}]
    assert len(made.told("DataTransfer")) == 1


def test_a_notice_is_on_the_disk_before_it_is_told() -> None:
    """Durable before visible, as a session's facts are."""
    made, probe = bench()
    made.disk = 5 * SECOND
    say(made, probe, probe.surroundings.notify(Notice.FIRMWARE, "Installed", Stamp(1, made.now)))
    assert made.told("FirmwareStatusNotification") == []
    made.run(6 * SECOND)
    assert made.told("FirmwareStatusNotification") == [{"status": "Installed"}]


def test_work_and_rows_leave_to_the_shell() -> None:
    """A stored row of a part is no configuration key, and nobody is told of it."""
    made, probe = bench()
    row = StoreKey("upkeep test", "{}")
    say(made, probe, row)
    assert row in made.all(StoreKey)
    assert KeyChanged("upkeep test") not in probe.heard
    assert made.all(Work) == []


def test_a_key_that_changed_is_told_whoever_changed_it() -> None:
    """And not one that was refused."""
    made, probe = bench()
    made.ask("ChangeConfiguration", key="heartbeatinterval", value="77")
    made.tell(ChangeKey(-1, "HeartbeatInterval", "nonsense", role=Role.OPERATOR))
    made.tell(ChangeKey(-2, "HeartbeatInterval", "88", role=Role.OPERATOR))
    assert probe.of(KeyChanged)[-2:] == [KeyChanged("HeartbeatInterval")] * 2


@pytest.mark.parametrize("ours", [False, True])
def test_a_line_that_fails_before_it_stands_is_a_try(ours: bool) -> None:
    """One that was hung up here is none; one that stood is lost."""
    made, probe = bench(online=False)
    made.tell(BackendDown("nothing listens there", ours=ours))
    tries = [] if ours else [BackendTried(works=False, reason="nothing listens there")]
    assert probe.of(BackendTried) == tries
    made.network(up=True)
    made.network(up=False)
    assert probe.of(BackendTried) == [*tries, BackendTried(works=True)]
    assert probe.of(BackendLost) == [BackendLost("cut")]


def test_the_interface_that_is_taken_is_told() -> None:
    made, probe = bench()
    made.tell(NetworkSaid(frozenset({Interface.WIFI})))
    assert probe.of(WayTaken)[-1] == WayTaken("wifi")


def test_a_disk_that_takes_nothing_is_raised_once() -> None:
    """However often it says so, until it takes again."""
    made, probe = bench()
    for reason in ("full", "full", None, "full"):
        made.tell(StoreTrouble(reason))
    assert [each.kind for each in probe.of(Raise)] == [AlarmKind.MEMORY_EXHAUSTION] * 2
    assert [each.disk for each in probe.of(Wellbeing)][-4:] == [True, False, True, False]


def test_an_event_of_upkeep_is_logged_in_measure() -> None:
    """By the log for people, which knows how much is enough: it does not go straight to the disk."""
    made, probe = bench()
    event = KeepEvent(LoggedEvent("restart", 0, Stamp(1, made.now), {"how": "Soft"}))
    for _ in range(200):
        say(made, probe, event)
    made.run(2 * SECOND)
    kept = [each.event for each in made.all(KeepEvent) if each.event.code == "restart"]
    assert 0 < len(kept) < 100


@pytest.mark.requirement("R-33")
def test_security_notices_are_bounded_and_statuses_are_not() -> None:
    """A backend that is away for a year finds a hundred notices, each status, and the log for the rest."""
    made, probe = bench(online=False)
    stamp = Stamp(1, 0)
    for _ in range(MOST_NOTICES + 50):
        say(made, probe, probe.surroundings.notify(Notice.SECURITY, "InvalidTLSVersion", stamp))
    say(made, probe, probe.surroundings.notify(Notice.FIRMWARE, "Installed", stamp))
    facts = [record.fact for record in made.all(Record) if isinstance(record.fact, Notified)]
    assert [fact.about for fact in facts] == [Notice.SECURITY] * MOST_NOTICES + [Notice.FIRMWARE]
    assert made.station.backlog == 0, "they are no sessions that wait"


def test_a_part_is_woken_at_its_deadline() -> None:
    """By the host's own."""
    made, probe = bench()
    probe.wakes = made.now + 7 * SECOND
    made.tell(Raise(AlarmKind.STARTUP))
    made.run(8 * SECOND)
    assert probe.wakes is None
    assert probe.of(Tick)
