"""Launcher, board and host as real processes: who survives whom, and what persists."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from pilotline.links.host import HostView
from pilotline.links.operations import OperationError
from pilotline.runtime.launcher import Child
from pilotline.runtime.process import FAILED, RESTART_ME
from support.bench import Bench, is_alive, running

Story = Callable[[Bench], Coroutine[Any, Any, None]]


def play(folder: Path, story: Story, model: str = "evnet-7kw-s") -> None:
    """Run a story on a station of its own."""

    async def run() -> None:
        async with running(folder, model=model) as bench:
            await story(bench)

    asyncio.run(run())


def _rests_with_a_car(view: HostView) -> bool:
    """A car is there, no session, no current: whether the old session is shown as over is R-52's matter."""
    connector = view.connectors[0]
    rests = connector.ocpp_status in ("Preparing", "Finishing") and connector.transaction is None
    return rests and connector.pilot_state == "B" and not connector.relay


@pytest.mark.requirement("R-45", "E-16")
def test_a_host_that_crashes_is_started_again_alone_and_tells_the_truth(tmp_path: Path) -> None:
    """The board opens the relay by itself, keeps its process, and the new host claims no session."""

    async def story(bench: Bench) -> None:
        await bench.charge()
        before = await bench.pids()
        await bench.do("host_crash")
        assert await bench.opened() < 8
        await bench.until(_rests_with_a_car)
        after = await bench.pids()
        assert after["host"] != before["host"]
        assert after["board"] == before["board"]
        await bench.until(lambda view: view.connectors[0].current_a == (0, 0, 0))
        assert any("The host ended" in note for note in bench.notes)
        await bench.leave()
        await bench.charge()

    play(tmp_path, story)


def test_a_status_of_a_host_that_is_gone_is_no_status(tmp_path: Path) -> None:
    """Who waits after a crash waits for the new host's word, not for the old one's."""

    async def story(bench: Bench) -> None:
        await bench.charge()
        await bench.do("host_crash")
        with pytest.raises(OperationError, match="was not reached in 1 s"):
            await bench.wait(ocpp_status="Charging", timeout_s=1)

    play(tmp_path, story)


@pytest.mark.requirement("M-02", "M-20")
def test_two_connectors_charge_side_by_side_and_each_outlives_a_power_cycle(tmp_path: Path) -> None:
    """Two lines, two meters, one host: both charge, at half the supply each, and keep plug and register."""

    async def story(bench: Bench) -> None:
        for connector in (1, 2):
            await bench.wait(connector=connector, ocpp_status="Available")
            await bench.do("plug_in", connector=connector)
            await bench.do("present_tag", connector=connector, tag=f"CARD {connector}")
            await bench.wait(connector=connector, ocpp_status="Charging")
        view = await bench.until(lambda view: all(each.offered_a == 16 for each in view.connectors))
        assert [each.limit.source for each in view.connectors] == ["sharing", "sharing"]
        await bench.until(lambda view: (view.connectors[1].energy_wh or 0) >= 2)
        with pytest.raises(OperationError, match="this station has connector 1 and 2"):
            await bench.do("unplug", connector=3)
        await bench.do("power_cycle")
        for connector in (1, 2):
            await bench.wait(connector=connector, pilot_state="B", transaction=None)
            world = await bench.do("world_view", connector=connector)
            assert world["plugged"]
            assert world["energy_wh"] >= (2 if connector == 2 else 1)

    play(tmp_path, story, "master-plus-ac")


@pytest.mark.requirement("M-08", "R-20")
def test_an_evsens_on_its_own_line_limits_and_its_silence_leaves_6_a(tmp_path: Path) -> None:
    """Asked from the moment its key is true: a load of the house leaves less, silence 6 A and a fault."""

    async def story(bench: Bench) -> None:
        await bench.do("world", house_a=40)
        await bench.charge()
        assert (await bench.wait(offered_a=32)).connectors[0].faults == ()
        assert await bench.do("config_set", key="c_Evsens", value=True) == "Accepted"
        view = await bench.wait(offered_a=20)
        assert view.connectors[0].limit.source == "evsens"
        await bench.do("world", house_a=46)
        await bench.wait(offered_a=14)
        await bench.do("evsens_fault")
        view = await bench.wait(offered_a=6, faults=["EVSE_FAULT_CLAMP_SILENT"])
        assert view.connectors[0].faults[0].code == 0x200_0000
        assert "EVSENS" in view.connectors[0].why.sentence
        assert (await bench.do("bench_view", connector=2))["causes"] == ["EVSE_FAULT_CLAMP_SILENT"]

    play(tmp_path, story, "master-plus-ac")


@pytest.mark.requirement("M-08")
def test_an_evsens_is_asked_again_after_a_power_cycle(tmp_path: Path) -> None:
    """Its key was kept, and its line is found again: no fault stays, and the house's load counts."""

    async def story(bench: Bench) -> None:
        await bench.do("config_set", key="c_Evsens", value=True)
        await bench.do("power_cycle")
        await bench.wait(ocpp_status="Available", faults=[])
        await bench.do("world", house_a=45)
        await bench.charge()
        view = await bench.wait(offered_a=15)
        assert view.connectors[0].limit.source == "evsens"
        await bench.do("inject", fault="EVSE_FAULT_CLAMP_SILENT")
        await bench.wait(faults=["EVSE_FAULT_CLAMP_SILENT"])
        await bench.do("inject", fault="EVSE_FAULT_CLAMP_SILENT", active=False)
        await bench.wait(faults=[])

    play(tmp_path, story, "master-plus-ac")


@pytest.mark.requirement("E-74")
def test_plug_and_register_outlive_a_power_cycle(tmp_path: Path) -> None:
    """Both processes are new; the car is still there and the meter has not forgotten."""

    async def story(bench: Bench) -> None:
        await bench.do("car", ramp_up_ma_s=32_000)
        await bench.charge()
        view = await bench.until(lambda view: (view.connectors[0].energy_wh or 0) >= 2)
        register, before = view.connectors[0].energy_wh, await bench.pids()
        assert register is not None
        await bench.do("power_cycle")
        view = await bench.until(_rests_with_a_car)
        after, world = await bench.pids(), await bench.world()
        assert not set(before.values()) & set(after.values())
        assert world["plugged"]
        assert world["energy_wh"] >= register
        view = await bench.until(lambda view: view.connectors[0].energy_wh is not None)
        assert view.connectors[0].energy_wh == world["energy_wh"]
        await bench.leave()

    play(tmp_path, story)


def test_a_station_that_is_started_again_finds_its_car_and_register(tmp_path: Path) -> None:
    """The same folder is the same station: an orderly end keeps the world to the last."""
    registers: list[int] = []

    async def charge(bench: Bench) -> None:
        await bench.do("car", ramp_up_ma_s=32_000)
        await bench.charge()
        await bench.until(lambda view: (view.connectors[0].energy_wh or 0) >= 1)
        registers.append((await bench.world())["energy_wh"])

    async def look() -> None:
        bench = Bench(tmp_path)
        task = asyncio.create_task(bench.launcher.run())
        try:
            await bench.until(_rests_with_a_car)
            assert (await bench.world())["energy_wh"] >= registers[0]
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            os.close(bench.folder._lock)

    play(tmp_path, charge)
    asyncio.run(look())


def test_garbage_on_the_link_is_noise_and_the_car_goes_on_charging(tmp_path: Path) -> None:
    """Somebody else writes into the board's line: frames between the noise are heard, nothing ends."""

    async def story(bench: Bench) -> None:
        await bench.charge()
        before = await bench.pids()
        intruder = os.open(bench.folder.board_link(), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            for _ in range(40):
                os.write(intruder, os.urandom(200))
                await asyncio.sleep(0.02)
        finally:
            os.close(intruder)
        view = await bench.wait(ocpp_status="Charging", relay=True)
        await asyncio.sleep(1)  # a renewed permit and a report pass the line
        assert (await bench.world())["contacts"] == [True, True]
        assert await bench.pids() == before
        assert view.connectors[0].faults == ()
        await bench.leave()

    play(tmp_path, story)


def test_a_tethered_model_charges_too(tmp_path: Path) -> None:
    """The other model of part 1, which has neither lock nor proximity."""

    async def story(bench: Bench) -> None:
        view = await bench.charge()
        assert view.model == "evnet-7kw-t2"
        await bench.leave()

    play(tmp_path, story, "evnet-7kw-t2")


def test_operations_that_cannot_be_done_are_refused_in_a_sentence(tmp_path: Path) -> None:
    """Unknown words, wrong arguments, the impossible, a key that refuses; the station stays as it is."""
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("fly", {}, "There is no operation fly"),
        ("plug_in", {"colour": "red"}, "plug_in has no argument colour; it takes cable_ma, ohm"),
        ("plug_in", {"cable_ma": "thick"}, "plug_in: "),
        ("unplug", {}, "."),
        ("evsens_fault", {}, "This model has no place for an EVSENS that could fail."),
        ("present_tag", {}, "present_tag: "),
        ("wait", {"ocpp_status": "Available", "connector": 7}, "there is no connector 7"),
        ("wait", {}, "wait needs at least one field"),
        ("wait", {"mood": "good"}, "The status has no field mood"),
        ("wait", {"relay": True, "timeout_s": 0.1}, "relay=True was not reached in 0.1 s: it is relay=False"),
        (
            "config_set",
            {"key": "LightIntensity", "value": 101},
            "LightIntensity was not set to '101': Rejected",
        ),
        ("config_set", {"key": "NoSuchKey", "value": 1}, "NoSuchKey was not set to '1': NotSupported"),
        ("config_set", {"key": "LightIntensity"}, "config_set: "),
        ("config_get", {"keys": "all"}, "config_get: "),
        ("network", {"up": "sideways"}, "network: "),
    ]

    async def story(bench: Bench) -> None:
        before = await bench.pids()
        for word, args, sentence in cases:
            with pytest.raises(OperationError) as refused:
                await bench.do(word, **args)
            assert sentence in str(refused.value), (word, args)
        assert await bench.do("config_set", key="LightIntensity", value=40) == "Accepted"
        assert await bench.do("config_get", keys=["lightintensity"]) == {"LightIntensity": "40"}
        assert await bench.pids() == before

    play(tmp_path, story)


def test_waiting_for_what_no_status_has_ends_the_wait_and_nothing_else(tmp_path: Path) -> None:
    """Even before the station has spoken for the first time."""

    async def story() -> None:
        bench = Bench(tmp_path)
        task = asyncio.create_task(bench.launcher.run())
        try:
            with pytest.raises(OperationError, match="no field mood"):
                await bench.wait(mood="good")
            await bench.wait(ocpp_status="Available")
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            os.close(bench.folder._lock)

    asyncio.run(story())


# --- children ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["board_process", "host_process"])
@pytest.mark.parametrize("options", ["{", "{}", '{"model": 5}'])
def test_a_child_with_wrong_options_ends_with_the_code_of_a_mistake(module: str, options: str) -> None:
    """The options are the launcher's: wrong ones are a mistake of ours, logged as an event."""
    ended = subprocess.run(
        [sys.executable, "-m", f"pilotline.runtime.{module}", options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert ended.returncode == FAILED
    assert [json.loads(line)["event"] for line in ended.stderr.splitlines()] == ["started", "failed", "ended"]


class Ends:
    """A module run as a child, and when and how its lives ended."""

    def __init__(self, folder: Path, code: str) -> None:
        (folder / "short_life.py").write_text(code)
        self.times: list[float] = []
        self.codes: list[int] = []
        self.enough = asyncio.Event()
        self.child = Child("short_life", lambda: b"{}", str(folder / "log"), self._event)

    def _event(self, event: str, value: Any) -> None:
        assert event == "ended"
        self.times.append(asyncio.get_running_loop().time())
        self.codes.append(value)
        if len(self.times) == 3:
            self.enough.set()

    async def three(self) -> None:
        task = asyncio.create_task(self.child.keep_running())
        try:
            async with asyncio.timeout(15):
                await self.enough.wait()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(
    ("code", "codes", "shortest_s"),
    [
        ("raise SystemExit(70)", [70, 70, 70], (0.05, 0.1)),
        ("import os; os.kill(os.getpid(), 11)", [-11, -11, -11], (0.05, 0.1)),
        (f"raise SystemExit({RESTART_ME})", [RESTART_ME] * 3, (0, 0)),
    ],
)
def test_a_child_that_keeps_dying_is_started_less_and_less_often(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    codes: list[int],
    shortest_s: tuple[float, float],
) -> None:
    """The pause doubles, a crash by a signal included; who asks to be restarted does not wait."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr("pilotline.runtime.launcher.FIRST_PAUSE_S", 0.05)

    async def story() -> Ends:
        ends = Ends(tmp_path, code)
        await ends.three()
        return ends

    ends = asyncio.run(story())
    gaps = [later - earlier for earlier, later in zip(ends.times, ends.times[1:], strict=False)]
    assert ends.codes == codes
    assert all(gap >= shortest for gap, shortest in zip(gaps, shortest_s, strict=True))


def test_a_child_that_does_not_end_by_itself_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The launcher's end is never held up for long."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr("pilotline.runtime.launcher.GRACE_S", 0.1)
    (tmp_path / "deaf.py").write_text(
        'import sys, time\nprint(\'{"event": "up"}\', flush=True)\ntime.sleep(60)\n'
    )

    async def story() -> None:
        up = asyncio.Event()
        child = Child("deaf", lambda: b"{}", str(tmp_path / "log"), lambda _event, _value: up.set())
        task = asyncio.create_task(child.keep_running())
        async with asyncio.timeout(10):
            await up.wait()
            assert child.pid is not None
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert not is_alive(child.pid)

    asyncio.run(story())
