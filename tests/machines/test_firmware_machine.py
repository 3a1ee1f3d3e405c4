"""A firmware update against a power that may fail at any moment, a slow disk, a backend with wishes and cars
that come and go: each status once and in order, and the old firmware runs unless all was right.
"""

from collections import defaultdict
from collections.abc import Mapping

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pilotline.station.upkeep.events import Lane, Task
from pilotline.station.upkeep.firmware import PROVES_WITHIN
from pilotline.station.upkeep.firmware_row import ROW
from pilotline.station.upkeep.firmware_work import (
    CheckSigner,
    Confirm,
    Download,
    GoBack,
    Switch,
    Verify,
    Write,
)
from pilotline.vocabulary.firmware import FirmwareFault
from pilotline.vocabulary.time import SECOND
from pilotline.vocabulary.upkeep import Notice
from support.firmware_bench import NOON, NOON_US, OLD, FirmwareBench

FOLLOWS: Mapping[str, set[str]] = {
    "": {"DownloadScheduled", "Downloading", "DownloadFailed"},
    "DownloadScheduled": {"Downloading", "DownloadFailed"},
    "Downloading": {"Downloaded", "DownloadFailed"},
    "DownloadFailed": {"Downloading", "DownloadFailed"},
    "Downloaded": {
        "SignatureVerified",
        "InvalidSignature",
        "InstallVerificationFailed",
        "InstallationFailed",
    },
    "SignatureVerified": {"InstallScheduled", "Installing", "InstallationFailed"},
    "InstallScheduled": {"Installing", "InstallationFailed"},
    "Installing": {"InstallRebooting", "InstallationFailed"},
    "InstallRebooting": {"Installed", "InstallationFailed"},
}
"""What may be told after what; a word that leads nowhere is the last."""
FOLLOWS_PLAIN: Mapping[str, set[str]] = {
    "": {"Downloading", "DownloadFailed"},
    "Downloading": {"Downloaded", "DownloadFailed"},
    "DownloadFailed": {"Downloading", "DownloadFailed"},
    "Downloaded": {"Installing", "InstallationFailed"},
    "Installing": {"Installed", "InstallationFailed"},
    "Installed": {"Downloading", "DownloadFailed"},
    "InstallationFailed": {"Downloading", "DownloadFailed"},
}
"""The older messages name no request: the next one's follow."""
FAULTS: Mapping[type[Task], FirmwareFault] = {
    CheckSigner: FirmwareFault.CHAIN,
    Download: FirmwareFault.UNREACHABLE,
    Verify: FirmwareFault.SIGNATURE,
    Write: FirmwareFault.SLOTS,
    Switch: FirmwareFault.SLOTS,
    Confirm: FirmwareFault.SLOTS,
    GoBack: FirmwareFault.SLOTS,
}


class FirmwareMachine(RuleBasedStateMachine):
    """Every rule may come between any two others."""

    bench: FirmwareBench

    @initialize(prompt=st.booleans(), knows=st.booleans())
    def begin(self, prompt: bool, knows: bool) -> None:
        self.bench = FirmwareBench(prompt=prompt, knows_time=knows)
        self.requests = 0
        self.accepted = dict[int, str]()
        self.old = OLD

    @rule(
        signed=st.booleans(),
        retries=st.sampled_from([None, 1, 3]),
        late_s=st.sampled_from([0, 0, 0, 500]),
        install_s=st.sampled_from([None, None, 700]),
    )
    def ask(self, signed: bool, retries: int | None, late_s: int, install_s: int | None) -> None:
        self.requests += 1
        what = {"retries": retries, "retry_s": 10, "retrieve_us": NOON_US + late_s * SECOND,
                "install_us": None if install_s is None else NOON_US + install_s * SECOND,
                "location": f"https://h/{self.requests}", "call": self.requests}  # fmt: skip
        if signed:
            self.bench.ask(request=self.requests, certificate="C", signature="S", **what)
        else:
            self.bench.ask(**what)

    @rule(lane=st.sampled_from([Lane.FIRMWARE, Lane.FIRMWARE, Lane.CERTIFICATE]))
    def finish(self, lane: Lane) -> None:
        self.bench.finish(lane)

    @rule()
    def go_on(self) -> None:
        self.bench.finish(Lane.CERTIFICATE)
        self.bench.go_on()

    @rule(kind=st.sampled_from([None, *FAULTS]))
    def decide(self, kind: type[Task] | None) -> None:
        self.bench.fates.ends = {} if kind is None else {kind: FAULTS[kind]}

    @rule(idle=st.booleans())
    def session(self, idle: bool) -> None:
        self.bench.be(idle=idle)

    @rule(well=st.booleans(), reached=st.booleans())
    def health(self, well: bool, reached: bool) -> None:
        self.bench.be(well=well, reached=reached)

    @rule(seconds=st.sampled_from([1, 10, 60, 500, 700]))
    def wait(self, seconds: float) -> None:
        self.bench.pass_time(seconds)

    @rule(jobs=st.integers(1, 4))
    def commit(self, jobs: int) -> None:
        self.bench.commit(jobs)

    @rule()
    def crash(self) -> None:
        self.bench.crash()

    @rule()
    def restart(self) -> None:
        """The end of the process that an update asked for, or anybody else."""
        self.bench.commit()
        self.bench.crash()

    @invariant()
    def each_status_is_told_once_and_in_order(self) -> None:
        by_request = defaultdict[int | None, list[str]](list)
        for notice in self.bench.notices:
            if notice.about is not Notice.SECURITY:
                by_request[notice.request].append(notice.word)
        for request, words in by_request.items():
            follows = FOLLOWS_PLAIN if request is None else FOLLOWS
            for before, word in zip(["", *words], words, strict=False):
                assert word in follows.get(before, set()), f"{request}: {words}"

    @invariant()
    def the_firmware_is_switched_only_while_the_station_is_idle(self) -> None:
        assert all(self.bench.switched)

    @invariant()
    def what_runs_is_old_or_was_right(self) -> None:
        """Whenever it starts next, too: the slots say so on the disk."""
        assert self.bench.version in {OLD, "2.0"}
        if self.bench.version == "2.0":
            verified = [
                words for words in self._told() if "SignatureVerified" in words or "Installing" in words
            ]
            assert verified or not self.bench.prompt

    def _told(self) -> list[list[str]]:
        by_request = defaultdict[int | None, list[str]](list)
        for notice in self.bench.notices:
            by_request[notice.request].append(notice.word)
        return list(by_request.values())

    def teardown(self) -> None:
        """Left in peace, every update comes to its end, and what it told is what runs."""
        bench = self.bench
        bench.fates.ends = {}
        bench.clock.learn(NOON, 0)
        bench.be(idle=True, well=True, reached=True)
        for _ in range(12):
            bench.finish(Lane.CERTIFICATE)
            bench.go_on()
            bench.pass_time(PROVES_WITHIN / SECOND)
        bench.commit()
        assert bench.tasks == []
        assert bench.kept.get(ROW, "") == ""
        assert bench.core_part.view.phase == ""
        self.each_status_is_told_once_and_in_order()
        self._judge_the_end()

    def _judge_the_end(self) -> None:
        ends = [n.word for n in self.bench.notices if n.about is not Notice.SECURITY]
        open_ends = set(FOLLOWS) - {"DownloadFailed"}
        last = {n.request: n.word for n in self.bench.notices if n.about is not Notice.SECURITY}
        assert not open_ends & set(last.values()), last
        if "Installed" in ends:
            assert self.bench.version == "2.0"
        assert self.bench.slots.spare() is not None, "still on trial"


TestFirmware = FirmwareMachine.TestCase
TestFirmware.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestFirmware = pytest.mark.requirement("M-43", "R-31")(TestFirmware)
