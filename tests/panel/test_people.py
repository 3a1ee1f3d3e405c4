"""Who is known, and what the rules of people allow: values in, values out."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotline.panel import people
from pilotline.panel.people import (
    DAY_S,
    IDLE_S,
    LONGEST_S,
    MOST_PEOPLE,
    MOST_SIGN_INS,
    AlreadySetUpError,
    Book,
    DamagedError,
    PeopleError,
    Person,
    UnknownPersonError,
)
from pilotline.panel.tries import FORGET_S, FREE, MOST_AT_ONCE, MOST_NAMES, OVERALL_S, Tries
from pilotline.panel.tries import LONGEST_S as LONGEST_PAUSE_S
from pilotline.vocabulary.roles import BESIDE, Asker, Role, reaches

HASH = "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA"
OTHER = "$argon2id$v=19$m=19456,t=2,p=1$BBBB$BBBB"
NOW = 1_800_000_000
MAKER = Asker(Role.MANUFACTURER, "Maker")
ANNA = Asker(Role.OPERATOR, "Anna")


def a_book(*more: tuple[str, Role]) -> Book:
    """Anna, an operator, and these."""
    book = people.first(Book(), "Anna", HASH)
    for name, role in more:
        book = people.add(book, MAKER, Person(name, role, HASH))
    return book


def signed_in(book: Book, name: str, token: str, utc: int | None = NOW) -> Book:
    after = people.sign_in(book, book.known(name), token, utc)
    assert after is not None
    return after


# --- the first one ---


@pytest.mark.requirement("M-14")
def test_the_first_person_is_an_operator_and_there_is_one_first_person() -> None:
    """No station has a password from the factory: somebody chooses one."""
    book = people.first(Book(), " Anna ", HASH)
    assert book.known("anna").role is Role.OPERATOR
    assert book.known("anna").name == "Anna"
    with pytest.raises(AlreadySetUpError):
        people.first(book, "Berta", HASH)


def test_the_first_person_of_a_list_answers_for_the_others() -> None:
    """A station of guests alone could never be changed again."""
    with pytest.raises(PeopleError, match="first person is an operator"):
        people.add(Book(), MAKER, Person("Anna", Role.USER, HASH))
    assert people.add(Book(), MAKER, Person("Anna", Role.OPERATOR, HASH)).is_set_up


# --- roles ---


@pytest.mark.requirement("M-14")
@pytest.mark.parametrize("mine", BESIDE)
@pytest.mark.parametrize("theirs", BESIDE)
def test_nobody_makes_a_role_above_his_own(mine: Role, theirs: Role) -> None:
    """Neither a new person nor one that is there, nor himself."""
    book, by = a_book(("Me", mine), ("Her", Role.GUEST)), Asker(mine, "Me")
    steps: list[Any] = [
        lambda: people.add(book, by, Person("New", theirs, HASH)),
        lambda: people.change(book, by, "Her", role=theirs),
        lambda: people.change(book, by, "Me", role=theirs),
    ]
    for step in steps:
        if reaches(mine, theirs):
            assert step()
        else:
            with pytest.raises(PeopleError, match="above his own"):
                step()


@pytest.mark.requirement("M-14")
@pytest.mark.parametrize("mine", BESIDE)
@pytest.mark.parametrize("theirs", BESIDE)
def test_nobody_changes_or_removes_who_stands_above_him(mine: Role, theirs: Role) -> None:
    """Not even his password: whoever sets it could sign in with it."""
    book, by = a_book(("Me", mine), ("Her", theirs)), Asker(mine, "Me")
    steps: list[Any] = [
        lambda: people.change(book, by, "Her", hash_=OTHER),
        lambda: people.change(book, by, "Her", card="04A1"),
        lambda: people.change(book, by, "Her", role=Role.GUEST),
        lambda: people.remove(book, by, "Her"),
    ]
    for step in steps:
        if reaches(mine, theirs):
            assert step()
        else:
            with pytest.raises(PeopleError, match="above your own role"):
                step()


def test_a_backend_is_no_person() -> None:
    """Its role is for the cloud."""
    for step in (
        lambda: people.add(a_book(), MAKER, Person("Cloud", Role.BACKEND, HASH)),
        lambda: people.change(a_book(), MAKER, "Anna", role=Role.BACKEND),
    ):
        with pytest.raises(PeopleError, match="A person is"):
            step()


def test_the_last_operator_stays() -> None:
    """Removed or made less, nobody could let anybody in again."""
    book = a_book(("Ben", Role.USER))
    with pytest.raises(PeopleError, match="last operator"):
        people.remove(book, ANNA, "Anna")
    with pytest.raises(PeopleError, match="last operator"):
        people.change(book, ANNA, "Anna", role=Role.USER)
    book = people.add(book, MAKER, Person("Cleo", Role.MANUFACTURER, HASH))
    assert people.remove(book, ANNA, "Anna").person("Anna") is None


def test_who_is_not_there_cannot_be_changed() -> None:
    """Told apart from what is not allowed."""
    for step in (
        lambda: people.change(a_book(), ANNA, "Ben", card="1"),
        lambda: people.remove(a_book(), ANNA, "Ben"),
        lambda: people.set_own_password(a_book(), "Ben", HASH, OTHER, None),
    ):
        with pytest.raises(UnknownPersonError):
            step()


def test_two_people_never_have_one_name() -> None:
    """However it is written: composed or not, small or not, with blanks around."""
    book = a_book(("Zoë", Role.USER))
    for name in ("Zoë", "zoe\u0308", " ZOË ", "anna"):
        with pytest.raises(PeopleError, match="there already"):
            people.add(book, MAKER, Person(name, Role.USER, HASH))


def test_only_so_many_people_are_kept() -> None:
    """The sentence says how many."""
    book = a_book(*((f"n{number}", Role.GUEST) for number in range(MOST_PEOPLE - 1)))
    with pytest.raises(PeopleError, match=f"{MOST_PEOPLE} people already"):
        people.add(book, MAKER, Person("one more", Role.GUEST, HASH))


# --- names, cards, passwords ---


@pytest.mark.parametrize(
    "name", ["", "  ", "a" * 33, "a/b", "a\nb", "a\0", "<b>", "..", ".", "a\u202eb", "\ud800"]
)
def test_a_name_that_is_none_is_refused(name: str) -> None:
    """It stands in addresses, in logs and in a file."""
    with pytest.raises(PeopleError, match="A name has"):
        people.check_name(name)


@pytest.mark.parametrize("name", ["Anna", "Zoë", "李雷", "o'Neill", "anna.b-c_d@x+1", "Anna B"])
def test_a_name_may_be_of_any_script(name: str) -> None:
    """As people are called."""
    assert people.check_name(f" {name} ") == name


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("", "at least 8"),
        ("1234567", "at least 8"),
        ("x" * 129, "at most 128"),
        ("anna-lena", "is the name"),
        ("Anna-Lena2026", "is the name"),
        ("ANNA-LENA", "is the name"),
        ("passwort", "first that are tried"),
        ("Password1", "first that are tried"),
        ("12345678", "first that are tried"),
        ("67890123", "first that are tried"),
        ("87654321", "first that are tried"),
        ("abcdefgh", "first that are tried"),
        ("aaaaaaaa", "first that are tried"),
        ("12121212", "first that are tried"),
        ("with a\ttab", "cannot be typed"),
        ("with a \ud800 half", "cannot be typed"),
    ],
)
def test_a_bad_password_is_refused_with_what_to_do(password: str, words: str) -> None:
    """And the sentence never repeats it."""
    with pytest.raises(PeopleError, match=words) as refused:
        people.check_password(password, "Anna-Lena")
    assert not password or password not in str(refused.value)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    "password", ["korrektes Pferd", "Grünkohl!", "x1y2z3w4", "é" * 3 + "abcde", " blanks  "]
)
def test_a_good_password_is_whatever_is_long_and_not_known(password: str) -> None:
    """No rules about kinds of signs; umlauts are one sign from every keyboard."""
    assert people.check_password(password, "Anna") == people.normal(password)
    assert people.check_password("Gru\u0308nkohl!", "Anna") == "Grünkohl!"


@pytest.mark.parametrize("card", ["x" * 21, "0\n4", "é"])
def test_a_card_that_is_none_is_refused(card: str) -> None:
    """OCPP's idTag has 20 characters."""
    with pytest.raises(PeopleError, match="card's number"):
        people.change(a_book(), ANNA, "Anna", card=card)


# --- sign-ins ---


def test_a_token_is_kept_as_its_digest_alone() -> None:
    """Who reads the file cannot sign in with it."""
    token = people.new_token()
    book = signed_in(a_book(), "Anna", token)
    assert book.who(token, NOW) == book.known("Anna")
    assert token.encode() not in people.encode(book)
    assert book.who(people.digest(token), NOW) is None
    assert len(token) >= 43
    assert token != people.new_token()


@pytest.mark.parametrize(("after_s", "still"), [(0, True), (IDLE_S, True), (IDLE_S + 1, False), (-5, True)])
def test_who_does_not_come_for_a_month_signs_in_again(after_s: int, still: bool) -> None:
    """A clock that has been set back ends nothing."""
    book = signed_in(a_book(), "Anna", "t")
    assert (book.who("t", NOW + after_s) is not None) is still


def test_who_comes_every_day_signs_in_again_after_half_a_year() -> None:
    """A stolen cookie is not worth more."""
    book, at = signed_in(a_book(), "Anna", "t"), NOW
    while book.who("t", at) is not None:
        at += DAY_S
        book = people.touch(book, "t", at)
    assert LONGEST_S < at - NOW <= LONGEST_S + DAY_S


def test_a_station_that_does_not_know_the_day_ends_no_sign_in() -> None:
    """One that began without a clock begins to count when there is one."""
    book = signed_in(a_book(), "Anna", "t", utc=None)
    assert book.who("t", None)
    assert book.who("t", NOW)
    assert people.is_stale(book, "t", NOW)
    book = people.touch(book, "t", NOW)
    assert book.who("t", NOW + IDLE_S)
    assert book.who("t", NOW + IDLE_S + 1) is None


def test_a_sign_in_from_a_wrong_future_counts_from_now() -> None:
    """A clock that once said 2099 makes no cookie that lasts till then."""
    book = signed_in(a_book(), "Anna", "t", utc=NOW + 900 * DAY_S)
    book = people.touch(book, "t", NOW)
    assert book.who("t", NOW + IDLE_S + 1) is None


def test_it_is_written_once_a_day_that_somebody_was_seen() -> None:
    """Not at every request: flash wears."""
    book = signed_in(a_book(), "Anna", "t")
    assert not people.is_stale(book, "t", NOW + DAY_S)
    assert people.is_stale(book, "t", NOW + DAY_S + 1)
    assert not people.is_stale(book, "unknown", NOW + DAY_S + 1)


def test_of_many_browsers_the_one_used_longest_ago_makes_room() -> None:
    """Those that are used stay, and those of others."""
    book = signed_in(a_book(("Ben", Role.USER)), "Ben", "bens")
    for number in range(MOST_SIGN_INS):
        book = signed_in(book, "Anna", f"t{number}", NOW + number)
    book = people.touch(book, "t0", NOW + 500)
    book = signed_in(book, "Anna", "new", NOW + 501)
    assert book.signed_in("Anna", NOW) == MOST_SIGN_INS
    assert book.who("t1", NOW) is None
    assert all(book.who(token, NOW) for token in ("t0", "t2", "new", "bens"))


def test_a_new_password_ends_all_other_sign_ins_of_that_person() -> None:
    """By himself, this browser stays; by somebody else, none does."""
    book = signed_in(signed_in(a_book(("Ben", Role.USER)), "Ben", "b1"), "Ben", "b2")
    book = signed_in(book, "Anna", "a")
    own = people.set_own_password(book, "Ben", HASH, OTHER, "b1")
    assert own.who("b1", NOW)
    assert own.who("b2", NOW) is None
    by_anna = people.change(book, ANNA, "ben", hash_=OTHER)
    assert by_anna.who("b1", NOW) is None
    assert by_anna.who("a", NOW)
    with pytest.raises(PeopleError, match="just been changed"):
        people.set_own_password(own, "Ben", HASH, OTHER, "b1")


def test_another_role_or_card_leaves_people_signed_in_as_what_they_are_now() -> None:
    """The role is looked up at each request."""
    book = signed_in(a_book(("Ben", Role.OPERATOR)), "Ben", "b")
    book = people.change(book, ANNA, "Ben", role=Role.GUEST, card=" 04A1 ")
    assert book.who("b", NOW) == Person("Ben", Role.GUEST, HASH, "04A1")


def test_who_is_removed_is_signed_out_and_stays_so_when_he_comes_back() -> None:
    """A person of the same name is another one."""
    book = signed_in(a_book(("Ben", Role.USER)), "Ben", "b")
    book = people.add(people.remove(book, ANNA, "Ben"), ANNA, Person("Ben", Role.USER, HASH))
    assert book.who("b", NOW) is None


def test_who_has_changed_since_his_password_was_compared_is_not_signed_in() -> None:
    """Hashing takes its time, and somebody else may have been quicker."""
    book = a_book(("Ben", Role.USER))
    ben = book.known("Ben")
    assert people.sign_in(people.change(book, ANNA, "Ben", hash_=OTHER), ben, "t", NOW) is None
    assert people.sign_in(people.remove(book, ANNA, "Ben"), ben, "t", NOW) is None


def test_signing_out_ends_one_browser_and_everywhere_all_of_them() -> None:
    """Nobody else's."""
    book = signed_in(a_book(("Ben", Role.USER)), "Anna", "a")
    for token in ("b1", "b2", "b3"):
        book = signed_in(book, "Ben", token)
    book = people.sign_out(book, "b1")
    assert [bool(book.who(token, NOW)) for token in ("b1", "b2", "a")] == [False, True, True]
    book = people.sign_out_everywhere(book, "BEN")
    assert [bool(book.who(token, NOW)) for token in ("b2", "b3", "a")] == [False, False, True]


# --- the file ---

ROLES = st.sampled_from(BESIDE)
NAMES = st.text("abcäöü -_.@", min_size=1, max_size=12).filter(lambda text: text.strip(" .") != "")


@given(st.lists(st.tuples(NAMES, ROLES, st.text("0123456789AB", max_size=20)), max_size=8), st.data())
def test_a_book_survives_its_file(rows: list[tuple[str, Role, str]], data: st.DataObject) -> None:
    """All of it, whatever the names."""
    book = people.first(Book(), "first", HASH)
    for name, role, card in rows:
        if book.person(name) is None:
            book = people.add(book, MAKER, Person(name, role, HASH, card))
    for number in range(data.draw(st.integers(0, 5))):
        book = signed_in(book, data.draw(st.sampled_from(sorted(book.people))), f"t{number}")
    assert people.decode(people.encode(book)) == book


@given(st.binary(max_size=200))
def test_no_bytes_are_taken_for_a_list_of_people_by_chance(data: bytes) -> None:
    """A damaged file is told, and is never an empty one: that would be an open door."""
    with pytest.raises(DamagedError):
        people.decode(data)


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_file_with_a_wrong_byte_is_told_or_is_still_a_list_of_people(at: int, byte: int) -> None:
    """Never another kind of error, and never nobody."""
    whole = bytearray(people.encode(signed_in(a_book(("Ben", Role.USER)), "Ben", "b")))
    whole[at % len(whole)] = byte
    with suppress(DamagedError):
        assert people.decode(bytes(whole)).is_set_up


@pytest.mark.parametrize(
    "mend",
    [
        {"format": 2},
        {"people": [{"name": "A", "role": "backend", "hash": HASH}]},
        {"people": [{"name": "A", "role": "king", "hash": HASH}]},
        {"people": [{"name": "A", "role": "user", "hash": "plain text"}]},
        {"people": [{"name": "A", "role": "user", "hash": HASH.replace("19456", "9999999")}]},
        {"people": [{"name": name, "role": "user", "hash": HASH} for name in ("A", "a")]},
        {"people": [{"name": f"n{number}", "role": "user", "hash": HASH} for number in range(33)]},
        {"sign_ins": {"x": {"person": "a", "begun": "today", "seen": 0}}},
    ],
)
def test_what_no_station_wrote_is_damaged(mend: dict[str, Any]) -> None:
    """A role that no person has, a hash that is none or would take the memory, names twice, too many."""
    text = json.dumps({"format": 1, "people": [], "sign_ins": {}, **mend})
    with pytest.raises(DamagedError):
        people.decode(text.encode())


def test_no_file_is_nobody() -> None:
    """As a station comes from the factory."""
    assert people.decode(None) == Book()


# --- tries ---


def waits(tries: Tries, name: str, start: float, times: int) -> list[int]:
    """What one has to wait before each of so many wrong tries, made as soon as may be."""
    now, found = start, list[int]()
    for _ in range(times):
        found.append(tries.wait_s(name, now))
        now += found[-1]
        tries.begin(name, now)
    return found


@pytest.mark.requirement("M-14")
def test_the_delay_after_wrong_passwords_grows_to_half_a_minute() -> None:
    """The first ones are free: everybody mistypes."""
    assert FREE == 3
    assert waits(Tries(), "anna", 0.0, 10) == [0, 0, 0, 1, 2, 4, 8, 16, 30, 30]


def test_the_right_password_and_a_quiet_quarter_of_an_hour_begin_anew() -> None:
    """Nobody is kept out for ever."""
    tries = Tries()
    waits(tries, "anna", 0.0, 8)
    assert tries.wait_s("anna", 60.0)
    tries.right("anna")
    assert not tries.wait_s("anna", 60.0)
    waits(tries, "anna", 60.0, 8)
    assert not tries.wait_s("anna", 200.0 + FORGET_S)


def test_a_try_that_came_too_soon_makes_nobody_wait_longer() -> None:
    """Asking is not trying."""
    tries = Tries()
    waits(tries, "anna", 0.0, 6)
    before = tries.wait_s("anna", 7.0)
    assert [tries.wait_s("anna", 7.0) for _ in range(50)] == [before] * 50


def test_another_name_waits_for_nobody_until_there_are_too_many_of_them() -> None:
    """Then all wait, two seconds at most if nobody else tries."""
    tries = Tries()
    for number in range(int(MOST_AT_ONCE)):
        assert not tries.wait_s(f"n{number}", 0.0)
        tries.begin(f"n{number}", 0.0)
    tries.begin("one more", 0.0)
    assert 0 < tries.wait_s("anna", 0.0) <= OVERALL_S
    assert not tries.wait_s("anna", OVERALL_S)


def test_a_flood_of_names_takes_no_more_memory() -> None:
    """The one tried longest ago is forgotten."""
    tries = Tries()
    for number in range(10 * MOST_NAMES):
        tries.begin(f"n{number}", float(number))
    assert len(tries) == MOST_NAMES


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 100), st.booleans()), max_size=60))
def test_nobody_ever_waits_longer_than_the_longest(steps: list[tuple[str, float, bool]]) -> None:
    """Whoever tries what, and however often: as long as tries are only made when they may be."""
    tries, now = Tries(), 0.0
    for name, later, right in steps:
        now += later
        wait = tries.wait_s(name, now)
        assert 0 <= wait <= LONGEST_PAUSE_S
        if not wait:
            tries.begin(name, now)
            if right:
                tries.right(name)
