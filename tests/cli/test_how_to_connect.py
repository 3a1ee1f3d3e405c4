"""``docs/how-to/connect-a-backend.md``: commands and backend work, its sentences are the program's."""

import re
import shlex
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from websockets.datastructures import Headers
from websockets.exceptions import InvalidMessage, InvalidStatus
from websockets.http11 import Response

from pilotline.drivers.ocpp_client import SubprotocolRefusedError, Timings, explain_failure
from pilotline.station.keys import BY_NAME
from pilotline.vocabulary.endpoint import parse_endpoint
from support.ocpp_line import TIME, Line
from support.places import ROOT
from support.processes import read_until, started

PAGE = (ROOT / "docs/how-to/connect-a-backend.md").read_text(encoding="utf-8")
BACKEND = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
COMMANDS = re.findall(r"^pilotline (.*)$", PAGE, re.MULTILINE)


@pytest.fixture
def port() -> int:
    """One that was free a moment ago."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        number: int = taken.getsockname()[1]
        return number


def test_its_backend_hears_its_station_charge(tmp_path: Path, port: int) -> None:
    """The script as it stands there and the command with ``--demo``, but for port, folder and page."""
    script = tmp_path / "backend.py"
    script.write_text(BACKEND.replace("9000", str(port)), encoding="utf-8")
    command = next(each for each in COMMANDS if "--demo" in each)
    words = shlex.split(command.replace("9000", str(port)).replace("/tmp/try", str(tmp_path / "try")))
    heard: list[str] = []
    backend = subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        read_until(backend.stdout, f"ws://127.0.0.1:{port}/ocpp", heard)
        with started(tmp_path, *words, "--no-panel") as station:
            read_until(station.stdout, "Backend        connected.", [])
            told = read_until(backend.stdout, '"StartTransaction"', heard)
            assert told.startswith("CP-1 [2,")
            read_until(backend.stdout, '"Charging"', heard)
    finally:
        backend.kill()
        backend.wait()
        assert backend.stdout is not None
        backend.stdout.close()
    shown = re.findall(r'"…","(\w+)"', PAGE)
    assert list(dict.fromkeys(shown)) == list(dict.fromkeys(re.findall(r'",\s?"(\w+)",\{', "".join(heard))))


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        socket.gaierror(-2, "…"),
        TimeoutError(),
        InvalidStatus(Response(404, "", Headers())),
        InvalidStatus(Response(401, "", Headers())),
        InvalidStatus(Response(400, "", Headers())),
        SubprotocolRefusedError("ocpp2.0.1"),
        InvalidMessage(""),
        ssl.SSLCertVerificationError(1, ""),
    ],
    ids=repr,
)
def test_its_sentences_of_the_line_are_the_programs_own(error: Exception) -> None:
    """Word for word, … standing for what the machine says itself."""
    if isinstance(error, ssl.SSLCertVerificationError):
        error.verify_message = "…"
    endpoint = parse_endpoint("ws://backend.example:9000/ocpp", "CP-1")
    assert f"| {explain_failure(error, endpoint, Timings().open_s)} |" in PAGE


def test_its_sentences_of_the_registration_are_the_programs_own() -> None:
    """Pending, Rejected, no answer, and a clock that is broken."""
    said: list[str] = []
    for word, time in (("Pending", TIME), ("Rejected", TIME), ("Accepted", "1970-01-01T00:00:00Z")):
        line = Line()
        line.up()
        line.answer(status=word, currentTime=time, interval=60)
        said.append(line.problem)
    line = Line()
    line.up()
    line.time_out()
    said.append(line.problem)
    assert [sentence for sentence in said if f"| {sentence} |" not in PAGE] == []


def test_its_keys_are_keys() -> None:
    """Each name in the first column of its tables of keys."""
    rows = re.findall(r"^\| (`[^|]*) \|", PAGE, re.MULTILINE)
    names = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert len(names) > 12
    assert [name for name in names if name.lower() not in BY_NAME] == []
