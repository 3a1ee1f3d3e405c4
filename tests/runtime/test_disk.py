"""A slow disk, a full one and one from the future: what the station does, and that it says so."""

import json
import sqlite3
from collections.abc import Generator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pilotline.drivers.store import MIGRATIONS
from support.control_line import ControlLine, controlled
from support.processes import pilotline

TAG = "04A1B2C3"
SLOW_S = 2.5
"""Longer than the two seconds of silence after which the safety module calls its host missing."""


@pytest.fixture
def station(tmp_path: Path) -> Generator[ControlLine]:
    """A station that is Available, without a backend, on ``tmp_path/data``; meter values every second."""
    with controlled(tmp_path) as line:
        line.wait(ocpp_status="Available")
        line.ask("config_set", key="MeterValueSampleInterval", value=1)
        yield line


def rows(home: Path, sql: str) -> list[Any]:
    """The first column of a look into the journal from outside: what is durable now."""
    with closing(sqlite3.connect(home / "data" / "journal.db", timeout=5)) as db:
        return [row[0] for row in db.execute(sql)]


def kinds(home: Path) -> list[str]:
    """The durable facts in order, meter values left out."""
    passed_over = ("Metered", "Notified")
    return [kind for kind in rows(home, "SELECT kind FROM entries ORDER BY entry") if kind not in passed_over]


def plug_and_tag(line: ControlLine) -> None:
    line.ask("plug_in")
    line.wait(ocpp_status="Preparing")
    line.ask("present_tag", tag=TAG)


def link_was_alive(line: ControlLine) -> bool:
    """Whether no status ever spoke of a missing host or a missing board."""
    seen = [line["value"]["connectors"][0] for line in line.events if line["event"] == "status"]
    faults = {fault["name"] for connector in seen for fault in connector["faults"]}
    up = next(i for i, connector in enumerate(seen) if connector["ocpp_status"] == "Available")
    return not faults and not any(connector["why"]["code"] == "no_board" for connector in seen[up:])


@pytest.mark.requirement("R-53")
def test_on_a_slow_disk_a_session_begins_late_and_the_link_stays_alive(
    tmp_path: Path, station: ControlLine
) -> None:
    """No current before the start is durable; the station says what it waits for; no 0x400 the whole time."""
    station.ask("disk", commit_s=SLOW_S)
    plug_and_tag(station)
    station.wait(why="recording")
    assert rows(tmp_path, "SELECT session FROM sessions") == []
    assert station.ask("world_view")["contacts"] == [False, False]
    assert "Writing down the start" in station.connector()["why"]["sentence"]
    station.wait(relay=True)
    assert kinds(tmp_path) == ["Started"]
    station.wait(ocpp_status="Charging")
    station.ask("unplug")
    station.wait(ocpp_status="Available")
    assert link_was_alive(station)
    station.ask("disk", commit_s=0)
    assert station.end() == 0
    assert kinds(tmp_path) == ["Started", "Ended"]


@pytest.mark.requirement("R-53")
def test_on_a_full_disk_no_session_begins_until_there_is_room(tmp_path: Path, station: ControlLine) -> None:
    """The reason names the disk, nothing flows, nothing is written; with room the same session begins."""
    station.ask("disk", full=True)
    plug_and_tag(station)
    station.wait(why="disk")
    assert "disk" in station.connector()["why"]["sentence"]
    assert "full" in station.connector()["why"]["sentence"]
    refused = station.refusal("wait", **{"for": {"relay": True}, "timeout_s": 3})
    assert "disk is full" in refused
    assert rows(tmp_path, "SELECT session FROM sessions") == []
    station.ask("disk", full=False)
    station.wait(ocpp_status="Charging", why="charging")
    assert kinds(tmp_path) == ["Started"]
    assert link_was_alive(station)
    station.ask("unplug")
    station.wait(ocpp_status="Available")


@pytest.mark.requirement("R-53")
def test_a_disk_that_fills_stops_no_running_session_and_loses_nothing(
    tmp_path: Path, station: ControlLine
) -> None:
    """The car goes on charging and may leave; with room again all meter values and the stop are there."""
    plug_and_tag(station)
    station.wait(ocpp_status="Charging")
    station.ask("disk", full=True)
    before = rows(tmp_path, "SELECT count(*) FROM entries WHERE kind='Metered'")[0]
    register = station.connector()["energy_wh"]
    station.wait(energy_wh=register + 6, timeout_s=25)
    assert station.connector()["ocpp_status"] == "Charging"
    assert rows(tmp_path, "SELECT count(*) FROM entries WHERE kind='Metered'")[0] <= before + 1
    station.ask("unplug")
    station.wait(pilot_state="A", relay=False)
    assert kinds(tmp_path) == ["Started"]
    station.ask("disk", full=False)
    station.wait(ocpp_status="Available")
    assert link_was_alive(station)
    assert station.end() == 0
    assert kinds(tmp_path) == ["Started", "Ended"]
    times = [json.loads(fact) for fact in rows(tmp_path, "SELECT fact FROM entries WHERE kind='Metered'")]
    seconds = [round(fact["sample"]["stamp"][1] / 1e6) for fact in times]
    assert len(seconds) >= 5
    assert all(later - earlier <= 2 for earlier, later in pairwise(seconds))


def test_settings_outlive_crash_and_power_cut(station: ControlLine) -> None:
    """What ``config_set`` has answered is there after either, however soon it comes."""
    for number, op in enumerate(("host_crash", "power_cycle", "host_crash"), 31):
        assert station.ask("config_set", key="LightIntensity", value=number) == "Accepted"
        station.ask(op)
        station.wait(ocpp_status="Available")
        assert station.ask("config_get", keys=["LightIntensity"]) == {"LightIntensity": str(number)}


def test_a_journal_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    """One sentence, exit code 2, and not a byte changed."""
    journal = tmp_path / "data" / "journal.db"
    journal.parent.mkdir()
    with closing(sqlite3.connect(journal)) as db:
        db.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}")
    before = journal.read_bytes()
    ended = pilotline(tmp_path, "run", "--control", "stdio", "--data", "data")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.splitlines()) == 1
    assert "was written by a newer Pilotline" in ended.stderr
    assert journal.read_bytes() == before
