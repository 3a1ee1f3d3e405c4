"""The local list: versions, bounds, what an update does, and when it is in force."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.station.events import CallAnswer, ReadListVersion, SendList
from pilotline.station.keys import BY_NAME, KeyStore
from pilotline.station.local_list import HIGHEST_VERSION, MOST_COMING, Bounds, LocalList, TagList, update
from pilotline.vocabulary.charger import KeyValue
from pilotline.vocabulary.journal import Listed, LocalListStored, StoreLocalList
from pilotline.vocabulary.status import AuthStatus, ListStatus, TagInfo

ACCEPTED, BLOCKED = TagInfo(AuthStatus.ACCEPTED), TagInfo(AuthStatus.BLOCKED)
GROUP = TagInfo(AuthStatus.ACCEPTED, parent="GROUP")
ROOM = Bounds(most_sent=4, most_kept=5)


def full(version: int, *entries: Listed, call: int = 1) -> SendList:
    return SendList(call, version, whole=True, entries=entries)


def differential(version: int, *entries: Listed, call: int = 1) -> SendList:
    return SendList(call, version, whole=False, entries=entries)


def with_list(**values: KeyValue) -> KeyStore:
    """The keys of a station that has room for a list of ten."""
    ours: dict[str, KeyValue] = {
        "LocalAuthListEnabled": True,
        "LocalAuthListMaxLength": 10,
        "SendLocalListMaxLength": 10,
    }
    return KeyStore({**ours, **values})


def taken(local: LocalList, wish: SendList) -> str:
    """Send an update, let the disk take it, and return its word."""
    words: list[str] = []
    for effect in local.take(wish):
        done = (
            local.stored(LocalListStored(effect.version)) if isinstance(effect, StoreLocalList) else [effect]
        )
        words += [each.word for each in done]
    (word,) = words
    return word


def version_of(local: LocalList) -> str:
    (answer,) = local.take(ReadListVersion(9))
    assert isinstance(answer, CallAnswer)
    return answer.word


# --- versions ---


def test_a_new_list_is_empty_and_of_version_0() -> None:
    """§5.10: 0 says that there is a list and nothing in it."""
    assert version_of(LocalList(with_list())) == "0"


@pytest.mark.requirement("E-61", "R-37")
@pytest.mark.parametrize("key", [{"LocalAuthListEnabled": False}, {"LocalAuthListMaxLength": 0}])
def test_without_a_list_the_version_is_minus_1_and_updates_are_not_supported(
    key: dict[str, KeyValue],
) -> None:
    """As the EVNET is shipped: switched off, and without room for a tag."""
    local = LocalList(with_list(**key), 3, [Listed("anna", ACCEPTED)])
    assert version_of(local) == "-1"
    assert taken(local, full(4, Listed("BEN", ACCEPTED))) == "NotSupported"
    assert local.find("ANNA") is None


@pytest.mark.requirement("E-61")
def test_a_list_that_is_switched_off_is_kept() -> None:
    """It counts again when it is on again."""
    keys = with_list(LocalAuthListEnabled=False)
    local = LocalList(keys, 3, [Listed("anna", ACCEPTED)])
    keys.change(BY_NAME["localauthlistenabled"], "true")
    assert (version_of(local), local.find("ANNA")) == ("3", ACCEPTED)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_change_has_to_be_newer_than_the_list(version: int) -> None:
    """§5.15: a version that is equal or lower is a mismatch, and nothing changes."""
    local = LocalList(with_list(), 3, [Listed("anna", ACCEPTED)])
    assert taken(local, differential(version, Listed("ANNA", None))) == "VersionMismatch"
    assert (version_of(local), local.find("ANNA")) == ("3", ACCEPTED)


def test_a_whole_list_may_be_of_any_version() -> None:
    """A backend that has lost count begins anew."""
    local = LocalList(with_list(), 3, [Listed("anna", ACCEPTED)])
    assert taken(local, full(1, Listed("BEN", BLOCKED))) == "Accepted"
    assert (version_of(local), local.find("ANNA"), local.find("BEN")) == ("1", None, BLOCKED)


def test_an_empty_list_is_of_version_0_whatever_it_was_sent_as() -> None:
    """§5.10: what is told and what a change is compared with are the same number."""
    local = LocalList(with_list(), 3, [Listed("anna", ACCEPTED)])
    assert taken(local, full(7)) == "Accepted"
    assert version_of(local) == "0"
    assert taken(local, differential(1, Listed("BEN", ACCEPTED))) == "Accepted"
    assert version_of(local) == "1"


def test_an_empty_change_changes_the_number_alone() -> None:
    """§5.15: it has no effect on what is listed."""
    local = LocalList(with_list(), 3, [Listed("anna", ACCEPTED)])
    assert taken(local, differential(4)) == "Accepted"
    assert (version_of(local), local.find("ANNA")) == ("4", ACCEPTED)


@pytest.mark.parametrize("version", [-1, 0, HIGHEST_VERSION + 1, 10**30])
def test_a_version_that_could_not_be_told_is_refused(version: int) -> None:
    """-1 and 0 have a meaning of their own, and the store has no room for any number."""
    assert update(TagList(), full(version, Listed("A", ACCEPTED)), ROOM) is ListStatus.FAILED


# --- what an update does ---


def test_a_change_adds_replaces_and_takes_out() -> None:
    """An entry without a worth leaves the list; one that was not there leaves nothing."""
    old = TagList(3, {"anna": ACCEPTED, "ben": ACCEPTED, "cleo": BLOCKED})
    wish = differential(
        4, Listed("ANNA", BLOCKED), Listed("Ben", None), Listed("DORA", GROUP), Listed("X", None)
    )
    assert update(old, wish, ROOM) == TagList(4, {"anna": BLOCKED, "cleo": BLOCKED, "dora": GROUP})


@pytest.mark.parametrize(
    "wish",
    [
        full(4, Listed("A", ACCEPTED), Listed("a", BLOCKED)),
        differential(4, Listed("A", ACCEPTED), Listed("a", None)),
        full(4, Listed("A", None)),
        full(4, *(Listed(f"T{n}", ACCEPTED) for n in range(5))),
        differential(4, *(Listed(f"T{n}", ACCEPTED) for n in range(3))),
    ],
    ids=["twice", "twice in other letters", "whole without worth", "too many sent", "too many kept"],
)
@pytest.mark.requirement("E-61")
def test_an_update_is_taken_whole_or_not_at_all(wish: SendList) -> None:
    """A tag named twice, a worth that is missing, or more than the keys allow: Failed."""
    old = TagList(3, dict.fromkeys(("a", "b", "c"), ACCEPTED))
    assert update(old, wish, ROOM) is ListStatus.FAILED


@pytest.mark.requirement("M-42", "E-61")
def test_the_keys_are_the_bounds() -> None:
    """SendLocalListMaxLength names as many, LocalAuthListMaxLength keeps as many: each exactly fits."""
    local = LocalList(with_list(LocalAuthListMaxLength=3, SendLocalListMaxLength=2))
    tags = [Listed(f"T{n}", ACCEPTED) for n in range(4)]
    assert taken(local, full(1, *tags[:2])) == "Accepted"
    assert taken(local, full(2, *tags[:3])) == "Failed"
    assert taken(local, differential(2, tags[2])) == "Accepted"
    assert taken(local, differential(3, tags[3])) == "Failed"
    assert taken(local, differential(3, Listed("t0", None), tags[3])) == "Accepted"
    assert local.tags == 3


def test_tags_that_are_worth_the_same_share_it() -> None:
    """Ten thousand cards of a fleet cost their names and one worth."""
    tags = [Listed(f"T{n}", TagInfo(AuthStatus.ACCEPTED, 5, "FLEET")) for n in range(4)]
    found = update(TagList(), full(1, *tags), ROOM)
    assert isinstance(found, TagList)
    assert len({id(info) for info in found.entries.values()}) == 1


# --- on its way to the disk ---


def test_an_update_is_in_force_and_answered_when_it_is_on_the_disk() -> None:
    """Until then the old list is; a crash before that leaves it."""
    local = LocalList(with_list(), 3, [Listed("anna", ACCEPTED)])
    wish = full(4, Listed("BEN", ACCEPTED))
    assert local.take(wish) == [StoreLocalList(4, wish.entries, whole=True)]
    assert (version_of(local), local.find("ANNA"), local.find("BEN")) == ("3", ACCEPTED, None)
    assert local.stored(LocalListStored(4)) == [CallAnswer(1, "Accepted")]
    assert (version_of(local), local.find("ANNA"), local.find("BEN")) == ("4", None, ACCEPTED)


def test_an_update_is_judged_by_what_is_on_its_way() -> None:
    """Of two changes that come close together, the second must be newer than the first."""
    local = LocalList(with_list())
    assert isinstance(local.take(differential(5, Listed("A", ACCEPTED), call=1))[0], StoreLocalList)
    assert local.take(differential(5, Listed("A", None), call=2)) == [CallAnswer(2, "VersionMismatch")]
    assert isinstance(local.take(differential(6, Listed("B", ACCEPTED), call=3))[0], StoreLocalList)
    assert local.stored(LocalListStored(5)) == [CallAnswer(1, "Accepted")]
    assert local.stored(LocalListStored(6)) == [CallAnswer(3, "Accepted")]
    assert (local.find("A"), local.find("B")) == (ACCEPTED, ACCEPTED)


def test_a_disk_without_room_holds_no_updates_without_end() -> None:
    """The next one is refused; when there is room again, all that waited are answered in their order."""
    local = LocalList(with_list())
    for version in range(1, MOST_COMING + 1):
        assert isinstance(local.take(full(version, Listed("A", ACCEPTED), call=version))[0], StoreLocalList)
    assert local.take(full(99, call=99)) == [CallAnswer(99, "Failed")]
    answers = [local.stored(LocalListStored(version)) for version in range(1, MOST_COMING + 1)]
    assert answers == [[CallAnswer(version, "Accepted")] for version in range(1, MOST_COMING + 1)]


def test_what_nobody_waits_for_changes_nothing() -> None:
    """A word of the store about an update of another boot."""
    local = LocalList(with_list())
    assert local.stored(LocalListStored(5)) == []
    local.take(full(1, Listed("A", ACCEPTED)))
    assert local.stored(LocalListStored(5)) == []
    assert local.find("A") is None


# --- any story, against a list that is obviously right ---

TAGS = st.sampled_from(["a", "A", "b", "B", "c", "d"])
WORTHS = st.sampled_from([None, None, ACCEPTED, BLOCKED, GROUP])
UPDATES = st.builds(
    SendList,
    st.just(1),
    st.integers(-1, 6),
    st.booleans(),
    st.lists(st.builds(Listed, TAGS, WORTHS)).map(tuple),
)


class NaiveList:
    """Pairs in a row, searched from one end to the other."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, TagInfo]] = []
        self.version = 0

    def send(self, wish: SendList) -> str:
        if not wish.whole and wish.version <= self.version:
            return "VersionMismatch"
        rows = [] if wish.whole else list(self.rows)
        for number, each in enumerate(wish.entries):
            if any(each.tag.lower() == other.tag.lower() for other in wish.entries[:number]):
                return "Failed"
            rows = [row for row in rows if row[0] != each.tag.lower()]
            if each.info is not None:
                rows.append((each.tag.lower(), each.info))
            elif wish.whole:
                return "Failed"
        if len(wish.entries) > 3 or len(rows) > 3 or wish.version < (1 if rows else 0):
            return "Failed"
        self.rows, self.version = rows, wish.version if rows else 0
        return "Accepted"


@pytest.mark.requirement("E-61")
@given(story=st.lists(UPDATES, max_size=12), boots=st.sets(st.integers(0, 11)))
def test_any_story_of_updates_leaves_the_list_it_says(story: list[SendList], boots: set[int]) -> None:
    """Word, version and worths are those of the naive list after every update, over restarts too."""
    keys = with_list(LocalAuthListMaxLength=3, SendLocalListMaxLength=3)
    local, naive = LocalList(keys), NaiveList()
    for number, wish in enumerate(story):
        assert taken(local, wish) == naive.send(wish)
        if number in boots:
            local = LocalList(keys, local.version, [Listed(tag, info) for tag, info in naive.rows])
        assert local.version == naive.version
        assert {tag: local.find(tag.upper()) for tag in "abcd"} == {
            tag: dict(naive.rows).get(tag) for tag in "abcd"
        }
