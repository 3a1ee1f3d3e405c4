"""The door of the page: who comes in as whom, kept in a file that ``pilotline people`` may change too.

It decides nothing about roles and passwords (``people.py`` does) and speaks no HTTP (``reception.py`` does).
What waits for a disk or computes a hash runs in a thread; who waits for a hash is counted.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

from pilotline.drivers.passwords import NOBODYS, fits, hash_password
from pilotline.drivers.people_file import KeptFileError, Mark
from pilotline.links.operations import LOCAL
from pilotline.panel import people
from pilotline.panel.people import Book, DamagedError, PeopleError, Person
from pilotline.panel.tries import Tries
from pilotline.vocabulary.refusals import ALREADY_SET_UP, FIRST_HERE, OWN_PASSWORD, Refusal
from pilotline.vocabulary.roles import Asker, Role, too_little
from pilotline.vocabulary.sentences import Words

HASHES_AT_ONCE = 2
"""19 MiB each."""
MOST_WAITING = 16
"""For a hash; more are told to come again."""
LOOK_EVERY_S = 2.0
"""How long a change by ``pilotline people`` may go unnoticed."""

T = TypeVar("T")

SIGN_IN = "Sign in first."
NOT_YOURS = "That is not your password as it is now; try again."
SET_UP = "Nobody can sign in yet: set a password for the first person."
WRONG = (
    "This name and this password do not belong together; try again, or ask an operator for a new password."
)


class DoorError(Exception):
    """Somebody is not let in; the message is a sentence, ``code``, ``words`` and ``status`` are for HTTP."""

    def __init__(self, status: int, code: str, sentence: str, retry_s: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.words: Words = sentence.words if isinstance(sentence, Refusal) else {}
        self.retry_s = retry_s


class Visitor(NamedTuple):
    """Whoever asks: ``token`` is what his cookie says; https may come from another machine."""

    token: str | None
    https: bool = False


class Kept(Protocol):
    """A file of people, or what does as one."""

    def mark(self) -> Mark: ...

    def read(self) -> bytes | None: ...

    def change(self, decide: Callable[[bytes | None], tuple[bytes | None, T]]) -> T: ...


class Doors:
    """``note`` is told what the station's log is to keep, ``tell`` that somebody may have lost his seat."""

    def __init__(
        self,
        kept: Kept,
        *,
        is_open: bool,
        utc: Callable[[], datetime | None],
        now: Callable[[], float],
        note: Callable[[str, dict[str, str]], None],
        tell: Callable[[], None],
    ) -> None:
        self.is_open = is_open
        self._kept = kept
        self._utc = utc
        self._now = now
        self._note = note
        self._tell = tell
        self._book = Book()
        self._mark: Mark = None
        self._trouble: str | None = "The list of people has not been read yet."
        self._looked_at: float | None = None
        self._changing = asyncio.Lock()
        self._hashes = asyncio.Semaphore(HASHES_AT_ONCE)
        self._waiting = 0
        self._tries = Tries()

    # --- who is there ---

    async def look(self, *, afresh: bool = False) -> None:
        """Notice what somebody else has made of the file: every now and then, or now.

        While a slow disk takes a change, what was known before it is good enough.
        """
        if not afresh and (self._is_fresh() or (self._looked_at is not None and self._changing.locked())):
            return
        async with self._changing:
            if not afresh and self._is_fresh():
                return
            before = self._book
            await asyncio.to_thread(self._read_if_changed)
            self._looked_at = self._now()
        self._tell_who_lost(before)

    def _is_fresh(self) -> bool:
        return self._looked_at is not None and self._now() - self._looked_at < LOOK_EVERY_S

    def asker(self, visitor: Visitor) -> Asker | None:
        """In whose name this visitor asks, by what was last looked at."""
        person = self._person(visitor)
        if person is not None:
            return Asker(person.role, person.name, person.card)
        return LOCAL if self.is_open and not visitor.https else None

    async def let_in(self, visitor: Visitor, least: Role) -> Asker:
        """Raises DoorError."""
        await self.look()
        asker = self.asker(visitor)
        if asker is None:
            raise self._keeps_out()
        why = too_little(asker.role, least)
        if why is not None:
            raise DoorError(403, "role", why)
        await self._touch(visitor)
        return asker

    async def book(self) -> Book:
        """As it is now. Raises DoorError where it cannot be read."""
        await self.look(afresh=True)
        if self._trouble is not None and not self.is_open:
            raise DoorError(503, "people", self._trouble)
        return self._book

    def signed_in(self, name: str) -> int:
        """In how many browsers."""
        return self._book.signed_in(name, self._seconds())

    def _person(self, visitor: Visitor) -> Person | None:
        if visitor.token is None or self._trouble is not None:
            return None
        return self._book.who(visitor.token, self._seconds())

    def _keeps_out(self) -> DoorError:
        if self._trouble is not None:
            return DoorError(503, "people", self._trouble)
        if not self._book.is_set_up:
            return DoorError(401, "set_up", SET_UP)
        return DoorError(401, "sign_in", SIGN_IN)

    async def _touch(self, visitor: Visitor) -> None:
        """At most once a day for each browser; a disk that cannot take it costs nobody his seat."""
        token, utc = visitor.token, self._seconds()
        if token is None or not people.is_stale(self._book, token, utc):
            return
        self._book = people.touch(self._book, token, utc)
        with suppress(DoorError):
            await self._change(lambda book: (people.touch(book, token, utc), None))

    # --- coming and going ---

    async def first_person(self, visitor: Visitor, name: str, password: str) -> str:
        """Make the operator of a station that has nobody, and sign him in: his token."""
        if visitor.https:
            raise _refused(403, FIRST_HERE.of())
        if (await self.book()).is_set_up:
            raise _refused(409, ALREADY_SET_UP.of())
        hash_ = await self._hashed(password, name)
        await self._change(lambda book: (people.first(book, name, hash_), None))
        self._note("person_added", {"name": name, "role": Role.OPERATOR.value, "by": ""})
        return await self._signed_in(self._book.known(name), visitor)

    async def sign_in(self, visitor: Visitor, name: str, password: str) -> str:
        """The token of a new sign-in; that of the cookie before it ends."""
        book = await self.book()
        if not book.is_set_up:
            raise self._keeps_out()
        person = book.person(name)
        await self._compare(name, person, password)
        assert person is not None
        return await self._signed_in(person, visitor)

    async def sign_out(self, visitor: Visitor) -> None:
        token = visitor.token
        if token is not None:
            await self._change(lambda book: (people.sign_out(book, token), None))

    async def sign_out_everywhere(self, asker: Asker) -> None:
        await self._change(lambda book: (people.sign_out_everywhere(book, asker.name), None))

    async def _compare(self, name: str, person: Person | None, password: str) -> None:
        """Nothing in here takes longer, or says more, for a name that somebody has."""
        folded, now = people.folded(name), self._now()
        wait_s = self._tries.wait_s(folded, now)
        if wait_s:
            raise DoorError(429, "too_fast", f"Too many wrong passwords; try again in {wait_s} s.", wait_s)
        wrong = self._tries.begin(folded, now)
        hash_ = NOBODYS if person is None else person.hash
        right = len(password) <= people.LONGEST_PASSWORD and await self._in_turn(
            lambda: fits(people.normal(password), hash_)
        )
        if right and person is not None:
            self._tries.right(folded)
            return
        if wrong.bit_count() == 1:  # the first, the second, the fourth: a flood is no flood of notes
            known = person.name if person else ""  # what was typed may be a password in the wrong field
            self._note("person_failed", {"name": known, "count": str(wrong)})
        raise DoorError(401, "sign_in", WRONG)

    async def _compare_again(self, person: Person, password: str) -> None:
        """Of somebody who is signed in, and stays so whatever he types."""
        try:
            await self._compare(person.name, person, password)
        except DoorError as error:
            if error.status != 401:
                raise
            raise DoorError(403, "password", NOT_YOURS) from None

    async def _signed_in(self, person: Person, visitor: Visitor) -> str:
        token, before, utc = people.new_token(), visitor.token, self._seconds()

        def enter(book: Book) -> tuple[Book, bool]:
            after = people.sign_in(
                book if before is None else people.sign_out(book, before), person, token, utc
            )
            return (book, False) if after is None else (after, True)

        try:
            entered = await self._change(enter)
        except DoorError as error:
            if error.code != "disk":
                raise
            self._book, entered = enter(
                self._book
            )  # until the host's next start: a full disk locks nobody out
        if not entered:
            raise DoorError(401, "sign_in", WRONG)
        self._note("person_signed_in", {"name": person.name})
        return token

    # --- people ---

    async def add(self, asker: Asker, name: str, role: Role, password: str, card: str) -> None:
        hash_ = await self._hashed(password, name)
        await self._change(lambda book: (people.add(book, asker, Person(name, role, hash_, card)), None))
        self._note("person_added", {"name": name, "role": role.value, "by": asker.name})

    async def change(
        self,
        asker: Asker,
        name: str,
        *,
        role: Role | None = None,
        password: str | None = None,
        card: str | None = None,
    ) -> None:
        """Not one's own password: whoever finds a browser open could take it over without the old one."""
        if password is not None and asker.name and people.folded(asker.name) == people.folded(name):
            raise _refused(409, OWN_PASSWORD.of())
        hash_ = None if password is None else await self._hashed(password, name)
        await self._change(
            lambda book: (people.change(book, asker, name, role=role, hash_=hash_, card=card), None)
        )
        given = {"role": role, "password": password, "card": card}
        what = ", ".join(each for each, value in given.items() if value is not None)
        self._note("person_changed", {"name": name, "what": what, "by": asker.name})

    async def remove(self, asker: Asker, name: str) -> None:
        await self._change(lambda book: (people.remove(book, asker, name), None))
        self._note("person_removed", {"name": name, "by": asker.name})

    async def own_password(self, visitor: Visitor, old: str, new: str) -> None:
        """Whoever finds a browser open cannot take it over without the password there is."""
        person = self._person(visitor)
        if person is None:
            raise DoorError(401, "sign_in", SIGN_IN)
        await self._compare_again(person, old)
        hash_ = await self._hashed(new, person.name)
        name, before, token = person.name, person.hash, visitor.token
        await self._change(lambda book: (people.set_own_password(book, name, before, hash_, token), None))
        self._note("person_changed", {"name": name, "what": "password", "by": name})

    # --- hashes and the file ---

    async def _hashed(self, password: str, name: str) -> str:
        try:
            checked = people.check_password(password, people.check_name(name))
        except PeopleError as error:
            raise _refused(400, error.refusal) from None
        return await self._in_turn(lambda: hash_password(checked))

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._waiting >= MOST_WAITING:
            raise DoorError(429, "too_fast", "Too many people sign in at once; try again in a second.", 1)
        self._waiting += 1
        try:
            async with self._hashes:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1

    async def _change(self, step: Callable[[Book], tuple[Book, T]]) -> T:
        """What the file says then is what counts, whoever else has changed it. Raises DoorError."""
        async with self._changing:
            before = self._book
            try:
                value = await asyncio.to_thread(self._change_file, step)
            except PeopleError as error:
                raise _in_http(error) from None
            except KeptFileError as error:
                raise DoorError(503, "disk", str(error)) from None
            except DamagedError as error:
                raise DoorError(503, "people", damaged(self._kept, error)) from None
        self._tell_who_lost(before)
        return value

    def _tell_who_lost(self, before: Book) -> None:
        """Live lines ask again whether they still may; who has just come in is no reason to."""
        if before.sign_ins.keys() - self._book.sign_ins.keys():
            self._tell()

    def _change_file(self, step: Callable[[Book], tuple[Book, T]]) -> T:
        def decide(data: bytes | None) -> tuple[bytes | None, tuple[Book, T]]:
            before = people.decode(data)
            after, value = step(before)
            return (None if after == before else people.encode(after)), (after, value)

        self._book, value = self._kept.change(decide)
        self._mark, self._trouble = self._kept.mark(), None
        return value

    def _read_if_changed(self) -> None:
        try:
            mark = self._kept.mark()
            if self._trouble is None and mark == self._mark:
                return
            self._book, self._mark, self._trouble = people.decode(self._kept.read()), mark, None
        except KeptFileError as error:
            self._book, self._trouble = Book(), str(error)
        except DamagedError as error:
            self._book, self._trouble = Book(), damaged(self._kept, error)

    def _seconds(self) -> int | None:
        utc = self._utc()
        return None if utc is None else int(utc.timestamp())


def damaged(kept: object, error: DamagedError) -> str:
    """What to do about a file that is not a list of people."""
    path = getattr(kept, "path", "people.json")
    return (
        f"{path} is damaged: {error}. Nobody is let in until it is mended; move it away, and the station "
        "asks for its first person anew."
    )


def _in_http(error: PeopleError) -> DoorError:
    return _refused(404 if isinstance(error, people.UnknownPersonError) else 409, error.refusal)


def _refused(status: int, why: Refusal) -> DoorError:
    return DoorError(status, why.code, why)
