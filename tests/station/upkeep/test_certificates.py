"""Certificates: what is asked of the store, what is answered, when the station wants another one."""

from dataclasses import dataclass, field

import pytest

from pilotline.station.clock import WallClock
from pilotline.station.keys import KeyStore
from pilotline.station.upkeep.certificates import AGAIN_US, EARLY_US, Certificates
from pilotline.station.upkeep.core import Surroundings
from pilotline.station.upkeep.events import (
    Access,
    Answer,
    AskSignature,
    BackendLost,
    BackendTried,
    DeleteCertificate,
    InstallCertificate,
    Outcome,
    ReadCertificates,
    RequestCertificate,
    SignatureAnswered,
    TakeSigned,
    Task,
    UpkeepEffect,
    UpkeepEvent,
    WayTried,
    Work,
    Worked,
)
from pilotline.station.upkeep.store import (
    AddRoot,
    DropRoots,
    Inventory,
    MakeRequest,
    ReadStore,
    RemoveRoot,
    RequestMade,
    StoreIs,
    StoreRefuses,
    TakeChain,
)
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.journal import KeepEvent, KeepSecurityEvent, StoreKey
from pilotline.vocabulary.time import DAY, Stamp, Tick
from pilotline.vocabulary.upkeep import CertificateUse
from support.access_bench import FULL, NOW_US, own, root

BACKEND, MAKER = CertificateUse.CENTRAL_SYSTEM_ROOT, CertificateUse.MANUFACTURER_ROOT
OURS = "PL-0042"


@dataclass
class Desk:
    """The part alone; ``store`` is what the store holds, and it has been read once."""

    store: Inventory = FULL
    keys: dict[str, KeyValue] = field(default_factory=lambda: {"CpoName": "Test CPO", "SecurityProfile": 2})
    kept: dict[str, KeyValue] = field(default_factory=dict[str, KeyValue])

    def __post_init__(self) -> None:
        self.now = 0
        around = Surroundings(KeyStore(self.keys), WallClock(1), lambda: 1, self.kept, serial=OURS)
        self.part = Certificates(around)
        assert self.task(self.hear(Tick())) == ReadStore()
        self.work_ends(StoreIs(self.store))

    def hear(self, event: UpkeepEvent) -> list[UpkeepEffect]:
        effects = list(self.part.handle(event, Stamp(1, self.now, NOW_US + self.now)))
        for effect in effects:
            if isinstance(effect, Work):
                self.work = effect
        return effects

    def work_ends(self, outcome: Outcome) -> list[UpkeepEffect]:
        return self.hear(Worked(self.work.number, outcome))

    def task(self, effects: list[UpkeepEffect]) -> Task:
        (work,) = (each for each in effects if isinstance(each, Work))
        return work.task

    def online(self, vouched: str = "root-1", trusted: str = "") -> list[UpkeepEffect]:
        self.hear(WayTried(Access(2, "", "", trusted), root=vouched))
        return self.hear(BackendTried(works=True))


def alarms(effects: list[UpkeepEffect]) -> list[str]:
    return [getattr(each.event, "kind", "") for each in effects if isinstance(each, KeepSecurityEvent)]


def answers(effects: list[UpkeepEffect]) -> list[Answer]:
    return [each for each in effects if isinstance(each, Answer)]


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (StoreIs(FULL, "root-1"), "Accepted"),
        (StoreRefuses("Rejected", "It has run out."), "Rejected"),
        (StoreRefuses("Failed", "No disk."), "Failed"),
        (RequestMade("nobody asked for one"), ""),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_the_store_decides_on_a_root(outcome: Outcome, word: str) -> None:
    """Its word is the answer; what came in stands in the security log."""
    desk = Desk()
    task = desk.task(desk.hear(InstallCertificate(7, MAKER, "pem")))
    assert task == AddRoot(MAKER, "pem", 10, NOW_US)
    said = desk.work_ends(outcome)
    assert [each.word for each in answers(said)] == ([word] if word else [])
    assert alarms(said) == (["ReconfigurationOfSecurityParameters"] if word == "Accepted" else [])


@pytest.mark.parametrize("use", CertificateUse)
def test_a_root_of_the_backend_replaces_the_one_before_where_the_key_says_so(use: CertificateUse) -> None:
    """AdditionalRootCertificateCheck speaks of the backend's alone."""
    desk = Desk(keys={"AdditionalRootCertificateCheck": True})
    task = desk.task(desk.hear(InstallCertificate(7, use, "pem")))
    assert task == AddRoot(use, "pem", 10, NOW_US, replaces=use is BACKEND)


def test_the_roots_are_told_as_the_store_has_them_then() -> None:
    """Read anew for every question; none is NotFound (M03.FR.02)."""
    desk = Desk()
    assert desk.task(desk.hear(ReadCertificates(3, BACKEND))) == ReadStore()
    assert answers(desk.work_ends(StoreIs(FULL))) == [Answer(3, "Accepted", hashes=(FULL.roots[0].hash,))]
    desk.hear(ReadCertificates(4, MAKER))
    assert answers(desk.work_ends(StoreIs(FULL))) == [Answer(4, "NotFound")]


@pytest.mark.parametrize(
    ("profile", "online", "vouched", "needed"),
    [
        (2, True, "root-1", {"root-1"}),
        (2, True, "", {"root-1", "root-2"}),
        (2, False, "", {"root-1", "root-2"}),
        (0, False, "", set()),
    ],
)
def test_a_root_that_the_way_in_hangs_on_is_not_deleted(
    profile: int, online: bool, vouched: str, needed: set[str]
) -> None:
    """The one that vouched for the backend; where nobody knows which, all of them (M04.FR.06)."""
    desk = Desk(Inventory((root("root-1"), root("root-2"))), {"SecurityProfile": profile})
    if online:
        desk.online(vouched)
    hashes = root("root-1").hash
    assert desk.task(desk.hear(DeleteCertificate(9, hashes))) == RemoveRoot(hashes, frozenset(needed))
    assert answers(desk.work_ends(StoreRefuses("Failed", "…"))) == [Answer(9, "Failed")]


@pytest.mark.parametrize(("vouched", "drops"), [("root-2", True), ("root-1", False), ("", False)])
def test_a_root_that_was_replaced_goes_when_the_new_one_has_worked(vouched: str, drops: bool) -> None:
    """And stays while the old one is what carries (M05.FR.12)."""
    desk = Desk(Inventory((root("root-2"), root("root-1", replaced=True))))
    said = desk.online(vouched)
    tasks = [each.task for each in said if isinstance(each, Work)]
    assert tasks == ([DropRoots(frozenset({"root-1"}))] if drops else [])


def test_a_certificate_is_asked_for_with_serial_number_and_operators_name() -> None:
    """Answered at once, asked when the key is on the disk (A02)."""
    desk = Desk()
    said = desk.hear(RequestCertificate(5))
    assert answers(said) == [Answer(5, "Accepted")]
    assert desk.task(said) == MakeRequest(OURS, "Test CPO")
    assert desk.work_ends(RequestMade("csr")) == [AskSignature("csr")]
    (log,) = desk.hear(SignatureAnswered(accepted=False))
    assert isinstance(log, KeepEvent)


def test_without_the_operators_name_none_is_asked_for() -> None:
    """CpoName must be set (A02, prerequisite)."""
    desk = Desk(keys={"SecurityProfile": 2})
    said = desk.hear(RequestCertificate(5))
    assert answers(said) == [Answer(5, "Rejected")]
    assert not any(isinstance(each, Work) for each in said)


def test_a_certificate_that_is_no_good_is_refused_with_an_alarm() -> None:
    """By the store, or because it is too long to be looked at (A02.FR.07)."""
    desk = Desk()
    assert desk.task(desk.hear(TakeSigned(6, "chain"))) == TakeChain("chain", OURS, NOW_US)
    said = desk.work_ends(StoreRefuses("Rejected", "It fits no key."))
    assert (answers(said), alarms(said)) == ([Answer(6, "Rejected")], ["InvalidChargePointCertificate"])
    said = desk.hear(TakeSigned(6, "x" * 10_001))
    assert (answers(said), alarms(said)) == ([Answer(6, "Rejected")], ["InvalidChargePointCertificate"])


def test_another_one_is_asked_for_a_month_before_the_end_once_a_day_and_online_alone() -> None:
    """A03.FR.02; the day is remembered over a restart."""
    ends = NOW_US + EARLY_US + 5 * DAY
    desk = Desk(Inventory(FULL.roots, (own("own-1", 0, ends),)))
    assert not any(isinstance(each, Work) for each in desk.online())
    assert desk.part.deadline() == 5 * DAY
    desk.hear(BackendLost("gone"))
    assert desk.part.deadline() is None
    desk.now = 6 * DAY
    said = desk.online()
    assert desk.task(said) == MakeRequest(OURS, "Test CPO")
    assert StoreKey("upkeep certificate asked", NOW_US + 6 * DAY) in said
    desk.work_ends(RequestMade("csr"))
    assert desk.part.deadline() == 6 * DAY + AGAIN_US
    again = Desk(desk.store, kept={"upkeep certificate asked": NOW_US + 6 * DAY})
    again.now = 6 * DAY + DAY // 2
    assert not any(isinstance(each, Work) for each in again.online())
    again.now = 7 * DAY
    assert again.task(again.hear(Tick())) == MakeRequest(OURS, "Test CPO")
