"""What the backend said of a tag, and what that and the keys make of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from pilotline.station.authorisation import ANYBODY, MOST_TAGS, TagBook, filled_up, mode, same_tag
from pilotline.station.clock import WallClock
from pilotline.station.keys import BY_NAME, KeyStore
from pilotline.station.local_list import LocalList
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.journal import CachedTag, ForgetTags, Listed
from pilotline.vocabulary.status import AuthMode, AuthStatus, TagInfo
from pilotline.vocabulary.time import HOUR

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
NOON_US = round(NOON.timestamp()) * 1_000_000
ACCEPTED, BLOCKED = TagInfo(AuthStatus.ACCEPTED), TagInfo(AuthStatus.BLOCKED)


def keys(**values: KeyValue) -> KeyStore:
    return KeyStore(values)


def book(*kept: CachedTag, clock: WallClock | None = None, **values: KeyValue) -> TagBook:
    return TagBook(keys(**values), clock or WallClock(1), kept)


def at_noon() -> WallClock:
    """A clock that knows that core time 0 was noon."""
    clock = WallClock(1)
    clock.learn(NOON, 0)
    return clock


# --- the modes ---


@pytest.mark.requirement("R-26")
@pytest.mark.parametrize("chosen", AuthMode)
@pytest.mark.parametrize("online", [True, False])
def test_the_mode_is_what_the_key_says(chosen: AuthMode, online: bool) -> None:
    """Tag, Plug & Charge and free charging are chosen by one key, online and offline."""
    assert mode(keys(c_AuthorizationMode=chosen.value), online) is chosen


def test_without_authorization_charging_is_free() -> None:
    """AuthorizationEnabled off: nobody has to say who they are."""
    assert mode(keys(AuthorizationEnabled=False), online=True) is AuthMode.FREE


@pytest.mark.requirement("E-68")
def test_offline_plug_and_charge_holds_offline_only() -> None:
    """With its key set, plugging in is enough while the backend is away, and not while it is there."""
    store = keys(c_OfflinePlugAndCharge=True)
    assert mode(store, online=False) is AuthMode.PLUG_AND_CHARGE
    assert mode(store, online=True) is AuthMode.TAG


@pytest.mark.requirement("E-68")
def test_offline_plug_and_charge_changes_no_other_mode() -> None:
    """A free station stays free."""
    assert mode(keys(c_OfflinePlugAndCharge=True, c_AuthorizationMode="free"), online=False) is AuthMode.FREE


# --- offline: the cache, then unknown ids ---


@pytest.mark.requirement("R-37", "E-67")
def test_an_unknown_tag_is_worth_what_the_key_says() -> None:
    """AllowOfflineTxForUnknownId decides."""
    assert book(AllowOfflineTxForUnknownId=True).offline("X", 0) == ACCEPTED
    assert book(AllowOfflineTxForUnknownId=False).offline("X", 0).status is AuthStatus.INVALID


@pytest.mark.requirement("E-67")
def test_a_tag_accepted_before_charges_where_unknown_ones_do_not() -> None:
    """The cache goes before AllowOfflineTxForUnknownId, if LocalAuthorizeOffline wants it so."""
    kept = CachedTag("card", AuthStatus.ACCEPTED, parent="GROUP")
    known = book(kept, AllowOfflineTxForUnknownId=False)
    assert known.offline("CARD", 0) == TagInfo(AuthStatus.ACCEPTED, parent="GROUP")
    for key in ("LocalAuthorizeOffline", "AuthorizationCacheEnabled"):
        store = keys(AllowOfflineTxForUnknownId=False, **{key: False})
        assert TagBook(store, WallClock(1), [kept]).offline("CARD", 0).status is AuthStatus.INVALID


@pytest.mark.requirement("E-67")
@pytest.mark.parametrize("local", [True, False])
def test_a_tag_refused_before_stays_refused(local: bool) -> None:
    """Known to be blocked is not unknown, whatever the keys allow for strangers."""
    kept = CachedTag("card", AuthStatus.BLOCKED)
    open_to_all = book(kept, AllowOfflineTxForUnknownId=True, LocalAuthorizeOffline=local)
    assert open_to_all.offline("Card", 0) == BLOCKED


def test_an_entry_ends_with_its_expiry_date() -> None:
    """At the moment itself it is over, and then the tag is refused, not unknown."""
    kept = CachedTag("card", AuthStatus.ACCEPTED, expiry_us=NOON_US + HOUR)
    known = book(kept, clock=at_noon())
    assert known.offline("CARD", HOUR - 1).status is AuthStatus.ACCEPTED
    assert known.offline("CARD", HOUR).status is AuthStatus.EXPIRED


def test_an_expiry_date_that_cannot_be_judged_makes_the_tag_a_stranger() -> None:
    """After a power cut without a clock nobody knows whether it is over."""
    kept = CachedTag("card", AuthStatus.ACCEPTED, expiry_us=NOON_US + HOUR)
    assert book(kept, AllowOfflineTxForUnknownId=False).offline("CARD", 0).status is AuthStatus.INVALID


# --- the local list goes first ---


def with_list(
    *listed: Listed, kept: Sequence[CachedTag] = (), clock: WallClock | None = None, **values: KeyValue
) -> TagBook:
    """A book of a station whose local list has these tags."""
    store = keys(**{"LocalAuthListEnabled": True, "LocalAuthListMaxLength": 10, **values})
    return TagBook(store, clock or WallClock(1), kept, LocalList(store, 1, listed))


@pytest.mark.requirement("E-67")
def test_a_listed_tag_charges_offline_where_unknown_ones_do_not() -> None:
    """With its parent; LocalAuthorizeOffline has the list's tags in its hand as it has the cache's."""
    listed = Listed("card", TagInfo(AuthStatus.ACCEPTED, parent="GROUP"))
    known = with_list(listed, AllowOfflineTxForUnknownId=False)
    assert known.offline("CARD", 0) == TagInfo(AuthStatus.ACCEPTED, parent="GROUP")
    strict = with_list(listed, AllowOfflineTxForUnknownId=False, LocalAuthorizeOffline=False)
    assert strict.offline("CARD", 0).status is AuthStatus.INVALID


@pytest.mark.requirement("E-67")
def test_a_listed_but_blocked_tag_is_refused_though_unknown_ones_may_charge() -> None:
    """Also where the cache thinks better of it."""
    kept = [CachedTag("card", AuthStatus.ACCEPTED)]
    known = with_list(Listed("CARD", BLOCKED), kept=kept, AllowOfflineTxForUnknownId=True)
    assert known.offline("card", 0) == BLOCKED
    assert known.offline("OTHER", 0) == ACCEPTED


@pytest.mark.requirement("E-67")
def test_offline_the_list_is_asked_then_the_cache_then_the_key() -> None:
    """Each decides what those before it do not know."""
    kept = [CachedTag("both", AuthStatus.BLOCKED), CachedTag("cached", AuthStatus.ACCEPTED)]
    known = with_list(Listed("both", ACCEPTED), kept=kept, AllowOfflineTxForUnknownId=False)
    found = {tag: known.offline(tag, 0).status for tag in ("BOTH", "CACHED", "UNKNOWN")}
    assert list(found.values()) == [AuthStatus.ACCEPTED, AuthStatus.ACCEPTED, AuthStatus.INVALID]


def test_a_list_that_is_switched_off_decides_nothing() -> None:
    """The cache does then."""
    kept = [CachedTag("card", AuthStatus.ACCEPTED)]
    off = with_list(Listed("CARD", BLOCKED), kept=kept, LocalAuthListEnabled=False)
    assert off.offline("CARD", 0) == ACCEPTED


def test_a_listed_tag_expires_as_a_cached_one_does() -> None:
    """At its moment it is refused; without a clock it is a stranger, whatever the cache knows of it."""
    listed = Listed("card", TagInfo(AuthStatus.ACCEPTED, NOON_US + HOUR))
    known = with_list(listed, clock=at_noon())
    assert known.offline("CARD", HOUR - 1).status is AuthStatus.ACCEPTED
    assert known.offline("CARD", HOUR).status is AuthStatus.EXPIRED
    kept = [CachedTag("card", AuthStatus.ACCEPTED)]
    timeless = with_list(listed, kept=kept, AllowOfflineTxForUnknownId=False)
    assert timeless.offline("CARD", 0).status is AuthStatus.INVALID


def test_a_tag_listed_as_in_another_session_is_one_that_may_charge() -> None:
    """§3.5.3: ConcurrentTx in a list is a valid tag."""
    known = with_list(Listed("CARD", TagInfo(AuthStatus.CONCURRENT_TX)), AllowOfflineTxForUnknownId=False)
    assert known.offline("CARD", 0) == ACCEPTED


@pytest.mark.parametrize(
    ("enabled", "worth", "enough"), [(True, ACCEPTED, True), (True, BLOCKED, False), (False, ACCEPTED, False)]
)
def test_local_pre_authorize_is_for_listed_tags_too(enabled: bool, worth: TagInfo, enough: bool) -> None:
    """A listed and refused one is asked about: the backend may have changed its mind."""
    found = with_list(Listed("CARD", worth), LocalPreAuthorize=enabled).beforehand("CARD", 0)
    assert (found is not None) is enough


def test_a_listed_tag_is_never_cached() -> None:
    """§3.5.3; the two are kept apart."""
    known = with_list(Listed("CARD", ACCEPTED))
    assert known.learn("card", BLOCKED, 0) == []
    assert known.look_up("CARD", 0) == ACCEPTED


def test_a_backend_that_contradicts_the_list_is_a_conflict_told_once() -> None:
    """In either direction, and again when they had been of one mind in between."""
    known = with_list(Listed("card", ACCEPTED), Listed("lost", BLOCKED))
    for info in (ACCEPTED, TagInfo(AuthStatus.CONCURRENT_TX)):
        known.learn("CARD", info, 0)
    known.learn("LOST", TagInfo(AuthStatus.EXPIRED), 0)
    known.learn("UNKNOWN", BLOCKED, 0)
    assert known.conflicts == []
    for info in (BLOCKED, BLOCKED, ACCEPTED, BLOCKED):
        known.learn("CARD", info, 0)
    known.learn("LOST", ACCEPTED, 0)
    assert known.conflicts == ["card", "card", "lost"]


# --- online, without asking ---


@pytest.mark.parametrize(
    ("enabled", "status", "enough"),
    [
        (True, AuthStatus.ACCEPTED, True),
        (True, AuthStatus.BLOCKED, False),
        (False, AuthStatus.ACCEPTED, False),
    ],
)
def test_local_pre_authorize_is_for_accepted_tags_alone(
    enabled: bool, status: AuthStatus, enough: bool
) -> None:
    """What is known to be refused is asked again: the backend may think otherwise by now."""
    found = book(CachedTag("card", status), LocalPreAuthorize=enabled).beforehand("CARD", 0)
    assert (found is not None) is enough


# --- learning and forgetting ---


def test_what_is_learned_is_stored_and_known() -> None:
    """The latest word counts, under the tag without its case; the same word again is no news for the disk."""
    tags = book()
    assert tags.learn("Card", ACCEPTED, 0) == [CachedTag("card", AuthStatus.ACCEPTED)]
    assert tags.learn("CARD", ACCEPTED, 0) == []
    assert tags.learn("CARD", BLOCKED, 0) == [CachedTag("card", AuthStatus.BLOCKED)]
    assert tags.look_up("cARD", 0) == BLOCKED


def test_the_cache_is_bounded() -> None:
    """The tag that was heard of longest ago goes first, from the disk too."""
    tags = book()
    for number in range(MOST_TAGS):
        tags.learn(f"T{number}", ACCEPTED, 0)
    tags.learn("T0", ACCEPTED, 0)
    assert tags.learn("ONE MORE", ACCEPTED, 0)[1:] == [ForgetTags(("t1",))]
    assert tags.look_up("T1", 0) is None
    assert tags.look_up("T0", 0) == ACCEPTED


def test_a_cache_that_is_switched_off_learns_nothing() -> None:
    """And what it knew before counts for nothing until it is on again."""
    store = keys()
    tags = TagBook(store, WallClock(1), [CachedTag("card", AuthStatus.ACCEPTED)])
    store.change(BY_NAME["authorizationcacheenabled"], "false")
    assert tags.learn("OTHER", ACCEPTED, 0) == []
    assert tags.look_up("CARD", 0) is None
    store.change(BY_NAME["authorizationcacheenabled"], "true")
    assert tags.look_up("CARD", 0) == ACCEPTED


def test_clearing_forgets_all() -> None:
    """In memory and on the disk."""
    tags = book(CachedTag("card", AuthStatus.ACCEPTED))
    assert tags.clear() == [ForgetTags(None)]
    assert tags.look_up("CARD", 0) is None


# --- tags ---


def test_tags_are_compared_without_case() -> None:
    """OCPP 1.6 §7.15: identifiers are case-insensitive."""
    assert same_tag("04a1b2", "04A1B2")
    assert not same_tag("04a1b2", "04a1b3")


@pytest.mark.requirement("R-27", "M-11")
@pytest.mark.parametrize(
    ("read", "whole", "tag"),
    [
        ("25eccd59", 7, "25eccd59000000"),
        ("04A1B2C3D4E5F6", 7, "04A1B2C3D4E5F6"),
        ("25eccd59", 0, "25eccd59"),
        ("app-token", 7, "app-token"),
        ("25eccd5", 7, "25eccd5"),
    ],
)
def test_a_short_uid_is_filled_up(read: str, whole: int, tag: str) -> None:
    """Only what is a card's UID: whole bytes in hex."""
    assert filled_up(read, whole) == tag


def test_the_words_for_anybody_fit_ocpp() -> None:
    """An idTag has at most 20 characters, and each unidentified mode has its own."""
    assert all(len(tag) <= 20 for tag in ANYBODY.values())
    assert len(set(ANYBODY.values())) == 2


def test_the_day_of_the_tests_is_one() -> None:
    """The helper's figure is the moment it says."""
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=NOON_US) == NOON
