"""Who is known at the page: people, their roles and passwords, and who is signed in (M-14).

A :class:`Book` is one value, kept whole in a file; what changes it is a function from a book to the next one.
Nothing in here hashes a password, asks for the time or touches a disk: hashes are made elsewhere, and
``utc`` is in seconds, None while the station does not know what day it is.
"""

import hashlib
import secrets
import string
import unicodedata
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated

import msgspec

from pilotline.vocabulary import refusals
from pilotline.vocabulary.refusals import RefusedError
from pilotline.vocabulary.roles import BESIDE, Asker, Role, reaches

MOST_PEOPLE = 32
"""A household, its guests, an installer and a maker; a file that grows for ever would be one more flood."""
MOST_SIGN_INS = 64
"""Of each person: phones, browsers and scripts. The one that was used longest ago makes room."""
DAY_S = 86_400
IDLE_S = 30 * DAY_S
"""Who looks once a month stays signed in; a phone that was sold does not for long."""
LONGEST_S = 180 * DAY_S
"""A stolen cookie that is used every day is worth no more than half a year."""
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 128
"""NIST SP 800-63B-4, 3.1.1.2: eight at least, no rules of composition, long phrases welcome."""
LONGEST_NAME = 32
LONGEST_CARD = 20
"""OCPP's CiString20 for an idTag."""
FORMAT = 1
"""Of the file; a file of a later one is refused, not half understood."""

_FIRST_TRIED = """
password passwort password1 passwort1 password12 password123 passw0rd p@ssw0rd p@ssword geheim123 qwertyui
qwertyuiop qwerty12 qwerty123 qwertz12 qwertz123 qwertzui asdfghjk asdfghjkl yxcvbnm1 1q2w3e4r 1q2w3e4r5t
1qaz2wsx zaq12wsx q1w2e3r4 qwer1234 asdf1234 abcd1234 abc12345 abc123456 12341234 11223344 12344321
123123123 147258369 iloveyou iloveyou1 sunshine princess football baseball superman trustno1 starwars
whatever changeme changeme1 letmein1 letmein123 welcome1 welcome123 willkommen benvenuto ciaociao hallo123
hallohallo schatz123 juventus francesco alessandro computer internet admin123 admin1234 administrator
installer operator manufacturer charging charger1 evcharger wallbox1 wallbox123 ladestation elektroauto
pilotline pilotline1
"""
"""As everywhere; runs and repetitions are told without a list."""
_WORST = frozenset(_FIRST_TRIED.split())
_DIGITS_IN_A_ROW = "12345678901234567890"
_DIGITS = string.digits + string.punctuation + " "


_HASH = r"^\$argon2id\$v=19\$m=[0-9]{4,5},t=[0-9],p=[0-9]\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$"
"""No costlier than 98 MiB: a file that asks for more is damaged, and must not take the station's memory."""


class PeopleError(RefusedError):
    """What the rules of people do not allow; the message is a sentence that says what to do."""


class UnknownPersonError(PeopleError):
    """There is nobody of that name."""


class AlreadySetUpError(PeopleError):
    """The first person has been made before."""


class DamagedError(ValueError):
    """The file is there and is not a book; the message is a sentence."""


class Person(msgspec.Struct, frozen=True):
    """Somebody with a password; ``hash`` is argon2id's text, ``card`` may be empty."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)]
    role: Role
    hash: Annotated[str, msgspec.Meta(pattern=_HASH, max_length=256)]
    card: Annotated[str, msgspec.Meta(max_length=LONGEST_CARD)] = ""


class SignIn(msgspec.Struct, frozen=True):
    """One browser of one person; ``begun`` and ``seen`` are UTC seconds, 0 while the clock is unknown."""

    person: str
    begun: int
    seen: int


class Book(msgspec.Struct, frozen=True):
    """All people by their folded names, and all sign-ins by the SHA-256 of their tokens."""

    people: dict[str, Person] = {}
    sign_ins: dict[str, SignIn] = {}

    @property
    def is_set_up(self) -> bool:
        """Whether anybody has a password."""
        return bool(self.people)

    def person(self, name: str) -> Person | None:
        return self.people.get(folded(name))

    def known(self, name: str) -> Person:
        """Raises UnknownPersonError."""
        person = self.person(name)
        if person is None:
            raise UnknownPersonError(refusals.NOBODY.of())
        return person

    def who(self, token: str, utc: int | None) -> Person | None:
        """Whose browser this token is, as long as it is signed in."""
        found = self.sign_ins.get(digest(token))
        if found is None or is_over(found, utc):
            return None
        return self.people.get(found.person)

    def signed_in(self, name: str, utc: int | None) -> int:
        """In how many browsers."""
        return sum(each.person == folded(name) and not is_over(each, utc) for each in self.sign_ins.values())


class _File(msgspec.Struct):
    format: int
    people: list[Person]
    sign_ins: dict[str, SignIn]


def encode(book: Book) -> bytes:
    """As the file has it, for eyes too."""
    text = msgspec.json.encode(_File(FORMAT, [*book.people.values()], book.sign_ins))
    return msgspec.json.format(text, indent=1) + b"\n"


def decode(data: bytes | None) -> Book:
    """The book in a file, an empty one where there is none. Raises DamagedError."""
    if data is None:
        return Book()
    try:
        file = msgspec.json.decode(data, type=_File)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedError(f"it is not a list of people ({error})") from None
    if file.format != FORMAT:
        raise DamagedError(f"its format is {file.format}, and this version knows {FORMAT}")
    people = {folded(each.name): each for each in file.people}
    if len(people) != len(file.people) or any(each.role not in BESIDE for each in file.people):
        raise DamagedError("a name stands in it twice, or a role that no person has")
    if len(people) > MOST_PEOPLE:
        raise DamagedError(f"it has more than {MOST_PEOPLE} people")
    return Book(people, {token: each for token, each in file.sign_ins.items() if each.person in people})


# --- names, passwords, tokens ---


def folded(name: str) -> str:
    """Anna, anna and ANNA are one person."""
    return unicodedata.normalize("NFC", name).strip().casefold()


def check_name(name: str) -> str:
    """The name as it is kept. Raises PeopleError."""
    name = unicodedata.normalize("NFC", name).strip()
    allowed = all(each.isalnum() or each in " .-_@+'" for each in name)
    if not name or len(name) > LONGEST_NAME or not allowed or name in (".", ".."):
        raise PeopleError(refusals.PERSON_NAME.of(most=LONGEST_NAME))
    return name


def check_card(card: str) -> str:
    """The card's number as it is kept; an empty one is none. Raises PeopleError."""
    card = card.strip()
    if len(card) > LONGEST_CARD or not card.isascii() or not all(map(str.isprintable, card)):
        raise PeopleError(refusals.PERSON_CARD.of(most=LONGEST_CARD))
    return card


def normal(password: str) -> str:
    """The same password from every keyboard, however it composes an umlaut."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str, name: str) -> str:
    """The password as it is hashed. Raises PeopleError, whose sentence does not repeat it."""
    password = normal(password)
    if len(password) < SHORTEST_PASSWORD:
        raise PeopleError(refusals.PASSWORD_SHORT.of(least=SHORTEST_PASSWORD))
    if len(password) > LONGEST_PASSWORD:
        raise PeopleError(refusals.PASSWORD_LONG.of(most=LONGEST_PASSWORD))
    if not all(map(str.isprintable, password)):
        raise PeopleError(refusals.PASSWORD_SIGN.of())
    low = password.casefold()
    if low == folded(name) or low.strip(_DIGITS) == folded(name).strip(_DIGITS) != "":
        raise PeopleError(refusals.PASSWORD_NAME.of())
    if low in _WORST or _is_monotonous(low):
        raise PeopleError(refusals.PASSWORD_COMMON.of())
    return password


def _is_monotonous(password: str) -> bool:
    """Two signs alone, or one run up or down: aaaaaaaa, 12121212, 12345678, hgfedcba."""
    steps = {ord(after) - ord(before) for before, after in pairwise(password)}
    return len(set(password)) <= 2 or steps in ({1}, {-1}) or password in _DIGITS_IN_A_ROW


def new_token() -> str:
    """256 bits nobody can guess, as text for a cookie."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """How a token is kept: who reads the file cannot sign in with what he reads."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


# --- sign-ins ---


def is_over(sign_in: SignIn, utc: int | None) -> bool:
    """Whether it has expired. A clock that is unknown, or was wrong, ends nothing."""
    if utc is None or not sign_in.begun:
        return False
    return utc - sign_in.seen > IDLE_S or utc - sign_in.begun > LONGEST_S


def sign_in(book: Book, person: Person, token: str, utc: int | None) -> Book | None:
    """The book with one more sign-in, or None if this person has changed since the password was compared."""
    key = folded(person.name)
    now = book.people.get(key)
    if now is None or now.hash != person.hash:
        return None
    kept = {each: found for each, found in book.sign_ins.items() if not is_over(found, utc)}
    own = sorted((found.seen, each) for each, found in kept.items() if found.person == key)
    for _, oldest in own[: max(0, len(own) - MOST_SIGN_INS + 1)]:
        del kept[oldest]
    kept[digest(token)] = SignIn(key, utc or 0, utc or 0)
    return Book(book.people, kept)


def is_stale(book: Book, token: str, utc: int | None) -> bool:
    """Whether it should be written down that this browser was seen: once a day is enough."""
    found = book.sign_ins.get(digest(token))
    return found is not None and utc is not None and abs(utc - found.seen) > DAY_S


def touch(book: Book, token: str, utc: int | None) -> Book:
    """Seen now. One that began while the clock was unknown, or ahead, begins now."""
    key = digest(token)
    found = book.sign_ins.get(key)
    if found is None or utc is None or is_over(found, utc):
        return book
    begun = utc if not found.begun or found.begun > utc + DAY_S else found.begun
    return Book(book.people, {**book.sign_ins, key: SignIn(found.person, begun, utc)})


def sign_out(book: Book, token: str) -> Book:
    """This browser alone."""
    key = digest(token)
    return Book(book.people, {each: found for each, found in book.sign_ins.items() if each != key})


def sign_out_everywhere(book: Book, name: str, but: str | None = None) -> Book:
    """All browsers of this person, but the one with this token."""
    key, kept = folded(name), None if but is None else digest(but)
    sign_ins = {each: found for each, found in book.sign_ins.items() if found.person != key or each == kept}
    return Book(book.people, sign_ins)


# --- people ---


def first(book: Book, name: str, hash_: str) -> Book:
    """The first person of all, an operator. Raises PeopleError."""
    if book.is_set_up:
        raise AlreadySetUpError(refusals.ALREADY_SET_UP.of())
    person = Person(check_name(name), Role.OPERATOR, hash_)
    return Book({folded(name): person}, {})


def add(book: Book, by: Asker, person: Person) -> Book:
    """One more person. Raises PeopleError."""
    _check_role(by, person.role)
    if not book.is_set_up and not reaches(person.role, Role.OPERATOR):
        raise PeopleError(refusals.FIRST_ROLE.of())
    name, card = check_name(person.name), check_card(person.card)
    if book.person(name) is not None:
        raise PeopleError(refusals.PERSON_THERE.of())
    if len(book.people) >= MOST_PEOPLE:
        raise PeopleError(refusals.PEOPLE_FULL.of(most=MOST_PEOPLE))
    fresh = Person(name, person.role, person.hash, card)
    return Book({**book.people, folded(name): fresh}, book.sign_ins)


def change(
    book: Book,
    by: Asker,
    name: str,
    *,
    role: Role | None = None,
    hash_: str | None = None,
    card: str | None = None,
) -> Book:
    """Somebody's role, password or card. A new password ends all his sign-ins.

    Raises PeopleError.
    """
    person = book.known(name)
    _check_above(by, person)
    if role is not None:
        _check_role(by, role)
    changed = Person(
        person.name,
        person.role if role is None else role,
        person.hash if hash_ is None else hash_,
        person.card if card is None else check_card(card),
    )
    after = Book({**book.people, folded(name): changed}, book.sign_ins)
    _check_somebody_answers(book, after)
    return after if hash_ is None else sign_out_everywhere(after, name)


def set_own_password(book: Book, name: str, old: str, new: str, token: str | None) -> Book:
    """``old`` and ``new`` are hashes: the old one as it was when the password was compared."""
    person = book.known(name)
    if person.hash != old:
        raise PeopleError(refusals.PASSWORD_CHANGED.of())
    changed = Person(person.name, person.role, new, person.card)
    return sign_out_everywhere(Book({**book.people, folded(name): changed}, book.sign_ins), name, but=token)


def remove(book: Book, by: Asker, name: str) -> Book:
    """Raises PeopleError."""
    person = book.known(name)
    _check_above(by, person)
    people = {key: each for key, each in book.people.items() if key != folded(name)}
    after = sign_out_everywhere(Book(people, book.sign_ins), name)
    _check_somebody_answers(book, after)
    return after


def _check_role(by: Asker, role: Role) -> None:
    if role not in BESIDE:
        raise PeopleError(refusals.PERSON_ROLE.of())
    if not reaches(by.role, role):
        raise PeopleError(refusals.ROLE_ABOVE.of(role=by.role.value))


def _check_above(by: Asker, person: Person) -> None:
    if not reaches(by.role, person.role):
        raise PeopleError(refusals.PERSON_ABOVE.of(name=person.name, role=person.role.value))


def _check_somebody_answers(before: Book, after: Book) -> None:
    if _answerable(before) and not _answerable(after):
        raise PeopleError(refusals.LAST_OPERATOR.of())


def _answerable(book: Book) -> Mapping[str, Person]:
    return {key: each for key, each in book.people.items() if reaches(each.role, Role.OPERATOR)}
