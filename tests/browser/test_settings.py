"""Settings: taken, or refused with the reason at the field; who may; what comes of them in 24 hours."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from support.browser import LAPTOP, PATIENCE_MS, PHONE, Panel, Station, closed_station
from support.looks import cut_off, violations
from support.visitors import sees, sees_no, settle, sign_in

Visit = Callable[..., Panel]
SMALL = {"width": 320, "height": 568}
CHAPTERS = ("charging", "plan", "cards", "price", "installation", "operator", "station", "all")

pytestmark = pytest.mark.timeout(300)


def _chapter(panel: Panel, name: str) -> None:
    panel.page.goto(f"{panel.address}#/settings/{name}")
    sees(panel, f"settings-{name}")


def _put(panel: Panel, key: str, text: str) -> None:
    panel.see(f"input-{key}").fill(text)
    panel.see(f"input-{key}").press("Enter")


def test_a_value_is_saved_in_peoples_units_or_refused_with_the_reason_at_the_field(
    bench: Station, visit: Visit
) -> None:
    """A/10 is typed as amperes; what was refused stays to be mended, and the page says what still holds."""
    panel = visit(bench.address)
    _chapter(panel, "installation")
    expect(panel.see("input-c_MainFuseLimit")).to_have_value("60")
    _put(panel, "c_MainFuseLimit", "3")
    panel.shows("field-c_MainFuseLimit-error", "This must be 6 to 1000 A. Still in force: 60 A.")
    expect(panel.see("input-c_MainFuseLimit")).to_have_attribute("aria-invalid", "true")
    assert bench.ask("config_get", keys=["c_MainFuseLimit"]) == {"c_MainFuseLimit": "600"}
    _put(panel, "c_MainFuseLimit", "62,5")
    panel.shows("field-c_MainFuseLimit-note", "Saved")
    assert bench.ask("config_get", keys=["c_MainFuseLimit"]) == {"c_MainFuseLimit": "625"}
    _chapter(panel, "station")
    _put(panel, "TimeZone", "Mars/Olympus")
    panel.shows("field-TimeZone-error", "no time zone Mars/Olympus. Still in force:")


def test_of_two_who_change_one_value_each_is_told_what_stands(bench: Station, visit: Visit) -> None:
    one, two = visit(bench.address), visit(bench.address)
    for panel in (one, two):
        _chapter(panel, "installation")
    one.see("input-c_MainFuseLimit").fill("40")
    _put(two, "c_MainFuseLimit", "50")
    two.shows("field-c_MainFuseLimit-note", "Saved")
    one.page.evaluate("dispatchEvent(new Event('focus'))")
    one.shows("field-c_MainFuseLimit-error", "Somebody else has set this to 50 A in the meantime.")
    one.see("input-c_MainFuseLimit").press("Escape")
    expect(one.see("input-c_MainFuseLimit")).to_have_value("50")


@pytest.mark.requirement("M-14")
def test_who_only_lives_with_the_station_sees_the_operators_settings_and_why_they_are_fixed(
    browser: Browser, tmp_path: Path
) -> None:
    with closed_station(tmp_path) as station:
        settle(station.address, {"Uwe": ("user", "")}).close()
        page = browser.new_context(viewport=PHONE).new_page()  # pyright: ignore[reportArgumentType]
        panel = Panel(page, station.address)
        page.goto(station.address)
        sign_in(panel, "Uwe")
        panel.is_live()
        _chapter(panel, "installation")
        panel.shows("value-c_MainFuseLimit", "60 A")
        panel.shows("locked-c_MainFuseLimit", "Operator")
        sees_no(panel, "input-c_MainFuseLimit", "input-installer")
        _chapter(panel, "station")
        _put(panel, "LightIntensity", "40")
        panel.shows("field-LightIntensity-note", "Saved")
        _chapter(panel, "cards")
        panel.shows("settings-cards", "Operator")
        sees_no(panel, "learn-begin")
        assert panel.complaints == []
        page.context.close()


@pytest.mark.requirement("E-06")
def test_a_weekly_plan_is_rows_and_shows_in_the_next_24_hours(bench: Station, visit: Visit) -> None:
    panel = visit(bench.address)
    _chapter(panel, "plan")
    panel.shows("preview", "32 A")
    panel.see("plan-add").click()
    row = panel.see("plan-row")
    for day in ("Saturday", "Sunday"):
        row.get_by_role("button", name=day).click()
    row.get_by_label("From").fill("00:00")
    row.get_by_label("To", exact=True).fill("00:00")
    row.get_by_label("At most").select_option("10")
    panel.see("plan-save").click()
    panel.shows("field-c_ChargeSchedule-note", "Saved")
    assert bench.ask("config_get", keys=["c_ChargeSchedule"]) == {"c_ChargeSchedule": "Mo-Su 00:00-24:00 10"}
    panel.shows("preview", "10 A")
    panel.page.reload()
    expect(panel.see("plan-row")).to_have_count(1, timeout=PATIENCE_MS)
    panel.page.get_by_role("button", name="Remove row 1").click()
    panel.see("plan-save").click()
    panel.shows("settings-plan", "No plan")


@pytest.mark.requirement("E-06")
def test_a_plan_holds_when_the_page_is_gone_and_the_station_has_started_again(
    bench: Station, visit: Visit
) -> None:
    """The phone that made it is in somebody's pocket; the station keeps to it over a power cut."""
    panel = visit(bench.address)
    _chapter(panel, "plan")
    panel.see("plan-add").click()
    row = panel.see("plan-row")
    for day in ("Saturday", "Sunday"):
        row.get_by_role("button", name=day).click()
    row.get_by_label("From").fill("00:00")
    row.get_by_label("To", exact=True).fill("00:00")
    row.get_by_label("At most").select_option("10")
    panel.see("plan-save").click()
    panel.shows("field-c_ChargeSchedule-note", "Saved")
    panel.page.goto("about:blank")
    bench.ask("power_cycle")
    bench.wait(ocpp_status="Available", connected=True)
    bench.ask("plug_in")
    bench.ask("present_tag", tag="04A1B2C3")
    bench.wait(ocpp_status="Charging", offered_a=10.0)
    assert bench.picture()["connectors"]["1"]["limit"]["source"] == "schedule"


def test_a_card_is_added_by_holding_it(bench: Station, visit: Visit) -> None:
    """The page counts down, gives up when told to, and the card that was learned begins nothing."""
    panel = visit(bench.address)
    _chapter(panel, "cards")
    panel.see("learn-begin").click()
    panel.shows("learn-left", "s left")
    panel.see("learn-cancel").click()
    panel.see("learn-begin").click()
    panel.shows("learn-left", "s left")
    bench.ask("present_tag", tag="04C0FFEE")
    sees(panel, "card-04C0FFEE")
    card = panel.see("card-04C0FFEE")
    card.get_by_role("textbox").fill("Car key")
    card.get_by_role("textbox").press("Enter")
    panel.shows("cards-told", "Saved")
    card.get_by_role("switch").click()
    expect(card.get_by_role("switch")).to_have_attribute("aria-checked", "false", timeout=PATIENCE_MS)
    assert [(each["name"], each["allowed"]) for each in bench.ask("cards")] == [("Car key", False)]
    card.get_by_role("button", name="Forget").click()
    card.get_by_role("button", name="Forget").click()
    expect(panel.see("card-04C0FFEE")).to_have_count(0, timeout=PATIENCE_MS)


@pytest.mark.requirement("R-10", "E-41", "E-71")
def test_a_wider_window_says_what_it_gives_up_and_what_needs_a_restart_offers_it(
    bench: Station, visit: Visit
) -> None:
    panel = visit(bench.address)
    _chapter(panel, "installation")
    sees_no(panel, "no-pen")
    _put(panel, "c_VoltageProtectionOffset", "5")
    panel.shows("no-pen", "no PEN fault detection device")
    panel.shows("restart-needed", "Widen the voltage window")
    other = visit(bench.address)
    _chapter(other, "station")
    other.shows("restart-needed", "Widen the voltage window")
    epoch = panel.page.evaluate("document.documentElement.dataset.epoch")
    panel.see("restart").click()
    panel.see("restart-sure").click()
    expect(panel.page.locator("html")).not_to_have_attribute("data-epoch", epoch, timeout=PATIENCE_MS)
    panel.is_live()
    for each in (panel, other):
        each.is_live()
        expect(each.see("restart-needed")).to_have_count(0, timeout=PATIENCE_MS)


def test_every_key_is_behind_a_tap_as_ocpp_has_it(bench: Station, visit: Visit) -> None:
    panel = visit(bench.address)
    _chapter(panel, "all")
    panel.see("key-search").fill("heartbeat")
    _put(panel, "HeartbeatInterval", "120")
    panel.shows("field-HeartbeatInterval-note", "Saved")
    _put(panel, "HeartbeatInterval", "soon")
    panel.shows("field-HeartbeatInterval-error", "the value is a whole number. Still in force: 120")
    panel.see("key-search").fill("NumberOfConnectors")
    panel.shows("locked-NumberOfConnectors", "Read only")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_cut_off(bench: Station, visit: Visit, scheme: str) -> None:
    for size in (SMALL, LAPTOP):
        panel = visit(bench.address, size, color_scheme=scheme)
        for name in ("", *CHAPTERS):
            panel.page.goto(f"{panel.address}#/settings/{name}")
            sees(panel, f"settings-{name}" if name else "chapter-charging")
            panel.page.wait_for_load_state("networkidle")
            assert cut_off(panel) == []
            assert violations(panel) == []
