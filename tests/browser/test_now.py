"""What can be done beside the curve, and that what is told of it is what the station does."""

import json
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from support.browser import LAPTOP, PATIENCE_MS, Panel, Station
from support.visitors import heading, sees, sees_no

Visit = Callable[..., Panel]

pytestmark = pytest.mark.timeout(240)


def tone(panel: Panel, expected: str) -> None:
    expect(panel.see("result")).to_have_attribute("data-tone", expected, timeout=PATIENCE_MS)


@pytest.mark.requirement("M-12", "P-06")
def test_start_pause_go_on_and_stop_are_told_as_they_come_true(bench: Station, visit: Visit) -> None:
    """Ready, press to start; a pause lets nothing flow; a stop asks once more."""
    panel = visit(bench.address)
    sees_no(panel, "start")
    bench.ask("plug_in")
    panel.shows("acts", "Ready, press to start.")
    panel.see("start").click()
    panel.shows("status", "Charging")
    panel.shows("result", "The car is charging.")
    panel.see("pause").click()
    panel.shows("result", "Paused. Nothing flows.")
    panel.shows("why", "You paused charging.")
    panel.see("resume").click()
    panel.shows("result", "The car is charging again.")
    panel.see("stop").click()
    panel.shows("acts", "End this session?")
    panel.shows("status", "Charging")
    panel.see("stop-sure").click()
    panel.shows("status", "Finished")
    panel.shows("result", "The session has ended.")


@pytest.mark.requirement("P-06", "M-13")
def test_the_slider_ends_where_the_cable_does_and_says_so(bench: Station, visit: Visit) -> None:
    """Allowed, granted and drawn are three figures; lifting the limit is told when it is lifted."""
    bench.ask("plug_in", cable_ma=20_000)
    panel = visit(bench.address, LAPTOP)
    panel.see("start").click()
    panel.shows("status", "Charging")
    slider = panel.see("owner-limit")
    expect(slider).to_have_attribute("max", "20", timeout=PATIENCE_MS)
    panel.shows("limit", "up to 20 A: The cable")
    slider.fill("10")
    slider.dispatch_event("change")
    panel.shows("limit-result", "Your limit of 10 A holds.")
    panel.shows("asked", "10")
    panel.shows("offered", "10")
    panel.shows("drawn", "10")
    panel.see("lift").click()
    panel.shows("limit-result", "Your limit is lifted.")
    panel.shows("asked", "All")


def test_a_wish_without_an_answer_is_never_told_as_done(bench: Station, visit: Visit) -> None:
    """It is sent and no more; a refusal is told with the station's reason."""
    bench.ask("plug_in")
    panel, answers = visit(bench.address), Event()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)
        answers.set()

    panel.page.route("**/api/operations/start_charging", hold)
    panel.see("start").click()
    tone(panel, "under_way")
    panel.shows("result", "Sent to the station")
    panel.page.wait_for_timeout(300)  # handlers run while the page is waited for
    assert answers.is_set()
    refusal: dict[str, Any] = {"error": "The disk is full.", "code": "refused"}
    held[0].fulfill(status=409, content_type="application/json", body=json.dumps(refusal))
    tone(panel, "refused")
    panel.shows("result", "Refused: The disk is full.")
    panel.shows("why", "A car is plugged in")


def test_a_pause_has_its_name_in_the_curve(bench: Station, visit: Visit) -> None:
    """For who does not see the band: from when to when, and that a limit was the cause."""
    panel = visit(bench.address, LAPTOP)
    panel.does("plug")
    panel.does("tap")
    panel.shows("status", "Charging")
    panel.see("pause").click()
    panel.shows("pauses", "Paused by a limit from")


@pytest.mark.requirement("P-06")
def test_a_session_has_the_name_of_its_card_and_the_price_of_its_beginning(
    bench: Station, visit: Visit
) -> None:
    """What is set while it runs is for the next one: the history will say the same."""
    bench.ask("card_set", tag="04A1B2C3", name="Anna")
    panel = visit(bench.address)
    bench.ask("config_set", key="c_PricePerKWh", value="0.30")
    bench.ask("plug_in")
    bench.ask("present_tag", tag="04A1B2C3")
    panel.shows("card", "Anna")
    panel.shows("cost", "€0.0")
    bench.ask("config_set", key="c_PricePerKWh", value="9000")
    bench.ask("config_set", key="c_Currency", value="CHF")
    panel.shows("energy", "0.0")
    panel.shows("cost", "€0.0")
    transaction = bench.picture()["connectors"]["1"]["transaction"]
    assert (transaction["price"], transaction["currency"]) == ("0.30", "EUR")


def test_keys_alone_reach_everything(bench: Station, visit: Visit) -> None:
    """A skip link, a start by the space bar, pages that begin at their heading, a menu that Escape closes."""
    bench.ask("plug_in")
    panel = visit(bench.address)
    sees(panel, "start")
    keys = panel.page.keyboard
    keys.press("Tab")
    skip = panel.page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    keys.press("Enter")
    keys.press("Tab")
    expect(panel.see("start")).to_be_focused()
    keys.press("Space")
    panel.shows("status", "Charging")
    panel.see("nav-history").focus()
    keys.press("Enter")
    expect(heading(panel)).to_have_text("History")
    expect(heading(panel)).to_be_focused()
    assert panel.page.title().startswith("History")
    panel.see("menu").focus()
    keys.press("Enter")
    sees(panel, "language")
    keys.press("Escape")
    sees_no(panel, "language")
    expect(panel.see("menu")).to_be_focused()


def test_a_page_that_cannot_be_fetched_says_so_and_comes_when_it_can(bench: Station, visit: Visit) -> None:
    panel = visit(bench.address)
    panel.page.route("**/assets/History-*.js", lambda route: route.abort())
    panel.see("nav-history").click()
    panel.shows("page-failed", "did not answer")
    panel.page.unroute("**/assets/History-*.js")
    panel.see("page-again").click()
    sees(panel, "period")
