#!/usr/bin/env python
"""Take the README's pictures of the page anew: a charge in time lapse, and a fault in the dark."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.browser import PHONE, Panel, chromium, simulated, station

TARGET = Path(__file__).parents[1] / "docs" / "images"


def open_page(browser: Browser, address: str, scheme: str) -> Panel:
    context = browser.new_context(viewport=PHONE, device_scale_factor=1.5, color_scheme=scheme)  # pyright: ignore[reportArgumentType]
    return Panel(context.new_page(), address).open()


def charging(browser: Browser, folder: Path) -> None:
    """A charge whose limit the owner moved twice; the whole page, as far as it is worth a look."""
    with simulated(folder) as address:
        panel = open_page(browser, address, "light")
        panel.does("plug")
        panel.does("tap")
        panel.shows("power", "7.36")
        panel.does("lapse-60")
        for amps in ("16", "24"):
            panel.page.wait_for_timeout(4_000)
            panel.see("owner-limit").fill(amps)
            panel.see("owner-limit").dispatch_event("change")
        panel.page.wait_for_timeout(4_000)
        panel.see("bench-toggle").click()
        panel.page.wait_for_timeout(1_000)
        panel.page.set_viewport_size({"width": 390, "height": 1180})
        panel.page.screenshot(path=TARGET / "panel.png")


def fault(browser: Browser, folder: Path) -> None:
    with station(folder) as bench:
        panel = open_page(browser, bench.address, "dark")
        panel.does("plug")
        panel.does("tap")
        panel.shows("status", "Charging")
        panel.does("inject-EVSE_FAULT_RCD")
        panel.shows("fault", "0x0001")
        panel.page.set_viewport_size({"width": 390, "height": 1180})
        panel.page.wait_for_timeout(1_000)
        panel.page.screenshot(path=TARGET / "panel-fault.png")


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, tempfile.TemporaryDirectory() as folder:
        charging(browser, Path(folder))
        fault(browser, Path(folder))
