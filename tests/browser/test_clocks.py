"""Clocks that are wrong, jump or stand still, and browsers that sleep: the page tells the station's time."""

import re
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from support.bad_line import bad_line
from support.browser import LAPTOP, PATIENCE_MS, Panel, Station, closed_station, simulated
from support.visitors import PASSWORD, sees, settle, sign_in

Visit = Callable[..., Panel]
A_DAY = timedelta(days=1)
AT_ONCE_MS = 2_000
"""Nothing is shown as present longer than this after it has ceased to be."""
_HOURS = re.compile(r"\d+:\d\d:\d\d")
_WATCHED = """() => {
  window.told = new Set();
  const look = () => {
    if (document.querySelector('[data-testid=connection]')?.dataset.state !== 'live') return;
    for (const each of document.querySelectorAll('[data-testid=duration], [role=timer]'))
      window.told.add(each.textContent);
  };
  new MutationObserver(look).observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true,
  });
  look();
}"""
"""From now on, every time that the page tells as present is remembered."""

pytestmark = pytest.mark.timeout(240)


def watch(panel: Panel) -> None:
    panel.page.evaluate(_WATCHED)


def told(panel: Panel) -> list[str]:
    found: list[str] = panel.page.evaluate("[...window.told]")
    return found


def is_not_live(panel: Panel) -> None:
    """At once, and what is held is struck out."""
    expect(panel.see("connection")).not_to_have_attribute("data-state", "live", timeout=AT_ONCE_MS)
    expect(panel.page.locator(".old").first).to_be_visible(timeout=AT_ONCE_MS)


def with_clock(panel: Panel, off: timedelta = timedelta()) -> Panel:
    """The page anew, in a browser whose clock is the test's and this much off."""
    panel.page.clock.install(time=datetime.now(UTC) + off)
    panel.page.reload()
    panel.is_live()
    return panel


@pytest.mark.parametrize("off", [A_DAY, -A_DAY], ids=["ahead", "behind"])
def test_a_phone_whose_clock_is_a_day_off_tells_the_stations_times(
    bench: Station, visit: Visit, off: timedelta
) -> None:
    """How long it charges, how long a card waits, how long a limit holds: none is a day."""
    panel = with_clock(visit(bench.address, LAPTOP), off)
    watch(panel)
    bench.ask("present_tag", tag="04A1B2C3")
    expect(panel.page.get_by_role("timer")).to_have_text(re.compile(r"^\d+:\d\d left$"), timeout=PATIENCE_MS)
    bench.ask("plug_in")
    panel.shows("status", "Charging")
    expect(panel.see("duration")).to_have_text(re.compile(r"^0:\d\d$"), timeout=PATIENCE_MS)
    assert told(panel)
    assert [text for text in told(panel) if _HOURS.search(text)] == []


@pytest.mark.parametrize("jump", [A_DAY, -A_DAY], ids=["forward", "back"])
def test_a_clock_that_is_set_while_the_page_is_open_moves_nothing(
    bench: Station, visit: Visit, jump: timedelta
) -> None:
    """It could have been a sleep, so the station is asked anew; the duration never has a day in it."""
    panel = with_clock(visit(bench.address, LAPTOP))
    bench.ask("plug_in")
    bench.ask("present_tag", tag="04A1B2C3")
    panel.shows("status", "Charging")
    expect(panel.see("duration")).to_have_text(re.compile(r"^0:\d\d$"), timeout=PATIENCE_MS)
    watch(panel)
    panel.page.clock.set_system_time(datetime.now(UTC) + jump)
    panel.page.wait_for_timeout(1_500)  # two looks at the clock
    panel.is_live()
    expect(panel.see("duration")).to_have_text(re.compile(r"^0:\d\d$"), timeout=PATIENCE_MS)
    assert [text for text in told(panel) if _HOURS.search(text)] == []


def test_a_browser_that_sleeps_for_a_day_wakes_to_what_is_true_now(bench: Station, visit: Visit) -> None:
    """Its line is dead without a word: yesterday's figures are struck out until the station is heard."""
    with bad_line(bench.address) as line:
        panel = with_clock(visit(line.address, LAPTOP))
        bench.ask("plug_in")
        bench.ask("present_tag", tag="04A1B2C3")
        panel.shows("status", "Charging")
        line.freeze()
        panel.page.clock.fast_forward("24:00:00")
        is_not_live(panel)
        assert panel.ring() == ("none", "none")
        bench.ask("unplug")
        bench.wait(ocpp_status="Available")
        line.mend()
        panel.is_live()
        panel.shows("why", "Ready. Plug in a car.")


def test_who_was_signed_out_in_his_sleep_is_asked_to_sign_in(browser: Browser, tmp_path: Path) -> None:
    """And is told why: no old figure stays on the screen of somebody who may see none."""
    with closed_station(tmp_path) as station:
        olga = settle(station.address, {"Uli": ("user", "")})
        with closing(olga), bad_line(station.address) as line:
            page = browser.new_context(viewport=LAPTOP).new_page()  # pyright: ignore[reportArgumentType]
            page.clock.install()
            panel = Panel(page, line.address)
            page.goto(line.address)
            sign_in(panel, "Uli")
            panel.is_live()
            line.freeze()
            olga.patch("api/people/Uli", json={"password": f"{PASSWORD} of today"}).raise_for_status()
            page.clock.fast_forward("24:00:00")
            is_not_live(panel)
            line.mend()
            sees(panel, "ended")
            sees(panel, "sign-in")
            expect(panel.see("why")).to_have_count(0)
            sign_in(panel, "Uli", f"{PASSWORD} of today")
            panel.is_live()
            page.context.close()


def test_a_browser_without_a_network_shows_nothing_as_present(bench: Station, visit: Visit) -> None:
    """Airplane mode: at once no figure is live; back again, all of them are."""
    panel = visit(bench.address, LAPTOP)
    bench.ask("plug_in")
    bench.ask("present_tag", tag="04A1B2C3")
    panel.shows("status", "Charging")
    panel.page.context.set_offline(True)
    is_not_live(panel)
    panel.shows("why", "No connection to the station")
    panel.page.context.set_offline(False)
    panel.is_live()
    panel.shows("status", "Charging")


def test_a_station_that_learns_its_time_while_it_is_looked_at_tells_it(visit: Visit, tmp_path: Path) -> None:
    """Before, its log says that nobody knows when; then every line of it has its time."""
    with simulated(tmp_path) as address:
        _ask(address, "network", up=False)
        _ask(address, "host_crash")
        panel = visit(address, LAPTOP)
        panel.is_state("backend", "offline")
        _ask(address, "plug_in")
        panel.shows("why", "Show a card")  # the host has started again
        _ask(address, "present_tag", tag="04A1B2C3")
        panel.shows("status", "Charging")
        watch(panel)
        _ask(address, "network", up=True)
        panel.is_state("backend", "online")
        panel.shows("status", "Charging")
        assert [text for text in told(panel) if _HOURS.search(text)] == []


def test_a_log_without_times_gets_them_when_the_station_learns_its_own(visit: Visit, tmp_path: Path) -> None:
    """Nothing is dated by the browser meanwhile."""
    with simulated(tmp_path) as address:
        _ask(address, "network", up=False)
        _ask(address, "host_crash")
        panel = visit(address, LAPTOP)
        panel.is_state("backend", "offline")
        panel.page.goto(f"{address}#/diagnostics/log")
        panel.shows("log", "Time unknown")
        _ask(address, "network", up=True)
        panel.is_state("backend", "online")
        expect(panel.see("log")).not_to_contain_text("Time unknown", timeout=PATIENCE_MS)
        panel.shows("log", "2026")


def _ask(address: str, word: str, **args: object) -> None:
    httpx.post(f"{address}api/operations/{word}", json=args, timeout=30).raise_for_status()
