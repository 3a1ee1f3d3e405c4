"""Diagnostics: what an electrician acts on, beside the charger or on the telephone."""

from collections.abc import Callable
from pathlib import Path
from zipfile import is_zipfile

import pytest
from playwright.sync_api import Browser, expect

from support.browser import LAPTOP, PATIENCE_MS, PHONE, Panel, Station, closed_station
from support.looks import cut_off, violations
from support.visitors import sees, sees_no, settle, sign_in

Visit = Callable[..., Panel]
SMALL = {"width": 320, "height": 568}
CHAPTERS = ("faults", "live", "limits", "log", "messages", "checks", "sessions", "support")

pytestmark = pytest.mark.timeout(300)


def _chapter(panel: Panel, name: str) -> None:
    panel.page.goto(f"{panel.address}#/diagnostics/{name}")
    sees(panel, f"diagnostics-{name}")


@pytest.mark.requirement("E-25", "E-71")
def test_a_fault_has_its_code_its_sentence_and_its_advice_and_is_counted_when_it_is_past(
    bench: Station, visit: Visit
) -> None:
    panel = visit(bench.address)
    _chapter(panel, "faults")
    sees(panel, "no-faults")
    bench.ask("inject", fault="EVSE_FAULT_VL_OUT_OPEN")
    panel.shows("faults-now", "The live contact stays closed when it should be open.")
    panel.shows("faults-now", "Switch the station off at its breaker")
    panel.shows("faults-now", "RTM err code 0x40000")
    bench.ask("inject", fault="EVSE_FAULT_VL_OUT_OPEN", active=False)
    panel.see("reset-faults").click()
    sees(panel, "no-faults")
    panel.shows("faults-past", "RTM err code 0x40000")
    panel.shows("faults-past", "ever 1")
    _chapter(panel, "log")
    panel.see("log-kind").select_option("fault")
    panel.shows("log", "RTM err code")
    expect(panel.page.locator("[data-testid=event]:not([data-kind=fault])")).to_have_count(0)


@pytest.mark.requirement("E-71")
def test_live_values_follow_the_car_and_limits_say_who_and_until_when(bench: Station, visit: Visit) -> None:
    panel = visit(bench.address)
    _chapter(panel, "live")
    panel.shows("live-pilot", "12.0 V")
    bench.ask("plug_in")
    bench.ask("present_tag", tag="04A1B2C3")
    panel.shows("live-pilot", "220 Ω")
    panel.shows("live-relay", "closed")
    panel.shows("live-supply", "32.00 A")
    _chapter(panel, "limits")
    bench.ask("limit_current", limit_ma=10_000)
    panel.shows("limit-owner", "counts")
    panel.shows("limit-owner", "10 A")
    sees(panel, "limit-fuse")
    _chapter(panel, "messages")
    panel.shows("ocpp", "StartTransaction")
    panel.page.get_by_text("StartTransaction").first.click()
    panel.shows("ocpp", '"meterStart"')


def test_the_station_examines_itself_and_says_what_it_found(bench: Station, visit: Visit) -> None:
    panel = visit(bench.address)
    _chapter(panel, "checks")
    panel.see("self-test").click()
    for part in ("board", "disk", "meter"):
        sees(panel, f"self-test-{part}")
    _chapter(panel, "sessions")
    sees(panel, "nothing-aside")


@pytest.mark.requirement("P-09")
def test_a_bundle_for_the_support_is_one_file(bench: Station, visit: Visit, tmp_path: Path) -> None:
    panel = visit(bench.address)
    _chapter(panel, "support")
    panel.page.get_by_label("What is wrong?").fill("It blinks.")
    with panel.page.expect_download() as caught:
        panel.see("support-download").click()
    kept = tmp_path / "support.zip"
    caught.value.save_as(kept)
    assert is_zipfile(kept)


@pytest.mark.requirement("M-14")
def test_what_a_role_may_not_is_said(browser: Browser, tmp_path: Path) -> None:
    with closed_station(tmp_path) as station:
        settle(station.address, {"Uwe": ("user", "")}).close()
        page = browser.new_context(viewport=PHONE).new_page()  # pyright: ignore[reportArgumentType]
        panel = Panel(page, station.address)
        page.goto(station.address)
        sign_in(panel, "Uwe")
        panel.is_live()
        for name in ("messages", "checks", "sessions", "support", "log"):
            _chapter(panel, name)
            panel.shows(f"diagnostics-{name}", "Operator")
        sees_no(panel, "self-test", "restart-soft", "support-download")
        _chapter(panel, "live")
        sees(panel, "live-pilot")
        assert panel.complaints == []
        page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_cut_off(bench: Station, visit: Visit, scheme: str) -> None:
    bench.ask("inject", fault="EVSE_FAULT_VL_OUT_OPEN")
    for size in (SMALL, LAPTOP):
        panel = visit(bench.address, size, color_scheme=scheme)
        for name in CHAPTERS:
            _chapter(panel, name)
            if name == "checks":
                panel.see("self-test").click()
                expect(panel.see("self-test-board")).to_be_visible(timeout=PATIENCE_MS)
            panel.page.wait_for_timeout(300)
            assert cut_off(panel) == []
            assert violations(panel) == []
