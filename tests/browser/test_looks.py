"""Languages, schemes and sizes; what axe-core finds; that nothing is asked of any other machine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from support.axe import violations
from support.browser import LAPTOP, PATIENCE_MS, PHONE, Panel, Station, closed_station
from support.visitors import heading, sees, settle

Visit = Callable[..., Panel]
SMALL = {"width": 320, "height": 568}

pytestmark = pytest.mark.timeout(240)


def fits(panel: Panel) -> None:
    page = panel.page
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_cut_off(bench: Station, visit: Visit, scheme: str) -> None:
    """Now while it charges and History, on a small phone, a phone and a desk."""
    bench.ask("plug_in")
    bench.ask("present_tag", tag="04A1B2C3")
    bench.wait(ocpp_status="Charging")
    for size in (SMALL, PHONE, LAPTOP):
        panel = visit(bench.address, size, color_scheme=scheme)
        sees(panel, "stop")
        fits(panel)
        assert violations(panel) == []
        panel.see("menu").click()
        assert violations(panel) == []
        panel.page.keyboard.press("Escape")
        panel.see("nav-history").click()
        panel.see("session").first.click()
        expect(panel.see("session-more")).to_be_visible(timeout=PATIENCE_MS)
        fits(panel)
        assert violations(panel) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_people_sign_in(browser: Browser, tmp_path: Path, scheme: Any) -> None:
    with closed_station(tmp_path) as station:
        settle(station.address, {}).close()
        for size in (SMALL, LAPTOP):
            page = browser.new_context(viewport=size, color_scheme=scheme).new_page()  # pyright: ignore[reportArgumentType]
            panel = Panel(page, station.address)
            page.goto(station.address)
            sees(panel, "sign-in")
            fits(panel)
            assert violations(panel) == []
            page.context.close()


def test_the_page_speaks_the_language_that_is_chosen(bench: Station, visit: Visit) -> None:
    """What the station says of itself too, at once, and still after a reload."""
    panel = visit(bench.address)
    panel.shows("why", "Ready. Plug in a car.")
    panel.see("menu").click()
    panel.see("language").select_option("de")
    panel.shows("why", "Bereit. Stecken Sie ein Auto an.")
    panel.shows("status", "Bereit")
    expect(panel.page.locator("html")).to_have_attribute("lang", "de")
    panel.page.reload()
    panel.shows("why", "Bereit. Stecken Sie ein Auto an.")
    bench.ask("plug_in")
    bench.ask("present_tag", tag="04A1B2C3")
    panel.shows("why", "Lädt. Die Station selbst gibt höchstens 32 A.")
    panel.see("nav-history").click()
    expect(heading(panel)).to_have_text("Verlauf")


def test_a_browser_is_spoken_to_in_its_own_language(bench: Station, visit: Visit) -> None:
    panel = visit(bench.address, PHONE, locale="it-IT")
    panel.shows("why", "Pronta. Collegare un'auto.")


def test_nothing_is_asked_of_another_machine_and_the_page_can_be_installed(
    bench: Station, visit: Visit
) -> None:
    """Every request stays with the station; its icons and manifest are there."""
    panel = visit(bench.address)
    asked: list[str] = []
    panel.page.on("request", lambda request: asked.append(request.url))
    panel.page.reload()
    panel.is_live()
    for page in ("nav-history", "nav-settings", "nav-diagnostics", "nav-now"):
        panel.see(page).click()
        panel.page.wait_for_load_state("networkidle")
    assert asked
    assert [
        url for url in asked if not url.startswith((bench.address, bench.address.replace("http", "ws")))
    ] == []
    manifest = panel.page.request.get(f"{bench.address}manifest.webmanifest")
    assert "manifest+json" in manifest.headers["content-type"]
    for icon in manifest.json()["icons"]:
        assert panel.page.request.get(f"{bench.address}{icon['src'].lstrip('/')}").ok
