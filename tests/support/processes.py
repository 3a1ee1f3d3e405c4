"""The command line as a person uses it: real processes, and who their children are."""

import os
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

AT_ANY_HOUR = "c_ChargeOffPeriod1=disable,08:00,11:00 c_ChargeOffPeriod2=disable,16:00,22:00"
"""What a station does is not to depend on the hour at which a test runs."""
COMMAND = (sys.executable, "-m", "pilotline")


def environment(home: Path) -> Mapping[str, str]:
    """A user of its own: default folders stand in ``home``; output is as in any pipe."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHONUNBUF", "XDG"))}
    return {**kept, "XDG_DATA_HOME": str(home), "COLUMNS": "80", "PILOTLINE_SET": AT_ANY_HOUR}


def pilotline(home: Path, *args: str, timeout_s: float = 55) -> subprocess.CompletedProcess[str]:
    """Run a verb to its end, in ``home``."""
    return subprocess.run(
        [*COMMAND, *args],
        cwd=home,
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


@contextmanager
def started(home: Path, *args: str) -> Generator[subprocess.Popen[str]]:
    """A verb that goes on; whatever happens, it and its children are gone at the end."""
    process = subprocess.Popen(
        [*COMMAND, *args],
        cwd=home,
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()  # its children see their line closed
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def read_until(output: IO[str] | None, word: str, lines: list[str]) -> str:
    """Read lines into ``lines`` until one has ``word``; the pytest timeout ends a wait that is in vain."""
    assert output is not None
    for line in output:
        lines.append(line)
        if word in line:
            return line
    raise AssertionError(f"{word} never came:\n{''.join(lines)}")


def children(pid: int) -> list[int]:
    """The processes whose parent is this one."""
    entries = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [int(entry.name) for entry in entries if _parent(entry) == pid]


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def gone(pids: list[int], within_s: float = 6) -> bool:
    """Whether all of these end in time; they are not ours, so nobody tells us when."""
    until = time.perf_counter() + within_s
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        if time.perf_counter() > until:
            return False
        time.sleep(0.02)
    return True
