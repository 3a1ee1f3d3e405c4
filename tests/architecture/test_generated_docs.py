"""Pages that are drawn from tables are in step with them."""

import runpy
from pathlib import Path

import pytest

from support.places import ROOT


@pytest.mark.parametrize(
    "script",
    ["link_reference.py", "fault_reference.py", "limit_reference.py", "operations_reference.py"],
)
def test_the_page_is_in_step(script: str) -> None:
    """The page in ``docs/reference`` is what its script draws now."""
    drawn = runpy.run_path(str(ROOT / "scripts" / script))
    target: Path = drawn["TARGET"]
    there = target.read_text(encoding="utf-8") if target.exists() else "missing"
    assert there == drawn["page"](), f"run: .venv/bin/python scripts/{script}"
