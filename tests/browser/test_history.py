"""What was charged, as the page shows it and gives it away."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from pilotline.vocabulary.journal import StoreZeros, Zero
from support.browser import LAPTOP, PATIENCE_MS, Panel, Station, station
from support.earlier import a_session, leave_behind
from support.visitors import sees, sees_no

Visit = Callable[..., Panel]

pytestmark = pytest.mark.timeout(240)


def charge(bench: Station, tag: str) -> None:
    """A car comes, charges, is stopped by its card, and leaves."""
    bench.ask("plug_in")
    bench.wait(ocpp_status="Preparing")
    bench.ask("present_tag", tag=tag)
    bench.wait(ocpp_status="Charging")
    bench.ask("present_tag", tag=tag)
    bench.wait(ocpp_status="Finishing")
    bench.ask("unplug")
    bench.wait(ocpp_status="Available")


@pytest.mark.requirement("P-06")
def test_two_sessions_with_their_curves_and_why_they_ended(bench: Station, visit: Visit) -> None:
    """The newest first, the sum above, each with who and why; to take away as tables."""
    for tag in ("04A1B2C3", "04D4E5F6"):
        charge(bench, tag)
    panel = visit(bench.address, LAPTOP)
    panel.see("nav-history").click()
    panel.shows("total-count", "2")
    rows = panel.see("session")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("04D4E5F6")
    rows.first.click()
    panel.shows("session-more", "ended at the station")
    expect(panel.see("session-curve").or_(panel.see("no-curve"))).to_be_visible(timeout=PATIENCE_MS)
    with panel.page.expect_download() as download:
        panel.see("csv").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert "04A1B2C3" in text
    assert "04D4E5F6" in text


def test_today_is_the_stations_day_wherever_the_browser_is(bench: Station, visit: Visit) -> None:
    """Eleven hours behind Greenwich and fourteen before it are never the same day."""
    bench.ask("config_set", key="TimeZone", value="Pacific/Pago_Pago")
    panel = visit(bench.address, timezone_id="Pacific/Kiritimati")
    panel.page.goto(f"{bench.address}#/history/day")
    day = bench.picture()["today"]
    expect(panel.see("csv")).to_have_attribute("href", f"/api/files/sessions.csv?first={day}&last={day}")


@pytest.mark.requirement("R-51")
def test_a_time_that_is_a_guess_is_marked_as_one(browser: Browser, tmp_path: Path) -> None:
    """The session of a boot that never learned the time: its order and length are true, its hour is not."""
    began = datetime.now(UTC) - timedelta(hours=5)
    zero = Zero(1, round(began.timestamp() * 1_000_000), estimated=True)
    leave_behind(tmp_path, *a_session(), StoreZeros((zero,)))
    with station(tmp_path) as found:
        page = browser.new_context(viewport=LAPTOP).new_page()  # pyright: ignore[reportArgumentType]
        panel = Panel(page, found.address).open()
        page.goto(f"{found.address}#/history/year")
        panel.shows("session", "≈")
        panel.shows("session", "estimated")
        panel.see("session").click()
        panel.shows("session-more", "did not know the time then")
        assert found.ask("sessions")["sessions"][0]["estimated"] is True
        assert panel.complaints == []
        page.context.close()


def test_what_charges_now_is_in_the_bars_before_the_disk_has_it(bench: Station, visit: Visit) -> None:
    """The bar of this hour grows while somebody looks; a record is written every quarter of an hour."""
    bench.ask("plug_in")
    bench.ask("present_tag", tag="04A1B2C3")
    bench.wait(ocpp_status="Charging")
    panel = visit(bench.address, LAPTOP)
    panel.shows("energy", "0.01")
    panel.page.goto(f"{bench.address}#/history/day")
    panel.shows("energy-card", "kWh")
    told, rows = bench.ask("energy", by="hour"), bench.ask("sessions")["sessions"]
    assert sum(each["wh"] for each in told["records"]) > 0
    assert rows[0]["energy_wh"] > 0


def test_a_period_without_sessions_says_so_and_a_link_to_it_leads_there(bench: Station, visit: Visit) -> None:
    panel = visit(bench.address)
    panel.page.goto(f"{bench.address}#/history/month/2026-02")
    panel.shows("period", "February 2026")
    panel.shows("no-sessions", "No session in this period.")
    panel.see("before").click()
    panel.shows("period", "January 2026")
    panel.see("by-year").click()
    panel.shows("period", "Feb 2025 – Jan 2026")
    panel.page.go_back()
    panel.shows("period", "January 2026")


def test_a_history_that_cannot_be_read_is_a_sentence_and_can_be_asked_for_again(
    bench: Station, visit: Visit
) -> None:
    panel = visit(bench.address)
    panel.page.route("**/api/operations/sessions", lambda route: route.abort())
    panel.see("nav-history").click()
    panel.shows("history-trouble", "The station did not answer.")
    panel.page.unroute("**/api/operations/sessions")
    panel.page.get_by_role("button", name="Try again").click()
    sees(panel, "sessions")
    sees_no(panel, "history-trouble")
