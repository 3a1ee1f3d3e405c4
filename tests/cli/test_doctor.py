"""``pilotline doctor``: each thing a station needs, found well or with what to do about it."""

import asyncio
import socket
from pathlib import Path

import pytest

from support.central_system import CentralSystem
from support.control_line import controlled
from support.processes import pilotline, read_until, started


def test_where_all_is_well_every_line_says_so(tmp_path: Path) -> None:
    """Exit code 0; the folder it looks at is the one that ``run`` would use."""
    shown = pilotline(tmp_path, "doctor")
    lines = shown.stdout.splitlines()
    assert shown.returncode == 0
    assert len(lines) == 7
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
