"""The bundle of diagnostics: what is in it, what is not, and how much memory it takes."""

import io
import json
import tarfile
import tracemalloc
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pilotline.drivers.bundle import LINE_BYTES, USUAL, Bounds, Contents, TransferError, made
from pilotline.station.upkeep.uploads import SendBundle
from pilotline.vocabulary.location import parse_location
from pilotline.vocabulary.transfers import MEMORY, READ, REPLACED
from pilotline.vocabulary.upkeep import Bundle

TASK = SendBundle(Bundle.DIAGNOSTICS, "x.tar.gz", parse_location("ftp://user:zqftp@h/"))
NOON_US = 1_772_539_200_000_000  # 2026-03-03T12:00:00Z
EVENTS = [
    {"at": "2026-03-03T11:59:59+00:00", "sentence": "before"},
    {"at": "2026-03-03T12:00:00Z", "sentence": "at noon"},
    {"at": None, "sentence": "nobody knows when"},
    {"at": "no time", "sentence": "unreadable"},
    {"at": "2026-03-03T13:00:01+00:00", "sentence": "after"},
]


class Waits:
    """Somebody waits for it, or nobody does."""

    def __init__(self, *, given_up: bool = False) -> None:
        self.given_up = given_up

    def progress(self, done: int, total: int | None = None) -> None:
        """Making a bundle tells none."""


def packed(
    folder: Path, contents: Contents, task: SendBundle = TASK, bounds: Bounds = USUAL, **waits: bool
) -> bytes:
    with made(task, contents, folder, Waits(**waits), bounds) as (file, size):
        data = file.read()
        assert len(data) == size
    return data


def files(data: bytes) -> Mapping[str, str]:
    with tarfile.open(fileobj=io.BytesIO(data)) as bundle:
        return {each.name: (bundle.extractfile(each) or io.BytesIO()).read().decode() for each in bundle}


def test_its_files_are_what_the_station_says_and_its_logs(tmp_path: Path) -> None:
    """What explains the others comes first."""
    (tmp_path / "host.log").write_text('{"event": "started"}\n', encoding="utf-8")
    contents = Contents({"status.json": {"a": 1}, "keys.json": []}, {"host.log": tmp_path / "host.log"})
    found = files(packed(tmp_path, contents))
    assert list(found) == ["README.txt", "keys.json", "status.json", "host.log"]
    assert json.loads(found["status.json"]) == {"a": 1}
    assert found["host.log"] == '{"event":"started"}\n'
    assert "the whole status" in found["README.txt"]


def test_the_same_contents_are_the_same_bytes(tmp_path: Path) -> None:
    """No time and no name of a machine is in it."""
    contents = Contents({"status.json": {"a": 1}})
    assert packed(tmp_path, contents) == packed(tmp_path, contents)


def test_every_file_is_a_plain_one_of_a_plain_name(tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(packed(tmp_path, Contents({"status.json": 1})))) as bundle:
        for each in bundle:
            assert each.isreg()
            assert (each.uid, each.gid, each.mtime, each.mode) == (0, 0, 0, 0o600)
            assert "/" not in each.name


@pytest.mark.requirement("R-32")
def test_no_secret_is_in_it(tmp_path: Path) -> None:
    """Neither one known by its value, nor the password of the address it goes to, nor what looks so."""
    lines = [
        '{"event": "dial", "url": "wss://u:zqurl@h/x"}',
        "Authorization: Basic enFiYXNpYzp6cWJhc2lj",
        "the value zqvalue, and zqftp",
        '{"event": "x", "location": "ftp://a:zqother@h/", "note": "[\\"password\\", \\"zqvalue\\"]"}',
    ]
    (tmp_path / "host.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
    said = {"keys.json": [{"key": "AuthorizationKey", "value": "zqkey1"}], "ocpp.json": "zqvalue"}
    contents = Contents(said, {"host.log": tmp_path / "host.log"}, secrets=("zqvalue",))
    text = "".join(files(packed(tmp_path, contents)).values())
    assert "zq" not in text
    assert "enFi" not in text


def test_for_the_security_log_it_holds_that_log_alone(tmp_path: Path) -> None:
    """N01.FR.03."""
    contents = Contents({"status.json": {}, "security.json": EVENTS}, {"host.log": tmp_path / "no"})
    found = files(packed(tmp_path, contents, replace(TASK, bundle=Bundle.SECURITY_LOG)))
    assert list(found) == ["README.txt", "security.json"]
    assert len(json.loads(found["security.json"])) == 5


def test_only_what_is_of_the_time_asked_for_is_in_it(tmp_path: Path) -> None:
    """What has no time that can be read is in it all the same, and the bounds are within."""
    lines: list[dict[str, Any]] = [{"event": each["sentence"], "timestamp": each["at"]} for each in EVENTS]
    text = "".join(f"{json.dumps(each)}\n" for each in lines) + "no JSON\n{broken\n"
    (tmp_path / "host.log").write_text(text, encoding="utf-8")
    contents = Contents(
        {"events.json": EVENTS, "status.json": {"at": "2000"}}, {"host.log": tmp_path / "host.log"}
    )
    task = replace(TASK, oldest_us=NOON_US, latest_us=NOON_US + 3_600_000_000)
    found = files(packed(tmp_path, contents, task))
    kept = ["at noon", "nobody knows when", "unreadable"]
    assert [each["sentence"] for each in json.loads(found["events.json"])] == kept
    assert [json.loads(line)["event"] for line in found["host.log"].splitlines()[:3]] == kept
    assert found["host.log"].splitlines()[3:] == ["no JSON", "{broken"]
    assert json.loads(found["status.json"]) == {"at": "2000"}
    assert "from 2026-03-03T12:00:00+00:00 to 2026-03-03T13:00:00+00:00" in found["README.txt"]


def test_of_a_long_log_the_end_is_taken_and_said(tmp_path: Path) -> None:
    """From the first whole line on."""
    log = tmp_path / "host.log"
    log.write_text("".join(f"line {number:05}\n" for number in range(1_000)), encoding="utf-8")
    found = files(packed(tmp_path, Contents({}, {"host.log": log}), bounds=Bounds(log=100)))
    lines = found["host.log"].splitlines()
    assert lines[-1] == "line 00999"
    assert len(lines) == 9
    assert "host.log has 11000 bytes: the last 100 were taken." in found["README.txt"]


def test_a_log_of_100_mb_takes_little_memory(tmp_path: Path) -> None:
    """What is held at once is a line, and what the packer needs."""
    log = tmp_path / "host.log"
    with log.open("wb") as file:
        file.truncate(100_000_000)
        file.seek(0, io.SEEK_END)
        file.writelines(b'{"event": "a line of a log", "number": %d}\n' % number for number in range(8_000))
    tracemalloc.start()
    try:
        data = packed(tmp_path, Contents({}, {"host.log": log}), bounds=Bounds(log=300_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert files(data)["host.log"].endswith('"number":7999}\n')
    assert peak < 2 << 20


def test_a_line_without_an_end_is_cut(tmp_path: Path) -> None:
    """A log that is one line of megabytes is no reason to hold it all."""
    log = tmp_path / "host.log"
    log.write_bytes(b"x" * 1_000_000 + b"\nand the next\n")
    found = files(packed(tmp_path, Contents({}, {"host.log": log})))
    first, second = found["host.log"].splitlines()
    assert first == "x" * LINE_BYTES + " … (cut)"
    assert second == "and the next"


def test_what_is_no_text_is_taken_as_it_can_be_read(tmp_path: Path) -> None:
    log = tmp_path / "host.log"
    log.write_bytes(b"\xff\xfe\n\0\n")
    assert len(files(packed(tmp_path, Contents({}, {"host.log": log})))["host.log"].splitlines()) == 2


def test_an_empty_log_is_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "host.log").touch()
    assert files(packed(tmp_path, Contents({}, {"host.log": tmp_path / "host.log"})))["host.log"] == ""


@pytest.mark.parametrize("most", [0, 10, 200])
def test_too_large_a_bundle_fails(tmp_path: Path, most: int) -> None:
    noise = {"events.json": [str(number) for number in range(3_000)]}
    with pytest.raises(TransferError) as failed:
        packed(tmp_path, Contents(noise), bounds=Bounds(bundle=most))
    assert failed.value.fault is MEMORY


def test_a_log_that_is_gone_fails(tmp_path: Path) -> None:
    with pytest.raises(TransferError) as failed:
        packed(tmp_path, Contents({}, {"host.log": tmp_path / "gone.log"}))
    assert failed.value.fault is READ


def test_a_bundle_nobody_waits_for_is_not_made(tmp_path: Path) -> None:
    (tmp_path / "host.log").write_text("a\n", encoding="utf-8")
    with pytest.raises(TransferError) as failed:
        packed(tmp_path, Contents({}, {"host.log": tmp_path / "host.log"}), given_up=True)
    assert failed.value.fault is REPLACED
