"""A browser on the station's page: Debian's Chromium, driven by Playwright."""

import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from pilotline.panel.files import PAGE
from support.control_line import ControlLine, controlled
from support.processes import COMMAND, environment

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NO_BROWSER = "no chromium is installed (sudo apt install chromium)"
NO_PAGE = "the page has not been built (make setup)"
ARGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 800}
PATIENCE_MS = 40_000
"""A page that is not right by then is wrong: a host that starts again on a loaded machine takes seconds."""


@contextmanager
def chromium(*args: str) -> Generator[Browser]:
    """Skips with a sentence where there is no browser or no page."""
    if CHROMIUM is None:
        pytest.skip(NO_BROWSER)
    if not (PAGE / "index.html").exists():
        pytest.skip(NO_PAGE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGS, *args])
        try:
            yield browser
        finally:
            browser.close()


class Panel:
    """One page open on a station, by what a person sees of it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        """What was asked of another machine than the station's: nothing ever is."""
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.context.on("request", lambda request: self._note(request.url))
        page.on("websocket", lambda line: self._note(line.url))

    def _note(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname != urlsplit(self.address).hostname:
            self.strangers.append(url)

    def open(self) -> "Panel":
        self.page.goto(self.address)
        self.is_live()
        return self

    def see(self, what: str) -> Any:
        """A part of the page by its test id."""
        return self.page.get_by_test_id(what)

    def shows(self, what: str, text: str) -> None:
        """Sooner or later, this part says this."""
        expect(self.see(what)).to_contain_text(text, timeout=PATIENCE_MS)

    def is_state(self, what: str, state: str) -> None:
        expect(self.see(what)).to_have_attribute("data-state", state, timeout=PATIENCE_MS)

    def is_live(self) -> None:
        self.is_state("connection", "live")

    def open_bench(self) -> None:
        """On a phone it is a sheet that has to be opened."""
        toggle = self.see("bench-toggle")
        if toggle.is_visible() and toggle.get_attribute("aria-expanded") != "true":
            toggle.click()

    def does(self, what: str) -> None:
        """Press a button of the bench."""
        self.open_bench()
        self.see(what).click()

    def says(self) -> tuple[str | None, tuple[str, str], str | None, int]:
        """Why, how the ring glows, whether there is a backend, how many faults: as it stands now."""
        why, backend = self.see("why").text_content(), self.see("backend").get_attribute("data-state")
        why = why and why.replace("\xa0", " ")  # what keeps a figure and its unit on one line
        return why, self.ring(), backend, self.see("fault").count()

    def ring(self) -> tuple[str, str]:
        ring = self.see("ring")
        return str(ring.get_attribute("data-first")), str(ring.get_attribute("data-second"))

    def glows(self, first: str, second: str | None = None) -> None:
        """Sooner or later the ring has these colours; one is a steady light."""
        expect(self.see("ring")).to_have_attribute("data-first", first, timeout=PATIENCE_MS)
        expect(self.see("ring")).to_have_attribute("data-second", second or first, timeout=PATIENCE_MS)


class Station:
    """A station of real processes with its page, scripted beside the browser."""

    def __init__(self, line: ControlLine) -> None:
        self.line = line
        self.address = line.note().removeprefix("The page: ")

    def picture(self) -> dict[str, Any]:
        """What the station says to any program that asks."""
        found: dict[str, Any] = httpx.get(f"{self.address}api/picture", timeout=10).json()["picture"]
        return found

    def wait(self, **fields: Any) -> None:
        self.line.wait(**fields)

    def ask(self, op: str, **args: Any) -> Any:
        return self.line.ask(op, **args)


@contextmanager
def station(home: Path, *args: str) -> Generator[Station]:
    """A station that is Available and online."""
    with controlled(home, "--panel", "0", "--csms", "virtual", "--open", *args) as line:
        found = Station(line)
        found.wait(ocpp_status="Available", connected=True)
        yield found


@contextmanager
def closed_station(home: Path, *args: str) -> Generator[Station]:
    """A station that lets in who has a password; as yet that is nobody."""
    with controlled(home, "--panel", "0", "--csms", "virtual", *args) as line:
        found = Station(line)
        found.wait(ocpp_status="Available", connected=True)
        yield found


@contextmanager
def simulated(home: Path, *args: str) -> Generator[str]:
    """`pilotline simulate … --panel 0`; its page's address."""
    process = subprocess.Popen(
        [*COMMAND, "simulate", *args, "--panel", "0"],
        cwd=home,
        env=environment(home),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = next(line for line in process.stdout if "http://" in line)
        yield next(word for word in line.split() if word.startswith("http://"))
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()
