"""Where the tests find the project, and data that is not part of it."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The project's folder."""

SOURCE = ROOT / "src" / "pilotline"


def shared_folder() -> Path:
    """The folder of external data; it need not exist (``PILOTLINE_SHARED``, default ``../shared``)."""
    return (ROOT / os.environ.get("PILOTLINE_SHARED", "../shared")).resolve()
