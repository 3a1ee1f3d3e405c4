"""The files of the built page: a table made once, so that no path of a request ever reaches the disk."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path

PAGE = Path(__file__).parent / "page"
"""Where ``make`` builds web/panel to."""
PIECE = 1 << 16
"""Bytes of a file in memory for each who reads it, however slowly."""
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


@dataclass(frozen=True)
class PageFile:
    """One file: where it is, whether a compressed twin lies beside it, and what a browser is told of it."""

    path: Path
    media_type: str
    has_gzip: bool
    cache_control: str

    def of(self, *, gzip: bool) -> Path:
        """Where the bytes are to send, compressed or not."""
        return self.path.with_name(f"{self.path.name}.gz") if gzip else self.path


async def pieces(path: Path) -> AsyncGenerator[bytes]:
    """The file in pieces, read by a thread while the event loop does better things."""
    with path.open("rb") as file:  # at once: who is cut off leaves nothing open
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece


def page_files(folder: Path = PAGE) -> Mapping[str, PageFile]:
    """By the path of the request; empty when the page has not been built."""
    return {f"/{path.relative_to(folder).as_posix()}": _file(path, folder) for path in _all(folder)}


def _all(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".gz"]


def _file(path: Path, folder: Path) -> PageFile:
    hashed = path.relative_to(folder).parts[0] == "assets"
    return PageFile(
        path,
        guess_type(path.name)[0] or "application/octet-stream",
        path.with_name(f"{path.name}.gz").exists(),
        _FOR_EVER if hashed else _ASK_AGAIN,
    )
