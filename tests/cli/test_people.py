"""``pilotline people`` and the doors of ``pilotline run``: on a folder, beside a station that runs or not."""

import json
import re
import subprocess
from pathlib import Path

import httpx
import pytest

from support.processes import COMMAND, environment, pilotline, read_until, started

PASSWORD = "korrektes Pferd 7"
OTHER = "another horse 8"


def people(home: Path, *args: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """The verb on ``home/data``, this typed."""
    return subprocess.run(
        [*COMMAND, "people", *args, "--data", "data"],
        cwd=home,
        env=environment(home),
        input=typed,
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )


def done(ended: subprocess.CompletedProcess[str]) -> str:
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def refusal(ended: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of what cannot be."""
    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stderr.startswith("pilotline: ")
    return ended.stderr


@pytest.mark.requirement("M-14")
def test_people_are_listed_added_changed_and_removed(tmp_path: Path) -> None:
    """Before the station has ever run; the password is never an argument, and never in the file."""
    (tmp_path / "data").mkdir()
    assert "Nobody yet" in done(people(tmp_path, "list"))
    done(people(tmp_path, "add", "Anna", "--stdin", typed=f"{PASSWORD}\n"))
    done(people(tmp_path, "add", "Ben", "--card", "04A1", "--stdin", typed=f"{OTHER}\n"))
    done(people(tmp_path, "role", "ben", "guest"))
    assert done(people(tmp_path, "list")).splitlines() == [
        "Anna\toperator\t-\tsigned in: 0",
        "Ben\tguest\t04A1\tsigned in: 0",
    ]
    text = (tmp_path / "data" / "people.json").read_text()
    assert PASSWORD not in text
    assert OTHER not in text
    done(people(tmp_path, "remove", "Ben"))
    assert "last operator" in refusal(people(tmp_path, "remove", "Anna"))
    assert "at least 8" in refusal(people(tmp_path, "password", "Anna", "--stdin", typed="short\n"))
    assert "nobody of that name" in refusal(people(tmp_path, "role", "Ben", "user"))
    assert "--stdin" in refusal(people(tmp_path, "password", "Anna"))


def test_a_folder_that_is_not_there_or_damaged_is_told(tmp_path: Path) -> None:
    """A name mistyped must not set up another station."""
    assert "There is no folder " in refusal(people(tmp_path, "list"))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "people.json").write_text("{")
    assert "is damaged: " in refusal(people(tmp_path, "list"))
    assert "is damaged: " in refusal(people(tmp_path, "add", "Anna", "--stdin", typed=f"{PASSWORD}\n"))
    assert (tmp_path / "data" / "people.json").read_text() == "{"


@pytest.mark.requirement("M-14")
def test_who_forgot_the_password_gets_a_new_one_while_the_station_runs(tmp_path: Path) -> None:
    """The first start asks for a person; a password set in the folder counts at once, and ends what was."""
    with started(tmp_path, "run", "--panel", "0", "--data", "data") as station:
        line = read_until(station.stdout, "The page: ", [])
        read_until(station.stdout, "The page asks for its first person", [])
        address = next(word for word in line.split() if word.startswith("http://"))
        with httpx.Client(base_url=address, timeout=30) as client:
            assert client.post("/api/operations/status", json={}).json()["code"] == "set_up"
            first = client.post("/api/first-person", json={"name": "Anna", "password": PASSWORD})
            assert first.status_code == 200, first.text
            assert client.post("/api/operations/status", json={}).status_code == 200
            done(people(tmp_path, "password", "anna", "--stdin", typed=f"{OTHER}\n"))
            assert client.get("/api/me").json()["name"] is None
            old = client.post("/api/sign-in", json={"name": "Anna", "password": PASSWORD})
            assert old.status_code == 401
            assert client.post("/api/sign-in", json={"name": "Anna", "password": OTHER}).status_code == 200
    for log in (tmp_path / "data").glob("*.log"):
        assert PASSWORD not in log.read_text()
        assert OTHER not in log.read_text()


def test_an_open_station_asks_nobody(tmp_path: Path) -> None:
    """What make run starts: signed in as operator, on this machine."""
    with started(tmp_path, "run", "--panel", "0", "--open", "--data", "data") as station:
        line = read_until(station.stdout, "The page: ", [])
        address = next(word for word in line.split() if word.startswith("http://"))
        me = httpx.get(f"{address}api/me", timeout=30).json()
        assert (me["open"], me["role"]) == (True, "operator")


@pytest.mark.requirement("M-14")
def test_other_machines_come_in_by_https_once_somebody_has_a_password(tmp_path: Path) -> None:
    """Refused before; then the fingerprint is printed, and is that of what is served."""
    args = (
        "run",
        "--panel",
        "0",
        "--data",
        "data",
        "--panel-address",
        "127.0.0.1:0",
        "--panel-name",
        "box.example",
    )
    (tmp_path / "data").mkdir()
    assert "nobody has a password yet" in refusal(pilotline(tmp_path, *args))
    done(people(tmp_path, "add", "Anna", "--stdin", typed=f"{PASSWORD}\n"))
    with started(tmp_path, *args) as station:
        line = read_until(station.stdout, "From other machines: ", [])
        found = re.search(r"https://box\.example:(\d+)/", line)
        assert found
        told = read_until(station.stdout, "Its certificate, SHA-256: ", []).split()[-1]
        pem = tmp_path / "data" / "https.pem"
        assert pem.stat().st_mode & 0o777 == 0o600
        with httpx.Client(verify=False, timeout=30, headers={"host": "box.example"}) as client:
            me = client.get(f"https://127.0.0.1:{found[1]}/api/me").json()
        assert me["fingerprint"] == told
        assert (me["https"], me["open"], me["set_up"]) == (True, False, True)


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--open", "--panel-address", "127.0.0.1"], "--open lets in everybody on this machine"),
        (["--no-panel", "--panel-address", "127.0.0.1"], "--panel-address needs the page"),
        (["--panel-name", "box.example"], "--panel-name names what --panel-address serves"),
        (["--panel-address", "box.example"], "--panel-address takes an IP address"),
        (["--panel-address", "127.0.0.1:99999"], "the port is a number"),
        (["--panel-address", "192.0.2.1"], "This machine has no address 192.0.2.1"),
        (["--panel-address", "127.0.0.1:0", "--panel-name", "a b"], "--panel-name takes a name such as"),
    ],
)
def test_doors_that_cannot_be_are_one_sentence(tmp_path: Path, args: list[str], sentence: str) -> None:
    """Exit code 2, before anything has started."""
    (tmp_path / "data").mkdir()
    one = {"name": "A", "role": "operator", "hash": "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA"}
    (tmp_path / "data" / "people.json").write_text(json.dumps({"format": 1, "people": [one], "sign_ins": {}}))
    assert sentence in refusal(pilotline(tmp_path, "run", "--panel", "0", "--data", "data", *args))
    assert not (tmp_path / "data" / "host.log").exists()
