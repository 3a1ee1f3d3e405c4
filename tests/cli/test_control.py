"""``pilotline run --control stdio``: the station as another program scripts it, line by line."""

import json
import signal
import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from pilotline.simulator.bench import CAUSES
from pilotline.vocabulary.faults import FAULTS
from support.control_line import ControlLine, controlled
from support.processes import COMMAND, children, environment, gone

TAG = "04A1B2C3"


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Generator[ControlLine]:
    """One station for all tests here that leave it as they found it: Available."""
    with controlled(tmp_path_factory.mktemp("station")) as line:
        line.wait(ocpp_status="Available")
        yield line


def charge(line: ControlLine) -> None:
    """A car, a card, and current."""
    line.ask("plug_in", connector=1)
    line.wait(ocpp_status="Preparing")
    line.ask("present_tag", connector=1, tag=TAG)
    line.wait(connector=1, ocpp_status="Charging")


def leave(line: ControlLine) -> None:
    """The plug is pulled, and the place is free."""
    line.ask("unplug", connector=1)
    line.wait(ocpp_status="Available")


# --- the operations -------------------------------------------------------------------------------------


def test_a_session_is_scripted_and_its_status_tells_all(station: ControlLine) -> None:
    """Every field of the protocol is there, with the car's, the offer's and the world's values."""
    charge(station)
    status = station.ask("status")
    assert set(status) == {"model", "connectors", "backend", "notes", "leds", "pids"}
    assert {"connected", "queued", "set_aside"} <= set(status["backend"])
    assert status["pids"] == station.ask("pids")
    assert all(isinstance(pid, int) for pid in status["pids"].values())
    (connector,) = status["connectors"]
    assert connector["id"] == 1
    assert connector["ocpp_status"] == "Charging"
    assert connector["pilot_state"] == "C"
    assert connector["relay"] is True
    assert connector["offered_a"] == 32
    assert isinstance(connector["limit_reason"], str)
    assert [len(connector["current_a"]), len(connector["voltage_v"])] == [3, 3]
    assert connector["voltage_v"][0] > 200
    assert {"power_w", "energy_wh"} <= set(connector)
    assert {"id": None, "tag": TAG}.items() <= connector["transaction"].items()
    assert isinstance(connector["transaction"]["meter_start_wh"], int)
    assert connector["faults"] == []
    assert connector["why"]["code"] == "charging"
    leave(station)


def test_ev_changes_the_cars_current_and_wish(station: ControlLine) -> None:
    """Less current, no more wish, a wish again: the pilot and the status follow."""
    station.ask("ev", connector=1, current_a=10)
    charge(station)
    station.ask("ev", connector=1, state="B")
    station.wait(ocpp_status="SuspendedEV", pilot_state="B")
    station.ask("ev", connector=1, state="C")
    station.wait(ocpp_status="Charging", pilot_state="C")
    station.wait(current_a=[10.0, 0.0, 0.0])
    station.ask("ev", connector=1, misbehave="no_diode")
    station.wait(faults=["EVSE_FAULT_DIODE_UNPRESENT"])
    station.ask("ev", connector=1, misbehave="none", current_a=32)
    leave(station)


def test_world_changes_supply_and_temperature(station: ControlLine) -> None:
    """The station measures what the world has become."""
    station.ask("world", voltage_v=215, house_a=12, temperature_c=40)
    view = station.ask("world_view")
    assert view["voltage_mv"][0] == 215_000
    assert view["house_ma"][0] == 12_000
    station.wait(voltage_v=[215.0, 0.0, 0.0])
    assert 39 < station.connector()["temperature_c"] < 41
    station.ask("world", voltage_v=230, house_a=0, temperature_c=25)


def test_an_injected_fault_shows_by_code_and_name_until_it_ends(station: ControlLine) -> None:
    """An undefined pilot level with its value in volts; mended, the unplug ends it."""
    station.ask("plug_in", connector=1)
    station.wait(ocpp_status="Preparing")
    station.ask("inject", fault="EVSE_FAULT_CP_STATE", active=True, value=1.5)
    station.wait(ocpp_status="Faulted", faults=["EVSE_FAULT_CP_STATE"])
    (fault,) = station.connector()["faults"]
    assert (fault["code"], fault["name"]) == (0x80, "EVSE_FAULT_CP_STATE")
    station.ask("inject", fault="EVSE_FAULT_CP_STATE", active=False)
    leave(station)
    assert station.connector()["faults"] == []


def test_a_fault_without_a_cause_is_refused_by_name(station: ControlLine) -> None:
    """The sentence lists those that can be caused, each by its name in the fault table."""
    sentence = station.refusal("inject", fault="EVSE_FAULT_RAIN", active=True)
    assert all(name in sentence for name in CAUSES)
    assert {*CAUSES} <= {row.name for row in FAULTS}


def test_settings_are_read_and_written(station: ControlLine) -> None:
    """One, some or all; what the key's rule refuses stays as it was."""
    assert station.ask("config_set", key="LightIntensity", value=41) == "Accepted"
    assert station.ask("config_get", keys=["LightIntensity"]) == {"LightIntensity": "41"}
    assert "Rejected" in station.refusal("config_set", key="LightIntensity", value=101)
    assert station.ask("config_get")["LightIntensity"] == "41"
    assert station.ask("config_set", key="LightIntensity", value=100) == "Accepted"


def test_network_and_disk_take_their_arguments(station: ControlLine) -> None:
    """Without a backend there is no line to cut, and a slow disk answers late; both are put right again."""
    station.ask("network", up=False)
    station.ask("network", up=True)
    station.ask("disk", commit_s=0.1, full=False)
    station.ask("disk", commit_s=0)


def test_crash_and_power_cut_are_survived_by_the_line(station: ControlLine) -> None:
    """The host alone is new after a crash, both after a power cut; plug and register persist."""
    station.ask("plug_in", connector=1)
    station.wait(ocpp_status="Preparing")
    first = station.ask("pids")
    station.ask("host_crash")
    station.wait(pilot_state="B")
    second = station.ask("pids")
    assert (second["board"] == first["board"], second["host"] == first["host"]) == (True, False)
    station.ask("power_cycle")
    station.wait(pilot_state="B")
    third = station.ask("pids")
    assert not set(third.values()) & set(second.values())
    assert station.ask("world_view")["plugged"]
    leave(station)


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("fly", {}, "There is no operation fly; there are ambient, "),
    ("auth_cache_add", {"tag": TAG}, "There is no operation auth_cache_add"),
    ("plug_in", {"colour": "red"}, "plug_in has no argument colour"),
    ("plug_in", {"connector": 2}, "there is no connector 2; this station has connector 1"),
    ("unplug", {"connector": 2}, "there is no connector 2"),
    ("unplug", {}, "No plug is in."),
    ("present_tag", {"connector": 2, "tag": TAG}, "there is no connector 2"),
    ("present_tag", {"connector": 1}, "missing required"),
    ("present_tag", {"tag": ""}, "1 to 20 characters"),
    ("present_tag", {"tag": "x" * 21}, "1 to 20 characters"),
    ("stop_charging", {"connector": 2}, "there is no connector 2"),
    ("clear_faults", {"connector": 2}, "there is no connector 2"),
    ("limit_current", {"connector": 2, "limit_ma": 6_000}, "there is no connector 2"),
    ("ev", {"connector": 2, "state": "C"}, "there is no connector 2"),
    ("ev", {"current_a": "nan"}, "current_a must be a number"),
    ("ev", {"current_a": 1e300}, "current_a must be a number"),
    ("ev", {"misbehave": "bites"}, "A car knows no bites"),
    ("inject", {"connector": 2, "fault": "EVSE_FAULT_CP_STATE"}, "there is no connector 2"),
    ("world", {"rain_mm": 3}, "world has no argument rain_mm"),
    ("world", {"voltage_v": -5}, "voltage_v is 0 to 1000"),
    ("network", {}, "missing required field `up`"),
    ("network", {"up": True, "down": 1}, "unknown field `down`"),
    ("disk", {"commit_s": -1}, "disk: "),
    ("disk", {"commit_s": "nan"}, "disk: "),
    ("disk", {"colour": "red"}, "unknown field `colour`"),
    ("config_get", {"keys": "all"}, "config_get: "),
    ("config_set", {"key": "NoSuchKey", "value": 1}, "NotSupported"),
    ("resend", {"session": "nobody"}, "nobody is not set aside"),
    ("host_crash", {"connector": 1}, "unknown field `connector`"),
    ("power_cycle", {"now": True}, "unknown field `now`"),
    ("status", {"of": 1}, "unknown field `of`"),
    ("pids", {"of": 1}, "unknown field `of`"),
    ("world_view", {"of": 1}, "unknown field `of`"),
    ("set_aside", {"of": 1}, "unknown field `of`"),
    ("stop", {"now": True}, "unknown field `now`"),
    ("wait", {}, "at least one field"),
    ("wait", {"for": "Charging"}, 'takes its fields in "for"'),
    ("wait", {"for": {"mood": "good"}}, "no field mood"),
    ("wait", {"for": {"connector": 2, "ocpp_status": "Available"}}, "there is no connector 2"),
    ("wait", {"for": {"relay": True}, "timeout_s": "nan"}, "finite number of seconds"),
    ("wait", {"for": {"relay": True}, "timeout_s": -1}, "finite number of seconds"),
    ("wait", {"for": {"relay": True}, "timeout_s": 0.1}, "relay=True was not reached in 0.1 s"),
]


def test_what_cannot_be_done_is_an_error_with_a_sentence(station: ControlLine) -> None:
    """Unknown words, arguments, connectors and values: each refused, and neither process is harmed."""
    before = station.ask("pids")
    for op, args, sentence in WRONG:
        refusal = station.refusal(op, **args)
        assert sentence in refusal, (op, args, refusal)
        assert refusal[-1] in ".:;", refusal
    assert station.ask("pids") == before


@pytest.mark.parametrize(
    ("line", "number"),
    [
        (b"fly", 0),
        (b"[]", 0),
        (b"\xff\xfe", 0),
        (b'{"op": "status"}', 0),
        (b'{"id": "one", "op": "status"}', 0),
        (b'{"id": 90001}', 90001),
        (b'{"id": 90002, "op": 5}', 90002),
        (b'{"id": 90003, "op": "status", "args": []}', 90003),
        (b'{"id": 90004, "op": "status", "arguments": {}}', 90004),
    ],
)
def test_a_line_that_is_no_request_is_answered(station: ControlLine, line: bytes, number: int) -> None:
    """With its id where it has one, else with 0; an empty line is nothing, and the station goes on."""
    station.write(b"")
    station.write(line)
    answer = station.answer_to(number)
    assert (answer["ok"], answer["error"][:15]) == (False, "Not a request: ")
    assert station.ask("pids")


def test_a_wait_keeps_nobody_waiting(station: ControlLine) -> None:
    """Requests sent beside a wait are answered before it, and one of them ends it."""
    waiting = station.begin("wait", **{"for": {"pilot_state": "B"}, "timeout_s": 20})
    station.ask("config_get", keys=["LightIntensity"])
    assert not any(line.get("id") == waiting for line in station.lines)
    station.ask("plug_in")
    assert station.answer_to(waiting) == {"id": waiting, "ok": True}
    leave(station)


def test_wait_takes_any_field_and_a_name_for_an_object(station: ControlLine) -> None:
    """Fields of connector and backend, nested ones in part, faults and reasons by their names."""
    station.wait(
        why="plug_in", faults=[], transaction=None, queued=station.ask("status")["backend"]["queued"]
    )
    charge(station)
    station.wait(transaction={"tag": TAG}, why={"code": "charging"}, relay=True)
    assert "it is transaction=" in station.refusal(
        "wait", **{"for": {"transaction": {"tag": "another"}}, "timeout_s": 0.1}
    )
    leave(station)


def test_what_nobody_asked_for_is_an_event(station: ControlLine) -> None:
    """Every line is an answer or an event: the status as it changes, and notes about the processes."""
    assert all(("id" in line) != ("event" in line) for line in station.lines)
    assert {"status"} <= {line["event"] for line in station.events} <= {"status", "note"}
    last = next(line for line in reversed(station.events) if line["event"] == "status")
    assert last["value"]["connectors"][0]["id"] == 1


# --- beginning and end ----------------------------------------------------------------------------------


def run_with(home: Path, text: str) -> subprocess.CompletedProcess[str]:
    """The command with ``text`` as all its input."""
    return subprocess.run(
        [*COMMAND, "run", "--control", "stdio", "--data", "data"],
        cwd=home,
        env=environment(home),
        input=text,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def test_end_of_input_ends_the_station_when_all_is_answered(tmp_path: Path) -> None:
    """The first line may come before the station has started; exit code 0, and nothing but JSON is said."""
    wait = {"id": 2, "op": "wait", "args": {"for": {"ocpp_status": "Available"}}}
    ended = run_with(tmp_path, '{"id": 1, "op": "status"}\n' + json.dumps(wait))
    answers = {line["id"]: line for line in map(json.loads, ended.stdout.splitlines()) if "id" in line}
    assert (ended.returncode, ended.stderr) == (0, "")
    assert answers[1]["value"]["connectors"][0]["id"] == 1
    assert answers[2] == {"id": 2, "ok": True}


def test_input_may_be_a_file(tmp_path: Path) -> None:
    """A script of lines in a file ends as one in a pipe does."""
    script = tmp_path / "script.jsonl"
    script.write_text('{"id": 1, "op": "status"}\n')
    with script.open() as lines:
        ended = subprocess.run(
            [*COMMAND, "run", "--control", "stdio", "--data", "data"],
            cwd=tmp_path,
            env=environment(tmp_path),
            stdin=lines,
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert any(json.loads(line).get("ok") for line in ended.stdout.splitlines())


def test_stop_is_answered_ends_the_waits_and_leaves_no_process(tmp_path: Path) -> None:
    """Who still waits is told; exit code 0; launcher and children are gone."""
    with controlled(tmp_path) as line:
        line.wait(ocpp_status="Available")
        waiting = line.begin("wait", **{"for": {"relay": True}})
        pids = children(line.process.pid)
        assert len(pids) == 2
        line.ask("stop")
        assert line.answer_to(waiting) == {"id": waiting, "ok": False, "error": "The station was stopped."}
        assert line.ended() == 0
        assert gone(pids, 1)


def test_sigterm_ends_it_with_code_0(tmp_path: Path) -> None:
    """A service manager's way, with nothing on standard error."""
    with controlled(tmp_path) as line:
        line.ask("status")
        line.process.send_signal(signal.SIGTERM)
        assert line.ended() == 0
        assert line.process.stderr is not None
        assert line.process.stderr.read() == b""


def test_a_reader_that_goes_away_does_no_harm(tmp_path: Path) -> None:
    """The station still ends in order, with code 0 and nothing on standard error."""
    process = subprocess.Popen(
        [*COMMAND, "run", "--control", "stdio", "--data", "data"],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        _, errors = process.communicate(b'{"id": 1, "op": "status"}\n', timeout=30)
        assert (process.returncode, errors) == (0, b"")
    finally:
        process.kill()
