"""Why a host starts: the table, the file that tells of the last run, and processes that end in every way."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from ocpp.v16 import call
from ocpp.v16.enums import ResetType

from pilotline.runtime.process import FAILED, RESET_ME, RESTART_ME
from pilotline.runtime.reset_reason import Platform, Run, Runs, WhyStarted, first_reason
from pilotline.vocabulary.status import ResetReason as R
from support.bench import Bench, running
from support.central_system import CentralSystem
from support.control_line import controlled

# --- the table --------------------------------------------------------------------------------------


@pytest.mark.requirement("E-40")
@pytest.mark.parametrize(
    ("last", "boot_id", "boot_status", "reason"),
    [
        (None, "b", 0x20, R.UNKNOWN),
        (Run("a"), None, 0, R.UNKNOWN),
        (Run(None, in_order=True), "b", 0, R.UNKNOWN),
        (Run("a"), "b", 0, R.POWERON),
        (Run("a", in_order=True), "b", 0, R.POWERON),
        (Run("a"), "b", 0x20, R.WDT),
        (Run("a"), "b", 0x10, R.BROWNOUT),
        (Run("a"), "b", 0x8000, R.POWERON),
        (Run("a"), "a", 0x20, R.PANIC),
        (Run("a", in_order=True), "a", 0x20, R.SW),
    ],
)
def test_a_launcher_knows_why_it_starts(
    last: Run | None, boot_id: str | None, boot_status: int, reason: R
) -> None:
    """Nothing known is said so; what the watchdog says counts after a start of the computer and not else."""
    assert first_reason(last, boot_id, boot_status) is reason


@pytest.mark.requirement("E-40", "R-42")
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (RESTART_ME, R.SW),
        (RESET_ME, R.EXT),
        (0, R.SW),
        (FAILED, R.PANIC),
        (1, R.PANIC),
        (-signal.SIGKILL, R.PANIC),
        (-signal.SIGSEGV, R.PANIC),
    ],
)
def test_how_a_host_ended_says_why_the_next_one_starts(code: int, reason: R) -> None:
    """Its exit code, or the signal that ended it."""
    why = WhyStarted(R.POWERON)
    assert why.take() is R.POWERON
    why.ended(code)
    assert why.take() is reason


def test_who_pulls_the_power_knows_better_than_the_code_of_the_dead() -> None:
    """For the start that follows, and for no other."""
    why = WhyStarted(R.UNKNOWN)
    why.because(R.POWERON)
    why.ended(-signal.SIGKILL)
    assert why.take() is R.POWERON
    why.ended(-signal.SIGKILL)
    assert why.take() is R.PANIC


# --- the last run, and the platform -----------------------------------------------------------------


def a_computer(folder: Path, boot_id: str, *boot_status: str) -> Platform:
    """A computer's own words, in files."""
    (folder / "boot_id").write_text(f"{boot_id}\n")
    for number, text in enumerate(boot_status):
        watchdog = folder / f"watchdog{number}"
        watchdog.mkdir(exist_ok=True)
        (watchdog / "bootstatus").write_text(text)
    return Platform(folder / "boot_id", folder)


def test_a_launcher_tells_the_next_one_how_it_ended(tmp_path: Path) -> None:
    """New folder, killed, killed, ended in order, computer booted, computer reset by its watchdog."""
    file = tmp_path / "run.json"

    def start(*computer: str, ends: bool = False) -> R:
        runs = Runs(file, a_computer(tmp_path, *computer))
        reason = runs.begin()
        if ends:
            runs.end()
        return reason

    assert start("a") is R.UNKNOWN
    assert start("a") is R.PANIC
    assert start("a", ends=True) is R.PANIC
    assert start("a") is R.SW
    assert start("b", "0\n", "0\n") is R.POWERON
    assert start("c", "0\n", "32\n") is R.WDT
    assert start("d", "16\n", "0\n") is R.BROWNOUT
    assert start("e", "no number", "") is R.POWERON


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"boot_id": 5}', b"\xff\xfe"])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    """Nothing is known, nothing is guessed, and the next start knows again."""
    file = tmp_path / "run.json"
    file.write_bytes(content)
    platform = a_computer(tmp_path, "a")
    assert Runs(file, platform).begin() is R.UNKNOWN
    assert Runs(file, platform).begin() is R.PANIC


def test_a_folder_that_takes_nothing_costs_the_reason_and_nothing_else(tmp_path: Path) -> None:
    """No exception, no file."""
    runs = Runs(tmp_path / "missing" / "run.json", a_computer(tmp_path, "a"))
    assert runs.begin() is R.UNKNOWN
    runs.end()


def test_a_file_that_cannot_be_renewed_tells_nothing_any_more(tmp_path: Path) -> None:
    """Better no reason than the wrong one: the way in is blocked, so the old word is taken away."""
    file = tmp_path / "run.json"
    file.write_bytes(msgspec.json.encode(Run("a", in_order=True)))
    (tmp_path / "run.new").mkdir()
    platform = a_computer(tmp_path, "a")
    assert Runs(file, platform).begin() is R.SW
    assert Runs(file, platform).begin() is R.UNKNOWN


def test_a_computer_that_says_nothing_is_asked_all_the_same(tmp_path: Path) -> None:
    """No boot id, no watchdog: none of them is a failure."""
    platform = Platform(tmp_path / "boot_id", tmp_path / "watchdog")
    assert (platform.booted_as(), platform.boot_status()) == (None, 0)


def test_this_computer_has_a_boot_id() -> None:
    """The path is the kernel's own, and its answer stands still while it runs."""
    assert Platform().booted_as()
    assert Platform().booted_as() == Platform().booted_as()


# --- real processes ---------------------------------------------------------------------------------


def reasons(central: CentralSystem) -> list[str]:
    told = [each.payload for each in central.records.calls if each.payload.get("vendorId") == "VendorID3"]
    return [payload["vendorErrorCode"] for payload in told]


def with_a_backend(story: Callable[[CentralSystem], Awaitable[None]]) -> None:
    async def run() -> None:
        central = CentralSystem()
        await central.start()
        try:
            await story(central)
        finally:
            await central.cut()
        assert central.records.complaints == []

    asyncio.run(run())


async def _kill_host(bench: Bench) -> None:
    os.kill((await bench.pids())["host"], signal.SIGKILL)


@pytest.mark.requirement("E-40", "E-41", "R-42", "M-16", "R-34")
def test_every_end_of_a_host_is_told_by_the_next_one(tmp_path: Path) -> None:
    """A kill, both resets, the button, a power cut, and a second launcher on the same folder; each once."""

    async def story(central: CentralSystem) -> None:
        async def told(*codes: str) -> None:
            await central.until(lambda: len(reasons(central)) >= len(codes))
            assert reasons(central) == list(codes)

        async with running(tmp_path, central.url) as bench:
            await told("0")
            await _kill_host(bench)
            await told("0", "4")
            board = (await bench.pids())["board"]
            await central.ask(call.Reset(type=ResetType.soft))
            await told("0", "4", "3")
            await central.ask(call.Reset(type=ResetType.hard))
            await told("0", "4", "3", "2")
            assert (await bench.pids())["board"] == board
            await bench.do("reset_button")
            await told("0", "4", "3", "2", "2")
            assert (await bench.pids())["board"] != board
            await bench.do("power_cycle")
            await told("0", "4", "3", "2", "2", "1")
        async with running(tmp_path, central.url):
            await told("0", "4", "3", "2", "2", "1", "3")

    with_a_backend(story)


@pytest.mark.requirement("E-40", "E-41")
@pytest.mark.parametrize(
    ("end", "code"), [(signal.SIGKILL, "4"), (signal.SIGTERM, "3"), (signal.SIGINT, "3")], ids=str
)
def test_a_launcher_tells_how_the_one_before_it_ended(tmp_path: Path, end: signal.Signals, code: str) -> None:
    """Killed, it leaves no mark and its death was a panic; ended in order, it was the software's own wish."""
    with controlled(tmp_path) as line:
        line.wait(ocpp_status="Available")
        line.process.send_signal(end)
        line.ended()

    async def story(central: CentralSystem) -> None:
        async with running(tmp_path / "data", central.url):
            await central.call_of("StatusNotification", vendorId="VendorID3", vendorErrorCode=code)

    with_a_backend(story)


@pytest.mark.requirement("M-16", "R-52")
def test_the_reset_button_under_a_charging_car_closes_its_session_as_a_crash_does(tmp_path: Path) -> None:
    """Both processes are new, the plug is where it was, and the backend hears the end: Reboot."""

    async def story(central: CentralSystem) -> None:
        async with running(tmp_path, central.url) as bench:
            await bench.charge()
            before = await bench.pids()
            await bench.do("reset_button")
            stop = await central.call_of("StopTransaction")
            assert stop.payload["reason"] == "Reboot"
            assert not set((await bench.pids()).values()) & set(before.values())
            assert (await bench.world())["plugged"]

    with_a_backend(story)


@pytest.mark.requirement("E-41", "R-42", "R-52")
def test_a_hard_reset_comes_about_on_a_disk_that_is_full(tmp_path: Path) -> None:
    """Ten seconds are enough: the end that the disk did not take is found open by the next host."""

    async def story(central: CentralSystem) -> None:
        async with running(tmp_path, central.url) as bench:
            await bench.charge()
            await bench.do("disk", full=True)
            await central.ask(call.Reset(type=ResetType.hard))
            await central.call_of("StatusNotification", vendorErrorCode="2", info="EXT")
            assert (await central.call_of("StopTransaction")).payload["reason"] == "Reboot"
            assert bench.launcher.host.ends == [RESET_ME]

    with_a_backend(story)


@pytest.mark.requirement("E-40", "E-41")
def test_a_host_that_hangs_is_ended_by_its_watchdog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers three questions in a row not at all; the next host tells of it: 6."""
    monkeypatch.setattr("pilotline.runtime.launcher.ASK_EVERY_S", 0.3)
    monkeypatch.setattr("pilotline.runtime.control.ANSWER_S", 2.0)

    async def story(central: CentralSystem) -> None:
        async with running(tmp_path, central.url) as bench:
            await central.call_of("StatusNotification", vendorErrorCode="0")
            os.kill((await bench.pids())["host"], signal.SIGSTOP)
            await central.call_of("StatusNotification", vendorErrorCode="6", info="TASK_WDT")
            assert bench.launcher.host.ends == [-signal.SIGKILL]
            assert "The host does not answer any more and is ended." in bench.notes

    with_a_backend(story)


def test_a_host_that_answers_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it is asked all the time, and though it is being started again meanwhile."""
    monkeypatch.setattr("pilotline.runtime.launcher.ASK_EVERY_S", 0.01)

    async def story(central: CentralSystem) -> None:
        async with running(tmp_path, central.url) as bench:
            await _kill_host(bench)
            await central.call_of("StatusNotification", vendorErrorCode="4")
            assert bench.launcher.host.ends == [-signal.SIGKILL]

    with_a_backend(story)
