"""The way into the backend: keys and profiles change, power fails, and the station always comes back in."""

import pytest

from pilotline.station.upkeep.access import REFUSALS, TURN_US, read_access, write_access
from pilotline.station.upkeep.events import Access, BackendLost, BackendTried, UseAccess, WayTried
from pilotline.station.upkeep.store import Inventory
from pilotline.vocabulary.roles import Role
from pilotline.vocabulary.time import SECOND, Tick
from pilotline.vocabulary.upkeep import WayTrouble
from support.access_bench import FIRST, FULL, NOW_US, SECOND_KEY, AccessBench, own, root

OPERATOR = Role.OPERATOR


def at_profile(profile: int, password: str = FIRST) -> AccessBench:
    """A station that the backend knows by this way."""
    bench = AccessBench(kept={"SecurityProfile": profile, "AuthorizationKey": password})
    bench.takes = {bench.dialled[-1]}
    assert bench.dial()
    return bench


@pytest.mark.requirement("E-61")
def test_a_new_password_is_used_at_once_and_kept_when_the_backend_takes_it() -> None:
    """The answer has two seconds to go out; what worked before is forgotten only then."""
    bench = at_profile(1)
    assert bench.change("AuthorizationKey", SECOND_KEY) is None
    bench.wait(1.9)
    assert bench.dialled == [Access(1, FIRST)]
    bench.wait(0.2)
    assert bench.dialled[-1] == Access(1, SECOND_KEY)
    assert bench.kept["upkeep access works"] == write_access(Access(1, FIRST))
    bench.takes = {Access(1, SECOND_KEY)}
    assert bench.dial()
    assert bench.kept["upkeep access works"] == write_access(Access(1, SECOND_KEY))
    bench.hear(BackendLost("gone"))
    bench.wait(10_000)
    assert bench.dialled[-1] == Access(1, SECOND_KEY)


def test_a_password_the_backend_refuses_is_given_up_for_the_one_that_worked_and_told() -> None:
    """After three refusals; the key holds the working one again, in memory and on the disk."""
    bench = at_profile(1)
    bench.change("AuthorizationKey", SECOND_KEY)
    bench.wait(2)
    for _ in range(REFUSALS):
        assert bench.dialled[-1] == Access(1, SECOND_KEY)
        assert not bench.dial()
    assert bench.dialled[-1] == Access(1, FIRST)
    assert bench.dial()
    assert bench.keys.text("AuthorizationKey") == bench.kept["AuthorizationKey"] == FIRST
    assert "FailedToAuthenticateAtCentralSystem" in bench.notices
    assert not any(SECOND_KEY in repr(each) for each in bench.effects)


def test_a_dead_network_says_nothing_of_a_password() -> None:
    """The backend has taken the new one, and the network is gone for an hour: no lock-out afterwards."""
    bench = at_profile(1)
    bench.change("AuthorizationKey", SECOND_KEY)
    bench.wait(2)
    bench.reachable = False
    for _ in range(360):
        bench.wait(9)
        bench.dial()
    bench.reachable, bench.takes = True, {Access(1, SECOND_KEY)}
    bench.dial_until_in()
    assert bench.keys.text("AuthorizationKey") == SECOND_KEY


def test_a_server_that_says_nothing_to_a_profile_loses_its_turn() -> None:
    """Nobody answers TLS there, as behind a firewall: after five minutes the way that works is dialled."""
    bench = at_profile(1)
    bench.change("SecurityProfile", "2")
    bench.wait(2)
    bench.hear(WayTried(bench.dialled[-1], WayTrouble.UNREACHED, "no answer"))
    bench.wait(TURN_US / SECOND)
    assert bench.dialled[-1] == Access(1, FIRST)
    assert bench.dial()
    assert bench.profile == 1


@pytest.mark.requirement("E-61")
def test_a_backend_may_raise_the_profile_and_never_lower_it() -> None:
    """Not even to the same (A05.FR.01); an operator beside the station may."""
    bench = at_profile(1)
    for lower in ("0", "1"):
        refusal = bench.change("SecurityProfile", lower)
        assert refusal is not None
        assert refusal.code == "profile_only_up"
    bench.takes.add(Access(2, FIRST))
    assert bench.change("SecurityProfile", "2") is None
    bench.wait(2)
    assert bench.dial()
    assert bench.change("SecurityProfile", "0", OPERATOR) is None
    bench.takes.add(Access(0))
    bench.wait(2)
    assert bench.dial()
    assert bench.kept["upkeep access works"] == write_access(Access(0))


@pytest.mark.parametrize(
    ("profile", "password", "csms", "inventory", "code"),
    [
        ("1", "", "wss://b", FULL, "profile_needs_password"),
        ("2", "", "wss://b", FULL, "profile_needs_password"),
        ("2", FIRST, "ws://b", FULL, "profile_needs_wss"),
        ("3", "", "ws://b", FULL, "profile_needs_wss"),
        ("2", FIRST, "wss://b", Inventory(own=FULL.own), "profile_needs_root"),
        ("3", "", "wss://b", Inventory(own=FULL.own), "profile_needs_root"),
        ("3", "", "wss://b", Inventory(FULL.roots), "profile_needs_certificate"),
        (
            "3",
            "",
            "wss://b",
            Inventory(FULL.roots, (own("old", 0, NOW_US - 1),)),
            "profile_needs_certificate",
        ),
    ],
)
def test_a_profile_whose_needs_are_not_met_is_refused(
    profile: str, password: str, csms: str, inventory: Inventory, code: str
) -> None:
    """With the sentence that says what is missing; nothing is dialled (A05.FR.02 to .04)."""
    bench = AccessBench(kept={"AuthorizationKey": password}, csms=csms, inventory=inventory)
    refusal = bench.change("SecurityProfile", profile, OPERATOR)
    assert refusal is not None
    assert refusal.code == code
    assert bench.dialled == [Access(0)]


def test_what_a_profile_needs_is_not_taken_away_under_it() -> None:
    """The password of profile 1, the wss:// of profile 2."""
    bench = at_profile(2)
    refusals = [
        bench.change("AuthorizationKey", "", OPERATOR),
        bench.access.refusal("c_BackendUrl", "ws://other", OPERATOR),
    ]
    assert [each.code for each in refusals if each is not None] == ["password_in_use", "url_in_use"]
    assert bench.access.refusal("c_BackendUrl", "wss://other", OPERATOR) is None


def test_a_profile_that_cannot_be_had_falls_back_and_says_so() -> None:
    """TLS fails: the profile is what it was, on the disk too, and the backend is told (A05.FR.08)."""
    bench = at_profile(1)
    bench.change("SecurityProfile", "2")
    bench.wait(2)
    for _ in range(REFUSALS):
        bench.dial(WayTrouble.SERVER_CERTIFICATE)
    assert bench.dial()
    assert (bench.profile, bench.kept["SecurityProfile"]) == (1, 1)
    assert bench.alarms.count("InvalidCentralSystemCertificate") == 1
    assert bench.notices == ["FailedToAuthenticateAtCentralSystem"]
    bench.wait(100_000)
    assert bench.dialled[-1] == Access(1, FIRST)


def test_a_password_and_a_profile_that_come_together_count_together() -> None:
    """A backend sets both within a second: one way is tried, not two."""
    bench = AccessBench()
    bench.dial()
    bench.change("AuthorizationKey", FIRST)
    bench.wait(1)
    bench.change("SecurityProfile", "1")
    bench.wait(5)
    assert bench.dialled == [Access(0), Access(1, FIRST)]


def test_a_password_that_no_profile_uses_changes_nothing_on_the_line() -> None:
    """At profile 0 and 3 no password is sent: the connection stays, the log has the change without it."""
    bench = at_profile(3)
    bench.change("AuthorizationKey", SECOND_KEY)
    bench.wait(60)
    assert bench.dialled == [Access(3, "", "own-1")]
    assert bench.alarms == ["ReconfigurationOfSecurityParameters"]


def test_a_new_certificate_is_shown_and_the_one_before_kept_until_it_has_worked() -> None:
    """The backend refuses it: back to the old one, and the next start tries the new one again."""
    bench = at_profile(3)
    bench.inventory = Inventory(FULL.roots, (own("own-2", 5), own("own-1")))
    bench.power_cycle()
    assert bench.dialled[-1] == Access(3, "", "own-2")
    for _ in range(REFUSALS):
        bench.dial(WayTrouble.STATION_CERTIFICATE)
    assert bench.dial()
    assert bench.dialled[-1] == Access(3, "", "own-1")
    assert bench.alarms.count("FailedToAuthenticateAtCentralSystem") == 2  # refused, and given up
    bench.wait(10_000)
    assert bench.dialled[-1] == Access(3, "", "own-1")
    bench.takes = {Access(3, "", "own-2")}  # ...and when the old one is refused one day
    bench.hear(BackendLost("gone"))
    bench.dial_until_in()
    assert bench.dialled[-1] == Access(3, "", "own-2")


def test_a_certificate_of_tomorrow_is_shown_from_tomorrow_on() -> None:
    """As soon as its validity begins (A02.FR.08)."""
    tomorrow = 86_400 * SECOND
    early = Inventory(FULL.roots, (own("own-2", NOW_US + tomorrow), own("own-1")))
    bench = AccessBench(kept={"SecurityProfile": 3}, inventory=early)
    assert bench.dialled == [Access(3, "", "own-1")]
    bench.wait(86_399)
    assert bench.dialled == [Access(3, "", "own-1")]
    bench.wait(5)
    assert bench.dialled[-1] == Access(3, "", "own-2")


def test_with_one_root_at_a_time_the_new_one_is_trusted_first_and_the_old_one_second() -> None:
    """AdditionalRootCertificateCheck, M05.FR.11 to .13."""
    bench = AccessBench(
        kept={"SecurityProfile": 2, "AuthorizationKey": FIRST},
        factory={"AdditionalRootCertificateCheck": True},
        takes={Access(2, FIRST, "", "root-1")},
    )
    assert bench.dial()
    bench.inventory = Inventory((root("root-2"), root("root-1", replaced=True)))
    bench.power_cycle()
    assert bench.dialled[-1] == Access(2, FIRST, "", "root-2")
    for _ in range(REFUSALS):
        bench.dial(WayTrouble.SERVER_CERTIFICATE)
    assert bench.dialled[-1] == Access(2, FIRST, "", "root-1")
    assert bench.dial()
    assert bench.profile == 2


def test_nobody_is_dialled_over_tls_before_the_store_has_been_read() -> None:
    """Else a start would show the wrong certificate; without TLS nothing waits."""
    bench = AccessBench(kept={"SecurityProfile": 3})
    fresh = type(bench.access)(bench.around)
    assert not any(isinstance(each, UseAccess) for each in fresh.handle(Tick(), bench.around.clock.stamp(0)))


def test_a_registration_over_the_line_before_credits_no_new_way() -> None:
    """It was on its way while the change was made."""
    bench = at_profile(1)
    bench.change("AuthorizationKey", SECOND_KEY)
    bench.wait(2)
    bench.hear(WayTried(Access(1, FIRST)))
    bench.hear(BackendTried(works=True))
    assert bench.kept["upkeep access works"] == write_access(Access(1, FIRST))


def test_a_trouble_stands_in_the_log_once_until_the_backend_is_had_again() -> None:
    """A backend that is wrong for a week does not push everything else out of the log."""
    bench = at_profile(2)
    for _ in range(20):
        bench.dial(WayTrouble.CREDENTIALS) if Access(2, FIRST) not in bench.takes else bench.takes.clear()
    assert bench.alarms == ["FailedToAuthenticateAtCentralSystem"]


@pytest.mark.parametrize(
    "access", [Access(0), Access(1, FIRST), Access(3, "", "own"), Access(2, FIRST, "", "r")]
)
def test_what_is_kept_is_read_back(access: Access) -> None:
    """And what is no such row is passed over."""
    assert read_access(write_access(access)) == access
    assert [read_access(each) for each in ("", "9 - - -", "1 x", None, 5)] == [None] * 5
