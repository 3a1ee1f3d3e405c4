"""``docs/how-to/fetch-diagnostics.md``: its commands and its backend work, its table is the program's."""

import re
import shlex
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from pilotline.drivers.bundle import LOG_BYTES, MOST_BYTES
from pilotline.station.upkeep.uploads import MOST_TRIES, USUAL_PAUSE_S, USUAL_TRIES
from pilotline.vocabulary.location import SUPPORTED
from pilotline.vocabulary.transfers import TRANSFER_FAULTS
from support.file_servers import free_port
from support.places import ROOT
from support.processes import read_until, started

PAGE = (ROOT / "docs/how-to/fetch-diagnostics.md").read_text(encoding="utf-8")
BACKEND = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
COMMANDS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.requirement("M-41")
def test_its_commands_fetch_a_bundle(tmp_path: Path) -> None:
    """As they stand there, but for ports and folders."""
    home, ports = tmp_path / "bundles", (free_port(), free_port())
    home.mkdir()

    def here(text: str) -> str:
        placed = text.replace("9000", str(ports[0])).replace("2121", str(ports[1]))
        return placed.replace("/tmp/bundles", str(home)).replace("/tmp/try", str(tmp_path / "try"))

    script = tmp_path / "fetch.py"
    script.write_text(here(BACKEND), encoding="utf-8")
    (serve,) = [line for line in COMMANDS[0].splitlines() if "pyftpdlib -i" in line]
    (run,) = [line for line in COMMANDS[1].splitlines() if line.startswith("pilotline")]
    heard: list[str] = []
    quiet = subprocess.DEVNULL
    words = shlex.split(here(serve))[1:]
    server = subprocess.Popen([sys.executable, "-W", "ignore", *words], stdout=quiet, stderr=quiet)
    backend = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, stderr=quiet, text=True)
    try:
        read_until(backend.stdout, "ready", heard)
        with started(tmp_path, *shlex.split(here(run))[1:], "--no-panel"):
            read_until(backend.stdout, "status Uploaded", heard)
    finally:
        for process in (server, backend):
            process.kill()
            process.wait()
        assert backend.stdout is not None
        backend.stdout.close()
    shown = PAGE[PAGE.index("```\nready") + 4 :].split("```")[0].splitlines()
    named = [re.sub(r"\d{8}T\d{6}Z", "…", line.strip()) for line in heard]
    assert named == [re.sub(r"\d{8}T\d{6}Z", "…", line) for line in shown]
    (bundle,) = home.glob("CP-1-diagnostics-*.tar.gz")
    with tarfile.open(bundle) as files:
        assert "README.txt" in files.getnames()


def test_its_table_of_failures_is_the_stations() -> None:
    """Every number with its sentence and the word that GetLog says."""
    rows = re.findall(r"^\| −(\d+) \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE)
    assert [-int(number) for number, _, _ in rows] == [each.number for each in TRANSFER_FAULTS]
    for (_, _, word), fault in zip(rows, TRANSFER_FAULTS, strict=True):
        wire = fault.status.value.replace("UploadFailed", "UploadFailure")
        assert word == (wire if fault.name != "location" else "refused at once")


def test_its_figures_are_the_stations() -> None:
    assert f"({LOG_BYTES >> 20} MiB of each)" in PAGE
    assert f"more than {MOST_BYTES >> 20} MiB" in PAGE
    assert f"at most {MOST_TRIES} times, {USUAL_TRIES} where" in PAGE
    assert f"between\n({USUAL_PAUSE_S})" in PAGE
    assert f"says `{SUPPORTED}`" in PAGE
