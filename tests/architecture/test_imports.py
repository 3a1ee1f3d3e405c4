"""The walls between the rooms: import-linter's contracts of ``pyproject.toml``."""

import subprocess
import sys
from pathlib import Path

import pytest

from support.places import ROOT


@pytest.mark.requirement("E-05")
def test_imports_point_down_only() -> None:
    """Every import contract is kept; the message names the import that breaks one."""
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
