#!/usr/bin/env python
"""Take the pictures of the page in docs/images anew: a charge in time lapse, a fault, a new station."""

import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.browser import LAPTOP, PHONE, Panel, chromium, closed_station, simulated, station

TARGET = Path(__file__).parents[1] / "docs" / "images"
DAY = ("Mo-Fr 22:00-06:00 16", "Sa,Su 00:00-24:00 32")
CARDS = {"04A1B2C3D4E5F6": "Anna", "04B7C8D9E0F1A2": "Ben"}
WALK = {
    "now": "#/",
    "history": "#/history",
    "settings": "#/settings/plan",
    "diagnostics": "#/diagnostics/live",
}
"""Pages of a station that charges, by the name of their picture."""


def open_page(browser: Browser, address: str, scheme: str, size: dict[str, int] = PHONE) -> Panel:
    context = browser.new_context(viewport=size, device_scale_factor=1.5, color_scheme=scheme)  # pyright: ignore[reportArgumentType]
    return Panel(context.new_page(), address).open()


def ask(address: str, word: str, **args: Any) -> None:
    httpx.post(f"{address}api/operations/{word}", json=args, timeout=30).raise_for_status()


def live_a_little(panel: Panel) -> None:
    """Cards with names, a price, a weekly plan; three sessions, and a fourth that runs."""
    at = panel.address
    for tag, name in CARDS.items():
        ask(at, "card_set", tag=tag, name=name)
    for key, value in (("c_PricePerKWh", "0.3240"), ("c_ChargeSchedule", ";".join(DAY))):
        ask(at, "config_set", key=key, value=value)
    for tag in (*CARDS, next(iter(CARDS))):
        ask(at, "plug_in")
        ask(at, "present_tag", tag=tag)
        panel.shows("status", "Charging")
        ask(at, "time_lapse", speed=900)
        panel.page.wait_for_timeout(3_000)
        ask(at, "time_lapse", speed=1)
        ask(at, "unplug")
        panel.shows("why", "Ready")
        ask(at, "time_lapse", speed=3_600)
        panel.page.wait_for_timeout(2_000)
        ask(at, "time_lapse", speed=1)
    ask(at, "config_set", key="c_ChargeSchedule", value=DAY[0])
    ask(at, "plug_in")
    ask(at, "present_tag", tag=next(iter(CARDS)))
    ask(at, "charge_now")
    for limit_ma in (None, 16_000, 24_000):
        ask(at, "limit_current", limit_ma=limit_ma)
        ask(at, "time_lapse", speed=60)
        panel.page.wait_for_timeout(4_000)
        ask(at, "time_lapse", speed=1)


def pages(browser: Browser, folder: Path) -> None:
    """Each page as a phone shows it by day and a desk at night."""
    with simulated(folder) as address:
        live_a_little(open_page(browser, address, "light"))
        for scheme, name, size in (("light", "phone", PHONE), ("dark", "desk", LAPTOP)):
            panel = open_page(browser, address, scheme, size)
            for page, path in WALK.items():
                panel.page.goto(f"{address}{path}")
                panel.page.wait_for_timeout(2_500)
                panel.page.screenshot(path=TARGET / f"{page}-{name}.png")


def set_up(browser: Browser, folder: Path) -> None:
    """What a station shows that nobody has set up."""
    with closed_station(folder) as bench:
        for scheme, name, size in (("light", "phone", PHONE), ("dark", "desk", LAPTOP)):
            context = browser.new_context(viewport=size, device_scale_factor=1.5, color_scheme=scheme)  # pyright: ignore[reportArgumentType]
            page = context.new_page()
            page.goto(bench.address)
            page.wait_for_timeout(2_500)
            page.screenshot(path=TARGET / f"set-up-{name}.png")


def fault(browser: Browser, folder: Path) -> None:
    with station(folder) as bench:
        panel = open_page(browser, bench.address, "dark")
        panel.does("plug")
        panel.does("tap")
        panel.shows("status", "Charging")
        panel.does("inject-EVSE_FAULT_RCD")
        panel.shows("fault", "0x0001")
        panel.page.wait_for_timeout(1_000)
        panel.page.screenshot(path=TARGET / "fault-phone.png")


def talk(browser: Browser, folder: Path) -> None:
    """A car and a station by ISO 15118-2: let in after a moment, and a limit that falls."""
    with station(folder, "--model", "master-plus-ac", "--set", "c_Iso15118=true") as bench:
        panel = open_page(browser, bench.address, "light")
        bench.ask("car", digital="iso2")
        bench.ask("plug_in")
        panel.page.wait_for_timeout(8_000)
        bench.ask("present_tag", tag=next(iter(CARDS)))
        bench.wait(ocpp_status="Charging")
        panel.page.wait_for_timeout(8_000)
        bench.ask("limit_current", limit_ma=16_000)
        panel.page.wait_for_timeout(8_000)
        for scheme, name, size in (("light", "phone", PHONE), ("dark", "desk", LAPTOP)):
            shown = open_page(browser, bench.address, scheme, size)
            shown.page.goto(f"{bench.address}#/diagnostics/car")
            shown.page.wait_for_timeout(2_500)
            shown.see("talk").evaluate("part => part.scrollIntoView({block: 'start'})")
            shown.page.wait_for_timeout(500)
            shown.page.screenshot(path=TARGET / f"talk-{name}.png")


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, tempfile.TemporaryDirectory() as folder:
        for number, take in enumerate((pages, set_up, fault, talk)):
            home = Path(folder) / str(number)
            home.mkdir()
            take(browser, home)
