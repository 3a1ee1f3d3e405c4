"""``docs/how-to/secure-the-backend.md``: its commands lead through all profiles, its sentences are ours."""

import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from pilotline.vocabulary import troubles
from support.places import ROOT
from support.processes import AT_ANY_HOUR, COMMAND, environment, pilotline, read_until

PAGE = (ROOT / "docs/how-to/secure-the-backend.md").read_text(encoding="utf-8")
BACKEND = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
LINES = [line for block in BLOCKS for line in block.splitlines()]
TYPED = re.findall(r"^(?:ExtendedTriggerMessage \{.*|sign|ChangeConfiguration \{.*)$", PAGE, re.MULTILINE)


class Place:
    """The page's folder, port and programs, as this test has them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = str(taken.getsockname()[1])
        (folder / "backend.py").write_text(self.here(BACKEND), encoding="utf-8")

    def here(self, text: str) -> str:
        text = text.replace("/tmp/secure", str(self.folder)).replace("9000", self.port)
        return text.replace("backend/bin/python", shlex.quote(sys.executable))

    def shell(self, begins: str) -> None:
        """Those of the page's commands that begin so, in the folder."""
        found = [line for line in LINES if line.partition("&& ")[2].startswith(begins)]
        assert found
        for line in found:
            subprocess.run(self.here(line), shell=True, check=True, capture_output=True, timeout=30)

    @contextmanager
    def backend(self, *words: str) -> Generator[subprocess.Popen[str]]:
        command = f"backend/bin/python backend.py{''.join(f' {each}' for each in words)}"
        assert f"cd /tmp/secure && {command}" in LINES
        with self._process(shlex.split(self.here(command)), {}) as process:
            read_until(process.stdout, "ready", [])
            yield process

    @contextmanager
    def station(self, number: int) -> Generator[subprocess.Popen[str]]:
        """The page's ``number``-th ``pilotline run``, with the keys it sets for it."""
        line = [each for each in LINES if "pilotline run" in each][number]
        keys = re.search(r'PILOTLINE_SET="(.*?)"', line)
        password = self.folder / "password.hex"
        told = keys[1].replace("$(cat password.hex)", password.read_text().strip()) if keys else ""
        words = shlex.split(self.here(line.partition("pilotline ")[2]))
        own = {**environment(self.folder), "PILOTLINE_SET": f"{AT_ANY_HOUR} {told}"}
        with self._process([*COMMAND, *words, "--no-panel"], own) as process:
            yield process

    @contextmanager
    def _process(self, words: list[str], env: dict[str, str]) -> Generator[subprocess.Popen[str]]:
        process = subprocess.Popen(
            words,
            cwd=self.folder,
            env={**os.environ, **env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            for end in (process.stdin, process.stdout):
                assert end is not None
                end.close()


def _types(line: str, end: IO[str] | None) -> None:
    assert end is not None
    end.write(line + "\n")
    end.flush()


@pytest.mark.timeout(240)
@pytest.mark.requirement("E-61", "M-48")
def test_its_commands_lead_through_all_four_profiles(tmp_path: Path) -> None:
    """Each of them run as it stands there, but for folder, port and interpreter."""
    place = Place(tmp_path)
    with place.backend() as backend, place.station(0):
        read_until(backend.stdout, "came by nothing", [])
        read_until(backend.stdout, "BootNotification", [])
    place.shell("openssl rand")
    with place.backend() as backend, place.station(1):
        read_until(backend.stdout, "came by password", [])
        read_until(backend.stdout, "BootNotification", [])
    place.shell("openssl req")
    place.shell("printf")
    place.shell("openssl x509 -req -in server.csr")
    shown = ""
    for line in [each for each in LINES if each.startswith("pilotline certificates")]:
        done = pilotline(tmp_path, *shlex.split(place.here(line))[1:])
        assert done.returncode == 0, done.stderr
        shown += done.stdout
    assert "Example Root" in shown
    with place.backend("tls") as backend, place.station(2):
        read_until(backend.stdout, "came by password", [])
        read_until(backend.stdout, "BootNotification", [])
        trigger, sign, change = TYPED
        _types(trigger, backend.stdin)
        read_until(backend.stdout, "SignCertificate", [])
        place.shell("openssl x509 -req -in station.csr")
        _types(sign, backend.stdin)
        read_until(backend.stdout, "answer {'status': 'Accepted'}", [])
        _types(change, backend.stdin)
        read_until(backend.stdout, "answer {'status': 'Accepted'}", [])
        read_until(backend.stdout, "came by certificate", [])
        read_until(backend.stdout, "BootNotification", [])
        looked = pilotline(
            tmp_path, "doctor", "--id", "CP-1", "--data", str(tmp_path / "station"),
            "--csms", f"wss://localhost:{place.port}/ocpp",
        )  # fmt: skip
        assert "over TLS, with a certificate of the station's own" in looked.stdout
        assert "speaks OCPP 1.6" in looked.stdout


@pytest.mark.parametrize(
    "template",
    [
        troubles.BAD_CREDENTIALS,
        troubles.NOT_TRUSTED,
        troubles.TLS_REFUSED_US,
        troubles.TLS_NO_COMMON,
        troubles.TLS_OLD,
        troubles.NO_ROOT,
        troubles.NO_CERTIFICATE,
        troubles.NEEDS_WSS,
    ],
    ids=lambda each: each.code,
)
def test_its_sentences_are_the_programs_own(template: troubles.Template) -> None:
    """Word for word, … standing for what the machine says itself."""
    words = {"address": "…", "reason": "…", "profile": "…", "status": 401}
    assert f"| {template.sentence.format(**words)} |" in PAGE
