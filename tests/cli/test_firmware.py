"""``pilotline firmware`` as its makers type it: the commands of the reference page, and what goes wrong."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.firmware_maker import Maker
from support.processes import COMMAND, environment

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "firmware-image.md"


def firmware(folder: Path, *args: str) -> tuple[int, str]:
    """Exit code, and what was said."""
    done = subprocess.run(
        [*COMMAND, "firmware", *args],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.requirement("M-43")
@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here, which the page's commands use")
def test_the_commands_of_the_page_make_an_image_that_a_station_takes(tmp_path: Path) -> None:
    """From the root to a verified image, as a stranger copies them."""
    (tmp_path / "payload").write_bytes(b"the program")
    block = re.search(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    script = f'set -e\npilotline() {{ {" ".join(COMMAND)} "$@"; }}\n{block[1]}'
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "a station with this root takes it" in done.stdout
    assert "version    2.0" in done.stdout
    assert "signer     CN=Maker firmware" in done.stdout


def test_what_is_wrong_is_said_in_one_sentence(tmp_path: Path) -> None:
    """Exit code 2, and no trace."""
    maker = Maker()
    (tmp_path / "f.bin").write_bytes(maker.image())
    (tmp_path / "root.pem").write_text(Maker().root.pem)
    (tmp_path / "none.bin").write_bytes(b"")
    model = ("--model", "evnet-7kw-s")
    for args, sentence in (
        (("verify", "f.bin", "--root", "root.pem", *model), "do not lead to an installed root"),
        (("verify", "f.bin", "--root", "away.pem", *model), "away.pem cannot be read"),
        (("show", "none.bin"), "The file ends within the beginning."),
    ):
        code, said = firmware(tmp_path, *args)
        assert (code, said.count("\n")) == (2, 1), said
        assert sentence in said
