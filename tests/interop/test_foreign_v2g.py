"""``make interop-v2g`` itself needs root and a JVM; that it says so does not."""

import os
import subprocess
import sys

from support.places import ROOT


def test_what_is_missing_is_told_with_what_to_do() -> None:
    """Exit code 3, so that nobody takes it for a failure or a success."""
    run = subprocess.run(
        [sys.executable, ROOT / "scripts" / "interop_v2g.py"],
        env={**os.environ, "PATH": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 3
    assert run.stderr.startswith("make interop-v2g cannot run here.\n")
    assert "The command ip is missing: apt-get install iproute2\n" in run.stderr
    assert "needs a JVM: apt-get install default-jre-headless\n" in run.stderr
    assert run.stdout == ""
