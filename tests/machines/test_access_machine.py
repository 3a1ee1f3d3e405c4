"""The way into the backend against a backend, a network, people and power cuts that do anything in any order.

The rules are written once, here: never locked out, never lowered from afar, and nothing is dialled that
neither the keys ask for nor the backend has taken before.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pilotline.station.upkeep.access import read_access
from pilotline.station.upkeep.events import Access, BackendLost, BackendTried, WayTried
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.time import SECOND
from pilotline.vocabulary.upkeep import WayTrouble
from support.access_bench import AccessBench

PASSWORDS = ["11" * 16, "22" * 18, "33" * 20]
KNOWN = [Access(0), *(Access(p, word) for p in (1, 2) for word in PASSWORDS), Access(3, "", "own-1")]
WAYS = st.sampled_from(KNOWN)
REACHED = st.sampled_from([each for each in WayTrouble if each.reached])


class AccessMachine(RuleBasedStateMachine):
    """``worked`` is what the backend has taken, ``floor`` the least profile it may see again."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = AccessBench()
        self.worked: Access | None = None
        self.floor = 0
        self.seen = 0

    # --- what happens ---

    @rule(way=WAYS)
    def takes_also(self, way: Access) -> None:
        self.bench.takes.add(way)

    @rule(way=WAYS)
    def takes_no_longer(self, way: Access) -> None:
        self.bench.takes.discard(way)

    @rule()
    def cuts_or_mends_the_network(self) -> None:
        self.bench.reachable = not self.bench.reachable

    @rule(trouble=REACHED)
    def dials(self, trouble: WayTrouble) -> None:
        if self.bench.dial(trouble):
            self._took()

    @rule()
    def opens_and_keeps_it_waiting(self) -> None:
        """A backend that answers Pending, and then cuts the line."""
        self.bench.hear(WayTried(self.bench.dialled[-1]))
        self.bench.hear(BackendTried(works=False, reason="cut"))
        self.bench.hear(WayTried(self.bench.dialled[-1], WayTrouble.ENDED, "cut"))

    @rule()
    def ends_the_line(self) -> None:
        if self.bench.registered:
            self.bench.registered = False
            self.bench.hear(BackendLost("cut"))

    @rule(password=st.sampled_from(PASSWORDS), role=st.sampled_from([Role.BACKEND, Role.OPERATOR]))
    def sets_a_password(self, password: str, role: Role) -> None:
        if role is Role.OPERATOR or self.bench.registered:
            assert self.bench.change("AuthorizationKey", password, role) is None

    @rule(profile=st.integers(0, 3), role=st.sampled_from([Role.BACKEND, Role.OPERATOR]))
    def sets_a_profile(self, profile: int, role: Role) -> None:
        if role is Role.BACKEND and not self.bench.registered:
            return
        before = self.bench.profile
        refusal = self.bench.change("SecurityProfile", str(profile), role)
        if role is Role.OPERATOR and refusal is None:
            self.floor = min(self.floor, profile)
        assert refusal is not None or role is Role.OPERATOR or profile > before, "lowered from afar"

    @rule(seconds=st.sampled_from([0.5, 1, 2, 3, 60, 299, 301, 3_600]))
    def time_passes(self, seconds: float) -> None:
        self.bench.wait(seconds)

    @rule()
    def power_fails(self) -> None:
        self.bench.power_cycle()

    def _took(self) -> None:
        self.worked = self.bench.dialled[-1]
        self.floor = min(self.worked.profile, self.bench.profile)  # a person may have asked for less

    # --- what holds ---

    @invariant()
    def what_worked_is_kept(self) -> None:
        """On the disk, until another way has worked: a power cut now finds it."""
        if self.worked is not None:
            assert read_access(self.bench.kept["upkeep access works"]) == self.worked

    @invariant()
    def nothing_else_is_dialled(self) -> None:
        """Only what was asked for, or what the backend has taken before."""
        for way in self.bench.dialled[self.seen :]:
            assert way in KNOWN or way.profile in (1, 2)
            assert way.profile >= self.floor, "a lower profile than has worked"
        self.seen = len(self.bench.dialled)

    def teardown(self) -> None:
        """Whatever has happened: where the backend takes what worked last, the station comes in."""
        if self.worked is None:
            return
        self.bench.reachable, self.bench.takes = True, {self.worked}
        self.bench.now += SECOND
        self.bench.registered = False
        self.bench.hear(BackendLost("cut"))
        self.bench.dial_until_in()
        assert self.bench.dialled[-1] == self.worked
        assert self.bench.profile == self.worked.profile


AccessMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestAccess = AccessMachine.TestCase
