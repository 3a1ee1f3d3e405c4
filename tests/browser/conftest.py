"""One browser for all tests of a module; each test has a station and a fresh page of its own."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from support.browser import PHONE, Panel, Station, chromium, station


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    """Skips where there is none. Its event loop runs for as long, and other tests bring their own."""
    with chromium() as found:
        yield found


@pytest.fixture
def bench(browser: Browser, tmp_path: Path) -> Generator[Station]:
    """A virtual station, Available and online. It asks for the browser first: no browser, no station."""
    with station(tmp_path) as found:
        yield found


@pytest.fixture
def visit(browser: Browser) -> Generator[Callable[..., Panel]]:
    """Opens pages; by the end none of them may have thrown an error, or asked anything of another machine."""
    panels: list[Panel] = []

    def open_page(address: str, viewport: dict[str, int] = PHONE, **context: Any) -> Panel:
        page = browser.new_context(viewport=viewport, **context).new_page()  # pyright: ignore[reportArgumentType]
        panels.append(Panel(page, address))
        return panels[-1].open()

    yield open_page
    for panel in panels:
        panel.page.context.close()
    assert [complaint for panel in panels for complaint in panel.complaints] == []
    assert [url for panel in panels for url in panel.strangers] == []
