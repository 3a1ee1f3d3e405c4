"""``pilotline doctor``: each thing a station needs, found well or with what to do about it."""

import asyncio
import os
import pty
import re
import signal
import socket
from pathlib import Path

import pytest

from pilotline.models.meter_profile import load_meter
from pilotline.simulator.modbus_meter import ModbusMeter
from support.central_system import CentralSystem
from support.control_line import controlled
from support.meter_on_pty import MeterOnPty
from support.processes import pilotline, read_until, started


def test_where_all_is_well_every_line_says_so(tmp_path: Path) -> None:
    """Exit code 0; the folder it looks at is the one that ``run`` would use."""
    shown = pilotline(tmp_path, "doctor")
    lines = shown.stdout.splitlines()
    assert shown.returncode == 0
    assert len(lines) >= 10
    assert all(line.startswith("well  ") for line in lines)
    assert str(tmp_path / "pilotline" / "PILOT-1") in shown.stdout


def test_what_is_not_well_is_marked_and_ends_with_1(tmp_path: Path) -> None:
    """A folder that cannot be written and a backend where nothing listens, each in one unbroken line."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{unused.getsockname()[1]}/a/[b]"
        shown = pilotline(tmp_path, "doctor", "--data", "/proc/[x]", "--csms", url)
    look = [line for line in shown.stdout.splitlines() if line.startswith("look")]
    assert shown.returncode == 1
    assert len(look) == 2
    assert "/proc/[x] cannot be written" in look[0]
    assert "nothing listens there" in look[1]


@pytest.mark.requirement("R-10")
def test_a_widened_voltage_window_is_told_of(tmp_path: Path) -> None:
    """Whoever looks after the station learns that it is no PEN device, and by which key."""
    with controlled(tmp_path) as line:
        line.ask("config_set", key="c_VoltageProtectionOffset", value=7)
        line.end()
    shown = pilotline(tmp_path, "doctor", "--data", str(tmp_path / "data"))
    look = [line for line in shown.stdout.splitlines() if line.startswith("look")]
    assert shown.returncode == 1
    assert len(look) == 1
    assert "widened by 7 V" in look[0]
    assert "c_VoltageProtectionOffset to 0" in look[0]


def test_a_journal_that_is_none_is_told_of(tmp_path: Path) -> None:
    """A file that is no journal is a sentence, not a trace."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "journal.db").write_text("not a database, but long enough to be taken for one" * 99)
    shown = pilotline(tmp_path, "doctor", "--data", str(tmp_path / "data"))
    assert "cannot be read: file is not a database" in shown.stdout
    assert shown.stderr == ""


def test_a_backend_that_speaks_ocpp_is_well(tmp_path: Path) -> None:
    """It is dialled once, with the station's own id."""

    async def story() -> None:
        central = CentralSystem()
        await central.start()
        try:
            args = ("doctor", "--id", "WB 7", "--csms", central.url)
            shown = await asyncio.to_thread(pilotline, tmp_path, *args)
        finally:
            await central.cut()
        assert shown.returncode == 0
        assert "speaks OCPP 1.6" in shown.stdout
        assert central.paths == ["/ocpp/WB%207"]

    asyncio.run(story())


@pytest.mark.requirement("M-48")
@pytest.mark.parametrize(("identity", "path"), [("", "/ocpp/WB%207"), ("GARAGE-3", "/ocpp/GARAGE-3")])
def test_the_backend_that_the_station_is_set_to_is_dialled_as_the_station_would(
    tmp_path: Path, identity: str, path: str
) -> None:
    """Where the command line names none: at the key's URL, by the key's name or else the station's id."""
    folder = str(tmp_path / "data")

    async def story() -> None:
        central = CentralSystem()
        await central.start()
        try:
            await asyncio.to_thread(set_up, tmp_path, central.url, identity)
            central.paths.clear()
            args = ("doctor", "--id", "WB 7", "--data", folder)
            shown = await asyncio.to_thread(pilotline, tmp_path, *args)
        finally:
            await central.cut()
        assert shown.returncode == 0, shown.stdout
        assert f"{central.url} speaks OCPP 1.6" in shown.stdout
        assert central.paths == [path]

    asyncio.run(story())


def set_up(folder: Path, url: str, identity: str) -> None:
    """A station that has been told its backend on its page, and has ended."""
    with controlled(folder) as line:
        line.ask("config_set", key="c_BackendIdentity", value=identity)
        line.ask("config_set", key="c_BackendUrl", value=url)
        line.end()


def test_the_command_line_counts_more_than_the_key(tmp_path: Path) -> None:
    """As at ``run``: and what is set is not dialled then."""
    set_up(tmp_path, "ws://192.0.2.1/set", "")
    args = ("--data", str(tmp_path / "data"), "--csms", "tcp://127.0.0.1")
    shown = pilotline(tmp_path, "doctor", *args)
    assert "The URL must begin with ws:// or wss://." in shown.stdout
    assert "192.0.2.1" not in shown.stdout


def test_a_backend_address_that_is_none_is_named(tmp_path: Path) -> None:
    """A sentence and exit code 1, no trace."""
    shown = pilotline(tmp_path, "doctor", "--csms", "tcp://127.0.0.1")
    assert shown.returncode == 1
    assert "The URL must begin with ws:// or wss://." in shown.stdout
    assert shown.stderr == ""


def test_a_model_that_is_none_is_a_wrong_use(tmp_path: Path) -> None:
    """As for every verb."""
    shown = pilotline(tmp_path, "doctor", "--model", "nosuch")
    assert shown.returncode == 2
    assert shown.stderr.startswith("pilotline: nosuch: no such model")


def test_a_station_that_runs_here_is_no_illness(tmp_path: Path) -> None:
    """The folder is in use, and that is well."""
    with started(tmp_path, "run", "--panel", "0") as station:
        read_until(station.stdout, "Ctrl-C ends it", [])
        shown = pilotline(tmp_path, "doctor")
    assert shown.returncode == 0
    assert "a station is using it" in shown.stdout


@pytest.mark.requirement("R-32")
def test_no_password_of_an_address_is_shown(tmp_path: Path) -> None:
    """Whether the backend answers or not."""

    async def story() -> None:
        central = CentralSystem()
        await central.start()
        url = central.url.replace("://", "://u:zqsecret@")
        for address in (url, url.replace("/ocpp", "x/ocpp"), "ws://u:zqsecret@127.0.0.1:9/"):
            shown = await asyncio.to_thread(pilotline, tmp_path, "doctor", "--csms", address)
            assert "zqsecret" not in shown.stdout + shown.stderr
        await central.cut()

    asyncio.run(story())


def test_a_file_that_others_may_read_is_told_of(tmp_path: Path) -> None:
    """With the command that mends it."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "people.json").write_text("{}", encoding="utf-8")
    (tmp_path / "data" / "people.json").chmod(0o644)
    shown = pilotline(tmp_path, "doctor", "--data", str(tmp_path / "data"))
    (line,) = [line for line in shown.stdout.splitlines() if line.startswith("look")]
    assert line.endswith(f"chmod go= {tmp_path}/data/people.json")


# --- lines that are named ---


def test_a_line_that_is_none_is_told_of(tmp_path: Path) -> None:
    shown = pilotline(tmp_path, "doctor", "--link", str(tmp_path / "no"), "--meter", str(tmp_path / "no"))
    look = [line for line in shown.stdout.splitlines() if line.startswith("look")]
    assert [line.split("  ")[1] for line in look] == ["energy meter", "safety module"]
    assert "cannot be opened" in look[1]


def test_a_line_on_which_nobody_speaks_is_told_of(tmp_path: Path) -> None:
    near, far = pty.openpty()
    try:
        shown = pilotline(tmp_path, "doctor", "--link", os.ttyname(far))
    finally:
        os.close(near)
        os.close(far)
    (line,) = [line for line in shown.stdout.splitlines() if line.startswith("look")]
    assert "Nobody speaks" in line
    assert "Check that it has power" in line


def test_a_safety_module_that_speaks_is_heard(tmp_path: Path) -> None:
    """A virtual board whose host does not read: what it says is read here."""
    with controlled(tmp_path) as line:
        line.wait(ocpp_status="Available")
        host = line.ask("pids")["host"]
        os.kill(host, signal.SIGSTOP)
        shown = pilotline(tmp_path, "doctor", "--link", str(tmp_path / "data" / "rtm-1"))
        os.kill(host, signal.SIGCONT)
    assert re.search(r"well  safety module +it speaks on .*rtm-1: [1-9]", shown.stdout), shown.stdout


def test_a_meter_that_answers_is_heard(tmp_path: Path) -> None:
    """The virtual one of the model, on a line of its own."""

    async def story() -> str:
        meter = MeterOnPty(ModbusMeter(load_meter("generic-mid")), tmp_path / "meter")
        meter.plug_in()
        shown = await asyncio.to_thread(pilotline, tmp_path, "doctor", "--meter", str(meter.link))
        meter.pull_out()
        return shown.stdout

    assert "address 1: it answers" in asyncio.run(story())
