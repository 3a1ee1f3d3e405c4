"""Secrets are planted at every place where one can enter a station; then all that leaves it is searched.

A real station with its page, a backend, and servers that take files, with the flows that succeed and those
that fail. What a secret may be in is listed at the end, and is its owner's file alone.
"""

import asyncio
import io
import json
import re
import tarfile
import zipfile
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets.asyncio.client as ws
from ocpp.v16 import call
from ocpp.v16.enums import Log, MessageTrigger

from pilotline.panel.entry import Entry
from pilotline.runtime.listener import listen
from pilotline.station.keys import KEYS
from support.bench import TAG, Bench, running
from support.central_system import CentralSystem
from support.file_servers import PASSWORD, QUOTED, USER, free_port, ftp_server, http_server

URL, KEY, FTP, WEB, QUERY, FIRMWARE, PERSON, WRONG, ANOTHER = (
    f"zq{number}Planted{number}" for number in range(10, 19)
)
"""The backend's URL, the AuthorizationKey, addresses of files, passwords of people: right ones and wrong."""
KEY_HEX = KEY.encode().hex() + "00" * 4
OPERATOR = "Olga"
MAY_HOLD = ("journal.db", "journal.db-wal", "journal.db-shm", "https.pem", "certificates", "firmware")
"""The files of a station that may hold a secret: its keys have to survive a power cut, and are told to the
backend or shown in TLS, so that no hash will do (A01.FR.10). Each is readable by its owner alone."""


class Search:
    """Everything that left the station, by where it came out; and the secrets that must be in none of it."""

    def __init__(self) -> None:
        self.seen: dict[str, str] = {}
        self.secrets = {
            URL,
            KEY,
            KEY_HEX,
            FTP,
            WEB,
            QUERY,
            FIRMWARE,
            PERSON,
            WRONG,
            ANOTHER,
            PASSWORD,
            QUOTED,
        }
        for user, password in (("u", URL), ("w", WEB)):
            self.secrets.add(b64encode(f"{user}:{password}".encode()).decode())

    def take(self, place: str, what: bytes | str) -> None:
        text = what if isinstance(what, str) else what.decode("utf-8", "replace")
        assert text, f"{place} is empty: nothing was searched"
        self.seen[place] = text

    def found(self) -> dict[str, list[str]]:
        """Where a secret is."""
        return {
            place: hits
            for place, text in self.seen.items()
            if (hits := [secret for secret in sorted(self.secrets) if secret.lower() in text.lower()])
        }


@pytest.mark.requirement("R-32", "M-41")
def test_no_secret_leaves_a_station(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Logs, bundles, answers, page, live line, messages, notices, events, and every other file it has."""
    home, folder = tmp_path / "home", tmp_path / "station"
    home.mkdir()
    folder.mkdir()
    search = Search()
    asyncio.run(_live(folder, home, search))
    out, err = capfd.readouterr()
    search.take("standard output and error", f"{out}{err}-")
    for path in _files(folder):
        if not path.relative_to(folder).as_posix().startswith(MAY_HOLD):
            search.take(f"file {path.name}", path.read_bytes() or b"-")
    assert search.found() == {}
    assert len(search.seen) > 30


@pytest.mark.requirement("R-32")
def test_the_search_finds_what_is_there() -> None:
    """Or finding nothing would say nothing."""
    search = Search()
    search.take("a log", f"dialled ws://u:{URL}@h/")
    search.take("another", "nothing of note")
    assert search.found() == {"a log": [URL]}


async def _live(folder: Path, home: Path, search: Search) -> None:
    central = CentralSystem()
    await central.start()
    entry = Entry(
        people=str(folder / "people.json"), certificate=str(folder / "https.pem"), names=("127.0.0.1",)
    )
    url = central.url.replace("://", f"://u:{URL}@")
    try:
        with listen(0) as listener, listen(0) as tls:
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            async with (
                running(folder, url, panel=listener, entry=entry, panel_tls=tls) as bench,
                httpx.AsyncClient(base_url=address, timeout=30) as page,
            ):
                await central.until(lambda: central.peer)
                await _people(page, search)
                await _backend(bench, central, home, search)
                await _search_files(folder, search)
                await _look(bench, page, central, address, search)
    finally:
        await central.cut()


async def _people(page: httpx.AsyncClient, search: Search) -> None:
    """Somebody who may, with a cookie; wrong passwords; another person."""
    (await page.post("/api/first-person", json={"name": OPERATOR, "password": PERSON})).raise_for_status()
    person = {"name": "Uwe", "role": "user", "password": ANOTHER, "card": ""}
    (await page.post("/api/people", json=person)).raise_for_status()
    async with httpx.AsyncClient(base_url=page.base_url) as stranger:
        for body in ({"name": OPERATOR, "password": WRONG}, {"name": WRONG, "password": WRONG}):
            answer = await stranger.post("/api/sign-in", json=body)
            assert answer.status_code in (401, 403)
            search.take(f"a refused sign-in of {len(body['name'])} letters", answer.text)
    search.secrets |= {value for value in page.cookies.values() if value}
    assert page.cookies


async def _backend(bench: Bench, central: CentralSystem, home: Path, search: Search) -> None:
    """Keys that are taken and refused, and files by each way: they arrive, and they fail."""
    for value, word in ((f"{KEY_HEX}zz", "Rejected"), (KEY, "Rejected"), (KEY_HEX, "Accepted")):
        answer = await central.ask(call.ChangeConfiguration(key="AuthorizationKey", value=value))
        assert answer.status == word
    await central.until(lambda: central.peer)
    await central.ask(call.ChangeConfiguration(key="CpoName", value="The operator"))
    await central.ask(call.ExtendedTriggerMessage(MessageTrigger.sign_charge_point_certificate))
    await central.call_of("SignCertificate")
    await central.ask(call.ChangeConfiguration(key="c_BackendUrl", value=f"wss://u:{URL}@h/"))
    with ftp_server(home) as ftp, http_server() as web, http_server(PUT=401, POST=401) as strict:
        arrive = [
            f"ftp://{USER}:{QUOTED}@127.0.0.1:{ftp}/",
            f"http://w:{WEB}@127.0.0.1:{web.port}/in/?sig={QUERY}",
        ]
        fail = [
            f"ftp://{USER}:{FTP}@127.0.0.1:{ftp}/",
            f"ftps://{USER}:{FTP}@127.0.0.1:{ftp}/",
            f"http://w:{WEB}@127.0.0.1:{strict.port}/in/?sig={QUERY}",
            f"https://w:{WEB}@127.0.0.1:{free_port()}/",
            f"sftp://w:{WEB}@127.0.0.1/",
        ]
        for location in (*fail, *arrive):
            after = central.heard
            await central.ask(call.GetDiagnostics(location=location, retries=1))
            await central.until(lambda after=after: _told(central, after) & {"Uploaded", "UploadFailed"})
        after = central.heard
        log = {"remoteLocation": arrive[0]}
        await central.ask(call.GetLog(log=log, log_type=Log.security_log, request_id=1))
        await central.call_of("LogStatusNotification", after, status="Uploaded")
        arrived = [path.read_bytes() for path in _files(home)]
        assert len(arrived) == 2
        for number, data in enumerate(arrived):
            _take_bundle(search, f"bundle {number}", data)
        _take_bundle(search, "bundle by http", web.heard[0][3])
    after = central.heard
    location = f"https://u:{FIRMWARE}@127.0.0.1:1/x.bin?s={QUERY}"
    await central.ask(call.UpdateFirmware(location=location, retrieve_date="2020-01-01T00:00:00Z", retries=1))
    await central.call_of("FirmwareStatusNotification", after, status="DownloadFailed")
    await bench.do("plug_in")
    await bench.do("present_tag", tag=TAG)
    await bench.wait(ocpp_status="Charging")


def _told(central: CentralSystem, after: int) -> set[str]:
    calls = central.records.calls[after:]
    return {m.payload["status"] for m in calls if m.action == "DiagnosticsStatusNotification"}


def _take_bundle(search: Search, place: str, data: bytes) -> None:
    with tarfile.open(fileobj=io.BytesIO(data)) as bundle:
        for each in bundle:
            search.take(f"{place}: {each.name}", (bundle.extractfile(each) or io.BytesIO()).read() or b"-")


async def _search_files(folder: Path, search: Search) -> None:
    """The private keys the station has made are secrets too; what holds one is for its owner alone."""
    keys = [path for path in _files(folder) if b"PRIVATE KEY" in path.read_bytes()]
    assert folder / "https.pem" in keys
    assert folder / "certificates" in {path.parent for path in keys}
    for path in keys:
        inner = re.findall(
            r"BEGIN [A-Z ]*PRIVATE KEY-----\n(.*?)-----END", path.read_text("ascii"), re.DOTALL
        )
        search.secrets |= {line for text in inner for line in text.split()[:2]}  # then comes the public half
    holders = [
        path for path in _files(folder) if any(s.encode() in path.read_bytes() for s in search.secrets)
    ]
    assert any(
        path.name.startswith("journal.db") and KEY_HEX.encode() in path.read_bytes() for path in holders
    )
    for path in holders:
        assert path.relative_to(folder).as_posix().startswith(MAY_HOLD), path
        assert path.stat().st_mode & 0o077 == 0, path


async def _look(
    bench: Bench, page: httpx.AsyncClient, central: CentralSystem, address: str, search: Search
) -> None:
    """Every answer there is: over the control line, over HTTP, over the live line, to the backend."""
    for word, args in _questions():
        search.take(f"control: {word}", json.dumps(await bench.do(word, **args), default=str) or "-")
        answer = await page.post(f"/api/operations/{word}", json=args)
        search.take(f"page: {word}", answer.text or "-")
    for path in ("/api/picture", "/api/me", "/api/people", "/"):
        search.take(f"page: {path}", (await page.get(path)).text)
    search.take("page: refused", (await page.post("/api/operations/no_such_word", json={"a": 1})).text)
    cookie = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
    async with ws.connect(
        f"{address.replace('http', 'ws')}/api/live", additional_headers={"Cookie": cookie}
    ) as line:
        search.take("live line", await line.recv())
    support = await page.get("/api/files/support.zip")
    if support.status_code == 404:
        support = await page.get("/api/files/support")
    with zipfile.ZipFile(io.BytesIO(support.content)) as bundle:
        for name in bundle.namelist():
            search.take(f"support: {name}", bundle.read(name) or b"-")
    everything = await central.ask(call.GetConfiguration())
    search.take("GetConfiguration", json.dumps(everything.configuration_key))
    search.take("OCPP", "\n".join(central.records.texts))
    search.take("notes", "\n".join(bench.notes) or "-")


def _questions() -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from (
        (word, {})
        for word in (
            "status", "config_get", "keys", "preview", "cards", "set_aside", "security_events", "energy",
            "sessions", "diagnostics", "events", "ocpp_messages", "self_test", "world_view", "bench_view",
        )
    )  # fmt: skip


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_every_key_that_can_only_be_written_is_planted() -> None:
    """A new one has to be planted here too."""
    assert {key.name for key in KEYS if key.access.name == "WRITE_ONLY"} == {"AuthorizationKey"}
