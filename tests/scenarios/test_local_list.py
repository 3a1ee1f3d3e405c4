"""The local list as stories: what it decides while the backend is away, and that no crash tears it."""

from collections.abc import Sequence

import pytest

from pilotline.vocabulary.status import AuthStatus, ConnectorStatus, ErrorCode
from pilotline.vocabulary.time import SECOND
from pilotline.wire.ocpp import v16
from pilotline.wire.ocpp.words import UpdateType
from support.crashes import CrashScene
from support.stories import Scene

S = ConnectorStatus
TWO = "master-plus-ac"
ACCEPTED, FAILED, MISMATCH = ({"status": word} for word in ("Accepted", "Failed", "VersionMismatch"))


def entry(tag: str, status: AuthStatus | None = AuthStatus.ACCEPTED) -> v16.AuthorizationData:
    return v16.AuthorizationData(tag, None if status is None else v16.IdTagInfo(status=status))


def whole(version: int, entries: Sequence[v16.AuthorizationData]) -> v16.SendLocalList:
    return v16.SendLocalList(
        list_version=version, update_type=UpdateType.FULL, local_authorization_list=tuple(entries)
    )


def change(version: int, *entries: v16.AuthorizationData) -> v16.SendLocalList:
    return v16.SendLocalList(
        list_version=version, update_type=UpdateType.DIFFERENTIAL, local_authorization_list=entries
    )


def version(scene: Scene) -> int:
    return scene.ask(v16.GetLocalListVersion())["listVersion"]


def scene(*, beforehand: bool = False) -> CrashScene:
    """A Master Plus, which leaves the factory with a list of 20 tags; it refuses strangers offline."""
    return CrashScene(TWO, AllowOfflineTxForUnknownId=False, LocalPreAuthorize=beforehand)


@pytest.mark.requirement("R-37")
def test_an_evnet_as_shipped_has_no_list_and_the_cache_works() -> None:
    """SendLocalList is NotSupported, the version -1; a card that was accepted before charges offline."""
    story = CrashScene(AllowOfflineTxForUnknownId=False)
    assert story.ask(whole(1, [entry("LISTED")])) == {"status": "NotSupported"}
    assert version(story) == -1
    story.whole_session("KNOWN")
    story.network(up=False)
    story.charge("KNOWN")


@pytest.mark.requirement("M-42")
def test_a_master_plus_keeps_20_tags() -> None:
    """The 21st is refused, in a whole list and in a change."""
    story = scene()
    tags = [entry(f"CARD{number}") for number in range(21)]
    assert story.ask(whole(1, tags)) == FAILED
    assert version(story) == 0
    assert story.ask(whole(1, tags[:20])) == ACCEPTED
    assert story.ask(change(2, tags[20])) == FAILED
    assert story.ask(change(2, entry("CARD0", None), tags[20])) == ACCEPTED
    assert story.ask(change(2, tags[0])) == MISMATCH
    assert version(story) == 2


@pytest.mark.requirement("E-67", "M-42")
def test_in_an_outage_the_list_decides_after_a_power_cut_too() -> None:
    """A listed card charges, one listed as blocked and a stranger do not."""
    story = scene()
    assert story.ask(whole(5, [entry("00A1B2C3D4E5F6"), entry("BAD", AuthStatus.BLOCKED)])) == ACCEPTED
    story.network(up=False)
    story.station.power_cycle()
    story.run(5)
    story.plug_in()
    story.run(2)
    for tag, reason in (("BAD", "Blocked"), ("STRANGER", "Invalid")):
        story.card(tag)
        story.run(2)
        assert (story.seen.why.code, reason in story.seen.why.sentence) == ("refused", True)
    story.card("00a1b2c3d4e5f6")
    story.until(S.CHARGING)
    story.network(up=True)
    assert version(story) == 5


@pytest.mark.requirement("E-67")
def test_a_listed_but_blocked_card_is_refused_in_an_outage_although_strangers_may_charge() -> None:
    """AllowOfflineTxForUnknownId is for those nobody knows."""
    story = CrashScene(TWO, AllowOfflineTxForUnknownId=True)
    assert story.ask(whole(1, [entry("BAD", AuthStatus.BLOCKED)])) == ACCEPTED
    story.network(up=False)
    story.plug_in()
    story.run(2)
    story.card("BAD")
    story.run(2)
    assert story.seen.why.code == "refused"
    story.card("STRANGER")
    story.until(S.CHARGING)


def test_a_listed_card_charges_before_the_backend_says_so() -> None:
    """With LocalPreAuthorize nobody is asked; the answer to the start is the backend's word on it."""
    story = scene(beforehand=True)
    assert story.ask(whole(1, [entry("LISTED")])) == ACCEPTED
    story.charge("LISTED")
    assert story.told(v16.Authorize) == []
    assert [start.id_tag for start in story.told(v16.StartTransaction)] == ["LISTED"]


def test_where_list_and_backend_differ_the_backend_is_told_and_obeyed() -> None:
    """§3.5.3: LocalListConflict of connector 0, once; the session ends as the backend wants it."""
    story = scene(beforehand=True)
    story.refuse("LISTED")
    assert story.ask(whole(1, [entry("LISTED")])) == ACCEPTED
    story.plug_in()
    story.run(2)
    story.card("LISTED")
    story.run(20)
    told = [
        each
        for each in story.told(v16.StatusNotification)
        if each.error_code is ErrorCode.LOCAL_LIST_CONFLICT
    ]
    assert [(each.connector_id, each.status, each.info) for each in told] == [
        (0, S.AVAILABLE, "the local list differs: listed")
    ]
    assert [stop.reason and stop.reason.value for stop in story.told(v16.StopTransaction)] == ["DeAuthorized"]


# --- the disk and the power ---


@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize("how", ["host_crash", "power_cycle"])
def test_a_crash_leaves_the_old_list_or_the_new_one(how: str, written: bool) -> None:
    """What was answered is there afterwards; what was not yet written was not answered, and is not there."""
    story = scene()
    assert story.ask(whole(1, [entry("A"), entry("B"), entry("C")])) == ACCEPTED
    story.station.set_disk(takes=5 * SECOND)
    call = story.post(change(2, entry("A", None), entry("B", AuthStatus.BLOCKED), entry("D")))
    story.run(6 if written else 4)
    assert story.replies.get(call) == (ACCEPTED if written else None)
    story.restart(how)
    story.station.set_disk()
    story.run(10)
    assert version(story) == (2 if written else 1)
    book = story.station.host.station.local_list
    worths = [found and found.status.value for found in map(book.find, "ABCD")]
    new = [None, "Blocked", "Accepted", "Accepted"]
    assert worths == (new if written else ["Accepted", "Accepted", "Accepted", None])


def test_on_a_full_disk_the_old_list_stays_in_force_and_the_backend_is_told_in_time() -> None:
    """No Accepted that a power cut would make a lie: after 20 s an InternalError; with room, the new one."""
    story = scene()
    assert story.ask(whole(1, [entry("OLD")])) == ACCEPTED
    story.station.set_disk(full=True)
    call = story.post(whole(2, [entry("NEW")]))
    story.run(21)
    assert story.replies[call] == "InternalError"
    assert version(story) == 1
    story.station.set_disk()
    story.run(1)
    assert version(story) == 2
    story.station.power_cycle()
    story.run(10)
    assert version(story) == 2
