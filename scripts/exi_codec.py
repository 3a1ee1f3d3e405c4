"""Writes the quick EXI codec of every namespace into the package: ``scripts/exi_codec.py``."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from pilotline.wire.v2g import app_protocol, compiled, din70121, iso15118_2, xmldsig
from pilotline.wire.v2g.exi.generator import generate

FOLDER = Path(compiled.__file__).parent


def texts() -> Mapping[str, str]:
    """Name of the file -> its text, before it is formatted."""
    return {
        "xmldsig.py": generate(xmldsig, [xmldsig.Signature]),
        "app_protocol.py": generate(
            app_protocol, [app_protocol.SupportedAppProtocolReq, app_protocol.SupportedAppProtocolRes]
        ),
        "din70121.py": generate(din70121, [din70121.V2G_Message]),
        "iso15118_2.py": generate(iso15118_2, [iso15118_2.V2G_Message]),
    }


def formatted(text: str) -> str:
    """As ``ruff format`` has it."""
    ruff = Path(sys.executable).with_name("ruff")
    done = subprocess.run([ruff, "format", "-"], input=text, capture_output=True, text=True, check=True)
    return done.stdout


if __name__ == "__main__":
    for name, text in texts().items():
        (FOLDER / name).write_text(formatted(text))
