"""The set-up: from a station out of its box to a charged car, left and gone on with, by keyboard too."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from support.browser import LAPTOP, PATIENCE_MS, PHONE, Panel, Station, closed_station
from support.looks import cut_off, violations
from support.visitors import PASSWORD, sees, sign_in

Come = Callable[..., Panel]
SMALL = {"width": 320, "height": 568}
STEPS = ("language", "password", "country", "fuse", "cable", "meter", "backend", "cards", "test", "summary")

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def boxed(browser: Browser, tmp_path: Path) -> Generator[Station]:
    """A station that nobody has set up: its folder was empty."""
    with closed_station(tmp_path) as found:
        yield found


@pytest.fixture
def come(browser: Browser) -> Generator[Come]:
    """Opens the page as somebody whom the station does not know."""
    panels: list[Panel] = []

    def open_page(address: str, viewport: dict[str, int] = PHONE, **context: Any) -> Panel:
        page = browser.new_context(viewport=viewport, locale="en-GB", **context).new_page()  # pyright: ignore[reportArgumentType]
        panels.append(Panel(page, address))
        page.goto(address)
        return panels[-1]

    yield open_page
    for panel in panels:
        panel.page.context.close()
    assert [complaint for panel in panels for complaint in panel.complaints] == []


def _at(panel: Panel, step: str) -> None:
    expect(panel.see("setup")).to_have_attribute("data-step", step, timeout=PATIENCE_MS)
    panel.shows("setup-progress", f"step {STEPS.index(step) + 1} of 10")


def _next(panel: Panel) -> None:
    expect(panel.see("setup-next")).to_be_enabled(timeout=PATIENCE_MS)
    panel.see("setup-next").click()


def _introduce(panel: Panel) -> None:
    """The first two steps, by which the station gets its first person."""
    _at(panel, "language")
    _next(panel)
    _at(panel, "password")
    panel.see("input-first-name").fill("Ida")
    panel.see("input-first-password").fill(PASSWORD)
    _next(panel)
    _at(panel, "country")


def _is_well(panel: Panel) -> None:
    assert violations(panel) == []
    assert cut_off(panel) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.requirement("P-01", "M-48")
def test_a_newcomer_comes_from_the_first_start_to_a_charged_car_by_the_wizard_alone(
    boxed: Station, come: Come, scheme: str
) -> None:
    """On a small phone, and axe finds nothing on any of its steps."""
    panel = come(boxed.address, SMALL, color_scheme=scheme, timezone_id="Europe/London")
    _at(panel, "language")
    _is_well(panel)
    _next(panel)
    _at(panel, "password")
    panel.see("input-first-name").fill("Ida")
    panel.see("input-first-password").fill("wood river lamp 7")
    panel.shows("strength", "Good")
    _is_well(panel)
    _next(panel)
    _at(panel, "country")
    expect(panel.see("input-country")).to_have_value("GB")
    panel.shows("proposal", "08:00–11:00")
    _is_well(panel)
    _next(panel)
    _at(panel, "fuse")
    panel.see("input-c_MainFuseLimit").fill("80")
    panel.see("input-c_MainFuseLimit").press("Enter")
    panel.shows("field-c_MainFuseLimit-note", "Saved")
    _is_well(panel)
    _next(panel)
    _at(panel, "cable")
    panel.see("input-installer").select_option("16")
    panel.shows("field-installer-note", "Saved")
    _is_well(panel)
    _next(panel)
    _at(panel, "meter")
    panel.shows("meter", "230 V")
    panel.shows("meter-verdict", "The meter answers.")
    _is_well(panel)
    _next(panel)
    _at(panel, "backend")
    sees(panel, "backend-state")
    _is_well(panel)
    _next(panel)
    _at(panel, "cards")
    panel.see("card-by-hand").click()
    panel.see("card-number").fill("04A1B2C3")
    panel.see("card-add").click()
    sees(panel, "card-04A1B2C3")
    _is_well(panel)
    _next(panel)
    _at(panel, "test")
    panel.see("virtual-plug").click()
    panel.see("test-begin").click()
    panel.shows("test-sign", "The meter counts import")
    _is_well(panel)
    panel.see("test-end").click()
    panel.shows("test-passed", "The test charge worked.")
    _next(panel)
    _at(panel, "summary")
    for said in ("United Kingdom", "Europe/London", "80 A", "16 A", "GBP"):
        panel.shows("summary", said)
    _is_well(panel)
    panel.see("setup-complete").click()
    panel.shows("status", "Finished")
    config = boxed.ask("config_get", keys=["c_SetUpStep", "TimeZone", "c_MainFuseLimit", "c_MaxStartDelay"])
    assert config == {
        "c_SetUpStep": "done",
        "TimeZone": "Europe/London",
        "c_MainFuseLimit": "800",
        "c_MaxStartDelay": "600",
    }


def test_it_goes_on_where_it_was_left_after_a_reload_and_on_another_phone(boxed: Station, come: Come) -> None:
    panel = come(boxed.address)
    _introduce(panel)
    for step in ("fuse", "cable", "meter"):
        _next(panel)
        _at(panel, step)
    panel.see("setup-back").click()
    _at(panel, "cable")
    panel.page.reload()
    _at(panel, "cable")
    other = come(boxed.address)
    sign_in(other, "Ida")
    other.is_live()
    other.page.goto(f"{boxed.address}#/settings")
    other.shows("setup-again", "step 5 of 10")
    other.see("setup-again").click()
    _at(other, "cable")


def test_there_is_no_way_past_the_password(boxed: Station, come: Come) -> None:
    """Neither without one, nor with one anybody would guess, nor by another address."""
    panel = come(boxed.address)
    _next(panel)
    _at(panel, "password")
    expect(panel.see("setup-skip")).to_have_count(0)
    _next(panel)
    panel.shows("first-name-error", "Give yourself a name.")
    panel.see("input-first-name").fill("Ida")
    _next(panel)
    panel.shows("first-password-error", "A password is needed")
    panel.see("input-first-password").fill("password123")
    panel.shows("strength", "Easy to guess")
    _next(panel)
    expect(panel.see("first-password-error")).to_be_visible(timeout=PATIENCE_MS)
    panel.page.goto(f"{boxed.address}#/setup/summary")
    _at(panel, "password")


def _tab_to(panel: Panel, what: str) -> None:
    """From where the keyboard is, forwards, to this part."""
    for _ in range(60):
        panel.page.keyboard.press("Tab")
        if panel.page.evaluate("document.activeElement?.dataset?.testid ?? ''") == what:
            return
    raise AssertionError(f"The keyboard never comes to {what}.")


def test_the_keyboard_is_enough(boxed: Station, come: Come) -> None:
    panel = come(boxed.address, LAPTOP)
    keys = panel.page.keyboard

    def on(step: str) -> None:
        _tab_to(panel, "setup-next")
        keys.press("Enter")
        _at(panel, step)
        expect(panel.page.locator("#setup-heading")).to_be_focused()

    _at(panel, "language")
    on("password")
    _tab_to(panel, "input-first-name")
    keys.type("Ida")
    _tab_to(panel, "input-first-password")
    keys.type(PASSWORD)
    keys.press("Enter")
    _at(panel, "country")
    expect(panel.see("setup-next")).to_be_enabled(timeout=PATIENCE_MS)
    for step in STEPS[3:9]:
        on(step)
    _tab_to(panel, "virtual-plug")
    keys.press("Enter")
    expect(panel.see("test-begin")).to_be_visible(timeout=PATIENCE_MS)
    _tab_to(panel, "test-begin")
    keys.press("Enter")
    expect(panel.see("test-end")).to_be_visible(timeout=PATIENCE_MS)
    _tab_to(panel, "test-end")
    keys.press("Enter")
    panel.shows("test-passed", "The test charge worked.")
    on("summary")
    _tab_to(panel, "setup-complete")
    keys.press("Enter")
    panel.shows("status", "Finished")
