"""The files of the page: what a browser may keep, the compressed twins, and no way to any other file."""

import asyncio
import gzip
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import pytest

from pilotline.panel import api
from pilotline.panel.files import PIECE, page_files
from support.panel import Served, served

SCRIPT = b"console.log('hello')"
SECRET = b"journal"
ESCAPES = [
    "/../secret",
    "/assets/../../secret",
    "/assets/..%2f..%2fsecret",
    "/%2e%2e/secret",
    "/assets/%2e%2e/%2e%2e/secret",
    "/assets/%252e%252e/secret",
    "/..%5csecret",
    "/assets//../../secret",
    "//secret",
    "/assets/app.js/../../../secret",
    "/assets/app.js%00",
    "/assets",
    "/assets/",
    "/index.html.gz",
    "/assets/app.js.gz",
]


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A built page with one script and its twin, and a file beside the page that is nobody's business."""
    folder = tmp_path / "page"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_bytes(b"<!doctype html>")
    (folder / "licences.md").write_bytes(b"MIT")
    (folder / "assets" / "app.js").write_bytes(SCRIPT)
    (folder / "assets" / "app.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "secret").write_bytes(SECRET)
    monkeypatch.setattr(api, "page_files", lambda: page_files(folder))
    return folder


def visit(story: Callable[[Served], Coroutine[Any, Any, None]]) -> None:
    """Play on a panel that serves what there is."""

    async def run() -> None:
        async with served() as panel:
            await story(panel)

    asyncio.run(run())


async def get(panel: Served, path: str, accepts: str = "identity") -> httpx.Response:
    return await panel.client.get(path, headers={"accept-encoding": accepts})


async def target(panel: Served, path: str) -> bytes:
    """The answer to a path exactly as written: clients tidy theirs."""
    reader, writer = await panel.raw()
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    writer.write(request.encode())
    answer = await reader.read()
    writer.close()
    return answer


def test_the_page_is_at_the_root(page: Path) -> None:
    """As HTML, and a browser asks for it every time."""

    async def story(panel: Served) -> None:
        answer = await get(panel, "/")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["cache-control"] == "no-cache"

    visit(story)


def test_a_file_with_a_hash_in_its_name_is_kept_for_ever(page: Path) -> None:
    """What is under /assets/ has another name when it changes; what lies beside it has not."""

    async def story(panel: Served) -> None:
        assert "immutable" in (await get(panel, "/assets/app.js")).headers["cache-control"]
        assert (await get(panel, "/licences.md")).headers["cache-control"] == "no-cache"

    visit(story)


def test_a_browser_that_takes_gzip_gets_the_twin(page: Path) -> None:
    """The bytes are compressed once, at the build; the type is that of what is in them."""

    async def story(panel: Served) -> None:
        answer = await get(panel, "/assets/app.js", "br, gzip")
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["vary"] == "accept-encoding"
        assert answer.headers["content-type"].startswith("text/javascript")
        assert int(answer.headers["content-length"]) == len(gzip.compress(SCRIPT))
        assert answer.content == SCRIPT

    visit(story)


@pytest.mark.parametrize("accepts", ["identity", "br"])
def test_a_program_that_does_not_take_gzip_gets_the_bytes(page: Path, accepts: str) -> None:
    """A twin is only for who says so."""

    async def story(panel: Served) -> None:
        answer = await get(panel, "/assets/app.js", accepts)
        assert "content-encoding" not in answer.headers
        assert answer.content == SCRIPT

    visit(story)


def test_a_file_without_a_twin_is_sent_as_it_is(page: Path) -> None:
    """Nothing is compressed while somebody waits."""

    async def story(panel: Served) -> None:
        answer = await get(panel, "/licences.md", "gzip")
        assert "content-encoding" not in answer.headers
        assert answer.content == b"MIT"

    visit(story)


@pytest.mark.parametrize("path", ESCAPES)
def test_no_path_leads_out_of_the_page(page: Path, path: str) -> None:
    """Paths are looked up in a table, never on the disk."""

    async def story(panel: Served) -> None:
        answer = await target(panel, path)
        assert answer.startswith(b"HTTP/1.1 404 ")
        assert SECRET not in answer

    visit(story)


def test_a_path_in_other_words_is_the_same_file(page: Path) -> None:
    """Percent signs are undone once, before the look into the table."""

    async def story(panel: Served) -> None:
        assert (await target(panel, "/assets/%61pp.js")).startswith(b"HTTP/1.1 200 ")

    visit(story)


def test_a_page_that_is_not_built_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The station serves its interface all the same."""
    monkeypatch.setattr(api, "page_files", lambda: page_files(tmp_path / "nowhere"))

    async def story(panel: Served) -> None:
        answer = await get(panel, "/")
        assert answer.status_code == 200
        assert "make setup" in answer.text
        assert (await get(panel, "/api/picture")).status_code == 200

    visit(story)


def test_a_file_that_is_gone_meanwhile_is_a_mistake_in_a_sentence(page: Path) -> None:
    """A page that is built anew below a running station costs a reload, nothing else."""

    async def story(panel: Served) -> None:
        (page / "licences.md").unlink()
        answer = await get(panel, "/licences.md")
        assert answer.status_code == 500
        assert answer.json()["error"].endswith(".")

    visit(story)


def test_a_large_file_waits_on_the_disk_for_who_does_not_read(page: Path) -> None:
    """Whatever its size, a piece or two of it is in memory for each reader."""
    (page / "large").write_bytes(b"x" * (16 << 20))

    async def story(panel: Served) -> None:
        reader, writer = await panel.raw()
        writer.write(b"GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        await reader.readline()
        writer.transport.pause_reading()  # pyright: ignore[reportAttributeAccessIssue]
        for _ in range(50):
            await panel.client.get("/licences.md")
        waiting = [each.transport.get_write_buffer_size() for each in panel.connections()]
        assert max(waiting) <= 3 * PIECE
        writer.transport.abort()

    visit(story)


def test_a_file_comes_whole_whatever_its_size(page: Path) -> None:
    """Piece by piece, with its length told before."""
    content = bytes(range(256)) * 4_000
    (page / "large").write_bytes(content)

    async def story(panel: Served) -> None:
        answer = await get(panel, "/large")
        assert answer.headers["content-length"] == str(len(content))
        assert answer.content == content

    visit(story)
