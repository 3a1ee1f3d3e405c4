"""What the launcher starts: a process of the station, with nothing in it that it has no use for."""

import subprocess
import sys
from pathlib import Path

from support.processes import environment

PROBE = """
import json, sys
import pilotline.runtime.{module}

def main():
    print(json.dumps([sys.argv[1], sorted(sys.modules)]))
"""


def modules(home: Path, module: str) -> str:
    """The names of all that such a child has loaded before its ``main`` runs, and its options."""
    (home / "probe.py").write_text(PROBE.format(module=module))
    child = [sys.executable, "-m", "pilotline.runtime.child", "probe", "OPTIONS"]
    ended = subprocess.run(
        child, cwd=home, env=environment(home), capture_output=True, text=True, timeout=55, check=True
    )
    return ended.stdout


def test_a_child_finds_its_options_and_has_no_library_for_terminals(tmp_path: Path) -> None:
    """structlog logs without it."""
    found = modules(tmp_path, "board_process")
    assert found.startswith('["OPTIONS"')
    assert '"structlog"' in found
    assert '"rich.console"' not in found


def test_a_host_of_real_processes_has_no_simulated_station_in_it(tmp_path: Path) -> None:
    """Nor what draws a PDF, nor the panel's server: they come when they are asked for."""
    found = modules(tmp_path, "host_process")
    for module in ("rich.console", "pilotline.simulator.station", "pydyf", "pilotline.panel.server"):
        assert f'"{module}"' not in found
