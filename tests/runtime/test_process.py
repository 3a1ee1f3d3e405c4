"""What every child does first and last: logs as events, and an end with a code when it made a mistake."""

import json
import subprocess
import sys

import pytest

from pilotline.runtime.process import FAILED, RESTART_ME

IN_A_CALLBACK = """
    asyncio.get_running_loop().call_soon(lambda: 1 / 0)
    await asyncio.sleep(30)
"""
IN_A_READER = """
    near, far = os.pipe()
    asyncio.get_running_loop().add_reader(near, lambda: 1 / 0)
    os.write(far, b"x")
    await asyncio.sleep(30)
"""
IN_THE_WORK = """
    raise ZeroDivisionError("division by zero")
"""
IN_A_TASK_NOBODY_WAITS_FOR = """
    from pilotline.runtime.process import fail_with
    async def work():
        1 / 0
    task = asyncio.create_task(work())
    task.add_done_callback(fail_with)
    await asyncio.sleep(30)
"""
IN_A_THREAD = """
    import threading
    threading.Thread(target=lambda: 1 / 0, daemon=True).start()
    await asyncio.sleep(30)
"""


def run(body: str) -> subprocess.CompletedProcess[str]:
    """A child process with this work."""
    code = f"""
import asyncio, os, signal
from pilotline.runtime.process import run_process
async def work():{body}
run_process("test", work)
"""
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


@pytest.mark.parametrize(
    "body", [IN_A_CALLBACK, IN_A_READER, IN_THE_WORK, IN_A_TASK_NOBODY_WAITS_FOR, IN_A_THREAD]
)
def test_a_mistake_of_ours_ends_the_process_at_once_and_is_logged(body: str) -> None:
    """Cores in an unknown state do not go on: exit code 70, and the trace is one JSON event in the log."""
    ended = run(body)
    assert ended.returncode == FAILED
    failed = json.loads(
        ended.stderr.splitlines()[-1] if body != IN_THE_WORK else ended.stderr.splitlines()[-2]
    )
    assert failed["event"] == "failed"
    assert failed["process"] == "test"
    assert "ZeroDivisionError" in failed["exception"]


def test_the_log_has_one_json_object_a_line() -> None:
    """A first and a last line, with time and level, on standard error; the control line stays free."""
    ended = run("\n    return None\n")
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["started", "ended"]
    assert all(line["level"] == "info" and line["timestamp"].endswith("Z") for line in lines)
    assert (ended.returncode, ended.stdout) == (0, "")


def test_a_child_that_asks_to_be_started_again_says_so_by_its_code() -> None:
    """What the work returns is the exit code."""
    assert run(f"\n    return {RESTART_ME}\n").returncode == RESTART_ME


def test_a_child_leaves_ctrl_c_to_the_launcher() -> None:
    """SIGINT goes to the whole group of a terminal; the launcher alone decides who ends when."""
    ended = run("\n    os.kill(os.getpid(), signal.SIGINT)\n    await asyncio.sleep(0.05)\n    return 3\n")
    assert ended.returncode == 3
