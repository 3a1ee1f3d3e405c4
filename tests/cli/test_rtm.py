"""``pilotline rtm`` and ``pilotline world`` as a person or a service manager starts them."""

import contextlib
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import time
import tty
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from pilotline.models.reader import load_charger
from pilotline.rtm.settings import decode
from pilotline.vocabulary.board import (
    LINK_PROTOCOL,
    BoardMessage,
    Commission,
    Commissioned,
    Hello,
    HostMessage,
    Identity,
    Setting,
)
from pilotline.wire.rtm_link import BOARD_TO_HOST, Decoder, Encoder
from support.places import ROOT
from support.processes import pilotline, read_until, started

MODEL = load_charger("evnet-7kw-s").rtm
PAGE = (ROOT / "docs/how-to/run-the-rtm.md").read_text(encoding="utf-8")
M = TypeVar("M", bound=BoardMessage)
UNITS = ROOT / "packaging/systemd"
PLACES = ("--samples", "unix:samples", "--link", "unix:link")


@contextmanager
def module(home: Path, *more: str) -> Generator[subprocess.Popen[str]]:
    """A world without a car, and a module at work."""
    with started(home, "world", "--samples", "unix:samples", "--no-car") as world:
        read_until(world.stdout, "A world of", [])
        with started(home, "rtm", *PLACES, *more) as process:
            read_until(process.stdout, "at 1 kHz", [])
            yield process


class Caller:
    """Somebody on the module's link."""

    def __init__(self, home: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(home / "link"))
        self._encoder, self._decoder = Encoder(), Decoder(BOARD_TO_HOST)

    def say(self, *messages: HostMessage) -> None:
        self.socket.send(b"".join(self._encoder.encode(each) for each in messages))

    def commission(self, volts: int) -> Commissioned:
        self.say(Commission(Setting.VOLTAGE_OFFSET, volts))
        return self.until(Commissioned)

    def close(self) -> None:
        self.socket.close()

    def until(self, kind: type[M]) -> M:
        """The next message of a kind; the pytest timeout ends a wait that is in vain."""
        while True:
            for message in self._decoder.feed(self.socket.recv(4096)):
                if isinstance(message, kind):
                    return message


@pytest.mark.requirement("R-49")
def test_commissioned_settings_outlive_the_module(tmp_path: Path) -> None:
    """Its record is on the disk when it answers, one file a connector, and in force at the next start."""
    places = ("--store", "kept", "--connector", "2")
    with module(tmp_path, *places), closing(Caller(tmp_path)) as caller:
        caller.say(Hello(LINK_PROTOCOL, MODEL.hash))
        identity = caller.until(Identity)
        assert (identity.connector, identity.accepted) == (2, True)
        while not caller.commission(7).taken:  # state A is believed in a moment
            pass
        record = (tmp_path / "kept" / "rtm-2.settings").read_bytes()
        assert (decode(record) or {})[Setting.VOLTAGE_OFFSET] == 7
    with module(tmp_path, *places), closing(Caller(tmp_path)) as caller:
        too_wide = caller.commission(99)
        assert (too_wide.value, too_wide.taken) == (7, False)


def test_it_speaks_over_a_serial_device_as_well(tmp_path: Path) -> None:
    """The same frames."""
    near, far = pty.openpty()
    tty.setraw(far)
    try:
        with started(tmp_path, "world", "--samples", "unix:samples") as world:
            read_until(world.stdout, "A world of", [])
            device = os.ttyname(far)
            with started(
                tmp_path, "rtm", "--samples", "unix:samples", "--link", f"serial:{device}"
            ) as process:
                read_until(process.stdout, "at 1 kHz", [])
                os.write(near, Encoder().encode(Hello(LINK_PROTOCOL, MODEL.hash)))
                decoder, heard = Decoder(BOARD_TO_HOST), list[BoardMessage]()
                while not any(isinstance(each, Identity) for each in heard):
                    heard += decoder.feed(os.read(near, 4096))
    finally:
        os.close(near)
        os.close(far)


def test_a_service_manager_hears_ready_pings_and_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """READY=1 when its ticks begin, WATCHDOG=1 in half of its patience, STOPPING=1 on SIGTERM; code 0."""
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(tmp_path / "notify"))
    with closing(manager):
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        with module(tmp_path) as process:
            assert [manager.recv(99) for _ in range(4)] == [b"READY=1"] + [b"WATCHDOG=1"] * 3
            process.terminate()
            assert process.wait(10) == 0
        manager.setblocking(False)
        last = b""
        while last != b"STOPPING=1":
            last = manager.recv(99)


def test_a_module_that_stands_still_sends_no_ping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then its manager ends it and starts it anew."""
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(tmp_path / "notify"))
    with closing(manager):
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        with module(tmp_path) as process:
            assert manager.recv(99) == b"READY=1"
            process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, process.pid, os.WSTOPPED)
            _drain(manager)
            manager.settimeout(0.5)
            with pytest.raises(TimeoutError):
                manager.recv(99)
            process.send_signal(signal.SIGCONT)


def _drain(manager: socket.socket) -> None:
    """Take what was said before."""
    manager.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while manager.recv(99):
            pass


def test_memory_is_locked_and_the_cpu_is_its_own_when_asked(tmp_path: Path) -> None:
    """As the kernel tells of the process; where it may not lock, a sentence says what to give it."""
    cpu = min(os.sched_getaffinity(0))
    lines: list[str] = []
    with started(tmp_path, "world", "--samples", "unix:samples") as world:
        read_until(world.stdout, "A world of", [])
        with started(tmp_path, "rtm", *PLACES, "--cpu", str(cpu), "--lock-memory") as process:
            told = read_until(process.stdout, "", lines)
            if "cannot be locked" in told:
                assert process.wait(10) == 2
                return
            status = Path(f"/proc/{process.pid}/status").read_text()
            locked = re.search(r"VmLck:\s+(\d+) kB", status)
            assert locked is not None
            assert int(locked[1]) > 10_000
            assert re.search(rf"Cpus_allowed_list:\s+{cpu}$", status, re.MULTILINE)


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--samples", "tcp:here", "--link", "unix:l"], "--samples takes unix:PATH, not tcp:here."),
        (["--samples", "unix:s", "--link", "serial"], "--link takes unix:PATH or serial:DEV, not serial."),
        (["--samples", "unix:s", "--link", "unix:l"], "Nobody serves samples at s; start the board"),
        (["--samples", "unix:s", "--link", "unix:l", "--cpu", "4096"], "CPU 4096 is not one this process"),
        (
            ["--samples", "unix:s", "--link", "unix:l", "--store", "file/x"],
            "The folder file/x cannot be made",
        ),
        (["--samples", "unix:s", "--link", "unix:l", "--model", "nosuch"], "nosuch: no such model"),
    ],
)
def test_what_a_user_can_mend_is_one_sentence(tmp_path: Path, args: list[str], sentence: str) -> None:
    """Exit code 2, no trace."""
    (tmp_path / "file").write_text("")
    ended = pilotline(tmp_path, "rtm", *args)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"pilotline: {sentence}")
    assert len(ended.stderr.splitlines()) == 1


def test_a_second_world_at_one_place_is_a_sentence(tmp_path: Path) -> None:
    """The first keeps it."""
    with started(tmp_path, "world", "--samples", "unix:samples") as world:
        read_until(world.stdout, "A world of", [])
        ended = pilotline(tmp_path, "world", "--samples", "unix:samples")
    assert ended.returncode == 2
    assert ended.stderr == "pilotline: Another program listens at samples; end it, or choose another path.\n"


# --- the unit and the page --------------------------------------------------------------------------------


@pytest.mark.parametrize("drop_in", [None, "real-time.conf"])
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path, drop_in: str | None) -> None:
    """As it stands, and with its drop-in; only the path of the program is that of this machine."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze here: sudo apt install systemd")
    unit = tmp_path / "pilotline-rtm.service"
    program = shutil.which("true") or ""
    unit.write_text((UNITS / unit.name).read_text().replace("/opt/pilotline/bin/pilotline", program))
    if drop_in is not None:
        folder = tmp_path / f"{unit.name}.d"
        folder.mkdir()
        text = (UNITS / drop_in).read_text()
        (folder / drop_in).write_text(text.replace("/opt/pilotline/bin/pilotline", program))
    checked = subprocess.run(
        [analyze, "verify", "--man=no", str(unit)], capture_output=True, text=True, timeout=50, check=False
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@pytest.mark.parametrize("name", ["pilotline-rtm.service", "real-time.conf"])
def test_the_units_command_is_one_that_the_program_takes(tmp_path: Path, name: str) -> None:
    """It gets as far as looking for its samples."""
    text = (UNITS / name).read_text().replace("\\\n", " ")
    (command,) = re.findall(r"^ExecStart=/\S+/pilotline (.+)$", text, re.MULTILINE)
    words = command.replace("/run/pilotline", str(tmp_path)).replace("/var/lib/pilotline", str(tmp_path))
    words = words.replace("--cpu 1", f"--cpu {min(os.sched_getaffinity(0))}")
    ended = pilotline(tmp_path, *words.split())
    assert "Nobody serves samples" in ended.stderr or "cannot be locked" in ended.stderr


def test_the_commands_of_the_page_charge_a_car_and_stall_it(tmp_path: Path) -> None:
    """World and module as they stand there, then the stall: what the page promises is what is told."""
    commands = re.findall(r"^pilotline (.*?)(?: &)?$", PAGE, re.MULTILINE)
    (world_args,) = (each.split() for each in commands if each.startswith("world"))
    rtm_args = next(each for each in commands if each.startswith("rtm")).split()
    with started(tmp_path, *world_args) as world:
        read_until(world.stdout, "A world of", [])
        with started(tmp_path, *rtm_args) as process:
            read_until(world.stdout, "state C, pilot pwm, relay closed, no fault", [])
            process.send_signal(signal.SIGSTOP)
            time.sleep(0.06)  # the stall itself
            process.send_signal(signal.SIGCONT)
            read_until(world.stdout, "relay open, EVSE_FAULT_STALLED", [])
            process.send_signal(signal.SIGINT)
            read_until(process.stdout, "Stopped; the relay is open.", [])
            assert process.wait(10) == 0
