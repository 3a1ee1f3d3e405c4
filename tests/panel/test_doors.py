"""Who comes in at the page and as whom, over real HTTP, with a real file and real hashes."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from pilotline.panel import doors, people
from pilotline.panel.api import MAKERS
from pilotline.panel.entry import Entry
from pilotline.panel.lines import SIGNED_OUT
from pilotline.panel.people import DAY_S, IDLE_S
from pilotline.vocabulary.files import Blob
from pilotline.vocabulary.roles import BESIDE, Asker, Role, reaches
from support.panel import FakePort, Served, picture, served, until_closed

PASSWORD = "korrektes Pferd 7"
OTHER = "another horse 8"
START = datetime(2027, 1, 15, tzinfo=UTC)


class Clock:
    """The station's wall clock, as a test sets it."""

    def __init__(self) -> None:
        self.now: datetime | None = START

    def __call__(self) -> datetime | None:
        return self.now

    def later(self, seconds: int) -> None:
        assert self.now is not None
        self.now = datetime.fromtimestamp(self.now.timestamp() + seconds, UTC)


def token_of(cookies: httpx.Cookies) -> str:
    """What the one cookie there is says."""
    (token,) = cookies.values()
    return token


class House:
    """A panel with people: ``browser`` is one more of them, with cookies of its own."""

    def __init__(self, panel: Served, file: Path, clock: Clock) -> None:
        self.panel = panel
        self.file = file
        self.clock = clock
        self.port = panel.port
        self._browsers: list[httpx.AsyncClient] = []

    def browser(self, **headers: str) -> httpx.AsyncClient:
        found = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.panel.number}", timeout=20, headers=headers
        )
        self._browsers.append(found)
        return found

    async def first(self) -> httpx.AsyncClient:
        """Anna, the first person, signed in."""
        anna = self.browser()
        answer = await anna.post("/api/first-person", json={"name": "Anna", "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return anna

    async def add(self, name: str, role: str, card: str = "") -> httpx.AsyncClient:
        """Another person, added behind the station's back, signed in."""
        self.write(name, Role(role), card)
        return await self.sign_in(name)

    def write(self, name: str, role: Role, card: str = "") -> None:
        by = Asker(Role.MANUFACTURER)
        book = people.decode(self.file.read_bytes())
        hash_ = book.known("Anna").hash  # the same password for all
        self.file.write_bytes(people.encode(people.add(book, by, people.Person(name, role, hash_, card))))

    async def sign_in(self, name: str, password: str = PASSWORD) -> httpx.AsyncClient:
        browser = self.browser()
        answer = await browser.post("/api/sign-in", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.text
        return browser

    def cookie(self, token: str) -> dict[str, str]:
        """The header of a browser that this station has given this token."""
        return {"Cookie": f"pilotline-{self.panel.number}={token}"}

    async def aclose(self) -> None:
        for each in self._browsers:
            await each.aclose()


@asynccontextmanager
async def open_house(
    folder: Path, port: FakePort | None = None, *, is_open: bool = False, **more: Any
) -> AsyncGenerator[House]:
    clock, file = Clock(), folder / "people.json"
    async with served(port, Entry(is_open, str(file)), utc=clock, **more) as panel:
        found = House(panel, file, clock)
        try:
            yield found
        finally:
            await found.aclose()


def play(
    folder: Path,
    story: Callable[[House], Coroutine[Any, Any, None]],
    port: FakePort | None = None,
    **more: Any,
) -> None:
    """Run a story on a panel with people of its own."""

    async def run() -> None:
        async with open_house(folder, port, **more) as found:
            await story(found)

    asyncio.run(run())


def refused(answer: httpx.Response, status: int, code: str) -> str:
    """The sentence of a refusal of this kind."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.json()["error"].endswith(".")
    return answer.json()["error"]


# --- the first person ---


@pytest.mark.requirement("M-14")
def test_a_fresh_station_asks_for_its_first_person_and_does_nothing_else(tmp_path: Path) -> None:
    """No default password exists; whoever sets one is the operator, signed in, and no second one can."""

    async def story(house: House) -> None:
        client = house.browser()
        me = (await client.get("/api/me")).json()
        assert (me["name"], me["role"], me["open"], me["set_up"]) == (None, None, False, False)
        for way, path in [
            ("GET", "/api/picture"),
            ("POST", "/api/operations/status"),
            ("GET", "/api/people"),
            ("GET", "/api/files/sessions.csv"),
            ("POST", "/api/sign-in"),
            ("GET", "/api/bench"),
        ]:
            answer = await client.request(
                way, path, json={"name": "x", "password": "y"} if "sign" in path else {}
            )
            refused(answer, 401, "set_up")
        assert (await client.get("/")).status_code == 200
        anna = await house.first()
        me = (await anna.get("/api/me")).json()
        assert (me["name"], me["role"], me["set_up"], me["https"]) == ("Anna", "operator", True, False)
        again = await client.post("/api/first-person", json={"name": "Eve", "password": OTHER})
        refused(again, 409, "already_set_up")
        refused(await client.post("/api/operations/status", json={}), 401, "sign_in")
        assert house.port.askers == [each for each in house.port.askers if each.role is Role.OPERATOR]

    play(tmp_path, story)


@pytest.mark.parametrize("password", ["short", "password", "Anna", "Anna12345", "12345678"])
def test_a_weak_first_password_is_refused_at_its_field(tmp_path: Path, password: str) -> None:
    """400, in a sentence that does not repeat it; nothing is written."""

    async def story(house: House) -> None:
        answer = await house.browser().post("/api/first-person", json={"name": "Anna", "password": password})
        sentence = refused(answer, 400, answer.json()["code"])
        assert answer.json()["code"].startswith("password_")
        assert "password" in sentence
        assert not house.file.exists()

    play(tmp_path, story)


def test_of_two_who_are_first_at_once_one_is(tmp_path: Path) -> None:
    """The file decides."""

    async def story(house: House) -> None:
        tries = [
            house.browser().post("/api/first-person", json={"name": name, "password": PASSWORD})
            for name in ("Anna", "Eve")
        ]
        assert sorted(answer.status_code for answer in await asyncio.gather(*tries)) == [200, 409]
        assert len(people.decode(house.file.read_bytes()).people) == 1

    play(tmp_path, story)


def test_many_who_come_at_once_to_a_fresh_start_are_all_told_the_same(tmp_path: Path) -> None:
    """The list is read at the first visit, and a page asks for many things in that moment."""

    async def before(house: House) -> None:
        await house.first()

    async def story(house: House) -> None:
        clients = [house.browser() for _ in range(12)]
        answers = await asyncio.gather(*(each.get("/api/picture") for each in clients))
        assert {(each.status_code, each.json()["code"]) for each in answers} == {(401, "sign_in")}

    play(tmp_path, before)
    play(tmp_path, story)


# --- cookies ---


def test_the_cookie_is_for_this_page_alone_and_the_file_for_its_owner(tmp_path: Path) -> None:
    """No script reads it and no other site's request bears it; nobody else may read hashes."""

    async def story(house: House) -> None:
        answer = await house.browser().post("/api/first-person", json={"name": "Anna", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert re.match(rf"pilotline-{house.panel.number}=[\w-]{{43}};", cookie)
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=strict", "path=/"} <= parts
        assert "secure" not in parts  # plain http on loopback
        assert not any(part.startswith("domain") for part in parts)
        assert house.file.stat().st_mode & 0o777 == 0o600
        assert PASSWORD not in house.file.read_text()
        assert token_of(answer.cookies) not in house.file.read_text()

    play(tmp_path, story)


@pytest.mark.parametrize("cookie", ["x", "a" * 43, '""', "%00", "; ;", "é", "a" * 4000, "[]"])
def test_a_cookie_of_another_life_is_none(tmp_path: Path, cookie: str) -> None:
    """401, whatever is in it."""

    async def story(house: House) -> None:
        await house.first()
        client, header = house.browser(), house.cookie(cookie)["Cookie"].encode("latin-1")
        answer = await client.get("/api/picture", headers={b"cookie": header})
        refused(answer, 401, "sign_in")

    play(tmp_path, story)


def test_a_cookie_lasts_from_one_start_to_the_next_and_ends_when_it_is_old(tmp_path: Path) -> None:
    """A power cut signs nobody out; a month without a visit does."""
    token = ""

    async def before(house: House) -> None:
        nonlocal token
        token = token_of((await house.first()).cookies)

    async def after(house: House) -> None:
        client = house.browser(**house.cookie(token))
        house.clock.later(IDLE_S - DAY_S)
        assert (await client.get("/api/me")).json()["name"] == "Anna"
        assert (await client.get("/api/picture")).status_code == 200
        seen = people.decode(house.file.read_bytes()).sign_ins
        assert [each.seen for each in seen.values()] == [int(START.timestamp()) + IDLE_S - DAY_S]
        house.clock.later(IDLE_S + 1)
        refused(await client.get("/api/picture"), 401, "sign_in")
        assert (await client.get("/api/me")).json()["name"] is None

    play(tmp_path, before)
    play(tmp_path, after)


def test_a_browser_that_signs_in_anew_leaves_no_seat_behind(tmp_path: Path) -> None:
    """The cookie it had is worth nothing any more."""

    async def story(house: House) -> None:
        anna = await house.first()
        old = token_of(anna.cookies)
        assert (
            await anna.post("/api/sign-in", json={"name": "anna", "password": PASSWORD})
        ).status_code == 200
        stale = house.browser(**house.cookie(old))
        refused(await stale.get("/api/picture"), 401, "sign_in")

    play(tmp_path, story)


def test_two_stations_of_one_machine_sign_nobody_out_of_the_other(tmp_path: Path) -> None:
    """A browser sends the cookies of 127.0.0.1 to all its ports; each station knows its own by the name."""

    async def story(house: House) -> None:
        anna = await house.first()
        async with open_house(tmp_path / "neighbour") as other:
            sent = f"{_cookie(anna)['Cookie']}; {_cookie(await other.first())['Cookie']}"
            for each in (house, other):
                assert (await each.browser(Cookie=sent).get("/api/me")).json()["name"] == "Anna"
            out = await other.browser(Cookie=sent).post("/api/sign-out", json={})
            assert out.headers["set-cookie"].startswith(f'pilotline-{other.panel.number}="";')
            assert (await house.browser(Cookie=sent).get("/api/me")).json()["name"] == "Anna"
            assert (await other.browser(Cookie=sent).get("/api/me")).json()["name"] is None

    (tmp_path / "neighbour").mkdir()
    play(tmp_path, story)


@pytest.mark.parametrize(
    ("host", "name"),
    [("127.0.0.1", "pilotline-80"), ("localhost:8123", "pilotline-8123"), ("[::1]", "pilotline-80")],
)
def test_a_cookie_is_named_after_the_port_that_the_browser_has(tmp_path: Path, host: str, name: str) -> None:
    """Through a tunnel it is not the station's own."""

    async def story(house: House) -> None:
        who = {"name": "Anna", "password": PASSWORD}
        answer = await house.browser(Host=host).post("/api/first-person", json=who)
        assert answer.headers["set-cookie"].startswith(f"{name}=")

    play(tmp_path, story)


# --- passwords ---


@pytest.mark.requirement("M-14")
def test_ones_own_password_is_changed_with_the_old_one_alone(tmp_path: Path) -> None:
    """Whoever finds an operator's browser open does not own the station for that."""

    async def story(house: House) -> None:
        anna = await house.first()
        before = house.file.read_bytes()
        answer = await anna.patch("/api/people/ANNA", json={"password": OTHER, "card": "04A1"})
        refused(answer, 409, "own_password")
        assert "/api/my-password" in answer.json()["error"]
        assert house.file.read_bytes() == before
        assert (await anna.patch("/api/people/Anna", json={"card": "04A1"})).status_code == 200
        body = {"old": PASSWORD, "new": OTHER}
        assert (await anna.post("/api/my-password", json=body)).status_code == 200
        assert (await house.sign_in("Anna", OTHER)).cookies

    play(tmp_path, story)


@pytest.mark.requirement("M-14")
def test_an_unknown_name_and_a_wrong_password_are_answered_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One status, one sentence, one comparison of the same cost, one delay."""
    compared: list[str] = []
    real = doors.fits

    def fits(password: str, hash_: str) -> bool:
        compared.append(hash_[:30])
        return real(password, hash_)

    monkeypatch.setattr(doors, "fits", fits)

    async def story(house: House) -> None:
        await house.first()
        answers = {
            name: [
                await house.browser().post("/api/sign-in", json={"name": name, "password": OTHER})
                for _ in range(5)
            ]
            for name in ("Anna", "Nobody")
        }
        shown = {name: [(each.status_code, each.text) for each in row] for name, row in answers.items()}
        assert shown["Anna"] == shown["Nobody"]
        assert [status for status, _ in shown["Anna"]] == [401, 401, 401, 429, 429]
        assert len(compared) == 6
        assert len(set(compared)) == 1  # the same parameters
        late = answers["Nobody"][-1]
        assert refused(late, 429, "too_fast").startswith("Too many wrong passwords")
        assert late.json()["retry_s"] == 1

    play(tmp_path, story)


def test_failures_are_noted_with_their_number_and_no_secret(tmp_path: Path) -> None:
    """Not one by one; and a name nobody has is not repeated: it may be a password in the wrong field."""

    async def story(house: House) -> None:
        await house.first()
        for name in ("Anna", "Anna", "Anna", PASSWORD):
            await house.browser().post("/api/sign-in", json={"name": name, "password": OTHER})
        assert house.port.noted == [
            ("person_added", {"name": "Anna", "role": "operator", "by": ""}),
            ("person_signed_in", {"name": "Anna"}),
            ("person_failed", {"name": "Anna", "count": "1"}),
            ("person_failed", {"name": "Anna", "count": "2"}),
            ("person_failed", {"name": "", "count": "1"}),
        ]

    play(tmp_path, story)


def test_a_flood_of_sign_ins_takes_two_hashes_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two at once, so many waiting, the rest told to come again; and the panel answers others meanwhile."""
    at_once, most = [0], [0]

    def fits(_password: str, _hash: str) -> bool:
        import time  # noqa: PLC0415

        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        time.sleep(0.05)
        at_once[0] -= 1
        return False

    async def story(house: House) -> None:
        anna = await house.first()
        monkeypatch.setattr(doors, "fits", fits)
        flood = [
            asyncio.create_task(
                house.browser().post("/api/sign-in", json={"name": f"n{number}", "password": OTHER})
            )
            for number in range(30)
        ]
        assert (await anna.get("/api/picture")).status_code == 200
        codes = [(await each).status_code for each in flood]
        assert set(codes) == {401, 429}
        assert most[0] <= doors.HASHES_AT_ONCE

    play(tmp_path, story)


def test_one_changes_ones_own_password_with_the_one_there_is(tmp_path: Path) -> None:
    """This browser stays signed in, all others of this person are signed out, nobody else is."""

    async def story(house: House) -> None:
        anna = await house.first()
        ben, bens_phone = await house.add("Ben", "user"), await house.sign_in("Ben")
        wrong = await ben.post("/api/my-password", json={"old": OTHER, "new": "yet another 9"})
        refused(wrong, 403, "password")
        weak = await ben.post("/api/my-password", json={"old": PASSWORD, "new": "ben"})
        refused(weak, 400, weak.json()["code"])
        assert weak.json()["code"].startswith("password_")
        assert (await ben.post("/api/my-password", json={"old": PASSWORD, "new": OTHER})).json()[
            "name"
        ] == "Ben"
        assert (await ben.get("/api/picture")).status_code == 200
        refused(await bens_phone.get("/api/picture"), 401, "sign_in")
        assert (await anna.get("/api/picture")).status_code == 200
        await house.sign_in("Ben", OTHER)

    play(tmp_path, story)


def test_secrets_reach_no_answer_and_no_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A planted password, sent in every field and in every wrong way, comes back nowhere."""
    planted = "planted-Geheimnis-42"
    bodies: list[bytes] = [
        json.dumps(body).encode()
        for body in (
            {"name": "Anna", "password": planted}, {"name": planted, "password": planted}, {"name": planted},
            {"name": "Anna", "password": [planted]}, {"name": 1, "password": planted, "old": planted},
            {"old": planted, "new": planted}, {"name": "x", "role": planted, "password": planted},
            {"name": "x", "role": "user", "password": planted, "card": planted * 3},
        )
    ] + [f'{{"password": "{planted}'.encode(), planted.encode()]  # fmt: skip

    async def story(house: House) -> None:
        caplog.set_level(logging.DEBUG)
        anna, said = await house.first(), list[str]()
        for browser in (house.browser(), anna):
            for path in ("sign-in", "first-person", "my-password", "people", "sign-out"):
                for body in bodies:
                    headers = {"content-type": "application/json"}
                    said.append((await browser.post(f"/api/{path}", content=body, headers=headers)).text)
        assert len(said) == 100
        told = "".join(said).replace('"name":"planted', "") + str(house.port.noted) + house.file.read_text()
        assert planted not in told

    play(tmp_path, story)
    out = capfd.readouterr()
    assert planted not in out.out + out.err + caplog.text


# --- people and roles ---


@pytest.mark.requirement("M-14")
@pytest.mark.parametrize("role", BESIDE)
def test_every_operation_is_refused_to_whom_its_row_does_not_name(tmp_path: Path, role: Role) -> None:
    """403 for every word above the role, and every other is asked in the name of who asks."""

    async def story(house: House) -> None:
        await house.first()
        client = await house.add("Ben", role.value, "04A1")
        for word, row in house.port.operations.items():
            if word in MAKERS:
                continue
            house.port.askers.clear()
            answer = await client.post(f"/api/operations/{word}", json={})
            if reaches(role, row.least):
                assert answer.status_code in (200, 400), word
                assert house.port.askers in ([], [Asker(role, "Ben", "04A1")])
            else:
                sentence = refused(answer, 403, "role")
                assert (
                    sentence == f"This needs the role {row.least.value}; you are signed in as {role.value}."
                )
                assert house.port.askers == []

    play(tmp_path, story)


@pytest.mark.requirement("M-14")
def test_operators_keep_the_list_of_people(tmp_path: Path) -> None:
    """Added, changed, removed; the answer is the list as it then is."""

    async def story(house: House) -> None:
        anna = await house.first()
        new = {"name": "Ben", "role": "guest", "password": OTHER, "card": "04A1"}
        listed = (await anna.post("/api/people", json=new)).json()
        assert listed == [
            {"name": "Anna", "role": "operator", "card": "", "signed_in": 1},
            {"name": "Ben", "role": "guest", "card": "04A1", "signed_in": 0},
        ]
        ben = await house.sign_in("Ben", OTHER)
        me = (await ben.get("/api/me")).json()
        assert (me["role"], me["card"]) == ("guest", "04A1")
        for way, path in (
            ("GET", "/api/people"),
            ("DELETE", "/api/people/Anna"),
            ("PATCH", "/api/people/Ben"),
        ):
            refused(await ben.request(way, path, json={"role": "operator"}), 403, "role")
        assert (await anna.patch("/api/people/ben", json={"role": "user"})).json()[1]["role"] == "user"
        assert (await ben.get("/api/me")).json()["role"] == "user"
        refused(await anna.patch("/api/people/ben", json={"role": "manufacturer"}), 409, "role_above")
        refused(await anna.patch("/api/people/nobody", json={"card": "1"}), 404, "nobody")
        refused(await anna.delete("/api/people/Anna"), 409, "last_operator")
        assert [row["name"] for row in (await anna.delete("/api/people/Ben")).json()] == ["Anna"]
        refused(await ben.get("/api/picture"), 401, "sign_in")
        kinds = [kind for kind, _ in house.port.noted[2:]]
        assert kinds == ["person_added", "person_signed_in", "person_changed", "person_removed"]

    play(tmp_path, story)


@pytest.mark.parametrize(
    "body",
    [
        {"role": 1},
        {"role": "king"},
        {"role": "backend"},
        {"card": 5},
        {"password": None, "colour": "red"},
        {"password": OTHER},
        [],
        "x",
    ],
)
def test_wrong_types_are_told_and_change_nothing(tmp_path: Path, body: Any) -> None:
    """400 or 409, in a sentence."""

    async def story(house: House) -> None:
        anna = await house.first()
        before = house.file.read_bytes()
        answer = await anna.patch("/api/people/Anna", json=body)
        assert answer.status_code in (400, 409)
        assert answer.json()["error"].endswith(".")
        assert house.file.read_bytes() == before

    play(tmp_path, story)


def test_two_who_change_one_key_are_both_told_the_truth(tmp_path: Path) -> None:
    """The last one wins, and each hears what his own wish has become."""
    keys: dict[str, str] = {}

    async def answer(word: str, args: Any) -> Any:
        if word == "config_set":
            await asyncio.sleep(0)
            keys[args["key"]] = str(args["value"])
            return "Accepted"
        return dict(keys) if word == "config_get" else None

    async def story(house: House) -> None:
        anna = await house.first()
        ben = await house.add("Ben", "operator")
        wishes = [
            client.post("/api/operations/config_set", json={"key": "HeartbeatInterval", "value": value})
            for client, value in ((anna, 10), (ben, 20))
        ]
        assert [each.json()["value"] for each in await asyncio.gather(*wishes)] == ["Accepted", "Accepted"]
        seen = [
            (await each.post("/api/operations/config_get", json={})).json()["value"] for each in (anna, ben)
        ]
        assert seen[0] == seen[1] == keys
        names = [asker.name for asker in house.port.askers if asker.name]
        assert {"Anna", "Ben"} <= set(names)

    play(tmp_path, story, FakePort(answer=answer))


def test_what_pilotline_people_does_is_noticed_while_the_station_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person removed from the file is out within a moment, one added is in at once."""
    monkeypatch.setattr(doors, "LOOK_EVERY_S", 0.01)

    async def story(house: House) -> None:
        anna = await house.first()
        ben = await house.add("Ben", "user")
        book = people.decode(house.file.read_bytes())
        house.file.write_bytes(people.encode(people.remove(book, Asker(Role.MANUFACTURER), "Ben")))
        await asyncio.sleep(0.05)  # looked at no more often
        refused(await ben.get("/api/picture"), 401, "sign_in")
        assert (await anna.get("/api/picture")).status_code == 200

    play(tmp_path, story)


@pytest.mark.parametrize("damage", [b"", b"{", b"{}", b'{"format": 1}', b"\xff\xfe"])
def test_a_damaged_list_lets_nobody_in(tmp_path: Path, damage: bytes) -> None:
    """503 with what to do, no first person, and the file is left as it is for whoever can mend it."""
    (tmp_path / "people.json").write_bytes(damage)

    async def story(house: House) -> None:
        client = house.browser()
        for way, path in (("GET", "/api/me"), ("GET", "/api/picture"), ("POST", "/api/operations/status")):
            sentence = refused(await client.request(way, path, json={}), 503, "people")
            assert "is damaged: " in sentence
            assert "move it away" in sentence
        for path in ("first-person", "sign-in"):
            answer = await client.post(f"/api/{path}", json={"name": "Eve", "password": PASSWORD})
            refused(answer, 503, "people")
        assert house.file.read_bytes() == damage

    play(tmp_path, story)


def test_a_full_disk_does_not_lock_out_who_has_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """He has come to see what is wrong; his sign-in lasts until the host's next start."""

    async def story(house: House) -> None:
        await house.first()

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("pilotline.drivers.people_file.PeopleFile._replace", full)
        again = await house.sign_in("Anna")
        assert (await again.get("/api/picture")).status_code == 200
        add = await again.post("/api/people", json={"name": "B", "role": "user", "password": OTHER})
        assert "no space left" in refused(add, 503, "disk")

    play(tmp_path, story)


def test_an_open_station_lets_everybody_on_this_machine_in(tmp_path: Path) -> None:
    """As operator, without a name; who signs in is who he is."""

    async def story(house: House) -> None:
        client = house.browser()
        me = (await client.get("/api/me")).json()
        assert (me["name"], me["role"], me["open"], me["set_up"]) == (None, "operator", True, False)
        assert (await client.post("/api/operations/host_crash", json={})).status_code == 200
        await house.first()
        ben = await house.add("Ben", "guest")
        refused(await ben.post("/api/operations/host_crash", json={}), 403, "role")
        await ben.post("/api/sign-out", json={})
        assert (await ben.post("/api/operations/host_crash", json={})).status_code == 200

    play(tmp_path, story, is_open=True)


# --- other sites ---


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://localhost:3000", "sec-fetch-site": "same-site"},
        {"host": "evil.example"},
    ],
)
def test_another_site_gets_nothing_done_with_somebodys_cookie(
    tmp_path: Path, headers: dict[str, str]
) -> None:
    """403 before anybody is asked, whatever the browser sends along."""

    async def story(house: House) -> None:
        anna = await house.first()
        house.port.asked.clear()
        for way, path in (
            ("POST", "/api/operations/stop"), ("GET", "/api/picture"), ("POST", "/api/sign-out"),
            ("GET", "/api/files/support.zip"), ("DELETE", "/api/people/Anna"), ("GET", "//api/picture"),
        ):  # fmt: skip
            answer = await anna.request(way, path, headers=headers, json={})
            assert answer.status_code in (403, 404), path
            assert answer.json()["code"] == "origin" or path.startswith("//")
        assert house.port.asked == []
        assert (await anna.get("/api/picture")).status_code == 200

    play(tmp_path, story)


@pytest.mark.parametrize("site", ["same-origin", "none", None])
def test_the_pages_own_requests_and_a_programs_are_served(tmp_path: Path, site: str | None) -> None:
    """A program sends neither header; an address that is typed comes from nowhere."""

    async def story(house: House) -> None:
        anna = await house.first()
        headers = {"origin": f"http://127.0.0.1:{house.panel.number}", "sec-fetch-site": site} if site else {}
        assert (await anna.post("/api/operations/status", headers=headers, json={})).status_code == 200

    play(tmp_path, story)


def test_a_link_from_another_site_opens_the_page(tmp_path: Path) -> None:
    """It is the interface that is closed to them, not the front door."""

    async def story(house: House) -> None:
        answer = await house.browser().get("/", headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 200

    play(tmp_path, story)


@pytest.mark.parametrize("told", [True, False])
def test_ten_megabytes_are_not_read(tmp_path: Path, told: bool) -> None:
    """413, by the length that is told or by what has come; and the panel goes on."""

    async def chunks() -> AsyncGenerator[bytes]:
        for _ in range(160):
            yield b" " * 65_536

    async def story(house: House) -> None:
        anna = await house.first()
        for path in ("sign-in", "people", "operations/config_set"):
            try:
                answer = await anna.post(
                    f"/api/{path}",
                    content=b" " * 10_485_760 if told else chunks(),
                    headers={"content-type": "application/json"},
                )
            except httpx.TransportError:
                continue  # it was cut off in the middle of its flood
            assert answer.status_code == 413, path
        assert (await anna.get("/api/picture")).status_code == 200

    play(tmp_path, story)


@pytest.mark.parametrize(
    "path",
    ["/api/people/..%2f..%2fetc%2fpasswd", "/api/people/%00", "/api/files/../people.json", "/people.json",
     "/api/files/..%2fpeople.json", "/api/files/sessions.csv/..", "/api/people/" + "a" * 5000, "/api//people",
     "/api/people/"],
)  # fmt: skip
def test_no_path_leads_anywhere_else(tmp_path: Path, path: str) -> None:
    """Whoever asks, and in whatever way: nothing of the data folder comes out."""

    async def story(house: House) -> None:
        anna = await house.first()
        for way in ("GET", "PATCH", "DELETE"):
            answer = await anna.request(way, path, json={})
            assert "argon2id" not in answer.text
            assert answer.status_code in (200, 400, 403, 404, 405, 409, 414, 431)
        assert (await anna.get("/api/me")).json()["name"] == "Anna"

    play(tmp_path, story)


# --- the live line ---


def _cookie(client: httpx.AsyncClient) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={token}" for name, token in client.cookies.items())}


def test_a_live_line_needs_somebody_signed_in(tmp_path: Path) -> None:
    """Closed with a code of its own, so that the page knows what to ask for."""

    async def story(house: House) -> None:
        anna = await house.first()
        async with house.panel.line() as line:
            assert await until_closed(line) == SIGNED_OUT
        async with house.panel.line(additional_headers=_cookie(anna)) as line:
            assert json.loads(await line.recv())["kind"] == "whole"

    play(tmp_path, story)


@pytest.mark.requirement("M-14")
@pytest.mark.parametrize("way", ["sign-out", "everywhere", "removed", "password", "by-hand", "expired"])
def test_who_is_signed_out_sees_nothing_more(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line that is open is closed, whoever ended the sign-in and however; the others' go on."""
    monkeypatch.setattr(doors, "LOOK_EVERY_S", 0.05)

    async def end(house: House, anna: httpx.AsyncClient, ben: httpx.AsyncClient) -> None:
        match way:
            case "sign-out":
                await ben.post("/api/sign-out", json={})
            case "everywhere":
                await (await house.sign_in("Ben")).post("/api/sign-out-everywhere", json={})
            case "removed":
                await anna.delete("/api/people/Ben")
            case "password":
                await anna.patch("/api/people/Ben", json={"password": OTHER})
            case "by-hand":
                book = people.decode(house.file.read_bytes())
                house.file.write_bytes(people.encode(people.remove(book, Asker(Role.MANUFACTURER), "Ben")))
            case _:
                house.clock.later(IDLE_S + 1)

    async def story(house: House) -> None:
        anna = await house.first()
        ben = await house.add("Ben", "guest")
        async with (
            house.panel.line(additional_headers=_cookie(ben)) as bens,
            house.panel.line(additional_headers=_cookie(anna)) as annas,
        ):
            await bens.recv()
            await annas.recv()
            await end(house, anna, ben)
            async with asyncio.timeout(10):
                assert await until_closed(bens) == SIGNED_OUT
            if way != "expired":
                house.panel.show(picture(queued=3))
                assert await _hears_a_change(annas)

    play(tmp_path, story, alive_s=0.1)


async def _hears_a_change(line: Any) -> bool:
    try:
        async with asyncio.timeout(10):
            while json.loads(await line.recv())["kind"] != "change":
                pass
    except (ConnectionClosed, TimeoutError):
        return False
    return True


# --- files ---


def test_downloads_come_with_a_name_and_are_kept_nowhere(tmp_path: Path) -> None:
    """Asked of the port in the name of who is signed in; a word that is not there is 404."""

    async def answer(word: str, args: Any) -> Any:
        return Blob("séssions;\n.csv", "text/csv", b"a,b\n") if word == "export" else None

    async def story(house: House) -> None:
        anna = await house.first()
        if "export" in house.port.operations:
            found = await anna.get("/api/files/sessions.csv?first=2026-11-01&language=en&colour=red")
            assert found.status_code == 200, found.text
            assert found.content == b"a,b\n"
            assert found.headers["content-type"].startswith("text/csv")
            assert found.headers["content-disposition"] == 'attachment; filename="sssions.csv"'
            assert found.headers["cache-control"] == "no-store"
            word, args = house.port.asked[-1]
            assert (word, args["what"], args["first"]) == ("export", "csv", "2026-11-01")
            assert "colour" not in args
            assert house.port.askers[-1].name == "Anna"
        house.port.operations = {}
        refused(await house.browser().get("/api/files/sessions.csv"), 401, "sign_in")

    play(tmp_path, story, FakePort(answer=answer))


def test_a_station_without_a_word_for_it_makes_no_file(tmp_path: Path) -> None:
    """404, in a sentence."""

    async def story(house: House) -> None:
        anna = await house.first()
        refused(await anna.get("/api/files/support.zip"), 404, "not_found")

    play(tmp_path, story, FakePort(operations={}))
